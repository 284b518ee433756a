/* columns.c: rows of cells: aligned for people, separated by tabs for programs.
 */
#include "cam/columns.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "cam/cam.h"

enum { COLUMNS_MAX = 16, COLUMNS_GAP = 2 };

struct cell {
	char *text; /* printable */
	size_t width;
	enum style style;
	bool last; /* of its row */
};

struct columns {
	struct cam *cam;
	struct cell *cells;
	size_t count;
	size_t size;
	size_t column; /* of the next cell */
	size_t widths[COLUMNS_MAX];
};

struct columns *
columns_new(struct cam *cam)
{
	struct columns *columns = xcalloc(1, sizeof(*columns));

	columns->cam = cam;
	return columns;
}

void
columns_free(struct columns *columns)
{
	if (columns == NULL)
		return;
	for (size_t i = 0; i < columns->count; i++)
		free(columns->cells[i].text);
	free(columns->cells);
	free(columns);
}

void
columns_heading(struct columns *columns, const char *text)
{
	if (output_is_terminal(columns->cam))
		columns_cell(columns, STYLE_DIM, text);
}

void
columns_cell(struct columns *columns, enum style style, const char *text)
{
	struct cell *cell;

	if (columns->column >= COLUMNS_MAX)
		return;
	if (columns->count == columns->size) {
		columns->size = columns->size * 2 + 64;
		columns->cells = xreallocarray(
		    columns->cells, columns->size, sizeof(*columns->cells));
	}
	cell = &columns->cells[columns->count++];
	*cell = (struct cell){ .text = text_printable(text, TEXT_LINE),
		.style = style };
	cell->width = text_width(span_text(cell->text));
	if (cell->width > columns->widths[columns->column])
		columns->widths[columns->column] = cell->width;
	columns->column++;
}

void
columns_end_row(struct columns *columns)
{
	if (columns->column > 0)
		columns->cells[columns->count - 1].last = true;
	columns->column = 0;
}

void
columns_line(
    struct columns *columns, const char *name, enum style style, char *text)
{
	columns_cell(columns, STYLE_DIM, name);
	columns_cell(columns, style, text);
	columns_end_row(columns);
	free(text);
}

void
columns_print(const struct columns *columns)
{
	bool aligned = output_is_terminal(columns->cam);
	size_t column = 0;

	for (size_t i = 0; i < columns->count; i++) {
		const struct cell *cell = &columns->cells[i];

		output_text(columns->cam, cell->style, cell->text, TEXT_LINE);
		if (cell->last)
			putchar('\n');
		else if (!aligned)
			putchar('\t');
		else
			printf("%*s",
			    (int)(columns->widths[column] - cell->width +
				  COLUMNS_GAP),
			    "");
		column = cell->last ? 0 : column + 1;
	}
}
