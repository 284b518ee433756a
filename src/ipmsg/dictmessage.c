/* dictmessage.c: what SENDMSG has as IPDict. */
#include "ipmsg/dictmessage.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

int
dict_body_parse(const struct ipdict *dict, struct buf *text)
{
	struct span body, line;

	if (ipdict_get(dict, "BODY", &body) < 0)
		return 0;
	if (!utf8_is_valid(body))
		return CAM_ERR_CHARSET;
	while (span_cut(&body, '\r', &line))
		buf_put_span(text, line);
	buf_put_span(text, body);
	return buf_failed(text) ? CAM_ERR_LIMIT : 0;
}

/* -- recipients
 * ----------------------------------------------------------------- */

static int
parse_user(struct span content, unsigned depth, struct to_user *user)
{
	struct ipdict dict;

	if (ipdict_parse_content(content, depth, &dict) < 0 ||
	    ipdict_get_text(&dict, "UID", user->user, sizeof(user->user)) < 0 ||
	    ipdict_get_text(&dict, "HID", user->host, sizeof(user->host)) < 0)
		return CAM_ERR_FORMAT;
	return user->user[0] == '\0' || user->host[0] == '\0' ? CAM_ERR_FORMAT
							      : 0;
}

int
dict_to_parse(const struct ipdict *dict, struct to_list *list)
{
	struct span items, item;
	int rc = 0;

	list->count = 0;
	if (ipdict_get_list(dict, "TLST", &items) < 0)
		return 0;
	while (rc == 0 && (rc = ipdict_list_next(&items, &item)) == 0) {
		if (list->count == LIMIT_TO_LIST)
			rc = CAM_ERR_LIMIT;
		else
			rc = parse_user(
			    item, dict->depth + 1, &list->users[list->count]);
		if (rc == 0)
			list->count++;
	}
	if (rc == CAM_ERR_MORE)
		return 0;
	list->count = 0;
	return rc;
}

void
dict_to_build(const struct to_list *list, struct buf *content)
{
	struct buf items, item;

	buf_init(&items, LIMIT_DATAGRAM);
	buf_init(&item, LIMIT_DATAGRAM);
	for (size_t i = 0; i < list->count; i++) {
		buf_clear(&item);
		ipdict_put_text(&item, "UID", list->users[i].user);
		ipdict_put_text(&item, "HID", list->users[i].host);
		ipdict_list_add(&items, buf_span(&item));
	}
	if (buf_failed(&items))
		content->failed = true;
	ipdict_put(content, "TLST", buf_span(&items));
	buf_finish(&item);
	buf_finish(&items);
}

/* -- files
 * ---------------------------------------------------------------------- */

static int
get_number(
    const struct ipdict *dict, const char *key, int64_t max, int64_t *value)
{
	int rc = ipdict_get_int(dict, key, value);

	if (rc < 0)
		return rc;
	return *value < 0 || *value > max ? CAM_ERR_LIMIT : 0;
}

static int
parse_numbers(const struct ipdict *dict, struct attachment *item)
{
	int64_t id = 0, size = 0, mtime = 0, attr = FILE_REGULAR, clip = 0;
	int rc;

	if ((rc = get_number(dict, "FI", UINT32_MAX, &id)) < 0 ||
	    (rc = get_number(dict, "FS", INT64_MAX, &size)) < 0)
		return rc;
	rc = get_number(dict, "MT", INT64_MAX, &mtime);
	if (rc < 0 && rc != CAM_ERR_UNKNOWN)
		return rc;
	rc = get_number(dict, "FA", UINT32_MAX, &attr);
	if (rc < 0 && rc != CAM_ERR_UNKNOWN)
		return rc;
	item->id = (uint32_t)id;
	item->size = (uint64_t)size;
	item->mtime = (uint64_t)mtime;
	item->attr = (uint32_t)attr;
	if (get_number(dict, "CP", INT64_MAX, &clip) == 0) {
		item->attributes[0] =
		    (struct file_attribute){ .key = FILE_KEY_CLIPBOARDPOS,
			    .is_number = true,
			    .number = (uint64_t)clip };
		item->attribute_count = 1;
	}
	return 0;
}

static int
parse_file(struct span content, unsigned depth, struct attachment *item)
{
	char name[LIMIT_FILE_NAME + 1], safe[FILE_NAME_SIZE];
	struct ipdict dict;
	int rc;

	if ((rc = ipdict_parse_content(content, depth, &dict)) < 0 ||
	    (rc = parse_numbers(&dict, item)) < 0 ||
	    (rc = ipdict_get_text(&dict, "FN", name, sizeof(name))) < 0)
		return rc;
	if (name[0] == '\0')
		return CAM_ERR_FORMAT;
	item->name = xstrdup(name);
	if (file_name_receive(span_text(name), safe) == 0)
		item->safe_name = xstrdup(safe);
	return 0;
}

int
dict_files_parse(const struct ipdict *dict, struct attach_list *list)
{
	struct span items, item;

	*list = (struct attach_list){ 0 };
	if (ipdict_get_list(dict, "FILE", &items) < 0)
		return 0;
	while (items.len > 0) {
		struct attachment parsed = { 0 };

		if (list->count == LIMIT_ATTACHMENTS ||
		    ipdict_list_next(&items, &item) < 0 ||
		    parse_file(item, dict->depth + 1, &parsed) < 0) {
			list->broken = true;
			break;
		}
		attach_list_add(list, &parsed);
	}
	return 0;
}

static void
build_file(const struct attachment *file, struct buf *content)
{
	const struct file_attribute *clip = file_attribute_find(
	    file->attributes, file->attribute_count, FILE_KEY_CLIPBOARDPOS);

	ipdict_put_int(content, "FI", file->id);
	ipdict_put_text(content, "FN", file->name);
	ipdict_put_int(content, "FS", (int64_t)file->size);
	ipdict_put_int(content, "MT", (int64_t)file->mtime);
	ipdict_put_int(content, "FA", file->attr);
	if (clip != NULL && clip->is_number)
		ipdict_put_int(content, "CP", (int64_t)clip->number);
}

void
dict_files_build(const struct attach_list *list, struct buf *content)
{
	struct buf items, item;

	buf_init(&items, LIMIT_DATAGRAM);
	buf_init(&item, LIMIT_DATAGRAM);
	for (size_t i = 0; i < list->count; i++) {
		buf_clear(&item);
		build_file(&list->items[i], &item);
		ipdict_list_add(&items, buf_span(&item));
	}
	if (buf_failed(&items))
		content->failed = true;
	ipdict_put(content, "FILE", buf_span(&items));
	buf_finish(&item);
	buf_finish(&items);
}
