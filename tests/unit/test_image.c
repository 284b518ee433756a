/* test_image.c: images decoded in a sandbox, and drawn as terminals show them.
 */
#include "cam-show/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "cam-show/canvas.h"
#include "cam-show/decoder.h"
#include "cam-show/orientation.h"
#include "cam-show/sandbox.h"
#include "test.h"

#ifdef CAM_CHAFA
#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>

enum { WIDTH = 40, HEIGHT = 20, FILE_SIZE_MAX = 1 << 20 };

static uint8_t pixels[WIDTH * HEIGHT * 4];
static uint8_t file[FILE_SIZE_MAX];

/* Left red, right blue. */
static void
paint(void)
{
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		bool left = i % WIDTH < WIDTH / 2;

		pixels[i * 4] = left ? 255 : 0;
		pixels[i * 4 + 1] = 0;
		pixels[i * 4 + 2] = left ? 0 : 255;
		pixels[i * 4 + 3] = 255;
	}
}

static struct span
as_png(void)
{
	png_image png = { .version = PNG_IMAGE_VERSION,
		.width = WIDTH,
		.height = HEIGHT,
		.format = PNG_FORMAT_RGBA };
	png_alloc_size_t size = sizeof file;

	assert_true(
	    png_image_write_to_memory(&png, file, &size, 0, pixels, 0, NULL));
	return span_of(file, size);
}

static struct span
as_jpeg(int width, int height)
{
	tjhandle jpeg = tjInitCompress();
	uint8_t *source = calloc((size_t)width * (size_t)height, 4);
	unsigned char *made = NULL;
	unsigned long size = 0;

	assert_int_equal(tjCompress2(jpeg, source, width, 0, height, TJPF_RGBA,
			     &made, &size, TJSAMP_420, 90, 0),
	    0);
	assert_in_range(size, 1, sizeof file);
	memcpy(file, made, size);
	tjFree(made);
	tjDestroy(jpeg);
	free(source);
	return span_of(file, size);
}

static struct span
as_webp(void)
{
	uint8_t *made = NULL;
	size_t size =
	    WebPEncodeLosslessRGBA(pixels, WIDTH, HEIGHT, WIDTH * 4, &made);

	assert_in_range(size, 1, sizeof file);
	memcpy(file, made, size);
	WebPFree(made);
	return span_of(file, size);
}

static int
as_file(struct span bytes)
{
	int fd = memfd_create("image", 0);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int
decode_apart(struct span bytes, struct image *image)
{
	int fd = as_file(bytes);
	int err = decoder_run(fd, image);

	close(fd);
	return err;
}

static void
png_and_webp_come_out_as_they_went_in(void **state)
{
	struct image image = { 0 };

	paint();
	assert_int_equal(decode_apart(as_png(), &image), 0);
	assert_int_equal(image.width, WIDTH);
	assert_int_equal(image.height, HEIGHT);
	assert_memory_equal(image.pixels, pixels, sizeof pixels);
	image_finish(&image);
	assert_int_equal(decode_apart(as_webp(), &image), 0);
	assert_memory_equal(image.pixels, pixels, sizeof pixels);
	image_finish(&image);
}

static void
a_large_photograph_comes_out_smaller(void **state)
{
	struct image image = { 0 };

	assert_int_equal(decode_apart(as_jpeg(9000, 6000), &image), 0);
	assert_in_range(image.width, 4096, 9000 * 3 / 4);
	assert_in_range(image.height, 1, 6000 * 3 / 4);
	image_finish(&image);
	assert_int_equal(decode_apart(as_jpeg(30, 20), &image), 0);
	assert_int_equal(image.width, 30);
	image_finish(&image);
}

/* A corner in red, one in green, one in blue, one in white, as Exif's numbers
 * show them: above left and right, below left and right. */
static const char *const corners[] = { "rgbw", "rgbw", "grwb", "wbgr", "bwrg",
	"rbgw", "brwg", "wgbr", "gwrb" };

static void
paint_corners(void)
{
	static const uint8_t colours[4][4] = { { 255, 0, 0, 255 },
		{ 0, 255, 0, 255 }, { 0, 0, 255, 255 },
		{ 255, 255, 255, 255 } };

	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		int corner =
		    (i % WIDTH >= WIDTH / 2) + 2 * (i / WIDTH >= HEIGHT / 2);

		memcpy(pixels + i * 4, colours[corner], 4);
	}
}

