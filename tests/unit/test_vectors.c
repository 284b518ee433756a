/* test_vectors.c: every vector of ipmsg-vectors.json: what it says is what we
 * read, and where our builders write that form, the same bytes come out again.
 */
#include <inttypes.h>

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

/* -- fields
 * ------------------------------------------------------------------------- */

/* Each is given the value that the vector states. */

static void
check_version(struct subject *s, json_t *want)
{
	assert_span(s->packet.version, json_string_value(want));
}

static void
check_packet_no(struct subject *s, json_t *want)
{
	uint32_t number = s->dict.count > 0 ? s->head.number : s->packet.number;
	char digits[16];

	assert_int_equal(number, json_integer_value(want));
	if (s->dict.count > 0)
		return;
	snprintf(digits, sizeof(digits), "%" PRIu32, number);
	assert_span(s->packet.number_text, digits);
}

static void
check_user(struct subject *s, json_t *want)
{
	if (s->dict.count > 0)
		assert_string_equal(s->head.user, json_string_value(want));
	else if (strcmp(text_of(s->vector, "kind"), "value") != 0)
		assert_span(s->packet.user, json_string_value(want));
	if (s->entry.user[0] != '\0')
		assert_string_equal(s->entry.user, json_string_value(want));
}

static void
check_host(struct subject *s, json_t *want)
{
	if (s->dict.count > 0)
		assert_string_equal(s->head.host, json_string_value(want));
	else
		assert_span(s->packet.host, json_string_value(want));
	if (s->entry.host[0] != '\0')
		assert_string_equal(s->entry.host, json_string_value(want));
}

static void
check_command(struct subject *s, json_t *want)
{
	assert_int_equal(s->packet.command, json_integer_value(want));
}

static void
check_command_hex(struct subject *s, json_t *want)
{
	assert_int_equal(
	    s->packet.command, strtoul(json_string_value(want), NULL, 16));
}

static void
check_mode(struct subject *s, json_t *want)
{
	assert_int_equal(command_mode(s->packet.command),
	    strtoul(json_string_value(want), NULL, 16));
}

static void
check_body(struct subject *s, json_t *want)
{
	if (s->dict.count > 0)
		assert_int_equal(dict_body_parse(&s->dict, &s->text), 0);
	assert_span(buf_span(&s->text), json_string_value(want));
}

static void
check_raw(struct subject *s, json_t *want)
{
	struct buf raw;

	buf_init(&raw, LIMIT_MESSAGE_TEXT);
	charset_read(&s->reader, s->parts.text, &raw);
	assert_span(buf_span(&raw), json_string_value(want));
	buf_finish(&raw);
}

static void
check_utf8(struct subject *s, json_t *want)
{
	assert_int_equal(s->reader.utf8, json_is_true(want));
}

static void
check_charset(struct subject *s, json_t *want)
{
	assert_int_equal(
	    strcasecmp(charset_name(s->charset), json_string_value(want)), 0);
}

static void
check_nick(struct subject *s, json_t *want)
{
	assert_string_equal(s->entry.nick, json_string_value(want));
}

static void
check_group(struct subject *s, json_t *want)
{
	assert_string_equal(s->entry.group, json_string_value(want));
}

static void
check_legacy_nick(struct subject *s, json_t *want)
{
	char hex[128];

	hex_encode(s->packet.parts[0].data, s->packet.parts[0].len, hex);
	assert_string_equal(hex, json_string_value(want));
	assert_true(s->entry.sent_legacy);
}

/* The IP line is given as what its base64 means. */
static void
check_ip_line(struct span value, const char *want)
{
	struct dict_master_line line;
	struct ipdict dict;
	char text[46];

	assert_int_equal(dict_master_line_parse(value, &line), 0);
	assert_int_equal(ipdict_parse(span_text(want), &dict), 0);
	assert_int_equal(
	    ipdict_get_text(&dict, "SVADR", text, sizeof(text)), 0);
	assert_string_equal(line.master, text);
	assert_true(line.started);
	assert_false(line.requested);
}

static void
check_ext(struct subject *s, json_t *want)
{
	const char *key;
	json_t *value;

	assert_int_equal(json_object_size(want), s->entry.line_count);
	json_object_foreach(want, key, value)
	{
		struct span line = entry_line(&s->entry, key);

		if (strcmp(key, "IP") == 0)
			check_ip_line(line, json_string_value(value));
		else
			assert_span(line, json_string_value(value));
	}
}

static void
check_iptux(struct subject *s, json_t *want)
{
	assert_int_equal(s->packet.client, CLIENT_IPTUX);
	assert_true(client_absence_is_noise(s->packet.client));
	assert_span(s->packet.parts[2], text_of(want, "icon"));
	assert_span(s->packet.parts[3], text_of(want, "charset"));
	assert_int_equal(s->entry.line_count, 0);
}

