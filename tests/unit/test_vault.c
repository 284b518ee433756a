/* test_vault.c: short secrets sealed for a database. */
#include "base/err.h"
#include "crypto/vault.h"
#include "test.h"

enum { SECRET = 32, SEALED = SECRET + VAULT_OVERHEAD };

static const uint8_t key[VAULT_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t text[SECRET] = "what nobody else should know ..";

static void
a_secret_comes_back_at_its_place_alone(void **state)
{
	struct vault *vault = vault_new(key);
	uint8_t sealed[SEALED], got[SECRET] = { 0 };
	struct span bytes = span_of(sealed, sizeof sealed);

	vault_seal(vault, span_text("here"), span_of(text, SECRET), sealed);
	assert_int_equal(vault_open(vault, span_text("here"), bytes, got), 0);
	assert_memory_equal(got, text, SECRET);
	assert_int_equal(
	    vault_open(vault, span_text("there"), bytes, got), CAM_ERR_CRYPTO);
	bytes.len = VAULT_OVERHEAD - 1;
	assert_int_equal(
	    vault_open(vault, span_text("here"), bytes, got), CAM_ERR_CRYPTO);
	vault_free(vault);
}

static void
no_bit_of_it_can_change(void **state)
{
	struct vault *vault = vault_new(key);
	uint8_t sealed[SEALED], got[SECRET];

	vault_seal(vault, span_text("here"), span_of(text, SECRET), sealed);
	for (size_t i = 0; i < 8 * sizeof sealed; i++) {
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_equal(vault_open(vault, span_text("here"),
				     span_of(sealed, sizeof sealed), got),
		    CAM_ERR_CRYPTO);
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	vault_free(vault);
}

static void
another_vault_opens_nothing_and_none_seals_alike_twice(void **state)
{
	static const uint8_t other_key[VAULT_KEY_SIZE] = { 1, 2, 4 };
	struct vault *vault = vault_new(key), *other = vault_new(other_key);
	struct vault *same = vault_ref(vault);
	uint8_t sealed[SEALED], again[SEALED], got[SECRET];

	vault_free(vault);
	vault_seal(same, span_text("here"), span_of(text, SECRET), sealed);
	vault_seal(same, span_text("here"), span_of(text, SECRET), again);
	assert_memory_not_equal(sealed, again, SEALED);
	assert_int_equal(vault_open(other, span_text("here"),
			     span_of(sealed, sizeof sealed), got),
	    CAM_ERR_CRYPTO);
	vault_free(same);
	vault_free(other);
	vault_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_comes_back_at_its_place_alone),
		cmocka_unit_test(no_bit_of_it_can_change),
		cmocka_unit_test(
		    another_vault_opens_nothing_and_none_seals_alike_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
