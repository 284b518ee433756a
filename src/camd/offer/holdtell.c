/* holdtell.c: what a server has of an offer is told to clients. */
#include "camd/offer/holdtell.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/offer/file_object.h"
#include "camd/offer/offers_parts.h"
#include "rpc/names.h"
#include "store/message.h"

struct holdtell {
	struct job job;
	struct camd *camd;
	size_t count;
	struct offer_rows rows;
	struct {
		char message[ID_SIZE];
		uint32_t number;
	} names[];
};

static void
read_rows(struct job *job, void *context)
{
	struct holdtell *tell = container_of(job, struct holdtell, job);

	for (size_t i = 0; i < tell->count; i++) {
		int64_t message = 0;

		if (store_message_find(context, tell->names[i].message, NULL, 0,
			NULL, &message) == 0)
			(void)offer_rows_read(context, message,
			    tell->names[i].number, &tell->rows);
	}
}

static void
on_read(struct job *job)
{
	struct holdtell *tell = container_of(job, struct holdtell, job);
	struct camd *camd = tell->camd;

	for (size_t i = 0; i < tell->rows.count && camd->holdings != NULL;
	     i++) {
		const struct store_transfer *row = tell->rows.list[i];
		json_t *object = offer_file_object(camd, row);

		/* A server may name what it does not have. */
		if (!row->shut &&
		    json_is_string(json_object_get(object, "server")))
			events_tell(camd->events, EVENT_OFFER_HELD, object);
		else
			json_decref(object);
	}
	offer_rows_finish(&tell->rows);
	free(tell);
}

void
holdtell(struct camd *camd, const struct hold_name *names, size_t count)
{
	struct holdtell *tell = NULL;

	if (count == 0 || !events_wanted(camd->events, EVENT_OFFER_HELD))
		return;
	tell = xcalloc(1, sizeof *tell + count * sizeof *tell->names);
	tell->camd = camd;
	tell->count = count;
	for (size_t i = 0; i < count; i++) {
		snprintf(tell->names[i].message, sizeof tell->names[i].message,
		    "%s", names[i].message);
		tell->names[i].number = names[i].number;
	}
	tell->job.work = read_rows;
	tell->job.done = on_read;
	workers_submit(camd->readers, &tell->job);
}
