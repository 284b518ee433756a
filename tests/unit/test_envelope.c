/* test_envelope.c: what is sealed opens for whom it is for, unchanged or not at
 * all. */
#include "crypto/envelope_form.h"
#include "envelopes.h"

enum { PEOPLE = 3, ROUNDS = 3000 };

struct fixture {
	struct crypto *crypto;
	struct person anna, people[PEOPLE], stranger;
	struct envelope_recipient recipients[PEOPLE];
	struct envelope_content content;
};

static int
set_up(void **state)
{
	static const char *const names[] = { "bob@host", "", "éva@büro" };
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->crypto = crypto_new();
	person_init(&fixture->anna);
	person_init(&fixture->stranger);
	for (size_t i = 0; i < PEOPLE; i++) {
		person_init(&fixture->people[i]);
		fixture->recipients[i] =
		    recipient_of(&fixture->people[i], names[i]);
	}
	fixture->content = content_of(
	    &fixture->anna, fixture->recipients, PEOPLE, span_text("the body"));
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	person_finish(&fixture->anna);
	person_finish(&fixture->stranger);
	for (size_t i = 0; i < PEOPLE; i++)
		person_finish(&fixture->people[i]);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

/* Sealed for these people's devices; release with buf_finish(). */
static struct buf
seal(const struct fixture *fixture, const struct envelope_content *content,
    size_t people)
{
	uint8_t stanzas[PEOPLE][ENVELOPE_STANZA_SIZE];
	struct envelope_sealed *sealed = NULL;
	struct buf buf;

	assert_int_equal(
	    envelope_seal(content, people, fixture->anna.signing, &sealed), 0);
	for (size_t i = 0; i < people; i++)
		wrap_for(sealed, &fixture->people[i], stanzas[i]);
	buf_init(&buf, 2 * ENVELOPE_MAX);
	envelope_write(sealed, stanzas, people, &buf);
	assert_false(buf_failed(&buf));
	envelope_sealed_free(sealed);
	return buf;
}

static void
assert_content(
    const struct envelope_content *got, const struct envelope_content *sent)
{
	assert_memory_equal(got->id, sent->id, sizeof(got->id));
	assert_memory_equal(got->talk, sent->talk, sizeof(got->talk));
	assert_memory_equal(got->device, sent->device, sizeof(got->device));
	assert_memory_equal(got->sender, sent->sender, sizeof(got->sender));
	assert_true(got->sequence == sent->sequence);
	assert_true(got->time_ms == sent->time_ms);
	assert_int_equal(got->type, sent->type);
	assert_int_equal(got->recipient_count, sent->recipient_count);
	for (size_t i = 0; i < sent->recipient_count; i++) {
		assert_memory_equal(got->recipients[i].user_key,
		    sent->recipients[i].user_key, SIGN_KEY_SIZE);
		assert_true(span_equal(
		    got->recipients[i].name, sent->recipients[i].name));
	}
	assert_true(span_equal(got->body, sent->body));
}

/* -- round trips ------------------------------------------------------------
 */

static void
everyone_it_is_for_reads_what_was_written(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = seal(fixture, &fixture->content, PEOPLE);
	struct envelope envelope;

	assert_int_equal(envelope_parse(buf_span(&buf), &envelope), 0);
	assert_memory_equal(envelope.id, fixture->content.id, 16);
	assert_memory_equal(envelope.talk, fixture->content.talk, 16);
	assert_memory_equal(envelope.device, fixture->anna.device, 16);
	assert_int_equal(envelope.stanzas_said, PEOPLE);
	assert_int_equal(envelope.stanza_count, PEOPLE);
	for (size_t i = 0; i < PEOPLE; i++) {
		const struct person *person = &fixture->people[i];
		struct envelope_opened opened;
		uint32_t id = 0;

		assert_int_equal(
		    envelope_prekey(&envelope, person->device, &id), 0);
		assert_int_equal(id, person->prekey_id);
		assert_int_equal(
		    open_as(buf_span(&buf), person, &fixture->anna, &opened),
		    0);
		assert_content(&opened.content, &fixture->content);
		envelope_opened_finish(&opened);
	}
	assert_int_equal(
	    refusal_as(buf_span(&buf), &fixture->stranger, &fixture->anna),
	    CAM_ERR_UNKNOWN);
	assert_int_equal(envelope_prekey(&envelope, fixture->stranger.device,
			     &envelope.stanzas_said),
	    CAM_ERR_UNKNOWN);
	buf_finish(&buf);
}

static void
thousands_of_bodies_come_back(void **state)
{
	struct fixture *fixture = *state;
	uint8_t body[600];

	for (size_t i = 0; i < ROUNDS; i++) {
		struct envelope_content content = fixture->content;
		size_t len = random_below(sizeof(body) + 1);
		struct envelope_opened opened;
		struct buf buf;

		random_bytes(body, sizeof(body));
		random_bytes(content.id, sizeof(content.id));
		content.body = span_of(body, len);
		content.sequence = i + 1;
		content.type = (uint8_t)i;
		buf = seal(fixture, &content, 1);
		assert_int_equal(open_as(buf_span(&buf), &fixture->people[0],
				     &fixture->anna, &opened),
		    0);
		assert_content(&opened.content, &content);
		envelope_opened_finish(&opened);
		buf_finish(&buf);
	}
}

static void
the_same_message_is_never_sealed_to_the_same_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct buf a = seal(fixture, &fixture->content, 1);
	struct buf b = seal(fixture, &fixture->content, 1);

	assert_int_equal(a.len, b.len);
	assert_memory_not_equal(a.data, b.data, a.len);
	buf_finish(&a);
	buf_finish(&b);
}

