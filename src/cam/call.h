/* call.h: what the files of cam call share. */
#ifndef CAM_CAM_CALL_H
#define CAM_CAM_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct args;
struct cam;
struct rpc_client;

/* -- the call object of cam-rpc(7), as people read it ------------------------
 */

/* A text of it; "" when it has none. */
const char *call_member(const json_t *object, const char *name);
bool call_is(const json_t *object, const char *state);
/* "bob@pc2, carl@pc3"; a new string. */
char *call_members(const json_t *object);
/* "4:05", "1:04:05". */
enum { CALL_CLOCK_SIZE = 24 };
void call_clock(int64_t duration_ms, char text[CALL_CLOCK_SIZE]);
/* Why it has ended: "bob@pc2 has declined: in a meeting"; a new string. */
char *call_end_sentence(const json_t *object);
/* What an event says: "anna@pc1 calls: cam call answer 5f0c1a2b"; a new string.
 */
char *call_event_sentence(const char *event, const json_t *object);
/* A past call in the history: "missed call", "call, 4:05"; a new string. call
 * is the member of that name of a message object. */
char *call_past_text(const json_t *call);

/* -- actions -----------------------------------------------------------------
 */

/*
 * Stays with the call until it has ended, or with detach until it is active;
 * an interrupt hangs up. Pictures are shown on the terminal, or in_window.
 * Takes the reference to object. Events were subscribed
 * to by call_subscribe() before it was made. Returns the exit code.
 */
int call_follow(struct cam *cam, struct rpc_client *client, json_t *object,
    bool detach, bool in_window);
int call_ls(struct cam *cam, struct args *args);
int call_stats(struct cam *cam, struct args *args);
int call_devices(struct cam *cam, struct args *args);

#endif
