/* receipt.c: ids in hex digits, and a signature over them. */
#include "camd/message/receipt.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/number.h"
#include "crypto/sign.h"
#include "rpc/json.h"

/* -- signed --------------------------------------------------------------- */

enum {
	HEAD_SIZE = 2 * DEVICE_ID_SIZE + 8 + 1 + RECEIPT_REASON_MAX,
	BYTES_MAX = HEAD_SIZE + RECEIPT_IDS_MAX * ENVELOPE_ID_SIZE + SHA256_SIZE
};

void
receipt_bytes(const struct receipt *receipt, struct buf *buf)
{
	buf_put(buf, receipt->receiver, DEVICE_ID_SIZE);
	buf_put(buf, receipt->sender, DEVICE_ID_SIZE);
	fields_put_number(buf, (uint64_t)receipt->time_ms, 8);
	if (receipt->reason[0] != '\0') {
		buf_put_byte(buf, (uint8_t)strlen(receipt->reason));
		buf_put_span(buf, span_text(receipt->reason));
	}
	buf_put(buf, receipt->ids, receipt->count * ENVELOPE_ID_SIZE);
	if (receipt->has_digest)
		buf_put(buf, receipt->digest, SHA256_SIZE);
}

int
receipt_sign(
    struct receipt *receipt, const char *label, const struct sign_key *signing)
{
	struct buf buf;
	int r;

	buf_init(&buf, BYTES_MAX);
	receipt_bytes(receipt, &buf);
	r = sign_make(signing, label, buf_span(&buf), receipt->signature);
	buf_finish(&buf);
	return r;
}

int
receipt_check(const struct receipt *receipt, const char *label,
    const uint8_t signing_key[SIGN_KEY_SIZE])
{
	struct buf buf;
	int r;

	buf_init(&buf, BYTES_MAX);
	receipt_bytes(receipt, &buf);
	r = sign_verify(signing_key, label, buf_span(&buf), receipt->signature);
	buf_finish(&buf);
	return r;
}

/* -- as JSON -------------------------------------------------------------- */

static json_t *
ids_object(const uint8_t (*ids)[ENVELOPE_ID_SIZE], size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		char text[2 * ENVELOPE_ID_SIZE + 1];

		hex_encode(ids[i], ENVELOPE_ID_SIZE, text);
		json_array_append_new(list, json_string(text));
	}
	return list;
}

json_t *
receipt_params(const struct receipt *receipt)
{
	json_t *params = json_pack("{s:o, s:I, s:o}", "ids",
	    ids_object(receipt->ids, receipt->count), "time",
	    (json_int_t)receipt->time_ms, "signature",
	    json_hex(span_of(receipt->signature, SIGN_SIZE)));

	if (receipt->reason[0] != '\0')
		json_object_set_new(
		    params, "reason", json_string(receipt->reason));
	if (receipt->has_digest)
		json_object_set_new(params, "digest",
		    json_hex(span_of(receipt->digest, SHA256_SIZE)));
	return params;
}

static int
parse_hex(const json_t *text, uint8_t *bytes, size_t size)
{
	if (!json_is_string(text))
		return CAM_ERR_FORMAT;
	return hex_decode(
	    span_of(json_string_value(text), json_string_length(text)), bytes,
	    size);
}

static int
parse_ids(const json_t *params, struct receipt *receipt)
{
	const json_t *list = json_object_get(params, "ids");
	size_t count = json_array_size(list);
	int r = 0;

	if (count == 0)
		return CAM_ERR_FORMAT;
	if (count > RECEIPT_IDS_MAX)
		return CAM_ERR_LIMIT;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = parse_hex(
		    json_array_get(list, i), receipt->ids[i], ENVELOPE_ID_SIZE);
	receipt->count = count;
	return r;
}

/* A word of ours: lower-case letters, as in cam-rpc(7). */
static int
parse_reason(const json_t *params, struct receipt *receipt)
{
	const char *text = json_text_at(params, "reason");
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	if (len == 0 || len > RECEIPT_REASON_MAX || text[len] != '\0')
		return CAM_ERR_FORMAT;
	memcpy(receipt->reason, text, len + 1);
	return 0;
}

static int
parse_digest(const json_t *params, struct receipt *receipt)
{
	const json_t *digest = json_object_get(params, "digest");

	receipt->has_digest = digest != NULL;
	if (digest == NULL)
		return 0;
	return receipt->count == 1
		   ? parse_hex(digest, receipt->digest, SHA256_SIZE)
		   : CAM_ERR_FORMAT;
}

int
receipt_parse(const json_t *params, bool refusal, struct receipt *receipt)
{
	const json_t *time = json_object_get(params, "time");
	int r = parse_ids(params, receipt);

	receipt->reason[0] = '\0';
	receipt->has_digest = false;
	if (r == 0)
		r = parse_hex(json_object_get(params, "signature"),
		    receipt->signature, SIGN_SIZE);
	if (r == 0 && !json_is_integer(time))
		r = CAM_ERR_FORMAT;
	if (r == 0 && refusal)
		r = parse_reason(params, receipt);
	if (r == 0 && refusal)
		r = parse_digest(params, receipt);
	if (r == 0)
		receipt->time_ms = json_integer_value(time);
	return r;
}
