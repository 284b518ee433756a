/* roster.h: the users that camd knows, fetched whole and put in order. */
#ifndef CAM_ROSTER_H
#define CAM_ROSTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct cam;
struct rpc_client;

/* All pages of roster.list as one array. 0, or the exit code after saying why.
 */
int roster_fetch(struct cam *cam, struct rpc_client *client, bool all,
    bool refresh, json_t **users);

struct roster_field;
enum { ROSTER_FIELDS_MAX = 8 };

/* What comes first: by one field, where that is alike by the next. */
struct roster_order {
	const struct roster_field *fields[ROSTER_FIELDS_MAX];
	bool reversed[ROSTER_FIELDS_MAX];
	size_t count;
};

/*
 * "group,-seen": the names by commas, a dash reverses. NULL: by priority, state
 * and nickname. EXIT_USAGE after saying what is wrong, else 0.
 */
int roster_order_parse(const char *text, struct roster_order *order);
/* The i-th field's name, or NULL. */
const char *roster_field_name(size_t i);

/* Puts the array's users in that order; users alike in it by their ids. */
void roster_sort(json_t *users, const struct roster_order *order);

#endif
