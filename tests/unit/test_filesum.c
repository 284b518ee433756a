/* test_filesum.c: the same digest wherever the holes are, another for another
 * file. */
#include "base/random.h"
#include "camd/transfer/filesum.h"
#include "folders.h"
#include "hex.h"

enum { MIB = 1024 * 1024 };

static void
sum_of(const uint8_t *bytes, size_t size, size_t piece,
    uint8_t digest[SHA256_SIZE])
{
	struct filesum sum;

	filesum_init(&sum);
	for (size_t at = 0; at < size; at += piece)
		filesum_add(&sum,
		    span_of(bytes + at, size - at < piece ? size - at : piece));
	filesum_end(&sum, digest);
	filesum_finish(&sum);
}

static void
pieces_and_holes_do_not_matter(void **state)
{
	const size_t sizes[] = { 0, 1, MIB - 1, MIB, MIB + 1, 4 * MIB,
		5 * MIB + 123 };
	const size_t pieces[] = { 1000, 65536, MIB, MIB + 1, 8 * MIB };
	uint8_t *bytes = calloc(1, 6 * MIB);

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		uint8_t whole[SHA256_SIZE], other[SHA256_SIZE];
		size_t from = 0, to = 0;
		struct filesum sum;

		memset(bytes, 0, 6 * MIB);
		if (sizes[s] > 3) {
			from = random_below((uint32_t)sizes[s] / 2);
			to = from + random_below((uint32_t)sizes[s] / 3) + 1;
			random_bytes(bytes + from, to - from);
		}
		sum_of(bytes, sizes[s], sizes[s] + 1, whole);
		for (size_t p = 0; p < 5; p++) {
			sum_of(bytes, sizes[s], pieces[p], other);
			assert_memory_equal(whole, other, SHA256_SIZE);
		}
		filesum_init(&sum);
		filesum_add_zeros(&sum, from);
		filesum_add(&sum, span_of(bytes + from, to - from));
		filesum_add_zeros(&sum, sizes[s] - to);
		filesum_end(&sum, other);
		filesum_finish(&sum);
		assert_memory_equal(whole, other, SHA256_SIZE);
	}
	free(bytes);
}

static void
each_byte_and_the_size_matter(void **state)
{
	uint8_t *bytes = calloc(1, 3 * MIB);
	uint8_t before[SHA256_SIZE], after[SHA256_SIZE];
	const size_t places[] = { 0, 1, MIB - 1, MIB, 2 * MIB, 3 * MIB - 1 };

	for (int filled = 0; filled < 2; filled++) {
		if (filled)
			random_bytes(bytes, 3 * MIB);
		sum_of(bytes, 3 * MIB, 65536, before);
		for (size_t i = 0; i < 6; i++) {
			bytes[places[i]] ^= 1;
			sum_of(bytes, 3 * MIB, 65536, after);
			assert_true(memcmp(before, after, SHA256_SIZE) != 0);
			bytes[places[i]] ^= 1;
		}
		for (size_t size = 3 * MIB - 2; size < 3 * MIB; size++) {
			sum_of(bytes, size, 65536, after);
			assert_true(memcmp(before, after, SHA256_SIZE) != 0);
		}
	}
	free(bytes);
}

/* Computed with python: sha256(b"E"+bytes(8)), sha256(b"Dabc"+b"E"+be64(3)),
 * sha256(b"Z"+be64(2)+b"D"+bytes(5)+b"x"+b"E"+be64(2*2**20+6)). */
static void
digests_are_as_described(void **state)
{
	uint8_t digest[SHA256_SIZE];
	struct filesum sum;

	sum_of((const uint8_t *)"", 0, 1, digest);
	assert_hex(digest,
	    "8185c15ba07bf5d0ae79070fd6d79ce3c354f52f04e6c735a151ae5a9cfb86c5");
	sum_of((const uint8_t *)"abc", 3, 1, digest);
	assert_hex(digest,
	    "827e9ea5fb8fa86469fd1b02d9558f8738e9f7726ee6755840e8360ab658abc1");
	filesum_init(&sum);
	filesum_add_zeros(&sum, 2 * MIB + 5);
	filesum_add(&sum, span_text("x"));
	filesum_end(&sum, digest);
	filesum_finish(&sum);
	assert_hex(digest,
	    "d587f2c0b590171bc31ce8edcf5284be8cfb0e7b0e4dab1efca4e2f1d4ad2824");
}

static void
a_hole_of_exabytes_is_digested_at_once(void **state)
{
	uint8_t digest[SHA256_SIZE];
	struct filesum sum;

	filesum_init(&sum);
	filesum_add_zeros(&sum, 5);
	filesum_add_zeros(&sum, INT64_MAX - 5);
	assert_true(sum.size == INT64_MAX);
	filesum_end(&sum, digest);
	filesum_finish(&sum);
}

static void
a_file_is_digested_without_its_holes(void **state)
{
	struct folders folders;
	uint8_t *bytes = calloc(1, 4 * MIB + 9);
	uint8_t here[SHA256_SIZE], there[SHA256_SIZE];
	atomic_bool stop = false;
	struct filesum sum;
	int fd;

	assert_int_equal(folders_make(&folders), 0);
	fd = openat(folders.fd, "x", O_RDWR | O_CREAT, 0600);
	memcpy(bytes + MIB + 7, "some", 4);
	memcpy(bytes + 3 * MIB - 2, "more", 4);
	assert_int_equal(pwrite(fd, "some", 4, MIB + 7), 4);
	assert_int_equal(pwrite(fd, "more", 4, 3 * MIB - 2), 4);
	assert_int_equal(ftruncate(fd, 4 * MIB + 9), 0);
	filesum_init(&sum);
	assert_int_equal(filesum_add_file(&sum, fd, 4 * MIB + 9, &stop), 0);
	filesum_end(&sum, there);
	filesum_finish(&sum);
	sum_of(bytes, 4 * MIB + 9, 65536, here);
	assert_memory_equal(here, there, SHA256_SIZE);
	close(fd);
	folders_remove(&folders);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_and_holes_do_not_matter),
		cmocka_unit_test(each_byte_and_the_size_matter),
		cmocka_unit_test(digests_are_as_described),
		cmocka_unit_test(a_hole_of_exabytes_is_digested_at_once),
		cmocka_unit_test(a_file_is_digested_without_its_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
