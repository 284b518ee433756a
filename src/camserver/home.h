/* home.h: where a camserver keeps its things. */
#ifndef CAM_CAMSERVER_HOME_H
#define CAM_CAMSERVER_HOME_H

#include <stdbool.h>

/* What "camserver" alone means by home. */
#define HOME_DEFAULT "/var/lib/camserver"

/* All absolute. */
struct home {
	char *folder;
	char *settings;	   /* config/camserver.ini */
	char *charter;	   /* config/charter */
	char *policy;	   /* config/policy */
	char *root_key;	   /* config/root.key: may be taken to a safe place */
	char *link_key;	   /* work/link.key */
	char *signing_key; /* work/signing.key */
	char *store;	   /* work/server.db */
	char *held;	   /* work/held/: files for who is not there */
	char *logs;	   /* logs/ */
	char *socket;	   /* run/camserver.sock */
};

/* folder may be relative. CAM_ERR_LIMIT: the socket's path would not fit a Unix
 * address. Makes nothing. */
int home_find(const char *folder, struct home *home);
void home_finish(struct home *home);
/* Makes the folders that are missing, ours alone. On an error *problem is a
 * sentence for people (free it). */
int home_make(const struct home *home, char **problem);
/* "init" was here. */
bool home_is_made(const struct home *home);

#endif
