/* told.c: items of a server's notices read. */
#include "camd/org/told.h"

#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "link/states.h"
#include "org/directory.h"

int
told_parse(const json_t *item, struct told *told)
{
	json_int_t member = json_integer_value(json_array_get(item, 0));
	json_int_t state = json_integer_value(json_array_get(item, 1));
	json_int_t card = json_integer_value(json_array_get(item, 2));
	const char *addr = json_string_value(json_array_get(item, 3));
	const char *away = json_string_value(json_array_get(item, 4));

	if (!json_is_array(item) || addr == NULL || member < 1 ||
	    state < TOLD_OFFLINE || state > TOLD_ONLINE || card < 0 ||
	    card > UINT32_MAX || (away != NULL && strlen(away) > TOLD_AWAY_MAX))
		return CAM_ERR_REQUEST;
	*told = (struct told){ .member = (uint64_t)member,
		.state = (enum told_state)state,
		.card = (uint32_t)card,
		.away = away };
	if (addr[0] != '\0' &&
	    (addr_parse(span_text(addr), 0, &told->addr) < 0 ||
		!addr_is_answerable(&told->addr)))
		told->addr = (struct addr){ .family = ADDR_NONE };
	return 0;
}

int
told_run_parse(const json_t *item, uint64_t *first, struct buf *states)
{
	json_int_t number = json_integer_value(json_array_get(item, 0));
	const char *text = json_string_value(json_array_get(item, 1));

	if (!json_is_array(item) || text == NULL || number < 1 ||
	    states_read(span_text(text), states) < 0)
		return CAM_ERR_REQUEST;
	*first = (uint64_t)number;
	return 0;
}

int
told_change(const json_t *item, struct buf *bytes)
{
	uint8_t change[MEMBERSHIP_BYTES_MAX];
	struct membership membership;
	size_t digits = json_string_length(item);
	struct span span = span_of(change, digits / 2);
	int r = 0;

	if (!json_is_string(item) || digits == 0 || digits % 2 != 0 ||
	    span.len > sizeof change ||
	    hex_decode(
		span_of(json_string_value(item), digits), change, span.len) < 0)
		return CAM_ERR_REQUEST;
	r = membership_parse(span, &membership);
	/* What later cams say is hashed, and skipped. */
	if (r < 0 && r != CAM_ERR_VERSION)
		return r;
	buf_put_span(bytes, span);
	return 0;
}
