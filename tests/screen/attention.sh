# shellcheck shell=bash disable=SC2034,SC2154
# attention.sh: what a screen tells of, how, and when it is silent.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"

# A bus of our own with a notification service on it: $BUS is its address.
desktop() { # [markup]
	command -v dbus-daemon >/dev/null || skip 'dbus-daemon is missing'
	[ -x "$TEST_BUILD/cam-notify" ] || skip 'cam-notify was not built'
	cat >"$T/bus.conf" <<-END
		<busconfig>
		<type>session</type>
		<listen>unix:path=$T/bus</listen>
		<auth>EXTERNAL</auth>
		<policy context="default">
		<allow send_destination="*" eavesdrop="true"/>
		<allow eavesdrop="true"/>
		<allow own="*"/>
		</policy>
		</busconfig>
	END
	BUS=unix:path=$T/bus
	dbus-daemon --config-file="$T/bus.conf" --nofork --nopidfile >"$T/bus.out" 2>&1 &
	BUS_PIDS+=($!)
	await 20 test -S "$T/bus"
	DBUS_SESSION_BUS_ADDRESS=$BUS /usr/bin/python3 "$TEST_TOP/tests/screen/desktop.py" \
		"$T/desktop" "$@" >"$T/desktop.out" 2>&1 &
	BUS_PIDS+=($!)
	await 20 grep -q ready "$T/desktop"
}
BUS_PIDS=()
lan_end() {
	screen_end
	[ ${#BUS_PIDS[@]} = 0 ] || kill "${BUS_PIDS[@]}" 2>/dev/null || true
}

shown_on_desktop() { # LINE
	await 20 grep -qxF -- "$1" "$T/desktop"
}

test_the_desktop_shows_what_nobody_looks_at_and_takes_it_away_when_it_is_read() {
	desktop markup
	two
	SCREEN_ENV="DBUS_SESSION_BUS_ADDRESS=$BUS" open_screen anna
	sees anna '● Bob'
	cam_as bob send anna 'lunch & <b>more</b>?'
	shown_on_desktop 'show 1 Bob|lunch &amp; &lt;b&gt;more&lt;/b&gt;?|0'
	cam_as bob send anna 'and again'
	shown_on_desktop 'show 1 Bob [2]|and again|0'
	# Read by another program of the user.
	cam_as anna read bob
	shown_on_desktop 'close 1'
	# What is sealed does not show its text.
	cam_as bob send --seal --no-wait anna 'the secret'
	shown_on_desktop 'show 2 Bob|a sealed message|0'
	! grep -q secret "$T/desktop" || fail 'the secret is on the desktop'
}

test_a_talk_that_is_looked_at_is_not_told_of() {
	desktop
	two
	SCREEN_ENV="DBUS_SESSION_BUS_ADDRESS=$BUS" open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	cam_as bob send anna 'seen'
	sees anna 'Bob: seen'
	# The terminal has lost the focus.
	on_tmux anna send-keys -t s -H 1b 5b 4f
	cam_as bob send anna 'unseen <i>'
	shown_on_desktop 'show 1 Bob|unseen <i>|0'
	expect_equal 1 "$(grep -c '^show' "$T/desktop")"
}

test_rules_say_what_a_talk_may_tell() {
	desktop
	two
	SCREEN_ENV="DBUS_SESSION_BUS_ADDRESS=$BUS" open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna '/notify mentions' Enter
	sees anna 'what names you here' 'mentions only'
	keys anna M-1
	sees anna 'This is cam'
	cam_as bob send anna 'nothing for you'
	cam_as bob send anna 'this is for Anna: lunch'
	shown_on_desktop 'show 1 Bob [2]|this is for Anna: lunch|0'
	keys anna C-x q
	sees anna 'do not disturb'
	await 20 is_undisturbed anna
	cam_as bob send anna 'anna, anna, anna'
	keys anna x BSpace
	sees anna '2:Bob(3)'
	keys anna '/dnd off' Enter
	sees anna 'you are told of messages'
	cam_as bob send anna 'and @anna'
	shown_on_desktop 'show 1 Bob [4]|and @anna|0'
	expect_equal 2 "$(grep -c '^show' "$T/desktop")"
	# Rules are the user's, not the screen's, and stay.
	stop anna && start anna
	cam_as anna rpc attention.get | json_last \
		'.notify == "default" and (.talks == [{"talk":["bob@pc2"],"notify":"mentions","until":null}])' ||
		fail 'the rule is gone'
}

is_undisturbed() { # NAME
	cam_as "$1" rpc attention.get | json_last '.notify == "none"'
}

test_of_two_screens_one_speaks() {
	desktop
	two
	SCREEN_ENV="DBUS_SESSION_BUS_ADDRESS=$BUS" open_screen anna
	ln -s anna "$T/again"
	SCREEN_ENV="DBUS_SESSION_BUS_ADDRESS=$BUS" open_screen again
	sees anna '● Bob'
	sees again '● Bob'
	cam_as bob send anna 'once'
	sees anna '2:Bob(1)'
	sees again '2:Bob(1)'
	shown_on_desktop 'show 1 Bob|once|0'
	keys again M-a
	sees again 'Bob: once'
	shown_on_desktop 'close 1'
	expect_equal 1 "$(grep -c '^show' "$T/desktop")"
}

test_without_a_desktop_the_terminal_is_asked() {
	two
	cam_as anna config set tui.alert osc777
	SCREEN_ENV='DBUS_SESSION_BUS_ADDRESS=' open_screen anna
	sees anna '● Bob'
	# What tmux is to pass on is not on its screen: it is read where it is written.
	on_tmux anna pipe-pane -t s
	on_tmux anna pipe-pane -t s "cat >$(printf %q "$T/bytes")"
	cam_as bob send anna $'two\nlines; \e]9;evil\a'
	await 20 grep -qaF $'\ePtmux;\e\e]777;notify;Bob;two lines; <U+001B>]9;evil<U+0007>\a\e\\' "$T/bytes"
	await 20 grep -qaF $'\a' "$T/bytes"
}

test_the_title_counts_what_is_unread() {
	two
	open_screen anna
	sees anna '● Bob'
	cam_as bob send anna one
	await "$SCREEN_SECONDS" title_is anna 'cam: log (1)'
	keys anna M-a
	await "$SCREEN_SECONDS" title_is anna 'cam: Bob'
}

title_is() { # NAME TITLE
	[ "$(on_tmux "$1" display-message -p -t s '#{pane_title}')" = "$2" ]
}

test_a_question_is_answered_by_a_key() {
	two
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	in_background bob "$T/answer" ask anna 'Deploy?' --choices yes,no
	local asker=$!
	sees anna 'Deploy?' '1) yes' 'C-x 1 yes  C-x 2 no'
	keys anna C-x 2
	sees anna '[answered: no]'
	sees_not anna 'C-x 1 yes'
	status=0
	wait $asker || status=$?
	expect_equal 11 $status
	expect_equal no "$(cat "$T/answer")"
}

state_of() { # NAME WHO STATE
	cam_as "$1" ls --all --json | json_all "any(.[]; .id == \"$2\" and .state == \"$3\")"
}

test_who_leaves_the_terminal_is_away_until_a_key() {
	two
	cam_as anna config set tui.away_after 30
	open_screen anna
	sees anna '● Bob'
	# Somebody sits at it, on a terminal of his own.
	tmux -f "$T/tmux.conf" -S "$T/tmux.outer" new-session -d -x 80 -y 24 \
		"TMUX= tmux -S '$T/tmux.anna' attach -t s"
	SCREEN_OF[outer]=$T/tmux.outer
	await 20 test -x "$T/tmux.anna"
	keys anna x BSpace
	await 20 answered_presence anna '.state == "online"'
	on_tmux anna detach-client -s s
	await 20 test ! -x "$T/tmux.anna"
	# The hint of a terminal that loses its focus makes it look at once.
	on_tmux anna send-keys -t s -H 1b 5b 4f
	await 20 state_of bob anna@pc1 away
	sees anna away
	# Nobody is told so by an answer.
	cam_as bob send anna 'are you there?'
	keys anna x
	await 20 state_of bob anna@pc1 online
	expect_equal 1 "$(in_log bob true)"
}

answered_presence() { # NAME FILTER
	cam_as "$1" status --json | json_last "$2"
}

test_what_the_user_says_of_his_absence_stays() {
	two
	cam_as anna away 'at lunch'
	expect_json "$(cam_as anna rpc presence.idle '{"idle":true}')" '.away == "at lunch" and .idle'
	expect_json "$(cam_as anna rpc presence.idle '{"idle":false}')" '.away == "at lunch" and .state == "away"'
	expect_json "$(cam_as anna rpc presence.back)" '.state == "online"'
}

test_locked_keys_are_opened_on_the_screen() {
	two
	(umask 077 && printf 'open sesame\n' >"$T/passphrase")
	cam_as anna key protect --passphrase-file "$T/passphrase" >/dev/null
	open_screen anna
	sees anna '● Bob'
	stop anna
	# Not start(): who is locked is not ready.
	CAM_HOME=$T/anna "$TEST_BUILD/camd" -f >"$T/anna.out" 2>>"$T/anna.err" &
	PID_OF[anna]=$!
	sees anna 'passphrase of the keys:'
	keys anna 'wrong' Enter
	sees anna 'this is not the passphrase'
	sees_not anna wrong
	keys anna Escape
	sees anna '/unlock asks again'
	keys anna '/unlock' Enter
	sees anna 'passphrase of the keys:'
	keys anna 'open sesame'
	sees_not anna sesame
	keys anna Enter
	sees anna 'Bob (bob@pc2) is here'
	sees_not anna 'passphrase of the keys:'
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna 'open again' Enter
	await_log bob '.text == "open again"'
}

test_a_desktop_that_does_not_answer_holds_up_nothing() {
	two
	# A bus that takes connections and says nothing.
	socat "UNIX-LISTEN:$T/bus,fork" 'SYSTEM:tail -f /dev/null' >/dev/null 2>&1 &
	BUS_PIDS+=($!)
	await 20 test -S "$T/bus"
	SCREEN_ENV="DBUS_SESSION_BUS_ADDRESS=unix:path=$T/bus TMUX=" open_screen anna
	sees anna '● Bob'
	on_tmux anna pipe-pane -t s
	on_tmux anna pipe-pane -t s "cat >$(printf %q "$T/bytes")"
	cam_as bob send anna 'hello?'
	sees anna '2:Bob(1)'
	keys anna '/talk bob' Enter
	sees anna 'Bob: hello?'
}

test_a_desktop_without_a_service_leaves_it_to_the_terminal() {
	desktop
	kill "${BUS_PIDS[1]}"
	unset 'BUS_PIDS[1]'
	two
	cam_as anna config set tui.alert desktop
	SCREEN_ENV="DBUS_SESSION_BUS_ADDRESS=$BUS" open_screen anna
	sees anna '● Bob'
	on_tmux anna pipe-pane -t s
	on_tmux anna pipe-pane -t s "cat >$(printf %q "$T/bytes")"
	cam_as bob send anna 'is there a desktop?'
	await 20 grep -qaF $'\e]9;Bob: is there a desktop?\a' "$T/bytes"
}
