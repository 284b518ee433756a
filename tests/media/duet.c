/* duet.c: two cam-media talk through a network that loses, delays and forges.
 *
 *   duet CAM-MEDIA [name=value...]
 *
 * Prints a line of name=value for each figure; what is heard is compared with
 * what was said. Options: seconds, loss (percent), jitter, delay (ms), forge
 * (packets a second), replay (copies of each packet), seed,
 * in (tone, none, portaudio), out (none, portaudio), bitrate, hold, mute,
 * sandbox.
 */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "duet.h"
#include "duet_network.h"
#include "likeness.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "media/wav.h"
#include "rpc/caller.h"
#include "rpc/media.h"
#include "rpc/names.h"

static const char *const names[] = { "seconds", "loss", "jitter", "delay",
	"forge", "replay", "seed", "in", "out", "bitrate", "hold", "mute",
	"sandbox" };
#define WAKEUPS "voluntary_ctxt_switches:"
#define MEMORY "VmHWM:"

/* -- what is said -------------------------------------------------------------
 */

static int
write_wav(const int16_t *pcm, size_t count)
{
	uint8_t header[WAV_HEADER_SIZE];
	FILE *file = tmpfile();
	int fd;

	wav_write_header(RATE, 1, (uint32_t)(count * 2), header);
	if (file == NULL || fwrite(header, sizeof header, 1, file) != 1 ||
	    fwrite(pcm, 2, count, file) != count || fflush(file) != 0)
		fail("cannot write a file");
	fd = dup(fileno(file));
	fclose(file);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* -- the singers --------------------------------------------------------------
 */

static void
on_write(void *arg, const void *data, size_t len)
{
	struct singer *singer = arg;

	stream_write(singer->stream, data, len);
}

static void
on_event(void *arg, const char *event, const json_t *params)
{
	struct singer *singer = arg;

	if (strcmp(event, MEDIA_HEARD) == 0 && singer->heard_ms < 0)
		singer->heard_ms =
		    (int64_t)(clock_now_ms() - singer->duet->began_ms);
	else if (strcmp(event, MEDIA_FINISHED) == 0)
		singer->finished++;
	else if (strcmp(event, MEDIA_DEVICE) == 0 ||
		 strcmp(event, MEDIA_LOST) == 0)
		printf("%s_event=%s\n", singer->name, event);
}

static const struct rpc_caller_ops caller_ops = { on_write, on_event };

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct singer *singer = arg;

	if (rpc_caller_feed(singer->caller, data, len) < 0)
		fail("cam-media speaks no JSON-RPC");
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	struct singer *singer = arg;

	if (!singer->duet->ended)
		fail("cam-media has ended");
}

static const struct stream_ops stream_ops = { on_data, on_closed };

static void
start(struct singer *singer, const char *path)
{
	extern char **environ;
	char *const argv[] = { (char *)(uintptr_t)path, NULL };
	posix_spawn_file_actions_t actions;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		fail("no socket pair");
	if (fds[1] == 3)
		fail("descriptor 3 is taken");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 3);
	if (posix_spawn(&singer->pid, path, &actions, NULL, argv, environ) != 0)
		fail("cannot start cam-media");
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	singer->caller = rpc_caller_new(&caller_ops, singer);
	singer->stream = stream_new(
	    singer->duet->loop, fds[0], &stream_ops, singer, 1 << 20);
}

static void
on_answer(
    void *arg, int err, const json_t *result, const struct rpc_error *error)
{
	struct singer *singer = arg;

	if (err != 0)
		fail(error != NULL ? error->message : cam_strerror(err));
	singer->duet->answers++;
	if (json_object_get(result, "members") != NULL) {
		json_decref(singer->stats);
		singer->stats = json_deep_copy(result);
	}
}

static void
ask(struct singer *singer, const char *method, json_t *params)
{
	if (rpc_caller_call(singer->caller, method, params, on_answer, singer) <
	    0)
		fail("cannot ask");
}

static void
wait_for_answers(struct duet *duet, unsigned count)
{
	while (duet->answers < count)
		loop_turn(duet->loop, 1);
	duet->answers = 0;
}

static json_t *
device(struct singer *singer, enum option option, int fd)
{
	const char *kind = singer->duet->options[option];

	if (kind != NULL)
		return json_pack("{s:s}", "kind", kind);
	return json_pack("{s:s, s:i}", "kind", "file", "fd",
	    (int)stream_give(singer->stream, fd));
}

static FILE *
temporary(void)
{
	FILE *file = tmpfile();

	if (file == NULL)
		fail("no temporary file");
	return file;
}

