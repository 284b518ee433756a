/* question.h: questions composed of a request's text and choices. */
#ifndef CAM_CAMD_METHODS_QUESTION_H
#define CAM_CAMD_METHODS_QUESTION_H

#include <jansson.h>
#include <stdbool.h>

struct rpc_call;

/*
 * The text with the request's choices behind it, release with free(); NULL
 * where it has none, so is no question. False when the call has been answered
 * by an error.
 */
bool question_compose(struct rpc_call *call, const json_t *params,
    const char *text, char **question);

#endif
