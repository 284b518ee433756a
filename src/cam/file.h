/* file.h: what the verbs of cam file share. */
#ifndef CAM_CAM_FILE_H
#define CAM_CAM_FILE_H

struct args;
struct cam;

/* Each does one action, its name in argv[0], and returns the exit code. */
int file_send(struct cam *cam, struct args *args);
int file_get(struct cam *cam, struct args *args);
int file_ls(struct cam *cam, struct args *args);

#endif
