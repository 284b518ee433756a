/* test_clients.c: programs on the socket: greeting, events, and those that
 * misbehave. */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/err.h"
#include "base/limits.h"
#include "camd/client.h"
#include "camd/clients.h"
#include "camd/events.h"
#include "camd/people/user.h"
#include "rpc/names.h"
#include "rpc/session.h"

static struct world world;

static int
open_world(void **state)
{
	return world_open(&world, "");
}

static int
close_world(void **state)
{
	return world_close(&world);
}

/* Clients that closed are noticed by the loop a turn later. */
static void
wait_for_clients(size_t count)
{
	while (clients_count(world.camd.clients) != count)
		world_turn(&world);
}

static void
tell(const char *type, const char *id)
{
	events_tell(world.camd.events, type, json_pack("{s:s}", "id", id));
}

static void
hello_tells_who_answers(void **state)
{
	struct asker asker;
	json_t *result = NULL;

	asker_connect(&asker, &world);
	result = ask(&asker, "hello",
	    json_pack("{s:i, s:s, s:s}", "protocol", 1, "program", "test",
		"version", "1"));
	assert_string_equal(text_of(result, "program"), "camd");
	assert_string_equal(text_of(result, "id"), "bob@pc2");
	assert_int_equal(
	    json_integer_value(json_object_get(result, "pid")), getpid());
	json_decref(result);
	asker_close(&asker);
	wait_for_clients(0);
}

static void
another_protocol_is_refused_and_may_try_again(void **state)
{
	struct asker asker;
	json_t *data = NULL;

	asker_connect(&asker, &world);
	data = ask_refused(&asker, "hello", json_pack("{s:i}", "protocol", 2),
	    2, "unsupported", "version 1");
	assert_int_equal(
	    json_integer_value(json_object_get(data, "protocol")), 1);
	json_decref(data);
	json_decref(ask_refused(&asker, "hello",
	    json_pack("{s:s}", "protocol", "1"), 2, "request", "'protocol'"));
	json_decref(ask(&asker, "hello", json_pack("{s:i}", "protocol", 1)));
	asker_close(&asker);
}

static void
nothing_is_answered_before_hello(void **state)
{
	struct asker asker;
	json_t *line = NULL;

	asker_connect(&asker, &world);
	line = asker_call(&asker, "status.get", NULL);
	assert_non_null(json_object_get(line, "error"));
	json_decref(line);
	asker_close(&asker);
}

/* Each is answered by an error with a null id, and then the end. */
static void
lines_that_are_no_json_end_the_connection(void **state)
{
	static const char *const lines[] = { "{]\n", "[]\n", "\"hello\"\n",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2}\n", "\xff\xfe\n",
		"GET / HTTP/1.1\r\n\r\n" };

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct asker asker;
		json_t *line = NULL;

		asker_open(&asker, &world);
		asker_write(&asker, lines[i]);
		line = asker_line(&asker);
		assert_non_null(line);
		assert_true(json_is_null(json_object_get(line, "id")));
		assert_non_null(json_object_get(line, "error"));
		json_decref(line);
		assert_null(asker_line(&asker));
		asker_close(&asker);
	}
	wait_for_clients(0);
}

static void
a_line_too_long_ends_the_connection(void **state)
{
	struct asker asker;
	size_t len = LIMIT_RPC_LINE + 2;
	char *line = xmalloc(len);
	json_t *answer = NULL;

	memset(line, ' ', len);
	asker_open(&asker, &world);
	stream_write(asker.stream, line, len);
	answer = asker_line(&asker);
	assert_non_null(json_object_get(answer, "error"));
	json_decref(answer);
	assert_null(asker_line(&asker));
	asker_close(&asker);
	free(line);
	wait_for_clients(0);
}

static void
a_request_in_pieces_is_one_request(void **state)
{
	static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":\"x\","
				   "\"method\":\"config.list\"}\n";
	struct asker asker;
	json_t *line = NULL;

	asker_open(&asker, &world);
	for (size_t i = 0; i < sizeof text - 1; i++) {
		stream_write(asker.stream, text + i, 1);
		loop_turn(world.camd.loop, 0);
	}
	line = asker_line(&asker);
	assert_string_equal(text_of(line, "id"), "x");
	assert_non_null(json_object_get(line, "result"));
	json_decref(line);
	asker_close(&asker);
}

static void
requests_sent_at_once_are_all_answered(void **state)
{
	struct asker asker;
	int sum = 0;

	asker_open(&asker, &world);
	for (int i = 1; i <= 500; i++) {
		char *text = xasprintf("{\"jsonrpc\":\"2.0\",\"id\":%d,"
				       "\"method\":\"status.get\"}\n",
		    1000 + i);

		asker_write(&asker, text);
		free(text);
	}
	for (int i = 1; i <= 500; i++) {
		json_t *line = asker_line(&asker);

		assert_non_null(json_object_get(line, "result"));
		sum +=
		    (int)json_integer_value(json_object_get(line, "id")) - 1000;
		json_decref(line);
	}
	assert_int_equal(sum, 500 * 501 / 2);
	asker_close(&asker);
}

