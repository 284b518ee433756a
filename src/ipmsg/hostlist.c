/* hostlist.c: GETLIST and ANSLIST. */
#include "ipmsg/hostlist.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "ipmsg/command.h"

enum {
	NUMBER_WIDTH = 5, /* Windows pads to it */
	PAGE_HEAD = 2 * (NUMBER_WIDTH + 1),
	NUMBER_MAX = 99999,
};

/* Windows pads its numbers with blanks in front. */
static int
parse_padded(struct span text, uint32_t *number)
{
	uint64_t value = 0;

	while (text.len > 0 && text.data[0] == ' ')
		text = span_of(text.data + 1, text.len - 1);
	if (number_decimal(text, UINT32_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	*number = (uint32_t)value;
	return 0;
}

int
getlist_parse(struct span body, uint32_t *start)
{
	if (body.len == 0) {
		*start = 0;
		return 0;
	}
	return parse_padded(body, start);
}

int
hostlist_parse(struct span body, struct hostlist *result)
{
	struct hostlist list = { .rest = body };
	struct span next = { NULL, 0 }, count = { NULL, 0 };

	if (!span_cut(&list.rest, '\a', &next) ||
	    !span_cut(&list.rest, '\a', &count) ||
	    parse_padded(next, &list.next) < 0 ||
	    parse_padded(count, &list.count) < 0)
		return CAM_ERR_FORMAT;
	if (list.count > LIMIT_HOST_LIST || list.next > LIMIT_HOST_LIST)
		return CAM_ERR_LIMIT;
	*result = list;
	return 0;
}

enum { USER, HOST, STATUS, ADDR, PORT, NICK, GROUP, FIELDS };

/* The last field of a packet may lack its BEL. */
static int
cut_fields(struct span *rest, struct span fields[FIELDS])
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (span_cut(rest, '\a', &fields[i]))
			continue;
		if (i != GROUP)
			return CAM_ERR_FORMAT;
		fields[i] = *rest;
		rest->len = 0;
	}
	return 0;
}

/* Little-endian machines write the port's bytes the wrong way round (6.3). */
static int
parse_port(struct span text, uint16_t site_port, uint16_t *port)
{
	uint64_t value = 0;
	uint16_t swapped;

	if (number_decimal(text, UINT16_MAX, &value) < 0)
		return CAM_ERR_FORMAT;
	swapped = (uint16_t)(value >> 8 | (value & 0xff) << 8);
	*port = value == site_port && swapped != site_port ? (uint16_t)value
							   : swapped;
	return 0;
}

/* An empty field is written as BS. */
static int
read_label(const struct charset_reader *reader, struct span field,
    char text[LIMIT_NAME + 1])
{
	if (span_equal_text(field, "\b"))
		field.len = 0;
	return charset_read_name(reader, field, text, LIMIT_NAME + 1);
}

static int
read_row(const struct span fields[FIELDS], const struct charset_reader *reader,
    uint16_t site_port, struct host_row *row)
{
	uint64_t status = 0;
	int rc;

	if (fields[USER].len == 0 || fields[HOST].len == 0 ||
	    fields[ADDR].len >= sizeof(row->addr))
		return CAM_ERR_FORMAT;
	if ((rc = charset_read_name(
		 reader, fields[USER], row->user, sizeof(row->user))) < 0 ||
	    (rc = charset_read_name(
		 reader, fields[HOST], row->host, sizeof(row->host))) < 0 ||
	    (rc = number_decimal(fields[STATUS], UINT32_MAX, &status)) < 0 ||
	    (rc = parse_port(fields[PORT], site_port, &row->port)) < 0 ||
	    (rc = read_label(reader, fields[NICK], row->nick)) < 0 ||
	    (rc = read_label(reader, fields[GROUP], row->group)) < 0)
		return rc;
	if (row->user[0] == '\0' || row->host[0] == '\0')
		return CAM_ERR_FORMAT;
	row->status = (uint32_t)status;
	row->gone = status == 0 || command_mode(row->status) == COMMAND_BR_EXIT;
	snprintf(row->addr, sizeof(row->addr), "%.*s", (int)fields[ADDR].len,
	    (const char *)fields[ADDR].data);
	return 0;
}

int
hostlist_next(struct hostlist *list, const struct charset_reader *reader,
    uint16_t site_port, struct host_row *result)
{
	struct span fields[FIELDS];
	struct host_row row = { 0 };
	int rc;

	if (list->rest.len == 0 || list->read == list->count)
		return CAM_ERR_MORE;
	rc = cut_fields(&list->rest, fields);
	if (rc == 0)
		rc = read_row(fields, reader, site_port, &row);
	if (rc < 0) {
		list->rest.len = 0;
		return rc;
	}
	list->read++;
	*result = row;
	return 0;
}

/* -- writing ------------------------------------------------------------------
 */

void
hostlist_page_begin(struct hostlist_page *page, struct buf *buf, size_t max)
{
	*page =
	    (struct hostlist_page){ .buf = buf, .start = buf->len, .max = max };
	buf_printf(buf, "%5u\a%5u\a", 0u, 0u);
}

static void
put_label(struct buf *buf, struct charset_converter *converter,
    enum charset charset, const char *text)
{
	if (text[0] == '\0')
		buf_put_byte(buf, '\b');
	else
		charset_encode(converter, charset, span_text(text), buf);
	buf_put_byte(buf, '\a');
}

static bool
is_writable(const struct host_row *row)
{
	return row->user[0] != '\0' && row->host[0] != '\0' &&
	       row->addr[0] != '\0' && strpbrk(row->user, "\a:") == NULL &&
	       strpbrk(row->host, "\a:") == NULL &&
	       strchr(row->addr, '\a') == NULL &&
	       strchr(row->nick, '\a') == NULL &&
	       strchr(row->group, '\a') == NULL;
}

int
hostlist_page_add(struct hostlist_page *page,
    struct charset_converter *converter, enum charset charset,
    const struct host_row *row)
{
	uint16_t swapped = (uint16_t)(row->port >> 8 | row->port << 8);
	size_t used = page->buf->len - page->start;
	struct buf text;
	int rc = 0;

	if (!is_writable(row))
		return CAM_ERR_FORMAT;
	if (page->count == NUMBER_MAX || used > page->max)
		return CAM_ERR_FULL;
	buf_init(&text, page->max - used);
	put_label(&text, converter, charset, row->user);
	put_label(&text, converter, charset, row->host);
	buf_printf(&text, "%u\a%s\a%u\a",
	    row->gone ? 0u : (unsigned)row->status, row->addr,
	    (unsigned)swapped);
	put_label(&text, converter, charset, row->nick);
	put_label(&text, converter, charset, row->group);
	if (buf_failed(&text))
		rc = CAM_ERR_FULL;
	else
		buf_put_span(page->buf, buf_span(&text));
	buf_finish(&text);
	if (rc == 0)
		page->count++;
	return rc;
}

void
hostlist_page_end(struct hostlist_page *page, uint32_t next)
{
	char head[PAGE_HEAD + 1];

	if (buf_failed(page->buf))
		return;
	snprintf(head, sizeof(head), "%5u\a%5u\a",
	    (unsigned)(next <= NUMBER_MAX ? next : 0), (unsigned)page->count);
	memcpy(page->buf->data + page->start, head, PAGE_HEAD);
}
