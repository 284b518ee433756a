/* bench_users.c: users entering at once, against the bare reading and keeping
 * of as many entries. */
#include <poll.h>
#include <sys/mman.h>

#include "bare.h"
#include "enter.h"
#include "rpc/client.h"
#include "rpc/names.h"

enum { ROUNDS = 5, LARGEST = 100000 };

/* -- bare: parse, look up, keep
 * ------------------------------------------------------ */

struct bare_user {
	struct bare_user *next;
	uint32_t hash;
	uint32_t address;
	uint16_t host, nick, group;
	char names[];
};

struct bare_roster {
	struct bare_user **slots;
	size_t slot_count, count;
};

static uint32_t
hash_text(const char *text, uint32_t hash)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

static void
grow(struct bare_roster *roster)
{
	size_t slot_count = roster->slot_count ? roster->slot_count * 2 : 1024;
	struct bare_user **slots = calloc(slot_count, sizeof(*slots)), *next;

	for (size_t i = 0; i < roster->slot_count; i++)
		for (struct bare_user *user = roster->slots[i]; user;
		     user = next) {
			next = user->next;
			user->next = slots[user->hash & (slot_count - 1)];
			slots[user->hash & (slot_count - 1)] = user;
		}
	free(roster->slots);
	roster->slots = slots;
	roster->slot_count = slot_count;
}

static void
keep(struct bare_roster *roster, char *packet, uint32_t address)
{
	char *field[6] = { packet };
	const char *group;
	struct bare_user *user;
	size_t lengths[4], total = 0;
	uint32_t hash;

	for (int i = 1; i < 6; i++) {
		field[i] = strchr(field[i - 1], ':');
		if (!field[i])
			return;
		*field[i]++ = '\0';
	}
	group = strchr(field[5], '\0') + 1;
	hash = hash_text(field[3], hash_text(field[2], 2166136261u));
	if (roster->count >= roster->slot_count)
		grow(roster);
	for (user = roster->slots[hash & (roster->slot_count - 1)]; user;
	     user = user->next)
		if (user->hash == hash && strcmp(user->names, field[2]) == 0 &&
		    strcmp(user->names + user->host, field[3]) == 0)
			return;
	const char *names[] = { field[2], field[3], field[5], group };
	for (int i = 0; i < 4; i++)
		total += lengths[i] = strlen(names[i]) + 1;
	user = malloc(sizeof(*user) + total);
	user->hash = hash;
	user->address = address;
	user->host = (uint16_t)lengths[0];
	user->nick = (uint16_t)(user->host + lengths[1]);
	user->group = (uint16_t)(user->nick + lengths[2]);
	memcpy(user->names, names[0], lengths[0]);
	memcpy(user->names + user->host, names[1], lengths[1]);
	memcpy(user->names + user->nick, names[2], lengths[2]);
	memcpy(user->names + user->group, names[3], lengths[3]);
	user->next = roster->slots[hash & (roster->slot_count - 1)];
	roster->slots[hash & (roster->slot_count - 1)] = user;
	roster->count++;
}

enum { BATCH = 64, DATAGRAM = 1024 };

/* Milliseconds from the first entry to the last; how many were kept in *kept.
 */
static double
bare_round(size_t users, size_t *kept)
{
	static char bytes[BATCH][DATAGRAM];
	struct mmsghdr headers[BATCH];
	struct sockaddr_in from[BATCH], name;
	struct iovec parts[BATCH];
	struct bare_roster roster = { NULL, 0, 0 };
	struct timeval patience = { 0, 300000 };
	char address[32];
	double begin, end = 0;
	pid_t pid;
	int fd, count;

	own_address(9, address);
	fd = bare_udp(address, 0, &name);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (int i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ bytes[i], DATAGRAM - 1 };
		headers[i] =
		    (struct mmsghdr){ .msg_hdr = { .msg_iov = &parts[i],
					  .msg_iovlen = 1,
					  .msg_name = &from[i],
					  .msg_namelen = sizeof(from[i]) } };
	}
	begin = now_ms();
	pid = enter_in_child(&name, users);
	while (
	    (count = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL)) > 0) {
		for (int i = 0; i < count; i++) {
			bytes[i][headers[i].msg_len] = '\0';
			keep(&roster, bytes[i], from[i].sin_addr.s_addr);
		}
		end = now_ms();
	}
	waitpid(pid, NULL, 0);
	close(fd);
	*kept = roster.count;
	for (size_t i = 0; i < roster.slot_count; i++)
		for (struct bare_user *user = roster.slots[i], *next; user;
		     user = next) {
			next = user->next;
			free(user);
		}
	free(roster.slots);
	return end - begin;
}

