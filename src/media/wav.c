/* wav.c: WAV files: what their headers say, and their samples as ours. */
#include "media/wav.h"

#include <string.h>

#include "base/err.h"

enum {
	FORMAT_PCM = 1,
	FORMAT_FLOAT = 3,
	FORMAT_EXTENSIBLE = 0xfffe,
	RIFF_SIZE = 12,
	CHUNK_SIZE = 8,
	FORMAT_SIZE = 16,
	EXTENSIBLE_SIZE = 26, /* with the first bytes of the subformat */
};

static uint32_t
little(const uint8_t *at, size_t size)
{
	uint32_t number = 0;

	for (size_t i = size; i > 0; i--)
		number = number << 8 | at[i - 1];
	return number;
}

static int
parse_format(struct span chunk, struct wav *wav)
{
	const uint8_t *at = chunk.data;
	uint32_t format, channels, rate, bits;

	if (chunk.len < FORMAT_SIZE)
		return CAM_ERR_FORMAT;
	format = little(at, 2);
	channels = little(at + 2, 2);
	rate = little(at + 4, 4);
	bits = little(at + 14, 2);
	if (format == FORMAT_EXTENSIBLE && chunk.len >= EXTENSIBLE_SIZE)
		format = little(at + 24, 2);
	if ((format != FORMAT_PCM && format != FORMAT_FLOAT) || channels < 1 ||
	    channels > WAV_CHANNELS_MAX || rate < WAV_RATE_MIN ||
	    rate > WAV_RATE_MAX)
		return CAM_ERR_UNSUPPORTED;
	if (format == FORMAT_FLOAT ? bits != 32
				   : bits == 0 || bits > 32 || bits % 8 != 0)
		return CAM_ERR_UNSUPPORTED;
	wav->is_float = format == FORMAT_FLOAT;
	wav->channels = (uint8_t)channels;
	wav->rate = rate;
	wav->bits = (uint8_t)bits;
	return 0;
}

static bool
is_chunk(struct span rest, const char *name)
{
	return memcmp(rest.data, name, 4) == 0;
}

int
wav_parse(struct span head, struct wav *wav)
{
	struct wav parsed = { 0 };
	size_t at = RIFF_SIZE;

	if (head.len < RIFF_SIZE || !is_chunk(head, "RIFF") ||
	    !is_chunk(span_of(head.data + 8, 4), "WAVE"))
		return CAM_ERR_FORMAT;
	while (head.len - at >= CHUNK_SIZE) {
		struct span chunk = span_of(head.data + at, CHUNK_SIZE);
		uint32_t size = little(chunk.data + 4, 4);
		size_t left = head.len - at - CHUNK_SIZE;
		int err = 0;

		if (is_chunk(chunk, "data")) {
			parsed.begin = at + CHUNK_SIZE;
			/* Who wrote it to a pipe could not tell. */
			parsed.size =
			    size == 0 || size == UINT32_MAX ? UINT64_MAX : size;
			*wav = parsed;
			return parsed.rate != 0 ? 0 : CAM_ERR_FORMAT;
		}
		if (size > left)
			return CAM_ERR_FORMAT;
		if (is_chunk(chunk, "fmt "))
			err = parse_format(
			    span_of(chunk.data + CHUNK_SIZE, size), &parsed);
		if (err != 0)
			return err;
		at += CHUNK_SIZE + size;
		at += size % 2 != 0 && at < head.len ? 1 : 0;
	}
	return CAM_ERR_FORMAT;
}

size_t
wav_block(const struct wav *wav)
{
	return (size_t)wav->channels * wav->bits / 8;
}

/* As 16 bits; what is finer is cut off. */
static int32_t
read_sample(const struct wav *wav, const uint8_t *at)
{
	size_t bytes = wav->bits / 8;
	uint32_t bits = little(at, bytes);
	float value;

	if (wav->bits == 8)
		return ((int32_t)bits - 128) * 256;
	if (!wav->is_float)
		return (int16_t)(bits >> (wav->bits - 16));
	memcpy(&value, &bits, sizeof value);
	/* Written so that what is no number is silence. */
	if (!(value > -1.0F))
		return value <= -1.0F ? INT16_MIN : 0;
	return value < 1.0F ? (int32_t)(value * 32767) : INT16_MAX;
}

/* What most files hold: nothing to convert, nothing to mix. */
static void
read_plain(struct span bytes, int16_t *pcm)
{
	for (size_t i = 0; i + 2 <= bytes.len; i += 2)
		*pcm++ = (int16_t)(bytes.data[i] | bytes.data[i + 1] << 8);
}

static int16_t
read_mean(const struct wav *wav, const uint8_t *at)
{
	int32_t sum = 0, k = 0;

	do {
		sum += read_sample(wav, at);
		at += wav->bits / 8U;
	} while (++k < wav->channels);
	return (int16_t)(sum / k);
}

void
wav_read(
    const struct wav *wav, struct span bytes, unsigned channels, int16_t *pcm)
{
	size_t block = wav_block(wav);
	size_t second = wav->channels > 1 ? wav->bits / 8U : 0;

	if (block == 0)
		return;
	if (wav->channels == channels && wav->bits == 16) {
		read_plain(bytes, pcm);
		return;
	}

	for (size_t i = 0; i + block <= bytes.len; i += block) {
		const uint8_t *at = bytes.data + i;

		if (channels == 1) {
			*pcm++ = read_mean(wav, at);
		} else {
			*pcm++ = (int16_t)read_sample(wav, at);
			*pcm++ = (int16_t)read_sample(wav, at + second);
		}
	}
}

static void
put_little(uint8_t *at, uint32_t number)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

void
wav_write_header(uint32_t rate, unsigned channels, uint32_t size,
    uint8_t header[WAV_HEADER_SIZE])
{
	static const uint8_t form[WAV_HEADER_SIZE] = {
		[0] = 'R',
		'I',
		'F',
		'F', /* size */
		[8] = 'W',
		'A',
		'V',
		'E',
		'f',
		'm',
		't',
		' ',
		[16] = FORMAT_SIZE,
		[20] = FORMAT_PCM,
		/* channels, rate, bytes a second, bytes of all channels */
		[34] = 16, /* bits */
		[36] = 'd',
		'a',
		't',
		'a', /* size */
	};

	memcpy(header, form, sizeof form);
	put_little(header + 4, size + WAV_HEADER_SIZE - CHUNK_SIZE);
	put_little(header + 24, rate);
	put_little(header + 28, rate * 2 * channels);
	header[22] = (uint8_t)channels;
	header[32] = (uint8_t)(2 * channels);
	put_little(header + 40, size);
}
