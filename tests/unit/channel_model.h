/* channel_model.h: two channels that do whatever a seed says, beside a model of
 * what they promise. */
#ifndef CAM_CHANNEL_MODEL_H
#define CAM_CHANNEL_MODEL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "rpc/channel.h"

enum {
	PIPES_MAX = 2048,
	HELD_MAX = 4096,
	SENT_MAX = 1024, /* items of a direction, under way */
	CALLS_MAX = 2048,
	ITEM_POOL = 2 * 1024 * 1024,
};

/* What one end has sent on a stream and the other has not been given yet. */
struct direction {
	struct {
		size_t at, len; /* of the pool */
	} sent[SENT_MAX];
	size_t first, count;
	bool closed;	/* properly, by the sender */
	bool end_told;	/* to the receiver */
	int broken_off; /* by the sender, with this error */
};

struct pipe {
	uint16_t number;
	int opener;
	char kind[8];
	bool told;    /* the other end knows of it */
	bool over[2]; /* for that end */
	struct direction from[2];
};

struct model_call {
	struct model *model;
	int token;
	bool done;
	int fate; /* what it is answered with */
};

struct held {
	uint16_t number;
	size_t len;
};

struct side {
	struct model *model;
	int index;
	struct channel *channel;
	struct buf wire; /* from here to the other */
	bool is_awake;	 /* it was told that there is something to take */
	struct held held[HELD_MAX];
	size_t held_count;
	/* Requests it has made, and streams it has opened (negative), that
	 * the other has not been told of. */
	int asked[CALLS_MAX];
	size_t asked_first, asked_count;
	struct model_call calls[CALLS_MAX];
	size_t calls_count;
	struct {
		json_int_t id;
		int token;
	} owed[CHANNEL_CALLS_MAX]; /* answers */
	size_t owed_count;
};

struct model {
	uint64_t seed, state;
	unsigned step;
	struct side sides[2];
	struct pipe pipes[PIPES_MAX];
	size_t pipes_count;
	const uint8_t *pool;
	bool ending; /* nothing new is begun */
	unsigned long items, requests, breaks;
};

static inline void
model_must(const struct model *model, bool holds, const char *what, int line)
{
	if (holds)
		return;
	fprintf(stderr, "line %d: %s (seed %llu, step %u)\n", line, what,
	    (unsigned long long)model->seed, model->step);
	abort();
}
#define MUST(holds) model_must(model, holds, #holds, __LINE__)

