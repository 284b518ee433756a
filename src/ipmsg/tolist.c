/* tolist.c: who else got a message. */
#include "ipmsg/tolist.h"

#include <string.h>

#include "base/err.h"

static int
parse_user(struct span entry, const struct charset_reader *reader,
    struct to_user *user)
{
	struct span name = { NULL, 0 };
	int rc;

	if (!span_cut(&entry, ':', &name) || name.len == 0 || entry.len == 0)
		return CAM_ERR_FORMAT;
	if ((rc = charset_read_name(
		 reader, name, user->user, sizeof(user->user))) < 0 ||
	    (rc = charset_read_name(
		 reader, entry, user->host, sizeof(user->host))) < 0)
		return rc;
	return user->user[0] == '\0' || user->host[0] == '\0' ? CAM_ERR_FORMAT
							      : 0;
}

static int
parse_users(
    struct span text, const struct charset_reader *reader, struct to_list *list)
{
	struct span entry = { NULL, 0 };
	bool more = true;

	while (more) {
		int rc;

		more = span_cut(&text, '\a', &entry);
		if (!more)
			entry = text;
		if (entry.len == 0)
			continue;
		if (list->count == LIMIT_TO_LIST)
			return CAM_ERR_LIMIT;
		rc = parse_user(entry, reader, &list->users[list->count]);
		if (rc < 0)
			return rc;
		list->count++;
	}
	return list->count > 0 ? 0 : CAM_ERR_FORMAT;
}

int
to_list_parse(
    struct span text, const struct charset_reader *reader, struct to_list *list)
{
	int rc = CAM_ERR_FORMAT;

	list->count = 0;
	if (text.len > LIMIT_TO_LIST_BYTES)
		return CAM_ERR_LIMIT;
	if (span_starts(text, "TO:"))
		rc = parse_users(
		    span_of(text.data + 3, text.len - 3), reader, list);
	if (rc < 0)
		list->count = 0;
	return rc;
}

int
to_list_build(const struct to_list *list, struct charset_converter *converter,
    enum charset charset, struct buf *out)
{
	struct buf text;
	int rc = 0;

	if (list->count > LIMIT_TO_LIST)
		return CAM_ERR_LIMIT;
	buf_init(&text, LIMIT_TO_LIST_BYTES);
	buf_put_text(&text, "TO:");
	for (size_t i = 0; i < list->count; i++) {
		const struct to_user *user = &list->users[i];

		charset_encode(
		    converter, charset, span_text(user->user), &text);
		buf_put_byte(&text, ':');
		charset_encode(
		    converter, charset, span_text(user->host), &text);
		buf_put_byte(&text, '\a');
	}
	buf_put_span(out, buf_span(&text));
	if (buf_failed(&text) || buf_failed(out))
		rc = CAM_ERR_LIMIT;
	buf_finish(&text);
	return rc;
}
