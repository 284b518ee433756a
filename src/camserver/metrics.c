/* metrics.c: /metrics and /health over HTTP, for programs of this machine. */
#include "camserver/metrics.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/table.h"
#include "camserver/figures.h"
#include "camserver/server.h"
#include "loop/stream.h"
#include "loop/worker.h"
#include "net/addr.h"
#include "net/tcp.h"

enum { CONNECTIONS_MAX = 16, PORT_DEFAULT = 9464 };

struct connection {
	TAILQ_ENTRY(connection) entry;
	struct metrics *metrics;
	struct stream *stream;
	struct buf head;
	struct scrape *scrape; /* being answered, or NULL */
};

/* One answer on its way to the database and back; outlives its connection. */
struct scrape {
	struct job job;
	struct server *server;
	struct connection *connection; /* NULL: gone */
	bool health;
	int err;
	struct figures figures;
};

struct metrics {
	struct server *server;
	char *address; /* as it was given; NULL: nowhere */
	struct tcp_listener *listener;
	TAILQ_HEAD(connections, connection) list; /* the oldest first */
	size_t count;
};

/* -- what is asked for ------------------------------------------------------
 */

static bool
has_ended(struct span head)
{
	return memmem(head.data, head.len, "\r\n\r\n", 4) != NULL ||
	       memmem(head.data, head.len, "\n\n", 2) != NULL;
}

enum metrics_request
metrics_request(struct span head)
{
	struct span line, method, target;

	if (head.len == 0 || !has_ended(head))
		return head.len < METRICS_REQUEST_MAX ? METRICS_MORE
						      : METRICS_BAD;
	if (!span_cut(&head, '\n', &line) || !span_cut(&line, ' ', &method) ||
	    !span_cut(&line, ' ', &target) || !span_starts(line, "HTTP/1.") ||
	    !span_equal_text(method, "GET"))
		return METRICS_BAD;
	if (span_equal_text(target, "/metrics"))
		return METRICS_FIGURES;
	return span_equal_text(target, "/health") ? METRICS_HEALTH
						  : METRICS_NOTHING;
}

/* -- answers ------------------------------------------------------------------
 */

static void
answer(struct connection *connection, const char *status, const char *type,
    struct span body)
{
	struct buf text;

	buf_init(&text, FIGURES_TEXT_MAX + 1024);
	buf_printf(&text,
	    "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n",
	    status, type, body.len);
	buf_put_span(&text, body);
	stream_write(connection->stream, text.data, text.len);
	stream_close_when_written(connection->stream);
	buf_finish(&text);
}

static void
answer_text(struct connection *connection, const char *status, const char *text)
{
	answer(
	    connection, status, "text/plain; charset=utf-8", span_text(text));
}

static void
answer_figures(struct connection *connection, struct scrape *scrape)
{
	struct buf text;

	buf_init(&text, FIGURES_TEXT_MAX);
	figures_take(&scrape->figures, scrape->server);
	figures_print(&scrape->figures, &text);
	answer(connection, "200 OK",
	    "application/openmetrics-text; version=1.0.0; charset=utf-8",
	    buf_span(&text));
	buf_finish(&text);
}

static void
work(struct job *job, void *context)
{
	struct scrape *scrape = container_of(job, struct scrape, job);

	scrape->err = figures_count(&scrape->figures, context);
}

static void
on_counted(struct job *job)
{
	struct scrape *scrape = container_of(job, struct scrape, job);
	struct connection *connection = scrape->connection;

	if (connection != NULL) {
		connection->scrape = NULL;
		if (scrape->err != 0 || job->batch_err != 0)
			answer_text(connection, "503 Service Unavailable",
			    "the database has failed\n");
		else if (scrape->health)
			answer_text(connection, "200 OK", "ok\n");
		else
			answer_figures(connection, scrape);
	}
	free(scrape);
}

static void
begin(struct connection *connection, bool health)
{
	struct scrape *scrape = xcalloc(1, sizeof *scrape);

	scrape->job.work = work;
	scrape->job.done = on_counted;
	scrape->server = connection->metrics->server;
	scrape->connection = connection;
	scrape->health = health;
	connection->scrape = scrape;
	stream_pause(connection->stream, true);
	workers_submit(scrape->server->writer, &scrape->job);
}

