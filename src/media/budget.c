/* budget.c: how large, how often and how fast pictures are coded. */
#include "media/budget.h"

#include "media/vpx.h"

/* From the best: what is worth sending from so many bits a second on. */
static const struct level {
	unsigned height, rate, bitrate;
} ladder[] = {
	{ 1080, 30, 2000000 },
	{ 720, 30, 1300000 },
	{ 720, 20, 750000 },
	{ 540, 20, 550000 },
	{ 360, 30, 330000 },
	{ 360, 20, 200000 },
	{ 360, 15, 110000 },
	{ 180, 15, 50000 },
	{ 180, 8, 0 },
};
enum {
	LEVELS = sizeof ladder / sizeof ladder[0],
	/* Below this no picture is worth its packets. */
	BITRATE_LEAST = 25000,
	/* Of a picture's time, in percent: coding must leave time for the rest;
	 * what is far below and looks coarse may be coded with more care. */
	BUSY = 60,
	IDLE = 25,
	/* Quantizers: finer than the first the bits are enough for more,
	 * coarser than the last for less; care shows from the middle one on. */
	FINE = 20,
	ROUGH = 30,
	COARSE = 45,
	/* Percent of coded bytes that headers, tags and reports come to, and
	 * what the coder may be above its bitrate for a second. */
	BESIDE = 12,
};

unsigned
budget_share(unsigned parties, unsigned ceiling)
{
	unsigned streams = parties * (parties - 1);
	unsigned voices = streams * BUDGET_VOICE;

	if (streams == 0)
		return ceiling;
	return ceiling > voices ? (ceiling - voices) / streams : 0;
}

static unsigned
affordable_level(unsigned bitrate)
{
	unsigned level = 0;

	while (level + 1 < LEVELS && ladder[level].bitrate > bitrate)
		level++;
	return level;
}

/* What a level comes to with this camera. A smaller size of the ladder may
 * allow a higher rate, which then costs nothing. */
static struct level
effective(unsigned level, const struct budget_state *state)
{
	struct level is = ladder[level];

	if (is.height > state->height)
		is.height = state->height;
	while (++level < LEVELS && ladder[level].height >= is.height)
		if (ladder[level].rate > is.rate)
			is.rate = ladder[level].rate;
	if (is.rate > state->rate)
		is.rate = state->rate;
	return is;
}

/* The last level that is all that the camera has. */
static unsigned
camera_level(const struct budget_state *state)
{
	struct level best = effective(0, state), next;
	unsigned level = 0;

	while (level + 1 < LEVELS) {
		next = effective(level + 1, state);
		if (next.height != best.height || next.rate != best.rate)
			break;
		level++;
	}
	return level;
}

/* Percent of a picture's time that coding one takes. */
static unsigned
load(const struct budget_state *state, unsigned rate)
{
	uint64_t percent = (uint64_t)state->encode_us * rate / 10000;

	return percent < 1000 ? (unsigned)percent : 1000;
}

/* What has become too much; whether anything has. */
static bool
lower(struct budget *budget, const struct budget_state *state,
    unsigned affordable, unsigned busy)
{
	bool is_lower = false;

	if (budget->earned > 0 && state->quantizer > COARSE) {
		budget->earned--;
		affordable++;
	}

	if (affordable > budget->level) {
		budget->level = affordable;
		is_lower = true;
	}
	if (busy > BUSY && budget->speed < VPX_SPEED_MAX) {
		budget->speed++;
		is_lower = true;
	} else if (busy > BUSY && budget->level + 1 < LEVELS) {
		budget->level++;
		is_lower = true;
	}
	return is_lower;
}

static bool
raise(struct budget *budget, const struct budget_state *state,
    unsigned affordable, unsigned busy)
{
	if (budget->level == affordable && state->quantizer > 0 &&
	    state->quantizer < FINE && affordable > camera_level(state) &&
	    busy < BUSY / 2) {
		budget->earned++;
		budget->level--;
		return true;
	}
	if (budget->level > affordable && busy < BUSY / 2) {
		budget->level--;
		return true;
	}
	if (busy > 0 && busy < IDLE && budget->speed > 0 &&
	    state->quantizer > ROUGH) {
		budget->speed--;
		return true;
	}
	return false;
}

/* Only once it is known what a picture of this size takes. */
static bool
raise_soon(struct budget *budget, unsigned affordable, unsigned busy)
{
	if (budget->level <= affordable || busy == 0 || busy >= BUSY / 2)
		return false;
	budget->level--;
	return true;
}

static void
change(struct budget *budget, const struct budget_state *state,
    unsigned affordable, unsigned busy, uint64_t now_ms)
{
	uint64_t calm_ms = now_ms - budget->calm_ms;
	bool is_changed = false;

	if (lower(budget, state, affordable, busy))
		budget->settled = is_changed = true;
	else if (calm_ms >= BUDGET_CALM_MS)
		is_changed = raise(budget, state, affordable, busy);
	else if (!budget->settled && calm_ms >= BUDGET_SOON_MS)
		is_changed = raise_soon(budget, affordable, busy);
	if (is_changed)
		budget->calm_ms = now_ms;
	if (now_ms - budget->began_ms >= BUDGET_BEGIN_MS)
		budget->settled = true;
}

static struct budget_choice
describe(const struct budget *budget, const struct budget_state *state,
    unsigned bitrate)
{
	struct level level = effective(budget->level, state);
	uint64_t width = (uint64_t)state->width * level.height / state->height;

	return (struct budget_choice){
		.width = width >= 2 ? (unsigned)width & ~1u : 2,
		.height = level.height >= 2 ? level.height & ~1u : 2,
		.rate = level.rate,
		.bitrate = bitrate >= BITRATE_LEAST ? bitrate : 0,
		.speed = budget->speed,
	};
}

struct budget_choice
budget_choose(
    struct budget *budget, const struct budget_state *state, uint64_t now_ms)
{
	unsigned bitrate = budget_share(state->parties, state->ceiling);
	unsigned affordable, busy;

	if (state->path != 0 && state->path < bitrate)
		bitrate = state->path;
	bitrate = (unsigned)(bitrate * 100ull / (100 + BESIDE));
	affordable = affordable_level(bitrate);
	/* What was earned was with more bits than there are now. */
	if (bitrate < budget->bitrate - budget->bitrate / 5)
		budget->earned = 0;
	budget->bitrate = bitrate;
	affordable =
	    affordable > budget->earned ? affordable - budget->earned : 0;
	if (affordable < camera_level(state))
		affordable = camera_level(state);
	if (!budget->started) {
		/* The fastest: more care is taken where it shows and there is
		 * time for it. */
		*budget = (struct budget){ .started = true,
			.level = affordable,
			.bitrate = bitrate,
			.speed = VPX_SPEED_MAX,
			.began_ms = now_ms,
			.calm_ms = now_ms };
		return describe(budget, state, bitrate);
	}
	busy = load(state, effective(budget->level, state).rate);
	change(budget, state, affordable, busy, now_ms);
	return describe(budget, state, bitrate);
}
