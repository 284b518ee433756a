/* client_line.c: the lines of the asking end, written and read while it waits.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "rpc/client_private.h"
#include "rpc/json.h"

/* -- waiting ----------------------------------------------------------------
 */

struct deadline
deadline_in(int64_t timeout_ms)
{
	return (struct deadline){ timeout_ms < 0,
		clock_now_ms() + (uint64_t)(timeout_ms < 0 ? 0 : timeout_ms) };
}

/* Waits for one of events. An interrupting signal ends the wait: CAM_ERR_SYSTEM
 * with EINTR. */
static int
wait_for(int fd, short events, struct deadline deadline, short *got)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	int timeout_ms = -1, count;

	if (!deadline.never) {
		uint64_t now_ms = clock_now_ms();
		uint64_t left_ms =
		    deadline.at_ms > now_ms ? deadline.at_ms - now_ms : 0;

		timeout_ms = left_ms < 1000000000 ? (int)left_ms : 1000000000;
	}
	count = poll(&poll_fd, 1, timeout_ms);
	if (count < 0)
		return CAM_ERR_SYSTEM;
	if (count == 0)
		return CAM_ERR_TIMEOUT;
	*got = poll_fd.revents;
	return 0;
}

/* -- bytes ------------------------------------------------------------------
 */

/* Reads what is there, without waiting. */
static int
read_some(struct rpc_client *client)
{
	uint8_t *place = buf_reserve(&client->in, CLIENT_READ_SIZE);
	ssize_t len;

	if (place == NULL)
		return CAM_ERR_FORMAT;
	len =
	    given_receive(&client->given, client->fd, place, CLIENT_READ_SIZE);
	if (len > 0) {
		client->in.len += (size_t)len;
		return 0;
	}
	if (len < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return 0;
	return len == 0 || errno == ECONNRESET ? CAM_ERR_CLOSED
					       : CAM_ERR_SYSTEM;
}

/* Also reads: the other end may have stopped taking because we did not take its
 * events. */
int
client_write(
    struct rpc_client *client, struct span line, struct deadline deadline)
{
	while (line.len > 0) {
		ssize_t len = send(client->fd, line.data, line.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		short got;
		int err = 0;

		if (len >= 0) {
			line = span_of(line.data + len, line.len - (size_t)len);
			continue;
		}
		if (errno == EPIPE || errno == ECONNRESET)
			return CAM_ERR_CLOSED;
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return CAM_ERR_SYSTEM;
		err = wait_for(client->fd, POLLIN | POLLOUT, deadline, &got);
		if (err == 0 && (got & POLLIN) != 0)
			err = read_some(client);
		if (err != 0)
			return err;
	}
	return 0;
}

/* Takes a whole line off what has been read; CAM_ERR_MORE when there is none.
 */
static int
take_object(struct rpc_client *client, json_t **object)
{
	struct span rest = span_of(client->in.data + client->scanned,
	    client->in.len - client->scanned);
	struct span tail;
	size_t len;
	int err;

	if (client->in.len == 0 || !span_cut(&rest, '\n', &tail)) {
		client->scanned = client->in.len;
		return client->in.len > LIMIT_RPC_LINE ? CAM_ERR_FORMAT
						       : CAM_ERR_MORE;
	}
	len = client->scanned + tail.len;
	err = json_parse_line(span_of(client->in.data, len), object);
	buf_drop(&client->in, len + 1);
	client->scanned = 0;
	return err;
}

int
client_read(
    struct rpc_client *client, struct deadline deadline, json_t **object)
{
	short got;
	int err;

	while ((err = take_object(client, object)) == CAM_ERR_MORE) {
		err = wait_for(client->fd, POLLIN, deadline, &got);
		if (err == 0)
			err = read_some(client);
		if (err != 0)
			return err;
	}
	return err;
}
