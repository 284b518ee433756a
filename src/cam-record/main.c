/* main.c: cam-record: writes the recording of a call, started by camd with what
 * cam-media hands over as descriptor 3 and the file as descriptor 4. */
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/confine.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "cam-record/muxer.h"

/* FULL is told to camd by the status alone. */
enum { FAILED = 1, USAGE = 2, FULL = 3, INPUT_FD = 3, OUTPUT_FD = 4 };

#ifdef __SANITIZE_ADDRESS__
/* As in cam-media: the sandbox lets no leaks be looked for. */
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return 1;
}
#endif

static const int calls[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(lseek),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), -1 };

static int
enter_cage(void)
{
	static const int *const lists[] = { calls, NULL };
	int err = confine_limit(RLIMIT_CORE, 0);

	if (err == 0)
		err = confine_limit(RLIMIT_NOFILE, OUTPUT_FD + 1);
	return err == 0 ? confine_calls(lists) : err;
}

/* False at the end: what is not whole then is no matter. */
static bool
read_whole(void *data, size_t len)
{
	uint8_t *at = data;

	while (len > 0) {
		ssize_t got = read(INPUT_FD, at, len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		len -= (size_t)got;
	}
	return true;
}

static int
copy(struct muxer *muxer)
{
	uint8_t header[PIECE_HEADER_SIZE];
	/* Room that a decoder may read beyond what there is. */
	uint8_t *bytes = xcalloc(1, PIECE_BYTES_MAX + 64);
	struct piece piece;
	int err = 0;

	while (err == 0 && read_whole(header, sizeof header)) {
		err = piece_parse(header, &piece);
		if (err == 0 && !read_whole(bytes, piece.len))
			break;
		if (err == 0)
			err = muxer_put(muxer, &piece, bytes);
	}
	free(bytes);
	return err;
}

static int
record(enum muxer_form form)
{
	struct muxer *muxer = NULL;
	int err = muxer_new(OUTPUT_FD, form, &muxer), finish_err;

	if (err == 0)
		err = enter_cage();
	if (err == 0)
		err = copy(muxer);
	finish_err = muxer_finish(muxer);
	return err != 0 ? err : finish_err;
}

int
main(int argc, char **argv)
{
	struct stat status;
	int err;

	if (argc != 2 || fstat(INPUT_FD, &status) < 0 ||
	    fstat(OUTPUT_FD, &status) < 0 ||
	    (strcmp(argv[1], "webm") != 0 &&
		strcmp(argv[1], "matroska") != 0)) {
		fputs("cam-record is started by camd\n", stderr);
		return USAGE;
	}
	log_open(STDERR_FILENO, LOG_LEVEL_WARN, 0);
	/* A file that may not grow is told of by the write. */
	(void)signal(SIGXFSZ, SIG_IGN);
	err =
	    record(strcmp(argv[1], "webm") == 0 ? MUXER_WEBM : MUXER_MATROSKA);
	if (err == 0)
		return 0;
	log_error("the recording ends: %s", cam_strerror(err));
	return err == CAM_ERR_FULL ? FULL : FAILED;
}
