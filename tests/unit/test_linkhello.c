/* test_linkhello.c: hellos between two camd: what they prove, and lies. */
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "camd/link/identity.h"
#include "camd/link/link.h"
#include "crypto/crypto.h"
#include "link/linkhello.h"
#include "test.h"

/* Somebody with keys of his own. */
struct person {
	struct sign_key *user, *link, *signing;
	struct rsa_key *rsa;
	struct devices devices;
	struct linkhello hello;
};

struct scene {
	struct crypto *crypto;
	struct person anna, bob;
};

static void
sign_devices(struct person *person, const struct sign_key *by)
{
	struct buf buf;

	buf_init(&buf, DEVICES_BYTES_MAX);
	assert_int_equal(devices_build(&person->devices, by, &buf), 0);
	memcpy(person->hello.devices, buf.data, buf.len);
	person->hello.devices_len = buf.len;
	buf_finish(&buf);
}

static void
sign_prekey(struct person *person, const struct sign_key *by)
{
	struct prekey prekey = { .id = 7, .made_ms = 1700000000000 };
	struct hpke_key *key = NULL;

	assert_int_equal(hpke_key_generate(&key), 0);
	hpke_key_public(key, prekey.key);
	hpke_key_free(key);
	assert_int_equal(prekey_build(&prekey, by, person->hello.prekey), 0);
}

static void
sign_rsa(struct person *person, const struct rsa_key *by,
    const uint8_t user_key[SIGN_KEY_SIZE])
{
	struct linkhello *hello = &person->hello;
	struct rsa_public *shown = rsa_key_public(person->rsa);
	uint8_t claim[LINKHELLO_RSA_CLAIM_SIZE];

	hello->rsa_len = RSA_2048;
	hello->rsa_exponent = rsa_public_exponent(shown);
	memcpy(hello->rsa_modulus, rsa_public_modulus(shown).data, RSA_2048);
	linkhello_rsa_claim(user_key, claim);
	assert_int_equal(rsa_sign(by, DIGEST_SHA256,
			     span_of(claim, sizeof claim), hello->rsa_proof),
	    0);
}

static void
make_person(struct person *person, const char *name)
{
	memset(person, 0, sizeof *person);
	assert_int_equal(sign_key_generate(&person->user), 0);
	assert_int_equal(sign_key_generate(&person->link), 0);
	assert_int_equal(sign_key_generate(&person->signing), 0);
	assert_int_equal(rsa_key_generate(RSA_2048, &person->rsa), 0);
	person->devices.version = 3;
	person->devices.issued_ms = 1700000000000;
	person->devices.count = 1;
	sign_key_public(person->user, person->devices.user_key);
	sign_key_public(person->link, person->devices.list[0].link_key);
	sign_key_public(person->signing, person->devices.list[0].signing_key);
	rsa_public_digest(rsa_key_public(person->rsa), person->devices.rsa);
	strcpy(person->hello.user, name);
	strcpy(person->hello.host, "pc1");
	strcpy(person->hello.nick, "Anna \xe8\xa1\xa8");
	strcpy(person->hello.group, "");
	person->hello.port = 2425;
	strcpy(person->hello.program, "cam");
	strcpy(person->hello.version, "1");
	person->hello.capabilities = LINK_MESSAGES | LINK_TYPING;
	sign_devices(person, person->user);
	sign_prekey(person, person->signing);
	sign_rsa(person, person->rsa, person->devices.user_key);
}

static void
finish_person(struct person *person)
{
	sign_key_free(person->user);
	sign_key_free(person->link);
	sign_key_free(person->signing);
	rsa_key_free(person->rsa);
}

static int
set_up(void **state)
{
	static struct scene scene;

	scene.crypto = crypto_new();
	make_person(&scene.anna, "anna");
	make_person(&scene.bob, "bob");
	*state = &scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	finish_person(&scene->anna);
	finish_person(&scene->bob);
	crypto_free(scene->crypto);
	return 0;
}

static int
check(const struct person *person, const struct person *at)
{
	struct linkhello_proof proof;
	int r = linkhello_check(
	    &person->hello, at->devices.list[0].link_key, &proof);

	if (r == 0)
		rsa_public_free(proof.rsa);
	return r;
}

