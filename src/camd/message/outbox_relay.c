/* outbox_relay.c: the organisation's server, for those whom no link reaches. */
#include "base/number.h"
#include "camd/camd.h"
#include "camd/message/outbox_parts.h"
#include "camd/people/roster.h"

static void
each_line(struct outbox *outbox, void (*each)(struct line *line))
{
	struct table_link *link = NULL, *next = NULL;

	if (outbox == NULL || outbox->stopped)
		return;
	for (link = table_first(&outbox->lines); link != NULL; link = next) {
		next = table_next(&outbox->lines, link);
		each(line_of_link(link));
	}
}

void
outbox_relay_open(struct outbox *outbox)
{
	each_line(outbox, line_relay_open);
}

void
outbox_relay_closed(struct outbox *outbox)
{
	each_line(outbox, line_relay_closed);
}

void
outbox_relay_drained(struct outbox *outbox)
{
	each_line(outbox, line_relay_drained);
}

void
outbox_relayed(struct outbox *outbox, int64_t uid,
    const uint8_t id[OUTBOX_ID_SIZE], const char *reason)
{
	struct user *user = roster_by_uid(outbox->camd->roster, uid);
	struct line *line =
	    user != NULL ? outbox_find_line(outbox, user->uid) : NULL;
	char text[ID_SIZE];

	hex_encode(id, OUTBOX_ID_SIZE, text);
	if (line != NULL)
		line_relayed(line, text, reason);
}

void
outbox_relay_refused(struct outbox *outbox, struct user *user,
    const struct outbox_refusal *refusal)
{
	struct line *line = outbox_find_line(outbox, user->uid);
	char id[ID_SIZE];

	for (size_t i = 0; i < refusal->count && line != NULL; i++) {
		hex_encode(refusal->ids[i], OUTBOX_ID_SIZE, id);
		line_refused_by_relay(
		    line, id, refusal->reason, refusal->digest);
	}
}
