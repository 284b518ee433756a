/* test_receipt.c: receipts written, signed, read. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "camd/message/receipt.h"
#include "crypto/sign.h"
#include "test.h"

static struct receipt *
make_receipt(size_t count)
{
	struct receipt *receipt = xcalloc(1, sizeof *receipt);

	memset(receipt->receiver, 0x11, sizeof receipt->receiver);
	memset(receipt->sender, 0x22, sizeof receipt->sender);
	receipt->time_ms = 0x0102030405060708;
	receipt->count = count;
	for (size_t i = 0; i < count; i++)
		memset(receipt->ids[i], (int)(i % 256), ENVELOPE_ID_SIZE);
	return receipt;
}

static void
what_is_signed_is_these_bytes(void **state)
{
	struct receipt *receipt = make_receipt(2);
	static const uint8_t time[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct buf buf;

	buf_init(&buf, 1024);
	receipt_bytes(receipt, &buf);
	assert_int_equal(buf.len, 16 + 16 + 8 + 2 * 16);
	assert_memory_equal(buf.data, receipt->receiver, 16);
	assert_memory_equal(buf.data + 16, receipt->sender, 16);
	assert_memory_equal(buf.data + 32, time, 8);
	assert_memory_equal(buf.data + 40, receipt->ids, 32);
	buf_finish(&buf);
	free(receipt);
}

static void
a_signature_holds_for_this_one_only(void **state)
{
	struct receipt *receipt = make_receipt(3);
	struct sign_key *key = NULL, *other = NULL;
	uint8_t public[SIGN_KEY_SIZE], others[SIGN_KEY_SIZE];

	assert_int_equal(sign_key_generate(&key), 0);
	assert_int_equal(sign_key_generate(&other), 0);
	sign_key_public(key, public);
	sign_key_public(other, others);
	assert_int_equal(receipt_sign(receipt, RECEIPT_STORED, key), 0);
	assert_int_equal(receipt_check(receipt, RECEIPT_STORED, public), 0);
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_OPENED, public), CAM_ERR_CRYPTO);
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_STORED, others), CAM_ERR_CRYPTO);
	receipt->ids[2][15] ^= 1;
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_STORED, public), CAM_ERR_CRYPTO);
	receipt->ids[2][15] ^= 1;
	receipt->count = 2;
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_STORED, public), CAM_ERR_CRYPTO);
	receipt->count = 3;
	receipt->sender[0] ^= 1;
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_STORED, public), CAM_ERR_CRYPTO);
	receipt->sender[0] ^= 1;
	receipt->time_ms++;
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_STORED, public), CAM_ERR_CRYPTO);
	sign_key_free(key);
	sign_key_free(other);
	free(receipt);
}

static void
params_are_read_again(void **state)
{
	struct receipt *receipt = make_receipt(RECEIPT_IDS_MAX),
		       *again = xcalloc(1, sizeof *again);
	json_t *params;

	memset(receipt->signature, 0xab, SIGN_SIZE);
	params = receipt_params(receipt);
	assert_int_equal(receipt_parse(params, false, again), 0);
	assert_int_equal(again->count, RECEIPT_IDS_MAX);
	assert_int_equal(again->time_ms, receipt->time_ms);
	assert_memory_equal(again->ids, receipt->ids, sizeof receipt->ids);
	assert_memory_equal(again->signature, receipt->signature, SIGN_SIZE);
	json_array_append_new(json_object_get(params, "ids"),
	    json_string("00112233445566778899aabbccddeeff"));
	assert_int_equal(receipt_parse(params, false, again), CAM_ERR_LIMIT);
	json_decref(params);
	free(receipt);
	free(again);
}

static int
parse(const char *text)
{
	struct receipt *receipt = xcalloc(1, sizeof *receipt);
	json_t *params = json_loads(text, 0, NULL);
	int r;

	assert_non_null(params);
	r = receipt_parse(params, false, receipt);
	json_decref(params);
	free(receipt);
	return r;
}

#define ID "\"00112233445566778899aabbccddeeff\""
#define SIGNATURE_HALF                                                         \
	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SIGNATURE "\"" SIGNATURE_HALF SIGNATURE_HALF "\""

static void
what_is_wrong_is_refused(void **state)
{
	assert_int_equal(
	    parse("{\"ids\":[" ID "],\"time\":1,\"signature\":" SIGNATURE "}"),
	    0);
	assert_int_equal(parse("{}"), CAM_ERR_FORMAT);
	assert_int_equal(
	    parse("{\"ids\":[],\"time\":1,\"signature\":" SIGNATURE "}"),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    parse("{\"ids\":[7],\"time\":1,\"signature\":" SIGNATURE "}"),
	    CAM_ERR_FORMAT);
	assert_true(
	    parse("{\"ids\":[\"00\"],\"time\":1,\"signature\":" SIGNATURE "}") <
	    0);
	assert_true(
	    parse("{\"ids\":[" ID "],\"time\":1,\"signature\":" ID "}") < 0);
	assert_int_equal(parse("{\"ids\":[" ID
			       "],\"time\":\"1\",\"signature\":" SIGNATURE "}"),
	    CAM_ERR_FORMAT);
	assert_int_equal(
	    parse("{\"ids\":[" ID "],\"time\":1}"), CAM_ERR_FORMAT);
}

/* A word as long as one may be has its length, and the word, below the
 * signature. */
