/* vector_fields.h: a check for each field that a vector may state of a packet.
 */
#ifndef CAM_TEST_VECTOR_FIELDS_H
#define CAM_TEST_VECTOR_FIELDS_H

#include "vector_subject.h"

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

#endif
