/* office.c: many members of an organisation in one process, each a link of its
 * own to the server.
 *
 *	office ADDR SERVER_PID MESSAGES [apart] <names and codes, a line each
 *
 * apart: nobody sees others join. They join, go, come back all at once, and
 * write to those who are away, who then come back: every message must come
 * once, in order of its sender. What it measures goes to stdout, a line each:
 * name, value, unit. Behind an empty line stands what they do instead, a line
 * each, each answered by "done":
 *
 *	enter             they join apart, and log in
 *	mail MESSAGES     half of them are written to while they are away
 *	burst MESSAGES    half write to the others as fast as they may
 *	steady RATE MS    the same, so many a second
 */
#include "member.h"

/* -- all of them -------------------------------------------------------------
 */

static void
dial_some(struct office *office)
{
	while (office->next < office->count && office->dialling < DIALS) {
		struct client *client = &office->list[office->next++];

		if (!client->wanted || client->wire != NULL ||
		    client->dial != NULL)
			continue;
		office->dialling++;
		client->dial = tcp_dial_new(office->loop, &client->from,
		    &office->server, WAIT_MS, on_dialled, client);
	}
}

static void
on_calm(void *arg)
{
}

static void
on_tick(void *arg)
{
	const struct office *office = arg;

	die("not in time: %s (%zu in, %zu stored, %zu got)", office->waits,
	    office->entered, office->stored, office->got);
}

/* Whether all that was waited for is there. */
static double
turn_until(struct office *office, const char *what,
    bool (*is_done)(const struct office *office))
{
	uint64_t began_ms = clock_now_ms();

	office->waits = what;
	timer_start(&office->tick, WAIT_MS);
	while (!is_done(office)) {
		dial_some(office);
		loop_turn(office->loop, 1);
	}
	timer_stop(&office->tick);
	return (double)(clock_now_ms() - began_ms) / 1000;
}

static void
settle(struct office *office)
{
	uint64_t end_ms = clock_now_ms() + SETTLE_MS;

	timer_start(&office->tick, WAIT_MS);
	timer_start(&office->calm, SETTLE_MS);
	while (clock_now_ms() < end_ms)
		loop_turn(office->loop, 1);
	timer_stop(&office->tick);
}

static bool
all_in(const struct office *office)
{
	return office->entered == office->wanted;
}

/* The first members know who is there. */
static bool
all_seen(const struct office *office)
{
	for (size_t i = 0; i < VIEWS; i++)
		if (office->views[i].count != office->wanted)
			return false;
	return all_in(office);
}

static bool
all_joined(const struct office *office)
{
	return office->joined == office->count;
}

static bool
all_know(const struct office *office)
{
	for (size_t i = 0; i < office->count; i++)
		if (office->list[i].wire != NULL &&
		    office->list[i].changes < office->count)
			return false;
	return true;
}

static bool
all_stored(const struct office *office)
{
	return office->stored == office->to_send;
}

static bool
all_got(const struct office *office)
{
	return office->got == office->to_send;
}

static void
leave(struct client *client)
{
	client->office->wanted -= client->wanted;
	client->wanted = false;
	if (client->wire == NULL)
		return;
	wire_flush(client->wire);
	wire_free(client->wire);
	client->wire = NULL;
	client->office->entered -= client->entered;
	client->entered = client->can_send = false;
}

static void
want(struct office *office, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		office->wanted += !office->list[i].wanted;
		office->list[i].wanted = true;
	}
	office->next = from;
}

/* -- what is measured --------------------------------------------------------
 */

static void
tell(const char *name, double value, const char *unit)
{
	printf("%s %.3f %s\n", name, value, unit);
	fflush(stdout);
}

