/* bench_push.c: a file and a folder from one camd to another, and to an IPMSG
 * client, beside the tools that people push with. */
#include "bench.h"
#include "limit.h"
#include "plain.h"

struct pair {
	struct daemon anna, bob; /* from anna to bob */
	struct plain plain;	 /* and to this one */
};

/* The first line of what a shell's words print. */
static void __attribute__((format(printf, 3, 4)))
shell_line(char *line, size_t size, const char *format, ...)
{
	char command[1024];
	va_list args;
	FILE *out;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	out = popen(command, "r");
	if (!out || !fgets(line, (int)size, out) || pclose(out) != 0)
		die("failed: %s", command);
	line[strcspn(line, "\n")] = '\0';
}

/* -- the product --------------------------------------------------------------
 */

static void
begin(struct pair *pair, const char *build)
{
	char address[32];

	own_address(2, address);
	daemon_start(&pair->anna, build, "anna", 1, address);
	own_address(1, address);
	daemon_start(&pair->bob, build, "bob", 2, address);
	await_user(&pair->anna, "bob@bench");
	await_user(&pair->bob, "anna@bench");
	plain_begin(&pair->plain, 3, 1);
	await_user(&pair->anna, "plain@bench");
}

/* Offers it, then fetches it as a person does: seconds from the command to its
 * end, when the file is there, checked and under its name. */
static double
push(const struct pair *pair, const struct place *place, const char *name)
{
	char id[128], to[160];
	const char *const get[] = { pair->bob.cam, "file", "get", "--home",
		pair->bob.home, "-o", to, id, NULL };
	double seconds;

	snprintf(to, sizeof(to), "%s/to", place->path);
	/* Delivered is stored: bob's camd lists it by then. */
	shell_line(id, sizeof(id),
	    "'%s' file send -q --home '%s' '%s/from/%s' bob && "
	    "'%s' file ls --json --home '%s' | "
	    "jq -er 'select(.state == \"offered\") | .id'",
	    pair->anna.cam, pair->anna.home, place->path, name, pair->bob.cam,
	    pair->bob.home);
	seconds = run_ms(get) / 1000;
	if (beneath_remove_tree(place->to, name) != 0)
		die("%s did not come", name);
	return seconds;
}

/* The same to the IPMSG client: from its request to the last byte. */
static double
push_plain(const struct pair *pair, const struct place *place, const char *name)
{
	char path[160];
	const char *const offer_it[] = { pair->anna.cam, "file", "send",
		"--no-wait", "--clear", "--home", pair->anna.home, path,
		"plain", NULL };
	struct plain_offer offer;
	double seconds;
	int file;

	snprintf(path, sizeof(path), "%s/from/%s", place->path, name);
	run_ms(offer_it);
	plain_await(&pair->plain, &offer);
	seconds = now_ms();
	if (strcmp(name, "file") == 0) {
		file = openat(place->to, name, O_WRONLY | O_CREAT, 0644);
		plain_get_file(&pair->plain, &offer, file);
		close(file);
	} else {
		if (fchdir(place->to) != 0)
			die("cannot go to the folder");
		plain_get_folder(&pair->plain, &offer);
	}
	seconds = (now_ms() - seconds) / 1000;
	if (beneath_remove_tree(place->to, name) != 0)
		die("%s did not come", name);
	return seconds;
}

/* -- the anchors --------------------------------------------------------------
 */

/* From file to file. Bytes a second. */
static double
socat(const struct place *place)
{
	unsigned port = free_port();
	double seconds = shell_number(
	    "cd %s; socat -u -b 1048576 TCP-LISTEN:%u,bind=127.0.0.1 "
	    "CREATE:to/file & " AWAIT_LISTENER "begin=$(" NOW "); "
	    "socat -u -b 1048576 FILE:%s/from/file TCP:127.0.0.1:%u; wait; "
	    "echo $(" NOW ") - $begin | bc",
	    place->path, port, port, place->path, port);

	if (beneath_remove_tree(place->to, "file") != 0)
		die("socat has brought nothing");
	return ((double)place->mib * (1 << 20)) / seconds;
}

static const char *const ciphers[] = { "aes128-gcm@openssh.com",
	"aes256-gcm@openssh.com" };

/* A server of our own with keys of its own; false: there is none here. */
static bool
make_sshd(const struct place *place, unsigned *port)
{
	char found[64] = "";
	FILE *out = popen("command -v scp && ls /usr/sbin/sshd", "r");
	bool there = out && fgets(found, sizeof(found), out) &&
		     fgets(found, sizeof(found), out);

	if (out && pclose(out) != 0)
		there = false;
	if (!there)
		return false;
	*port = free_port();
	return shell_number("cd %s && mkdir -p ssh /run/sshd && cd ssh && "
			    "ssh-keygen -q -t ed25519 -N \"\" -f host && "
			    "ssh-keygen -q -t ed25519 -N \"\" -f user && "
			    "cp user.pub keys && "
			    "printf \"HostKey $PWD/host\\nStrictModes no\\n"
			    "AuthorizedKeysFile $PWD/keys\\nUsePAM no\\n"
			    "PermitRootLogin yes\\nPidFile $PWD/pid\\n"
			    "Subsystem sftp internal-sftp\\n"
			    "ListenAddress 127.0.0.1:%u\\n\" >conf && "
			    "/usr/sbin/sshd -f $PWD/conf && echo 1",
		   place->path, *port) == 1;
}

