/* passage.h: a connection over which one transfer goes, and how its bytes
 * travel there. */
#ifndef CAM_CAMD_PASSAGE_H
#define CAM_CAMD_PASSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camd/transfer/transfer.h"
#include "store/word.h"

/*
 * What only those know who speak a protocol: the tickets of cam/1, the
 * fileserver and the filefetch of IPMSG. The members are those of struct
 * transfer_job of the same name.
 */
struct passage {
	int socket; /* connected; the passage's own */
	enum transfer_form form;
	enum store_encryption encryption; /* as it is told */
	/* Receiving: what is sent first. Both directions: what was read too
	 * far. The passage's own, NULL: nothing. */
	uint8_t *hello;
	size_t hello_len;
	uint8_t *early;
	size_t early_len;
	bool held;
	uint64_t held_from;
	uint8_t held_as[SIGN_KEY_SIZE];
	bool ciphered;
	uint32_t packet;
	uint8_t key[KEYSTREAM_KEY_SIZE];
	enum charset charset;
	bool bare;
	uint64_t offset;
};

/* TRANSFER_SEALED, with no socket (-1). */
void passage_init(struct passage *passage);
/* Closes, frees and wipes. */
void passage_finish(struct passage *passage);

#endif