static double
server_mib(const struct office *office)
{
	char path[64], line[256];
	double kib = 0;
	FILE *file = NULL;

	snprintf(path, sizeof path, "/proc/%d/status", office->pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtod(line + 6, NULL);
	if (file != NULL)
		fclose(file);
	return kib / 1024;
}

static double
cpu_s(int pid)
{
	struct timespec used = { 0, 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &used) != 0)
		die("%d has gone", pid);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static double
server_cpu_s(const struct office *office)
{
	return cpu_s(office->pid);
}

static void
make_envelope(struct office *office)
{
	static const uint8_t text[BYTES];
	struct envelope_recipient recipient = { .name = span_text("a@b") };
	struct envelope_content content = { .sequence = 1,
		.type = 1,
		.recipients = &recipient,
		.recipient_count = 1,
		.body = span_of(text, sizeof text) };
	struct envelope_sealed *sealed = NULL;
	uint8_t stanza[1][ENVELOPE_STANZA_SIZE] = { { 0 } };
	uint8_t *at = NULL;

	random_bytes(content.id, sizeof content.id);
	if (envelope_seal(&content, 1, office->list[0].signing, &sealed) < 0)
		die("cannot seal");
	buf_init(&office->envelope, ENVELOPE_MAX);
	envelope_write(sealed, (const uint8_t(*)[ENVELOPE_STANZA_SIZE])stanza,
	    1, &office->envelope);
	envelope_sealed_free(sealed);
	at = memmem(office->envelope.data, office->envelope.len, content.id,
	    sizeof content.id);
	if (at == NULL)
		die("no id");
	office->id_at = (size_t)(at - office->envelope.data);
}

static void
read_members(struct office *office)
{
	char line[512], *code = NULL;
	size_t size = 0;

	while (fgets(line, sizeof line, stdin) != NULL && line[0] != '\n') {
		struct client *client = NULL;

		line[strcspn(line, "\n")] = '\0';
		if ((code = strchr(line, ' ')) == NULL)
			die("no code: %s", line);
		*code++ = '\0';
		if (office->count == size) {
			size = size > 0 ? 2 * size : 64;
			office->list = xreallocarray(
			    office->list, size, sizeof *office->list);
		}
		client = &office->list[office->count];
		*client = (struct client){ .office = office,
			.number = office->count,
			.logon = xstrdup(line),
			.code = xstrdup(code),
			.from = addr_v4(
			    0x7f010000 + 1 + (uint32_t)office->count, 0) };
		make_keys(client);
		office->count++;
	}
	office->numbers = office->count + 1;
	office->cards = xcalloc(office->numbers, sizeof *office->cards);
	for (size_t i = 0; i < VIEWS; i++)
		office->views[i].online = xcalloc(office->numbers, 1);
	buf_init(&office->known, KNOWN_PAGES_MAX * KNOWN_DIGEST_SIZE);
}

/* They join and know of each other. */
static void
join(struct office *office)
{
	want(office, 0, office->count);
	tell("join_s", turn_until(office, "joining", all_in), "s");
	tell("directory_s", turn_until(office, "the directory", all_know), "s");
	for (size_t i = 0; i < office->count; i++)
		leave(&office->list[i]);
}

/* As a camd does when it comes back. */
static void
remember(struct office *office)
{
	struct known known;

	buf_clear(&office->known);
	known_begin(&known, &office->known);
	for (size_t i = 1; i < office->numbers; i++)
		if (office->cards[i].card != 0)
			known_add(&known, i, office->cards[i].card,
			    &office->cards[i].addr);
	known_end(&known);
}

static bool
all_met(const struct office *office)
{
	return all_in(office) && office->met == office->to_meet;
}

/* As if they had worked there for long: everybody has been told of everybody,
 * some at a time and not all at once. */
static void
meet(struct office *office)
{
	for (size_t from = 0; from < office->count; from = office->to_meet) {
		size_t left = office->count - from;

		office->to_meet = from + (left < GROUP ? left : GROUP);
		remember(office);
		want(office, from, office->to_meet);
		(void)turn_until(office, "meeting", all_met);
		for (size_t i = from; i < office->to_meet; i++)
			leave(&office->list[i]);
	}
}

static void
join_apart(struct office *office)
{
	office->only_joins = true;
	want(office, 0, office->count);
	tell("join_s", turn_until(office, "joining", all_joined), "s");
	office->only_joins = false;
	for (size_t i = 0; i < office->count; i++)
		office->list[i].changes = office->count;
	meet(office);
}

/* Once, and as often again as it takes to see whether memory grows. */
static void
log_in(struct office *office)
{
	double cpu = 0, own_cpu = 0;

	for (int i = 0; i < LOGINS; i++) {
		for (size_t j = 0; j < office->count; j++)
			leave(&office->list[j]);
		if (i == 0) {
			settle(office);
			tell("empty_mib", server_mib(office), "MiB");
		}
		remember(office);
		cpu = server_cpu_s(office);
		own_cpu = cpu_s(0);
		want(office, 0, office->count);
		tell(i == 0 ? "login_s" : "login_again_s",
		    turn_until(office, "logging in", all_in), "s");
		tell(i == 0 ? "login_server_cpu_s" : "login_again_server_cpu_s",
		    server_cpu_s(office) - cpu, "s");
		tell(i == 0 ? "login_members_cpu_s"
			    : "login_again_members_cpu_s",
		    cpu_s(0) - own_cpu, "s");
		(void)turn_until(office, "seeing all", all_seen);
		settle(office);
		tell(i == 0 ? "server_mib" : "server_again_mib",
		    server_mib(office), "MiB");
	}
}

/* Each of the first half has so many to send. */
static void
write_more(struct office *office, size_t messages)
{
	size_t half = office->count / 2, each = messages / half;

	if (office->envelope.len == 0)
		make_envelope(office);
	office->to_send += half * each;
	for (size_t i = 0; i < half; i++)
		office->list[i].to_send += each;
	for (size_t i = 0; i < half; i++)
		send_some(&office->list[i]);
}

static void
mail(struct office *office, size_t messages)
{
	size_t half = office->count / 2, before = office->to_send;
	double cpu = 0, all = 0;

	for (size_t i = half; i < office->count; i++)
		leave(&office->list[i]);
	cpu = server_cpu_s(office);
	write_more(office, messages);
	all = (double)(office->to_send - before);
	tell("stored_per_s", all / turn_until(office, "storing", all_stored),
	    "1/s");
	tell("stored_server_cpu_s", server_cpu_s(office) - cpu, "s");
	remember(office);
	cpu = server_cpu_s(office);
	want(office, half, office->count);
	tell("drained_per_s", all / turn_until(office, "draining", all_got),
	    "1/s");
	tell("drained_server_cpu_s", server_cpu_s(office) - cpu, "s");
	/* Also those for whom there was nothing. */
	(void)turn_until(office, "coming back", all_seen);
}

static bool
all_relayed(const struct office *office)
{
	return all_stored(office) && all_got(office);
}

static void
burst(struct office *office, size_t messages)
{
	size_t before = office->to_send;
	double cpu = server_cpu_s(office), all = 0;

	write_more(office, messages);
	all = (double)(office->to_send - before);
	tell("relayed_per_s", all / turn_until(office, "relaying", all_relayed),
	    "1/s");
	tell("relayed_server_cpu_us", (server_cpu_s(office) - cpu) * 1e6 / all,
	    "us");
}

static void
on_pace(void *arg)
{
	struct office *office = arg;

	timer_start(&office->pace, 1);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
steady(struct office *office, size_t rate, size_t ms)
{
	size_t all = rate * ms / 1000, half = office->count / 2;
	double begun = now_ms();

	if (office->envelope.len == 0)
		make_envelope(office);
	office->late_ms = xreallocarray(NULL, all + 1, sizeof(double));
	office->late_count = 0;
	office->late_size = all;
	timer_start(&office->pace, 1);
	for (size_t sent = 0; sent < all;) {
		size_t due = (size_t)((now_ms() - begun) * (double)rate / 1e3);

		for (; sent < due && sent < all; sent++) {
			struct client *client = &office->list[sent % half];

			office->to_send++;
			client->to_send++;
			send_some(client);
		}
		loop_turn(office->loop, 1);
	}
	timer_stop(&office->pace);
	(void)turn_until(office, "relaying", all_relayed);
	qsort(office->late_ms, office->late_count, sizeof(double), compare);
	tell("steady_p50_ms", office->late_ms[office->late_count / 2], "ms");
	tell("steady_p99_ms", office->late_ms[office->late_count * 99 / 100],
	    "ms");
	office->late_size = 0;
	free(office->late_ms);
}

/* -- told what to do ---------------------------------------------------------
 */

static void
enter_all(struct office *office)
{
	join_apart(office);
	log_in(office);
}

/* False: there is no more. */
static bool
obey(struct office *office)
{
	char line[128];
	unsigned long first = 0, second = 0;

	if (fgets(line, sizeof line, stdin) == NULL)
		return false;
	if (strcmp(line, "enter\n") == 0)
		enter_all(office);
	else if (sscanf(line, "mail %lu", &first) == 1)
		mail(office, first);
	else if (sscanf(line, "burst %lu", &first) == 1)
		burst(office, first);
	else if (sscanf(line, "steady %lu %lu", &first, &second) == 2)
		steady(office, first, second);
	else
		die("not understood: %s", line);
	puts("done");
	fflush(stdout);
	return true;
}

static void
run(struct office *office, size_t messages, bool apart)
{
	tell("server_before_mib", server_mib(office), "MiB");
	if (apart)
		join_apart(office);
	else
		join(office);
	log_in(office);
	mail(office, messages);
	tell("refused", (double)office->refused, "times");
	settle(office);
	tell("server_mib_after", server_mib(office), "MiB");
}

static void
finish(struct office *office)
{
	for (size_t i = 0; i < office->count; i++) {
		struct client *client = &office->list[i];

		free(client->logon);
		free(client->code);
		free(client->last);
		json_decref(client->hello);
		tls_context_free(client->context);
		sign_key_free(client->user);
		sign_key_free(client->link);
		sign_key_free(client->signing);
	}
	free(office->list);
	free(office->cards);
	for (size_t i = 0; i < VIEWS; i++)
		free(office->views[i].online);
	buf_finish(&office->known);
	buf_finish(&office->envelope);
}

int
main(int argc, char **argv)
{
	struct office office = { .pid = 0 };
	struct crypto *crypto = NULL;
	bool apart = argc == 5 && strcmp(argv[4], "apart") == 0;

	if ((argc != 4 && !apart) ||
	    addr_parse(span_text(argv[1]), PORT, &office.server) < 0)
		die("usage: office ADDR SERVER_PID MESSAGES [apart]");
	office.pid = atoi(argv[2]);
	process_allow_files(65536);
	/* The keys of all of them, and what each context keeps secret. */
	CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_CHUNK);
	crypto = crypto_new();
	office.loop = loop_new();
	timer_init(&office.tick, office.loop, on_tick, &office);
	timer_init(&office.calm, office.loop, on_calm, NULL);
	timer_init(&office.again, office.loop, on_again, &office);
	timer_init(&office.pace, office.loop, on_pace, &office);
	read_members(&office);
	if (feof(stdin))
		run(&office, strtoul(argv[3], NULL, 10), apart);
	while (obey(&office)) {
	}
	for (size_t i = 0; i < office.count; i++)
		leave(&office.list[i]);
	timer_finish(&office.tick);
	timer_finish(&office.again);
	timer_finish(&office.pace);
	timer_finish(&office.calm);
	finish(&office);
	loop_free(office.loop);
	crypto_free(crypto);
	return 0;
}
