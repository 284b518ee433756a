/* roll.c: the members in memory, kept up to what the database says. */
#include "camserver/links/roll.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/mem.h"
#include "camserver/links/cards.h"
#include "camserver/links/origins.h"
#include "camserver/server.h"
#include "crypto/digest.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "store/card.h"
#include "store/directory.h"
#include "store/member.h"

/* What changes of many at once is told at once: the later, the more there are
 * to be told, and in a rush it waits for more who come. */
enum {
	TELL_MS = 50,
	TELL_PRESENT_A_MS = 10,
	RUSH = 64,
	RUSH_WAITS = 3,
	READ_AT_ONCE = 4096,
};

struct roll {
	struct server *server;
	const struct roll_ops *ops;
	void *arg;
	struct table by_key, by_number;
	struct origins *origins; /* from which members come */
	TAILQ_HEAD(, roll_member) list;
	size_t count, present;
	struct buf log; /* all changes, one behind the other */
	size_t *ends;	/* where each ends in log */
	size_t ends_size;
	struct head head;
	uint8_t head_bytes[HEAD_BYTES];
	struct timer tell;
	size_t changed;	  /* members since it was last told */
	unsigned put_off; /* how often it has waited since */
	bool reading, again;
};

/* -- finding -----------------------------------------------------------------
 */

static bool
has_key(const struct table_link *link, const void *key)
{
	return memcmp(container_of(link, struct roll_member, by_key)->user_key,
		   key, SIGN_KEY_SIZE) == 0;
}

struct roll_member *
roll_by_key(const struct roll *roll, const uint8_t user_key[SIGN_KEY_SIZE])
{
	struct table_link *link = table_find(&roll->by_key,
	    table_hash(&roll->by_key, user_key, SIGN_KEY_SIZE), has_key,
	    user_key);

	return link != NULL ? container_of(link, struct roll_member, by_key)
			    : NULL;
}

static bool
has_number(const struct table_link *link, const void *key)
{
	return container_of(link, struct roll_member, by_number)->number ==
	       *(const uint64_t *)key;
}

struct roll_member *
roll_by_number(const struct roll *roll, uint64_t number)
{
	struct table_link *link = table_find(&roll->by_number,
	    table_hash(&roll->by_number, &number, sizeof number), has_number,
	    &number);

	return link != NULL ? container_of(link, struct roll_member, by_number)
			    : NULL;
}

size_t
roll_count(const struct roll *roll)
{
	return roll->count;
}

size_t
roll_present(const struct roll *roll)
{
	return roll->present;
}

const struct roll_member *
roll_next(const struct roll *roll, const struct roll_member *after)
{
	return after != NULL ? TAILQ_NEXT(after, entry)
			     : TAILQ_FIRST(&roll->list);
}

struct origins *
roll_origins(const struct roll *roll)
{
	return roll->origins;
}

const struct head *
roll_head(const struct roll *roll)
{
	return &roll->head;
}

const uint8_t *
roll_head_bytes(const struct roll *roll)
{
	return roll->head_bytes;
}

struct span
roll_change(const struct roll *roll, uint64_t number)
{
	size_t begin = number > 1 ? roll->ends[number - 2] : 0;

	return span_of(roll->log.data + begin, roll->ends[number - 1] - begin);
}

/* -- presence ----------------------------------------------------------------
 */

static void
tell_later(struct roll *roll)
{
	if (!timer_is_running(&roll->tell))
		timer_start(
		    &roll->tell, TELL_MS + roll->present / TELL_PRESENT_A_MS);
}

static void
on_tell(void *arg)
{
	struct roll *roll = arg;

	if (roll->changed >= RUSH && roll->put_off++ < RUSH_WAITS)
		tell_later(roll);
	else
		roll->ops->on_presence(roll->arg);
}

void
roll_told(struct roll *roll)
{
	struct roll_member *member = NULL;

	TAILQ_FOREACH (member, &roll->list, entry)
		member->changed = ROLL_SAME;
	roll->changed = roll->put_off = 0;
}

static void
change(struct roll *roll, struct roll_member *member, enum roll_change changed)
{
	roll->changed += member->changed == ROLL_SAME;
	if (member->changed < changed)
		member->changed = changed;
	tell_later(roll);
}

void
roll_set_link(
    struct roll *roll, struct roll_member *member, struct memberlink *link)
{
	roll->present += (link != NULL) - (size_t)(member->link != NULL);
	member->link = link;
	change(roll, member, ROLL_MOVED);
}

void
roll_set_away(struct roll *roll, struct roll_member *member, const char *text)
{
	char *copy = text != NULL ? xstrdup(text) : NULL;

	free(member->away);
	member->away = copy;
	change(roll, member, ROLL_MOVED);
}

