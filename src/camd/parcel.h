/* parcel.h: a message on its way to several users, kept once. */
#ifndef CAM_CAMD_PARCEL_H
#define CAM_CAMD_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random.h"
#include "lan/lan.h"

struct store_message;

/* A message that several lines share; counted. */
struct parcel {
	unsigned count;
	int64_t row;
	char id[ID_SIZE];
	int64_t time_ms;
	char *text;
	size_t text_len;
	bool several; /* recipients */
	bool sealed;
	bool locked;
	struct lan_name *to;
	size_t to_count;
};

struct parcel *parcel_new(const char *text, size_t len);
struct parcel *parcel_of_row(const struct store_message *message);
struct parcel *parcel_ref(struct parcel *parcel);
void parcel_unref(struct parcel *parcel);

#endif
