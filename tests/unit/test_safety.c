/* test_safety.c: safety numbers: golden values, either order, every bit. */
#include <stdio.h>

#include <openssl/evp.h>

#include "base/random.h"
#include "crypto/crypto.h"
#include "crypto/safety.h"
#include "hex.h"

static int
set_up(void **state)
{
	*state = crypto_new();
	return 0;
}

static int
tear_down(void **state)
{
	crypto_free(*state);
	return 0;
}

/* The public keys of RFC 8032, 7.1, tests 1 and 2; what follows from them was
 * computed in Python:
 *
 *   h = b"\0\1" + key + key
 *   for i in range(5200): h = hashlib.sha512(h + key).digest()
 *   half = "".join("%05d" % (int.from_bytes(h[5*i:5*i+5], "big") % 100000)
 *       for i in range(6))
 *
 * and the smaller half stands first. */
static const char key_a[] =
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
static const char key_b[] =
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
static const char print_a[] =
    "6219c914269647d75de407bfdc0635a2dc7ce4e867544eac632cb0c465d731fd";
static const char print_b[] =
    "a84b6394bc52b438d0a90eac99c1d4e0a56520b89dcddb07e9a4c498182b4820";
static const char number_ab[] =
    "033029101238837745367357122167230684058599924424564916138539";

static void
numbers_are_the_golden_ones_in_either_order(void **state)
{
	struct hex a = hex(key_a), b = hex(key_b);
	uint8_t fingerprint[SAFETY_FINGERPRINT_SIZE];
	char digits[SAFETY_DIGITS + 1];

	safety_fingerprint(a.bytes, fingerprint);
	assert_hex(fingerprint, print_a);
	safety_fingerprint(b.bytes, fingerprint);
	assert_hex(fingerprint, print_b);
	safety_number(a.bytes, b.bytes, digits);
	assert_string_equal(digits, number_ab);
	safety_number(b.bytes, a.bytes, digits);
	assert_string_equal(digits, number_ab);
}

static void
the_qr_code_holds_version_ours_and_theirs(void **state)
{
	struct hex a = hex(key_a), b = hex(key_b);
	uint8_t bytes[SAFETY_QR_SIZE], turned[SAFETY_QR_SIZE];

	safety_qr(a.bytes, b.bytes, bytes);
	assert_int_equal(bytes[0], 1);
	assert_hex(bytes + 1, print_a);
	assert_hex(bytes + 33, print_b);
	/* What the other one shows. */
	safety_qr(b.bytes, a.bytes, turned);
	assert_memory_equal(turned + 1, bytes + 33, 32);
	assert_memory_equal(turned + 33, bytes + 1, 32);
}

/* The same once more, each round in one piece and the digits by division. */
static void
half_by_hand(const uint8_t key[32], char digits[31])
{
	uint8_t text[96], hash[64];
	unsigned int len = 0;

	memcpy(text, key, 32);
	memcpy(text + 32, key, 32);
	memcpy(text + 64, key, 32);
	for (int i = 0; i < 5200; i++) {
		uint8_t joined[98] = { 0, 1 };
		size_t size = i == 0 ? 98 : 96;

		if (i == 0) {
			memcpy(joined + 2, text, 96);
		} else {
			memcpy(joined, hash, 64);
			memcpy(joined + 64, key, 32);
		}
		assert_int_equal(
		    EVP_Digest(joined, size, hash, &len, EVP_sha512(), NULL),
		    1);
	}
	for (int group = 0; group < 6; group++) {
		uint32_t rest = 0;

		for (int i = 0; i < 5; i++)
			rest = (rest * 256 + hash[5 * group + i]) % 100000;
		for (int i = 4; i >= 0; i--, rest /= 10)
			digits[5 * group + i] = (char)('0' + rest % 10);
	}
	digits[30] = '\0';
}

static void
numbers_are_those_of_another_computation(void **state)
{
	for (int i = 0; i < 8; i++) {
		uint8_t a[32], b[32];
		char halves[2][31], expected[61], digits[61];

		random_bytes(a, sizeof(a));
		random_bytes(b, sizeof(b));
		half_by_hand(a, halves[0]);
		half_by_hand(b, halves[1]);
		if (strcmp(halves[0], halves[1]) < 0)
			snprintf(expected, sizeof(expected), "%s%s", halves[0],
			    halves[1]);
		else
			snprintf(expected, sizeof(expected), "%s%s", halves[1],
			    halves[0]);
		safety_number(a, b, digits);
		assert_string_equal(digits, expected);
	}
}

static void
one_bit_of_a_key_changes_the_number(void **state)
{
	struct hex a = hex(key_a), b = hex(key_b);
	char digits[SAFETY_DIGITS + 1];

	for (int i = 0; i < 256; i += 11) {
		a.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		safety_number(a.bytes, b.bytes, digits);
		assert_string_not_equal(digits, number_ab);
		assert_int_equal(strspn(digits, "0123456789"), SAFETY_DIGITS);
		a.bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

/* With oneself, too. */
static void
equal_keys_give_equal_halves(void **state)
{
	struct hex a = hex(key_a);
	char digits[SAFETY_DIGITS + 1];

	safety_number(a.bytes, a.bytes, digits);
	assert_memory_equal(digits, digits + 30, 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_the_golden_ones_in_either_order),
		cmocka_unit_test(the_qr_code_holds_version_ours_and_theirs),
		cmocka_unit_test(numbers_are_those_of_another_computation),
		cmocka_unit_test(one_bit_of_a_key_changes_the_number),
		cmocka_unit_test(equal_keys_give_equal_halves),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
