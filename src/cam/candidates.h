/* candidates.h: what a half-typed word could become, printed a line each. */
#ifndef CAM_CANDIDATES_H
#define CAM_CANDIDATES_H

#include "cam/verb.h"

struct cam;

/*
 * The word being typed: kept (of kept_len bytes) stands before what is being
 * completed ("anna," or "--type=") and is printed before every candidate.
 */
struct candidate_place {
	const char *kept;
	int kept_len;
	const char *begin;
};

/* One, where the word is its beginning; help may be NULL. */
void candidates_if(const struct candidate_place *word, const char *candidate,
    const char *help);
/* Words parted by blanks. */
void candidates_choices(
    const struct candidate_place *word, const char *choices);
void candidates_verbs(const struct candidate_place *word);
void candidates_options(
    const struct candidate_place *word, const struct verb_option *option);
/* Of that kind: names are asked of camd or camserver, for a moment. */
void candidates_word(
    struct cam *cam, struct candidate_place *word, enum verb_word kind);

#endif
