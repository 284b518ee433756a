/* order.c: a line from the screen. */
#include "cam-notify/order.h"

#include "base/err.h"

static const char *
member(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

int
order_parse(struct span line, struct order *order)
{
	struct order read = { 0 };

	if (line.len > ORDER_MAX)
		return CAM_ERR_FORMAT;
	read.object = json_loadb(
	    (const char *)line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
	read.key = member(read.object, "withdraw");
	if (read.key == NULL) {
		read.key = member(read.object, "show");
		read.title = member(read.object, "title");
		read.body = member(read.object, "body");
		if (read.title == NULL || read.body == NULL)
			read.key = NULL;
	}
	if (read.key == NULL) {
		order_finish(&read);
		return CAM_ERR_FORMAT;
	}
	*order = read;
	return 0;
}

void
order_finish(struct order *order)
{
	json_decref(order->object);
	*order = (struct order){ 0 };
}
