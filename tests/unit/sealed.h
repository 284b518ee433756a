/* sealed.h: encrypted texts as others write and read them. */
#ifndef CAM_TEST_SEALED_H
#define CAM_TEST_SEALED_H

#include <stdio.h>
#include <string.h>

#include "crypto/keyring.h"
#include "crypto/suite.h"
#include "ipmsg/enctext.h"
#include "ipmsg/packet.h"
#include "test.h"

/* The body of a SENDMSG for the owner of the keyring, signed by a key where the
 * flags say so. */
static inline void
seal_text(struct crypto *crypto, const struct keyring *reader,
    const struct rsa_key *by, uint32_t flags, unsigned number,
    struct span plain, struct buf *body)
{
	struct suite suite;
	struct suite_text sealed = { 0 };
	char text[16];

	assert_int_equal(suite_from_flags(flags, &suite), 0);
	snprintf(text, sizeof text, "%u", number);
	assert_int_equal(
	    suite_encrypt(crypto, &suite,
		rsa_key_public(keyring_key(reader, suite_rsa_size(&suite))), by,
		span_text(text), plain, &sealed),
	    0);
	enctext_build(flags, span_of(sealed.key, sealed.key_len),
	    buf_span(&sealed.text),
	    span_of(sealed.signature, sealed.signature_len), body);
	suite_text_finish(&sealed);
}

/* The text of one for us that must open; release with free(). */
static inline char *
open_text(struct crypto *crypto, const struct rsa_key *strong,
    const struct rsa_key *weak, const struct rsa_public *by,
    const struct packet *packet)
{
	struct enctext enctext;
	struct suite suite;
	struct suite_opened opened = { 0 };
	char number[16], *text;

	assert_int_equal(enctext_parse(packet->parts[0], &enctext), 0);
	assert_int_equal(suite_from_flags(enctext.flags, &suite), 0);
	snprintf(number, sizeof number, "%u", (unsigned)packet->number);
	struct suite_parts parts = {
		.key = span_of(enctext.key, enctext.key_len),
		.text = span_of(enctext.data, enctext.data_len),
		.signature = span_of(enctext.signature, enctext.signature_len),
	};
	assert_int_equal(suite_decrypt(crypto, &suite,
			     suite_rsa_size(&suite) == RSA_2048 ? strong : weak,
			     by, span_text(number), &parts, &opened),
	    0);
	text = strndup((const char *)opened.plain.data, opened.plain.len);
	buf_wipe(&opened.plain);
	enctext_finish(&enctext);
	return text;
}

#endif
