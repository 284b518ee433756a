/* doctor_parts.h: what the checks of cam doctor share; for nobody else. */
#ifndef CAM_DOCTOR_PARTS_H
#define CAM_DOCTOR_PARTS_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cam/finding.h"

struct cam;
struct paths;

/* An address of an interface that is up and no loopback. */
struct doctor_address {
	char interface[IF_NAMESIZE];
	uint8_t family; /* 4 or 6 */
	uint8_t bytes[16];
	unsigned bits;
	bool has_broadcast;
	uint8_t broadcast[4];
};

struct doctor {
	struct cam *cam;
	const struct paths *paths;
	/* Settings of cam.ini, or what they are without one. */
	uint16_t port;
	uint16_t media_first;
	uint16_t media_last;
	char *bind; /* net.bind, or NULL */
	bool ipv6;
	/* camd's answer to doctor.get, or NULL when it does not run; and its
	 * process. */
	json_t *camd;
	pid_t camd_pid;
	struct doctor_address *addresses;
	size_t address_count;
	struct findings findings;
};

/* Each adds what it finds. */
void doctor_check_settings(struct doctor *doctor); /* reads them too */
void doctor_check_camd(struct doctor *doctor);	   /* asks it too */
void doctor_check_folders(struct doctor *doctor);
void doctor_check_port(struct doctor *doctor);
void doctor_check_interfaces(struct doctor *doctor); /* lists them too */
void doctor_check_broadcast(struct doctor *doctor);
void doctor_check_firewall(struct doctor *doctor);
void doctor_check_limits(struct doctor *doctor);
void doctor_check_clock(struct doctor *doctor);

/* findings_add() with texts made here; fix may be NULL. Both are taken. */
void doctor_ok(struct doctor *doctor, const char *check, char *text);
void doctor_note(
    struct doctor *doctor, const char *check, char *text, char *fix);
void doctor_problem(
    struct doctor *doctor, const char *check, char *text, char *fix);

#endif
