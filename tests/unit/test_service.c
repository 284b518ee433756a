/* test_service.c: what a service manager hands over, and what it hears. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/service.h"

struct place {
	char folder[32];
	char path[64];
	char notify[64];
	int heard; /* the manager's end */
	int third; /* what descriptor 3 was before */
};

static int
bound(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int
begin(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->folder, "/tmp/cam-service-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(
	    place->path, sizeof(place->path), "%s/camd.sock", place->folder);
	snprintf(
	    place->notify, sizeof(place->notify), "%s/notify", place->folder);
	place->heard = bound(place->notify, SOCK_DGRAM | SOCK_NONBLOCK);
	place->third = fcntl(3, F_DUPFD_CLOEXEC, 10);
	if (place->heard == 3)
		place->heard = place->third;
	setenv("NOTIFY_SOCKET", place->notify, 1);
	*state = place;
	return 0;
}

static int
end(void **state)
{
	struct place *place = *state;

	close(place->heard);
	if (place->third >= 0 && place->third != place->heard)
		close(place->third);
	close(3);
	unlink(place->path);
	unlink(place->notify);
	rmdir(place->folder);
	free(place);
	return 0;
}

/* Says that count descriptors from 3 on are for this process; fd becomes 3. */
static void
hand_over(int fd, const char *count)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (fd != 3) {
		assert_int_equal(dup2(fd, 3), 3);
		close(fd);
	}
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", count, 1);
	setenv("LISTEN_FDNAMES", "camd", 1);
}

static void
expect_heard(struct place *place, const char *wanted)
{
	char text[512] = "";
	ssize_t len = recv(place->heard, text, sizeof(text) - 1, 0);

	if (wanted == NULL)
		assert_int_equal(len, -1);
	else
		assert_string_equal(text, wanted);
}

static void
expect_refused(struct place *place, const char *word)
{
	struct service service;
	char *problem = NULL;

	assert_int_equal(
	    service_open(&service, place->path, &problem), CAM_ERR_UNSAFE);
	assert_non_null(strstr(problem, word));
	assert_int_equal(service_take_socket(&service), -1);
	/* It can still be told why camd ends. */
	assert_true(service_is_watched(&service));
	free(problem);
	service_finish(&service);
}

static void
a_listening_socket_at_our_path_is_taken(void **state)
{
	struct place *place = *state;
	struct service service;
	char *problem = NULL;
	int fd = bound(place->path, SOCK_STREAM);

	assert_int_equal(listen(fd, 5), 0);
	hand_over(fd, "1");
	assert_int_equal(service_open(&service, place->path, &problem), 0);
	assert_int_equal(service_take_socket(&service), 3);
	assert_int_equal(service_take_socket(&service), -1);
	assert_int_equal(fcntl(3, F_GETFD), FD_CLOEXEC);
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_FDNAMES"));
	assert_null(getenv("NOTIFY_SOCKET"));
	service_finish(&service);
}

static void
a_socket_meant_for_another_process_is_left_alone(void **state)
{
	struct place *place = *state;
	struct service service;
	char *problem = NULL;
	int fd = bound(place->path, SOCK_STREAM);

	assert_int_equal(listen(fd, 5), 0);
	hand_over(fd, "1");
	setenv("LISTEN_PID", "1", 1);
	assert_int_equal(service_open(&service, place->path, &problem), 0);
	assert_int_equal(service_take_socket(&service), -1);
	assert_null(getenv("LISTEN_FDS"));
	service_finish(&service);
}

static void
numbers_that_are_none_mean_no_socket(void **state)
{
	static const char *const counts[] = { "", "x", "-1", "+1", "1x",
		"99999999999", "0", "65" };
	struct place *place = *state;
	struct service service;
	char *problem = NULL;

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		hand_over(open("/dev/null", O_RDONLY | O_CLOEXEC), counts[i]);
		assert_int_equal(
		    service_open(&service, place->path, &problem), 0);
		assert_int_equal(service_take_socket(&service), -1);
		service_finish(&service);
	}
}

