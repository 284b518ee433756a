/* test_inbox.c: messages that arrived are stored, then confirmed, then told;
 * once each (threat model C2, N5). */
#include <fcntl.h>

#include "camd/message/inbox.h"
#include "camd/people/presence.h"
#include "store/history.h"
#include "town.h"
#include "wire.h"

static struct asker asker;

static int
town_and_asker(void **state)
{
	struct town *town = town_open("");

	asker_open(&asker, &town->world);
	json_decref(ask(&asker, "subscribe",
	    json_pack("{s:[s,s,s]}", "types", "message.received",
		"message.state", "offer.received")));
	*state = town;
	return 0;
}

static int
close_both(void **state)
{
	asker_close(&asker);
	town_close(*state);
	return 0;
}

/* -- what is stored -------------------------------------------------------- */

struct count {
	size_t count;
	struct store_message *last;
};

static void
count_messages(struct store *store, void *arg)
{
	struct count *count = arg;

	/* Rows count up from one. */
	for (int64_t row = 1; row < 200; row++) {
		struct store_message *message = NULL;

		if (store_message_get(store, row, &message) < 0)
			continue;
		if (message->from != 0) {
			count->count++;
			free(count->last);
			count->last = message;
		} else {
			free(message);
		}
	}
}

/* The newest received one, to be freed, and how many there are. */
static struct count
received(struct town *town)
{
	struct count count = { 0 };

	town_settle(town);
	town_look(town, count_messages, &count);
	return count;
}

static size_t
count_received(struct town *town)
{
	struct count count = received(town);

	free(count.last);
	return count.count;
}

/* -- arriving -------------------------------------------------------------- */

static void
a_message_is_stored_confirmed_and_told(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct count got;
	json_t *event;

	person_writes(town, anna, "hello bob");
	got = received(town);
	assert_int_equal(got.count, 1);
	assert_string_equal(got.last->text, "hello bob");
	assert_int_equal(got.last->encryption, STORE_RSA2048_AES256);
	assert_int_equal(got.last->signature, STORE_PINNED);
	assert_int_equal(got.last->from, user_of(town, anna)->uid);
	free(got.last);
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 1);
	event = asker_event(&asker, "message.received");
	assert_string_equal(text_of(event, "from"), "anna@pc1");
	assert_string_equal(text_of(event, "text"), "hello bob");
	assert_string_equal(text_of(event, "signed"), "pinned");
	assert_string_equal(text_of(event, "encryption"), "rsa2048-aes256");
	json_decref(event);
}

static void
receipts_leave_only_after_the_commit(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct camd *camd = &town->world.camd;

	town_forget(town);
	person_writes(town, anna, "one");
	/* Opened, and on its way into the database. */
	while (inbox_pending(camd->inbox) == 0)
		world_turn(&town->world);
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 0);
	while (inbox_pending(camd->inbox) > 0)
		world_turn(&town->world);
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 1);
}

static void
a_repeat_is_confirmed_again_and_not_shown(void **state)
{
	struct town *town = *state;

	for (int i = 0; i < 5; i++)
		twin_hear(&town->twin, "10.77.0.8", "1:77:finn:pc8:288:once%s",
		    i % 2 == 0 ? "|" : "||||||||||||||||||");
	assert_int_equal(count_received(town), 1);
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 5);
	/* Also after a restart. */
	asker_close(&asker);
	town_restart(town);
	twin_hear(&town->twin, "10.77.0.8", "1:77:finn:pc8:288:once|");
	assert_int_equal(count_received(town), 1);
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 1);
	asker_open(&asker, &town->world);
}

static void
the_same_words_under_another_number_are_another_message(void **state)
{
	struct town *town = *state;

	twin_hear(&town->twin, "10.77.0.8", "1:77:finn:pc8:288:yes|");
	twin_hear(&town->twin, "10.77.0.8", "1:78:finn:pc8:288:yes|");
	/* Numbers need not grow. */
	twin_hear(&town->twin, "10.77.0.8", "1:5:finn:pc8:288:yes|");
	assert_int_equal(count_received(town), 3);
}

static void
an_old_sealed_text_is_known_under_any_number(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct buf body, packet;
	struct addr from = address(anna->at);

	/* Without the number as IV the same bytes open under any. */
	buf_init(&body, 65000);
	buf_init(&packet, 65000);
	seal_text(town->crypto, town->ours, anna->strong, 0x41100004,
	    1700000500, span_of("pay 100", 8), &body);
	for (unsigned number = 1700000500; number < 1700000503; number++) {
		buf_clear(&packet);
		buf_printf(&packet, "1:%u:%s:pc1:%u:", number, anna->user,
		    (unsigned)(COMMAND_SENDMSG | MESSAGE_ENCRYPT |
			       MESSAGE_UTF8 | MESSAGE_SENDCHECK));
		buf_put_span(&packet, buf_span(&body));
		twin_hear_bytes(&town->twin, &from, 0, buf_span(&packet));
	}
	assert_int_equal(count_received(town), 1);
	buf_finish(&body);
	buf_finish(&packet);
}

