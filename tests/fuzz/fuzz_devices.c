/* fuzz_devices.c: any bytes as a device list and as a prekey; behind the
 * signature too, which is made for what the bytes say. */
#include "crypto/crypto.h"
#include "crypto/device.h"
#include "fuzz.h"

/* All that is before the signature. */
enum { LIST_HEAD = 1 + 1 + 32 + 8 + 8 + 32, PREKEY_HEAD = 4 + 8 + 32 };

static struct sign_key *
the_key(void)
{
	/* The process ends with the fuzzing; volatile, or the compiler drops it
	 * and it leaks. */
	static struct crypto *volatile crypto;
	static struct sign_key *key;
	uint8_t secret[SIGN_KEY_SIZE];

	if (!key) {
		crypto = crypto_new();
		must(crypto != NULL);
		memset(secret, 0x11, sizeof(secret));
		must(sign_key_new(secret, &key) == 0);
	}
	return key;
}

static void
parse_list(struct span data)
{
	struct devices devices;
	struct buf buf;
	uint8_t id[DEVICE_ID_SIZE], key[SIGN_KEY_SIZE];

	if (devices_parse(data, &devices) < 0)
		return;
	must(devices.count >= 1 && devices.count <= DEVICES_MAX);
	must(devices.issued_ms >= 0);
	for (size_t i = 0; i < devices.count; i++) {
		device_id(&devices.list[i], id);
		must(devices_by_id(&devices, id) == &devices.list[i]);
		must(devices_by_link_key(&devices, devices.list[i].link_key) ==
		     &devices.list[i]);
	}
	/* The signature is deterministic: one list has one form. */
	sign_key_public(the_key(), key);
	if (memcmp(key, devices.user_key, sizeof(key)) != 0)
		return;
	buf_init(&buf, DEVICES_BYTES_MAX);
	must(devices_build(&devices, the_key(), &buf) == 0);
	must(span_equal(buf_span(&buf), data));
	buf_finish(&buf);
}

/* As the owner of the key could have signed it. */
static void
parse_signed_list(struct span data)
{
	uint8_t bytes[DEVICES_BYTES_MAX];
	size_t len = data.len;

	if (len < LIST_HEAD || len > sizeof(bytes) - SIGN_SIZE)
		return;
	memcpy(bytes, data.data, len);
	sign_key_public(the_key(), bytes + 2);
	must(sign_make(the_key(), "cam/devices/1", span_of(bytes, len),
		 bytes + len) == 0);
	parse_list(span_of(bytes, len + SIGN_SIZE));
}

static void
parse_prekeys(struct span data)
{
	uint8_t key[SIGN_KEY_SIZE], bytes[PREKEY_BYTES];
	struct prekey prekey;

	sign_key_public(the_key(), key);
	(void)prekey_parse(data, key, &prekey);
	if (data.len < PREKEY_HEAD)
		return;
	memcpy(bytes, data.data, PREKEY_HEAD);
	must(sign_make(the_key(), "cam/prekey/1", span_of(bytes, PREKEY_HEAD),
		 bytes + PREKEY_HEAD) == 0);
	if (prekey_parse(span_of(bytes, sizeof(bytes)), key, &prekey) == 0)
		must(prekey.id > 0 && prekey.made_ms >= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse_list(span_of(data, size));
	parse_signed_list(span_of(data, size));
	parse_prekeys(span_of(data, size));
	return 0;
}
