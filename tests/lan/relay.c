/* relay.c: a cable with faults: two TAP devices, and frames that get lost,
 * doubled, late or out of order between them.
 *
 *	relay SEED NAME NAME	makes the two devices; says "ready"
 *
 * Commands, one a line on stdin; each is answered by a line of JSON with the
 * counters of both directions, named by the device that the frames come from:
 *	loss PERCENT | dup PERCENT	of the frames of each direction
 *	delay MS | jitter MS		all wait so long | and up to so long
 *more cut [NAME]			nothing passes [that comes from NAME]
 *	heal				everything passes again
 *	count				the counters only
 *	restart				frames are numbered from 0 again
 *	quit				the end, as is that of stdin
 *
 * What becomes of frame N of a direction depends on SEED, the direction (0, 1)
 * and N only: it is lost when fate(0) % 10000 < 100 * loss, doubled when
 * fate(1) % 10000 < 100 * dup, waits fate(2) us modulo the jitter, its double
 * fate(3), where fate(i) is splitmix64 of SEED + direction * 2^63 + 4 N + i.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	FRAME_MAX = 2048,
	WAITING_MAX = 8192, /* frames */
	TURN = 64,	    /* frames read at once */
	PERCENT_MAX = 100,
	WAIT_MAX_MS = 60000
};

/* What the frames of a direction have met. */
struct counters {
	uint64_t in, out, lost, doubled, cut, full, down;
};

struct side {
	const char *name;
	int fd;
	bool cut; /* what comes from here does not pass */
	uint64_t number;
	struct counters counters;
};

struct waiting {
	uint64_t due_us;
	uint64_t order; /* those due at once keep theirs */
	unsigned from;
	size_t len;
	unsigned char bytes[FRAME_MAX];
};

struct relay {
	uint64_t seed, order;
	struct side sides[2];
	struct waiting *heap[WAITING_MAX];
	size_t count;
	uint64_t loss, dup, delay_ms, jitter_ms;
	char line[256];
	size_t line_len;
};

