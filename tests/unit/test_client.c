/* test_client.c: the asking end of the local protocol against a scripted other
 * end. */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"
#include "loop/unix.h"
#include "rpc/client.h"
#include "rpc/names.h"

/*
 * The other end: takes one request for each of the answers and sends that,
 * then reads until we close, unless it hangs up first.
 */
struct server {
	int fd;
	const char *answers[4];
	int hang_up;
	char asked[8192]; /* all it was sent, without large requests */
	size_t received;
	pthread_t thread;
};

#define HELLO                                                                  \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocol\":1,\"id\":"     \
	"\"anna@pc1\"}}\n"

/* Reads to the end of a line; 0 when the other end has closed. */
static int
read_line(struct server *server)
{
	char byte;

	while (read(server->fd, &byte, 1) == 1) {
		if (server->received + 1 < sizeof server->asked)
			server->asked[server->received] = byte;
		server->received++;
		if (byte == '\n')
			return 1;
	}
	return 0;
}

static void *
serve(void *arg)
{
	struct server *server = arg;

	for (int i = 0; i < 4 && server->answers[i] != NULL; i++) {
		const char *text = server->answers[i];
		size_t left = strlen(text);

		if (!read_line(server))
			break;
		while (left > 0) {
			ssize_t len =
			    send(server->fd, text, left, MSG_NOSIGNAL);

			if (len <= 0)
				break;
			text += len;
			left -= (size_t)len;
		}
	}
	while (!server->hang_up && read_line(server))
		continue;
	close(server->fd);
	return NULL;
}

static int
open_client(struct server *server, struct rpc_client **client)
{
	int fds[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	server->fd = fds[1];
	assert_int_equal(
	    pthread_create(&server->thread, NULL, serve, server), 0);
	return rpc_client_open(fds[0], "test", client);
}

static void
close_client(struct server *server, struct rpc_client *client)
{
	rpc_client_free(client);
	pthread_join(server->thread, NULL);
}

static void
hello_tells_who_we_are_and_learns_who_answers(void **state)
{
	struct server server = { .answers = { HELLO } };
	struct rpc_client *client = NULL;

	assert_int_equal(open_client(&server, &client), 0);
	assert_string_equal(
	    json_string_value(json_object_get(rpc_client_hello(client), "id")),
	    "anna@pc1");
	assert_true(rpc_client_fd(client) >= 0);
	close_client(&server, client);
	assert_string_equal(server.asked,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":"
	    "{\"protocol\":1,\"program\":\"test\",\"version\":"
	    "\"" CAM_VERSION "\"}}\n");
}

static void
another_version_is_told_apart_from_a_broken_or_closed_line(void **state)
{
	static const struct {
		const char *answer;
		int err;
	} rows[] = {
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocol\":2}}"
		  "\n",
		    CAM_ERR_VERSION },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n",
		    CAM_ERR_VERSION },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,"
		  "\"message\":\"no\"}}\n",
		    CAM_ERR_VERSION },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"
		  "\"message\":\"?\"}}\n",
		    CAM_ERR_VERSION },
		{ "HTTP/1.1 400 Bad Request\n", CAM_ERR_FORMAT },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1}\n", CAM_ERR_FORMAT },
		{ "", CAM_ERR_CLOSED },
		{ "{\"jsonrpc\":", CAM_ERR_CLOSED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct server server = { .answers = { rows[i].answer },
			.hang_up = 1 };
		struct rpc_client *client = NULL;

		assert_int_equal(open_client(&server, &client), rows[i].err);
		assert_null(client);
		close_client(&server, NULL);
	}
}

static void
a_call_gets_its_result(void **state)
{
	struct server server = { .answers = { HELLO,
				     "{\"jsonrpc\":\"2.0\",\"id\":2,"
				     "\"result\":{\"port\":2425}}\n" } };
	struct rpc_client *client = NULL;
	struct rpc_error error;
	json_t *result = NULL;

	assert_int_equal(open_client(&server, &client), 0);
	assert_int_equal(rpc_client_call(client, RPC_STATUS,
			     json_pack("{s:b}", "all", 1), -1, &result, &error),
	    0);
	assert_int_equal(
	    json_integer_value(json_object_get(result, "port")), 2425);
	json_decref(result);
	close_client(&server, client);
	assert_string_equal(strchr(server.asked, '\n') + 1,
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"status.get\","
	    "\"params\":{\"all\":true}}\n");
}

