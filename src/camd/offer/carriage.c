/* carriage.c: one transfer with its connection. */
#include "camd/offer/carriage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/err.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/events.h"
#include "camd/offer/grant.h"
#include "camd/offer/places.h"
#include "camd/offer/png.h"
#include "camd/people/roster.h"
#include "rpc/json.h"
#include "rpc/names.h"

/* What stays free on the disk: a twentieth of it, at most a GiB. */
static const uint64_t reserve_max = (uint64_t)1 << 30;
enum { RESERVE_PART = 20 };

/* -- made and ended ---------------------------------------------------------
 */

static struct carriage *
carriage_new(bool receive, const struct offer_key *key, struct passage *passage)
{
	struct carriage *carriage = xcalloc(1, sizeof *carriage);
	struct transfer_job *run = &carriage->run;

	carriage->key = *key;
	carriage->uid = key->uid;
	carriage->passage = *passage;
	passage_init(passage);
	transfer_job_init(run, receive);
	run->form = carriage->passage.form;
	run->socket = carriage->passage.socket;
	run->hello =
	    span_of(carriage->passage.hello, carriage->passage.hello_len);
	run->early =
	    span_of(carriage->passage.early, carriage->passage.early_len);
	run->held = carriage->passage.held;
	run->held_from = carriage->passage.held_from;
	memcpy(run->held_as, carriage->passage.held_as, sizeof run->held_as);
	run->ciphered = carriage->passage.ciphered;
	run->packet = carriage->passage.packet;
	memcpy(run->key, carriage->passage.key, sizeof run->key);
	run->charset = carriage->passage.charset;
	run->bare = carriage->passage.bare;
	run->offset = carriage->passage.offset;
	return carriage;
}

struct carriage *
carriage_out(struct grant *grant, struct passage *passage)
{
	struct carriage *carriage = carriage_new(false, &grant->key, passage);
	struct transfer_job *run = &carriage->run;

	carriage->grant = grant;
	carriage->uid = grant->uid;
	memcpy(carriage->id, grant->id, sizeof carriage->id);
	carriage->size = grant->size;
	run->is_folder = grant->kind == STORE_FOLDER;
	run->name = grant->name;
	run->size = run->is_folder ? TRANSFER_SIZE_UNKNOWN : grant->size;
	memcpy(run->file_key, grant->file_key, sizeof run->file_key);
	run->has_digest = grant->has_digest;
	memcpy(run->digest, grant->digest, sizeof run->digest);
	run->source = grant->source;
	return carriage;
}

void
transfers_part_id(
    const struct offer_key *key, const char *id, char part[TRANSFER_ID_SIZE])
{
	snprintf(part, TRANSFER_ID_SIZE, "%sr%lldn%u", id,
	    (long long)key->message, (unsigned)key->number);
}

struct carriage *
carriage_in(const struct transfers_fetch *fetch, struct passage *passage)
{
	struct carriage *carriage = carriage_new(true, &fetch->key, passage);
	struct transfer_job *run = &carriage->run;

	snprintf(carriage->id, sizeof carriage->id, "%s", fetch->id);
	carriage->folder = xstrdup(fetch->folder);
	carriage->makes_folder = fetch->makes_folder;
	carriage->is_image = fetch->is_image;
	carriage->name = xstrdup(fetch->name);
	carriage->size = fetch->shown_size;
	run->is_folder = fetch->is_folder;
	run->name = carriage->name;
	run->size = fetch->size;
	run->mtime = fetch->mtime;
	run->quota = fetch->quota;
	run->marked = true;
	if (fetch->file_key != NULL)
		memcpy(run->file_key, fetch->file_key, sizeof run->file_key);
	run->has_digest = fetch->digest != NULL;
	if (fetch->digest != NULL)
		memcpy(run->digest, fetch->digest, sizeof run->digest);
	transfers_part_id(&fetch->key, fetch->id, run->id);
	return carriage;
}

