/* refusal.c: what camd refused, said. */
#include "cam/refusal.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "cam/cam.h"
#include "cam/complain.h"
#include "rpc/client.h"
#include "rpc/refusal.h"

int
refusal_say(const struct rpc_error *error)
{
	char *text = refusal_text(
	    error->message != NULL ? error->message : _("camd refused"),
	    error->data);

	complain("%s", text);
	free(text);
	return error->exit > 0 && error->exit < 126 ? error->exit : EXIT_FAILED;
}
