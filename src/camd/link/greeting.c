/* greeting.c: two camd introduce themselves and admit each other. */
#include "camd/link/greeting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/link/link_private.h"
#include "camd/link/links.h"
#include "camd/trust/trust.h"
#include "crypto/keyring.h"
#include "link/wire.h"
#include "loop/worker.h"
#include "rpc/channel.h"
#include "rpc/names.h"

/* Their hello while the pool checks it. */
struct greeting {
	struct job job;
	struct link *link; /* NULL: it has ended meanwhile */
	json_int_t id;
	uint8_t key[SIGN_KEY_SIZE];
	struct linkhello hello;
	struct linkhello_proof proof;
	int err;
};

void
greeting_forget(struct link *link)
{
	if (link->greeting != NULL)
		link->greeting->link = NULL;
	link->greeting = NULL;
}

/* -- ours -------------------------------------------------------------------
 */

static void
on_hello_answered(void *arg, int err, json_t *result, const char *message)
{
	struct link *link = arg;
	char addr[ADDR_TEXT_SIZE];

	if (link->state != LINK_GREETING)
		return;
	if (err < 0) {
		log_info("%s does not admit us: %s",
		    addr_format(&link->addr, addr),
		    message != NULL ? message : cam_strerror(err));
		link_close(link, "we are not admitted");
		return;
	}
	link->welcomed = true;
	link_greet(link);
}

void
links_hello(const struct links *links, struct linkhello *hello)
{
	const struct rsa_public *rsa =
	    rsa_key_public(keyring_key(links->camd->keyring, RSA_2048));
	struct span devices = identity_devices(links->identity);
	struct span prekey = identity_prekey(links->identity);
	struct span modulus = rsa_public_modulus(rsa);
	struct span proof = identity_rsa_proof(links->identity);

	memset(hello, 0, sizeof *hello);
	links->ops->introduce(links->arg, hello);
	hello->capabilities = LINK_MESSAGES | LINK_CHANGES | LINK_TYPING |
			      LINK_FILES | LINK_CALLS;
	snprintf(hello->program, sizeof hello->program, "cam");
	snprintf(hello->version, sizeof hello->version, "%s", CAM_VERSION);
	memcpy(hello->devices, devices.data, devices.len);
	hello->devices_len = devices.len;
	memcpy(hello->prekey, prekey.data, sizeof hello->prekey);
	memcpy(hello->rsa_modulus, modulus.data, modulus.len);
	memcpy(hello->rsa_proof, proof.data, proof.len);
	hello->rsa_len = modulus.len;
	hello->rsa_exponent = rsa_public_exponent(rsa);
}

void
greeting_send(struct link *link)
{
	struct linkhello *hello = xmalloc(sizeof *hello);

	links_hello(link->links, hello);
	(void)channel_call(wire_channel(link->wire), LINK_HELLO,
	    linkhello_write(hello), on_hello_answered, link);
	free(hello);
}

/* -- theirs -----------------------------------------------------------------
 */

static void
check_hello(struct job *job, void *context)
{
	struct greeting *greeting = container_of(job, struct greeting, job);

	greeting->err =
	    linkhello_check(&greeting->hello, greeting->key, &greeting->proof);
}

/* Who shows a key of ours is a copy of us: one identity in two places breaks
 * the order of messages and what receipts mean. */
static bool
is_ourselves(const struct link *link, const struct linkhello_proof *proof)
{
	const struct links *links = link->links;

	return memcmp(proof->devices.user_key,
		   identity_user_key(links->identity), SIGN_KEY_SIZE) == 0 ||
	       (proof->rsa != NULL &&
		   keyring_has(links->camd->keyring, proof->rsa));
}

static int
admit(struct link *link, struct greeting *greeting)
{
	const struct links *links = link->links;
	const struct linkhello *hello = &greeting->hello;
	struct addr at = link->addr;
	struct trust_claim claim = {
		.devices = &link->proof.devices,
		.devices_bytes = span_of(hello->devices, hello->devices_len),
		.device = link->proof.device,
		.prekey_bytes = span_of(hello->prekey, sizeof hello->prekey),
		.rsa = link->proof.rsa,
		.user = hello->user,
		.host = hello->host,
		.nick = hello->nick,
		.group = hello->group,
		.at = &at,
	};

	/* From where he came nobody can go back to him. */
	if (!link->connected)
		at.port = hello->port;

	return links->ops->admit(links->arg, &claim, &link->user);
}

static void
take_proof(struct link *link, const struct greeting *greeting)
{
	link->proof = greeting->proof;
	link->proof.device =
	    link->proof.devices.list +
	    (greeting->proof.device - greeting->proof.devices.list);
	link->capabilities = greeting->hello.capabilities;
}

static const char *
refusal(int err)
{
	switch (err) {
	case CAM_ERR_KEY:
		return "the link key is not in the newest list of devices, or "
		       "the list is not yours";
	case CAM_ERR_CRYPTO:
		return "a signature is wrong";
	case CAM_ERR_FULL:
		return "no room for strangers";
	default:
		return cam_strerror(err);
	}
}

static void
take_hello(struct link *link, struct greeting *greeting)
{
	int r;

	take_proof(link, greeting);
	if (is_ourselves(link, &link->proof)) {
		links_copied(link->links, &link->addr);
		link_refuse(link, greeting->id, CAM_ERR_KEY,
		    "your keys are a copy of ours");
		return;
	}
	r = admit(link, greeting);
	/* Users may have changed, and links of theirs ended. */
	if (link->state != LINK_GREETING)
		return;
	if (r < 0) {
		link->user = NULL;
		link_refuse(link, greeting->id, r, refusal(r));
		return;
	}
	link->admitted = true;
	channel_reply(wire_channel(link->wire), greeting->id, NULL);
	link_greet(link);
}

static void
on_hello_checked(struct job *job)
{
	struct greeting *greeting = container_of(job, struct greeting, job);
	struct link *link = greeting->link;

	if (link != NULL)
		link->greeting = NULL;
	if (link == NULL || link->state != LINK_GREETING) {
		if (greeting->err == 0)
			rsa_public_free(greeting->proof.rsa);
	} else if (greeting->err < 0) {
		link_refuse(
		    link, greeting->id, greeting->err, refusal(greeting->err));
	} else {
		take_hello(link, greeting);
	}
	free(greeting);
}

void
greeting_receive(struct link *link, json_t *params, const json_int_t *id)
{
	struct greeting *greeting;
	int r;

	if (link->said || id == NULL) {
		link_close(link, link->said ? "it says hello twice"
					    : "it asks for no answer to hello");
		return;
	}
	link->said = true;
	greeting = xcalloc(1, sizeof *greeting);
	if ((r = linkhello_parse(params, &greeting->hello)) < 0) {
		free(greeting);
		link_refuse(link, *id, r,
		    r == CAM_ERR_VERSION ? "another protocol than 1"
					 : "a field is missing or wrong");
		return;
	}
	greeting->link = link;
	greeting->id = *id;
	memcpy(greeting->key, link->key, sizeof greeting->key);
	greeting->job.work = check_hello;
	greeting->job.done = on_hello_checked;
	link->greeting = greeting;
	workers_submit(link->links->camd->pool, &greeting->job);
}
