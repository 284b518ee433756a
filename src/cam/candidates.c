/* candidates.c: what a half-typed word could become, printed a line each. */
#include "cam/candidates.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/size.h"
#include "base/text.h"
#include "cam/args.h"
#include "cam/call.h"
#include "cam/cam.h"
#include "cam/daemon.h"
#include "cam/message.h"
#include "cam/offer.h"
#include "cam/roster.h"
#include "cam/server.h"
#include "cam/verb.h"
#include "cam/verbs.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* Somebody presses a key and waits: names that camd has not given by then are
 * left out. CAM_COMPLETE_MS is another time. */
enum { COMPLETE_LIVE_MS = 100, COMPLETE_LIVE_MAX_MS = 60 * 1000 };

/* So many of the newest messages are looked at; what is shown of a text. */
enum { COMPLETE_MESSAGES = 50, COMPLETE_TEXT = 60 };

static const char *const event_words[] = { "message", "message.received",
	"message.sent", "message.state", "message.changed", "user",
	"user.entered", "user.left", "user.changed", "user.typing", "talk",
	"talk.read", "offer", "offer.received", "offer.held", "transfer",
	"transfer.progress", "transfer.done", "transfer.failed", "question",
	"question.answered", "key", "key.changed", "presence",
	"presence.changed", "attention", "attention.changed", "call",
	"call.incoming", "call.ringing", "call.active", "call.changed",
	"call.ended", "call.kept", "call.levels", "org", "org.changed", NULL };
static const char *const method_words[] = { RPC_SUBSCRIBE, RPC_STATUS,
	RPC_ROSTER_LIST, RPC_ROSTER_RESOLVE, RPC_ROSTER_COMPLETE, RPC_USER_SET,
	RPC_MESSAGE_SEND, RPC_MESSAGE_RETRY, RPC_MESSAGE_EDIT,
	RPC_MESSAGE_DELETE, RPC_MESSAGE_LIST, RPC_MESSAGE_GET, RPC_MESSAGE_OPEN,
	RPC_OFFER_LIST, RPC_OFFER_GET, RPC_OFFER_ACCEPT, RPC_OFFER_CANCEL,
	RPC_OFFER_DROP, RPC_CALL_START, RPC_CALL_ANSWER, RPC_CALL_DECLINE,
	RPC_CALL_HANGUP, RPC_CALL_HOLD, RPC_CALL_MUTE, RPC_CALL_TALK,
	RPC_CALL_DEVICE, RPC_CALL_SHOW, RPC_CALL_ADD, RPC_CALL_LIST,
	RPC_CALL_STATS, RPC_CALL_DEVICES, RPC_CALL_RECORD, RPC_CALL_SDP,
	RPC_CALL_TAP, RPC_ORG_JOIN, RPC_ORG_STATUS, RPC_ORG_LEAVE,
	RPC_QUESTION_WAIT, RPC_TALK_LIST, RPC_TALK_READ, RPC_TALK_TYPING,
	RPC_AWAY, RPC_BACK, RPC_IDLE, RPC_ATTENTION_GET, RPC_ATTENTION_SET,
	RPC_KEY_LIST, RPC_CONFIG_GET, RPC_CONFIG_SET, RPC_CONFIG_LIST,
	RPC_RELOAD, RPC_STOP, RPC_DOCTOR, RPC_SYNC, NULL };

static void
offer(
    const struct candidate_place *word, const char *candidate, const char *help)
{
	char *safe = text_printable(candidate, TEXT_LINE);

	/* What is not the same when printable cannot be typed either. */
	if (strcmp(safe, candidate) == 0) {
		printf("%.*s%s", word->kept_len, word->kept, candidate);
		if (help != NULL && help[0] != '\0')
			printf("\t%s", gettext(help));
		putchar('\n');
	}
	free(safe);
}

