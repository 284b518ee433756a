/* linkhello.c: hellos of cam/1, written, read and checked. */
#include "link/linkhello.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/span.h"
#include "ipmsg/entry.h"
#include "rpc/json.h"
#include "rpc/names.h"

enum { CAPABILITIES_MAX = 64 }; /* listed in a hello, known or not */

static const struct {
	enum link_capability capability;
	const char *name;
} capabilities[] = {
	{ LINK_MESSAGES, "message" },
	{ LINK_CHANGES, "change" },
	{ LINK_TYPING, "typing" },
	{ LINK_FILES, "file" },
	{ LINK_CALLS, "call" },
};
enum { CAPABILITIES = sizeof capabilities / sizeof capabilities[0] };

/* -- writing -----------------------------------------------------------------
 */

static json_t *
capability_list(unsigned set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < CAPABILITIES; i++)
		if (set & capabilities[i].capability)
			json_array_append_new(
			    list, json_string(capabilities[i].name));
	return list;
}

static json_t *
rsa_object(const struct linkhello *hello)
{
	if (hello->rsa_len == 0)
		return NULL;
	return json_pack("{s:o, s:I, s:o}", "n",
	    json_hex(span_of(hello->rsa_modulus, hello->rsa_len)), "e",
	    (json_int_t)hello->rsa_exponent, "proof",
	    json_hex(span_of(hello->rsa_proof, hello->rsa_len)));
}

json_t *
linkhello_write(const struct linkhello *hello)
{
	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o*, s:o, "
			 "s:o, s:o*}",
	    "protocol", LINK_VERSION, "program", hello->program, "version",
	    hello->version, "capabilities",
	    capability_list(hello->capabilities), "user",
	    json_text(span_text(hello->user)), "host",
	    json_text(span_text(hello->host)), "nick",
	    json_text(span_text(hello->nick)), "group",
	    json_text(span_text(hello->group)), "port",
	    hello->port != 0 ? json_integer(hello->port) : NULL, "devices",
	    json_hex(span_of(hello->devices, hello->devices_len)), "prekey",
	    json_hex(span_of(hello->prekey, sizeof hello->prekey)), "rsa",
	    rsa_object(hello));
}

/* -- reading -----------------------------------------------------------------
 */

static int
read_text(const json_t *params, const char *name, char text[LIMIT_NAME + 1])
{
	const json_t *value = json_object_get(params, name);

	if (!json_is_string(value) || json_string_length(value) > LIMIT_NAME)
		return CAM_ERR_REQUEST;
	memcpy(text, json_string_value(value), json_string_length(value) + 1);
	return 0;
}

/* What could not stand in the header of a packet is no name of anybody, and a
 * fingerprint is told by the key. */
static int
read_name(const json_t *params, const char *name, char text[LIMIT_NAME + 1])
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];

	if (read_text(params, name, text) < 0 || text[0] == '\0' ||
	    strchr(text, ':') != NULL ||
	    entry_user_split(text, logon, fingerprint))
		return CAM_ERR_REQUEST;
	for (const char *at = text; *at != '\0'; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return CAM_ERR_REQUEST;
	return 0;
}

static int
read_capabilities(const json_t *params, unsigned *set)
{
	const json_t *list = json_object_get(params, "capabilities"), *item;
	size_t at;

	if (!json_is_array(list) || json_array_size(list) > CAPABILITIES_MAX)
		return CAM_ERR_REQUEST;
	json_array_foreach(list, at, item)
	{
		if (!json_is_string(item))
			return CAM_ERR_REQUEST;
		for (size_t i = 0; i < CAPABILITIES; i++)
			if (strcmp(json_string_value(item),
				capabilities[i].name) == 0)
				*set |= capabilities[i].capability;
	}
	return 0;
}

/* Hellos of older camd have none. */
static int
read_port(const json_t *params, uint16_t *port)
{
	const json_t *value = json_object_get(params, "port");

	if (value == NULL)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 1 ||
	    json_integer_value(value) > UINT16_MAX)
		return CAM_ERR_REQUEST;
	*port = (uint16_t)json_integer_value(value);
	return 0;
}

