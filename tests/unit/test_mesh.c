/* test_mesh.c: calls of several in one process, over real sockets: who is
 * heard, under which key, from where. */
#include "test.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "media/mesh_parts.h"

enum { PARTIES = 3, PATIENCE_MS = 120000 };

struct party {
	struct mesh *mesh;
	struct media media;
	struct addr addr;
	unsigned heard[PARTIES + 1], lost, finished;
};

struct town {
	struct shield *kept;
	struct loop *loop;
	struct timer waking; /* so that the loop turns */
	struct party parties[PARTIES];
};

static void
on_heard(void *arg, unsigned member)
{
	struct party *party = arg;

	party->heard[member]++;
}

static void
on_lost(void *arg, unsigned member)
{
	((struct party *)arg)->lost++;
}

static void
on_finished(void *arg, enum media_kind kind)
{
	((struct party *)arg)->finished++;
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

static const struct mesh_ops ops = { on_heard, on_lost, on_finished, on_device,
	on_levels };

static void
on_waking(void *arg)
{
}

static int
open_port(struct addr *addr)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof sa;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), off = 0;

	/* As camd opens them: for both families. */
	assert_int_equal(
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	*addr = addr_v4(0x7f000001, ntohs(sa.sin6_port));
	return fd;
}

static void
open_party(struct town *town, struct party *party, unsigned hz)
{
	struct mesh_setup setup = { .in = { .kind = AUDIO_TONE, .hz = hz },
		.out = { .kind = AUDIO_NONE } };

	setup.socket = open_port(&party->addr);
	media_random(&party->media, party->addr.port);
	setup.own = party->media;
	assert_int_equal(
	    mesh_new(town->loop, &setup, &ops, party, &party->mesh), 0);
}

static int
set_up(void **state)
{
	struct town *town = calloc(1, sizeof *town);

	assert_int_equal(shield_start(&town->kept), 0);
	town->loop = loop_new();
	timer_init(&town->waking, town->loop, on_waking, NULL);
	timer_repeat(&town->waking, 50);
	for (unsigned i = 0; i < PARTIES; i++)
		open_party(town, &town->parties[i], 300 + 200 * i);
	*state = town;
	return 0;
}

static int
tear_down(void **state)
{
	struct town *town = *state;

	for (unsigned i = 0; i < PARTIES; i++)
		mesh_free(town->parties[i].mesh);
	timer_finish(&town->waking);
	loop_free(town->loop);
	shield_stop(town->kept);
	free(town);
	return 0;
}

/* Numbers are those of the town, from 1. */
static int
add(struct town *town, unsigned to, unsigned who)
{
	return mesh_add(town->parties[to - 1].mesh, who,
	    &town->parties[who - 1].addr, &town->parties[who - 1].media);
}

static void
introduce(struct town *town, unsigned a, unsigned b)
{
	assert_int_equal(add(town, a, b), 0);
	assert_int_equal(add(town, b, a), 0);
}

static const struct inbound *
stream_of(struct town *town, unsigned listener, unsigned who)
{
	return &mesh_find(town->parties[listener - 1].mesh, who)
		    ->current->streams[0];
}

static uint64_t
frames_heard(struct town *town, unsigned listener, unsigned who)
{
	return stream_of(town, listener, who)->playout->jitter.counters.played;
}

/* Until so many frames have been played since now. */
static void
listen_for(struct town *town, unsigned listener, unsigned who, uint64_t frames)
{
	uint64_t until_ms = clock_now_ms() + PATIENCE_MS;
	uint64_t wanted = frames_heard(town, listener, who) + frames;

	while (frames_heard(town, listener, who) < wanted) {
		assert_true(clock_now_ms() < until_ms);
		loop_turn(town->loop, 1);
	}
}

static void
turn_for(struct town *town, uint64_t ms)
{
	uint64_t until_ms = clock_now_ms() + ms;

	while (clock_now_ms() < until_ms)
		loop_turn(town->loop, 1);
}

