/* bus.c: the notification service of the desktop. */
#include "cam-notify/bus.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "base/err.h"
#include "base/mem.h"
#include "cam-notify/markup.h"

#define SERVICE "org.freedesktop.Notifications"
#define OBJECT "/org/freedesktop/Notifications"

/* A service that hangs holds up only what comes after. */
enum { CALL_TIMEOUT_US = 5 * 1000 * 1000 };

struct bus {
	sd_bus *bus;
	bool has_markup; /* the service reads bodies as markup */
};

static int
error_of(int r)
{
	return r == -ENOTCONN || r == -ECONNRESET || r == -EPIPE
		   ? CAM_ERR_CLOSED
		   : CAM_ERR_REFUSED;
}

static int
call(struct bus *bus, sd_bus_message *request, sd_bus_message **reply)
{
	return sd_bus_call(bus->bus, request, CALL_TIMEOUT_US, NULL, reply);
}

static int
new_call(struct bus *bus, const char *method, sd_bus_message **request)
{
	return sd_bus_message_new_method_call(
	    bus->bus, request, SERVICE, OBJECT, SERVICE, method);
}

/* Who answers this is there. */
static int
ask_capabilities(struct bus *bus)
{
	sd_bus_message *request = NULL, *reply = NULL;
	char **list = NULL;
	int r = new_call(bus, "GetCapabilities", &request);

	if (r >= 0)
		r = call(bus, request, &reply);
	if (r >= 0)
		r = sd_bus_message_read_strv(reply, &list);
	for (char **one = list; r >= 0 && one != NULL && *one != NULL; one++)
		bus->has_markup |= strcmp(*one, "body-markup") == 0;
	for (char **one = list; one != NULL && *one != NULL; one++)
		free(*one);
	free(list);
	sd_bus_message_unref(reply);
	sd_bus_message_unref(request);
	return r;
}

int
bus_open(struct bus **bus)
{
	struct bus *opened = xcalloc(1, sizeof *opened);

	if (sd_bus_open_user(&opened->bus) < 0 ||
	    ask_capabilities(opened) < 0) {
		bus_free(opened);
		return CAM_ERR_UNREACHABLE;
	}
	*bus = opened;
	return 0;
}

void
bus_free(struct bus *bus)
{
	if (bus == NULL)
		return;
	sd_bus_flush_close_unref(bus->bus);
	free(bus);
}

/* Notify(app_name, replaces_id, app_icon, summary, body, actions, hints,
 * expire_timeout): no actions, so a click on it does nothing. */
static int
put_notify(
    sd_bus_message *request, uint32_t id, const char *title, const char *body)
{
	int r =
	    sd_bus_message_append(request, "susss", "cam", id, "", title, body);

	if (r >= 0)
		r = sd_bus_message_append(request, "as", 0);
	if (r >= 0)
		r = sd_bus_message_append(request, "a{sv}", 2, "category", "s",
		    "im.received", "desktop-entry", "s", "cam");
	return r < 0 ? r : sd_bus_message_append(request, "i", -1);
}

int
bus_show(struct bus *bus, const char *title, const char *body, uint32_t *id)
{
	sd_bus_message *request = NULL, *reply = NULL;
	char *marked = bus->has_markup ? markup_escape(body) : xstrdup(body);
	uint32_t given = 0;
	int r = new_call(bus, "Notify", &request);

	if (r >= 0)
		r = put_notify(request, *id, title, marked);
	if (r >= 0)
		r = call(bus, request, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "u", &given);
	if (r >= 0)
		*id = given;
	free(marked);
	sd_bus_message_unref(reply);
	sd_bus_message_unref(request);
	return r < 0 ? error_of(r) : 0;
}

int
bus_withdraw(struct bus *bus, uint32_t id)
{
	sd_bus_message *request = NULL, *reply = NULL;
	int r = new_call(bus, "CloseNotification", &request);

	if (r >= 0)
		r = sd_bus_message_append(request, "u", id);
	if (r >= 0)
		r = call(bus, request, &reply);
	sd_bus_message_unref(reply);
	sd_bus_message_unref(request);
	return r < 0 && error_of(r) == CAM_ERR_CLOSED ? CAM_ERR_CLOSED : 0;
}
