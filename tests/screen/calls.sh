# shellcheck shell=bash disable=SC2034,SC2154
# calls.sh: calls on the screen: what rings, the row above the status line, keys and commands.
# limit: 180
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"
# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

# Who answers on a screen is silent, who calls by the command a tone; nobody hears it.
callers() { # [KEY=VALUE]...: anna and bob
	of_media
	user anna media.audio_in=none media.audio_out=none "$@"
	user bob media.audio_in=none media.audio_out=none "$@"
	start anna && start bob
	meet anna bob
}

rings() { # NAME WHO
	calls "$1" "$2" --audio-in tone --audio-out none
}

test_a_call_rings_is_taken_by_a_key_and_ends() {
	callers
	open_screen anna
	sees anna '● Bob'
	rings bob anna
	sees anna 'Bob calls  C-x a answers  C-x r declines  C-x i says why'
	await "$SCREEN_SECONDS" title_is anna 'cam: Bob calls'
	keys anna C-x a
	sees anna 'In call with Bob  0:0' 'Bob ▮' 'you ▯'
	await_call bob '.state == "active"'
	sees anna '0:02' '% lost,'
	# It is written to him as before.
	keys anna 'do you hear me?' Enter
	await_log bob '.text == "do you hear me?"'
	keys anna C-x h
	sees_not anna 'In call'
	sees anna '(call, 0:0' 'ended after'
	calls_end
	json_last '.reason == "hangup" and .exit == 0' "$T/bob.calls"
	keys anna '/quit' Enter
	ended anna
}

title_is() { # NAME TITLE
	[ "$(on_tmux "$1" display-message -p -t s '#{pane_title}')" = "$2" ]
}

test_who_is_in_the_talk_is_called_muted_and_held() {
	callers
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna C-x h
	sees anna 'there is no call'
	keys anna C-x t
	sees anna 'Ringing at Bob'
	cam_as bob call answer --detach --audio-in tone --audio-out none >/dev/null
	sees anna 'In call with Bob'
	keys anna '/mute' Enter
	sees anna 'In call with Bob' 'muted'
	await_call bob '.parties[0].muted'
	keys anna C-x m
	sees_not anna 'muted'
	await_call bob '.parties[0].muted | not'
	keys anna C-x o
	sees anna 'On hold: Bob' 'C-x o goes on'
	await_call bob '.parties[0].state == "held"'
	keys anna '/hold off' Enter
	sees anna 'In call with Bob'
	cam_as bob call mute >/dev/null
	sees anna 'Bob is muted'
	cam_as bob call hold >/dev/null
	sees anna 'Bob holds'
	cam_as bob call hangup >/dev/null
	sees_not anna 'In call'
	# Without a call it is the talk that is muted.
	keys anna '/mute' Enter
	sees anna 'you are told of nothing that is written here'
}

test_of_two_screens_one_answers() {
	callers
	open_screen anna
	ln -s anna "$T/again"
	open_screen again
	sees anna '● Bob'
	sees again '● Bob'
	rings bob anna
	sees anna 'Bob calls'
	sees again 'Bob calls'
	keys again '/answer' Enter
	sees again 'In call with Bob'
	sees anna 'In call with Bob'
	sees_not anna 'C-x a answers'
	keys anna '/hangup' Enter
	sees_not again 'In call'
	sees again 'ended after'
}

test_who_declines_says_why() {
	callers
	open_screen anna
	open_screen bob
	keys bob '/call anna' Enter
	sees anna 'Bob calls'
	sees bob 'Ringing at Anna'
	keys anna C-x i
	sees anna '> /decline'
	keys anna 'in a meeting' Enter
	sees anna 'declined: Bob'
	sees bob 'Anna has declined: in a meeting'
	sees_not bob 'Ringing'
}

test_what_is_missed_counts_as_unread() {
	callers call.ring_s=2
	open_screen anna
	keys anna C-x q
	sees anna 'do not disturb'
	await 20 is_undisturbed anna
	on_tmux anna pipe-pane -t s
	on_tmux anna pipe-pane -t s "cat >$(printf %q "$T/bytes")"
	cam_as bob call anna >/dev/null 2>&1 || true
	sees anna 'missed call from Bob'
	keys anna x BSpace
	sees anna '2:Bob(1)'
	! grep -qa $'\a' "$T/bytes" || fail 'it rang nevertheless'
	keys anna '/dnd off' Enter
	await 20 is_disturbed anna
	cam_as bob call anna >/dev/null 2>&1 || true
	keys anna x BSpace
	sees anna '2:Bob(2)'
	await 20 grep -qa $'\a' "$T/bytes"
	keys anna M-a
	sees anna 'Bob: (missed call)'
}

is_undisturbed() { # NAME
	cam_as "$1" rpc attention.get | json_last '.notify == "none"'
}
is_disturbed() { # NAME
	cam_as "$1" rpc attention.get | json_last '.notify == "default"'
}

test_a_muted_talk_rings_and_who_does_not_look_is_told() {
	callers
	SCREEN_ENV='DBUS_SESSION_BUS_ADDRESS= TMUX=' open_screen anna
	sees anna '● Bob'
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna '/mute' Enter
	sees anna 'you are told of nothing that is written here'
	on_tmux anna pipe-pane -t s
	on_tmux anna pipe-pane -t s "cat >$(printf %q "$T/bytes")"
	# The terminal has lost the focus.
	on_tmux anna send-keys -t s -H 1b 5b 4f
	rings bob anna
	await 20 grep -qaF $'\e]9;Bob calls: it rings\a' "$T/bytes"
}

