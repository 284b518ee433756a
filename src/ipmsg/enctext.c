/* enctext.c: encrypted text as it is written, and what is inside. */
#include "ipmsg/enctext.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "ipmsg/capability.h"

/* What the flags make of the sizes; 2048 and AES win where both are set (5.6).
 */
static int
sizes_of(uint32_t flags, size_t *modulus, size_t *block)
{
	bool rsa_2048 = flags & CAPA_RSA_2048, aes = flags & CAPA_AES_256;

	if (!rsa_2048 && !(flags & CAPA_RSA_1024))
		return CAM_ERR_UNSUPPORTED;
	if (!aes && !(flags & CAPA_BLOWFISH_128))
		return CAM_ERR_UNSUPPORTED;
	*modulus = rsa_2048 ? 256 : 128;
	*block = aes ? 16 : 8;
	return 0;
}

static int
decode(
    uint32_t flags, struct span field, uint8_t *bytes, size_t size, size_t *len)
{
	if (flags & CAPA_BASE64)
		return base64_decode(field, bytes, size, len);
	if (field.len / 2 > size)
		return CAM_ERR_LIMIT;
	*len = field.len / 2;
	return hex_decode(field, bytes, *len);
}

static int
parse_key(struct span field, size_t modulus, struct enctext *text)
{
	int rc = decode(
	    text->flags, field, text->key, sizeof(text->key), &text->key_len);

	if (rc < 0)
		return rc;
	return text->key_len == modulus ? 0 : CAM_ERR_FORMAT;
}

static int
parse_data(struct span field, size_t block, struct enctext *text)
{
	int rc;

	if (field.len / 2 > LIMIT_BODY_LEGACY)
		return CAM_ERR_LIMIT;
	text->data = xmalloc(field.len + 1);
	rc = decode(text->flags, field, text->data, field.len, &text->data_len);
	if (rc < 0)
		return rc;
	if (text->data_len > LIMIT_BODY_LEGACY)
		return CAM_ERR_LIMIT;
	if (text->data_len == 0 || text->data_len % block != 0)
		return CAM_ERR_FORMAT;
	return 0;
}

static int
parse_signature(struct span field, struct enctext *text)
{
	int rc = decode(text->flags, field, text->signature,
	    sizeof(text->signature), &text->signature_len);

	if (rc < 0)
		return rc;
	return text->signature_len == 128 || text->signature_len == 256
		   ? 0
		   : CAM_ERR_FORMAT;
}

/* macOS ends nothing with a colon, Windows neither; one is tolerated. */
static int
split(struct span part, struct span fields[4], size_t *count)
{
	bool more = true;

	for (*count = 0; more && *count < 4; (*count)++) {
		more = span_cut(&part, ':', &fields[*count]);
		if (!more)
			fields[*count] = part;
	}
	if (more && part.len > 0)
		return CAM_ERR_FORMAT;
	if (*count == 4 && fields[3].len == 0)
		(*count)--;
	return *count >= 3 ? 0 : CAM_ERR_FORMAT;
}

int
enctext_parse(struct span part, struct enctext *result)
{
	struct enctext text = { 0 };
	struct span fields[4];
	size_t count = 0, modulus = 0, block = 0;
	int rc;

	if ((rc = split(part, fields, &count)) < 0 ||
	    (rc = capability_parse(fields[0], &text.flags)) < 0 ||
	    (rc = sizes_of(text.flags, &modulus, &block)) < 0 ||
	    (rc = parse_key(fields[1], modulus, &text)) < 0 ||
	    (rc = parse_data(fields[2], block, &text)) < 0)
		goto out;
	/* A signature without its flag is nobody's; the flag without one is
	 * an error too, or stripping it would go unseen. */
	if ((count == 4) !=
	    ((text.flags & (CAPA_SIGN_SHA256 | CAPA_SIGN_SHA1)) != 0)) {
		rc = CAM_ERR_FORMAT;
		goto out;
	}
	if (count == 4)
		rc = parse_signature(fields[3], &text);
out:
	if (rc < 0)
		enctext_finish(&text);
	else
		*result = text;
	return rc;
}

void
enctext_finish(struct enctext *text)
{
	free(text->data);
	text->data = NULL;
	text->data_len = 0;
}

static void
put_field(uint32_t flags, struct span bytes, struct buf *buf)
{
	char *hex = NULL;

	buf_put_byte(buf, ':');
	if (flags & CAPA_BASE64) {
		base64_encode(bytes, buf);
		return;
	}
	hex = (char *)buf_reserve(buf, 2 * bytes.len + 1);
	if (hex == NULL)
		return;
	hex_encode(bytes.data, bytes.len, hex);
	buf->len += 2 * bytes.len;
}

void
enctext_build(uint32_t flags, struct span key, struct span data,
    struct span signature, struct buf *buf)
{
	capability_build(flags, buf);
	put_field(flags, key, buf);
	put_field(flags, data, buf);
	if (signature.len > 0)
		put_field(flags, signature, buf);
}

void
enctext_split(struct span plain, bool extended, struct enctext_plain *parts)
{
	struct span rest = plain;

	*parts = (struct enctext_plain){ .text = plain, .signed_short = plain };
	if (!span_cut(&rest, '\0', &parts->text))
		return;
	parts->signed_short.len = parts->text.len + 1;
	if (!extended)
		return;
	if (!span_cut(&rest, '\0', &parts->files)) {
		parts->files = rest;
		return;
	}
	if (!span_cut(&rest, '\0', &parts->to))
		parts->to = rest;
}

void
enctext_join(
    struct span text, struct span files, struct span to, struct buf *buf)
{
	buf_put_span(buf, text);
	buf_put_byte(buf, '\0');
	if (files.len == 0 && to.len == 0)
		return;
	buf_put_span(buf, files);
	buf_put_byte(buf, '\0');
	if (to.len == 0)
		return;
	buf_put_span(buf, to);
	buf_put_byte(buf, '\0');
}
