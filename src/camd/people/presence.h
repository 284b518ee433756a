/* presence.h: here, or away with a text. */
#ifndef CAM_CAMD_PRESENCE_H
#define CAM_CAMD_PRESENCE_H

struct camd;
struct presence;
struct store;

/* Takes up the absence of the last run from store. */
struct presence *presence_new(struct camd *camd, struct store *store);
void presence_free(struct presence *presence);

/* Announces absence; text may be "". Kept over restarts. */
void presence_away(struct presence *presence, const char *text);
void presence_back(struct presence *presence);
/* The absence text ("" is one), or NULL: here. */
const char *presence_text(const struct presence *presence);
/* What others see behind the nick: a short form of the text, NULL: here. */
const char *presence_title(const struct presence *presence);

#endif
