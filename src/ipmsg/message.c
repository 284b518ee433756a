/* message.c: a message's text between the wire and people. */
#include "ipmsg/message.h"

#include "ipmsg/client.h"

static void
put_without_returns(struct span text, struct buf *out)
{
	struct span line = { NULL, 0 };

	while (span_cut(&text, '\r', &line))
		buf_put_span(out, line);
	buf_put_span(out, text);
}

static void
put_feiq(struct span text, const char *image, struct buf *out)
{
	text = feiq_strip_font(text);
	while (image != NULL) {
		size_t at = feiq_find_image(text);

		if (at == text.len)
			break;
		put_without_returns(span_of(text.data, at), out);
		buf_put_text(out, image);
		at += FEIQ_IMAGE_BYTES;
		text = span_of(text.data + at, text.len - at);
	}
	put_without_returns(text, out);
}

enum charset
message_text_read(const struct charset_reader *reader, struct span bytes,
    const char *image, struct buf *out)
{
	struct buf text;
	enum charset charset;

	buf_init(&text, out->max);
	charset = charset_read(reader, bytes, &text);
	if (buf_failed(&text))
		out->failed = true;
	else if (reader->client == CLIENT_FEIQ)
		put_feiq(buf_span(&text), image, out);
	else
		put_without_returns(buf_span(&text), out);
	buf_finish(&text);
	return charset;
}

size_t
message_text_write(struct charset_converter *converter, enum charset charset,
    struct span text, struct buf *out)
{
	struct span line = { NULL, 0 };
	size_t replaced = 0;

	if (span_cut(&text, '\0', &line))
		text = line;
	while (span_cut(&text, '\r', &line))
		replaced += charset_encode(converter, charset, line, out);
	return replaced + charset_encode(converter, charset, text, out);
}
