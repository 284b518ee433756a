/* test_stream.c: bytes both ways, slow readers, and ends at every awkward
 * moment. */
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "loop/loop.h"
#include "loop/stream.h"

enum { QUEUE_MAX = 1024 * 1024, DATA_MAX = 64 * 1024 * 1024 };

struct end {
	struct loop *loop;
	struct stream *stream;
	struct buf got;
	int closed; /* how often */
	int err;
	bool free_on_data;
	bool inside_write;
};

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct end *end = arg;

	buf_put(&end->got, data, len);
	if (end->free_on_data) {
		stream_free(stream);
		end->stream = NULL;
	}
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	struct end *end = arg;

	assert_false(end->inside_write);
	end->closed++;
	end->err = err;
	stream_free(stream);
	end->stream = NULL;
}

static const struct stream_ops ops = { on_data, on_closed };

/* end has one end of a socket pair, other is the raw other one. */
static void
open_pair(struct end *end, int *other)
{
	int fds[2];

	*end = (struct end){ .loop = loop_new() };
	buf_init(&end->got, DATA_MAX);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	end->stream = stream_new(end->loop, fds[0], &ops, end, QUEUE_MAX);
	*other = fds[1];
}

static void
close_pair(struct end *end, int other)
{
	stream_free(end->stream);
	buf_finish(&end->got);
	if (other >= 0)
		close(other);
	loop_free(end->loop);
}

static void
wait_until_closed(struct end *end)
{
	while (end->closed == 0)
		loop_turn(end->loop, 1);
}

static void
write_bytes(struct end *end, size_t len)
{
	char *bytes = malloc(len);

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 7);
	end->inside_write = true;
	stream_write(end->stream, bytes, len);
	end->inside_write = false;
	free(bytes);
}

static void
data_arrives_and_then_the_end(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	assert_int_equal(write(other, "hello", 5), 5);
	while (end.got.len < 5)
		loop_turn(end.loop, 1);
	assert_memory_equal(end.got.data, "hello", 5);
	assert_int_equal(write(other, "bye", 3), 3);
	close(other);
	wait_until_closed(&end);
	assert_int_equal(end.err, CAM_ERR_CLOSED);
	assert_int_equal(end.got.len, 8);
	loop_turn(end.loop, 0);
	assert_int_equal(end.closed, 1);
	close_pair(&end, -1);
}

static void
a_short_write_goes_out_at_once(void **state)
{
	struct end end;
	char text[16];
	int other;

	open_pair(&end, &other);
	stream_write(end.stream, "now", 3);
	assert_int_equal(recv(other, text, sizeof text, MSG_DONTWAIT), 3);
	assert_memory_equal(text, "now", 3);
	close_pair(&end, other);
}

