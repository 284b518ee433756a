/* relayed.c: items of the relay as bytes. */
#include "link/relayed.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "crypto/envelope.h"

_Static_assert((int)RELAYED_ID_SIZE == (int)ENVELOPE_ID_SIZE,
    "envelopes go by their own id");

void
relayed_write(const struct relayed *relayed, struct buf *buf)
{
	fields_put_number(buf, relayed->number, 8);
	fields_put_number(buf, relayed->kind, 1);
	buf_put(buf, relayed->user_key, SIGN_KEY_SIZE);
	buf_put(buf, relayed->id, RELAYED_ID_SIZE);
	buf_put_span(buf, relayed->payload);
}

static int
check(const struct relayed *relayed)
{
	uint8_t id[ENVELOPE_ID_SIZE];

	if (relayed->payload.len == 0)
		return CAM_ERR_FORMAT;
	switch (relayed->kind) {
	case RELAYED_ENVELOPE:
		/* What is known again by its id must not have two. */
		return envelope_peek(relayed->payload, id) &&
			       memcmp(id, relayed->id, sizeof id) == 0
			   ? 0
			   : CAM_ERR_FORMAT;
	case RELAYED_NOTICE:
		return relayed->payload.len <= RELAYED_NOTICE_MAX
			   ? 0
			   : CAM_ERR_LIMIT;
	}
	return CAM_ERR_VERSION;
}

int
relayed_parse(struct span bytes, struct relayed *relayed)
{
	struct fields fields = fields_of(bytes);
	struct relayed got = { 0 };
	int r = 0;

	if (bytes.len > RELAYED_MAX)
		return CAM_ERR_LIMIT;
	got.number = fields_number(&fields, 8);
	got.kind = (enum relayed_kind)fields_number(&fields, 1);
	fields_copy(&fields, got.user_key, SIGN_KEY_SIZE);
	fields_copy(&fields, got.id, RELAYED_ID_SIZE);
	if (fields.failed || got.number > INT64_MAX)
		return CAM_ERR_FORMAT;
	got.payload = fields.rest;
	if ((r = check(&got)) == 0)
		*relayed = got;
	return r;
}
