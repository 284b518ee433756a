/* test_key.h: the private keys of the test data. */
#ifndef CAM_TEST_KEY_H
#define CAM_TEST_KEY_H

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/rsa.h"
#include "test.h"

/* By its name without .pem. A clone leaves these files readable for all, which
 * rsa_key_load() refuses, so the text is read instead. */
static inline struct rsa_key *
test_key(const char *name)
{
	char *path = xasprintf("%s/keys/%s.pem", TEST_DATA, name);
	FILE *file = fopen(path, "re");
	struct rsa_key *key = NULL;
	char pem[RSA_PEM_MAX];
	size_t len;

	assert_non_null(file);
	len = fread(pem, 1, sizeof pem, file);
	fclose(file);
	assert_int_equal(rsa_key_from_pem(span_of(pem, len), &key), 0);
	free(path);
	return key;
}

#endif
