/* presence.h: here, or away with a text. */
#ifndef CAM_CAMD_PRESENCE_H
#define CAM_CAMD_PRESENCE_H

#include <jansson.h>
#include <stdbool.h>

struct camd;
struct presence;
struct store;

/* Takes up the absence of the last run from store. */
struct presence *presence_new(struct camd *camd, struct store *store);
void presence_free(struct presence *presence);

/* Announces absence; text may be "". Kept over restarts. */
void presence_away(struct presence *presence, const char *text);
void presence_back(struct presence *presence);
/* Nobody is at a screen, or somebody is again: away without a text, unless the
 * user has said something himself. Not kept. */
void presence_idle(struct presence *presence, bool idle);
/* The absence text ("" is one), or NULL: here. */
const char *presence_text(const struct presence *presence);
/* The same of what the user said himself: others are told of nothing else
 * unasked. */
const char *presence_said(const struct presence *presence);
/* What others see behind the nick: a short form of the text, NULL: here. */
const char *presence_title(const struct presence *presence);
/* {state, away, idle} of cam-rpc(7). */
json_t *presence_object(const struct presence *presence);

#endif