static void
open_singer(struct singer *singer)
{
	struct duet *duet = singer->duet;
	size_t count = (size_t)number(duet, SECONDS, 5) * RATE;
	FILE *heard = temporary();
	int udp = open_udp(&singer->port);
	json_t *in, *out;

	singer->said = xcalloc(count, sizeof singer->said[0]);
	made_voice(&duet->random, singer->said, count - SILENCE);
	singer->heard_fd = dup(fileno(heard));
	in = device(singer, IN, write_wav(singer->said, count - SILENCE));
	out = device(singer, OUT, dup(fileno(heard)));
	fclose(heard);
	media_random(&singer->media, singer->port);
	ask(singer, MEDIA_OPEN,
	    json_pack("{s:s, s:b, s:i, s:o, s:{s:o, s:o, s:i}}", "call", "duet",
		"sandbox", number(duet, SANDBOX, 1), "fd",
		(int)stream_give(singer->stream, udp), "own",
		media_json(&singer->media), "audio", "in", in, "out", out,
		"bitrate", number(duet, BITRATE, 32000)));
}

static void
introduce(struct singer *singer)
{
	ask(singer, MEDIA_ADD,
	    json_pack("{s:i, s:s, s:i, s:o}", "member", 1, "addr", "127.0.0.1",
		"port", other(singer)->relay_port, "media",
		media_json(&other(singer)->media)));
}

/* -- what was heard -----------------------------------------------------------
 */

static void
compare(struct singer *listener)
{
	struct singer *speaker = other(listener);
	size_t count = (size_t)number(listener->duet, SECONDS, 5) * RATE;
	int16_t *pcm = xcalloc(count, sizeof *pcm);
	double delays[NOTES_MAX], likes[NOTES_MAX], *said, *heard;
	size_t notes = 0, n = count / COARSE;
	ssize_t got =
	    pread(listener->heard_fd, pcm, count * 2, WAV_HEADER_SIZE);
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += fabs((double)pcm[i]);
	printf("%s_heard_s=%.2f\n%s_loudness=%.1f\n", listener->name,
	    (double)got / 2 / RATE, listener->name, sum / (double)count);
	said = coarse(speaker->said, count);
	heard = coarse(pcm, count);
	for (size_t at = 0;
	     at + WINDOW + SILENCE / COARSE < n && notes < NOTES_MAX;
	     at += WINDOW) {
		double best = -1;
		size_t best_lag = 0;

		for (size_t lag = 0; lag < LAG_MAX; lag++) {
			double c =
			    correlate(said + at, heard + at + lag, WINDOW);

			if (c > best) {
				best = c;
				best_lag = lag;
			}
		}
		likes[notes] = best;
		delays[notes++] = (double)best_lag * COARSE * 1000 / RATE;
	}
	printf("%s_delay_first_ms=%.1f\n", listener->name,
	    notes > 0 ? delays[0] : -1);
	printf("%s_delay_p50_ms=%.1f\n", listener->name,
	    quantile(delays, notes, .5));
	printf("%s_gap_ms=%.0f\n", listener->name,
	    longest_gap(said, heard, n,
		(size_t)(quantile(delays, notes, .5) * RATE / COARSE / 1000)));
	printf("%s_delay_p95_ms=%.1f\n", listener->name,
	    quantile(delays, notes, .95));
	printf("%s_alike_p50=%.3f\n%s_alike_worst=%.3f\n", listener->name,
	    quantile(likes, notes, .5), listener->name,
	    quantile(likes, notes, 0));
	free(pcm);
	free(said);
	free(heard);
}

/* A number of /proc/PID/status. */
static long
status_of(pid_t pid, const char *name)
{
	char path[64], line[200];
	FILE *file = NULL;
	long count = 0;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL) {
		if (strncmp(line, name, strlen(name)) == 0)
			count = atol(line + strlen(name));
	}
	if (file != NULL)
		fclose(file);
	return count;
}

/* Of the main thread, which has all the work. */
static double
used_ms(pid_t pid)
{
	char path[64];
	FILE *file = NULL;
	double used_ns = 0;

	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
	file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%lf", &used_ns) != 1)
		fail("cannot read schedstat");
	fclose(file);
	return used_ns / 1e6;
}

static void
on_ending(void *arg)
{
	struct duet *duet = arg;

	duet->ended = true;
	loop_stop(duet->loop);
}

static void
print_stats(struct singer *singer)
{
	const json_t *member =
	    json_array_get(json_object_get(singer->stats, "members"), 0);
	char *text = json_dumps(member, JSON_COMPACT | JSON_REAL_PRECISION(4));

	printf("%s_stats=%s\n", singer->name, text);
	printf("%s_dropped=%lld\n", singer->name,
	    (long long)json_integer_value(
		json_object_get(singer->stats, "dropped")));
	free(text);
}