/* -- limits ------------------------------------------------------------------
 */

static int
try_to_seal(const struct fixture *fixture,
    const struct envelope_content *content, size_t stanzas)
{
	struct envelope_sealed *sealed = NULL;
	int rc =
	    envelope_seal(content, stanzas, fixture->anna.signing, &sealed);

	assert_true((rc == 0) == (sealed != NULL));
	envelope_sealed_free(sealed);
	return rc;
}

static void
what_no_envelope_holds_is_not_sealed(void **state)
{
	struct fixture *fixture = *state;
	struct envelope_content content = fixture->content;
	struct envelope_recipient one = fixture->recipients[0];
	char name[ENVELOPE_NAME_MAX + 2];

	assert_int_equal(try_to_seal(fixture, &content, 0), CAM_ERR_LIMIT);
	assert_int_equal(
	    try_to_seal(fixture, &content, ENVELOPE_STANZAS_MAX), 0);
	assert_int_equal(
	    try_to_seal(fixture, &content, ENVELOPE_STANZAS_MAX + 1),
	    CAM_ERR_LIMIT);
	content.recipients = &one;
	content.recipient_count = 0;
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_LIMIT);
	content.recipient_count = ENVELOPE_STANZAS_MAX + 1;
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_LIMIT);
	content.recipient_count = 1;
	memset(name, 'n', sizeof(name));
	one.name = span_of(name, ENVELOPE_NAME_MAX);
	assert_int_equal(try_to_seal(fixture, &content, 1), 0);
	one.name.len++;
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_LIMIT);
	one.name = span_text("\xff");
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_FORMAT);
	one.name = span_text("bob");
	content.sequence = 0;
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_FORMAT);
	content.sequence = 1;
	content.time_ms = -1;
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_FORMAT);
}

/* All but the stanzas fits into ENVELOPE_MAX, to the byte. */
static void
the_largest_body_fits_and_one_byte_more_does_not(void **state)
{
	struct fixture *fixture = *state;
	struct envelope_content content = fixture->content;
	size_t names = 0, fixed = 0;
	uint8_t *body = xcalloc(1, ENVELOPE_MAX);
	struct envelope envelope;
	struct envelope_opened opened;
	struct buf buf;

	for (size_t i = 0; i < PEOPLE; i++)
		names +=
		    ENVELOPE_RECIPIENT_MIN + fixture->recipients[i].name.len;
	fixed = ENVELOPE_HEADER_SIZE + 4 + ENVELOPE_BODY_MIN -
		ENVELOPE_RECIPIENT_MIN + names;
	content.body = span_of(body, ENVELOPE_MAX - fixed);
	buf = seal(fixture, &content, 1);
	assert_int_equal(buf.len, ENVELOPE_MAX + ENVELOPE_STANZA_SIZE);
	assert_int_equal(open_as(buf_span(&buf), &fixture->people[0],
			     &fixture->anna, &opened),
	    0);
	assert_content(&opened.content, &content);
	envelope_opened_finish(&opened);
	buf_put_byte(&buf, 0);
	assert_int_equal(
	    envelope_parse(buf_span(&buf), &envelope), CAM_ERR_LIMIT);
	content.body.len++;
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_LIMIT);
	buf_finish(&buf);
	free(body);
}

