/* announcement.c: the CM line, signed anew every second that it is needed. */
#include "camd/link/announcement.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "camd/link/identity.h"
#include "ipmsg/camline.h"

enum { FRESH_MS = 1000 };

struct announcement {
	const struct identity *identity;
	struct camline line;
	struct buf covered; /* by the signature; empty: there is none */
};

struct announcement *
announcement_new(const struct identity *identity)
{
	struct announcement *announcement = xcalloc(1, sizeof *announcement);

	announcement->identity = identity;
	buf_init(&announcement->covered, CAMLINE_SIGNED_MAX);
	return announcement;
}

void
announcement_free(struct announcement *announcement)
{
	if (announcement == NULL)
		return;
	buf_finish(&announcement->covered);
	free(announcement);
}

/* The line as it was signed last still says the truth. */
static bool
is_fresh(const struct announcement *announcement, const char *user,
    const char *host, uint16_t port, int64_t now_ms)
{
	struct camline line = announcement->line;
	struct buf now;
	bool same;

	if (now_ms < line.time_ms || now_ms - line.time_ms >= FRESH_MS)
		return false;
	line.port = port;
	buf_init(&now, CAMLINE_SIGNED_MAX);
	camline_signed(user, host, &line, &now);
	same = span_equal(buf_span(&now), buf_span(&announcement->covered));
	buf_finish(&now);
	return same;
}

static bool
renew(struct announcement *announcement, const char *user, const char *host,
    uint16_t port, int64_t now_ms)
{
	struct camline *line = &announcement->line;

	line->port = port;
	line->time_ms = now_ms;
	memcpy(line->device, identity_device_id(announcement->identity),
	    sizeof line->device);
	buf_clear(&announcement->covered);
	camline_signed(user, host, line, &announcement->covered);
	if (!buf_failed(&announcement->covered) &&
	    sign_make(identity_signing_key(announcement->identity),
		CAMLINE_LABEL, buf_span(&announcement->covered),
		line->signature) == 0)
		return true;
	buf_clear(&announcement->covered);
	return false;
}

void
announcement_write(struct announcement *announcement, const char *user,
    const char *host, uint16_t port, int64_t now_ms, struct buf *line)
{
	if (is_fresh(announcement, user, host, port, now_ms) ||
	    renew(announcement, user, host, port, now_ms))
		camline_write(&announcement->line, line);
}