/* -- connections --------------------------------------------------------------
 */

static void
connection_free(struct connection *connection)
{
	TAILQ_REMOVE(&connection->metrics->list, connection, entry);
	connection->metrics->count--;
	if (connection->scrape != NULL)
		connection->scrape->connection = NULL;
	stream_free(connection->stream);
	buf_finish(&connection->head);
	free(connection);
}

static void
on_data(struct stream *stream, const void *data, size_t len, void *arg)
{
	struct connection *connection = arg;
	size_t room = METRICS_REQUEST_MAX - connection->head.len;

	buf_put(&connection->head, data, len < room ? len : room);
	switch (metrics_request(buf_span(&connection->head))) {
	case METRICS_MORE:
		break;
	case METRICS_BAD:
		answer_text(connection, "400 Bad Request", "only GET\n");
		break;
	case METRICS_NOTHING:
		answer_text(connection, "404 Not Found",
		    "there are /metrics and /health\n");
		break;
	case METRICS_FIGURES:
		begin(connection, false);
		break;
	case METRICS_HEALTH:
		begin(connection, true);
		break;
	}
}

static void
on_closed(struct stream *stream, int err, void *arg)
{
	connection_free(arg);
}

static const struct stream_ops stream_ops = { .on_data = on_data,
	.on_closed = on_closed };

/* Where there are too many the oldest gives way: who asks in earnest is quick.
 */
static void
on_accept(void *arg, int fd, const struct addr *from)
{
	struct metrics *metrics = arg;
	struct connection *connection = NULL;

	if (metrics->count == CONNECTIONS_MAX)
		connection_free(TAILQ_FIRST(&metrics->list));
	connection = xcalloc(1, sizeof *connection);
	connection->metrics = metrics;
	buf_init(&connection->head, METRICS_REQUEST_MAX);
	connection->stream = stream_new(metrics->server->loop, fd, &stream_ops,
	    connection, FIGURES_TEXT_MAX + 2048);
	TAILQ_INSERT_TAIL(&metrics->list, connection, entry);
	metrics->count++;
}

static const struct tcp_ops tcp_ops = { .on_accept = on_accept };

/* -- where --------------------------------------------------------------------
 */

static int
read_address(const char *value, struct addr *addr)
{
	struct addr four = addr_v4(0x7f000000, 0), six = { .bytes = { 0 } };

	six.bytes[15] = 1;
	six.family = ADDR_V6;
	if (addr_parse(span_text(value), PORT_DEFAULT, addr) != 0 ||
	    (!addr_in_prefix(addr, &four, 8) && !addr_same_host(addr, &six)))
		return CAM_ERR_FORMAT;
	return 0;
}

char *
metrics_check_address(const char *value)
{
	struct addr addr;

	if (value[0] == '\0' || read_address(value, &addr) == 0)
		return NULL;
	return xstrdup(_("an address of this machine alone is needed, such as "
			 "127.0.0.1:9464"));
}

struct metrics *
metrics_new(struct server *server)
{
	struct metrics *metrics = xcalloc(1, sizeof *metrics);

	metrics->server = server;
	TAILQ_INIT(&metrics->list);
	return metrics;
}

int
metrics_listen(struct metrics *metrics, const char *address, char **problem)
{
	struct addr addr;
	int err = 0;

	if (metrics->address != NULL && strcmp(metrics->address, address) == 0)
		return 0;
	metrics_stop(metrics);
	if (address[0] == '\0')
		return 0;
	err = read_address(address, &addr);
	if (err == 0)
		err = tcp_listen(metrics->server->loop, &addr, NULL, &tcp_ops,
		    metrics, &metrics->listener);
	if (err == 0)
		metrics->address = xstrdup(address);
	else
		*problem = xasprintf(
		    "metrics.listen: %s: %s", address, cam_strerror(err));
	return err;
}

void
metrics_stop(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	tcp_listener_free(metrics->listener);
	metrics->listener = NULL;
	free(metrics->address);
	metrics->address = NULL;
}

void
metrics_free(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	metrics_stop(metrics);
	while (!TAILQ_EMPTY(&metrics->list))
		connection_free(TAILQ_FIRST(&metrics->list));
	free(metrics);
}
