/* ring.h: samples between the audio thread and the loop: one writes, the other
 * reads, nobody waits. */
#ifndef CAM_RING_H
#define CAM_RING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum { RING_SIZE = 16384 }; /* samples; a power of two */

/* All zero is empty. */
struct ring {
	_Atomic size_t written; /* ever; the writer's */
	_Atomic size_t read;	/* ever; the reader's */
	int16_t samples[RING_SIZE];
};

/* How many of them found room. */
size_t ring_write(struct ring *ring, const int16_t *pcm, size_t count);
/* How many there were, up to count. */
size_t ring_read(struct ring *ring, int16_t *pcm, size_t count);
/* For either side. */
size_t ring_count(struct ring *ring);

#endif
