/* fuzz_request.c: any bytes from a program of the user, after a proper hello,
 * to a whole camd: it answers or closes, and goes on. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "camd/camd.h"
#include "camd/client.h"
#include "camd/methods/methods.h"
#include "camd/people/roster.h"
#include "camd/people/user.h"
#include "camd/settings.h"
#include "fuzz.h"
#include "loop/loop.h"
#include "loop/worker.h"
#include "rpc/names.h"

enum { METHODS_MAX = 64 };

struct world {
	char folder[64];
	struct camd camd;
	struct rpc_method methods[METHODS_MAX];
	bool gone;
};

static struct world *the_world;

/* The keys lie in OpenSSL's secure heap, where no pointers are looked for. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:CRYPTO_zalloc\n";
}

static void
remove_folder(void)
{
	char *command = xasprintf("rm -r %s", the_world->folder);

	must(system(command) == 0);
	free(command);
}

/* Settings could name programs to be run; the others wait for a time. */
static bool
is_left_out(const char *name)
{
	return strcmp(name, RPC_CONFIG_SET) == 0 ||
	       strcmp(name, RPC_DOCTOR) == 0 || strcmp(name, RPC_STOP) == 0;
}

static void
choose_methods(struct world *world)
{
	const struct rpc_method *method = methods_table();
	size_t count = 0;

	for (; method->name != NULL; method++) {
		must(count < METHODS_MAX - 1);
		if (!is_left_out(method->name))
			world->methods[count++] = *method;
	}
}

static void
add_users(struct world *world)
{
	static const char *const names[][3] = { { "anna", "pc1", "Anna" },
		{ "anton", "pc1", "Toni" }, { "carl", "pc3", "" } };
	struct roster *roster = world->camd.roster;

	for (size_t i = 0; i < 3; i++) {
		struct user *user =
		    roster_add(roster, names[i][0], names[i][1]);

		roster_set_nick(roster, user, names[i][2]);
		roster_set_group(roster, user, "Sales");
		roster_changed(roster, user, false);
	}
	roster_write(roster);
}

static struct world *
make_world(void)
{
	struct world *world = xcalloc(1, sizeof *world);
	char *problem = NULL, *option = NULL;
	unsigned pid = (unsigned)getpid();

	log_open(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_LEVEL_ERROR, 0);
	strcpy(world->folder, "/tmp/cam-fuzz-XXXXXX");
	must(mkdtemp(world->folder) != NULL);
	must(paths_find(world->folder, &world->camd.paths) == 0);
	world->camd.loop = loop_new();
	must(camd_settings_open(world->camd.paths.settings,
		 &world->camd.settings, &problem) == 0);
	option =
	    xasprintf("net.bind=127.%u.%u.2", 64 + pid % 128, pid / 128 % 256);
	must(settings_option(world->camd.settings, option, &problem) == 0);
	free(option);
	must(settings_option(world->camd.settings, "net.ipv6=off", &problem) ==
	     0);
	must(camd_start(&world->camd, -1, &problem) == 0);
	choose_methods(world);
	add_users(world);
	return world;
}

static void
on_gone(struct client *client, void *arg)
{
	struct world *world = arg;

	world->gone = true;
}

static bool
is_busy(const struct world *world)
{
	return workers_load(world->camd.readers) > 0 ||
	       workers_load(world->camd.writer) > 0;
}

static void
put(int fd, const void *data, size_t len)
{
	must(write(fd, data, len) == (ssize_t)len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char greeting[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"hello\","
	    "\"params\":{\"protocol\":1}}\n";
	struct client *client = NULL;
	int ends[2];

	if (the_world == NULL) {
		the_world = make_world();
		atexit(remove_folder);
	}
	if (size > 64 * 1024)
		return 0;
	the_world->gone = false;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	client = client_new(
	    &the_world->camd, ends[0], the_world->methods, on_gone, the_world);
	put(ends[1], greeting, sizeof greeting - 1);
	put(ends[1], data, size);
	shutdown(ends[1], SHUT_WR);
	while (!the_world->gone)
		loop_turn(the_world->camd.loop, 1);
	client_free(client);
	close(ends[1]);
	while (is_busy(the_world))
		loop_turn(the_world->camd.loop, 1);
	return 0;
}
