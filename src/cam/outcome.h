/* outcome.h: what becomes of a sent message at each of its recipients. */
#ifndef CAM_OUTCOME_H
#define CAM_OUTCOME_H

#include <jansson.h>
#include <stdbool.h>

struct cam;

/* What is waited for; an answer is none of the states. */
enum outcome_until {
	UNTIL_QUEUED,
	UNTIL_DELIVERED,
	UNTIL_OPENED,
	UNTIL_ANSWERED
};

/* The recipients of one message, kept up to date by its events, told when each
 * is known. */
struct outcomes {
	struct cam *cam;
	enum outcome_until until;
	json_t *id;	    /* of the message */
	json_t *recipients; /* recipient objects of cam-rpc(7) */
	bool *told;
};

/* result is that of message.send, borrowed; false when it is not what
 * cam-rpc(7) says. */
bool outcomes_init(struct outcomes *outcomes, struct cam *cam,
    enum outcome_until until, const json_t *result);
void outcomes_finish(struct outcomes *outcomes);

/* Takes in a message.state event, or the recipient objects of another answer.
 */
void outcomes_update(struct outcomes *outcomes, const json_t *state);

/* Every recipient has got as far as was asked, or failed. */
bool outcomes_are_settled(const struct outcomes *outcomes);
/* Those not yet printed to whom it would have to be sent in clear or weaker
 * than before; new reference, maybe empty. */
json_t *outcomes_in_doubt(const struct outcomes *outcomes);

/* Prints those settled and not yet printed; with all the others, too. */
void outcomes_print(struct outcomes *outcomes, bool all);
/* The exit code: 0 if all were reached, EXIT_SOME if some, else that of the
 * first. */
int outcomes_exit(const struct outcomes *outcomes);

#endif