/* Help that comes from elsewhere. */
static void
offer_as_is(
    const struct candidate_place *word, const char *candidate, const char *help)
{
	char *safe = text_printable(help, TEXT_LINE);

	printf("%.*s%s\t%s\n", word->kept_len, word->kept, candidate, safe);
	free(safe);
}

void
candidates_if(
    const struct candidate_place *word, const char *candidate, const char *help)
{
	if (strncmp(candidate, word->begin, strlen(word->begin)) == 0)
		offer(word, candidate, help);
}

static void
offer_words(const struct candidate_place *word, const char *const *words)
{
	for (; *words != NULL; words++)
		candidates_if(word, *words, NULL);
}

void
candidates_choices(const struct candidate_place *word, const char *choices)
{
	char copy[128];
	char *rest = copy;
	char *choice;

	snprintf(copy, sizeof(copy), "%s", choices);
	while ((choice = strsep(&rest, " ")) != NULL)
		candidates_if(word, choice, NULL);
}

void
candidates_verbs(const struct candidate_place *word)
{
	for (const struct verb *verb = verb_table(); verb->name != NULL;
	     verb++) {
		if ((verb->flags & (VERB_LATER | VERB_HIDDEN)) == 0)
			candidates_if(word, verb->name, verb->help);
	}
}

void
candidates_options(
    const struct candidate_place *word, const struct verb_option *option)
{
	char text[64];

	for (; option != NULL && option->name != NULL; option++) {
		snprintf(text, sizeof(text), "--%s", option->name);
		candidates_if(word, text, option->help);
	}
}

/* Goes on behind the last comma. */
static void
skip_list(struct candidate_place *word)
{
	const char *comma = strrchr(word->begin, ',');

	if (comma == NULL)
		return;
	word->kept_len += (int)(comma + 1 - word->begin);
	word->begin = comma + 1;
}

static void
on_too_late(int signo)
{
	(void)signo;
	_exit(EXIT_DONE);
}

static unsigned
live_ms(void)
{
	const char *text = getenv("CAM_COMPLETE_MS");
	uint64_t ms = 0;

	if (text == NULL ||
	    number_decimal(span_text(text), COMPLETE_LIVE_MAX_MS, &ms) < 0 ||
	    ms == 0)
		return COMPLETE_LIVE_MS;
	return (unsigned)ms;
}

static void
limit_live(void)
{
	unsigned ms = live_ms();
	struct itimerval limit = { .it_value = { ms / 1000,
				       (suseconds_t)(ms % 1000) * 1000 } };

	signal(SIGALRM, on_too_late);
	setitimer(ITIMER_REAL, &limit, NULL);
}

/* NULL without a word when there is no answer. */
static json_t *
call_live(struct rpc_client *client, const char *method, json_t *params)
{
	struct rpc_error error = { 0 };
	json_t *result = NULL;

	if (rpc_client_call(
		client, method, params, live_ms(), &result, &error) != 0)
		rpc_error_finish(&error);
	return result;
}

static json_t *
ask_live(struct cam *cam, const char *method, json_t *params)
{
	struct rpc_client *client = NULL;
	json_t *result = NULL;

	limit_live();
	if (daemon_connect_running(cam, &client) != 0)
		json_decref(params);
	else
		result = call_live(client, method, params);
	rpc_client_free(client);
	return result;
}

/* How many there were. */
static size_t
offer_who(struct cam *cam, const struct candidate_place *word)
{
	json_t *result = ask_live(
	    cam, RPC_ROSTER_COMPLETE, json_pack("{s:s}", "begin", word->begin));
	size_t count = json_array_size(json_object_get(result, "names"));
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(result, "names"), i, name)
	{
		if (json_is_string(name))
			offer(word, json_string_value(name), NULL);
	}
	if (word->begin[0] == '@')
		candidates_if(word, "@all", NULL);
	json_decref(result);
	return count;
}

