/* report_parts.c: lists that packets of both forms have, as JSON. */
#include "cam-debug/report_parts.h"

#include <stdio.h>

#include "cam-debug/line.h"

static void
put_number(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *
attributes_of(const struct attachment *item)
{
	json_t *object = json_object();

	for (size_t i = 0; i < item->attribute_count; i++) {
		const struct file_attribute *attribute = &item->attributes[i];
		char key[16];

		snprintf(key, sizeof(key), "%x", (unsigned)attribute->key);
		if (attribute->is_number && attribute->number <= INT64_MAX)
			put_number(object, key, attribute->number);
		else
			json_object_set_new(
			    object, key, line_text(attribute->value));
	}
	return object;
}

json_t *
report_attachments(const struct attach_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct attachment *item = &list->items[i];
		json_t *object = json_object();

		put_number(object, "id", item->id);
		/* A name that no program may create a file by is not given as
		 * one. */
		if (item->safe_name != NULL) {
			json_object_set_new(
			    object, "name", line_text(span_text(item->name)));
		} else {
			json_object_set_new(object, "name", json_null());
			json_object_set_new(object, "refused_name",
			    line_text(span_text(item->name)));
		}
		put_number(object, "size", item->size);
		put_number(object, "mtime", item->mtime);
		put_number(object, "attr", item->attr);
		if (item->attribute_count > 0)
			json_object_set_new(
			    object, "attributes", attributes_of(item));
		json_array_append_new(array, object);
	}
	return array;
}

json_t *
report_host(const struct host_row *row)
{
	json_t *object = json_object();

	json_object_set_new(object, "user", json_string(row->user));
	json_object_set_new(object, "host", json_string(row->host));
	put_number(object, "status", row->status);
	json_object_set_new(object, "gone", json_boolean(row->gone));
	json_object_set_new(object, "addr", line_text(span_text(row->addr)));
	put_number(object, "port", row->port);
	json_object_set_new(object, "nick", json_string(row->nick));
	json_object_set_new(object, "group", json_string(row->group));
	return object;
}

json_t *
report_to(const struct to_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct to_user *user = &list->users[i];

		json_array_append_new(
		    array, json_sprintf("%s@%s", user->user, user->host));
	}
	return array;
}
