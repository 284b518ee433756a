/* place.h: a file and a folder to push, and the tools that people push with. */
#ifndef CAM_BENCH_PLACE_H
#define CAM_BENCH_PLACE_H

#include <sys/statvfs.h>

#include "base/beneath.h"
#include "bench.h"

/* What is pushed; less with BENCH_FILE_MIB and BENCH_FILES. */
enum { FILE_MIB = 1024, FILES = 10000, FILE_SIZE = 4096, ROUNDS = 5 };

struct place {
	char path[128];
	int from, to; /* folders */
	unsigned mib, files;
};

static inline unsigned
number_of(const char *name, unsigned standard)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : standard;
}

/* -- the anchors --------------------------------------------------------------
 */

/* Runs a shell's words and gives what they print, a number. None takes longer
 * than two minutes. */
static inline double __attribute__((format(printf, 1, 2)))
shell_number(const char *format, ...)
{
	char script[1024], command[1200], line[64] = "";
	va_list args;
	FILE *out;

	va_start(args, format);
	vsnprintf(script, sizeof(script), format, args);
	va_end(args);
	snprintf(
	    command, sizeof(command), "exec timeout 120 sh -c '%s'", script);
	out = popen(command, "r");
	if (!out || !fgets(line, sizeof(line), out) || pclose(out) != 0)
		die("failed: %s", script);
	return strtod(line, NULL);
}

static inline unsigned
free_port(void)
{
	static unsigned port;

	if (port == 0)
		port = 20000 + (unsigned)getpid() % 10000;
	return port++;
}

#define AWAIT_LISTENER "until ss -Hltn | grep -q 127.0.0.1:%u; do :; done; "
#define NOW "date +%%s.%%N"

/* Memory to nowhere: what TCP does here. Bytes a second. */
static inline double
iperf(const struct place *place)
{
	unsigned port = free_port();

	return shell_number("iperf3 -s -1 -B 127.0.0.1 -p %u >/dev/null "
			    "& " AWAIT_LISTENER
			    "iperf3 -c 127.0.0.1 -p %u -n %uM -J | "
			    "jq .end.sum_received.bits_per_second; wait",
		   port, port, port, place->mib) /
	       8;
}

/* tar through a connection: files a second. */
static inline double
tar_files(const struct place *place)
{
	unsigned port = free_port();
	double seconds = shell_number(
	    "cd %s/to; { nc -l 127.0.0.1 %u | tar -xf -; } & " AWAIT_LISTENER
	    "begin=$(" NOW "); cd ../from; "
	    "tar -cf - tree | nc -N 127.0.0.1 %u; wait; "
	    "echo $(" NOW ") - $begin | bc",
	    place->path, port, port, port);

	if (beneath_remove_tree(place->to, "tree") != 0)
		die("tar has brought nothing");
	return place->files / seconds;
}

/* rsync to its daemon: files a second. */
static inline double
rsync_files(const struct place *place)
{
	unsigned port = free_port();
	const char *owner = geteuid() == 0 ? "uid = 0\\ngid = 0\\n" : "";
	double seconds = shell_number(
	    "cd %s; printf \"use chroot = no\\npid file = $PWD/pid\\n[to]\\n"
	    "path = $PWD/to\\nread only = no\\n%s\" >conf; rm -f pid; "
	    "rsync --daemon --config=conf --address=127.0.0.1 "
	    "--port=%u; " AWAIT_LISTENER "until test -s pid; do :; done; "
	    "begin=$(" NOW "); cd from; "
	    "rsync -aW --inplace tree rsync://127.0.0.1:%u/to/; "
	    "echo $(" NOW ") - $begin | bc; daemon=$(cat ../pid); "
	    "kill $daemon; while kill -0 $daemon 2>&-; do :; done",
	    place->path, owner, port, port, port);

	if (beneath_remove_tree(place->to, "tree") != 0)
		die("rsync has brought nothing");
	return place->files / seconds;
}

/* -- what there is to push ---------------------------------------------------
 */

static inline void
write_file(int folder, const char *name, size_t size)
{
	static uint8_t bytes[1 << 20];
	int fd = openat(folder, name, O_WRONLY | O_CREAT, 0644);

	for (size_t i = 0; bytes[100] == 0 && i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 + i / 255 + 1);
	while (size > 0) {
		size_t len = size < sizeof(bytes) ? size : sizeof(bytes);

		if (write(fd, bytes, len) != (ssize_t)len)
			die("cannot write %s", name);
		size -= len;
	}
	close(fd);
}

static inline int
make_folder(const struct place *place, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", place->path, name);
	mkdir(path, 0755);
	return open(path, O_RDONLY | O_DIRECTORY);
}

/* In memory where there is room for three copies: disks are not what is
 * measured. */
static inline void
make_place(struct place *place)
{
	struct statvfs disk;
	int tree;

	place->mib = number_of("BENCH_FILE_MIB", FILE_MIB);
	place->files = number_of("BENCH_FILES", FILES);
	snprintf(place->path, sizeof(place->path), "%s/file", scratch());
	if (statvfs("/dev/shm", &disk) == 0 &&
	    (disk.f_bavail * disk.f_frsize) >> 20 > 3 * (place->mib + 100ull))
		snprintf(place->path, sizeof(place->path),
		    "/dev/shm/cam-bench-%d", (int)getpid());
	mkdir(place->path, 0700);
	place->from = make_folder(place, "from");
	place->to = make_folder(place, "to");
	write_file(place->from, "file", (size_t)place->mib << 20);
	tree = make_folder(place, "from/tree");
	for (unsigned i = 0; i < place->files; i++) {
		char name[64];

		if (i % 100 == 0) {
			snprintf(name, sizeof(name), "from/tree/%u", i / 100);
			close(tree);
			tree = make_folder(place, name);
		}
		snprintf(name, sizeof(name), "%u", i);
		write_file(tree, name, FILE_SIZE);
	}
	close(tree);
}

static inline void
remove_place(const struct place *place)
{
	const char *name = strrchr(place->path, '/') + 1;
	char above[128];
	int fd;

	snprintf(above, sizeof(above), "%.*s", (int)(name - place->path),
	    place->path);
	fd = open(above, O_RDONLY | O_DIRECTORY);
	beneath_remove_tree(fd, name);
	close(fd);
}

#endif
