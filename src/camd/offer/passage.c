/* passage.c: a connection over which one transfer goes. */
#include "camd/offer/passage.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

void
passage_init(struct passage *passage)
{
	*passage = (struct passage){
		.socket = -1,
		.form = TRANSFER_SEALED,
		.encryption = STORE_CAM1,
	};
}

void
passage_finish(struct passage *passage)
{
	if (passage->socket >= 0)
		close(passage->socket);
	wipe_free(passage->hello, passage->hello_len);
	free(passage->early);
	wipe(passage->key, sizeof passage->key);
	passage_init(passage);
}
