/* finding.c: where our server is, as others of the segment say: addresses to
 * try, one after the other and not too often; and whether who answers there is
 * it (threat model S1). */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/random.h"
#include "camd/camd.h"
#include "camd/org/org_parts.h"
#include "camd/settings.h"
#include "lan/lan.h"

enum {
	LOOK_MS = 2000,	 /* for the answers */
	PAUSE_MS = 1000, /* between places that lead nowhere */
	QUESTION_MS = 10 * 1000,
	SPREAD_MS = 2000,
	LOOK_FAILURES = 3,
	SCOPED_MS = 500 /* for a place that others can reach, too */
};

_Static_assert((int)ORGLINE_PIN_SIZE == (int)ROOT_PIN_SIZE, "the same pin");

static void
write_pin(const struct org *org, uint8_t pin[ROOT_PIN_SIZE])
{
	if (org->joining != NULL)
		memcpy(pin, org->joining->invitation.pin, ROOT_PIN_SIZE);
	else
		root_pin(org->charter.root, pin);
}

/* What the user has said is not doubted. */
static bool
is_told(const struct org *org)
{
	const char *host = settings_text(org->camd->settings, "server.host");

	return host != NULL && host[0] != '\0';
}

void
org_look(struct org *org)
{
	struct orgline line = { .port = 0 };

	if (is_told(org))
		return;
	write_pin(org, line.pin);
	lan_orgline(org->camd->lan, NULL, &line);
	timer_start(&org->looking, LOOK_MS);
}

/* One that is begun anew is soon back where it was: a whole office need not
 * look for it. */
void
org_look_again(struct org *org)
{
	if (org->failures >= LOOK_FAILURES)
		org_look(org);
}

/* -- answers -----------------------------------------------------------------
 */

/* Where many lie, each has his chance. */
static void
add(struct org *org, const struct addr *place)
{
	for (size_t i = 0; i < org->found_count; i++) {
		if (addr_equal(&org->found[i], place))
			return;
	}
	if (org->found_count < ORG_FOUND_MAX)
		org->found[org->found_count++] = *place;
	else
		org->found[random_below(ORG_FOUND_MAX)] = *place;
}

static bool
may_question(struct org *org)
{
	uint64_t now_ms = clock_now_ms();

	if (org->found_ms > 0 && now_ms - org->found_ms < QUESTION_MS)
		return false;
	org->found_ms = now_ms;
	return true;
}

void
org_hear_server(
    struct org *org, const struct addr *from, const struct orgline *line)
{
	struct addr place = *from;
	uint8_t pin[ROOT_PIN_SIZE];

	if (org == NULL || line->port == 0 || is_told(org))
		return;
	write_pin(org, pin);
	if (memcmp(pin, line->pin, sizeof pin) != 0)
		return;
	/* It has begun anew, perhaps elsewhere. */
	if (org->is_open && may_question(org))
		orglink_question(org->link);
	if (!org_is_apart(org))
		return;
	place.port = line->port;
	add(org, &place);
	org_try_found_soon(org);
}

/* One that means the same on each of the segment's machines: where we come from
 * is where the server says that we are. */
static bool
is_wide(const struct addr *place)
{
	return place->scope == 0;
}

static bool
has_wide(const struct org *org)
{
	for (size_t i = 0; i < org->found_count; i++) {
		if (is_wide(&org->found[i]))
			return true;
	}
	return false;
}

void
org_try_found_soon(struct org *org)
{
	uint64_t now_ms = clock_now_ms();
	uint64_t next_ms = org->found_ms > 0 ? org->found_ms + PAUSE_MS : 0;

	if (org->found_count > 0 && !has_wide(org))
		next_ms = (next_ms > now_ms ? next_ms : now_ms) + SCOPED_MS;
	/* What was said to all is not followed by all at once. */
	if (!timer_is_running(&org->looking))
		next_ms = (next_ms > now_ms ? next_ms : now_ms) +
			  random_below(SPREAD_MS);
	if (org->found_count > 0 && org->link == NULL &&
	    !timer_is_running(&org->found_soon))
		timer_start(
		    &org->found_soon, next_ms > now_ms ? next_ms - now_ms : 0);
}

bool
org_next_found(struct org *org, struct addr *place)
{
	uint32_t i = 0;

	if (org->found_count == 0)
		return false;
	i = random_below((uint32_t)org->found_count);
	while (!is_wide(&org->found[i]) && has_wide(org))
		i = (i + 1) % (uint32_t)org->found_count;
	*place = org->found[i];
	org->found[i] = org->found[--org->found_count];
	org->found_ms = clock_now_ms();
	return true;
}

void
org_forget_found(struct org *org)
{
	org->found_count = 0;
	timer_stop(&org->found_soon);
	timer_stop(&org->looking);
}

/* A name stays what it is; an address that somebody else has said is where it
 * really was. */
void
org_keep_place(struct org *org)
{
	char text[ADDR_TEXT_SIZE];
	struct addr addr;

	if (org->place.family == ADDR_NONE ||
	    (org->host[0] != '\0' &&
		addr_parse(span_text(org->host), 0, &addr) < 0))
		return;
	org_set_text(&org->host, addr_format(&org->place, text));
	org_save(org, NULL, NULL);
}

static void
on_found_soon(void *arg)
{
	org_connect_found(arg);
}

static void
on_looked(void *arg)
{
	org_give_up_looking(arg);
}

/* -- who it is ---------------------------------------------------------------
 */

const struct charter_server *
org_expected_server(void *arg, const uint8_t key[SIGN_KEY_SIZE])
{
	const struct org *org = arg;

	return org->joining == NULL ? charter_server(&org->charter, key) : NULL;
}

/* By the code at first, from then on by the root: its newer charter takes the
 * place of the older. */
int
org_judge_server(void *arg, const struct charter *charter, struct span bytes)
{
	struct org *org = arg;
	uint8_t pin[ROOT_PIN_SIZE];

	if (org->joining != NULL) {
		root_pin(charter->root, pin);
		if (memcmp(pin, org->joining->invitation.pin, sizeof pin) != 0)
			return CAM_ERR_KEY;
	} else if (memcmp(charter->root, org->charter.root, SIGN_KEY_SIZE) !=
		       0 ||
		   charter->serial < org->charter.serial) {
		return CAM_ERR_KEY;
	}
	if (charter->serial == org->charter.serial &&
	    !span_equal(bytes, buf_span(&org->statement)))
		return CAM_ERR_KEY;
	org->charter = *charter;
	buf_clear(&org->statement);
	buf_put_span(&org->statement, bytes);
	return 0;
}

/* -- making and ending -------------------------------------------------------
 */

void
org_finding_init(struct org *org)
{
	timer_init(&org->found_soon, org->camd->loop, on_found_soon, org);
	timer_init(&org->looking, org->camd->loop, on_looked, org);
}

void
org_finding_finish(struct org *org)
{
	timer_finish(&org->found_soon);
	timer_finish(&org->looking);
}