static void
check_feiq(struct subject *s, json_t *want)
{
	struct feiq_version feiq;

	assert_int_equal(s->packet.client, CLIENT_FEIQ);
	assert_int_equal(feiq_version_parse(s->packet.version, &feiq), 0);
	assert_string_equal(feiq.mac, text_of(want, "mac"));
	assert_int_equal(
	    feiq.avatar, json_integer_value(json_object_get(want, "avatar")));
}

/* ack, acked, read_packet ...: the number in the body. */
static void
check_body_number(struct subject *s, json_t *want)
{
	uint32_t number = 0;

	assert_int_equal(packet_read_number(&s->packet, &number), 0);
	assert_int_equal(number, json_integer_value(want));
	assert_int_equal(command_is_answer(s->packet.command),
	    command_mode(s->packet.command) == COMMAND_RECVMSG ||
		command_mode(s->packet.command) == COMMAND_ANSREADMSG);
}

/* What the answer to this message has to say. */
static void
check_ack(struct subject *s, json_t *want)
{
	assert_true(s->packet.command & MESSAGE_SENDCHECK);
	assert_span(s->packet.number_text, json_string_value(want));
}

static void
check_sealed(struct subject *s, json_t *want)
{
	assert_int_equal(
	    (s->packet.command & MESSAGE_SECRET) != 0, json_is_true(want));
}

static void
check_readcheck(struct subject *s, json_t *want)
{
	assert_int_equal(
	    (s->packet.command & MESSAGE_READCHECK) != 0, json_is_true(want));
}

static void
check_info(struct subject *s, json_t *want)
{
	check_body(s, want);
}

static void
check_start(struct subject *s, json_t *want)
{
	uint32_t start = 99;

	assert_int_equal(getlist_parse(s->packet.parts[0], &start), 0);
	assert_int_equal(start, json_integer_value(want));
}

static void
check_next(struct subject *s, json_t *want)
{
	struct hostlist list;

	assert_int_equal(hostlist_parse(s->packet.parts[0], &list), 0);
	assert_int_equal(list.next, json_integer_value(want));
}

static void
check_count(struct subject *s, json_t *want)
{
	struct hostlist list;

	assert_int_equal(hostlist_parse(s->packet.parts[0], &list), 0);
	assert_int_equal(list.count, json_integer_value(want));
}

static void
check_hosts(struct subject *s, json_t *want)
{
	struct hostlist list;
	struct host_row row;
	json_t *host;
	size_t i;

	assert_int_equal(hostlist_parse(s->packet.parts[0], &list), 0);
	json_array_foreach(want, i, host)
	{
		assert_int_equal(
		    hostlist_next(&list, &s->reader, 2425, &row), 0);
		assert_string_equal(row.user, text_of(host, "user"));
		assert_string_equal(row.host, text_of(host, "host"));
		assert_string_equal(row.addr, text_of(host, "addr"));
		assert_string_equal(row.nick, text_of(host, "nick"));
		assert_string_equal(row.group, text_of(host, "group"));
		assert_int_equal(row.port,
		    json_integer_value(json_object_get(host, "port")));
		assert_int_equal(row.status,
		    json_integer_value(json_object_get(host, "status")));
		assert_false(row.gone);
	}
	assert_int_equal(
	    hostlist_next(&list, &s->reader, 2425, &row), CAM_ERR_MORE);
}

static void
check_attributes(
    const struct file_attribute *attributes, size_t count, json_t *want)
{
	const char *key;
	json_t *value;

	assert_int_equal(json_object_size(want), count);
	json_object_foreach(want, key, value)
	{
		const struct file_attribute *found = file_attribute_find(
		    attributes, count, (uint32_t)strtoul(key, NULL, 16));

		assert_non_null(found);
		assert_true(found->is_number);
		assert_int_equal(found->number, json_integer_value(value));
	}
}

static void
check_file(const struct attachment *item, json_t *want)
{
	json_t *clip = json_object_get(want, "clip_pos");

	assert_int_equal(
	    item->id, json_integer_value(json_object_get(want, "id")));
	assert_string_equal(item->name, text_of(want, "name"));
	assert_non_null(item->safe_name);
	assert_int_equal(
	    item->size, json_integer_value(json_object_get(want, "size")));
	assert_int_equal(
	    item->mtime, json_integer_value(json_object_get(want, "mtime")));
	assert_int_equal(
	    item->attr, json_integer_value(json_object_get(want, "attr")));
	if (json_object_get(want, "ext"))
		check_attributes(item->attributes, item->attribute_count,
		    json_object_get(want, "ext"));
	if (!clip)
		return;
	assert_int_equal(attachment_type(item), FILE_CLIPBOARD);
	assert_int_equal(item->attributes[0].key, FILE_KEY_CLIPBOARDPOS);
	assert_int_equal(item->attributes[0].number, json_integer_value(clip));
}

