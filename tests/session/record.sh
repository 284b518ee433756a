# shellcheck shell=bash disable=SC2034,SC2154
# in real time
# limit: 300
# record.sh: calls recorded into files that other programs read.

# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

of_record() {
	of_media
	[ -x "$TEST_BUILD/cam-record" ] || skip 'cam-record is not built'
	command -v ffmpeg >/dev/null || skip 'ffmpeg is not installed'
}

# Anna speaks with Bob; both have something to say.
a_call() {
	people anna bob
	speech anna 60 && speech bob 60
	calls anna bob --audio-in "$T/anna.wav" --audio-out "$T/anna.heard.wav"
	answers bob
	await_call anna '.state == "active"'
	await 30 flows anna
	await 30 flows bob
}

records() { # NAME WHO...: those WHO record, as NAME knows
	local name=$1 wanted
	shift
	wanted=$(printf '%s\n' "$@" | jq -Rnc '[inputs | select(. != "")] | sort')
	call_is "$name" "(.recording | sort) == $wanted"
}

played_ms() { # FILE: how long it can be played
	ffprobe -v error -show_entries packet=pts_time -of csv=p=0 "$1" | tail -n 1 | awk -F, '{ printf "%d\n", $1 * 1000 }'
}

lasts() { # FILE MS
	[ "$(played_ms "$1")" -ge "$2" ]
}

decodes() { # FILE WAV: without a word of complaint
	run ffmpeg -nostdin -v error -i "$1" -ar 48000 -ac 1 -c:a pcm_s16le "$2"
	expect_equal 0 "$status"
	expect_equal '' "$ERR"
}

is_one_opus_track() { # FILE
	expect_json "$(ffprobe -v error -show_format -show_streams -of json "$1")" \
		'.format.format_name == "matroska,webm" and (.streams | length == 1) and
		(.streams[0] | .codec_name == "opus" and .sample_rate == "48000" and .channels == 1)'
}

holds() { # WAV NAME [FILTER]: that NAME said it
	expect_measured "$("$TEST_BUILD/tools/heard" "$T/$2.wav" "$1")" "${3:-.correlation > 0.7 and .gap_ms <= 240} and .heard_ms > 1000"
}

# Beside another, who is about as loud.
holds_beside() { # WAV NAME
	holds "$1" "$2" '.correlation > 0.45'
}

test_everybody_is_in_the_file_and_is_told() {
	of_record
	a_call
	expect 0 cam_as anna call record "$T/talk.webm"
	expect_text "$OUT" 'everybody is told'
	await 10 records anna anna@pc1
	await 10 records bob anna@pc1
	expect_text "$(cam_as bob call ls)" 'active, recorded'
	expect_equal 600 "$(stat -c %a "$T/talk.webm")"
	await 30 lasts "$T/talk.webm" 4000
	expect 2 cam_as anna call record "$T/again.webm"
	expect_complaint already
	# The file is whole when this returns, and the call goes on.
	expect 0 cam_as anna call record --stop
	await 10 records bob
	is_one_opus_track "$T/talk.webm"
	decodes "$T/talk.webm" "$T/talk.wav"
	holds_beside "$T/talk.wav" anna
	holds_beside "$T/talk.wav" bob
	expect 2 cam_as anna call record --stop
	expect 0 cam_as anna call hangup
	calls_end
	json_last '.type == "call.ended" and .recording_error == null and .recording == []' "$T/anna.calls"
	await_log anna '.call.recorded and .call.duration_ms > 0'
	await_log bob '.call.recorded'
	expect_text "$(cam_as bob log)" '(call, recorded, '
}

# Two record at once what only one of them says.
test_one_is_heard_in_ones_own_file_and_in_anothers() {
	of_record
	a_call
	expect 0 cam_as anna call mute
	expect 0 cam_as anna call record "$T/anna.mka"
	expect 0 cam_as bob call record "$T/bob.mkv"
	await 10 records anna anna@pc1 bob@pc2
	await 10 records bob anna@pc1 bob@pc2
	await 30 lasts "$T/anna.mka" 4000
	await 30 lasts "$T/bob.mkv" 4000
	# The end of a call makes a file whole, too.
	expect 0 cam_as anna call record --stop
	expect 0 cam_as anna call hangup
	calls_end
	decodes "$T/anna.mka" "$T/there.wav"
	decodes "$T/bob.mkv" "$T/own.wav"
	holds "$T/there.wav" bob
	holds "$T/own.wav" bob
}

