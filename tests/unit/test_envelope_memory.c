/* test_envelope_memory.c: keys, envelopes and locks when OpenSSL gets no
 * memory: an error, or where no error can be returned the end; never something
 * half done. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "crypto/certificate.h"
#include "crypto/keyfile.h"
#include "crypto/safety.h"
#include "envelopes.h"

/* Where coverage is measured, what a child has run is kept too. */
extern void __gcov_dump(void) __attribute__((weak));

/* The allocation that fails, counted from 0; negative: none. */
static int fails_at = -1;

static bool
fails_now(void)
{
	return fails_at >= 0 && fails_at-- == 0;
}

static void *
on_malloc(size_t size, const char *file, int line)
{
	return fails_now() ? NULL : malloc(size);
}

static void *
on_realloc(void *mem, size_t size, const char *file, int line)
{
	return fails_now() ? NULL : realloc(mem, size);
}

static void
on_free(void *mem, const char *file, int line)
{
	free(mem);
}

struct fixture {
	struct crypto *crypto;
	struct person anna, bob;
	struct envelope_recipient recipient;
	struct envelope_content content;
	struct buf envelope;
	char lock[64];
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	uint8_t stanza[1][ENVELOPE_STANZA_SIZE];
	struct envelope_sealed *sealed = NULL;

	fixture->crypto = crypto_new();
	person_init(&fixture->anna);
	person_init(&fixture->bob);
	fixture->recipient = recipient_of(&fixture->bob, "bob");
	fixture->content = content_of(
	    &fixture->anna, &fixture->recipient, 1, span_text("text"));
	assert_int_equal(
	    envelope_seal(&fixture->content, 1, fixture->anna.signing, &sealed),
	    0);
	wrap_for(sealed, &fixture->bob, stanza[0]);
	buf_init(&fixture->envelope, ENVELOPE_MAX);
	envelope_write(sealed, stanza, 1, &fixture->envelope);
	envelope_sealed_free(sealed);
	snprintf(fixture->lock, sizeof(fixture->lock),
	    "/tmp/cam-test-memory.%ld", (long)getpid());
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	person_finish(&fixture->anna);
	person_finish(&fixture->bob);
	buf_finish(&fixture->envelope);
	crypto_free(fixture->crypto);
	(void)unlink(fixture->lock);
	free(fixture);
	return 0;
}

/* -- children ----------------------------------------------------------------
 */

enum { WORKED, ERROR, ABORTED, NOT_REACHED, HALF_DONE };

static void
leave(int code)
{
	if (__gcov_dump)
		__gcov_dump();
	_exit(code);
}

static void
on_abort(int signo)
{
	leave(ABORTED);
}

/* In a process of its own, since OpenSSL keeps what it has looked up, or found
 * missing. */
