/* talk_question.c: questions of scripts in a talk. */
#include "cam-tui/talk_question.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

/* Older ones nobody waits for any more. */
enum { LOOKED_AT = 200 };

const char *
talk_question_choice(const struct model_message *message, size_t i)
{
	const char *choice = json_string_value(
	    json_array_get(json_object_get(message->object, "choices"), i));

	return choice != NULL ? choice : "";
}

static size_t
place_of(const struct model_talk *talk, const struct model_message *message)
{
	size_t place = talk->count;

	while (place-- > 0) {
		if (strcmp(talk->messages[place]->id, message->id) == 0)
			return place;
	}
	return talk->count;
}

/* What was said behind it without being an answer to anything answers the
 * oldest question there was, see question.answered of cam-rpc(7). */
const struct model_message *
talk_question_answer(
    const struct model_talk *talk, const struct model_message *message)
{
	const struct model_message *open[LOOKED_AT];
	size_t place = place_of(talk, message), count = 0;
	size_t from = place > LOOKED_AT / 2 ? place - LOOKED_AT / 2 : 0;

	for (size_t i = from; i < talk->count && count < LOOKED_AT; i++) {
		const struct model_message *one = talk->messages[i];
		const char *reply =
		    json_string_value(json_object_get(one->object, "reply"));
		size_t answered = 0;

		if (one->choices > 0)
			open[count++] = one;
		if (!one->is_sent || count == 0)
			continue;
		while (reply != NULL && answered < count &&
		       strcmp(open[answered]->id, reply) != 0)
			answered++;
		if (answered == count)
			continue;
		if (open[answered] == message)
			return one;
		memmove(&open[answered], &open[answered + 1],
		    (--count - answered) * sizeof *open);
	}
	return NULL;
}

const struct model_message *
talk_question_open(const struct model_talk *talk)
{
	size_t from = talk->count > LOOKED_AT ? talk->count - LOOKED_AT : 0;

	for (size_t i = from; i < talk->count; i++) {
		if (talk->messages[i]->choices > 0 &&
		    talk_question_answer(talk, talk->messages[i]) == NULL)
			return talk->messages[i];
	}
	return NULL;
}

char *
talk_question_hint(
    const struct keytable *keytable, const struct model_talk *talk)
{
	const struct model_message *question = talk_question_open(talk);
	size_t count = 0;
	const struct command *command = command_find("answer", &count);
	struct buf text;

	if (question == NULL || command == NULL)
		return NULL;
	buf_init(&text, LIMIT_MESSAGE_TEXT);
	for (size_t i = 0; i < question->choices; i++) {
		if (i > 0)
			buf_put_text(&text, "  ");
		if (keytable_put_digit(
			keytable, command, (unsigned)i + 1, &text))
			buf_put_byte(&text, ' ');
		else
			buf_printf(&text, "%zu) ", i + 1);
		buf_put_text(&text, talk_question_choice(question, i));
	}
	return buf_steal_text(&text);
}