static uint64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t
fate(const struct relay *relay, unsigned from, uint64_t number, unsigned which)
{
	uint64_t z = relay->seed + ((uint64_t)from << 63) + 4 * number + which;

	z += 0x9e3779b97f4a7c15;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* -- what waits ------------------------------------------------------------ */

static bool
is_before(const struct waiting *a, const struct waiting *b)
{
	return a->due_us < b->due_us ||
	       (a->due_us == b->due_us && a->order < b->order);
}

static void
heap_put(struct relay *relay, struct waiting *item)
{
	size_t i = relay->count++;

	while (i > 0 && is_before(item, relay->heap[(i - 1) / 2])) {
		relay->heap[i] = relay->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	relay->heap[i] = item;
}

static struct waiting *
heap_take(struct relay *relay)
{
	struct waiting *first = relay->heap[0];
	struct waiting *item = relay->heap[--relay->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < relay->count) {
		if (child + 1 < relay->count &&
		    is_before(relay->heap[child + 1], relay->heap[child]))
			child++;
		if (!is_before(relay->heap[child], item))
			break;
		relay->heap[i] = relay->heap[child];
		i = child;
	}
	relay->heap[i] = item;
	return first;
}

static void
let_wait(struct relay *relay, unsigned from, const unsigned char *bytes,
    size_t len, uint64_t chance)
{
	struct counters *counters = &relay->sides[from].counters;
	uint64_t jitter_us = relay->jitter_ms * 1000;
	struct waiting *item;

	if (relay->count == WAITING_MAX || !(item = malloc(sizeof(*item)))) {
		counters->full++;
		return;
	}
	item->due_us = now_us() + relay->delay_ms * 1000 +
		       (jitter_us > 0 ? chance % jitter_us : 0);
	item->order = relay->order++;
	item->from = from;
	item->len = len;
	memcpy(item->bytes, bytes, len);
	heap_put(relay, item);
}

static void
on_frame(
    struct relay *relay, unsigned from, const unsigned char *bytes, size_t len)
{
	struct side *side = &relay->sides[from];
	uint64_t number = side->number++;

	side->counters.in++;
	if (side->cut) {
		side->counters.cut++;
		return;
	}
	if (fate(relay, from, number, 0) % 10000 < 100 * relay->loss) {
		side->counters.lost++;
		return;
	}
	let_wait(relay, from, bytes, len, fate(relay, from, number, 2));
	if (fate(relay, from, number, 1) % 10000 < 100 * relay->dup) {
		side->counters.doubled++;
		let_wait(relay, from, bytes, len, fate(relay, from, number, 3));
	}
}

/* Sends what is due; the time until the next, -1: none. */
static int
pass_on(struct relay *relay)
{
	uint64_t now = now_us();

	while (relay->count > 0 && relay->heap[0]->due_us <= now) {
		struct waiting *item = heap_take(relay);
		struct side *from = &relay->sides[item->from];

		if (write(relay->sides[!item->from].fd, item->bytes,
			item->len) == (ssize_t)item->len)
			from->counters.out++;
		else /* the other end is not up */
			from->counters.down++;
		free(item);
	}
	if (relay->count == 0)
		return -1;
	return (int)((relay->heap[0]->due_us - now + 999) / 1000);
}

static void
on_readable(struct relay *relay, unsigned from)
{
	unsigned char bytes[FRAME_MAX];

	for (int i = 0; i < TURN; i++) {
		ssize_t len = read(relay->sides[from].fd, bytes, FRAME_MAX);

		if (len <= 0)
			break;
		on_frame(relay, from, bytes, (size_t)len);
	}
}

/* -- commands -------------------------------------------------------------- */

static void
tell(const struct relay *relay)
{
	for (int i = 0; i < 2; i++) {
		const struct counters *c = &relay->sides[i].counters;

		printf("%s\"%s\":{\"in\":%ju,\"out\":%ju,\"lost\":%ju,"
		       "\"doubled\":%ju,\"cut\":%ju,\"full\":%ju,\"down\":%ju}",
		    i == 0 ? "{" : ",", relay->sides[i].name, (uintmax_t)c->in,
		    (uintmax_t)c->out, (uintmax_t)c->lost,
		    (uintmax_t)c->doubled, (uintmax_t)c->cut,
		    (uintmax_t)c->full, (uintmax_t)c->down);
	}
	puts("}");
	fflush(stdout);
}

static bool
take_number(const char *word, uint64_t max, uint64_t *number)
{
	char *end;

	if (!word || *word < '0' || *word > '9')
		return false;
	errno = 0;
	*number = strtoull(word, &end, 10);
	return errno == 0 && *end == '\0' && *number <= max;
}

static bool
cut(struct relay *relay, const char *name, bool yes)
{
	bool found = false;

	for (int i = 0; i < 2; i++)
		if (!name || strcmp(name, relay->sides[i].name) == 0) {
			relay->sides[i].cut = yes;
			found = true;
		}
	return found;
}

static void
restart(struct relay *relay)
{
	for (int i = 0; i < 2; i++) {
		relay->sides[i].number = 0;
		relay->sides[i].counters = (struct counters){ 0 };
	}
}

/* False: the end. A wrong command must not look like an obeyed one. */
static bool
obey(struct relay *relay, char *line)
{
	char *word = strchr(line, ' ');
	bool done;

	if (word)
		*word++ = '\0';
	if (strcmp(line, "loss") == 0)
		done = take_number(word, PERCENT_MAX, &relay->loss);
	else if (strcmp(line, "dup") == 0)
		done = take_number(word, PERCENT_MAX, &relay->dup);
	else if (strcmp(line, "delay") == 0)
		done = take_number(word, WAIT_MAX_MS, &relay->delay_ms);
	else if (strcmp(line, "jitter") == 0)
		done = take_number(word, WAIT_MAX_MS, &relay->jitter_ms);
	else if (strcmp(line, "cut") == 0)
		done = cut(relay, word, true);
	else if (strcmp(line, "heal") == 0)
		done = !word && cut(relay, NULL, false);
	else
		done = !word && (strcmp(line, "count") == 0 ||
				    strcmp(line, "restart") == 0 ||
				    strcmp(line, "quit") == 0);
	if (!done) {
		fprintf(stderr, "relay: no command: %s\n", line);
		exit(2);
	}
	if (strcmp(line, "restart") == 0)
		restart(relay);
	tell(relay);
	return strcmp(line, "quit") != 0;
}

static bool
on_commands(struct relay *relay)
{
	ssize_t len = read(STDIN_FILENO, relay->line + relay->line_len,
	    sizeof(relay->line) - relay->line_len);
	char *end;

	if (len <= 0)
		return false;
	relay->line_len += (size_t)len;
	while ((end = memchr(relay->line, '\n', relay->line_len))) {
		size_t used = (size_t)(end - relay->line) + 1;

		*end = '\0';
		if (!obey(relay, relay->line))
			return false;
		relay->line_len -= used;
		memmove(relay->line, relay->line + used, relay->line_len);
	}
	return relay->line_len < sizeof(relay->line);
}

/* -- the devices ----------------------------------------------------------- */

static void
side_open(struct side *side, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	side->name = name;
	side->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (side->fd < 0 || ioctl(side->fd, TUNSETIFF, &request) != 0) {
		fprintf(stderr, "relay: %s: %s\n", name, strerror(errno));
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	static struct relay relay;
	struct pollfd polled[3] = { { STDIN_FILENO, POLLIN, 0 } };

	if (argc != 4 || !take_number(argv[1], UINT64_MAX, &relay.seed)) {
		fputs("usage: relay SEED NAME NAME\n", stderr);
		return 2;
	}
	for (int i = 0; i < 2; i++) {
		side_open(&relay.sides[i], argv[2 + i]);
		polled[1 + i] = (struct pollfd){ relay.sides[i].fd, POLLIN, 0 };
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		if (poll(polled, 3, pass_on(&relay)) < 0)
			return 1;
		for (unsigned i = 0; i < 2; i++)
			if (polled[1 + i].revents & POLLIN)
				on_readable(&relay, i);
		if (polled[0].revents != 0 && !on_commands(&relay))
			return 0;
	}
}