static void
offer_settings(struct cam *cam, const struct candidate_place *word)
{
	json_t *result = ask_live(cam, RPC_CONFIG_LIST, NULL);
	json_t *setting;
	size_t i;

	json_array_foreach(json_object_get(result, "settings"), i, setting)
	{
		const char *key =
		    json_string_value(json_object_get(setting, "key"));

		if (key != NULL)
			candidates_if(word, key, NULL);
	}
	json_decref(result);
}

static bool
is_wanted(const json_t *message, enum verb_word kind)
{
	const char *type = json_string_value(json_object_get(message, "type"));
	bool sent = type != NULL && strcmp(type, EVENT_MESSAGE_SENT) == 0;

	if (kind == WORD_SENT)
		return sent &&
		       !json_is_true(json_object_get(message, "deleted"));
	if (kind == WORD_SEALED)
		return json_is_false(json_object_get(message, "opened"));
	if (kind == WORD_QUESTION)
		return !sent &&
		       json_is_array(json_object_get(message, "choices"));
	return true;
}

/* "5f0c1a2b<tab>lunch at noon?" */
static void
offer_message(const struct candidate_place *word, const json_t *message)
{
	const char *id = json_string_value(json_object_get(message, "id"));
	char beginning[MESSAGE_ID_SHOWN + 1];
	char *text = NULL;

	if (id == NULL || strncmp(id, word->begin, strlen(word->begin)) != 0)
		return;
	/* What has been typed is not taken back. */
	if (strlen(word->begin) > MESSAGE_ID_SHOWN) {
		offer(word, id, NULL);
		return;
	}
	snprintf(beginning, sizeof(beginning), "%s", id);
	text = message_text(message);
	text[utf8_cut(span_text(text), COMPLETE_TEXT)] = '\0';
	offer_as_is(word, beginning, text);
	free(text);
}

/* The newest first, as shells that keep the order show them. */
static void
offer_messages(
    struct cam *cam, const struct candidate_place *word, enum verb_word kind)
{
	json_t *result = ask_live(cam, RPC_MESSAGE_LIST,
	    json_pack("{s:i}", "limit", COMPLETE_MESSAGES));
	const json_t *messages = json_object_get(result, "messages");

	for (size_t i = json_array_size(messages); i > 0; i--) {
		const json_t *message = json_array_get(messages, i - 1);

		if (is_wanted(message, kind))
			offer_message(word, message);
	}
	json_decref(result);
}

/* "5f0c1a2b.1<tab>report.pdf, 1.2 MiB, anna@pc1" */
static void
offer_offer(const struct candidate_place *word, const json_t *object)
{
	char size[SIZE_TEXT];
	char *id = offer_short_id(object);
	char *help = NULL;

	size_format(offer_number(object, "size"), size);
	help = xasprintf("%s, %s, %s", json_text_at(object, "name"), size,
	    json_text_at(object, "peer"));
	/* What has been typed is not taken back. */
	if (strncmp(id, word->begin, strlen(word->begin)) == 0)
		offer_as_is(word, id, help);
	else
		candidates_if(word, json_text_at(object, "id"), NULL);
	free(help);
	free(id);
}

/* The newest first. */
static void
offer_offers(struct cam *cam, const struct candidate_place *word, bool to_fetch)
{
	json_t *result = ask_live(cam, RPC_OFFER_LIST, NULL);
	const json_t *offers = json_object_get(result, "offers");

	for (size_t i = json_array_size(offers); i > 0; i--) {
		const json_t *object = json_array_get(offers, i - 1);

		if (!to_fetch ||
		    (offer_is_received(object) && !offer_is(object, "expired")))
			offer_offer(word, object);
	}
	json_decref(result);
}

/* "19c600a9<tab>anna@pc1, ringing" */
static void
offer_calls(struct cam *cam, const struct candidate_place *word)
{
	json_t *result = ask_live(cam, RPC_CALL_LIST, NULL);
	const json_t *object;
	size_t i;

	json_array_foreach(json_object_get(result, "calls"), i, object)
	{
		char *who = call_members(object);
		char *help =
		    xasprintf("%s, %s", who, json_text_at(object, "state"));

		candidates_if(word, json_text_at(object, "id"), help);
		free(help);
		free(who);
	}
	json_decref(result);
}

