/* bench_file.c: pushing a file and a folder from disk to disk, beside the tools
 * that people push with. */
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>

#include "bench.h"
#include "camd/transfer/transfer.h"

/* What is pushed; less with BENCH_FILE_MIB and BENCH_FILES. */
enum { FILE_MIB = 1024, FILES = 10000, FILE_SIZE = 4096, ROUNDS = 5 };

struct place {
	char path[128];
	int from, to; /* folders */
	unsigned mib, files;
};

/* What one push took. */
struct cost {
	double seconds;
	double cpu;	/* seconds, both ends */
	double peak_kb; /* memory of the receiver beyond what it began with */
};

static unsigned
number_of(const char *name, unsigned standard)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : standard;
}

static double
cpu_now(void)
{
	struct rusage own, children;

	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec +
			children.ru_utime.tv_sec + children.ru_stime.tv_sec) +
	       (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec +
			children.ru_utime.tv_usec + children.ru_stime.tv_usec) /
		   1e6;
}

/* -- the product --------------------------------------------------------------
 */

static void
connect_pair(int sockets[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listening, (struct sockaddr *)&address, len) != 0 ||
	    listen(listening, 1) != 0 ||
	    getsockname(listening, (struct sockaddr *)&address, &len) != 0)
		die("cannot listen");
	sockets[1] = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(sockets[1], (struct sockaddr *)&address, len) != 0)
		die("cannot connect");
	sockets[0] = accept(listening, NULL, NULL);
	close(listening);
}

static void
prepare(struct transfer_job *job, bool receive, enum transfer_form form,
    const char *name, const struct stat *st)
{
	transfer_job_init(job, receive);
	job->form = form;
	job->name = name;
	job->is_folder = S_ISDIR(st->st_mode);
	if (!job->is_folder)
		job->size = (uint64_t)st->st_size;
	memcpy(job->id, "bench", 6);
	memset(job->file_key, 7, sizeof(job->file_key));
}

static double
peak_begin(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	if (fd < 0 || write(fd, "5", 1) != 1)
		die("cannot reset the peak of memory");
	close(fd);
	return status_field("/proc/self/status", "VmRSS");
}

/* The sender is a process of its own; the receiver's memory is ours. */
static struct cost
push(const struct place *place, enum transfer_form form, const char *name,
    const uint8_t *digest)
{
	struct transfer_job send_job, receive_job;
	struct cost cost = { 0, cpu_now(), 0 };
	int source = openat(place->from, name, O_RDONLY);
	int sockets[2], status = 0;
	struct stat st;
	pid_t sender;

	fstat(source, &st);
	connect_pair(sockets);
	prepare(&send_job, false, form, name, &st);
	prepare(&receive_job, true, form, name, &st);
	send_job.source = source;
	send_job.socket = sockets[0];
	receive_job.socket = sockets[1];
	receive_job.folder = place->to;
	if (digest) {
		memcpy(send_job.digest, digest, SHA256_SIZE);
		send_job.has_digest = true;
	}
	cost.peak_kb = -peak_begin();
	cost.seconds = now_ms();
	sender = fork();
	if (sender == 0) {
		close(sockets[1]);
		transfer_run(&send_job);
		_exit(send_job.outcome.err != 0);
	}
	close(sockets[0]);
	transfer_run(&receive_job);
	close(sockets[1]);
	if (waitpid(sender, &status, 0) < 0 || status != 0 ||
	    receive_job.outcome.err != 0)
		die("pushing: error %d", receive_job.outcome.err);
	cost.seconds = (now_ms() - cost.seconds) / 1000;
	cost.cpu = cpu_now() - cost.cpu;
	cost.peak_kb += status_field("/proc/self/status", "VmHWM");
	close(source);
	if (beneath_remove_tree(place->to, name) != 0)
		die("cannot remove %s", name);
	return cost;
}

/* -- the anchors --------------------------------------------------------------
 */

/* Runs a shell's words and gives what they print, a number. None takes longer
 * than two minutes. */
