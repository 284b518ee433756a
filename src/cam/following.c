/* following.c: transfers that somebody waits for: shown while they run, told
 * when they have ended. */
#include "cam/following.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "cam/daemon.h"
#include "cam/offer.h"
#include "cam/output.h"
#include "rpc/json.h"
#include "rpc/names.h"

struct followed {
	json_t *object;
	uint64_t rate; /* bytes a second, while it runs */
	bool told;     /* that it has ended */
};

int
following_begin(
    struct following *following, struct cam *cam, struct rpc_client *client)
{
	*following = (struct following){ .cam = cam };
	progress_init(&following->progress, cam);
	interrupt_begin(&following->interrupt);
	return daemon_subscribe(cam, client, "transfer");
}

void
following_end(struct following *following)
{
	if (following->cam == NULL)
		return;
	progress_clear(&following->progress);
	interrupt_end(&following->interrupt);
	for (size_t i = 0; i < following->count; i++)
		json_decref(following->transfers[i].object);
	free(following->transfers);
}

/* -- what is shown -----------------------------------------------------------
 */

static const struct followed *
only_one(const struct following *following, size_t *going)
{
	const struct followed *one = NULL;

	*going = 0;
	for (size_t i = 0; i < following->count; i++) {
		if (following->transfers[i].told)
			continue;
		one = &following->transfers[i];
		++*going;
	}
	return *going == 1 ? one : NULL;
}

static char *
note_of(const json_t *object)
{
	const char *peer = json_text_at(object, "peer");
	const char *error = json_text_at(object, "error");

	if (offer_is(object, "running"))
		return NULL;
	if (!offer_is_received(object))
		return xasprintf(_("%s has not fetched it yet"), peer);
	if (error[0] != '\0')
		return xasprintf(_("waiting for %s: %s"), peer, error);
	return xasprintf(_("waiting for %s"), peer);
}

/* All of them as one: those that are done too, so that the bar goes on. */
static void
add_up(const struct following *following, struct progress_view *view)
{
	for (size_t i = 0; i < following->count; i++) {
		const struct followed *followed = &following->transfers[i];

		if (followed->told && !offer_is(followed->object, "done"))
			continue;
		view->size += offer_number(followed->object, "size");
		view->done += offer_is(followed->object, "done")
				  ? offer_number(followed->object, "size")
				  : offer_number(followed->object, "done");
		view->rate += followed->rate;
	}
}

static void
show(struct following *following)
{
	struct progress_view view = { 0 };
	size_t going;
	const struct followed *one = only_one(following, &going);
	char *name = NULL, *note = NULL;

	if (!following->progress.enabled)
		return;
	if (going == 0) {
		progress_clear(&following->progress);
		return;
	}
	if (one != NULL) {
		name = xstrdup(json_text_at(one->object, "name"));
		note = note_of(one->object);
		view.size = offer_number(one->object, "size");
		view.done = offer_number(one->object, "done");
		view.rate = one->rate;
	} else {
		name = xasprintf(_("%zu transfers"), going);
		add_up(following, &view);
	}
	view.name = name;
	view.note = note;
	progress_show(&following->progress, &view);
	free(note);
	free(name);
}

/* -- what is told ------------------------------------------------------------
 */

/* The object as the event that would have said so. */
static void
tell_json(const json_t *object)
{
	json_t *event = json_object();

	json_object_set_new(event, "type",
	    json_string(offer_is(object, "done") ? EVENT_TRANSFER_DONE
						 : EVENT_TRANSFER_FAILED));
	json_object_update_missing(event, (json_t *)object);
	output_json(event);
	json_decref(event);
}

static void
tell_words(struct following *following, const json_t *object)
{
	char *sentence = offer_sentence(object);

	progress_clear(&following->progress);
	if (!offer_is(object, "done"))
		complain("%s", sentence);
	else if (following->cam->quiet)
		;
	else if (offer_is_received(object) &&
		 !output_is_terminal(following->cam))
		output_line(following->cam, "%s", json_text_at(object, "path"));
	else
		output_line(following->cam, "%s", sentence);
	free(sentence);
}

