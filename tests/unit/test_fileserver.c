/* test_fileserver.c: what we offer is served to whom we offered it, and nothing
 * to anybody else (protocol reference 4.2, 4.3; threat model F5). */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "camd/offer/fileserver.h"
#include "town.h"
#include "wire.h"

#ifdef __SANITIZE_ADDRESS__
enum { GUESSES = 50 * 1000 }; /* each takes ten times as long */
#else
enum { GUESSES = 1000 * 1000 };
#endif
enum { FILE_BYTES = 100000, AT_ONCE = 50 };
#define ANNAS_PLACE "10.77.0.3:2425"

struct shop {
	struct town *town;
	struct asker asker;
	struct person *anna;
	char *path;
	uint8_t content[FILE_BYTES];
	uint32_t packet; /* the message that offers it, to anna */
	uint32_t file;
	size_t known; /* connections that the door need not count any more */
};

static void
fill_content(struct shop *shop)
{
	FILE *file = NULL;

	random_bytes(shop->content, sizeof shop->content);
	shop->path = xasprintf("%s/plan.pdf", shop->town->world.folder);
	file = fopen(shop->path, "w");
	assert_non_null(file);
	assert_int_equal(
	    fwrite(shop->content, 1, FILE_BYTES, file), FILE_BYTES);
	fclose(file);
}

/* anna gets a message that lists it. */
static void
offer(struct shop *shop)
{
	json_t *sent = ask(&shop->asker, "message.send",
	    json_pack("{s:[s], s:s, s:[{s:s}]}", "to", "anna", "text",
		"see plan", "files", "path", shop->path));
	const char *id = json_string_value(json_object_get(
	    json_array_get(json_object_get(sent, "offers"), 0), "id"));

	assert_non_null(id);
	shop->file = (uint32_t)strtoul(strchr(id, '.') + 1, NULL, 10);
	json_decref(sent);
	town_settle(shop->town);
	assert_true(shop->anna->read_count > 0);
	shop->packet = shop->anna->read_no[shop->anna->read_count - 1];
}

static int
setup(void **state)
{
	struct shop *shop = xcalloc(1, sizeof *shop);

	shop->town = town_open("");
	shop->anna =
	    person_make(shop->town, "anna", "pc1", ANNAS_PLACE, "other", true);
	person_enters(shop->town, shop->anna);
	town_settle(shop->town);
	asker_connect(&shop->asker, &shop->town->world);
	json_decref(ask(&shop->asker, "hello",
	    json_pack("{s:i, s:s, s:s}", "protocol", 1, "program", "test",
		"version", "1")));
	fill_content(shop);
	offer(shop);
	*state = shop;
	return 0;
}

static int
teardown(void **state)
{
	struct shop *shop = *state;

	asker_close(&shop->asker);
	town_close(shop->town);
	free(shop->path);
	free(shop);
	return 0;
}

#define TEST_OF_SHOP(test)                                                     \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

/* -- visiting -------------------------------------------------------------- */

static void
on_known(void *arg)
{
	((struct shop *)arg)->known++;
}

/* Comes from there and says that; the other end. */
static int
visit(struct shop *shop, const char *from, struct span bytes)
{
	struct addr addr = address(from);
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	fileserver_accept(shop->town->world.camd.fileserver, ends[0], &addr,
	    clock_now_ms() + 10000, on_known, shop);
	if (bytes.len > 0)
		assert_int_equal(send(ends[1], bytes.data, bytes.len, 0),
		    (ssize_t)bytes.len);
	return ends[1];
}

/* All that comes back, until it is closed; then the visitor closes as well. */
static size_t
collect(struct shop *shop, int fd, uint8_t *bytes, size_t size)
{
	size_t total = 0;
	ssize_t len = -1;

	while (len != 0 && total <= size) {
		uint8_t more[4096];

		len = recv(fd, more, sizeof more, 0);
		if (len < 0 && errno == ECONNRESET)
			break;
		if (len > 0 && total + (size_t)len <= size)
			memcpy(bytes + total, more, (size_t)len);
		total += len > 0 ? (size_t)len : 0;
		/* A client closes once it has what it wanted. */
		if (total == size && size > 0)
			break;
		if (len < 0)
			world_turn(&shop->town->world);
	}
	close(fd);
	return total;
}

/* A plain request in the name of user, with its NUL. */
static struct span
request(const char *user, uint32_t mode, uint32_t packet, uint32_t file,
    char text[200])
{
	int len = snprintf(text, 200, "1:%u:%s:pc1:%u:%x:%x:0:", 1700000100u,
	    user, (unsigned)mode, (unsigned)packet, (unsigned)file);

	return span_of(text, (size_t)len + 1);
}

