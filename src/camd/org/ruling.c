/* ruling.c: the policy of our organisation, as it holds for us. */
#include "camd/org/ruling.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/link/identity.h"
#include "camd/org/org_parts.h"
#include "loop/worker.h"
#include "rpc/json.h"
#include "rpc/names.h"
#include "store/profile.h"

static const char profile_name[] = "org.policy"; /* in hex digits */

/* -- what holds ---------------------------------------------------------------
 */

static const char *
own_group(const struct org *org)
{
	const struct colleague *self = replica_by_key(
	    org->replica, identity_user_key(org->camd->identity));

	return self != NULL ? self->membership.group : "";
}

enum policy_value
ruling_of(const struct org *org, enum policy_key key)
{
	if (org == NULL || org->state != ORG_JOINED)
		return POLICY_ON;
	return policy_get(&org->policy, own_group(org), key);
}

json_t *
ruling_object(const struct org *org)
{
	json_t *object = json_object();

	for (unsigned key = 1; policy_key_name(key) != NULL; key++) {
		enum policy_value value = ruling_of(org, (enum policy_key)key);

		if (value != POLICY_ON)
			json_object_set_new(object, policy_key_name(key),
			    json_string(policy_value_name(value)));
	}
	return object;
}

void
ruling_apply(struct org *org)
{
	enum policy_value legacy = ruling_of(org, POLICY_LEGACY);
	char *problem = NULL;

	if (legacy == org->legacy || org->camd->lan == NULL)
		return;
	org->legacy = legacy;
	if (camd_apply(org->camd, &problem) != 0)
		log_error("what the organisation rules takes no effect: %s",
		    problem != NULL ? problem : "");
	free(problem);
}

/* -- kept ---------------------------------------------------------------------
 */

struct keeping {
	struct job job;
	char *text; /* NULL: forgotten */
	int err;
};

static void
keep(struct job *job, void *context)
{
	struct keeping *keeping = container_of(job, struct keeping, job);

	keeping->err = store_profile_set(context, profile_name, keeping->text);
}

static void
on_kept(struct job *job)
{
	struct keeping *keeping = container_of(job, struct keeping, job);

	if (keeping->err != 0 || job->batch_err != 0)
		log_error("the policy of the organisation cannot be stored");
	free(keeping->text);
	free(keeping);
}

static void
start_keeping(struct org *org, char *text)
{
	struct keeping *keeping = xcalloc(1, sizeof *keeping);

	keeping->text = text;
	keeping->job.work = keep;
	keeping->job.done = on_kept;
	workers_submit(org->camd->writer, &keeping->job);
}

/* Any server of the charter may have signed the one that is kept. */
static int
parse_kept(const struct org *org, struct span bytes, struct policy *policy)
{
	int err = CAM_ERR_CRYPTO;

	for (size_t i = 0; i < org->charter.count && err < 0; i++)
		err = policy_parse(
		    bytes, org->charter.servers[i].signing_key, policy);
	return err;
}

int
ruling_load(struct org *org, struct store *store)
{
	uint8_t *bytes = NULL;
	char *text = NULL;
	size_t size;
	int err = store_profile_get(store, profile_name, &text);

	if (err < 0)
		return err == CAM_ERR_UNKNOWN ? 0 : err;
	size = strlen(text) / 2;
	bytes = xmalloc(size + 1);
	if (size > POLICY_BYTES_MAX ||
	    hex_decode(span_text(text), bytes, size) < 0 ||
	    parse_kept(org, span_of(bytes, size), &org->policy) < 0)
		log_error("the policy of the organisation is damaged: it holds "
			  "again when the server has told it");
	free(bytes);
	free(text);
	return 0;
}

void
ruling_drop(struct org *org)
{
	org->policy = (struct policy){ .serial = 0 };
	start_keeping(org, NULL);
	ruling_apply(org);
}

/* -- told ---------------------------------------------------------------------
 */

int
ruling_take(struct org *org, const json_t *params)
{
	const json_t *told = json_object_get(params, "policy");
	struct policy policy;
	uint8_t *bytes = NULL;
	size_t size = json_string_length(told) / 2;
	int err;

	if (!json_is_string(told) || size > POLICY_BYTES_MAX)
		return CAM_ERR_FORMAT;
	bytes = xmalloc(size + 1);
	err = hex_decode(span_text(json_string_value(told)), bytes, size);
	if (err == 0)
		err = policy_parse(
		    span_of(bytes, size), org->server_key, &policy);
	free(bytes);
	/* One that is older than ours was held back on its way. */
	if (err < 0 || policy.serial <= org->policy.serial)
		return err;
	org->policy = policy;
	start_keeping(org, xstrdup(json_string_value(told)));
	ruling_apply(org);
	events_tell(org->camd->events, EVENT_ORG_CHANGED, org_object(org));
	return 0;
}
