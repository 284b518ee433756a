/* bench_picture.c: a 1080p picture of a call drawn in a terminal of 200x50,
 * beside libchafa, which draws still ones (goal 8d). */
#include <chafa.h>

#include "../unit/call_video.h"
#include "bench.h"

#include "base/buf.h"
#include "picture/cells.h"
#include "picture/convert.h"
#include "picture/kitty.h"
#include "picture/sixel.h"

enum {
	WIDTH = 1920,
	HEIGHT = 1080,
	COLUMNS = 200,
	ROWS = 50,
	PICTURES = 30,
	ROUNDS = 5,
	OUT_MAX = 32 * 1024 * 1024,
};

struct scene {
	struct i420 pictures[PICTURES];
	uint8_t *rgba; /* one of them */
	struct buf out;
};

struct cost {
	double ms[ROUNDS], bytes[ROUNDS];
};

static double
processor_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* All pictures, the first of them once before: what a call pays as it goes. */
static void
measure(struct scene *scene, struct cost *cost, unsigned round, void *drawing,
    int (*draw)(void *drawing, const struct i420 *picture, struct buf *out))
{
	double begin;
	size_t bytes = 0;

	buf_clear(&scene->out);
	draw(drawing, &scene->pictures[0], &scene->out);
	begin = processor_ms();
	for (unsigned i = 0; i < PICTURES; i++) {
		buf_clear(&scene->out);
		if (draw(drawing, &scene->pictures[i], &scene->out) < 0)
			die("cannot draw");
		bytes += scene->out.len;
	}
	cost->ms[round] = (processor_ms() - begin) / PICTURES;
	cost->bytes[round] = (double)bytes / PICTURES;
}

static int
draw_cells(void *drawing, const struct i420 *picture, struct buf *out)
{
	return cells_draw(drawing, picture, out);
}

static int
draw_sixel(void *drawing, const struct i420 *picture, struct buf *out)
{
	return sixel_draw(drawing, picture, out);
}

static int
draw_kitty(void *drawing, const struct i420 *picture, struct buf *out)
{
	return kitty_draw(drawing, picture, out);
}

static void
measure_cells(struct scene *scene, struct cost *cost, unsigned round,
    enum cells_colours colours)
{
	struct cells *cells = cells_new(colours, CELLS_TOLERANCE);

	cells_place(cells, 0, 0, COLUMNS, ROWS);
	measure(scene, cost, round, cells, draw_cells);
	cells_free(cells);
}

/* 600x350 pixels of sixels, 640x360 of kitty: what a terminal is asked for. */
static void
measure_sixel(struct scene *scene, struct cost *cost, unsigned round)
{
	struct sixel *sixel = sixel_new();

	sixel_place(sixel, 0, 0, 600, 350);
	measure(scene, cost, round, sixel, draw_sixel);
	sixel_free(sixel);
}

static void
measure_kitty(struct scene *scene, struct cost *cost, unsigned round)
{
	struct kitty *kitty = kitty_new(1);

	kitty_place(kitty, 0, 0, COLUMNS, ROWS, 640, 360);
	measure(scene, cost, round, kitty, draw_kitty);
	kitty_free(kitty);
}

static ChafaCanvas *
chafa_new(ChafaPixelMode mode)
{
	ChafaCanvasConfig *config = chafa_canvas_config_new();
	ChafaCanvas *canvas;

	chafa_canvas_config_set_geometry(config, COLUMNS, ROWS);
	chafa_canvas_config_set_canvas_mode(
	    config, CHAFA_CANVAS_MODE_TRUECOLOR);
	chafa_canvas_config_set_pixel_mode(config, mode);
	if (mode == CHAFA_PIXEL_MODE_SIXELS)
		chafa_canvas_config_set_cell_geometry(config, 3, 7);
	chafa_canvas_config_set_work_factor(config, 0.1F);
	canvas = chafa_canvas_new(config);
	chafa_canvas_config_unref(config);
	return canvas;
}