static double __attribute__((format(printf, 1, 2)))
shell_number(const char *format, ...)
{
	char script[1024], command[1200], line[64] = "";
	va_list args;
	FILE *out;

	va_start(args, format);
	vsnprintf(script, sizeof(script), format, args);
	va_end(args);
	snprintf(
	    command, sizeof(command), "exec timeout 120 sh -c '%s'", script);
	out = popen(command, "r");
	if (!out || !fgets(line, sizeof(line), out) || pclose(out) != 0)
		die("failed: %s", script);
	return strtod(line, NULL);
}

static unsigned
free_port(void)
{
	static unsigned port;

	if (port == 0)
		port = 20000 + (unsigned)getpid() % 10000;
	return port++;
}

#define AWAIT_LISTENER "until ss -Hltn | grep -q 127.0.0.1:%u; do :; done; "
#define NOW "date +%%s.%%N"

/* Memory to nowhere: what TCP does here. Bytes a second. */
static double
iperf(const struct place *place)
{
	unsigned port = free_port();

	return shell_number("iperf3 -s -1 -B 127.0.0.1 -p %u >/dev/null "
			    "& " AWAIT_LISTENER
			    "iperf3 -c 127.0.0.1 -p %u -n %uM -J | "
			    "jq .end.sum_received.bits_per_second; wait",
		   port, port, port, place->mib) /
	       8;
}

/* tar through a connection: files a second. */
static double
tar_files(const struct place *place)
{
	unsigned port = free_port();
	double seconds = shell_number(
	    "cd %s/to; { nc -l 127.0.0.1 %u | tar -xf -; } & " AWAIT_LISTENER
	    "begin=$(" NOW "); cd ../from; "
	    "tar -cf - tree | nc -N 127.0.0.1 %u; wait; "
	    "echo $(" NOW ") - $begin | bc",
	    place->path, port, port, port);

	if (beneath_remove_tree(place->to, "tree") != 0)
		die("tar has brought nothing");
	return place->files / seconds;
}

/* rsync to its daemon: files a second. */
static double
rsync_files(const struct place *place)
{
	unsigned port = free_port();
	const char *owner = geteuid() == 0 ? "uid = 0\\ngid = 0\\n" : "";
	double seconds = shell_number(
	    "cd %s; printf \"use chroot = no\\npid file = $PWD/pid\\n[to]\\n"
	    "path = $PWD/to\\nread only = no\\n%s\" >conf; rm -f pid; "
	    "rsync --daemon --config=conf --address=127.0.0.1 "
	    "--port=%u; " AWAIT_LISTENER "begin=$(" NOW "); cd from; "
	    "rsync -aW --inplace tree rsync://127.0.0.1:%u/to/; "
	    "echo $(" NOW ") - $begin | bc; kill $(cat ../pid)",
	    place->path, owner, port, port, port);

	if (beneath_remove_tree(place->to, "tree") != 0)
		die("rsync has brought nothing");
	return place->files / seconds;
}

/* -- what there is to push
 * ------------------------------------------------------
 */

static void
write_file(int folder, const char *name, size_t size)
{
	static uint8_t bytes[1 << 20];
	int fd = openat(folder, name, O_WRONLY | O_CREAT, 0644);

	for (size_t i = 0; bytes[100] == 0 && i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 + i / 255 + 1);
	while (size > 0) {
		size_t len = size < sizeof(bytes) ? size : sizeof(bytes);

		if (write(fd, bytes, len) != (ssize_t)len)
			die("cannot write %s", name);
		size -= len;
	}
	close(fd);
}

static int
make_folder(const struct place *place, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", place->path, name);
	mkdir(path, 0755);
	return open(path, O_RDONLY | O_DIRECTORY);
}

/* In memory where there is room for three copies: disks are not what is
 * measured. */
