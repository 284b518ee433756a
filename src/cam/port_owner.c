/* port_owner.c: who has a port, from /proc/net and /proc/PID/fd. */
#include "cam/port_owner.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/path.h"

enum { TCP_LISTENS = 0x0a, LINE_SIZE = 512, WORDS = 10 };

/* "0100007F" is 127.0.0.1 on a little-endian machine: each group of eight
 * digits is a number in its order. */
static bool
parse_address(struct span text, char *out, size_t size, bool *any)
{
	uint8_t bytes[16];
	uint64_t word = 0;
	uint32_t group = 0;
	size_t groups = text.len / 8;

	if (text.len != 8 && text.len != 32)
		return false;
	*any = true;
	for (size_t i = 0; i < groups; i++) {
		if (number_hex(
			span_of(text.data + i * 8, 8), UINT32_MAX, &word) < 0)
			return false;
		group = (uint32_t)word;
		*any = *any && group == 0;
		memcpy(bytes + i * 4, &group, 4);
	}
	return inet_ntop(groups == 1 ? AF_INET : AF_INET6, bytes, out,
		   (socklen_t)size) != NULL;
}

/* Cuts the line at runs of blanks; false when it has fewer than WORDS words. */
static bool
split(struct span line, struct span words[WORDS])
{
	struct span rest = line, head;
	size_t count = 0;

	while (count < WORDS) {
		while (rest.len > 0 && rest.data[0] == ' ')
			rest = span_of(rest.data + 1, rest.len - 1);
		if (!span_cut(&rest, ' ', &head)) {
			head = rest;
			rest = span_of(NULL, 0);
		}
		if (head.len == 0)
			return false;
		words[count++] = head;
	}
	return true;
}

bool
port_owner_parse(
    struct span line, bool tcp, uint16_t port, struct port_owner *owner)
{
	struct span words[WORDS], address, number;
	struct port_owner found = { .tcp = tcp };
	uint64_t value = 0;

	/* sl local_address rem_address st queues timers retransmits uid timeout
	 * inode */
	if (!split(line, words))
		return false;
	number = words[1];
	if (!span_cut(&number, ':', &address) ||
	    number_hex(number, UINT16_MAX, &value) < 0 || value != port ||
	    !parse_address(
		address, found.address, sizeof(found.address), &found.any))
		return false;
	if (tcp && (number_hex(words[3], UINT8_MAX, &value) < 0 ||
		       value != TCP_LISTENS))
		return false;
	if (number_decimal(words[7], UINT32_MAX, &value) < 0)
		return false;
	found.uid = (uid_t)value;
	if (number_decimal(words[9], UINT64_MAX, &found.inode) < 0)
		return false;
	*owner = found;
	return true;
}

static size_t
read_table(const char *path, bool tcp, uint16_t port, struct port_owner *owners,
    size_t count, size_t max)
{
	FILE *file = fopen(path, "re");
	struct port_owner owner;
	char line[LINE_SIZE];
	size_t len = 0;

	if (file == NULL)
		return count;
	while (fgets(line, sizeof(line), file) != NULL) {
		len = strcspn(line, "\n");
		if (!port_owner_parse(span_of(line, len), tcp, port, &owner))
			continue;
		if (count < max)
			owners[count] = owner;
		count++;
	}
	fclose(file);
	return count;
}

/* Reads the name a program goes by. */
static void
read_name(const char *proc, const char *pid, char name[32])
{
	char *path = xasprintf("%s/%s/comm", proc, pid);
	FILE *file = fopen(path, "re");

	if (file != NULL) {
		if (fgets(name, 32, file) == NULL)
			name[0] = '\0';
		name[strcspn(name, "\n")] = '\0';
		fclose(file);
	}
	free(path);
}

/* Looks whether one of the process's descriptors is an owner's socket. */
static void
look_into(
    const char *proc, const char *pid, struct port_owner *owners, size_t count)
{
	char *path = xasprintf("%s/%s/fd", proc, pid);
	DIR *folder = opendir(path);
	const struct dirent *entry = NULL;
	char link[64];
	uint64_t inode = 0, number = 0;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		ssize_t len = readlinkat(
		    dirfd(folder), entry->d_name, link, sizeof(link));
		struct span text = span_of(link, len > 0 ? (size_t)len : 0);

		/* "socket:[12345]" */
		if (text.len < 10 || !span_starts(text, "socket:[") ||
		    number_decimal(span_of(text.data + 8, text.len - 9),
			UINT64_MAX, &inode) < 0)
			continue;
		for (size_t i = 0; i < count; i++) {
			if (owners[i].inode != inode || owners[i].pid != 0)
				continue;
			(void)number_decimal(
			    span_text(pid), INT32_MAX, &number);
			owners[i].pid = (pid_t)number;
			read_name(proc, pid, owners[i].program);
		}
	}
	if (folder != NULL)
		closedir(folder);
	free(path);
}

size_t
port_owners(
    const char *proc, uint16_t port, struct port_owner *owners, size_t max)
{
	static const struct {
		const char *name;
		bool tcp;
	} tables[] = { { "net/udp", false }, { "net/udp6", false },
		{ "net/tcp", true }, { "net/tcp6", true } };
	const struct dirent *entry = NULL;
	size_t count = 0, known = 0;
	DIR *folder = NULL;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		char *path = path_join(proc, tables[i].name);

		count =
		    read_table(path, tables[i].tcp, port, owners, count, max);
		free(path);
	}
	known = count < max ? count : max;
	folder = known > 0 ? opendir(proc) : NULL;
	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			look_into(proc, entry->d_name, owners, known);
	if (folder != NULL)
		closedir(folder);
	return count;
}

char *
port_owner_user(uid_t uid)
{
	/* Not getpwuid(): a program without a dynamic linker cannot load what
	 * that would. */
	FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;
	char *name = NULL;

	while (
	    file != NULL && name == NULL && (entry = fgetpwent(file)) != NULL)
		if (entry->pw_uid == uid)
			name = xstrdup(entry->pw_name);
	if (file != NULL)
		fclose(file);
	return name != NULL ? name : xasprintf("%u", (unsigned)uid);
}
