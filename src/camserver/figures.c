/* figures.c: how a camserver is, in numbers, for programs that watch it. */
#include "camserver/figures.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/number.h"
#include "base/span.h"
#include "camserver/admins.h"
#include "camserver/lan/segments.h"
#include "camserver/links/memberlinks.h"
#include "camserver/server.h"
#include "loop/worker.h"
#include "store/queue.h"

static int
add_queue(const struct store_waiting *waiting, void *arg)
{
	struct figures *figures = arg;

	figures->queues++;
	figures->queued += waiting->count;
	figures->queued_bytes += waiting->size;
	return 0;
}

int
figures_count(struct figures *figures, struct store *store)
{
	int err = store_member_count(store, figures->members);

	if (err == 0)
		err = store_queue_list(store, add_queue, figures);
	return err == 0 ? store_held_sum(store, &figures->held) : err;
}

/* -- of the process -----------------------------------------------------------
 */

static int64_t
resident_memory(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	struct span rest, total, resident;
	uint64_t pages = 0;
	char line[128] = "";

	if (file == NULL)
		return -1;
	if (fgets(line, sizeof line, file) == NULL)
		line[0] = '\0';
	fclose(file);
	rest = span_text(line);
	if (!span_cut(&rest, ' ', &total) || !span_cut(&rest, ' ', &resident) ||
	    number_decimal(resident, UINT32_MAX, &pages) != 0)
		return -1;
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static int64_t
open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int64_t count = -1; /* less the folder's own */

	if (folder == NULL)
		return -1;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

static double
seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

void
figures_take(struct figures *figures, const struct server *server)
{
	struct rusage usage;

	figures->admins = admins_count(server->admins);
	figures->links = memberlinks_count(server->links);
	figures->transfers = memberlinks_transfers(server->links);
	figures->transferred = memberlinks_transferred(server->links);
	figures->relayed = *depot_counts(memberlinks_depot(server->links));
	figures->neighbours = segments_count(server->segments);
	figures->jobs = workers_load(server->writer);
	figures->started_ms = server->started_ms;
	figures->memory = resident_memory();
	figures->files = open_files();
	figures->cpu_s = getrusage(RUSAGE_SELF, &usage) == 0
			     ? seconds(usage.ru_utime) + seconds(usage.ru_stime)
			     : -1;
}

/* -- as text ------------------------------------------------------------------
 */

static void
put_head(struct buf *text, const char *name, const char *type, const char *help)
{
	buf_printf(
	    text, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void
put_gauge(struct buf *text, const char *name, const char *help, int64_t value)
{
	if (value < 0)
		return;
	put_head(text, name, "gauge", help);
	buf_printf(text, "%s %lld\n", name, (long long)value);
}

static void
put_relayed(struct buf *text, const struct depot_counts *relayed)
{
	put_head(text, "camserver_envelopes", "counter",
	    "What members have sent each other by way of us, by what became of "
	    "it: stored, passed (taken before it was stored) or refused.");
	buf_printf(text,
	    "camserver_envelopes_total{end=\"stored\"} %llu\n"
	    "camserver_envelopes_total{end=\"passed\"} %llu\n"
	    "camserver_envelopes_total{end=\"refused\"} %llu\n",
	    (unsigned long long)relayed->stored,
	    (unsigned long long)relayed->passed,
	    (unsigned long long)relayed->refused);
}

void
figures_print(const struct figures *figures, struct buf *text)
{
	static const char *const states[] = { "invited", "waiting", "joined",
		"removed" };

	put_head(text, "camserver_build", "info", "What runs.");
	buf_printf(
	    text, "camserver_build_info{version=\"%s\"} 1\n", CAM_VERSION);
	put_head(text, "camserver_members", "gauge",
	    "Members of the organisation by state.");
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		buf_printf(text, "camserver_members{state=\"%s\"} %zu\n",
		    states[i], figures->members[i]);
	put_gauge(text, "camserver_links",
	    "Connections of members, known or not yet.",
	    (int64_t)figures->links);
	put_gauge(text, "camserver_ipmsg_users",
	    "Users of IPMSG programs who are there.",
	    (int64_t)figures->neighbours);
	put_gauge(text, "camserver_transfers",
	    "Files on their way between members.", (int64_t)figures->transfers);
	put_head(text, "camserver_transferred_bytes", "counter",
	    "Bytes of files that have gone between members.");
	buf_printf(text, "camserver_transferred_bytes_total %llu\n",
	    (unsigned long long)figures->transferred);
	put_relayed(text, &figures->relayed);
	put_gauge(text, "camserver_queue_members",
	    "Members for whom something waits.", figures->queues);
	put_gauge(text, "camserver_queue_messages", "What waits for them.",
	    figures->queued);
	put_gauge(text, "camserver_queue_bytes", "Its size, in bytes.",
	    figures->queued_bytes);
	put_gauge(text, "camserver_held_files",
	    "Files held for members who are away.", figures->held.count);
	put_gauge(text, "camserver_held_bytes", "Their size, in bytes.",
	    figures->held.size);
	put_gauge(text, "camserver_administrators",
	    "Connections of administrators.", (int64_t)figures->admins);
	put_gauge(text, "camserver_database_jobs",
	    "Jobs that wait for the database.", (int64_t)figures->jobs);
	put_gauge(text, "process_resident_memory_bytes",
	    "Memory in use, in bytes.", figures->memory);
	put_gauge(
	    text, "process_open_fds", "Open file descriptors.", figures->files);
	put_gauge(text, "process_start_time_seconds",
	    "When it began, in seconds since 1970.",
	    figures->started_ms / 1000);
	if (figures->cpu_s >= 0) {
		put_head(text, "process_cpu_seconds", "counter",
		    "Processor time used, in seconds.");
		buf_printf(
		    text, "process_cpu_seconds_total %.3f\n", figures->cpu_s);
	}
	buf_put_text(text, "# EOF\n");
}
