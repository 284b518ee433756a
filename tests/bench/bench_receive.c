/* bench_receive.c: messages a second received, opened, verified, stored and
 * acknowledged.
 *
 * A hundred peers with keys that camd knows send messages made beforehand, 64
 * of them on their way at any time; a bare program that does the same RSA and
 * SQLite work gets the like.
 */
#include <poll.h>
#include <pthread.h>

#include "bare.h"

enum { PEERS = 100, ROUNDS = 5, MESSAGES = 3000, WINDOW = 64, BATCH = 64 };

struct peer {
	EVP_PKEY *key;
	char user[80];
	struct in_addr address;
};

/* One socket that is all peers: the address a datagram leaves from is chosen
 * for each. */
struct generator {
	int fd;
	struct peer peers[PEERS];
	uint32_t number;
};

struct message {
	char bytes[BARE_PACKET];
	size_t len;
	double sent_ms;
	bool done;
};

/* -- the peers
 * ------------------------------------------------------------------- */

static void
send_as(const struct generator *generator, const struct peer *peer,
    const struct sockaddr_in *to, const void *bytes, size_t len)
{
	union {
		char space[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr header;
	} control = { .header = { .cmsg_level = IPPROTO_IP,
			  .cmsg_type = IP_PKTINFO,
			  .cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)) } };
	struct in_pktinfo info = { .ipi_spec_dst = peer->address };
	struct iovec part = { (void *)bytes, len };
	struct msghdr header = { .msg_name = (void *)to,
		.msg_namelen = sizeof(*to),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.space) };

	memcpy(CMSG_DATA(&control.header), &info, sizeof(info));
	if (sendmsg(generator->fd, &header, 0) < 0)
		die("sendmsg: %m");
}

/* The next datagram and the peer it is for; false when none comes within
 * timeout_ms. */
static bool
receive(const struct generator *generator, int timeout_ms, char *bytes,
    size_t size, size_t *peer)
{
	char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	struct iovec part = { bytes, size - 1 };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct pollfd ready = { .fd = generator->fd, .events = POLLIN };
	struct in_pktinfo info;
	ssize_t len;

	if (poll(&ready, 1, timeout_ms) <= 0)
		return false;
	len = recvmsg(generator->fd, &header, 0);
	if (len < 0)
		die("recvmsg: %m");
	bytes[len] = '\0';
	memcpy(&info, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(info));
	*peer = (ntohl(info.ipi_addr.s_addr) & 0xff) - 1;
	return true;
}

static const char *
field(const char *packet, int index)
{
	while (index-- > 0 && packet)
		if ((packet = strchr(packet, ':')))
			packet++;
	return packet ? packet : "";
}

static unsigned
command_of(const char *packet)
{
	return (unsigned)strtoul(field(packet, 4), NULL, 10) & 0xff;
}