/* Of a socket that keeps messages apart, each recv() is one write. */
static void
what_follows_in_a_turn_leaves_in_one_piece(void **state)
{
	struct end end = { .loop = loop_new() };
	char text[16];
	int fds[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	end.stream = stream_new(end.loop, fds[0], &ops, &end, QUEUE_MAX);
	stream_write(end.stream, "now", 3);
	stream_write(end.stream, "to", 2);
	stream_write(end.stream, "gether", 6);
	assert_int_equal(recv(fds[1], text, sizeof text, MSG_DONTWAIT), 3);
	assert_int_equal(recv(fds[1], text, sizeof text, MSG_DONTWAIT), -1);
	loop_turn(end.loop, 1);
	assert_int_equal(recv(fds[1], text, sizeof text, MSG_DONTWAIT), 8);
	assert_memory_equal(text, "together", 8);
	close_pair(&end, fds[1]);
}

static void
freed_it_still_gives_what_the_socket_takes(void **state)
{
	struct end end;
	char text[16];
	int other;

	open_pair(&end, &other);
	stream_write(end.stream, "last", 4);
	stream_write(end.stream, " words", 6);
	stream_free(end.stream);
	end.stream = NULL;
	assert_int_equal(recv(other, text, sizeof text, MSG_DONTWAIT), 10);
	assert_memory_equal(text, "last words", 10);
	assert_int_equal(recv(other, text, sizeof text, MSG_DONTWAIT), 0);
	close_pair(&end, other);
}

/* Reads from other, between turns of the loop, until the stream ends or total
 * bytes came. */
static size_t
read_slowly(struct end *end, int other, size_t total)
{
	static unsigned char bytes[10007];
	size_t sum = 0;

	while (sum < total) {
		ssize_t len = recv(other, bytes, sizeof bytes, MSG_DONTWAIT);

		if (len == 0)
			break;
		for (ssize_t i = 0; i < len; i++)
			assert_int_equal(
			    bytes[i], (unsigned char)((sum + (size_t)i) * 7));
		if (len > 0)
			sum += (size_t)len;
		else
			loop_turn(end->loop, 1);
	}
	return sum;
}

static void
what_the_other_end_does_not_take_waits_in_order(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	write_bytes(&end, QUEUE_MAX);
	assert_int_equal(read_slowly(&end, other, QUEUE_MAX), QUEUE_MAX);
	assert_int_equal(end.closed, 0);
	close_pair(&end, other);
}

static void
more_than_the_queue_holds_closes(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	for (int i = 0; i < 4; i++)
		write_bytes(&end, QUEUE_MAX);
	assert_int_equal(end.closed, 0);
	wait_until_closed(&end);
	assert_int_equal(end.err, CAM_ERR_FULL);
	close_pair(&end, other);
}

static void
a_write_after_the_other_end_went_closes_later(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	stream_pause(end.stream, true);
	close(other);
	write_bytes(&end, 10);
	write_bytes(&end, 10);
	assert_int_equal(end.closed, 0);
	wait_until_closed(&end);
	assert_int_equal(end.err, CAM_ERR_CLOSED);
	close_pair(&end, -1);
}

static void
freed_after_a_failed_write_it_is_silent(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	close(other);
	write_bytes(&end, 10);
	stream_free(end.stream);
	end.stream = NULL;
	loop_turn(end.loop, 0);
	assert_int_equal(end.closed, 0);
	close_pair(&end, -1);
}

static void
a_paused_stream_reads_nothing(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	stream_pause(end.stream, true);
	assert_int_equal(write(other, "x", 1), 1);
	loop_turn(end.loop, 0);
	assert_int_equal(end.got.len, 0);
	stream_pause(end.stream, false);
	while (end.got.len == 0)
		loop_turn(end.loop, 1);
	close_pair(&end, other);
}

static void
it_may_be_freed_while_data_arrives(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	end.free_on_data = true;
	assert_int_equal(write(other, "x", 1), 1);
	while (end.stream != NULL)
		loop_turn(end.loop, 1);
	assert_int_equal(end.got.len, 1);
	close_pair(&end, other);
}

static void
it_closes_when_all_is_written(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	write_bytes(&end, QUEUE_MAX);
	stream_close_when_written(end.stream);
	stream_write(end.stream, "ignored", 7);
	assert_int_equal(read_slowly(&end, other, DATA_MAX), QUEUE_MAX);
	assert_int_equal(end.closed, 1);
	assert_int_equal(end.err, CAM_ERR_CLOSED);
	close_pair(&end, other);
}

static void
with_nothing_to_write_it_closes_on_the_next_turn(void **state)
{
	struct end end;
	int other;

	open_pair(&end, &other);
	stream_close_when_written(end.stream);
	assert_int_equal(end.closed, 0);
	wait_until_closed(&end);
	close_pair(&end, other);
}

static void
pipes_work_too(void **state)
{
	struct end end = { .loop = loop_new() };
	struct stream *writer = NULL;
	int fds[2];

	buf_init(&end.got, DATA_MAX);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	end.stream = stream_new(end.loop, fds[0], &ops, &end, QUEUE_MAX);
	writer = stream_new(end.loop, fds[1], &ops, &end, QUEUE_MAX);
	assert_int_equal(stream_fd(writer), fds[1]);
	stream_write(writer, "through", 7);
	while (end.got.len < 7)
		loop_turn(end.loop, 1);
	stream_free(writer);
	wait_until_closed(&end);
	close_pair(&end, -1);
}

/* What a pipe's end that came over gives back. */
static void
assert_pipe(int given_read_end, int write_end)
{
	char byte = 0;

	assert_true(given_read_end >= 0);
	assert_int_equal(fcntl(given_read_end, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(write_end, "x", 1), 1);
	assert_int_equal(read(given_read_end, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(given_read_end);
	close(write_end);
}

static void
descriptors_go_with_the_bytes_that_name_them(void **state)
{
	struct end end, sender = { 0 };
	int other, pipes[3][2];

	open_pair(&end, &other);
	sender.stream = stream_new(end.loop, other, &ops, &sender, QUEUE_MAX);
	stream_accept_given(end.stream);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(pipe(pipes[i]), 0);
	/* The first alone; the others in a turn, between bytes that wait. */
	assert_int_equal(stream_give(sender.stream, pipes[0][0]), 0);
	stream_write(sender.stream, "one", 3);
	assert_int_equal(stream_take(end.stream, 0), -1);
	stream_write(sender.stream, "two", 3);
	assert_int_equal(stream_give(sender.stream, pipes[1][0]), 1);
	assert_int_equal(stream_give(sender.stream, pipes[2][0]), 2);
	stream_write(sender.stream, "three", 5);
	while (end.got.len < 11)
		loop_turn(end.loop, 1);
	assert_memory_equal(end.got.data, "onetwothree", 11);
	assert_pipe(stream_take(end.stream, 2), pipes[2][1]);
	assert_pipe(stream_take(end.stream, 0), pipes[0][1]);
	assert_int_equal(stream_take(end.stream, 0), -1);
	assert_int_equal(stream_take(end.stream, 3), -1);
	/* The one nobody took goes with the stream. */
	stream_free(sender.stream);
	close_pair(&end, -1);
	assert_int_equal(write(pipes[1][1], "x", 1), -1);
	close(pipes[1][1]);
}

static void
descriptors_nobody_asked_for_are_closed(void **state)
{
	struct end end, sender = { 0 };
	int other, ends[2];

	open_pair(&end, &other);
	sender.stream = stream_new(end.loop, other, &ops, &sender, QUEUE_MAX);
	assert_int_equal(pipe(ends), 0);
	stream_give(sender.stream, ends[0]);
	stream_write(sender.stream, "x", 1);
	while (end.got.len < 1)
		loop_turn(end.loop, 1);
	assert_int_equal(stream_take(end.stream, 0), -1);
	assert_int_equal(write(ends[1], "x", 1), -1);
	close(ends[1]);
	stream_free(sender.stream);
	close_pair(&end, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_arrives_and_then_the_end),
		cmocka_unit_test(a_short_write_goes_out_at_once),
		cmocka_unit_test(what_follows_in_a_turn_leaves_in_one_piece),
		cmocka_unit_test(freed_it_still_gives_what_the_socket_takes),
		cmocka_unit_test(
		    what_the_other_end_does_not_take_waits_in_order),
		cmocka_unit_test(more_than_the_queue_holds_closes),
		cmocka_unit_test(a_write_after_the_other_end_went_closes_later),
		cmocka_unit_test(freed_after_a_failed_write_it_is_silent),
		cmocka_unit_test(a_paused_stream_reads_nothing),
		cmocka_unit_test(it_may_be_freed_while_data_arrives),
		cmocka_unit_test(it_closes_when_all_is_written),
		cmocka_unit_test(
		    with_nothing_to_write_it_closes_on_the_next_turn),
		cmocka_unit_test(pipes_work_too),
		cmocka_unit_test(descriptors_go_with_the_bytes_that_name_them),
		cmocka_unit_test(descriptors_nobody_asked_for_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