# Those who stay with the call read it.
test_it_is_said_where_a_call_is_followed() {
	of_record
	people anna bob
	in_background bob "$T/bob.words" call anna --audio-in tone --audio-out none
	await_call anna '.state == "ringing"'
	calls anna answer --audio-in tone --audio-out none
	await 30 flows bob
	expect 0 cam_as anna call record "$T/talk.mkv"
	await 10 grep -q 'anna@pc1 records this call' "$T/bob.words"
	expect 0 cam_as anna call record --stop
	await 10 grep -q 'anna@pc1 records it no more' "$T/bob.words"
}

test_what_is_there_is_not_written_over() {
	of_record
	a_call
	echo mine >"$T/mine.webm"
	ln -s "$T/nowhere.webm" "$T/link.webm"
	ln -s "$T/mine.webm" "$T/other.webm"
	mkfifo "$T/pipe.webm"
	mkdir "$T/folder.webm"
	local path
	for path in mine link other pipe folder; do
		expect 1 cam_as anna call record "$T/$path.webm"
		expect_complaint 'there already'
	done
	expect_equal mine "$(cat "$T/mine.webm")"
	[ ! -e "$T/nowhere.webm" ]
	expect 1 cam_as anna call record "$T/missing/talk.webm"
	expect_complaint 'No such file'
	expect 2 cam_as anna call record "$T/talk.mp3"
	expect_complaint '.webm'
	expect 2 cam_as anna call record "$T/.webm/talk"
	expect 2 cam_as anna rpc call.record '{"path":"talk.webm"}'
	expect 2 cam_as anna call record
	expect 3 cam_as anna call record --id ffff "$T/talk.webm"
	records anna
	[ ! -e "$T/talk.webm" ]
}

test_a_recording_outlives_its_media_process() {
	of_record
	a_call
	expect 0 cam_as anna call record "$T/talk.webm"
	await 30 lasts "$T/talk.webm" 3000
	kill -KILL "$(pgrep -P "${PID_OF[anna]}" cam-media)"
	await 10 records anna
	await 10 records bob
	await 10 json_last '.recording_error == "failed"' "$T/anna.calls"
	decodes "$T/talk.webm" "$T/talk.wav"
	holds_beside "$T/talk.wav" anna
	holds_beside "$T/talk.wav" bob
	# The call goes on, and another file can be begun.
	await 30 flows anna
	expect 0 cam_as anna call record "$T/more.webm"
	await 30 lasts "$T/more.webm" 1000
}

test_a_recorder_that_is_killed_leaves_what_can_be_played() {
	of_record
	a_call
	expect 0 cam_as anna call record "$T/talk.webm"
	await 30 lasts "$T/talk.webm" 4000
	kill -KILL "$(pgrep -P "${PID_OF[anna]}" cam-record)"
	await 10 records anna
	run ffmpeg -nostdin -v fatal -i "$T/talk.webm" -ar 48000 -ac 1 -c:a pcm_s16le "$T/talk.wav"
	expect_equal 0 "$status"
	holds_beside "$T/talk.wav" anna
	await 30 flows anna
}

test_a_full_disk_ends_only_the_recording() {
	of_record
	[ -n "${TEST_SANDBOX:-}" ] || skip 'no file system can be mounted here'
	mkdir "$T/small"
	mount -t tmpfs -o size=32k tmpfs "$T/small" || skip 'no file system can be mounted here'
	a_call
	expect 0 cam_as anna call record "$T/small/talk.webm"
	# It may be over before anybody asks.
	await 60 json_all 'any(.[]; .recording == ["anna@pc1"])' "$T/bob.calls"
	await 60 records anna
	await 10 records bob
	await 10 json_last '.recording_error == "full"' "$T/anna.calls"
	call_is anna '.state == "active"'
	# What was written can be played.
	lasts "$T/small/talk.webm" 1000
	umount "$T/small"
}

