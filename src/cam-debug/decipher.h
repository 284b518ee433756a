/* decipher.h: encrypted texts opened, signatures checked with the keys given.
 */
#ifndef CAM_DECIPHER_H
#define CAM_DECIPHER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "cam-debug/debug.h"
#include "crypto/suite.h"
#include "ipmsg/dictcommand.h"
#include "ipmsg/enctext.h"

struct deciphered {
	bool opened; /* a key fitted: plain is there */
	struct buf plain;
	const char *suite; /* as the contract names it */
	enum suite_signature signature;
};

/* user and number are the packet's, as text. Empty with deciphered_finish(). */
void decipher_text(struct debug *debug, const struct enctext *text,
    const char *user, struct span number, struct deciphered *result);
/* The packed dict inside an encrypted one; its signature is for
 * decipher_signed(). */
void decipher_dict(struct debug *debug, const struct dict_cipher *cipher,
    struct deciphered *result);
void deciphered_finish(struct deciphered *result);

/* The signature of an IPDict command. */
enum suite_signature decipher_signed(
    struct debug *debug, const struct ipdict *dict, const char *user);

#endif