static void
events_go_to_those_who_subscribed_in_order(void **state)
{
	struct asker one, two, none;
	json_t *event = NULL;

	asker_open(&one, &world);
	asker_open(&two, &world);
	asker_open(&none, &world);
	assert_false(events_wanted(world.camd.events, EVENT_KEY_CHANGED));
	json_decref(ask(&one, "subscribe",
	    json_pack("{s:[s,s]}", "types", "message", "key.changed")));
	json_decref(ask(&two, "subscribe", json_pack("{s:[s]}", "types", "*")));
	assert_true(events_wanted(world.camd.events, EVENT_KEY_CHANGED));
	tell(EVENT_MESSAGE_RECEIVED, "1");
	tell(EVENT_USER_LEFT, "2");
	tell(EVENT_KEY_CHANGED, "3");
	event = asker_event(&one, "message.received");
	assert_string_equal(text_of(event, "type"), "message.received");
	assert_string_equal(text_of(event, "id"), "1");
	assert_non_null(text_of(event, "time"));
	json_decref(event);
	event = asker_event(&one, "key.changed");
	assert_string_equal(text_of(event, "id"), "3");
	json_decref(event);
	for (int i = 1; i <= 3; i++) {
		json_t *line = asker_line(&two);
		char wanted[2] = { (char)('0' + i), '\0' };

		assert_string_equal(
		    text_of(json_object_get(line, "params"), "id"), wanted);
		assert_null(json_object_get(line, "id"));
		json_decref(line);
	}
	json_decref(ask(&none, "config.list", NULL));
	assert_int_equal(json_array_size(none.events), 0);
	asker_close(&one);
	asker_close(&two);
	asker_close(&none);
	wait_for_clients(0);
}

static void
a_later_subscription_replaces_the_earlier(void **state)
{
	struct asker asker;

	asker_open(&asker, &world);
	json_decref(
	    ask(&asker, "subscribe", json_pack("{s:[s]}", "types", "message")));
	json_decref(ask(
	    &asker, "subscribe", json_pack("{s:[s]}", "types", "user.left")));
	tell(EVENT_MESSAGE_RECEIVED, "1");
	tell(EVENT_USER_LEFT, "2");
	json_t *event = asker_event(&asker, "user.left");
	assert_string_equal(text_of(event, "id"), "2");
	json_decref(event);
	json_decref(ask(&asker, "subscribe", json_pack("{s:[]}", "types")));
	tell(EVENT_USER_LEFT, "3");
	json_decref(ask(&asker, "config.list", NULL));
	assert_int_equal(json_array_size(asker.events), 0);
	asker_close(&asker);
}

static void
a_type_that_is_no_event_is_refused_and_changes_nothing(void **state)
{
	static const char *const types[] = { "massage", "message.", "mess",
		"message.received.x", "", ".", "message.opened" };
	struct asker asker;

	asker_open(&asker, &world);
	json_decref(
	    ask(&asker, "subscribe", json_pack("{s:[s]}", "types", "message")));
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		json_decref(ask_refused(&asker, "subscribe",
		    json_pack("{s:[s,s]}", "types", "user", types[i]), 2,
		    "request", types[i]));
	json_decref(
	    ask_refused(&asker, "subscribe", NULL, 2, "request", "'types'"));
	json_decref(ask_refused(&asker, "subscribe",
	    json_pack("{s:[i]}", "types", 1), 2, "request", "'types'"));
	tell(EVENT_USER_LEFT, "1");
	tell(EVENT_MESSAGE_SENT, "2");
	json_t *event = asker_event(&asker, "message.sent");
	json_decref(event);
	assert_int_equal(json_array_size(asker.events), 0);
	asker_close(&asker);
}

/* A client of its own on one end of a pair, so that its insides can be asked.
 */
static struct client *
make_client(int *other)
{
	static const struct rpc_method none[] = { { NULL, NULL } };
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	*other = ends[1];
	return client_new(&world.camd, ends[0], none, NULL, NULL);
}

static void
a_client_follows_the_newest_messages(void **state)
{
	int other;
	struct client *client = make_client(&other);
	char id[33];

	assert_false(client_follows_any(client));
	for (int i = 0; i < CLIENT_FOLLOWED + 10; i++) {
		snprintf(id, sizeof id, "%032d", i);
		client_follow(client, id);
		client_follow(client, id);
		assert_true(client_follows(client, id));
	}
	snprintf(id, sizeof id, "%032d", 9);
	assert_false(client_follows(client, id));
	snprintf(id, sizeof id, "%032d", 10);
	assert_true(client_follows(client, id));
	client_follow(
	    client, "an id that is far longer than any that there is");
	assert_true(client_follows(client, id));
	client_free(client);
	close(other);
}

