/* herald.c: the user is told of a message. */
#include "cam-tui/herald.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/alert.h"
#include "cam-tui/message_lines.h"
#include "cam-tui/notifier.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui.h"

enum {
	/* Another screen that shows the talk says within that time that it was
	 * read. */
	DELAY_MS = 300,
	WAITING_MAX = 8, /* of so many talks at once; the bell tells of all */
	DAY_MS = 24 * 60 * 60 * 1000,
};

/* The newest one of a talk, until it is told of. */
struct waiting {
	char *key;
	json_t *object;
};

struct herald {
	struct tui *tui;
	struct timer delay;
	struct waiting waiting[WAITING_MAX];
	size_t count;
	bool rings;
	struct notifier *notifier; /* or NULL: no helper is installed */
};

/* -- rules ---------------------------------------------------------------- */

bool
herald_wants(enum model_notify all, enum model_notify rule,
    enum model_notify fallback, bool names_us, bool is_alone)
{
	if (all == NOTIFY_NONE)
		return false;
	if (rule == NOTIFY_DEFAULT) {
		rule = fallback;
		names_us |= is_alone;
	}
	if (all == NOTIFY_MENTIONS && rule == NOTIFY_ALL)
		rule = NOTIFY_MENTIONS;
	return rule == NOTIFY_ALL || (rule == NOTIFY_MENTIONS && names_us);
}

static bool
calls_are_heard(const struct tui *tui)
{
	return model_rule_now(model_rule(tui->model), clock_wall_ms()) !=
	       NOTIFY_NONE;
}

bool
herald_is_wanted(
    const struct tui *tui, const struct model_talk *talk, const json_t *object)
{
	int64_t now_ms = clock_wall_ms();

	/* A missed call, as it rang. */
	if (json_is_object(json_object_get(object, "call")))
		return calls_are_heard(tui);
	return herald_wants(model_rule_now(model_rule(tui->model), now_ms),
	    model_rule_now(talk->rule, now_ms), tui->options.notify,
	    model_names_us(tui->model, object), talk->user_count == 1);
}

const char *
herald_about(const struct model_talk *talk)
{
	switch (model_rule_now(talk->rule, clock_wall_ms())) {
	case NOTIFY_NONE:
		return _("muted, ");
	case NOTIFY_MENTIONS:
		return _("mentions only, ");
	case NOTIFY_ALL:
	case NOTIFY_DEFAULT:
		break;
	}
	return "";
}

char *
herald_until(struct model_rule rule)
{
	char clock[MESSAGE_INDENT];

	if (rule.until_ms == 0)
		return xstrdup("");
	message_clock_text(rule.until_ms, clock);
	return xasprintf(_(" until %s"), clock);
}

int
herald_parse(const char *text, int64_t now_ms, int64_t *until_ms)
{
	size_t len = strlen(text);
	int64_t time_ms = 0;

	if (len == 0) {
		*until_ms = 0;
		return 0;
	}
	if (clock_parse(text, now_ms, &time_ms) != 0)
		return CAM_ERR_FORMAT;
	/* An age is taken as a time to come, an hour that is over as
	 * tomorrow's. */
	if (strchr("smhdw", text[len - 1]) != NULL)
		time_ms = now_ms + (now_ms - time_ms);
	else if (time_ms <= now_ms)
		time_ms += DAY_MS;
	if (time_ms <= now_ms)
		return CAM_ERR_FORMAT;
	*until_ms = time_ms;
	return 0;
}

/* -- by the terminal ------------------------------------------------------- */

static enum alert_inside
inside_what(void)
{
	if (getenv("TMUX") != NULL)
		return INSIDE_TMUX;
	return getenv("STY") != NULL ? INSIDE_SCREEN : INSIDE_NOTHING;
}

static void
show_in_terminal(const char *title, const char *body, void *arg)
{
	struct tui *tui = arg;
	enum alert_way way = tui->options.alert;
	struct buf out;

	if (way != ALERT_OSC9 && way != ALERT_OSC777)
		way = alert_of_terminal(getenv("TERM"));
	if (way == ALERT_NONE)
		return;
	buf_init(&out, 8 * (ALERT_TITLE_MAX + ALERT_BODY_MAX));
	alert_put(&out, way, inside_what(), title, body);
	terminal_send(tui->terminal, buf_span(&out));
	buf_finish(&out);
}

/* -- on the desktop -------------------------------------------------------- */

/* The bus at the other end of ssh is that of a desktop nobody sits at. */
static bool
has_desktop(void)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	char *bus = NULL;
	bool has;

	if (getenv("SSH_CONNECTION") != NULL)
		return false;
	if (getenv("DBUS_SESSION_BUS_ADDRESS") != NULL)
		return true;
	if (run == NULL)
		return false;
	bus = path_join(run, "bus");
	has = access(bus, F_OK) == 0;
	free(bus);
	return has;
}

static bool
show_on_desktop(
    struct herald *herald, const char *key, const char *title, const char *body)
{
	enum alert_way way = herald->tui->options.alert;

	if (herald->notifier == NULL ||
	    (way != ALERT_DESKTOP && (way != ALERT_AUTO || !has_desktop())))
		return false;
	return notifier_show(herald->notifier, key, title, body);
}

/* -- what is told ---------------------------------------------------------- */

