/* record.c: a call is recorded. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/call/call_parts.h"
#include "rpc/names.h"

/* Who waits until the file is whole. */
struct call_waiter {
	void (*on_done)(void *arg, int err, const struct call *call);
	void *arg;
};

bool
call_records(const struct call *call)
{
	return call->recording != NULL && !call->recording_ends;
}

static void
answer(struct call *call, int err)
{
	struct call_waiter *waiter = call->waiter;

	call->waiter = NULL;
	if (waiter != NULL)
		waiter->on_done(waiter->arg, err, call);
	free(waiter);
}

static void
tell(struct call *call)
{
	call_tell_status(call);
	call_tell(call, EVENT_CALL_CHANGED);
}

/* -- its end ----------------------------------------------------------------
 */

static void
drop(struct call *call)
{
	struct recording *recording = call->recording;

	call->recording = NULL;
	call->calls->ops->recording->free(recording);
}

static enum call_recording_end
end_of(const struct call *call, int err)
{
	if (err == CAM_ERR_FULL)
		return RECORDING_FULL;
	/* Nobody has wished that it ends. */
	return err != 0 || !call->recording_ends ? RECORDING_FAILED
						 : RECORDING_WHOLE;
}

static void
on_ended(void *arg, int err)
{
	struct call *call = arg;
	bool was_told = call->recording_ends;

	call->recording_end = end_of(call, err);
	if (call->recording_end != RECORDING_WHOLE)
		log_warn("the recording of a call has ended: %s",
		    err != 0 ? cam_strerror(err) : "cam-media has");
	drop(call);
	answer(call, err);
	if (call->state == CALL_ENDED) {
		call_end_told(call);
	} else {
		sound_command(
		    call, MEDIA_SET, json_pack("{s:n}", "record"), NULL, 0);
		if (!was_told)
			tell(call);
		else if (call->recording_end != RECORDING_WHOLE)
			call_tell(call, EVENT_CALL_CHANGED);
	}
}

void
record_leave(struct call *call)
{
	if (call->recording == NULL)
		return;
	call->recording_ends = true;
	call->calls->ops->recording->leave(call->recording);
}

void
record_free(struct call *call)
{
	drop(call);
	free(call->recording_path);
	call->recording_path = NULL;
	answer(call, CAM_ERR_CLOSED);
}

int
call_record_stop(struct call *call,
    void (*on_done)(void *arg, int err, const struct call *call), void *arg)
{
	if (!call_records(call))
		return CAM_ERR_EXISTS;
	call->waiter = xcalloc(1, sizeof *call->waiter);
	*call->waiter = (struct call_waiter){ on_done, arg };
	/* cam-record ends when nobody can send to it any more. */
	sound_command(call, MEDIA_SET, json_pack("{s:n}", "record"), NULL, 0);
	record_leave(call);
	tell(call);
	return 0;
}

/* -- its beginning ----------------------------------------------------------
 */

/* CAM_ERR_FORMAT: by its name it is none that we write. */
static int
read_form(const char *path, bool *webm)
{
	const char *dot = strrchr(path, '.');

	if (dot == NULL || strchr(dot, '/') != NULL)
		return CAM_ERR_FORMAT;
	*webm = strcasecmp(dot, ".webm") == 0;
	return *webm || strcasecmp(dot, ".mka") == 0 ||
		       strcasecmp(dot, ".mkv") == 0
		   ? 0
		   : CAM_ERR_FORMAT;
}

static int
start(struct call *call, int fd, bool webm)
{
	struct calls *calls = call->calls;
	int socket = -1;
	int err = calls->ops->recording->start(
	    calls->loop, fd, webm, on_ended, call, &socket, &call->recording);

	if (err != 0)
		return err;
	call->recording_ends = false;
	call->recording_end = RECORDING_WHOLE;
	call->recorded = true;
	sound_command(call, MEDIA_SET,
	    json_pack("{s:{s:i}}", "record", "fd", 0), &socket, 1);
	if (socket >= 0)
		close(socket);
	return 0;
}

int
call_record_start(struct call *call, const char *path)
{
	bool webm = false;
	int fd, err = read_form(path, &webm);

	if (err != 0)
		return err;
	if (call->recording != NULL)
		return CAM_ERR_REFUSED;
	if ((call->state != CALL_ACTIVE && call->state != CALL_HELD) ||
	    call->process == NULL || !call->opened)
		return CAM_ERR_EXISTS;
	/* Ours alone, and never anything that is there already. */
	fd = open(path,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
	    0600);
	if (fd < 0)
		return CAM_ERR_SYSTEM;
	err = start(call, fd, webm);
	close(fd);
	if (err != 0) {
		(void)unlink(path);
		return err;
	}
	free(call->recording_path);
	call->recording_path = xstrdup(path);
	tell(call);
	return 0;
}
