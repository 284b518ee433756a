/* outstream.c: sends IPMSG's folder stream (protocol reference 4.4). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/text.h"
#include "camd/transfer/internal.h"
#include "camd/transfer/treewalk.h"
#include "ipmsg/dirstream.h"

/* What Windows puts behind the name of what it cannot read. */
#define UNREADABLE " (Can't open)"

struct outstream {
	struct transfer *transfer;
	struct flow flow;
	struct charset_converter *converter;
};

static int
put_record(struct outstream *out, const char *name, uint32_t type,
    const struct stat *st, uint64_t size)
{
	const struct transfer_job *job = out->transfer->job;
	struct file_attribute mtime = { .key = FILE_KEY_MTIME,
		.is_number = true,
		.number = (uint64_t)st->st_mtim.tv_sec };
	struct buf encoded, header;
	int rc;

	buf_init(&encoded, LIMIT_FILE_NAME);
	buf_init(&header, LIMIT_STREAM_HEADER);
	charset_encode(out->converter, job->charset, span_text(name), &encoded);
	if (type == FILE_REGULAR && (st->st_mode & 0200) == 0 && !job->bare)
		type |= FILE_READONLY;
	rc = buf_failed(&encoded)
		 ? CAM_ERR_LIMIT
		 : dirstream_record_build(&header, buf_span(&encoded), size,
		       type, &mtime, st->st_mtim.tv_sec >= 0 ? 1 : 0);
	if (rc == 0)
		rc = flow_out(&out->flow, buf_span(&header));
	buf_finish(&header);
	buf_finish(&encoded);
	return rc;
}

static int
put_file(struct outstream *out, const char *name, int fd, const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size;
	int rc = put_record(out, name, FILE_REGULAR, st, size);

	/* One that grows is cut to what its record says; one that shrinks
	 * leaves the stream without its end: there is no way to say so. */
	return rc == 0
		   ? outfile_copy(out->transfer, &out->flow, fd, 0, size, NULL)
		   : rc;
}

static int
put_unreadable(struct outstream *out, const char *name, const struct stat *st)
{
	char told[FILE_NAME_SIZE + sizeof(UNREADABLE)];
	size_t len =
	    utf8_cut(span_text(name), FILE_NAME_SIZE - sizeof(UNREADABLE));

	snprintf(told, sizeof(told), "%.*s" UNREADABLE, (int)len, name);
	atomic_fetch_add(&out->transfer->job->unreadable, 1);
	return put_record(out, told, FILE_REGULAR, st, 0);
}

static int
put_entry(struct outstream *out, enum walk_event event,
    const struct walk_entry *entry)
{
	struct transfer_job *job = out->transfer->job;
	/* The first folder is the offer, with the name of the offer. */
	const char *raw = entry->name[0] != '\0' ? entry->name : job->name;
	char name[FILE_NAME_SIZE];

	file_name_send(raw, job->bare, name);
	atomic_fetch_add(
	    &job->entries, (event == WALK_FOLDER && entry->name[0] != '\0') ||
			       event == WALK_FILE);
	switch (event) {
	case WALK_FOLDER:
		return put_record(out, name, FILE_FOLDER, &entry->st, 0);
	case WALK_FILE:
		return put_file(out, name, entry->fd, &entry->st);
	case WALK_UNREADABLE:
		return put_unreadable(out, name, &entry->st);
	case WALK_UP:
		return put_record(out, ".", FILE_PARENT, &entry->st, 0);
	case WALK_END:
		break;
	}
	return 0;
}

static int
put_folder(struct outstream *out)
{
	enum walk_event event = WALK_UP;
	struct walk_entry entry;
	struct treewalk *walk = NULL;
	int rc = treewalk_new(out->transfer->job->source, &walk);

	while (rc == 0 && event != WALK_END) {
		rc = treewalk_next(walk, &event, &entry);
		if (rc == 0 && event != WALK_END)
			rc = put_entry(out, event, &entry);
	}
	treewalk_free(walk);
	return rc;
}

/* A regular file asked for as a folder is: one record and its data. */
static int
put_single(struct outstream *out)
{
	const struct transfer_job *job = out->transfer->job;
	char name[FILE_NAME_SIZE];
	struct stat st;

	if (fstat(job->source, &st) != 0)
		return CAM_ERR_SYSTEM;
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != job->size)
		return CAM_ERR_REFUSED;
	file_name_send(job->name, job->bare, name);
	return put_file(out, name, job->source, &st);
}

int
outstream_run(struct transfer *transfer)
{
	struct outstream out = { .transfer = transfer };
	int rc = charset_converter_new(&out.converter);

	if (rc == 0)
		rc = flow_out_begin(
		    &out.flow, &transfer->sock, transfer_cover(transfer));
	if (rc == 0) {
		rc = transfer->job->is_folder ? put_folder(&out)
					      : put_single(&out);
		rc = flow_out_end(&out.flow, rc);
	}
	charset_converter_free(out.converter);
	return rc == 0 ? sock_finish(&transfer->sock) : rc;
}
