/* schema.h: what tables a database has, for this folder alone. */
#ifndef CAM_STORE_SCHEMA_H
#define CAM_STORE_SCHEMA_H

struct store;

struct schema {
	int application; /* in the file's header */
	/* SQL scripts: step i leads from version i to i + 1. */
	const char *const *steps;
	int version; /* how many steps */
};

extern const struct schema schema_user;
extern const struct schema schema_server;

/* Brings an open database to the tables of its schema: CAM_ERR_FORMAT,
 * CAM_ERR_VERSION. */
int schema_migrate(struct store *store);
/* The same checks for a reader, which changes nothing. */
int schema_check(struct store *store);

#endif
