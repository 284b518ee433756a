/* who.c: whom a WHO of the command line contract means. */
#include "camd/people/who.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "ipmsg/entry.h"
#include "rpc/json.h"

#define EVERYBODY "@all"

/* Of those a beginning fits; enough to show a few. */
enum { CANDIDATES_LOOKED_AT = 1000 };

/* How well a user fits; a lower one wins over those after it. */
enum fit { WHOLE_ID, WHOLE_NAME, BEGINS_ID, BEGINS_NAME, NO_FIT };

static void
add_user(struct who *who, struct user *user)
{
	/* Grows at powers of two, beginning with room for one. */
	if ((who->count & (who->count - 1)) == 0)
		who->users = xreallocarray(who->users,
		    who->count > 0 ? 2 * who->count : 1, sizeof(struct user *));
	who->users[who->count++] = user;
}

void
who_finish(struct who *who)
{
	free(who->users);
	json_decref(who->candidates);
	*who = (struct who){ 0 };
}

/* -- one user ----------------------------------------------------------- */

static char
fold(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* How many bytes both begin with. */
static size_t
common(const char *a, const char *b)
{
	size_t len = 0;

	while (a[len] != '\0' && fold(a[len]) == fold(b[len]))
		len++;
	return len;
}

static bool
fold_equal(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (fold(a[i]) != fold(b[i]))
			return false;
	}
	return true;
}

/*
 * Whether a piece of an id goes on as text does: 1, with text behind it; 0 when
 * the text ends inside; -1 when they differ.
 */
static int
compare_piece(const char *piece, size_t len, const char **text)
{
	size_t left = strlen(*text);

	if (left < len)
		return fold_equal(piece, *text, left) ? 0 : -1;
	if (!fold_equal(piece, *text, len))
		return -1;
	*text += len;
	return 1;
}

static enum fit
fit_made_id(const struct user *user, const char *text)
{
	char *id = user_id(user);
	enum fit fit = text_same(id, text)	    ? WHOLE_ID
		       : text_starts_same(id, text) ? BEGINS_ID
						    : NO_FIT;

	free(id);
	return fit;
}

/*
 * Without making the id: a hundred thousand are looked at for one that fits.
 * Most differ within the name as it is on the wire.
 */
static enum fit
fit_id(const struct user *user, const char *text)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];
	size_t same = common(user->peer.user, text);
	const char *rest = text;
	int fits;

	if (text[same] != '\0' && text[same] != '@')
		return NO_FIT;
	entry_user_split(user->peer.user, logon, fingerprint);
	fits = compare_piece(logon, strlen(logon), &rest);
	if (fits > 0)
		fits = compare_piece("@", 1, &rest);
	if (fits > 0)
		fits = compare_piece(
		    user->peer.host, strlen(user->peer.host), &rest);
	if (fits < 0)
		return NO_FIT;
	if (user->second)
		return fit_made_id(user, text);
	if (fits > 0)
		return rest[0] == '\0' ? WHOLE_ID : NO_FIT;
	return BEGINS_ID;
}

static enum fit
fit_name(const char *name, const char *text)
{
	if (name == NULL || name[0] == '\0' || !text_starts_same(name, text))
		return NO_FIT;
	return strlen(name) == strlen(text) ? WHOLE_NAME : BEGINS_NAME;
}

static enum fit
better(enum fit a, enum fit b)
{
	return a < b ? a : b;
}

/*
 * A second key under a known name is only meant by its whole id: else anybody
 * could make a friend's name ambiguous by using it too.
 */
static enum fit
fit_user(const struct user *user, const char *text)
{
	if (user->second && strchr(text, '/') == NULL)
		return fit_name(user->alias, text);
	return better(fit_id(user, text),
	    better(fit_name(user->nick, text), fit_name(user->alias, text)));
}

/* -- users -------------------------------------------------------------- */

