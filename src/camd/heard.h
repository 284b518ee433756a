/* heard.h: what lan tells of users, believed as far as it deserves (threat
 * model N1-N3, I1). */
#ifndef CAM_CAMD_HEARD_H
#define CAM_CAMD_HEARD_H

#include <stdint.h>

struct addr;
struct camd;
struct lan_entry;
struct rsa_public;
struct user;

void heard_entry(struct camd *camd, const struct lan_entry *entry);
/* The user showed a key when asked; from is where the answer came from. */
void heard_key(struct camd *camd, struct user *user, const struct addr *from,
    uint32_t word, struct rsa_public *key);
/* Something came from the user's address of record. */
void heard_user(struct camd *camd, struct user *user);
/* The user behind a message; one never heard of before is added and asked to
 * tell of himself. NULL: no room. */
struct user *heard_sender(struct camd *camd, const char *user, const char *host,
    const struct addr *from, unsigned client);

struct hint;
void hint_free(struct hint *hint);

#endif