static int
read_rsa(const json_t *params, struct linkhello *hello)
{
	const json_t *rsa = json_object_get(params, "rsa"), *exponent;
	size_t proof_len = 0;

	if (rsa == NULL || json_is_null(rsa))
		return 0;
	exponent = json_object_get(rsa, "e");
	if (!json_is_integer(exponent) || json_integer_value(exponent) < 3 ||
	    json_integer_value(exponent) > UINT32_MAX ||
	    json_hex_get(rsa, "n", hello->rsa_modulus, RSA_SIZE_MAX,
		&hello->rsa_len) < 0 ||
	    json_hex_get(
		rsa, "proof", hello->rsa_proof, RSA_SIZE_MAX, &proof_len) < 0 ||
	    proof_len != hello->rsa_len)
		return CAM_ERR_REQUEST;
	hello->rsa_exponent = (uint32_t)json_integer_value(exponent);
	return 0;
}

int
linkhello_parse(const json_t *params, struct linkhello *hello)
{
	const json_t *protocol = json_object_get(params, "protocol");
	size_t prekey_len = 0;

	memset(hello, 0, sizeof *hello);
	if (!json_is_integer(protocol))
		return CAM_ERR_REQUEST;
	if (json_integer_value(protocol) != LINK_VERSION)
		return CAM_ERR_VERSION;
	if (read_text(params, "program", hello->program) < 0 ||
	    read_text(params, "version", hello->version) < 0 ||
	    read_capabilities(params, &hello->capabilities) < 0 ||
	    read_name(params, "user", hello->user) < 0 ||
	    read_name(params, "host", hello->host) < 0 ||
	    read_text(params, "nick", hello->nick) < 0 ||
	    read_text(params, "group", hello->group) < 0 ||
	    read_port(params, &hello->port) < 0 ||
	    json_hex_get(params, "devices", hello->devices,
		sizeof hello->devices, &hello->devices_len) < 0 ||
	    json_hex_get(params, "prekey", hello->prekey, sizeof hello->prekey,
		&prekey_len) < 0 ||
	    prekey_len != sizeof hello->prekey)
		return CAM_ERR_REQUEST;
	return read_rsa(params, hello);
}

/* -- checking ----------------------------------------------------------------
 */

void
linkhello_rsa_claim(const uint8_t user_key[SIGN_KEY_SIZE],
    uint8_t claim[LINKHELLO_RSA_CLAIM_SIZE])
{
	memcpy(claim, LINKHELLO_RSA_LABEL, sizeof LINKHELLO_RSA_LABEL);
	memcpy(claim + sizeof LINKHELLO_RSA_LABEL, user_key, SIGN_KEY_SIZE);
}

static int
check_rsa(const struct linkhello *hello, const struct devices *devices,
    struct rsa_public **rsa)
{
	uint8_t claim[LINKHELLO_RSA_CLAIM_SIZE], digest[SHA256_SIZE];
	struct rsa_public *key = NULL;
	int r;

	if (hello->rsa_len == 0)
		return 0;
	if ((r = rsa_public_new(span_of(hello->rsa_modulus, hello->rsa_len),
		 hello->rsa_exponent, &key)) < 0)
		return r;
	rsa_public_digest(key, digest);
	linkhello_rsa_claim(devices->user_key, claim);
	if (memcmp(digest, devices->rsa, sizeof digest) != 0)
		r = CAM_ERR_KEY;
	else
		r = rsa_verify(key, DIGEST_SHA256, span_of(claim, sizeof claim),
		    span_of(hello->rsa_proof, hello->rsa_len));
	if (r < 0)
		rsa_public_free(key);
	else
		*rsa = key;
	return r;
}

int
linkhello_check(const struct linkhello *hello,
    const uint8_t link_key[SIGN_KEY_SIZE], struct linkhello_proof *proof)
{
	int r = devices_parse(
	    span_of(hello->devices, hello->devices_len), &proof->devices);

	if (r < 0)
		return r;
	proof->device = devices_by_link_key(&proof->devices, link_key);
	if (proof->device == NULL)
		return CAM_ERR_KEY;
	if ((r = prekey_parse(span_of(hello->prekey, sizeof hello->prekey),
		 proof->device->signing_key, &proof->prekey)) < 0)
		return r;
	proof->rsa = NULL;
	return check_rsa(hello, &proof->devices, &proof->rsa);
}
