# shellcheck shell=bash disable=SC2034,SC2154
# in real time
# call_devices.sh: microphones and loudspeakers of calls, as ALSA has them where there is no sound card.

# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

# A sound server with a loudspeaker that keeps time and lets nobody hear.
server() { # NAME
	command -v pulseaudio >/dev/null || skip 'pulseaudio is not installed'
	XDG_RUNTIME_DIR=$T pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --high-priority=no \
		--realtime=no -L "module-native-protocol-unix auth-anonymous=1 socket=$T/$1.socket" \
		-L 'module-null-sink sink_name=loudspeaker' >"$T/$1.log" 2>&1 &
	SERVER=$!
	await 20 test -S "$T/$1.socket"
}

devices() { # LINE...: all there is to ALSA, beside those of the servers "one" and "another"
	local name
	for name in one another; do
		printf 'pcm.%s { type pulse server "unix:%s" hint.description %s }\n' "$name" "$T/$name.socket" "$name"
	done >"$HOME/.asoundrc"
	printf '%s\n' 'ctl.!default { type null }' "$@" >>"$HOME/.asoundrc"
}

call_of_two() { # OPTIONS of who answers
	people anna bob
	calls anna bob --audio-in "$T/anna.wav" --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in none "$@"
	await_call anna '.state == "active"'
}

test_what_is_said_comes_out_of_a_loudspeaker() {
	of_media
	# The one folder in which its sandbox lets it write.
	SPOKEN=$(mktemp -u -p /dev/shm cam-test.XXXXXX)
	server one
	devices 'pcm.!default { type file file "'"$SPOKEN"'" format wav slave.pcm one }'
	speech anna 12
	call_of_two --audio-out default
	await 60 has_come bob 600
	call_is bob '.audio_out == "default"'
	expect 0 cam_as anna call hangup
	calls_end
	mv "$SPOKEN" "$T/bob.heard.wav"
	# Its first seconds are those in which the server begins to play.
	expect_heard anna bob '.heard_ms > 2000'
	[ ! -s "$T/bob.err" ] || ! grep -E 'ALSA|jack|Jack|Expression' "$T/bob.err" || fail 'libraries write to the terminal'
	kill "$SERVER"
}

test_a_loudspeaker_that_goes_and_one_that_comes() {
	of_media
	server one
	devices 'pcm.!default one'
	speech anna 40
	call_of_two --audio-out device:one
	await 30 has_come bob 200
	call_is bob '.audio_out == "one"'
	kill "$SERVER"
	# Neither is the system's own there any more.
	await_call bob '.audio_out == "none" and .audio_out_missing == "one" and .state == "active"'
	refuse_listed another
	server another
	expect 0 cam_as bob call devices --json
	json_last '.out | index("another")' <(echo "$OUT")
	expect 0 cam_as bob call device --audio-out device:another
	await_call bob '.audio_out == "another" and .state == "active"'
	expect 0 cam_as anna call hangup
	calls_end
	kill "$SERVER"
}

test_a_loudspeaker_that_goes_is_used_again_when_it_is_back() {
	of_media
	server another
	SYSTEM=$SERVER
	server one
	devices 'pcm.!default another'
	speech anna 40
	call_of_two --audio-out device:one
	await 30 has_come bob 200
	kill "$SERVER"
	# The system's own is in its place.
	await_call bob '.audio_out == "default" and .audio_out_missing == "one"'
	server one
	await_call bob '.audio_out == "one" and .audio_out_missing == null and .state == "active"'
	await 30 flows bob
	expect 0 cam_as anna call hangup
	calls_end
	grep -q '"audio_out_missing":"one"' "$T/bob.calls" || fail 'who stays with the call is not told'
	kill "$SERVER" "$SYSTEM"
}

refuse_listed() { # NAME
	expect 1 cam_as bob call device --audio-out "device:$1"
	expect_text "$ERR" 'cannot be used'
}