static void
end(struct singer *singer, long woken, double used, double seconds)
{
	int status;

	printf(
	    "%s_set_up_ms=%lld\n", singer->name, (long long)singer->heard_ms);
	printf("%s_cpu_ms_s=%.3f\n", singer->name, used / seconds);
	printf("%s_finished=%u\n", singer->name, singer->finished);
	printf("%s_wakeups=%.1f\n", singer->name, (double)woken / seconds);
	printf("%s_kbit_s=%.2f\n%s_packets_s=%.1f\n", singer->name,
	    (double)singer->bytes * 8 / 1000 / seconds, singer->name,
	    (double)singer->packets / seconds);
	if (singer->stats != NULL)
		print_stats(singer);
	printf("%s_rss_kb=%ld\n", singer->name, status_of(singer->pid, MEMORY));
	rpc_caller_free(singer->caller);
	stream_free(singer->stream);
	if (waitpid(singer->pid, &status, 0) < 0)
		fail("cannot wait");
	printf("%s_status=%d\n", singer->name, status);
	if (singer->duet->options[OUT] == NULL)
		compare(singer);
	json_decref(singer->stats);
	close(singer->heard_fd);
	watch_finish(&singer->watch);
	close(singer->relay);
}

static void
run(struct duet *duet)
{
	long woken[2];
	double used[2];
	double seconds = number(duet, SECONDS, 5);

	for (size_t i = 0; i < 2; i++)
		open_singer(&duet->singers[i]);
	if (number(duet, MUTE, 0) > 0)
		ask(&duet->singers[0], MEDIA_SET,
		    json_pack("{s:b}", "mute", 1));
	if (number(duet, HOLD, 0) > 0)
		ask(&duet->singers[0], MEDIA_SET,
		    json_pack("{s:b}", "hold", 1));
	wait_for_answers(duet, 2);
	duet->began_ms = clock_now_ms();
	for (size_t i = 0; i < 2; i++) {
		woken[i] = status_of(duet->singers[i].pid, WAKEUPS);
		used[i] = used_ms(duet->singers[i].pid);
		introduce(&duet->singers[i]);
	}
	wait_for_answers(duet, 2);
	if (number(duet, FORGE, 0) > 0)
		timer_repeat(&duet->forging, 20);
	timer_start(&duet->ending, (uint64_t)(seconds * 1000));
	loop_run(duet->loop);
	duet->answers = 0;
	for (size_t i = 0; i < 2; i++) {
		woken[i] = status_of(duet->singers[i].pid, WAKEUPS) - woken[i];
		used[i] = used_ms(duet->singers[i].pid) - used[i];
		ask(&duet->singers[i], MEDIA_STATS, NULL);
	}
	wait_for_answers(duet, 2);
	for (size_t i = 0; i < 2; i++)
		end(&duet->singers[i], woken[i], used[i], seconds);
	for (size_t i = 0; i < 2; i++)
		free(duet->singers[i].said);
}

static void
read_options(struct duet *duet, int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		size_t option = 0;

		while (option < OPTIONS &&
		       (strncmp(argv[i], names[option],
			    strlen(names[option])) != 0 ||
			   argv[i][strlen(names[option])] != '='))
			option++;
		if (option == OPTIONS)
			fail("there is no such option");
		duet->options[option] = argv[i] + strlen(names[option]) + 1;
	}
}

int
main(int argc, char **argv)
{
	struct duet duet = { 0 };

	if (argc < 2)
		fail("duet CAM-MEDIA [name=value...]");
	/* 3 is cam-media's. */
	while (open("/dev/null", O_RDWR | O_CLOEXEC) < 3)
		;
	read_options(&duet, argc, argv);
	duet.random = (uint64_t)number(&duet, SEED, 1) + 1;
	duet.loop = loop_new();
	timer_init(&duet.sending, duet.loop, on_sending, &duet);
	timer_init(&duet.forging, duet.loop, on_forging, &duet);
	timer_init(&duet.ending, duet.loop, on_ending, &duet);
	for (size_t i = 0; i < 2; i++) {
		struct singer *singer = &duet.singers[i];

		singer->duet = &duet;
		singer->name = i == 0 ? "anna" : "bob";
		singer->heard_ms = -1;
		singer->relay = open_udp(&singer->relay_port);
		watch_init(
		    &singer->watch, duet.loop, singer->relay, on_relay, singer);
		watch_set(&singer->watch, WATCH_READ);
		start(singer, argv[1]);
	}
	if (number(&duet, SECONDS, 5) < 2)
		fail("a second is silent: play two at least");
	run(&duet);
	timer_finish(&duet.sending);
	timer_finish(&duet.forging);
	timer_finish(&duet.ending);
	while (duet.waiting != NULL) {
		struct packet *packet = duet.waiting;

		duet.waiting = packet->next;
		free(packet);
	}
	loop_free(duet.loop);
	return 0;
}