/* -- camd
 * ------------------------------------------------------------------------------
 */

static size_t
users_online(struct rpc_client *client)
{
	struct rpc_error error = { 0, NULL, NULL };
	json_t *status = NULL;
	json_int_t online = 0;

	if (rpc_client_call(client, RPC_STATUS, NULL, 60000, &status, &error) !=
		0 ||
	    json_unpack(status, "{s{sI}}", "users", "online", &online) != 0)
		die("camd does not say how many users it knows");
	json_decref(status);
	return (size_t)online;
}

/* Of a camd at rest: it gives memory back once it has had nothing to do for a
 * while. */
static double
settled_rss(pid_t pid)
{
	double rss = process_use(pid).rss_bytes, least = rss;

	for (int i = 0, still = 0; i < 100 && still < 40; i++) {
		poll(NULL, 0, 100);
		rss = process_use(pid).rss_bytes;
		still = rss < least ? 0 : still + 1;
		if (rss < least)
			least = rss;
	}
	return rss;
}

/* The same for a fresh camd; also how much it grew by. */
static double
camd_round(const char *build, size_t users, size_t *kept, double *growth,
    double *total)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_port = htons(2425) };
	struct rpc_client *client = NULL;
	struct daemon bob;
	static int round;
	char path[160], user[32];
	double begin, now, before;
	pid_t pid;

	snprintf(user, sizeof(user), "bob%d", round++);
	daemon_start(&bob, build, user, 1, "");
	daemon_socket(&bob, path);
	if (rpc_client_connect(path, "bench", &client) != 0)
		die("cannot connect to %s", path);
	inet_pton(AF_INET, bob.address, &name.sin_addr);
	before = settled_rss(bob.pid);
	begin = now = now_ms();
	pid = enter_in_child(&name, users);
	do {
		*kept = users_online(client);
		now = now_ms();
		poll(NULL, 0, 1);
	} while (*kept < users && now - begin < 20000);
	waitpid(pid, NULL, 0);
	*total = settled_rss(bob.pid);
	*growth = *total - before;
	rpc_client_free(client);
	daemon_stop(&bob);
	return now - begin;
}

static void
measure(const char *build, size_t users)
{
	double product[ROUNDS], anchor[ROUNDS], growth[ROUNDS], total[ROUNDS];
	size_t kept, lost = 0, bare_lost = 0;
	char name[64];

	for (int i = 0; i < ROUNDS; i++) {
		product[i] =
		    camd_round(build, users, &kept, &growth[i], &total[i]);
		lost += users - kept;
		anchor[i] = bare_round(users, &kept);
		bare_lost += users - kept;
		growth[i] /= (double)users;
		total[i] /= 1e6;
	}
	snprintf(name, sizeof(name), "users.%zu.time", users);
	report_rounds(name, product, "ms", "bare: receive, parse, keep", anchor,
	    ROUNDS, 1.5);
	snprintf(name, sizeof(name), "users.%zu.lost", users);
	report(name, (double)lost, "users", "bare", (double)bare_lost,
	    (double)lost, 0.5);
	/* The first few megabytes are touched once, however many come. */
	if (users == LARGEST)
		report("users.memory", median(growth, ROUNDS), "B/user", "goal",
		    400, median(growth, ROUNDS) / 400, 1);
	if (users == 1500)
		report("users.1500.total", median(total, ROUNDS), "MB", "goal",
		    8, median(total, ROUNDS) / 8, 1);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: bench_users BUILD");
	measure(argv[1], 1500);
	measure(argv[1], 10000);
	measure(argv[1], LARGEST);
	return 0;
}
