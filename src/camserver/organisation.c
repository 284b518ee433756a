/* organisation.c: who we serve, and the keys that let us speak for it. */
#include "camserver/organisation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/wholefile.h"
#include "camserver/home.h"
#include "crypto/keyfile.h"
#include "org/name.h"

#define KIND_ROOT "cam/root"
#define KIND_LINK "cam/server-link"
#define KIND_SIGNING "cam/server-signing"

/* -- key files --------------------------------------------------------------
 */

static char *
problem_of(const char *path, int err)
{
	return xasprintf("%s: %s", path,
	    err == CAM_ERR_UNSAFE
		? _("others have rights on it: make it yours alone with chmod "
		    "600")
		: cam_strerror(err));
}

static int
make_key(
    const char *path, const char *kind, struct sign_key **key, char **problem)
{
	uint8_t secret[SIGN_KEY_SIZE];
	int r = sign_key_generate(key);

	if (r < 0) {
		*problem = problem_of(path, r);
		return r;
	}
	sign_key_secret(*key, secret);
	r = keyfile_save(
	    path, kind, span_of(secret, sizeof secret), NULL, false);
	wipe(secret, sizeof secret);
	if (r < 0) {
		*problem = problem_of(path, r);
		sign_key_free(*key);
		*key = NULL;
	}
	return r;
}

static int
load_key(
    const char *path, const char *kind, struct sign_key **key, char **problem)
{
	struct buf secret;
	int r;

	buf_init(&secret, KEYFILE_SECRET_MAX);
	r = keyfile_load(path, kind, NULL, &secret);
	if (r == 0 && secret.len != SIGN_KEY_SIZE)
		r = CAM_ERR_FORMAT;
	if (r == 0)
		r = sign_key_new(secret.data, key);
	buf_wipe(&secret);
	if (r < 0)
		*problem = problem_of(path, r);
	return r;
}

/* -- making -----------------------------------------------------------------
 */

static int
write_charter(const struct home *home, const struct charter *charter,
    const struct sign_key *root, char **problem)
{
	struct buf bytes;
	int r;

	buf_init(&bytes, CHARTER_BYTES_MAX);
	r = charter_build(charter, root, &bytes);
	if (r == 0)
		r = wholefile_write(
		    home->charter, buf_span(&bytes), 0600, false);
	if (r < 0)
		*problem = problem_of(home->charter, r);
	buf_finish(&bytes);
	return r;
}

/* The charter comes last: until it is there "init" may be tried again. */
static int
make_all(const struct home *home, const char *name, char **problem)
{
	struct charter charter = {
		.serial = 1, .issued_ms = clock_wall_ms(), .count = 1
	};
	struct sign_key *root = NULL, *link = NULL, *signing = NULL;
	int r;

	if ((r = make_key(home->root_key, KIND_ROOT, &root, problem)) < 0 ||
	    (r = make_key(home->link_key, KIND_LINK, &link, problem)) < 0 ||
	    (r = make_key(home->signing_key, KIND_SIGNING, &signing, problem)) <
		0)
		goto out;
	memcpy(charter.name, name, strlen(name) + 1);
	sign_key_public(root, charter.root);
	sign_key_public(link, charter.servers[0].link_key);
	sign_key_public(signing, charter.servers[0].signing_key);
	r = write_charter(home, &charter, root, problem);
out:
	sign_key_free(root);
	sign_key_free(link);
	sign_key_free(signing);
	return r;
}

/* What an attempt that was cut short has left: keys nobody knows of. */
static int
clear_remains(const struct home *home, char **problem)
{
	const char *const paths[] = { home->root_key, home->link_key,
		home->signing_key };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		int r = wholefile_remove(paths[i]);

		if (r < 0 && errno != ENOENT) {
			*problem = problem_of(paths[i], r);
			return r;
		}
	}
	return 0;
}

int
organisation_make(const struct home *home, const char *name, char **problem)
{
	int r;

	if (name[0] == '\0' || !name_is_plain(name, CHARTER_NAME_MAX)) {
		*problem = xasprintf(_("an organisation's name has 1 to %d "
				       "bytes and no control characters"),
		    CHARTER_NAME_MAX);
		return CAM_ERR_FORMAT;
	}
	if (home_is_made(home)) {
		*problem = xasprintf(
		    _("%s holds an organisation already: it is left as it is"),
		    home->folder);
		return CAM_ERR_EXISTS;
	}
	if ((r = home_make(home, problem)) < 0 ||
	    (r = clear_remains(home, problem)) < 0)
		return r;
	return make_all(home, name, problem);
}

