/* record.c: all that is told of one message, as the store has it. */
#include "camd/message/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "store/talk.h"

/* A list of items of one size while they are read. */
struct growing {
	void *list;
	size_t count;
	size_t size;
};

static void *
add(struct growing *growing, const void *item, size_t item_size)
{
	char *place = NULL;

	if (growing->count == growing->size) {
		growing->size = growing->size > 0 ? 2 * growing->size : 4;
		growing->list =
		    xreallocarray(growing->list, growing->size, item_size);
	}
	place = (char *)growing->list + growing->count++ * item_size;
	return memcpy(place, item, item_size);
}

static int
on_delivery(const struct store_delivery *delivery, void *arg)
{
	add(arg, delivery, sizeof *delivery);
	return 0;
}

static int
on_offer(const struct store_offer *offer, void *arg)
{
	struct store_offer *copy = add(arg, offer, sizeof *offer);

	copy->name = xstrdup(offer->name);
	/* Nobody who is told of a message needs them. */
	copy->file_key = copy->digest = NULL;
	return 0;
}

static int
on_transfer(const struct store_transfer *transfer, void *arg)
{
	struct store_transfer *copy = store_transfer_copy(transfer);

	add(arg, &copy, sizeof copy);
	return 0;
}

/* Everybody else whom a received message went to: the talk without its sender.
 * Of a call all who were in it. */
static int
read_others(struct store *store, const struct store_message *message,
    struct record *record)
{
	int64_t *uids = NULL;
	size_t count = 0, kept = 0;
	int err;

	if ((message->from == 0 && message->type != STORE_CALL) ||
	    message->talk == STORE_TALK_ALL)
		return 0;
	uids = xreallocarray(NULL, STORE_TALK_USERS, sizeof *uids);
	err = store_talk_users(
	    store, message->talk, uids, STORE_TALK_USERS, &count);
	if (err != 0) {
		free(uids);
		return err;
	}
	for (size_t i = 0; i < count && i < STORE_TALK_USERS; i++) {
		if (uids[i] != message->from)
			uids[kept++] = uids[i];
	}
	record->others = uids;
	record->other_count = kept;
	return 0;
}

static int
read_deliveries(struct store *store, const struct store_message *message,
    struct record *record)
{
	struct growing deliveries = { 0 };
	int err;

	if (message->from != 0)
		return 0;
	err =
	    store_delivery_each(store, message->row, on_delivery, &deliveries);
	record->deliveries = deliveries.list;
	record->delivery_count = deliveries.count;
	return err;
}

static int
read_offers(struct store *store, const struct store_message *message,
    struct record *record)
{
	struct growing offers = { 0 }, transfers = { 0 };
	int err;

	if (!message->has_offers)
		return 0;
	err = store_offer_each(store, message->row, on_offer, &offers);
	record->offers = offers.list;
	record->offer_count = offers.count;
	if (err == 0 && message->from != 0)
		err = store_transfer_each(
		    store, message->row, on_transfer, &transfers);
	record->transfers = transfers.list;
	record->transfer_count = transfers.count;
	return err;
}

/* What is answered need not be here. */
static int
read_quote(struct store *store, const struct store_message *message,
    struct record *record)
{
	struct quote quote;
	int err = 0;

	if (message->reply_to[0] == '\0')
		return 0;
	err = quote_read(store, message, &quote);
	if (err == 0)
		record->quote = xmemdup(&quote, sizeof quote);
	return err == CAM_ERR_UNKNOWN ? 0 : err;
}

int
record_read(struct store *store, const struct store_message *message,
    struct record *record)
{
	int err;

	*record = (struct record){ .message = store_message_copy(message) };
	err = read_others(store, message, record);
	if (err == 0)
		err = read_deliveries(store, message, record);
	if (err == 0)
		err = read_offers(store, message, record);
	if (err == 0)
		err = read_quote(store, message, record);
	if (err == 0 && message->type == STORE_CALL)
		err = store_call_get(store, message->row, &record->call);
	if (err != 0)
		record_finish(record);
	return err;
}

void
record_finish(struct record *record)
{
	for (size_t i = 0; i < record->offer_count; i++)
		free((char *)record->offers[i].name);
	free((struct store_offer *)record->offers);
	for (size_t i = 0; i < record->transfer_count; i++)
		free(record->transfers[i]);
	free((struct store_transfer **)record->transfers);
	free((struct store_delivery *)record->deliveries);
	free((int64_t *)record->others);
	free((struct quote *)record->quote);
	free((struct store_message *)record->message);
	*record = (struct record){ 0 };
}

/* As json_line() writes it: an escape takes six bytes, a pair of them twelve.
 * Where one may begin it is counted. */
static size_t
json_length(const char *text)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			len += 6;
		else if (c == '"' || c == '\\')
			len += 2;
		else if (c == 0xc2 || c == 0xd8 || c == 0xe2 || c == 0xef ||
			 c == 0xf3)
			len += 9;
		else
			len++;
	}
	return len;
}

size_t
record_size(const struct record *record)
{
	enum { MESSAGE = 640, DELIVERY = 512, OFFER = 1024, USER = 96 };
	enum { QUOTE = 512 };
	size_t quote = record->quote != NULL
			   ? QUOTE + json_length(record->quote->text)
			   : 0;

	return MESSAGE + quote + json_length(record->message->text) +
	       record->delivery_count * DELIVERY + record->offer_count * OFFER +
	       record->other_count * USER;
}
