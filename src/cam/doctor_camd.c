/* doctor_camd.c: the settings, the folders, and whether camd runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/ini.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/path.h"
#include "base/text.h"
#include "cam/cam.h"
#include "cam/daemon.h"
#include "cam/doctor_parts.h"
#include "loop/unix.h"
#include "rpc/client.h"
#include "rpc/names.h"

enum {
	PORT = 2425,
	MEDIA_FIRST = 22224,
	MEDIA_LAST = 22229,
	ASK_TIMEOUT_MS = 10000,
};

/* Below this there is hardly room for the database to grow. */
static const uint64_t disk_needed = (uint64_t)64 * 1024 * 1024;

/* Values that camd would refuse are camd's to complain of: here the default
 * stands. */
static void
take_settings(struct doctor *doctor, const struct ini *ini)
{
	const char *port = ini_get(ini, "net.port"),
		   *media = ini_get(ini, "media.ports");
	const char *bind = ini_get(ini, "net.bind"),
		   *ipv6 = ini_get(ini, "net.ipv6");
	struct span rest = span_text(media != NULL ? media : ""), head;
	uint64_t first = 0, last = 0;

	if (port != NULL &&
	    number_decimal(span_text(port), UINT16_MAX, &first) == 0 &&
	    first > 0)
		doctor->port = (uint16_t)first;
	if (span_cut(&rest, '-', &head) &&
	    number_decimal(head, UINT16_MAX, &first) == 0 &&
	    number_decimal(rest, UINT16_MAX, &last) == 0 && first > 0 &&
	    first <= last && last - first < 1000) {
		doctor->media_first = (uint16_t)first;
		doctor->media_last = (uint16_t)last;
	}
	if (bind != NULL && bind[0] != '\0')
		doctor->bind = xstrdup(bind);
	if (ipv6 != NULL && text_same(ipv6, "off"))
		doctor->ipv6 = false;
}

void
doctor_check_settings(struct doctor *doctor)
{
	const char *path = doctor->paths->settings;
	struct ini *ini = NULL;
	size_t line = 0;
	int err = ini_read(path, &ini, &line);

	doctor->port = PORT;
	doctor->media_first = MEDIA_FIRST;
	doctor->media_last = MEDIA_LAST;
	doctor->ipv6 = true;
	if (err == 0)
		take_settings(doctor, ini);
	else if (err == CAM_ERR_UNSAFE)
		doctor_problem(doctor, "settings",
		    xasprintf(_("'%s' can be written by others, so camd does "
				"not read it"),
			path),
		    xasprintf("chmod go-w '%s'", path));
	else if (err == CAM_ERR_FORMAT)
		doctor_problem(doctor, "settings",
		    xasprintf(_("line %zu of '%s' is no setting"), line, path),
		    xasprintf("${EDITOR:-vi} +%zu '%s'", line, path));
	else
		doctor_problem(doctor, "settings",
		    xasprintf(
			_("cannot read '%s': %s"), path, cam_strerror(err)),
		    NULL);
	ini_free(ini);
}

/* threat model U1, K1: keys and socket are for their owner only. */
static void
check_folder(struct doctor *doctor, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		if (errno != ENOENT)
			doctor_problem(doctor, "folder",
			    xasprintf(_("cannot look at '%s': %s"), path,
				strerror(errno)),
			    NULL);
		return;
	}
	if (!S_ISDIR(st.st_mode))
		doctor_problem(doctor, "folder",
		    xasprintf(_("'%s' should be a folder of yours and is "
				"something else"),
			path),
		    xasprintf("mv '%s' '%s.old'", path, path));
	else if (st.st_uid != geteuid())
		doctor_problem(doctor, "folder",
		    xasprintf(_("'%s' belongs to another user, so camd does "
				"not use it"),
			path),
		    xasprintf(
			"sudo chown -R %u '%s'", (unsigned)geteuid(), path));
	else if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		doctor_problem(doctor, "folder",
		    xasprintf(
			_("others can write to '%s', so camd does not use it"),
			path),
		    xasprintf("chmod 700 '%s'", path));
	else if ((st.st_mode & 077) != 0)
		doctor_note(doctor, "folder",
		    xasprintf(_("others can look into '%s'"), path),
		    xasprintf("chmod 700 '%s'", path));
	else
		doctor_ok(doctor, "folder",
		    xasprintf(_("'%s' is yours alone"), path));
}

static void
check_disk(struct doctor *doctor)
{
	struct statvfs fs;
	uint64_t room = 0;

	if (statvfs(doctor->paths->data, &fs) < 0)
		return;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room >= disk_needed && (fs.f_flag & ST_RDONLY) == 0)
		return;
	if ((fs.f_flag & ST_RDONLY) != 0)
		doctor_problem(doctor, "disk",
		    xasprintf(_("'%s' is on a disk that can only be read"),
			doctor->paths->data),
		    NULL);
	else
		doctor_problem(doctor, "disk",
		    xasprintf(_("only %llu MB are left for messages in '%s'"),
			(unsigned long long)(room / 1024 / 1024),
			doctor->paths->data),
		    xasprintf("df -h '%s'", doctor->paths->data));
}

void
doctor_check_folders(struct doctor *doctor)
{
	check_folder(doctor, doctor->paths->run);
	check_folder(doctor, doctor->paths->data);
	check_disk(doctor);
}

static void
ask(struct doctor *doctor, struct rpc_client *client)
{
	struct rpc_error error = { .message = NULL };
	uid_t uid = 0;
	int err = 0;

	if (unix_peer(rpc_client_fd(client), &uid, &doctor->camd_pid) < 0)
		doctor->camd_pid = 0;
	err = rpc_client_call(
	    client, RPC_DOCTOR, NULL, ASK_TIMEOUT_MS, &doctor->camd, &error);
	if (err == 0)
		doctor_ok(doctor, "camd",
		    xasprintf(
			_("camd runs as process %ld"), (long)doctor->camd_pid));
	else
		doctor_problem(doctor, "camd",
		    xasprintf(_("camd runs but does not answer: %s"),
			error.message != NULL ? error.message
					      : cam_strerror(err)),
		    xstrdup("cam daemon stop; cam daemon start"));
	rpc_error_finish(&error);
}

void
doctor_check_camd(struct doctor *doctor)
{
	struct rpc_client *client = NULL;
	int err = daemon_connect_running(doctor->cam, &client);

	if (err == 0)
		ask(doctor, client);
	else if (err == CAM_ERR_UNREACHABLE)
		doctor_note(doctor, "camd",
		    xstrdup(_("camd does not run: what only it can tell is "
			      "left out")),
		    xstrdup("cam daemon start"));
	else if (err == CAM_ERR_VERSION)
		doctor_problem(doctor, "camd",
		    xstrdup(_("camd is of another version")),
		    xstrdup("cam daemon stop; cam daemon start"));
	else
		doctor_problem(doctor, "camd",
		    xasprintf(_("cannot talk to camd at '%s': %s"),
			doctor->paths->socket, cam_strerror(err)),
		    NULL);
	rpc_client_free(client);
}
