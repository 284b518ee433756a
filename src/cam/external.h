/* external.h: programs named cam-VERB that add verbs, and the other programs of
 * cam. */
#ifndef CAM_EXTERNAL_H
#define CAM_EXTERNAL_H

#include <stdbool.h>

struct cam;

/*
 * The path of a program that belongs to cam: in PREFIX/libexec/cam (where
 * libexec), beside the running cam, then in PATH. NULL when it is nowhere;
 * release with free().
 */
char *external_find(const struct cam *cam, const char *program, bool libexec);

/* Whether the verb is a plain word and there is a cam-VERB. */
bool external_exists(const struct cam *cam, const char *verb);
/* Becomes cam-VERB with the arguments after argv[0]; returns the exit code when
 * it could not. */
int external_run(const struct cam *cam, const char *verb, char **argv);

#endif