static void
end_sshd(const struct place *place)
{
	shell_number("kill $(cat %s/ssh/pid); echo 1", place->path);
}

/* The best of its ciphers. Bytes a second. */
static double
scp(const struct place *place, unsigned port)
{
	double best = 0;

	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		double seconds = shell_number(
		    "cd %s; begin=$(" NOW "); scp -q -F none -i ssh/user "
		    "-o StrictHostKeyChecking=no "
		    "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "
		    "-c %s -P %u from/file 127.0.0.1:$PWD/to/file; "
		    "echo $(" NOW ") - $begin | bc",
		    place->path, ciphers[i], port);
		double rate = ((double)place->mib * (1 << 20)) / seconds;

		best = rate > best ? rate : best;
		if (beneath_remove_tree(place->to, "file") != 0)
			die("scp has brought nothing");
	}
	return best;
}

/* -- measuring
 * ------------------------------------------------------------------
 */

static void
measure_file(const struct pair *pair, const struct place *place)
{
	double product[ROUNDS], tcp[ROUNDS], ssh[ROUNDS], bare[ROUNDS];
	double bytes = (double)place->mib * (1 << 20);
	unsigned port = 0;
	bool has_ssh = make_sshd(place, &port);

	if (!has_ssh)
		fprintf(stderr, "bench: no sshd here to compare with\n");
	push(pair, place, "file"); /* fresh memory is slow */
	for (int i = 0; i < ROUNDS; i++) {
		tcp[i] = iperf(place) / 1e9;
		bare[i] = limit_push(place, true) / 1e9;
		product[i] = bytes / push(pair, place, "file") / 1e9;
		ssh[i] = has_ssh ? scp(place, port) / 1e9 : 0;
	}
	report_rounds("file from camd to camd", product, "GB/s", "iperf3", tcp,
	    ROUNDS, -0.42);
	report_rounds("file from camd to camd", product, "GB/s",
	    "AES-GCM alone", bare, ROUNDS, -0.9);
	if (!has_ssh)
		return;
	report_rounds("file from camd to camd", product, "GB/s", "scp", ssh,
	    ROUNDS, -2.2);
	end_sshd(place);
}

static void
measure_folder(const struct pair *pair, const struct place *place)
{
	double product[ROUNDS], rsync[ROUNDS];

	push(pair, place, "tree");
	for (int i = 0; i < ROUNDS; i++) {
		rsync[i] = rsync_files(place);
		product[i] = place->files / push(pair, place, "tree");
	}
	report_rounds("folder from camd to camd", product, "files/s",
	    "rsync daemon", rsync, ROUNDS, -1);
}

static void
measure_plain(const struct pair *pair, const struct place *place)
{
	double file[ROUNDS], folder[ROUNDS], spliced[ROUNDS];
	double tcp[ROUNDS], pipe_through[ROUNDS], tar[ROUNDS];
	double bytes = (double)place->mib * (1 << 20);

	push_plain(pair, place, "file");
	for (int i = 0; i < ROUNDS; i++) {
		tcp[i] = iperf(place) / 1e9;
		spliced[i] = limit_push(place, false) / 1e9;
		file[i] = bytes / push_plain(pair, place, "file") / 1e9;
		pipe_through[i] = socat(place) / 1e9;
		tar[i] = tar_files(place);
		folder[i] = place->files / push_plain(pair, place, "tree");
	}
	report_rounds("file from camd to an IPMSG client", file, "GB/s",
	    "iperf3", tcp, ROUNDS, -0.75);
	report_rounds("file from camd to an IPMSG client", file, "GB/s",
	    "splice alone", spliced, ROUNDS, -0.9);
	report_rounds("file from camd to an IPMSG client", file, "GB/s",
	    "socat", pipe_through, ROUNDS, 0);
	report_rounds("folder from camd to an IPMSG client", folder, "files/s",
	    "tar | nc", tar, ROUNDS, -0.8);
}

int
main(int argc, char **argv)
{
	struct place place;
	struct pair pair;

	if (argc != 2)
		die("usage: bench_push BUILD");
	signal(SIGPIPE, SIG_IGN);
	make_place(&place);
	begin(&pair, argv[1]);
	measure_file(&pair, &place);
	measure_folder(&pair, &place);
	measure_plain(&pair, &place);
	daemon_stop(&pair.anna);
	daemon_stop(&pair.bob);
	remove_place(&place);
	return 0;
}
