# shellcheck shell=bash disable=SC2034,SC2154
# in real time
# call_sound.sh: what a call sounds like when its devices change, when its media process dies, and in two channels.

# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

test_a_device_can_be_changed() {
	people anna bob
	speech anna 6
	calls anna bob --audio-in none --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in none --audio-out "$T/bob.heard.wav"
	await_call anna '.state == "active" and .audio_in == "none" and .audio_out == "none"'
	expect 0 cam_as anna call device --audio-in "$T/anna.wav"
	await_call anna '.audio_in == "file" and .audio_out == "none"'
	await 30 flows bob
	# What is no sound is not taken, and the one of before stays.
	echo 'no sound' >"$T/nothing.wav"
	expect 1 cam_as anna call device --audio-in "$T/nothing.wav"
	expect_text "$ERR" 'cannot be used'
	call_is anna '.audio_in == "file"'
	expect 1 cam_as anna call device --audio-out "$T/bob.heard.wav"
	expect_text "$ERR" 'there already'
	expect 2 cam_as anna call device
	# The whole of it has been played when so many packets have come after it.
	await 30 has_come bob 320
	expect 0 cam_as anna call hangup
	calls_end
	expect_heard anna bob
}

# One that began with files has shut itself off from all devices: another takes its place.
test_from_a_file_to_a_device() {
	local pid
	# ALSA's null device is there on any machine.
	printf 'pcm.!default { type null }\nctl.!default { type null }\n' >"$HOME/.asoundrc"
	people anna bob
	calls anna bob --audio-in none --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none
	await_call anna '.state == "active"'
	await 30 flows anna
	pid=$(pgrep -P "${PID_OF[anna]}" cam-media)
	expect 0 cam_as anna call device --audio-out default
	is_another() { pid2=$(pgrep -P "${PID_OF[anna]}" cam-media) && [ "$pid2" != "$pid" ]; }
	await 10 is_another
	await_call anna '.audio_out == "default" and .state == "active"'
	await 30 flows anna
	# It may still die once.
	kill -KILL "$pid2"
	pid=$pid2
	await 10 is_another
	await 30 flows anna
	expect 0 cam_as anna call device --audio-out none --audio-in tone
	await_call anna '.audio_out == "none" and .audio_in == "tone"'
	expect 0 cam_as anna call hangup
	calls_end
}

# What was heard before is not written over.
test_a_file_goes_on_when_the_media_process_dies() {
	local size
	people anna bob
	speech bob 20
	calls anna bob --audio-in none --audio-out "$T/anna.heard.wav"
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in "$T/bob.wav" --audio-out none
	await_call anna '.state == "active"'
	await 30 has_come anna 150
	kill -KILL "$(pgrep -P "${PID_OF[anna]}" cam-media)"
	size=$(stat -c %s "$T/anna.heard.wav")
	await 30 has_come anna 150
	expect 0 cam_as anna call hangup
	calls_end
	[ "$(stat -c %s "$T/anna.heard.wav")" -gt "$((size + 200000))" ] || fail 'nothing was written behind it'
	# Its beginning is what was said first: at the pace of the file, before the gap.
	head -c "$size" "$T/anna.heard.wav" >"$T/carl.heard.wav"
	expect_heard bob carl '.correlation > 0.3'
	python3 - "$T/anna.heard.wav" <<-'P'
		import sys, wave
		with wave.open(sys.argv[1]) as f:
		    frames = f.getnframes()
		    assert f.getnchannels() == 1
		import os
		assert abs(os.path.getsize(sys.argv[1]) - 44 - 2 * frames) == 0
	P
}

test_two_channels() {
	people anna bob
	python3 - "$T/anna.wav" <<-'P'
		import math, struct, sys, wave
		with wave.open(sys.argv[1], "wb") as f:
		    f.setnchannels(2)
		    f.setsampwidth(2)
		    f.setframerate(48000)
		    for i in range(48000 * 6):
		        f.writeframesraw(struct.pack("<hh", int(8000 * math.sin(i * 2 * math.pi * 500 / 48000)),
		            int(8000 * math.sin(i * 2 * math.pi * 1500 / 48000))))
	P
	calls anna bob --stereo --audio-in "$T/anna.wav" --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --stereo --audio-in none --audio-out "$T/bob.heard.wav"
	await_call anna '.state == "active"'
	await 30 has_come bob 200
	expect 0 cam_as anna call hangup
	calls_end
	python3 - "$T/bob.heard.wav" >"$T/apart" <<-'P'
		import json, math, struct, sys, wave
		with wave.open(sys.argv[1]) as f:
		    assert f.getnchannels() == 2, f.getnchannels()
		    f.readframes(48000 * 2)
		    pcm = struct.unpack("<96000h", f.readframes(48000))
		def at(side, hz):
		    angle = 2 * math.pi * hz / 48000
		    samples = pcm[side::2]
		    return math.hypot(sum(s * math.sin(i * angle) for i, s in enumerate(samples)),
		        sum(s * math.cos(i * angle) for i, s in enumerate(samples)))
		print(json.dumps(at(0, 500) > 5 * at(0, 1500) and at(1, 1500) > 5 * at(1, 500)))
	P
	expect_measured "$(cat "$T/apart")" .
}
