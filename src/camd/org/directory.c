/* directory.c: changes of the directory checked, kept, and compared with what
 * others are shown. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/link/link.h"
#include "camd/org/org_parts.h"
#include "camd/org/ruling.h"
#include "camd/org/told.h"
#include "camd/people/roster.h"
#include "camd/trust/trust.h"
#include "camd/trust/trusted.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/directory.h"
#include "store/organisation.h"

enum { CHANGES_MAX = 1000 /* in one notice */ };

/* -- who says so -------------------------------------------------------------
 */

/* The organisation says that this key is this name's, and nobody else's before
 * (threat model 5.2, I1). */
void
org_judge(const struct org *org, struct user *user)
{
	const struct colleague *colleague = NULL;
	char *logon = NULL;
	bool was = false, changed = false;

	if (org == NULL || user->trusted == NULL)
		return;
	was = user->trusted->vouched;
	user->trusted->vouched = false;
	if (org->state == ORG_JOINED && org->alarm == ORG_QUIET)
		colleague =
		    replica_by_key(org->replica, trusted_key(user->trusted));
	if (colleague != NULL && colleague->number != 0 &&
	    !colleague->replaced) {
		logon = user_logon(user);
		user->trusted->vouched =
		    text_same(logon, colleague->membership.logon);
		free(logon);
	}
	changed = user->trusted->vouched != was;
	user->trusted->grouped =
	    user->trusted->vouched && colleague->membership.group[0] != '\0';
	if (user->trusted->grouped)
		changed |= roster_set_group(
		    org->camd->roster, user, colleague->membership.group);
	if (changed && org->started)
		roster_changed(org->camd->roster, user, true);
}

void
org_judge_all(struct org *org)
{
	struct colleague *colleague = NULL;

	org->started = true;
	while ((colleague = replica_next(org->replica, colleague)) != NULL) {
		struct user *user = trust_by_user_key(
		    org->camd->trust, colleague->membership.user_key);

		if (user != NULL)
			org_judge(org, user);
	}
}

/* -- kept --------------------------------------------------------------------
 */

/* Changes that a head covers, on their way into the database. */
struct keep_job {
	struct job job;
	struct buf changes;
	size_t *ends;
	size_t count;
	int err;
};

static void
keep(struct job *job, void *context)
{
	struct keep_job *keep = container_of(job, struct keep_job, job);
	size_t begin = 0;
	int64_t number = 0;

	for (size_t i = 0; i < keep->count && keep->err == 0; i++) {
		keep->err = store_directory_add(context,
		    span_of(keep->changes.data + begin, keep->ends[i] - begin),
		    &number);
		begin = keep->ends[i];
	}
}

static void
on_kept(struct job *job)
{
	struct keep_job *keep = container_of(job, struct keep_job, job);
	int err = job->batch_err < 0 ? job->batch_err : keep->err;

	if (err < 0)
		log_error("cannot store the directory: %s", cam_strerror(err));
	buf_finish(&keep->changes);
	free(keep->ends);
	free(keep);
}

static void
keep_changes(struct org *org)
{
	struct keep_job *job = NULL;

	if (org->unsigned_count == 0)
		return;
	job = xcalloc(1, sizeof *job);
	job->changes = org->unsigned_changes;
	job->ends = org->ends;
	job->count = org->unsigned_count;
	buf_init(&org->unsigned_changes, SIZE_MAX);
	org->ends = NULL;
	org->unsigned_count = org->ends_size = 0;
	job->job.work = keep;
	job->job.done = on_kept;
	workers_submit(org->camd->writer, &job->job);
}

/* -- changes -----------------------------------------------------------------
 */

/* Nothing of it counts before a head covers it. */
static int
note_changes(struct org *org, const json_t *list)
{
	const json_t *item = NULL;
	size_t i = 0;
	int r = 0;

	json_array_foreach(list, i, item)
	{
		if ((r = told_change(item, &org->unsigned_changes)) < 0)
			return r;
		if (org->unsigned_count == org->ends_size) {
			org->ends_size =
			    org->ends_size > 0 ? 2 * org->ends_size : 16;
			org->ends = xreallocarray(
			    org->ends, org->ends_size, sizeof *org->ends);
		}
		org->ends[org->unsigned_count++] = org->unsigned_changes.len;
	}
	return 0;
}

static struct span
noted(const struct org *org, size_t i)
{
	size_t begin = i > 0 ? org->ends[i - 1] : 0;

	return span_of(
	    org->unsigned_changes.data + begin, org->ends[i] - begin);
}

/* Where the noted changes lead from what we have. */
static void
follow(const struct org *org, struct head *head)
{
	head->number = replica_number(org->replica);
	memcpy(head->hash, replica_hash(org->replica, head->number),
	    sizeof head->hash);
	for (size_t i = 0; i < org->unsigned_count; i++)
		head_add(head, noted(org, i));
}

