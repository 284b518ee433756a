/* ready.c: files of others that the organisation's server holds for us. */
#include "camd/offer/ready.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/offer/fetches.h"
#include "camd/offer/holdtell.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "crypto/sign.h"
#include "rpc/json.h"
#include "store/transfer.h"

enum { HEARD_MAX = 1024, FILES_MAX = 4096, MESSAGE_SIZE = (ID_SIZE - 1) / 2 };

struct named {
	uint8_t user_key[SIGN_KEY_SIZE];
	uint8_t message[MESSAGE_SIZE];
	uint32_t number;
};

struct file {
	struct table_link link;
	struct named named;
	int64_t expires_ms;
};

struct ready {
	struct camd *camd;
	struct table files;
};

/* -- the files ---------------------------------------------------------------
 */

static bool
same(const struct table_link *link, const void *key)
{
	const struct named *one = &container_of(link, struct file, link)->named;
	const struct named *other = key;

	return one->number == other->number &&
	       memcmp(one->message, other->message, MESSAGE_SIZE) == 0 &&
	       memcmp(one->user_key, other->user_key, SIGN_KEY_SIZE) == 0;
}

static uint64_t
hash_of(const struct ready *ready, const struct named *named)
{
	return table_hash(&ready->files, named->message, MESSAGE_SIZE);
}

static struct file *
find(const struct ready *ready, const struct named *named)
{
	struct table_link *link =
	    table_find(&ready->files, hash_of(ready, named), same, named);

	return link != NULL ? container_of(link, struct file, link) : NULL;
}

static void
keep(struct ready *ready, const struct file *heard)
{
	struct file *file = find(ready, &heard->named);

	if (file != NULL) {
		file->expires_ms = heard->expires_ms;
	} else if (ready->files.count < FILES_MAX) {
		file = xmemdup(heard, sizeof *heard);
		table_add(
		    &ready->files, &file->link, hash_of(ready, &file->named));
	}
}

void
ready_closed(struct ready *ready)
{
	struct table_link *link = NULL;

	while (ready != NULL && (link = table_first(&ready->files)) != NULL) {
		table_remove(&ready->files, link);
		free(container_of(link, struct file, link));
	}
}

/* -- heard -------------------------------------------------------------------
 */

static int
read_file(const json_t *object, struct file *file)
{
	const json_t *number = json_object_get(object, "number");
	const json_t *expires = json_object_get(object, "expires");

	if (json_hex_get_all(object, "user", file->named.user_key,
		sizeof file->named.user_key) < 0 ||
	    json_hex_get_all(object, "message", file->named.message,
		sizeof file->named.message) < 0 ||
	    !json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > UINT32_MAX ||
	    !json_is_integer(expires) || json_integer_value(expires) < 0)
		return CAM_ERR_REQUEST;
	file->named.number = (uint32_t)json_integer_value(number);
	file->expires_ms = json_integer_value(expires);
	return 0;
}

/* What waits for them is asked for. */
static void
hurry(struct ready *ready, const struct file *file, const struct user **last)
{
	const struct user *user =
	    trust_by_user_key(ready->camd->trust, file->named.user_key);

	if (user != NULL && user != *last)
		fetches_link_open(ready->camd->fetches, user);
	*last = user;
}

int
ready_hear(struct ready *ready, const json_t *params)
{
	const json_t *files = json_object_get(params, "files"), *item = NULL;
	struct hold_name *names = NULL;
	const struct user *last = NULL;
	size_t i = 0;

	if (ready == NULL)
		return 0;
	if (!json_is_array(files) || json_array_size(files) > HEARD_MAX)
		return CAM_ERR_REQUEST;
	names = xcalloc(json_array_size(files) + 1, sizeof *names);
	json_array_foreach(files, i, item)
	{
		struct file file = { .expires_ms = 0 };

		if (read_file(item, &file) < 0) {
			free(names);
			return CAM_ERR_REQUEST;
		}
		keep(ready, &file);
		hurry(ready, &file, &last);
		names[i] = (struct hold_name){ json_text_at(item, "message"),
			file.named.number };
	}
	holdtell(ready->camd, names, i);
	free(names);
	return 0;
}

/* -- asked -------------------------------------------------------------------
 */

int64_t
ready_until(const struct ready *ready, const struct store_transfer *transfer)
{
	const struct user *user = NULL;
	const struct file *file = NULL;
	const uint8_t *key = NULL;
	struct named named = { .number = transfer->number };

	if (ready == NULL || ready->files.count == 0 || !transfer->received)
		return 0;
	user = roster_by_uid(ready->camd->roster, transfer->uid);
	key = user != NULL ? trust_user_key(ready->camd->trust, user) : NULL;
	if (key == NULL || hex_decode(span_text(transfer->id), named.message,
			       MESSAGE_SIZE) < 0)
		return 0;
	memcpy(named.user_key, key, sizeof named.user_key);
	file = find(ready, &named);
	return file != NULL && file->expires_ms > clock_wall_ms()
		   ? file->expires_ms
		   : 0;
}

/* -- making and ending -------------------------------------------------------
 */

struct ready *
ready_new(struct camd *camd)
{
	struct ready *ready = xcalloc(1, sizeof *ready);

	ready->camd = camd;
	table_init(&ready->files);
	return ready;
}

void
ready_free(struct ready *ready)
{
	if (ready == NULL)
		return;
	ready_closed(ready);
	table_finish(&ready->files);
	free(ready);
}