/* -- of camserver ------------------------------------------------------------
 */

static json_t *
ask_server(struct cam *cam, const char *method)
{
	struct rpc_client *client = NULL;
	json_t *result = NULL;

	limit_live();
	if (server_connect_quietly(cam, &client) == 0)
		result = call_live(client, method, NULL);
	rpc_client_free(client);
	return result;
}

/* "anna<tab>waiting" */
static size_t
offer_members(struct cam *cam, const struct candidate_place *word)
{
	json_t *result = ask_server(cam, RPC_MEMBER_LIST);
	const json_t *members = json_object_get(result, "members"), *member;
	size_t count = json_array_size(members), i;

	json_array_foreach(members, i, member) candidates_if(
	    word, json_text_at(member, "name"), json_text_at(member, "state"));
	json_decref(result);
	return count;
}

static void
offer_limits(struct cam *cam, const struct candidate_place *word)
{
	json_t *result = ask_server(cam, RPC_CONFIG_LIST);
	const json_t *setting;
	size_t i;

	json_array_foreach(json_object_get(result, "settings"), i, setting)
	{
		if (json_is_integer(json_object_get(setting, "max")))
			candidates_if(word, json_text_at(setting, "key"),
			    json_text_at(setting, "value"));
	}
	json_decref(result);
}

static const char *const fixed_words[] = {
	[WORD_POLICY] = "ask always never default",
	[WORD_SERVER_USERS] = "ls import set",
	[WORD_SERVER_POLICY] = "get set unset",
	[WORD_SERVER_QUEUE] = "clear",
	[WORD_POLICY_KEY] = "files calls legacy relay",
};

void
candidates_word(
    struct cam *cam, struct candidate_place *word, enum verb_word kind)
{
	switch (kind) {
	case WORD_NONE:
		break;
	case WORD_WHO_LIST:
		skip_list(word);
		offer_who(cam, word);
		break;
	case WORD_WHO:
		offer_who(cam, word);
		break;
	case WORD_FILE:
		puts(":file"); /* the shell knows better */
		break;
	case WORD_PROGRAM:
		puts(":program");
		break;
	case WORD_READY:
		candidates_if(word, "ready", NULL);
		offer_words(word, event_words);
		break;
	case WORD_EVENT:
		skip_list(word);
		offer_words(word, event_words);
		break;
	case WORD_SETTING:
		offer_settings(cam, word);
		break;
	case WORD_MESSAGE:
	case WORD_SENT:
	case WORD_SEALED:
	case WORD_QUESTION:
		offer_messages(cam, word, kind);
		break;
	case WORD_OFFER:
	case WORD_FETCH:
		offer_offers(cam, word, kind == WORD_FETCH);
		break;
	case WORD_CALL:
		offer_calls(cam, word);
		break;
	case WORD_FILE_OR_WHO:
		skip_list(word);
		if (offer_who(cam, word) == 0)
			puts(":file");
		break;
	case WORD_SERVER_USERS:
	case WORD_SERVER_POLICY:
	case WORD_SERVER_QUEUE:
	case WORD_POLICY_KEY:
	case WORD_POLICY:
		candidates_choices(word, fixed_words[kind]);
		break;
	case WORD_FILE_OR_MEMBER:
		if (offer_members(cam, word) == 0)
			puts(":file");
		break;
	case WORD_MEMBER:
		offer_members(cam, word);
		break;
	case WORD_LIMIT:
		offer_limits(cam, word);
		break;
	case WORD_METHOD:
		offer_words(word, method_words);
		break;
	case WORD_VERB:
		candidates_verbs(word);
		break;
	case WORD_SORT:
		skip_list(word);
		for (size_t i = 0; roster_field_name(i) != NULL; i++)
			candidates_if(word, roster_field_name(i), NULL);
		break;
	}
}
