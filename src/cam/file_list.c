/* file_list.c: cam file ls: what is offered, waits, runs and has come. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/size.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/columns.h"
#include "cam/daemon.h"
#include "cam/file.h"
#include "cam/offer.h"
#include "cam/output.h"
#include "rpc/json.h"
#include "rpc/names.h"

static void
add_headings(struct columns *columns)
{
	static const char *const headings[] = { N_("ID"), "", N_("WHO"),
		N_("SIZE"), N_("STATE"), N_("NAME") };

	for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++)
		columns_heading(columns,
		    headings[i][0] != '\0' ? gettext(headings[i]) : "");
	columns_end_row(columns);
}

static enum style
style_of(const json_t *object)
{
	if (offer_is(object, "running"))
		return STYLE_ACCENT;
	if (offer_is(object, "done"))
		return STYLE_GOOD;
	return offer_is(object, "failed") ? STYLE_BAD : STYLE_PLAIN;
}

/* People see what fits on a line. */
static void
add_row(struct columns *columns, const json_t *object)
{
	char size[SIZE_TEXT];
	char *id = offer_short_id(object);
	char *state = offer_state_text(object);

	size_format(offer_number(object, "size"), size);
	columns_cell(columns, STYLE_DIM, id);
	columns_cell(columns, STYLE_PLAIN,
	    offer_is_received(object) ? "\xe2\x86\x90" : "\xe2\x86\x92");
	columns_cell(columns, STYLE_BOLD, json_text_at(object, "peer"));
	columns_cell(columns, STYLE_PLAIN, size);
	columns_cell(columns, style_of(object), state);
	columns_cell(columns, STYLE_PLAIN, json_text_at(object, "name"));
	columns_end_row(columns);
	free(state);
	free(id);
}

/* Programs get it whole. */
static void
add_exact_row(struct columns *columns, const json_t *object)
{
	static const char *const before[] = { "id", "direction", "peer" };
	static const char *const behind[] = { "kind", "state", "name", "path" };
	char size[24];

	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
		columns_cell(
		    columns, STYLE_PLAIN, json_text_at(object, before[i]));
	snprintf(size, sizeof size, "%llu",
	    (unsigned long long)offer_number(object, "size"));
	columns_cell(columns, STYLE_PLAIN, size);
	for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++)
		columns_cell(
		    columns, STYLE_PLAIN, json_text_at(object, behind[i]));
	columns_end_row(columns);
}

static void
print(struct cam *cam, const json_t *offers)
{
	struct columns *columns;
	json_t *object;
	size_t i;

	if (cam->json) {
		json_array_foreach(offers, i, object) output_json(object);
		return;
	}
	columns = columns_new(cam);
	if (output_is_terminal(cam) && json_array_size(offers) > 0)
		add_headings(columns);
	json_array_foreach(offers, i, object)
	{
		if (output_is_terminal(cam))
			add_row(columns, object);
		else
			add_exact_row(columns, object);
	}
	columns_print(columns);
	columns_free(columns);
}

/* All pages, as one array. */
static int
fetch(struct cam *cam, struct rpc_client *client, json_t *offers)
{
	json_t *after = json_null();
	int code;

	do {
		json_t *result = NULL;

		code = daemon_call(cam, client, RPC_OFFER_LIST,
		    json_pack("{s:o}", "after", after), &result);
		after = json_incref(json_object_get(result, "next"));
		json_array_extend(offers, json_object_get(result, "offers"));
		json_decref(result);
	} while (code == 0 && after != NULL && !json_is_null(after));
	json_decref(after);
	return code;
}

int
file_ls(struct cam *cam, struct args *args)
{
	struct rpc_client *client = NULL;
	json_t *offers = json_array();
	int code = args_count(args, 1, 1);

	if (code == 0)
		code = daemon_connect(cam, &client);
	if (code == 0)
		code = fetch(cam, client, offers);
	if (code == 0)
		print(cam, offers);
	rpc_client_free(client);
	json_decref(offers);
	return code;
}
