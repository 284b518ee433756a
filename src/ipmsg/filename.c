/* filename.c: names of files, going out and coming in. */
#include "ipmsg/filename.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

int
file_name_cut(struct span *rest, struct buf *name)
{
	struct span part = { NULL, 0 };

	while (span_cut(rest, ':', &part)) {
		buf_put_span(name, part);
		if (rest->len == 0 || rest->data[0] != ':')
			return buf_failed(name) ? CAM_ERR_LIMIT : 0;
		buf_put_byte(name, ':');
		*rest = span_of(rest->data + 1, rest->len - 1);
	}
	return CAM_ERR_MORE;
}

void
file_name_put(struct buf *buf, struct span name)
{
	struct span part = { NULL, 0 };

	while (span_cut(&name, ':', &part)) {
		buf_put_span(buf, part);
		buf_put_text(buf, "::");
	}
	buf_put_span(buf, name);
}

static bool
is_control(uint32_t codepoint)
{
	return codepoint < 0x20 || (codepoint >= 0x7f && codepoint <= 0x9f);
}

/* Marks that reverse text, join it or end a line without being seen. */
static bool
is_hidden(uint32_t codepoint)
{
	return codepoint == 0x061c || codepoint == 0x180e ||
	       (codepoint >= 0x200b && codepoint <= 0x200f) ||
	       (codepoint >= 0x2028 && codepoint <= 0x202e) ||
	       (codepoint >= 0x2060 && codepoint <= 0x206f) ||
	       codepoint == 0xfeff ||
	       (codepoint >= 0xe0000 && codepoint <= 0xe007f);
}

/* Copies name with '_' for every character that bad() names. The result is
 * never longer than name. */
static void
replace(struct span name, bool (*bad)(uint32_t), char *result)
{
	size_t len = 0;

	while (name.len > 0) {
		uint32_t codepoint = 0;
		size_t taken = utf8_next(name, &codepoint);

		if (taken == 0 || bad(codepoint)) {
			result[len++] = '_';
			taken = taken > 0 ? taken : 1;
		} else {
			memcpy(result + len, name.data, taken);
			len += taken;
		}
		name = span_of(name.data + taken, name.len - taken);
	}
	result[len] = '\0';
}

static void
replace_end(char *name)
{
	for (size_t len = strlen(name);
	     len > 0 && (name[len - 1] == '.' || name[len - 1] == ' '); len--)
		name[len - 1] = '_';
}

static bool
is_bad_to_send(uint32_t codepoint)
{
	return is_control(codepoint) ||
	       (codepoint < 0x80 &&
		   strchr("/\\<>|*\"?", (int)codepoint) != NULL);
}

static bool
is_bad_for_iptux(uint32_t codepoint)
{
	return codepoint == ':' || is_bad_to_send(codepoint);
}

void
file_name_send(const char *path, bool bare, char name[FILE_NAME_SIZE])
{
	struct span base = span_text(path);

	while (base.len > 1 && base.data[base.len - 1] == '/')
		base.len--;
	for (size_t i = base.len; i > 0; i--) {
		if (base.data[i - 1] == '/' && i < base.len) {
			base = span_of(base.data + i, base.len - i);
			break;
		}
	}
	base.len = utf8_cut(base, FILE_NAME_SIZE - 1);
	replace(base, bare ? is_bad_for_iptux : is_bad_to_send, name);
	replace_end(name);
	if (name[0] == '\0')
		memcpy(name, "_", 2);
}

static bool
is_awkward(uint32_t codepoint)
{
	return codepoint == '\\' || is_control(codepoint) ||
	       is_hidden(codepoint);
}

int
file_name_receive(struct span name, char safe[FILE_NAME_SIZE])
{
	if (name.len == 0 || span_equal_text(name, ".") ||
	    span_equal_text(name, "..") || !utf8_is_valid(name) ||
	    memchr(name.data, '\0', name.len) != NULL ||
	    memchr(name.data, '/', name.len) != NULL)
		return CAM_ERR_FORMAT;
	if (name.len >= FILE_NAME_SIZE)
		return CAM_ERR_LIMIT;
	replace(name, is_awkward, safe);
	/* An option to a command, or on its way up. */
	if (safe[0] == '-' || (safe[0] == '.' && safe[1] == '.'))
		safe[0] = '_';
	replace_end(safe);
	return 0;
}
