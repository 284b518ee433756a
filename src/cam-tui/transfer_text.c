/* transfer_text.c: transfers as people read them. */
#include "cam-tui/transfer_text.h"

#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/size.h"
#include "base/text.h"
#include "rpc/reason.h"

enum { LEFT_MAX_S = 99 * 3600 };

#define FULL "\xe2\x96\x88"
#define EMPTY "\xe2\x96\x91"

const char *
transfer_kind(const char *kind)
{
	if (strcmp(kind, "folder") == 0)
		return _("folder");
	if (strcmp(kind, "image") == 0)
		return _("picture");
	return _("file");
}

bool
transfer_is_picture(const struct model_transfer *transfer)
{
	static const char *const endings[] = { ".png", ".jpg", ".jpeg",
		".webp" };
	size_t len = strlen(transfer->name);

	if (strcmp(transfer->kind, "image") == 0)
		return true;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t ending = strlen(endings[i]);

		if (len > ending &&
		    text_same(transfer->name + len - ending, endings[i]))
			return strcmp(transfer->kind, "file") == 0;
	}
	return false;
}

/* It need not wait for its sender. */
static bool
is_held(const struct model_transfer *transfer)
{
	return transfer->stage <= STAGE_WAITING &&
	       strcmp(transfer->server, "held") == 0;
}

const char *
transfer_state(const struct model_transfer *transfer)
{
	switch (transfer->stage) {
	case STAGE_OFFERED:
		return is_held(transfer) ? _("held") : _("offered");
	case STAGE_WAITING:
		return is_held(transfer) ? _("held") : _("waiting");
	case STAGE_RUNNING:
		return _("running");
	case STAGE_DONE:
		return transfer->is_received ? _("saved") : _("fetched");
	case STAGE_FAILED:
		return _("failed");
	case STAGE_CANCELLED:
		if (strcmp(transfer->reason, "declined") == 0)
			return _("declined");
		return strcmp(transfer->reason, "withdrawn") == 0
			   ? _("withdrawn")
			   : _("cancelled");
	case STAGE_EXPIRED:
		return _("expired");
	}
	return "";
}

enum style
transfer_style(const struct model_transfer *transfer)
{
	switch (transfer->stage) {
	case STAGE_RUNNING:
		return STYLE_ACCENT;
	case STAGE_DONE:
		return STYLE_GOOD;
	case STAGE_FAILED:
		return STYLE_BAD;
	case STAGE_OFFERED:
		return transfer->is_received ? STYLE_WARN : STYLE_DIM;
	case STAGE_WAITING:
		return STYLE_WARN;
	case STAGE_CANCELLED:
	case STAGE_EXPIRED:
		break;
	}
	return STYLE_DIM;
}

const char *
transfer_reason(const char *reason)
{
	const char *sentence = reason_transfer_sentence(reason);

	return sentence[0] != '\0' ? gettext(sentence) : "";
}

void
transfer_day(int64_t time_ms, char day[TRANSFER_DAY_SIZE])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm local;

	day[0] = '\0';
	if (localtime_r(&seconds, &local) != NULL)
		strftime(day, TRANSFER_DAY_SIZE, "%Y-%m-%d", &local);
}

/* What the server has of it, or why it has nothing; NULL: nothing to say. */
static char *
server_detail(const struct model_transfer *transfer)
{
	const char *server = transfer->server;
	char day[TRANSFER_DAY_SIZE];

	if (is_held(transfer)) {
		transfer_day(transfer->held_until_ms, day);
		return xasprintf(_("by the server, until %s"), day);
	}
	if (transfer->stage != STAGE_OFFERED || transfer->is_received)
		return NULL;
	if (strcmp(server, "bringing") == 0)
		return xstrdup(_("on its way to the server"));
	if (strcmp(server, "large") == 0)
		return xstrdup(_("too large for the server"));
	return strcmp(server, "full") == 0 ? xstrdup(_("no room at the server"))
					   : NULL;
}

char *
transfer_detail(const struct model_transfer *transfer)
{
	char *of_server = server_detail(transfer);

	if (of_server != NULL)
		return of_server;
	/* A picture of a text lies where nobody looks for it. */
	if (transfer->stage == STAGE_DONE)
		return xstrdup(transfer->is_received &&
				       transfer->path != NULL &&
				       strcmp(transfer->kind, "image") != 0
				   ? transfer->path
				   : "");
	/* The state has said it already. */
	if (transfer->stage == STAGE_CANCELLED ||
	    transfer->stage == STAGE_EXPIRED)
		return xstrdup("");
	return xstrdup(transfer_reason(transfer->reason));
}

unsigned
transfer_percent(uint64_t done, uint64_t size)
{
	if (done >= size)
		return size > 0 ? 100 : 0;
	return (unsigned)((double)done / (double)size * 100);
}

static void
put_left(uint64_t seconds, struct buf *out)
{
	unsigned left = (unsigned)seconds;

	if (left >= 3600)
		buf_printf(out, " %u:%02u:%02u", left / 3600, left / 60 % 60,
		    left % 60);
	else
		buf_printf(out, " %u:%02u", left / 60, left % 60);
}

void
transfer_put_pace(const struct model_transfer *transfer, struct buf *out)
{
	uint64_t size = transfer->size, done = transfer->done,
		 rate = transfer->rate;
	uint64_t left = size > done ? size - done : 0;
	char text[SIZE_TEXT];

	if (size > 0) {
		buf_printf(out, "%u%%", transfer_percent(done, size));
	} else {
		size_format(done, text);
		buf_put_text(out, text);
	}
	if (rate == 0)
		return;
	size_format(rate, text);
	buf_printf(out, " %s/s", text);
	if (size > 0 && left / rate <= LEFT_MAX_S)
		put_left(left / rate + (left % rate > 0), out);
}

void
transfer_put_bar(
    uint64_t done, uint64_t size, unsigned columns, struct buf *out)
{
	double part = size > 0 ? (double)done / (double)size : 0;
	unsigned full = (unsigned)((part > 1 ? 1 : part) * columns);

	for (unsigned i = 0; i < columns; i++)
		buf_put_text(out, i < full ? FULL : EMPTY);
}
