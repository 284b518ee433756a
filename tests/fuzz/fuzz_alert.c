/* fuzz_alert.c: any text of a peer in a notification: asked of the terminal, of
 * the desktop, and looked through for names. */
#include "base/mem.h"
#include "cam-notify/markup.h"
#include "cam-notify/order.h"
#include "cam-tui/alert.h"
#include "cam-tui/mention.h"
#include "fuzz.h"

static size_t
count_of(struct span bytes, uint8_t byte)
{
	size_t count = 0;

	for (size_t i = 0; i < bytes.len; i++)
		count += bytes.data[i] == byte;
	return count;
}

/* No sequence but ours leaves. */
static void
check_alert(const char *title, const char *body)
{
	struct buf out;

	buf_init(&out, 16 * 1024);
	alert_put(&out, ALERT_OSC777, INSIDE_TMUX, title, body);
	must(!buf_failed(&out));
	must(count_of(buf_span(&out), 0x1b) == 4);
	must(count_of(buf_span(&out), '\a') == 1);
	buf_clear(&out);
	alert_put(&out, ALERT_OSC9, INSIDE_NOTHING, title, body);
	must(count_of(buf_span(&out), 0x1b) == 1);
	must(count_of(buf_span(&out), '\a') == 1);
	buf_finish(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	char *title = alert_line(text, ALERT_TITLE_MAX);
	char *body = alert_line(text, ALERT_BODY_MAX);
	char *marked = markup_escape(body);
	const char *const names[] = { title, "bob" };
	struct order order;

	must_be_text(title);
	must_be_text(body);
	must(strlen(body) <= ALERT_BODY_MAX + 4);
	must(strpbrk(marked, "<>\"'") == NULL);
	check_alert(title, body);
	(void)mention_find(text, names, 2);
	if (order_parse(span_of(data, size), &order) == 0)
		order_finish(&order);
	free(marked);
	free(body);
	free(title);
	free(text);
	return 0;
}
