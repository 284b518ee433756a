/* home.c: where a camserver keeps its things. */
#include "camserver/home.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"

static char *
absolute(const char *folder)
{
	char current[LIMIT_PATH];

	if (folder[0] == '/' || getcwd(current, sizeof current) == NULL)
		return xstrdup(folder);
	return path_join(current, folder);
}

int
home_find(const char *folder, struct home *home)
{
	struct sockaddr_un address;

	*home = (struct home){ .folder = absolute(folder) };
	home->settings = path_join(home->folder, "config/camserver.ini");
	home->charter = path_join(home->folder, "config/charter");
	home->policy = path_join(home->folder, "config/policy");
	home->root_key = path_join(home->folder, "config/root.key");
	home->link_key = path_join(home->folder, "work/link.key");
	home->signing_key = path_join(home->folder, "work/signing.key");
	home->store = path_join(home->folder, "work/server.db");
	home->held = path_join(home->folder, "work/held");
	home->logs = path_join(home->folder, "logs");
	home->socket = path_join(home->folder, "run/camserver.sock");
	if (strlen(home->socket) < sizeof address.sun_path)
		return 0;
	home_finish(home);
	return CAM_ERR_LIMIT;
}

void
home_finish(struct home *home)
{
	free(home->folder);
	free(home->settings);
	free(home->charter);
	free(home->policy);
	free(home->root_key);
	free(home->link_key);
	free(home->signing_key);
	free(home->store);
	free(home->held);
	free(home->logs);
	free(home->socket);
	*home = (struct home){ 0 };
}

int
home_make(const struct home *home, char **problem)
{
	static const char *const names[] = { "config", "work", "work/held",
		"logs", "run" };
	int r = 0;

	for (size_t i = 0; i < sizeof names / sizeof names[0] && r == 0; i++) {
		char *path = path_join(home->folder, names[i]);

		r = path_make_private(path);
		if (r < 0)
			*problem = xasprintf("%s: %s", path,
			    r == CAM_ERR_UNSAFE
				? _("others may write it or it is not yours; "
				    "make it yours alone with chmod 700")
				: cam_strerror(r));
		free(path);
	}
	return r;
}

bool
home_is_made(const struct home *home)
{
	return access(home->charter, F_OK) == 0;
}
