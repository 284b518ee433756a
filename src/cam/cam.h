/* cam.h: one run of the cam command: what every verb is handed. */
#ifndef CAM_CAM_H
#define CAM_CAM_H

#include <stdbool.h>

#include "base/path.h"

/* The exit codes of the command line contract. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNKNOWN = 3, /* no such user, message ... or ambiguous */
	EXIT_UNCONFIRMED = 4,
	EXIT_UNREACHABLE = 5,
	EXIT_REFUSED = 6,
	EXIT_KEY = 7,
	EXIT_SOME = 8, /* only some recipients reached */
	EXIT_INTERRUPTED = 130,
};

struct cam {
	const char *program;	/* argv[0] */
	const char *home;	/* --home or CAM_HOME; NULL: the XDG folders */
	const char *named_home; /* --home alone; NULL: not given */
	bool json;
	bool no_start;
	bool linear;	 /* the screen as lines */
	bool must_start; /* in spite of daemon.autostart */
	bool quiet;
	bool verbose;
	bool words;	    /* the language of messages has been set up */
	int terminal;	    /* stdout is one: 0, 1, -1 not asked yet */
	int colour;	    /* the same */
	struct paths paths; /* filled by cam_paths() */
};

/* The whole command: returns the exit code. */
int cam_run(int argc, char **argv);

/*
 * Sets up the language of messages; to be called before a string in _() is
 * used. Called for every verb but those that say VERB_TERSE: it opens files,
 * which a command that has nothing to say need not wait for.
 */
void cam_words(struct cam *cam);

/* Where this user's things lie, found at the first call. NULL after saying why
 * not. */
const struct paths *cam_paths(struct cam *cam);

#endif
