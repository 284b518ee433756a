/* test_offers_ticket.c: tickets, and whose turn it is. */
#include <errno.h>
#include <sys/socket.h>

#include "base/number.h"
#include "camd/offer/tickets.h"
#include "camd/transfer/request.h"
#include "offers.h"
#include "rpc/names.h"

/* -- tickets ----------------------------------------------------------------
 */

struct ticket {
	bool done;
	int err;
	char reason[32];
	uint8_t hello[TICKET_HELLO_SIZE];
	struct addr at;
};

static void
on_ticket(void *arg, int err, json_t *result, const char *message)
{
	struct ticket *ticket = arg;
	uint8_t bytes[TICKET_SIZE];
	const char *text = json_string_value(json_object_get(result, "ticket"));

	ticket->done = true;
	ticket->err = err;
	snprintf(ticket->reason, sizeof ticket->reason, "%s",
	    message != NULL ? message : "");
	if (err < 0)
		return;
	assert_int_equal(hex_decode(span_text(text), bytes, sizeof bytes), 0);
	ticket_hello_write(bytes, ticket->hello);
	ticket->at.port =
	    (uint16_t)json_integer_value(json_object_get(result, "port"));
}

static void
ask_ticket(struct pair *pair, const char *message, uint32_t number,
    struct ticket *ticket)
{
	struct link *link = half_link(&pair->bob);

	*ticket = (struct ticket){ .at = *link_addr(link) };
	assert_int_equal(link_call(link, LINK_OFFER_FETCH,
			     json_pack("{s:s, s:I}", "message", message,
				 "number", (json_int_t)number),
			     on_ticket, ticket),
	    0);
}

/* Connects, and says that much. */
static int
show(const struct ticket *ticket, size_t len)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t size = addr_to_sockaddr(&ticket->at, &sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&sa, size), 0);
	assert_int_equal(send(fd, ticket->hello, len, 0), (ssize_t)len);
	return fd;
}

static void
wait_until_closed(struct pair *pair, int fd)
{
	uint8_t byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
		pair_turn(pair);
	close(fd);
}

static void
a_ticket_serves_once(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	struct ticket ticket;
	int fd;

	ask_ticket(pair, sent.id, row->number, &ticket);
	while (!ticket.done)
		pair_turn(pair);
	assert_int_equal(ticket.err, 0);
	fd = show(&ticket, sizeof ticket.hello);
	wait_for(&pair->anna, sent.id, STORE_RUNNING);
	wait_until_closed(pair, show(&ticket, sizeof ticket.hello));
	close(fd);
	/* He went without asking for anything: he may come again. */
	wait_for(&pair->anna, sent.id, STORE_WAITING);
	/* A guess, one bit beside. */
	ask_ticket(pair, sent.id, row->number, &ticket);
	while (!ticket.done)
		pair_turn(pair);
	ticket.hello[sizeof ticket.hello - 1] ^= 1;
	wait_until_closed(pair, show(&ticket, sizeof ticket.hello));
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_WAITING);
	free(row);
	free(path);
}

static void
there_is_no_ticket_for_what_was_not_offered(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	struct ticket ticket;

	for (uint32_t i = 0; i < 3; i++) {
		ask_ticket(pair,
		    i < 2 ? sent.id : "00112233445566778899aabbccddeeff",
		    row->number + (i < 2 ? 1 + i : 0), &ticket);
		while (!ticket.done)
			pair_turn(pair);
		assert_true(ticket.err < 0);
		assert_string_equal(ticket.reason, "unknown");
	}
	/* Withdrawn while one is out: it is good for nothing. */
	ask_ticket(pair, sent.id, row->number, &ticket);
	while (!ticket.done)
		pair_turn(pair);
	assert_int_equal(ticket.err, 0);
	end_it(&pair->anna, sent.id, false);
	wait_until_closed(pair, show(&ticket, sizeof ticket.hello));
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_CANCELLED);
	free(row);
	free(path);
}

