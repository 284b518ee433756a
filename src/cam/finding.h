/* finding.h: what cam doctor found, in the order of looking. */
#ifndef CAM_FINDING_H
#define CAM_FINDING_H

#include <stddef.h>

struct cam;

enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_PROBLEM };

struct finding {
	const char *check; /* a word for scripts: "port", "firewall" ... */
	enum finding_level level;
	char *text; /* a sentence for people */
	char *fix;  /* what to type, or NULL */
};

struct findings {
	struct finding *list;
	size_t count;
};

/* Takes text and fix. */
void findings_add(struct findings *findings, const char *check,
    enum finding_level level, char *text, char *fix);
void findings_finish(struct findings *findings);

/* One JSON object each: {"check","level":"ok|note|problem","text","fix":string
 * or null}. Or for people, problems last. */
void findings_print(const struct findings *findings, struct cam *cam);
size_t findings_problems(const struct findings *findings);

#endif
