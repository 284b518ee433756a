/* fuzz_filerequest.c: any body as a file request; what is read is written and
 * read alike. */
#include "fuzz.h"
#include "ipmsg/command.h"
#include "ipmsg/filerequest.h"

static void
read_as(uint32_t command, struct span body)
{
	struct file_request request, again;
	struct buf buf;

	if (file_request_parse(command, body, &request) < 0)
		return;
	buf_init(&buf, LIMIT_DATAGRAM);
	must(file_request_build(command, &request, &buf) == 0);
	must(file_request_parse(command, buf_span(&buf), &again) == 0);
	must(request.packet == again.packet && request.file == again.file &&
	     request.offset == again.offset && request.cover == again.cover &&
	     request.replay == again.replay);
	must(memcmp(request.key, again.key, sizeof(again.key)) == 0);
	buf_finish(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span body = span_of(data, size);

	file_request_is_whole(body);
	file_request_is_readable(body);
	read_as(COMMAND_GETFILEDATA, body);
	read_as(COMMAND_GETDIRFILES, body);
	read_as(COMMAND_GETFILEDATA | REQUEST_ENCFILE, body);
	read_as(COMMAND_GETDIRFILES | REQUEST_ENCFILE, body);
	return 0;
}
