/* parcel.c: a message that several lines share. */
#include "camd/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/message.h"

struct parcel *
parcel_new(const char *text, size_t len)
{
	struct parcel *parcel = xcalloc(1, sizeof *parcel);

	parcel->count = 1;
	parcel->text = xstrndup(text, len);
	parcel->text_len = strlen(parcel->text);
	return parcel;
}

struct parcel *
parcel_of_row(const struct store_message *message)
{
	struct parcel *parcel =
	    parcel_new(message->text, strlen(message->text));

	parcel->row = message->row;
	memcpy(parcel->id, message->id, sizeof parcel->id);
	parcel->time_ms = message->time_ms;
	parcel->sealed = message->sealed;
	parcel->locked = message->locked;
	return parcel;
}

struct parcel *
parcel_ref(struct parcel *parcel)
{
	parcel->count++;
	return parcel;
}

void
parcel_unref(struct parcel *parcel)
{
	if (parcel == NULL || --parcel->count > 0)
		return;
	for (size_t i = 0; i < parcel->to_count; i++) {
		free(parcel->to[i].user);
		free(parcel->to[i].host);
	}
	free(parcel->to);
	free(parcel->text);
	free(parcel);
}
