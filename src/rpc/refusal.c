/* refusal.c: what camd refused, as a sentence that names the thing and the way
 * out. */
#include "rpc/refusal.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "rpc/reason.h"

enum { REFUSAL_TEXT_MAX = 16 * 1024, REFUSAL_NAMES_MAX = 8 };

static const char *
member(const json_t *data, const char *name)
{
	const char *value = json_string_value(json_object_get(data, name));

	return value != NULL ? value : "";
}

/* "'a', 'b' or 'c'"; an empty string without candidates. */
static char *
candidates(const json_t *data)
{
	const json_t *list = json_object_get(data, "candidates");
	size_t count = json_array_size(list);
	struct buf text;

	count = count > REFUSAL_NAMES_MAX ? REFUSAL_NAMES_MAX : count;
	buf_init(&text, REFUSAL_TEXT_MAX);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (i > 0)
			buf_put_text(&text, i + 1 == count ? _(" or ") : ", ");
		buf_printf(&text, "'%s'", name != NULL ? name : "");
	}
	return buf_steal_text(&text);
}

static char *
unknown_text(const json_t *data, const char *who, const char *names)
{
	const char *id = member(data, "id");
	const char *key = member(data, "key");
	bool near = names[0] != '\0';

	if (who[0] != '\0' && near)
		return xasprintf(
		    _("no user matches '%s': did you mean %s?"), who, names);
	if (strcmp(who, "@all") == 0)
		return xstrdup(
		    _("nobody is online: 'cam ls' shows who is known"));
	if (who[0] != '\0')
		return xasprintf(
		    _("no user matches '%s': 'cam ls' shows who is known"),
		    who);
	if (key[0] != '\0' && near)
		return xasprintf(
		    _("no setting '%s': did you mean %s?"), key, names);
	if (key[0] != '\0')
		return xasprintf(
		    _("no setting '%s': 'cam config ls' lists them"), key);
	if (id[0] != '\0')
		return xasprintf(
		    _("nothing has the id '%s': 'cam log' and 'cam file ls' "
		      "show them"),
		    id);
	return NULL;
}

/* What a reason means where camd's own text says more, but in English. */
static const struct general {
	const char *reason;
	const char *text;
} generals[] = {
	{ "request", N_("that is not possible so") },
	{ "unsupported", N_("that is not built in, or not there yet") },
	{ "unknown", N_("there is no such thing") },
	{ "ambiguous", N_("that could be several") },
	{ "refused", N_("the other side or a setting refuses") },
	{ "cleartext", N_("it would leave without encryption") },
	{ "weaker", N_("it would be encrypted less than before") },
	{ "key", N_("the key is unknown, wrong, or has changed") },
	{ "sealed", N_("the message must be opened first") },
	{ "unable", N_("that user's program cannot do that") },
	{ "length", N_("it is too long") },
	{ "closed", N_("the connection broke") },
	{ "unreachable", N_("the other side cannot be reached now") },
	{ "full", N_("there is no room") },
	{ "limit", N_("it is too much") },
	{ "timeout", N_("there was no answer in time") },
	{ "failed", N_("it failed") },
};

/* Sentences that camd says as they are have translations; of others the reason
 * has one. */
static char *
translate(const char *text, const char *reason)
{
	const char *translated = text[0] != '\0' ? gettext(text) : text;

	if (translated != text)
		return xstrdup(translated);
	for (size_t i = 0; i < sizeof generals / sizeof generals[0]; i++) {
		const char *general = generals[i].text;

		if (strcmp(generals[i].reason, reason) == 0 &&
		    gettext(general) != general)
			return xasprintf("%s: %s", gettext(general), text);
	}
	return xstrdup(text);
}

char *
refusal_text(const char *text, const json_t *data)
{
	const char *reason = member(data, "reason");
	const char *who = member(data, "who")[0] != '\0' ? member(data, "who")
							 : member(data, "to");
	char *names = candidates(data);
	char *sentence = NULL;

	if (names == NULL)
		names = xstrdup("");
	if (strcmp(reason, "unknown") == 0)
		sentence = unknown_text(data, who, names);
	else if (strcmp(reason, "ambiguous") == 0 && names[0] != '\0')
		sentence = xasprintf(_("'%s' could be %s"),
		    who[0] != '\0' ? who : member(data, "id"), names);
	else if (strcmp(reason, "cleartext") == 0 && who[0] != '\0')
		sentence = xasprintf(_("'%s' cannot decrypt: not sent (--clear "
				       "sends it unencrypted)"),
		    who);
	else if (strcmp(reason, "weaker") == 0 && who[0] != '\0')
		sentence = xasprintf(
		    _("'%s' used to encrypt better: not sent (--clear sends it "
		      "nevertheless)"),
		    who);
	else if (strcmp(reason, "key") == 0 && who[0] != '\0')
		sentence = xasprintf(_("the key of '%s' is not certain: not "
				       "sent until 'cam verify %s' says which "
				       "is right"),
		    who, who);
	else if (strcmp(reason, "locked") == 0)
		sentence = xstrdup(
		    _("the keys are locked: 'cam key unlock' opens them"));
	/* What became of a message at a recipient is always said by its reason.
	 */
	if (sentence == NULL && reason[0] != '\0' &&
	    member(data, "to")[0] != '\0')
		sentence = reason_text(
		    gettext(reason_sentence(reason)), member(data, "to"));
	free(names);
	return sentence != NULL ? sentence : translate(text, reason);
}