/* -- the form ---------------------------------------------------------------
 */

static void
what_is_written_is_read(void **state)
{
	const struct scene *scene = *state;
	json_t *params = linkhello_write(&scene->anna.hello);
	struct linkhello again;

	assert_int_equal(linkhello_parse(params, &again), 0);
	assert_memory_equal(&again, &scene->anna.hello, sizeof again);
	json_decref(params);
}

static void
who_shows_no_rsa_key_is_read_too(void **state)
{
	const struct scene *scene = *state;
	struct linkhello hello = scene->anna.hello, again;
	json_t *params;

	hello.rsa_len = 0;
	params = linkhello_write(&hello);
	assert_null(json_object_get(params, "rsa"));
	assert_int_equal(linkhello_parse(params, &again), 0);
	assert_int_equal(again.rsa_len, 0);
	json_object_set_new(params, "rsa", json_null());
	assert_int_equal(linkhello_parse(params, &again), 0);
	json_decref(params);
}

static void
unknown_capabilities_and_fields_are_passed_over(void **state)
{
	const struct scene *scene = *state;
	json_t *params = linkhello_write(&scene->anna.hello);
	struct linkhello again;

	json_array_append_new(
	    json_object_get(params, "capabilities"), json_string("telepathy"));
	json_object_set_new(params, "mood", json_string("good"));
	assert_int_equal(linkhello_parse(params, &again), 0);
	assert_int_equal(again.capabilities, LINK_MESSAGES | LINK_TYPING);
	json_decref(params);
}

static json_t *
long_text(size_t len)
{
	char *text = malloc(len + 1);
	json_t *string;

	memset(text, 'a', len);
	text[len] = '\0';
	string = json_string(text);
	free(text);
	return string;
}

/* Takes value; NULL: without the field. */
static int
parse_with(const struct scene *scene, const char *field, json_t *value)
{
	json_t *params = linkhello_write(&scene->anna.hello);
	struct linkhello again;
	int r;

	if (value != NULL)
		json_object_set_new(params, field, value);
	else
		json_object_del(params, field);
	r = linkhello_parse(params, &again);
	json_decref(params);
	return r;
}

static void
no_field_may_be_missing_huge_or_of_another_type(void **state)
{
	static const char *const fields[] = { "protocol", "program", "version",
		"capabilities", "user", "host", "nick", "group", "devices",
		"prekey" };
	const struct scene *scene = *state;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const char *field = fields[i];

		assert_int_equal(
		    parse_with(scene, field, NULL), CAM_ERR_REQUEST);
		assert_int_equal(
		    parse_with(scene, field, json_null()), CAM_ERR_REQUEST);
		assert_int_equal(
		    parse_with(scene, field, json_object()), CAM_ERR_REQUEST);
		assert_int_equal(
		    parse_with(scene, field, json_real(1)), CAM_ERR_REQUEST);
		assert_int_equal(parse_with(scene, field, long_text(200000)),
		    CAM_ERR_REQUEST);
	}
}

static void
a_port_is_a_port_or_not_said(void **state)
{
	const struct scene *scene = *state;

	assert_int_equal(parse_with(scene, "port", NULL), 0);
	assert_int_equal(parse_with(scene, "port", json_integer(1)), 0);
	assert_int_equal(parse_with(scene, "port", json_integer(65535)), 0);
	assert_int_equal(
	    parse_with(scene, "port", json_integer(0)), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "port", json_integer(65536)), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "port", json_integer(-1)), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "port", json_string("2425")), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "port", json_real(2425)), CAM_ERR_REQUEST);
}

static void
names_are_bounded_and_could_stand_in_a_packet(void **state)
{
	static const char *const bad[] = { "", "a:b", "a\nb", "\x1b[2J",
		"a\x7f", "anna-<0123456789abcdef>" };
	const struct scene *scene = *state;

	assert_int_equal(parse_with(scene, "user", long_text(255)), 0);
	assert_int_equal(
	    parse_with(scene, "user", long_text(256)), CAM_ERR_REQUEST);
	assert_int_equal(parse_with(scene, "nick", json_string("")), 0);
	assert_int_equal(
	    parse_with(scene, "nick", long_text(256)), CAM_ERR_REQUEST);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(parse_with(scene, "user", json_string(bad[i])),
		    CAM_ERR_REQUEST);
		assert_int_equal(parse_with(scene, "host", json_string(bad[i])),
		    CAM_ERR_REQUEST);
	}
}

