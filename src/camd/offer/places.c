/* places.c: the folders of received files. */
#include "camd/offer/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"
#include "camd/camd.h"
#include "camd/settings.h"

char *
places_files(const struct camd *camd)
{
	const char *set = settings_text(camd->settings, "file.dir");

	return xstrdup(set != NULL && set[0] != '\0' ? set : camd->paths.files);
}

char *
places_images(const struct camd *camd)
{
	return path_join(camd->paths.data, "images");
}

static int
make_one(const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	/* Above what is ours we may not even try. */
	return stat(path, &st) == 0 ? 0 : CAM_ERR_SYSTEM;
}

int
places_make(const char *path)
{
	char *part = xstrdup(path), *slash = strchr(part + 1, '/');
	int r = 0;

	for (; r == 0 && slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		r = make_one(part);
		*slash = '/';
	}
	if (r == 0)
		r = make_one(part);
	free(part);
	return r;
}
