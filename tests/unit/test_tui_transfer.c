/* test_tui_transfer.c: what the screen knows and tells of files on their way.
 */
#include "test.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cam-tui/event_text.h"
#include "cam-tui/model.h"
#include "cam-tui/transfer_text.h"

#define TIME "2026-01-31T09:30:00.000+00:00"

struct heard {
	size_t count;
	const struct model_transfer *last;
};

static void
on_change(const struct model_change *change, void *arg)
{
	struct heard *heard = arg;

	if (change->kind != CHANGE_TRANSFER)
		return;
	heard->count++;
	heard->last = change->transfer;
}

static json_t *
file(const char *id, const char *peer, const char *direction, const char *state,
    const char *time)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:s}",
	    "id", id, "message", "m", "direction", direction, "peer", peer,
	    "name", "plan.pdf", "size", 1000, "kind", "file", "state", state,
	    "done", 0, "sent", time);
}

static void
take(struct model *model, json_t *object)
{
	model_take_offer(model, object);
	json_decref(object);
}

static void
take_event(struct model *model, const char *event, json_t *params)
{
	model_take_event(model, event, params);
	json_decref(params);
}

static json_t *
progress(const char *id, const char *peer, int done, int rate)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "id", id,
	    "message", "m", "direction", "in", "peer", peer, "done", done,
	    "size", 1000, "rate", rate);
}

static void
an_offer_becomes_a_transfer_and_ends(void **state)
{
	struct heard heard = { 0 };
	struct model *model = model_new(on_change, &heard);
	const struct model_transfer *transfer;
	uint64_t size, done;
	json_t *object;

	take_event(model, "offer.received",
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s}", "id", "m.1",
		"message", "m", "from", "anna@pc1", "time", TIME, "name",
		"plan.pdf", "size", 1000, "kind", "file", "state", "offered"));
	transfer = model_transfer(model, "m.1", "anna@pc1");
	assert_non_null(transfer);
	assert_true(transfer->is_received);
	assert_int_equal(transfer->stage, STAGE_OFFERED);
	assert_ptr_equal(heard.last, transfer);
	assert_false(model_transfer_sum(model, true, &size, &done));
	take_event(
	    model, "transfer.progress", progress("m.1", "anna@pc1", 450, 100));
	assert_int_equal(transfer->stage, STAGE_RUNNING);
	assert_int_equal(transfer->rate, 100);
	assert_string_equal(transfer->name, "plan.pdf");
	assert_true(model_transfer_sum(model, true, &size, &done));
	assert_int_equal(transfer_percent(done, size), 45);
	assert_false(model_transfer_sum(model, false, &size, &done));
	object = file("m.1", "anna@pc1", "in", "done", TIME);
	json_object_set_new(object, "path", json_string("/f/plan.pdf"));
	take_event(model, "transfer.done", object);
	assert_int_equal(transfer->stage, STAGE_DONE);
	assert_int_equal(transfer->rate, 0);
	assert_string_equal(transfer->path, "/f/plan.pdf");
	assert_false(model_transfer_sum(model, true, &size, &done));
	assert_int_equal(model_transfer_count(model), 1);
	assert_int_equal(heard.count, 3);
	model_free(model);
}

static void
each_recipient_of_ours_has_a_transfer_of_his_own(void **state)
{
	struct model *model = model_new(NULL, NULL);

	take_event(model, "message.sent",
	    json_pack("{s:s, s:s, s:s, s:[s, s], s:[s, s], s:s, "
		      "s:[{s:s, s:s, s:i, s:s}]}",
		"type", "message.sent", "id", "m", "time", TIME, "to",
		"anna@pc1", "carl@pc3", "talk", "anna@pc1", "carl@pc3", "text",
		"", "offers", "id", "m.0", "name", "plan.pdf", "size", 1000,
		"kind", "file"));
	assert_int_equal(model_transfer_count(model), 2);
	take_event(model, "transfer.done",
	    file("m.0", "carl@pc3", "out", "done", TIME));
	assert_int_equal(
	    model_transfer(model, "m.0", "anna@pc1")->stage, STAGE_OFFERED);
	assert_int_equal(
	    model_transfer(model, "m.0", "carl@pc3")->stage, STAGE_DONE);
	model_drop_offer(model, model_transfer_at(model, 0)->id);
	assert_int_equal(model_transfer_count(model), 0);
	model_free(model);
}

static void
transfers_are_in_the_order_of_their_messages(void **state)
{
	struct model *model = model_new(NULL, NULL);
	static const char *const days[] = { "2026-01-31T09:30:00.000+00:00",
		"2026-01-29T09:30:00.000+00:00",
		"2026-01-30T09:30:00.000+00:00" };

	for (int i = 0; i < 3; i++) {
		char id[8];

		snprintf(id, sizeof id, "%c.1", 'a' + i);
		take(model, file(id, "anna@pc1", "in", "offered", days[i]));
	}
	assert_string_equal(model_transfer_at(model, 0)->id, "b.1");
	assert_string_equal(model_transfer_at(model, 1)->id, "c.1");
	assert_string_equal(model_transfer_at(model, 2)->id, "a.1");
	model_free(model);
}

