/* vector_records.h: checks of the fields of folder streams and of IPDicts. */
#ifndef CAM_TEST_VECTOR_RECORDS_H
#define CAM_TEST_VECTOR_RECORDS_H

#include "vector_fields.h"

/* -- folder streams
 * ------------------------------------------------------------------- */

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

#endif
