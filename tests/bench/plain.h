/* plain.h: an IPMSG client that does no more than fetch what it is offered, in
 * clear (protocol reference 4.2-4.4). */
#ifndef CAM_BENCH_PLAIN_H
#define CAM_BENCH_PLAIN_H

#include "bench.h"

enum {
	PLAIN_PORT = 2425,
	PLAIN_ENTRY = 0x00200001, /* BR_ENTRY, FILEATTACHOPT */
	PLAIN_SENDMSG = 0x20,
	PLAIN_RECVMSG = 0x21,
	PLAIN_GETFILEDATA = 0x60,
	PLAIN_GETDIRFILES = 0x62,
	PLAIN_CHUNK = 1 << 20,
	PLAIN_HEADER_MAX = 4096,
};

struct plain {
	int udp;
	struct sockaddr_in own, peer;
};

/* What it has been offered. */
struct plain_offer {
	unsigned long packet_no, file_id;
	unsigned long long size;
};

static inline struct sockaddr_in
plain_address(unsigned last)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(PLAIN_PORT) };
	char text[32];

	own_address(last, text);
	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static inline void
plain_send(
    const struct plain *plain, unsigned no, unsigned command, const char *text)
{
	char packet[512];
	int len = snprintf(packet, sizeof(packet), "1:%u:plain:bench:%u:%s", no,
	    command, text);

	if (sendto(plain->udp, packet, (size_t)len + 1, 0,
		(const struct sockaddr *)&plain->peer, sizeof(plain->peer)) < 0)
		die("cannot send");
}

/* At own_address(last), known to the camd at own_address(peer). */
static inline void
plain_begin(struct plain *plain, unsigned last, unsigned peer)
{
	plain->own = plain_address(last);
	plain->peer = plain_address(peer);
	plain->udp = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(plain->udp, (struct sockaddr *)&plain->own,
		sizeof(plain->own)) != 0)
		die("cannot bind port %d", PLAIN_PORT);
	plain_send(plain, 1, PLAIN_ENTRY, "Plain");
}

/* "1:NO:anna:bench:COMMAND:text\0ID:name:SIZE:mtime:attr:\a": true when it is
 * one. */
static inline bool
plain_read_offer(char *packet, size_t len, struct plain_offer *offer)
{
	char *fields[6] = { packet };
	const char *list;

	for (int i = 1; i < 6; i++) {
		fields[i] = strchr(fields[i - 1], ':');
		if (!fields[i])
			return false;
		fields[i]++;
	}
	if ((strtoul(fields[4], NULL, 10) & 0xff) != PLAIN_SENDMSG)
		return false;
	list = fields[5] + strlen(fields[5]) + 1;
	if (list >= packet + len || strchr(list, ':') == NULL)
		return false;
	offer->packet_no = strtoul(fields[1], NULL, 10);
	offer->file_id = strtoul(list, NULL, 10);
	list = strchr(strchr(list, ':') + 1, ':');
	offer->size = list ? strtoull(list + 1, NULL, 16) : 0;
	return true;
}

/* The next one, confirmed. */
static inline void
plain_await(const struct plain *plain, struct plain_offer *offer)
{
	static char packet[65536];
	char number[32];

	for (;;) {
		ssize_t len = recv(plain->udp, packet, sizeof(packet) - 1, 0);

		if (len < 0)
			die("cannot receive");
		packet[len] = '\0';
		if (plain_read_offer(packet, (size_t)len, offer))
			break;
	}
	snprintf(number, sizeof(number), "%lu", offer->packet_no);
	plain_send(plain, 2, PLAIN_RECVMSG, number);
}

static inline int
plain_connect(const struct plain *plain, unsigned command, const char *what)
{
	struct sockaddr_in own = plain->own;
	char request[256];
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int len = snprintf(
	    request, sizeof(request), "1:3:plain:bench:%u:%s", command, what);

	own.sin_port = 0;
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) != 0 ||
	    connect(fd, (const struct sockaddr *)&plain->peer,
		sizeof(plain->peer)) != 0 ||
	    write(fd, request, (size_t)len + 1) != len + 1)
		die("cannot ask for the file");
	return fd;
}

