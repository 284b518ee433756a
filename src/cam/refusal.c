/* refusal.c: what camd refused, as a sentence that names the thing and the way
 * out. */
#include "cam/refusal.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "rpc/client.h"
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
	return sentence != NULL ? sentence : xstrdup(text);
}

int
refusal_say(const struct rpc_error *error)
{
	char *text = refusal_text(
	    error->message != NULL ? error->message : _("camd refused"),
	    error->data);

	complain("%s", text);
	free(text);
	return error->exit > 0 && error->exit < 126 ? error->exit : EXIT_FAILED;
}
