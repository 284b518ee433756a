/* quote.c: the beginning of the message that another one answers. */
#include "camd/message/quote.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "store/message.h"

static void
take_text(struct quote *quote, const char *text)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	struct span whole = span_text(text);
	size_t len = utf8_cut(whole, QUOTE_MAX);

	memcpy(quote->text, text, len);
	memcpy(quote->text + len, len < whole.len ? ellipsis : "",
	    len < whole.len ? sizeof ellipsis : 1);
}

int
quote_read(struct store *store, const struct store_message *answer,
    struct quote *quote)
{
	struct store_message *message = NULL;
	int64_t row = 0;
	int err = store_message_find_answered(store, answer, &row);

	if (err == 0)
		err = store_message_get(store, row, &message);
	if (err == 0) {
		*quote = (struct quote){
			.from = message->from,
			.shut = message->from != 0 && message->sealed &&
				!message->opened,
			.deleted = message->deleted,
		};
		if (!quote->shut)
			take_text(quote, message->text);
	}
	free(message);
	return err;
}
