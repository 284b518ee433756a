/* recorder.h: what is said in a call, mixed, coded and handed to cam-record. */
#ifndef CAM_RECORDER_H
#define CAM_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "media/piece.h"
#include "media/voice.h"

struct loop;
struct recorder;

/*
 * Of a call whose sound has so many channels (1 or 2); what is written has one.
 * Takes fd, a connected socket. on_ended (also inside a later turn only): the
 * other end takes no more; the recorder is still the owner's to free, also
 * inside. CAM_ERR_SYSTEM.
 */
int recorder_new(struct loop *loop, int fd, unsigned channels,
    void (*on_ended)(void *arg), void *arg, struct recorder **recorder);
/* NULL is fine. */
void recorder_free(struct recorder *recorder);

/* What we say in this frame; silence where this is not called. */
void recorder_said(struct recorder *recorder, const int16_t *pcm);
/* What all others say in it, not yet clipped; the frame is whole. */
void recorder_heard(
    struct recorder *recorder, const int32_t *sum, uint64_t now_us);

#endif
