/* canvas.c: pixels as this terminal can show them, by chafa. */
#include "cam-show/canvas.h"

#include <chafa/chafa.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static bool
has(const ChafaTermInfo *info, ChafaTermSeq seq)
{
	return chafa_term_info_have_seq(info, seq);
}

static ChafaPixelMode
pixel_mode(const ChafaTermInfo *info)
{
	if (has(info, CHAFA_TERM_SEQ_BEGIN_KITTY_IMMEDIATE_IMAGE_V1))
		return CHAFA_PIXEL_MODE_KITTY;
	if (has(info, CHAFA_TERM_SEQ_BEGIN_SIXELS))
		return CHAFA_PIXEL_MODE_SIXELS;
	return CHAFA_PIXEL_MODE_SYMBOLS;
}

static ChafaCanvasMode
canvas_mode(const ChafaTermInfo *info, char **envp)
{
	const char *no_colour = g_environ_getenv(envp, "NO_COLOR");

	if (no_colour != NULL && no_colour[0] != '\0')
		return CHAFA_CANVAS_MODE_FGBG;
	if (has(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_DIRECT))
		return CHAFA_CANVAS_MODE_TRUECOLOR;
	if (has(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_256))
		return CHAFA_CANVAS_MODE_INDEXED_240;
	if (has(info, CHAFA_TERM_SEQ_SET_COLOR_FGBG_16))
		return CHAFA_CANVAS_MODE_INDEXED_16;
	return CHAFA_CANVAS_MODE_FGBG;
}

/* As large as fits, the line of the prompt left free. */
static void
set_geometry(ChafaCanvasConfig *config, const struct image *image,
    const struct canvas_size *size)
{
	int width = size->columns > 0 ? (int)size->columns : 80;
	int height = size->rows > 1 ? (int)size->rows - 1 : 1;
	bool known = size->cell_width > 0 && size->cell_height > 0;
	float ratio =
	    known ? (float)size->cell_width / (float)size->cell_height : 0.5F;

	chafa_calc_canvas_geometry((int)image->width, (int)image->height,
	    &width, &height, ratio, FALSE, FALSE);
	chafa_canvas_config_set_geometry(
	    config, width > 0 ? width : 1, height > 0 ? height : 1);
	if (known)
		chafa_canvas_config_set_cell_geometry(
		    config, (int)size->cell_width, (int)size->cell_height);
}

static ChafaCanvasConfig *
make_config(const struct image *image, const struct canvas_size *size,
    const ChafaTermInfo *info, char **envp)
{
	ChafaCanvasConfig *config = chafa_canvas_config_new();
	ChafaSymbolMap *symbols = chafa_symbol_map_new();

	chafa_symbol_map_add_by_tags(symbols, CHAFA_SYMBOL_TAG_SPACE);
	chafa_symbol_map_add_by_tags(symbols, CHAFA_SYMBOL_TAG_BLOCK);
	chafa_symbol_map_add_by_tags(symbols, CHAFA_SYMBOL_TAG_BORDER);
	chafa_canvas_config_set_symbol_map(config, symbols);
	chafa_symbol_map_unref(symbols);
	chafa_canvas_config_set_pixel_mode(config, pixel_mode(info));
	chafa_canvas_config_set_canvas_mode(config, canvas_mode(info, envp));
	set_geometry(config, image, size);
	return config;
}

int
canvas_draw(const struct image *image, const struct canvas_size *size,
    char **envp, struct buf *out)
{
	ChafaTermInfo *info =
	    chafa_term_db_detect(chafa_term_db_get_default(), envp);
	ChafaCanvasConfig *config = make_config(image, size, info, envp);
	ChafaCanvas *canvas = chafa_canvas_new(config);
	GString *text = NULL;

	chafa_canvas_draw_all_pixels(canvas, CHAFA_PIXEL_RGBA8_UNASSOCIATED,
	    image->pixels, (int)image->width, (int)image->height,
	    (int)image->width * 4);
	text = chafa_canvas_print(canvas, info);
	buf_put(out, text->str, text->len);
	buf_put_byte(out, '\n');
	g_string_free(text, TRUE);
	chafa_canvas_unref(canvas);
	chafa_canvas_config_unref(config);
	chafa_term_info_unref(info);
	return buf_failed(out) ? CAM_ERR_LIMIT : 0;
}
