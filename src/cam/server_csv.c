/* server_csv.c: the members of an organisation as a table, out and in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/complain.h"
#include "cam/input.h"
#include "cam/output.h"
#include "cam/server.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { TABLE_MAX = 6 * 1024 * 1024 };

/* The columns written; the first COLUMNS_SET are also taken in. */
static const char *const names[] = { "name", "nick", "group", "state",
	"invited", "joined", "seen", "expires" };
enum { COLUMNS = sizeof names / sizeof names[0], COLUMNS_SET = 3, STATE = 3 };

/* -- out ----------------------------------------------------------------------
 */

struct export
{
	struct cam *cam;
	bool all;
};

static void
write_row(struct cam *cam, const char *const values[COLUMNS])
{
	struct buf row;
	char *text = NULL;

	buf_init(&row, COLUMNS * 2 * CSV_FIELD_MAX);
	for (size_t i = 0; i < COLUMNS; i++)
		csv_put(&row, values[i], i + 1 == COLUMNS);
	if (!output_is_terminal(cam))
		fwrite(row.data, 1, row.len, stdout);
	else if ((text = buf_steal_text(&row)) != NULL)
		output_line(cam, "%s", text);
	free(text);
	buf_finish(&row);
}

static void
write_member(const json_t *member, void *arg)
{
	const struct export *export = arg;
	const char *values[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		values[i] = json_text_at(member, names[i]);
	if (export->all || strcmp(values[STATE], "removed") != 0)
		write_row(export->cam, values);
}

int
server_export(struct cam *cam, const char *state, bool all)
{
	struct export export = { cam, all };

	if (cam->json)
		return complain_usage(
		    "server", _("--csv and --json are two things"));
	write_row(cam, names);
	return server_each_member(cam, state, write_member, &export);
}

/* -- in -----------------------------------------------------------------------
 */

/* A table on its way in: where the columns stand that we know. */
struct import {
	const char *path;
	int column_of[CSV_FIELDS_MAX]; /* -1: passed over */
	size_t columns;
	json_t *members;
};

static int
say_wrong(const struct import *import, size_t line, const char *what)
{
	complain("%s:%zu: %s", import->path, line, what);
	return EXIT_USAGE;
}

static int
column_named(struct span field)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		if (span_equal_text(field, names[i]))
			return (int)i;
	}
	return -1;
}

/* Those that we write and nobody can set are passed over, others are a mistake.
 */
static int
read_heading(struct import *import, const struct csv_record *record)
{
	unsigned seen = 0;

	import->columns = record->count;
	for (size_t i = 0; i < record->count; i++) {
		int column = column_named(record->fields[i]);

		if (column < 0 || (seen & 1U << column) != 0)
			return say_wrong(import, record->line,
			    _("the first line must name the columns: name, "
			      "and as wanted nick and group, each once"));
		seen |= 1U << column;
		import->column_of[i] = column;
	}
	return (seen & 1U) != 0
		   ? 0
		   : say_wrong(import, record->line,
			 _("there is no column 'name' (the first line must "
			   "name the columns)"));
}

static int
read_member(struct import *import, const struct csv_record *record)
{
	json_t *member = json_pack("{s:I}", "line", (json_int_t)record->line);

	if (record->count != import->columns) {
		json_decref(member);
		return say_wrong(import, record->line,
		    _("as many fields are needed as the first line has"));
	}
	for (size_t i = 0; i < record->count; i++) {
		int column = import->column_of[i];
		struct span field = record->fields[i];

		/* Who was removed is not invited by a table written earlier. */
		if (column == STATE && span_equal_text(field, "removed")) {
			json_decref(member);
			return 0;
		}
		if (column < COLUMNS_SET)
			json_object_set_new(member, names[column],
			    json_stringn((const char *)field.data, field.len));
	}
	json_array_append_new(import->members, member);
	return 0;
}

static int
read_table(struct import *import, struct span text)
{
	struct csv_record record;
	struct csv csv;
	int code = 0, r;

	csv_init(&csv, text);
	while (code == 0 && (r = csv_next(&csv, &record)) == 1)
		code = import->columns == 0 ? read_heading(import, &record)
					    : read_member(import, &record);
	if (code == 0 && r == CAM_ERR_LIMIT)
		code = say_wrong(import, record.line,
		    _("a field is too long, or there are too many"));
	else if (code == 0 && r < 0)
		code = say_wrong(import, record.line,
		    _("this is no CSV in UTF-8: a quote is in the middle of a "
		      "field or left open, or there are control characters"));
	else if (code == 0 && import->columns == 0)
		code = say_wrong(import, record.line, _("the table is empty"));
	csv_finish(&csv);
	return code;
}

static void
print_imported(struct cam *cam, const json_t *members)
{
	struct columns *columns = columns_new(cam);
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member)
	{
		const char *code = json_text_at(member, "code");

		if (cam->json) {
			output_json(member);
		} else if (code[0] != '\0') {
			columns_cell(
			    columns, STYLE_BOLD, json_text_at(member, "name"));
			columns_cell(columns, STYLE_PLAIN, code);
			columns_end_row(columns);
		}
	}
	columns_print(columns);
	columns_free(columns);
}

int
server_import(struct cam *cam, struct args *args)
{
	struct import import = { .members = json_array() };
	json_t *result = NULL;
	struct buf text;
	int code = args_count(args, 3, 3);

	buf_init(&text, TABLE_MAX + 1);
	if (code == 0) {
		import.path = args->argv[2];
		code = input_file(cam, import.path, TABLE_MAX, &text);
	}
	if (code == 0)
		code = read_table(&import, buf_span(&text));
	if (code == 0)
		code = server_ask(cam, RPC_MEMBER_IMPORT,
		    json_pack("{s:O}", "members", import.members), &result);
	if (code == 0)
		print_imported(cam, json_object_get(result, "members"));
	json_decref(result);
	json_decref(import.members);
	buf_finish(&text);
	return code;
}
