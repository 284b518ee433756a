/* text.h: text as people read it: strict UTF-8, made safe to print. */
#ifndef CAM_TEXT_H
#define CAM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* No overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629). NUL
 * counts as a character. */
bool utf8_is_valid(struct span text);

/* Reads one character; returns its length in bytes, or 0 when text does not
 * begin with a valid one. */
size_t utf8_next(struct span text, uint32_t *codepoint);

/* Appends text to out with every invalid byte as U+FFFD. */
void utf8_repair(struct span text, struct buf *out);
/* Appends one character. */
void utf8_put(struct buf *out, uint32_t codepoint);

/* The longest beginning of at most max bytes that does not split a character.
 */
size_t utf8_cut(struct span text, size_t max);

/*
 * Peer text made safe for a terminal (threat model T2, T3): control
 * characters other than LF and TAB, DEL, C1, U+2028/9, tag characters and
 * direction controls become visible escapes such as <U+202E>, invalid bytes
 * <9B>. With TEXT_LINE also LF and TAB, for names and log lines.
 */
enum text_kind { TEXT_BLOCK, TEXT_LINE };
void text_print(struct buf *out, struct span text, enum text_kind kind);
/* The same as a new string; release with free(). */
char *text_printable(const char *text, enum text_kind kind);

/* Columns a printable text takes on a terminal (wcwidth by grapheme). */
size_t text_width(struct span text);
/* The same where characters of ambiguous width take that many columns: 1, or 2
 * as on some East Asian terminals. */
size_t text_width_ambiguous(struct span text, unsigned ambiguous);

/* ASCII letters alike in either case, other bytes exactly: how IPMSG compares
 * user and host (reference 1.11). */
bool text_same(const char *a, const char *b);
bool text_starts_same(const char *text, const char *prefix);

#endif
