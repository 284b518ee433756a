/* inside.c: what an envelope says of a parcel, and to whom it says it. */
#include "camd/message/inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/message/content.h"
#include "camd/message/parcel.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "store/offer.h"

/* Names lie one after the other in names, which must not move any more when
 * they are pointed at. */
static void
put_name(struct buf *names, const struct user *user)
{
	char *logon = user_logon(user);

	buf_printf(names, "%s@%s", logon, user->peer.host);
	free(logon);
}

static void
list_recipients(
    struct inside *inside, const struct camd *camd, const struct parcel *parcel)
{
	size_t *ends = xcalloc(parcel->uid_count + 1, sizeof *ends);
	size_t begin = 0;

	inside->recipients =
	    xcalloc(parcel->uid_count + 1, sizeof *inside->recipients);
	buf_init(
	    &inside->names, (ENVELOPE_NAME_MAX + 1) * (parcel->uid_count + 1));
	for (size_t i = 0; i < parcel->uid_count; i++) {
		const struct user *user =
		    roster_by_uid(camd->roster, parcel->uids[i]);
		const uint8_t *key =
		    user != NULL ? trust_user_key(camd->trust, user) : NULL;

		if (user != NULL)
			put_name(&inside->names, user);
		if (key != NULL)
			memcpy(
			    inside->recipients[i].user_key, key, SIGN_KEY_SIZE);
		ends[i] = inside->names.len;
	}
	for (size_t i = 0; i < parcel->uid_count; i++) {
		inside->recipients[i].name =
		    span_of(inside->names.data + begin, ends[i] - begin);
		begin = ends[i];
	}
	free(ends);
}

static enum content_type
content_type_of(enum store_type type)
{
	switch (type) {
	case STORE_EDIT:
		return CONTENT_EDIT;
	case STORE_DELETION:
		return CONTENT_DELETION;
	default:
		return CONTENT_MESSAGE;
	}
}

static void
write_offers(const struct parcel *parcel, struct buf *buf)
{
	buf_init(buf, CONTENT_OFFER_MAX * parcel->offer_count);
	for (size_t i = 0; i < parcel->offer_count; i++) {
		const struct store_offer *from = &parcel->offers[i];
		struct content_offer offer = {
			.number = from->number,
			.kind = from->kind,
			.size = from->size,
			.mtime = from->mtime,
			.position =
			    from->kind == STORE_IMAGE ? from->position : 0,
			.has_digest = from->digest != NULL,
			.name = span_text(from->name),
		};

		if (from->file_key != NULL)
			memcpy(offer.file_key, from->file_key,
			    sizeof offer.file_key);
		if (from->digest != NULL)
			memcpy(offer.digest, from->digest, sizeof offer.digest);
		content_offer_write(&offer, buf);
	}
}

static void
write_body(
    struct inside *inside, const struct parcel *parcel, uint32_t packet_no)
{
	struct content content = {
		.type = content_type_of(parcel->type),
		.sealed = parcel->sealed,
		.locked = parcel->locked,
		.automatic = parcel->automatic,
		.question = parcel->question,
		.has_target = parcel->target[0] != '\0',
		.packet_no = packet_no,
		.text = span_of(parcel->text, parcel->text_len),
	};

	struct buf offers;

	if (content.has_target)
		(void)hex_decode(
		    span_text(parcel->target), content.target, CONTENT_ID_SIZE);
	write_offers(parcel, &offers);
	content.offer_count = (unsigned)parcel->offer_count;
	content.offers = buf_span(&offers);
	buf_init(&inside->body,
	    CONTENT_HEAD_MAX + content.offers.len + parcel->text_len);
	(void)buf_reserve(&inside->body, inside->body.max);
	content_write(&content, &inside->body);
	buf_wipe(&offers);
}

void
inside_fill(struct inside *inside, const struct camd *camd,
    struct parcel *parcel, uint32_t packet_no)
{
	const struct identity *identity = camd->identity;
	struct envelope_content *content = &inside->content;

	inside_finish(inside);
	parcel_find_talk(parcel, camd);
	list_recipients(inside, camd, parcel);
	write_body(inside, parcel, packet_no);
	(void)hex_decode(span_text(parcel->id), content->id, ENVELOPE_ID_SIZE);
	memcpy(content->talk, parcel->talk, ENVELOPE_TALK_SIZE);
	memcpy(content->device, identity_device_id(identity), DEVICE_ID_SIZE);
	memcpy(content->sender, identity_user_key(identity), SIGN_KEY_SIZE);
	content->sequence = parcel->sequence;
	content->time_ms = parcel->time_ms;
	content->type = (uint8_t)content_type_of(parcel->type);
	content->recipients = inside->recipients;
	content->recipient_count = parcel->uid_count;
	content->body = buf_span(&inside->body);
	inside->key = sign_key_ref(identity_signing_key(identity));
}

void
inside_shrink(struct inside *inside)
{
	buf_finish(&inside->names);
	buf_finish(&inside->body);
	sign_key_free(inside->key);
	inside->key = NULL;
}

void
inside_finish(struct inside *inside)
{
	inside_shrink(inside);
	free(inside->recipients);
	*inside = (struct inside){ .recipients = NULL };
}

bool
inside_names(struct inside *inside, const uint8_t key[SIGN_KEY_SIZE])
{
	size_t count = inside->content.recipient_count, at = inside->found;

	for (size_t i = 0; i < count; i++, at++) {
		if (at >= count)
			at = 0;
		if (memcmp(inside->recipients[at].user_key, key,
			SIGN_KEY_SIZE) != 0)
			continue;
		inside->found = at;
		return true;
	}
	return false;
}
