/* report.c: one classic packet told as one JSON object. */
#include "cam-debug/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cam-debug/decipher.h"
#include "cam-debug/line.h"
#include "cam-debug/report_parts.h"
#include "ipmsg/capability.h"
#include "ipmsg/entry.h"
#include "ipmsg/filerequest.h"
#include "ipmsg/message.h"
#include "ipmsg/packet.h"

enum { SITE_PORT = 2425 };

/* One packet on its way to JSON. */
struct report {
	struct debug *debug;
	json_t *object;
	struct packet packet;
	struct charset_reader reader;
	char user[LIMIT_NAME + 1];
	bool clear; /* parts are readable: not encrypted, or opened */
	struct deciphered deciphered;
	struct enctext_plain parts;
};

json_t *
report_error(const char *reason)
{
	json_t *object = json_object();

	json_object_set_new(object, "error", json_string(reason));
	return object;
}

json_t *
report_options(uint32_t command)
{
	json_t *array = json_array();

	for (unsigned bit = 8; bit < 32; bit++) {
		const char *name = command_option_name(command, bit);

		if (!(command & (uint32_t)1 << bit))
			continue;
		json_array_append_new(
		    array, name != NULL ? json_string(name)
					: json_sprintf("0x%08x", 1u << bit));
	}
	return array;
}

/* What a person can see of a packet that packet_parse() refused. */
static const char *
why_refused(struct span bytes)
{
	struct span fields[5];

	if (bytes.len > LIMIT_DATAGRAM)
		return "longer than a datagram can be";
	for (size_t i = 0; i < 5; i++)
		if (!span_cut(&bytes, ':', &fields[i]))
			return "not an IPMSG packet: fewer than five colons";
	if (!client_version_is_known(fields[0]))
		return "the protocol version is not 1";
	if (fields[2].len == 0 || fields[3].len == 0)
		return "the user or host name is empty";
	for (size_t i = 0; i < 4; i++)
		if (fields[i].len > LIMIT_NAME)
			return "a name is longer than 255 bytes";
	return "the packet number, a name or the command is malformed";
}

static void
put_text(struct report *report, const char *key, struct span bytes)
{
	struct buf text;
	enum charset charset;

	buf_init(&text, 4 * LIMIT_DATAGRAM);
	charset = message_text_read(&report->reader, bytes, NULL, &text);
	json_object_set_new(report->object, key, line_text(buf_span(&text)));
	if (charset != CHARSET_UTF8)
		json_object_set_new(report->object, "charset",
		    json_string(charset_name(charset)));
	buf_finish(&text);
}

/* -- entries and host lists
 * -------------------------------------------------------- */

static json_t *
lines_of(const struct entry *entry)
{
	json_t *object = json_object();

	for (size_t i = 0; i < entry->line_count; i++) {
		json_t *key = line_text(entry->lines[i].key);

		if (json_object_get(object, json_string_value(key)) == NULL)
			json_object_set_new(object, json_string_value(key),
			    line_text(entry->lines[i].value));
		json_decref(key);
	}
	return object;
}

static const char *
put_entry(struct report *report)
{
	struct entry *entry = xcalloc(1, sizeof(*entry));
	const char *error = NULL;

	if (entry_parse(&report->packet, &report->reader, entry) < 0) {
		error = "a name is too long, or a UTF-8 line is no name";
	} else {
		json_object_set_new(
		    report->object, "user", json_string(entry->user));
		json_object_set_new(
		    report->object, "host", json_string(entry->host));
		json_object_set_new(
		    report->object, "nick", json_string(entry->nick));
		json_object_set_new(
		    report->object, "group", json_string(entry->group));
		if (entry->line_count > 0)
			json_object_set_new(
			    report->object, "utf8_lines", lines_of(entry));
	}
	free(entry);
	return error;
}

static const char *
put_hosts(struct report *report)
{
	struct hostlist list;
	struct host_row row;
	json_t *array = NULL;

	if (hostlist_parse(report->packet.parts[0], &list) < 0)
		return "not a host list";
	array = json_array();
	while (hostlist_next(&list, &report->reader, SITE_PORT, &row) == 0)
		json_array_append_new(array, report_host(&row));
	json_object_set_new(report->object, "next", json_integer(list.next));
	json_object_set_new(report->object, "hosts", array);
	return NULL;
}

/* -- messages, keys and requests
 * --------------------------------------------------- */

/* Only messages and file requests must be what the flag says: whatever comes
 * with the other commands is not read by anybody. */
static const char *
why_not_encrypted(uint32_t command, int err)
{
	if (command_mode(command) != COMMAND_SENDMSG &&
	    command_kind(command) != KIND_REQUEST)
		return NULL;
	return err == CAM_ERR_UNSUPPORTED
		   ? "encrypted in a way that is out of use"
		   : "not an encrypted text";
}

static const char *
open_parts(struct report *report)
{
	uint32_t command = report->packet.command;
	bool extended = command & MESSAGE_ENCEXTMSG;
	struct enctext text;
	int rc;

	report->parts = (struct enctext_plain){ .text = report->packet.parts[0],
		.files = report->packet.parts[1] };
	report->clear = true;
	if (!(command & MESSAGE_ENCRYPT) || report->parts.text.len == 0)
		return NULL;
	rc = enctext_parse(report->packet.parts[0], &text);
	if (rc < 0)
		return why_not_encrypted(command, rc);
	report->clear = false;
	decipher_text(report->debug, &text, report->user,
	    report->packet.number_text, &report->deciphered);
	enctext_finish(&text);
	if (report->deciphered.opened) {
		report->clear = true;
		enctext_split(buf_span(&report->deciphered.plain), extended,
		    &report->parts);
	}
	if (!extended)
		report->parts.files = report->packet.parts[1];
	return NULL;
}

