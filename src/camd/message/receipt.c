/* receipt.c: ids in hex digits, and a signature over them. */
#include "camd/message/receipt.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/number.h"
#include "crypto/sign.h"

/* -- signed --------------------------------------------------------------- */

enum {
	HEAD_SIZE = 2 * DEVICE_ID_SIZE + 8,
	BYTES_MAX = HEAD_SIZE + RECEIPT_IDS_MAX * ENVELOPE_ID_SIZE
};

void
receipt_bytes(const struct receipt *receipt, struct buf *buf)
{
	buf_put(buf, receipt->receiver, DEVICE_ID_SIZE);
	buf_put(buf, receipt->sender, DEVICE_ID_SIZE);
	fields_put_number(buf, (uint64_t)receipt->time_ms, 8);
	buf_put(buf, receipt->ids, receipt->count * ENVELOPE_ID_SIZE);
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
	char signature[2 * SIGN_SIZE + 1];

	hex_encode(receipt->signature, SIGN_SIZE, signature);
	return json_pack("{s:o, s:I, s:s}", "ids",
	    ids_object(receipt->ids, receipt->count), "time",
	    (json_int_t)receipt->time_ms, "signature", signature);
}

json_t *
refusal_params(
    const uint8_t (*ids)[ENVELOPE_ID_SIZE], size_t count, const char *reason)
{
	return json_pack(
	    "{s:o, s:s}", "ids", ids_object(ids, count), "reason", reason);
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

int
receipt_parse(const json_t *params, struct receipt *receipt)
{
	const json_t *time = json_object_get(params, "time");
	int r = parse_ids(params, receipt);

	if (r == 0)
		r = parse_hex(json_object_get(params, "signature"),
		    receipt->signature, SIGN_SIZE);
	if (r == 0 && !json_is_integer(time))
		r = CAM_ERR_FORMAT;
	if (r == 0)
		receipt->time_ms = json_integer_value(time);
	return r;
}

/* A word of ours: lower-case letters, as in cam-rpc(7). */
static bool
is_reason(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	return len > 0 && len <= RECEIPT_REASON_MAX && text[len] == '\0';
}

int
refusal_parse(const json_t *params, struct receipt *receipt,
    char reason[RECEIPT_REASON_MAX + 1])
{
	const char *text = json_string_value(json_object_get(params, "reason"));
	int r = parse_ids(params, receipt);

	if (r == 0 && (text == NULL || !is_reason(text)))
		r = CAM_ERR_FORMAT;
	if (r == 0)
		memcpy(reason, text, strlen(text) + 1);
	return r;
}
