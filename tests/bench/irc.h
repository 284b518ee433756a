/* irc.h: so much of an IRC server (RFC 2812) that clients sit in a channel and
 * hear somebody talk there. */
#ifndef CAM_BENCH_IRC_H
#define CAM_BENCH_IRC_H

#include <poll.h>

#include "bench.h"

enum { IRC_PORT = 6667, IRC_CLIENTS = 8, IRC_LINE = 4096 };

struct irc_client {
	int fd;
	char nick[32];
	char line[IRC_LINE]; /* not whole yet */
	size_t len;
};

/* What is said the number-th time. */
typedef void irc_words(char text[512], unsigned number);

struct irc {
	pid_t pid;
	int orders; /* a byte for each line that somebody says */
};

static inline void __attribute__((format(printf, 2, 3)))
irc_tell(const struct irc_client *client, const char *format, ...)
{
	char line[512];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (send(client->fd, line, (size_t)len, MSG_NOSIGNAL) != len)
		die("an IRC client does not listen");
}

static inline void
irc_take(struct irc_client *client, const char *line)
{
	const char *nick = client->nick;

	if (strncmp(line, "NICK ", 5) == 0) {
		snprintf(client->nick, sizeof(client->nick), "%s", line + 5);
	} else if (strncmp(line, "CAP LS", 6) == 0) {
		irc_tell(client, ":bench CAP * LS :\r\n");
	} else if (strncmp(line, "USER ", 5) == 0) {
		irc_tell(client, ":bench 001 %s :welcome\r\n", nick);
		irc_tell(client, ":bench 422 %s :no motto\r\n", nick);
	} else if (strncmp(line, "JOIN ", 5) == 0) {
		irc_tell(client, ":%s!u@bench JOIN %s\r\n", nick, line + 5);
		irc_tell(client, ":bench 353 %s = %s :%s bob\r\n", nick,
		    line + 5, nick);
		irc_tell(client, ":bench 366 %s %s :all\r\n", nick, line + 5);
	} else if (strncmp(line, "PING ", 5) == 0) {
		irc_tell(client, ":bench PONG bench %s\r\n", line + 5);
	}
}

static inline void
irc_feed(struct irc_client *client)
{
	ssize_t len = recv(client->fd, client->line + client->len,
	    sizeof(client->line) - 1 - client->len, 0);
	char *end;

	if (len <= 0) {
		close(client->fd);
		*client = (struct irc_client){ .fd = -1 };
		return;
	}
	client->len += (size_t)len;
	client->line[client->len] = '\0';
	while ((end = strstr(client->line, "\r\n")) != NULL) {
		*end = '\0';
		irc_take(client, client->line);
		client->len -= (size_t)(end + 2 - client->line);
		memmove(client->line, end + 2, client->len + 1);
	}
}

static inline void
irc_accept(struct irc_client clients[IRC_CLIENTS], int listener)
{
	for (size_t i = 0; i < IRC_CLIENTS; i++)
		if (clients[i].fd < 0) {
			clients[i].fd = accept(listener, NULL, NULL);
			return;
		}
	die("too many IRC clients");
}

static inline void
irc_serve(int listener, int orders, irc_words *words)
{
	static struct irc_client clients[IRC_CLIENTS];
	unsigned said = 0;

	for (size_t i = 0; i < IRC_CLIENTS; i++)
		clients[i].fd = -1;
	for (;;) {
		struct pollfd ready[IRC_CLIENTS + 2] = {
			{ listener, POLLIN, 0 }, { orders, POLLIN, 0 }
		};
		char order, text[512];

		for (size_t i = 0; i < IRC_CLIENTS; i++)
			ready[i + 2] =
			    (struct pollfd){ clients[i].fd, POLLIN, 0 };
		poll(ready, 2 + IRC_CLIENTS, -1);
		for (size_t i = 0; i < IRC_CLIENTS; i++)
			if (ready[i + 2].revents)
				irc_feed(&clients[i]);
		if (ready[0].revents)
			irc_accept(clients, listener);
		if (ready[1].revents && read(orders, &order, 1) != 1)
			return;
		if (ready[1].revents == 0)
			continue;
		words(text, said++);
		for (size_t i = 0; i < IRC_CLIENTS; i++)
			if (clients[i].fd >= 0)
				irc_tell(&clients[i],
				    ":bob!u@bench PRIVMSG #bench :%s\r\n",
				    text);
	}
}

/* On own_address(last); it ends when orders is closed. */
static inline void
irc_start(struct irc *irc, unsigned last, irc_words *words)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_port = htons(IRC_PORT) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), pipes[2],
	    on = 1;
	char address[32];

	own_address(last, address);
	inet_pton(AF_INET, address, &name.sin_addr);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&name, sizeof(name)) != 0 ||
	    listen(listener, IRC_CLIENTS) != 0 || pipe2(pipes, O_CLOEXEC) != 0)
		die("no IRC server at %s: %m", address);
	irc->pid = fork();
	if (irc->pid == 0) {
		close(pipes[1]);
		irc_serve(listener, pipes[0], words);
		_exit(0);
	}
	close(listener);
	close(pipes[0]);
	irc->orders = pipes[1];
}

static inline void
irc_stop(struct irc *irc)
{
	close(irc->orders);
	waitpid(irc->pid, NULL, 0);
}

#endif