static void
what_is_no_listening_socket_is_refused(void **state)
{
	struct place *place = *state;

	hand_over(open("/dev/null", O_RDONLY | O_CLOEXEC), "1");
	expect_refused(place, "listening");
	setenv("NOTIFY_SOCKET", place->notify, 1);
	hand_over(bound(place->path, SOCK_STREAM), "1");
	expect_refused(place, "listening");
	unlink(place->path);
	setenv("NOTIFY_SOCKET", place->notify, 1);
	hand_over(bound(place->path, SOCK_DGRAM), "1");
	expect_refused(place, "listening");
}

static void
a_socket_elsewhere_is_refused(void **state)
{
	struct place *place = *state;
	char other[80];
	int fd = -1;

	snprintf(other, sizeof(other), "%s/other", place->folder);
	fd = bound(other, SOCK_STREAM);
	assert_int_equal(listen(fd, 5), 0);
	hand_over(fd, "1");
	expect_refused(place, place->path);
	unlink(other);
}

static void
two_sockets_are_refused(void **state)
{
	struct place *place = *state;
	int fd = bound(place->path, SOCK_STREAM);

	assert_int_equal(listen(fd, 5), 0);
	hand_over(fd, "2");
	expect_refused(place, "2");
}

static void
the_manager_hears_of_every_state(void **state)
{
	struct place *place = *state;
	struct service service;
	char text[256] = "", *problem = NULL;

	assert_int_equal(service_open(&service, place->path, &problem), 0);
	service_ready(&service, "online as anna@pc1");
	expect_heard(place, "READY=1\nSTATUS=online as anna@pc1");
	service_reloading(&service);
	assert_true(recv(place->heard, text, sizeof(text) - 1, 0) > 0);
	assert_int_equal(strncmp(text, "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	assert_int_equal(strspn(text + 27, "0123456789"), strlen(text + 27));
	assert_true(strtoull(text + 27, NULL, 10) > 0);
	service_stopping(&service, "saying goodbye");
	expect_heard(place, "STOPPING=1\nSTATUS=saying goodbye");
	expect_heard(place, NULL);
	service_finish(&service);
}

static void
a_status_cannot_add_a_field(void **state)
{
	struct place *place = *state;
	struct service service;
	char *problem = NULL;

	assert_int_equal(service_open(&service, place->path, &problem), 0);
	service_ready(&service, "anna\nMAINPID=1");
	expect_heard(place, "READY=1\nSTATUS=anna");
	service_finish(&service);
}

static void
an_abstract_name_is_understood(void **state)
{
	struct place *place = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct service service;
	char name[64], text[64] = "", *problem = NULL;
	int len = snprintf(name, sizeof(name), "@cam-test-%d", (int)getpid());
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, name, (size_t)len);
	address.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			    (size_t)len)),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(service_open(&service, place->path, &problem), 0);
	service_ready(&service, "x");
	assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	assert_string_equal(text, "READY=1\nSTATUS=x");
	close(fd);
	service_finish(&service);
}

static void
without_a_manager_nothing_is_said(void **state)
{
	static const char *const names[] = { "", "relative", "/", "@",
		"vsock:2:1234" };
	struct place *place = *state;
	struct service service;
	char *problem = NULL, longest[200];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		assert_int_equal(
		    service_open(&service, place->path, &problem), 0);
		assert_false(service_is_watched(&service));
		service_ready(&service, "x");
		service_reloading(&service);
		service_finish(&service);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longest, 1);
	assert_int_equal(service_open(&service, place->path, &problem), 0);
	assert_false(service_is_watched(&service));
	service_finish(&service);
	expect_heard(place, NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(a_listening_socket_at_our_path_is_taken),
		TEST(a_socket_meant_for_another_process_is_left_alone),
		TEST(numbers_that_are_none_mean_no_socket),
		TEST(what_is_no_listening_socket_is_refused),
		TEST(a_socket_elsewhere_is_refused),
		TEST(two_sockets_are_refused),
		TEST(the_manager_hears_of_every_state),
		TEST(a_status_cannot_add_a_field),
		TEST(an_abstract_name_is_understood),
		TEST(without_a_manager_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
