/* typed.c: bytes from the terminal, taken apart. */
#include "cam-tui/typed.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum {
	ESC = 0x1b,
	BEL = 0x07,
	DEL = 0x7f,
	/* Longer sequences are none of a terminal that is sane. */
	SEQUENCE_MAX = 1024,
	PARAMS_MAX = 4,
};

#define PASTE_END "\x1b[201~"

void
typed_init(struct typed *typed, const struct typed_ops *ops, void *arg)
{
	*typed = (struct typed){ .ops = ops, .arg = arg };
	buf_init(&typed->pending, 2 * SEQUENCE_MAX);
	buf_init(&typed->paste, TYPED_PASTE_MAX);
}

void
typed_finish(struct typed *typed)
{
	buf_finish(&typed->pending);
	buf_finish(&typed->paste);
}

void
typed_wipe(struct typed *typed)
{
	buf_wipe(&typed->pending);
	buf_wipe(&typed->paste);
	typed->is_pasting = false;
	buf_init(&typed->pending, 2 * SEQUENCE_MAX);
	buf_init(&typed->paste, TYPED_PASTE_MAX);
}

static void
tell(struct typed *typed, uint32_t key, unsigned mods)
{
	if (typed->ops->on_stroke != NULL)
		typed->ops->on_stroke(
		    (struct stroke){ .key = key, .mods = mods }, typed->arg);
}

/* -- one character -------------------------------------------------------- */

static void
tell_control(struct typed *typed, uint8_t byte, unsigned mods)
{
	switch (byte) {
	case '\r':
		tell(typed, KEY_ENTER, mods);
		break;
	case '\t':
		tell(typed, KEY_TAB, mods);
		break;
	case DEL:
		tell(typed, KEY_BACKSPACE, mods);
		break;
	case ESC:
		tell(typed, KEY_ESCAPE, mods);
		break;
	case 0:
		tell(typed, ' ', mods | STROKE_CONTROL);
		break;
	default:
		/* 1 to 26 are letters, 28 to 31 the signs behind Z. */
		tell(typed, byte + (byte < 27 ? 'a' : 'A') - 1U,
		    mods | STROKE_CONTROL);
	}
}

/* Bytes that may still become one character. */
static bool
is_partial(struct span bytes)
{
	static const struct {
		uint8_t first, last, len;
	} leads[] = { { 0xc2, 0xdf, 2 }, { 0xe0, 0xef, 3 }, { 0xf0, 0xf4, 4 } };

	for (size_t i = 0; i < 3; i++) {
		if (bytes.data[0] < leads[i].first ||
		    bytes.data[0] > leads[i].last || bytes.len >= leads[i].len)
			continue;
		for (size_t j = 1; j < bytes.len; j++) {
			if ((bytes.data[j] & 0xc0) != 0x80)
				return false;
		}
		return true;
	}
	return false;
}

/* The bytes taken; 0: more are needed. */
static size_t
take_character(struct typed *typed, struct span bytes, unsigned mods)
{
	uint32_t codepoint;
	size_t len;

	if (bytes.data[0] < 0x20 || bytes.data[0] == DEL) {
		tell_control(typed, bytes.data[0], mods);
		return 1;
	}
	len = utf8_next(bytes, &codepoint);
	if (len > 0)
		tell(typed, codepoint, mods);
	else if (is_partial(bytes))
		return 0;
	return len > 0 ? len : 1;
}

/* -- sequences ------------------------------------------------------------ */

struct sequence {
	unsigned params[PARAMS_MAX];
	size_t count;
	uint8_t private; /* '<', '?' ... or 0 */
	uint8_t final;
};

/* xterm's: one more than the sum of shift 1, alt 2, control 4. */
static unsigned
mods_of(unsigned param)
{
	unsigned bits = param > 0 ? param - 1 : 0;

	return (bits & 1 ? STROKE_SHIFT : 0U) | (bits & 2 ? STROKE_META : 0U) |
	       (bits & 4 ? STROKE_CONTROL : 0U);
}

