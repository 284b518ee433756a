/* presence.c: our own absence, kept over restarts. */
#include "camd/people/presence.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "camd/camd.h"
#include "camd/settings.h"
#include "lan/lan.h"
#include "loop/worker.h"
#include "store/profile.h"

static const char profile_name[] = "absence";
/* Bytes of the text that others see behind the nick. */
enum { TITLE_MAX = 30 };

struct presence {
	struct camd *camd;
	char *text; /* NULL: here */
	char *title;
};

struct keep_job {
	struct job job;
	char *text;
};

static void
set_text(struct presence *presence, const char *text)
{
	const char *end;
	size_t len;

	free(presence->text);
	free(presence->title);
	presence->text = presence->title = NULL;
	if (text == NULL)
		return;
	presence->text = xstrdup(text);
	end = strchr(text, '\n');
	len = end != NULL ? (size_t)(end - text) : strlen(text);
	presence->title =
	    xstrndup(text, utf8_cut(span_of(text, len), TITLE_MAX));
}

struct presence *
presence_new(struct camd *camd, struct store *store)
{
	struct presence *presence = xcalloc(1, sizeof *presence);
	char *text = NULL;

	presence->camd = camd;
	if (store_profile_get(store, profile_name, &text) == 0)
		set_text(presence, text);
	free(text);
	return presence;
}

void
presence_free(struct presence *presence)
{
	if (presence == NULL)
		return;
	set_text(presence, NULL);
	free(presence);
}

static void
keep(struct job *job, void *context)
{
	int r = store_profile_set(context, profile_name,
	    container_of(job, struct keep_job, job)->text);

	if (r < 0)
		log_error("cannot keep the absence: %s", cam_strerror(r));
}

static void
on_kept(struct job *job)
{
	struct keep_job *write = container_of(job, struct keep_job, job);

	free(write->text);
	free(write);
}

static void
change(struct presence *presence, const char *text)
{
	struct camd *camd = presence->camd;
	struct keep_job *write = xcalloc(1, sizeof *write);

	set_text(presence, text);
	write->text = text != NULL ? xstrdup(text) : NULL;
	write->job.work = keep;
	write->job.done = on_kept;
	workers_submit(camd->writer, &write->job);
	lan_change(camd->lan, settings_text(camd->settings, "user.nick"),
	    settings_text(camd->settings, "user.group"), presence->title);
}

void
presence_away(struct presence *presence, const char *text)
{
	change(presence, text);
}

void
presence_back(struct presence *presence)
{
	if (presence->text != NULL)
		change(presence, NULL);
}

const char *
presence_text(const struct presence *presence)
{
	return presence->text;
}

const char *
presence_title(const struct presence *presence)
{
	return presence->title;
}
