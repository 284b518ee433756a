/* recorder.h: what is said in a call, mixed and coded, and what is shown in it,
 * as it came, handed to cam-record. */
#ifndef CAM_RECORDER_H
#define CAM_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "media/piece.h"
#include "media/voice.h"

struct loop;
struct recorder;

/*
 * Takes fd, a connected socket. on_ended (also inside a later turn only): the
 * other end takes no more; the recorder is still the owner's to free, also
 * inside. CAM_ERR_SYSTEM.
 */
int recorder_new(struct loop *loop, int fd, void (*on_ended)(void *arg),
    void *arg, struct recorder **recorder);
/* NULL is fine. */
void recorder_free(struct recorder *recorder);

/* Before the first frame: that member (0: we) shows something now. Who begins
 * later has no track, for a file tells of all at its beginning. */
void recorder_show(struct recorder *recorder, unsigned member,
    enum media_codec codec, unsigned width, unsigned height);
/* A whole picture of a member's; those before the first key one are left out,
 * as are those of who has no track. */
void recorder_picture(struct recorder *recorder, unsigned member,
    enum media_codec codec, struct span bytes, bool is_key, uint64_t now_us);
/* His first key picture has not come yet. */
bool recorder_waits_for(const struct recorder *recorder, unsigned member);

/* What we say in this frame; silence where this is not called. Of two channels
 * the mean is recorded. */
void recorder_said(
    struct recorder *recorder, const int16_t *pcm, unsigned channels);
/* What all others say in it, not yet clipped; the frame is whole. */
void recorder_heard(struct recorder *recorder, const int32_t *sum,
    unsigned channels, uint64_t now_us);

#endif
