/* metrics.c: how the server is, in numbers. */
#include <stdlib.h>

#include "base/mem.h"
#include "camserver/figures.h"
#include "camserver/methods/asking.h"
#include "camserver/methods/methods.h"
#include "rpc/json.h"

struct counting {
	struct asking asking;
	struct figures figures;
};

static int
count(struct asking *asking, struct store *store)
{
	struct counting *counting = (struct counting *)asking;

	return figures_count(&counting->figures, store);
}

static void
reply(struct asking *asking)
{
	struct counting *counting = (struct counting *)asking;
	struct buf text;

	buf_init(&text, FIGURES_TEXT_MAX);
	figures_take(&counting->figures, asking->server);
	figures_print(&counting->figures, &text);
	rpc_reply(asking->call,
	    json_pack("{s:o}", "text", json_text(buf_span(&text))));
	buf_finish(&text);
}

int
server_metrics(struct rpc_call *call, json_t *params)
{
	struct counting *counting = xcalloc(1, sizeof *counting);

	counting->asking.work = count;
	counting->asking.reply = reply;
	asking_start(&counting->asking, call);
	return 0;
}
