/* roster.c: the users that camd knows, fetched whole and put in order. */
#include "cam/roster.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "rpc/names.h"

int
roster_fetch(struct cam *cam, struct rpc_client *client, bool all, bool refresh,
    json_t **users)
{
	json_t *gathered = json_array();
	char *after = NULL;
	int code;

	do {
		json_t *result = NULL;
		const char *next;

		code = daemon_call(cam, client, RPC_ROSTER_LIST,
		    json_pack("{s:b,s:b,s:s*}", "all", all, "refresh",
			refresh && after == NULL, "after", after),
		    &result);
		if (code != 0)
			break;
		json_array_extend(gathered, json_object_get(result, "users"));
		next = json_string_value(json_object_get(result, "next"));
		free(after);
		after = next != NULL ? xstrdup(next) : NULL;
		json_decref(result);
	} while (after != NULL);
	free(after);
	if (code != 0)
		json_decref(gathered);
	else
		*users = gathered;
	return code;
}

enum field_kind {
	FIELD_TEXT,
	FIELD_STATE,  /* online, away, offline */
	FIELD_NUMBER, /* highest first */
	FIELD_TIME,   /* latest first */
};

struct roster_field {
	const char *name;
	enum field_kind kind;
};

static const struct roster_field fields[] = {
	{ "id", FIELD_TEXT },
	{ "user", FIELD_TEXT },
	{ "host", FIELD_TEXT },
	{ "nick", FIELD_TEXT },
	{ "group", FIELD_TEXT },
	{ "addr", FIELD_TEXT },
	{ "state", FIELD_STATE },
	{ "client", FIELD_TEXT },
	{ "encryption", FIELD_TEXT },
	{ "priority", FIELD_NUMBER },
	{ "seen", FIELD_TIME },
};
enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

const char *
roster_field_name(size_t i)
{
	return i < FIELD_COUNT ? fields[i].name : NULL;
}

static const struct roster_field *
find_field(const char *name, size_t len)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (strlen(fields[i].name) == len &&
		    memcmp(fields[i].name, name, len) == 0)
			return &fields[i];
	}
	return NULL;
}

int
roster_order_parse(const char *text, struct roster_order *order)
{
	const char *field = text != NULL ? text : "priority,state,nick";

	*order = (struct roster_order){ 0 };
	while (*field != '\0' && order->count < ROSTER_FIELDS_MAX) {
		bool reversed = *field == '-';
		const char *name = field + reversed;
		size_t len = strcspn(name, ",");

		order->fields[order->count] = find_field(name, len);
		order->reversed[order->count] = reversed;
		if (order->fields[order->count++] == NULL)
			return complain_usage("ls",
			    _("no field '%.*s' to sort by: there are id, user, "
			      "host, nick, group, "
			      "addr, state, client, encryption, priority and "
			      "seen"),
			    (int)len, name);
		field = name + len + (name[len] == ',');
	}
	return 0;
}

static int
state_rank(const char *state)
{
	if (strcmp(state, "online") == 0)
		return 0;
	return strcmp(state, "away") == 0 ? 1 : 2;
}

static int
compare_numbers(json_int_t a, json_int_t b)
{
	return (a > b) - (a < b);
}

/* Without regard to the case of ASCII letters, and then with it. */
static int
compare_texts(const char *a, const char *b)
{
	int order = strcasecmp(a, b);

	return order != 0 ? order : strcmp(a, b);
}

static int
compare_field(
    const struct roster_field *field, const json_t *a, const json_t *b)
{
	const json_t *a_value = json_object_get(a, field->name);
	const json_t *b_value = json_object_get(b, field->name);
	const char *a_text = json_string_value(a_value);
	const char *b_text = json_string_value(b_value);

	a_text = a_text != NULL ? a_text : "";
	b_text = b_text != NULL ? b_text : "";
	switch (field->kind) {
	case FIELD_TEXT:
		return compare_texts(a_text, b_text);
	case FIELD_STATE:
		return compare_numbers(state_rank(a_text), state_rank(b_text));
	case FIELD_NUMBER:
		return compare_numbers(
		    json_integer_value(b_value), json_integer_value(a_value));
	case FIELD_TIME:
		return strcmp(b_text, a_text);
	}
	return 0;
}

/* A user to be sorted: qsort() hands over nothing but these. */
struct row {
	json_t *user;
	const struct roster_order *order;
};

static int
compare_rows(const void *a, const void *b)
{
	const struct row *a_row = a;
	const struct row *b_row = b;
	const struct roster_order *order = a_row->order;

	for (size_t i = 0; i < order->count; i++) {
		int result =
		    compare_field(order->fields[i], a_row->user, b_row->user);

		if (result != 0)
			return order->reversed[i] ? -result : result;
	}
	return compare_field(&fields[0], a_row->user, b_row->user);
}

void
roster_sort(json_t *users, const struct roster_order *order)
{
	size_t count = json_array_size(users);
	struct row *rows = xcalloc(count + 1, sizeof(*rows));

	for (size_t i = 0; i < count; i++)
		rows[i] = (struct row){ json_incref(json_array_get(users, i)),
			order };
	qsort(rows, count, sizeof(*rows), compare_rows);
	json_array_clear(users);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(users, rows[i].user);
	free(rows);
}
