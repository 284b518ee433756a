/* filerequest.c: file requests built, and those of others read. */
#include "lan/filerequest.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "ipmsg/attach.h"
#include "lan/seal.h"
#include "lan/state.h"

/* -- asking -----------------------------------------------------------------
 */

struct question {
	struct lan_question shown;
	struct crypto *crypto;
	uint32_t command;
	char user[PACKET_NAME_SIZE];
	char host[PACKET_NAME_SIZE];
	struct sealing sealing; /* its plain text is the body in clear */
	struct buf packet;
};

static struct question *
question_of(struct lan_question *shown)
{
	return container_of(shown, struct question, shown);
}

/* Pictures are asked for by GETFILEDATA always, files and folders that come
 * enciphered by GETDIRFILES. */
static bool
comes_as_stream(uint32_t type, bool is_sealed)
{
	return type == FILE_FOLDER || (is_sealed && type != FILE_CLIPBOARD);
}

static void
build_body(struct question *question, const struct lan_wanted *wanted)
{
	struct lan_question *shown = &question->shown;
	struct file_request request = { .packet = wanted->packet,
		.file = wanted->file };

	if (shown->ciphered) {
		random_bytes(shown->key, sizeof shown->key);
		request.cover = FILE_COVER_AES;
		request.has_replay = true;
		request.replay = shown->number;
		memcpy(request.key, shown->key, sizeof request.key);
	}
	if (file_request_build(
		question->command, &request, &question->sealing.plain) < 0)
		question->sealing.plain.failed = true;
	/* Its NUL is encrypted and signed too. */
	if (shown->ciphered)
		buf_put_byte(&question->sealing.plain, '\0');
	wipe(&request, sizeof request);
}

struct lan_question *
lan_question_new(struct lan *lan, const struct lan_wanted *wanted)
{
	struct question *question = xcalloc(1, sizeof *question);
	struct lan_question *shown = &question->shown;
	const struct peer *peer = wanted->peer;

	if (!(peer->status & STATUS_CAPFILEENC) ||
	    lan_protection(lan, peer, &shown->flags) < 0)
		shown->flags = 0;
	shown->ciphered = shown->flags != 0;
	shown->number = lan_number(lan);
	shown->stream = comes_as_stream(wanted->type, shown->ciphered);
	shown->charset = lan_charset(lan, peer);
	shown->bare = client_wants_bare_lists((enum client_kind)peer->client);
	question->crypto = lan->crypto;
	question->command =
	    shown->stream ? COMMAND_GETDIRFILES : COMMAND_GETFILEDATA;
	if (shown->charset == CHARSET_UTF8)
		question->command |= REQUEST_UTF8;
	if (shown->ciphered)
		question->command |= REQUEST_ENCRYPT | REQUEST_ENCFILE;
	memcpy(question->user, lan->user, sizeof question->user);
	memcpy(question->host, lan->host, sizeof question->host);
	(void)sealing_init(
	    &question->sealing, lan, peer, shown->flags, shown->number);
	buf_init(&question->packet, LIMIT_FILE_REQUEST);
	build_body(question, wanted);
	return shown;
}

int
lan_question_seal(struct lan_question *shown)
{
	struct question *question = question_of(shown);
	struct packet_out out = { shown->number, question->user, question->host,
		question->command };
	struct buf body;
	int r = buf_failed(&question->sealing.plain) ? CAM_ERR_LIMIT : 0;

	buf_init(&body, LIMIT_FILE_REQUEST);
	if (r == 0 && shown->ciphered)
		r = sealing_run(&question->sealing, question->crypto);
	if (r == 0 && shown->ciphered)
		sealing_write(&question->sealing, &body);
	else if (r == 0)
		buf_put_span(&body, buf_span(&question->sealing.plain));
	if (r == 0)
		r = buf_failed(&body) ? CAM_ERR_LIMIT
				      : packet_build(&question->packet, &out,
					    buf_span(&body));
	if (r == 0)
		shown->hello = buf_span(&question->packet);
	buf_finish(&body);
	return r;
}

void
lan_question_free(struct lan_question *shown)
{
	struct question *question;

	if (shown == NULL)
		return;
	question = question_of(shown);
	sealing_finish(&question->sealing);
	buf_finish(&question->packet);
	wipe(shown->key, sizeof shown->key);
	free(question);
}

/* -- being asked ------------------------------------------------------------
 */

struct request {
	struct lan_request shown;
	struct crypto *crypto;
	uint32_t command;
	struct unsealing unsealing;
	bool unknown; /* signed, by whom we know no key of */
};

