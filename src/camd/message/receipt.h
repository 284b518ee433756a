/* receipt.h: word between two camd that envelopes were stored, refused or
 * opened, as it is written and signed (threat model N6). */
#ifndef CAM_CAMD_RECEIPT_H
#define CAM_CAMD_RECEIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "crypto/device.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"

enum { RECEIPT_IDS_MAX = 1024, RECEIPT_REASON_MAX = 31 };

/* Labels of their signatures: nothing signed as one can stand for the other. */
#define RECEIPT_STORED "cam/receipt/1"
#define RECEIPT_REFUSED "cam/refused/1"
#define RECEIPT_OPENED "cam/opened/1"
/* A refusal with a digest. */
#define RECEIPT_REFUSED_COPY "cam/refused-copy/1"

/* One of them, as it is signed: it holds between these two devices only. */
struct receipt {
	uint8_t receiver[DEVICE_ID_SIZE]; /* of the envelopes: who signs */
	uint8_t sender[DEVICE_ID_SIZE];
	int64_t time_ms;		     /* wall time of who signs */
	char reason[RECEIPT_REASON_MAX + 1]; /* of RECEIPT_REFUSED, else "" */
	size_t count;			     /* 1 .. RECEIPT_IDS_MAX */
	uint8_t ids[RECEIPT_IDS_MAX][ENVELOPE_ID_SIZE];
	/* Of a refusal of one: what came, by a server that may have changed it.
	 */
	bool has_digest;
	uint8_t digest[SHA256_SIZE];
	uint8_t signature[SIGN_SIZE];
};

/* The bytes that are signed: both devices, time (8, big-endian), of a refusal
 * the reason behind its length (1), ids, digest. */
void receipt_bytes(const struct receipt *receipt, struct buf *buf);
/* CAM_ERR_CRYPTO. */
int receipt_sign(
    struct receipt *receipt, const char *label, const struct sign_key *signing);
/* 0, or CAM_ERR_CRYPTO: not by that key. */
int receipt_check(const struct receipt *receipt, const char *label,
    const uint8_t signing_key[SIGN_KEY_SIZE]);
/* {ids, time, signature}, with {reason} and {digest} where there are; parsing
 * leaves the devices to the caller, and with refusal wants a reason: a word of
 * lower-case letters. CAM_ERR_FORMAT, CAM_ERR_LIMIT. */
json_t *receipt_params(const struct receipt *receipt);
int receipt_parse(const json_t *params, bool refusal, struct receipt *receipt);

#endif