static void
of_one_user_so_many_have_a_turn(void **state)
{
	struct pair *pair = *state;
	char *path = make_file(&pair->anna, "a.txt", 10);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	struct ticket tickets[TRANSFERS_OF_ONE + 1];
	int fd;

	for (size_t i = 0; i < TRANSFERS_OF_ONE + 1; i++)
		ask_ticket(pair, sent.id, row->number, &tickets[i]);
	while (!tickets[TRANSFERS_OF_ONE - 1].done)
		pair_turn(pair);
	pair_settle(pair);
	assert_false(tickets[TRANSFERS_OF_ONE].done);
	assert_false(transfers_has_turn(
	    pair->anna.camd.transfers, half_friend(&pair->anna)->uid));
	assert_true(transfers_has_turn(pair->anna.camd.transfers, 4711));
	/* One is used, and its connection ends. */
	fd = show(&tickets[0], sizeof tickets[0].hello);
	wait_for(&pair->anna, sent.id, STORE_RUNNING);
	close(fd);
	while (!tickets[TRANSFERS_OF_ONE].done)
		pair_turn(pair);
	assert_int_equal(tickets[TRANSFERS_OF_ONE].err, 0);
	free(row);
	free(path);
}

/* He shows his ticket and asks, and then reads nothing. */
static int
stall(struct pair *pair, const char *id, const struct store_transfer *row)
{
	uint8_t request[TRANSFER_REQUEST_SIZE];
	struct ticket ticket;
	int fd;

	ask_ticket(pair, id, row->number, &ticket);
	while (!ticket.done)
		pair_turn(pair);
	assert_int_equal(ticket.err, 0);
	fd = show(&ticket, sizeof ticket.hello);
	transfer_request_write(
	    &(struct transfer_request){ .position = 0 }, request);
	assert_int_equal(send(fd, request, sizeof request, 0), sizeof request);
	wait_for(&pair->anna, id, STORE_RUNNING);
	return fd;
}

/* As much is on its way as the kernel holds for somebody who does not read. */
static void
wait_until_still(struct pair *pair, const struct offer_key *key)
{
	struct transfers_progress before = { 0 }, now = { 0 };
	uint64_t since_ms = clock_now_ms();

	while (now.done == 0 || clock_now_ms() - since_ms < 300) {
		pair_turn(pair);
		assert_true(
		    transfers_progress(pair->anna.camd.transfers, key, &now));
		if (now.done != before.done)
			since_ms = clock_now_ms();
		before = now;
	}
}

static void
who_hardly_moves_ends_where_others_wait(void **state)
{
	struct pair *pair = *state;
	char *path = make_big_file(&pair->anna, BIG);
	struct pair_sent sent = offer_path(&pair->anna, path);
	struct store_transfer *row = row_of(&pair->anna, sent.id);
	const struct offer_key key = { row->message, row->number, row->uid };
	struct transfers *transfers = pair->anna.camd.transfers;
	int fd = stall(pair, sent.id, row);
	uint64_t now_ms;

	wait_until_still(pair, &key);
	/* What he has taken so far counts for the first minutes. */
	now_ms = clock_now_ms() + TRANSFERS_SLOW_MS;
	transfers_look(transfers, now_ms);
	/* Nobody waits: he may take his time. */
	now_ms += TRANSFERS_SLOW_MS;
	transfers_look(transfers, now_ms);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_RUNNING);
	/* Of one user so many have a turn; he wants one more. */
	for (unsigned i = 1; i < TRANSFERS_OF_ONE; i++)
		transfers_hold_turn(transfers, row->uid);
	assert_false(transfers_has_turn(transfers, row->uid));
	transfers_look(transfers, now_ms + TRANSFERS_SLOW_MS - 1);
	pair_settle(pair);
	assert_int_equal(stage_of(&pair->anna, sent.id), STORE_RUNNING);
	transfers_look(transfers, now_ms + TRANSFERS_SLOW_MS);
	wait_for(&pair->anna, sent.id, STORE_WAITING);
	close(fd);
	free(row);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PAIR(a_ticket_serves_once),
		TEST_OF_PAIR(there_is_no_ticket_for_what_was_not_offered),
		TEST_OF_PAIR(of_one_user_so_many_have_a_turn),
		TEST_OF_PAIR(who_hardly_moves_ends_where_others_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
