/* ring.c: samples between the audio thread and the loop. */
#include "media/ring.h"

#include <string.h>

size_t
ring_count(struct ring *ring)
{
	size_t read = atomic_load_explicit(&ring->read, memory_order_acquire);

	return atomic_load_explicit(&ring->written, memory_order_acquire) -
	       read;
}

size_t
ring_write(struct ring *ring, const int16_t *pcm, size_t count)
{
	size_t written =
	    atomic_load_explicit(&ring->written, memory_order_relaxed);
	size_t free = RING_SIZE - ring_count(ring);
	size_t place = written % RING_SIZE, first;

	if (count > free)
		count = free;
	first = count < RING_SIZE - place ? count : RING_SIZE - place;
	memcpy(ring->samples + place, pcm, first * sizeof pcm[0]);
	memcpy(ring->samples, pcm + first, (count - first) * sizeof pcm[0]);
	atomic_store_explicit(
	    &ring->written, written + count, memory_order_release);
	return count;
}

size_t
ring_read(struct ring *ring, int16_t *pcm, size_t count)
{
	size_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
	size_t there = ring_count(ring);
	size_t place = read % RING_SIZE, first;

	if (count > there)
		count = there;
	first = count < RING_SIZE - place ? count : RING_SIZE - place;
	memcpy(pcm, ring->samples + place, first * sizeof pcm[0]);
	memcpy(pcm + first, ring->samples, (count - first) * sizeof pcm[0]);
	atomic_store_explicit(&ring->read, read + count, memory_order_release);
	return count;
}
