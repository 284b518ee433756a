/* test_port_owner.c: who has a port, from a /proc of the test's own and from
 * the real one. */
#include "test.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "cam/capture.h"
#include "cam/port_owner.h"

static const char udp_line[] =
    " 1234: 03004D0A:0979 00000000:0000 07 00000000:00000000 00:00000000 "
    "00000000  1000        0 "
    "98765 2 0000000000000000 0";

static bool
parse(const char *line, bool tcp, struct port_owner *owner)
{
	return port_owner_parse(span_text(line), tcp, 2425, owner);
}

static void
a_line_tells_address_user_and_inode(void **state)
{
	struct port_owner owner;

	assert_true(parse(udp_line, false, &owner));
	assert_string_equal(owner.address, "10.77.0.3");
	assert_false(owner.any);
	assert_int_equal(owner.uid, 1000);
	assert_int_equal(owner.inode, 98765);
	assert_true(parse("1: 00000000:0979 00000000:0000 07 0:0 00:0 0 0 0 5",
	    false, &owner));
	assert_true(owner.any);
	assert_true(
	    parse("1: 00000000000000000000000000000000:0979 "
		  "00000000000000000000000000000000:0000 07 0:0 00:0 0 0 0 5",
		false, &owner));
	assert_true(owner.any);
	assert_string_equal(owner.address, "::");
}

static void
other_ports_and_states_are_passed_over(void **state)
{
	struct port_owner owner;

	assert_false(parse("1: 00000000:097A 00000000:0000 07 0:0 00:0 0 0 0 5",
	    false, &owner));
	/* TCP: only what listens, 0A. */
	assert_false(parse("1: 00000000:0979 00000000:0000 01 0:0 00:0 0 0 0 5",
	    true, &owner));
	assert_true(parse("1: 00000000:0979 00000000:0000 0A 0:0 00:0 0 0 0 5",
	    true, &owner));
}

static void
what_is_no_line_of_a_table_is_passed_over(void **state)
{
	static const char *const lines[] = { "", " ",
		"sl local_address rem_address st",
		"1: 00000000 00000000:0000 07 0:0 00:0 0 0 0 5",
		"1: 0000:0979 00000000:0000 07 0:0 00:0 0 0 0 5",
		"1: ZZ000000:0979 00000000:0000 07 0:0 00:0 0 0 0 5",
		"1: 00000000:0979 00000000:0000 07 0:0 00:0 0 x 0 5",
		"1: 00000000:0979 00000000:0000 07 0:0 00:0 0 0 0 x",
		"1: 00000000:0979 00000000:0000 07 0:0 00:0 0 0 0" };
	struct port_owner owner;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_false(parse(lines[i], false, &owner));
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static void
make_folder(const char *folder, const char *name)
{
	char *path = xasprintf("%s/%s", folder, name);

	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
}

static void
the_process_is_found_by_its_descriptors(void **state)
{
	char folder[] = "/tmp/cam-proc-XXXXXX";
	struct port_owner owners[2];
	char *command = NULL, *link = NULL;

	assert_non_null(mkdtemp(folder));
	make_folder(folder, "net");
	make_folder(folder, "77");
	make_folder(folder, "77/fd");
	make_folder(folder, "self");
	write_file(folder, "net/udp", udp_line);
	write_file(folder, "77/comm", "ip\033tux\n");
	link = xasprintf("%s/77/fd/5", folder);
	assert_int_equal(symlink("socket:[98765]", link), 0);
	assert_int_equal(port_owners(folder, 2425, owners, 2), 1);
	assert_int_equal(owners[0].pid, 77);
	assert_string_equal(owners[0].program, "ip\033tux");
	assert_int_equal(port_owners(folder, 2426, owners, 2), 0);

	/* One that we may not look into stays unknown. */
	assert_int_equal(unlink(link), 0);
	assert_int_equal(port_owners(folder, 2425, owners, 2), 1);
	assert_int_equal(owners[0].pid, 0);
	assert_string_equal(owners[0].program, "");
	assert_int_equal(port_owners("/nonexistent", 2425, owners, 2), 0);
	free(link);
	command = xasprintf("rm -r %s", folder);
	assert_int_equal(system(command), 0);
	free(command);
}

static void
a_real_port_is_ours(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	struct port_owner owners[4];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (access("/proc/net/udp", R_OK) < 0)
		skip();
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(
	    port_owners("/proc", ntohs(address.sin_port), owners, 4), 1);
	assert_int_equal(owners[0].pid, getpid());
	assert_int_equal(owners[0].uid, getuid());
	assert_string_equal(owners[0].address, "127.0.0.1");
	assert_false(owners[0].tcp);
	close(fd);
}

static void
a_user_without_a_name_is_a_number(void **state)
{
	char *name = port_owner_user(0);

	assert_string_equal(name, "root");
	free(name);
	name = port_owner_user(3999999999u);
	assert_string_equal(name, "3999999999");
	free(name);
}

/* -- what other programs print
 * -------------------------------------------------------- */

static void
output_and_status_are_captured(void **state)
{
	const char *const argv[] = { "sh", "-c",
		"echo \"$LC_ALL\"; cat; echo lost >&2; exit 7", NULL };
	struct buf out;
	int status = 0;

	buf_init(&out, 100000);
	assert_int_equal(capture_run(argv, 10000, &out, &status), 0);
	assert_int_equal(status, 7);
	assert_true(span_equal_text(buf_span(&out), "C\n"));
	buf_finish(&out);
}

static void
a_program_that_hangs_or_floods_is_ended(void **state)
{
	const char *const slow[] = { "sh", "-c", "exec sleep 1000", NULL };
	const char *const much[] = { "sh", "-c",
		"while :; do echo 12345678; done", NULL };
	struct buf out;
	int status = 0;

	buf_init(&out, 200000);
	assert_int_equal(
	    capture_run(slow, 100, &out, &status), CAM_ERR_TIMEOUT);
	assert_int_equal(
	    capture_run(much, 20000, &out, &status), CAM_ERR_LIMIT);
	buf_finish(&out);
}

static void
a_program_that_is_nowhere_is_unknown(void **state)
{
	const char *const argv[] = { "cam-no-such-program", NULL };
	char *path = capture_find("sh");
	struct buf out;
	int status = 0;

	buf_init(&out, 100000);
	assert_int_equal(
	    capture_run(argv, 1000, &out, &status), CAM_ERR_UNKNOWN);
	assert_non_null(path);
	assert_int_equal(path[0], '/');
	free(path);
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_tells_address_user_and_inode),
		cmocka_unit_test(other_ports_and_states_are_passed_over),
		cmocka_unit_test(what_is_no_line_of_a_table_is_passed_over),
		cmocka_unit_test(the_process_is_found_by_its_descriptors),
		cmocka_unit_test(a_real_port_is_ours),
		cmocka_unit_test(a_user_without_a_name_is_a_number),
		cmocka_unit_test(output_and_status_are_captured),
		cmocka_unit_test(a_program_that_hangs_or_floods_is_ended),
		cmocka_unit_test(a_program_that_is_nowhere_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
