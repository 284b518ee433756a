/* bench_server.c: camserver and mosquitto, each with as many members, who log
 * in at once, write to those who are away, and come back. BENCH_MEMBERS: how
 * many (1000; 10000 takes minutes), BENCH_MAIL: how many messages. */
#include <sys/resource.h>

#include "mqtt.h"
#include "place.h"
#include "rpc/client.h"

enum { MEMBERS = 1000, MAIL = 20000, LONG_MS = 60 * 1000, FILES_OPEN = 20000 };

/* Of one server, whichever it is. */
struct figures {
	double session_kb, total_mib, login_us, stored_per_s, drained_per_s;
};

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

static const char broker[] = "/usr/sbin/mosquitto";

static pid_t
start_broker(unsigned port)
{
	char path[256];
	const char *const argv[] = { broker, "-c", path, NULL };
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
measure_broker(struct figures *figures, size_t members, size_t mail)
{
	struct mqtt mqtt;
	size_t half = members / 2, all = mail / half * half;
	double before = 0, begun = 0;
	unsigned port = free_port();
	pid_t pid = start_broker(port);

	mqtt_open(&mqtt, members, port);
	before = process_use(pid).rss_bytes;
	begun = cpu_s(pid);
	mqtt_enter(&mqtt, 0, members);
	figures->login_us = (cpu_s(pid) - begun) * 1e6 / (double)members;
	figures->total_mib = process_use(pid).rss_bytes / 1048576;
	figures->session_kb =
	    (process_use(pid).rss_bytes - before) / 1024 / (double)members;
	mqtt_leave(&mqtt, half, members);
	begun = now_ms();
	for (size_t i = 0; i < half; i++) {
		mqtt.list[i].to_send = mail / half;
		mqtt_send_some(&mqtt, &mqtt.list[i]);
	}
	while (mqtt.stored < all)
		mqtt_turn(&mqtt);
	figures->stored_per_s = (double)all * 1e3 / (now_ms() - begun);
	begun = now_ms();
	mqtt_enter(&mqtt, half, members);
	while (mqtt.got < all)
		mqtt_turn(&mqtt);
	figures->drained_per_s = (double)all * 1e3 / (now_ms() - begun);
	mqtt_close(&mqtt);
	end_process(pid);
}

/* -- camserver ---------------------------------------------------------------
 */

/* The names and codes of that many, a line each. */
static void
invite(const char *home, size_t members)
{
	char path[256];
	struct rpc_client *client = NULL;
	FILE *file = NULL;

	snprintf(path, sizeof path, "%s/run/camserver.sock", home);
	for (int i = 0;
	     i < 200 && rpc_client_connect(path, "bench", &client) < 0; i++)
		usleep(50 * 1000);
	snprintf(path, sizeof path, "%s/codes", home);
	file = fopen(path, "w");
	if (client == NULL || file == NULL)
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
		fprintf(file, "%s %s\n", name,
		    json_string_value(json_object_get(result, "code")));
		json_decref(result);
	}
	fclose(file);
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

static double
figure(const char *line, const char *name, double standard)
{
	size_t len = strlen(name);

	return strncmp(line, name, len) == 0 && line[len] == ' '
		   ? strtod(line + len, NULL)
		   : standard;
}

static void
measure_server(
    struct figures *figures, const char *build, size_t members, size_t mail)
{
	char home[128], address[32], command[1024], line[128];
	double before = 0, login = 0;
	FILE *out = NULL;
	pid_t pid;

	snprintf(home, sizeof home, "%s/server%u", scratch(), free_port());
	own_address(200, address);
	pid = start_server(build, home, address);
	invite(home, members);
	snprintf(command, sizeof command,
	    "exec '%s/tools/office' %s %d %zu apart <'%s/codes'", build,
	    address, (int)pid, mail, home);
	out = popen(command, "r");
	if (out == NULL)
		die("cannot run the office");
	while (fgets(line, sizeof line, out) != NULL) {
		before = figure(line, "empty_mib", before);
		login = figure(line, "login_server_cpu_s", login);
		figures->total_mib =
		    figure(line, "server_mib", figures->total_mib);
		figures->stored_per_s =
		    figure(line, "stored_per_s", figures->stored_per_s);
		figures->drained_per_s =
		    figure(line, "drained_per_s", figures->drained_per_s);
	}
	if (pclose(out) != 0)
		die("the office has failed");
	figures->session_kb =
	    (figures->total_mib - before) * 1024 / (double)members;
	figures->login_us = login * 1e6 / (double)members;
	end_process(pid);
}

int
main(int argc, char **argv)
{
	size_t members = number_of("BENCH_MEMBERS", MEMBERS);
	size_t mail = number_of("BENCH_MAIL", MAIL);
	struct rlimit files = { FILES_OPEN, FILES_OPEN };
	struct figures ours = { 0 }, theirs = { 0 };

	if (argc != 2 || members < 2 || mail < members)
		die("usage: bench_server BUILD");
	(void)setrlimit(RLIMIT_NOFILE, &files);
	if (access(broker, X_OK) == 0)
		measure_broker(&theirs, members, mail);
	else
		fprintf(stderr, "bench: mosquitto is missing: not compared\n");
	measure_server(&ours, argv[1], members, mail);
	/* 100 MiB with 10,000, of which 20 with nobody. */
	report("server_session", ours.session_kb, "kB", "mosquitto in clear",
	    theirs.session_kb, ours.session_kb / theirs.session_kb, 0);
	report("server_memory", ours.total_mib, "MiB", "goal",
	    20 + 0.008 * (double)members, ours.total_mib,
	    20 + 0.008 * (double)members);
	report("server_login", ours.login_us, "us of processor",
	    "mosquitto in clear", theirs.login_us,
	    ours.login_us / theirs.login_us, 0);
	report("server_stored", ours.stored_per_s, "1/s", "mosquitto in memory",
	    theirs.stored_per_s, ours.stored_per_s / theirs.stored_per_s, 0);
	report("server_drained", ours.drained_per_s, "1/s",
	    "mosquitto in memory", theirs.drained_per_s,
	    ours.drained_per_s / theirs.drained_per_s, -1.0);
	return 0;
}