static void
what_has_no_name_or_id_is_nothing(void **state)
{
	struct model *model = model_new(NULL, NULL);

	take_event(
	    model, "transfer.progress", progress("x.1", "anna@pc1", 1, 1));
	take_event(model, "transfer.done", json_object());
	take_event(model, "offer.received", json_pack("{s:i}", "id", 3));
	assert_int_equal(model_transfer_count(model), 0);
	model_free(model);
}

static void
the_oldest_are_let_go(void **state)
{
	struct model *model = model_new(NULL, NULL);
	json_t *page = json_array();

	for (int i = 0; i < 5010; i++) {
		char id[16];

		snprintf(id, sizeof id, "%d.1", i);
		json_array_append_new(
		    page, file(id, "anna@pc1", "in", "running", TIME));
	}
	model_take_offers(model, page);
	json_decref(page);
	assert_int_equal(model_transfer_count(model), 5000);
	assert_null(model_transfer(model, "9.1", "anna@pc1"));
	assert_non_null(model_transfer(model, "5009.1", "anna@pc1"));
	model_forget_offers(model);
	assert_int_equal(model_transfer_count(model), 0);
	model_free(model);
}

/* -- words ---------------------------------------------------------------- */

static void
assert_pace(uint64_t size, uint64_t done, uint64_t rate, const char *wanted)
{
	struct model_transfer transfer = {
		.stage = STAGE_RUNNING, .size = size, .done = done, .rate = rate
	};
	struct buf text;
	char *got;

	buf_init(&text, 256);
	transfer_put_pace(&transfer, &text);
	got = buf_steal_text(&text);
	assert_string_equal(got, wanted);
	free(got);
}

static void
pace_is_part_rate_and_time_left(void **state)
{
	assert_pace(1000, 450, 0, "45%");
	assert_pace(1000, 999, 1, "99% 1 B/s 0:01");
	assert_pace(2048, 1024, 100, "50% 100 B/s 0:11");
	assert_pace(1 << 30, 0, 100000, "0% 98 KiB/s 2:58:58");
	assert_pace((uint64_t)1 << 50, 0, 1, "0% 1 B/s");
	/* A folder of an IPMSG client: nobody knows how large. */
	assert_pace(0, 4096, 1024, "4.0 KiB 1.0 KiB/s");
	/* More than was offered. */
	assert_pace(10, 20, 1, "100% 1 B/s 0:00");
}

static void
a_bar_is_as_full_as_it_should_be(void **state)
{
	struct buf text;
	char *got;

	buf_init(&text, 256);
	transfer_put_bar(1, 2, 4, &text);
	transfer_put_bar(0, 0, 1, &text);
	transfer_put_bar(9, 3, 1, &text);
	got = buf_steal_text(&text);
	assert_string_equal(got,
	    "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x91\xe2\x96\x91\xe2\x96\x91"
	    "\xe2\x96\x88");
	free(got);
}

static void
pictures_are_known_by_kind_or_name(void **state)
{
	struct model_transfer transfer = { .kind = "file", .name = "A.JPeG" };

	assert_true(transfer_is_picture(&transfer));
	transfer.kind = "folder";
	assert_false(transfer_is_picture(&transfer));
	transfer.kind = "image";
	transfer.name = "x";
	assert_true(transfer_is_picture(&transfer));
	transfer.kind = "file";
	transfer.name = ".png";
	assert_false(transfer_is_picture(&transfer));
}

/* -- the log -------------------------------------------------------------- */

static json_t *
user(const char *nick, const char *state, const char *away,
    const char *encryption, bool verified)
{
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s*, s:s, s:b}}", "user",
	    "id", "anna@pc1", "nick", nick, "group", "", "state", state, "away",
	    away, "encryption", encryption, "verified", verified);
}

static void
assert_told(
    struct model *model, const char *event, json_t *params, const char *wanted)
{
	enum style style;
	char *text = event_text(model, event, params, &style);

	if (wanted == NULL)
		assert_null(text);
	else
		assert_string_equal(text, wanted);
	free(text);
	take_event(model, event, params);
}

static void
the_log_tells_what_has_changed_of_a_user(void **state)
{
	struct model *model = model_new(NULL, NULL);

	assert_told(model, "user.changed",
	    user("Anna", "online", NULL, "none", false), NULL);
	assert_told(model, "user.changed",
	    user("Anna", "online", NULL, "none", false), NULL);
	assert_told(model, "user.changed",
	    user("Anna", "away", "lunch", "none", false),
	    "Anna is away: lunch");
	assert_told(model, "user.changed",
	    user("Anna", "away", "lunch", "none", false), NULL);
	assert_told(model, "user.changed",
	    user("Anna", "online", NULL, "none", false), "Anna is back");
	assert_told(model, "user.changed",
	    user("Anna", "online", NULL, "cam1", false),
	    "messages to Anna are end-to-end encrypted now");
	assert_told(model, "user.changed",
	    user("Anna", "online", NULL, "cam1", true), "Anna is verified now");
	assert_told(model, "user.changed",
	    user("Ann", "online", NULL, "cam1", true),
	    "Anna is called Ann now");
	assert_told(model, "user.left",
	    user("Ann", "offline", NULL, "cam1", true),
	    "Ann (anna@pc1) has left");
	model_free(model);
}

