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

static bool
is_offer(const struct attachment *item)
{
	uint32_t type = attachment_type(item);

	return type == FILE_REGULAR || type == FILE_FOLDER ||
	       type == FILE_CLIPBOARD;
}

/* Where a picture stands in the text; 0 for what is no picture. */
static uint32_t
position_of(const struct attachment *item)
{
	const struct file_attribute *position = file_attribute_find(
	    item->attributes, item->attribute_count, FILE_KEY_CLIPBOARDPOS);

	return attachment_type(item) == FILE_CLIPBOARD && position != NULL &&
		       position->is_number && position->number <= UINT32_MAX
		   ? (uint32_t)position->number
		   : 0;
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
		const struct attachment *item = &list.items[i];
		struct lan_attachment *attachment;

		/* What cannot be a file's name is no offer either, nor what is
		 * neither file nor folder (threat model F1, F3). */
		if (item->safe_name == NULL || !is_offer(item))
			continue;
		attachment = &message->attachments[message->attachment_count++];
		attachment->id = item->id;
		attachment->name = xstrdup(item->safe_name);
		attachment->size = item->size;
		attachment->mtime = (int64_t)item->mtime;
		attachment->attr = item->attr;
		attachment->position = position_of(item);
	}
	attach_list_finish(&list);
}
