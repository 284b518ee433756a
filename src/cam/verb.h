/* verb.h: what a verb of cam is: one table makes parsing, usage, help and
 * completion. */
#ifndef CAM_VERB_H
#define CAM_VERB_H

#include <stdbool.h>
#include <stddef.h>

struct args;
struct cam;

/* What completes an argument or an option's value. */
enum verb_word {
	WORD_NONE,
	WORD_WHO,      /* a user, nickname, group */
	WORD_WHO_LIST, /* the same, by commas */
	WORD_FILE,
	WORD_PROGRAM,
	WORD_EVENT,   /* a type of event or its noun */
	WORD_SETTING, /* a key of cam.ini */
	WORD_METHOD,  /* of the local protocol */
	WORD_VERB,
	WORD_SORT,     /* a field of ls */
	WORD_READY,    /* an event or "ready" */
	WORD_MESSAGE,  /* the beginning of the id of a message */
	WORD_SENT,     /* of one that was sent */
	WORD_SEALED,   /* of one that can be opened */
	WORD_QUESTION, /* of one that asks us */
	WORD_OFFER,    /* the id of an offer */
	WORD_FETCH,    /* of one that can be fetched */
	WORD_FILE_OR_WHO,
	WORD_CALL,	    /* the id of a call */
	WORD_POLICY,	    /* of file.accept, for one user */
	WORD_SERVER_USERS,  /* what follows "cam server users" */
	WORD_SERVER_POLICY, /* the same, policy */
	WORD_SERVER_QUEUE,  /* the same, queue */
	WORD_POLICY_KEY,
	WORD_FILE_OR_MEMBER,
	WORD_MEMBER, /* somebody camserver knows */
	WORD_LIMIT,  /* a number among the settings of camserver */
};

struct verb_option {
	const char *name; /* the long one; NULL ends a table */
	char letter;	  /* 0: has none */
	const char
	    *value; /* what its value is called in help; NULL: takes none;
		       "[=NAME]": may have one */
	const char *help;
	enum verb_word word;
	const char *choices; /* the values there are, by blanks; or NULL */
};

static inline bool
verb_value_is_optional(const struct verb_option *option)
{
	return option->value != NULL && option->value[0] == '[';
}

/* A second word that chooses what is done: "get" of "cam config get KEY". */
struct verb_action {
	const char *name; /* NULL ends a table */
	const char *args;
	const char *help;
	enum verb_word word;
	enum verb_word more; /* of the arguments behind the first */
};

enum verb_flag {
	VERB_TERSE =
	    1, /* calls cam_words() itself, before it has something to say */
	VERB_EXTERNAL = 2, /* the program cam-NAME does it */
	VERB_LATER = 4,	   /* not there yet */
	VERB_HIDDEN = 8,   /* for other programs: in no list */
};

struct verb {
	const char *name; /* NULL ends the table */
	const char *args; /* as in the manual's synopsis */
	const char *help; /* one line */
	int (*run)(
	    struct cam *cam, struct args *args); /* returns the exit code */
	const struct verb_option *options;	 /* or NULL */
	const struct verb_action *actions;	 /* or NULL */
	enum verb_word word;			 /* of the first argument */
	unsigned flags;
};

/* Those of the contract in the order of the manual, and the global options. */
const struct verb *verb_table(void);
const struct verb_option *verb_global_options(void);

/*
 * The verb of that name or with that unique beginning, as tmux does. NULL where
 * none or several fit: count tells how many.
 */
const struct verb *verb_find(const char *name, size_t *count);
/* The one most like name, or NULL when none is near. */
const struct verb *verb_nearest(const char *name);

#endif