/* The least distance that is none of -1. */
static int
nearer(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Hosts are called much alike: only one that is named counts. */
static int
host_distance(const struct nearest *nearest, const char *host)
{
	return text_starts_same(host, nearest->text)
		   ? nearest_distance(nearest, host)
		   : -1;
}

/* How far the text is from what a user may be called. */
static int
user_distance(
    const struct nearest *nearest, const struct user *user, const char *id)
{
	int far = id != NULL
		      ? nearest_distance(nearest, id)
		      : nearer(nearest_distance(nearest, user->peer.user),
			    host_distance(nearest, user->peer.host));

	if (user->nick != NULL)
		far = nearer(far, nearest_distance(nearest, user->nick));
	if (user->alias != NULL)
		far = nearer(far, nearest_distance(nearest, user->alias));
	return far;
}

/* The id is made only where it is needed: a text without @ is compared with its
 * parts. */
static void
offer_user(struct nearest *nearest, const struct user *user)
{
	bool whole = strchr(nearest->text, '@') != NULL ||
		     strstr(user->peer.user, "-<") != NULL;
	char *id = whole ? user_id(user) : NULL;
	int far = user_distance(nearest, user, id);

	if (far >= 0) {
		if (id == NULL)
			id = user_id(user);
		nearest_keep(nearest, (unsigned)far, id);
	}
	free(id);
}

/* Those that fit as well as the best, when there are several; else whoever
 * looks alike. */
static json_t *
find_candidates(const struct roster *roster, const char *text, enum fit fit)
{
	struct nearest nearest;
	json_t *candidates = NULL;
	size_t offered = 0;

	nearest_init(&nearest, text);
	for (struct user *user = roster_next(roster, NULL);
	     user != NULL && offered < CANDIDATES_LOOKED_AT;
	     user = roster_next(roster, user)) {
		if (fit != NO_FIT && fit_user(user, text) != fit)
			continue;
		offer_user(&nearest, user);
		if (fit != NO_FIT)
			offered++;
	}
	candidates = json_nearest(&nearest);
	nearest_finish(&nearest);
	return candidates;
}

static int
resolve_user(const struct roster *roster, const char *text, struct who *who)
{
	size_t counts[NO_FIT] = { 0 };
	struct user *first[NO_FIT] = { NULL };
	enum fit fit = WHOLE_ID;

	for (struct user *user = roster_next(roster, NULL); user != NULL;
	     user = roster_next(roster, user)) {
		fit = fit_user(user, text);
		if (fit != NO_FIT && counts[fit]++ == 0)
			first[fit] = user;
	}
	for (fit = WHOLE_ID; fit < NO_FIT && counts[fit] == 0;)
		fit++;
	if (fit < NO_FIT && counts[fit] == 1) {
		add_user(who, first[fit]);
		return 0;
	}
	who->candidates = find_candidates(roster, text, fit);
	who->candidate_count =
	    fit < NO_FIT ? counts[fit] : json_array_size(who->candidates);
	return fit < NO_FIT ? CAM_ERR_AMBIGUOUS : CAM_ERR_UNKNOWN;
}

/* Named in full: ourselves, somebody in the roster or, with history, somebody
 * who has left it. No need to look at all the others. */
static struct user *
find_whole(const struct roster *roster, const char *text, bool history)
{
	struct user *self = roster_self(roster), *user = NULL;

	if (fit_id(self, text) == WHOLE_ID)
		return self;
	user = roster_by_id(roster, text);
	return user != NULL && (history || !user->forgotten) ? user : NULL;
}

/* -- groups ------------------------------------------------------------- */

static const char *
group_of(const struct user *user)
{
	return user->group != NULL && user->group[0] != '\0' ? user->group
							     : NULL;
}

static void
add_everybody(const struct roster *roster, struct who *who)
{
	who->everybody = true;
	for (struct user *user = roster_next(roster, NULL); user != NULL;
	     user = roster_next(roster, user)) {
		if (user->state != USER_OFFLINE)
			add_user(who, user);
	}
}

static void
add_members(const struct roster *roster, const char *group, struct who *who)
{
	for (struct user *user = roster_next(roster, NULL); user != NULL;
	     user = roster_next(roster, user)) {
		if (group_of(user) != NULL && text_same(user->group, group))
			add_user(who, user);
	}
}

/* The names of groups, each once; letter case apart the first spelling counts.
 */
struct names {
	json_t *seen;	  /* folded names as keys */
	json_t *list;	  /* as "@name" */
	const char *last; /* group looked at last; many share one text */
};

static void
add_name(struct names *names, const char *name)
{
	char *folded = xstrdup(name);

	for (char *c = folded; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	if (utf8_is_valid(span_text(folded)) &&
	    json_object_get(names->seen, folded) == NULL) {
		json_object_set_new(names->seen, folded, json_true());
		json_array_append_new(names->list, json_text(span_text(name)));
	}
	free(folded);
}

static void
names_init(struct names *names)
{
	names->last = NULL;
	names->seen = json_object();
	names->list = json_array();
}

/* Every group that begins with beginning (which has its @), @all too. */
static void
add_groups(const struct roster *roster, const char *beginning, bool hidden,
    struct names *names)
{
	if (text_starts_same(EVERYBODY, beginning))
		add_name(names, EVERYBODY);
	for (struct user *user = roster_next(roster, NULL); user != NULL;
	     user = roster_next(roster, user)) {
		char *name = NULL;

		if (user->group == names->last)
			continue;
		if (group_of(user) == NULL || (user->hidden && !hidden) ||
		    !text_starts_same(user->group, beginning + 1))
			continue;
		names->last = user->group;
		name = xasprintf("@%s", user->group);
		add_name(names, name);
		free(name);
	}
}

static void
group_candidates(const struct roster *roster, const char *text,
    const struct names *fitting, struct who *who)
{
	struct names all = *fitting;
	struct nearest nearest;

	if (json_array_size(fitting->list) == 0) {
		names_init(&all);
		add_groups(roster, "@", true, &all);
	}
	nearest_init(&nearest, text);
	for (size_t i = 0; i < json_array_size(all.list); i++)
		nearest_offer(
		    &nearest, json_string_value(json_array_get(all.list, i)));
	json_decref(who->candidates);
	who->candidates = json_nearest(&nearest);
	who->candidate_count = json_array_size(fitting->list);
	nearest_finish(&nearest);
	if (all.list != fitting->list) {
		json_decref(all.seen);
		json_decref(all.list);
	}
}

/* A beginning that one group only has; a bare @ is none. */
static int
resolve_beginning(
    const struct roster *roster, const char *text, struct who *who)
{
	struct names names;
	const char *name = NULL;
	int err = CAM_ERR_UNKNOWN;

	names_init(&names);
	if (text[1] != '\0')
		add_groups(roster, text, true, &names);
	name = json_string_value(json_array_get(names.list, 0));
	if (json_array_size(names.list) == 1) {
		err = 0;
		if (text_same(name, EVERYBODY))
			add_everybody(roster, who);
		else
			add_members(roster, name + 1, who);
	} else {
		if (json_array_size(names.list) > 1)
			err = CAM_ERR_AMBIGUOUS;
		group_candidates(roster, text, &names, who);
	}
	json_decref(names.seen);
	json_decref(names.list);
	return err;
}

static int
resolve_group(const struct roster *roster, const char *text, struct who *who)
{
	if (text_same(text, EVERYBODY)) {
		add_everybody(roster, who);
		return 0;
	}
	add_members(roster, text + 1, who);
	return who->count > 0 ? 0 : resolve_beginning(roster, text, who);
}

/* -- all together ------------------------------------------------------- */

int
who_resolve(const struct roster *roster, const char *text, bool history,
    struct who *who)
{
	struct user *whole = NULL;
	int err = CAM_ERR_UNKNOWN;

	*who = (struct who){ 0 };
	if (text[0] == '\0' || strlen(text) > WHO_MAX) {
		who->candidates = json_array();
		return CAM_ERR_UNKNOWN;
	}
	whole = find_whole(roster, text, history);
	if (whole != NULL) {
		add_user(who, whole);
		return 0;
	}
	if (text[0] == '@')
		err = resolve_group(roster, text, who);
	/* A nickname may begin with an @. */
	if (err == CAM_ERR_UNKNOWN) {
		json_t *groups = who->candidates;

		who->candidates = NULL;
		err = resolve_user(roster, text, who);
		if (err == CAM_ERR_UNKNOWN && json_array_size(groups) > 0) {
			json_decref(who->candidates);
			who->candidates = json_incref(groups);
		}
		json_decref(groups);
	}
	return err;
}

json_t *
who_complete(const struct roster *roster, const char *beginning, size_t limit)
{
	struct names names;
	json_t *list = NULL;

	names_init(&names);
	if (beginning[0] == '@')
		add_groups(roster, beginning, false, &names);
	for (struct user *user = roster_next(roster, NULL);
	     user != NULL && json_array_size(names.list) < limit;
	     user = roster_next(roster, user)) {
		char *id = NULL;

		if (user->hidden)
			continue;
		if (fit_id(user, beginning) != NO_FIT) {
			id = user_id(user);
			add_name(&names, id);
			free(id);
		}
		if (fit_name(user->nick, beginning) != NO_FIT)
			add_name(&names, user->nick);
		if (fit_name(user->alias, beginning) != NO_FIT)
			add_name(&names, user->alias);
	}
	list = names.list;
	while (json_array_size(list) > limit)
		json_array_remove(list, json_array_size(list) - 1);
	json_decref(names.seen);
	return list;
}
