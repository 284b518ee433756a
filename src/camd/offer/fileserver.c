/* fileserver.c: file requests of IPMSG clients, from their first byte until a
 * transfer has the connection. */
#include "camd/offer/fileserver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "camd/camd.h"
#include "camd/message/way.h"
#include "camd/offer/grant.h"
#include "camd/offer/guesses.h"
#include "camd/offer/offers.h"
#include "camd/offer/passage.h"
#include "camd/offer/transfers.h"
#include "camd/people/roster.h"
#include "camd/settings.h"
#include "ipmsg/filerequest.h"
#include "lan/filerequest.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "loop/worker.h"
#include "store/transfer.h"

/* Some clients end a request neither with a NUL nor with a colon: then it ends
 * when no more comes (reference 4.3). */
enum { QUIET_MS = 300 };

/*
 * One connection:
 *
 *	reading -> opened (sealed ones, in the pool) -> its number taken (signed
 *	ones, by the writer) -> asked for (offers) -> handed to transfers
 */
struct visit {
	TAILQ_ENTRY(visit) entry;
	TAILQ_ENTRY(visit) turn; /* while it waits to be opened */
	struct fileserver *fileserver;
	struct addr from;
	int fd;
	struct watch watch;
	struct timer late;  /* it must have asked by then */
	struct timer quiet; /* nothing more came for a moment */
	struct buf bytes;
	struct lan_request *request;
	int64_t uid; /* who asks */
	uint32_t replay;
	struct job job;
	int err;
	void (*on_known)(void *arg);
	void *known_arg;
};
TAILQ_HEAD(visits, visit);

struct fileserver {
	struct camd *camd;
	struct guesses *guesses;
	struct visits visits;
	struct visits sealed; /* one after the other: numbers must grow */
	bool opening;	      /* the first of them is in the pool */
	bool ending;
};

static void open_next(struct fileserver *fileserver);

/* -- beginning and end ------------------------------------------------------
 */

static void
stop_reading(struct visit *visit)
{
	watch_finish(&visit->watch);
	timer_finish(&visit->late);
	timer_finish(&visit->quiet);
	buf_wipe(&visit->bytes);
}

static void
visit_free(struct visit *visit)
{
	TAILQ_REMOVE(&visit->fileserver->visits, visit, entry);
	if (visit->request == NULL)
		stop_reading(visit);
	if (visit->fd >= 0)
		close(visit->fd);
	lan_request_free(visit->request);
	free(visit);
}

/* It has what it came for, or gets nothing: no answer says why (F5). */
static void
end(struct visit *visit)
{
	void (*on_known)(void *arg) = visit->on_known;
	void *arg = visit->known_arg;

	visit_free(visit);
	on_known(arg);
}

/* Asked for what is not there for him. */
static void
end_wrong(struct visit *visit, bool is_offers)
{
	struct fileserver *fileserver = visit->fileserver;
	char text[ADDR_TEXT_SIZE];

	if (guesses_wrong(fileserver->guesses, &visit->from, clock_now_ms())) {
		log_warn("%s asks for files that were not offered to it: "
			 "refused for an hour",
		    addr_format_host(&visit->from, text));
		if (is_offers)
			offers_freeze(fileserver->camd->offers,
			    visit->request->file.packet, visit->uid);
	}
	end(visit);
}

struct fileserver *
fileserver_new(struct camd *camd)
{
	struct fileserver *fileserver = xcalloc(1, sizeof *fileserver);

	fileserver->camd = camd;
	fileserver->guesses = guesses_new();
	TAILQ_INIT(&fileserver->visits);
	TAILQ_INIT(&fileserver->sealed);
	return fileserver;
}

void
fileserver_stop(struct fileserver *fileserver)
{
	if (fileserver != NULL)
		fileserver->ending = true;
}

void
fileserver_free(struct fileserver *fileserver)
{
	struct visit *visit;

	if (fileserver == NULL)
		return;
	while ((visit = TAILQ_FIRST(&fileserver->visits)) != NULL)
		visit_free(visit);
	guesses_free(fileserver->guesses);
	free(fileserver);
}

/* -- serving ----------------------------------------------------------------
 */

