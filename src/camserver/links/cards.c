/* cards.c: cards on their way to the database. */
#include "camserver/links/cards.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camserver/links/roll.h"
#include "camserver/server.h"
#include "loop/worker.h"
#include "store/card.h"

struct card_job {
	struct job job;
	int64_t member;
	char *hello;
	uint8_t link_key[SIGN_KEY_SIZE];
	char addr[ADDR_TEXT_SIZE];
	int err;
};

static void
write_card(struct job *job, void *context)
{
	struct card_job *write = container_of(job, struct card_job, job);
	struct store_card card = { .member = write->member,
		.link_key = span_of(write->link_key, SIGN_KEY_SIZE),
		.hello = span_text(write->hello),
		.addr = write->addr };

	write->err = store_card_put(context, &card);
}

static void
on_card_written(struct job *job)
{
	struct card_job *write = container_of(job, struct card_job, job);
	int err = job->batch_err < 0 ? job->batch_err : write->err;

	if (err < 0)
		log_error("cannot store what a member says of himself: %s",
		    cam_strerror(err));
	free(write->hello);
	free(write);
}

void
cards_write(const struct server *server, const struct roll_member *member)
{
	struct card_job *write = xcalloc(1, sizeof *write);

	write->member = member->member;
	write->hello = xstrdup(member->card);
	memcpy(write->link_key, member->link_key, SIGN_KEY_SIZE);
	if (member->addr.family != ADDR_NONE)
		(void)addr_format(&member->addr, write->addr);
	write->job.work = write_card;
	write->job.done = on_card_written;
	workers_submit(server->writer, &write->job);
}
