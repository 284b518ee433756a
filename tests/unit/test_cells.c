/* test_cells.c: what a terminal shows after each drawing is the picture. */
#include "test.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/limits.h"
#include "block_terminal.h"
#include "call_video.h"
#include "picture/cells.h"
#include "picture/convert.h"

enum { WIDTH = 640, HEIGHT = 360, OUT_MAX = 4 * 1024 * 1024 };

struct scene {
	struct block_terminal *terminal;
	struct cells *cells;
	struct i420 picture;
	struct buf out;
};

static void
begin(struct scene *scene, enum cells_colours colours, unsigned tolerance)
{
	*scene = (struct scene){ .terminal = malloc(sizeof *scene->terminal) };
	assert_non_null(scene->terminal);
	terminal_init(scene->terminal);
	scene->cells = cells_new(colours, tolerance);
	assert_int_equal(i420_init(&scene->picture, WIDTH, HEIGHT), 0);
	buf_init(&scene->out, OUT_MAX);
}

static void
end(struct scene *scene)
{
	free(scene->terminal);
	cells_free(scene->cells);
	i420_finish(&scene->picture);
	buf_finish(&scene->out);
}

/* How many bytes it took. */
static size_t
draw(struct scene *scene)
{
	size_t len;

	buf_clear(&scene->out);
	assert_int_equal(
	    cells_draw(scene->cells, &scene->picture, &scene->out), 0);
	len = scene->out.len;
	terminal_feed(scene->terminal, buf_span(&scene->out));
	assert_false(scene->terminal->is_broken);
	return len;
}

/* The picture as so many cells at (left, top) would show it at best. */
static uint8_t *
expected(const struct scene *scene, unsigned columns, unsigned rows)
{
	struct i420 scaled = { 0 };
	uint8_t *rgba = malloc((size_t)columns * rows * 2 * 4);

	assert_non_null(rgba);
	assert_int_equal(i420_init(&scaled, columns, rows * 2), 0);
	convert_scale(&scene->picture, &scaled);
	convert_to_rgba(&scaled, rgba);
	i420_finish(&scaled);
	return rgba;
}

static void
split(uint32_t colour, uint8_t rgb[3])
{
	rgb[0] = (uint8_t)(colour >> 16);
	rgb[1] = (uint8_t)(colour >> 8);
	rgb[2] = (uint8_t)colour;
}

/* The largest difference of what is shown from what should be. */
static unsigned
difference(const struct scene *scene, unsigned left, unsigned top,
    unsigned columns, unsigned rows)
{
	uint8_t *rgba = expected(scene, columns, rows);
	unsigned most = 0;

	for (unsigned y = 0; y < rows * 2; y++)
		for (unsigned x = 0; x < columns; x++) {
			uint8_t rgb[3];
			unsigned apart;

			split(scene->terminal->pixels[top * 2 + y][left + x],
			    rgb);
			apart =
			    colour_distance(rgb, rgba + (y * columns + x) * 4);
			if (apart > most)
				most = apart;
		}
	free(rgba);
	return most;
}

static void
without_a_tolerance_every_pixel_is_the_picture_s(void **state)
{
	struct scene scene;

	begin(&scene, CELLS_TRUE, 0);
	assert_int_equal(cells_place(scene.cells, 3, 2, 160, 45), 0);
	for (unsigned i = 0; i < 20; i++) {
		call_video(&scene.picture, i);
		assert_true(draw(&scene) > 0);
		assert_int_equal(difference(&scene, 3, 2, 160, 45), 0);
	}
	end(&scene);
}

static void
with_one_no_pixel_is_ever_farther_from_the_picture(void **state)
{
	struct scene scene;

	begin(&scene, CELLS_TRUE, CELLS_TOLERANCE);
	assert_int_equal(cells_place(scene.cells, 0, 0, 160, 45), 0);
	for (unsigned i = 0; i < 60; i++) {
		call_video(&scene.picture, i);
		draw(&scene);
		assert_in_range(
		    difference(&scene, 0, 0, 160, 45), 0, CELLS_TOLERANCE);
	}
	end(&scene);
}

static void
what_has_not_changed_is_not_sent_again(void **state)
{
	struct scene scene;
	size_t first, moved;

	begin(&scene, CELLS_TRUE, CELLS_TOLERANCE);
	assert_int_equal(cells_place(scene.cells, 0, 0, 160, 45), 0);
	call_video(&scene.picture, 0);
	first = draw(&scene);
	assert_int_equal(draw(&scene), 0);
	call_video(&scene.picture, 1);
	moved = draw(&scene);
	assert_in_range(moved, 1, first / 3);
	cells_forget(scene.cells);
	assert_true(draw(&scene) > first / 2);
	end(&scene);
}

/* Nobody can know the best: but none of the palette may be much nearer than
 * what is shown. */
