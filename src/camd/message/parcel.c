/* parcel.c: a message that several lines share. */
#include "camd/message/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/message/seal.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "store/message.h"
#include "store/offer.h"

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
	parcel->type = message->type;
	memcpy(parcel->id, message->id, sizeof parcel->id);
	memcpy(parcel->target, message->reply_to, sizeof parcel->target);
	parcel->time_ms = message->time_ms;
	parcel->sealed = message->sealed;
	parcel->locked = message->locked;
	parcel->automatic = message->automatic;
	parcel->question = message->question;
	parcel->sequence = message->sequence;
	return parcel;
}

/* -- what it offers -------------------------------------------------------- */

static void
offer_finish(struct store_offer *offer)
{
	free((char *)offer->name);
	if (offer->file_key != NULL)
		wipe_free((uint8_t *)offer->file_key, STORE_FILE_KEY_SIZE);
	free((uint8_t *)offer->digest);
}

int
parcel_offer(const struct store_offer *offer, void *arg)
{
	struct parcel *parcel = arg;
	struct store_offer *copy;

	parcel->offers = xreallocarray(
	    parcel->offers, parcel->offer_count + 1, sizeof *parcel->offers);
	copy = &parcel->offers[parcel->offer_count++];
	*copy = *offer;
	copy->name = xstrdup(offer->name);
	if (offer->file_key != NULL)
		copy->file_key = xmemdup(offer->file_key, STORE_FILE_KEY_SIZE);
	if (offer->digest != NULL)
		copy->digest = xmemdup(offer->digest, STORE_FILE_DIGEST_SIZE);
	return 0;
}

/* -- whom it goes to ------------------------------------------------------ */

static void
forget_names(struct parcel *parcel)
{
	for (size_t i = 0; i < parcel->to_count; i++) {
		free(parcel->to[i].user);
		free(parcel->to[i].host);
	}
	free(parcel->to);
	parcel->to = NULL;
	parcel->to_count = 0;
}

/* The recipients' wire names, as the message itself will tell each of them. */
static void
name_recipients(struct parcel *parcel, const struct camd *camd)
{
	forget_names(parcel);
	if (parcel->uid_count > LIMIT_TO_LIST)
		return;
	parcel->to = xcalloc(parcel->uid_count + 1, sizeof *parcel->to);
	for (size_t i = 0; i < parcel->uid_count; i++) {
		const struct user *user =
		    roster_by_uid(camd->roster, parcel->uids[i]);

		if (user == NULL)
			continue;
		parcel->to[parcel->to_count].user = xstrdup(user->peer.user);
		parcel->to[parcel->to_count++].host = xstrdup(user->peer.host);
	}
}

void
parcel_find_talk(struct parcel *parcel, const struct camd *camd)
{
	uint8_t(*keys)[SIGN_KEY_SIZE] =
	    xcalloc(parcel->uid_count + 1, sizeof *keys);

	memcpy(keys[0], identity_user_key(camd->identity), SIGN_KEY_SIZE);
	for (size_t i = 0; i < parcel->uid_count; i++) {
		const struct user *user =
		    roster_by_uid(camd->roster, parcel->uids[i]);
		const uint8_t *key =
		    user != NULL ? trust_user_key(camd->trust, user) : NULL;

		if (key != NULL)
			memcpy(keys[i + 1], key, SIGN_KEY_SIZE);
	}
	envelope_talk((const uint8_t(*)[SIGN_KEY_SIZE])keys,
	    parcel->uid_count + 1, parcel->talk);
	free(keys);
}

void
parcel_address(struct parcel *parcel, const struct camd *camd,
    const int64_t *uids, size_t count)
{
	free(parcel->uids);
	parcel->uids = xcalloc(count + 1, sizeof *parcel->uids);
	memcpy(parcel->uids, uids, count * sizeof *uids);
	parcel->uid_count = count;
	parcel->several = count > 1;
	name_recipients(parcel, camd);
	parcel_find_talk(parcel, camd);
}

/* -- counting ------------------------------------------------------------- */

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
	seal_free(parcel->seal);
	forget_names(parcel);
	for (size_t i = 0; i < parcel->offer_count; i++)
		offer_finish(&parcel->offers[i]);
	free(parcel->offers);
	free(parcel->uids);
	free(parcel->text);
	free(parcel);
}
