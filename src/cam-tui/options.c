/* options.c: the settings of the screen. */
#include "cam-tui/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/ini.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

enum { ROSTER_COLUMNS = 24, ROSTER_COLUMNS_MAX = 80, AWAY_MAX = 1440 };

static const char *
value_of(const struct ini *ini, const char *key, const char *fallback)
{
	const char *value = ini != NULL ? ini_get(ini, key) : NULL;

	return value != NULL && value[0] != '\0' ? value : fallback;
}

static bool
is_on(const struct ini *ini, const char *key, const char *fallback)
{
	const char *value = value_of(ini, key, fallback);

	return text_same(value, "on") || text_same(value, "yes");
}

static enum model_notify
notify_of(const char *word)
{
	if (text_same(word, "mentions"))
		return NOTIFY_MENTIONS;
	return text_same(word, "none") ? NOTIFY_NONE : NOTIFY_ALL;
}

void
options_read(const char *path, struct options *options)
{
	struct ini *ini = NULL;
	size_t line;
	uint64_t columns = ROSTER_COLUMNS, away_after = 0;

	if (ini_read(path, &ini, &line) != 0)
		ini = NULL;
	number_decimal(span_text(value_of(ini, "tui.roster", "")),
	    ROSTER_COLUMNS_MAX, &columns);
	number_decimal(span_text(value_of(ini, "tui.away_after", "")), AWAY_MAX,
	    &away_after);
	*options = (struct options){
		.keys = text_same(value_of(ini, "tui.keys", "emacs"), "vi")
			    ? KEYS_VI
			    : KEYS_EMACS,
		.bind = xstrdup(value_of(ini, "tui.bind", "")),
		.theme = xstrdup(value_of(ini, "tui.theme", "auto")),
		.roster_columns = (unsigned)columns,
		.mouse = is_on(ini, "tui.mouse", "off"),
		.bell = is_on(ini, "tui.bell", "on"),
		.notify = notify_of(value_of(ini, "tui.notify", "all")),
		.alert = alert_find(value_of(ini, "tui.alert", "auto")),
		.preview = is_on(ini, "tui.preview", "on"),
		.away_after = (unsigned)away_after,
		.linear = is_on(ini, "tui.linear", "off"),
		.links = is_on(ini, "tui.links", "on"),
		.browser = xstrdup(value_of(ini, "tui.browser", "")),
		.autostart = is_on(ini, "daemon.autostart", "yes"),
	};
	ini_free(ini);
}

void
options_finish(struct options *options)
{
	free(options->bind);
	free(options->theme);
	free(options->browser);
	*options = (struct options){ 0 };
}