/* -- opening ----------------------------------------------------------------
 */

static int
read_charter(
    const struct home *home, struct organisation *organisation, char **problem)
{
	int r;

	buf_init(&organisation->statement, CHARTER_BYTES_MAX);
	r = wholefile_read_private(home->charter, &organisation->statement);
	if (r == CAM_ERR_SYSTEM && errno == ENOENT) {
		*problem = xasprintf(
		    _("%s holds no organisation yet: 'camserver --home %s "
		      "init --name NAME' makes one"),
		    home->folder, home->folder);
		return CAM_ERR_UNKNOWN;
	}
	if (r == 0)
		r = charter_parse(
		    buf_span(&organisation->statement), &organisation->charter);
	if (r < 0)
		*problem = problem_of(home->charter, r);
	return r;
}

/* Our two keys must be those of one server of the charter. */
static int
check_keys(const struct home *home, const struct organisation *organisation,
    char **problem)
{
	uint8_t link[SIGN_KEY_SIZE], signing[SIGN_KEY_SIZE];
	const struct charter_server *server = NULL;

	sign_key_public(organisation->link, link);
	sign_key_public(organisation->signing, signing);
	server = charter_server(&organisation->charter, link);
	if (server != NULL &&
	    memcmp(server->signing_key, signing, SIGN_KEY_SIZE) == 0)
		return 0;
	*problem = xasprintf(
	    _("%s does not name the keys of this server"), home->charter);
	return CAM_ERR_KEY;
}

/* -- policy -------------------------------------------------------------------
 */

static int
read_policy(
    const struct home *home, struct organisation *organisation, char **problem)
{
	uint8_t signing[SIGN_KEY_SIZE];
	struct buf *statement = &organisation->policy_statement;
	int r;

	buf_init(statement, POLICY_BYTES_MAX);
	r = wholefile_read_private(home->policy, statement);
	if (r == CAM_ERR_SYSTEM && errno == ENOENT)
		return 0;
	sign_key_public(organisation->signing, signing);
	if (r == 0)
		r = policy_parse(
		    buf_span(statement), signing, &organisation->policy);
	if (r < 0)
		*problem = problem_of(home->policy, r);
	return r;
}

int
organisation_rule(const struct home *home, struct organisation *organisation,
    const struct policy *policy, char **problem)
{
	struct policy next = *policy;
	struct buf statement;
	int r;

	next.serial = organisation->policy.serial + 1;
	next.time_ms = clock_wall_ms();
	buf_init(&statement, POLICY_BYTES_MAX);
	r = policy_build(&next, organisation->signing, &statement);
	if (r == 0)
		r = wholefile_write(
		    home->policy, buf_span(&statement), 0600, true);
	if (r < 0) {
		*problem = problem_of(home->policy, r);
		buf_finish(&statement);
		return r;
	}
	buf_finish(&organisation->policy_statement);
	organisation->policy_statement = statement;
	organisation->policy = next;
	return 0;
}

int
organisation_open(
    const struct home *home, struct organisation *organisation, char **problem)
{
	int r;

	*organisation = (struct organisation){ 0 };
	if ((r = read_charter(home, organisation, problem)) == 0 &&
	    (r = load_key(home->link_key, KIND_LINK, &organisation->link,
		 problem)) == 0 &&
	    (r = load_key(home->signing_key, KIND_SIGNING,
		 &organisation->signing, problem)) == 0)
		r = check_keys(home, organisation, problem);
	if (r == 0)
		r = read_policy(home, organisation, problem);
	if (r < 0)
		organisation_finish(organisation);
	else
		root_pin(organisation->charter.root, organisation->pin);
	return r;
}

void
organisation_finish(struct organisation *organisation)
{
	buf_finish(&organisation->statement);
	buf_finish(&organisation->policy_statement);
	sign_key_free(organisation->link);
	sign_key_free(organisation->signing);
	*organisation = (struct organisation){ 0 };
}
