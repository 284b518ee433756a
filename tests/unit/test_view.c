/* test_view.c: pictures of a call shown: where, how often, and that what is
 * seen is what was put. */
#include "test.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "block_terminal.h"
#include "call_video.h"
#include "cam-view/guide.h"
#include "cam-view/probe.h"
#include "cam-view/screen.h"
#include "cam-view/window.h"
#include "config.h"
#include "display.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "media/video.h"
#include "picture/convert.h"
#include "ssim.h"

/* -- a terminal --------------------------------------------------------------
 */

struct scene {
	struct loop *loop;
	struct frames *frames;
	struct views views;
	struct screen *screen;
	struct block_terminal *terminal;
	struct i420 picture;
	int master, slave;
	bool is_over;
	bool answers;
	struct buf seen; /* what the terminal has not drawn yet */
	size_t total;
};

static void
on_end(void *arg)
{
	((struct scene *)arg)->is_over = true;
}

static struct frames_view *
open_frames(const struct frames *frames)
{
	struct frames_view *view = NULL;

	assert_int_equal(frames_open(dup(frames_fd(frames)), &view), 0);
	return view;
}

static void
begin(struct scene *scene, unsigned columns, unsigned rows)
{
	const struct winsize size = { (unsigned short)rows,
		(unsigned short)columns, 0, 0 };

	*scene = (struct scene){ .terminal = malloc(sizeof *scene->terminal) };
	assert_non_null(scene->terminal);
	terminal_init(scene->terminal);
	setenv("COLORTERM", "truecolor", 1);
	assert_int_equal(
	    openpty(&scene->master, &scene->slave, NULL, NULL, &size), 0);
	assert_int_equal(fcntl(scene->master, F_SETFL, O_NONBLOCK), 0);
	scene->loop = loop_new();
	assert_int_equal(frames_new(320, 180, &scene->frames), 0);
	assert_int_equal(i420_init(&scene->picture, 320, 180), 0);
	assert_int_equal(
	    views_put(&scene->views, "", open_frames(scene->frames)), 0);
	buf_init(&scene->seen, 1 << 24);
	assert_int_equal(screen_new(scene->loop, scene->slave, SCREEN_ASK,
			     &scene->views, on_end, scene, &scene->screen),
	    0);
}

static void
end(struct scene *scene)
{
	screen_free(scene->screen);
	views_finish(&scene->views);
	frames_free(scene->frames);
	i420_finish(&scene->picture);
	buf_finish(&scene->seen);
	close(scene->master);
	close(scene->slave);
	free(scene->terminal);
	loop_free(scene->loop);
}

/* Cuts a piece that the model does not know out of what was seen; how often it
 * was there. */
static unsigned
cut_out(struct buf *seen, const char *text)
{
	size_t len = strlen(text);
	unsigned count = 0;

	for (size_t i = 0; i + len <= seen->len;) {
		if (memcmp(seen->data + i, text, len) != 0) {
			i++;
			continue;
		}
		memmove(
		    seen->data + i, seen->data + i + len, seen->len - i - len);
		seen->len -= len;
		count++;
	}
	return count;
}

/* What has come, at most so much of it; answers where it was asked. */
static void
take(struct scene *scene, size_t most)
{
	char bytes[4096];
	ssize_t got = read(
	    scene->master, bytes, most < sizeof bytes ? most : sizeof bytes);

	if (got <= 0)
		return;
	buf_put(&scene->seen, bytes, (size_t)got);
	scene->total += (size_t)got;
	for (unsigned i = cut_out(&scene->seen, PROBE_ARE_YOU_DONE); i > 0; i--)
		if (scene->answers)
			assert_int_equal(write(scene->master, "\033[0n", 4), 4);
	if (cut_out(&scene->seen, PROBE_QUESTION) > 0 && scene->answers)
		assert_int_equal(write(scene->master, "\033[?1;2c", 7), 7);
}

static void
nothing(void *arg)
{
}

