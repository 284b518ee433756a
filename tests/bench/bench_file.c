/* bench_file.c: pushing a file and a folder from disk to disk, beside the tools
 * that people push with. */
#include <sys/resource.h>

#include "bench.h"
#include "camd/transfer/transfer.h"
#include "limit.h"

/* What one push took. */
struct cost {
	double seconds;
	double cpu;	/* seconds, both ends */
	double peak_kb; /* memory of the receiver beyond what it began with */
};

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
push(const struct place *place, enum transfer_form form, const char *name)
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

/* -- measuring
 * ------------------------------------------------------------------
 */

static void
measure_file(const struct place *place)
{
	double plain[ROUNDS], sealed[ROUNDS], anchor[ROUNDS];
	double spliced[ROUNDS], bare[ROUNDS];
	double plain_cpu[ROUNDS], sealed_cpu[ROUNDS], peak[ROUNDS];
	double bytes = (double)place->mib * (1 << 20);

	/* The first writes to fresh memory are slow. */
	push(place, TRANSFER_DATA, "file");
	push(place, TRANSFER_SEALED, "file");
	for (int i = 0; i < ROUNDS; i++) {
		struct cost cost;

		anchor[i] = iperf(place) / 1e9;
		spliced[i] = limit_push(place, false) / 1e9;
		cost = push(place, TRANSFER_DATA, "file");
		plain[i] = bytes / cost.seconds / 1e9;
		plain_cpu[i] = cost.cpu / (bytes / 1e9);
		bare[i] = limit_push(place, true) / 1e9;
		cost = push(place, TRANSFER_SEALED, "file");
		sealed[i] = bytes / cost.seconds / 1e9;
		sealed_cpu[i] = cost.cpu / (bytes / 1e9);
		peak[i] = cost.peak_kb / 1024;
	}
	report_rounds(
	    "file in clear", plain, "GB/s", "iperf3", anchor, ROUNDS, -0.75);
	report_rounds("file in clear", plain, "GB/s", "splice alone", spliced,
	    ROUNDS, -0.9);
	report_rounds(
	    "file sealed", sealed, "GB/s", "iperf3", anchor, ROUNDS, -0.42);
	report_rounds(
	    "file sealed", sealed, "GB/s", "AES-GCM alone", bare, ROUNDS, -0.9);
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

	push(place, TRANSFER_STREAM, "tree");
	for (int i = 0; i < ROUNDS; i++) {
		tar[i] = tar_files(place);
		plain[i] =
		    place->files / push(place, TRANSFER_STREAM, "tree").seconds;
		rsync[i] = rsync_files(place);
		sealed[i] =
		    place->files / push(place, TRANSFER_SEALED, "tree").seconds;
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
