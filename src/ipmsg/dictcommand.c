/* dictcommand.c: commands as IPDict: head, signature, encryption. */
#include "ipmsg/dictcommand.h"

#include <string.h>

#include "base/err.h"
#include "ipmsg/command.h"

enum { DICT_VERSION = 3, MODULUS_LEN = 256, IV_LEN = 16 };

static int
get_u32(const struct ipdict *dict, const char *key, uint32_t *number)
{
	int64_t value = 0;
	int rc = ipdict_get_int(dict, key, &value);

	if (rc < 0)
		return rc;
	if (value < 0 || value > UINT32_MAX)
		return CAM_ERR_LIMIT;
	*number = (uint32_t)value;
	return 0;
}

/* What may be missing: then result stays as it is. */
static int
optional(int rc)
{
	return rc == CAM_ERR_UNKNOWN ? 0 : rc;
}

/* What must be there: without it the bytes are no command. */
static int
required(int rc)
{
	return rc == CAM_ERR_UNKNOWN ? CAM_ERR_FORMAT : rc;
}

static int
get_identity(const struct ipdict *dict, const char *key, char *text)
{
	int rc = required(ipdict_get_text(dict, key, text, LIMIT_NAME + 1));

	if (rc < 0)
		return rc;
	return text[0] == '\0' || strpbrk(text, ":\n\a") != NULL
		   ? CAM_ERR_FORMAT
		   : 0;
}

static int
get_command(const struct ipdict *dict, uint32_t *command)
{
	uint32_t mode = 0, flags = 0;
	int rc;

	if ((rc = required(get_u32(dict, "CMD", &mode))) < 0 ||
	    (rc = required(get_u32(dict, "FLG", &flags))) < 0)
		return rc;
	if (mode > 0xff)
		return CAM_ERR_FORMAT;
	*command = mode | (flags & 0xffffff00);
	return 0;
}

int
dict_head_parse(const struct ipdict *dict, struct dict_head *result)
{
	struct dict_head head = { 0 };
	uint32_t version = 0;
	int rc;

	if ((rc = required(get_u32(dict, "VER", &version))) < 0)
		return rc;
	if (version != DICT_VERSION)
		return CAM_ERR_FORMAT;
	if ((rc = required(get_u32(dict, "PKT", &head.number))) < 0 ||
	    (rc = get_identity(dict, "UID", head.user)) < 0 ||
	    (rc = get_identity(dict, "HID", head.host)) < 0 ||
	    (rc = get_command(dict, &head.command)) < 0 ||
	    (rc = optional(ipdict_get_int(dict, "DATE", &head.date))) < 0 ||
	    (rc = optional(ipdict_get_text(
		 dict, "CVER", head.version, sizeof(head.version)))) < 0 ||
	    (rc = optional(ipdict_get_text(
		 dict, "GRP", head.group, sizeof(head.group)))) < 0 ||
	    (rc = optional(ipdict_get_text(
		 dict, "NCK", head.nick, sizeof(head.nick)))) < 0 ||
	    (rc = optional(get_u32(dict, "STAT", &head.status))) < 0)
		return rc;
	*result = head;
	return 0;
}

void
dict_head_build(const struct dict_head *head, struct buf *content)
{
	ipdict_put_int(content, "VER", DICT_VERSION);
	ipdict_put_int(content, "PKT", head->number);
	ipdict_put_int(content, "DATE", head->date);
	ipdict_put_text(content, "UID", head->user);
	ipdict_put_text(content, "HID", head->host);
	ipdict_put_int(content, "CMD", command_mode(head->command));
	ipdict_put_int(content, "FLG", head->command & 0xffffff00);
	ipdict_put_text(content, "CVER", head->version);
	ipdict_put_text(content, "GRP", head->group);
	ipdict_put_text(content, "NCK", head->nick);
	ipdict_put_int(content, "STAT", head->status);
}

static int
get_exactly(
    const struct ipdict *dict, const char *key, size_t len, struct span *value)
{
	int rc = required(ipdict_get(dict, key, value));

	if (rc < 0)
		return rc;
	return value->len == len ? 0 : CAM_ERR_FORMAT;
}

int
dict_signature_parse(const struct ipdict *dict, struct dict_signature *result)
{
	struct dict_signature signature = { 0 };
	struct span sign;
	int rc;

	if ((rc = ipdict_get(dict, "SIGN", &sign)) < 0)
		return rc;
	if ((rc = get_exactly(
		 dict, "SIGN", MODULUS_LEN, &signature.signature)) < 0 ||
	    (rc = get_exactly(dict, "PUBN", MODULUS_LEN, &signature.modulus)) <
		0 ||
	    (rc = required(get_u32(dict, "PUBE", &signature.exponent))) < 0 ||
	    (rc = required(get_u32(dict, "EF", &signature.flags))) < 0 ||
	    (rc = required(get_u32(dict, "EC", &signature.capability))) < 0)
		return rc;
	*result = signature;
	return 0;
}

void
dict_signature_build(
    const struct dict_signature *signature, struct buf *content)
{
	ipdict_put_int(content, "PUBE", signature->exponent);
	ipdict_put(content, "PUBN", signature->modulus);
	ipdict_put_int(content, "EF", signature->flags);
	ipdict_put_int(content, "EC", signature->capability);
}

bool
dict_is_encrypted(const struct ipdict *dict)
{
	struct span value;

	return ipdict_get(dict, "EB", &value) == 0 &&
	       ipdict_get(dict, "CMD", &value) < 0;
}

int
dict_cipher_parse(const struct ipdict *dict, struct dict_cipher *result)
{
	struct dict_cipher cipher = { 0 };
	int rc;

	if (dict->count != 4)
		return CAM_ERR_FORMAT;
	if ((rc = required(get_u32(dict, "EF", &cipher.flags))) < 0 ||
	    (rc = get_exactly(dict, "EI", IV_LEN, &cipher.iv)) < 0 ||
	    (rc = get_exactly(dict, "EK", MODULUS_LEN, &cipher.key)) < 0 ||
	    (rc = required(ipdict_get(dict, "EB", &cipher.body))) < 0)
		return rc;
	if (cipher.body.len == 0)
		return CAM_ERR_FORMAT;
	*result = cipher;
	return 0;
}

void
dict_cipher_build(const struct dict_cipher *cipher, struct buf *content)
{
	ipdict_put_int(content, "EF", cipher->flags);
	ipdict_put(content, "EI", cipher->iv);
	ipdict_put(content, "EK", cipher->key);
	ipdict_put(content, "EB", cipher->body);
}
