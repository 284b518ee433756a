/* server.h: the server of an organisation, from which everything it knows
 * hangs. */
#ifndef CAM_CAMSERVER_SERVER_H
#define CAM_CAMSERVER_SERVER_H

#include <stdint.h>

#include "camserver/home.h"
#include "camserver/organisation.h"

struct server {
	struct loop *loop;
	struct home home;
	int64_t started_ms; /* wall time */
	struct settings *settings;
	struct crypto *crypto;
	struct organisation organisation;
	struct store *store;	/* the writer's, once that has begun */
	struct workers *writer; /* one thread, context struct store *: jobs of a
				   batch are one commit */
	struct workers
	    *reader;	      /* one thread, which only reads: what is committed
				 when a job begins; its context may be NULL */
	struct workers *pool; /* signatures; no context */
	struct admins *admins; /* NULL while starting and ending */
	struct metrics *metrics;
	struct logfile *logfile;
	struct segments *segments; /* IPMSG */
	struct memberlinks *links; /* of members; the same */
};

/* Everything opened and the socket listening when it returns. On an error
 * *problem is a sentence for people (free it). */
int server_start(struct server *server, char **problem);
/* What was asked for is done, then everything is freed. */
void server_finish(struct server *server);
/* Reads camserver.ini again and applies it; on an error the old settings stay.
 */
int server_reload(struct server *server, char **problem);
/* Has the settings take effect as they are now. */
int server_apply(struct server *server, char **problem);

#endif