static void
generator_open(struct generator *generator, const char *build)
{
	EVP_PKEY *keys[PEERS];
	struct sockaddr_in name;
	char path[256], text[32];
	int on = 1;

	snprintf(path, sizeof(path), "%s/bench/keys.pem", build);
	bare_keys(path, keys, PEERS);
	generator->fd = bare_udp("0.0.0.0", 0, &name);
	setsockopt(generator->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	generator->number = (uint32_t)time(NULL);
	for (unsigned i = 0; i < PEERS; i++) {
		struct peer *peer = &generator->peers[i];

		peer->key = keys[i];
		snprintf(text, sizeof(text), "user%02u", i);
		bare_user(keys[i], text, peer->user, sizeof(peer->user));
		/* 127.200.x.1 and on: receive() reads the peer from the last
		 * number. */
		snprintf(text, sizeof(text), "127.200.%u.%u",
		    1 + (unsigned)getpid() % 250, i + 1);
		inet_pton(AF_INET, text, &peer->address);
	}
}

/* Asks the other side for its key, answers when it asks for one of ours. */
static EVP_PKEY *
exchange_keys(struct generator *generator, const struct sockaddr_in *to)
{
	char packet[BARE_PACKET];
	EVP_PKEY *key = NULL;
	size_t peer;

	for (int attempt = 0; !key && attempt < 50; attempt++) {
		int len =
		    snprintf(packet, sizeof(packet), "1:%u:%s:pc:%u:61920006",
			generator->number++, generator->peers[0].user, 0x72);

		send_as(generator, &generator->peers[0], to, packet,
		    (size_t)len + 1);
		while (!key &&
		       receive(generator, 200, packet, sizeof(packet), &peer)) {
			const char *modulus = command_of(packet) == 0x73
						  ? strchr(packet, '-')
						  : NULL;

			/* The last '-': the user name has one, too. */
			while (modulus && strchr(modulus + 1, '-'))
				modulus = strchr(modulus + 1, '-');
			if (modulus)
				key = bare_public(modulus + 1);
		}
	}
	if (!key)
		die("camd does not answer GETPUBKEY");
	return key;
}

static void
answer_key(
    struct generator *generator, const struct sockaddr_in *to, size_t index)
{
	struct peer *peer = &generator->peers[index];
	unsigned char modulus[BARE_BLOCK];
	char packet[BARE_PACKET];
	int len =
	    snprintf(packet, sizeof(packet), "1:%u:%s:pc:%u:61920006:10001-",
		generator->number++, peer->user, 0x73);

	bare_modulus(peer->key, modulus);
	for (int i = 0; i < BARE_BLOCK; i++)
		len += snprintf(packet + len, sizeof(packet) - (size_t)len,
		    "%02x", modulus[i]);
	send_as(generator, peer, to, packet, (size_t)len + 1);
}

/* Every peer enters, and is known with its key once its first message is
 * acknowledged. */
static EVP_PKEY *
introduce(struct generator *generator, const struct sockaddr_in *to)
{
	EVP_PKEY *recipient;
	char packet[BARE_PACKET], answer[BARE_PACKET];
	size_t from, len;

	for (size_t i = 0; i < PEERS; i++) {
		const char *user = generator->peers[i].user;

		len = (size_t)snprintf(packet, sizeof(packet),
		    "1:%u:%s:pc:%u:User%cGroup%c\nUN:%s\nHN:pc\nNN:User\nGN:"
		    "Group",
		    generator->number++, user, 0x05600001u, 0, 0, user);
		send_as(generator, &generator->peers[i], to, packet, len);
	}
	recipient = exchange_keys(generator, to);
	for (size_t i = 0; i < PEERS; i++) {
		bool acknowledged = false;

		len = bare_seal(recipient, generator->peers[i].key,
		    generator->number++, generator->peers[i].user, "pc",
		    "first", packet);
		for (int attempt = 0; !acknowledged && attempt < 20;
		     attempt++) {
			send_as(
			    generator, &generator->peers[i], to, packet, len);
			while (!acknowledged && receive(generator, 500, answer,
						    sizeof(answer), &from)) {
				if (command_of(answer) == 0x72 && from < PEERS)
					answer_key(generator, to, from);
				acknowledged =
				    command_of(answer) == 0x21 && from == i;
			}
		}
		if (!acknowledged)
			die("the first message of %s is not acknowledged",
			    generator->peers[i].user);
	}
	return recipient;
}

/* -- a round
 * ----------------------------------------------------------------------- */

static void
prepare(struct generator *generator, EVP_PKEY *recipient,
    struct message *messages, uint32_t *first)
{
	char text[BARE_TEXT];

	*first = generator->number;
	for (size_t i = 0; i < MESSAGES; i++) {
		const struct peer *peer = &generator->peers[i % PEERS];

		snprintf(text, sizeof(text),
		    "Message %zu: the quarterly report is due on Friday, "
		    "%0120zu",
		    i, i);
		messages[i].len =
		    bare_seal(recipient, peer->key, generator->number++,
			peer->user, "pc", text, messages[i].bytes);
		messages[i].done = false;
	}
}

static size_t
take_answer(const char *packet, uint32_t first, struct message *messages)
{
	size_t index;

	if (command_of(packet) != 0x21)
		return 0;
	index = (uint32_t)strtoul(field(packet, 5), NULL, 10) - first;
	if (index >= MESSAGES || messages[index].done)
		return 0;
	messages[index].done = true;
	return 1;
}

/* Sends again what is not acknowledged after a second, as the protocol has it.
 */
static void
send_again(const struct generator *generator, const struct sockaddr_in *to,
    struct message *messages, size_t sent)
{
	for (size_t i = 0; i < sent; i++)
		if (!messages[i].done &&
		    now_ms() - messages[i].sent_ms > 1000) {
			messages[i].sent_ms = now_ms();
			send_as(generator, &generator->peers[i % PEERS], to,
			    messages[i].bytes, messages[i].len);
		}
}

/* Messages a second. */
static double
run_round(struct generator *generator, const struct sockaddr_in *to,
    EVP_PKEY *recipient)
{
	static struct message messages[MESSAGES];
	char packet[BARE_PACKET];
	size_t sent = 0, done = 0, peer;
	uint32_t first;
	double begin;

	prepare(generator, recipient, messages, &first);
	begin = now_ms();
	while (done < MESSAGES) {
		for (; sent < MESSAGES && sent - done < WINDOW; sent++) {
			messages[sent].sent_ms = now_ms();
			send_as(generator, &generator->peers[sent % PEERS], to,
			    messages[sent].bytes, messages[sent].len);
		}
		if (receive(generator, 500, packet, sizeof(packet), &peer))
			do
				done += take_answer(packet, first, messages);
			while (receive(
			    generator, 0, packet, sizeof(packet), &peer));
		else
			send_again(generator, to, messages, sent);
		if (now_ms() - begin > 60000)
			die("%zu of %d acknowledged after a minute", done,
			    MESSAGES);
	}
	return MESSAGES / ((now_ms() - begin) / 1e3);
}

/* -- the bare receiver
 * --------------------------------------------------------------- */

/* Packets go round from the socket to the openers, to the writer, and out as
 * answers. */
struct bare_packet {
	char bytes[BARE_PACKET];
	char text[BARE_TEXT + 64];
	struct sockaddr_in from;
	uint32_t number;
	unsigned peer;
};

struct ring {
	pthread_mutex_t mutex;
	pthread_cond_t filled;
	struct bare_packet *items[4096];
	size_t head, tail;
};

struct receiver {
	int fd;
	EVP_PKEY *own;
	const struct generator *generator;
	struct ring arrived, opened, empty;
};

static void
ring_put(struct ring *ring, struct bare_packet *item)
{
	pthread_mutex_lock(&ring->mutex);
	ring->items[ring->tail++ % 4096] = item;
	pthread_cond_signal(&ring->filled);
	pthread_mutex_unlock(&ring->mutex);
}

/* Waits for one, takes up to max. */
static size_t
ring_take(struct ring *ring, struct bare_packet **items, size_t max)
{
	size_t count = 0;

	pthread_mutex_lock(&ring->mutex);
	while (ring->head == ring->tail)
		pthread_cond_wait(&ring->filled, &ring->mutex);
	while (count < max && ring->head != ring->tail)
		items[count++] = ring->items[ring->head++ % 4096];
	pthread_mutex_unlock(&ring->mutex);
	return count;
}

static void *
open_packets(void *arg)
{
	struct receiver *receiver = arg;
	struct bare_packet *item;

	for (;;) {
		ring_take(&receiver->arrived, &item, 1);
		item->peer =
		    (unsigned)strtoul(field(item->bytes, 2) + 4, NULL, 10) %
		    PEERS;
		if (!bare_open(receiver->own,
			receiver->generator->peers[item->peer].key, item->bytes,
			&item->number, item->text))
			die("a packet that does not open");
		ring_put(&receiver->opened, item);
	}
	return NULL;
}

/* What was opened while the last commit ran goes into the next one; then it is
 * acknowledged. */
static void *
store_packets(void *arg)
{
	struct receiver *receiver = arg;
	struct bare_packet *items[BATCH];
	struct bare_log log;
	char packet[128];

	bare_log_open(&log, "receive");
	for (;;) {
		size_t count = ring_take(&receiver->opened, items, BATCH);

		bare_sql(log.db, "BEGIN");
		for (size_t i = 0; i < count; i++)
			bare_log_add(&log, items[i]->number, items[i]->peer,
			    items[i]->text);
		bare_sql(log.db, "COMMIT");
		for (size_t i = 0; i < count; i++) {
			int len = snprintf(packet, sizeof(packet),
			    "1:%u:bare:pc:33:%u", items[i]->number,
			    items[i]->number);

			sendto(receiver->fd, packet, (size_t)len + 1, 0,
			    (struct sockaddr *)&items[i]->from,
			    sizeof(items[i]->from));
			ring_put(&receiver->empty, items[i]);
		}
	}
	return NULL;
}

static void
ring_init(struct ring *ring)
{
	pthread_mutex_init(&ring->mutex, NULL);
	pthread_cond_init(&ring->filled, NULL);
}

/* As many openers as there are processors, one writer, and this thread at the
 * socket. */
static void
serve(int fd, EVP_PKEY *own, const struct generator *generator)
{
	static struct receiver receiver;
	static struct bare_packet packets[1024];
	struct bare_packet *item;
	pthread_t thread;

	receiver.fd = fd;
	receiver.own = own;
	receiver.generator = generator;
	ring_init(&receiver.arrived);
	ring_init(&receiver.opened);
	ring_init(&receiver.empty);
	for (size_t i = 0; i < 1024; i++)
		ring_put(&receiver.empty, &packets[i]);
	for (long i = 0; i < sysconf(_SC_NPROCESSORS_ONLN); i++)
		pthread_create(&thread, NULL, open_packets, &receiver);
	pthread_create(&thread, NULL, store_packets, &receiver);
	for (;;) {
		socklen_t from_len = sizeof(item->from);
		ssize_t len;

		ring_take(&receiver.empty, &item, 1);
		len = recvfrom(fd, item->bytes, sizeof(item->bytes) - 1, 0,
		    (struct sockaddr *)&item->from, &from_len);
		if (len < 0)
			die("recvfrom: %m");
		item->bytes[len] = '\0';
		ring_put(&receiver.arrived, item);
	}
}

int
main(int argc, char **argv)
{
	static struct generator generator;
	double product[ROUNDS], anchor[ROUNDS];
	struct sockaddr_in camd = { .sin_family = AF_INET,
		.sin_port = htons(2425) },
			   bare;
	EVP_PKEY *camd_key, *bare_key = EVP_RSA_gen(2048);
	struct daemon bob;
	char address[32];
	pid_t pid;
	int fd;

	if (argc != 2)
		die("usage: bench_receive BUILD");
	generator_open(&generator, argv[1]);
	own_address(3, address);
	fd = bare_udp(address, 0, &bare);
	if ((pid = fork()) == 0)
		serve(fd, bare_key, &generator);
	close(fd);
	daemon_start(&bob, argv[1], "bob", 1, "");
	inet_pton(AF_INET, bob.address, &camd.sin_addr);
	camd_key = introduce(&generator, &camd);
	for (int i = -1; i < ROUNDS; i++) {
		double rates[] = { run_round(&generator, &camd, camd_key),
			run_round(&generator, &bare, bare_key) };

		if (i < 0)
			continue;
		product[i] = rates[0];
		anchor[i] = rates[1];
	}
	daemon_stop(&bob);
	end_process(pid);
	report_rounds("receive.signed", product, "messages/s",
	    "bare: open, verify, commit, ack", anchor, ROUNDS, -0.9);
	return 0;
}
