/* doctor.c: cam doctor: looks at everything that stops people, says what it
 * found. */
#include "cam/doctor.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/path.h"
#include "cam/args.h"
#include "cam/cam.h"
#include "cam/doctor_parts.h"
#include "cam/output.h"

void
doctor_ok(struct doctor *doctor, const char *check, char *text)
{
	findings_add(&doctor->findings, check, FINDING_OK, text, NULL);
}

void
doctor_note(struct doctor *doctor, const char *check, char *text, char *fix)
{
	findings_add(&doctor->findings, check, FINDING_NOTE, text, fix);
}

void
doctor_problem(struct doctor *doctor, const char *check, char *text, char *fix)
{
	findings_add(&doctor->findings, check, FINDING_PROBLEM, text, fix);
}

/* In an order in which one cause explains what follows. */
static void
examine(struct doctor *doctor)
{
	doctor_check_settings(doctor);
	doctor_check_folders(doctor);
	doctor_check_camd(doctor);
	doctor_check_interfaces(doctor);
	doctor_check_port(doctor);
	doctor_check_firewall(doctor);
	doctor_check_broadcast(doctor);
	doctor_check_limits(doctor);
	doctor_check_clock(doctor);
}

int
verb_doctor(struct cam *cam, struct args *args)
{
	struct doctor doctor = { .cam = cam, .paths = cam_paths(cam) };
	int code = args_count(args, 0, 0);

	if (code != 0)
		return code;
	if (doctor.paths == NULL)
		return EXIT_FAILED;
	examine(&doctor);
	findings_print(&doctor.findings, cam);
	code =
	    findings_problems(&doctor.findings) > 0 ? EXIT_FAILED : EXIT_DONE;
	findings_finish(&doctor.findings);
	json_decref(doctor.camd);
	free(doctor.addresses);
	free(doctor.bind);
	return output_finish() != 0 ? EXIT_FAILED : code;
}