# Both films, and whoever speaks: one file.
test_pictures_are_in_the_file_as_they_came() {
	of_record
	local n
	people anna bob
	film anna 320 180 15 900
	film bob 320 180 15 900
	calls anna bob --video --audio-in tone --audio-out none --video-in "$T/anna.y4m" --video-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none --video-in "$T/bob.y4m" --video-out none
	await_call anna '.state == "active"'
	await 60 watches anna 20
	await 60 watches bob 20
	expect 0 cam_as anna call record "$T/talk.webm"
	await 60 lasts "$T/talk.webm" 5000
	# Without pictures where only sound is wanted.
	expect 0 cam_as bob call record "$T/talk.mka"
	await 60 lasts "$T/talk.mka" 1000
	expect 0 cam_as anna call record --stop
	expect 0 cam_as anna call hangup
	calls_end
	is_one_opus_track "$T/talk.mka"
	expect_json "$(ffprobe -v error -show_streams -of json "$T/talk.webm")" \
		'[.streams[].codec_name] == ["opus", "vp9", "vp9"] and all(.streams[1:][]; .width * 9 == .height * 16)'
	for n in 0 1; do
		run ffmpeg -nostdin -v error -i "$T/talk.webm" -map "0:v:$n" -fps_mode passthrough -f yuv4mpegpipe "$T/$n.seen.y4m"
		expect_equal 0 "$status"
		expect_equal '' "$ERR"
	done
	# One's own first, then the other's.
	expect_seen anna 0
	expect_seen bob 1
}

# What a cam-media that others have taken over might send.
piece() { # KIND TRACK CODEC KEY WIDTH HEIGHT LEN TIME_US [HEX]: all numbers
	printf '%02x%02x%02x%02x%04x%04x%08x%016x%s' "${@:1:8}" "${9:-}"
}

writes() { # EXIT FILE HEX: cam-record, sent that, ends with EXIT
	rm -f "$2"
	run bash -c 'xxd -r -p <<<"$1" | "$2/cam-record" webm 3<&0 4<>"$3"' _ "$3" "$TEST_BUILD" "$2"
	expect_equal "$1" "$status"
}

test_cam_record_takes_only_what_makes_sense() {
	of_record
	local track frame i many
	track=$(piece 0 0 0 1 0 0 0 0)
	# Opus: a frame of silence.
	frame=$(piece 1 0 0 1 0 0 3 20000 f8fffe)
	writes 0 "$T/a.webm" "$track$frame"
	expect_equal opus "$(ffprobe -v error -show_entries stream=codec_name -of default=nk=1:nw=1 "$T/a.webm")"
	writes 0 "$T/a.webm" ''
	writes 0 "$T/a.webm" "$track${frame:0:30}"
	writes 1 "$T/a.webm" "$frame"
	writes 1 "$T/a.webm" "$track$track"
	writes 1 "$T/a.webm" "$track$frame$(piece 0 1 1 0 640 480 0 0)"
	writes 1 "$T/a.webm" "$track$(piece 1 3 0 1 0 0 3 0 f8fffe)"
	writes 1 "$T/a.webm" "$(piece 0 0 9 0 0 0 0 0)"
	writes 1 "$T/a.webm" "$track$(piece 1 0 0 1 0 0 4294967295 0)"
	# Times that go back are put right.
	writes 0 "$T/a.webm" "$track$frame$frame$(piece 1 0 0 1 0 0 3 0 f8fffe)$(piece 1 0 0 1 0 0 3 90071992547409920 f8fffe)"
	# A file that may not grow.
	many=$track
	for i in $(seq 400); do many+=$(piece 1 0 0 1 0 0 3 $((i * 20000)) f8fffe); done
	writes 0 "$T/a.webm" "$many"
	run bash -c 'ulimit -f 2; xxd -r -p <<<"$1" | "$2/cam-record" webm 3<&0 4<>"$3"' _ "$many" "$TEST_BUILD" "$T/b.webm"
	expect_equal 3 "$status"
	lasts "$T/b.webm" 1000
	expect 2 "$TEST_BUILD/cam-record" mp4
	expect 2 "$TEST_BUILD/cam-record"
}

test_without_cam_record_it_is_refused() {
	of_media
	mkdir "$T/programs"
	cp "$TEST_BUILD/camd" "$TEST_BUILD/cam-media" "$T/programs"
	CAMD=("$T/programs/camd")
	people anna bob
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in none --audio-out none
	await_call anna '.state == "active"'
	expect 6 cam_as anna call record "$T/talk.webm"
	expect_complaint 'not built in'
	[ ! -e "$T/talk.webm" ]
	call_is anna '.recording == []'
}

test_the_version_says_whether_calls_can_be_recorded() {
	of_media
	local has=false
	[ ! -x "$TEST_BUILD/cam-record" ] || has=true
	expect 0 cam version --json
	expect_json "$OUT" "(.libraries | has(\"libavformat\")) == $has"
}
