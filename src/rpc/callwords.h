/* callwords.h: calls as people read them, on the command line and on the
 * screen: call objects of cam-rpc(7) in words. */
#ifndef CAM_RPC_CALLWORDS_H
#define CAM_RPC_CALLWORDS_H

#include <jansson.h>
#include <stdint.h>

/* "4:05", "1:04:05". */
enum { CALLWORDS_CLOCK_SIZE = 24 };
void callwords_clock(int64_t duration_ms, char text[CALLWORDS_CLOCK_SIZE]);

/* A level in dB below the loudest possible as a bar, full to the end at 0. */
enum { CALLWORDS_BARS = 5, CALLWORDS_BARS_SIZE = 3 * CALLWORDS_BARS + 1 };
void callwords_bars(int level, char text[CALLWORDS_BARS_SIZE]);

/* Of a call object that has ended: "Bob has declined: in a meeting"; who is how
 * the others are called. A new string. */
char *callwords_ended(const json_t *object, const char *who);
/* What has become of the devices of sound between two call objects: "the
 * microphone 'USB' has gone …"; NULL: nothing. A new string. */
char *callwords_device(const json_t *before, const json_t *now);
/* The member "call" of a message object: "(missed call)", "(call, 4:05)"; a new
 * string. */
char *callwords_past(const json_t *call);

#endif
