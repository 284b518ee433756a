/* vector_build.h: what was read of a vector, built again: the same bytes. */
#ifndef CAM_TEST_VECTOR_BUILD_H
#define CAM_TEST_VECTOR_BUILD_H

#include "vector_subject.h"

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

#endif
