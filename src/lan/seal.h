/* seal.h: an encrypted text on its way to a peer and one from a peer, for the
 * pool (reference 5.4, 5.6). */
#ifndef CAM_LAN_SEAL_H
#define CAM_LAN_SEAL_H

#include "base/buf.h"
#include "crypto/suite.h"
#include "ipmsg/enctext.h"

struct crypto;
struct lan;
struct packet;
struct peer;

enum { SEAL_NUMBER_SIZE = 16 };

/* -- going out --------------------------------------------------------------
 */

struct sealing {
	uint32_t flags;
	struct suite suite;
	const struct rsa_key *own; /* the keyring's: signs */
	struct rsa_public *to;
	char number[SEAL_NUMBER_SIZE];
	struct buf plain; /* the caller fills it */
	struct suite_text text;
};

/*
 * For that peer's key, in the packet of that number. flags are those of
 * lan_protection(). CAM_ERR_UNSUPPORTED; release with sealing_finish() in any
 * case.
 */
int sealing_init(struct sealing *sealing, const struct lan *lan,
    const struct peer *peer, uint32_t flags, uint32_t number);
/* As suite_encrypt(): worker pool. */
int sealing_run(struct sealing *sealing, struct crypto *crypto);
/* Appends the encrypted text as it goes into the packet. */
void sealing_write(const struct sealing *sealing, struct buf *body);
void sealing_finish(struct sealing *sealing);

/* -- coming in --------------------------------------------------------------
 */

struct unsealing {
	struct enctext text;
	struct suite suite;
	struct rsa_key *own;	   /* the keyring's */
	struct rsa_public *sender; /* counted; NULL: not known */
	char number[SEAL_NUMBER_SIZE];
	struct suite_opened opened;
};

/*
 * The first part of the packet; peer is who sent it, NULL: not known. Anything
 * below 0 is a text that cannot be read here; release with unsealing_finish()
 * in any case.
 */
int unsealing_init(struct unsealing *unsealing, const struct lan *lan,
    const struct packet *packet, const struct peer *peer);
/* As suite_decrypt(): worker pool. */
int unsealing_run(struct unsealing *unsealing, struct crypto *crypto);
/* What was opened, wiped: it may be run again. */
void unsealing_forget(struct unsealing *unsealing);
void unsealing_finish(struct unsealing *unsealing);

#endif