/* Without a copy in between, as the best of clients would. */
static inline void
plain_get_file(
    const struct plain *plain, const struct plain_offer *offer, int file)
{
	unsigned long long left = offer->size;
	char what[96];
	int fd, ends[2];

	snprintf(
	    what, sizeof(what), "%lx:%lx:0:", offer->packet_no, offer->file_id);
	fd = plain_connect(plain, PLAIN_GETFILEDATA, what);
	if (pipe(ends) != 0)
		die("no pipe");
	fcntl(ends[0], F_SETPIPE_SZ, PLAIN_CHUNK);
	while (left > 0) {
		ssize_t got = splice(fd, NULL, ends[1], NULL, PLAIN_CHUNK, 0);

		if (got <= 0)
			die("the file ends early");
		left -= (unsigned long long)got;
		while (got > 0)
			got -=
			    splice(ends[0], NULL, file, NULL, (size_t)got, 0);
	}
	close(ends[0]);
	close(ends[1]);
	close(fd);
}

/* -- a folder ----------------------------------------------------------------
 */

struct plain_stream {
	int fd;
	char bytes[PLAIN_CHUNK];
	size_t at, len;
};

static inline void
plain_take(struct plain_stream *stream, void *bytes, size_t len)
{
	char *place = bytes;

	while (len > 0) {
		size_t part = stream->len - stream->at;

		if (part == 0) {
			ssize_t got = read(
			    stream->fd, stream->bytes, sizeof(stream->bytes));

			if (got <= 0)
				die("the folder ends early");
			stream->at = 0;
			stream->len = (size_t)got;
			continue;
		}
		part = part < len ? part : len;
		memcpy(place, stream->bytes + stream->at, part);
		stream->at += part;
		place += part;
		len -= part;
	}
}

static inline void
plain_write_file(
    struct plain_stream *stream, const char *name, unsigned long long size)
{
	static char bytes[PLAIN_CHUNK];
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	while (size > 0) {
		size_t part =
		    size < sizeof(bytes) ? (size_t)size : sizeof(bytes);

		plain_take(stream, bytes, part);
		if (write(fd, bytes, part) != (ssize_t)part)
			die("cannot write %s", name);
		size -= part;
	}
	close(fd);
}

/* "HEADERSIZE:name:SIZE:ATTR:...:", its contents, and so on, into the present
 * folder; a folder of our own, which means no harm, so nothing is checked. */
static inline void
plain_get_folder(const struct plain *plain, const struct plain_offer *offer)
{
	static struct plain_stream stream;
	char what[96], header[PLAIN_HEADER_MAX];
	int depth = 0;

	snprintf(
	    what, sizeof(what), "%lx:%lx:", offer->packet_no, offer->file_id);
	stream.fd = plain_connect(plain, PLAIN_GETDIRFILES, what);
	stream.at = stream.len = 0;
	do {
		char digits[8] = "", *name, *size, *attr;
		size_t len;

		for (size_t i = 0; i < 5 && (i == 0 || digits[i - 1] != ':');
		     i++)
			plain_take(&stream, &digits[i], 1);
		len = strtoul(digits, NULL, 16);
		if (len <= strlen(digits) || len >= sizeof(header))
			die("no folder stream");
		plain_take(&stream, header, len - strlen(digits));
		header[len - strlen(digits)] = '\0';
		name = header;
		size = strchr(name, ':');
		attr = size ? strchr(size + 1, ':') : NULL;
		if (!attr)
			die("no folder stream");
		*size++ = '\0';
		switch (strtoul(attr + 1, NULL, 16) & 0xff) {
		case 1:
			plain_write_file(
			    &stream, name, strtoull(size, NULL, 16));
			break;
		case 2:
			if (mkdir(name, 0755) != 0 || chdir(name) != 0)
				die("cannot make %s", name);
			depth++;
			break;
		case 3:
			if (chdir("..") != 0)
				die("cannot go up");
			depth--;
			break;
		default:
			die("no folder stream");
		}
	} while (depth > 0);
	close(stream.fd);
}

#endif