static uint32_t
key_of_final(uint8_t final)
{
	switch (final) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'F':
		return KEY_END;
	case 'H':
		return KEY_HOME;
	case 'M':
		return KEY_ENTER; /* of the keypad */
	case 'P':
	case 'Q':
	case 'R':
	case 'S':
		return KEY_F1 + (uint32_t)(final - 'P');
	default:
		return 0;
	}
}

static uint32_t
key_of_number(unsigned number)
{
	static const uint32_t keys[] = { 0, KEY_HOME, KEY_INSERT, KEY_DELETE,
		KEY_END, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME, KEY_END };
	static const uint8_t functions[] = { 11, 12, 13, 14, 15, 17, 18, 19, 20,
		21, 23, 24 };

	if (number < sizeof keys / sizeof keys[0])
		return keys[number];
	for (uint32_t i = 0; i < sizeof functions; i++) {
		if (functions[i] == number)
			return KEY_F1 + i;
	}
	return 0;
}

/* A key as a number ("fixterms"): what else has no sequence, C-Enter. */
static void
tell_coded(struct typed *typed, unsigned code, unsigned mods)
{
	if (code < 0x20 || code == DEL) {
		tell_control(typed, (uint8_t)code, mods);
		return;
	}
	if (code < 0x110000 && (code < 0xd800 || code > 0xdfff))
		tell(typed, code,
		    mods &
			(code >= 'a' && code <= 'z' ? ~0U
						    : ~(unsigned)STROKE_SHIFT));
}

static void
tell_mouse(struct typed *typed, const struct sequence *sequence)
{
	struct mouse mouse = { .what = sequence->final == 'm' ? MOUSE_RELEASE
							      : MOUSE_PRESS };
	unsigned code = sequence->params[0];

	if (sequence->count < 3 || typed->ops->on_mouse == NULL ||
	    (code & 0x20) != 0) /* moved */
		return;
	mouse.button = (code & 3) + 1;
	if ((code & 0x40) != 0)
		mouse.what = code & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
	mouse.column = sequence->params[1] > 0 ? sequence->params[1] - 1 : 0;
	mouse.row = sequence->params[2] > 0 ? sequence->params[2] - 1 : 0;
	typed->ops->on_mouse(mouse, typed->arg);
}

/* "?69;2$y": 1 and 2 are set and not, 0 is unknown, 3 and 4 stay as they are.
 */
static void
tell_mode(struct typed *typed, const struct sequence *sequence)
{
	unsigned state = sequence->params[1];

	if (sequence->count == 2 && typed->ops->on_mode != NULL)
		typed->ops->on_mode(
		    sequence->params[0], state == 1 || state == 2, typed->arg);
}

static void
act_on(struct typed *typed, const struct sequence *sequence, unsigned mods)
{
	uint32_t key = 0;

	mods |= mods_of(sequence->count > 1 ? sequence->params[1] : 0);
	if (sequence->private == '<' &&
	    (sequence->final == 'M' || sequence->final == 'm')) {
		tell_mouse(typed, sequence);
	} else if (sequence->private == '?' && sequence->final == 'y') {
		tell_mode(typed, sequence);
	} else if (sequence->private != 0) {
		return;
	} else if (sequence->final == '~' && sequence->params[0] == 200) {
		typed->is_pasting = true;
	} else if (sequence->final == '~') {
		key = key_of_number(sequence->params[0]);
	} else if (sequence->final == 'u') {
		tell_coded(typed, sequence->params[0], mods);
	} else if (sequence->final == 'Z') {
		tell(typed, KEY_TAB, mods | STROKE_SHIFT);
	} else if ((sequence->final == 'I' || sequence->final == 'O') &&
		   sequence->count == 0) {
		if (typed->ops->on_focus != NULL)
			typed->ops->on_focus(
			    sequence->final == 'I', typed->arg);
	} else {
		key = key_of_final(sequence->final);
	}
	if (key != 0)
		tell(typed, key, mods);
}