static void
an_error_comes_with_its_exit_code_and_data(void **state)
{
	struct server server = {
		.answers = { HELLO,
		    "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32000,"
		    "\"message\":\"no "
		    "\\u001b\",\"data\":{\"exit\":3,\"near\":[\"a\"]}}}\n",
		    "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{}}\n" }
	};
	struct rpc_client *client = NULL;
	struct rpc_error error;
	json_t *result = NULL;

	assert_int_equal(open_client(&server, &client), 0);
	assert_int_equal(
	    rpc_client_call(client, "x.y", NULL, 60000, &result, &error),
	    CAM_ERR_REQUEST);
	assert_int_equal(error.exit, 3);
	assert_string_equal(error.message, "no \x1b");
	assert_int_equal(
	    json_array_size(json_object_get(error.data, "near")), 1);
	rpc_error_finish(&error);
	assert_int_equal(
	    rpc_client_call(client, "x.y", NULL, 60000, &result, &error),
	    CAM_ERR_REQUEST);
	assert_int_equal(error.exit, 1);
	assert_string_equal(error.message, "");
	rpc_error_finish(&error);
	rpc_error_finish(&error);
	assert_null(result);
	close_client(&server, client);
}

static void
assert_next(struct rpc_client *client, const char *expected, int number)
{
	const char *event = NULL;
	json_t *params = NULL;

	assert_int_equal(rpc_client_next(client, 60000, &event, &params), 0);
	assert_string_equal(event, expected);
	assert_int_equal(
	    json_integer_value(json_object_get(params, "n")), number);
	json_decref(params);
}

static void
events_around_an_answer_are_kept_in_order(void **state)
{
	struct server server = {
		.answers = { HELLO "{\"jsonrpc\":\"2.0\",\"method\":\"a.b\","
				   "\"params\":{\"n\":1}}\n",
		    "{\"jsonrpc\":\"2.0\",\"method\":\"c.d\",\"params\":{\"n\":"
		    "2}}\n"
		    "{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}\n"
		    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n"
		    "{\"jsonrpc\":\"2.0\",\"id\":98,\"result\":{}}\n"
		    "{\"jsonrpc\":\"2.0\",\"method\":\"e.f\"}\n" }
	};
	struct rpc_client *client = NULL;
	struct rpc_error error;
	const char *event = NULL;
	json_t *result = NULL, *params = NULL;

	assert_int_equal(open_client(&server, &client), 0);
	assert_int_equal(
	    rpc_client_call(client, RPC_SUBSCRIBE, NULL, -1, &result, &error),
	    0);
	json_decref(result);
	assert_next(client, "a.b", 1);
	assert_next(client, "c.d", 2);
	assert_next(client, "e.f", 0);
	assert_int_equal(
	    rpc_client_next(client, 0, &event, &params), CAM_ERR_TIMEOUT);
	close_client(&server, client);
}

static void
time_runs_out_and_the_late_answer_is_skipped(void **state)
{
	struct server server = {
		.answers = { HELLO, "",
		    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"n\":2}}\n"
		    "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"n\":3}}\n" }
	};
	struct rpc_client *client = NULL;
	struct rpc_error error;
	json_t *result = NULL;

	assert_int_equal(open_client(&server, &client), 0);
	assert_int_equal(
	    rpc_client_call(client, "x.y", NULL, 20, &result, &error),
	    CAM_ERR_TIMEOUT);
	assert_null(result);
	assert_int_equal(
	    rpc_client_call(client, "x.y", NULL, -1, &result, &error), 0);
	assert_int_equal(json_integer_value(json_object_get(result, "n")), 3);
	json_decref(result);
	close_client(&server, client);
}

static void
the_other_end_s_end_is_seen(void **state)
{
	struct server server = { .answers = { HELLO, "" }, .hang_up = 1 };
	struct rpc_client *client = NULL;
	struct rpc_error error;
	const char *event = NULL;
	json_t *result = NULL;

	assert_int_equal(open_client(&server, &client), 0);
	assert_int_equal(
	    rpc_client_call(client, "x.y", NULL, -1, &result, &error),
	    CAM_ERR_CLOSED);
	assert_int_equal(
	    rpc_client_next(client, -1, &event, &result), CAM_ERR_CLOSED);
	assert_int_equal(
	    rpc_client_call(client, "x.y", NULL, -1, &result, &error),
	    CAM_ERR_CLOSED);
	close_client(&server, client);
}

/* Far more than the socket holds, both ways: the other end answers only once it
 * has all. */
static void
a_large_request_and_a_large_answer_pass(void **state)
{
	size_t size = 3 * 1024 * 1024;
	char *text = xcalloc(size + 1, 1), *answer = NULL;
	struct server server = { .answers = { HELLO } };
	struct rpc_client *client = NULL;
	struct rpc_error error;
	json_t *result = NULL;

	memset(text, 'x', size);
	answer = xasprintf(
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"t\":\"%s\"}}\n", text);
	server.answers[1] = answer;
	assert_int_equal(open_client(&server, &client), 0);
	assert_int_equal(
	    rpc_client_call(client, "x.y", json_pack("{s:s}", "t", text), -1,
		&result, &error),
	    0);
	assert_string_equal(
	    json_string_value(json_object_get(result, "t")), text);
	json_decref(result);
	close_client(&server, client);
	assert_true(server.received > size);
	free(answer);
	free(text);
}

