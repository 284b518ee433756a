/* audio.c: where sound comes from and goes to. */
#include "media/audio.h"

#include <unistd.h>

#include "base/err.h"

int
audio_open_in(const struct audio_choice *choice, struct audio **audio)
{
	switch (choice->kind) {
	case AUDIO_FILE:
		return audio_file_open_in(choice, audio);
	case AUDIO_PORTAUDIO:
		return audio_portaudio_open_in(choice, audio);
	case AUDIO_TONE:
		*audio = audio_tone_new(choice);
		return 0;
	case AUDIO_NONE:
		*audio = audio_none_new(choice->channels);
		return 0;
	}
	return CAM_ERR_UNSUPPORTED;
}

int
audio_open_out(const struct audio_choice *choice, struct audio **audio)
{
	switch (choice->kind) {
	case AUDIO_FILE:
		return audio_file_open_out(choice, audio);
	case AUDIO_PORTAUDIO:
		return audio_portaudio_open_out(choice, audio);
	case AUDIO_NONE:
		*audio = audio_none_new(choice->channels);
		return 0;
	case AUDIO_TONE:
		break;
	}
	return CAM_ERR_UNSUPPORTED;
}

void
audio_close(struct audio *audio)
{
	if (audio != NULL)
		audio->ops->close(audio);
}
