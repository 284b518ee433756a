/* id.h: the ids of messages, as they are kept. */
#ifndef CAM_STORE_ID_H
#define CAM_STORE_ID_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/random.h"

enum { ID_BYTES = (ID_SIZE - 1) / 2 };

struct id {
	uint8_t bytes[ID_BYTES];
};

/* From 32 hex digits. CAM_ERR_REQUEST. */
int id_parse(const char *text, struct id *id);
/* From a column; "" when it holds none. */
void id_from_row(sqlite3_stmt *stmt, int column, char text[ID_SIZE]);

#endif
