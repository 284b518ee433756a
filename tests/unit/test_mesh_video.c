/* test_mesh_video.c: pictures of one member are seen by the other as they were
 * taken, through a network that loses some. */
#include "test.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/watch.h"
#include "media/mesh.h"
#include "media/shield.h"
#include "pattern_number.h"
#include "picture/convert.h"
#include "picture/frames.h"
#include "picture/y4m.h"
#include "ssim.h"

enum { WIDTH = 320, HEIGHT = 180, RATE = 30, SECONDS_MAX = 60 };

/* One of two, and its socket of the network between them. */
struct end {
	struct mesh *mesh;
	struct media media;
	uint16_t port; /* its own */
	int door;      /* where its datagrams come to, and the other's leave */
	uint16_t door_port;
	struct watch watch;
	struct end *other;
	struct pair *pair;
	unsigned finished;
};

struct pair {
	struct loop *loop;
	struct shield *kept;
	struct end ends[2];
	unsigned loss; /* percent of datagrams, either way */
	unsigned passed, lost;
	bool is_cut;
};

static int
open_socket(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* From one end: on to the other, by the socket that one knows. */
static void
on_datagram(int fd, int events, void *arg)
{
	struct end *end = arg;
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(end->other->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char bytes[2000];
	ssize_t got;

	while ((got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
		if ((unsigned)random() % 100 < end->pair->loss ||
		    end->pair->is_cut) {
			end->pair->lost++;
			continue;
		}
		end->pair->passed++;
		sendto(end->other->door, bytes, (size_t)got, 0,
		    (struct sockaddr *)&to, sizeof to);
	}
}

static void
on_member(void *arg, unsigned member)
{
}

static void
on_finished(void *arg, enum media_kind kind)
{
	struct end *end = arg;

	if (kind == MEDIA_VIDEO)
		end->finished++;
}

static void
on_device(void *arg, enum mesh_direction direction, bool is_silent)
{
	fail();
}

static void
on_levels(void *arg)
{
}

static const struct mesh_ops ops = { on_member, on_member, on_finished,
	on_device, on_levels };

static void
open_end(struct pair *pair, unsigned i, enum media_codec codec,
    const struct video_choice *in, int out)
{
	struct end *end = &pair->ends[i];
	struct mesh_setup setup = { .in.fd = -1,
		.out.fd = -1,
		.video_in = { .fd = -1 },
		.video_out = out,
		.budget = 2000000 };

	end->pair = pair;
	end->other = &pair->ends[1 - i];
	setup.socket = open_socket(&end->port);
	media_random(&end->media, end->port);
	if (in != NULL) {
		media_add_pictures(&end->media, MEDIA_VIDEO, codec);
		setup.video_in = *in;
	}
	setup.own = end->media;
	assert_int_equal(
	    mesh_new(pair->loop, &setup, &ops, end, &end->mesh), 0);
	end->door = open_socket(&end->door_port);
	watch_init(&end->watch, pair->loop, end->door, on_datagram, end);
	watch_set(&end->watch, WATCH_READ);
}

static void
join(struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++) {
		struct end *end = &pair->ends[i];
		const struct addr addr = addr_v4(0x7f000001, end->door_port);

		assert_int_equal(
		    mesh_add(end->mesh, 1, &addr, &end->other->media), 0);
	}
}

static struct pair *
begin(enum media_codec codec, const struct video_choice *in, int out)
{
	struct pair *pair = xcalloc(1, sizeof *pair);

	srandom(7);
	pair->loop = loop_new();
	assert_int_equal(shield_start(&pair->kept), 0);
	open_end(pair, 0, codec, in, -1);
	open_end(pair, 1, codec, NULL, out);
	join(pair);
	return pair;
}

static void
end(struct pair *pair)
{
	for (unsigned i = 0; i < 2; i++)
		mesh_free(pair->ends[i].mesh);
	for (unsigned i = 0; i < 2; i++) {
		watch_finish(&pair->ends[i].watch);
		close(pair->ends[i].door);
	}
	shield_stop(pair->kept);
	loop_free(pair->loop);
	free(pair);
}

static struct frames_view *
open_view(struct pair *pair)
{
	struct frames_view *view = NULL;
	int fd = -1;

	assert_int_equal(mesh_frames(pair->ends[1].mesh, 1, &fd), 0);
	assert_int_equal(frames_open(dup(fd), &view), 0);
	return view;
}

static const struct video_choice pattern = { .kind = VIDEO_PATTERN,
	.fd = -1,
	.width = WIDTH,
	.height = HEIGHT,
	.rate = RATE };

/* What the pattern of that number was, in that size. */
static void
draw_pattern(unsigned number, struct i420 *picture)
{
	struct i420 whole = { 0 };
	struct video *video = NULL;

	assert_int_equal(video_open(&pattern, &video), 0);
	for (unsigned i = 0; i <= number; i++)
		video->ops->read(video, &whole);
	convert_scale(&whole, picture);
	video_close(video);
	i420_finish(&whole);
}

struct seen {
	unsigned pictures, readable, alike;
	unsigned last;
	double worst;
};

/* Turns the loop until so many pictures more have been seen. */
static void
see(struct pair *pair, struct frames_view *view, unsigned count,
    struct seen *seen)
{
	uint64_t until_ms = clock_now_ms() + SECONDS_MAX * 1000;
	struct frames_picture newest = { .number = 0 };
	unsigned wanted = seen->pictures + count;

	frames_newest(view, 0, &newest);
	while (seen->pictures < wanted) {
		unsigned number = 0;

		assert_true(clock_now_ms() < until_ms);
		loop_turn(pair->loop, 1);
		if (!frames_newest(view, newest.number, &newest))
			continue;
		seen->pictures++;
		if (!pattern_number(&newest.picture, &number))
			continue;
		seen->readable++;
		/* Never backwards. */
		assert_true(number >= seen->last);
		seen->last = number;
		if (seen->readable % 8 == 0) {
			struct i420 sent;
			double alike;

			assert_int_equal(i420_init(&sent, newest.picture.width,
					     newest.picture.height),
			    0);
			draw_pattern(number, &sent);
			alike = ssim(&sent, &newest.picture);
			if (seen->alike++ == 0 || alike < seen->worst)
				seen->worst = alike;
			i420_finish(&sent);
		}
	}
}

static void
sees_well(enum media_codec codec, unsigned loss)
{
	struct pair *pair = begin(codec, &pattern, -1);
	struct frames_view *view = open_view(pair);
	struct seen seen = { 0 };

	pair->loss = loss;
	see(pair, view, 80, &seen);
	/* The first ones may be coarse. */
	assert_true(seen.readable > 60);
	assert_true(seen.worst > 0.8);
	if (loss > 0)
		assert_true(pair->lost > 0);
	frames_close(view);
	end(pair);
}

static void
pictures_of_vp8_arrive_as_they_were_taken(void **state)
{
	sees_well(MEDIA_VP8, 0);
}

static void
pictures_of_vp9_arrive_as_they_were_taken(void **state)
{
	sees_well(MEDIA_VP9, 0);
}

static void
five_of_a_hundred_packets_lost_are_not_seen(void **state)
{
	sees_well(MEDIA_VP8, 5);
}

static void
fifteen_neither_but_for_a_pause(void **state)
{
	sees_well(MEDIA_VP8, 15);
}

static void
after_a_cut_the_picture_comes_back(void **state)
{
	struct pair *pair = begin(MEDIA_VP8, &pattern, -1);
	struct frames_view *view = open_view(pair);
	struct seen seen = { 0 };
	uint64_t until_ms;
	unsigned before;

	see(pair, view, 30, &seen);
	before = seen.last;
	pair->is_cut = true;
	until_ms = clock_now_ms() + 1500;
	while (clock_now_ms() < until_ms)
		loop_turn(pair->loop, 1);
	pair->is_cut = false;
	while (seen.last < before + 30)
		see(pair, view, 1, &seen);
	frames_close(view);
	end(pair);
}

/* All of the file goes in; what comes out is a file of its last pictures. */
static void
a_file_goes_in_and_a_file_comes_out(void **state)
{
	const struct y4m_format format = { WIDTH, HEIGHT, RATE, 1 };
	struct video_choice in = { .kind = VIDEO_FILE };
	struct y4m_reader *reader = NULL;
	struct video *video = NULL;
	struct i420 picture = { 0 };
	struct pair *pair;
	struct buf bytes;
	int out = memfd_create("out", 0);
	unsigned count = 0, number = 0, last = 0;

	buf_init(&bytes, 64 << 20);
	y4m_put_header(&format, &bytes);
	assert_int_equal(video_open(&pattern, &video), 0);
	for (unsigned i = 0; i < 60; i++) {
		video->ops->read(video, &picture);
		y4m_put(&picture, &bytes);
	}
	video_close(video);
	in.fd = memfd_create("in", 0);
	assert_int_equal(write(in.fd, bytes.data, bytes.len), bytes.len);
	assert_int_equal(lseek(in.fd, 0, SEEK_SET), 0);
	buf_finish(&bytes);
	pair = begin(MEDIA_VP8, &in, dup(out));
	while (pair->ends[0].finished == 0)
		loop_turn(pair->loop, 1);
	for (uint64_t until_ms = clock_now_ms() + 500;
	     clock_now_ms() < until_ms;)
		loop_turn(pair->loop, 1);
	assert_int_equal(pair->ends[0].finished, 1);
	end(pair);
	assert_int_equal(lseek(out, 0, SEEK_SET), 0);
	assert_int_equal(y4m_open(out, &reader), 0);
	assert_int_equal(i420_resize(&picture, y4m_format(reader)->width,
			     y4m_format(reader)->height),
	    0);
	while (y4m_read(reader, &picture) == 0) {
		count++;
		if (pattern_number(&picture, &number)) {
			assert_true(number >= last);
			last = number;
		}
	}
	assert_in_range(count, 30, 60);
	assert_int_equal(last, 59);
	y4m_close(reader);
	i420_finish(&picture);
}

static void
only_members_have_something_to_show(void **state)
{
	struct pair *pair = begin(MEDIA_VP8, &pattern, -1);
	int fd = -1;

	assert_int_equal(
	    mesh_frames(pair->ends[1].mesh, 9, &fd), CAM_ERR_UNKNOWN);
	/* He sends nothing, yet. */
	assert_int_equal(mesh_frames(pair->ends[0].mesh, 1, &fd), 0);
	end(pair);
}

static void
a_camera_is_turned_off_and_on(void **state)
{
	struct pair *pair = begin(MEDIA_VP9, &pattern, -1);
	struct video_choice none = { .fd = -1 };
	struct frames_view *view = open_view(pair);
	struct mesh *mesh = pair->ends[0].mesh;
	struct frames_picture newest = { .number = 0 };
	struct seen seen = { 0 };
	uint64_t before;

	see(pair, view, 10, &seen);
	assert_int_equal(mesh_show(mesh, &none), 0);
	/* What is under way comes, and then nothing more. */
	for (unsigned i = 0; i < 50; i++)
		loop_turn(pair->loop, 10);
	frames_newest(view, 0, &newest);
	before = newest.number;
	for (unsigned i = 0; i < 50; i++)
		loop_turn(pair->loop, 10);
	frames_newest(view, 0, &newest);
	assert_int_equal(newest.number, before);
	/* In the same memory; the pattern begins anew. */
	assert_int_equal(mesh_show(mesh, &pattern), 0);
	seen.last = 0;
	see(pair, view, 10, &seen);
	frames_close(view);
	end(pair);
}

static void
other_streams_and_keys_are_followed(void **state)
{
	struct pair *pair = begin(MEDIA_VP8, &pattern, -1);
	struct end *sender = &pair->ends[0], *other = &pair->ends[1];
	const struct addr addr = addr_v4(0x7f000001, other->door_port);
	struct frames_view *view = open_view(pair);
	struct seen seen = { 0 };

	see(pair, view, 10, &seen);
	media_random(&sender->media, sender->port);
	media_add_pictures(&sender->media, MEDIA_VIDEO, MEDIA_VP8);
	assert_int_equal(mesh_rekey(sender->mesh, &sender->media), 0);
	assert_int_equal(mesh_add(other->mesh, 1, &addr, &sender->media), 0);
	/* Where they are shown is the same. */
	see(pair, view, 20, &seen);
	frames_close(view);
	end(pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures_of_vp8_arrive_as_they_were_taken),
		cmocka_unit_test(pictures_of_vp9_arrive_as_they_were_taken),
		cmocka_unit_test(five_of_a_hundred_packets_lost_are_not_seen),
		cmocka_unit_test(fifteen_neither_but_for_a_pause),
		cmocka_unit_test(after_a_cut_the_picture_comes_back),
		cmocka_unit_test(a_file_goes_in_and_a_file_comes_out),
		cmocka_unit_test(only_members_have_something_to_show),
		cmocka_unit_test(a_camera_is_turned_off_and_on),
		cmocka_unit_test(other_streams_and_keys_are_followed),
	};

	return cmocka_run_group_tests_name(
	    "video of a mesh", tests, NULL, NULL);
}