static void
check_files(struct subject *s, json_t *want)
{
	json_t *file;
	size_t i;

	assert_false(s->files.broken);
	assert_int_equal(s->files.count, json_array_size(want));
	json_array_foreach(want, i, file)
	{
		check_file(&s->files.items[i], file);
	}
}

static void
check_to(struct subject *s, json_t *want)
{
	json_t *pair;
	size_t i;

	assert_int_equal(s->to.count, json_array_size(want));
	json_array_foreach(want, i, pair)
	{
		assert_string_equal(s->to.users[i].user,
		    json_string_value(json_array_get(pair, 0)));
		assert_string_equal(s->to.users[i].host,
		    json_string_value(json_array_get(pair, 1)));
	}
}

static void
check_req_packet(struct subject *s, json_t *want)
{
	assert_int_equal(s->request.packet, json_integer_value(want));
}

static void
check_req_file(struct subject *s, json_t *want)
{
	assert_int_equal(s->request.file, json_integer_value(want));
}

static void
check_offset(struct subject *s, json_t *want)
{
	assert_int_equal(s->request.offset, json_integer_value(want));
}

static void
check_file_key(struct subject *s, json_t *want)
{
	char hex[2 * sizeof(s->request.key) + 1];

	assert_int_equal(s->request.cover, FILE_COVER_AES);
	hex_encode(s->request.key, sizeof(s->request.key), hex);
	assert_string_equal(hex, json_string_value(want));
}

static void
check_replay(struct subject *s, json_t *want)
{
	assert_true(s->request.has_replay);
	assert_int_not_equal(s->request.cover, FILE_COVER_NONE);
	assert_int_equal(s->request.replay, json_integer_value(want));
}

static void
check_capa(struct subject *s, json_t *want)
{
	uint32_t word = s->pubkey.capability;

	if (command_mode(s->packet.command) == COMMAND_GETPUBKEY)
		assert_int_equal(
		    capability_parse(s->packet.parts[0], &word), 0);
	assert_int_equal(word, json_integer_value(want));
}

static void
check_e(struct subject *s, json_t *want)
{
	assert_int_equal(s->pubkey.exponent, json_integer_value(want));
}

static void
check_n_hex(struct subject *s, json_t *want)
{
	char hex[2 * PUBKEY_MODULUS_MAX + 1];

	hex_encode(s->pubkey.modulus, s->pubkey.modulus_len, hex);
	assert_string_equal(hex, json_string_value(want));
}

static void
compute_fingerprint(struct span modulus, char text[RSA_FINGERPRINT_SIZE])
{
	struct rsa_public *key = NULL;

	assert_int_equal(rsa_public_new(modulus, 65537, &key), 0);
	rsa_public_fingerprint(key, text);
	rsa_public_free(key);
}

/* The named key of the file, or for a value the key it was computed from. */
static void
check_key(struct subject *s, json_t *want)
{
	json_t *key = json_object_get(
	    json_object_get(s->root, "keys"), json_string_value(want));
	struct bytes modulus = bytes_of(key, "n");
	char fingerprint[RSA_FINGERPRINT_SIZE];

	if (s->pubkey.modulus_len > 0) {
		assert_int_equal(modulus.len, s->pubkey.modulus_len);
		assert_memory_equal(
		    modulus.data, s->pubkey.modulus, modulus.len);
	} else {
		compute_fingerprint(bytes_span(modulus), fingerprint);
		assert_span(bytes_span(s->bytes), fingerprint);
	}
	free(modulus.data);
}

static void
check_fingerprint(struct subject *s, json_t *want)
{
	char user[LIMIT_NAME + 1], logon[LIMIT_NAME + 1];
	char again[PACKET_NAME_SIZE];
	char fingerprint[FINGERPRINT_SIZE], computed[RSA_FINGERPRINT_SIZE];

	snprintf(user, sizeof(user), "%.*s", (int)s->packet.user.len,
	    (const char *)s->packet.user.data);
	assert_true(entry_user_split(user, logon, fingerprint));
	assert_string_equal(fingerprint, json_string_value(want));
	compute_fingerprint(
	    span_of(s->pubkey.modulus, s->pubkey.modulus_len), computed);
	assert_string_equal(fingerprint, computed);
	entry_user_join(logon, fingerprint, again);
	assert_string_equal(again, user);
}

static void
check_sha1(struct subject *s, json_t *want)
{
	json_t *key = json_object_get(json_object_get(s->root, "keys"),
	    text_of(json_object_get(s->vector, "fields"), "key"));
	struct bytes modulus = bytes_of(key, "n");
	uint8_t digest[SHA1_SIZE];
	char hex[2 * SHA1_SIZE + 1];

	for (size_t i = 0; i < modulus.len / 2; i++) {
		uint8_t byte = modulus.data[i];

		modulus.data[i] = modulus.data[modulus.len - 1 - i];
		modulus.data[modulus.len - 1 - i] = byte;
	}
	digest_of(DIGEST_SHA1, bytes_span(modulus), digest);
	hex_encode(digest, sizeof(digest), hex);
	assert_string_equal(hex, json_string_value(want));
	free(modulus.data);
}

