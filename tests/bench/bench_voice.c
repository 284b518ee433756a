/* bench_voice.c: what a voice call costs: processor, wake-ups, traffic and
 * delay of two cam-media, beside Opus alone on the same sound: in one go, as a
 * codec is measured, and at the pace of a call, which nobody who calls can do
 * without: between two frames processor and caches have been somebody else's.
 */
#include <opus.h>
#include <poll.h>

#include "bench.h"
#include "made_voice.h"

enum {
	ROUNDS = 5,
	SECONDS = 8, /* a round */
	FRAME_MS = 20,
	FRAME = MADE_RATE / 1000 * FRAME_MS,
	PACKET_MAX = 1275,
	COMPLEXITY = 5,
	BITRATE = 32000,
};

struct figures {
	double cpu, wakeups, kbit, delay, set_up, memory;
};

static double
used_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

/* As cam-media sets it. */
static OpusEncoder *
make_encoder(void)
{
	OpusEncoder *encoder =
	    opus_encoder_create(MADE_RATE, 1, OPUS_APPLICATION_VOIP, NULL);

	if (encoder == NULL)
		die("no encoder");
	opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(COMPLEXITY));
	opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
	opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
	opus_encoder_ctl(encoder, OPUS_SET_BITRATE(BITRATE));
	return encoder;
}

/* Milliseconds of the processor for a second: one voice there, one back. paced:
 * a frame each 20 ms, as a call has them, with the caches cold. */
static double
run_opus(const int16_t *pcm, bool paced)
{
	OpusEncoder *encoder = make_encoder();
	OpusDecoder *decoder = opus_decoder_create(MADE_RATE, 1, NULL);
	uint8_t packet[PACKET_MAX];
	int16_t heard[FRAME];
	double begin = used_ms();

	if (decoder == NULL)
		die("no decoder");
	for (int i = 0; i < SECONDS * 50; i++) {
		int len = opus_encode(encoder, pcm + (size_t)i * FRAME, FRAME,
		    packet, PACKET_MAX);

		if (len < 0 ||
		    opus_decode(decoder, packet, len, heard, FRAME, 0) != FRAME)
			die("opus failed");
		if (paced)
			poll(NULL, 0, FRAME_MS);
	}
	opus_encoder_destroy(encoder);
	opus_decoder_destroy(decoder);
	return (used_ms() - begin) / SECONDS;
}

static void
read_figure(const char *line, const char *name, double *value)
{
	size_t len = strlen(name);

	if (strncmp(line, name, len) == 0 && line[len] == '=')
		*value += atof(line + len + 1) / 2;
}

/* The mean of the two. */
static struct figures
run_call(const char *build)
{
	struct figures figures = { 0 };
	char command[4096], line[4096];
	FILE *file = NULL;

	snprintf(command, sizeof command,
	    "'%s/tools/duet' '%s/cam-media' seconds=%d", build, build, SECONDS);
	file = popen(command, "r");
	if (file == NULL)
		die("cannot run duet");
	while (fgets(line, sizeof line, file) != NULL) {
		const char *figure = strchr(line, '_');

		if (figure == NULL)
			continue;
		read_figure(figure + 1, "cpu_ms_s", &figures.cpu);
		read_figure(figure + 1, "wakeups", &figures.wakeups);
		read_figure(figure + 1, "kbit_s", &figures.kbit);
		read_figure(figure + 1, "delay_p50_ms", &figures.delay);
		read_figure(figure + 1, "set_up_ms", &figures.set_up);
		read_figure(figure + 1, "rss_kb", &figures.memory);
	}
	if (pclose(file) != 0)
		die("duet failed");
	return figures;
}

int
main(int argc, char **argv)
{
	static int16_t pcm[MADE_RATE * SECONDS];
	double ratios[ROUNDS], paced_ratios[ROUNDS], cpu[ROUNDS], tight[ROUNDS],
	    paced[ROUNDS], wakeups[ROUNDS], kbit[ROUNDS], delay[ROUNDS],
	    set_up[ROUNDS], memory[ROUNDS];
	uint64_t random = 2;

	if (argc != 2)
		die("usage: bench_voice BUILD");
	/* As duet: the last second is silent. */
	made_voice(&random, pcm, MADE_RATE * (SECONDS - 1));
	for (size_t i = 0; i < ROUNDS; i++) {
		struct figures figures;

		tight[i] = run_opus(pcm, false);
		figures = run_call(argv[1]);
		paced[i] = run_opus(pcm, true);
		tight[i] = (tight[i] + run_opus(pcm, false)) / 2;
		cpu[i] = figures.cpu;
		ratios[i] = cpu[i] / tight[i];
		paced_ratios[i] = cpu[i] / paced[i];
		wakeups[i] = figures.wakeups;
		kbit[i] = 2 * figures.kbit;
		delay[i] = figures.delay;
		set_up[i] = figures.set_up;
		memory[i] = figures.memory / 1024;
	}
	report("voice: processor", median(cpu, ROUNDS), "ms/s",
	    "opus, in one go", median(tight, ROUNDS), median(ratios, ROUNDS),
	    1.4);
	report("voice: processor", median(cpu, ROUNDS), "ms/s",
	    "opus, a frame each 20 ms", median(paced, ROUNDS),
	    median(paced_ratios, ROUNDS), 1.4);
	report("voice: wake-ups", median(wakeups, ROUNDS), "1/s", "goal", 120,
	    median(wakeups, ROUNDS) / 120, 1);
	report("voice: traffic of two", median(kbit, ROUNDS), "kbit/s", "goal",
	    120, median(kbit, ROUNDS) / 120, 1);
	report("voice: mouth to ear", median(delay, ROUNDS), "ms", "goal", 65,
	    median(delay, ROUNDS) / 65, 1);
	report("voice: first packet heard", median(set_up, ROUNDS), "ms",
	    "goal", 15, median(set_up, ROUNDS) / 15, 1);
	report("voice: memory", median(memory, ROUNDS), "MB", "goal", 12,
	    median(memory, ROUNDS) / 12, 0);
	return 0;
}
