/* fuzz_relayed.c: any bytes as an item of the relay, and as what a server tells
 * of members. */
#include <jansson.h>

#include "base/err.h"
#include "camd/org/orglink.h"
#include "camd/org/told.h"
#include "fuzz.h"
#include "link/relayed.h"
#include "org/directory.h"

static void
parse_relayed(struct span data)
{
	struct relayed relayed;
	struct buf buf;

	if (relayed_parse(data, &relayed) < 0)
		return;
	must(relayed.payload.len > 0);
	buf_init(&buf, RELAYED_MAX);
	relayed_write(&relayed, &buf);
	must(span_equal(buf_span(&buf), data));
	buf_finish(&buf);
}

static void
parse_told(struct span data)
{
	json_t *item = json_loadb((const char *)data.data, data.len,
	    JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	struct membership membership;
	struct told told;
	struct buf buf;

	if (item == NULL)
		return;
	if (told_parse(item, &told) == 0) {
		must(told.member > 0 && told.state <= TOLD_ONLINE);
		must(told.addr.family == ADDR_NONE ||
		     addr_is_answerable(&told.addr));
	}
	buf_init(&buf, MEMBERSHIP_BYTES_MAX);
	if (told_change(item, &buf) == 0)
		must(membership_parse(buf_span(&buf), &membership) !=
			 CAM_ERR_FORMAT &&
		     buf.len > 0);
	buf_finish(&buf);
	json_decref(item);
}

static void
parse_host(struct span data)
{
	char host[ORGLINK_HOST_SIZE], *text = span_dup(data);
	uint16_t port = 0;

	if (orglink_split(text, host, &port) == 0)
		must(host[0] != '\0' && strlen(host) < sizeof host);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	parse_relayed(span_of(data, size));
	parse_told(span_of(data, size));
	parse_host(span_of(data, size));
	return 0;
}
