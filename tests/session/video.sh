# shellcheck shell=bash disable=SC2034,SC2154
# limit: 240
# video.sh: pictures in calls between camd of this machine: films, the pattern and a screen as devices.

# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

test_two_see_each_other() {
	people anna bob
	film anna 320 180 15 900
	film bob 320 180 15 900
	calls anna bob --video --audio-in tone --audio-out none --video-in "$T/anna.y4m" --video-out "$T/anna.seen.y4m"
	await_call bob '.state == "ringing" and .video'
	calls bob answer --audio-in tone --audio-out none --video-in "$T/bob.y4m" --video-out "$T/bob.seen.y4m"
	await_call anna '.state == "active" and .showing == "video" and .parties[0].video'
	await 30 sees anna 20
	await 30 sees bob 20
	tells_its_size bob
	expect 0 cam_as anna call hangup
	calls_end
	expect_seen anna bob
	expect_seen bob anna
}

tells_its_size() { # NAME
	cam_as "$1" call stats --json >"$T/stats"
	json_last '.members[0].streams[] | select(.kind == "video" and .direction == "in") | .width == 320 and .height == 180 and .fps > 0 and .codec == "vp9"' "$T/stats"
	json_last '.members[0].streams[] | select(.kind == "video" and .direction == "out") | .width == 320 and .bitrate > 0' "$T/stats"
}