/* "Anna [2]", "Anna (Anna, Carl)": with how many are unread. */
static char *
title_of(
    const struct tui *tui, const struct model_talk *talk, const json_t *object)
{
	const char *from = json_string_value(json_object_get(object, "from"));
	const char *sender =
	    model_name_of(tui->model, from != NULL ? from : "");
	char *name = model_talk_name(tui->model, talk);
	char *title = talk->user_count == 1
			  ? xstrdup(sender)
			  : xasprintf("%s (%s)", sender, name);
	char *counted = talk->unread > 1
			    ? xasprintf("%s [%zu]", title, talk->unread)
			    : xstrdup(title);

	free(name);
	free(title);
	return counted;
}

/* What is sealed stays so. */
static const char *
body_of(const struct tui *tui, const json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "text"));

	if (json_is_object(json_object_get(object, "call")))
		return _("a missed call");
	if (json_is_true(json_object_get(object, "sealed")) || text == NULL)
		return _("a sealed message");
	if (!tui->options.preview || text[0] == '\0')
		return _("a new message");
	return text;
}

static void
show(struct herald *herald, const char *key, const char *whole_title,
    const char *whole_body)
{
	struct tui *tui = herald->tui;
	char *title = alert_line(whole_title, ALERT_TITLE_MAX);
	char *body = alert_line(whole_body, ALERT_BODY_MAX);

	if (tui->options.alert != ALERT_NONE &&
	    !show_on_desktop(herald, key, title, body))
		show_in_terminal(title, body, tui);
	free(title);
	free(body);
}

static void
tell(struct herald *herald, const struct model_talk *talk, const json_t *object)
{
	char *title = title_of(herald->tui, talk, object);

	show(herald, talk->key, title, body_of(herald->tui, object));
	free(title);
}

static void
drop(struct herald *herald, size_t place)
{
	struct waiting *last = &herald->waiting[--herald->count];

	free(herald->waiting[place].key);
	json_decref(herald->waiting[place].object);
	herald->waiting[place] = *last;
}

static void
on_delay(void *arg)
{
	struct herald *herald = arg;
	struct tui *tui = herald->tui;

	if (herald->rings && tui->options.bell)
		terminal_bell(tui->terminal);
	herald->rings = false;
	while (herald->count > 0) {
		struct waiting *first = &herald->waiting[0];
		const struct model_talk *talk =
		    model_talk_by_key(tui->model, first->key);

		if (talk != NULL)
			tell(herald, talk, first->object);
		drop(herald, 0);
	}
}

void
herald_message(
    struct herald *herald, const struct model_talk *talk, const json_t *object)
{
	size_t place = 0;

	if (!herald_is_wanted(herald->tui, talk, object))
		return;
	herald->rings = true;
	if (!timer_is_running(&herald->delay))
		timer_start(&herald->delay, DELAY_MS);
	while (place < herald->count &&
	       strcmp(herald->waiting[place].key, talk->key) != 0)
		place++;
	if (place < herald->count)
		drop(herald, place);
	if (herald->count == WAITING_MAX)
		return;
	herald->waiting[herald->count++] = (struct waiting){
		.key = xstrdup(talk->key),
		.object = json_incref((json_t *)object),
	};
}

void
herald_read(struct herald *herald, const struct model_talk *talk)
{
	for (size_t i = herald->count; i-- > 0;) {
		if (strcmp(herald->waiting[i].key, talk->key) == 0)
			drop(herald, i);
	}
	herald->rings &= herald->count > 0;
	if (herald->notifier != NULL)
		notifier_withdraw(herald->notifier, talk->key);
}

/* -- calls ----------------------------------------------------------------- */

/* No talk has such a key: those are ids of users by blanks. */
static char *
call_key(const char *id)
{
	return xasprintf("call  %s", id);
}

bool
herald_ring(struct herald *herald)
{
	if (!calls_are_heard(herald->tui))
		return false;
	if (herald->tui->options.bell)
		terminal_bell(herald->tui->terminal);
	return true;
}

void
herald_call(
    struct herald *herald, const char *id, const char *text, bool is_looked_at)
{
	char *key = call_key(id);

	if (herald_ring(herald) && !is_looked_at)
		show(herald, key, text, _("it rings"));
	free(key);
}

void
herald_call_over(struct herald *herald, const char *id)
{
	char *key = call_key(id);

	if (herald->notifier != NULL)
		notifier_withdraw(herald->notifier, key);
	free(key);
}

/* -- life --------------------------------------------------------------------
 */

struct herald *
herald_new(struct tui *tui)
{
	struct herald *herald = xcalloc(1, sizeof *herald);
	char *program = tui_find_program("cam-notify");
	char *lock = path_join(tui->paths.run, "notify.lock");

	herald->tui = tui;
	timer_init(&herald->delay, tui->loop, on_delay, herald);
	if (program != NULL)
		herald->notifier = notifier_new(
		    tui->loop, program, lock, show_in_terminal, tui);
	free(program);
	free(lock);
	return herald;
}

void
herald_free(struct herald *herald)
{
	if (herald == NULL)
		return;
	while (herald->count > 0)
		drop(herald, 0);
	timer_finish(&herald->delay);
	notifier_free(herald->notifier);
	free(herald);
}
