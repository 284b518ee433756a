/* test_device.c: device lists and prekeys: round trips, and every change
 * refused. */
#include "base/err.h"
#include "base/mem.h"
#include "crypto/crypto.h"
#include "crypto/device.h"
#include "crypto/digest.h"
#include "hex.h"

struct fixture {
	struct crypto *crypto;
	struct sign_key *user;
	struct devices devices;
};

static void
new_public(uint8_t bytes[SIGN_KEY_SIZE])
{
	struct sign_key *key = NULL;

	assert_int_equal(sign_key_generate(&key), 0);
	sign_key_public(key, bytes);
	sign_key_free(key);
}

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	struct devices *devices = &fixture->devices;

	fixture->crypto = crypto_new();
	assert_int_equal(sign_key_generate(&fixture->user), 0);
	sign_key_public(fixture->user, devices->user_key);
	devices->version = 0x0102030405060708;
	devices->issued_ms = 1792000000123;
	memset(devices->rsa, 0xab, sizeof(devices->rsa));
	devices->count = 2;
	for (size_t i = 0; i < DEVICES_MAX; i++) {
		new_public(devices->list[i].link_key);
		new_public(devices->list[i].signing_key);
	}
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	sign_key_free(fixture->user);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

/* -- lists ----------------------------------------------------------------- */

static struct buf
built(const struct fixture *fixture)
{
	struct buf buf;

	buf_init(&buf, DEVICES_BYTES_MAX);
	assert_int_equal(
	    devices_build(&fixture->devices, fixture->user, &buf), 0);
	assert_false(buf_failed(&buf));
	return buf;
}

static void
a_list_comes_back_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	const struct devices *sent = &fixture->devices;

	for (size_t count = 1; count <= DEVICES_MAX; count++) {
		struct devices got;
		struct buf buf;

		fixture->devices.count = count;
		buf = built(fixture);
		assert_int_equal(devices_parse(buf_span(&buf), &got), 0);
		assert_memory_equal(got.user_key, sent->user_key, 32);
		assert_true(got.version == sent->version);
		assert_true(got.issued_ms == sent->issued_ms);
		assert_memory_equal(got.rsa, sent->rsa, 32);
		assert_int_equal(got.count, count);
		assert_memory_equal(
		    got.list, sent->list, count * sizeof(got.list[0]));
		buf_finish(&buf);
	}
	fixture->devices.count = 2;
}