static void
the_log_tells_how_transfers_end(void **state)
{
	struct model *model = model_new(NULL, NULL);
	json_t *failed = file("m.1", "anna@pc1", "in", "failed", TIME);
	json_t *done = file("m.1", "anna@pc1", "in", "done", TIME);

	json_object_set_new(failed, "error", json_string("as camd says"));
	json_object_set_new(failed, "reason", json_string("busy"));
	json_object_set_new(done, "path", json_string("/f/plan.pdf"));
	assert_told(model, "transfer.failed", failed,
	    "'plan.pdf' from anna@pc1: the other side has too much to do "
	    "now");
	assert_told(model, "transfer.done", done,
	    "'plan.pdf' from anna@pc1 is saved as '/f/plan.pdf'");
	assert_told(model, "transfer.done",
	    file("m.2", "anna@pc1", "out", "done", TIME),
	    "anna@pc1 has fetched 'plan.pdf'");
	assert_told(model, "transfer.failed",
	    file("m.2", "anna@pc1", "out", "expired", TIME),
	    "'plan.pdf' to anna@pc1: expired");
	assert_told(model, "talk.read", json_object(), NULL);
	model_free(model);
}

static json_t *
held(const char *id, const char *peer, const char *direction,
    const char *server, const char *until)
{
	json_t *object = file(id, peer, direction, "offered", TIME);

	json_object_set_new(object, "server", json_string(server));
	json_object_set_new(object, "server_until",
	    until != NULL ? json_string(until) : json_null());
	return object;
}

static void
assert_shown(const struct model *model, const char *id, const char *peer,
    const char *state, const char *detail)
{
	const struct model_transfer *transfer = model_transfer(model, id, peer);
	char *text = NULL;

	assert_non_null(transfer);
	text = transfer_detail(transfer);
	assert_string_equal(transfer_state(transfer), state);
	assert_string_equal(text, detail);
	free(text);
}

static void
what_the_server_holds_is_seen_until_it_is_fetched(void **state)
{
	struct model *model = model_new(NULL, NULL);
	static const char until[] = "2026-02-14T12:00:00.000+00:00";

	take(model, file("m.1", "anna@pc1", "in", "offered", TIME));
	assert_shown(model, "m.1", "anna@pc1", "offered", "");
	assert_told(model, "offer.held",
	    held("m.1", "anna@pc1", "in", "held", until),
	    "the server holds 'plan.pdf' from anna@pc1");
	assert_shown(model, "m.1", "anna@pc1", "held",
	    "by the server, until 2026-02-14");
	/* Told anew with each connection to the server. */
	assert_told(model, "offer.held",
	    held("m.1", "anna@pc1", "in", "held", until), NULL);
	take_event(
	    model, "transfer.progress", progress("m.1", "anna@pc1", 1, 1));
	assert_shown(model, "m.1", "anna@pc1", "running", "");
	assert_told(model, "offer.held",
	    held("m.2", "bob@pc2", "out", "bringing", NULL), NULL);
	assert_shown(
	    model, "m.2", "bob@pc2", "offered", "on its way to the server");
	assert_told(model, "offer.held",
	    held("m.2", "bob@pc2", "out", "full", NULL), NULL);
	assert_shown(
	    model, "m.2", "bob@pc2", "offered", "no room at the server");
	assert_told(model, "offer.held",
	    held("m.2", "bob@pc2", "out", "held", until),
	    "the server holds 'plan.pdf' for bob@pc2");
	assert_shown(
	    model, "m.2", "bob@pc2", "held", "by the server, until 2026-02-14");
	take(model, file("m.2", "bob@pc2", "out", "done", TIME));
	assert_shown(model, "m.2", "bob@pc2", "fetched", "");
	model_free(model);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer_becomes_a_transfer_and_ends),
		cmocka_unit_test(
		    each_recipient_of_ours_has_a_transfer_of_his_own),
		cmocka_unit_test(transfers_are_in_the_order_of_their_messages),
		cmocka_unit_test(what_has_no_name_or_id_is_nothing),
		cmocka_unit_test(the_oldest_are_let_go),
		cmocka_unit_test(pace_is_part_rate_and_time_left),
		cmocka_unit_test(a_bar_is_as_full_as_it_should_be),
		cmocka_unit_test(pictures_are_known_by_kind_or_name),
		cmocka_unit_test(the_log_tells_what_has_changed_of_a_user),
		cmocka_unit_test(the_log_tells_how_transfers_end),
		cmocka_unit_test(
		    what_the_server_holds_is_seen_until_it_is_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
