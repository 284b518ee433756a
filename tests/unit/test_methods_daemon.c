/* test_methods_daemon.c: settings, absence, keys and camd itself through the
 * local protocol. */
#include "world.h"

#include "camd/people/presence.h"
#include "crypto/keyring.h"
#include "lan/lan.h"

static struct world world;
static struct asker asker;

static int
open_world(void **state)
{
	if (world_open(&world, "# mine\n") != 0)
		return 1;
	asker_open(&asker, &world);
	return 0;
}

static int
close_world(void **state)
{
	asker_close(&asker);
	return world_close(&world);
}

static void
append(const char *text)
{
	FILE *file = fopen(world.camd.paths.settings, "a");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static bool
file_has(const char *text)
{
	char content[4096];
	FILE *file = fopen(world.camd.paths.settings, "r");
	size_t len;

	assert_non_null(file);
	len = fread(content, 1, sizeof content - 1, file);
	content[len] = '\0';
	fclose(file);
	return strstr(content, text) != NULL;
}

static void
has_value(const char *key, const char *value, const char *source)
{
	json_t *view =
	    ask(&asker, "config.get", json_pack("{s:s}", "key", key));

	assert_string_equal(text_of(view, "key"), key);
	assert_string_equal(text_of(view, "value"), value);
	assert_string_equal(text_of(view, "source"), source);
	json_decref(view);
}

static void
settings_are_asked_for_by_key(void **state)
{
	json_t *data = NULL, *view = NULL;

	has_value("net.port", "2425", "default");
	has_value("user.nick", "Bob", "file");
	view = ask(&asker, "config.get", json_pack("{s:s}", "key", "file.dir"));
	assert_true(json_is_null(json_object_get(view, "value")));
	assert_true(json_is_null(json_object_get(view, "default")));
	json_decref(view);
	data = ask_refused(&asker, "config.get",
	    json_pack("{s:s}", "key", "user.nik"), 3, "unknown", "user.nik");
	assert_string_equal(text_of(data, "key"), "user.nik");
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(data, "candidates"), 0)),
	    "user.nick");
	json_decref(data);
	data = ask_refused(&asker, "config.get",
	    json_pack("{s:s}", "key", "proxyPort"), 3, "unknown", "proxyPort");
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(data, "candidates"), 0)),
	    "http.proxyPort");
	json_decref(data);
}

static void
a_set_takes_effect_before_the_answer(void **state)
{
	json_t *status = NULL;

	json_decref(ask(&asker, "config.set",
	    json_pack("{s:s, s:s}", "key", "user.nick", "value", "Robert")));
	has_value("user.nick", "Robert", "file");
	assert_true(file_has("user.nick = Robert\n"));
	assert_true(file_has("# mine\n"));
	status = ask(&asker, "status.get", NULL);
	assert_string_equal(text_of(status, "nick"), "Robert");
	json_decref(status);
	json_decref(ask(&asker, "config.set",
	    json_pack("{s:s, s:n}", "key", "user.nick", "value")));
	has_value("user.nick", "bob", "default");
	assert_false(file_has("user.nick"));
}

static void
a_name_that_is_set_is_ours_at_once(void **state)
{
	json_t *status = NULL;

	json_decref(ask(&asker, "config.set",
	    json_pack("{s:s, s:s}", "key", "user.name", "value", "rob")));
	status = ask(&asker, "status.get", NULL);
	assert_string_equal(text_of(status, "id"), "rob@pc2");
	json_decref(status);
	json_decref(ask(&asker, "config.set",
	    json_pack("{s:s, s:s}", "key", "user.name", "value", "bob")));
}

static void
what_cannot_be_set_is_not_written(void **state)
{
	json_decref(ask_refused(&asker, "config.set",
	    json_pack("{s:s, s:s}", "key", "net.port", "value", "70000"), 2,
	    "request", "65535"));
	json_decref(ask_refused(&asker, "config.set",
	    json_pack("{s:s, s:s}", "key", "no.such", "value", "1"), 3,
	    "unknown", "no.such"));
	json_decref(ask_refused(&asker, "config.set",
	    json_pack("{s:s, s:i}", "key", "net.port", "value", 2425), 2,
	    "request", "'value'"));
	json_decref(
	    ask_refused(&asker, "config.set", NULL, 2, "request", "'key'"));
	assert_false(file_has("net.port"));
}

static void
what_cannot_be_applied_is_taken_back(void **state)
{
	char *bind = xstrdup(settings_text(world.camd.settings, "net.bind"));
	json_t *line = asker_call(&asker, "config.set",
	    json_pack("{s:s, s:s}", "key", "net.bind", "value", "192.0.2.254"));

	assert_non_null(json_object_get(line, "error"));
	json_decref(line);
	has_value("net.bind", bind, "file");
	assert_true(file_has(bind));
	assert_int_equal(lan_port(world.camd.lan), 2425);
	free(bind);
}

static void
all_settings_are_listed(void **state)
{
	json_t *result = ask(&asker, "config.list", NULL);
	json_t *list = json_object_get(result, "settings");

	assert_true(json_array_size(list) > 20);
	assert_string_equal(
	    text_of(json_array_get(list, 0), "key"), "user.name");
	assert_non_null(json_object_get(json_array_get(list, 0), "source"));
	json_decref(result);
}