static void
a_request_too_long_for_a_line_is_not_sent(void **state)
{
	char *text = xcalloc(LIMIT_RPC_LINE + 1, 1);
	struct server server = { .answers = { HELLO } };
	struct rpc_client *client = NULL;
	struct rpc_error error;
	json_t *result = NULL;

	memset(text, 'x', LIMIT_RPC_LINE);
	assert_int_equal(open_client(&server, &client), 0);
	assert_int_equal(
	    rpc_client_call(client, "x.y", json_pack("{s:s}", "t", text), -1,
		&result, &error),
	    CAM_ERR_LIMIT);
	close_client(&server, client);
	assert_true(server.received < 200);
	free(text);
}

static void
on_alarm(int signo)
{
}

static void
a_signal_with_a_handler_ends_the_wait(void **state)
{
	struct server server = { .answers = { HELLO } };
	struct sigaction action = { .sa_handler = on_alarm }, old;
	struct rpc_client *client = NULL;
	const char *event = NULL;
	json_t *params = NULL;
	sigset_t set;

	/* Only this thread takes it: the server's was made with it blocked. */
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(open_client(&server, &client), 0);
	sigaction(SIGALRM, &action, &old);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	ualarm(20000, 20000);
	assert_int_equal(
	    rpc_client_next(client, -1, &event, &params), CAM_ERR_SYSTEM);
	assert_int_equal(errno, EINTR);
	ualarm(0, 0);
	sigaction(SIGALRM, &old, NULL);
	close_client(&server, client);
}

static void
nobody_there_is_unreachable(void **state)
{
	struct rpc_client *client = NULL;

	assert_int_equal(
	    rpc_client_connect("/nonexistent/camd.sock", "test", &client),
	    CAM_ERR_UNREACHABLE);
	assert_null(client);
}

static void
hello_waits_for_the_first_call_and_goes_out_with_it(void **state)
{
	char folder[] = "/tmp/cam-client-XXXXXX", *path = NULL, byte;
	struct server server = { .answers = { HELLO,
				     "{\"jsonrpc\":\"2.0\",\"id\":2,"
				     "\"result\":{\"count\":3}}\n" } };
	struct rpc_client *client = NULL;
	struct rpc_error error;
	json_t *result = NULL;
	int fd;

	assert_non_null(mkdtemp(folder));
	path = path_join(folder, "camd.sock");
	assert_int_equal(unix_listen(path, &fd), 0);
	assert_int_equal(rpc_client_begin(path, "test", &client), 0);
	server.fd = accept(fd, NULL, NULL);
	assert_int_equal(recv(server.fd, &byte, 1, MSG_DONTWAIT), -1);
	assert_null(rpc_client_hello(client));
	assert_int_equal(
	    pthread_create(&server.thread, NULL, serve, &server), 0);
	assert_int_equal(
	    rpc_client_call(client, "talk.read", NULL, 5000, &result, &error),
	    0);
	assert_int_equal(
	    json_integer_value(json_object_get(result, "count")), 3);
	assert_non_null(rpc_client_hello(client));
	json_decref(result);
	close_client(&server, client);
	close(fd);
	unlink(path);
	rmdir(folder);
	free(path);
}

/* As another user's camd at our path, which only root can play. */
static void
another_user_s_camd_is_refused(void **state)
{
	char folder[] = "/tmp/cam-client-XXXXXX", *path = NULL, byte;
	struct rpc_client *client = NULL;
	int ready[2], status;
	pid_t pid;

	assert_non_null(mkdtemp(folder));
	if (chown(folder, 1234, 1234) != 0) {
		rmdir(folder);
		skip();
	}
	path = path_join(folder, "camd.sock");
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		int fd;

		close(ready[0]);
		if (setuid(1234) != 0 || unix_listen(path, &fd) != 0)
			_exit(1);
		close(ready[1]);
		fd = accept(fd, NULL, NULL);
		_exit(fd >= 0 && read(fd, &byte, 1) == 0 ? 0 : 2);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0);
	assert_int_equal(
	    rpc_client_connect(path, "test", &client), CAM_ERR_REFUSED);
	/* It was told nothing. */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ready[0]);
	unlink(path);
	rmdir(folder);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_tells_who_we_are_and_learns_who_answers),
		cmocka_unit_test(
		    another_version_is_told_apart_from_a_broken_or_closed_line),
		cmocka_unit_test(a_call_gets_its_result),
		cmocka_unit_test(an_error_comes_with_its_exit_code_and_data),
		cmocka_unit_test(events_around_an_answer_are_kept_in_order),
		cmocka_unit_test(time_runs_out_and_the_late_answer_is_skipped),
		cmocka_unit_test(the_other_end_s_end_is_seen),
		cmocka_unit_test(a_large_request_and_a_large_answer_pass),
		cmocka_unit_test(a_request_too_long_for_a_line_is_not_sent),
		cmocka_unit_test(a_signal_with_a_handler_ends_the_wait),
		cmocka_unit_test(nobody_there_is_unreachable),
		cmocka_unit_test(
		    hello_waits_for_the_first_call_and_goes_out_with_it),
		cmocka_unit_test(another_user_s_camd_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
