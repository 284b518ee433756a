/* stock.c: others' prekeys for one envelope each, asked of the server when
 * somebody is about to be written to. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/onetimes.h"
#include "camd/org/org_parts.h"
#include "camd/people/user.h"
#include "camd/trust/trust.h"
#include "link/onetime.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	ASKED_MAX = 64,	     /* questions under way */
	AT_ONCE = 20,	     /* prekeys for one question */
	PATIENCE_MS = 2000,  /* then the one of the week serves */
	QUIET_MS = 60 * 1000 /* where there was none */
};

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct prekey_wish {
	TAILQ_ENTRY(prekey_wish) entry;
	struct stock *stock;
	void (*on_prekey)(void *arg, const struct prekey *prekey);
	void *arg;
};

/*
 * Of one user:
 *
 *	idle -> (a wish) asking -> (keys) checking, in the pool -> idle
 *	             or patience is over: wishes are told that there is none
 */
struct stock {
	struct table_link link; /* by user key */
	TAILQ_ENTRY(stock) entry;
	struct org *org;
	uint8_t user_key[SIGN_KEY_SIZE];
	uint8_t signing_key[SIGN_KEY_SIZE]; /* of the device */
	enum { STOCK_IDLE, STOCK_DUE, STOCK_ASKING, STOCK_CHECKING } state;
	struct prekey *list; /* AT_ONCE; NULL: none are at hand */
	size_t count;
	TAILQ_HEAD(, prekey_wish) wishes;
	size_t wish_count;
	size_t asked;
	uint64_t quiet_ms; /* until then nothing is asked, 0: it may be */
	struct timer patience;
};

static void ask_some(struct org *org);

/* -- one for each ------------------------------------------------------------
 */

static bool
has_key(const struct table_link *link, const void *key)
{
	return memcmp(container_of(link, const struct stock, link)->user_key,
		   key, SIGN_KEY_SIZE) == 0;
}

static struct stock *
find(const struct org *org, const uint8_t key[SIGN_KEY_SIZE])
{
	struct table_link *link = table_find(&org->stocks,
	    table_hash(&org->stocks, key, SIGN_KEY_SIZE), has_key, key);

	return link != NULL ? container_of(link, struct stock, link) : NULL;
}

static void
stock_free(struct stock *stock)
{
	table_remove(&stock->org->stocks, &stock->link);
	if (stock->state == STOCK_DUE)
		TAILQ_REMOVE(&stock->org->due, stock, entry);
	timer_finish(&stock->patience);
	free(stock->list);
	free(stock);
}

/* Each is used once. */
static bool
take(struct stock *stock, struct prekey *prekey)
{
	if (stock->count == 0)
		return false;
	*prekey = stock->list[--stock->count];
	if (stock->count == 0) {
		free(stock->list);
		stock->list = NULL;
	}
	return true;
}

static bool
is_quiet(struct stock *stock)
{
	if (stock->quiet_ms != 0 && clock_now_ms() >= stock->quiet_ms)
		stock->quiet_ms = 0;
	return stock->quiet_ms != 0;
}

static void
remove_wish(struct prekey_wish *wish)
{
	TAILQ_REMOVE(&wish->stock->wishes, wish, entry);
	wish->stock->wish_count--;
}

/* Those first that wait the longest; with rest all others hear that there is
 * none. */
static void
serve(struct stock *stock, bool rest)
{
	struct prekey_wish *wish = NULL;

	while ((wish = TAILQ_FIRST(&stock->wishes)) != NULL &&
	       (rest || stock->count > 0)) {
		struct prekey prekey = { .id = 0 };
		bool any = take(stock, &prekey);

		remove_wish(wish);
		wish->on_prekey(wish->arg, any ? &prekey : NULL);
		free(wish);
	}
	if (TAILQ_EMPTY(&stock->wishes))
		timer_stop(&stock->patience);
}

static void
on_patience(void *arg)
{
	struct stock *stock = arg;

	stock->quiet_ms = clock_now_ms() + QUIET_MS;
	serve(stock, true);
}

/* -- what came ---------------------------------------------------------------
 */

