# shellcheck shell=bash disable=SC2034,SC2154
# in real time
# limit: 300
# call.sh: calls between camd of this machine, with files and tones as devices.

# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

test_two_hear_each_other() {
	people anna bob
	speech anna 6 && speech bob 6
	calls anna bob --audio-in "$T/anna.wav" --audio-out "$T/anna.heard.wav"
	local anna=$! bob
	answers bob
	bob=$!
	await_call anna '.state == "active" and .direction == "out" and .members == ["bob@pc2"] and (.video | not)'
	await_call bob '.state == "active" and .direction == "in"'
	await 30 flows anna
	await 30 flows bob
	await 30 tells_its_rate anna
	json_last '.members[0].member == "bob@pc2" and .port >= 22224 and .port <= 22229' "$T/stats"
	expect 0 cam_as anna call hangup
	wait $anna && wait $bob
	await 10 no_call bob
	expect_heard anna bob
	expect_heard bob anna
	json_last '.type == "call.ended" and .reason == "hangup" and .exit == 0' "$T/anna.calls"
	# Nobody has to look at it, so it is not new.
	await_log bob '.call.direction == "in" and .call.duration_ms > 0 and (.unread | not)'
	await_log anna '.call.direction == "out" and .talk == ["bob@pc2"]'
}

# The first second has none yet.
tells_its_rate() { # NAME
	cam_as "$1" call stats --json >"$T/stats"
	json_last '.members[0].streams | any(.direction == "out" and .codec == "opus" and .bitrate > 8000)' "$T/stats"
}

test_interrupting_hangs_up() {
	people anna bob
	calls anna bob --audio-in tone --audio-out none
	local anna=$! bob
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in none --audio-out none
	bob=$!
	await_call anna '.state == "active"'
	kill -INT $anna
	wait $anna
	wait $bob
	await 10 no_call anna
}

test_what_becomes_of_it_is_the_exit() {
	local id
	# Long enough for bob to say that it rings, and twice waited for.
	RING_S=4 people anna bob carl
	expect 4 cam_as anna call bob --audio-in none --audio-out none
	expect_text "$ERR" 'bob@pc2 has not answered'
	await_log bob '.call.missed and .unread'
	expect_equal 1 "$(cam_as bob status --json | jq .unread)"
	expect_text "$(cam_as bob log)" '(missed call)'
	expect 0 cam_as bob config set call.accept never
	expect 6 cam_as anna call bob --audio-in none --audio-out none
	expect 3 cam_as anna call nobody
	expect 3 cam_as anna call answer
	expect 3 cam_as anna call hangup
	expect 2 cam_as anna call
	expect 2 cam_as anna call hangup --video
	expect 1 cam_as anna call bob --video --audio-in none --audio-out none
	expect_complaint camera
	stop bob
	expect 4 cam_as anna call bob --audio-in none --audio-out none
	expect_text "$ERR" 'cannot be reached'
	: >"$T/there.wav"
	expect 1 cam_as anna call carl --audio-out "$T/there.wav"
	expect_text "$ERR" 'there already'
}

test_who_declines_may_say_why() {
	people anna bob
	calls anna bob --audio-in none --audio-out none
	local anna=$!
	await_call bob '.state == "ringing"'
	expect 0 cam_as bob call decline in a meeting
	status=0
	wait $anna || status=$?
	expect_equal 6 "$status"
	json_last '.reason == "declined" and .text == "in a meeting"' "$T/anna.calls"
	await_log bob '.call.reason == "declined" and (.call.missed | not)'
}

test_calling_who_calls_answers() {
	people anna bob
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	calls bob anna --audio-in tone --audio-out none
	await_call anna '.state == "active"'
	expect_equal 1 "$(cam_as bob call ls | wc -l)"
	expect_equal 1 "$(cam_as anna call ls | wc -l)"
}

test_who_calls_each_other_has_one_call() {
	people anna bob
	cam_as anna send bob 'makes the link' >/dev/null
	calls anna bob --audio-in tone --audio-out none
	calls bob anna --audio-in tone --audio-out none
	await_call anna '.state == "active"'
	await_call bob '.state == "active"'
	expect_equal 1 "$(cam_as anna call ls | wc -l)"
	expect_equal 1 "$(cam_as bob call ls | wc -l)"
}

