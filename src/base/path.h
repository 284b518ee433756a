/* path.h: where a user's things lie (cli contract, "Where things are"). */
#ifndef CAM_PATH_H
#define CAM_PATH_H

/* All absolute. */
struct paths {
	char *settings; /* the file cam.ini */
	char *data;	/* folder of database and keys */
	char *files;	/* folder of received files */
	char *run;	/* folder of socket and pid */
	char *socket;	/* run/camd.sock */
	char *log;	/* the log file, or NULL: stderr or the journal */
};

/*
 * home is CAM_HOME or --home, or NULL for the XDG folders. Makes nothing.
 * CAM_ERR_LIMIT when the socket's path would not fit a Unix address.
 */
int paths_find(const char *home, struct paths *paths);
void paths_finish(struct paths *paths);

/*
 * Makes the folder and what lacks above it with mode 0700. CAM_ERR_UNSAFE
 * when the folder is not ours, is a symlink, or others can write it; a
 * folder that others can only read is closed to them.
 */
int path_make_private(const char *path);

/* Joins with one slash; release with free(). */
char *path_join(const char *folder, const char *name);

#endif
