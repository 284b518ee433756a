/* bench_idle.c: a camd with nothing to do: wake-ups a second, memory. */
#include <poll.h>

#include "bench.h"

enum { SETTLE_MS = 12000, WINDOW_MS = 30000 };

int
main(int argc, char **argv)
{
	struct process_use before, after;
	struct daemon anna;
	double rate;

	if (argc != 2)
		die("usage: bench_idle BUILD");
	daemon_start(&anna, argv[1], "anna", 1, "");
	/* It announces itself again after five seconds; then there is nothing
	 * left to do. */
	poll(NULL, 0, SETTLE_MS);
	before = process_use(anna.pid);
	poll(NULL, 0, WINDOW_MS);
	after = process_use(anna.pid);
	daemon_stop(&anna);
	rate = (after.voluntary - before.voluntary) / (WINDOW_MS / 1e3);
	report("idle.wakeups", rate, "1/s", "goal", 0.2, rate / 0.2, 1);
	report("idle.memory", after.rss_bytes / 1e6, "MB", "goal", 6,
	    after.rss_bytes / 6e6, 1);
	return 0;
}