/* splitmix64 */
static inline uint64_t
model_next(struct model *model)
{
	uint64_t z = (model->state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static inline size_t
model_below(struct model *model, size_t below)
{
	return (size_t)(model_next(model) % below);
}

/* Mostly small, sometimes as large as may be. */
static inline size_t
model_size(struct model *model, size_t max)
{
	size_t bits = 0;

	while ((max >> bits) > 1)
		bits++;
	return 1 + model_below(model, max >> model_below(model, bits + 1));
}

static inline struct pipe *
model_pipe(struct model *model, uint16_t number)
{
	for (size_t i = model->pipes_count; i > 0; i--)
		if (model->pipes[i - 1].number == number)
			return &model->pipes[i - 1];
	return NULL;
}

/* What one side said is told to the other in the same order. */
static inline void
model_say(struct model *model, struct side *side, int token)
{
	MUST(side->asked_count < CALLS_MAX);
	side->asked[(side->asked_first + side->asked_count++) % CALLS_MAX] =
	    token;
}

static inline void
model_told(struct model *model, struct side *side, int token)
{
	MUST(side->asked_count > 0);
	MUST(side->asked[side->asked_first] == token);
	side->asked_first = (side->asked_first + 1) % CALLS_MAX;
	side->asked_count--;
}

/* -- what a channel tells ----------------------------------------------------
 */

static inline void
side_hold(struct side *side, uint16_t number, size_t len)
{
	struct model *model = side->model;

	MUST(side->held_count < HELD_MAX);
	side->held[side->held_count++] = (struct held){ number, len };
}

static inline void
side_on_item(
    struct channel *channel, uint16_t stream, struct span item, void *arg)
{
	struct side *side = arg;
	struct model *model = side->model;
	struct pipe *pipe = model_pipe(model, stream);
	struct direction *from = NULL;

	MUST(pipe != NULL && pipe->told && !pipe->over[side->index]);
	from = &pipe->from[1 - side->index];
	MUST(!from->end_told && from->count > 0);
	MUST(item.len == from->sent[from->first].len);
	MUST(memcmp(item.data, model->pool + from->sent[from->first].at,
		 item.len) == 0);
	from->first = (from->first + 1) % SENT_MAX;
	from->count--;
	model->items++;
	if (model->ending || model_below(model, 3) > 0)
		channel_credit(channel, stream, item.len);
	else
		side_hold(side, stream, item.len);
}

static inline int
side_on_open(
    struct channel *channel, uint16_t stream, const char *kind, void *arg)
{
	struct side *side = arg;
	struct model *model = side->model;
	struct pipe *pipe = model_pipe(model, stream);

	MUST(pipe != NULL && pipe->opener != side->index && !pipe->told);
	model_told(model, &model->sides[1 - side->index], -(int)stream);
	MUST(strcmp(kind, pipe->kind) == 0);
	pipe->told = true;
	if (model_below(model, 8) > 0)
		return 0;
	pipe->over[side->index] = true;
	pipe->from[side->index].broken_off = CAM_ERR_UNSUPPORTED;
	return CAM_ERR_UNSUPPORTED;
}

static inline void
side_on_close(struct channel *channel, uint16_t stream, int err, void *arg)
{
	struct side *side = arg;
	struct model *model = side->model;
	struct pipe *pipe = model_pipe(model, stream);
	struct direction *from = NULL;

	MUST(pipe != NULL && pipe->told && !pipe->over[side->index]);
	from = &pipe->from[1 - side->index];
	if (err != 0) {
		MUST(from->broken_off == err);
		pipe->over[side->index] = true;
		return;
	}
	MUST(from->closed && !from->end_told && from->count == 0);
	from->end_told = true;
}

static inline void
side_on_drained(struct channel *channel, uint16_t stream, void *arg)
{
	struct side *side = arg;
	struct model *model = side->model;

	MUST(channel_queued(channel, stream) == 0);
}

static inline void
side_on_output(struct channel *channel, void *arg)
{
	struct side *side = arg;
	struct model *model = side->model;

	MUST(!side->is_awake);
	side->is_awake = true;
}

static inline int
fate_of(int token)
{
	return token % 4 == 0 ? -1 - token / 4 % 20 : 0;
}

static inline void
side_answer(struct side *side, json_int_t id, int token)
{
	if (fate_of(token) != 0)
		channel_fail(side->channel, id, fate_of(token), NULL);
	else
		channel_reply(
		    side->channel, id, json_pack("{s:i}", "token", token));
}

static inline void
side_on_request(struct channel *channel, const char *method, json_t *params,
    const json_int_t *id, void *arg)
{
	struct side *side = arg;
	struct model *model = side->model;
	struct side *other = &model->sides[1 - side->index];
	int token = (int)json_integer_value(json_object_get(params, "token"));

	model_told(model, other, token);
	model->requests++;
	MUST((id == NULL) == (strcmp(method, "note") == 0));
	if (id == NULL)
		return;
	if (model->ending || model_below(model, 2) == 0) {
		side_answer(side, *id, token);
		return;
	}
	MUST(side->owed_count < CHANNEL_CALLS_MAX);
	side->owed[side->owed_count].id = *id;
	side->owed[side->owed_count++].token = token;
}

static inline void
model_on_done(void *arg, int err, json_t *result, const char *message)
{
	struct model_call *call = arg;
	struct model *model = call->model;

	MUST(!call->done);
	call->done = true;
	if (err == CAM_ERR_CLOSED && message != NULL &&
	    strcmp(message, "the link has gone") == 0) {
		MUST(model->ending);
		return;
	}
	MUST(err == fate_of(call->token));
	if (err == 0)
		MUST(json_integer_value(json_object_get(result, "token")) ==
		     call->token);
	else
		MUST(strcmp(message, cam_strerror(err)) == 0);
}

/* -- what the owners do ------------------------------------------------------
 */

static inline void
model_open(struct model *model, struct side *side)
{
	struct pipe *pipe = NULL;
	uint16_t stream = 0;
	char kind[8];
	int err;

	if (model->pipes_count == PIPES_MAX || side->asked_count == CALLS_MAX)
		return;
	snprintf(kind, sizeof(kind), "k%zu", model_below(model, 1000));
	err = channel_open(side->channel, kind,
	    model_below(model, 2) ? CHANNEL_URGENT : CHANNEL_BULK, &stream);
	MUST(err == 0 || err == CAM_ERR_FULL);
	if (err != 0)
		return;
	MUST(model_pipe(model, stream) == NULL);
	MUST(stream % 2 == (side->index == 0 ? 1 : 0));
	pipe = &model->pipes[model->pipes_count++];
	memset(pipe, 0, sizeof(*pipe));
	pipe->number = stream;
	pipe->opener = side->index;
	memcpy(pipe->kind, kind, sizeof(kind));
	model_say(model, side, -(int)stream);
}

static inline bool
knows(const struct pipe *pipe, const struct side *side)
{
	return pipe->opener == side->index || pipe->told;
}

/* One that the side knows, one of the last. */
static inline struct pipe *
model_some_pipe(struct model *model, const struct side *side)
{
	size_t recent = model->pipes_count < 24 ? model->pipes_count : 24;
	struct pipe *pipe = NULL;

	if (recent == 0)
		return NULL;
	pipe =
	    &model->pipes[model->pipes_count - 1 - model_below(model, recent)];
	return knows(pipe, side) ? pipe : NULL;
}

static inline void
model_send(struct model *model, struct side *side)
{
	struct pipe *pipe = model_some_pipe(model, side);
	struct direction *from = NULL;
	size_t len = model_size(model, ITEM_POOL / 2);
	size_t at = model_below(model, ITEM_POOL / 2);
	int err;

	if (pipe == NULL || pipe->from[side->index].count == SENT_MAX)
		return;
	from = &pipe->from[side->index];
	err = channel_send(
	    side->channel, pipe->number, span_of(model->pool + at, len));
	if (from->closed || pipe->over[side->index]) {
		MUST(err == CAM_ERR_CLOSED);
		return;
	}
	if (err == CAM_ERR_FULL) {
		MUST(channel_queued(side->channel, pipe->number) + len >
		     CHANNEL_ITEM_MAX);
		return;
	}
	MUST(err == 0);
	from->sent[(from->first + from->count) % SENT_MAX].at = at;
	from->sent[(from->first + from->count++) % SENT_MAX].len = len;
}

static inline void
pipe_close(struct model *model, struct side *side, struct pipe *pipe, int err)
{
	channel_close(side->channel, pipe->number, err);
	if (pipe->over[side->index])
		return;
	if (err == 0) {
		pipe->from[side->index].closed = true;
		return;
	}
	/* After both ends came to their proper end there is none to break. */
	pipe->over[side->index] = true;
	pipe->from[side->index].broken_off = err;
	MUST(channel_queued(side->channel, pipe->number) == 0);
}

static inline void
model_close(struct model *model, struct side *side)
{
	struct pipe *pipe = model_some_pipe(model, side);

	if (pipe != NULL)
		pipe_close(model, side, pipe,
		    model_below(model, 2) ? 0
					  : -1 - (int)model_below(model, 20));
}

static inline void
model_credit(struct model *model, struct side *side)
{
	size_t i;

	if (side->held_count == 0)
		return;
	i = model_below(model, side->held_count);
	channel_credit(side->channel, side->held[i].number, side->held[i].len);
	side->held[i] = side->held[--side->held_count];
}

static inline void
model_ask(struct model *model, struct side *side)
{
	struct model_call *call = NULL;
	int token = (int)model_below(model, 1000000);
	bool is_call = model_below(model, 2) == 0;
	json_t *params = NULL;
	int err;

	if (side->calls_count == CALLS_MAX || side->asked_count == CALLS_MAX)
		return;
	params = json_pack("{s:i}", "token", token);
	/* Some are as long as several frames. */
	if (model_below(model, 16) == 0) {
		char *text = xcalloc(60001, 1);

		memset(text, 'x', model_size(model, 60000));
		json_object_set_new(params, "text", json_string(text));
		free(text);
	}
	if (is_call) {
		call = &side->calls[side->calls_count];
		*call = (struct model_call){ .model = model, .token = token };
		err = channel_call(
		    side->channel, "call", params, model_on_done, call);
	} else {
		err = channel_notify(side->channel, "note", params);
	}
	MUST(err == 0 || err == CAM_ERR_FULL);
	if (err != 0)
		return;
	side->calls_count += is_call;
	model_say(model, side, token);
}

static inline void
model_answer(struct model *model, struct side *side)
{
	size_t i;

	if (side->owed_count == 0)
		return;
	i = model_below(model, side->owed_count);
	side_answer(side, side->owed[i].id, side->owed[i].token);
	side->owed[i] = side->owed[--side->owed_count];
}

/* -- the wires ---------------------------------------------------------------
 */

static inline size_t
model_take(struct model *model, struct side *side, size_t size)
{
	bool was_awake = side->is_awake;
	uint8_t *place = buf_reserve(&side->wire, size);
	size_t len = 0;

	MUST(place != NULL);
	len = channel_take(side->channel, place, size);
	MUST(len <= size);
	/* Nothing is ever forgotten. */
	MUST(len == 0 || was_awake);
	if (len == 0)
		side->is_awake = false;
	side->wire.len += len;
	return len;
}

static inline void
model_feed(struct model *model, struct side *side, size_t len)
{
	struct side *to = &model->sides[1 - side->index];
	const char *problem = NULL;
	/* What is fed may be asked for only once. */
	uint8_t *piece = NULL;

	if (len > side->wire.len)
		len = side->wire.len;
	if (len == 0)
		return;
	piece = xmemdup(side->wire.data, len);
	buf_drop(&side->wire, len);
	if (channel_feed(to->channel, piece, len, &problem) != 0)
		model_must(model, false, problem, __LINE__);
	MUST(channel_kept(to->channel) <= CHANNEL_KEPT_MAX);
	free(piece);
}

static inline bool
model_pump(struct model *model)
{
	bool moved = false;

	for (int i = 0; i < 2; i++) {
		while (model_take(model, &model->sides[i], 16384) > 0)
			moved = true;
		model_feed(model, &model->sides[i], SIZE_MAX);
	}
	return moved;
}

/* -- a whole life ------------------------------------------------------------
 */

static inline void
model_begin(struct model *model)
{
	static const struct channel_ops ops = { side_on_request, side_on_open,
		side_on_item, side_on_close, side_on_drained, side_on_output };

	model->pipes_count = 0;
	model->ending = false;
	for (int i = 0; i < 2; i++) {
		struct side *side = &model->sides[i];

		memset(side, 0, sizeof(*side));
		side->model = model;
		side->index = i;
		buf_init(&side->wire, SIZE_MAX / 4);
		side->channel = channel_new(i == 0, &ops, side);
	}
}

static inline void
model_step(struct model *model)
{
	struct side *side = &model->sides[model_below(model, 2)];

	switch (model_below(model, 16)) {
	case 0:
		model_open(model, side);
		break;
	case 1:
	case 2:
	case 3:
	case 4:
		model_send(model, side);
		break;
	case 5:
		if (model_below(model, 3) == 0)
			model_close(model, side);
		break;
	case 6:
		model_credit(model, side);
		break;
	case 7:
	case 8:
		model_ask(model, side);
		break;
	case 9:
		model_answer(model, side);
		break;
	case 10:
	case 11:
	case 12:
		model_take(
		    model, side, CHANNEL_TAKE_MIN + model_size(model, 300000));
		break;
	default:
		model_feed(model, side, model_size(model, 300000));
		break;
	}
}

/* All that was sent arrives, all that was asked is answered. */
static inline void
model_settle(struct model *model)
{
	model->ending = true;
	for (int i = 0; i < 2; i++) {
		struct side *side = &model->sides[i];

		while (side->held_count > 0)
			model_credit(model, side);
		while (side->owed_count > 0)
			model_answer(model, side);
	}
	while (model_pump(model))
		;
	for (size_t i = 0; i < model->pipes_count; i++) {
		struct pipe *pipe = &model->pipes[i];

		MUST(pipe->told);
		/* One side breaks off, both hear of it. */
		MUST(pipe->over[0] == pipe->over[1] ||
		     (pipe->from[0].closed && pipe->from[1].closed));
		for (int j = 0; j < 2 && !pipe->over[0] && !pipe->over[1]; j++)
			MUST(pipe->from[j].count == 0 &&
			     pipe->from[j].closed == pipe->from[j].end_told);
	}
	for (int i = 0; i < 2; i++) {
		struct side *side = &model->sides[i];

		MUST(side->asked_count == 0);
		MUST(channel_kept(side->channel) == 0);
		for (size_t j = 0; j < side->calls_count; j++)
			MUST(side->calls[j].done);
	}
}

/* When every stream has been closed there is room for as many new ones. */
static inline void
model_close_all(struct model *model)
{
	for (size_t i = 0; i < model->pipes_count; i++)
		for (int j = 0; j < 2; j++)
			if (!model->pipes[i].over[j])
				pipe_close(model, &model->sides[j],
				    &model->pipes[i], 0);
	while (model_pump(model))
		;
	for (int i = 0; i < 2; i++) {
		uint16_t stream = 0;

		for (int j = 0; j < CHANNEL_STREAMS_MAX; j++)
			MUST(channel_open(model->sides[i].channel, "a",
				 CHANNEL_BULK, &stream) == 0);
		MUST(channel_open(model->sides[i].channel, "a", CHANNEL_BULK,
			 &stream) == CAM_ERR_FULL);
	}
}

static inline void
model_end(struct model *model)
{
	model->ending = true;
	for (int i = 0; i < 2; i++) {
		struct side *side = &model->sides[i];

		channel_free(side->channel);
		buf_finish(&side->wire);
		for (size_t j = 0; j < side->calls_count; j++)
			MUST(side->calls[j].done);
	}
}

/* One life of two channels: it ends well, or the connection breaks. */
static inline void
model_run(struct model *model, uint64_t seed, unsigned steps)
{
	model->seed = model->state = seed;
	model_begin(model);
	for (model->step = 0; model->step < steps; model->step++)
		model_step(model);
	if (model_below(model, 4) == 0) {
		model->breaks++;
	} else {
		model_settle(model);
		model_close_all(model);
	}
	model_end(model);
}

static inline struct model *
model_new(void)
{
	struct model *model = xcalloc(1, sizeof(*model));
	uint8_t *pool = xmalloc(ITEM_POOL);

	model->state = 1;
	for (size_t i = 0; i < ITEM_POOL; i++)
		pool[i] = (uint8_t)model_next(model);
	model->pool = pool;
	return model;
}

static inline void
model_free(struct model *model)
{
	free((void *)model->pool);
	free(model);
}

#endif