static char
colour_at(const struct image *image, uint32_t x, uint32_t y)
{
	const uint8_t *at = image->pixels + ((size_t)y * image->width + x) * 4;
	unsigned bits =
	    (at[0] > 127 ? 1 : 0) | (at[1] > 127 ? 2 : 0) | (at[2] > 127) << 2;

	return "?rg?b??w"[bits];
}

/* A JPEG with a note in either order of bytes. */
static struct span
as_photograph(unsigned orientation, bool little)
{
	static const uint8_t motorola[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i',
		'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3,
		0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t intel[] = { 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f',
		0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	tjhandle jpeg = tjInitCompress();
	unsigned char *made = NULL;
	unsigned long size = 0;

	paint_corners();
	assert_int_equal(tjCompress2(jpeg, pixels, WIDTH, 0, HEIGHT, TJPF_RGBA,
			     &made, &size, TJSAMP_444, 95, 0),
	    0);
	memcpy(file, made, 2);
	memcpy(file + 2, little ? intel : motorola, sizeof intel);
	file[2 + (little ? 28 : 29)] = (uint8_t)orientation;
	memcpy(file + 2 + sizeof intel, made + 2, size - 2);
	tjFree(made);
	tjDestroy(jpeg);
	return span_of(file, size + sizeof intel);
}

static void
a_photograph_stands_upright(void **state)
{
	for (unsigned i = 0; i < 22; i++) {
		unsigned orientation = i / 2;
		const char *expected =
		    corners[orientation < 9 ? orientation : 0];
		struct image image = { 0 };
		uint32_t right, below;

		assert_int_equal(
		    image_decode(as_photograph(orientation, i % 2), &image), 0);
		right = image.width - 1;
		below = image.height - 1;
		assert_int_equal(image.width,
		    orientation >= 5 && orientation < 9 ? HEIGHT : WIDTH);
		assert_int_equal(colour_at(&image, 0, 0), expected[0]);
		assert_int_equal(colour_at(&image, right, 0), expected[1]);
		assert_int_equal(colour_at(&image, 0, below), expected[2]);
		assert_int_equal(colour_at(&image, right, below), expected[3]);
		image_finish(&image);
	}
}

/* Lengths and places that lead elsewhere. */
static void
a_damaged_note_is_none(void **state)
{
	enum { NOTE = 2 + 36 };

	for (size_t i = 4; i < NOTE; i++) {
		struct span photograph = as_photograph(6, true);
		struct image image = { 0 };

		for (int change = 0; change < 2; change++) {
			file[i] ^= change ? 0x0f : 0xf0;
			if (image_decode(photograph, &image) == 0)
				image_finish(&image);
		}
	}
	for (size_t len = 2; len < NOTE; len++)
		assert_int_equal(orientation_of_jpeg(span_of(file, len)), 1);
}

static void
what_is_cut_off_or_changed_harms_nobody(void **state)
{
	struct span whole[3];
	struct image image = { 0 };

	paint();
	for (int kind = 0; kind < 3; kind++) {
		whole[kind] = kind == 0	  ? as_png()
			      : kind == 1 ? as_jpeg(WIDTH, HEIGHT)
					  : as_webp();
		for (size_t len = 0; len < whole[kind].len;
		     len += 1 + len / 8) {
			if (image_decode(span_of(file, len), &image) == 0)
				image_finish(&image);
		}
		for (size_t i = 0; i < whole[kind].len; i += 1 + i / 16) {
			file[i] ^= 0x5a;
			if (image_decode(whole[kind], &image) == 0)
				image_finish(&image);
			file[i] ^= 0x5a;
		}
	}
}

static void
an_image_that_claims_to_be_enormous_is_refused_before_it_is_made(void **state)
{
	struct image image = { 0 };
	struct span png;

	paint();
	png = as_png();
	/* IHDR: width and height behind signature, length and name; its
	 * checksum is wrong then, which libpng finds first or we the size. */
	memcpy(file + 16, "\x7f\xff\xff\xff\x7f\xff\xff\xff", 8);
	assert_true(image_decode(png, &image) < 0);
	assert_null(image.pixels);
}

static void
other_files_are_told_from_damaged_ones(void **state)
{
	struct image image = { 0 };
	int fd;

	assert_int_equal(
	    decode_apart(span_text("<svg/>"), &image), CAM_ERR_UNSUPPORTED);
	assert_int_equal(
	    decode_apart(span_text(""), &image), CAM_ERR_UNSUPPORTED);
	assert_int_equal(
	    decode_apart(span_text("\x89PNG\r\n\x1a\n..."), &image),
	    CAM_ERR_FORMAT);
	fd = open("/", O_RDONLY);
	assert_int_equal(decoder_run(fd, &image), CAM_ERR_UNSUPPORTED);
	close(fd);
}

/* What somebody who has taken over the decoder would try. */
static void
the_sandbox_lets_nothing_out(void **state)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandbox_enter(1ull << 40, 10) != 0)
			_exit(1);
		if (open("/etc/passwd", O_RDONLY) >= 0)
			_exit(2);
		if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
			_exit(3);
		if (fork() >= 0)
			_exit(4);
		execl("/bin/true", "true", (char *)NULL);
		if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
			_exit(5);
		if (kill(getppid(), 0) == 0)
			_exit(6);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static char drawn[1 << 20];

static void
draw_on(const char *term, const char *more, unsigned columns, unsigned rows)
{
	char *envp[] = { (char *)term, (char *)more, NULL };
	const struct canvas_size size = { columns, rows, 8, 16 };
	struct image image = { WIDTH, HEIGHT, pixels };
	struct buf out;
	char *text;

	paint();
	buf_init(&out, sizeof drawn - 1);
	assert_int_equal(canvas_draw(&image, &size, envp, &out), 0);
	text = buf_steal_text(&out);
	snprintf(drawn, sizeof drawn, "%s", text);
	free(text);
}

static void
each_terminal_gets_the_best_it_can_show(void **state)
{
	draw_on("TERM=xterm-kitty", NULL, 80, 24);
	assert_non_null(strstr(drawn, "\033_G"));
	draw_on("TERM=mlterm", NULL, 80, 24);
	assert_non_null(strstr(drawn, "\033P"));
	draw_on("TERM=screen-256color", NULL, 80, 24);
	assert_non_null(strstr(drawn, ";5;"));
	assert_null(strstr(drawn, "\033P"));
	draw_on("TERM=xterm-256color", NULL, 80, 24);
	assert_non_null(strstr(drawn, ";2;"));
	draw_on("TERM=screen-256color", "NO_COLOR=1", 80, 24);
	assert_null(strstr(drawn, ";5;"));
}

static void
it_is_as_large_as_fits(void **state)
{
	size_t lines = 0;

	draw_on("TERM=xterm-256color", NULL, 20, 100);
	for (const char *at = drawn; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	/* 40 by 20 pixels on 20 columns of 8 by 16. */
	assert_int_equal(lines, 5);
	draw_on("TERM=xterm-256color", NULL, 1, 1);
	assert_true(strlen(drawn) > 0);
}

#else

static void
cam_was_built_without_images(void **state)
{
	skip();
}

#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef CAM_CHAFA
		cmocka_unit_test(png_and_webp_come_out_as_they_went_in),
		cmocka_unit_test(a_large_photograph_comes_out_smaller),
		cmocka_unit_test(a_photograph_stands_upright),
		cmocka_unit_test(a_damaged_note_is_none),
		cmocka_unit_test(what_is_cut_off_or_changed_harms_nobody),
		cmocka_unit_test(
		    an_image_that_claims_to_be_enormous_is_refused_before_it_is_made),
		cmocka_unit_test(other_files_are_told_from_damaged_ones),
		cmocka_unit_test(the_sandbox_lets_nothing_out),
		cmocka_unit_test(each_terminal_gets_the_best_it_can_show),
		cmocka_unit_test(it_is_as_large_as_fits),
#else
		cmocka_unit_test(cam_was_built_without_images),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