/* A file may be asked for in either way, a folder and a picture in one. */
static bool
fits(const struct lan_request *request, const struct grant *grant)
{
	if (grant->kind == STORE_FOLDER)
		return request->wants_stream;
	return grant->kind != STORE_IMAGE || !request->wants_stream;
}

/* What leaves in clear leaves because the one who fetches wants it so. */
static bool
may_be_clear(const struct camd *camd)
{
	const char *cleartext =
	    settings_text(camd->settings, "security.cleartext");

	return strcmp(cleartext, "off") != 0 &&
	       strcmp(cleartext, "receive") != 0;
}

static void
fill_passage(struct visit *visit, struct passage *passage)
{
	const struct lan_request *request = visit->request;

	passage_init(passage);
	passage->socket = visit->fd;
	visit->fd = -1;
	passage->form = request->wants_stream ? TRANSFER_STREAM : TRANSFER_DATA;
	passage->ciphered = request->file.cover == FILE_COVER_AES;
	passage->encryption =
	    way_encryption(passage->ciphered ? request->flags : 0);
	passage->packet = visit->replay;
	memcpy(passage->key, request->file.key, sizeof passage->key);
	passage->charset = request->charset;
	passage->bare = client_wants_bare_lists(request->client);
	passage->offset = request->file.offset;
}

static void
on_granted(void *arg, const char *reason, struct grant *grant)
{
	struct visit *visit = arg;
	struct camd *camd = visit->fileserver->camd;
	struct passage passage;
	int err;

	if (grant == NULL && strcmp(reason, "unknown") == 0) {
		end_wrong(visit, true);
		return;
	}
	/* By IPMSG everybody gets it once (reference 4.2). */
	if (grant == NULL || grant->was_done || !fits(visit->request, grant)) {
		log_debug("a file that '%s' asked for is not served: %s",
		    visit->request->user,
		    grant == NULL ? reason : "fetched before");
		grant_free(grant);
		end(visit);
		return;
	}
	fill_passage(visit, &passage);
	err = transfers_send(camd->transfers, grant, &passage, false);
	if (err < 0)
		log_debug("a file that '%s' asked for is not served: %s",
		    visit->request->user, cam_strerror(err));
	end(visit);
}

static void
ask_offers(struct visit *visit)
{
	struct camd *camd = visit->fileserver->camd;
	struct offer_ask ask = {
		.user = roster_by_uid(camd->roster, visit->uid),
		.packet_no = visit->request->file.packet,
		.number = visit->request->file.file,
	};

	if (ask.user == NULL || visit->fileserver->ending)
		end(visit);
	else
		offers_ask(camd->offers, &ask, on_granted, visit);
}

/* -- who asks ---------------------------------------------------------------
 */

static void
take_number(struct job *job, void *context)
{
	struct visit *visit = container_of(job, struct visit, job);

	visit->err = store_replay_take(context, visit->uid, visit->replay);
}

static void
on_number_taken(struct job *job)
{
	struct visit *visit = container_of(job, struct visit, job);

	if (job->batch_err < 0 || visit->err < 0) {
		log_debug("a file request of '%s' was seen before",
		    visit->request->user);
		end(visit);
		return;
	}
	ask_offers(visit);
}

/* What was signed once must not be good for ever (reference 4.5). */
static void
check_number(struct visit *visit)
{
	visit->job.work = take_number;
	visit->job.done = on_number_taken;
	workers_submit(visit->fileserver->camd->writer, &visit->job);
}

/*
 * Whom a message went to, by his name and where he is; or by his signature,
 * wherever he is (reference 4.2).
 */
static void
recognise(struct visit *visit)
{
	struct fileserver *fileserver = visit->fileserver;
	struct camd *camd = fileserver->camd;
	const struct lan_request *request = visit->request;
	const struct user *user = roster_find(
	    camd->roster, request->user, request->host, &visit->from);
	bool is_signed = user != NULL && request->key != NULL &&
			 user->peer.key == request->key;

	if (fileserver->ending) {
		end(visit);
	} else if (!is_signed && guesses_refuse(fileserver->guesses,
				     &visit->from, clock_now_ms())) {
		end(visit);
	} else if (user == NULL ||
		   (!is_signed &&
		       !addr_same_host(&user->peer.addr, &visit->from))) {
		end_wrong(visit, false);
	} else if (request->file.cover != FILE_COVER_AES &&
		   !may_be_clear(camd)) {
		log_info("'%s' asks for a file in clear: refused by "
			 "security.cleartext",
		    request->user);
		end(visit);
	} else {
		visit->uid = user->uid;
		visit->replay = request->file.has_replay ? request->file.replay
							 : request->number;
		if (is_signed)
			check_number(visit);
		else
			ask_offers(visit);
	}
}

