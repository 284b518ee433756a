/* shield.c: SRTP and SRTCP by libsrtp2. */
#include "media/shield.h"

#include <srtp2/srtp.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "config.h"
#include "media/shield_nettle.h"

enum { WINDOW_AUDIO = 128, WINDOW_VIDEO = 1024 };

struct shield {
	srtp_t srtp;
};

void
shield_stop(struct shield *kept)
{
	shield_free(kept);
	srtp_shutdown();
}

static srtp_policy_t
policy_of(uint8_t secret[MEDIA_SECRET_SIZE])
{
	srtp_policy_t policy;

	memset(&policy, 0, sizeof policy);
	srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
	srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
	policy.key = secret;
	return policy;
}

static int
make(const srtp_policy_t *policy, struct shield **shield)
{
	srtp_t srtp = NULL;

	if (srtp_create(&srtp, policy) != srtp_err_status_ok)
		return CAM_ERR_CRYPTO;
	*shield = xcalloc(1, sizeof **shield);
	(*shield)->srtp = srtp;
	return 0;
}

int
shield_new_sending(
    const uint8_t secret[MEDIA_SECRET_SIZE], struct shield **shield)
{
	uint8_t copy[MEDIA_SECRET_SIZE];
	srtp_policy_t policy = policy_of(copy);
	int err;

	memcpy(copy, secret, sizeof copy);
	policy.ssrc.type = ssrc_any_outbound;
	/* The same packet again, to whom it got lost on the way. */
	policy.allow_repeat_tx = 1;
	policy.window_size = WINDOW_VIDEO;
	err = make(&policy, shield);
	wipe(copy, sizeof copy);
	return err;
}

int
shield_new_receiving(const struct media *sender, struct shield **shield)
{
	uint8_t copy[MEDIA_SECRET_SIZE];
	srtp_policy_t policies[LIMIT_MEDIA_STREAMS];
	int err;

	if (sender->stream_count == 0)
		return CAM_ERR_CRYPTO;
	memcpy(copy, sender->secret, sizeof copy);
	for (size_t i = 0; i < sender->stream_count; i++) {
		policies[i] = policy_of(copy);
		policies[i].ssrc.type = ssrc_specific;
		policies[i].ssrc.value = sender->streams[i].ssrc;
		policies[i].window_size = sender->streams[i].kind == MEDIA_AUDIO
					      ? WINDOW_AUDIO
					      : WINDOW_VIDEO;
		if (i > 0)
			policies[i - 1].next = &policies[i];
	}
	err = make(&policies[0], shield);
	wipe(copy, sizeof copy);
	return err;
}

void
shield_free(struct shield *shield)
{
	if (shield == NULL)
		return;
	srtp_dealloc(shield->srtp);
	free(shield);
}

static int
apply(srtp_err_status_t (*function)(srtp_t, void *, int *),
    struct shield *shield, void *packet, size_t *len)
{
	int size = (int)*len;
	srtp_err_status_t status = function(shield->srtp, packet, &size);

	if (status == srtp_err_status_replay_fail ||
	    status == srtp_err_status_replay_old)
		return CAM_ERR_EXISTS;
	if (status != srtp_err_status_ok || size < 0)
		return CAM_ERR_CRYPTO;
	*len = (size_t)size;
	return 0;
}

int
shield_seal_rtp(struct shield *shield, void *packet, size_t *len)
{
	return apply(srtp_protect, shield, packet, len);
}

int
shield_seal_rtcp(struct shield *shield, void *packet, size_t *len)
{
	return apply(srtp_protect_rtcp, shield, packet, len);
}

int
shield_open_rtp(struct shield *shield, void *packet, size_t *len)
{
	return apply(srtp_unprotect, shield, packet, len);
}

int
shield_open_rtcp(struct shield *shield, void *packet, size_t *len)
{
	return apply(srtp_unprotect_rtcp, shield, packet, len);
}

/* With libsrtp2's own cipher, by which every key is derived. */
int
shield_start(struct shield **kept)
{
	uint8_t secret[MEDIA_SECRET_SIZE] = { 0 };
	srtp_policy_t policy = policy_of(secret);
	int err = srtp_init() == srtp_err_status_ok ? 0 : CAM_ERR_CRYPTO;

#ifdef HAVE_NETTLE
	if (err == 0)
		err = shield_use_nettle();
#endif
	srtp_crypto_policy_set_rtp_default(&policy.rtp);
	srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
	policy.ssrc.type = ssrc_any_outbound;
	return err == 0 ? make(&policy, kept) : err;
}

void
shield_set_rounds(struct shield *shield, uint32_t ssrc, uint32_t rounds)
{
	/* It knows every stream it is asked for. */
	(void)srtp_set_stream_roc(shield->srtp, ssrc, rounds);
}
