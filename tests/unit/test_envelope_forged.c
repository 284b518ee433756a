/* test_envelope_forged.c: what a sender who cheats could seal is refused. */
#include "envelopes.h"
#include "forge.h"

struct fixture {
	struct crypto *crypto;
	struct person anna, bob;
	struct forgery forgery; /* without an inside: one that would be fine */
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	struct forgery *forgery = &fixture->forgery;

	fixture->crypto = crypto_new();
	person_init(&fixture->anna);
	person_init(&fixture->bob);
	random_bytes(forgery->id, 16);
	random_bytes(forgery->talk, 16);
	memcpy(forgery->sender_device, fixture->anna.device, 16);
	random_bytes(forgery->cek, 32);
	memcpy(forgery->committed, forgery->cek, 32);
	memcpy(forgery->device, fixture->bob.device, 16);
	memcpy(forgery->prekey, fixture->bob.prekey_public, 32);
	forgery->prekey_id = fixture->bob.prekey_id;
	forgery->label = "cam/envelope/1";
	forgery->signing = fixture->anna.signing;
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	person_finish(&fixture->anna);
	person_finish(&fixture->bob);
	crypto_free(fixture->crypto);
	free(fixture);
	return 0;
}

/* The inside that the forgery's header goes with. */
static struct buf
inside_of(const struct fixture *fixture, const struct forgery *forgery)
{
	struct buf buf;

	buf_init(&buf, ENVELOPE_MAX);
	forge_inside(&buf, forgery, fixture->anna.user_key, 1, 1000, 1);
	forge_recipient(&buf, fixture->bob.user_key, span_text("bob"));
	buf_put_text(&buf, "body");
	return buf;
}

/* What bob makes of the forgery with that inside, which is released. */
static int
opening(const struct fixture *fixture, const struct forgery *forgery,
    struct buf *inside)
{
	struct forgery whole = *forgery;
	struct buf buf;
	int rc;

	whole.inside = buf_span(inside);
	assert_int_equal(forge(&whole, &buf), 0);
	rc = refusal_as(buf_span(&buf), &fixture->bob, &fixture->anna);
	buf_finish(&buf);
	buf_finish(inside);
	return rc;
}

/* So what follows is refused for what is wrong with it, and the form is as its
 * header says. */
static void
an_envelope_put_together_by_hand_opens(void **state)
{
	struct fixture *fixture = *state;
	struct buf inside = inside_of(fixture, &fixture->forgery);

	assert_int_equal(opening(fixture, &fixture->forgery, &inside), 0);
}

/* Without the commitment one body could open differently for two readers: here
 * the body, its signature and the stanza agree with a key, and only the header
 * names another. */
static void
a_key_that_the_header_does_not_commit_to_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct forgery forgery = fixture->forgery;
	struct buf inside = inside_of(fixture, &forgery);

	random_bytes(forgery.committed, sizeof(forgery.committed));
	assert_int_equal(opening(fixture, &forgery, &inside), CAM_ERR_CRYPTO);
}

static void
a_signature_for_something_else_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct forgery forgery = fixture->forgery;
	struct buf inside = inside_of(fixture, &forgery);

	forgery.label = "cam/receipt/1";
	assert_int_equal(opening(fixture, &forgery, &inside), CAM_ERR_CRYPTO);
	inside = inside_of(fixture, &forgery);
	forgery.label = "cam/envelope/1";
	forgery.signing = fixture->bob.signing;
	assert_int_equal(opening(fixture, &forgery, &inside), CAM_ERR_CRYPTO);
}

static void
a_header_that_says_otherwise_than_the_inside_is_refused(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 3; i++) {
		struct forgery forgery = fixture->forgery;
		struct buf inside = inside_of(fixture, &forgery);

		if (i == 0)
			forgery.id[15] ^= 1;
		else if (i == 1)
			forgery.talk[15] ^= 1;
		else
			forgery.sender_device[15] ^= 1;
		assert_int_equal(
		    opening(fixture, &forgery, &inside), CAM_ERR_FORMAT);
	}
}

static void
impossible_insides_are_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct forgery *forgery = &fixture->forgery;
	const uint8_t *anna = fixture->anna.user_key;
	char name[ENVELOPE_NAME_MAX + 1];
	static const struct {
		uint64_t sequence;
		int64_t time_ms;
		uint32_t recipients;
	} wrong[] = { { 0, 1, 1 }, { 1, -1, 1 }, { 1, 1, 0 }, { 1, 1, 3 },
		{ 1, 1, ENVELOPE_STANZAS_MAX }, { 1, 1, UINT32_MAX } };

	memset(name, 'n', sizeof(name));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct buf inside;

		buf_init(&inside, ENVELOPE_MAX);
		forge_inside(&inside, forgery, anna, wrong[i].sequence,
		    wrong[i].time_ms, wrong[i].recipients);
		forge_recipient(
		    &inside, fixture->bob.user_key, span_text("bob"));
		forge_recipient(&inside, anna, span_text("anna"));
		assert_int_equal(
		    opening(fixture, forgery, &inside), CAM_ERR_FORMAT);
	}
	for (int i = 0; i < 3; i++) {
		struct buf inside;

		buf_init(&inside, ENVELOPE_MAX);
		forge_inside(&inside, forgery, anna, 1, 1, 1);
		forge_recipient(&inside, fixture->bob.user_key,
		    i == 0   ? span_of(name, sizeof(name))
		    : i == 1 ? span_text("b\xc3")
			     : span_text("bob"));
		if (i == 2) /* a name longer than what is there */
			inside.data[inside.len - 4]++;
		assert_int_equal(
		    opening(fixture, forgery, &inside), CAM_ERR_FORMAT);
	}
}

/* The parser is told apart from the checks before it. */
static void
insides_are_parsed_to_the_byte(void **state)
{
	struct fixture *fixture = *state;
	struct buf inside = inside_of(fixture, &fixture->forgery);
	const size_t shortest = inside.len - 4;
	struct envelope_content content;

	for (size_t len = 0; len <= inside.len; len++) {
		int rc =
		    envelope_inside_parse(span_of(inside.data, len), &content);

		assert_int_equal(rc, len < shortest ? CAM_ERR_FORMAT : 0);
		if (rc == 0) {
			assert_int_equal(content.body.len, len - shortest);
			free((void *)content.recipients);
		}
	}
	buf_finish(&inside);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_envelope_put_together_by_hand_opens),
		cmocka_unit_test(
		    a_key_that_the_header_does_not_commit_to_is_refused),
		cmocka_unit_test(a_signature_for_something_else_is_refused),
		cmocka_unit_test(
		    a_header_that_says_otherwise_than_the_inside_is_refused),
		cmocka_unit_test(impossible_insides_are_refused),
		cmocka_unit_test(insides_are_parsed_to_the_byte),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
