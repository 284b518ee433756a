/* memberlinks.h: the connections of members. */
#ifndef CAM_CAMSERVER_MEMBERLINKS_H
#define CAM_CAMSERVER_MEMBERLINKS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "org/directory.h"

struct depot;
struct holds;
struct memberlink;
struct memberlinks;
struct roll;
struct server;

/* Reads who there is, and listens. CAM_ERR_SYSTEM (EADDRINUSE: the port is
 * taken) and those of roll_new(); *problem is a sentence for people. Before the
 * writer begins. */
int memberlinks_new(
    struct server *server, struct memberlinks **links, char **problem);
/* Nobody comes in any more, and nothing more is asked of the database: before
 * the writer ends. */
void memberlinks_stop(struct memberlinks *links);
void memberlinks_free(struct memberlinks *links);

struct roll *memberlinks_roll(const struct memberlinks *links);
struct depot *memberlinks_depot(const struct memberlinks *links);
struct holds *memberlinks_holds(const struct memberlinks *links);

/* The members may have changed in the database. */
void memberlinks_refresh(struct memberlinks *links);
/* All are told what is ruled now. */
void memberlinks_tell_policy(struct memberlinks *links);
/* NULL: it has ended. */
struct memberlink *memberlinks_by_serial(
    const struct memberlinks *links, uint64_t serial);
/* Files that go through us now, or come to be held; bytes that have, since the
 * start. */
size_t memberlinks_transfers(const struct memberlinks *links);
uint64_t memberlinks_transferred(const struct memberlinks *links);
/* Connected ones, known or not. */
size_t memberlinks_count(const struct memberlinks *links);

#endif
