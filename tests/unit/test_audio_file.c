/* test_audio_file.c: WAV files as devices, which one process begins and another
 * goes on with. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "media/audio.h"
#include "media/wav.h"

static int
new_file(void)
{
	char path[] = "/tmp/cam-test-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	return fd;
}

/* Frame n is n everywhere. */
static void
write_frames(int fd, int16_t first, int16_t count)
{
	struct audio *audio = NULL;
	int16_t pcm[VOICE_FRAME];

	assert_int_equal(audio_file_open_out(dup(fd), &audio), 0);
	for (int16_t n = first; n < first + count; n++) {
		for (size_t i = 0; i < VOICE_FRAME; i++)
			pcm[i] = n;
		assert_int_equal(audio->ops->write(audio, pcm), AUDIO_GOES_ON);
	}
	audio_close(audio);
}

static void
expect_frame(struct audio *audio, int16_t n)
{
	int16_t pcm[VOICE_FRAME];

	assert_int_equal(audio->ops->read(audio, pcm), AUDIO_GOES_ON);
	assert_int_equal(pcm[0], n);
	assert_int_equal(pcm[VOICE_FRAME - 1], n);
}

static void
what_another_has_begun_to_write_goes_on(void **state)
{
	struct audio *audio = NULL;
	struct stat status;
	int16_t pcm[VOICE_FRAME];
	int fd = new_file();

	write_frames(fd, 0, 7);
	write_frames(fd, 7, 5);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(
	    status.st_size, WAV_HEADER_SIZE + 12 * VOICE_FRAME * 2);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(audio_file_open_in(fd, false, &audio), 0);
	for (int16_t n = 0; n < 12; n++)
		expect_frame(audio, n);
	assert_int_equal(audio->ops->read(audio, pcm), AUDIO_ENDED);
	audio_close(audio);
}

/* It may have read more than it has used: what is missing then is short. */
static void
what_another_has_begun_to_read_goes_on(void **state)
{
	struct audio *first = NULL, *second = NULL;
	int fd = new_file();
	int16_t pcm[VOICE_FRAME];

	write_frames(fd, 0, 100);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(audio_file_open_in(dup(fd), false, &first), 0);
	for (int16_t n = 0; n < 90; n++)
		expect_frame(first, n);
	assert_int_equal(audio_file_open_in(dup(fd), true, &second), 0);
	assert_int_equal(second->ops->read(second, pcm), AUDIO_GOES_ON);
	assert_in_range(pcm[VOICE_FRAME - 1], 90, 99);
	/* Round and round it is the whole file. */
	for (int16_t n = pcm[VOICE_FRAME - 1]; n < 99; n++)
		assert_int_equal(second->ops->read(second, pcm), AUDIO_GOES_ON);
	assert_int_equal(second->ops->read(second, pcm), AUDIO_GOES_ON);
	assert_in_range(pcm[VOICE_FRAME - 1], 0, 1);
	audio_close(first);
	audio_close(second);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_another_has_begun_to_write_goes_on),
		cmocka_unit_test(what_another_has_begun_to_read_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