static void
make_place(struct place *place)
{
	struct statvfs disk;
	int tree;

	place->mib = number_of("BENCH_FILE_MIB", FILE_MIB);
	place->files = number_of("BENCH_FILES", FILES);
	snprintf(place->path, sizeof(place->path), "%s/file", scratch());
	if (statvfs("/dev/shm", &disk) == 0 &&
	    (disk.f_bavail * disk.f_frsize) >> 20 > 3 * (place->mib + 100ull))
		snprintf(place->path, sizeof(place->path),
		    "/dev/shm/cam-bench-%d", (int)getpid());
	mkdir(place->path, 0700);
	place->from = make_folder(place, "from");
	place->to = make_folder(place, "to");
	write_file(place->from, "file", (size_t)place->mib << 20);
	tree = make_folder(place, "from/tree");
	for (unsigned i = 0; i < place->files; i++) {
		char name[64];

		if (i % 100 == 0) {
			snprintf(name, sizeof(name), "from/tree/%u", i / 100);
			close(tree);
			tree = make_folder(place, name);
		}
		snprintf(name, sizeof(name), "%u", i);
		write_file(tree, name, FILE_SIZE);
	}
	close(tree);
}

static void
remove_place(const struct place *place)
{
	const char *name = strrchr(place->path, '/') + 1;
	char above[128];
	int fd;

	snprintf(above, sizeof(above), "%.*s", (int)(name - place->path),
	    place->path);
	fd = open(above, O_RDONLY | O_DIRECTORY);
	beneath_remove_tree(fd, name);
	close(fd);
}

/* -- measuring
 * ------------------------------------------------------------------
 */

static void
measure_file(const struct place *place)
{
	double plain[ROUNDS], sealed[ROUNDS], anchor[ROUNDS];
	double plain_cpu[ROUNDS], sealed_cpu[ROUNDS], peak[ROUNDS];
	double bytes = (double)place->mib * (1 << 20);
	uint8_t digest[SHA256_SIZE];
	atomic_bool never = false;
	int fd = openat(place->from, "file", O_RDONLY);

	if (transfer_digest(fd, &never, digest) != 0)
		die("no digest");
	close(fd);
	/* The first writes to fresh memory are slow. */
	push(place, TRANSFER_DATA, "file", NULL);
	push(place, TRANSFER_SEALED, "file", digest);
	for (int i = 0; i < ROUNDS; i++) {
		struct cost cost;

		anchor[i] = iperf(place) / 1e9;
		cost = push(place, TRANSFER_DATA, "file", NULL);
		plain[i] = bytes / cost.seconds / 1e9;
		plain_cpu[i] = cost.cpu / (bytes / 1e9);
		cost = push(place, TRANSFER_SEALED, "file", digest);
		sealed[i] = bytes / cost.seconds / 1e9;
		sealed_cpu[i] = cost.cpu / (bytes / 1e9);
		peak[i] = cost.peak_kb / 1024;
	}
	report_rounds(
	    "file in clear", plain, "GB/s", "iperf3", anchor, ROUNDS, -0.75);
	report_rounds(
	    "file sealed", sealed, "GB/s", "iperf3", anchor, ROUNDS, -0.42);
	report("file in clear, cpu", median(plain_cpu, ROUNDS), "s/GB", "goal",
	    1.1, median(plain_cpu, ROUNDS), 1.1);
	report("file sealed, cpu", median(sealed_cpu, ROUNDS), "s/GB", "goal",
	    2.1, median(sealed_cpu, ROUNDS), 2.1);
	report("memory of a sealed transfer", median(peak, ROUNDS), "MiB",
	    "goal", 1, median(peak, ROUNDS), 1);
}

static void
measure_folder(const struct place *place)
{
	double plain[ROUNDS], sealed[ROUNDS], tar[ROUNDS], rsync[ROUNDS];

	push(place, TRANSFER_STREAM, "tree", NULL);
	for (int i = 0; i < ROUNDS; i++) {
		tar[i] = tar_files(place);
		plain[i] = place->files /
			   push(place, TRANSFER_STREAM, "tree", NULL).seconds;
		rsync[i] = rsync_files(place);
		sealed[i] = place->files /
			    push(place, TRANSFER_SEALED, "tree", NULL).seconds;
	}
	report_rounds("folder of small files in clear", plain, "files/s",
	    "tar | nc", tar, ROUNDS, -0.8);
	report_rounds("folder of small files sealed", sealed, "files/s",
	    "rsync daemon", rsync, ROUNDS, -1);
}

int
main(void)
{
	struct place place;

	signal(SIGPIPE, SIG_IGN);
	make_place(&place);
	measure_file(&place);
	measure_folder(&place);
	remove_place(&place);
	return 0;
}
