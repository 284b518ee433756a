/* notice.c: short words to a peer: your sealed message was opened, I want none
 * of your files, I am away. */
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "ipmsg/message.h"
#include "lan/post.h"
#include "lan/state.h"

struct notice {
	void (*on_done)(void *arg, int err);
	void *arg;
};

static void
on_notice_end(void *arg, bool answered)
{
	struct notice *notice = arg;

	notice->on_done(notice->arg, answered ? 0 : CAM_ERR_TIMEOUT);
	free(notice);
}

int
lan_tell_opened(struct lan *lan, const struct peer *peer, uint32_t packet_no,
    void (*on_done)(void *arg, int err), void *arg)
{
	struct packet_out out = { lan_number(lan), lan->user, lan->host,
		COMMAND_READMSG | MESSAGE_READCHECK };
	struct post_order order = {
		.kind = POST_OPENED,
		.peer = peer,
		.to = &peer->addr,
		.number = out.number,
		.on_end = on_notice_end,
		.on_drop = free,
	};
	struct notice *notice;
	char number[16];
	struct buf buf;
	int r;

	snprintf(number, sizeof number, "%u", (unsigned)packet_no);
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	if ((r = packet_build(&buf, &out, span_text(number))) == 0) {
		notice = xcalloc(1, sizeof *notice);
		notice->on_done = on_done;
		notice->arg = arg;
		order.arg = notice;
		order.bytes = xmemdup(buf.data, buf.len);
		order.len = buf.len;
		post_new(lan, &order);
	}
	buf_finish(&buf);
	return r;
}

void
lan_release(struct lan *lan, const struct peer *peer, uint32_t packet_no)
{
	char number[16];

	snprintf(number, sizeof number, "%u", (unsigned)packet_no);
	lan_transmit_packet(
	    lan, &peer->addr, COMMAND_RELEASEFILES, span_text(number));
}

static bool
send_words(struct lan *lan, const struct addr *to, enum charset charset,
    uint32_t command, const char *text)
{
	struct buf body;
	bool sent;

	buf_init(&body, LIMIT_BODY_LEGACY);
	message_text_write(lan->converter, charset, span_text(text), &body);
	if (charset == CHARSET_UTF8)
		command |= MESSAGE_UTF8;
	sent = !buf_failed(&body) &&
	       lan_answer_packet(lan, to, command, buf_span(&body));
	buf_finish(&body);
	return sent;
}

void
notice_absence(struct lan *lan, const struct addr *to, enum charset charset,
    uint32_t command, const char *text)
{
	/* Who is away without a word must still be told apart from who is not.
	 */
	if (text[0] == '\0')
		text = _("Away");
	/* A stranger's credit may be too small for all of it. */
	if (!send_words(lan, to, charset, command, text) &&
	    lan->title != NULL && lan->title[0] != '\0')
		(void)send_words(lan, to, charset, command, lan->title);
}

void
lan_answer_absent(struct lan *lan, const struct peer *peer, const char *text)
{
	notice_absence(lan, &peer->addr, lan_charset(lan, peer),
	    COMMAND_SENDMSG | MESSAGE_AUTORET, text);
}
