/* invitation.h: the code by which somebody joins an organisation. */
#ifndef CAM_ORG_INVITATION_H
#define CAM_ORG_INVITATION_H

#include <stdint.h>

#include "org/charter.h"

enum {
	INVITATION_SECRET_SIZE = 16, /* threat model S2 */
	INVITATION_HOST_MAX = 255,
	INVITATION_TEXT_SIZE = 72 + INVITATION_HOST_MAX + 1,
};

/*
 * A secret that is good once, and the pin of the organisation's root, by which
 * a client knows the server before it tells the secret. As people see it,
 *digits and letters that are not taken for each other, a check sum, and where
 *the server is if that was said:
 *
 *	cam1-7Q4KM-...-9F2ZD@server.example:2425
 */
struct invitation {
	uint8_t secret[INVITATION_SECRET_SIZE];
	uint8_t pin[ROOT_PIN_SIZE];
	char host[INVITATION_HOST_MAX + 1]; /* host[:port], or "" */
};

/* CAM_ERR_FORMAT: the host is none. */
int invitation_print(
    const struct invitation *invitation, char text[INVITATION_TEXT_SIZE]);
/* Takes it as people type it: any case, with or without hyphens and blanks, O
 * for 0, I and L for 1. CAM_ERR_FORMAT: not a code; CAM_ERR_KEY: one with a
 * typing error. */
int invitation_parse(const char *text, struct invitation *invitation);

#endif
