/* curve_library.c: which library is in use. */
#include "crypto/curve_library.h"

#include <pthread.h>

#include "config.h"

static const struct curve_library *chosen; /* written by choose() alone */

static void
choose(void)
{
	chosen = &curve_evp;
#ifdef HAVE_SODIUM
	if (curve_sodium_is_fit())
		chosen = &curve_sodium;
#endif
}

const struct curve_library *
curve_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, choose);
	return chosen;
}
