/* protect.c: the passphrase of the keys: set, taken away, said. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/param.h"
#include "camd/protection.h"
#include "crypto/keyfile.h"
#include "loop/loop.h"
#include "rpc/names.h"

struct changing {
	struct camd *camd;
	struct rpc_call *call;
};

bool
key_admits(struct rpc_call *call, const char *method)
{
	static const char *const always[] = { RPC_STATUS, RPC_KEY_UNLOCK,
		RPC_STOP };
	const struct camd *camd = method_camd(call);

	if (!protection_is_locked(camd->protection))
		return true;
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
		if (strcmp(method, always[i]) == 0)
			return true;
	}
	(void)method_fail_as(call, CAM_ERR_KEY, "locked",
	    N_("the keys are locked: 'cam key unlock' opens them"));
	return false;
}

static json_t *
protection_object(const struct camd *camd)
{
	return json_pack("{s:s}", "protection",
	    protection_is_on(camd->protection) ? "passphrase" : "permissions");
}

static void
fail(struct rpc_call *call, int err)
{
	if (err == CAM_ERR_KEY)
		method_fail(call, err, NULL, N_("this is not the passphrase"));
	else if (err == CAM_ERR_LIMIT)
		method_fail(call, CAM_ERR_REQUEST, NULL,
		    "a passphrase has 1 to %d bytes", KEYFILE_PASSPHRASE_MAX);
	else if (err == CAM_ERR_FULL)
		method_fail(call, CAM_ERR_REFUSED, NULL,
		    N_("the passphrase is being changed: try again"));
	else if (err == CAM_ERR_CLOSED)
		method_fail(call, err, NULL, N_("camd is ending"));
	else
		method_fail(call, err, NULL,
		    "the files of the keys cannot be used (the log says "
		    "which): %s",
		    cam_strerror(err));
}

static void
on_protected(void *arg, int err)
{
	struct changing *changing = arg;

	if (err < 0) {
		fail(changing->call, err);
	} else {
		log_info("a passphrase protects the keys");
		rpc_reply(changing->call, protection_object(changing->camd));
	}
	free(changing);
}

/* Without keys or network camd is of no use: it ends as if it had not started.
 */
static void
open_rest(struct changing *changing)
{
	struct camd *camd = changing->camd;
	char *problem = NULL;
	int r = camd_open(camd, &problem);

	if (r == 0) {
		rpc_reply(changing->call, protection_object(camd));
	} else {
		const char *text = problem != NULL ? problem : cam_strerror(r);

		log_error("%s", text);
		method_fail(changing->call, r, NULL, "%s", text);
		camd->exit_code = cam_exit_code(r);
		loop_stop(camd->loop);
	}
	free(problem);
}

static void
on_unlocked(void *arg, int err)
{
	struct changing *changing = arg;

	if (err < 0) {
		if (err == CAM_ERR_KEY)
			log_warn("a wrong passphrase for the keys");
		fail(changing->call, err);
	} else {
		open_rest(changing);
	}
	free(changing);
}

static void
on_unprotected(void *arg, int err)
{
	struct changing *changing = arg;

	if (err < 0) {
		fail(changing->call, err);
	} else {
		log_info("only file permissions protect the keys");
		rpc_reply(changing->call, protection_object(changing->camd));
	}
	free(changing);
}

/* A passphrase as the request says it; it is wiped there, too. */
struct said {
	const char *name;
	bool needed;
	const char *text; /* NULL: not said */
};

static bool
take_said(struct rpc_call *call, json_t *params, struct said *said)
{
	return param_text(call, params, said->name, said->needed, &said->text);
}

static struct span
span_of_said(const struct said *said)
{
	return span_text(said->text != NULL ? said->text : "");
}

static void
wipe_said(const struct said *said)
{
	if (said->text != NULL)
		wipe((char *)said->text, strlen(said->text));
}

static struct changing *
changing_new(struct rpc_call *call)
{
	struct changing *changing = xcalloc(1, sizeof *changing);

	changing->camd = method_camd(call);
	changing->call = call;
	return changing;
}

/* What begin says of a change: 0, and its done follows. */
static void
began(struct changing *changing, int r)
{
	if (r == 0)
		return;
	fail(changing->call, r);
	free(changing);
}

int
key_protect(struct rpc_call *call, json_t *params)
{
	struct said passphrase = { "passphrase", true, NULL };
	struct said old = { "old", false, NULL };
	struct changing *changing;

	if (!take_said(call, params, &passphrase) ||
	    !take_said(call, params, &old))
		return 0;
	changing = changing_new(call);
	began(changing, protection_protect(changing->camd->protection,
			    span_of_said(&passphrase), span_of_said(&old),
			    on_protected, changing));
	wipe_said(&passphrase);
	wipe_said(&old);
	return 0;
}

int
key_unlock(struct rpc_call *call, json_t *params)
{
	const struct camd *camd = method_camd(call);
	struct said passphrase = { "passphrase", true, NULL };
	struct changing *changing;

	if (!protection_is_locked(camd->protection)) {
		rpc_reply(call, protection_object(camd));
		return 0;
	}
	if (!take_said(call, params, &passphrase))
		return 0;
	changing = changing_new(call);
	began(changing, protection_unlock(camd->protection,
			    span_of_said(&passphrase), on_unlocked, changing));
	wipe_said(&passphrase);
	return 0;
}

int
key_unprotect(struct rpc_call *call, json_t *params)
{
	const struct camd *camd = method_camd(call);
	struct said old = { "old", false, NULL };
	struct changing *changing;

	if (!protection_is_on(camd->protection)) {
		rpc_reply(call, protection_object(camd));
		return 0;
	}
	if (!take_said(call, params, &old))
		return 0;
	changing = changing_new(call);
	began(changing, protection_unprotect(camd->protection,
			    span_of_said(&old), on_unprotected, changing));
	wipe_said(&old);
	return 0;
}