struct check_job {
	struct job job;
	struct org *org;
	uint8_t user_key[SIGN_KEY_SIZE];
	uint8_t signing_key[SIGN_KEY_SIZE];
	int64_t now_ms;
	struct onetime_list list;
	struct prekey good[AT_ONCE];
	size_t count;
};

/* Each is the device's own, or is not used (threat model 5.2). */
static void
check(struct job *job, void *context)
{
	struct check_job *check = container_of(job, struct check_job, job);

	for (size_t i = 0; i < check->list.count && i < AT_ONCE; i++) {
		struct prekey prekey;

		if (prekey_parse_onetime(
			span_of(check->list.prekeys[i], PREKEY_BYTES),
			check->signing_key, &prekey) == 0 &&
		    check->now_ms - prekey.made_ms <
			(ONETIMES_TOLD_DAYS + 1) * DAY_MS)
			check->good[check->count++] = prekey;
	}
}

static void
finish(struct org *org, struct stock *stock, size_t came)
{
	stock->state = STOCK_IDLE;
	org->asking--;
	if (came < stock->asked)
		stock->quiet_ms = clock_now_ms() + QUIET_MS;
	serve(stock, came < stock->asked);
	if (!TAILQ_EMPTY(&stock->wishes)) {
		stock->state = STOCK_DUE;
		TAILQ_INSERT_TAIL(&org->due, stock, entry);
	} else if (stock->count == 0 && stock->quiet_ms == 0) {
		stock_free(stock);
	}
	ask_some(org);
}

static void
on_checked(struct job *job)
{
	struct check_job *check = container_of(job, struct check_job, job);
	struct stock *stock = find(check->org, check->user_key);

	if (stock != NULL && stock->state == STOCK_CHECKING) {
		if (check->count < check->list.count)
			log_warn("the server hands out prekeys that are not "
				 "what they should be: not used");
		/* What waited while his device changed is not for that. */
		if (memcmp(stock->signing_key, check->signing_key,
			SIGN_KEY_SIZE) != 0)
			check->count = 0;
		if (check->count > 0 && stock->list == NULL)
			stock->list = xcalloc(AT_ONCE, sizeof *stock->list);
		while (check->count > 0 && stock->count < AT_ONCE)
			stock->list[stock->count++] =
			    check->good[--check->count];
		finish(check->org, stock, stock->count);
	}
	free(check);
}

static void
on_answer(void *arg, int err, json_t *result, const char *message)
{
	struct stock *stock = arg;
	struct org *org = stock->org;
	struct check_job *job = NULL;

	if (err == CAM_ERR_CLOSED || stock->state != STOCK_ASKING)
		return;
	job = xcalloc(1, sizeof *job);
	if (err < 0 || onetime_parse(result, &job->list) < 0 ||
	    job->list.count == 0 || org->stopped) {
		free(job);
		finish(org, stock, 0);
		return;
	}
	stock->state = STOCK_CHECKING;
	job->org = org;
	job->now_ms = clock_wall_ms();
	memcpy(job->user_key, stock->user_key, SIGN_KEY_SIZE);
	memcpy(job->signing_key, stock->signing_key, SIGN_KEY_SIZE);
	job->job.work = check;
	job->job.done = on_checked;
	workers_submit(org->camd->pool, &job->job);
}

/* -- asking ------------------------------------------------------------------
 */

static void
ask(struct org *org, struct stock *stock)
{
	TAILQ_REMOVE(&org->due, stock, entry);
	stock->state = STOCK_ASKING;
	stock->asked =
	    stock->wish_count < AT_ONCE ? stock->wish_count : AT_ONCE;
	org->asking++;
	if (orglink_call(org->link, PREKEY_TAKE,
		json_pack("{s:o, s:I}", "user_key",
		    json_hex(span_of(stock->user_key, SIGN_KEY_SIZE)), "count",
		    (json_int_t)stock->asked),
		on_answer, stock) < 0)
		finish(org, stock, 0);
}

static void
ask_some(struct org *org)
{
	if (!TAILQ_EMPTY(&org->due) && org->asking < ASKED_MAX &&
	    !timer_is_running(&org->due_soon))
		timer_start(&org->due_soon, 0);
}

