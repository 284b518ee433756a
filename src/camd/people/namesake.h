/* namesake.h: users of one name, told apart by their keys (threat model I1). */
#ifndef CAM_CAMD_NAMESAKE_H
#define CAM_CAMD_NAMESAKE_H

struct roster;
struct user;

/* Another in the roster with the user's logon and host; he whose id is the bare
 * name first. NULL: none. */
struct user *namesake_of(const struct roster *roster, const struct user *user);
/* The same of those who have a key. */
struct user *namesake_with_key(
    const struct roster *roster, const struct user *user);

#endif
