/* segment.c: text cut into the tokens that the search index holds. */
#include "store/segment.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"

/* How much is normalised at once, in bytes; one character can become 18. */
enum { PIECE_MAX = 1024, DECOMPOSED_MAX = 18 * PIECE_MAX };

enum sort { SORT_SEPARATOR, SORT_WORD, SORT_CHARACTER, SORT_SIGN, SORT_MARK };

struct segmenter {
	enum segment_purpose purpose;
	int (*token)(struct span token, bool same, void *arg);
	void *arg;
	/* A word in the making. */
	uint8_t word[SEGMENT_TOKEN_MAX];
	size_t word_len;
	bool in_word;
	bool word_is_cut;
	/* The last character of a run of them, whose pair is not yet known. */
	uint8_t last[4];
	size_t last_len;
	bool has_pair;	     /* it ended a pair */
	int32_t *decomposed; /* made when first needed */
};

/* Scripts that are written without blanks between words. */
static const struct {
	int32_t first, last;
} unspaced[] = {
	{ 0x0e00, 0x0eff }, /* Thai, Lao */
	{ 0x1000, 0x109f }, /* Myanmar */
	{ 0x1100, 0x11ff }, /* Hangul Jamo */
	{ 0x1780, 0x17ff }, /* Khmer */
	{ 0x2e80, 0x2fdf }, /* radicals */
	{ 0x3005, 0x3007 }, /* iteration mark, closing mark, zero */
	{ 0x3021, 0x3029 }, /* Hangzhou numerals */
	{ 0x3031, 0x3035 }, /* vertical kana repeat marks */
	{ 0x3038, 0x303c }, { 0x3041, 0x309f }, /* Hiragana */
	{ 0x30a1, 0x30fa },   /* Katakana, without its dot that separates */
	{ 0x30fc, 0x318f },   /* Bopomofo, Hangul compatibility Jamo */
	{ 0x31a0, 0x31ff },   /* Bopomofo, strokes, kana extensions */
	{ 0x3400, 0x4dbf },   /* Han */
	{ 0x4e00, 0xa4cf },   /* Han, Yi */
	{ 0xa960, 0xa97f },   /* Hangul Jamo */
	{ 0xac00, 0xd7ff },   /* Hangul */
	{ 0xf900, 0xfaff },   /* Han */
	{ 0x1aff0, 0x1b16f }, /* kana */
	{ 0x20000, 0x3ffff }, /* Han */
};

static bool
is_unspaced(int32_t c)
{
	size_t low = 0, high = sizeof unspaced / sizeof unspaced[0];

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c > unspaced[middle].last)
			low = middle + 1;
		else if (c < unspaced[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

static bool
is_skin_tone(int32_t c)
{
	return c >= 0x1f3fb && c <= 0x1f3ff;
}

static enum sort
sort_of(int32_t c)
{
	if (c < 0x80) {
		bool is_word = (c >= 'a' && c <= 'z') ||
			       (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');

		return is_word ? SORT_WORD : SORT_SEPARATOR;
	}
	/* Most of Japanese and Chinese, without looking further. */
	if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) ||
	    (c >= 0x30a1 && c <= 0x30fa))
		return SORT_CHARACTER;
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return is_unspaced(c) ? SORT_CHARACTER : SORT_WORD;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return is_unspaced(c) ? SORT_CHARACTER : SORT_MARK;
	case UTF8PROC_CATEGORY_SO:
		return SORT_SIGN;
	default:
		return is_skin_tone(c) ? SORT_SIGN : SORT_SEPARATOR;
	}
}

static int
end_word(struct segmenter *s)
{
	struct span word = span_of(s->word, s->word_len);

	if (!s->in_word)
		return 0;
	s->in_word = s->word_is_cut = false;
	s->word_len = 0;
	return s->token(word, false, s->arg);
}

/* Something else follows at the next position, or with at_end nothing. */
static int
end_run(struct segmenter *s, bool at_end)
{
	struct span last = span_of(s->last, s->last_len);

	if (s->last_len == 0)
		return 0;
	s->last_len = 0;
	if (s->purpose == SEGMENT_QUERY && s->has_pair && at_end)
		return 0;
	return s->token(last, false, s->arg);
}

static int
end_token(struct segmenter *s)
{
	int err = end_word(s);

	return err != 0 ? err : end_run(s, false);
}

static int
add_to_word(struct segmenter *s, const uint8_t *bytes, size_t len)
{
	int err = end_run(s, false);

	if (err != 0)
		return err;
	s->in_word = true;
	if (s->word_is_cut || s->word_len + len > sizeof s->word) {
		s->word_is_cut = true;
		return 0;
	}
	memcpy(s->word + s->word_len, bytes, len);
	s->word_len += len;
	return 0;
}

/* Nothing but letters and digits of ASCII. */
static int
add_ascii(struct segmenter *s, struct span piece)
{
	size_t room = s->word_is_cut ? 0 : sizeof s->word - s->word_len;
	size_t len = piece.len < room ? piece.len : room;
	int err = end_run(s, false);

	if (err != 0)
		return err;
	s->in_word = true;
	s->word_is_cut |= len < piece.len;
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = piece.data[i];

		if (byte >= 'A' && byte <= 'Z')
			byte += 'a' - 'A';
		s->word[s->word_len++] = byte;
	}
	return 0;
}

