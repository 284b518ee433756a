/* filerequest.c: the bodies of GETFILEDATA and GETDIRFILES. */
#include "ipmsg/filerequest.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/number.h"
#include "ipmsg/capability.h"
#include "ipmsg/command.h"
#include "ipmsg/enctext.h"
#include "ipmsg/packet.h"

/* Numbers of messages and files fit 31 bits with Windows, 32 with others. */
static int
cut_number(struct span *rest, uint64_t max, uint64_t *value)
{
	struct span field = { NULL, 0 };

	if (!span_cut(rest, ':', &field)) {
		field = *rest;
		rest->len = 0;
	}
	return number_hex(field, max, value);
}

/* "900000:key:number" or "4000000:number"; the number may lack in the first. */
static int
parse_cover(struct span rest, struct file_request *request)
{
	uint64_t flags = 0, replay = 0;
	struct span key = { NULL, 0 };
	int rc = cut_number(&rest, UINT32_MAX, &flags);

	if (rc < 0)
		return rc;
	if ((flags & (CAPA_AES_256 | CAPA_PACKETNO_IV)) ==
	    (CAPA_AES_256 | CAPA_PACKETNO_IV)) {
		if (!span_cut(&rest, ':', &key)) {
			key = rest;
			rest.len = 0;
		}
		if (hex_decode(key, request->key, sizeof(request->key)) < 0)
			return CAM_ERR_FORMAT;
		request->cover = FILE_COVER_AES;
		if (rest.len == 0)
			return 0;
	} else if (flags & CAPA_NOENC_FILEBODY) {
		request->cover = FILE_COVER_CLEAR;
	} else {
		return CAM_ERR_UNSUPPORTED;
	}
	rc = cut_number(&rest, UINT32_MAX, &replay);
	if (rc < 0)
		return rc;
	request->has_replay = true;
	request->replay = (uint32_t)replay;
	return 0;
}

int
file_request_parse(
    uint32_t command, struct span body, struct file_request *result)
{
	struct file_request request = { 0 };
	bool file = command_mode(command) == COMMAND_GETFILEDATA;
	struct span text = { NULL, 0 };
	uint64_t packet = 0, id = 0;
	int rc;

	if (span_cut(&body, '\0', &text))
		body = text;
	if ((rc = cut_number(&body, UINT32_MAX, &packet)) < 0 ||
	    (rc = cut_number(&body, UINT32_MAX, &id)) < 0)
		return rc;
	request.packet = (uint32_t)packet;
	request.file = (uint32_t)id;
	if (file && (rc = cut_number(&body, INT64_MAX, &request.offset)) < 0)
		return rc;
	/* iptux ends its folder requests with a needless offset. */
	if ((command & REQUEST_ENCFILE) &&
	    (rc = parse_cover(body, &request)) < 0)
		return rc;
	*result = request;
	return 0;
}

static void
build_cover(const struct file_request *request, struct buf *buf)
{
	char key[2 * sizeof(request->key) + 1];

	if (request->cover == FILE_COVER_AES) {
		hex_encode(request->key, sizeof(request->key), key);
		buf_printf(buf, "%x:%s", CAPA_AES_256 | CAPA_PACKETNO_IV, key);
		if (request->has_replay)
			buf_printf(buf, ":%x", (unsigned)request->replay);
		wipe(key, sizeof(key));
	} else {
		buf_printf(buf, "%x:%x", CAPA_NOENC_FILEBODY,
		    (unsigned)request->replay);
	}
}

int
file_request_build(
    uint32_t command, const struct file_request *request, struct buf *buf)
{
	buf_printf(
	    buf, "%x:%x:", (unsigned)request->packet, (unsigned)request->file);
	if (command_mode(command) == COMMAND_GETFILEDATA)
		buf_printf(buf, "%llx:", (unsigned long long)request->offset);
	if (request->cover != FILE_COVER_NONE)
		build_cover(request, buf);
	return buf_failed(buf) ? CAM_ERR_LIMIT : 0;
}

bool
file_request_is_whole(struct span bytes)
{
	struct span field = { NULL, 0 };
	uint64_t command = 0;
	struct file_request request;

	if (bytes.len > 0 && memchr(bytes.data, '\0', bytes.len) != NULL)
		return true;
	for (int i = 0; i < 5; i++)
		if (!span_cut(&bytes, ':', &field))
			return false;
	if (number_decimal(field, UINT32_MAX, &command) < 0)
		return false;
	if (command & REQUEST_ENCRYPT)
		return false;
	/* Without a colon behind it the last number may not be whole. */
	if (bytes.len == 0 || bytes.data[bytes.len - 1] != ':')
		return false;
	return file_request_parse((uint32_t)command, bytes, &request) == 0;
}

bool
file_request_is_readable(struct span bytes)
{
	struct file_request request;
	struct enctext text = { .data = NULL };
	struct packet packet;
	bool readable;

	if (packet_parse(bytes, &packet) < 0 ||
	    (command_mode(packet.command) != COMMAND_GETFILEDATA &&
		command_mode(packet.command) != COMMAND_GETDIRFILES))
		return false;
	if (packet.command & REQUEST_ENCRYPT) {
		readable = enctext_parse(packet.parts[0], &text) == 0;
		enctext_finish(&text);
		return readable;
	}
	readable =
	    file_request_parse(packet.command, packet.extension, &request) == 0;
	wipe(&request, sizeof(request));
	return readable;
}
