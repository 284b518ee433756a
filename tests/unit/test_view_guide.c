/* test_view_guide.c: where pictures of a call are shown, and what keys and
 * answers of terminals mean. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cam-view/guide.h"
#include "cam-view/probe.h"
#include "cam-view/screen.h"

/* -- places ------------------------------------------------------------------
 */

static void
tiles_lie_beside_each_other_and_fill_the_room(void **state)
{
	for (unsigned count = 1; count <= TILES_MAX; count++)
		for (unsigned form = 0; form < 2; form++) {
			struct tile tiles[TILES_MAX];

			tiles_place(form, count, 201, 51, 50, tiles);
			for (unsigned i = 0; i < count; i++) {
				assert_true(tiles[i].width > 0);
				assert_true(tiles[i].height > 0);
				assert_true(
				    tiles[i].left + tiles[i].width <= 201);
				assert_true(
				    tiles[i].top + tiles[i].height <= 51);
				for (unsigned k = 0; k < i; k++)
					assert_true(
					    tiles[k].left + tiles[k].width <=
						tiles[i].left ||
					    tiles[i].left + tiles[i].width <=
						tiles[k].left ||
					    tiles[k].top + tiles[k].height <=
						tiles[i].top ||
					    tiles[i].top + tiles[i].height <=
						tiles[k].top);
			}
		}
}

static void
the_shape_of_the_room_decides_how_they_lie(void **state)
{
	struct tile tiles[TILES_MAX];

	tiles_place(TILES_EQUAL, 2, 1600, 450, 100, tiles);
	assert_int_equal(tiles[1].left, 800);
	tiles_place(TILES_EQUAL, 2, 800, 900, 100, tiles);
	assert_int_equal(tiles[1].top, 450);
	/* Cells are twice as high as wide. */
	tiles_place(TILES_EQUAL, 2, 320, 45, 50, tiles);
	assert_int_equal(tiles[1].left, 160);
	tiles_place(TILES_EQUAL, 4, 1600, 900, 100, tiles);
	assert_int_equal(tiles[3].left, 800);
	assert_int_equal(tiles[3].top, 450);
	tiles_place(TILES_SPEAKER, 3, 1000, 500, 100, tiles);
	assert_int_equal(tiles[0].height, 400);
	assert_int_equal(tiles[2].left, 500);
}

/* -- answers -----------------------------------------------------------------
 */

static void
feed(struct probe *probe, const char *text)
{
	/* In single bytes: a terminal may cut anywhere. */
	for (; *text != '\0'; text++)
		probe_feed(probe, span_of(text, 1));
}

static void
answers_of_terminals_are_understood(void **state)
{
	struct probe xterm = { 0 }, kitty = { 0 }, plain = { 0 };

	feed(&xterm, "\033[?63;1;2;4;6;9;15;22c");
	assert_true(xterm.answered && xterm.has_sixel && !xterm.has_kitty);
	feed(&kitty, "\033_Gi=31;OK\033\\\033[?62;c");
	assert_true(kitty.answered && kitty.has_kitty && !kitty.has_sixel);
	feed(&plain, "\033_Gi=31;ENOTSUP\033\\\033[?1;14;40c\033[0n\033[0n");
	assert_true(plain.answered && !plain.has_kitty && !plain.has_sixel);
	assert_int_equal(plain.dones, 2);
}

static void
keys_are_told_from_answers(void **state)
{
	struct probe probe = { 0 };

	feed(&probe, "\033[A\033OP\033[?1;4c");
	assert_int_equal(probe.key, 0);
	feed(&probe, "s");
	assert_int_equal(probe.key, 's');
	for (unsigned i = 0; i < 1000; i++)
		feed(&probe, i == 0 ? "\033[" : "1;");
	feed(&probe, "mq");
	assert_int_equal(probe.key, 'q');
}

static void
keys_choose_who_is_large(void **state)
{
	struct views views = { .count = 3 };

	assert_true(views_take_key(&views, 's'));
	assert_int_equal(views.form, TILES_SPEAKER);
	assert_true(views_take_key(&views, '3'));
	assert_ptr_equal(views_of_tile(&views, 0), &views.list[2]);
	assert_ptr_equal(views_of_tile(&views, 1), &views.list[0]);
	assert_true(views_take_key(&views, '4'));
	assert_int_equal(views.speaker, 2);
	assert_false(views_take_key(&views, 'q'));
	assert_false(views_take_key(&views, 3));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiles_lie_beside_each_other_and_fill_the_room),
		cmocka_unit_test(the_shape_of_the_room_decides_how_they_lie),
		cmocka_unit_test(answers_of_terminals_are_understood),
		cmocka_unit_test(keys_are_told_from_answers),
		cmocka_unit_test(keys_choose_who_is_large),
	};

	return cmocka_run_group_tests_name("view guide", tests, NULL, NULL);
}
