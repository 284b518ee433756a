/* test_notify.c: what the helper for notifications is told, and remembers. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cam-notify/markup.h"
#include "cam-notify/order.h"
#include "cam-notify/shown.h"

static void
lines_are_orders_or_nothing(void **state)
{
	struct order order = { 0 };

	assert_int_equal(
	    order_parse(span_text("{\"show\":\"anna@pc1\",\"title\":\"Anna\","
				  "\"body\":\"hi\"}\n"),
		&order),
	    0);
	assert_string_equal(order.key, "anna@pc1");
	assert_string_equal(order.title, "Anna");
	assert_string_equal(order.body, "hi");
	order_finish(&order);
	assert_int_equal(
	    order_parse(span_text("{\"withdraw\":\"anna@pc1\"}"), &order), 0);
	assert_null(order.title);
	order_finish(&order);
	for (size_t i = 0; i < 5; i++) {
		static const char *const wrong[] = { "", "[]", "{}",
			"{\"show\":\"x\",\"title\":\"y\"}",
			"{\"withdraw\":1}" };

		assert_int_equal(
		    order_parse(span_text(wrong[i]), &order), CAM_ERR_FORMAT);
	}
}

static void
no_sign_of_a_text_is_markup(void **state)
{
	char *text = markup_escape("<b>\"Tom\" & 'Jerry'</b> 会議");

	assert_string_equal(text,
	    "&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt; 会議");
	free(text);
}

static void
of_too_many_the_oldest_is_forgotten(void **state)
{
	struct shown shown = { .count = 0 };
	char key[16];

	for (uint32_t i = 1; i <= SHOWN_MAX + 1; i++) {
		snprintf(key, sizeof key, "user%u", i);
		shown_set(&shown, key, i);
	}
	assert_int_equal(shown_find(&shown, "user1"), 0);
	assert_int_equal(shown_find(&shown, "user2"), 2);
	shown_set(&shown, "user2", 200);
	assert_int_equal(shown_find(&shown, "user2"), 200);
	assert_int_equal(shown.count, SHOWN_MAX);
	shown_drop(&shown, "user2");
	shown_drop(&shown, "nobody");
	assert_int_equal(shown_find(&shown, "user2"), 0);
	shown_finish(&shown);
	assert_int_equal(shown.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_orders_or_nothing),
		cmocka_unit_test(no_sign_of_a_text_is_markup),
		cmocka_unit_test(of_too_many_the_oldest_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
