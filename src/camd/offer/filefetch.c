/* filefetch.c: a request sealed for an IPMSG client, and a connection to it. */
#include "camd/offer/filefetch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/message/way.h"
#include "camd/offer/fetches.h"
#include "camd/offer/passage.h"
#include "camd/people/user.h"
#include "camd/settings.h"
#include "ipmsg/attach.h"
#include "lan/filerequest.h"
#include "lan/lan.h"
#include "loop/timer.h"
#include "loop/worker.h"
#include "net/tcp.h"

enum { CONNECT_MS = 8000 };

struct filefetch {
	struct camd *camd;
	struct addr to;
	struct lan_question *question;
	struct job job;
	int err;
	bool working;
	bool given_up;
	struct tcp_dial *dial;
	struct timer refusal; /* nothing is told inside the call */
	const char *reason;
	void (*on_done)(void *arg, const char *reason, struct passage *passage);
	void *arg;
};

static void
destroy(struct filefetch *filefetch)
{
	tcp_dial_free(filefetch->dial);
	timer_finish(&filefetch->refusal);
	lan_question_free(filefetch->question);
	free(filefetch);
}

static void
end(struct filefetch *filefetch, const char *reason, struct passage *passage)
{
	void (*on_done)(void *, const char *, struct passage *) =
	    filefetch->on_done;
	void *arg = filefetch->arg;

	destroy(filefetch);
	on_done(arg, reason, passage);
}

static void
on_refusal(void *arg)
{
	struct filefetch *filefetch = arg;

	end(filefetch, filefetch->reason, NULL);
}

/* -- the connection ---------------------------------------------------------
 */

static void
fill_passage(const struct filefetch *filefetch, int fd, struct passage *passage)
{
	const struct lan_question *question = filefetch->question;

	passage_init(passage);
	passage->socket = fd;
	passage->form = question->stream ? TRANSFER_STREAM : TRANSFER_DATA;
	passage->encryption = way_encryption(question->flags);
	passage->hello = xmemdup(question->hello.data, question->hello.len);
	passage->hello_len = question->hello.len;
	passage->ciphered = question->ciphered;
	passage->packet = question->number;
	memcpy(passage->key, question->key, sizeof passage->key);
	passage->charset = question->charset;
	passage->bare = question->bare;
}

static void
on_dialled(void *arg, int err, int fd)
{
	struct filefetch *filefetch = arg;
	struct passage passage;

	filefetch->dial = NULL;
	if (err < 0) {
		end(filefetch, "unreachable", NULL);
		return;
	}
	fill_passage(filefetch, fd, &passage);
	end(filefetch, NULL, &passage);
	wipe(&passage, sizeof passage);
}

static void
dial(struct filefetch *filefetch)
{
	struct camd *camd = filefetch->camd;
	const struct udp *udp =
	    lan_udp(camd->lan, (enum addr_family)filefetch->to.family);
	const struct addr *from = udp != NULL ? udp_address(udp) : NULL;

	/* He knows us by the address that our messages come from. */
	filefetch->dial = tcp_dial_new(camd->loop,
	    from != NULL && !addr_is_any(from) ? from : NULL, &filefetch->to,
	    CONNECT_MS, on_dialled, filefetch);
}

/* -- the request ------------------------------------------------------------
 */

static void
work(struct job *job, void *context)
{
	struct filefetch *filefetch = container_of(job, struct filefetch, job);

	filefetch->err = lan_question_seal(filefetch->question);
}

static void
on_worked(struct job *job)
{
	struct filefetch *filefetch = container_of(job, struct filefetch, job);

	filefetch->working = false;
	if (filefetch->given_up) {
		destroy(filefetch);
	} else if (filefetch->err < 0) {
		log_info(
		    "cannot ask for a file: %s", cam_strerror(filefetch->err));
		end(filefetch, "failed", NULL);
	} else {
		dial(filefetch);
	}
}

static uint32_t
type_of(const struct fetch_wish *wish)
{
	if (wish->is_image)
		return FILE_CLIPBOARD;
	return wish->is_folder ? FILE_FOLDER : FILE_REGULAR;
}

/* Why it is not even tried; NULL: it is. */
static const char *
refusal(const struct filefetch *filefetch)
{
	const struct camd *camd = filefetch->camd;
	const char *cleartext =
	    settings_text(camd->settings, "security.cleartext");

	if (!addr_is_answerable(&filefetch->to) || lan_port(camd->lan) == 0)
		return "unreachable";
	return !filefetch->question->ciphered && strcmp(cleartext, "off") == 0
		   ? "refused"
		   : NULL;
}

struct filefetch *
filefetch_new(struct camd *camd, const struct fetch_wish *wish,
    void (*on_done)(void *arg, const char *reason, struct passage *passage),
    void *arg)
{
	struct filefetch *filefetch = xcalloc(1, sizeof *filefetch);
	struct lan_wanted wanted = { .peer = &wish->user->peer,
		.packet = wish->packet_no,
		.file = wish->number,
		.type = type_of(wish) };

	filefetch->camd = camd;
	/* The TCP port has the number of the UDP port. */
	filefetch->to = wish->user->peer.addr;
	filefetch->question = lan_question_new(camd->lan, &wanted);
	filefetch->on_done = on_done;
	filefetch->arg = arg;
	timer_init(&filefetch->refusal, camd->loop, on_refusal, filefetch);
	filefetch->reason = refusal(filefetch);
	if (filefetch->reason != NULL) {
		timer_start(&filefetch->refusal, 0);
		return filefetch;
	}
	filefetch->job.work = work;
	filefetch->job.done = on_worked;
	filefetch->working = true;
	workers_submit(camd->pool, &filefetch->job);
	return filefetch;
}

void
filefetch_free(struct filefetch *filefetch)
{
	if (filefetch == NULL)
		return;
	if (filefetch->working)
		filefetch->given_up = true;
	else
		destroy(filefetch);
}

void
filefetch_release(
    struct camd *camd, const struct user *user, uint32_t packet_no)
{
	if (addr_is_answerable(&user->peer.addr))
		lan_release(camd->lan, &user->peer, packet_no);
}
