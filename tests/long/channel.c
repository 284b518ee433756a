/*
 * channel.c: two channels at random beside a model, for as long as one likes:
 * many short lives, and now and then a long one. Whatever fails names its seed.
 *
 *	channel [LIVES [SEED]]	5000 lives unless told, from a seed of their
 *				own
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "channel_model.h"

int
main(int argc, char **argv)
{
	unsigned long lives = argc > 1 ? strtoul(argv[1], NULL, 10) : 5000;
	struct model *model = model_new();
	uint64_t seed = 0;

	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	else
		random_bytes(&seed, sizeof(seed));
	printf("%lu lives from seed %llu\n", lives, (unsigned long long)seed);
	fflush(stdout);
	for (unsigned long i = 0; i < lives; i++)
		model_run(model, seed + i,
		    i % 100 == 99 ? 20000 : 200 + (unsigned)(i % 17) * 100);
	printf("ok: %lu items, %lu requests, %lu lives cut off\n", model->items,
	    model->requests, model->breaks);
	model_free(model);
	return 0;
}
