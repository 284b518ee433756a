/* budget.h: how large, how often and how fast pictures are coded, so that all
 * streams of a call together keep to what the host allows. Pure. */
#ifndef CAM_BUDGET_H
#define CAM_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

enum {
	BUDGET_LEAST = 100000,
	BUDGET_MOST = 200000000,
	BUDGET_DEFAULT = 6000000, /* bits a second, all streams of a call */
	BUDGET_VOICE = 55000,	  /* of which each voice takes */
	BUDGET_CALM_MS = 5000,	  /* before something is raised again */
	/* In the beginning, until something has been too much, pictures grow
	 * sooner: what the path takes is not known before. */
	BUDGET_BEGIN_MS = 10000,
	BUDGET_SOON_MS = 300,
};

/* What is known when a choice is made. */
struct budget_state {
	unsigned parties; /* 2 .. 6, oneself included */
	unsigned ceiling; /* bits a second */
	unsigned path;	  /* what the slowest path takes; 0: not known */
	unsigned width, height, rate; /* of the camera */
	unsigned encode_us;	      /* of a picture, of late; 0: none yet */
	unsigned quantizer;	      /* 1 .. 63, of late; 0: not known */
};

struct budget_choice {
	unsigned width, height; /* even; the camera's shape, never larger */
	unsigned rate;		/* pictures a second */
	unsigned bitrate;	/* of coded bytes; 0: no room for any video */
	unsigned speed;		/* vpx.h's step */
};

struct budget {
	bool started;
	bool settled;	 /* its beginning is over */
	unsigned level;	 /* of the ladder of sizes and rates */
	unsigned earned; /* levels higher, as the pictures are simple ones */
	unsigned bitrate;
	unsigned speed;
	uint64_t began_ms;
	uint64_t calm_ms; /* since when all has been well within bounds */
};

/* Of one stream of video, where each sends to each. */
unsigned budget_share(unsigned parties, unsigned ceiling);
/*
 * Downwards at once: the speed step first, then the size, then the rate.
 * Upwards one step at a time, after BUDGET_CALM_MS, or in the beginning after
 * BUDGET_SOON_MS; more care only where the pictures are coarse. A budget begins
 * as zeros.
 */
struct budget_choice budget_choose(
    struct budget *budget, const struct budget_state *state, uint64_t now_ms);

#endif