/* -- cards -------------------------------------------------------------------
 */

/* The same for the same card, also after a restart: who has it needs it no
 * more. Never 0. */
static uint32_t
version_of(const struct roll_member *member)
{
	struct digest *digest = digest_new(DIGEST_SHA256);
	uint8_t hash[SHA256_SIZE];
	const uint8_t *at = hash;

	digest_add(digest, span_of(member->link_key, SIGN_KEY_SIZE));
	digest_add(digest, span_text(member->card));
	digest_peek(digest, hash);
	digest_free(digest);
	return (uint32_t)(fields_read(&at, 4) >> 1) + 1;
}

void
roll_set_card(struct roll *roll, struct roll_member *member, char *card,
    const uint8_t link_key[SIGN_KEY_SIZE], const struct addr *addr)
{
	bool same = member->card != NULL && strcmp(member->card, card) == 0 &&
		    memcmp(member->link_key, link_key, SIGN_KEY_SIZE) == 0;

	if (same && addr_equal(&member->addr, addr)) {
		free(card);
		return;
	}
	free(member->card);
	member->card = card;
	member->addr = *addr;
	memcpy(member->link_key, link_key, SIGN_KEY_SIZE);
	member->card_version = version_of(member);
	cards_write(roll->server, member);
	change(roll, member, ROLL_OTHER);
}

/* -- the directory -----------------------------------------------------------
 */

static void
member_free(struct roll *roll, struct roll_member *member)
{
	table_remove(&roll->by_key, &member->by_key);
	table_remove(&roll->by_number, &member->by_number);
	TAILQ_REMOVE(&roll->list, member, entry);
	roll->count--;
	free(member->logon);
	free(member->away);
	free(member->card);
	free(member);
}

static void
end_member(struct roll *roll, struct roll_member *member)
{
	roll->present -= member->link != NULL;
	roll->ops->on_removed(roll->arg, member);
	member_free(roll, member);
}

static void
give_member(struct roll *roll, const struct membership *membership,
    uint64_t number, int64_t row)
{
	struct roll_member *member = roll_by_key(roll, membership->user_key);

	if (member == NULL) {
		member = xcalloc(1, sizeof *member);
		memcpy(member->user_key, membership->user_key, SIGN_KEY_SIZE);
		table_add(&roll->by_key, &member->by_key,
		    table_hash(&roll->by_key, member->user_key, SIGN_KEY_SIZE));
		roll->count++;
	} else {
		table_remove(&roll->by_number, &member->by_number);
		TAILQ_REMOVE(&roll->list, member, entry);
	}
	member->number = number;
	member->member = row;
	free(member->logon);
	member->logon = xstrdup(membership->logon);
	TAILQ_INSERT_TAIL(&roll->list, member, entry);
	table_add(&roll->by_number, &member->by_number,
	    table_hash(&roll->by_number, &number, sizeof number));
	change(roll, member, ROLL_OTHER);
}

static void
take_change(struct roll *roll, struct span bytes, int64_t row)
{
	struct membership membership;
	struct roll_member *member = NULL;

	buf_put_span(&roll->log, bytes);
	head_add(&roll->head, bytes);
	if (roll->head.number > roll->ends_size) {
		roll->ends_size =
		    roll->ends_size > 0 ? 2 * roll->ends_size : 64;
		roll->ends = xreallocarray(
		    roll->ends, roll->ends_size, sizeof *roll->ends);
	}
	roll->ends[roll->head.number - 1] = roll->log.len;
	if (membership_parse(bytes, &membership) < 0)
		return;
	if (membership.kind == MEMBERSHIP_GIVEN)
		give_member(roll, &membership, roll->head.number, row);
	else if ((member = roll_by_key(roll, membership.user_key)) != NULL)
		end_member(roll, member);
}

static int
sign_head(struct roll *roll)
{
	roll->head.time_ms = clock_wall_ms();
	return head_build(
	    &roll->head, roll->server->organisation.signing, roll->head_bytes);
}

/* -- reading -----------------------------------------------------------------
 */

/* Changes on their way from the database to the roll. */
struct reading {
	struct job job;
	struct roll *roll;
	struct store *store;
	uint64_t after;
	struct buf log;
	struct read_change {
		size_t end;
		int64_t row;
	} * list;
	size_t count, size;
	int err;
};

static int
take_row(const struct store_member *member, void *arg)
{
	*(int64_t *)arg = member->member;
	return 0;
}

