/* call.h: what the files of cam call share. */
#ifndef CAM_CAM_CALL_H
#define CAM_CAM_CALL_H

#include <jansson.h>
#include <stdbool.h>

struct args;
struct cam;
struct rpc_client;

/* -- the call object of cam-rpc(7), as people read it ------------------------
 */

bool call_is(const json_t *object, const char *state);
/* "bob@pc2, carl@pc3"; a new string. */
char *call_members(const json_t *object);
/* Why it has ended: "bob@pc2 has declined: in a meeting"; a new string. */
char *call_end_sentence(const json_t *object);
/* What an event says: "anna@pc1 calls: cam call answer 5f0c1a2b"; a new string.
 */
char *call_event_sentence(const char *event, const json_t *object);
/* Who has begun or ended to record it from one object to the next: "anna@pc1
 * records this call"; a new string, NULL: nobody. */
char *call_recording_sentence(const json_t *before, const json_t *object);

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
int call_record(struct cam *cam, struct args *args);
int call_sdp(struct cam *cam, struct args *args);
/* Asks for a change of a call and prints it; takes params, sentence is about
 * the call's members. */
int call_change(
    struct cam *cam, const char *method, json_t *params, const char *sentence);
/* The whole path of a file; a new string. NULL: it was said why not. */
char *call_path(const char *name);

#endif
