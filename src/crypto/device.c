/* device.c: device lists and prekeys as signed bytes. */
#include "crypto/device.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "crypto/digest.h"

static const char devices_label[] = "cam/devices/1";
static const char prekey_label[] = "cam/prekey/1";
static const char onetime_label[] = "cam/onetime/1";

/* The form of a list: this byte, a count, then user key, version, time, digest
 * of the RSA key, the devices, and the signature over all before it. */
enum {
	FORM = 1,
	HEAD_SIZE = 1 + 1 + SIGN_KEY_SIZE + 8 + 8 + 32,
	DEVICE_SIZE = 2 * SIGN_KEY_SIZE,
	PREKEY_SIGNED = PREKEY_BYTES - SIGN_SIZE
};

/* -- ids --------------------------------------------------------------- */

void
device_id(const struct device *device, uint8_t id[DEVICE_ID_SIZE])
{
	static const char label[] = "cam/device/1"; /* and its zero byte */
	uint8_t text[sizeof(label) + SIGN_KEY_SIZE], digest[SHA256_SIZE];

	memcpy(text, label, sizeof(label));
	memcpy(text + sizeof(label), device->link_key, SIGN_KEY_SIZE);
	digest_sha256(span_of(text, sizeof(text)), digest);
	memcpy(id, digest, DEVICE_ID_SIZE);
}

const struct device *
devices_by_link_key(
    const struct devices *devices, const uint8_t key[SIGN_KEY_SIZE])
{
	size_t i;

	for (i = 0; i < devices->count; i++) {
		if (memcmp(devices->list[i].link_key, key, SIGN_KEY_SIZE) == 0)
			return &devices->list[i];
	}
	return NULL;
}

const struct device *
devices_by_id(const struct devices *devices, const uint8_t id[DEVICE_ID_SIZE])
{
	uint8_t have[DEVICE_ID_SIZE];
	size_t i;

	for (i = 0; i < devices->count; i++) {
		device_id(&devices->list[i], have);
		if (memcmp(have, id, DEVICE_ID_SIZE) == 0)
			return &devices->list[i];
	}
	return NULL;
}

/* -- lists ------------------------------------------------------------- */

static void
put_list(struct buf *buf, const struct devices *devices)
{
	size_t i;

	buf_put_byte(buf, FORM);
	buf_put_byte(buf, (uint8_t)devices->count);
	buf_put(buf, devices->user_key, SIGN_KEY_SIZE);
	fields_put_number(buf, devices->version, 8);
	fields_put_number(buf, (uint64_t)devices->issued_ms, 8);
	buf_put(buf, devices->rsa, sizeof(devices->rsa));
	for (i = 0; i < devices->count; i++) {
		buf_put(buf, devices->list[i].link_key, SIGN_KEY_SIZE);
		buf_put(buf, devices->list[i].signing_key, SIGN_KEY_SIZE);
	}
}

int
devices_build(
    const struct devices *devices, const struct sign_key *user, struct buf *buf)
{
	uint8_t signature[SIGN_SIZE], key[SIGN_KEY_SIZE];
	struct buf made;
	int rc;

	if (devices->count < 1 || devices->count > DEVICES_MAX)
		return CAM_ERR_LIMIT;
	sign_key_public(user, key);
	if (memcmp(key, devices->user_key, SIGN_KEY_SIZE) != 0)
		return CAM_ERR_CRYPTO;
	buf_init(&made, DEVICES_BYTES_MAX);
	put_list(&made, devices);
	rc = sign_make(user, devices_label, buf_span(&made), signature);
	if (rc == 0) {
		buf_put(&made, signature, sizeof(signature));
		buf_put_span(buf, buf_span(&made));
	}
	buf_finish(&made);
	return rc;
}

static void
get_list(struct fields *fields, struct devices *devices)
{
	size_t i;

	memset(devices, 0, sizeof(*devices));
	(void)fields_number(fields, 1);
	devices->count = (size_t)fields_number(fields, 1);
	fields_copy(fields, devices->user_key, SIGN_KEY_SIZE);
	devices->version = fields_number(fields, 8);
	devices->issued_ms = (int64_t)fields_number(fields, 8);
	fields_copy(fields, devices->rsa, sizeof(devices->rsa));
	for (i = 0; i < devices->count && i < DEVICES_MAX; i++) {
		fields_copy(fields, devices->list[i].link_key, SIGN_KEY_SIZE);
		fields_copy(
		    fields, devices->list[i].signing_key, SIGN_KEY_SIZE);
	}
}

