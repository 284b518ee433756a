/* bench_baresip.c: a call of two of ours, camd and all, beside one of two
 * baresip, with the same voices, the same film and the same settings of Opus,
 * both in SRTP: 48 kHz, one channel, frames of 20 ms, for voices, 32 kbit/s on
 * average, complexity 5, FEC for a network that loses nothing. Nobody listens
 * at the end: what has been decoded is thrown away. What baresip cannot be told
 * differs: it seals by AES-128 in counter mode and 80 bits of HMAC-SHA1, ours
 * by AES-256-GCM; it sends in silence, too.
 *
 * baresip wants an interface of its own: both run in a network namespace, which
 * this program enters by running itself again. There everything that is said
 * goes over the loopback interface, which counts it.
 */
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include "bench.h"
#include "watched.h"

enum {
	ROUNDS = 5,
	SECONDS = 6,	 /* that are measured */
	VOICE = 30,	 /* seconds of a voice: more than a round takes */
	SIP_PORT = 5060, /* and the one after the next */
	SETTLE_MS = 1500,
	PATIENCE_MS = 20000,
	WIDTH = 640,
	HEIGHT = 360,
	RATE = 30,
	PICTURES = 20 * RATE,	/* of the film: more than a round takes */
	VIDEO_BITRATE = 450000, /* as ours has for that size */
};

#define HERE "10.99.1.1"
#define MODULES "/usr/lib/baresip/modules"

static void
nap(unsigned ms)
{
	usleep(ms * 1000);
}

/* -- baresip ------------------------------------------------------------------
 */

static void
write_baresip(
    const char *folder, const char *name, unsigned port, bool pictures)
{
	char path[512];
	FILE *file;

	mkdir(folder, 0700);
	snprintf(path, sizeof path, "%s/config", folder);
	file = fopen(path, "w");
	if (file == NULL)
		die("cannot write %s", path);
	fprintf(file,
	    "poll_method epoll\nsip_listen " HERE ":%u\n"
	    "audio_path /nonexistent\naudio_source aufile,%s/%s.wav\n"
	    "audio_player aubridge,nil%s\naudio_alert aubridge,alert%s\n"
	    "ausrc_srate 48000\nauplay_srate 48000\n"
	    "ausrc_channels 1\nauplay_channels 1\nnet_interface cam0\n"
	    "module_path " MODULES "\nmodule opus.so\nmodule aufile.so\n"
	    "module aubridge.so\nmodule srtp.so\n"
	    "module_tmp account.so\nmodule_app menu.so\n"
	    "opus_bitrate 32000\nopus_complexity 5\nopus_inbandfec yes\n"
	    "opus_stereo no\nopus_sprop_stereo no\nopus_application voip\n",
	    port, scratch(), name, name, name);
	if (pictures)
		fprintf(file,
		    "module vp8.so\nmodule avformat.so\nmodule fakevideo.so\n"
		    "video_source avformat,%s/film.y4m\n"
		    "video_display fakevideo,nil\nvideo_size %dx%d\n"
		    "video_bitrate %d\nvideo_fps %d\n",
		    scratch(), WIDTH, HEIGHT, VIDEO_BITRATE, RATE);
	fclose(file);
	snprintf(path, sizeof path, "%s/accounts", folder);
	file = fopen(path, "w");
	fprintf(file,
	    "<sip:%s@" HERE ">;regint=0;answermode=auto;"
	    "mediaenc=srtp-mand;audio_codecs=opus/48000/2%s\n",
	    name, pictures ? ";video_codecs=VP8" : "");
	fclose(file);
	snprintf(path, sizeof path, "%s/contacts", folder);
	fclose(fopen(path, "w"));
}