static void
put_suite(struct report *report)
{
	const struct deciphered *found = &report->deciphered;

	if (found->suite == NULL)
		return;
	json_object_set_new(report->object, "suite", json_string(found->suite));
	json_object_set_new(report->object, "signature",
	    json_string(suite_signature_name(found->signature)));
}

/* How the answer is to travel, and the number that guards a protected request
 * against being used twice. */
static void
put_cover(const struct file_request *request, json_t *object)
{
	if (request->cover == FILE_COVER_AES)
		json_object_set_new(
		    object, "answer", json_string("aes256-ctr"));
	else
		json_object_set_new(object, "answer", json_string("clear"));
	if (request->has_replay)
		json_object_set_new(
		    object, "number", json_integer(request->replay));
}

static const char *
put_request(struct report *report)
{
	struct file_request request;
	json_t *object = NULL;

	if (file_request_parse(
		report->packet.command, report->parts.text, &request) < 0)
		return "not a file request";
	object = json_object();
	json_object_set_new(object, "packet_no", json_integer(request.packet));
	json_object_set_new(object, "id", json_integer(request.file));
	json_object_set_new(
	    object, "offset", json_integer((json_int_t)request.offset));
	put_cover(&request, object);
	json_object_set_new(report->object, "request", object);
	wipe(&request, sizeof(request));
	return NULL;
}

static const char *
put_public_key(struct report *report)
{
	struct pubkey_text text;
	struct rsa_public *key = NULL;
	char fingerprint[RSA_FINGERPRINT_SIZE];
	json_t *object = NULL;

	if (pubkey_text_parse(report->parts.text, &text) < 0 ||
	    rsa_public_new(span_of(text.modulus, text.modulus_len),
		text.exponent, &key) < 0)
		return "not a public key";
	rsa_public_fingerprint(key, fingerprint);
	object = json_object();
	json_object_set_new(
	    object, "bits", json_integer((json_int_t)text.modulus_len * 8));
	json_object_set_new(object, "exponent", json_integer(text.exponent));
	json_object_set_new(object, "fingerprint", json_string(fingerprint));
	json_object_set_new(report->object, "key", object);
	rsa_public_free(key);
	return NULL;
}

static void
put_files(struct report *report)
{
	struct attach_list files;

	if (report->parts.files.len == 0)
		return;
	attach_list_parse(report->parts.files, &report->reader, &files);
	json_object_set_new(
	    report->object, "attachments", report_attachments(&files));
	if (files.broken)
		json_object_set_new(
		    report->object, "attachments_broken", json_true());
	attach_list_finish(&files);
}

static void
put_to(struct report *report)
{
	struct to_list *to = NULL;

	if (report->parts.to.len == 0)
		return;
	to = xcalloc(1, sizeof(*to));
	if (to_list_parse(report->parts.to, &report->reader, to) == 0)
		json_object_set_new(report->object, "to", report_to(to));
	free(to);
}

static const char *
put_message(struct report *report)
{
	uint32_t mode = command_mode(report->packet.command);
	const char *error = open_parts(report);

	if (error != NULL)
		return error;
	if (report->clear)
		put_text(report, "text", report->parts.text);
	if (report->clear && command_kind(mode) == KIND_REQUEST)
		error = put_request(report);
	if (mode == COMMAND_ANSPUBKEY)
		error = put_public_key(report);
	if (report->packet.command & MESSAGE_FILEATTACH &&
	    command_kind(mode) == KIND_MESSAGE)
		put_files(report);
	put_to(report);
	put_suite(report);
	return error;
}

/* -- the whole
 * --------------------------------------------------------------------- */

static void
put_head(struct report *report)
{
	char command[COMMAND_TEXT_SIZE], host[LIMIT_NAME * 4 + 1];
	const struct packet *packet = &report->packet;

	command_text(packet->command, command);
	charset_read_name(
	    &report->reader, packet->user, report->user, sizeof(report->user));
	charset_read_name(&report->reader, packet->host, host, sizeof(host));
	json_object_set_new(
	    report->object, "version", line_text(packet->version));
	json_object_set_new(
	    report->object, "packet_no", json_integer(packet->number));
	json_object_set_new(report->object, "user", json_string(report->user));
	json_object_set_new(report->object, "host", json_string(host));
	json_object_set_new(report->object, "command", json_string(command));
	json_object_set_new(
	    report->object, "options", report_options(packet->command));
}

static const char *
put_body(struct report *report)
{
	uint32_t mode = command_mode(report->packet.command);

	switch (mode) {
	case COMMAND_ANSLIST:
		return put_hosts(report);
	case COMMAND_GETLIST:
	case COMMAND_OKGETLIST:
		put_text(report, "text", report->packet.parts[0]);
		return NULL;
	}
	if (command_kind(mode) == KIND_STATUS)
		return put_entry(report);
	return put_message(report);
}

bool
report_packet(struct debug *debug, struct span bytes, json_t **object)
{
	struct report report = { .debug = debug };
	const char *error = NULL;

	if (packet_is_ipdict(bytes))
		return report_dict(debug, bytes, object);
	if (packet_parse(bytes, &report.packet) < 0) {
		*object = report_error(why_refused(bytes));
		return false;
	}
	report.object = json_object();
	report.reader = (struct charset_reader){ .converter = debug->converter,
		.configured = debug->configured };
	packet_reader(&report.packet, &report.reader);
	put_head(&report);
	error = put_body(&report);
	deciphered_finish(&report.deciphered);
	if (error != NULL) {
		json_decref(report.object);
		report.object = report_error(error);
	}
	*object = report.object;
	return error == NULL;
}