/* What is written in one turn of the loop is one question. */
static void
on_due_soon(void *arg)
{
	struct org *org = arg;
	struct stock *stock = NULL;

	while (org->is_open && org->link != NULL && org->asking < ASKED_MAX &&
	       (stock = TAILQ_FIRST(&org->due)) != NULL)
		ask(org, stock);
}

/* His stock; one for another device is thrown away. NULL: he has no device. */
static struct stock *
stock_of(struct org *org, const struct user *user)
{
	const uint8_t *key = trust_user_key(org->camd->trust, user);
	const struct device *device =
	    trust_prekey_device(org->camd->trust, user);
	struct stock *stock = key != NULL ? find(org, key) : NULL;

	if (key == NULL || device == NULL)
		return NULL;
	if (stock == NULL) {
		stock = xcalloc(1, sizeof *stock);
		stock->org = org;
		memcpy(stock->user_key, key, SIGN_KEY_SIZE);
		TAILQ_INIT(&stock->wishes);
		timer_init(
		    &stock->patience, org->camd->loop, on_patience, stock);
		table_add(&org->stocks, &stock->link,
		    table_hash(&org->stocks, key, SIGN_KEY_SIZE));
	}
	if (memcmp(stock->signing_key, device->signing_key, SIGN_KEY_SIZE) !=
	    0) {
		stock->count = 0;
		free(stock->list);
		stock->list = NULL;
		memcpy(stock->signing_key, device->signing_key, SIGN_KEY_SIZE);
	}
	return stock;
}

int
org_take_prekey(struct org *org, const struct user *user, struct prekey *prekey)
{
	struct stock *stock =
	    org->is_open && !org->stopped ? stock_of(org, user) : NULL;

	if (stock == NULL)
		return CAM_ERR_UNKNOWN;
	if (take(stock, prekey))
		return 0;
	return is_quiet(stock) ? CAM_ERR_UNKNOWN : CAM_ERR_MORE;
}

struct prekey_wish *
org_want_prekey(struct org *org, const struct user *user,
    void (*on_prekey)(void *arg, const struct prekey *prekey), void *arg)
{
	struct prekey_wish *wish = xcalloc(1, sizeof *wish);
	struct stock *stock = stock_of(org, user);

	wish->stock = stock;
	wish->on_prekey = on_prekey;
	wish->arg = arg;
	TAILQ_INSERT_TAIL(&stock->wishes, wish, entry);
	if (stock->wish_count++ == 0)
		timer_start(&stock->patience, PATIENCE_MS);
	if (stock->state == STOCK_IDLE) {
		stock->state = STOCK_DUE;
		TAILQ_INSERT_TAIL(&org->due, stock, entry);
	}
	ask_some(org);
	return wish;
}

void
prekey_wish_cancel(struct prekey_wish *wish)
{
	if (wish == NULL)
		return;
	remove_wish(wish);
	free(wish);
}

/* -- coming and going --------------------------------------------------------
 */

/* Who waits is told that there is none. What is at hand stays good. */
void
org_stock_closed(struct org *org)
{
	struct table_link *link = NULL, *next = NULL;

	timer_stop(&org->due_soon);
	org->asking = 0;
	for (link = table_first(&org->stocks); link != NULL; link = next) {
		struct stock *stock = container_of(link, struct stock, link);

		next = table_next(&org->stocks, link);
		if (stock->state == STOCK_DUE)
			TAILQ_REMOVE(&org->due, stock, entry);
		stock->state = STOCK_IDLE;
		stock->quiet_ms = 0;
		serve(stock, true);
		if (stock->count == 0)
			stock_free(stock);
	}
}

void
org_stock_init(struct org *org)
{
	table_init(&org->stocks);
	TAILQ_INIT(&org->due);
	timer_init(&org->due_soon, org->camd->loop, on_due_soon, org);
}

void
org_stock_finish(struct org *org)
{
	struct table_link *link = NULL;

	org_stock_closed(org);
	while ((link = table_first(&org->stocks)) != NULL)
		stock_free(container_of(link, struct stock, link));
	timer_finish(&org->due_soon);
	table_finish(&org->stocks);
}
