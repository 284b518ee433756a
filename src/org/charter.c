/* charter.c: an organisation's charter as signed bytes. */
#include "org/charter.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "crypto/digest.h"
#include "org/name.h"

static const char charter_label[] = "cam/charter/1";

/* The form: this byte, a count, then root, serial, time, name, the servers, and
 * the signature over all before it. */
enum { FORM = 1 };

static void
put_charter(struct buf *buf, const struct charter *charter)
{
	buf_put_byte(buf, FORM);
	buf_put_byte(buf, (uint8_t)charter->count);
	buf_put(buf, charter->root, SIGN_KEY_SIZE);
	fields_put_number(buf, charter->serial, 8);
	fields_put_number(buf, (uint64_t)charter->issued_ms, 8);
	name_put(buf, charter->name);
	for (size_t i = 0; i < charter->count; i++) {
		buf_put(buf, charter->servers[i].link_key, SIGN_KEY_SIZE);
		buf_put(buf, charter->servers[i].signing_key, SIGN_KEY_SIZE);
	}
}

int
charter_build(
    const struct charter *charter, const struct sign_key *root, struct buf *buf)
{
	uint8_t signature[SIGN_SIZE], key[SIGN_KEY_SIZE];
	struct buf made;
	int r;

	if (charter->count < 1 || charter->count > CHARTER_SERVERS_MAX)
		return CAM_ERR_LIMIT;
	if (charter->name[0] == '\0' ||
	    !name_is_plain(charter->name, CHARTER_NAME_MAX))
		return CAM_ERR_FORMAT;
	sign_key_public(root, key);
	if (memcmp(key, charter->root, SIGN_KEY_SIZE) != 0)
		return CAM_ERR_CRYPTO;
	buf_init(&made, CHARTER_BYTES_MAX);
	put_charter(&made, charter);
	r = sign_make(root, charter_label, buf_span(&made), signature);
	if (r == 0) {
		buf_put(&made, signature, sizeof signature);
		buf_put_span(buf, buf_span(&made));
	}
	buf_finish(&made);
	return r;
}

/* No key serves two purposes, nor two servers. */
static bool
keys_are_different(const struct charter *charter)
{
	const uint8_t *keys[1 + 2 * CHARTER_SERVERS_MAX] = { charter->root };
	size_t count = 1;

	for (size_t i = 0; i < charter->count; i++) {
		keys[count++] = charter->servers[i].link_key;
		keys[count++] = charter->servers[i].signing_key;
	}
	return sign_keys_differ(keys, count);
}

static int
get_charter(struct fields *fields, struct charter *charter)
{
	memset(charter, 0, sizeof *charter);
	(void)fields_number(fields, 1);
	charter->count = (size_t)fields_number(fields, 1);
	fields_copy(fields, charter->root, SIGN_KEY_SIZE);
	charter->serial = fields_number(fields, 8);
	charter->issued_ms = (int64_t)fields_number(fields, 8);
	if (!name_get(fields, CHARTER_NAME_MAX, charter->name) ||
	    charter->name[0] == '\0' || charter->serial == 0 ||
	    charter->issued_ms < 0)
		return CAM_ERR_FORMAT;
	if (charter->count > CHARTER_SERVERS_MAX)
		return CAM_ERR_LIMIT;
	for (size_t i = 0; i < charter->count; i++) {
		struct charter_server *server = &charter->servers[i];

		fields_copy(fields, server->link_key, SIGN_KEY_SIZE);
		fields_copy(fields, server->signing_key, SIGN_KEY_SIZE);
	}
	return charter->count > 0 && keys_are_different(charter)
		   ? 0
		   : CAM_ERR_FORMAT;
}

int
charter_parse(struct span bytes, struct charter *charter)
{
	struct fields fields = fields_of(bytes);
	struct span text, signature;
	struct charter got;
	int r;

	if (bytes.len > CHARTER_BYTES_MAX)
		return CAM_ERR_LIMIT;
	if (bytes.len == 0)
		return CAM_ERR_FORMAT;
	if (bytes.data[0] != FORM)
		return CAM_ERR_VERSION;
	if ((r = get_charter(&fields, &got)) < 0)
		return r;
	text = span_of(bytes.data, bytes.len - fields.rest.len);
	signature = fields_span(&fields, SIGN_SIZE);
	if (fields.failed || fields.rest.len > 0)
		return CAM_ERR_FORMAT;
	r = sign_verify(got.root, charter_label, text, signature.data);
	if (r == 0)
		*charter = got;
	return r;
}

const struct charter_server *
charter_server(
    const struct charter *charter, const uint8_t link_key[SIGN_KEY_SIZE])
{
	for (size_t i = 0; i < charter->count; i++) {
		if (memcmp(charter->servers[i].link_key, link_key,
			SIGN_KEY_SIZE) == 0)
			return &charter->servers[i];
	}
	return NULL;
}

void
root_pin(const uint8_t root[SIGN_KEY_SIZE], uint8_t pin[ROOT_PIN_SIZE])
{
	static const char label[] = "cam/root/1"; /* and its zero byte */
	uint8_t text[sizeof label + SIGN_KEY_SIZE], digest[SHA256_SIZE];

	memcpy(text, label, sizeof label);
	memcpy(text + sizeof label, root, SIGN_KEY_SIZE);
	digest_sha256(span_of(text, sizeof text), digest);
	memcpy(pin, digest, ROOT_PIN_SIZE);
}
