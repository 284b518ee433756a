/* spool.h: files that lie in the data folder only as long as they are needed.
 */
#ifndef CAM_SPOOL_H
#define CAM_SPOOL_H

#include <stdbool.h>

struct cam;

/* Each returns 0, or the exit code after saying what went wrong. */

/*
 * Copies stdin, to its end, to a file that nobody else can read, showing how
 * far it is under that name. *path is absolute; release with free(). After a
 * failure, and after an interrupt, nothing is left.
 */
int spool_stdin(struct cam *cam, const char *name, char **path);
/* A new folder for what is received only to be handed on; the same. */
int spool_folder(struct cam *cam, char **path);

/* It lies in such a folder. */
bool spool_holds(struct cam *cam, const char *path);
/* Removes the file, and the folder it was received in. */
void spool_remove(struct cam *cam, const char *path);

/* Writes the file to stdout. */
int spool_to_stdout(struct cam *cam, const char *path);

#endif
