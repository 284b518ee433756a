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

struct wanted {
	enum post_kind kind;
	const struct sender *sender;
	uint32_t number;
};

static void
transmit(struct post *post)
{
	uint64_t jitter = post->interval_ms * JITTER_PERCENT / 100;

	post->tries_left--;
	lan_transmit(post->lan, &post->to, 0, span_of(post->bytes, post->len));
	timer_start(&post->timer,
	    post->interval_ms + random_below((uint32_t)jitter + 1));
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

static void
on_silence(void *arg)
{
	struct post *post = arg;

	if (post->tries_left > 0)
		transmit(post);
	else
		end(post, false);
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

struct post *
post_new(struct lan *lan, enum post_kind kind, const struct peer *peer,
    const struct addr *to, uint32_t number, uint8_t *bytes, size_t len,
    void (*on_end)(void *arg, bool answered), void *arg)
{
	struct post *post = xcalloc(1, sizeof *post);

	post->lan = lan;
	post->kind = kind;
	post->to = *to;
	post->number = number;
	post->user = xstrdup(peer->user);
	post->host = xstrdup(peer->host);
	post->bytes = bytes;
	post->len = len;
	post->tries_left = kind == POST_OPENED ? OPENED_TRIES : TRIES;
	post->interval_ms =
	    kind == POST_OPENED ? OPENED_INTERVAL_MS : INTERVAL_MS;
	post->on_end = on_end;
	post->arg = arg;
	timer_init(&post->timer, lan->loop, on_silence, post);
	table_add(&lan->posts, &post->link, hash(lan, kind, to, number));
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

static bool
is_answered_by(const struct table_link *link, const void *key)
{
	const struct post *post = container_of(link, struct post, link);
	const struct wanted *wanted = key;

	return post->kind == wanted->kind && post->number == wanted->number &&
	       addr_equal(&post->to, &wanted->sender->addr) &&
	       text_same(post->user, wanted->sender->user) &&
	       text_same(post->host, wanted->sender->host);
}

struct post *
post_find(struct lan *lan, enum post_kind kind, const struct sender *sender,
    uint32_t number)
{
	struct wanted wanted = { kind, sender, number };
	struct table_link *link = table_find(&lan->posts,
	    hash(lan, kind, &sender->addr, number), is_answered_by, &wanted);

	return link != NULL ? container_of(link, struct post, link) : NULL;
}

void
post_answered(struct post *post)
{
	end(post, true);
}

void
posts_forget(struct lan *lan, const struct peer *peer)
{
	struct table_link *next;

	for (struct table_link *link = table_first(&lan->posts); link != NULL;
	     link = next) {
		struct post *post = container_of(link, struct post, link);

		next = table_next(&lan->posts, link);
		if (text_same(post->user, peer->user) &&
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
