/* bench_send.c: cam send until it is acknowledged, against the bare chain of
 * the same steps. */
#include "bare.h"

enum { ROUNDS = 200 };

static const char text[] = "The quarterly report is due on Friday; please send "
			   "me your figures by noon.";

/* Takes a line, stores it durably, seals it, sends it, answers when it is
 * acknowledged. */
static void
serve_sender(int listener, int udp, const struct sockaddr_in *peer,
    EVP_PKEY *own, EVP_PKEY *recipient)
{
	char line[256], packet[BARE_PACKET];
	struct bare_log log;
	uint32_t number = 1;

	bare_log_open(&log, "sender");
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		size_t len;

		if (fd < 0 || read(fd, line, sizeof(line)) <= 0)
			die("accept");
		bare_log_add(&log, number, 1, text);
		len = bare_seal(
		    recipient, own, number++, "anna", "pc1", text, packet);
		if (sendto(udp, packet, len, 0, (const struct sockaddr *)peer,
			sizeof(*peer)) < 0 ||
		    recv(udp, packet, sizeof(packet), 0) <= 0 ||
		    write(fd, "done\n", 5) != 5)
			die("the chain broke");
		close(fd);
	}
}

/* Opens and verifies, stores durably, acknowledges. */
static void
serve_receiver(int udp, EVP_PKEY *own, EVP_PKEY *sender)
{
	char packet[BARE_PACKET], opened[BARE_TEXT + 64];
	struct sockaddr_in from;
	struct bare_log log;

	bare_log_open(&log, "receiver");
	for (;;) {
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(udp, packet, sizeof(packet) - 1, 0,
		    (struct sockaddr *)&from, &from_len);
		uint32_t number;

		if (len <= 0)
			continue;
		packet[len] = '\0';
		if (!bare_open(own, sender, packet, &number, opened))
			die("a packet that does not open");
		bare_log_add(&log, number, 1, opened);
		len = snprintf(packet, sizeof(packet), "1:%u:bob:pc2:33:%u",
		    number, number);
		sendto(udp, packet, (size_t)len + 1, 0,
		    (struct sockaddr *)&from, from_len);
	}
}

static void
start_chain(pid_t pids[2], char socket_path[128])
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct sockaddr_in sender_name, receiver_name;
	EVP_PKEY *keys[2] = { EVP_RSA_gen(2048), EVP_RSA_gen(2048) };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	char address[32];
	int sender, receiver;

	own_address(3, address);
	sender = bare_udp(address, 0, &sender_name);
	receiver = bare_udp(address, 0, &receiver_name);
	snprintf(socket_path, 128, "%s/chain.sock", scratch());
	memcpy(name.sun_path, socket_path, strlen(socket_path) + 1);
	if (bind(listener, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    listen(listener, 8) != 0)
		die("cannot listen at %s", socket_path);
	if ((pids[0] = fork()) == 0)
		serve_sender(
		    listener, sender, &receiver_name, keys[0], keys[1]);
	if ((pids[1] = fork()) == 0)
		serve_receiver(receiver, keys[1], keys[0]);
}

int
main(int argc, char **argv)
{
	static double product[ROUNDS], anchor[ROUNDS];
	struct daemon anna, bob;
	char chain_path[256], socket_path[128], text_copy[sizeof(text)],
	    broadcast[32];
	const char *send_argv[] = { anna.cam, "send", "--home", anna.home,
		"bob@bench", text_copy, NULL };
	const char *wait_argv[] = { anna.cam, "send", "--home", anna.home,
		"--timeout", "30", "bob@bench", "first", NULL };
	const char *chain_argv[] = { chain_path, socket_path, NULL };
	pid_t pids[2];

	if (argc != 2)
		die("usage: bench_send BUILD");
	snprintf(chain_path, sizeof(chain_path), "%s/bench/chain", argv[1]);
	memcpy(text_copy, text, sizeof(text));
	start_chain(pids, socket_path);
	own_address(2, broadcast);
	daemon_start(&anna, argv[1], "anna", 1, broadcast);
	own_address(1, broadcast);
	daemon_start(&bob, argv[1], "bob", 2, broadcast);
	await_user(&anna, "bob@bench");
	run_ms(wait_argv);
	for (int i = -10; i < ROUNDS; i++) {
		double times[] = { run_ms(send_argv), run_ms(chain_argv) };

		if (i < 0)
			continue;
		product[i] = times[0];
		anchor[i] = times[1];
	}
	daemon_stop(&anna);
	daemon_stop(&bob);
	end_process(pids[0]);
	end_process(pids[1]);
	report_rounds("send.acknowledged", product, "ms",
	    "bare chain: store, seal, UDP, open, store, ack", anchor, ROUNDS,
	    2.5);
	return 0;
}
