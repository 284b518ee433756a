/* fuzz_layout.c: whatever a message says: its lines stay within their width,
 * the cells hold its text and nothing that a terminal would obey, and an
 * emulator shows those cells. */
#include "../unit/emulator.h"
#include "base/mem.h"
#include "base/width.h"
#include "cam-tui/layout.h"
#include "fuzz.h"

enum { ROWS = 24, COLUMNS = 80, HEADER = 3 };

/* -- what the cells must hold ---------------------------------------------- */

/* Without blanks, and marks that take no column: some lie on blanks. */
static void
put_seen(struct buf *out, struct span text)
{
	uint32_t codepoint;
	size_t len;

	for (; text.len > 0; text = span_of(text.data + len, text.len - len)) {
		len = utf8_next(text, &codepoint);
		must(len > 0);
		if (codepoint > ' ' && width_of(codepoint, 1) > 0)
			buf_put(out, text.data, len);
	}
}

static void
check_cell(const struct canvas *canvas, unsigned row, unsigned column)
{
	const struct cell *cell = canvas_cell(canvas, row, column);
	struct span text = span_of(cell->text, cell->len);

	must(cell->columns <= 2 && column + cell->columns <= canvas->columns);
	must(utf8_is_valid(text) && cell->len <= CELL_TEXT_SIZE);
	must((cell->columns == 0) == (cell->len == 0));
	if (cell->columns == 2)
		must(cell[1].columns == 0);
	if (cell->columns == 0)
		must(column > 0 && cell[-1].columns == 2);
	for (size_t i = 0; i < text.len; i++)
		must((uint8_t)cell->text[i] >= ' ' && cell->text[i] != 0x7f);
}

static void
read_canvas(const struct canvas *canvas, struct buf *seen)
{
	for (unsigned row = 0; row < canvas->rows; row++) {
		for (unsigned column = 0; column < canvas->columns; column++) {
			const struct cell *cell =
			    canvas_cell(canvas, row, column);

			check_cell(canvas, row, column);
			put_seen(seen, span_of(cell->text, cell->len));
		}
	}
}

/* False: a grapheme is longer than a cell, which cuts it. */
static bool
fits_cells(struct span text)
{
	unsigned columns;
	size_t len;

	for (; text.len > 0; text = span_of(text.data + len, text.len - len)) {
		len = grapheme_next(text, 1, &columns);
		if (len > CELL_TEXT_SIZE || columns > 2)
			return false;
	}
	return true;
}

static void
check_text(const struct canvas *canvas, struct span text)
{
	struct buf printed, wanted, seen;

	buf_init(&printed, text.len * 8 + 1);
	buf_init(&wanted, text.len * 8 + 1);
	buf_init(&seen, (size_t)canvas->rows * canvas->columns * 44 + 1);
	text_print(&printed, text, TEXT_BLOCK);
	put_seen(&wanted, buf_span(&printed));
	read_canvas(canvas, &seen);
	if (canvas->columns > 1 && fits_cells(buf_span(&printed)))
		must(span_equal(buf_span(&seen), buf_span(&wanted)));
	buf_finish(&printed);
	buf_finish(&wanted);
	buf_finish(&seen);
}

/* -- as an emulator shows it ----------------------------------------------- */

static void
check_screen(const struct layout *layout, unsigned bits)
{
	static struct emulator emulator;
	static struct canvas canvas;
	struct box box = { 0 };

	if (emulator.loop == NULL) {
		emulator_init(&emulator, ROWS, COLUMNS);
		canvas_init(&canvas, ROWS, COLUMNS);
		canvas.cursor_shown = true;
		canvas.scrolled = (struct box){ 1, 20, ROWS - 2, COLUMNS - 20 };
	}
	if (bits & 1)
		terminal_tell_sides(emulator.terminal, bits & 2);
	if (bits & 4)
		terminal_forget(emulator.terminal);
	box = canvas.scrolled;
	canvas_fill(&canvas, box, STYLE_PLAIN);
	layout_draw(layout, &canvas, box, 0, bits >> 4, box.rows);
	emulator_paint(&emulator, &canvas);
	must(emulator_shows(&emulator, &canvas));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct layout layout;
	struct canvas canvas;
	struct span text;

	if (size < HEADER || size > 4096)
		return 0;
	text = span_of(data + HEADER, size - HEADER);
	layout_init(&layout, data[0] % 100 + 1);
	layout.indent = layout.margin = data[1] & 15;
	layout.breaks_anywhere = data[1] & 16;
	layout_put(&layout, STYLE_PLAIN, text);
	must(layout.column <= layout.columns + 1);
	canvas_init(&canvas, (unsigned)layout.lines, layout.columns);
	layout_draw(&layout, &canvas, canvas_box(&canvas), 0, 0, layout.lines);
	if (layout.lines <= CANVAS_ROWS_MAX)
		check_text(&canvas, text);
	canvas_finish(&canvas);
	layout_finish(&layout);
	/* The same beside a roster. */
	layout_init(&layout, COLUMNS - 20);
	layout_put(&layout, data[1] % STYLE_COUNT, text);
	check_screen(&layout, data[2]);
	layout_finish(&layout);
	return 0;
}