static void
three_hear_each_other(void **state)
{
	struct town *town = *state;

	introduce(town, 1, 2);
	introduce(town, 1, 3);
	introduce(town, 2, 3);
	for (unsigned a = 1; a <= 3; a++) {
		for (unsigned b = 1; b <= 3; b++) {
			if (a == b)
				continue;
			listen_for(town, a, b, 25);
			assert_int_equal(town->parties[a - 1].heard[b], 1);
			assert_in_range(
			    mesh_level(town->parties[a - 1].mesh, b), 5, 30);
		}
	}
}

static void
who_is_removed_is_heard_no_more(void **state)
{
	struct town *town = *state;
	struct mesh *mesh = town->parties[0].mesh;
	struct mesh_member_stats members[LIMIT_CALL_MEMBERS];
	uint64_t dropped;

	introduce(town, 1, 2);
	introduce(town, 1, 3);
	listen_for(town, 1, 2, 10);
	assert_int_equal(mesh_remove(mesh, 2), 0);
	assert_int_equal(mesh_remove(mesh, 2), CAM_ERR_UNKNOWN);
	assert_int_equal(mesh_members(mesh, members), 1);
	assert_int_equal(members[0].member, 3);
	dropped = mesh_dropped(mesh);
	listen_for(town, 1, 3, 10);
	assert_true(mesh_dropped(mesh) > dropped);
}

static void
new_keys_are_taken_up_without_a_break(void **state)
{
	struct town *town = *state;
	struct party *anna = &town->parties[0], *bob = &town->parties[1];
	uint32_t before = anna->media.streams[0].ssrc;
	uint64_t rejected;
	struct mesh_member_stats members[LIMIT_CALL_MEMBERS];

	introduce(town, 1, 2);
	listen_for(town, 2, 1, 10);
	media_random(&anna->media, anna->addr.port);
	assert_int_not_equal(anna->media.streams[0].ssrc, before);
	/* Told first, so that what comes under the new key can be opened; what
	 * is sent under the old one until then is taken too. */
	assert_int_equal(add(town, 2, 1), 0);
	turn_for(town, 100);
	mesh_members(bob->mesh, members);
	rejected = members[0].rejected;
	assert_int_equal(mesh_rekey(anna->mesh, &anna->media), 0);
	listen_for(town, 2, 1, 10);
	mesh_members(bob->mesh, members);
	assert_int_equal(members[0].rejected, rejected);
	assert_int_equal(mesh_dropped(bob->mesh), 0);
}

static void
who_comes_from_elsewhere_is_not_heard(void **state)
{
	struct town *town = *state;
	struct party *bob = &town->parties[1];
	uint64_t until_ms = clock_now_ms() + PATIENCE_MS;

	/* Bob expects Anna at Carol's address. */
	assert_int_equal(mesh_add(bob->mesh, 1, &town->parties[2].addr,
			     &town->parties[0].media),
	    0);
	assert_int_equal(add(town, 1, 2), 0);
	while (mesh_dropped(bob->mesh) < 10) {
		assert_true(clock_now_ms() < until_ms);
		loop_turn(town->loop, 1);
	}
	assert_int_equal(frames_heard(town, 2, 1), 0);
	assert_int_equal(bob->heard[1], 0);
}

static void
who_has_another_key_is_not_heard(void **state)
{
	struct town *town = *state;
	struct party *anna = &town->parties[0], *bob = &town->parties[1];
	struct mesh_member_stats members[LIMIT_CALL_MEMBERS];

	anna->media.secret[5] ^= 1;
	introduce(town, 1, 2);
	listen_for(town, 1, 2, 20);
	assert_int_equal(frames_heard(town, 2, 1), 0);
	assert_int_equal(mesh_members(bob->mesh, members), 1);
	assert_false(members[0].heard);
	assert_true(members[0].rejected > 5);
}

static void
nobody_has_the_stream_of_another(void **state)
{
	struct town *town = *state;
	struct media media = town->parties[2].media;

	introduce(town, 1, 2);
	media.streams[0].ssrc = town->parties[1].media.streams[0].ssrc;
	assert_int_equal(
	    mesh_add(town->parties[0].mesh, 3, &town->parties[2].addr, &media),
	    CAM_ERR_REQUEST);
	media.streams[0].ssrc = town->parties[0].media.streams[0].ssrc;
	assert_int_equal(
	    mesh_add(town->parties[0].mesh, 3, &town->parties[2].addr, &media),
	    CAM_ERR_REQUEST);
}