static void
no_bit_of_a_list_can_change(void **state)
{
	struct buf buf = built(*state);
	struct devices got;

	for (size_t i = 0; i < 8 * buf.len; i++) {
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(devices_parse(buf_span(&buf), &got) < 0);
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(devices_parse(buf_span(&buf), &got), 0);
	buf_finish(&buf);
}

static void
a_list_of_another_length_is_refused(void **state)
{
	struct buf buf = built(*state);
	struct devices got;

	for (size_t len = 0; len < buf.len; len++)
		assert_true(devices_parse(span_of(buf.data, len), &got) < 0);
	assert_int_equal(
	    devices_parse(span_of(buf.data, 0), &got), CAM_ERR_FORMAT);
	buf_put_byte(&buf, 0);
	assert_int_equal(devices_parse(buf_span(&buf), &got), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

static void
each_way_to_be_wrong_has_its_error(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = built(fixture);
	uint8_t large[DEVICES_BYTES_MAX + 1] = { 1 };
	struct devices got;

	assert_int_equal(
	    devices_parse(span_of(large, sizeof(large)), &got), CAM_ERR_LIMIT);
	buf.data[0] = 2;
	assert_int_equal(devices_parse(buf_span(&buf), &got), CAM_ERR_VERSION);
	buf.data[0] = 1;
	buf.data[1] = DEVICES_MAX + 1;
	assert_int_equal(devices_parse(buf_span(&buf), &got), CAM_ERR_LIMIT);
	buf.data[1] = 0;
	assert_int_equal(devices_parse(buf_span(&buf), &got), CAM_ERR_FORMAT);
	/* And nothing behind it, as a list of none would be. */
	assert_int_equal(devices_parse(span_of(buf.data, 82 + SIGN_SIZE), &got),
	    CAM_ERR_FORMAT);
	buf.data[1] = 2;
	buf.data[buf.len - 1] ^= 1;
	assert_int_equal(devices_parse(buf_span(&buf), &got), CAM_ERR_CRYPTO);
	buf_finish(&buf);
}

/* What its owner signed is refused all the same. */
static void
refused(const struct fixture *fixture, const struct devices *devices)
{
	struct devices got;
	struct buf buf;

	buf_init(&buf, DEVICES_BYTES_MAX);
	assert_int_equal(devices_build(devices, fixture->user, &buf), 0);
	assert_int_equal(devices_parse(buf_span(&buf), &got), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

static void
no_key_serves_two_purposes(void **state)
{
	struct fixture *fixture = *state;
	struct devices wrong = fixture->devices;

	memcpy(wrong.list[1].link_key, wrong.list[0].link_key, 32);
	refused(fixture, &wrong);
	wrong = fixture->devices;
	memcpy(wrong.list[0].signing_key, wrong.list[0].link_key, 32);
	refused(fixture, &wrong);
	wrong = fixture->devices;
	memcpy(wrong.list[1].signing_key, wrong.user_key, 32);
	refused(fixture, &wrong);
	wrong = fixture->devices;
	wrong.issued_ms = -1;
	refused(fixture, &wrong);
}

static void
only_the_user_key_builds_a_list_of_a_possible_size(void **state)
{
	struct fixture *fixture = *state;
	struct devices wrong = fixture->devices;
	struct buf buf;

	buf_init(&buf, DEVICES_BYTES_MAX);
	wrong.count = 0;
	assert_int_equal(
	    devices_build(&wrong, fixture->user, &buf), CAM_ERR_LIMIT);
	wrong.count = DEVICES_MAX + 1;
	assert_int_equal(
	    devices_build(&wrong, fixture->user, &buf), CAM_ERR_LIMIT);
	wrong = fixture->devices;
	wrong.user_key[0] ^= 1;
	assert_int_equal(
	    devices_build(&wrong, fixture->user, &buf), CAM_ERR_CRYPTO);
	assert_int_equal(buf.len, 0);
	buf_finish(&buf);
}

static void
devices_are_found_by_key_and_by_id(void **state)
{
	struct fixture *fixture = *state;
	const struct devices *devices = &fixture->devices;
	const struct device *last = &devices->list[1];
	uint8_t id[DEVICE_ID_SIZE], digest[SHA256_SIZE];
	uint8_t text[13 + SIGN_KEY_SIZE] = "cam/device/1";

	memcpy(text + 13, last->link_key, SIGN_KEY_SIZE);
	digest_sha256(span_of(text, sizeof(text)), digest);
	device_id(last, id);
	assert_memory_equal(id, digest, DEVICE_ID_SIZE);
	assert_ptr_equal(devices_by_id(devices, id), last);
	assert_ptr_equal(devices_by_link_key(devices, last->link_key), last);
	assert_null(devices_by_link_key(devices, last->signing_key));
	assert_null(devices_by_link_key(devices, devices->list[2].link_key));
	device_id(&devices->list[2], id);
	assert_null(devices_by_id(devices, id));
}

/* -- prekeys --------------------------------------------------------------- */

static void
a_prekey_comes_back_and_no_bit_of_it_can_change(void **state)
{
	struct fixture *fixture = *state;
	struct prekey sent = { .id = 0x01020304, .made_ms = 1792000000123 };
	struct prekey got;
	uint8_t bytes[PREKEY_BYTES + 1] = { 0 };
	const uint8_t *key = fixture->devices.user_key;
	struct span whole = span_of(bytes, PREKEY_BYTES);

	new_public(sent.key);
	assert_int_equal(prekey_build(&sent, fixture->user, bytes), 0);
	assert_int_equal(prekey_parse(whole, key, &got), 0);
	assert_int_equal(got.id, sent.id);
	assert_true(got.made_ms == sent.made_ms);
	assert_memory_equal(got.key, sent.key, HPKE_KEY_SIZE);
	for (size_t i = 0; i < 8 * PREKEY_BYTES; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(prekey_parse(whole, key, &got) < 0);
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(
	    prekey_parse(whole, fixture->devices.list[0].signing_key, &got),
	    CAM_ERR_CRYPTO);
	whole.len--;
	assert_int_equal(prekey_parse(whole, key, &got), CAM_ERR_FORMAT);
	whole.len += 2;
	assert_int_equal(prekey_parse(whole, key, &got), CAM_ERR_FORMAT);
}

static void
a_prekey_has_an_id_and_a_time(void **state)
{
	struct fixture *fixture = *state;
	struct prekey sent = { .id = 0, .made_ms = 1 }, got;
	uint8_t bytes[PREKEY_BYTES];

	assert_int_equal(prekey_build(&sent, fixture->user, bytes), 0);
	assert_int_equal(prekey_parse(span_of(bytes, PREKEY_BYTES),
			     fixture->devices.user_key, &got),
	    CAM_ERR_FORMAT);
	sent = (struct prekey){ .id = 1, .made_ms = -1 };
	assert_int_equal(prekey_build(&sent, fixture->user, bytes), 0);
	assert_int_equal(prekey_parse(span_of(bytes, PREKEY_BYTES),
			     fixture->devices.user_key, &got),
	    CAM_ERR_FORMAT);
}

/* What the server hands out stands for no prekey of the week, and the other way
 * round. */
static void
one_kind_of_prekey_never_stands_for_the_other(void **state)
{
	struct fixture *fixture = *state;
	const uint8_t *key = fixture->devices.user_key;
	struct prekey sent = { .id = 7, .made_ms = 1 }, got;
	uint8_t bytes[PREKEY_BYTES] = { 0 };
	struct span whole = span_of(bytes, PREKEY_BYTES);
	uint32_t id = 0;

	new_public(sent.key);
	assert_int_equal(prekey_build(&sent, fixture->user, bytes), 0);
	assert_int_equal(
	    prekey_parse_onetime(whole, key, &got), CAM_ERR_FORMAT);
	assert_int_equal(prekey_peek_onetime(whole, &id), CAM_ERR_FORMAT);
	bytes[0] |= 0x80;
	assert_int_equal(
	    prekey_parse_onetime(whole, key, &got), CAM_ERR_CRYPTO);
	sent.id |= PREKEY_ONETIME;
	assert_int_equal(prekey_build(&sent, fixture->user, bytes), 0);
	assert_int_equal(prekey_parse(whole, key, &got), CAM_ERR_FORMAT);
	assert_int_equal(prekey_parse_onetime(whole, key, &got), 0);
	assert_int_equal(got.id, sent.id);
	assert_memory_equal(got.key, sent.key, HPKE_KEY_SIZE);
	assert_int_equal(prekey_peek_onetime(whole, &id), 0);
	assert_int_equal(id, sent.id);
	bytes[0] &= 0x7f;
	assert_int_equal(prekey_parse(whole, key, &got), CAM_ERR_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_comes_back_as_it_was),
		cmocka_unit_test(no_bit_of_a_list_can_change),
		cmocka_unit_test(a_list_of_another_length_is_refused),
		cmocka_unit_test(each_way_to_be_wrong_has_its_error),
		cmocka_unit_test(no_key_serves_two_purposes),
		cmocka_unit_test(
		    only_the_user_key_builds_a_list_of_a_possible_size),
		cmocka_unit_test(devices_are_found_by_key_and_by_id),
		cmocka_unit_test(
		    a_prekey_comes_back_and_no_bit_of_it_can_change),
		cmocka_unit_test(a_prekey_has_an_id_and_a_time),
		cmocka_unit_test(one_kind_of_prekey_never_stands_for_the_other),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
