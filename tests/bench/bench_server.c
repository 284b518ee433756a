/* bench_server.c: camserver and mosquitto, each with as many members, who log
 * in at once, write to each other, write to those who are away, and come back.
 * BENCH_MEMBERS: how many (1000; 10000 takes minutes), BENCH_MAIL: how many
 * messages, BENCH_ROUNDS: how often (3). */
#include <sys/resource.h>

#include "login.h"
#include "mqtt.h"
#include "place.h"
#include "rpc/client.h"

enum {
	MEMBERS = 1000,
	MAIL = 20000,
	ROUNDS_STANDARD = 3,
	ROUNDS_MAX = 16,
	STEADY_RATE = 2000, /* messages a second */
	STEADY_MS = 2000,
	LONG_MS = 60 * 1000,
	FILES_OPEN = 20000,
};

/* What is measured in rounds, of the one and of the other by turns. */
enum { STORED, DRAINED, RELAYED, RELAYED_US, P50, P99, IN_ROUNDS };

/* Of one server, whichever it is. */
struct figures {
	double session_kb, total_mib, login_us;
	/* All who log in at once: until they are in, and how much processor it
	 * takes at the server and with them. */
	double rush_s, rush_server_s, rush_members_s;
	double rounds[IN_ROUNDS][ROUNDS_MAX];
};

struct broker {
	pid_t pid;
	struct mqtt mqtt;
};

/* A camserver, and its members: tests/load/office. */
struct office {
	pid_t server, members;
	FILE *to, *from;
};

/* Sorts values in place. */
static double
percentile(double *values, size_t count, size_t percent)
{
	(void)median(values, count);
	return values[count * percent / 100];
}

static double
per_s(size_t count, double begun_ms)
{
	return (double)count * 1e3 / (now_ms() - begun_ms);
}

