/* reason.h: why a message or a file did not reach somebody: the reasons of
 * cam-rpc(7), as words, exit codes and sentences. */
#ifndef CAM_RPC_REASON_H
#define CAM_RPC_REASON_H

/* The word itself, or "failed" for one that is not known. */
const char *reason_word(const char *reason);
/* The exit code for a reason ("": 0, unknown ones: 1). */
int reason_exit(const char *reason);
/* A sentence for people with one %s, the user: to be translated by gettext()
 * where they read it. */
const char *reason_sentence(const char *reason);
/* That sentence about the user with that id; release with free(). */
char *reason_text(const char *sentence, const char *id);

/* Why a transfer does not go on: a sentence for people, to be translated as
 * well, that of "failed" for a word that is not known; "" for "". */
const char *reason_transfer_sentence(const char *reason);

#endif
