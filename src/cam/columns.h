/* columns.h: rows of cells: aligned for people, separated by tabs for programs.
 */
#ifndef CAM_COLUMNS_H
#define CAM_COLUMNS_H

#include "cam/output.h"

struct cam;
struct columns;

/*
 * On a terminal aligned under a heading; elsewhere tabs and no heading. Cells
 * are text from anywhere: each is printed as one printable line.
 */
struct columns *columns_new(struct cam *cam);
void columns_free(struct columns *columns);
void columns_heading(struct columns *columns, const char *text);
void columns_cell(struct columns *columns, enum style style, const char *text);
void columns_end_row(struct columns *columns);
/* A row of two: what it is, and what there is of it, which it frees. */
void columns_line(
    struct columns *columns, const char *name, enum style style, char *text);
void columns_print(const struct columns *columns);

#endif