static void
another_protocol_is_another_version(void **state)
{
	assert_int_equal(
	    parse_with(*state, "protocol", json_integer(2)), CAM_ERR_VERSION);
	assert_int_equal(
	    parse_with(*state, "protocol", json_integer(0)), CAM_ERR_VERSION);
}

static void
bytes_are_whole_and_of_their_size(void **state)
{
	const struct scene *scene = *state;
	json_t *many = json_array();

	assert_int_equal(
	    parse_with(scene, "devices", json_string("abc")), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "devices", json_string("zz")), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "devices", json_string("")), CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "devices", long_text(2 * DEVICES_BYTES_MAX + 2)),
	    CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "prekey", long_text(2 * PREKEY_BYTES - 2)),
	    CAM_ERR_REQUEST);
	for (int i = 0; i < 65; i++)
		json_array_append_new(many, json_string("x"));
	assert_int_equal(
	    parse_with(scene, "capabilities", many), CAM_ERR_REQUEST);
	assert_int_equal(parse_with(scene, "capabilities", json_pack("[i]", 1)),
	    CAM_ERR_REQUEST);
}

static void
an_rsa_key_without_proof_is_refused(void **state)
{
	const struct scene *scene = *state;
	const char *n = "c0ffee";

	assert_int_equal(parse_with(scene, "rsa",
			     json_pack("{s:s, s:i}", "n", n, "e", 65537)),
	    CAM_ERR_REQUEST);
	assert_int_equal(parse_with(scene, "rsa",
			     json_pack("{s:s, s:i, s:s}", "n", n, "e", 65537,
				 "proof", "c0ff")),
	    CAM_ERR_REQUEST);
	assert_int_equal(parse_with(scene, "rsa",
			     json_pack("{s:s, s:I, s:s}", "n", n, "e",
				 (json_int_t)1 << 32, "proof", n)),
	    CAM_ERR_REQUEST);
	assert_int_equal(
	    parse_with(scene, "rsa", json_string("x")), CAM_ERR_REQUEST);
}

/* -- what is proved ---------------------------------------------------------
 */

static void
a_true_hello_is_believed(void **state)
{
	const struct scene *scene = *state;
	const struct person *anna = &scene->anna;
	struct linkhello_proof proof;

	assert_int_equal(linkhello_check(&anna->hello,
			     anna->devices.list[0].link_key, &proof),
	    0);
	assert_ptr_equal(proof.device, &proof.devices.list[0]);
	assert_memory_equal(
	    proof.devices.user_key, anna->devices.user_key, SIGN_KEY_SIZE);
	assert_int_equal(proof.prekey.id, 7);
	assert_true(rsa_public_equal(proof.rsa, rsa_key_public(anna->rsa)));
	rsa_public_free(proof.rsa);
}

static void
a_list_of_somebody_else_over_ones_own_tls_is_refused(void **state)
{
	const struct scene *scene = *state;

	assert_int_equal(check(&scene->anna, &scene->bob), CAM_ERR_KEY);
}

static void
a_list_signed_by_another_is_refused(void **state)
{
	struct scene *scene = *state;
	struct person anna = scene->anna, bob = scene->bob;
	size_t at = anna.hello.devices_len - SIGN_SIZE;

	/* The same list, as Bob's: his signature instead of hers. */
	bob.devices = anna.devices;
	sign_key_public(bob.user, bob.devices.user_key);
	sign_devices(&bob, bob.user);
	assert_int_equal(bob.hello.devices_len, anna.hello.devices_len);
	memcpy(anna.hello.devices + at, bob.hello.devices + at, SIGN_SIZE);
	assert_int_equal(check(&anna, &anna), CAM_ERR_CRYPTO);
}