test_forty_columns() {
	callers
	open_screen anna 40 12
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	rings bob anna
	sees anna 'Bob calls  C-x a answers'
	keys anna C-x a
	sees anna 'In call with Bob  0:0' 'Bob ▮'
	keys anna C-x m
	sees anna 'muted'
	await 20 stands_above_the_status anna
	# A screen that is too low shows the talk alone.
	resize anna 40 7
	sees_not anna 'In call'
	resize anna 40 12
	sees anna 'In call with Bob  0:'
}

stands_above_the_status() { # NAME
	capture "$1" | sed -n 10p | grep -q 'In call with Bob  0:.*  muted'
}

test_japanese_names() {
	catalogues
	of_media
	user anna media.audio_in=none media.audio_out=none
	user hana 'user.nick=花子' media.audio_in=none media.audio_out=none
	start anna && start hana
	meet anna hana
	SCREEN_GREETING='cam へようこそ' SCREEN_ENV='LC_ALL=ja_JP.UTF-8' open_screen anna 40 12
	rings hana anna
	sees anna '花子' 'C-x a'
	keys anna C-x a
	sees anna '花子 と通話中  0:0' '花子 ▮'
}

test_lines_say_what_becomes_of_a_call() {
	callers
	SCREEN_ENV='TERM=dumb' open_screen anna
	sees anna 'connected to camd'
	rings bob anna
	sees anna 'Bob calls' '/answer takes the call, /decline TEXT does not'
	keys anna '/answer' Enter
	sees anna 'in call with Bob'
	keys anna '/mute' Enter
	sees anna 'you are muted for Bob'
	cam_as bob call mute >/dev/null
	sees anna 'Bob is muted'
	keys anna '/hangup' Enter
	sees anna 'Bob: ended after'
}

test_the_view_of_calls_tells_how_it_is_heard() {
	callers
	open_screen anna
	keys anna F9
	sees anna 'There is no call'
	keys anna '/call bob' Enter
	await_call bob '.state == "ringing"'
	cam_as bob call answer --detach --audio-in tone --audio-out none >/dev/null
	sees anna 'Bob: in call' '(bob@pc2)' 'sound from us: opus' 'kbit/s' 'round trip'
	cam_as bob call hangup >/dev/null
	sees anna 'There is no call'
}

test_a_screen_that_comes_in_the_middle_knows_the_call() {
	callers
	rings bob anna
	await_call anna '.state == "ringing"'
	cam_as anna call answer --detach >/dev/null
	open_screen anna
	sees anna 'In call with Bob'
	# Without camd there is no call, and a new one knows none.
	kill_camd anna
	sees_not anna 'In call'
	start anna
	await 40 connected_again anna
	keys anna '/call bob' Enter
	sees anna 'Ringing at Bob'
}

connected_again() { # NAME
	[ "$(capture "$1" | grep -c 'connected to camd')" -ge 2 ]
}

test_pictures_take_the_place_of_the_screen() {
	callers
	[ -x "$TEST_BUILD/cam-view" ] || skip 'cam-view is not built'
	SCREEN_ENV='DISPLAY= WAYLAND_DISPLAY=' open_screen anna
	keys anna C-x v
	sees anna 'nobody shows anything'
	calls bob anna --audio-in none --audio-out none --video-in pattern
	sees anna 'Bob calls with video'
	keys anna C-x a
	sees anna 'Video call with Bob' 'C-x v shows pictures'
	refute_camera anna
	keys anna C-x v
	sees anna '▀'
	sees_not anna 'Video call with Bob'
	# The call goes on, and so does what is written.
	cam_as bob send anna 'do you see me?' >/dev/null
	keys anna q
	sees anna 'Video call with Bob' 'C-x v shows pictures'
	call_is anna '.state == "active"' || fail 'the call has ended'
	keys anna M-a
	sees anna 'do you see me?'
	keys anna C-x v
	sees anna '▀'
	# Where the call ends the screen is there again.
	cam_as bob call hangup >/dev/null
	sees anna '(video call, 0:' 'do you see me?'
	keys anna '/quit' Enter
	ended anna
}

refute_camera() { # NAME: nobody is seen who has not said so
	call_is "$1" '.showing == "none"' || fail "$1 is seen"
}

test_devices_are_chosen_in_the_middle_of_a_call() {
	callers
	open_screen anna
	keys anna '/devices' Enter
	sees anna 'devices' '* microphone' "the system's own"
	keys anna Escape '/talk bob' Enter
	calls bob anna --audio-in none --audio-out none
	sees anna 'Bob calls'
	keys anna C-x a
	sees anna 'In call with Bob'
	expect 0 cam_as anna call device --audio-in tone
	# What anna sends now is a tone: bob hears one.
	await 30 is_loud bob
	keys anna '/push-to-talk' Enter
	sees anna 'silent'
	await 30 is_quiet bob
	keys anna F12
	sees anna 'you speak'
	sees anna 'silent'
	expect 0 cam_as anna call talk on
	sees anna 'you speak'
	await 30 is_loud bob
	keys anna '/push-to-talk off' Enter
	sees_not anna 'you speak'
}

level_of() { # NAME: how loud the other is for NAME, in dB below the loudest
	cam_as "$1" watch --json --type call.levels --count 3 | tail -n 1 | jq '.members[0].level'
}
is_loud() { [ "$(level_of "$1")" -lt 50 ]; }
is_quiet() { [ "$(level_of "$1")" -gt 90 ]; }