static int
run_failing(struct fixture *fixture, int allocation,
    int (*work)(struct fixture *fixture))
{
	int status = 0, rc;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit no_core = { 0, 0 };

		setrlimit(RLIMIT_CORE, &no_core);
		/* evp_need() says why. */
		(void)freopen("/dev/null", "w", stderr);
		signal(SIGABRT, on_abort);
		fails_at = allocation;
		rc = work(fixture);
		if (fails_at >= 0)
			leave(rc == 0 ? NOT_REACHED : HALF_DONE);
		leave(rc == 0 ? WORKED : rc == 1 ? HALF_DONE : ERROR);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* work returns 1 for what must not be. step 0: each allocation fails once. */
static void
expect_failures(
    struct fixture *fixture, int step, int (*work)(struct fixture *fixture))
{
	int allocation, failed = 0;

	/* What OpenSSL loads at its first use are thousands of texts. */
	assert_int_equal(work(fixture), 0);
	/* The farther on, the fewer: certificates take a thousand and more. */
	for (allocation = 0; allocation < 100000;
	     allocation += step == 0 ? 1 : step + allocation / 16) {
		int code = run_failing(fixture, allocation, work);

		assert_int_not_equal(code, HALF_DONE);
		if (code == NOT_REACHED) {
			assert_true(failed > 0);
			return;
		}
		failed += code != WORKED;
	}
	fail();
}

/* -- work --------------------------------------------------------------------
 */

static int
make_certificate(struct fixture *fixture)
{
	struct x509_st *certificate = NULL;
	uint8_t key[SIGN_KEY_SIZE];
	int rc = certificate_make(fixture->anna.signing, &certificate);

	if ((rc == 0) != (certificate != NULL))
		return 1;
	if (rc == 0)
		rc = certificate_key(certificate, key);
	certificate_free(certificate);
	return rc;
}

static int
seal(struct fixture *fixture)
{
	struct envelope_sealed *sealed = NULL;
	uint8_t stanza[ENVELOPE_STANZA_SIZE];
	int rc =
	    envelope_seal(&fixture->content, 1, fixture->anna.signing, &sealed);

	if ((rc == 0) != (sealed != NULL))
		return 1;
	if (rc == 0)
		rc = envelope_wrap(sealed, fixture->bob.device, 1,
		    fixture->bob.prekey_public, stanza);
	envelope_sealed_free(sealed);
	return rc;
}

/* Nothing that was opened without memory says something else. */
static int
open_it(struct fixture *fixture)
{
	struct envelope_opened opened = { .bytes = NULL };
	int rc = open_as(buf_span(&fixture->envelope), &fixture->bob,
	    &fixture->anna, &opened);

	if ((rc == 0) != (opened.bytes != NULL) ||
	    (rc == 0 && !span_equal_text(opened.content.body, "text")))
		return 1;
	envelope_opened_finish(&opened);
	return rc;
}

static int
compare(struct fixture *fixture)
{
	char digits[SAFETY_DIGITS + 1];

	safety_number(fixture->anna.user_key, fixture->bob.user_key, digits);
	return strlen(digits) == SAFETY_DIGITS ? 0 : 1;
}

static int
make_lock(struct fixture *fixture)
{
	struct keyfile_lock *lock = NULL;
	int rc;

	(void)unlink(fixture->lock);
	rc = keyfile_lock_make(fixture->lock, span_text("open"), &lock);
	if ((rc == 0) != (lock != NULL))
		return 1;
	/* There is no file of a lock that nobody has. */
	if ((rc == 0) != (access(fixture->lock, F_OK) == 0))
		return 1;
	keyfile_lock_free(lock);
	return rc;
}

static int
open_lock(struct fixture *fixture)
{
	struct keyfile_lock *lock = NULL;
	int rc = 0;

	/* The first of all runs, which has memory, makes it. */
	if (access(fixture->lock, F_OK) != 0)
		rc = make_lock(fixture);
	if (rc == 0)
		rc = keyfile_lock_open(fixture->lock, span_text("open"), &lock);
	if ((rc == 0) != (lock != NULL))
		return 1;
	keyfile_lock_free(lock);
	return rc;
}

#define WITHOUT_MEMORY(name, work, step)                                       \
	static void name(void **state)                                         \
	{                                                                      \
		expect_failures(*state, step, work);                           \
	}

WITHOUT_MEMORY(no_certificate_is_half_made, make_certificate, 1)
WITHOUT_MEMORY(sealing_fails, seal, 0)
WITHOUT_MEMORY(opening_fails, open_it, 0)
WITHOUT_MEMORY(a_safety_number_ends_the_program, compare, 1)
/* Each takes half a second. */
WITHOUT_MEMORY(no_lock_is_half_made, make_lock, 6)
WITHOUT_MEMORY(no_lock_is_half_opened, open_lock, 6)

/* That is all that a key may want; libsodium wants nothing else. */
static void
no_key_is_half_made_where_locked_memory_is_full(void **state)
{
	enum { KEYS = 8192 };
	struct sign_key **keys = xcalloc(KEYS, sizeof(struct sign_key *));
	struct hpke_key *prekey = NULL;
	size_t count = 0;
	int rc = 0;

	while (rc == 0 && count < KEYS) {
		rc = sign_key_generate(&keys[count]);
		assert_true((rc == 0) == (keys[count] != NULL));
		count += rc == 0;
	}
	assert_in_range(count, 1, KEYS - 1);
	assert_int_equal(rc, CAM_ERR_CRYPTO);
	assert_true(hpke_key_generate(&prekey) < 0);
	assert_null(prekey);
	sign_key_free(keys[--count]);
	assert_int_equal(sign_key_generate(&keys[count]), 0);
	for (size_t i = 0; i <= count; i++)
		sign_key_free(keys[i]);
	free(keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    no_key_is_half_made_where_locked_memory_is_full),
		cmocka_unit_test(no_certificate_is_half_made),
		cmocka_unit_test(sealing_fails),
		cmocka_unit_test(opening_fails),
		cmocka_unit_test(a_safety_number_ends_the_program),
		cmocka_unit_test(no_lock_is_half_made),
		cmocka_unit_test(no_lock_is_half_opened),
	};

	/* Only before OpenSSL has allocated anything. */
	if (CRYPTO_set_mem_functions(on_malloc, on_realloc, on_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