static double
cpu_s(pid_t pid)
{
	struct timespec used = { 0, 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 ||
	    clock_gettime(clock, &used) != 0)
		die("no process %d", (int)pid);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

static pid_t
start(const char *const argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return pid;
}

/* -- mosquitto ---------------------------------------------------------------
 */

static const char mosquitto[] = "/usr/sbin/mosquitto";

static pid_t
start_broker(unsigned port)
{
	char path[256];
	const char *const argv[] = { mosquitto, "-c", path, NULL };
	FILE *file = NULL;
	pid_t pid;

	snprintf(path, sizeof path, "%s/mosquitto.conf", scratch());
	file = fopen(path, "w");
	if (file == NULL)
		die("cannot write %s", path);
	fprintf(file,
	    "listener %u 127.0.0.1\nallow_anonymous true\n"
	    "max_inflight_messages 0\nmax_queued_messages 0\n"
	    "set_tcp_nodelay true\npersistence false\nlog_type error\n"
	    "user root\n",
	    port);
	fclose(file);
	pid = start(argv);
	(void)shell_number(AWAIT_LISTENER "echo 0", port);
	return pid;
}

static void
enter_broker(struct broker *broker, struct figures *figures, size_t members)
{
	struct mqtt *mqtt = &broker->mqtt;
	unsigned port = free_port();
	double before = 0, begun = 0;
	pid_t pid = start_broker(port);

	broker->pid = pid;
	mqtt_open(mqtt, members, port);
	before = process_use(pid).rss_bytes;
	begun = cpu_s(pid);
	mqtt_enter(mqtt, 0, members);
	figures->login_us = (cpu_s(pid) - begun) * 1e6 / (double)members;
	figures->total_mib = process_use(pid).rss_bytes / 1048576;
	figures->session_kb =
	    (process_use(pid).rss_bytes - before) / 1024 / (double)members;
}

/* The first half has so much more to send: how much that is. */
static size_t
write_more(struct mqtt *mqtt, size_t messages)
{
	size_t half = mqtt->count / 2;

	for (size_t i = 0; i < half; i++) {
		mqtt->list[i].to_send += messages / half;
		mqtt_send_some(mqtt, &mqtt->list[i]);
	}
	return messages / half * half;
}

static void
mail_broker(struct mqtt *mqtt, struct figures *figures, int round, size_t mail)
{
	size_t half = mqtt->count / 2, stored = mqtt->stored, got = mqtt->got;
	double begun = 0;

	mqtt_leave(mqtt, half, mqtt->count);
	begun = now_ms();
	stored += write_more(mqtt, mail);
	while (mqtt->stored < stored)
		mqtt_turn(mqtt, MQTT_PATIENCE_MS);
	mail = mail / half * half;
	figures->rounds[STORED][round] = per_s(mail, begun);
	begun = now_ms();
	mqtt_enter(mqtt, half, mqtt->count);
	while (mqtt->got < got + mail)
		mqtt_turn(mqtt, MQTT_PATIENCE_MS);
	figures->rounds[DRAINED][round] = per_s(mail, begun);
}

static void
burst_broker(
    struct broker *broker, struct figures *figures, int round, size_t mail)
{
	struct mqtt *mqtt = &broker->mqtt;
	size_t stored = mqtt->stored, got = mqtt->got, all = 0;
	double begun = now_ms(), cpu = cpu_s(broker->pid);

	all = write_more(mqtt, mail);
	while (mqtt->stored < stored + all || mqtt->got < got + all)
		mqtt_turn(mqtt, MQTT_PATIENCE_MS);
	figures->rounds[RELAYED][round] = per_s(all, begun);
	figures->rounds[RELAYED_US][round] =
	    (cpu_s(broker->pid) - cpu) * 1e6 / (double)all;
}

static void
steady_broker(struct mqtt *mqtt, struct figures *figures, int round)
{
	enum { ALL = STEADY_RATE * STEADY_MS / 1000 };
	size_t half = mqtt->count / 2, got = mqtt->got;
	double late[ALL] = { 0 }, begun = now_ms();

	mqtt->late_ms = late;
	mqtt->late_count = 0;
	mqtt->late_size = ALL;
	for (size_t sent = 0; mqtt->got < got + ALL;) {
		double due = (now_ms() - begun) * STEADY_RATE / 1e3;

		for (; (double)sent < due && sent < ALL; sent++) {
			mqtt->list[sent % half].to_send++;
			mqtt_send_some(mqtt, &mqtt->list[sent % half]);
		}
		mqtt_turn(mqtt, 1);
	}
	mqtt->late_size = 0;
	figures->rounds[P99][round] = percentile(late, ALL, 99);
	figures->rounds[P50][round] = percentile(late, ALL, 50);
}

/* -- camserver ---------------------------------------------------------------
 */

/* The names and codes of that many, a line each, go to the office. */
static void
invite(const char *home, size_t members, FILE *office)
{
	char path[256];
	struct rpc_client *client = NULL;

	snprintf(path, sizeof path, "%s/run/camserver.sock", home);
	for (int i = 0;
	     i < 200 && rpc_client_connect(path, "bench", &client) < 0; i++)
		usleep(50 * 1000);
	if (client == NULL)
		die("camserver does not answer");
	for (size_t i = 0; i < members; i++) {
		struct rpc_error error = { .message = NULL };
		json_t *result = NULL;
		char name[32];

		snprintf(name, sizeof name, "member%zu", i);
		if (rpc_client_call(client, "member.invite",
			json_pack("{s:s}", "name", name), LONG_MS, &result,
			&error) < 0)
			die("%s is not invited", name);
		fprintf(office, "%s %s\n", name,
		    json_string_value(json_object_get(result, "code")));
		json_decref(result);
	}
	rpc_client_free(client);
}

static pid_t
start_server(const char *build, const char *home, const char *address)
{
	char program[512], path[256];
	const char *const init[] = { program, "--home", home, "init", "--name",
		"Bench", NULL };
	const char *const serve[] = { program, "--home", home, NULL };
	FILE *file = NULL;

	snprintf(program, sizeof program, "%s/camserver", build);
	snprintf(path, sizeof path, "%s/config/camserver.ini", home);
	run_ms(init);
	file = fopen(path, "w");
	if (file == NULL)
		die("cannot write %s", path);
	fprintf(file, "net.bind = %s\nserver.host = %s\n", address, address);
	fclose(file);
	return start(serve);
}

/* A figure that the office is to tell: "name value unit". */
struct wanted {
	const char *name;
	double *value;
};

static void
take_line(const char *line, const struct wanted *wanted)
{
	for (; wanted->name != NULL; wanted++) {
		size_t len = strlen(wanted->name);

		if (strncmp(line, wanted->name, len) == 0 && line[len] == ' ')
			*wanted->value = strtod(line + len, NULL);
	}
}

static void
tell_office(
    struct office *office, const char *what, const struct wanted *wanted)
{
	char line[128];

	fprintf(office->to, "%s\n", what);
	fflush(office->to);
	while (fgets(line, sizeof line, office->from) != NULL) {
		if (strcmp(line, "done\n") == 0)
			return;
		take_line(line, wanted);
	}
	die("the office has failed");
}

/* As start(), and talked with. */
static void
start_office(struct office *office, const char *build, const char *address)
{
	int to[2], from[2];
	char program[512], server[16];

	snprintf(program, sizeof program, "%s/tools/office", build);
	snprintf(server, sizeof server, "%d", (int)office->server);
	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		die("no pipe");
	office->members = fork();
	if (office->members == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(to[0], 0);
		dup2(from[1], 1);
		execl(program, program, address, server, "0", "apart",
		    (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	office->to = fdopen(to[1], "w");
	office->from = fdopen(from[0], "r");
}

static void
enter_office(struct office *office, struct figures *figures, const char *build,
    size_t members)
{
	char home[128], address[32];
	double before = 0;
	const struct wanted wanted[] = { { "empty_mib", &before },
		{ "server_again_mib", &figures->total_mib },
		{ "login_again_s", &figures->rush_s },
		{ "login_again_server_cpu_s", &figures->rush_server_s },
		{ "login_again_members_cpu_s", &figures->rush_members_s },
		{ NULL, NULL } };

	snprintf(home, sizeof home, "%s/server%u", scratch(), free_port());
	own_address(200, address);
	office->server = start_server(build, home, address);
	start_office(office, build, address);
	invite(home, members, office->to);
	tell_office(office, "\nenter", wanted);
	figures->session_kb =
	    (figures->total_mib - before) * 1024 / (double)members;
	figures->login_us = figures->rush_server_s * 1e6 / (double)members;
}

static void
mail_office(
    struct office *office, struct figures *figures, int round, size_t mail)
{
	char what[64];
	const struct wanted wanted[] = { { "stored_per_s",
					     &figures->rounds[STORED][round] },
		{ "drained_per_s", &figures->rounds[DRAINED][round] },
		{ NULL, NULL } };

	snprintf(what, sizeof what, "mail %zu", mail);
	tell_office(office, what, wanted);
}

static void
burst_office(
    struct office *office, struct figures *figures, int round, size_t mail)
{
	char what[64];
	const struct wanted wanted[] = { { "relayed_per_s",
					     &figures->rounds[RELAYED][round] },
		{ "relayed_server_cpu_us",
		    &figures->rounds[RELAYED_US][round] },
		{ NULL, NULL } };

	snprintf(what, sizeof what, "burst %zu", mail);
	tell_office(office, what, wanted);
}

static void
steady_office(struct office *office, struct figures *figures, int round)
{
	char what[64];
	const struct wanted wanted[] = { { "steady_p50_ms",
					     &figures->rounds[P50][round] },
		{ "steady_p99_ms", &figures->rounds[P99][round] },
		{ NULL, NULL } };

	snprintf(what, sizeof what, "steady %d %d", STEADY_RATE, STEADY_MS);
	tell_office(office, what, wanted);
}

/* -- both --------------------------------------------------------------------
 */

struct run {
	struct broker broker;
	struct office office;
	struct figures ours, theirs;
	double curve_us, library_us; /* of one log-in */
	bool is_compared;
	int rounds;
	size_t members, mail;
};

static void
measure_round(struct run *run, int round)
{
	struct mqtt *mqtt = &run->broker.mqtt;

	burst_office(&run->office, &run->ours, round, run->mail);
	if (run->is_compared)
		burst_broker(&run->broker, &run->theirs, round, run->mail);
	steady_office(&run->office, &run->ours, round);
	if (run->is_compared)
		steady_broker(mqtt, &run->theirs, round);
	mail_office(&run->office, &run->ours, round, run->mail);
	if (run->is_compared)
		mail_broker(mqtt, &run->theirs, round, run->mail);
}

static void
report_one(const struct run *run, const char *name, double ours,
    const char *unit, double theirs)
{
	if (run->is_compared)
		report(name, ours, unit, "mosquitto in clear", theirs,
		    ours / theirs, 0);
	else
		report(name, ours, unit, "-", 0, 0, 0);
}

static void
report_each(
    struct run *run, int what, const char *name, const char *unit, double goal)
{
	double *ours = run->ours.rounds[what];
	double *theirs = run->theirs.rounds[what];

	if (run->is_compared)
		report_rounds(name, ours, unit, "mosquitto in memory", theirs,
		    (size_t)run->rounds, goal);
	else
		report_one(
		    run, name, median(ours, (size_t)run->rounds), unit, 0);
}

/* Goal 5b: 0.6 of what the curve allows. The members share the processors with
 * the server, so that the seconds say less than its own. */
static void
report_rush(const struct run *run)
{
	const struct figures *ours = &run->ours;
	double goal = 0.0005 * (double)run->members;

	report("server_login.curve", ours->login_us, "us of processor",
	    "X25519, sign, verify", run->curve_us,
	    ours->login_us / run->curve_us, 1 / 0.6);
	report("server_login.library", ours->login_us, "us of processor",
	    "OpenSSL's handshake", run->library_us,
	    ours->login_us / run->library_us, 0);
	report(
	    "server_rush", ours->rush_s, "s", "goal", goal, ours->rush_s, goal);
	report("server_rush.processor", ours->rush_server_s, "s", "the members",
	    ours->rush_members_s, ours->rush_server_s / ours->rush_members_s,
	    0);
}

/* Goals 5a-5d; 100 MiB with 10,000, of which 20 with nobody. */
static void
report_all(struct run *run)
{
	double goal = 20 + 0.008 * (double)run->members;

	report_one(run, "server_session", run->ours.session_kb, "kB",
	    run->theirs.session_kb);
	report("server_memory", run->ours.total_mib, "MiB", "goal", goal,
	    run->ours.total_mib, goal);
	report_one(run, "server_login", run->ours.login_us, "us of processor",
	    run->theirs.login_us);
	report_rush(run);
	report_each(run, RELAYED, "relay.messages", "1/s", -1.2);
	report_each(run, RELAYED_US, "relay.message", "us of processor", 0);
	report_each(run, P50, "relay.p50", "ms", 1.5);
	report_each(run, P99, "relay.p99", "ms", 2.0);
	report_each(run, STORED, "server_stored", "1/s", 0);
	report_each(run, DRAINED, "server_drained", "1/s", -1.0);
}

int
main(int argc, char **argv)
{
	struct rlimit files = { FILES_OPEN, FILES_OPEN };
	struct run run = { .rounds =
			       (int)number_of("BENCH_ROUNDS", ROUNDS_STANDARD),
		.members = number_of("BENCH_MEMBERS", MEMBERS),
		.mail = number_of("BENCH_MAIL", MAIL),
		.is_compared = access(mosquitto, X_OK) == 0 };

	if (argc != 2 || run.members < 2 || run.mail < run.members ||
	    run.rounds < 1 || run.rounds > ROUNDS_MAX)
		die("usage: bench_server BUILD");
	if (!run.is_compared)
		fprintf(stderr, "bench: mosquitto is missing: not compared\n");
	(void)setrlimit(RLIMIT_NOFILE, &files);
	enter_office(&run.office, &run.ours, argv[1], run.members);
	run.curve_us = login_curve_us();
	run.library_us = login_library_us();
	if (run.is_compared)
		enter_broker(&run.broker, &run.theirs, run.members);
	for (int i = 0; i < run.rounds; i++)
		measure_round(&run, i);
	fclose(run.office.to);
	end_process(run.office.members);
	end_process(run.office.server);
	if (run.is_compared) {
		mqtt_close(&run.broker.mqtt);
		end_process(run.broker.pid);
	}
	report_all(&run);
	return 0;
}