/* -- what may come in ------------------------------------------------------ */

static void
clear_text_is_refused_where_settings_say_so(void **state)
{
	struct town *town = town_open("security.cleartext = off\n");

	log_open(open("/dev/null", O_WRONLY), LOG_LEVEL_ERROR, 0);
	twin_hear(&town->twin, "10.77.0.8", "1:77:finn:pc8:288:clear|");
	assert_int_equal(count_received(town), 0);
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 0);
	town_close(town);
}

static void
who_signs_is_believed_by_his_signature_only(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);

	town_forget(town);
	person_seals(town, anna, SEALED_UNSIGNED, 0, span_of("unsigned", 9));
	person_seals(town, anna, SEALED_WEAK, 0, span_of("weak", 5));
	assert_int_equal(count_received(town), 0);
	assert_int_equal(caught_count(&town->twin, COMMAND_RECVMSG), 0);
	person_writes(town, anna, "signed");
	assert_int_equal(count_received(town), 1);
}

static void
of_who_never_signed_it_is_told_to_be_unsigned(void **state)
{
	struct town *town = *state;
	struct person *old =
	    person_make(town, "old", "pc7", "10.77.0.7:2425", "other", false);
	struct count got;

	person_enters(town, old);
	person_seals(town, old, SEALED_WEAK, 0, span_of("weak", 5));
	got = received(town);
	assert_int_equal(got.count, 1);
	assert_int_equal(got.last->encryption, STORE_RSA1024_BLOWFISH128);
	assert_int_equal(got.last->signature, STORE_UNSIGNED);
	free(got.last);
}

static void
one_sealed_for_somebody_else_is_told_so(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct count got;

	person_seals(town, anna, SEALED_STRONG, MESSAGE_ENCEXTMSG,
	    BYTES("for carl\0\0TO:carl:pc3\a\0"));
	got = received(town);
	assert_int_equal(got.last->signature, STORE_BAD);
	free(got.last);
}

static void
a_list_that_names_somebody_twice_harms_nobody(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	char plain[400];
	int len;

	twin_hear(&town->twin, "10.77.0.4", "1:9:carl:pc3:1:Carl|");
	send_with(town,
	    (struct user *[]){
		roster_find(town->world.camd.roster, "carl", "pc3", NULL) },
	    1, "so he is stored", (struct outbox_request){ .clear = true });
	len = snprintf(plain, sizeof plain,
	    "hi|%s|TO:%s:pc2\acarl:pc3\acarl:pc3\a%s:pc1\a|", "",
	    lan_user(town->world.camd.lan), anna->user);
	for (int i = 0; i < len; i++)
		plain[i] = plain[i] == '|' ? '\0' : plain[i];
	person_seals(town, anna, SEALED_STRONG, MESSAGE_ENCEXTMSG,
	    span_of(plain, (size_t)len));
	assert_int_equal(count_received(town), 1);
}

/* -- absence --------------------------------------------------------------- */

static void
who_is_away_says_so_once_a_minute_to_each(void **state)
{
	struct town *town = *state;
	struct packet packet;

	presence_away(town->world.camd.presence, "At lunch");
	town_forget(town);
	for (int i = 0; i < 3; i++) {
		twin_hear(&town->twin, "10.77.0.8",
		    "1:%d:finn:pc8:288:"
		    "are you there? I have been looking for you|",
		    77 + i);
		town_settle(town);
	}
	caught_one(&town->twin, COMMAND_SENDMSG, &packet);
	assert_int_equal(packet.command & ~(uint32_t)MESSAGE_UTF8,
	    COMMAND_SENDMSG | MESSAGE_AUTORET);
	assert_span(packet.parts[0], "At lunch");
}

static void
automatic_answers_are_not_answered(void **state)
{
	struct town *town = *state;

	presence_away(town->world.camd.presence, "At lunch");
	town_forget(town);
	twin_hear(&town->twin, "10.77.0.8",
	    "1:77:finn:pc8:%u:I am away too, and "
	    "this is a text long enough for an answer|",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_AUTORET));
	twin_hear(&town->twin, "10.77.0.8",
	    "1:78:finn:pc8:%u:hello everybody who "
	    "is here, and that is long enough as well|",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_BROADCAST));
	assert_int_equal(count_received(town), 2);
	assert_int_equal(town->twin.caught_count, 0);
}

static void
a_repeat_is_not_answered_again(void **state)
{
	struct town *town = *state;
	struct user *finn;

	presence_away(town->world.camd.presence, "At lunch");
	town_forget(town);
	twin_hear(&town->twin, "10.77.0.8",
	    "1:77:finn:pc8:288:are you there? I have been looking for you|");
	town_settle(town);
	finn = roster_find(town->world.camd.roster, "finn", "pc8", NULL);
	finn->absence_told_s = 0;
	twin_hear(&town->twin, "10.77.0.8",
	    "1:77:finn:pc8:288:are you there? I have been looking for you|");
	town_settle(town);
	assert_int_equal(caught_count(&town->twin, COMMAND_SENDMSG), 1);
}

/* -- sealed ---------------------------------------------------------------- */