static void
a_call_has_six_members(void **state)
{
	struct town *town = *state;
	struct media media;

	for (unsigned i = 1; i <= LIMIT_CALL_MEMBERS; i++) {
		media_random(&media, 1);
		assert_int_equal(mesh_add(town->parties[0].mesh, i,
				     &town->parties[1].addr, &media),
		    i < LIMIT_CALL_MEMBERS ? 0 : CAM_ERR_LIMIT);
	}
}

/* Somebody who joins after 22 minutes: the numbers have gone round twice. */
static void
who_joins_late_hears(void **state)
{
	struct town *town = *state;
	struct outbound *outbound = &town->parties[0].mesh->streams[0];

	introduce(town, 1, 2);
	for (unsigned round = 0; round < 2; round++) {
		outbound->sequence = 40000;
		listen_for(town, 1, 2, 3);
		outbound->sequence = 65530;
		listen_for(town, 1, 2, 15);
	}
	introduce(town, 1, 3);
	listen_for(town, 3, 1, 20);
	assert_int_equal(town->parties[2].heard[1], 1);
}

static void
on_hold_only_reports_are_sent(void **state)
{
	struct town *town = *state;
	uint64_t played;

	mesh_hold(town->parties[0].mesh, true);
	introduce(town, 1, 2);
	listen_for(town, 1, 2, 40);
	played = frames_heard(town, 2, 1);
	assert_int_equal(played, 0);
	assert_int_equal(town->parties[1].heard[1], 1);
	mesh_hold(town->parties[0].mesh, false);
	listen_for(town, 2, 1, 5);
}

static void
a_device_can_be_changed_while_it_is_used(void **state)
{
	struct town *town = *state;
	struct mesh *mesh = town->parties[0].mesh;
	struct audio_choice none = { .kind = AUDIO_NONE };
	struct audio_choice broken = { .kind = AUDIO_FILE, .fd = -1 };
	struct audio_choice tone = { .kind = AUDIO_TONE, .hz = 1000 };

	introduce(town, 1, 2);
	listen_for(town, 2, 1, 10);
	assert_int_equal(mesh_change(mesh, MESH_IN, &broken), CAM_ERR_SYSTEM);
	listen_for(town, 2, 1, 5);
	assert_int_equal(mesh_change(mesh, MESH_IN, &none), 0);
	turn_for(town, 100);
	assert_int_equal(mesh_level(mesh, 0), RTP_LEVEL_SILENT);
	assert_int_equal(mesh_change(mesh, MESH_IN, &tone), 0);
	listen_for(town, 2, 1, 5);
	assert_in_range(mesh_level(mesh, 0), 5, 30);
}

static void
reports_tell_the_round_trip(void **state)
{
	struct town *town = *state;
	struct mesh_stats stats[MESH_STATS_MAX];
	uint64_t until_ms = clock_now_ms() + PATIENCE_MS;
	size_t count;

	introduce(town, 1, 2);
	do {
		assert_true(clock_now_ms() < until_ms);
		turn_for(town, 50);
		count = mesh_stats(town->parties[0].mesh, stats);
		assert_int_equal(count, 2);
	} while (stats[0].rtt_ms == 0 || stats[1].bitrate == 0);
	assert_true(stats[0].outgoing && !stats[1].outgoing);
	assert_true(stats[0].rtt_ms < 1000);
	assert_in_range(stats[1].bitrate, 20000, 80000);
	assert_true(stats[1].delay_ms >= 20);
}

#define IN_TOWN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TOWN(three_hear_each_other),
		IN_TOWN(who_is_removed_is_heard_no_more),
		IN_TOWN(new_keys_are_taken_up_without_a_break),
		IN_TOWN(who_comes_from_elsewhere_is_not_heard),
		IN_TOWN(who_has_another_key_is_not_heard),
		IN_TOWN(nobody_has_the_stream_of_another),
		IN_TOWN(a_call_has_six_members),
		IN_TOWN(who_joins_late_hears),
		IN_TOWN(on_hold_only_reports_are_sent),
		IN_TOWN(a_device_can_be_changed_while_it_is_used),
		IN_TOWN(reports_tell_the_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