static void
a_reload_takes_all_or_nothing(void **state)
{
	json_t *data = NULL;

	append("user.group = Night\n");
	json_decref(ask(&asker, "daemon.reload", NULL));
	has_value("user.group", "Night", "file");
	append("user.group = Day\nnonsense\n");
	data =
	    ask_refused(&asker, "daemon.reload", NULL, 1, "failed", "cam.ini");
	assert_int_equal(json_integer_value(json_object_get(data, "line")), 9);
	json_decref(data);
	has_value("user.group", "Night", "file");
	/* Mended by writing it anew. */
	FILE *file = fopen(world.camd.paths.settings, "w");
	fprintf(file,
	    "user.name = bob\nuser.host = pc2\nnet.ipv6 = off\nnet.bind = "
	    "%s\n",
	    settings_text(world.camd.settings, "net.bind"));
	fclose(file);
	json_decref(ask(&asker, "daemon.reload", NULL));
}

static void
a_reload_that_cannot_be_applied_changes_nothing(void **state)
{
	json_t *data;

	append("user.group = Dusk\n");
	json_decref(ask(&asker, "daemon.reload", NULL));
	append("user.group = Dawn\nnet.bind = 192.0.2.1\n");
	data = ask_refused(
	    &asker, "daemon.reload", NULL, 1, "failed", "192.0.2.1");
	json_decref(data);
	has_value("user.group", "Dusk", "file");
}

static void
away_and_back_are_kept_and_told(void **state)
{
	json_t *result = ask(&asker, "presence.away",
	    json_pack("{s:s}", "text", "at lunch\nback at 1"));
	char text[5000];

	assert_string_equal(text_of(result, "state"), "away");
	assert_string_equal(text_of(result, "away"), "at lunch\nback at 1");
	json_decref(result);
	result = ask(&asker, "status.get", NULL);
	assert_string_equal(text_of(result, "state"), "away");
	json_decref(result);
	result = ask(&asker, "presence.away", NULL);
	assert_string_equal(text_of(result, "away"), "");
	json_decref(result);
	result = ask(&asker, "presence.back", NULL);
	assert_string_equal(text_of(result, "state"), "online");
	assert_true(json_is_null(json_object_get(result, "away")));
	json_decref(result);
	assert_null(presence_text(world.camd.presence));
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	json_decref(ask_refused(&asker, "presence.away",
	    json_pack("{s:s}", "text", text), 2, "request", "4096"));
}

static void
own_keys_are_listed_the_one_to_compare_first(void **state)
{
	json_t *result = ask(&asker, "key.list", NULL);
	json_t *keys = json_object_get(result, "keys");
	json_t *key = json_array_get(keys, 0);

	assert_string_equal(text_of(result, "id"), "bob@pc2");
	assert_int_equal(json_array_size(keys), 2);
	assert_string_equal(text_of(key, "algorithm"), "rsa2048");
	assert_string_equal(text_of(key, "fingerprint"),
	    keyring_fingerprint(world.camd.keyring));
	assert_true(json_is_true(json_object_get(key, "current")));
	assert_non_null(text_of(key, "created"));
	assert_true(
	    json_is_false(json_object_get(json_array_get(keys, 1), "current")));
	json_decref(result);
}

static void
the_doctor_tells_of_sockets_and_interfaces(void **state)
{
	json_t *result = ask(&asker, "doctor.get", NULL);
	json_t *socket = json_array_get(json_object_get(result, "sockets"), 0);

	assert_int_equal(
	    json_integer_value(json_object_get(result, "port")), 2425);
	assert_int_equal(
	    json_integer_value(json_object_get(result, "wanted")), 2425);
	assert_string_equal(text_of(socket, "address"),
	    settings_text(world.camd.settings, "net.bind"));
	assert_true(json_is_array(json_object_get(result, "interfaces")));
	assert_true(json_is_integer(json_object_get(result, "received")));
	assert_true(json_is_integer(json_object_get(result, "dropped")));
	json_decref(result);
}

static void
a_barrier_is_passed_in_the_end(void **state)
{
	for (int i = 0; i < 3; i++)
		json_decref(ask(&asker, "daemon.sync", NULL));
}

static void
stopping_is_answered_and_ends_the_loop(void **state)
{
	json_t *line = NULL;

	asker_write(&asker,
	    "{\"jsonrpc\":\"2.0\",\"id\":99,\"method\":\"daemon.stop\"}\n");
	loop_run(world.camd.loop);
	line = asker_line(&asker);
	assert_int_equal(json_integer_value(json_object_get(line, "id")), 99);
	assert_non_null(json_object_get(line, "result"));
	json_decref(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_asked_for_by_key),
		cmocka_unit_test(a_set_takes_effect_before_the_answer),
		cmocka_unit_test(a_name_that_is_set_is_ours_at_once),
		cmocka_unit_test(what_cannot_be_set_is_not_written),
		cmocka_unit_test(what_cannot_be_applied_is_taken_back),
		cmocka_unit_test(all_settings_are_listed),
		cmocka_unit_test(a_reload_takes_all_or_nothing),
		cmocka_unit_test(
		    a_reload_that_cannot_be_applied_changes_nothing),
		cmocka_unit_test(away_and_back_are_kept_and_told),
		cmocka_unit_test(own_keys_are_listed_the_one_to_compare_first),
		cmocka_unit_test(the_doctor_tells_of_sockets_and_interfaces),
		cmocka_unit_test(a_barrier_is_passed_in_the_end),
		cmocka_unit_test(stopping_is_answered_and_ends_the_loop),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