static void
a_reader_too_slow_is_closed_and_others_are_not(void **state)
{
	struct asker slow, quick;
	char *text = xmalloc(1024 * 1024 + 1);
	int told = 0;

	memset(text, 'x', 1024 * 1024);
	text[1024 * 1024] = '\0';
	asker_open(&slow, &world);
	asker_open(&quick, &world);
	json_decref(
	    ask(&slow, "subscribe", json_pack("{s:[s]}", "types", "user")));
	json_decref(
	    ask(&quick, "subscribe", json_pack("{s:[s]}", "types", "user")));
	stream_pause(slow.stream, true);
	while (clients_count(world.camd.clients) == 2 && told < 64) {
		tell(EVENT_USER_CHANGED, text);
		json_decref(asker_event(&quick, "user.changed"));
		told++;
	}
	/* As much as may wait, and what the socket itself holds. */
	assert_in_range(told, LIMIT_RPC_QUEUE / (1024 * 1024), 24);
	assert_int_equal(clients_count(world.camd.clients), 1);
	json_decref(ask(&quick, "config.list", NULL));
	asker_close(&slow);
	asker_close(&quick);
	free(text);
	wait_for_clients(0);
}

static void
no_more_clients_than_the_limit_are_taken(void **state)
{
	static struct asker askers[LIMIT_RPC_CLIENTS];
	struct asker late;

	for (size_t i = 0; i < LIMIT_RPC_CLIENTS; i++)
		asker_open(&askers[i], &world);
	assert_int_equal(clients_count(world.camd.clients), LIMIT_RPC_CLIENTS);
	log_open(STDERR_FILENO, LOG_LEVEL_ERROR, 0);
	asker_connect(&late, &world);
	assert_null(asker_line(&late));
	asker_close(&late);
	asker_close(&askers[0]);
	wait_for_clients(LIMIT_RPC_CLIENTS - 1);
	asker_open(&askers[0], &world);
	for (size_t i = 0; i < LIMIT_RPC_CLIENTS; i++)
		asker_close(&askers[i]);
	wait_for_clients(0);
}

static void
a_client_that_goes_while_it_waits_is_forgotten(void **state)
{
	struct asker asker;

	asker_open(&asker, &world);
	asker_write(&asker,
	    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"status.get\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"message.list\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"doctor.get\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"daemon.sync\"}\n");
	asker_close(&asker);
	wait_for_clients(1);
	wait_for_clients(0);
	asker_open(&asker, &world);
	json_decref(ask(&asker, "daemon.sync", NULL));
	asker_close(&asker);
	wait_for_clients(0);
}

/* In another process, since the uid belongs to all of one. */
static int
connect_as_nobody(void)
{
	char byte;
	int fd, err, status = 1;

	if (setresgid(65534, 65534, 65534) == 0 &&
	    setresuid(65534, 65534, 65534) == 0) {
		err = unix_connect(world.camd.paths.socket, &fd);
		/* Refused by the folder's mode, or closed unheard. */
		status = err != 0 || read(fd, &byte, 1) <= 0 ? 0 : 2;
	}
	return status;
}

static void
another_user_is_not_served(void **state)
{
	pid_t pid;
	int status = 0;

	if (geteuid() != 0)
		skip();
	/* As if the folders were open to all. */
	chmod(world.folder, 0755);
	chmod(world.camd.paths.run, 0755);
	chmod(world.camd.paths.socket, 0777);
	pid = fork();
	if (pid == 0)
		_exit(connect_as_nobody());
	while (waitpid(pid, &status, WNOHANG) == 0)
		loop_turn(world.camd.loop, 0);
	chmod(world.camd.paths.socket, 0600);
	chmod(world.camd.paths.run, 0700);
	assert_int_equal(clients_count(world.camd.clients), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_tells_who_answers),
		cmocka_unit_test(another_protocol_is_refused_and_may_try_again),
		cmocka_unit_test(nothing_is_answered_before_hello),
		cmocka_unit_test(lines_that_are_no_json_end_the_connection),
		cmocka_unit_test(a_line_too_long_ends_the_connection),
		cmocka_unit_test(a_request_in_pieces_is_one_request),
		cmocka_unit_test(requests_sent_at_once_are_all_answered),
		cmocka_unit_test(events_go_to_those_who_subscribed_in_order),
		cmocka_unit_test(a_later_subscription_replaces_the_earlier),
		cmocka_unit_test(
		    a_type_that_is_no_event_is_refused_and_changes_nothing),
		cmocka_unit_test(a_client_follows_the_newest_messages),
		cmocka_unit_test(
		    a_reader_too_slow_is_closed_and_others_are_not),
		cmocka_unit_test(no_more_clients_than_the_limit_are_taken),
		cmocka_unit_test(
		    a_client_that_goes_while_it_waits_is_forgotten),
		cmocka_unit_test(another_user_is_not_served),
	};

	return cmocka_run_group_tests(tests, open_world, close_world);
}