static int
read_change(int64_t number, struct span bytes, void *arg)
{
	struct reading *reading = arg;
	struct membership membership;
	struct read_change *change = NULL;
	int err = 0;

	if (reading->count == reading->size) {
		reading->size = reading->size > 0 ? 2 * reading->size : 16;
		reading->list = xreallocarray(
		    reading->list, reading->size, sizeof *reading->list);
	}
	change = &reading->list[reading->count++];
	buf_put_span(&reading->log, bytes);
	*change = (struct read_change){ .end = reading->log.len };
	if (membership_parse(bytes, &membership) == 0)
		err = store_member_by_key(reading->store,
		    span_of(membership.user_key, SIGN_KEY_SIZE), take_row,
		    &change->row);
	return err == CAM_ERR_UNKNOWN ? 0 : err;
}

static void
read_more(struct job *job, void *context)
{
	struct reading *reading = container_of(job, struct reading, job);

	reading->store = context;
	reading->err = store_directory_each(context, (int64_t)reading->after,
	    READ_AT_ONCE, read_change, reading);
}

static void
apply(struct roll *roll, const struct reading *reading)
{
	size_t begin = 0;

	for (size_t i = 0; i < reading->count; i++) {
		const struct read_change *change = &reading->list[i];

		take_change(roll,
		    span_of(reading->log.data + begin, change->end - begin),
		    change->row);
		begin = change->end;
	}
	if (reading->count == 0)
		return;
	if (sign_head(roll) < 0)
		log_error("the head of the directory cannot be signed");
}

static struct reading *
reading_new(struct roll *roll)
{
	struct reading *reading = xcalloc(1, sizeof *reading);

	reading->roll = roll;
	reading->after = roll->head.number;
	reading->job.work = read_more;
	buf_init(&reading->log, SIZE_MAX);
	return reading;
}

static void
reading_free(struct reading *reading)
{
	buf_finish(&reading->log);
	free(reading->list);
	free(reading);
}

static void
on_read(struct job *job)
{
	struct reading *reading = container_of(job, struct reading, job);
	struct roll *roll = reading->roll;
	bool more = reading->count == READ_AT_ONCE || roll->again;

	roll->reading = false;
	if (reading->err < 0)
		log_error("cannot read the directory: %s",
		    cam_strerror(reading->err));
	apply(roll, reading);
	if (reading->count > 0)
		roll->ops->on_changes(roll->arg, reading->after);
	if (more)
		roll_refresh(roll);
	reading_free(reading);
}

void
roll_refresh(struct roll *roll)
{
	struct reading *reading = NULL;

	roll->again = roll->reading;
	if (roll->reading)
		return;
	roll->reading = true;
	reading = reading_new(roll);
	reading->job.done = on_read;
	workers_submit(roll->server->writer, &reading->job);
}

/* -- making and ending -------------------------------------------------------
 */

static int
load_all(struct roll *roll)
{
	size_t count = READ_AT_ONCE;
	int err = 0;

	while (err == 0 && count == READ_AT_ONCE) {
		struct reading *reading = reading_new(roll);

		read_more(&reading->job, roll->server->store);
		err = reading->err;
		count = reading->count;
		if (err == 0)
			apply(roll, reading);
		reading_free(reading);
	}
	return err < 0 ? err : sign_head(roll);
}

static int
load_card(const struct store_card *card, void *arg)
{
	struct roll *roll = arg;
	struct roll_member *member = NULL;

	if (card->user_key.len == SIGN_KEY_SIZE)
		member = roll_by_key(roll, card->user_key.data);
	if (member == NULL || member->card != NULL)
		return 0;
	member->card = span_dup(card->hello);
	memcpy(member->link_key, card->link_key.data, SIGN_KEY_SIZE);
	member->card_version = version_of(member);
	if (addr_parse(span_text(card->addr), 0, &member->addr) == 0)
		origins_add(roll->origins, &member->addr);
	return 0;
}

int
roll_new(struct server *server, const struct roll_ops *ops, void *arg,
    struct roll **result)
{
	struct roll *roll = xcalloc(1, sizeof *roll);
	int err = 0;

	roll->server = server;
	roll->ops = ops;
	roll->arg = arg;
	table_init(&roll->by_key);
	table_init(&roll->by_number);
	roll->origins = origins_new();
	TAILQ_INIT(&roll->list);
	buf_init(&roll->log, SIZE_MAX);
	timer_init(&roll->tell, server->loop, on_tell, roll);
	err = load_all(roll);
	if (err == 0)
		err = store_card_each(server->store, load_card, roll);
	if (err < 0)
		roll_free(roll);
	else
		*result = roll;
	return err;
}

void
roll_free(struct roll *roll)
{
	if (roll == NULL)
		return;
	origins_free(roll->origins);
	while (!TAILQ_EMPTY(&roll->list))
		member_free(roll, TAILQ_FIRST(&roll->list));
	table_finish(&roll->by_key);
	table_finish(&roll->by_number);
	timer_finish(&roll->tell);
	buf_finish(&roll->log);
	free(roll->ends);
	free(roll);
}
