/* notices.h: word to senders that their sealed messages were opened, until they
 * confirm it. */
#ifndef CAM_CAMD_NOTICES_H
#define CAM_CAMD_NOTICES_H

struct camd;
struct link;
struct notices;
struct store;
struct store_message;
struct user;

/* Takes up what is unconfirmed in store. */
struct notices *notices_new(struct camd *camd, struct store *store);
void notices_free(struct notices *notices);

/* The message, opened just now and its notice stored. */
void notices_add(struct notices *notices, const struct store_message *message);
/* The user was heard: what waits for him is told again. */
void notices_user_heard(struct notices *notices, struct user *user);
/* The organisation's server is there. */
void notices_relay_open(struct notices *notices);
/* A link to him is greeted. */
void notices_link_open(
    struct notices *notices, const struct user *user, struct link *link);
/* His messages are the other's now. */
void notices_user_merged(
    struct notices *notices, const struct user *from, const struct user *into);

#endif
