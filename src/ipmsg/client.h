/* client.h: which program a peer runs, told by the version field (protocol
 * reference 1.9, 7). */
#ifndef CAM_CLIENT_H
#define CAM_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum client_kind {
	CLIENT_PLAIN, /* "1": official ones and most others, camd too */
	CLIENT_IPTUX,
	CLIENT_FEIQ,
	CLIENT_OTHER, /* "1_" and something else */
};

/* The leading decimal digits must be the number 1. */
bool client_version_is_known(struct span version);
enum client_kind client_kind(struct span version);

/* Quirks of section 7. Each says what to do with a peer of that kind. */
bool client_absence_is_noise(
    enum client_kind kind); /* ABSENCEOPT is always set */
bool client_has_files_unsaid(
    enum client_kind kind); /* files without FILEATTACHOPT */
bool client_wants_bare_lists(
    enum client_kind kind); /* attr only 1 or 2, no colon in names */
bool client_wants_fresh_numbers(
    enum client_kind kind); /* a message kept for later gets a new number */
bool client_names_collide(
    enum client_kind kind); /* duplicates are told by address too */
bool client_never_opens(
    enum client_kind kind); /* never sends READMSG, has no version */
bool client_never_encrypts(
    enum client_kind kind); /* answers no GETPUBKEY, whatever it announces */
/* The most bytes of a datagram it takes whole. */
uint32_t client_datagram_max(enum client_kind kind);

/* The parts of a FeiQ version field that matter. */
struct feiq_version {
	uint32_t major;
	uint32_t avatar;
	char mac[13];
	uint32_t group_bytes; /* length of an encrypted group body: drop the
				 packet when not 0 */
};
int feiq_version_parse(struct span version, struct feiq_version *feiq);

/* The beginning of a decoded FeiQ text without the font description in braces
 * at its very end. */
struct span feiq_strip_font(struct span text);
/*
 * Where an image stands in a decoded FeiQ text: the offset of its mark, or
 * text.len; FEIQ_IMAGE_BYTES is how long the mark is.
 */
enum { FEIQ_IMAGE_BYTES = 15 };
size_t feiq_find_image(struct span text);

#endif
