/* recordings.h: recordings of calls that write nothing, and end as the test
 * likes. */
#ifndef CAM_TEST_RECORDINGS_H
#define CAM_TEST_RECORDINGS_H

#include <stdlib.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/call/call.h"
#include "test.h"

/* One a call. */
struct recording {
	LIST_ENTRY(recording) entry;
	const struct call *call;
	unsigned media; /* the process that sends to it, by its number */
	void (*on_ended)(void *arg, int err);
	void *arg;
	bool webm, left;
	int err; /* with which it ends, now where it is not 0 */
};

struct recordings {
	LIST_HEAD(, recording) list;
	bool unsupported;
};

/* Of all calls of the test; whoever includes this has it. */
static struct recordings *recordings_of(const struct call *call);

static inline int
recording_begin(struct loop *loop, int fd, bool webm,
    void (*on_ended)(void *arg, int err), void *arg, int *socket,
    struct recording **result)
{
	const struct call *call = arg;
	struct recordings *recordings = recordings_of(call);
	struct recording *recording = NULL;

	if (recordings->unsupported)
		return CAM_ERR_UNSUPPORTED;
	assert_true(fd >= 0);
	recording = xcalloc(1, sizeof *recording);
	recording->call = call;
	recording->media = call->media;
	recording->on_ended = on_ended;
	recording->arg = arg;
	recording->webm = webm;
	*socket = -1;
	LIST_INSERT_HEAD(&recordings->list, recording, entry);
	*result = recording;
	return 0;
}

static inline void
recording_left(struct recording *recording)
{
	recording->left = true;
}

static inline void
recording_drop(struct recording *recording)
{
	if (recording == NULL)
		return;
	LIST_REMOVE(recording, entry);
	free(recording);
}

static const struct recording_ops recordings_ops = {
	.start = recording_begin,
	.leave = recording_left,
	.free = recording_drop,
};

/* Those that nothing is sent to any more. */
static inline void
recordings_end(struct recordings *recordings)
{
	struct recording *recording, *next;

	for (recording = LIST_FIRST(&recordings->list); recording != NULL;
	     recording = next) {
		next = LIST_NEXT(recording, entry);
		if (recording->left || recording->err != 0 ||
		    recording->media != recording->call->media)
			recording->on_ended(recording->arg, recording->err);
	}
}

#endif