/* ESC [ and what follows it; the bytes taken, 0: more are needed. */
static size_t
take_csi(struct typed *typed, struct span bytes, unsigned mods)
{
	struct sequence sequence = { 0 };
	size_t i = 2;

	if (i < bytes.len && bytes.data[i] >= '<' && bytes.data[i] <= '?')
		sequence.private = bytes.data[i++];
	for (; i < bytes.len; i++) {
		uint8_t byte = bytes.data[i];

		if (byte >= '0' && byte <= '9') {
			unsigned *param = NULL;

			if (sequence.count == 0)
				sequence.count = 1;
			if (sequence.count > PARAMS_MAX)
				continue;
			param = &sequence.params[sequence.count - 1];
			if (*param < 1000000)
				*param = *param * 10 + byte - '0';
		} else if (byte == ';') {
			sequence.count += sequence.count == 0 ? 2 : 1;
		} else if (byte >= 0x40 && byte <= 0x7e) {
			sequence.final = byte;
			if (sequence.count > PARAMS_MAX)
				sequence.count = PARAMS_MAX;
			act_on(typed, &sequence, mods);
			return i + 1;
		} else if (byte < 0x20 || byte > 0x7e) {
			return i; /* broken off: what follows is another key */
		}
	}
	return bytes.len > SEQUENCE_MAX ? bytes.len : 0;
}

static bool
parse_colour(struct span text, unsigned *light)
{
	static const unsigned weights[3] = { 299, 587, 114 };
	uint64_t sum = 0;

	for (int i = 0; i < 3; i++) {
		struct span part = text;
		uint64_t value, full;

		if (i < 2 && !span_cut(&text, '/', &part))
			return false;
		if (i == 2)
			part = text;
		if (part.len == 0 || part.len > 4 ||
		    number_hex(part, 0xffff, &value) != 0)
			return false;
		full = (1ULL << (4 * part.len)) - 1;
		sum += weights[i] * (value * 255 / full);
	}
	*light = (unsigned)(sum / 1000);
	return true;
}

/* What the terminal answers: "11;rgb:ffff/ffff/ffff". */
static void
hear_answer(struct typed *typed, struct span text)
{
	static const char prefix[] = "11;rgb:";
	unsigned light;

	if (!span_starts(text, prefix) || typed->ops->on_background == NULL)
		return;
	text = span_of(text.data + strlen(prefix), text.len - strlen(prefix));
	if (parse_colour(text, &light))
		typed->ops->on_background(light, typed->arg);
}

/* ESC ] or ESC P up to BEL or ESC \. */
static size_t
take_string(struct typed *typed, struct span bytes)
{
	for (size_t i = 2; i < bytes.len; i++) {
		struct span text = span_of(bytes.data + 2, i - 2);

		if (bytes.data[i] == BEL) {
			hear_answer(typed, text);
			return i + 1;
		}
		if (bytes.data[i] != ESC)
			continue;
		if (i + 1 == bytes.len)
			break;
		if (bytes.data[i + 1] != '\\')
			return i;
		hear_answer(typed, text);
		return i + 2;
	}
	return bytes.len > SEQUENCE_MAX ? bytes.len : 0;
}

static size_t
take_escape(struct typed *typed, struct span bytes, unsigned mods)
{
	size_t taken;

	if (bytes.len == 1)
		return 0;
	switch (bytes.data[1]) {
	case '[':
		return bytes.len > 2 ? take_csi(typed, bytes, mods) : 0;
	case ']':
	case 'P':
		return bytes.len > 2 ? take_string(typed, bytes) : 0;
	case 'O':
		if (bytes.len < 3)
			return 0;
		if (key_of_final(bytes.data[2]) != 0)
			tell(typed, key_of_final(bytes.data[2]), mods);
		return 3;
	case ESC:
		/* Alt with a key that has a sequence, or two Escapes. */
		if (bytes.len == 2)
			return 0;
		if ((bytes.data[2] == '[' || bytes.data[2] == 'O') &&
		    mods == 0) {
			taken = take_escape(typed,
			    span_of(bytes.data + 1, bytes.len - 1),
			    STROKE_META);
			return taken > 0 ? taken + 1 : 0;
		}
		tell(typed, KEY_ESCAPE, 0);
		return 1;
	default:
		taken = take_character(
		    typed, span_of(bytes.data + 1, bytes.len - 1), STROKE_META);
		return taken > 0 ? taken + 1 : 0;
	}
}