/* -- folder streams
 * ------------------------------------------------------------------- */

static struct span
stream_bytes(struct subject *s)
{
	return bytes_span(s->plain.len > 0 ? s->plain : s->bytes);
}

static void
check_records(struct subject *s, json_t *want)
{
	struct span rest = stream_bytes(s);
	json_t *record;
	size_t i;

	json_array_foreach(want, i, record)
	{
		struct dirstream_record header;
		struct bytes data = bytes_of(record, "data_hex");
		struct buf name;

		assert_int_equal(dirstream_record_parse(rest, &header), 0);
		assert_int_equal(header.header_size,
		    json_integer_value(json_object_get(record, "header_size")));
		assert_int_equal(header.size,
		    json_integer_value(json_object_get(record, "size")));
		assert_int_equal(header.attr,
		    json_integer_value(json_object_get(record, "attr")));
		buf_init(&name, LIMIT_FILE_NAME);
		charset_read(
		    &s->reader, span_of(header.name, header.name_len), &name);
		assert_span(buf_span(&name), text_of(record, "name"));
		buf_finish(&name);
		check_attributes(header.attributes, header.attribute_count,
		    json_object_get(record, "ext"));
		assert_memory_equal(
		    rest.data + header.header_size, data.data, data.len);
		rest.data += header.header_size + data.len;
		rest.len -= header.header_size + data.len;
		free(data.data);
	}
	assert_int_equal(rest.len, 0);
}

static void
check_event(struct dirstream *stream, enum dirstream_event event, json_t *want)
{
	const char *type = json_string_value(json_array_get(want, 0));

	if (strcmp(type, "up") == 0) {
		assert_int_equal(event, DIRSTREAM_UP);
		return;
	}
	assert_int_equal(event,
	    strcmp(type, "dir") == 0 ? DIRSTREAM_FOLDER : DIRSTREAM_FILE);
	assert_string_equal(
	    stream->name, json_string_value(json_array_get(want, 1)));
	if (event == DIRSTREAM_FILE)
		assert_int_equal(stream->record.size,
		    json_integer_value(json_array_get(want, 2)));
}

/* Reads the stream in pieces of step bytes. */
static void
walk_stream(struct subject *s, json_t *want, size_t step)
{
	struct span all = stream_bytes(s), window = { all.data, 0 }, data;
	bool single = json_array_size(want) == 1;
	struct dirstream stream;
	struct buf file;
	size_t seen = 0;

	dirstream_init(&stream, s->reader.converter, CHARSET_UTF8, single);
	buf_init(&file, LIMIT_DATAGRAM);
	for (;;) {
		enum dirstream_event event;
		int rc = dirstream_next(&stream, &window, &event, &data);

		if (rc == CAM_ERR_MORE) {
			size_t left = (size_t)(all.data + all.len -
					       (window.data + window.len));

			assert_true(left > 0);
			window.len += left < step ? left : step;
			continue;
		}
		assert_int_equal(rc, 0);
		if (event == DIRSTREAM_END)
			break;
		if (event == DIRSTREAM_DATA) {
			buf_put_span(&file, data);
		} else if (event == DIRSTREAM_FILE_END) {
			assert_span(buf_span(&file),
			    json_string_value(json_array_get(
				json_array_get(want, seen - 1), 3)));
			buf_clear(&file);
		} else {
			check_event(
			    &stream, event, json_array_get(want, seen++));
		}
	}
	assert_int_equal(seen, json_array_size(want));
	assert_ptr_equal(window.data, all.data + all.len);
	buf_finish(&file);
}

static void
check_events(struct subject *s, json_t *want)
{
	walk_stream(s, want, 1);
	walk_stream(s, want, 7);
	walk_stream(s, want, LIMIT_DATAGRAM);
}

/* -- dicts
 * ------------------------------------------------------------------------------
 */

static void check_pairs(struct span content, json_t *want);

/* The type is that of the expected value: the encoding has none. */
static void
check_value(struct span value, json_t *want)
{
	const char *text = json_string_value(want);
	int64_t number = 0;

	if (json_is_integer(want)) {
		assert_int_equal(ipdict_int(value, &number), 0);
		assert_int_equal(number, json_integer_value(want));
	} else if (text && strncmp(text, "bytes ", 6) == 0) {
		char hex[64];

		hex_encode(value.data, value.len, hex);
		assert_string_equal(hex, text + 6);
	} else if (text) {
		assert_span(value, text);
	} else if (json_is_array(json_array_get(want, 0)) ||
		   json_array_size(want) == 0) {
		check_pairs(value, want);
	} else {
		json_t *item;
		size_t i;

		json_array_foreach(want, i, item)
		{
			struct span one;

			assert_int_equal(ipdict_list_next(&value, &one), 0);
			check_value(one, item);
		}
		assert_int_equal(value.len, 0);
	}
}

