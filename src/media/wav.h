/* wav.h: WAV files: what their headers say, and their samples as ours. */
#ifndef CAM_WAV_H
#define CAM_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum {
	WAV_HEADER_MAX = 64 * 1024, /* bytes before the samples */
	WAV_CHANNELS_MAX = 8,
	WAV_RATE_MIN = 8000,
	WAV_RATE_MAX = 192000,
	WAV_HEADER_SIZE = 44, /* of those we write */
};

struct wav {
	uint32_t rate;
	uint8_t channels;
	uint8_t bits; /* of a sample: 8, 16, 24 or 32 */
	bool is_float;
	uint64_t begin; /* of the samples, in bytes from the beginning */
	uint64_t size;	/* of the samples, in bytes; UINT64_MAX: to the end */
};

/*
 * The beginning of a file; len may be less than WAV_HEADER_MAX only where the
 * file is. CAM_ERR_FORMAT; CAM_ERR_UNSUPPORTED: neither plain PCM nor floats,
 * or a rate or channels beyond ours.
 */
int wav_parse(struct span head, struct wav *wav);
/* One sample of every channel, in bytes. */
size_t wav_block(const struct wav *wav);
/* As one channel, the mean of all, or as two, the first two of them; as many
 * frames of these are written as there are wav_block() in bytes. */
void wav_read(
    const struct wav *wav, struct span bytes, unsigned channels, int16_t *pcm);

/* A header for 16 bits; size in bytes of samples. */
void wav_write_header(uint32_t rate, unsigned channels, uint32_t size,
    uint8_t header[WAV_HEADER_SIZE]);

#endif
