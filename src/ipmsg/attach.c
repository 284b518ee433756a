/* attach.c: lists of offered files. */
#include "ipmsg/attach.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"

/* "key=value[,value ...]"; of a value that is no number only the text is kept.
 */
static int
parse_attribute(struct span text, struct file_attribute *attribute)
{
	struct span key = { NULL, 0 }, rest, first;
	uint64_t value = 0;

	if (!span_cut(&text, '=', &key) ||
	    number_hex(key, UINT32_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	*attribute =
	    (struct file_attribute){ .key = (uint32_t)value, .value = text };
	rest = first = text;
	span_cut(&rest, ',', &first);
	attribute->is_number =
	    number_hex(first, UINT64_MAX, &attribute->number) == 0;
	return 0;
}

int
file_attributes_parse(struct span rest,
    struct file_attribute attributes[LIMIT_ATTRIBUTES], size_t *count)
{
	struct span text = { NULL, 0 };
	bool more = rest.len > 0;
	size_t found = 0;

	while (more) {
		struct file_attribute attribute;

		more = span_cut(&rest, ':', &text);
		if (!more)
			text = rest;
		if (parse_attribute(text, &attribute) < 0)
			continue;
		if (found == LIMIT_ATTRIBUTES)
			return CAM_ERR_LIMIT;
		attributes[found++] = attribute;
	}
	*count = found;
	return 0;
}

const struct file_attribute *
file_attribute_find(
    const struct file_attribute *attributes, size_t count, uint32_t key)
{
	for (size_t i = 0; i < count; i++)
		if (attributes[i].key == key)
			return &attributes[i];
	return NULL;
}

/* -- parsing a list
 * ------------------------------------------------------------- */

static int
read_name(struct span raw, const struct charset_reader *reader,
    struct attachment *item)
{
	char name[LIMIT_FILE_NAME + 1], safe[FILE_NAME_SIZE];
	int rc = charset_read_name(reader, raw, name, sizeof(name));

	if (rc < 0)
		return rc;
	if (raw.len == 0 || memchr(raw.data, '\0', raw.len) != NULL)
		return CAM_ERR_FORMAT;
	item->name = xstrdup(name);
	if (file_name_receive(span_text(name), safe) == 0)
		item->safe_name = xstrdup(safe);
	return 0;
}

/* size, mtime and, where it is there, attr with what follows. */
static int
read_numbers(struct span rest, bool ended, struct attachment *item)
{
	struct span field = { NULL, 0 };
	uint64_t attr = FILE_REGULAR;
	int rc;

	if (!span_cut(&rest, ':', &field))
		return CAM_ERR_FORMAT;
	if ((rc = number_hex(field, INT64_MAX, &item->size)) < 0)
		return rc;
	if (!span_cut(&rest, ':', &field)) {
		/* Without attr and without BEL: cut off somewhere. */
		if (!ended)
			return CAM_ERR_FORMAT;
		field = rest;
		rest.len = 0;
	}
	if ((rc = number_hex(field, INT64_MAX, &item->mtime)) < 0)
		return rc;
	if (rest.len > 0) {
		if (!span_cut(&rest, ':', &field)) {
			field = rest;
			rest.len = 0;
		}
		if ((rc = number_hex(field, UINT32_MAX, &attr)) < 0)
			return rc;
	} else if (!ended) {
		return CAM_ERR_FORMAT;
	}
	item->attr = (uint32_t)attr;
	return file_attributes_parse(
	    rest, item->attributes, &item->attribute_count);
}

static int
parse_entry(struct span rest, bool ended, const struct charset_reader *reader,
    struct attachment *item)
{
	struct span field = { NULL, 0 };
	struct buf name;
	uint64_t id = 0;
	int rc;

	if (!span_cut(&rest, ':', &field) ||
	    number_decimal(field, UINT32_MAX, &id) < 0)
		return CAM_ERR_FORMAT;
	item->id = (uint32_t)id;
	buf_init(&name, LIMIT_FILE_NAME);
	if ((rc = file_name_cut(&rest, &name)) == 0 &&
	    (rc = read_numbers(rest, ended, item)) == 0)
		rc = read_name(buf_span(&name), reader, item);
	buf_finish(&name);
	return rc;
}

/* Takes the next entry off rest; its end may be written ":" BEL, BEL or
 * ":" BEL ":" (4.1). False at the end. */
static bool
cut_entry(struct span *rest, struct span *entry, bool *ended)
{
	while (rest->len > 0) {
		*ended = span_cut(rest, '\a', entry);
		if (!*ended) {
			*entry = *rest;
			rest->len = 0;
		}
		if (entry->len > 0 && entry->data[0] == ':')
			*entry = span_of(entry->data + 1, entry->len - 1);
		if (entry->len > 0)
			return true;
	}
	return false;
}

void
attach_list_add(struct attach_list *list, const struct attachment *item)
{
	/* Sizes 1, 2, 4 ...: grow when the count is a power of two. */
	if ((list->count & (list->count - 1)) == 0)
		list->items = xreallocarray(list->items,
		    list->count > 0 ? 2 * list->count : 1,
		    sizeof(*list->items));
	list->items[list->count++] = *item;
}

void
attach_list_parse(struct span bytes, const struct charset_reader *reader,
    struct attach_list *list)
{
	struct span entry = { NULL, 0 };
	bool ended = false;

	*list = (struct attach_list){ 0 };
	while (cut_entry(&bytes, &entry, &ended)) {
		struct attachment item = { 0 };

		if (list->count == LIMIT_ATTACHMENTS ||
		    parse_entry(entry, ended, reader, &item) < 0) {
			list->broken = true;
			return;
		}
		attach_list_add(list, &item);
	}
}

void
attach_list_finish(struct attach_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].name);
		free(list->items[i].safe_name);
	}
	free(list->items);
	*list = (struct attach_list){ 0 };
}

int
attachment_build(struct buf *buf, const struct attachment *item,
    struct charset_converter *converter, enum charset charset, bool bare)
{
	struct buf name;

	if (item->name == NULL || item->name[0] == '\0' ||
	    strpbrk(item->name, "\a\n") != NULL)
		return CAM_ERR_FORMAT;
	buf_init(&name, LIMIT_FILE_NAME);
	charset_encode(converter, charset, span_text(item->name), &name);
	buf_printf(buf, "%u:", (unsigned)item->id);
	file_name_put(buf, buf_span(&name));
	buf_printf(buf, ":%llx:%llx:%x:", (unsigned long long)item->size,
	    (unsigned long long)item->mtime,
	    (unsigned)(bare ? attachment_type(item) : item->attr));
	for (size_t i = 0; !bare && i < item->attribute_count; i++)
		if (item->attributes[i].is_number)
			buf_printf(buf,
			    "%x=%llx:", (unsigned)item->attributes[i].key,
			    (unsigned long long)item->attributes[i].number);
	buf_put_byte(buf, '\a');
	if (buf_failed(&name))
		buf->failed = true;
	buf_finish(&name);
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}