static void
check_pairs(struct span content, json_t *want)
{
	struct ipdict dict;
	json_t *pair;
	size_t i;

	assert_int_equal(ipdict_parse_content(content, 0, &dict), 0);
	assert_int_equal(dict.count, json_array_size(want));
	json_array_foreach(want, i, pair)
	{
		assert_span(dict.pairs[i].key,
		    json_string_value(json_array_get(pair, 0)));
		check_value(dict.pairs[i].value, json_array_get(pair, 1));
	}
}

static void
check_dict(struct subject *s, json_t *want)
{
	check_pairs(s->dict.content, want);
}

static void
check_keys(struct subject *s, json_t *want)
{
	json_t *key;
	size_t i;

	assert_int_equal(s->dict.count, json_array_size(want));
	json_array_foreach(want, i, key)
	{
		assert_span(s->dict.pairs[i].key, json_string_value(key));
	}
}

static void
check_outer_keys(struct subject *s, json_t *want)
{
	struct ipdict inner = s->dict;
	struct dict_cipher cipher;
	struct bytes key = bytes_of(s->crypto, "encrypted_key_hex");
	struct bytes body = bytes_of(s->crypto, "ciphertext_hex");

	assert_int_equal(ipdict_parse(bytes_span(s->bytes), &s->dict), 0);
	check_keys(s, want);
	assert_true(dict_is_encrypted(&s->dict));
	assert_int_equal(dict_cipher_parse(&s->dict, &cipher), 0);
	assert_true(span_equal(cipher.key, bytes_span(key)));
	assert_true(span_equal(cipher.body, bytes_span(body)));
	s->dict = inner;
	free(key.data);
	free(body.data);
}

static void
check_format(struct subject *s, json_t *want)
{
	assert_string_equal(json_string_value(want), "IPDict");
	assert_true(packet_is_ipdict(bytes_span(s->bytes)));
}

static void
check_cmd(struct subject *s, json_t *want)
{
	struct dict_master master;

	assert_int_equal(command_mode(s->head.command),
	    strtoul(json_string_value(want), NULL, 16));
	assert_int_equal(dict_master_parse(&s->dict, &master), 0);
	assert_int_equal(master.network_count, 1);
	assert_string_equal(master.networks[0].addr, "192.168.1.0");
	assert_int_equal(master.networks[0].prefix, 24);
}

static const struct checker {
	const char *field;
	void (*check)(struct subject *s, json_t *want);
} checkers[] = {
	{ "version", check_version },
	{ "packet_no", check_packet_no },
	{ "user", check_user },
	{ "host", check_host },
	{ "command", check_command },
	{ "command_hex", check_command_hex },
	{ "mode", check_mode },
	{ "body", check_body },
	{ "raw", check_raw },
	{ "utf8", check_utf8 },
	{ "charset", check_charset },
	{ "nick", check_nick },
	{ "group", check_group },
	{ "legacy_nick_cp932_hex", check_legacy_nick },
	{ "ext", check_ext },
	{ "iptux", check_iptux },
	{ "feiq", check_feiq },
	{ "ack", check_ack },
	{ "acked", check_body_number },
	{ "read_packet", check_body_number },
	{ "confirmed_packet", check_body_number },
	{ "discarded_packet", check_body_number },
	{ "released_packet", check_body_number },
	{ "sealed", check_sealed },
	{ "readcheck", check_readcheck },
	{ "info", check_info },
	{ "start", check_start },
	{ "next", check_next },
	{ "count", check_count },
	{ "hosts", check_hosts },
	{ "files", check_files },
	{ "to", check_to },
	{ "req_packet", check_req_packet },
	{ "req_file", check_req_file },
	{ "offset", check_offset },
	{ "file_key_hex", check_file_key },
	{ "replay_no", check_replay },
	{ "capa", check_capa },
	{ "e", check_e },
	{ "n_hex", check_n_hex },
	{ "key", check_key },
	{ "fingerprint", check_fingerprint },
	{ "sha1_of_reversed_modulus", check_sha1 },
	{ "records", check_records },
	{ "events", check_events },
	{ "dict", check_dict },
	{ "keys", check_keys },
	{ "inner_keys", check_keys },
	{ "outer_keys", check_outer_keys },
	{ "format", check_format },
	{ "cmd", check_cmd },
};