static int
add_character(struct segmenter *s, const uint8_t *bytes, size_t len)
{
	uint8_t pair[sizeof s->last * 2];
	size_t last_len = s->last_len;
	int err = end_word(s);

	if (err == 0 && last_len > 0) {
		memcpy(pair, s->last, last_len);
		memcpy(pair + last_len, bytes, len);
		if (s->purpose == SEGMENT_TEXT)
			err =
			    s->token(span_of(s->last, last_len), false, s->arg);
		if (err == 0)
			err = s->token(span_of(pair, last_len + len),
			    s->purpose == SEGMENT_TEXT, s->arg);
	}
	s->has_pair = last_len > 0;
	memcpy(s->last, bytes, len);
	s->last_len = len;
	return err;
}

static int
add(struct segmenter *s, int32_t c)
{
	uint8_t bytes[4];
	size_t len = (size_t)utf8proc_encode_char(c, bytes);
	int err;

	switch (sort_of(c)) {
	case SORT_WORD:
		return add_to_word(s, bytes, len);
	case SORT_CHARACTER:
		return add_character(s, bytes, len);
	case SORT_SIGN:
		err = end_token(s);
		return err != 0 ? err
				: s->token(span_of(bytes, len), false, s->arg);
	case SORT_MARK:
		return s->in_word ? add_to_word(s, bytes, len) : 0;
	case SORT_SEPARATOR:
		break;
	}
	return end_token(s);
}

static int
add_normalised(struct segmenter *s, struct span piece)
{
	static const utf8proc_option_t options =
	    UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
	    UTF8PROC_IGNORE | UTF8PROC_STABLE;
	utf8proc_ssize_t n;
	int err = 0;

	if (s->decomposed == NULL)
		s->decomposed = xcalloc(DECOMPOSED_MAX, sizeof *s->decomposed);
	n = utf8proc_decompose(piece.data, (utf8proc_ssize_t)piece.len,
	    s->decomposed, DECOMPOSED_MAX, options);
	if (n < 0 || n > DECOMPOSED_MAX)
		return end_token(s);
	n = utf8proc_normalize_utf32(s->decomposed, n, options);
	for (utf8proc_ssize_t i = 0; i < n && err == 0; i++)
		err = add(s, s->decomposed[i]);
	return err;
}

/* Characters that normalising leaves alone, unless a mark follows. */
static bool
is_normal(int32_t c)
{
	return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) ||
	       (c >= 0x30a1 && c <= 0x30fc);
}

/* Text of nothing but such characters and ASCII is taken as it is. */
static int
add_piece(struct segmenter *s, struct span piece)
{
	bool is_ascii = true;
	int err = 0;
	size_t len = 0;

	for (size_t i = 0; i < piece.len; i += len) {
		int32_t c = piece.data[i];

		len = 1;
		if (c < 0x80)
			continue;
		len = (size_t)utf8proc_iterate(
		    piece.data + i, (utf8proc_ssize_t)(piece.len - i), &c);
		is_ascii = false;
		if (!is_normal(c))
			return add_normalised(s, piece);
	}
	if (is_ascii)
		return add_ascii(s, piece);
	for (size_t i = 0; i < piece.len && err == 0; i += len) {
		int32_t c = piece.data[i];

		len = 1;
		if (c >= 0x80)
			len = (size_t)utf8proc_iterate(piece.data + i,
			    (utf8proc_ssize_t)(piece.len - i), &c);
		else if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		err = add(s, c);
	}
	return err;
}

/*
 * The length of the piece that text begins with and that can be normalised
 * alone: up to an ASCII separator, or, in long stretches without one, up to a
 * character that composes with nothing before it. 0: the first byte is no
 * UTF-8.
 */
static size_t
piece_length(struct span text)
{
	size_t len = 0, cut = 0;

	while (len < text.len && len < PIECE_MAX - 4) {
		int32_t c = text.data[len];
		utf8proc_ssize_t n = 1;

		if (c < 0x80 && sort_of(c) == SORT_SEPARATOR)
			return len;
		if (c >= 0x80)
			n = utf8proc_iterate(text.data + len,
			    (utf8proc_ssize_t)(text.len - len), &c);
		if (n <= 0)
			return len;
		if (is_normal(c))
			cut = len;
		len += (size_t)n;
	}
	return len == text.len || cut == 0 ? len : cut;
}

int
segment(struct span text, enum segment_purpose purpose,
    int (*token)(struct span token, bool same, void *arg), void *arg)
{
	struct segmenter s = { .purpose = purpose, .token = token, .arg = arg };
	int err = 0;

	while (err == 0 && text.len > 0) {
		size_t len = piece_length(text);

		if (len > 0) {
			err = add_piece(&s, span_of(text.data, len));
		} else {
			err = end_token(&s);
			len = 1;
		}
		text = span_of(text.data + len, text.len - len);
	}
	if (err == 0)
		err = end_word(&s);
	if (err == 0)
		err = end_run(&s, true);
	free(s.decomposed);
	return err;
}

bool
segment_is_character(struct span token)
{
	utf8proc_int32_t c = 0;

	return utf8proc_iterate(token.data, (utf8proc_ssize_t)token.len, &c) >
		   0 &&
	       is_unspaced(c);
}
