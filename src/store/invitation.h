/* invitation.h: who may join an organisation, once. */
#ifndef CAM_STORE_INVITATION_H
#define CAM_STORE_INVITATION_H

#include <stdint.h>

struct store;

/* Only a hash of the secret is kept: who reads the database cannot join. */
enum { INVITATION_HASH_SIZE = 32 };

/* Good until expires_ms, once; takes the place of the member's former one. */
int store_invitation_put(struct store *store,
    const uint8_t hash[INVITATION_HASH_SIZE], int64_t member,
    int64_t expires_ms);
/* Whose it is, without using it; as store_invitation_take(). */
int store_invitation_find(struct store *store,
    const uint8_t hash[INVITATION_HASH_SIZE], int64_t now_ms, int64_t *member);
/* Uses it up; *member is whose it was. CAM_ERR_UNKNOWN: there is none, or it
 * has expired. */
int store_invitation_take(struct store *store,
    const uint8_t hash[INVITATION_HASH_SIZE], int64_t now_ms, int64_t *member);
/* Until when the member's is good, 0: there is none. */
int store_invitation_expires(
    struct store *store, int64_t member, int64_t *expires_ms);
/* Takes it back; nothing happens where there is none. */
int store_invitation_drop(struct store *store, int64_t member);

#endif
