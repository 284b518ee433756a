/* marks.h: what we note of users for ourselves: hidden, a priority, a name of
 * our own. */
#ifndef CAM_CAMD_MARKS_H
#define CAM_CAMD_MARKS_H

#include <stdbool.h>

#include "camd/people/user.h"

struct roster;

/* Each is kept, and tells user.changed where it was another. */
void marks_hidden(struct roster *roster, struct user *user, bool hidden);
void marks_priority(struct roster *roster, struct user *user, int priority);
void marks_accept(
    struct roster *roster, struct user *user, enum user_accept accept);
/* NULL or "": none. */
void marks_alias(struct roster *roster, struct user *user, const char *alias);

#endif
