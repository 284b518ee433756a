/* drafts.c: what was being written when the screen was left. */
#include "cam-tui/drafts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cam-tui/composer.h"
#include "cam-tui/model.h"
#include "cam-tui/tui_parts.h"
#include "cam-tui/view_talk.h"

enum { TALK_USERS_MAX = 64 };

static char *
path_of(const struct tui *tui)
{
	return path_join(tui->paths.data, "drafts.json");
}

/* An object of texts by the keys of talks; empty where there is none. */
static json_t *
read_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	json_t *drafts = NULL;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && st.st_size <= DRAFTS_FILE_MAX)
		drafts = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
	if (fd >= 0)
		close(fd);
	if (json_is_object(drafts) && json_object_size(drafts) <= DRAFTS_MAX)
		return drafts;
	json_decref(drafts);
	return json_object();
}

/* All of it or nothing: another screen may be reading. */
static void
write_file(const char *path, const json_t *drafts)
{
	char *other = xasprintf("%s.%d", path, (int)getpid());
	int fd = -1;
	bool done = false;

	if (json_object_size(drafts) == 0) {
		unlink(path);
	} else {
		fd = open(other,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		done = fd >= 0 && json_dumpfd(drafts, fd, JSON_COMPACT) == 0 &&
		       rename(other, path) == 0;
		if (fd >= 0)
			close(fd);
		if (fd >= 0 && !done)
			unlink(other);
	}
	free(other);
}

/* "anna@pc1 carl@pc3" */
static struct model_talk *
talk_of(struct tui *tui, const char *key)
{
	const char *ids[TALK_USERS_MAX];
	struct model_talk *talk = NULL;
	char *copy = xstrdup(key), *rest = copy, *id;
	size_t count = 0;

	while ((id = strsep(&rest, " ")) != NULL && count < TALK_USERS_MAX) {
		if (id[0] != '\0')
			ids[count++] = id;
	}
	if (count > 0)
		talk = model_talk_with(tui->model, ids, count);
	free(copy);
	return talk;
}

void
drafts_load(struct tui *tui)
{
	char *path = path_of(tui);
	json_t *drafts = read_file(path), *text;
	const char *key;

	json_object_foreach(drafts, key, text)
	{
		struct model_talk *talk =
		    json_is_string(text) ? talk_of(tui, key) : NULL;

		if (talk != NULL)
			composer_set(tui_place_talk(tui, talk)->composer,
			    span_of(json_string_value(text),
				json_string_length(text)));
	}
	json_decref(drafts);
	free(path);
}

void
drafts_save(const struct tui *tui)
{
	char *path = path_of(tui);
	json_t *before = read_file(path), *drafts = json_deep_copy(before);

	for (size_t i = 0; i < tui->switcher.count; i++) {
		const struct view *view = tui->switcher.views[i];
		const struct model_talk *talk = view_talk_of(view);
		struct span text = composer_text(view->composer);

		if (talk == NULL || talk->key[0] == '\0')
			continue;
		json_object_del(drafts, talk->key);
		if (text.len > 0 && json_object_size(drafts) < DRAFTS_MAX)
			json_object_set_new(drafts, talk->key,
			    json_stringn((const char *)text.data, text.len));
	}
	if (!json_equal(before, drafts))
		write_file(path, drafts);
	json_decref(before);
	json_decref(drafts);
	free(path);
}
