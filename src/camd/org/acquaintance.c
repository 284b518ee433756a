/* acquaintance.c: which cards of colleagues we have, over our own restart. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/org/org_parts.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "loop/worker.h"
#include "store/colleague.h"

/* Cards of a crowd come one after the other: they are collected for a moment,
 * and written in pieces. */
enum { WRITE_DELAY_MS = 500, WRITE_BATCH = 1000 };

/* -- writing -----------------------------------------------------------------
 */

struct write_job {
	struct job job;
	size_t count;
	struct store_colleague rows[WRITE_BATCH];
	char addrs[WRITE_BATCH][ADDR_TEXT_SIZE];
};

static void
write_rows(struct job *job, void *context)
{
	struct write_job *write = container_of(job, struct write_job, job);

	for (size_t i = 0; i < write->count; i++) {
		int err = store_colleague_put(context, &write->rows[i]);

		/* It is asked for once more, then. */
		if (err < 0)
			log_error("cannot keep which card that is: %s",
			    cam_strerror(err));
	}
}

static void
on_written(struct job *job)
{
	free(container_of(job, struct write_job, job));
}

static void
add_row(struct write_job *write, const struct org *org, uint64_t number)
{
	const struct colleague *colleague =
	    replica_by_number(org->replica, number);
	bool is_there = colleague != NULL && colleague->is_known;
	char *addr = write->addrs[write->count];

	if (is_there && colleague->addr.family != ADDR_NONE)
		(void)addr_format(&colleague->addr, addr);
	write->rows[write->count++] = (struct store_colleague){
		.number = (int64_t)number,
		.card = is_there ? colleague->card : 0,
		.addr = addr,
	};
}

static void
write_some(struct org *org)
{
	struct acquaintance *known = &org->acquaintance;
	struct write_job *write = xcalloc(1, sizeof *write);

	while (known->count > 0 && write->count < WRITE_BATCH)
		add_row(write, org, known->numbers[--known->count]);
	write->job.work = write_rows;
	write->job.done = on_written;
	workers_submit(org->camd->writer, &write->job);
}

/* What they say comes first: whoever has the version has that. */
void
org_acquaintance_write(struct org *org)
{
	struct acquaintance *known = &org->acquaintance;

	timer_stop(&known->soon);
	if (known->count > 0)
		roster_write(org->camd->roster);
	while (known->count > 0)
		write_some(org);
	free(known->numbers);
	known->numbers = NULL;
	known->size = 0;
}

static void
on_soon(void *arg)
{
	org_acquaintance_write(arg);
}

static void
mark(struct org *org, uint64_t number)
{
	struct acquaintance *known = &org->acquaintance;

	if (known->count == known->size) {
		known->size = known->size > 0 ? 2 * known->size : 16;
		known->numbers = xreallocarray(
		    known->numbers, known->size, sizeof *known->numbers);
	}
	known->numbers[known->count++] = number;
	if (!timer_is_running(&known->soon))
		timer_start(&known->soon, WRITE_DELAY_MS);
}

void
org_acquaint(struct org *org, struct colleague *colleague, bool is_known)
{
	bool was_known = colleague->is_known;

	colleague->is_known = is_known;
	if ((is_known || was_known) && colleague->number != 0)
		mark(org, colleague->number);
}

void
org_acquaintance_drop(struct org *org)
{
	org->acquaintance.count = 0;
	timer_stop(&org->acquaintance.soon);
}

/* -- reading -----------------------------------------------------------------
 */

/* What his card said is here, and was signed by him: else it is as if it had
 * never come. */
static bool
is_believed(const struct org *org, const struct colleague *colleague)
{
	const uint8_t *key = colleague->membership.user_key;
	const struct user *user = trust_by_user_key(org->camd->trust, key);

	if (memcmp(key, identity_user_key(org->camd->identity),
		SIGN_KEY_SIZE) == 0)
		return true;
	return user != NULL && user->peer.strength >= PEER_CAM1 &&
	       trust_devices(org->camd->trust, user)->count > 0 &&
	       trust_prekey_device(org->camd->trust, user) != NULL;
}

static int
take_row(const struct store_colleague *row, void *arg)
{
	struct org *org = arg;
	struct colleague *colleague =
	    row->number > 0
		? replica_by_number(org->replica, (uint64_t)row->number)
		: NULL;

	if (colleague == NULL || row->card == 0 ||
	    !is_believed(org, colleague)) {
		mark(org, (uint64_t)row->number);
		return 0;
	}
	colleague->card = row->card;
	colleague->is_known = true;
	if (addr_parse(span_text(row->addr), 0, &colleague->addr) < 0)
		colleague->addr = (struct addr){ .family = ADDR_NONE };
	return 0;
}

int
org_acquaintance_load(struct org *org, struct store *store)
{
	return store_colleague_each(store, take_row, org);
}

/* -- making and ending -------------------------------------------------------
 */

void
org_acquaintance_init(struct org *org)
{
	timer_init(&org->acquaintance.soon, org->camd->loop, on_soon, org);
}

void
org_acquaintance_finish(struct org *org)
{
	timer_finish(&org->acquaintance.soon);
	free(org->acquaintance.numbers);
}
