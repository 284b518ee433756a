/* duet.h: two who talk through a network of ours: what the parts of duet share.
 */
#ifndef CAM_TEST_DUET_H
#define CAM_TEST_DUET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "likeness.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "made_voice.h"
#include "rpc/caller.h"
#include "rpc/media.h"

enum {
	SILENCE = RATE, /* at the end: what is said is still to be heard */
	PACKET_MAX = 2048,
	NOTES_MAX = 400,
};

enum option {
	SECONDS,
	LOSS,
	JITTER,
	DELAY,
	FORGE,
	REPLAY,
	SEED,
	IN,
	OUT,
	BITRATE,
	HOLD,
	MUTE,
	SANDBOX,
	OPTIONS
};

struct duet;

struct singer {
	struct duet *duet;
	const char *name;
	pid_t pid;
	struct stream *stream;
	struct rpc_caller *caller;
	struct media media;
	uint16_t port; /* its own */
	int relay;     /* what stands for it before the other */
	struct watch watch;
	uint16_t relay_port;
	int16_t *said; /* seconds of it */
	int heard_fd;
	int64_t heard_ms;	 /* since it was told of the other */
	uint64_t packets, bytes; /* that it sent */
	unsigned finished;
	json_t *stats;
};

struct packet {
	struct packet *next;
	uint64_t due_us;
	struct singer *to;
	size_t len;
	uint8_t data[PACKET_MAX];
};

struct duet {
	struct loop *loop;
	struct singer singers[2];
	const char *options[OPTIONS];
	struct packet *waiting; /* by due_us */
	struct timer sending, forging, ending;
	uint64_t random;
	uint64_t began_ms, last_us;
	unsigned answers;
	bool ended;
};

static inline void
fail(const char *what)
{
	fprintf(stderr, "duet: %s\n", what);
	exit(2);
}

static inline int
number(const struct duet *duet, enum option option, int def)
{
	const char *text = duet->options[option];

	return text != NULL ? atoi(text) : def;
}

static inline double
chance(struct duet *duet)
{
	return made_chance(&duet->random);
}

#endif
