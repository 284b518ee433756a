# shellcheck shell=bash disable=SC2034,SC2154
# in real time
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
	await 30 watches anna 20
	await 30 watches bob 20
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

test_a_camera_is_turned_on_and_off_while_they_speak() {
	people anna bob
	film anna 320 180 15 900
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing" and (.video | not)'
	calls bob answer --audio-in tone --audio-out none --video-out "$T/bob.seen.y4m"
	await_call anna '.state == "active" and .showing == "none"'
	await 30 flows bob
	# Nothing is sent, and nothing is told of it.
	expect_json "$(cam_as bob call stats --json)" 'all(.members[].streams[]; .kind == "audio")'
	expect 0 cam_as anna call video --video-in "$T/anna.y4m"
	await_call bob '.video and .parties[0].video'
	await 30 watches bob 10
	expect 0 cam_as anna call video --off
	await_call bob '.parties[0].video | not'
	await_call anna '.showing == "none" and .state == "active"'
	expect 1 cam_as anna call video --video-in "$T/none.y4m"
	expect 0 cam_as anna call video --video-in "$T/anna.y4m"
	await_call bob '.parties[0].video'
	# What is no film is said, and is not the end of the call.
	expect 0 cam_as anna call video --video-in "$TEST_TOP/README.md"
	await_call bob '.parties[0].video | not'
	await_call anna '.showing == "none" and .state == "active"'
	# So is the end of one.
	film short 320 180 15 30
	expect 0 cam_as anna call video --video-in "$T/short.y4m"
	await_call anna '.showing == "none"'
	await_call bob '.parties[0].video | not'
	expect 0 cam_as anna call hangup
	calls_end
	expect_measured "$("$TEST_BUILD/tools/seen" "$T/anna.y4m" "$T/bob.seen.y4m")" '.readable >= 10 and .ssim > 0.9'
}

# Of three one leaves: the others have new keys, and go on seeing each other. Of two one's media
# process is killed: another takes its place, and its film begins anew.
test_who_leaves_takes_no_key_along_and_who_dies_is_replaced() {
	local pid
	people anna bob carl
	film anna 320 180 10 900
	calls anna bob --video --audio-in tone --audio-out none --video-in "$T/anna.y4m"
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none --video-in pattern:320x180@10
	await_call anna '.state == "active"'
	expect 0 cam_as anna call add carl
	await_call carl '.state == "ringing"'
	calls carl answer --audio-in tone --audio-out none --video-in pattern:320x180@10
	for name in anna bob carl; do
		await_call "$name" '(.members | length == 2) and all(.parties[]; .state == "active" and .video)'
		await 30 watches "$name" 5
	done
	expect 0 cam_as carl call hangup
	await_call anna '.members == ["bob@pc2"]'
	# Their counts begin anew with their keys.
	await 30 watches anna 10
	await 30 watches bob 10
	pid=$(pgrep -P "${PID_OF[anna]}" cam-media)
	kill -SEGV "$pid"
	await_call anna '.media == 2 and .state == "active"'
	await 30 watches bob 10
	await 30 watches anna 10
	expect 0 cam_as anna call hangup
	calls_end
}

on_display() { # an X server without a screen, in DISPLAY
	command -v Xvfb >/dev/null || skip 'there is no Xvfb'
	mkfifo "$T/display"
	Xvfb -displayfd 3 -screen 0 1280x720x24 -nolisten tcp -br 3>"$T/display" >/dev/null 2>&1 &
	XVFB=$!
	DISPLAY=:$(head -1 "$T/display")
	export DISPLAY SDL_VIDEODRIVER=x11 SDL_RENDER_DRIVER=software
}

# She sees him in a window, and shares the screen it is on: he sees himself.
test_a_screen_is_shared_and_a_window_shows() {
	people anna bob
	on_display
	film bob 640 360 10 900
	# SDL leaves behind what it has of D-Bus.
	ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" calls anna bob --screen --window --audio-in tone --audio-out none
	await_call bob '.state == "ringing" and .screen and (.video | not)'
	calls bob answer --audio-in tone --audio-out none --video-in "$T/bob.y4m" --video-out "$T/bob.seen.y4m"
	await_call bob '.parties[0].screen'
	await_call anna '.showing == "screen" and .parties[0].video'
	await 30 watches anna 5
	await 30 watches bob 60
	expect 0 cam_as anna call screen --off
	await_call bob '.parties[0].screen | not'
	expect 1 env DISPLAY=:9999 "$TEST_BUILD/cam" --home "$T/anna" call screen
	expect_complaint display
	expect 0 cam_as anna call hangup
	calls_end
	kill $XVFB
	expect_seen bob bob '.readable >= 5 and .ssim > 0.8'
}

# In the terminal: pictures as cells while there are some, and the terminal again when it is over.
test_pictures_are_seen_in_the_terminal() {
	people anna bob
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	CAM_HOME="$T/bob" COLORTERM=truecolor python3 "$TEST_TOP/tests/media/onterminal.py" 1049h ▀ 1049l 1049h ▀ q \
		-- "$TEST_BUILD/cam" call answer --audio-in tone --audio-out none >"$T/terminal" &
	local terminal=$!
	await_call anna '.state == "active"'
	expect 0 cam_as anna call video --video-in pattern:320x180@10
	await 30 grep -q ▀ "$T/terminal.seen"
	expect 0 cam_as anna call video --off
	await 30 grep -q 1049l "$T/terminal.seen"
	expect 0 cam_as anna call video --video-in pattern:320x180@10
	wait $terminal
	await 10 no_call anna
	calls_end
}
