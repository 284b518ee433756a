/* reason.h: why somebody is not, or no longer, in a call: words of the link, of
 * the local protocol and of the history. */
#ifndef CAM_CAMD_CALL_REASON_H
#define CAM_CAMD_CALL_REASON_H

/* The numbers are in databases: new ones go to the end. */
enum call_reason {
	CALL_NO_REASON,
	CALL_HANGUP,	/* after they had spoken */
	CALL_CANCELLED, /* by who called, before it was answered */
	CALL_DECLINED,
	CALL_BUSY,
	CALL_TIMEOUT,	  /* nobody answered */
	CALL_REFUSED,	  /* by a policy or a setting */
	CALL_UNREACHABLE, /* no link could be made */
	CALL_UNABLE,	  /* that program cannot call */
	CALL_LOST,	  /* nothing was heard any more */
	CALL_MEDIA,	  /* sound and pictures failed */
	CALL_OVER,	  /* the other end knows nothing of it any more */
	CALL_ELSEWHERE,	  /* the two called each other at once: another call */
	CALL_REASONS
};

/* "declined"; NULL for other numbers. */
const char *call_reason_word(enum call_reason reason);
/* CALL_NO_REASON: it is none of them. */
enum call_reason call_reason_parse(const char *word);
/* What cam exits with where a call has ended so. */
int call_reason_exit(enum call_reason reason);

#endif