/* Where the names alone are too much, too. */
static void
too_many_long_names_are_refused(void **state)
{
	enum { COUNT = 12000 };
	struct fixture *fixture = *state;
	struct envelope_content content = fixture->content;
	struct envelope_recipient *many =
	    xcalloc(COUNT, sizeof(*content.recipients));
	char name[ENVELOPE_NAME_MAX];

	memset(name, 'n', sizeof(name));
	for (size_t i = 0; i < COUNT; i++)
		many[i].name = span_of(name, sizeof(name));
	content.recipients = many;
	content.recipient_count = COUNT;
	assert_int_equal(try_to_seal(fixture, &content, 1), CAM_ERR_LIMIT);
	free(many);
}

/* -- changes on the way -------------------------------------------------------
 */

static void
no_bit_of_an_envelope_can_change(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = seal(fixture, &fixture->content, 1);
	struct span whole = buf_span(&buf);

	for (size_t i = 0; i < 8 * buf.len; i++) {
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(
		    refusal_as(whole, &fixture->people[0], &fixture->anna) < 0);
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(
	    refusal_as(whole, &fixture->people[0], &fixture->anna), 0);
	buf_finish(&buf);
}

static void
an_envelope_cut_or_lengthened_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = seal(fixture, &fixture->content, PEOPLE);

	for (size_t len = 0; len < buf.len; len++)
		assert_true(refusal_as(span_of(buf.data, len),
				&fixture->people[0], &fixture->anna) < 0);
	buf_put_byte(&buf, 0);
	assert_int_equal(
	    refusal_as(buf_span(&buf), &fixture->people[0], &fixture->anna),
	    CAM_ERR_CRYPTO);
	buf_finish(&buf);
}

