/* chain.c: the least a sending command can do: hand a line to a daemon, wait
 * for its answer. */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char line[256] = "send\n";

	if (argc != 2 || strlen(argv[1]) >= sizeof(name.sun_path))
		return 2;
	memcpy(name.sun_path, argv[1], strlen(argv[1]) + 1);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) != 0)
		return 1;
	if (write(fd, line, sizeof(line)) != sizeof(line))
		return 1;
	return read(fd, line, sizeof(line)) > 0 ? 0 : 1;
}