/* Encryption looks like more than it is where it is that of IPMSG. */
static void
warn_unprotected(struct following *following, const json_t *object)
{
	if (!offer_is(object, "done") || !offer_is_received(object) ||
	    !json_is_false(json_object_get(object, "protected")) ||
	    json_text_is(object, "encryption", "none"))
		return;
	progress_clear(&following->progress);
	complain(_("'%s' came encrypted, but not protected against change on "
		   "its way"),
	    json_text_at(object, "name"));
}

static void
tell_ended(struct following *following, struct followed *followed)
{
	if (followed->told || !offer_has_ended(followed->object))
		return;
	followed->told = true;
	followed->rate = 0;
	if (!following->cam->json && !following->cam->quiet)
		warn_unprotected(following, followed->object);
	if (following->mute && offer_is(followed->object, "done"))
		return;
	if (following->cam->json)
		tell_json(followed->object);
	else
		tell_words(following, followed->object);
}

/* -- what is known -----------------------------------------------------------
 */

static struct followed *
find(const struct following *following, const json_t *object)
{
	for (size_t i = 0; i < following->count; i++) {
		struct followed *followed = &following->transfers[i];

		if (json_text_is(
			followed->object, "id", json_text_at(object, "id")) &&
		    json_text_is(
			followed->object, "peer", json_text_at(object, "peer")))
			return followed;
	}
	return NULL;
}

void
following_add(struct following *following, json_t *object)
{
	struct followed *followed = find(following, object);

	if (followed == NULL) {
		following->transfers = xreallocarray(following->transfers,
		    following->count + 1, sizeof *following->transfers);
		followed = &following->transfers[following->count++];
		*followed = (struct followed){ .object = json_object() };
	}
	json_object_update(followed->object, object);
	/* The last one's reason is none of this one's. */
	if (json_object_get(object, "reason") == NULL) {
		json_object_del(followed->object, "reason");
		json_object_del(followed->object, "exit");
	}
	followed->rate =
	    offer_is(object, "running") ? offer_number(object, "rate") : 0;
	tell_ended(following, followed);
	show(following);
}

const json_t *
following_object(const struct following *following, size_t i)
{
	return following->transfers[i].object;
}

void
following_forget(struct following *following, const char *peer)
{
	size_t kept = 0;

	for (size_t i = 0; i < following->count; i++) {
		struct followed *followed = &following->transfers[i];

		if (json_text_is(followed->object, "peer", peer))
			json_decref(followed->object);
		else
			following->transfers[kept++] = *followed;
	}
	following->count = kept;
	show(following);
}

/* An event of one that is followed; the others are nobody's here. */
static void
hear(struct following *following, const char *event, json_t *params)
{
	const struct followed *followed = find(following, params);

	if (strncmp(event, "transfer.", 9) != 0 || followed == NULL ||
	    followed->told)
		return;
	/* The end is told once, by following_add(). */
	if (following->cam->json && !offer_has_ended(params))
		output_json(params);
	if (strcmp(event, EVENT_TRANSFER_PROGRESS) == 0)
		json_object_set_new(params, "state", json_string("running"));
	following_add(following, params);
}

int
following_next(struct following *following, struct rpc_client *client,
    int64_t deadline_ms, const char **event, json_t **params)
{
	int code = interrupt_next(&following->interrupt, following->cam, client,
	    deadline_ms, event, params);

	if (code == 0)
		hear(following, *event, *params);
	else
		progress_clear(&following->progress);
	return code;
}

static bool
have_all_ended(const struct following *following)
{
	for (size_t i = 0; i < following->count; i++) {
		if (!following->transfers[i].told)
			return false;
	}
	return true;
}

int
following_wait(
    struct following *following, struct rpc_client *client, int64_t deadline_ms)
{
	while (!have_all_ended(following)) {
		const char *event = NULL;
		json_t *params = NULL;
		int code = following_next(
		    following, client, deadline_ms, &event, &params);

		if (code != 0)
			return code;
		json_decref(params);
	}
	return 0;
}

int
following_exit(const struct following *following)
{
	bool some = false;
	int first = EXIT_DONE;

	for (size_t i = 0; i < following->count; i++) {
		const struct followed *followed = &following->transfers[i];
		int code = followed->told ? offer_exit(followed->object)
					  : EXIT_UNCONFIRMED;

		if (code == EXIT_DONE)
			some = true;
		else if (first == EXIT_DONE)
			first = code;
	}
	return first != EXIT_DONE && some ? EXIT_SOME : first;
}
