/* challenge.h: another key under the name of somebody known: which of them is
 * right is for people to say (threat model I1). */
#ifndef CAM_CAMD_CHALLENGE_H
#define CAM_CAMD_CHALLENGE_H

struct camd;
struct user;

/*
 * other, a user of its own, has shown a key under the name of known, who has
 * one. Stored, then told. Where known is verified nothing is sent to him any
 * more until challenge_end().
 */
void challenge_raise(struct camd *camd, struct user *known, struct user *other);
/*
 * An entry of the user was heard. Where his name is that of somebody verified,
 * and what he is has not been shown yet, he is asked: a link is made, or his
 * IPMSG key asked for.
 */
void challenge_look(struct camd *camd, struct user *user);
/* Who challenges known; NULL: nobody. */
struct user *challenge_of(const struct camd *camd, const struct user *known);
/* The key of known is right: he is verified by comparing it. Stored, then
 * on_done. CAM_ERR_KEY: he has none. */
int challenge_refute(struct camd *camd, struct user *known,
    void (*on_done)(void *arg, int err), void *arg);
/* The challenger is he: his keys take the place of those of known, who is not
 * verified any more, and his messages are those of known. CAM_ERR_UNKNOWN:
 * nobody challenges him. */
int challenge_accept(struct camd *camd, struct user *known,
    void (*on_done)(void *arg, int err), void *arg);

/* key.changed of cam-rpc(7): the key of other under the name of known, as a
 * fingerprint or user key in hex. */
void challenge_tell(struct camd *camd, const struct user *known,
    const struct user *other, const char *old_key, const char *new_key);

#endif
