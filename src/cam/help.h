/* help.h: how cam is used, from the table of verbs. */
#ifndef CAM_HELP_H
#define CAM_HELP_H

struct cam;
struct verb;

/* Prints all verbs, or one; 0. */
int help_overview(struct cam *cam);
int help_verb(struct cam *cam, const struct verb *verb);
/* Complains that several verbs begin like that, and names them. */
void help_beginnings(const char *name);

#endif