/* What comes of it. */
static size_t
fetch(struct shop *shop, const char *from, const char *user, uint32_t packet,
    uint32_t file, uint8_t *bytes)
{
	char text[200];

	return collect(shop,
	    visit(shop, from,
		request(user, COMMAND_GETFILEDATA, packet, file, text)),
	    bytes, bytes != NULL ? FILE_BYTES : 0);
}

static size_t
fetch_his(struct shop *shop, uint8_t *bytes)
{
	return fetch(shop, "10.77.0.3:40000", shop->anna->user, shop->packet,
	    shop->file, bytes);
}

/* Until it is told as fetched. */
static void
await_done(struct shop *shop)
{
	for (bool done = false; !done;) {
		json_t *list = ask(&shop->asker, "offer.list",
		    json_pack("{s:[s]}", "state", "done"));

		done = json_array_size(json_object_get(list, "offers")) > 0;
		json_decref(list);
	}
}

/* -- serving --------------------------------------------------------------- */

static void
whom_it_was_offered_gets_it_once(void **state)
{
	struct shop *shop = *state;
	uint8_t *bytes = xmalloc(FILE_BYTES);

	assert_int_equal(fetch_his(shop, bytes), FILE_BYTES);
	assert_memory_equal(bytes, shop->content, FILE_BYTES);
	assert_int_equal(shop->known, 1);
	await_done(shop);
	assert_int_equal(fetch_his(shop, NULL), 0);
	assert_int_equal(shop->known, 2);
	free(bytes);
}

static void
while_he_gets_it_he_does_not_get_it_again(void **state)
{
	struct shop *shop = *state;
	uint8_t *bytes = xmalloc(FILE_BYTES);
	char text[200];
	int fd = visit(shop, "10.77.0.3:40000",
	    request(shop->anna->user, COMMAND_GETFILEDATA, shop->packet,
		shop->file, text));

	while (shop->known == 0)
		world_turn(&shop->town->world);
	assert_int_equal(fetch_his(shop, NULL), 0);
	assert_int_equal(collect(shop, fd, bytes, FILE_BYTES), FILE_BYTES);
	assert_memory_equal(bytes, shop->content, FILE_BYTES);
	free(bytes);
}

static void
a_request_in_pieces_and_without_its_end_is_understood(void **state)
{
	struct shop *shop = *state;
	uint8_t *bytes = xmalloc(FILE_BYTES);
	char text[200];
	struct span whole = request(shop->anna->user, COMMAND_GETFILEDATA,
	    shop->packet, shop->file, text);
	int fd = visit(shop, "10.77.0.3:40000", span_of(NULL, 0));

	/* As iptux does it: no colon at the end, no NUL. */
	for (size_t i = 0; i + 2 < whole.len; i++) {
		assert_int_equal(send(fd, whole.data + i, 1, 0), 1);
		world_turn(&shop->town->world);
	}
	assert_int_equal(collect(shop, fd, bytes, FILE_BYTES), FILE_BYTES);
	assert_memory_equal(bytes, shop->content, FILE_BYTES);
	free(bytes);
}

static void
who_is_not_whom_it_was_offered_gets_nothing(void **state)
{
	struct shop *shop = *state;

	/* Another place, another name, another message, another file. */
	assert_int_equal(fetch(shop, "10.77.0.4:40000", shop->anna->user,
			     shop->packet, shop->file, NULL),
	    0);
	assert_int_equal(fetch(shop, "10.77.0.3:40000", "anna", shop->packet,
			     shop->file, NULL),
	    0);
	assert_int_equal(fetch(shop, "10.77.0.3:40000", shop->anna->user,
			     shop->packet + 1, shop->file, NULL),
	    0);
	assert_int_equal(fetch(shop, "10.77.0.3:40000", shop->anna->user,
			     shop->packet, shop->file + 1, NULL),
	    0);
	assert_int_equal(shop->known, 4);
}

static void
a_file_is_no_folder_nor_the_other_way_round(void **state)
{
	struct shop *shop = *state;
	char text[200];

	free(shop->path);
	shop->path = xasprintf("%s/folder", shop->town->world.folder);
	assert_int_equal(mkdir(shop->path, 0700), 0);
	offer(shop);
	assert_int_equal(fetch_his(shop, NULL), 0);
	assert_true(collect(shop,
			visit(shop, "10.77.0.3:40000",
			    request(shop->anna->user, COMMAND_GETDIRFILES,
				shop->packet, shop->file, text)),
			NULL, 0) > 0);
}

static void
what_changed_since_is_not_served(void **state)
{
	struct shop *shop = *state;
	FILE *file = fopen(shop->path, "a");

	fputs("more", file);
	fclose(file);
	assert_int_equal(fetch_his(shop, NULL), 0);
	unlink(shop->path);
	assert_int_equal(fetch_his(shop, NULL), 0);
}

