# shellcheck shell=bash disable=SC2034,SC2154
# life.sh: a screen is suspended, hung up, clicked at, and left with something half written.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"

test_it_is_suspended_and_comes_back() {
	two
	# A shell has started it, to which it can go back.
	SCREEN_COMMAND="env PS1='ready\$' bash --norc --noprofile -i" SCREEN_GREETING='ready$' \
		open_screen anna
	keys anna cam Enter
	sees anna '● Bob'
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna 'half a text'
	sees anna '> half a text'
	keys anna C-z
	sees anna 'Stopped' 'ready$'
	sees_not anna '> half a text'
	# Meanwhile the terminal is the shell's.
	cam_as bob send --no-wait anna 'while it sleeps'
	keys anna 'echo still $((40 + 2))' Enter
	sees anna 'still 42'
	keys anna fg Enter
	sees anna 'Bob: while it sleeps' '> half a text'
	keys anna C-u '/quit' Enter
	sees anna 'ready$'
	keys anna 'stty -a' Enter
	sees anna ' icanon'
}

test_what_was_being_written_outlives_a_hang_up() {
	two
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna 'half a text, 会議'
	sees anna '> half a text, 会議'
	on_tmux anna kill-server
	await 20 test -s "$T/anna/data/drafts.json"
	expect_equal 600 "$(stat -c %a "$T/anna/data/drafts.json")"
	rm -f "$T/output.anna" "$T/anna.status"
	open_screen anna
	sees anna '2:Bob'
	keys anna M-2
	sees anna '> half a text, 会議'
	keys anna Enter
	await_log bob '.text == "half a text, 会議"'
	keys anna '/quit' Enter
	ended anna
	[ ! -e "$T/anna/data/drafts.json" ] || fail 'it is kept for ever'
}

test_it_ends_with_its_terminal() {
	two
	open_screen anna
	sees anna '● Bob'
	local pid
	pid=$(pgrep -f "$TEST_BUILD/cam-tui" -n)
	on_tmux anna kill-server
	await 20 test ! -d "/proc/$pid"
	cam_as anna status >/dev/null
}

# Clicks and the wheel as xterm tells them (SGR); columns and rows from 1.
mouse() { # NAME BUTTON COLUMN ROW
	on_tmux "$1" send-keys -t s -l $'\e'"[<$2;$3;$4M"
	on_tmux "$1" send-keys -t s -l $'\e'"[<$2;$3;$4m"
}

test_the_mouse_opens_and_scrolls() {
	two
	cam_as anna config set tui.mouse on
	for i in {1..60}; do cam_as bob send --no-wait anna "message number $i"; done
	await_log anna '.text == "message number 60"'
	open_screen anna
	sees anna '● Bob'
	# The list of users is at the left, Bob in its second row.
	mouse anna 0 4 3
	sees anna 'message number 60'
	for _ in {1..15}; do mouse anna 64 40 10; done
	sees anna 'message number 20'
	sees_not anna 'message number 60'
	for _ in {1..15}; do mouse anna 65 40 10; done
	sees anna 'message number 60'
}