test_a_second_call_holds_the_first() {
	people anna bob carl
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none
	await_call anna '.state == "active"'
	calls carl bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none
	await_call carl '.state == "active"'
	await_call bob '.state == "held" and .members == ["anna@pc1"]'
	await_call anna '.parties[0].state == "held"'
	expect 0 cam_as bob call hold --off
	await_call bob '.state == "held" and .members == ["carl@pc3"]'
	await_call anna '.parties[0].state == "active"'
	expect 0 cam_as bob call mute
	await_call anna '.parties[0].muted'
}

test_three_hear_each_other_and_one_leaves() {
	people anna bob carl
	speech anna 25 && speech bob 25 && speech carl 25
	calls anna bob --audio-in "$T/anna.wav" --audio-out "$T/anna.heard.wav"
	answers bob
	await_call anna '.state == "active"'
	expect 0 cam_as bob call add carl
	answers carl
	for name in anna bob carl; do
		await_call "$name" '.members | length == 2'
		await_call "$name" 'all(.parties[]; .state == "active")'
	done
	await 30 flows carl
	await 30 flows anna
	# Who has begun it leaves; the others speak on.
	expect 0 cam_as anna call hangup
	await 10 no_call anna
	await_call bob '.members == ["carl@pc3"]'
	await 30 flows bob
	expect 0 cam_as bob call hangup
	await 10 no_call carl
	calls_end
	# For a while two were in each one's ear.
	expect_heard carl bob '.correlation > 0.5'
	expect_heard bob carl '.correlation > 0.5'
}

test_it_goes_on_when_the_media_process_dies() {
	local pid
	people anna bob
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none
	await_call anna '.state == "active"'
	await 30 flows anna
	pid=$(pgrep -P "${PID_OF[anna]}" cam-media)
	kill -KILL "$pid"
	is_another() { pid2=$(pgrep -P "${PID_OF[anna]}" cam-media) && [ "$pid2" != "$pid" ]; }
	await 10 is_another
	await 30 flows anna
	await_call bob '.state == "active"'
	kill -KILL "$(pgrep -P "${PID_OF[anna]}" cam-media)"
	await 10 no_call anna
	await 10 no_call bob
	calls_end
	json_last '.reason == "media" and .exit == 1' "$T/anna.calls"
	expect 0 cam_as anna status
}

test_a_camd_that_ends_says_goodbye() {
	people anna bob carl
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none
	await_call anna '.state == "active"'
	stop anna
	await 10 no_call bob
	start anna
	await_user bob "$(id_of anna)"
	# One that is killed cannot: it says so when it is back.
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in tone --audio-out none
	await_call bob '.state == "active"'
	kill_camd anna
	start anna
	await 40 no_call bob
}

test_what_is_no_device_is_refused_at_once() {
	people anna bob
	expect 2 cam_as anna call bob --audio-in tone:8001
	expect_text "$ERR" 'no tone of 1 to 8000 Hz'
	expect 2 cam_as anna call bob --video-in pattern:640
	expect_text "$ERR" "no pattern as 'pattern:640x360@15'"
	no_call anna
}

# All camd of one address have the same ports: with none left one is busy.
test_calls_share_the_ports() {
	of_media
	user anna "net.bind=$NET.1" media.ports=22224-22226
	user bob "net.bind=$NET.1" net.port=2426 "net.broadcast=$NET.1:2425 $NET.3:2425" media.ports=22224-22226
	user carl media.ports=22224-22226
	start anna && start bob && start carl
	meet anna bob && meet anna carl && meet bob carl
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	expect_equal '22224 22225' "$(for n in anna bob; do cam_as $n call ls --json; done | jq .port | sort | xargs)"
	calls bob carl --audio-in none --audio-out none
	await_call carl '.state == "ringing"'
	expect 6 cam_as carl call anna --audio-in none --audio-out none
	expect_text "$ERR" 'is busy'
}