static void
a_refusal_is_signed_with_its_word(void **state)
{
	struct receipt *receipt = make_receipt(1);
	struct sign_key *key = NULL;
	uint8_t public[SIGN_KEY_SIZE];
	struct buf buf;

	strcpy(receipt->reason, "time");
	buf_init(&buf, 1024);
	receipt_bytes(receipt, &buf);
	assert_int_equal(buf.len, 16 + 16 + 8 + 1 + 4 + 16);
	assert_memory_equal(buf.data + 40, "\4time", 5);
	buf_finish(&buf);
	assert_int_equal(sign_key_generate(&key), 0);
	sign_key_public(key, public);
	receipt->count = RECEIPT_IDS_MAX;
	memset(receipt->reason, 'a', RECEIPT_REASON_MAX);
	assert_int_equal(receipt_sign(receipt, RECEIPT_REFUSED, key), 0);
	assert_int_equal(receipt_check(receipt, RECEIPT_REFUSED, public), 0);
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_STORED, public), CAM_ERR_CRYPTO);
	receipt->reason[3] = 'b';
	assert_int_equal(
	    receipt_check(receipt, RECEIPT_REFUSED, public), CAM_ERR_CRYPTO);
	sign_key_free(key);
	free(receipt);
}

static int
parse_refusal(const char *reason)
{
	struct receipt *receipt = make_receipt(1);
	struct receipt *again = xcalloc(1, sizeof *again);
	json_t *params = receipt_params(receipt);
	int r;

	json_object_set_new(params, "reason", json_string(reason));
	r = receipt_parse(params, true, again);
	if (r == 0) {
		assert_string_equal(again->reason, reason);
		assert_memory_equal(
		    again->ids[0], receipt->ids[0], ENVELOPE_ID_SIZE);
	}
	assert_int_equal(receipt_parse(params, false, receipt), 0);
	assert_string_equal(receipt->reason, "");
	json_decref(params);
	free(again);
	free(receipt);
	return r;
}

static void
a_refusal_has_one_word(void **state)
{
	assert_int_equal(parse_refusal("version"), 0);
	assert_int_equal(parse_refusal(""), CAM_ERR_FORMAT);
	assert_int_equal(parse_refusal("two words"), CAM_ERR_FORMAT);
	assert_int_equal(parse_refusal("\x1b[31m"), CAM_ERR_FORMAT);
	assert_int_equal(
	    parse_refusal("abcdefghijklmnopqrstuvwxyzabcdef"), CAM_ERR_FORMAT);
	assert_int_equal(parse_refusal("abcdefghijklmnopqrstuvwxyzabcde"), 0);
}

/* Of one envelope, and good for nothing else. */
static void
a_refusal_may_name_what_came(void **state)
{
	struct receipt *receipt = make_receipt(1);
	struct receipt *again = xcalloc(1, sizeof *again);
	struct sign_key *key = NULL;
	uint8_t public[SIGN_KEY_SIZE];
	json_t *params = NULL;

	strcpy(receipt->reason, "invalid");
	receipt->has_digest = true;
	memset(receipt->digest, 0xcd, sizeof receipt->digest);
	assert_int_equal(sign_key_generate(&key), 0);
	sign_key_public(key, public);
	assert_int_equal(receipt_sign(receipt, RECEIPT_REFUSED_COPY, key), 0);
	params = receipt_params(receipt);
	assert_int_equal(receipt_parse(params, true, again), 0);
	assert_true(again->has_digest);
	assert_memory_equal(again->digest, receipt->digest, SHA256_SIZE);
	memcpy(again->receiver, receipt->receiver, DEVICE_ID_SIZE);
	memcpy(again->sender, receipt->sender, DEVICE_ID_SIZE);
	assert_int_equal(receipt_check(again, RECEIPT_REFUSED_COPY, public), 0);
	assert_int_equal(
	    receipt_check(again, RECEIPT_REFUSED, public), CAM_ERR_CRYPTO);
	again->digest[5] ^= 1;
	assert_int_equal(
	    receipt_check(again, RECEIPT_REFUSED_COPY, public), CAM_ERR_CRYPTO);
	json_array_append_new(json_object_get(params, "ids"),
	    json_string("00112233445566778899aabbccddeeff"));
	assert_int_equal(receipt_parse(params, true, again), CAM_ERR_FORMAT);
	json_array_remove(json_object_get(params, "ids"), 1);
	json_object_set_new(params, "digest", json_string("00"));
	assert_true(receipt_parse(params, true, again) < 0);
	json_object_set_new(params, "digest", json_null());
	assert_int_equal(receipt_parse(params, true, again), CAM_ERR_FORMAT);
	json_decref(params);
	sign_key_free(key);
	free(again);
	free(receipt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_is_these_bytes),
		cmocka_unit_test(a_signature_holds_for_this_one_only),
		cmocka_unit_test(params_are_read_again),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(a_refusal_is_signed_with_its_word),
		cmocka_unit_test(a_refusal_has_one_word),
		cmocka_unit_test(a_refusal_may_name_what_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