struct opened {
	bool done;
	int err;
	char *text;
};

static void
on_opened(void *arg, int err, json_t *message)
{
	struct opened *opened = arg;
	const char *text = message != NULL ? text_of(message, "text") : NULL;

	opened->done = true;
	opened->err = err;
	opened->text = text != NULL ? xstrdup(text) : NULL;
}

static struct opened
open_message(struct town *town, const char *id)
{
	struct opened opened = { .done = false };

	inbox_open(town->world.camd.inbox, id, on_opened, &opened);
	while (!opened.done)
		world_turn(&town->world);
	town_settle(town);
	return opened;
}

static void
a_sealed_message_is_closed_until_it_is_opened(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct opened opened;
	struct packet packet;
	json_t *event;
	char *id;

	person_seals(town, anna, SEALED_STRONG,
	    MESSAGE_SECRET | MESSAGE_READCHECK, span_of("secret", 7));
	town_settle(town);
	event = asker_event(&asker, "message.received");
	assert_true(json_is_null(json_object_get(event, "text")));
	assert_true(json_is_true(json_object_get(event, "sealed")));
	id = xstrdup(text_of(event, "id"));
	json_decref(event);
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 0);
	opened = open_message(town, id);
	assert_int_equal(opened.err, 0);
	assert_string_equal(opened.text, "secret");
	free(opened.text);
	caught_one(&town->twin, COMMAND_READMSG, &packet);
	assert_true(packet.command & MESSAGE_READCHECK);
	event = asker_event(&asker, "message.state");
	while (strcmp(text_of(event, "state"), "opened") != 0) {
		json_decref(event);
		event = asker_event(&asker, "message.state");
	}
	assert_string_equal(text_of(event, "id"), id);
	json_decref(event);
	/* A second time it is just shown. */
	opened = open_message(town, id);
	assert_string_equal(opened.text, "secret");
	free(opened.text);
	assert_int_equal(caught_count(&town->twin, COMMAND_READMSG), 1);
	free(id);
}

static void
what_is_not_there_or_ours_is_not_opened(void **state)
{
	struct town *town = *state;
	struct person *anna = town_add_anna(town);
	struct sent sent = send_to(town, user_of(town, anna), "mine");

	assert_int_equal(
	    open_message(town, "00000000000000000000000000000000").err,
	    CAM_ERR_UNKNOWN);
	assert_int_equal(open_message(town, sent.id).err, CAM_ERR_REQUEST);
}

/* -- files ----------------------------------------------------------------- */

static void
offered_files_are_told(void **state)
{
	struct town *town = *state;
	json_t *event;

	twin_hear(&town->twin, "10.77.0.8",
	    "1:77:finn:pc8:%u:see|7:a.txt:10:65:1:\a8:pics:0:65:2:\a|",
	    (unsigned)(COMMAND_SENDMSG | MESSAGE_SENDCHECK |
		       MESSAGE_FILEATTACH));
	town_settle(town);
	event = asker_event(&asker, "offer.received");
	assert_string_equal(text_of(event, "name"), "a.txt");
	assert_string_equal(text_of(event, "kind"), "file");
	assert_string_equal(text_of(event, "from"), "finn@pc8");
	json_decref(event);
	event = asker_event(&asker, "offer.received");
	assert_string_equal(text_of(event, "kind"), "folder");
	json_decref(event);
}

static void
what_is_being_stored_at_the_end_arrives(void **state)
{
	struct town *town = town_open("");
	struct person *anna = town_add_anna(town);

	person_writes(town, anna, "just in time");
	twin_hear(&town->twin, "10.77.0.8", "1:77:finn:pc8:288:me too|");
	world_stop(&town->world);
	town->twin.lan = NULL;
	while (town->twin.caught_count > 0)
		free((void *)town->twin.caught[--town->twin.caught_count]
			 .bytes.data);
	town->handled = 0;
	assert_int_equal(world_start(&town->world), 0);
	town_take_network(town);
	assert_int_equal(count_received(town), 2);
	town_close(town);
}

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, town_and_asker, close_both)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_message_is_stored_confirmed_and_told),
		TEST(receipts_leave_only_after_the_commit),
		TEST(a_repeat_is_confirmed_again_and_not_shown),
		TEST(the_same_words_under_another_number_are_another_message),
		TEST(an_old_sealed_text_is_known_under_any_number),
		cmocka_unit_test(clear_text_is_refused_where_settings_say_so),
		TEST(who_signs_is_believed_by_his_signature_only),
		TEST(of_who_never_signed_it_is_told_to_be_unsigned),
		TEST(one_sealed_for_somebody_else_is_told_so),
		TEST(a_list_that_names_somebody_twice_harms_nobody),
		TEST(who_is_away_says_so_once_a_minute_to_each),
		TEST(automatic_answers_are_not_answered),
		TEST(a_repeat_is_not_answered_again),
		TEST(a_sealed_message_is_closed_until_it_is_opened),
		TEST(what_is_not_there_or_ours_is_not_opened),
		TEST(offered_files_are_told),
		cmocka_unit_test(what_is_being_stored_at_the_end_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
