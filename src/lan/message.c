/* message.c: a message that arrived, and the files it lists. */
#include <stdlib.h>

#include "base/mem.h"
#include "ipmsg/attach.h"
#include "lan/state.h"

void
lan_message_free(struct lan_message *message)
{
	if (message == NULL)
		return;
	for (size_t i = 0; i < message->attachment_count; i++)
		free(message->attachments[i].name);
	for (size_t i = 0; i < message->to_count; i++) {
		free(message->to[i].user);
		free(message->to[i].host);
	}
	rsa_public_free(message->key);
	free(message->attachments);
	free(message->to);
	free(message->user);
	free(message->host);
	free(message->text);
	free(message);
}

void
message_read_attachments(struct lan_message *message, struct span bytes,
    const struct charset_reader *reader)
{
	struct attach_list list;

	attach_list_parse(bytes, reader, &list);
	message->attachments =
	    xcalloc(list.count + 1, sizeof *message->attachments);
	for (size_t i = 0; i < list.count; i++) {
		struct lan_attachment *attachment;

		/* What cannot be a file's name is no offer either (threat model
		 * F1). */
		if (list.items[i].safe_name == NULL)
			continue;
		attachment = &message->attachments[message->attachment_count++];
		attachment->id = list.items[i].id;
		attachment->name = xstrdup(list.items[i].safe_name);
		attachment->size = list.items[i].size;
		attachment->mtime = (int64_t)list.items[i].mtime;
		attachment->attr = list.items[i].attr;
	}
	attach_list_finish(&list);
}
