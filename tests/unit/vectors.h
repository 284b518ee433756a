/* vectors.h: the vector file's keys and bytes for the tests of crypto. */
#ifndef CAM_TEST_VECTORS_H
#define CAM_TEST_VECTORS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/span.h"
#include "crypto/rsa.h"
#include "test.h"

/* Bytes that the test owns. */
struct bytes {
	uint8_t *data;
	size_t len;
};

static inline struct span
bytes_span(struct bytes bytes)
{
	return span_of(bytes.data, bytes.len);
}

static inline json_t *
vectors_load(void)
{
	json_t *root = json_load_file(TEST_DATA "/ipmsg-vectors.json", 0, NULL);

	assert_non_null(root);
	return root;
}

static inline json_t *
vector_named(json_t *root, const char *name)
{
	size_t i;
	json_t *vector;

	json_array_foreach(json_object_get(root, "vectors"), i, vector)
	{
		if (strcmp(json_string_value(json_object_get(vector, "name")),
			name) == 0)
			return vector;
	}
	fail_msg("no vector %s", name);
	return NULL;
}

/* NULL data when the object has no such member. */
static inline struct bytes
bytes_of(json_t *object, const char *member)
{
	const char *hex = json_string_value(json_object_get(object, member));
	struct bytes bytes = { NULL, 0 };

	if (!hex)
		return bytes;
	bytes.len = strlen(hex) / 2;
	bytes.data = xmalloc(bytes.len);
	assert_int_equal(hex_decode(span_text(hex), bytes.data, bytes.len), 0);
	return bytes;
}

/* A key of the file as the PEM text that openssl genrsa -traditional writes. */
static inline char *
vector_pem(json_t *root, const char *name)
{
	json_t *key = json_object_get(json_object_get(root, "keys"), name);
	const char *base64 =
	    json_string_value(json_object_get(key, "pkcs1_der_base64"));
	char *pem = xmalloc(RSA_PEM_MAX);
	size_t used;

	assert_non_null(base64);
	used = (size_t)sprintf(pem, "-----BEGIN RSA PRIVATE KEY-----\n");
	for (; *base64; base64 += strnlen(base64, 64))
		used += (size_t)sprintf(pem + used, "%.64s\n", base64);
	sprintf(pem + used, "-----END RSA PRIVATE KEY-----\n");
	return pem;
}

static inline struct rsa_key *
vector_key(json_t *root, const char *name)
{
	char *pem = vector_pem(root, name);
	struct rsa_key *key = NULL;

	assert_int_equal(rsa_key_from_pem(span_text(pem), &key), 0);
	free(pem);
	return key;
}

#endif
