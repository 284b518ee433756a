/* supply.c: one-time prekeys of ours at the server: as many as it should hold,
 * and none that we have not. */
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/link/onetimes.h"
#include "camd/org/org_parts.h"
#include "link/onetime.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum {
	SUPPLY_MAX = ONETIME_LIST_MAX,
	SUPPLY_LOW = SUPPLY_MAX - 20, /* what one asker may take is gone */
	SOON_MS = 1000,		      /* all come back at once: not all ask */
	REFILL_MS = 30 * 1000,
	DAY_MS = 24 * 60 * 60 * 1000,
};

static void
end(struct org *org, uint64_t next_ms)
{
	org->supply.busy = false;
	if (!org->stopped && org->is_open)
		timer_start(&org->supply.due, next_ms);
}

/* What the server holds and we have not, or not for long any more. */
static size_t
find_useless(struct org *org, const uint32_t *ids, size_t count, uint32_t *drop)
{
	const struct onetimes *onetimes = org->camd->onetimes;
	int64_t now_ms = clock_wall_ms();
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (!onetimes_is_fresh(onetimes, ids[i], now_ms))
			drop[found++] = ids[i];
	return found;
}

static void
on_filled(void *arg, int err, json_t *result, const char *message)
{
	struct org *org = arg;

	if (err < 0 && err != CAM_ERR_CLOSED)
		log_warn("the server takes no prekeys: %s",
		    message != NULL ? message : cam_strerror(err));
	org->supply.filled_ms = clock_now_ms();
	end(org, DAY_MS);
}

static void
on_made(
    void *arg, int err, const uint8_t (*prekeys)[PREKEY_BYTES], size_t count)
{
	struct org *org = arg;

	/* Where the link is another by now, what was made is left for its own
	 * time: the server never heard of it. */
	if (err < 0 || org->stopped || !org->is_open ||
	    org->supply.serial != org->serial ||
	    orglink_call(org->link, PREKEY_FILL,
		json_pack("{s:o, s:o}", "prekeys",
		    onetime_write(prekeys, count), "drop",
		    onetime_write_ids(
			org->supply.drop, org->supply.drop_count)),
		on_filled, org) < 0)
		end(org, REFILL_MS);
}

static void
on_held(void *arg, int err, json_t *result, const char *message)
{
	struct org *org = arg;
	struct org_supply *supply = &org->supply;
	uint32_t ids[SUPPLY_MAX];
	size_t count = 0;

	if (err == 0)
		err = onetime_parse_ids(result, "ids", ids, SUPPLY_MAX, &count);
	if (err < 0 || org->stopped || !org->is_open) {
		end(org, DAY_MS);
		return;
	}
	supply->drop_count = find_useless(org, ids, count, supply->drop);
	count -= supply->drop_count;
	if (supply->drop_count == 0 && count > SUPPLY_LOW)
		end(org, DAY_MS);
	else
		onetimes_make(
		    org->camd->onetimes, SUPPLY_MAX - count, on_made, org);
}

static void
on_due(void *arg)
{
	struct org *org = arg;

	if (org->stopped || !org->is_open || org->supply.busy)
		return;
	onetimes_expire(org->camd->onetimes, clock_wall_ms());
	org->supply.serial = org->serial;
	org->supply.busy = orglink_call(org->link, PREKEY_FILL,
			       json_pack("{s:[], s:[]}", "prekeys", "drop"),
			       on_held, org) == 0;
	if (!org->supply.busy)
		end(org, REFILL_MS);
}

void
org_supply_opened(struct org *org)
{
	if (org->camd->onetimes != NULL)
		timer_start(&org->supply.due, random_below(SOON_MS));
}

/* However fast they are taken, there is some time between two fillings. */
void
org_supply_low(struct org *org)
{
	uint64_t gone = clock_now_ms() - org->supply.filled_ms;

	if (org->camd->onetimes == NULL || org->supply.busy)
		return;
	timer_start(&org->supply.due,
	    org->supply.filled_ms == 0 || gone >= REFILL_MS ? 0
							    : REFILL_MS - gone);
}

void
org_supply_init(struct org *org)
{
	timer_init(&org->supply.due, org->camd->loop, on_due, org);
}

void
org_supply_finish(struct org *org)
{
	timer_finish(&org->supply.due);
}