static void
check_field(struct subject *s, const char *field, json_t *want)
{
	for (size_t i = 0; i < sizeof(checkers) / sizeof(checkers[0]); i++) {
		if (strcmp(checkers[i].field, field) == 0) {
			checkers[i].check(s, want);
			return;
		}
	}
	fail_msg("nothing checks the field %s", field);
}

/* -- the encrypted forms
 * ------------------------------------------------------------ */

static void
assert_crypto(struct subject *s, const char *member, struct span got)
{
	struct bytes want = bytes_of(s->crypto, member);

	assert_int_equal(got.len, want.len);
	if (want.len > 0)
		assert_memory_equal(got.data, want.data, want.len);
	free(want.data);
}

static void
check_enctext(struct subject *s)
{
	const struct enctext *text = &s->enctext;

	assert_int_equal(
	    text->flags, strtoul(text_of(s->crypto, "flags"), NULL, 16));
	assert_crypto(
	    s, "encrypted_key_hex", span_of(text->key, text->key_len));
	assert_crypto(s, "ciphertext_hex", span_of(text->data, text->data_len));
	assert_crypto(
	    s, "signature_hex", span_of(text->signature, text->signature_len));
}

static void
check_dict_signature(struct subject *s)
{
	struct dict_signature signature;
	struct buf covered;

	assert_int_equal(dict_signature_parse(&s->dict, &signature), 0);
	assert_crypto(s, "signature_hex", signature.signature);
	assert_int_equal(signature.exponent, 65537);
	assert_int_equal(signature.flags, CAPA_SIGN_SHA256);
	buf_init(&covered, LIMIT_IPDICT_TCP);
	assert_int_equal(ipdict_signed(&s->dict, &covered), 0);
	assert_crypto(s, "signed_data_hex", buf_span(&covered));
	buf_finish(&covered);
}

/* -- building the same again
 * -------------------------------------------------------- */

static struct packet_out
head_of(const struct subject *s, char names[2][PACKET_NAME_SIZE])
{
	snprintf(names[0], PACKET_NAME_SIZE, "%.*s", (int)s->packet.user.len,
	    (const char *)s->packet.user.data);
	snprintf(names[1], PACKET_NAME_SIZE, "%.*s", (int)s->packet.host.len,
	    (const char *)s->packet.host.data);
	return (struct packet_out){ .number = s->packet.number,
		.user = names[0],
		.host = names[1],
		.command = s->packet.command };
}

static void
rebuild_entry(struct subject *s, struct buf *out)
{
	char names[2][PACKET_NAME_SIZE], version[64] = "", extra[256];
	struct span vs = entry_line(&s->entry, "VS");
	struct span ip = entry_line(&s->entry, "IP");
	struct entry_out entry = { .packet = head_of(s, names),
		.nick = s->entry.nick,
		.group = s->entry.group,
		.converter = s->reader.converter,
		.legacy = s->entry.sent_legacy ? CHARSET_CP932 : CHARSET_UTF8 };

	if (vs.data) {
		snprintf(version, sizeof(version), "%.*s", (int)vs.len,
		    (const char *)vs.data);
		entry.version = version;
	}
	if (ip.data) {
		struct dict_master_line line;
		struct buf value;

		assert_int_equal(dict_master_line_parse(ip, &line), 0);
		buf_init(&value, sizeof(extra));
		dict_master_line_build(&line, &value);
		snprintf(extra, sizeof(extra), "IP:%.*s", (int)value.len,
		    (const char *)value.data);
		buf_finish(&value);
		entry.extra = extra;
	}
	assert_int_equal(entry_build(out, &entry), 0);
}

static void
rebuild_hostlist(struct subject *s, struct buf *out)
{
	struct hostlist_page page;
	struct hostlist list;
	struct host_row row;

	assert_int_equal(hostlist_parse(s->packet.parts[0], &list), 0);
	hostlist_page_begin(&page, out, LIMIT_DATAGRAM_SENT);
	while (hostlist_next(&list, &s->reader, 2425, &row) == 0)
		assert_int_equal(hostlist_page_add(&page, s->reader.converter,
				     CHARSET_UTF8, &row),
		    0);
	hostlist_page_end(&page, list.next);
	buf_put_byte(out, '\0');
}

static void
rebuild_files(struct subject *s, struct buf *out)
{
	for (size_t i = 0; i < s->files.count; i++)
		assert_int_equal(attachment_build(out, &s->files.items[i],
				     s->reader.converter, CHARSET_UTF8, false),
		    0);
}

