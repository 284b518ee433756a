/* notice.c: short words to a peer: your sealed message was opened, I am away.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ipmsg/message.h"
#include "lan/post.h"
#include "lan/state.h"

struct notice {
	void (*on_done)(void *arg, int err);
	void *arg;
	struct timer timer; /* one that needs no answer is done at once */
};

static void
notice_free(void *arg)
{
	struct notice *notice = arg;

	timer_finish(&notice->timer);
	free(notice);
}

static void
on_notice_end(void *arg, bool answered)
{
	struct notice *notice = arg;

	notice->on_done(notice->arg, answered ? 0 : CAM_ERR_TIMEOUT);
	notice_free(notice);
}

static void
on_notice_sent(void *arg)
{
	on_notice_end(arg, true);
}

void
lan_tell_opened(struct lan *lan, const struct peer *peer, uint32_t packet_no,
    bool check, void (*on_done)(void *arg, int err), void *arg)
{
	struct packet_out out = { lan_number(lan), lan->user, lan->host,
		COMMAND_READMSG | (check ? MESSAGE_READCHECK : 0) };
	struct notice *notice = xcalloc(1, sizeof *notice);
	char number[16];
	struct buf buf;

	notice->on_done = on_done;
	notice->arg = arg;
	timer_init(&notice->timer, lan->loop, on_notice_sent, notice);
	snprintf(number, sizeof number, "%u", (unsigned)packet_no);
	buf_init(&buf, 1024);
	if (packet_build(&buf, &out, span_text(number)) == 0 && check) {
		post_new(lan, POST_OPENED, peer, &peer->addr, out.number,
		    xmemdup(buf.data, buf.len), buf.len, on_notice_end, notice)
		    ->on_drop = notice_free;
	} else {
		lan_transmit(lan, &peer->addr, 0, buf_span(&buf));
		timer_start(&notice->timer, 0);
	}
	buf_finish(&buf);
}

void
lan_answer_absent(struct lan *lan, const struct peer *peer, const char *text)
{
	enum charset charset = lan_charset(lan, peer);
	uint32_t command = COMMAND_SENDMSG | MESSAGE_AUTORET;
	struct buf body;

	buf_init(&body, LIMIT_BODY_LEGACY);
	message_text_write(lan->converter, charset, span_text(text), &body);
	if (charset == CHARSET_UTF8)
		command |= MESSAGE_UTF8;
	if (!buf_failed(&body))
		lan_answer_packet(lan, &peer->addr, command, buf_span(&body));
	buf_finish(&body);
}
