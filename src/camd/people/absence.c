/* absence.c: automatic answers. */
#include "camd/people/absence.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "camd/camd.h"
#include "camd/message/outbox.h"
#include "camd/people/presence.h"
#include "camd/people/user.h"

/* The answer of somebody absent to one person (reference 3.4). */
enum { QUIET_S = 60 };

static void
on_stored(void *arg, int err, const struct outbox_sent *sent)
{
	if (err < 0)
		log_warn("somebody was not told that we are away");
}

/* Between two camd a message like others, which says what it is: nothing
 * weaker goes to him (threat model I2). */
static void
send_answer(struct camd *camd, struct user *user, const char *text)
{
	struct outbox_request request = {
		.automatic = true, .to = &user, .to_count = 1
	};

	/* Away without a word is away, too. */
	request.text = text[0] != '\0' ? text : _("Away");
	request.text_len = strlen(request.text);
	outbox_send(camd->outbox, &request, on_stored, NULL);
}

void
absence_answer(struct camd *camd, struct user *user)
{
	const char *text = presence_said(camd->presence);
	uint32_t now_s = (uint32_t)(clock_now_ms() / 1000);

	if (text == NULL || (user->absence_told_s != 0 &&
				now_s - user->absence_told_s < QUIET_S))
		return;
	user->absence_told_s = now_s > 0 ? now_s : 1;
	if (user->peer.strength >= PEER_CAM1)
		send_answer(camd, user, text);
	else
		lan_answer_absent(camd->lan, &user->peer, text);
}
