/* heard.h: what lan tells of users, believed as far as it deserves (threat
 * model N1-N3, I1). */
#ifndef CAM_CAMD_HEARD_H
#define CAM_CAMD_HEARD_H

struct camd;
struct lan_entry;
struct lan_message;
struct user;

void heard_entry(struct camd *camd, const struct lan_entry *entry);
/* Something came from the user's address of record. */
void heard_user(struct camd *camd, struct user *user);
/* What connected us with the user broke, and nobody has said goodbye. */
void heard_lost(struct camd *camd, struct user *user);
/*
 * The user behind a message, told by its signature where it has one. One never
 * heard of before is added, and whoever was thought to be away is asked to tell
 * of himself. NULL: no room, or its author has gone.
 */
struct user *heard_sender(struct camd *camd, const struct lan_message *message);

#endif