/* One picture, drawn twice. */
static void
measure_chafa(
    struct scene *scene, struct cost *cost, unsigned round, ChafaPixelMode mode)
{
	ChafaCanvas *canvas = chafa_new(mode);
	ChafaTermInfo *info =
	    chafa_term_db_get_fallback_info(chafa_term_db_get_default());
	double begin = processor_ms();
	size_t bytes = 0;

	for (int i = 0; i < 2; i++) {
		GString *text;

		chafa_canvas_draw_all_pixels(canvas,
		    CHAFA_PIXEL_RGBA8_UNASSOCIATED, scene->rgba, WIDTH, HEIGHT,
		    WIDTH * 4);
		text = chafa_canvas_print(canvas, info);
		bytes += text->len;
		g_string_free(text, TRUE);
	}
	cost->ms[round] = (processor_ms() - begin) / 2;
	cost->bytes[round] = (double)bytes / 2;
	chafa_term_info_unref(info);
	chafa_canvas_unref(canvas);
}

static void
prepare(struct scene *scene)
{
	for (unsigned i = 0; i < PICTURES; i++) {
		if (i420_init(&scene->pictures[i], WIDTH, HEIGHT) < 0)
			die("no memory");
		call_video(&scene->pictures[i], i);
	}
	scene->rgba = malloc((size_t)WIDTH * HEIGHT * 4);
	if (!scene->rgba)
		die("no memory");
	convert_to_rgba(&scene->pictures[0], scene->rgba);
	buf_init(&scene->out, OUT_MAX);
	chafa_set_n_threads(1);
}

static void
report_cost(const char *name, struct cost *cost, const char *baseline,
    struct cost *anchor, double goal_ms, double goal_bytes)
{
	char what[80];
	double ms = median(cost->ms, ROUNDS);
	double bytes = median(cost->bytes, ROUNDS);

	snprintf(what, sizeof what, "picture, %s: processor time", name);
	if (goal_ms > 0)
		report(what, ms, "ms", "goal", 1, ms, goal_ms);
	report_rounds(what, cost->ms, "ms", baseline, anchor->ms, ROUNDS, 0);
	snprintf(what, sizeof what, "picture, %s: bytes", name);
	if (goal_bytes > 0)
		report(what, bytes / 1e3, "kB", "goal", 1, bytes / 1e3,
		    goal_bytes);
	report_rounds(
	    what, cost->bytes, "B", baseline, anchor->bytes, ROUNDS, 0);
}

int
main(void)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct cost cells = { 0 }, cells256 = { 0 }, sixel = { 0 };
	struct cost kitty = { 0 }, symbols = { 0 }, sixels = { 0 };

	if (!scene)
		die("no memory");
	prepare(scene);
	for (unsigned i = 0; i < ROUNDS; i++) {
		measure_cells(scene, &cells, i, CELLS_TRUE);
		measure_chafa(scene, &symbols, i, CHAFA_PIXEL_MODE_SYMBOLS);
		measure_cells(scene, &cells256, i, CELLS_256);
		measure_sixel(scene, &sixel, i);
		measure_chafa(scene, &sixels, i, CHAFA_PIXEL_MODE_SIXELS);
		measure_kitty(scene, &kitty, i);
	}
	report_cost("cells", &cells, "libchafa", &symbols, 1.0, 60);
	report_cost(
	    "cells of 256 colours", &cells256, "libchafa", &symbols, 0, 0);
	report_cost("sixels 600x350", &sixel, "libchafa", &sixels, 0, 0);
	report_cost("kitty 640x360", &kitty, "cells", &cells, 0, 0);
	for (unsigned i = 0; i < PICTURES; i++)
		i420_finish(&scene->pictures[i]);
	buf_finish(&scene->out);
	free(scene->rgba);
	free(scene);
	return 0;
}
