/* offer.h: the file objects of cam-rpc(7), as people read them. */
#ifndef CAM_CAM_OFFER_H
#define CAM_CAM_OFFER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct cam;

/* 0 when there is none. */
uint64_t offer_number(const json_t *object, const char *name);
bool offer_is(const json_t *object, const char *state);
bool offer_is_received(const json_t *object);
/* Nothing more will happen to it by itself. */
bool offer_has_ended(const json_t *object);
/* Of one that has ended: 0 when it is done. */
int offer_exit(const json_t *object);

/* "5f0c1a2b.1": as long as people need it. A new string. */
char *offer_short_id(const json_t *object);
/* "running 45%", "waiting". A new string. */
char *offer_state_text(const json_t *object);
/* How it ended, or why it does not go on: "bob@pc2 has fetched 'report.pdf'". A
 * new string. */
char *offer_sentence(const json_t *object);

#endif