/* Turns the loop for so long, while the terminal takes so much each ms. */
static void
go_on(struct scene *scene, unsigned ms, size_t each_ms)
{
	uint64_t begin_ms = clock_now_ms(), last_ms = begin_ms;
	struct timer timer;

	timer_init(&timer, scene->loop, nothing, NULL);
	while (last_ms < begin_ms + ms && !scene->is_over) {
		uint64_t now_ms = clock_now_ms();

		if (now_ms > last_ms)
			take(scene, (size_t)(now_ms - last_ms) * each_ms);
		last_ms = now_ms;
		timer_start(&timer, 1);
		loop_turn(scene->loop, 1);
	}
	timer_finish(&timer);
}

static void
put(struct scene *scene, unsigned number)
{
	call_video(&scene->picture, number);
	assert_int_equal(
	    frames_put(scene->frames, &scene->picture, clock_now_ms()), 0);
}

/* The largest difference of what the terminal shows from the picture. */
static unsigned
difference(struct scene *scene, unsigned columns, unsigned rows)
{
	struct i420 scaled;
	uint8_t *rgba = malloc((size_t)columns * rows * 8);
	unsigned most = 0;

	assert_non_null(rgba);
	assert_int_equal(i420_init(&scaled, columns, rows * 2), 0);
	convert_scale(&scene->picture, &scaled);
	convert_to_rgba(&scaled, rgba);
	cut_out(&scene->seen, "\033[?1049h\033[?25l");
	cut_out(&scene->seen, "\033[2J");
	terminal_feed(scene->terminal, buf_span(&scene->seen));
	assert_false(scene->terminal->is_broken);
	buf_clear(&scene->seen);
	for (unsigned i = 0; i < columns * rows * 2; i++) {
		uint32_t shown =
		    scene->terminal->pixels[i / columns][i % columns];
		const uint8_t rgb[3] = { (uint8_t)(shown >> 16),
			(uint8_t)(shown >> 8), (uint8_t)shown };
		unsigned apart = colour_distance(rgb, rgba + i * 4ul);

		if (apart > most)
			most = apart;
	}
	i420_finish(&scaled);
	free(rgba);
	return most;
}

static void
a_terminal_shows_the_last_picture(void **state)
{
	struct scene scene;

	begin(&scene, 160, 45);
	scene.answers = true;
	for (unsigned i = 0; i < 15; i++) {
		put(&scene, i);
		go_on(&scene, 40, 100000);
	}
	go_on(&scene, 600, 100000);
	assert_int_equal(scene.views.list[0].shown, 15);
	assert_in_range(difference(&scene, 160, 45), 0, 8);
	end(&scene);
}

static void
one_that_does_not_answer_shows_it_as_well(void **state)
{
	struct scene scene;

	begin(&scene, 160, 45);
	put(&scene, 0);
	go_on(&scene, 2000, 100000);
	assert_int_equal(scene.views.list[0].shown, 1);
	assert_in_range(difference(&scene, 160, 45), 0, 8);
	end(&scene);
}

/* Pictures come 30 a second; it takes 20 kB a second. */
static void
a_slow_one_is_given_fewer_and_whole_ones(void **state)
{
	struct scene scene;
	uint64_t shown;
	unsigned drawn = 0;

	begin(&scene, 160, 45);
	scene.answers = true;
	for (unsigned i = 0; i < 120; i++) {
		shown = scene.views.list[0].shown;
		put(&scene, i * 7);
		go_on(&scene, 33, 20);
		drawn += scene.views.list[0].shown != shown;
	}
	assert_in_range(drawn, 1, 40);
	/* What it has been given it shows in the end, and then the last one. */
	go_on(&scene, 4000, 100000);
	assert_int_equal(scene.views.list[0].shown, 120);
	assert_in_range(difference(&scene, 160, 45), 0, 8);
	end(&scene);
}