static void
what_can_be_no_packet_is_closed_at_its_first_byte(void **state)
{
	static const char *const firsts[] = { "IP2:3d:", "GET / HTTP/1.1\r\n",
		"\x15\x03\x01", "2:100:anna:pc1:96:" };
	struct shop *shop = *state;

	for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
		int fd = visit(shop, "10.77.0.9:1", span_text(firsts[i]));

		assert_int_equal(collect(shop, fd, NULL, 0), 0);
		assert_int_equal(shop->known, i + 1);
	}
}

static void
who_says_nothing_or_rubbish_is_let_go(void **state)
{
	struct shop *shop = *state;
	struct addr addr = address("10.77.0.9:1");
	char *much = letters('1', LIMIT_FILE_REQUEST + 10);
	int ends[2];

	assert_int_equal(
	    collect(
		shop, visit(shop, "10.77.0.9:1", BYTES("1:2:3\0")), NULL, 0),
	    0);
	assert_int_equal(collect(shop,
			     visit(shop, "10.77.0.9:1",
				 span_of(much, LIMIT_FILE_REQUEST + 10)),
			     NULL, 0),
	    0);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	fileserver_accept(shop->town->world.camd.fileserver, ends[0], &addr,
	    clock_now_ms() + 50, on_known, shop);
	assert_int_equal(collect(shop, ends[1], NULL, 0), 0);
	assert_int_equal(shop->known, 3);
	free(much);
}

/* -- guessing -------------------------------------------------------------- */

static void
after_twenty_wrong_questions_a_place_gets_nothing_any_more(void **state)
{
	struct shop *shop = *state;

	for (uint32_t i = 1; i <= 20; i++)
		assert_int_equal(
		    fetch(shop, "10.77.0.3:40000", shop->anna->user,
			shop->packet, shop->file + i, NULL),
		    0);
	assert_int_equal(fetch_his(shop, NULL), 0);
}

static void
guessing_in_ones_own_name_harms_nobody_else(void **state)
{
	struct shop *shop = *state;
	struct person *carl = person_make(
	    shop->town, "carl", "pc1", "10.77.0.4:2425", "mac", true);

	person_enters(shop->town, carl);
	town_settle(shop->town);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(fetch(shop, "10.77.0.4:40000", carl->user,
				     shop->packet, shop->file + i, NULL),
		    0);
	assert_int_equal(fetch_his(shop, shop->content), FILE_BYTES);
}

/* Strangers with an address each know all but where anna is; somebody at her
 * address knows who she is, and guesses the rest. */
static size_t
guess_all(struct shop *shop, uint32_t from, size_t count)
{
	int fds[AT_ONCE];
	char text[200], at[64];
	size_t got = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t n = from + (uint32_t)i;
		bool stranger = n % 2 == 0;

		snprintf(at, sizeof at, "10.%u.%u.%u:4000",
		    1 + (unsigned)(n >> 17), (unsigned)(n >> 9 & 255),
		    (unsigned)(n >> 1 & 255));
		fds[i] = visit(shop, stranger ? at : "10.77.0.3:4000",
		    request(shop->anna->user, COMMAND_GETFILEDATA, shop->packet,
			stranger ? shop->file : random_below(1U << 30), text));
	}
	for (size_t i = 0; i < count; i++)
		got += collect(shop, fds[i], NULL, 0);
	return got;
}

static void
a_million_guesses_get_not_one_byte(void **state)
{
	struct shop *shop = *state;

	for (uint32_t done = 0; done < GUESSES; done += AT_ONCE)
		assert_int_equal(guess_all(shop, done, AT_ONCE), 0);
	assert_int_equal(shop->known, GUESSES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_SHOP(whom_it_was_offered_gets_it_once),
		TEST_OF_SHOP(while_he_gets_it_he_does_not_get_it_again),
		TEST_OF_SHOP(
		    a_request_in_pieces_and_without_its_end_is_understood),
		TEST_OF_SHOP(who_is_not_whom_it_was_offered_gets_nothing),
		TEST_OF_SHOP(a_file_is_no_folder_nor_the_other_way_round),
		TEST_OF_SHOP(what_changed_since_is_not_served),
		TEST_OF_SHOP(what_can_be_no_packet_is_closed_at_its_first_byte),
		TEST_OF_SHOP(who_says_nothing_or_rubbish_is_let_go),
		TEST_OF_SHOP(
		    after_twenty_wrong_questions_a_place_gets_nothing_any_more),
		TEST_OF_SHOP(guessing_in_ones_own_name_harms_nobody_else),
		TEST_OF_SHOP(a_million_guesses_get_not_one_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
