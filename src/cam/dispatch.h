/* dispatch.h: a message or a change on its way, until what became of it is
 * known. */
#ifndef CAM_DISPATCH_H
#define CAM_DISPATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cam/outcome.h"

struct cam;
struct following;
struct rpc_client;

enum { DISPATCH_TIMEOUT_MS = 10000 };

struct dispatch {
	struct cam *cam;
	const char *method; /* one that answers as message.send does */
	json_t *request;    /* owned by the caller; follow is added */
	bool is_change;	    /* there may be nobody to send it to */
	bool fetched;	    /* wait until all it offers has been fetched, too */
	enum outcome_until until;
	int64_t timeout_ms; /* -1: no limit */
	bool taken;	    /* camd has it now, whatever becomes of it */
	struct following *following; /* while it is fetched: our own */
};

/* Puts WHO,WHO,... into the request. EXIT_USAGE after saying that there is
 * nobody. */
int dispatch_read_recipients(
    struct dispatch *dispatch, const char *verb, char *list);

/* Puts the text of the words, or of stdin, into the request: input_text() and
 * its codes. */
int dispatch_read_text(struct dispatch *dispatch, int count, char **words);

/*
 * The steps of it, for who waits for more. The request is made, and answered:
 * outcomes, which the caller finishes, are empty when there is nobody to send
 * to. Returns 0, or the exit code after saying what is wrong.
 */
int dispatch_call(struct dispatch *dispatch, struct rpc_client *client,
    struct outcomes *outcomes);
/*
 * Prints what is settled. Before that, where a message would have to leave in
 * clear and somebody sits at the terminal, he is asked; if it does, deadline_ms
 * begins anew.
 */
int dispatch_tell(struct dispatch *dispatch, struct rpc_client *client,
    struct outcomes *outcomes, int64_t *deadline_ms);

/* Asks for it, waits until every recipient has got as far as was asked or the
 * time is over, tells of each, and returns the exit code. */
int dispatch_run(struct dispatch *dispatch);

#endif