static void
a_prekey_signed_by_another_is_refused(void **state)
{
	struct scene *scene = *state;
	struct person anna = scene->anna;

	sign_prekey(&anna, scene->bob.signing);
	assert_int_equal(check(&anna, &anna), CAM_ERR_CRYPTO);
	/* Each key has one purpose. */
	sign_prekey(&anna, anna.link);
	assert_int_equal(check(&anna, &anna), CAM_ERR_CRYPTO);
	sign_prekey(&anna, anna.user);
	assert_int_equal(check(&anna, &anna), CAM_ERR_CRYPTO);
}

static void
an_rsa_key_must_sign_for_this_user_key(void **state)
{
	struct scene *scene = *state;
	struct person anna = scene->anna;

	/* Without its private half. */
	sign_rsa(&anna, scene->bob.rsa, anna.devices.user_key);
	assert_int_equal(check(&anna, &anna), CAM_ERR_CRYPTO);
	/* What it signed for another user key. */
	sign_rsa(&anna, anna.rsa, scene->bob.devices.user_key);
	assert_int_equal(check(&anna, &anna), CAM_ERR_CRYPTO);
}

static void
an_rsa_key_that_the_list_does_not_name_is_refused(void **state)
{
	struct scene *scene = *state;
	struct person mallory = scene->anna;

	/* Bob's IPMSG key and a proof of it, taken from a hello of his. */
	mallory.rsa = scene->bob.rsa;
	sign_rsa(&mallory, scene->bob.rsa, scene->bob.devices.user_key);
	assert_int_equal(check(&mallory, &mallory), CAM_ERR_KEY);
}

static void
a_list_that_names_none_goes_with_no_rsa_key(void **state)
{
	struct scene *scene = *state;
	struct person anna = scene->anna;

	memset(anna.devices.rsa, 0, sizeof anna.devices.rsa);
	sign_devices(&anna, anna.user);
	assert_int_equal(check(&anna, &anna), CAM_ERR_KEY);
	anna.hello.rsa_len = 0;
	assert_int_equal(check(&anna, &anna), 0);
}

static void
no_bit_of_a_hello_may_be_changed(void **state)
{
	struct scene *scene = *state;
	struct person anna = scene->anna;

	for (size_t i = 0; i < anna.hello.devices_len; i++) {
		anna.hello.devices[i] ^= 1;
		assert_int_not_equal(check(&anna, &scene->anna), 0);
		anna.hello.devices[i] ^= 1;
	}
	for (size_t i = 0; i < sizeof anna.hello.prekey; i++) {
		anna.hello.prekey[i] ^= 0x80;
		assert_int_not_equal(check(&anna, &scene->anna), 0);
		anna.hello.prekey[i] ^= 0x80;
	}
	for (size_t i = 0; i < anna.hello.rsa_len; i++) {
		anna.hello.rsa_proof[i] ^= 4;
		assert_int_not_equal(check(&anna, &scene->anna), 0);
		anna.hello.rsa_proof[i] ^= 4;
	}
	assert_int_equal(check(&anna, &scene->anna), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(who_shows_no_rsa_key_is_read_too),
		cmocka_unit_test(
		    unknown_capabilities_and_fields_are_passed_over),
		cmocka_unit_test(
		    no_field_may_be_missing_huge_or_of_another_type),
		cmocka_unit_test(a_port_is_a_port_or_not_said),
		cmocka_unit_test(names_are_bounded_and_could_stand_in_a_packet),
		cmocka_unit_test(another_protocol_is_another_version),
		cmocka_unit_test(bytes_are_whole_and_of_their_size),
		cmocka_unit_test(an_rsa_key_without_proof_is_refused),
		cmocka_unit_test(a_true_hello_is_believed),
		cmocka_unit_test(
		    a_list_of_somebody_else_over_ones_own_tls_is_refused),
		cmocka_unit_test(a_list_signed_by_another_is_refused),
		cmocka_unit_test(a_prekey_signed_by_another_is_refused),
		cmocka_unit_test(an_rsa_key_must_sign_for_this_user_key),
		cmocka_unit_test(
		    an_rsa_key_that_the_list_does_not_name_is_refused),
		cmocka_unit_test(a_list_that_names_none_goes_with_no_rsa_key),
		cmocka_unit_test(no_bit_of_a_hello_may_be_changed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