/* No key serves two purposes, nor two devices. */
static bool
keys_are_different(const struct devices *devices)
{
	const uint8_t *keys[1 + 2 * DEVICES_MAX] = { devices->user_key };
	size_t count = 1, i;

	for (i = 0; i < devices->count; i++) {
		keys[count++] = devices->list[i].link_key;
		keys[count++] = devices->list[i].signing_key;
	}
	return sign_keys_differ(keys, count);
}

/* The list, what of it is signed, and its signature. */
static int
read_list(struct span bytes, struct devices *devices, struct span *text,
    struct span *signature)
{
	struct fields fields = fields_of(bytes);
	struct devices got;

	if (bytes.len > DEVICES_BYTES_MAX)
		return CAM_ERR_LIMIT;
	if (bytes.len == 0)
		return CAM_ERR_FORMAT;
	if (bytes.data[0] != FORM)
		return CAM_ERR_VERSION;
	get_list(&fields, &got);
	if (got.count > DEVICES_MAX)
		return CAM_ERR_LIMIT;
	*text = span_of(bytes.data, HEAD_SIZE + got.count * DEVICE_SIZE);
	*signature = fields_span(&fields, SIGN_SIZE);
	if (fields.failed || fields.rest.len > 0 || got.count == 0 ||
	    got.issued_ms < 0 || !keys_are_different(&got))
		return CAM_ERR_FORMAT;
	*devices = got;
	return 0;
}

int
devices_read(struct span bytes, struct devices *devices)
{
	struct span text, signature;

	return read_list(bytes, devices, &text, &signature);
}

int
devices_parse(struct span bytes, struct devices *devices)
{
	struct devices got;
	struct span text, signature;
	int rc = read_list(bytes, &got, &text, &signature);

	if (rc == 0)
		rc = sign_verify(
		    got.user_key, devices_label, text, signature.data);
	if (rc == 0)
		*devices = got;
	return rc;
}

/* -- prekeys ------------------------------------------------------------ */

static const char *
label_of(uint32_t id)
{
	return id & PREKEY_ONETIME ? onetime_label : prekey_label;
}

int
prekey_build(const struct prekey *prekey, const struct sign_key *signing,
    uint8_t bytes[PREKEY_BYTES])
{
	uint8_t signature[SIGN_SIZE];
	struct buf buf;
	int rc;

	buf_init(&buf, PREKEY_SIGNED);
	fields_put_number(&buf, prekey->id, 4);
	fields_put_number(&buf, (uint64_t)prekey->made_ms, 8);
	buf_put(&buf, prekey->key, HPKE_KEY_SIZE);
	rc =
	    sign_make(signing, label_of(prekey->id), buf_span(&buf), signature);
	if (rc == 0) {
		memcpy(bytes, buf.data, PREKEY_SIGNED);
		memcpy(bytes + PREKEY_SIGNED, signature, SIGN_SIZE);
	}
	buf_finish(&buf);
	return rc;
}

static int
parse(struct span bytes, uint32_t kind,
    const uint8_t signing_key[SIGN_KEY_SIZE], struct prekey *prekey)
{
	struct fields fields = fields_of(bytes);
	struct prekey got;
	int rc;

	if (bytes.len != PREKEY_BYTES)
		return CAM_ERR_FORMAT;
	got.id = (uint32_t)fields_number(&fields, 4);
	got.made_ms = (int64_t)fields_number(&fields, 8);
	fields_copy(&fields, got.key, HPKE_KEY_SIZE);
	if (got.id == 0 || (got.id & PREKEY_ONETIME) != kind || got.made_ms < 0)
		return CAM_ERR_FORMAT;
	rc = sign_verify(signing_key, label_of(kind),
	    span_of(bytes.data, PREKEY_SIGNED), fields.rest.data);
	if (rc == 0)
		*prekey = got;
	return rc;
}

int
prekey_parse(struct span bytes, const uint8_t signing_key[SIGN_KEY_SIZE],
    struct prekey *prekey)
{
	return parse(bytes, 0, signing_key, prekey);
}

int
prekey_parse_onetime(struct span bytes,
    const uint8_t signing_key[SIGN_KEY_SIZE], struct prekey *prekey)
{
	return parse(bytes, PREKEY_ONETIME, signing_key, prekey);
}

int
prekey_peek_onetime(struct span bytes, uint32_t *id)
{
	struct fields fields = fields_of(bytes);
	uint32_t got = (uint32_t)fields_number(&fields, 4);

	if (bytes.len != PREKEY_BYTES || !(got & PREKEY_ONETIME))
		return CAM_ERR_FORMAT;
	*id = got;
	return 0;
}
