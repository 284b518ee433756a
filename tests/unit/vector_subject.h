/* vector_subject.h: one vector, parsed into all that it may hold. */
#ifndef CAM_TEST_VECTOR_SUBJECT_H
#define CAM_TEST_VECTOR_SUBJECT_H

#include "base/err.h"
#include "crypto/digest.h"
#include "ipmsg/attach.h"
#include "ipmsg/capability.h"
#include "ipmsg/dictcommand.h"
#include "ipmsg/dictmaster.h"
#include "ipmsg/dictmessage.h"
#include "ipmsg/dirstream.h"
#include "ipmsg/enctext.h"
#include "ipmsg/entry.h"
#include "ipmsg/filerequest.h"
#include "ipmsg/hostlist.h"
#include "ipmsg/message.h"
#include "ipmsg/packet.h"
#include "ipmsg/tolist.h"
#include "vectors.h"
#include <inttypes.h>

/* One vector, parsed into all that it may hold. */
struct subject {
	json_t *root;
	json_t *vector;
	json_t *crypto;
	struct bytes bytes;
	struct bytes plain; /* of an encrypted text */
	struct charset_reader reader;
	struct packet packet;
	struct entry entry;
	struct enctext enctext;
	struct enctext_plain parts; /* text, files, to: plain or deciphered */
	struct buf text;
	enum charset charset;
	struct attach_list files;
	struct to_list to;
	struct file_request request;
	struct pubkey_text pubkey;
	struct ipdict dict;
	struct dict_head head;
};

static const char *
text_of(json_t *object, const char *member)
{
	return json_string_value(json_object_get(object, member));
}

static bool
is_named(const struct subject *s, const char *name)
{
	return strcmp(text_of(s->vector, "name"), name) == 0;
}

static void
assert_span(struct span span, const char *text)
{
	assert_int_equal(span.len, strlen(text));
	assert_memory_equal(span.data, text, span.len);
}

/* -- reading
 * ---------------------------------------------------------------------- */

static void
read_message(struct subject *s)
{
	bool extended = s->packet.command & MESSAGE_ENCEXTMSG;

	s->parts = (struct enctext_plain){ .text = s->packet.parts[0],
		.files = s->packet.parts[1] };
	if (s->packet.command & MESSAGE_ENCRYPT) {
		struct span outside = s->packet.parts[1];

		assert_int_equal(
		    enctext_parse(s->packet.parts[0], &s->enctext), 0);
		enctext_split(bytes_span(s->plain), extended, &s->parts);
		if (!extended)
			s->parts.files = outside;
	}
	if (command_kind(s->packet.command) == KIND_REQUEST) {
		assert_int_equal(file_request_parse(s->packet.command,
				     s->parts.text, &s->request),
		    0);
		return;
	}
	s->charset =
	    message_text_read(&s->reader, s->parts.text, NULL, &s->text);
	if (s->packet.command & MESSAGE_FILEATTACH)
		attach_list_parse(s->parts.files, &s->reader, &s->files);
	if (s->parts.to.len > 0)
		assert_int_equal(
		    to_list_parse(s->parts.to, &s->reader, &s->to), 0);
}

static void
read_packet(struct subject *s)
{
	uint32_t mode;

	assert_int_equal(packet_parse(bytes_span(s->bytes), &s->packet), 0);
	packet_reader(&s->packet, &s->reader);
	mode = command_mode(s->packet.command);
	if (command_kind(s->packet.command) == KIND_STATUS)
		assert_int_equal(
		    entry_parse(&s->packet, &s->reader, &s->entry), 0);
	else if (mode == COMMAND_ANSPUBKEY)
		assert_int_equal(
		    pubkey_text_parse(s->packet.parts[0], &s->pubkey), 0);
	else
		read_message(s);
}

static void
read_dict(struct subject *s)
{
	assert_int_equal(ipdict_parse(bytes_span(s->bytes), &s->dict), 0);
	if (dict_is_encrypted(&s->dict))
		assert_int_equal(
		    ipdict_parse(bytes_span(s->plain), &s->dict), 0);
	if (json_object_get(json_object_get(s->vector, "fields"), "format"))
		assert_int_equal(dict_head_parse(&s->dict, &s->head), 0);
}

static void
subject_read(struct subject *s, json_t *root, json_t *vector)
{
	const char *kind = text_of(vector, "kind");

	memset(s, 0, sizeof(*s));
	s->root = root;
	s->vector = vector;
	s->crypto = json_object_get(vector, "crypto");
	s->bytes = bytes_of(vector, "packet_hex");
	s->plain = bytes_of(s->crypto, "plaintext_hex");
	s->reader.configured = CHARSET_CP932;
	assert_int_equal(charset_converter_new(&s->reader.converter), 0);
	buf_init(&s->text, LIMIT_MESSAGE_TEXT);
	assert_int_equal(s->bytes.len,
	    json_integer_value(json_object_get(vector, "length")));
	if (text_of(vector, "expect") &&
	    strcmp(text_of(vector, "expect"), "reject") == 0)
		return;
	if (packet_is_ipdict(bytes_span(s->bytes)))
		read_dict(s);
	else if (strcmp(kind, "udp") == 0 || strcmp(kind, "tcp") == 0)
		read_packet(s);
}

static void
subject_finish(struct subject *s)
{
	charset_converter_free(s->reader.converter);
	enctext_finish(&s->enctext);
	attach_list_finish(&s->files);
	buf_finish(&s->text);
	free(s->bytes.data);
	free(s->plain.data);
}

/* Of a folder stream, deciphered. */
static inline struct span
stream_bytes(struct subject *s)
{
	return bytes_span(s->plain.len > 0 ? s->plain : s->bytes);
}

#endif
