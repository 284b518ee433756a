/* attention.c: which talks the user wants to be told of. */
#include "camd/people/attention.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "camd/camd.h"
#include "camd/methods/methods.h"
#include "camd/methods/named.h"
#include "camd/methods/param.h"
#include "store/talk.h"

int
attention_get(struct rpc_call *call, json_t *params)
{
	rpc_reply(call, attention_object(method_camd(call)->attention));
	return 0;
}

struct wish {
	enum attention_notify notify;
	int64_t until_ms;
	const json_t *talk; /* or NULL */
	const char *who;    /* or NULL */
};

static bool
read_wish(struct rpc_call *call, json_t *params, struct wish *wish)
{
	const char *word = NULL;

	if (!param_text(call, params, "notify", true, &word) ||
	    !param_time(call, params, "until", &wish->until_ms) ||
	    !param_list(call, params, "talk", false, &wish->talk) ||
	    !param_text(call, params, "who", false, &wish->who))
		return false;
	if (attention_find(word) < 0 ||
	    (wish->talk != NULL && wish->who != NULL)) {
		method_fail(call, CAM_ERR_REQUEST, NULL, "%s",
		    wish->talk != NULL && wish->who != NULL
			? "'who' and 'talk' exclude each other"
			: "'notify' is all, mentions, none or default");
		return false;
	}
	wish->notify = (enum attention_notify)attention_find(word);
	return true;
}

int
attention_change(struct rpc_call *call, json_t *params)
{
	struct attention *attention = method_camd(call)->attention;
	struct wish wish = { 0 };
	int64_t *uids = NULL;
	size_t count = 0;
	int err = 0;

	if (!read_wish(call, params, &wish))
		return 0;
	if (wish.talk == NULL && wish.who == NULL)
		attention_set_all(attention, wish.notify, wish.until_ms);
	else if (wish.talk != NULL ? !named_talk(call, wish.talk, &uids, &count)
				   : !named_uids(call, wish.who,
					 STORE_TALK_USERS, &uids, &count))
		return 0;
	else
		err = attention_set(
		    attention, uids, count, wish.notify, wish.until_ms);
	free(uids);
	if (err != 0)
		return method_fail(call, CAM_ERR_REFUSED, NULL,
		    "%d talks have a rule already", ATTENTION_TALKS);
	rpc_reply(call, attention_object(attention));
	return 0;
}
