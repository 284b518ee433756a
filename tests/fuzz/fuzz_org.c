/* fuzz_org.c: any bytes as what an organisation states: a charter (behind its
 * signature, too), a membership, a head, and as a code somebody typed. */
#include "crypto/crypto.h"
#include "fuzz.h"
#include "org/charter.h"
#include "org/directory.h"
#include "org/invitation.h"
#include "org/policy.h"

enum { ROOT_AT = 2, CHARTER_HEAD = ROOT_AT + SIGN_KEY_SIZE };

static struct sign_key *
the_key(void)
{
	/* The process ends with the fuzzing; volatile, or the compiler drops it
	 * and it leaks. */
	static struct crypto *volatile crypto;
	static struct sign_key *key;
	uint8_t secret[SIGN_KEY_SIZE];

	if (key == NULL) {
		crypto = crypto_new();
		must(crypto != NULL);
		memset(secret, 0x11, sizeof secret);
		must(sign_key_new(secret, &key) == 0);
	}
	return key;
}

static void
parse_charter(struct span data)
{
	struct charter charter;
	struct buf buf;

	if (charter_parse(data, &charter) < 0)
		return;
	must(charter.count >= 1 && charter.count <= CHARTER_SERVERS_MAX);
	must(charter.serial > 0 && charter.issued_ms >= 0);
	must_be_text(charter.name);
	buf_init(&buf, CHARTER_BYTES_MAX);
	if (charter_build(&charter, the_key(), &buf) == 0)
		must(span_equal(buf_span(&buf), data));
	buf_finish(&buf);
}

/* As the root could have signed it. */
static void
parse_signed_charter(struct span data)
{
	uint8_t bytes[CHARTER_BYTES_MAX];
	size_t len = data.len;

	if (len < CHARTER_HEAD || len > sizeof bytes - SIGN_SIZE)
		return;
	memcpy(bytes, data.data, len);
	sign_key_public(the_key(), bytes + ROOT_AT);
	must(sign_make(the_key(), "cam/charter/1", span_of(bytes, len),
		 bytes + len) == 0);
	parse_charter(span_of(bytes, len + SIGN_SIZE));
}

static void
parse_membership(struct span data)
{
	struct membership membership;
	struct head head = { 0 };
	struct buf buf;

	if (membership_parse(data, &membership) < 0)
		return;
	must_be_text(membership.logon);
	must_be_text(membership.nick);
	must_be_text(membership.group);
	buf_init(&buf, MEMBERSHIP_BYTES_MAX);
	must(membership_build(&membership, &buf) == 0);
	must(span_equal(buf_span(&buf), data));
	head_add(&head, data);
	must(head.number == 1);
	buf_finish(&buf);
}

static void
parse_head(struct span data)
{
	uint8_t key[SIGN_KEY_SIZE], bytes[HEAD_BYTES];
	struct head head;

	sign_key_public(the_key(), key);
	(void)head_parse(data, key, &head);
	if (data.len < HEAD_BYTES - SIGN_SIZE)
		return;
	memcpy(bytes, data.data, HEAD_BYTES - SIGN_SIZE);
	must(sign_make(the_key(), "cam/head/1",
		 span_of(bytes, HEAD_BYTES - SIGN_SIZE),
		 bytes + HEAD_BYTES - SIGN_SIZE) == 0);
	if (head_parse(span_of(bytes, sizeof bytes), key, &head) == 0)
		must(head.time_ms >= 0);
}

static void
parse_code(struct span data)
{
	struct invitation invitation, again;
	char text[INVITATION_TEXT_SIZE];
	char *typed = span_dup(data);

	if (invitation_parse(typed, &invitation) == 0) {
		must(invitation_print(&invitation, text) == 0);
		must(invitation_parse(text, &again) == 0);
		must(memcmp(&again, &invitation, sizeof again) == 0);
	}
	free(typed);
}

/* As a server could have signed it. */
static void
parse_policy(struct span data)
{
	uint8_t key[SIGN_KEY_SIZE], bytes[POLICY_BYTES_MAX];
	struct policy policy;
	struct span whole;
	struct buf buf;

	if (data.len > sizeof bytes - SIGN_SIZE)
		return;
	sign_key_public(the_key(), key);
	if (data.len > 0)
		memcpy(bytes, data.data, data.len);
	must(sign_make(the_key(), "cam/policy/1", span_of(bytes, data.len),
		 bytes + data.len) == 0);
	whole = span_of(bytes, data.len + SIGN_SIZE);
	if (policy_parse(whole, key, &policy) < 0)
		return;
	for (size_t i = 0; i < policy.count; i++)
		must_be_text(policy.rules[i].group);
	must(policy_get(&policy, "a/b", POLICY_FILES) <= POLICY_ON);
	buf_init(&buf, POLICY_BYTES_MAX);
	must(policy_build(&policy, the_key(), &buf) == 0);
	must(span_equal(buf_span(&buf), whole));
	buf_finish(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse_charter(span_of(data, size));
	parse_signed_charter(span_of(data, size));
	parse_membership(span_of(data, size));
	parse_head(span_of(data, size));
	parse_code(span_of(data, size));
	parse_policy(span_of(data, size));
	return 0;
}
