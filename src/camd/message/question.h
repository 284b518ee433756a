/* question.h: questions of scripts that wait for their answer. */
#ifndef CAM_CAMD_QUESTION_H
#define CAM_CAMD_QUESTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct camd;
struct questions;
struct record;
struct store;
struct store_message;

/*
 * A question is a message of ours that a client follows until it is answered:
 *
 *	open -> claimed (an answer is being stored) -> answered
 *	  ^        |
 *	  +--------+   it was stored before, or could not be
 *	open -> given up: nobody follows it any more
 *
 * Its answer is a message of the user who was asked that replies to it, or
 * the next one to us alone that replies to nothing: that is stored as a reply
 * to the oldest question open with the user. Automatic, sealed, and empty
 * messages and edits are no answers. Open questions are remembered over a
 * restart; there the clients have a minute to come back (question.wait).
 *
 * In all calls questions may be NULL: the database is not open yet.
 */
struct questions *questions_new(struct camd *camd, struct store *store);
void questions_free(struct questions *questions);

/* The stored question of that user is open from now on, or still. */
void questions_open(struct questions *questions,
    const struct store_message *question, int64_t uid);
/* Lets go those whose clients have left. */
void questions_prune(struct questions *questions);

/* Before a message to us alone is stored: one that answers an open question
 * gets it as reply_to. */
void questions_claim(struct questions *questions, struct store_message *row);
/* The same is stored: tells question.answered when it is an answer. record
 * NULL: it is not, or was known before. */
void questions_settle(struct questions *questions,
    const struct store_message *row, const struct record *record);

/* Whether a stored reply to a question is its answer. */
bool question_is_answer(const struct store_message *message);
/* {id, from, choice, answer, message} of cam-rpc(7); text is the question's. */
json_t *question_answer(const struct camd *camd, const char *id,
    const char *text, const struct record *answer);

#endif
