/* setting.c: what each setting of a program is called and may be. */
#include "base/setting.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/span.h"
#include "base/text.h"

const struct setting *
setting_find(const struct setting_table *table, const char *key)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->list[i].key, key) == 0)
			return &table->list[i];
	}
	return NULL;
}

const char *
setting_nearest(const struct setting_table *table, const char *key)
{
	struct nearest nearest;
	const struct setting *setting = NULL;
	const char *last = strrchr(key, '.');

	nearest_init(&nearest, key);
	for (size_t i = 0; i < table->count; i++)
		nearest_offer(&nearest, table->list[i].key);
	/* "nick" and "net.nick" mean user.nick. */
	nearest.text = last != NULL ? last + 1 : key;
	for (size_t i = 0; nearest.count == 0 && i < table->count; i++)
		nearest_offer_as(&nearest, strrchr(table->list[i].key, '.') + 1,
		    table->list[i].key);
	if (nearest.count > 0)
		setting = setting_find(table, nearest_first(&nearest));
	nearest_finish(&nearest);
	return setting != NULL ? setting->key : NULL;
}

static bool
is_among(const char *value, const char *words)
{
	struct span rest = span_text(words), word;

	while (span_cut(&rest, ' ', &word)) {
		if (span_equal_text(word, value))
			return true;
	}
	return span_equal_text(rest, value);
}

/* "ask, always, never" */
static char *
listed(const char *words)
{
	struct buf text;

	buf_init(&text, LIMIT_INI_VALUE);
	for (const char *c = words; *c != '\0'; c++)
		buf_put_text(&text, *c == ' ' ? ", " : (char[]){ *c, '\0' });
	return buf_steal_text(&text);
}

static char *
check_number(const struct setting *setting, const char *value)
{
	uint64_t number;

	if (number_decimal(span_text(value), (uint64_t)setting->max, &number) ==
		0 &&
	    (int64_t)number >= setting->min)
		return NULL;
	return xasprintf(_("a number from %lld to %lld is needed"),
	    (long long)setting->min, (long long)setting->max);
}

static char *
check_words(const char *value, const char *words)
{
	char *list = NULL, *problem = NULL;

	if (is_among(value, words))
		return NULL;
	list = listed(words);
	problem = xasprintf(_("one of %s is needed"), list);
	free(list);
	return problem;
}

/* What the ini file could not give back. */
static char *
check_form(const char *value)
{
	if (strlen(value) > LIMIT_INI_VALUE)
		return xasprintf(
		    _("at most %d bytes are possible"), LIMIT_INI_VALUE);
	if (!utf8_is_valid(span_text(value)))
		return xstrdup(_("it is not UTF-8"));
	for (const char *c = value; *c != '\0'; c++) {
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return xstrdup(_(
			    "it must be one line without control characters"));
	}
	return NULL;
}

static char *
find_fault(const struct setting *setting, const char *value)
{
	char *fault = check_form(value);

	if (fault != NULL)
		return fault;
	if (setting->needed && value[0] == '\0')
		return xstrdup(_("it cannot be empty"));
	switch (setting->kind) {
	case SETTING_NUMBER:
		return check_number(setting, value);
	case SETTING_SWITCH:
		return check_words(value, "on off yes no");
	case SETTING_WORD:
		return check_words(value, setting->words);
	case SETTING_TEXT:
		break;
	}
	return setting->check != NULL && value[0] != '\0'
		   ? setting->check(value)
		   : NULL;
}

char *
setting_problem(const struct setting *setting, const char *value)
{
	char *fault = find_fault(setting, value), *shown = NULL,
	     *problem = NULL;

	if (fault == NULL)
		return NULL;
	shown = text_printable(setting->secret ? "…" : value, TEXT_LINE);
	problem = xasprintf("%s = '%s': %s", setting->key, shown, fault);
	free(shown);
	free(fault);
	return problem;
}

bool
setting_is_on(const char *value)
{
	return strcmp(value, "on") == 0 || strcmp(value, "yes") == 0;
}

char *
setting_check_path(const char *value)
{
	return value[0] == '\0' || value[0] == '/'
		   ? NULL
		   : xstrdup(_("a path that begins with '/' is needed"));
}
