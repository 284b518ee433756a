/* invitation.c: codes as people pass them on. */
#include "org/invitation.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "crypto/digest.h"

static const char prefix[] = "cam1-";
/* Without I, L, O and U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* 256 bits of code and 19 of a check sum are 55 digits of five bits. */
enum {
	CODE_SIZE = INVITATION_SECRET_SIZE + ROOT_PIN_SIZE,
	SUM_SIZE = 3,
	DIGITS = 55,
	GROUP = 5,
	SUM_BITS = DIGITS * 5 - CODE_SIZE * 8
};

/* The code, and behind it what finds typing errors. */
static void
fill(const struct invitation *invitation, uint8_t bytes[CODE_SIZE + SUM_SIZE])
{
	uint8_t digest[SHA256_SIZE];

	memcpy(bytes, invitation->secret, INVITATION_SECRET_SIZE);
	memcpy(bytes + INVITATION_SECRET_SIZE, invitation->pin, ROOT_PIN_SIZE);
	digest_sha256(span_of(bytes, CODE_SIZE), digest);
	memcpy(bytes + CODE_SIZE, digest, SUM_SIZE);
	bytes[CODE_SIZE + SUM_SIZE - 1] &= 0xff << (SUM_SIZE * 8 - SUM_BITS);
}

static unsigned
bit(const uint8_t *bytes, size_t at)
{
	return bytes[at / 8] >> (7 - at % 8) & 1;
}

/* A name or an address, in brackets where it has colons, and a port. */
static bool
is_host(const char *host)
{
	return strlen(host) <= INVITATION_HOST_MAX &&
	       strspn(host,
		   "0123456789abcdefghijklmnopqrstuvwxyz"
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:[]%") == strlen(host);
}

int
invitation_print(
    const struct invitation *invitation, char text[INVITATION_TEXT_SIZE])
{
	uint8_t bytes[CODE_SIZE + SUM_SIZE];
	char *at = text + sizeof prefix - 1;

	if (!is_host(invitation->host))
		return CAM_ERR_FORMAT;
	fill(invitation, bytes);
	memcpy(text, prefix, sizeof prefix);
	for (size_t i = 0; i < DIGITS; i++) {
		unsigned digit = 0;

		for (size_t k = 0; k < 5; k++)
			digit = digit << 1 | bit(bytes, i * 5 + k);
		if (i > 0 && i % GROUP == 0)
			*at++ = '-';
		*at++ = alphabet[digit];
	}
	*at = '\0';
	if (invitation->host[0] != '\0')
		snprintf(at, INVITATION_HOST_MAX + 2, "@%s", invitation->host);
	return 0;
}

/* The five bits that a character stands for, -1: none. */
static int
value(char c)
{
	const char *at;

	c = (char)toupper((unsigned char)c);
	if (c == 'O')
		c = '0';
	else if (c == 'I' || c == 'L')
		c = '1';
	at = c != '\0' ? strchr(alphabet, c) : NULL;
	return at != NULL ? (int)(at - alphabet) : -1;
}

/* What follows the digits; NULL when there are too few or others. */
static const char *
read_digits(const char *text, uint8_t bytes[CODE_SIZE + SUM_SIZE])
{
	size_t bits = 0;

	memset(bytes, 0, CODE_SIZE + SUM_SIZE);
	for (; bits < DIGITS * 5; text++) {
		int digit = value(*text);

		if (*text == '-' || *text == ' ')
			continue;
		if (digit < 0)
			return NULL;
		for (int k = 4; k >= 0; k--, bits++)
			bytes[bits / 8] |=
			    (uint8_t)((digit >> k & 1) << (7 - bits % 8));
	}
	return text;
}

int
invitation_parse(const char *text, struct invitation *invitation)
{
	uint8_t bytes[CODE_SIZE + SUM_SIZE], right[CODE_SIZE + SUM_SIZE];
	struct invitation got = { 0 };

	text += strspn(text, " \t");
	if (strncasecmp(text, prefix, sizeof prefix - 1) != 0 ||
	    (text = read_digits(text + sizeof prefix - 1, bytes)) == NULL)
		return CAM_ERR_FORMAT;
	memcpy(got.secret, bytes, INVITATION_SECRET_SIZE);
	memcpy(got.pin, bytes + INVITATION_SECRET_SIZE, ROOT_PIN_SIZE);
	fill(&got, right);
	if (memcmp(bytes, right, sizeof bytes) != 0)
		return CAM_ERR_KEY;
	if (*text == '@') {
		size_t len = strcspn(++text, " \t\r\n");

		if (len == 0 || len > INVITATION_HOST_MAX)
			return CAM_ERR_FORMAT;
		memcpy(got.host, text, len);
		text += len;
	}
	if (!is_host(got.host) || text[strspn(text, " \t\r\n")] != '\0')
		return CAM_ERR_FORMAT;
	*invitation = got;
	return 0;
}