static void
set_number(uint8_t *place, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		place[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void
other_versions_suites_escrow_and_policies_are_told_apart(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = seal(fixture, &fixture->content, 1);
	struct envelope envelope;

	for (size_t i = 0; i < 4; i++) {
		buf.data[i] ^= 2;
		assert_int_equal(
		    envelope_parse(buf_span(&buf), &envelope), CAM_ERR_VERSION);
		buf.data[i] ^= 2;
	}
	/* A policy, which is 32 bytes behind the ids; what it was can be said.
	 */
	for (size_t i = 4 + 48; i < 4 + 48 + 32; i++) {
		uint8_t id[ENVELOPE_ID_SIZE] = { 0 };

		buf.data[i] = 1;
		assert_int_equal(
		    envelope_parse(buf_span(&buf), &envelope), CAM_ERR_VERSION);
		assert_true(envelope_peek(buf_span(&buf), id));
		assert_memory_equal(id, fixture->content.id, 16);
		buf.data[i] = 0;
	}
	assert_int_equal(envelope_parse(buf_span(&buf), &envelope), 0);
	set_number(
	    buf.data + ENVELOPE_HEADER_SIZE - 4, ENVELOPE_STANZAS_MAX + 1);
	assert_int_equal(
	    envelope_parse(buf_span(&buf), &envelope), CAM_ERR_LIMIT);
	set_number(buf.data + ENVELOPE_HEADER_SIZE - 4, 1);
	set_number(buf.data + ENVELOPE_HEADER_SIZE, ENVELOPE_STANZAS_MAX + 1);
	assert_int_equal(
	    envelope_parse(buf_span(&buf), &envelope), CAM_ERR_LIMIT);
	/* More stanzas there than the header says. */
	set_number(buf.data + ENVELOPE_HEADER_SIZE, 2);
	assert_int_equal(
	    envelope_parse(buf_span(&buf), &envelope), CAM_ERR_FORMAT);
	buf_finish(&buf);
}

/* A server may drop the stanzas of others, and only that. */
static void
others_stanzas_may_be_stripped(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = seal(fixture, &fixture->content, PEOPLE), cut;
	struct envelope envelope;
	struct envelope_opened opened;

	assert_int_equal(envelope_parse(buf_span(&buf), &envelope), 0);
	for (size_t i = 0; i < PEOPLE; i++) {
		const uint8_t *stanza =
		    envelope_stanza(&envelope, fixture->people[i].device);

		buf_init(&cut, ENVELOPE_MAX);
		buf_put_span(&cut, envelope.header);
		buf_put(&cut, "\0\0\0\1", 4);
		buf_put(&cut, stanza, ENVELOPE_STANZA_SIZE);
		buf_put_span(&cut, envelope.body);
		assert_int_equal(open_as(buf_span(&cut), &fixture->people[i],
				     &fixture->anna, &opened),
		    0);
		assert_content(&opened.content, &fixture->content);
		envelope_opened_finish(&opened);
		assert_int_equal(
		    refusal_as(buf_span(&cut),
			&fixture->people[(i + 1) % PEOPLE], &fixture->anna),
		    CAM_ERR_UNKNOWN);
		buf_finish(&cut);
	}
	buf_finish(&buf);
}

/* Stanza, header or body of another envelope, by the same sender to the same
 * people. */
static void
parts_of_two_envelopes_do_not_go_together(void **state)
{
	struct fixture *fixture = *state;
	struct envelope_content other = fixture->content;
	struct buf a = seal(fixture, &fixture->content, 1), b, spliced;
	const size_t starts[] = { 0, ENVELOPE_HEADER_SIZE + 4,
		ENVELOPE_HEADER_SIZE + 4 + ENVELOPE_STANZA_SIZE, a.len };

	random_bytes(other.id, sizeof(other.id));
	b = seal(fixture, &other, 1);
	assert_int_equal(a.len, b.len);
	for (size_t part = 0; part < 3; part++) {
		buf_init(&spliced, ENVELOPE_MAX);
		buf_put(&spliced, a.data, a.len);
		memcpy(spliced.data + starts[part], b.data + starts[part],
		    starts[part + 1] - starts[part]);
		assert_int_equal(refusal_as(buf_span(&spliced),
				     &fixture->people[0], &fixture->anna),
		    CAM_ERR_CRYPTO);
		buf_finish(&spliced);
	}
	buf_finish(&a);
	buf_finish(&b);
}

static void
a_stanza_is_not_readdressed(void **state)
{
	struct fixture *fixture = *state;
	struct person twin = fixture->people[0];
	struct buf buf = seal(fixture, &fixture->content, 1);
	uint8_t *stanza = buf.data + ENVELOPE_HEADER_SIZE + 4;

	/* Even the holder of the same prekey under another name. */
	twin.device[0] ^= 1;
	stanza[0] ^= 1;
	assert_int_equal(
	    refusal_as(buf_span(&buf), &twin, &fixture->anna), CAM_ERR_CRYPTO);
	stanza[0] ^= 1;
	twin.device[0] ^= 1;
	assert_int_equal(refusal_as(buf_span(&buf), &twin, &fixture->anna), 0);
	/* A prekey id of another week. */
	stanza[ENVELOPE_ADDRESS_SIZE - 1] ^= 1;
	assert_int_equal(
	    refusal_as(buf_span(&buf), &twin, &fixture->anna), CAM_ERR_CRYPTO);
	buf_finish(&buf);
}

/* -- who it is from and for ---------------------------------------------------
 */

static void
only_the_signer_and_only_the_prekey_open_it(void **state)
{
	struct fixture *fixture = *state;
	struct buf buf = seal(fixture, &fixture->content, 1);
	struct person wrong = fixture->people[0];

	assert_int_equal(
	    refusal_as(buf_span(&buf), &fixture->people[0], &fixture->stranger),
	    CAM_ERR_CRYPTO);
	wrong.prekey = fixture->stranger.prekey;
	assert_int_equal(
	    refusal_as(buf_span(&buf), &wrong, &fixture->anna), CAM_ERR_CRYPTO);
	buf_finish(&buf);
}

/* Somebody passes on, sealed to a third, what he himself was sent. */
static void
who_is_not_in_the_list_refuses_what_is_genuine(void **state)
{
	struct fixture *fixture = *state;
	struct envelope_content content = fixture->content;
	struct buf buf;

	content.recipient_count = 1;
	content.recipients = &fixture->recipients[1];
	buf = seal(fixture, &content, 2);
	assert_int_equal(
	    refusal_as(buf_span(&buf), &fixture->people[1], &fixture->anna), 0);
	assert_int_equal(
	    refusal_as(buf_span(&buf), &fixture->people[0], &fixture->anna),
	    CAM_ERR_REFUSED);
	buf_finish(&buf);
}

static void
nothing_is_wrapped_for_a_key_that_is_none(void **state)
{
	struct fixture *fixture = *state;
	struct envelope_sealed *sealed = NULL;
	uint8_t zeros[HPKE_KEY_SIZE] = { 0 }, stanza[ENVELOPE_STANZA_SIZE];

	assert_int_equal(
	    envelope_seal(&fixture->content, 1, fixture->anna.signing, &sealed),
	    0);
	assert_int_equal(
	    envelope_wrap(sealed, fixture->people[0].device, 1, zeros, stanza),
	    CAM_ERR_CRYPTO);
	envelope_sealed_free(sealed);
	envelope_sealed_free(NULL);
}

/* -- talks -------------------------------------------------------------------
 */

static void
a_talk_is_its_set_of_people(void **state)
{
	static const uint8_t one[3][SIGN_KEY_SIZE] = { { 2 }, { 1 }, { 3 } };
	static const uint8_t two[5][SIGN_KEY_SIZE] = { { 3 }, { 2 }, { 2 },
		{ 1 }, { 3 } };
	uint8_t text[11 + 3 * SIGN_KEY_SIZE] = "cam/talk/1";
	uint8_t a[ENVELOPE_TALK_SIZE], b[ENVELOPE_TALK_SIZE], digest[32];

	envelope_talk(one, 3, a);
	envelope_talk(two, 5, b);
	assert_memory_equal(a, b, sizeof(a));
	text[11] = 1;
	text[11 + 32] = 2;
	text[11 + 64] = 3;
	digest_sha256(span_of(text, sizeof(text)), digest);
	assert_memory_equal(a, digest, sizeof(a));
	envelope_talk(one, 2, b);
	assert_memory_not_equal(a, b, sizeof(a));
	envelope_talk(one, 0, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyone_it_is_for_reads_what_was_written),
		cmocka_unit_test(thousands_of_bodies_come_back),
		cmocka_unit_test(
		    the_same_message_is_never_sealed_to_the_same_bytes),
		cmocka_unit_test(what_no_envelope_holds_is_not_sealed),
		cmocka_unit_test(
		    the_largest_body_fits_and_one_byte_more_does_not),
		cmocka_unit_test(too_many_long_names_are_refused),
		cmocka_unit_test(no_bit_of_an_envelope_can_change),
		cmocka_unit_test(an_envelope_cut_or_lengthened_is_refused),
		cmocka_unit_test(
		    other_versions_suites_escrow_and_policies_are_told_apart),
		cmocka_unit_test(others_stanzas_may_be_stripped),
		cmocka_unit_test(parts_of_two_envelopes_do_not_go_together),
		cmocka_unit_test(a_stanza_is_not_readdressed),
		cmocka_unit_test(only_the_signer_and_only_the_prekey_open_it),
		cmocka_unit_test(
		    who_is_not_in_the_list_refuses_what_is_genuine),
		cmocka_unit_test(nothing_is_wrapped_for_a_key_that_is_none),
		cmocka_unit_test(a_talk_is_its_set_of_people),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