static void
a_new_size_is_drawn_anew(void **state)
{
	const struct winsize size = { 27, 96, 0, 0 };
	struct scene scene;

	begin(&scene, 160, 45);
	scene.answers = true;
	put(&scene, 0);
	go_on(&scene, 500, 100000);
	assert_int_equal(ioctl(scene.master, TIOCSWINSZ, &size), 0);
	raise(SIGWINCH); /* the test's terminal is not its own */
	go_on(&scene, 200, 100000);
	put(&scene, 1);
	go_on(&scene, 500, 100000);
	assert_in_range(difference(&scene, 96, 27), 0, 8);
	end(&scene);
}

static void
q_ends_and_the_terminal_is_as_it_was(void **state)
{
	static const char last[] = "\033[m\033[?25h\033[?1049l";
	struct termios before, after;
	struct scene scene;
	size_t len = sizeof last - 1;

	begin(&scene, 80, 24);
	scene.answers = true;
	tcgetattr(scene.slave, &before);
	assert_false(before.c_lflag & ICANON);
	put(&scene, 0);
	go_on(&scene, 300, 100000);
	assert_int_equal(write(scene.master, "q", 1), 1);
	go_on(&scene, 2000, 100000);
	assert_true(scene.is_over);
	screen_free(scene.screen);
	scene.screen = NULL;
	buf_clear(&scene.seen);
	take(&scene, 4096);
	assert_true(scene.seen.len >= len);
	assert_memory_equal(scene.seen.data + scene.seen.len - len, last, len);
	tcgetattr(scene.slave, &after);
	assert_true(after.c_lflag & ICANON);
	end(&scene);
}

/* -- who comes and goes ------------------------------------------------------
 */

static void
views_come_and_go(void **state)
{
	struct views views = { 0 };
	struct frames *frames = NULL;

	assert_int_equal(frames_new(16, 16, &frames), 0);
	for (unsigned i = 0; i < TILES_MAX; i++) {
		char name[] = { (char)('a' + i), '\0' };

		assert_int_equal(
		    views_put(&views, name, open_frames(frames)), 0);
	}
	assert_int_equal(views_put(&views, "one too many", open_frames(frames)),
	    CAM_ERR_LIMIT);
	/* Another memory of the same one. */
	assert_int_equal(views_put(&views, "b", open_frames(frames)), 0);
	assert_int_equal(views.count, TILES_MAX);
	views_take_key(&views, '3');
	views_remove(&views, "a");
	assert_string_equal(views_of_tile(&views, 0)->name, "c");
	views_remove(&views, "a");
	assert_int_equal(views.count, TILES_MAX - 1);
	while (views.count > 0)
		views_remove(&views, views.list[views.count - 1].name);
	assert_int_equal(views.speaker, 0);
	frames_free(frames);
}

static void
names_stand_below_their_pictures(void **state)
{
	struct scene scene;
	char text[64 * 1024];
	size_t len;

	begin(&scene, 80, 24);
	scene.answers = true;
	put(&scene, 0);
	assert_int_equal(views_put(&scene.views, "bob@pc2\033[31m",
			     open_frames(scene.frames)),
	    0);
	go_on(&scene, 600, 100000);
	len =
	    scene.seen.len < sizeof text - 1 ? scene.seen.len : sizeof text - 1;
	memcpy(text, scene.seen.data, len);
	text[len] = '\0';
	assert_non_null(strstr(text, "bob@pc2"));
	assert_null(strstr(text, "\033[31m"));
	views_remove(&scene.views, "bob@pc2\033[31m");
	go_on(&scene, 600, 100000);
	end(&scene);
}

static const struct stream_ops no_stream_ops = { 0 };

