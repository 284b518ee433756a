/*
 * envelope.c: what is too long for every check: round trips of envelopes, and
 * every bit of many envelopes flipped.
 *
 *	envelope [TRIPS [ENVELOPES]]	1,000,000 and 1,000 unless told: half
 *					an hour on one core
 */
#include <stdio.h>
#include <stdlib.h>

#include "envelopes.h"

enum { TRIPS = 1000000, ENVELOPES = 1000, BODY_MAX = 64 };

static struct buf
sealed_for(const struct person *anna, const struct person *bob, size_t body_max,
    uint8_t *body, size_t *len)
{
	const struct envelope_recipient recipient = recipient_of(bob, "bob");
	struct envelope_content content;
	struct envelope_sealed *sealed = NULL;
	uint8_t stanzas[1][ENVELOPE_STANZA_SIZE];
	struct buf buf;

	*len = random_below((uint32_t)body_max + 1);
	random_bytes(body, *len);
	content = content_of(anna, &recipient, 1, span_of(body, *len));
	assert_int_equal(envelope_seal(&content, 1, anna->signing, &sealed), 0);
	wrap_for(sealed, bob, stanzas[0]);
	buf_init(&buf, ENVELOPE_MAX);
	envelope_write(sealed, stanzas, 1, &buf);
	envelope_sealed_free(sealed);
	return buf;
}

static void
go_round(const struct person *anna, const struct person *bob)
{
	uint8_t body[2000];
	size_t len = 0;
	struct buf buf = sealed_for(anna, bob, sizeof(body), body, &len);
	struct envelope_opened opened;

	assert_int_equal(open_as(buf_span(&buf), bob, anna, &opened), 0);
	assert_true(span_equal(opened.content.body, span_of(body, len)));
	envelope_opened_finish(&opened);
	buf_finish(&buf);
}

static void
flip_all(const struct person *anna, const struct person *bob)
{
	uint8_t body[BODY_MAX];
	size_t len = 0;
	struct buf buf = sealed_for(anna, bob, sizeof(body), body, &len);

	for (size_t i = 0; i < 8 * buf.len; i++) {
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_true(refusal_as(buf_span(&buf), bob, anna) < 0);
		buf.data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	assert_int_equal(refusal_as(buf_span(&buf), bob, anna), 0);
	buf_finish(&buf);
}

int
main(int argc, char **argv)
{
	unsigned long trips = argc > 1 ? strtoul(argv[1], NULL, 10) : TRIPS;
	unsigned long envelopes =
	    argc > 2 ? strtoul(argv[2], NULL, 10) : ENVELOPES;
	struct crypto *crypto = crypto_new();
	struct person anna, bob;

	person_init(&anna);
	person_init(&bob);
	for (unsigned long i = 0; i < trips; i++)
		go_round(&anna, &bob);
	printf("%lu envelopes opened as they were sealed\n", trips);
	for (unsigned long i = 0; i < envelopes; i++)
		flip_all(&anna, &bob);
	printf("no bit of %lu envelopes could be changed\n", envelopes);
	person_finish(&anna);
	person_finish(&bob);
	crypto_free(crypto);
	return 0;
}