/* -- pasting -------------------------------------------------------------- */

/* Line ends become LF, other controls but TAB go, what is no UTF-8 is mended.
 */
static void
tell_paste(struct typed *typed)
{
	struct span raw = buf_span(&typed->paste);
	struct buf clean, text;

	buf_init(&clean, raw.len + 1);
	buf_init(&text, 3 * raw.len + 1);
	for (size_t i = 0; i < raw.len; i++) {
		uint8_t byte = raw.data[i];

		if (byte == '\r') {
			byte = '\n';
			if (i + 1 < raw.len && raw.data[i + 1] == '\n')
				i++;
		}
		if ((byte >= 0x20 && byte != DEL) || byte == '\n' ||
		    byte == '\t')
			buf_put_byte(&clean, byte);
	}
	utf8_repair(buf_span(&clean), &text);
	if (typed->ops->on_paste != NULL && text.len > 0)
		typed->ops->on_paste(buf_span(&text), typed->arg);
	buf_finish(&clean);
	buf_finish(&text);
	buf_clear(&typed->paste);
}

/* Up to the end of the paste; what may be the beginning of that is left. */
static size_t
take_paste(struct typed *typed, struct span bytes)
{
	size_t end_len = strlen(PASTE_END);

	for (size_t i = 0; i < bytes.len; i++) {
		size_t left = bytes.len - i;

		if (bytes.data[i] == ESC &&
		    memcmp(bytes.data + i, PASTE_END,
			left < end_len ? left : end_len) == 0) {
			if (left < end_len)
				return i;
			typed->is_pasting = false;
			tell_paste(typed);
			return i + end_len;
		}
		/* More than fits is dropped. */
		if (typed->paste.len < TYPED_PASTE_MAX)
			buf_put_byte(&typed->paste, bytes.data[i]);
	}
	return bytes.len;
}

/* -- all ------------------------------------------------------------------ */

static size_t
take(struct typed *typed, struct span bytes)
{
	if (typed->is_pasting)
		return take_paste(typed, bytes);
	if (bytes.data[0] == ESC)
		return take_escape(typed, bytes, 0);
	return take_character(typed, bytes, 0);
}

void
typed_feed(struct typed *typed, struct span bytes)
{
	while (bytes.len > 0) {
		size_t piece =
		    bytes.len < SEQUENCE_MAX / 2 ? bytes.len : SEQUENCE_MAX / 2;
		size_t taken = 0, step;

		buf_put(&typed->pending, bytes.data, piece);
		bytes = span_of(bytes.data + piece, bytes.len - piece);
		while (
		    taken < typed->pending.len &&
		    (step = take(typed, span_of(typed->pending.data + taken,
					    typed->pending.len - taken))) > 0)
			taken += step;
		buf_drop(&typed->pending, taken);
	}
}

bool
typed_is_waiting(const struct typed *typed)
{
	return typed->pending.len > 0 && !typed->is_pasting;
}

/* The ESC was the key, and what follows it is to be read for itself. */
void
typed_flush(struct typed *typed)
{
	uint8_t rest[2 * SEQUENCE_MAX];
	size_t len = typed->pending.len;
	bool is_escape;

	if (!typed_is_waiting(typed))
		return;
	is_escape = typed->pending.data[0] == ESC;
	memcpy(rest, typed->pending.data, len);
	buf_clear(&typed->pending);
	/* "ESC [" alone is Alt with a bracket. */
	if (is_escape && len == 2 && rest[1] > 0x20 && rest[1] < DEL)
		tell(typed, rest[1], STROKE_META);
	else if (is_escape && len <= 2) {
		tell(typed, KEY_ESCAPE, 0);
		if (len == 2) {
			typed_feed(typed, span_of(rest + 1, 1));
			typed_flush(typed);
		}
	}
	/* A longer one is a sequence whose end got lost. */
}
