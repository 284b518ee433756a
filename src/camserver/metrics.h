/* metrics.h: /metrics and /health over HTTP, for programs of this machine. */
#ifndef CAM_CAMSERVER_METRICS_H
#define CAM_CAMSERVER_METRICS_H

#include "base/span.h"

struct metrics;
struct server;

/* Closed until metrics_listen(). */
struct metrics *metrics_new(struct server *server);
/* At that address, which setting metrics.listen has checked; "": nowhere. On an
 * error *problem is a sentence (free it) and nobody is heard. */
int metrics_listen(
    struct metrics *metrics, const char *address, char **problem);
/* Nobody is heard any more; answers still leave. */
void metrics_stop(struct metrics *metrics);
void metrics_free(struct metrics *metrics);

/* For the setting: NULL for nothing, or an address of this machine alone. */
char *metrics_check_address(const char *value);

/* What the beginning of a connection asks for. */
enum metrics_request {
	METRICS_MORE, /* it has not ended yet */
	METRICS_BAD,
	METRICS_FIGURES, /* GET /metrics */
	METRICS_HEALTH,	 /* GET /health */
	METRICS_NOTHING, /* another page */
};
enum { METRICS_REQUEST_MAX = 8192 };
enum metrics_request metrics_request(struct span head);

#endif
