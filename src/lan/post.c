/* post.c: repeats a datagram until it is answered or the tries are used up. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "lan/post.h"

/* Messages and questions as the official client repeats them; opened notices
 * faster and longer. */
enum {
	TRIES = 5,
	INTERVAL_MS = 1000,
	OPENED_TRIES = 12,
	OPENED_INTERVAL_MS = 750
};
/* So that many clients do not keep step with each other. */
enum { JITTER_PERCENT = 10 };

static void
transmit(struct post *post)
{
	uint64_t interval_ms =
	    post->kind == POST_OPENED ? OPENED_INTERVAL_MS : INTERVAL_MS;
	uint32_t jitter_ms = (uint32_t)interval_ms * JITTER_PERCENT / 100;

	post->tries_left--;
	if (!post->is_answer ||
	    lan_may_answer(post->lan, &post->to, post->len, 0))
		lan_transmit(
		    post->lan, &post->to, 0, span_of(post->bytes, post->len));
	timer_start(&post->timer, interval_ms + random_below(jitter_ms + 1));
}

static void
end(struct post *post, bool answered)
{
	void (*on_end)(void *, bool) = post->on_end;
	void *arg = post->arg;

	post->on_drop = NULL;
	post_free(post);
	on_end(arg, answered);
}

void
post_wait_is_over(struct post *post)
{
	if (post->tries_left > 0)
		transmit(post);
	else
		end(post, false);
}

static void
on_silence(void *arg)
{
	post_wait_is_over(arg);
}

/* An answer to GETPUBKEY names no number: those are found by address. */
static uint64_t
hash(const struct lan *lan, enum post_kind kind, const struct addr *addr,
    uint32_t number)
{
	if (kind == POST_KEY)
		return table_hash(&lan->posts, addr, sizeof *addr);
	return table_hash(&lan->posts, &number, sizeof number);
}

static unsigned
tries_of(const struct post_order *order)
{
	if (order->tries > 0)
		return order->tries;
	return order->kind == POST_OPENED ? OPENED_TRIES : TRIES;
}

struct post *
post_new(struct lan *lan, const struct post_order *order)
{
	struct post *post = xcalloc(1, sizeof *post);

	post->lan = lan;
	post->kind = order->kind;
	post->to = *order->to;
	post->number = order->number;
	post->user = xstrdup(order->peer->user);
	post->host = xstrdup(order->peer->host);
	post->bytes = order->bytes;
	post->len = order->len;
	post->tries_left = tries_of(order);
	post->is_answer = order->is_answer;
	post->on_end = order->on_end;
	post->on_drop = order->on_drop;
	post->arg = order->arg;
	timer_init(&post->timer, lan->loop, on_silence, post);
	table_add(&lan->posts, &post->link,
	    hash(lan, post->kind, &post->to, post->number));
	transmit(post);
	return post;
}

void
post_free(struct post *post)
{
	if (post == NULL)
		return;
	table_remove(&post->lan->posts, &post->link);
	if (post->on_drop != NULL)
		post->on_drop(post->arg);
	timer_finish(&post->timer);
	free(post->user);
	free(post->host);
	free(post->bytes);
	free(post);
}

struct wanted {
	enum post_kind kind;
	const struct addr *from;
	const char *user;
	const char *host;
	uint32_t number;
};

static bool
is_answered_by(const struct table_link *link, const void *key)
{
	const struct post *post = container_of(link, struct post, link);
	const struct wanted *wanted = key;

	return post->kind == wanted->kind && post->number == wanted->number &&
	       addr_equal(&post->to, wanted->from) &&
	       text_same(post->user, wanted->user) &&
	       text_same(post->host, wanted->host);
}

struct post *
post_find(struct lan *lan, enum post_kind kind, const struct addr *from,
    const char *user, const char *host, uint32_t number)
{
	struct wanted wanted = { kind, from, user, host, number };
	struct table_link *link = table_find(&lan->posts,
	    hash(lan, kind, from, number), is_answered_by, &wanted);

	return link != NULL ? container_of(link, struct post, link) : NULL;
}

void
post_answered(struct post *post)
{
	end(post, true);
}

void
posts_drop_questions(struct lan *lan, const struct peer *peer)
{
	struct table_link *next;

	for (struct table_link *link = table_first(&lan->posts); link != NULL;
	     link = next) {
		struct post *post = container_of(link, struct post, link);

		next = table_next(&lan->posts, link);
		if (post->kind == POST_KEY &&
		    text_same(post->user, peer->user) &&
		    text_same(post->host, peer->host))
			post_free(post);
	}
}

void
posts_finish(struct lan *lan)
{
	struct table_link *link;

	while ((link = table_first(&lan->posts)) != NULL)
		post_free(container_of(link, struct post, link));
	table_finish(&lan->posts);
}
