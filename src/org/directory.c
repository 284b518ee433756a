/* directory.c: memberships of an organisation's members, and what seals them.
 */
#include "org/directory.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "org/name.h"

static const char chain_label[] = "cam/directory/1"; /* and its zero byte */
static const char head_label[] = "cam/head/1";

enum { HEAD_FORM = 1, HEAD_SIGNED = HEAD_BYTES - SIGN_SIZE };

/* -- memberships ------------------------------------------------------------
 */

bool
member_group_is(const char *group)
{
	size_t len = strlen(group);

	if (!name_is_plain(group, MEMBER_GROUP_MAX))
		return false;
	return len == 0 || (group[0] != '/' && group[len - 1] != '/' &&
			       strstr(group, "//") == NULL);
}

/* '@' would part it from the host, ',' from the next (WHO of the contract). */
bool
member_name_is(const char *logon)
{
	return logon[0] != '\0' && logon[0] != '#' &&
	       strpbrk(logon, "@,") == NULL &&
	       name_is_plain(logon, MEMBER_NAME_MAX);
}

static bool
is_membership(const struct membership *membership)
{
	if (membership->time_ms < 0)
		return false;
	return membership->kind == MEMBERSHIP_ENDED ||
	       (membership->kind == MEMBERSHIP_GIVEN &&
		   member_name_is(membership->logon) &&
		   name_is_plain(membership->nick, MEMBER_NAME_MAX) &&
		   member_group_is(membership->group));
}

int
membership_build(const struct membership *membership, struct buf *buf)
{
	if (!is_membership(membership))
		return CAM_ERR_FORMAT;
	buf_put_byte(buf, (uint8_t)membership->kind);
	fields_put_number(buf, (uint64_t)membership->time_ms, 8);
	buf_put(buf, membership->user_key, SIGN_KEY_SIZE);
	if (membership->kind == MEMBERSHIP_GIVEN) {
		name_put(buf, membership->logon);
		name_put(buf, membership->nick);
		name_put(buf, membership->group);
	}
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}

int
membership_parse(struct span bytes, struct membership *membership)
{
	struct fields fields = fields_of(bytes);
	struct membership got = { 0 };

	if (bytes.len > MEMBERSHIP_BYTES_MAX)
		return CAM_ERR_LIMIT;
	got.kind = (enum membership_kind)fields_number(&fields, 1);
	got.time_ms = (int64_t)fields_number(&fields, 8);
	fields_copy(&fields, got.user_key, SIGN_KEY_SIZE);
	if (fields.failed)
		return CAM_ERR_FORMAT;
	if (got.kind > MEMBERSHIP_ENDED)
		return CAM_ERR_VERSION;
	if (got.kind == MEMBERSHIP_GIVEN &&
	    !(name_get(&fields, MEMBER_NAME_MAX, got.logon) &&
		name_get(&fields, MEMBER_NAME_MAX, got.nick) &&
		name_get(&fields, MEMBER_GROUP_MAX, got.group)))
		return CAM_ERR_FORMAT;
	if (fields.rest.len > 0 || !is_membership(&got))
		return CAM_ERR_FORMAT;
	*membership = got;
	return 0;
}

/* -- heads --------------------------------------------------------------
 */

void
head_add(struct head *head, struct span membership)
{
	struct digest *digest = digest_new(DIGEST_SHA256);

	digest_add(digest, span_of(chain_label, sizeof chain_label));
	digest_add(digest, span_of(head->hash, sizeof head->hash));
	digest_add(digest, membership);
	digest_peek(digest, head->hash);
	digest_free(digest);
	head->number++;
}

int
head_build(const struct head *head, const struct sign_key *server,
    uint8_t bytes[HEAD_BYTES])
{
	uint8_t *at = fields_write(bytes, HEAD_FORM, 1);

	at = fields_write(at, head->number, 8);
	at = fields_write(at, (uint64_t)head->time_ms, 8);
	memcpy(at, head->hash, sizeof head->hash);
	return sign_make(server, head_label, span_of(bytes, HEAD_SIGNED),
	    bytes + HEAD_SIGNED);
}

int
head_parse(struct span bytes, const uint8_t signing_key[SIGN_KEY_SIZE],
    struct head *head)
{
	struct fields fields = fields_of(bytes);
	struct head got;
	int r;

	if (bytes.len != HEAD_BYTES)
		return CAM_ERR_FORMAT;
	if (fields_number(&fields, 1) != HEAD_FORM)
		return CAM_ERR_VERSION;
	got.number = fields_number(&fields, 8);
	got.time_ms = (int64_t)fields_number(&fields, 8);
	fields_copy(&fields, got.hash, sizeof got.hash);
	if (got.time_ms < 0)
		return CAM_ERR_FORMAT;
	r = sign_verify(signing_key, head_label,
	    span_of(bytes.data, HEAD_SIGNED), fields.rest.data);
	if (r == 0)
		*head = got;
	return r;
}