static void
it_is_told_by_a_socket(void **state)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"method\":\"view.add\",\"params\":"
	    "{\"name\":\"bob\",\"fd\":0}}\n";
	static const char other[] =
	    "{\"jsonrpc\":\"2.0\",\"method\":\"view.remove\",\"params\":"
	    "{\"name\":\"bob\"}}\n";
	struct scene scene = { .loop = loop_new() };
	struct guide *guide = NULL;
	struct stream *ours = NULL;
	struct frames *frames = NULL;
	int ends[2];

	assert_int_equal(frames_new(16, 16, &frames), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	guide = guide_new(scene.loop, ends[1], &scene.views, on_end, &scene);
	ours = stream_new(scene.loop, ends[0], &no_stream_ops, NULL, 1 << 16);
	assert_int_equal(stream_give(ours, dup(frames_fd(frames))), 0);
	stream_write(ours, line, sizeof line - 1);
	while (scene.views.count == 0)
		loop_turn(scene.loop, 10);
	assert_string_equal(scene.views.list[0].name, "bob");
	/* Without a descriptor, or for nobody, nothing changes. */
	stream_write(ours, line, sizeof line - 1);
	stream_write(ours, other, sizeof other - 1);
	while (scene.views.count > 0)
		loop_turn(scene.loop, 10);
	stream_free(ours);
	while (!scene.is_over)
		loop_turn(scene.loop, 10);
	guide_free(guide);
	frames_free(frames);
	loop_free(scene.loop);
}

/* -- a window ----------------------------------------------------------------
 */

#if defined(HAVE_SDL) && defined(HAVE_XCB)
static void
stop_loop(void *arg)
{
	loop_stop(arg);
}

/* Until the other end of control is closed; the exit status. */
static int
show_window(const struct frames *frames, int control_fd)
{
	struct loop *loop = loop_new();
	struct views views = { 0 };
	struct window *window = NULL;
	struct guide *guide = NULL;
	int err = window_new(loop, &views, stop_loop, loop, &window);

	if (err != 0)
		return 8;
	views_put(&views, "bob", open_frames(frames));
	guide = guide_new(loop, control_fd, &views, stop_loop, loop);
	loop_run(loop);
	guide_free(guide);
	window_free(window);
	views_finish(&views);
	loop_free(loop);
	return 0;
}
#endif

static void
a_window_shows_the_picture(void **state)
{
#if defined(HAVE_SDL) && defined(HAVE_XCB)
	struct display display;
	struct video_choice choice = { .kind = VIDEO_X11, .fd = -1 };
	struct i420 seen = { 0 }, wanted, part;
	struct frames *frames = NULL;
	struct video *video = NULL;
	uint64_t until_ms = clock_now_ms() + 20000;
	double alike = 0;
	int ends[2], status = 0;
	pid_t pid;

	if (!display_start(&display, "1280x720x24"))
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(frames_new(1280, 720, &frames), 0);
	assert_int_equal(i420_init(&wanted, 1280, 720), 0);
	call_video(&wanted, 3);
	assert_int_equal(frames_put(frames, &wanted, 1), 0);
	pid = fork();
	if (pid == 0) {
		setenv("DISPLAY", display.name, 1);
		setenv("SDL_VIDEODRIVER", "x11", 1);
		setenv("SDL_RENDER_DRIVER", "software", 1);
		close(ends[1]);
		_exit(show_window(frames, ends[0]));
	}
	close(ends[0]);
	snprintf(choice.name, sizeof choice.name, "%s", display.name);
	assert_int_equal(video_open(&choice, &video), 0);
	/* The whole screen is the window's; without anybody who would manage
	 * it, it lies where it wants. */
	while (alike < 0.9 && clock_now_ms() < until_ms) {
		assert_int_equal(video->ops->read(video, &seen), VIDEO_GOES_ON);
		part = seen;
		part.memory = NULL;
		alike = ssim(&wanted, &part);
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	}
	assert_true(alike >= 0.9);
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	video_close(video);
	frames_free(frames);
	i420_finish(&seen);
	i420_finish(&wanted);
	display_stop(&display);
#else
	skip();
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_shows_the_last_picture),
		cmocka_unit_test(one_that_does_not_answer_shows_it_as_well),
		cmocka_unit_test(a_slow_one_is_given_fewer_and_whole_ones),
		cmocka_unit_test(a_new_size_is_drawn_anew),
		cmocka_unit_test(q_ends_and_the_terminal_is_as_it_was),
		cmocka_unit_test(views_come_and_go),
		cmocka_unit_test(names_stand_below_their_pictures),
		cmocka_unit_test(it_is_told_by_a_socket),
		cmocka_unit_test(a_window_shows_the_picture),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
