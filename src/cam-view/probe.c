/* probe.c: what a terminal answers when it is asked for its graphics. */
#include "cam-view/probe.h"

#include <string.h>

enum { ESCAPE = 0x1b };

static bool
is(const struct probe *probe, const char *text)
{
	return probe->held_len == strlen(text) &&
	       memcmp(probe->held, text, probe->held_len) == 0;
}

static bool
begins(const struct probe *probe, const char *text)
{
	return probe->held_len >= strlen(text) &&
	       memcmp(probe->held, text, strlen(text)) == 0;
}

/* Whether the parameters between the head and the last byte have one that is
 * "4": sixels. */
static bool
has_parameter_4(const struct probe *probe)
{
	for (size_t i = 3; i + 1 < probe->held_len; i++) {
		char before = probe->held[i - 1], after = probe->held[i + 1];

		if (probe->held[i] == '4' && (before == ';' || before == '?') &&
		    (after == ';' || after == 'c'))
			return true;
	}
	return false;
}

static void
take_sequence(struct probe *probe)
{
	if (is(probe, "\033[0n")) {
		probe->dones++;
	} else if (begins(probe, "\033_Gi=31;OK")) {
		probe->has_kitty = true;
	} else if (begins(probe, "\033[?") &&
		   probe->held[probe->held_len - 1] == 'c') {
		probe->answered = true;
		probe->has_sixel = has_parameter_4(probe);
	}
}

/* CSI ends with a letter, APC with ESC and a backslash; SS3 has one more byte,
 * others are two. */
static bool
is_complete(const struct probe *probe)
{
	unsigned char last = (unsigned char)probe->held[probe->held_len - 1];

	if (probe->held_len < 2)
		return false;
	if (probe->held[1] == '[')
		return probe->held_len > 2 && last >= 0x40 && last <= 0x7e;
	if (probe->held[1] == '_')
		return last == '\\' &&
		       probe->held[probe->held_len - 2] == ESCAPE;
	return probe->held[1] != 'O' || probe->held_len == 3;
}

void
probe_feed(struct probe *probe, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t byte = bytes.data[i];

		if (probe->held_len == 0 && byte != ESCAPE) {
			if (byte < 0x80)
				probe->key = byte;
			continue;
		}
		if (probe->held_len < PROBE_SEQUENCE_MAX)
			probe->held[probe->held_len++] = (char)byte;
		if (is_complete(probe)) {
			take_sequence(probe);
			probe->held_len = 0;
		} else if (probe->held_len == PROBE_SEQUENCE_MAX) {
			probe->held_len = 0; /* nothing we asked for */
		}
	}
}
