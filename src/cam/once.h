/* once.h: how something named by a key has failed last, for cam run --once. */
#ifndef CAM_ONCE_H
#define CAM_ONCE_H

struct cam;

/* The status that was told last, or 0: none, or it has recovered. */
int once_status(struct cam *cam, const char *key);
/* Keeps it; 0 forgets. What fails is said: the next time it is told again. */
void once_set(struct cam *cam, const char *key, int status);

#endif
