/* doctor_system.c: limits of this system, and its clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#ifdef __linux__
#include <sys/timex.h>
#endif

#include "base/clock.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/number.h"
#include "cam/doctor_parts.h"

enum {
	FILES_NEEDED = 256, /* below that camd runs out: clients, transfers */
	FILES_WANTED = 1024,
	BUFFER_WANTED =
	    1024 * 1024, /* less loses users when many enter at once */
	BUFFER_BEST = 4 * 1024 * 1024,
};

/* camd's own limit where it runs, else what it would get from us. */
static void
check_files(struct doctor *doctor)
{
	struct rlimit limit = { .rlim_cur = 0 };
	unsigned long long files = 0;
	int rc = -1;

#ifdef __linux__
	if (doctor->camd_pid > 0)
		rc = prlimit(doctor->camd_pid, RLIMIT_NOFILE, NULL, &limit);
#endif
	if (rc < 0 && getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	files = (unsigned long long)limit.rlim_cur;
	if (limit.rlim_cur == RLIM_INFINITY || files >= FILES_WANTED)
		doctor_ok(doctor, "files",
		    xstrdup(_("camd may open as many files as it needs")));
	else if (files >= FILES_NEEDED)
		doctor_note(doctor, "files",
		    xasprintf(
			_("camd may open only %llu files at once"), files),
		    xasprintf("ulimit -n %d; cam daemon stop; cam daemon start",
			FILES_WANTED));
	else
		doctor_problem(doctor, "files",
		    xasprintf(_("camd may open only %llu files at once: that "
				"is not enough"),
			files),
		    xasprintf("ulimit -n %d; cam daemon stop; cam daemon start",
			FILES_WANTED));
}

static bool
read_number(const char *path, uint64_t *number)
{
	FILE *file = fopen(path, "re");
	char text[32] = "";
	bool good = false;

	if (file == NULL)
		return false;
	if (fgets(text, sizeof(text), file) != NULL) {
		text[strcspn(text, "\n")] = '\0';
		good = number_decimal(span_text(text), UINT64_MAX, number) == 0;
	}
	fclose(file);
	return good;
}

static void
check_buffer(struct doctor *doctor)
{
	const json_t *socket = NULL;
	uint64_t buffer = 0;
	bool known = false;
	size_t i = 0;

	json_array_foreach(json_object_get(doctor->camd, "sockets"), i, socket)
	{
		const json_t *size = json_object_get(socket, "buffer");

		if (!json_is_integer(size) ||
		    json_is_true(json_object_get(socket, "receive_only")))
			continue;
		buffer = (uint64_t)json_integer_value(size);
		known = true;
		break;
	}
	if (!known && !read_number("/proc/sys/net/core/rmem_max", &buffer))
		return;
	if (buffer >= BUFFER_WANTED)
		doctor_ok(doctor, "buffer",
		    xasprintf(_("%llu kB of datagrams can wait to be read"),
			(unsigned long long)buffer / 1024));
	else
		doctor_note(doctor, "buffer",
		    xasprintf(_("only %llu kB of datagrams can wait to be "
				"read: some are lost when "
				"hundreds of users answer at once"),
			(unsigned long long)buffer / 1024),
		    xasprintf("sudo sysctl -w net.core.rmem_max=%d; cam daemon "
			      "stop; cam daemon "
			      "start",
			BUFFER_BEST));
}

/* Datagrams that the system threw away because camd was slow, or had no room.
 */
static void
check_drops(struct doctor *doctor)
{
	const json_t *socket = NULL;
	json_int_t dropped = 0;
	size_t i = 0;

	json_array_foreach(json_object_get(doctor->camd, "sockets"), i, socket)
	{
		dropped +=
		    json_integer_value(json_object_get(socket, "dropped"));
	}
	if (dropped > 0)
		doctor_note(doctor, "drops",
		    xasprintf(_("%lld datagrams were lost since camd started "
				"because they came "
				"faster than it read them"),
			(long long)dropped),
		    NULL);
}

/* Somebody's program runs wild, or somebody means ill. */
static void
check_refused(struct doctor *doctor)
{
	json_int_t refused =
	    json_integer_value(json_object_get(doctor->camd, "refused"));

	if (refused > 0)
		doctor_note(doctor, "connections",
		    xasprintf(_("%lld TCP connections were refused since camd "
				"started because too many came from one "
				"place: its log names one"),
			(long long)refused),
		    NULL);
}

void
doctor_check_limits(struct doctor *doctor)
{
	check_files(doctor);
	check_buffer(doctor);
	check_drops(doctor);
	check_refused(doctor);
}

/* Packet numbers, and what time others see at a message, come from the clock.
 */
void
doctor_check_clock(struct doctor *doctor)
{
	struct stat st;

	/* This program cannot have been installed in the future. */
	if (stat("/proc/self/exe", &st) == 0 &&
	    clock_wall_ms() / 1000 + 24 * 3600 < (int64_t)st.st_mtime) {
		doctor_problem(doctor, "clock",
		    xstrdup(_("the clock is wrong: it is earlier than this "
			      "program was made")),
		    xstrdup("sudo timedatectl set-ntp true"));
		return;
	}
#ifdef __linux__
	struct timex timex = { .modes = 0 };

	if (adjtimex(&timex) < 0)
		return;
	if ((timex.status & STA_UNSYNC) != 0)
		doctor_note(doctor, "clock",
		    xstrdup(_("nothing keeps the clock right: times of "
			      "messages may be wrong")),
		    xstrdup("sudo timedatectl set-ntp true"));
	else
		doctor_ok(
		    doctor, "clock", xstrdup(_("the clock is kept right")));
#endif
}
