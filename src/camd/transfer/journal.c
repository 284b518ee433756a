/* journal.c: entries 'B' record stored-name, and 'C' left-out digest. */
#include "camd/transfer/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/err.h"
#include "base/mem.h"
#include "camd/transfer/place.h"

enum {
	BEGIN = 'B',
	COMPLETE = 'C',
	COMPLETE_SIZE = 2 + SHA256_SIZE,
	/* 'B', record, length of the stored name, the name. */
	BEGIN_MAX = 1 + RECORD_MAX + 1 + RECORD_NAME_MAX,
	BUFFER_SIZE = 16 * 1024
};

struct journal {
	int fd;
	/* Writing: what waits for the next record. */
	uint8_t pending[COMPLETE_SIZE];
	size_t pending_len;
	/* Reading: a window on the file. */
	uint8_t *buffer;
	size_t from, len;
	uint64_t at;   /* of the next entry in the file */
	uint64_t last; /* of the one before */
};

int
journal_new(int folder, const char *name, bool fresh, struct journal **journal)
{
	int fd = -1, rc;

	if (fresh) {
		rc = beneath_remove(folder, name);
		if (rc == 0)
			rc = beneath_make_file(folder, name, NULL, &fd);
	} else {
		rc = beneath_open(folder, name, O_RDWR | O_NONBLOCK, &fd);
	}
	if (rc < 0)
		return rc;
	*journal = xcalloc(1, sizeof(**journal));
	(*journal)->fd = fd;
	return 0;
}

void
journal_free(struct journal *journal)
{
	if (!journal)
		return;
	close(journal->fd);
	free(journal->buffer);
	free(journal);
}

/* -- reading -----------------------------------------------------------------
 */

/* At least one more byte behind what the window holds. CAM_ERR_MORE: none. */
static int
read_more(struct journal *journal)
{
	ssize_t got;

	if (!journal->buffer)
		journal->buffer = xmalloc(BUFFER_SIZE);
	memmove(journal->buffer, journal->buffer + journal->from, journal->len);
	journal->from = 0;
	do
		got = pread(journal->fd, journal->buffer + journal->len,
		    BUFFER_SIZE - journal->len,
		    (off_t)(journal->at + journal->len));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return CAM_ERR_SYSTEM;
	journal->len += (size_t)got;
	return got == 0 ? CAM_ERR_MORE : 0;
}

static void
used(struct journal *journal, size_t len)
{
	journal->from += len;
	journal->len -= len;
	journal->at += len;
}

static int
parse_begin(struct span bytes, struct journal_entry *entry, size_t *size)
{
	size_t record_size = 0, name_len;
	int rc;

	if (bytes.len == 0)
		return CAM_ERR_MORE;
	if (bytes.data[0] != BEGIN)
		return CAM_ERR_FORMAT;
	rc = record_parse(span_of(bytes.data + 1, bytes.len - 1),
	    &entry->record, &record_size);
	if (rc < 0)
		return rc;
	if (bytes.len < record_size + 2)
		return CAM_ERR_MORE;
	name_len = bytes.data[1 + record_size];
	if (bytes.len < record_size + 2 + name_len)
		return CAM_ERR_MORE;
	memcpy(entry->stored, bytes.data + record_size + 2, name_len);
	entry->stored[name_len] = '\0';
	if (name_len > 0 && !beneath_is_name(entry->stored))
		return CAM_ERR_FORMAT;
	*size = record_size + 2 + name_len;
	return 0;
}

/* Whether the file's entry is followed by one that says it is complete. */
static int
read_complete(struct journal *journal, struct journal_entry *entry)
{
	const uint8_t *bytes;
	int rc = 0;

	while (journal->len < COMPLETE_SIZE && rc == 0)
		rc = read_more(journal);
	if (rc < 0)
		return rc == CAM_ERR_MORE && journal->len == 0 ? 0
		       : rc == CAM_ERR_MORE		       ? CAM_ERR_FORMAT
							       : rc;
	bytes = journal->buffer + journal->from;
	if (bytes[0] != COMPLETE || bytes[1] > 1)
		return CAM_ERR_FORMAT;
	entry->is_complete = true;
	entry->is_left_out = bytes[1] == 1;
	memcpy(entry->digest, bytes + 2, SHA256_SIZE);
	used(journal, COMPLETE_SIZE);
	return 0;
}

int
journal_next(struct journal *journal, struct journal_entry *entry)
{
	size_t size = 0;
	int rc;

	memset(entry, 0, sizeof(*entry));
	journal->last = journal->at;
	for (;;) {
		rc = parse_begin(
		    journal->len > 0
			? span_of(journal->buffer + journal->from, journal->len)
			: span_of(NULL, 0),
		    entry, &size);
		if (rc != CAM_ERR_MORE)
			break;
		rc = read_more(journal);
		/* An entry is written at once: a part of one is damage. */
		if (rc == CAM_ERR_MORE && journal->len > 0)
			return CAM_ERR_FORMAT;
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return rc;
	used(journal, size);
	return entry->record.type == RECORD_FILE ? read_complete(journal, entry)
						 : 0;
}

int
journal_drop_last(struct journal *journal)
{
	journal->at = journal->last;
	journal->from = 0;
	journal->len = 0;
	return ftruncate(journal->fd, (off_t)journal->at) == 0 ? 0
							       : CAM_ERR_SYSTEM;
}

/* -- writing -----------------------------------------------------------------
 */

static int
append(struct journal *journal, const uint8_t *bytes, size_t len)
{
	ssize_t wrote;

	if (len == 0)
		return 0;
	do
		wrote = pwrite(journal->fd, bytes, len, (off_t)journal->at);
	while (wrote < 0 && errno == EINTR);
	if (wrote == (ssize_t)len) {
		journal->at += len;
		return 0;
	}
	/* Half an entry would spoil the rest. */
	if (wrote >= 0) {
		(void)!ftruncate(journal->fd, (off_t)journal->at);
		errno = ENOSPC;
	}
	return place_error();
}

int
journal_begin(
    struct journal *journal, const struct record *record, const char *stored)
{
	uint8_t bytes[COMPLETE_SIZE + BEGIN_MAX];
	size_t len = journal->pending_len, name_len = strlen(stored);
	int rc;

	memcpy(bytes, journal->pending, len);
	bytes[len++] = BEGIN;
	len += record_write(record, bytes + len);
	bytes[len++] = (uint8_t)name_len;
	for (size_t i = 0; i < name_len; i++)
		bytes[len++] = (uint8_t)stored[i];
	rc = append(journal, bytes, len);
	if (rc == 0)
		journal->pending_len = 0;
	return rc;
}

void
journal_complete(
    struct journal *journal, bool left_out, const uint8_t digest[SHA256_SIZE])
{
	journal->pending[0] = COMPLETE;
	journal->pending[1] = left_out;
	memcpy(journal->pending + 2, digest, SHA256_SIZE);
	journal->pending_len = COMPLETE_SIZE;
}

int
journal_flush(struct journal *journal)
{
	int rc = append(journal, journal->pending, journal->pending_len);

	if (rc == 0)
		journal->pending_len = 0;
	return rc;
}