static void
apply_changes(struct org *org)
{
	struct colleague *changed = NULL;

	for (size_t i = 0; i < org->unsigned_count; i++)
		(void)replica_add(org->replica, noted(org, i), &changed);
}

static void
compare_awaited(struct org *org)
{
	int r = 0;

	if (!org->has_awaited)
		return;
	r = replica_compare(org->replica, &org->awaited);
	org->has_awaited = r == CAM_ERR_MORE;
	if (r == CAM_ERR_KEY)
		org_raise(org, ORG_SPLIT);
}

/* The server's word for all that it has shown so far. */
static int
take_head(struct org *org, const json_t *params)
{
	uint8_t bytes[HEAD_BYTES];
	struct head head, ours = { .number = 0 };
	int r = json_hex_get_all(params, "head", bytes, sizeof bytes);

	if (r == 0)
		r = head_parse(
		    span_of(bytes, sizeof bytes), org->server_key, &head);
	if (r < 0)
		return r;
	follow(org, &ours);
	if (head.number > ours.number)
		return CAM_ERR_FORMAT;
	if (head.number < ours.number) {
		org_raise(org, head.number <= replica_number(org->replica) &&
				       replica_compare(org->replica, &head) == 0
				   ? ORG_SHORT
				   : ORG_SPLIT);
		return 0;
	}
	if (memcmp(head.hash, ours.hash, sizeof ours.hash) != 0) {
		org_raise(org, ORG_SPLIT);
		return 0;
	}
	memcpy(org->head, bytes, sizeof bytes);
	org->head_len = sizeof bytes;
	apply_changes(org);
	keep_changes(org);
	org_save(org, NULL, NULL);
	compare_awaited(org);
	org_judge_all(org);
	return 0;
}

int
org_take_changes(struct org *org, const json_t *params)
{
	const json_t *after = json_object_get(params, "after");
	const json_t *list = json_object_get(params, "changes");
	int r = 0;

	/* What it shows has been found out to be wrong. */
	if (org->alarm != ORG_QUIET)
		return 0;
	if (!json_is_integer(after) || !json_is_array(list) ||
	    json_array_size(list) > CHANGES_MAX)
		return CAM_ERR_REQUEST;
	if (json_array_size(list) > 0 &&
	    (uint64_t)json_integer_value(after) !=
		replica_number(org->replica) + org->unsigned_count)
		return CAM_ERR_REQUEST;
	if ((r = note_changes(org, list)) < 0)
		return r;
	if (json_object_get(params, "head") == NULL)
		return 0;
	r = take_head(org, params);
	ruling_apply(org);
	return r;
}

void
org_drop_unsigned(struct org *org)
{
	buf_clear(&org->unsigned_changes);
	org->unsigned_count = 0;
}

/* -- between members ---------------------------------------------------------
 */

void
org_link_open(struct org *org, struct user *user, struct link *link)
{
	const struct colleague *colleague = NULL;
	const uint8_t *key = NULL;

	if (org == NULL || org->state != ORG_JOINED || org->head_len == 0 ||
	    (key = trust_user_key(org->camd->trust, user)) == NULL)
		return;
	colleague = replica_by_key(org->replica, key);
	if (colleague == NULL || colleague->number == 0)
		return;
	(void)link_notify(link, LINK_HEAD,
	    json_pack("{s:o, s:o}", "root",
		json_hex(span_of(org->charter.root, SIGN_KEY_SIZE)), "head",
		json_hex(span_of(org->head, org->head_len))));
}

/* Signed by a server of ours, or it says nothing. */
static int
read_head(const struct org *org, const json_t *params, struct head *head)
{
	uint8_t root[SIGN_KEY_SIZE], bytes[HEAD_BYTES];
	int r = json_hex_get_all(params, "root", root, sizeof root);

	if (r == 0)
		r = json_hex_get_all(params, "head", bytes, sizeof bytes);
	if (r < 0)
		return r;
	if (org->state != ORG_JOINED ||
	    memcmp(root, org->charter.root, SIGN_KEY_SIZE) != 0)
		return CAM_ERR_UNKNOWN;
	r = CAM_ERR_CRYPTO;
	for (size_t i = 0; i < org->charter.count && r < 0; i++)
		r = head_parse(span_of(bytes, sizeof bytes),
		    org->charter.servers[i].signing_key, head);
	return r;
}

int
org_hear_head(struct link *link, json_t *params, const json_int_t *id)
{
	struct org *org = link_camd(link)->org;
	struct head head;
	int r = org != NULL ? read_head(org, params, &head) : CAM_ERR_UNKNOWN;

	if (id != NULL)
		return CAM_ERR_REQUEST;
	if (r < 0)
		return r == CAM_ERR_UNKNOWN ? 0 : r;
	r = replica_compare(org->replica, &head);
	if (r == CAM_ERR_KEY) {
		org_raise(org, ORG_SPLIT);
	} else if (r == CAM_ERR_MORE) {
		org->awaited = head;
		org->has_awaited = true;
	}
	return 0;
}
