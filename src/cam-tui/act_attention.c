/* act_attention.c: commands about what is told of, answers to questions, the
 * passphrase. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam-tui/ask.h"
#include "cam-tui/commands.h"
#include "cam-tui/herald.h"
#include "cam-tui/model_call.h"
#include "cam-tui/secret.h"
#include "cam-tui/talk_question.h"
#include "cam-tui/tui.h"
#include "cam-tui/view_talk.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* Takes talk (NULL: all of them). */
static void
set_rule(struct tui *tui, json_t *talk, const char *notify, int64_t until_ms)
{
	json_t *params = json_pack("{s:s}", "notify", notify);

	if (talk != NULL)
		json_object_set_new(params, "talk", talk);
	if (until_ms != 0)
		json_object_set_new(params, "until", json_time(until_ms));
	ask_and_tell(tui, RPC_ATTENTION_SET, params);
}

/* False: it was said what is wrong. */
static bool
read_time(struct tui *tui, const char *text, int64_t *until_ms)
{
	if (herald_parse(text, clock_wall_ms(), until_ms) == 0)
		return true;
	tui_say(tui, STYLE_BAR_WARN, "%s",
	    _("for how long? such as 30m, 2h, or until 18:30"));
	return false;
}

static void
say_rule(struct tui *tui, const char *text, int64_t until_ms)
{
	char *until = herald_until((struct model_rule){ .until_ms = until_ms });

	tui_say(tui, STYLE_BAR, "%s%s", text, until);
	free(until);
}

void
act_dnd(struct tui *tui, const char *argument)
{
	bool is_on = model_rule_now(model_rule(tui->model), clock_wall_ms()) ==
		     NOTIFY_NONE;
	int64_t until_ms = 0;

	if (argument == NULL)
		argument = "";
	if (strcmp(argument, "off") == 0 || (argument[0] == '\0' && is_on)) {
		set_rule(tui, NULL, "default", 0);
		tui_say(tui, STYLE_BAR, "%s", _("you are told of messages"));
	} else if (read_time(tui, argument, &until_ms)) {
		set_rule(tui, NULL, "none", until_ms);
		say_rule(tui, _("do not disturb"), until_ms);
	}
}

static struct model_talk *
shown_talk(struct tui *tui)
{
	struct model_talk *talk = view_talk_of(tui->switcher.shown);

	if (talk == NULL)
		tui_say(tui, STYLE_BAR_WARN, "%s", _("that is for talks"));
	return talk;
}

static void
change_rule(struct tui *tui, enum model_notify notify, const char *time)
{
	static const char *const words[] = { "default", "all", "mentions",
		"none" };
	const char *const said[] = { _("as in the settings"),
		_("you are told of all that is written here"),
		_("you are told of what names you here"),
		_("you are told of nothing that is written here") };
	struct model_talk *talk = shown_talk(tui);
	int64_t until_ms = 0;

	if (talk == NULL || !read_time(tui, time, &until_ms))
		return;
	set_rule(tui, view_talk_users(talk), words[notify], until_ms);
	say_rule(tui, said[notify], until_ms);
}

void
act_mute(struct tui *tui, const char *argument)
{
	const struct model_talk *talk = view_talk_of(tui->switcher.shown);
	bool is_muted = talk != NULL && model_rule_now(talk->rule,
					    clock_wall_ms()) == NOTIFY_NONE;

	if (argument == NULL)
		argument = "";
	/* Who thinks to be unheard must not be heard. */
	if (act_mute_call(tui, argument))
		return;
	if (strcmp(argument, "off") == 0 || (argument[0] == '\0' && is_muted))
		change_rule(tui, NOTIFY_DEFAULT, "");
	else
		change_rule(tui, NOTIFY_NONE, argument);
}

void
act_notify(struct tui *tui, const char *argument)
{
	static const char *const words[] = { "default", "all", "mentions",
		"none" };
	const char *rest = argument != NULL ? argument : "";
	size_t len = strcspn(rest, " ");

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (len != strlen(words[i]) ||
		    strncmp(words[i], rest, len) != 0)
			continue;
		rest += len;
		change_rule(
		    tui, (enum model_notify)i, rest + strspn(rest, " "));
		return;
	}
	tui_say(tui, STYLE_BAR_WARN, "%s",
	    _("/notify all, mentions, none or default, and for how long"));
}

void
act_unlock(struct tui *tui, const char *argument)
{
	secret_ask_again(tui->secret);
}

/* -- questions ------------------------------------------------------------ */

/* Of "/answer 2", or the digit that was pressed last. */
static size_t
number_of(const struct tui *tui, const char *argument)
{
	uint32_t key = argument != NULL && argument[0] != '\0'
			   ? (unsigned char)argument[0]
			   : tui->last.key;

	if (argument != NULL && strlen(argument) > 1)
		return 0;
	return key >= '1' && key <= '9' ? key - '0' : 0;
}

void
act_answer(struct tui *tui, const char *argument)
{
	struct view *view = tui->switcher.shown;
	struct model_talk *talk = NULL;
	const struct model_message *question = NULL;
	size_t number = number_of(tui, argument);

	if (argument != NULL && argument[0] == '\0' &&
	    model_call_incoming(tui->model) != NULL) {
		act_answer_call(tui, NULL);
		return;
	}
	talk = shown_talk(tui);
	if (talk == NULL)
		return;
	question = view_talk_selected(view, false, false);
	if (question == NULL || question->choices == 0)
		question = talk_question_open(talk);
	if (question == NULL)
		tui_say(tui, STYLE_BAR_DIM, "%s", _("nothing is asked here"));
	else if (number == 0 || number > question->choices)
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("that is none of the choices"));
	else
		ask_and_tell(tui, RPC_MESSAGE_SEND,
		    json_pack("{s:o, s:s, s:s}", "to",
			json_pack(
			    "[O]", json_object_get(question->object, "from")),
			"text", talk_question_choice(question, number - 1),
			"reply", question->id));
}
