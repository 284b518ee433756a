/* speech_webrtc.cc: speech by webrtc-audio-processing, which has no interface
 * but one of C++. */
#include <string.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>
#include <webrtc/modules/interface/module_common_types.h>

#include "config.h"
#include "media/speech_parts.h"

namespace {

enum {
	PART = SPEECH_RATE / 100, /* samples: it takes 10 ms at a time */
	DELAY_MS = 20,		  /* to begin with: it finds out by itself */
	GAIN_BELOW_DB = 9,	  /* full scale */
	GAIN_MAX_DB = 24,
};

struct engine {
	webrtc::AudioProcessing *processing;
	bool echo;
};

void *
make(bool echo, bool noise, bool gain)
{
	webrtc::Config config;
	engine *made = new engine;
	webrtc::AudioProcessing *processing = NULL;

	config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
	config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
	processing = webrtc::AudioProcessing::Create(config);
	processing->high_pass_filter()->Enable(true);
	processing->echo_cancellation()->Enable(echo);
	processing->noise_suppression()->set_level(
	    webrtc::NoiseSuppression::kModerate);
	processing->noise_suppression()->Enable(noise);
	processing->gain_control()->set_mode(
	    webrtc::GainControl::kAdaptiveDigital);
	processing->gain_control()->set_target_level_dbfs(GAIN_BELOW_DB);
	processing->gain_control()->set_compression_gain_db(GAIN_MAX_DB);
	processing->gain_control()->Enable(gain);
	made->processing = processing;
	made->echo = echo;
	return made;
}

void
finish(void *arg)
{
	engine *mine = static_cast<engine *>(arg);

	delete mine->processing;
	delete mine;
}

void
fill(webrtc::AudioFrame *frame, const int16_t *pcm)
{
	frame->UpdateFrame(0, 0, pcm, PART, SPEECH_RATE,
	    webrtc::AudioFrame::kNormalSpeech, webrtc::AudioFrame::kVadUnknown);
}

void
clean(void *arg, const int16_t *heard, int16_t *pcm)
{
	engine *mine = static_cast<engine *>(arg);
	webrtc::AudioFrame frame;

	for (size_t at = 0; at < SPEECH_FRAME; at += PART) {
		if (mine->echo) {
			fill(&frame, heard + at);
			mine->processing->ProcessReverseStream(&frame);
			mine->processing->set_stream_delay_ms(DELAY_MS);
		}
		fill(&frame, pcm + at);
		if (mine->processing->ProcessStream(&frame) == 0)
			memcpy(pcm + at, frame.data_, PART * sizeof pcm[0]);
	}
}

} // namespace

const struct speech_ops speech_webrtc = { make, finish, clean };
