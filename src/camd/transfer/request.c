/* request.c: what the receiver of a sealed transfer asks for. */
#include "camd/transfer/request.h"

#include <string.h>

#include "base/err.h"
#include "base/fields.h"
#include "base/random.h"

static const uint8_t magic[4] = { 'c', 'a', 'm', 'r' };

enum {
	VERSION = 1,
	WITHIN_AT = 6,
	POSITION_AT = 8,
	CHAIN_AT = 16,
	NONCE_AT = 48,
	OFFSET_AT = 64,
	CHECK_AT = 72
};

void
transfer_request_write(const struct transfer_request *request,
    uint8_t bytes[TRANSFER_REQUEST_SIZE])
{
	memset(bytes, 0, TRANSFER_REQUEST_SIZE);
	memcpy(bytes, magic, sizeof(magic));
	bytes[4] = VERSION;
	bytes[5] = request->is_folder;
	fields_write(bytes + POSITION_AT, request->position, 8);
	memcpy(bytes + CHAIN_AT, request->chain, SHA256_SIZE);
	random_bytes(bytes + NONCE_AT, TRANSFER_REQUEST_SIZE - NONCE_AT);
	if (request->offset == 0)
		return;
	bytes[WITHIN_AT] = 1;
	fields_write(bytes + OFFSET_AT, request->offset, 8);
	fields_write(bytes + CHECK_AT, request->check, 8);
}

int
transfer_request_parse(const uint8_t bytes[TRANSFER_REQUEST_SIZE],
    struct transfer_request *request)
{
	const uint8_t *position = bytes + POSITION_AT;
	const uint8_t *within = bytes + OFFSET_AT;
	struct transfer_request said = { .offset = 0 };

	if (memcmp(bytes, magic, sizeof(magic)) != 0)
		return CAM_ERR_FORMAT;
	if (bytes[4] != VERSION)
		return CAM_ERR_VERSION;
	if (bytes[5] > 1 || bytes[WITHIN_AT] > bytes[5] || bytes[7] != 0)
		return CAM_ERR_FORMAT;
	said.is_folder = bytes[5] == 1;
	said.position = fields_read(&position, 8);
	memcpy(said.chain, bytes + CHAIN_AT, SHA256_SIZE);
	if (bytes[WITHIN_AT] == 1) {
		said.offset = fields_read(&within, 8);
		said.check = fields_read(&within, 8);
	}
	*request = said;
	return 0;
}
