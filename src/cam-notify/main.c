/* main.c: cam-notify LOCK: shows on the desktop what lines on its stdin tell.
 *
 * The screen feeds it, and goes on whatever becomes of it: it ends with 1 where
 * there is no session bus or nobody on it who shows notifications, so that the
 * screen tells in another way, with 0 when its stdin is closed. Of several with
 * one LOCK, those of the screens of one user, the first speaks and the others
 * are silent. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "cam-notify/bus.h"
#include "cam-notify/order.h"
#include "cam-notify/shown.h"

struct helper {
	struct bus *bus;
	struct shown shown;
	int lock;
};

/* Where it cannot be locked at all it is better to be told twice. */
static bool
is_first(const struct helper *helper)
{
	return helper->lock < 0 || flock(helper->lock, LOCK_EX | LOCK_NB) == 0;
}

static int
follow(struct helper *helper, const struct order *order)
{
	uint32_t id = shown_find(&helper->shown, order->key);
	int err = 0;

	if (order->title == NULL) {
		shown_drop(&helper->shown, order->key);
		return id != 0 ? bus_withdraw(helper->bus, id) : 0;
	}
	if (!is_first(helper))
		return 0;
	err = bus_show(helper->bus, order->title, order->body, &id);
	if (err == 0)
		shown_set(&helper->shown, order->key, id);
	return err;
}

static int
serve(struct helper *helper)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	while (err == 0 && (len = getline(&line, &size, stdin)) > 0) {
		struct order order;

		if (order_parse(span_of(line, (size_t)len), &order) != 0)
			continue;
		err = follow(helper, &order);
		order_finish(&order);
	}
	free(line);
	return err != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct helper helper = { .lock = -1 };
	int code = EXIT_FAILURE;

	if (argc != 2) {
		fputs("usage: cam-notify LOCK\n", stderr);
		return 2;
	}
	helper.lock =
	    open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (bus_open(&helper.bus) == 0)
		code = serve(&helper);
	bus_free(helper.bus);
	shown_finish(&helper.shown);
	if (helper.lock >= 0)
		close(helper.lock);
	return code;
}