void
carriage_free(struct carriage *carriage)
{
	if (carriage->run.folder >= 0)
		close(carriage->run.folder);
	passage_finish(&carriage->passage);
	grant_free(carriage->grant);
	free(carriage->folder);
	free(carriage->name);
	wipe_free(carriage, sizeof *carriage);
}

/* -- the disk ---------------------------------------------------------------
 */

uint64_t
transfers_reserve(int folder)
{
	struct statvfs disk;
	uint64_t part;

	if (fstatvfs(folder, &disk) != 0)
		return 0;
	part = (uint64_t)disk.f_blocks * disk.f_frsize / RESERVE_PART;
	return part < reserve_max ? part : reserve_max;
}

/* -- on a thread ------------------------------------------------------------
 */

/* The folder may lie on a disk that is slow to answer. */
static int
open_folder(struct carriage *carriage)
{
	struct transfer_job *run = &carriage->run;

	if (carriage->makes_folder)
		(void)places_make(carriage->folder);
	run->folder =
	    open(carriage->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->folder < 0) {
		run->outcome.err = CAM_ERR_SYSTEM;
		run->outcome.error = errno;
		return CAM_ERR_SYSTEM;
	}
	run->reserve = transfers_reserve(run->folder);
	return 0;
}

/* What will be shown unasked is a picture, and no larger than it may be. */
static void
check_image(struct transfer_job *run)
{
	int fd = -1;
	int r = beneath_open(
	    run->folder, run->outcome.made, O_RDONLY | O_NONBLOCK, &fd);

	if (r == 0) {
		r = png_check_file(fd);
		close(fd);
	}
	if (r == 0)
		return;
	(void)beneath_remove(run->folder, run->outcome.made);
	(void)transfer_discard(run->folder, run->id);
	run->outcome.made[0] = '\0';
	run->outcome.err = CAM_ERR_FORMAT;
}

void
carriage_run(struct carriage *carriage)
{
	struct transfer_job *run = &carriage->run;

	if (run->receive && open_folder(carriage) < 0)
		return;
	transfer_run(run);
	if (carriage->is_image && run->outcome.err == 0)
		check_image(run);
	if (run->receive && atomic_load(&carriage->discard))
		(void)transfer_discard(run->folder, run->id);
}

/* -- how far ----------------------------------------------------------------
 */

void
carriage_measure(struct carriage *carriage, uint64_t now_ms)
{
	uint64_t bytes = atomic_load(&carriage->run.bytes);
	uint64_t passed_ms = now_ms - carriage->bytes_ms, rate;

	if (passed_ms == 0)
		return;
	/* What was there before is no rate; then the mean of a second or so. */
	rate = (bytes - carriage->bytes) * 1000 / passed_ms;
	if (carriage->rate > 0)
		carriage->rate = (3 * carriage->rate + rate) / 4;
	else if (carriage->is_measured)
		carriage->rate = rate;
	carriage->is_measured = true;
	carriage->bytes = bytes;
	carriage->bytes_ms = now_ms;
}

void
carriage_tell(const struct carriage *carriage, const struct camd *camd)
{
	const struct user *user =
	    roster_by_uid(camd->roster, carriage->key.uid);
	char *peer = NULL, *id = NULL;

	if (carriage->key.uid == OFFER_HELD)
		return;
	id = xasprintf("%s.%u", carriage->id, (unsigned)carriage->key.number);
	peer = user != NULL ? user_id(user) : xstrdup("unknown");
	events_tell(camd->events, EVENT_TRANSFER_PROGRESS,
	    json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I}", "id", id,
		"message", carriage->id, "direction",
		carriage->run.receive ? "in" : "out", "peer",
		json_text(span_text(peer)), "done", (json_int_t)carriage->bytes,
		"size", (json_int_t)carriage->size, "rate",
		(json_int_t)carriage->rate));
	free(peer);
	free(id);
}
