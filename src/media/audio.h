/* audio.h: where sound comes from and goes to: devices as structs of functions.
 */
#ifndef CAM_AUDIO_H
#define CAM_AUDIO_H

#include <stdbool.h>
#include <stdint.h>

#include "media/voice.h"

enum { AUDIO_NAME_MAX = 200, AUDIO_DEVICES_MAX = 64 };

enum audio_kind { AUDIO_NONE, AUDIO_TONE, AUDIO_FILE, AUDIO_PORTAUDIO };

struct audio_choice {
	enum audio_kind kind;
	int fd;			       /* of a WAV file */
	bool loop;		       /* from its beginning again */
	unsigned channels;	       /* wanted: 1 or 2 */
	unsigned hz;		       /* of a tone */
	char name[AUDIO_NAME_MAX + 1]; /* of a device; "": the system's own */
};

enum audio_state { AUDIO_GOES_ON, AUDIO_ENDED, AUDIO_FAILED };

/*
 * Either end. One that has a clock of its own says by a byte on clock_fd that a
 * frame is due; the others are asked every 20 ms.
 */
struct audio {
	const struct audio_ops *ops;
	unsigned channels; /* of its frames: those of the choice */
	int clock_fd;	   /* -1: none */
	bool is_wrong;	   /* its clock: not to be gone by */
	uint32_t delay_us; /* that it adds */
};

struct audio_ops {
	/* The next frame of a source; what is missing of it is silence. */
	enum audio_state (*read)(struct audio *audio, int16_t *pcm);
	/* The next frame of a sink. */
	enum audio_state (*write)(struct audio *audio, const int16_t *pcm);
	void (*close)(struct audio *audio);
};

/* Takes the choice's fd, on success and otherwise. CAM_ERR_FORMAT,
 * CAM_ERR_UNSUPPORTED, CAM_ERR_UNKNOWN: no such device; CAM_ERR_SYSTEM. */
int audio_open_in(const struct audio_choice *choice, struct audio **audio);
int audio_open_out(const struct audio_choice *choice, struct audio **audio);
void audio_close(struct audio *audio);

/* One for each kind. */
int audio_file_open_in(const struct audio_choice *choice, struct audio **audio);
int audio_file_open_out(
    const struct audio_choice *choice, struct audio **audio);
struct audio *audio_tone_new(const struct audio_choice *choice);
struct audio *audio_none_new(unsigned channels);
int audio_portaudio_open_in(
    const struct audio_choice *choice, struct audio **audio);
int audio_portaudio_open_out(
    const struct audio_choice *choice, struct audio **audio);

/*
 * Before a process shuts itself in, where devices will be used: the libraries
 * look for what there is, and load it. May be called without need.
 */
void audio_portaudio_start(void);
void audio_portaudio_stop(void);

/* Looks for them again; while one is open nothing new is found. */
void audio_portaudio_look(void);

struct audio_names {
	char list[AUDIO_DEVICES_MAX][AUDIO_NAME_MAX + 1];
	unsigned count;
};
/* What there is to choose from. */
void audio_portaudio_names(struct audio_names *in, struct audio_names *out);

#endif