/* It reads commands until there are none. */
static pid_t
start_baresip(const char *folder, const char *dial, int commands)
{
	pid_t pid = fork();

	if (pid == 0) {
		char log[512];
		int fd;

		snprintf(log, sizeof log, "%s/log", folder);
		fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(commands, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		if (dial == NULL)
			execlp("baresip", "baresip", "-4", "-f", folder, NULL);
		else
			execlp("baresip", "baresip", "-4", "-f", folder, "-e",
			    dial, NULL);
		_exit(127);
	}
	return pid;
}

static struct figures
run_baresip(bool pictures)
{
	char caller[300], callee[300], dial[100];
	struct watched watched = { 0 };
	struct figures figures;
	int commands[2];
	pid_t pids[2];

	snprintf(caller, sizeof caller, "%s/baresip-anna", scratch());
	snprintf(callee, sizeof callee, "%s/baresip-bob", scratch());
	snprintf(dial, sizeof dial, "/dial sip:bob@" HERE ":%d", SIP_PORT + 2);
	write_baresip(caller, "anna", SIP_PORT, pictures);
	write_baresip(callee, "bob", SIP_PORT + 2, pictures);
	if (pipe2(commands, O_CLOEXEC) < 0)
		die("no pipe");
	pids[1] = start_baresip(callee, NULL, commands[0]);
	nap(SETTLE_MS);
	watched_listen(&watched);
	pids[0] = start_baresip(caller, dial, commands[0]);
	watched_await_voice(&watched, "INVITE");
	nap(SETTLE_MS);
	watched_add(&watched, pids[0]);
	watched_add(&watched, pids[1]);
	figures = watched_measure(&watched, SECONDS, 2);
	for (int i = 0; i < 2; i++)
		end_process(pids[i]);
	close(commands[0]);
	close(commands[1]);
	return figures;
}

/* -- ours ---------------------------------------------------------------------
 */

struct ours {
	struct daemon anna, bob;
};

static pid_t
start_call(const struct daemon *daemon, const char *what, const char *name,
    bool pictures)
{
	pid_t pid = fork();

	if (pid == 0) {
		char in[300], film[300];
		int null = open("/dev/null", O_RDWR);

		snprintf(in, sizeof in, "%s/%s.wav", scratch(), name);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, 0);
		dup2(null, 1);
		snprintf(film, sizeof film, "%s/film.y4m", scratch());
		execl(daemon->cam, daemon->cam, "call", what, "--audio-in", in,
		    "--audio-out", "none", "--home", daemon->home, "--video-in",
		    pictures ? film : "none", NULL);
		_exit(127);
	}
	return pid;
}

static void
await_ringing(const struct daemon *daemon)
{
	char command[700];
	double until = now_ms() + PATIENCE_MS;

	snprintf(command, sizeof command,
	    "'%s' call ls --json --home '%s' | grep -q ringing", daemon->cam,
	    daemon->home);
	while (system(command) != 0) {
		if (now_ms() > until)
			die("it does not ring");
		nap(50);
	}
}

static struct figures
run_ours(struct ours *ours, bool pictures)
{
	struct watched watched = { 0 };
	struct figures figures;
	pid_t calls[2];
	int status;

	calls[0] = start_call(&ours->anna, "bob", "anna", pictures);
	await_ringing(&ours->bob);
	nap(SETTLE_MS);
	watched_listen(&watched);
	calls[1] = start_call(&ours->bob, "answer", "bob", pictures);
	watched_await_voice(&watched, NULL);
	nap(SETTLE_MS);
	/* Media processes are children of theirs. */
	watched_add(&watched, ours->anna.pid);
	watched_add(&watched, ours->bob.pid);
	watched_add(&watched, calls[0]);
	watched_add(&watched, calls[1]);
	figures = watched_measure(&watched, SECONDS, 2);
	kill(calls[0], SIGINT);
	for (int i = 0; i < 2; i++) {
		if (waitpid(calls[i], &status, 0) < 0 || status != 0)
			die("a call has failed");
	}
	return figures;
}

static void
use_vp8(const struct daemon *daemon)
{
	const char *argv[] = { daemon->cam, "config", "set", "media.codec",
		"vp8", "--home", daemon->home, NULL };

	run_ms(argv);
}

static void
start_ours(struct ours *ours, const char *build)
{
	char address[32], broadcast[48];

	own_address(2, address);
	snprintf(broadcast, sizeof broadcast, "%s:2425", address);
	daemon_start(&ours->anna, build, "anna", 1, broadcast);
	snprintf(broadcast, sizeof broadcast, "%s:2425", ours->anna.address);
	daemon_start(&ours->bob, build, "bob", 2, broadcast);
	await_user(&ours->anna, "bob@bench");
	await_user(&ours->bob, "anna@bench");
	use_vp8(&ours->anna);
	use_vp8(&ours->bob);
}

/* -- both ---------------------------------------------------------------------
 */

static void
make_voice(const char *build, const char *name, unsigned seed)
{
	char tool[300], number[16], seconds[16], path[300];
	const char *argv[] = { tool, number, seconds, path, NULL };

	snprintf(tool, sizeof tool, "%s/tools/speech", build);
	snprintf(number, sizeof number, "%u", seed);
	snprintf(seconds, sizeof seconds, "%d", VOICE);
	snprintf(path, sizeof path, "%s/%s.wav", scratch(), name);
	run_ms(argv);
}

