/* holdtell.h: what a server has of an offer is told to clients. */
#ifndef CAM_CAMD_HOLDTELL_H
#define CAM_CAMD_HOLDTELL_H

#include <stddef.h>
#include <stdint.h>

struct camd;

struct hold_name {
	const char *message; /* its id */
	uint32_t number;
};
/* Each with whomever it is, as an event, once it is read; what is not here, or
 * may not be seen, is not told. Copied. */
void holdtell(struct camd *camd, const struct hold_name *names, size_t count);

#endif
