/* bench_start.c: starting cam against starting an empty static program. */
#include "bench.h"

enum { ROUNDS = 300 };

int
main(int argc, char **argv)
{
	static double empty[ROUNDS], version[ROUNDS], status[ROUNDS];
	struct daemon anna;
	char empty_path[256], cam_path[256];
	const char *empty_argv[] = { empty_path, NULL };
	const char *version_argv[] = { cam_path, "version", NULL };
	const char *status_argv[] = { cam_path, "status", "--home", anna.home,
		NULL };

	if (argc != 2)
		die("usage: bench_start BUILD");
	snprintf(empty_path, sizeof(empty_path), "%s/bench/empty", argv[1]);
	snprintf(cam_path, sizeof(cam_path), "%s/cam", argv[1]);
	daemon_start(&anna, argv[1], "anna", 1, "");
	for (int i = -10; i < ROUNDS; i++) {
		double times[] = { run_ms(empty_argv), run_ms(version_argv),
			run_ms(status_argv) };

		if (i < 0) /* warming up */
			continue;
		empty[i] = times[0];
		version[i] = times[1];
		status[i] = times[2];
	}
	daemon_stop(&anna);
	report_rounds("start.version", version, "ms", "empty static program",
	    empty, ROUNDS, 1.5);
	report_rounds("start.status", status, "ms", "empty static program",
	    empty, ROUNDS, 1.5);
	return 0;
}
