/* peer.c: what is kept of a peer. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "crypto/rsa.h"
#include "ipmsg/command.h"
#include "lan/peer.h"

void
peer_init(struct peer *peer, const char *user, const char *host)
{
	memset(peer, 0, sizeof *peer);
	peer->user = xstrdup(user);
	peer->host = xstrdup(host);
}

void
peer_finish(struct peer *peer)
{
	free(peer->user);
	free(peer->host);
	rsa_public_free(peer->key);
	memset(peer, 0, sizeof *peer);
}

bool
peer_is(const struct peer *peer, const char *user, const char *host)
{
	return text_same(peer->user, user) && text_same(peer->host, host);
}