/* What is encrypted, from its parts. */
static void
rebuild_plain(struct subject *s)
{
	bool extended = s->packet.command & MESSAGE_ENCEXTMSG;
	struct buf plain, files, to, text;

	buf_init(&plain, LIMIT_BODY_LEGACY);
	buf_init(&files, LIMIT_BODY_LEGACY);
	buf_init(&to, LIMIT_BODY_LEGACY);
	buf_init(&text, LIMIT_BODY_LEGACY);
	if (command_kind(s->packet.command) == KIND_REQUEST)
		assert_int_equal(
		    file_request_build(s->packet.command, &s->request, &text),
		    0);
	else
		message_text_write(
		    s->reader.converter, s->charset, buf_span(&s->text), &text);
	if (extended)
		rebuild_files(s, &files);
	if (extended && s->to.count > 0)
		assert_int_equal(to_list_build(&s->to, s->reader.converter,
				     CHARSET_UTF8, &to),
		    0);
	enctext_join(buf_span(&text), buf_span(&files), buf_span(&to), &plain);
	assert_int_equal(plain.len, s->plain.len);
	assert_memory_equal(plain.data, s->plain.data, plain.len);
	buf_finish(&plain);
	buf_finish(&files);
	buf_finish(&to);
	buf_finish(&text);
}

static void
rebuild_message(struct subject *s, struct buf *out)
{
	const struct enctext *text = &s->enctext;

	if (s->packet.command & MESSAGE_ENCRYPT) {
		rebuild_plain(s);
		enctext_build(text->flags, span_of(text->key, text->key_len),
		    span_of(text->data, text->data_len),
		    span_of(text->signature, text->signature_len), out);
	} else if (command_kind(s->packet.command) == KIND_REQUEST) {
		assert_int_equal(
		    file_request_build(s->packet.command, &s->request, out), 0);
	} else if (command_mode(s->packet.command) == COMMAND_ANSPUBKEY) {
		pubkey_text_build(&s->pubkey, out);
	} else {
		message_text_write(
		    s->reader.converter, s->charset, buf_span(&s->text), out);
	}
	if (s->files.count > 0 && !(s->packet.command & MESSAGE_ENCEXTMSG)) {
		buf_put_byte(out, '\0');
		rebuild_files(s, out);
	}
	/* Windows ends a list in clear with its BEL. */
	if (s->packet.trailing > 0)
		buf_put_byte(out, '\0');
}

static void
rebuild_packet(struct subject *s, struct buf *out)
{
	char names[2][PACKET_NAME_SIZE];
	struct packet_out head = head_of(s, names);
	uint32_t mode = command_mode(s->packet.command);

	if (command_is_entry(mode) || mode == COMMAND_BR_ISGETLIST2) {
		rebuild_entry(s, out);
		return;
	}
	assert_int_equal(packet_begin(out, &head), 0);
	if (mode == COMMAND_ANSLIST)
		rebuild_hostlist(s, out);
	else if (mode == COMMAND_GETLIST) {
		buf_put_span(out, s->packet.parts[0]);
		buf_put_byte(out, '\0');
	} else {
		rebuild_message(s, out);
	}
}

static void
rebuild_stream(struct subject *s, struct buf *out)
{
	struct span rest = stream_bytes(s);
	struct dirstream_record record;

	while (rest.len > 0) {
		size_t taken;

		assert_int_equal(dirstream_record_parse(rest, &record), 0);
		assert_int_equal(
		    dirstream_record_build(out,
			span_of(record.name, record.name_len), record.size,
			record.attr, record.attributes, record.attribute_count),
		    0);
		taken = record.header_size + (size_t)record.size;
		buf_put(
		    out, rest.data + record.header_size, (size_t)record.size);
		rest = span_of(rest.data + taken, rest.len - taken);
	}
}

static void
rebuild_command(struct subject *s, struct buf *content)
{
	struct dict_signature signature;

	dict_head_build(&s->head, content);
	if (command_mode(s->head.command) == COMMAND_SENDMSG) {
		struct to_list to;
		struct attach_list files;
		struct span body;

		assert_int_equal(dict_to_parse(&s->dict, &to), 0);
		assert_int_equal(to.count, 2);
		dict_to_build(&to, content);
		assert_int_equal(dict_files_parse(&s->dict, &files), 0);
		assert_int_equal(files.count, 1);
		assert_string_equal(files.items[0].safe_name, "report.txt");
		dict_files_build(&files, content);
		attach_list_finish(&files);
		assert_int_equal(ipdict_get(&s->dict, "BODY", &body), 0);
		ipdict_put(content, "BODY", body);
	} else {
		struct dict_master master;

		assert_int_equal(dict_master_parse(&s->dict, &master), 0);
		dict_master_build(&master, content);
	}
	assert_int_equal(dict_signature_parse(&s->dict, &signature), 0);
	dict_signature_build(&signature, content);
	ipdict_put(content, "SIGN", signature.signature);
}

static void
rebuild_dict(struct subject *s, struct buf *out)
{
	struct buf content;

	buf_init(&content, LIMIT_IPDICT_TCP);
	if (s->head.user[0] != '\0')
		rebuild_command(s, &content);
	else
		for (size_t i = 0; i < s->dict.count; i++) {
			char key[16];

			snprintf(key, sizeof(key), "%.*s",
			    (int)s->dict.pairs[i].key.len,
			    (const char *)s->dict.pairs[i].key.data);
			ipdict_put(&content, key, s->dict.pairs[i].value);
		}
	ipdict_pack(buf_span(&content), out);
	buf_finish(&content);
}