/* -- opening ----------------------------------------------------------------
 */

static void
open_request(struct job *job, void *context)
{
	struct visit *visit = container_of(job, struct visit, job);

	visit->err = lan_request_open(visit->request);
}

static void
on_opened(struct job *job)
{
	struct visit *visit = container_of(job, struct visit, job);
	struct fileserver *fileserver = visit->fileserver;

	TAILQ_REMOVE(&fileserver->sealed, visit, turn);
	fileserver->opening = false;
	if (visit->err < 0) {
		end_wrong(visit, false);
	} else {
		lan_request_learn(fileserver->camd->lan, visit->request);
		recognise(visit);
	}
	open_next(fileserver);
}

static void
open_next(struct fileserver *fileserver)
{
	struct visit *visit = TAILQ_FIRST(&fileserver->sealed);

	if (visit == NULL || fileserver->opening || fileserver->ending)
		return;
	fileserver->opening = true;
	visit->job.work = open_request;
	visit->job.done = on_opened;
	workers_submit(fileserver->camd->pool, &visit->job);
}

/* -- reading ----------------------------------------------------------------
 */

static void
take_request(struct visit *visit)
{
	struct fileserver *fileserver = visit->fileserver;
	struct lan_request *request = NULL;
	bool sealed = false;

	if (fileserver->ending ||
	    lan_request_new(fileserver->camd->lan, &visit->from,
		buf_span(&visit->bytes), &sealed, &request) < 0) {
		end(visit);
		return;
	}
	stop_reading(visit);
	visit->request = request;
	if (sealed) {
		TAILQ_INSERT_TAIL(&fileserver->sealed, visit, turn);
		open_next(fileserver);
	} else {
		recognise(visit);
	}
}

static void
on_readable(int fd, int events, void *arg)
{
	struct visit *visit = arg;
	uint8_t bytes[1024];
	ssize_t len = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len < 0) {
		end(visit);
		return;
	}
	buf_put(&visit->bytes, bytes, (size_t)len);
	/* Every packet begins with its version, and dictionaries ask for no
	 * files. */
	if (buf_failed(&visit->bytes) ||
	    (visit->bytes.len > 0 && visit->bytes.data[0] != '1'))
		end(visit);
	else if (len == 0 || file_request_is_whole(buf_span(&visit->bytes)))
		take_request(visit);
	else
		timer_start(&visit->quiet, QUIET_MS);
}

/* Not the end of what has only come in pieces: then it is late sometime. */
static void
on_quiet(void *arg)
{
	struct visit *visit = arg;

	if (file_request_is_readable(buf_span(&visit->bytes)))
		take_request(visit);
}

static void
on_late(void *arg)
{
	end(arg);
}

void
fileserver_accept(struct fileserver *fileserver, int fd,
    const struct addr *from, uint64_t deadline_ms, void (*on_known)(void *arg),
    void *known_arg)
{
	struct loop *loop = fileserver->camd->loop;
	struct visit *visit = xcalloc(1, sizeof *visit);
	uint64_t now_ms = clock_now_ms();

	visit->fileserver = fileserver;
	visit->from = *from;
	visit->fd = fd;
	visit->on_known = on_known;
	visit->known_arg = known_arg;
	buf_init(&visit->bytes, LIMIT_FILE_REQUEST);
	timer_init(&visit->late, loop, on_late, visit);
	timer_init(&visit->quiet, loop, on_quiet, visit);
	timer_start(
	    &visit->late, deadline_ms > now_ms ? deadline_ms - now_ms : 1);
	watch_init(&visit->watch, loop, fd, on_readable, visit);
	watch_set(&visit->watch, WATCH_READ);
	TAILQ_INSERT_TAIL(&fileserver->visits, visit, entry);
}
