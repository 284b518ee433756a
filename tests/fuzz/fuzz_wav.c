/* fuzz_wav.c: any bytes as a WAV file: its samples can be read. */
#include "fuzz.h"

#include "media/wav.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int16_t pcm[2 * 65536];
	struct wav wav;
	size_t block, count;

	if (size > WAV_HEADER_MAX || wav_parse(span_of(data, size), &wav) != 0)
		return 0;
	block = wav_block(&wav);
	must(block >= 1 && block <= WAV_CHANNELS_MAX * 4);
	must(wav.rate >= WAV_RATE_MIN && wav.rate <= WAV_RATE_MAX);
	must(wav.begin <= size);
	count = (size - (size_t)wav.begin) / block;
	for (unsigned channels = 1; channels <= 2; channels++)
		wav_read(&wav, span_of(data + wav.begin, count * block),
		    channels, pcm);
	return 0;
}