/* The frame around an encrypted dict. */
static void
rebuild_outer(struct subject *s, struct buf *out)
{
	struct dict_cipher cipher;
	struct ipdict dict;
	struct buf content;

	buf_init(&content, LIMIT_IPDICT_TCP);
	assert_int_equal(ipdict_parse(bytes_span(s->bytes), &dict), 0);
	assert_int_equal(dict_cipher_parse(&dict, &cipher), 0);
	dict_cipher_build(&cipher, &content);
	ipdict_pack(buf_span(&content), out);
	buf_finish(&content);
}

static void
assert_built(const struct buf *built, struct span want)
{
	assert_int_equal(built->len, want.len);
	assert_memory_equal(built->data, want.data, want.len);
}

/* Other programs' ways of writing, which we read and do not write. */
static bool
is_not_ours(const struct subject *s)
{
	static const char *const names[] = { "br_entry_mac", "attach_mac_style",
		"attach_iptux_broadcast_style", "tcp_dirstream_mac" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_named(s, names[i]))
			return true;
	return s->packet.version.len > 1;
}

static void
check_rebuilt(struct subject *s)
{
	const char *kind = text_of(s->vector, "kind");
	struct span want = bytes_span(s->bytes);
	struct buf built;

	buf_init(&built, LIMIT_DATAGRAM);
	if (is_not_ours(s)) {
		buf_finish(&built);
		return;
	}
	if (s->dict.count > 0 && s->plain.len > 0) {
		rebuild_outer(s, &built);
		assert_built(&built, want);
		buf_clear(&built);
		want = bytes_span(s->plain);
	}
	if (s->dict.count > 0)
		rebuild_dict(s, &built);
	else if (strcmp(kind, "tcp-stream") == 0) {
		want = stream_bytes(s);
		rebuild_stream(s, &built);
	} else if (strcmp(kind, "value") == 0)
		buf_put_span(&built, want);
	else
		rebuild_packet(s, &built);
	assert_built(&built, want);
	buf_finish(&built);
}

/* -- the negative ones
 * -------------------------------------------------------------- */

static void
check_refused(struct subject *s)
{
	struct dirstream_record record;
	struct packet packet;
	struct ipdict dict;
	struct span bytes = bytes_span(s->bytes);

	assert_true(packet_parse(bytes, &packet) < 0);
	assert_true(ipdict_parse(bytes, &dict) < 0);
	if (strcmp(text_of(s->vector, "kind"), "tcp-stream") == 0)
		assert_int_equal(
		    dirstream_record_parse(bytes, &record), CAM_ERR_FORMAT);
}

static void
check_traversal(struct subject *s)
{
	assert_span(buf_span(&s->text), "m");
	assert_int_equal(s->files.count, 1);
	assert_string_equal(s->files.items[0].name, "../../etc/passwd");
	assert_null(s->files.items[0].safe_name);
}

static void
is_read_and_built(void **state)
{
	json_t *vector = *state;
	json_t *root = vectors_load(), *want;
	const char *expect = text_of(vector, "expect"), *field;
	struct subject *s = xcalloc(1, sizeof(*s));

	subject_read(s, root, vector);
	if (expect && strcmp(expect, "reject") == 0) {
		check_refused(s);
	} else {
		json_object_foreach(
		    json_object_get(vector, "fields"), field, want)
		{
			check_field(s, field, want);
		}
		if (s->enctext.data)
			check_enctext(s);
		if (s->head.user[0] != '\0')
			check_dict_signature(s);
		if (is_named(s, "neg_attach_traversal"))
			check_traversal(s);
		else
			assert_true(json_object_size(
					json_object_get(vector, "fields")) > 0);
		check_rebuilt(s);
	}
	subject_finish(s);
	free(s);
	json_decref(root);
}

int
main(void)
{
	json_t *root = json_load_file(TEST_DATA "/ipmsg-vectors.json", 0, NULL);
	json_t *vectors = json_object_get(root, "vectors"), *vector;
	size_t count = json_array_size(vectors), i;
	struct CMUnitTest *tests = xcalloc(count + 1, sizeof(*tests));
	int failed;

	json_array_foreach(vectors, i, vector)
	{
		tests[i] = (struct CMUnitTest){ .name = text_of(vector, "name"),
			.test_func = is_read_and_built,
			.initial_state = vector };
	}
	failed = count != 82 ? 1
			     : _cmocka_run_group_tests(
				   "vectors", tests, count, NULL, NULL);
	free(tests);
	json_decref(root);
	return failed;
}