static void
colours_of_a_palette_are_the_nearest_within_the_tolerance(void **state)
{
	static const enum cells_colours kinds[] = { CELLS_16, CELLS_256 };

	for (unsigned kind = 0; kind < 2; kind++) {
		struct scene scene;
		struct palette palette;

		palette_init(&palette, kind == 0 ? PALETTE_16 : PALETTE_256);
		begin(&scene, kinds[kind], CELLS_TOLERANCE);
		assert_int_equal(cells_place(scene.cells, 0, 0, 160, 45), 0);
		for (unsigned i = 0; i < 10; i++) {
			uint8_t *rgba;

			call_video(&scene.picture, i);
			draw(&scene);
			rgba = expected(&scene, 160, 45);
			for (unsigned p = 0; p < 160 * 90; p++) {
				const uint8_t *wanted = rgba + p * 4;
				uint8_t rgb[3];

				split(scene.terminal->pixels[p / 160][p % 160],
				    rgb);
				assert_in_range(colour_distance(rgb, wanted), 0,
				    CELLS_TOLERANCE +
					colour_distance(
					    wanted, palette.rgb[palette_nearest(
							&palette, wanted)]));
			}
			free(rgba);
		}
		end(&scene);
	}
}

static void
a_picture_of_another_shape_lies_in_the_middle(void **state)
{
	struct scene scene;

	begin(&scene, CELLS_TRUE, 0);
	assert_int_equal(cells_place(scene.cells, 10, 5, 200, 45), 0);
	call_video(&scene.picture, 0);
	draw(&scene);
	/* 45 rows are 90 pixels, so 160 columns; 20 stay free on each side. */
	assert_int_equal(difference(&scene, 30, 5, 160, 45), 0);
	for (unsigned y = 10; y < 100; y++) {
		assert_int_equal(
		    scene.terminal->pixels[y][29], TERMINAL_DEFAULT);
		assert_int_equal(
		    scene.terminal->pixels[y][190], TERMINAL_DEFAULT);
		assert_int_equal(scene.terminal->pixels[y][9], 0x11111111);
		assert_int_equal(scene.terminal->pixels[y][210], 0x11111111);
	}
	/* The source turns upright: nothing of the old one stays. */
	i420_finish(&scene.picture);
	assert_int_equal(i420_init(&scene.picture, 360, 640), 0);
	draw(&scene);
	assert_int_equal(scene.terminal->pixels[50][40], TERMINAL_DEFAULT);
	end(&scene);
}

static void
the_smallest_place_and_the_smallest_picture_are_drawn(void **state)
{
	struct scene scene;

	begin(&scene, CELLS_TRUE, 0);
	assert_int_equal(cells_place(scene.cells, 0, 0, 1, 1), 0);
	draw(&scene);
	i420_finish(&scene.picture);
	assert_int_equal(i420_init(&scene.picture, 1, 1), 0);
	draw(&scene);
	assert_int_equal(cells_place(scene.cells, 0, 0, 7, 3), 0);
	draw(&scene);
	assert_int_equal(scene.terminal->pixels[3][3], 0);
	end(&scene);
}

static void
more_than_the_limits_is_refused(void **state)
{
	struct scene scene;
	struct buf small;

	begin(&scene, CELLS_TRUE, 0);
	assert_int_equal(cells_place(scene.cells, 0, 0, 0, 1), CAM_ERR_LIMIT);
	assert_int_equal(
	    cells_place(scene.cells, 0, 0, LIMIT_PICTURE_COLUMNS + 1, 1),
	    CAM_ERR_LIMIT);
	assert_int_equal(
	    cells_place(scene.cells, 0, 0, 1, LIMIT_PICTURE_ROWS + 1),
	    CAM_ERR_LIMIT);
	assert_int_equal(draw(&scene), 0); /* no place yet */
	assert_int_equal(cells_place(scene.cells, 0, 0, 160, 45), 0);
	buf_init(&small, 20000);
	call_video(&scene.picture, 0);
	assert_int_equal(
	    cells_draw(scene.cells, &scene.picture, &small), CAM_ERR_LIMIT);
	buf_finish(&small);
	/* Then all of it is drawn anew. */
	draw(&scene);
	assert_int_equal(difference(&scene, 0, 0, 160, 45), 0);
	end(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    without_a_tolerance_every_pixel_is_the_picture_s),
		cmocka_unit_test(
		    with_one_no_pixel_is_ever_farther_from_the_picture),
		cmocka_unit_test(what_has_not_changed_is_not_sent_again),
		cmocka_unit_test(
		    colours_of_a_palette_are_the_nearest_within_the_tolerance),
		cmocka_unit_test(a_picture_of_another_shape_lies_in_the_middle),
		cmocka_unit_test(
		    the_smallest_place_and_the_smallest_picture_are_drawn),
		cmocka_unit_test(more_than_the_limits_is_refused),
	};

	return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
