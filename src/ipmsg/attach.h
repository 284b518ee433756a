/* attach.h: lists of offered files, and names of files (protocol reference 4.1,
 * threat model F1). */
#ifndef CAM_ATTACH_H
#define CAM_ATTACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/span.h"
#include "ipmsg/charset.h"
#include "ipmsg/filename.h"

/* The low byte of attr. */
enum file_type {
	FILE_REGULAR = 0x01,
	FILE_FOLDER = 0x02,
	FILE_PARENT = 0x03, /* in folder streams */
	FILE_SYMLINK = 0x04,
	FILE_CHARDEV = 0x05,
	FILE_BLOCKDEV = 0x06,
	FILE_FIFO = 0x07,
	FILE_RESFORK = 0x10,
	FILE_CLIPBOARD = 0x20,
};

/* The bits of attr above. */
enum file_flag {
	FILE_READONLY = 0x0100,
	FILE_HIDDEN = 0x1000,
	FILE_NOEXTENSION = 0x2000,
	FILE_ARCHIVE = 0x4000,
	FILE_SYSTEM = 0x8000,
};

enum file_key {
	FILE_KEY_UID = 0x01,
	FILE_KEY_USER = 0x02,
	FILE_KEY_GID = 0x03,
	FILE_KEY_GROUP = 0x04,
	FILE_KEY_CLIPBOARDPOS = 0x08,
	FILE_KEY_PERM = 0x10,
	FILE_KEY_MAJOR = 0x11,
	FILE_KEY_MINOR = 0x12,
	FILE_KEY_CTIME = 0x13,
	FILE_KEY_MTIME = 0x14,
	FILE_KEY_ATIME = 0x15,
	FILE_KEY_CREATETIME = 0x16,
	FILE_KEY_CREATOR = 0x20,
	FILE_KEY_FILETYPE = 0x21,
	FILE_KEY_FINDERINFO = 0x22,
	FILE_KEY_ACL = 0x30,
	FILE_KEY_ALIAS = 0x40,
};

/* One extended attribute. */
struct file_attribute {
	uint32_t key;
	bool is_number;
	uint64_t number;   /* of the first value */
	struct span value; /* as it stands, borrowed */
};

struct attachment {
	uint32_t id;
	char *name; /* decoded, as the sender wrote it: never a path to open */
	char *safe_name; /* by file_name_receive(), or NULL: refused */
	uint64_t size;	 /* at most 2^63 - 1 */
	uint64_t mtime;	 /* seconds since 1970 */
	uint32_t attr;	 /* enum file_type, above it enum file_flag */
	struct file_attribute attributes[LIMIT_ATTRIBUTES];
	size_t attribute_count;
};

struct attach_list {
	struct attachment *items;
	size_t count;
	bool broken; /* what comes after the last item was unreadable or too
			many */
};

static inline uint32_t
attachment_type(const struct attachment *item)
{
	return item->attr & 0xff;
}

/*
 * Reads what can be read: a malformed entry ends the list and keeps what is
 * before it. list borrows from bytes; empty it with attach_list_finish().
 */
void attach_list_parse(struct span bytes, const struct charset_reader *reader,
    struct attach_list *list);
void attach_list_finish(struct attach_list *list);
/* item's names go over to list. */
void attach_list_add(struct attach_list *list, const struct attachment *item);

/* NULL when there is none with that key. */
const struct file_attribute *file_attribute_find(
    const struct file_attribute *attributes, size_t count, uint32_t key);

/*
 * Appends one entry with ":" BEL behind it: name, size, mtime, attr and the
 * numeric attributes. name is a result of file_name_send(), encoded to charset.
 * bare is client_wants_bare_lists(): the type alone, no attributes.
 */
int attachment_build(struct buf *buf, const struct attachment *item,
    struct charset_converter *converter, enum charset charset, bool bare);

/* Reads "key=value:" pairs to the end of rest. Unreadable ones are skipped;
 * CAM_ERR_LIMIT for too many. */
int file_attributes_parse(struct span rest,
    struct file_attribute attributes[LIMIT_ATTRIBUTES], size_t *count);

#endif
