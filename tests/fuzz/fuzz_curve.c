/* fuzz_curve.c: keys, signatures and points, about which all libraries say the
 * same. */
#include "config.h"
#include "crypto/curve_library.h"
#include "crypto/ed25519.h"
#include "fuzz.h"

static const struct curve_library *const libraries[] = {
	&curve_evp,
#ifdef HAVE_SODIUM
	&curve_sodium,
#endif
};
enum { LIBRARIES = sizeof(libraries) / sizeof(*libraries) };

/* What comes: a key, a signature or what is changed in one, a text. */
struct input {
	uint8_t key[32], signature[64];
	struct span text;
};

static int
verify(const struct input *input)
{
	int first = ed25519_verify_by(
	    libraries[0], input->key, input->text, input->signature);

	for (size_t i = 1; i < LIBRARIES; i++)
		must(ed25519_verify_by(libraries[i], input->key, input->text,
			 input->signature) == first);
	return first;
}

/* Taken as a secret, the key signs; then the signature is changed. */
static void
sign(const struct input *input)
{
	struct input ours = { .text = input->text }, theirs = ours;
	uint8_t change = 0;

	for (size_t i = 0; i < LIBRARIES; i++) {
		must(libraries[i]->derive(input->key, theirs.key));
		must(libraries[i]->sign(
		    input->key, theirs.key, input->text, theirs.signature));
		if (i == 0)
			ours = theirs;
		must(memcmp(ours.key, theirs.key, 32) == 0);
		must(memcmp(ours.signature, theirs.signature, 64) == 0);
	}
	must(verify(&ours) == 0);
	for (size_t i = 0; i < 64; i++) {
		ours.signature[i] ^= input->signature[i];
		change |= input->signature[i];
	}
	must((verify(&ours) == 0) == (change == 0));
}

static void
exchange(const struct input *input)
{
	uint8_t first[32], other[32];
	bool done = libraries[0]->x25519(input->key, input->signature, first);

	for (size_t i = 1; i < LIBRARIES; i++) {
		must(libraries[i]->x25519(
			 input->key, input->signature, other) == done);
		must(!done || memcmp(first, other, 32) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input;

	if (size < sizeof(input.key) + sizeof(input.signature))
		return 0;
	memcpy(input.key, data, sizeof(input.key));
	memcpy(
	    input.signature, data + sizeof(input.key), sizeof(input.signature));
	input.text = span_of(data + 96, size - 96);
	(void)verify(&input);
	sign(&input);
	exchange(&input);
	return 0;
}
