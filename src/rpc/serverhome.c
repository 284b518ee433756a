/* serverhome.c: where the camserver of this machine is asked. */
#include "rpc/serverhome.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/path.h"

#define SERVER_SOCKET "run/camserver.sock"

int
serverhome_find(const char *home, char **socket, uid_t *owner)
{
	struct stat folder;

	if (stat(home, &folder) < 0)
		return errno == ENOENT ? CAM_ERR_UNKNOWN : CAM_ERR_SYSTEM;
	if (!S_ISDIR(folder.st_mode))
		return CAM_ERR_UNKNOWN;
	if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return CAM_ERR_UNSAFE;
	*owner = folder.st_uid;
	*socket = path_join(home, SERVER_SOCKET);
	return 0;
}

char *
serverhome_problem(const char *home, int err)
{
	if (err == CAM_ERR_UNKNOWN)
		return xasprintf(_("there is no camserver in %s: --home says "
				   "where it is"),
		    home);
	if (err == CAM_ERR_UNREACHABLE)
		return xasprintf(
		    _("camserver does not run for %s: 'systemctl start "
		      "camserver' or 'camserver --home %s' starts it"),
		    home, home);
	if (err == CAM_ERR_UNSAFE || err == CAM_ERR_REFUSED)
		return xasprintf(
		    _("%s can be written by others than its owner, or "
		      "what serves it is somebody else's: not trusted"),
		    home);
	/* It closes what it does not admit. */
	if (err == CAM_ERR_CLOSED ||
	    (err == CAM_ERR_SYSTEM && (errno == EACCES || errno == EPERM)))
		return xasprintf(
		    _("the camserver in %s lets only root and the group "
		      "of admin.group (camadmin) administer it"),
		    home);
	return xasprintf(_("cannot talk to the camserver in %s: %s"), home,
	    cam_strerror(err));
}
