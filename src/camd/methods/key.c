/* key.c: one's own keys. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/number.h"
#include "camd/camd.h"
#include "camd/link/identity.h"
#include "camd/methods/methods.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "crypto/keyring.h"
#include "rpc/json.h"

/* A key is made once and its file never written again. */
static json_t *
created(const struct camd *camd, const char *file)
{
	char *path = xasprintf("%s/keys/%s", camd->paths.data, file);
	struct stat st;
	json_t *time = stat(path, &st) == 0
			   ? json_time((int64_t)st.st_mtim.tv_sec * 1000 +
				       st.st_mtim.tv_nsec / 1000000)
			   : json_null();

	free(path);
	return time;
}

static void
add_key(json_t *keys, const struct camd *camd, enum rsa_size size,
    const char *algorithm, const char *file, bool current)
{
	const struct rsa_key *key = keyring_key(camd->keyring, size);
	char fingerprint[RSA_FINGERPRINT_SIZE], text[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE];

	if (key == NULL)
		return;
	rsa_public_fingerprint(rsa_key_public(key), fingerprint);
	rsa_public_digest(rsa_key_public(key), digest);
	hex_encode(digest, sizeof digest, text);
	json_array_append_new(
	    keys, json_pack("{s:s, s:s, s:s, s:b, s:o}", "algorithm", algorithm,
		      "fingerprint", fingerprint, "digest", text, "current",
		      current, "created", created(camd, file)));
}

int
key_list(struct rpc_call *call, json_t *params)
{
	const struct camd *camd = method_camd(call);
	char key[2 * SIGN_KEY_SIZE + 1], device[2 * DEVICE_ID_SIZE + 1];
	json_t *keys = json_array();
	char *id = user_id(roster_self(camd->roster));

	add_key(keys, camd, RSA_2048, "rsa2048", "rsa2048.pem", true);
	add_key(keys, camd, RSA_1024, "rsa1024", "rsa1024.pem", false);
	hex_encode(identity_user_key(camd->identity), SIGN_KEY_SIZE, key);
	hex_encode(identity_device_id(camd->identity), DEVICE_ID_SIZE, device);
	rpc_reply(call,
	    json_pack("{s:o, s:s, s:s, s:o}", "id", json_text(span_text(id)),
		"user_key", key, "device", device, "keys", keys));
	free(id);
	return 0;
}
