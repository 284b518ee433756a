/* test_vectors.c: every vector of ipmsg-vectors.json: what it says is what we
 * read, and where our builders write that form, the same bytes come out again.
 */
#include "vector_build.h"
#include "vector_fields.h"
#include "vector_records.h"

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
