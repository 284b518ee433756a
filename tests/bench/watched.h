/* watched.h: processes of a call and what they send: processor time, wake-ups,
 * traffic, when the first packet came. Include bench.h and the headers of
 * packets first. */
#ifndef CAM_BENCH_WATCHED_H
#define CAM_BENCH_WATCHED_H

enum { WATCHED_MAX = 32, WATCHED_ROOM = 2048, WATCHED_PATIENCE_MS = 20000 };

struct figures {
	double cpu_ms, woken; /* a second, of each party */
	double kbit;	      /* a second, of all, with the headers of IP */
	double set_up_ms;
	double memory_mb; /* of each party */
};

struct watched {
	pid_t pids[WATCHED_MAX];
	unsigned count;
	int sniffer;
	double since_ms; /* by the wall clock */
	double set_up_ms;
};

/* With its children. */
static inline void
watched_add(struct watched *watched, pid_t pid)
{
	char path[64];
	FILE *file;
	int child;

	if (watched->count == WATCHED_MAX)
		die("too many processes");
	watched->pids[watched->count++] = pid;
	snprintf(
	    path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "r");
	while (file != NULL && fscanf(file, "%d", &child) == 1)
		watched_add(watched, child);
	if (file != NULL)
		fclose(file);
}

/* -- the first packet ---------------------------------------------------------
 */

static inline double
wall_ms(const struct timespec *time)
{
	return (double)time->tv_sec * 1e3 + (double)time->tv_nsec / 1e6;
}

/* Set-up counts from here on, unless a word does. */
static inline void
watched_listen(struct watched *watched)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("lo") };
	int on = 1, room = 1 << 20;
	struct timespec now;

	watched->sniffer = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	if (watched->sniffer < 0 ||
	    bind(watched->sniffer, (struct sockaddr *)&address,
		sizeof address) < 0)
		die("cannot listen: %m");
	setsockopt(
	    watched->sniffer, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	setsockopt(watched->sniffer, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	clock_gettime(CLOCK_REALTIME, &now);
	watched->since_ms = wall_ms(&now);
}

/* The next UDP datagram; what it holds, its length, when it came. */
static inline size_t
watched_next(struct watched *watched, uint8_t room[WATCHED_ROOM],
    const uint8_t **data, double *came_ms)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct iovec part = { room, WATCHED_ROOM };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t len = recvmsg(watched->sniffer, &message, MSG_DONTWAIT);
	size_t header = len > 0 ? (room[0] & 15U) * 4 : 0;
	struct timespec came = { 0 };

	if (len <= 0)
		return 0;
	if (CMSG_FIRSTHDR(&message) != NULL)
		memcpy(&came, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof came);
	*came_ms = wall_ms(&came);
	*data = room + header + 8;
	return room[9] == IPPROTO_UDP && (size_t)len > header + 8
		   ? (size_t)len - header - 8
		   : 1;
}

/* RTP, and not RTCP (RFC 5761, 4). */
static inline bool
watched_is_voice(const uint8_t *data, size_t len)
{
	return len > 12 && data[0] >> 6 == 2 && (data[1] & 127) >= 96 &&
	       (data[1] & 127) < 128 && !(data[1] >= 192 && data[1] <= 223);
}

static inline void
watched_await_voice(struct watched *watched, const char *word)
{
	double until = now_ms() + WATCHED_PATIENCE_MS;
	uint8_t room[WATCHED_ROOM];

	for (;;) {
		const uint8_t *data = NULL;
		double came_ms;
		size_t len = watched_next(watched, room, &data, &came_ms);

		if (len == 0 && now_ms() > until)
			die("nobody speaks");
		if (len == 0) {
			usleep(5000);
			continue;
		}
		if (word != NULL && len > strlen(word) &&
		    memcmp(data, word, strlen(word)) == 0) {
			watched->since_ms = came_ms;
			word = NULL;
		} else if (word == NULL && watched_is_voice(data, len)) {
			watched->set_up_ms = came_ms - watched->since_ms;
			close(watched->sniffer);
			return;
		}
	}
}

/* -- what it costs ------------------------------------------------------------
 */

/* Of all threads. */
static inline double
watched_cpu_ms(pid_t pid)
{
	char path[300];
	struct dirent *entry;
	double sum = 0;
	DIR *tasks;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (tasks == NULL)
		die("no process %d", (int)pid);
	while ((entry = readdir(tasks)) != NULL) {
		double used_ns = 0;
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat",
		    (int)pid, entry->d_name);
		file = fopen(path, "r");
		if (file != NULL && fscanf(file, "%lf", &used_ns) == 1)
			sum += used_ns / 1e6;
		if (file != NULL)
			fclose(file);
	}
	closedir(tasks);
	return sum;
}

/* Bits that went over the loopback interface, without Ethernet's headers, which
 * it has not. */
static inline double
watched_bits(void)
{
	double bytes = 0, packets = 0;
	FILE *file = fopen("/proc/net/dev", "r");
	char line[300];

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, " lo: %lf %lf", &bytes, &packets) == 2)
			break;
	if (file == NULL || packets == 0)
		die("nothing is counted");
	fclose(file);
	return (bytes - 14 * packets) * 8;
}

static inline struct figures
watched_measure(struct watched *watched, unsigned seconds, unsigned parties)
{
	struct figures figures = { .set_up_ms = watched->set_up_ms };
	double begin = now_ms(), bits = watched_bits();

	for (unsigned i = 0; i < watched->count; i++) {
		figures.cpu_ms -= watched_cpu_ms(watched->pids[i]);
		figures.woken -= process_use(watched->pids[i]).voluntary;
	}
	usleep(seconds * 1000000);
	for (unsigned i = 0; i < watched->count; i++) {
		struct process_use use = process_use(watched->pids[i]);

		figures.cpu_ms += watched_cpu_ms(watched->pids[i]);
		figures.woken += use.voluntary;
		figures.memory_mb += use.rss_bytes / 1024 / 1024 / parties;
	}
	begin = (now_ms() - begin) / 1000;
	figures.kbit = (watched_bits() - bits) / begin / 1000;
	figures.cpu_ms /= begin * parties;
	figures.woken /= begin * parties;
	return figures;
}

#endif