static struct request *
request_of(struct lan_request *shown)
{
	return container_of(shown, struct request, shown);
}

static bool
is_request(uint32_t command)
{
	return command_mode(command) == COMMAND_GETFILEDATA ||
	       command_mode(command) == COMMAND_GETDIRFILES;
}

/* Private RSA operations of strangers are counted, over TCP too. */
static int
start_unsealing(struct lan *lan, const struct packet *packet,
    const struct peer *peer, struct request *request)
{
	bool known = peer != NULL && peer->key != NULL &&
		     addr_same_host(&peer->addr, &request->shown.from);

	if (!budget_rsa(
		lan->budget, &request->shown.from, known, clock_now_ms())) {
		lan->counters.over_budget++;
		return CAM_ERR_FULL;
	}
	return unsealing_init(&request->unsealing, lan, packet, peer);
}

static enum charset
charset_of(
    const struct lan *lan, const struct packet *packet, const struct peer *peer)
{
	if (packet->command & REQUEST_UTF8)
		return CHARSET_UTF8;
	/* iptux says nothing and means what it last used. */
	if (packet->client == CLIENT_IPTUX && peer != NULL)
		return lan_charset(lan, peer);
	return charset_towards(packet->client, false, lan->charset);
}

static int
fill(struct lan *lan, const struct packet *packet, bool *sealed,
    struct request *request)
{
	struct lan_request *shown = &request->shown;
	char user[LIMIT_NAME + 1], host[LIMIT_NAME + 1];
	const struct peer *peer;
	int r;

	if (!is_request(packet->command))
		return CAM_ERR_FORMAT;
	if ((r = lan_read_names(lan, packet, user, host)) < 0)
		return r;
	peer = lan->ops->find(lan->arg, user, host, &shown->from);
	shown->user = xstrdup(user);
	shown->host = xstrdup(host);
	shown->number = packet->number;
	shown->client = packet->client;
	shown->charset = charset_of(lan, packet, peer);
	shown->wants_stream =
	    command_mode(packet->command) == COMMAND_GETDIRFILES;
	request->command = packet->command;
	request->crypto = lan->crypto;
	*sealed = (packet->command & REQUEST_ENCRYPT) != 0;
	if (*sealed)
		return start_unsealing(lan, packet, peer, request);
	/* A key in clear would hide nothing. */
	if (packet->command & REQUEST_ENCFILE)
		return CAM_ERR_REFUSED;
	return file_request_parse(
	    packet->command, packet->extension, &shown->file);
}

int
lan_request_new(struct lan *lan, const struct addr *from, struct span bytes,
    bool *sealed, struct lan_request **result)
{
	struct request *request = xcalloc(1, sizeof *request);
	struct packet packet;
	int r = packet_parse(bytes, &packet);

	request->shown.from = *from;
	if (r == 0)
		r = fill(lan, &packet, sealed, request);
	if (r < 0) {
		lan->counters.malformed += r == CAM_ERR_FORMAT;
		lan_request_free(&request->shown);
		return r;
	}
	*result = &request->shown;
	return 0;
}

int
lan_request_open(struct lan_request *shown)
{
	struct request *request = request_of(shown);
	const struct suite_opened *opened = &request->unsealing.opened;
	struct enctext_plain plain;
	int r = unsealing_run(&request->unsealing, request->crypto);

	if (r < 0)
		return r;
	shown->flags = request->unsealing.text.flags;
	request->unknown = opened->signature == SIGNATURE_UNCHECKED;
	/* Its last byte is a NUL, so that even macOS would sign all of it. */
	if (opened->signature == SIGNATURE_VALID)
		shown->key = request->unsealing.sender;
	enctext_split(buf_span(&opened->plain), false, &plain);
	r = file_request_parse(request->command, plain.text, &shown->file);
	unsealing_forget(&request->unsealing);
	return r;
}

void
lan_request_learn(struct lan *lan, const struct lan_request *shown)
{
	const struct request *request =
	    container_of(shown, const struct request, shown);
	struct peer *peer =
	    lan->ops->find(lan->arg, shown->user, shown->host, &shown->from);

	if (request->unknown && peer != NULL && peer->key == NULL)
		question_ask_back(lan, peer, &peer->addr);
}

void
lan_request_free(struct lan_request *shown)
{
	struct request *request;

	if (shown == NULL)
		return;
	request = request_of(shown);
	unsealing_finish(&request->unsealing);
	wipe(&shown->file, sizeof shown->file);
	free(shown->user);
	free(shown->host);
	free(request);
}