static void
make_film(const char *build)
{
	char tool[300], width[16], height[16], rate[16], count[16], path[300];
	const char *argv[] = { tool, width, height, rate, count, path, NULL };

	snprintf(tool, sizeof tool, "%s/tools/film", build);
	snprintf(width, sizeof width, "%d", WIDTH);
	snprintf(height, sizeof height, "%d", HEIGHT);
	snprintf(rate, sizeof rate, "%d", RATE);
	snprintf(count, sizeof count, "%d", PICTURES);
	snprintf(path, sizeof path, "%s/film.y4m", scratch());
	run_ms(argv);
}

static void
compare_pictures(const char *build, struct ours *ours)
{
	double cpu[2][ROUNDS], rate[2][ROUNDS];

	make_film(build);
	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned k = 0; k < 2; k++) {
			struct figures figures =
			    k == 0 ? run_ours(ours, true) : run_baresip(true);

			if (figures.pictures < 1)
				die("no pictures are sent");
			rate[k][i] = figures.pictures;
			cpu[k][i] = figures.cpu_ms / figures.pictures;
		}
	}
	report_rounds("call of two, VP8 360p: processor a picture, with voice",
	    cpu[0], "ms", "baresip", cpu[1], ROUNDS, 0.75);
	report_rounds("call of two, VP8 360p: pictures", rate[0], "1/s",
	    "baresip", rate[1], ROUNDS, 0);
}

static void
compare_voices(struct ours *ours)
{
	double cpu[2][ROUNDS], woken[2][ROUNDS], kbit[2][ROUNDS],
	    set_up[2][ROUNDS], memory[2][ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) {
		for (unsigned k = 0; k < 2; k++) {
			struct figures figures =
			    k == 0 ? run_ours(ours, false) : run_baresip(false);

			cpu[k][i] = figures.cpu_ms;
			woken[k][i] = figures.woken;
			kbit[k][i] = figures.kbit;
			set_up[k][i] = figures.set_up_ms;
			memory[k][i] = figures.memory_mb;
		}
	}
	report_rounds("call of two: processor, each", cpu[0], "ms/s", "baresip",
	    cpu[1], ROUNDS, 0.6);
	report_rounds("call of two: wake-ups, each", woken[0], "1/s", "baresip",
	    woken[1], ROUNDS, 0);
	report("call of two: wake-ups, each", median(woken[0], ROUNDS), "1/s",
	    "goal", 120, median(woken[0], ROUNDS) / 120, 1);
	report_rounds("call of two: traffic in all", kbit[0], "kbit/s",
	    "baresip", kbit[1], ROUNDS, 0);
	report("call of two: traffic in all", median(kbit[0], ROUNDS), "kbit/s",
	    "goal", 120, median(kbit[0], ROUNDS) / 120, 1);
	report_rounds("call of two: answered to first packet", set_up[0], "ms",
	    "baresip", set_up[1], ROUNDS, 0);
	report("call of two: answered to first packet",
	    median(set_up[0], ROUNDS), "ms", "goal", 15,
	    median(set_up[0], ROUNDS) / 15, 1);
	report_rounds("call of two: memory, each", memory[0], "MB", "baresip",
	    memory[1], ROUNDS, 0);
}

static void
compare(const char *build)
{
	struct ours ours = { 0 };

	make_voice(build, "anna", 2);
	make_voice(build, "bob", 3);
	start_ours(&ours, build);
	compare_voices(&ours);
	if (access(MODULES "/avformat.so", R_OK) == 0)
		compare_pictures(build, &ours);
	else
		fputs("bench: skipped: baresip reads no films "
		      "(baresip-ffmpeg)\n",
		    stderr);
	daemon_stop(&ours.anna);
	daemon_stop(&ours.bob);
}

static void
enter_namespace(const char *self, const char *build)
{
	static const char script[] =
	    "ip link set lo up && ip link add cam0 type veth peer name cam1 && "
	    "ip addr add " HERE "/24 dev cam0 && ip link set cam0 up && "
	    "ip link set cam1 up && exec \"$0\" \"$1\" inside";

	execlp("unshare", "unshare", "--user", "--map-root-user", "--net", "sh",
	    "-c", script, self, build, NULL);
	die("cannot run unshare");
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[2], "inside") == 0) {
		compare(argv[1]);
		return 0;
	}
	if (argc != 2)
		die("usage: bench_baresip BUILD");
	if (access(MODULES "/opus.so", R_OK) < 0 ||
	    access(MODULES "/srtp.so", R_OK) < 0 ||
	    system("command -v baresip >/dev/null") != 0) {
		fputs("bench: skipped: baresip is not installed "
		      "(baresip-core)\n",
		    stderr);
		return 0;
	}
	if (system("unshare --user --map-root-user --net true 2>&-") != 0) {
		fputs(
		    "bench: skipped: no namespaces can be made here\n", stderr);
		return 0;
	}
	enter_namespace(argv[0], argv[1]);
}
