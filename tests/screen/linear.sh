# shellcheck shell=bash disable=SC2034,SC2154
# linear.sh: the screen as lines, for screen readers and terminals that can do no more.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"

open_lines() { # NAME
	SCREEN_ENV="TERM=dumb ${SCREEN_ENV:-}" open_screen "$@"
}

test_a_conversation_in_lines() {
	two
	# Once they have spoken there is a link.
	cam_as bob send anna 'before' && cam_as anna read bob >/dev/null
	open_lines anna 60 13
	sees anna 'connected to camd' 'log>'
	keys anna '/talk bob' Enter
	sees anna '== Bob: online, end-to-end encrypted, not verified' 'Bob: before'
	keys anna 'Hello Bob, 会議は' BSpace BSpace BSpace 'how are you?' Enter
	sees anna 'delivered'
	# Half a line stays below what comes meanwhile.
	keys anna 'half a'
	sees anna 'Bob> half a'
	cam_as bob send anna "I'm fine"
	sees anna "Bob: I'm fine"
	keys anna ' line' Left Left Left Left BSpace ' or more ' Enter
	await_log bob '.text == "half a or more line"'
	shows anna <<-'END'
		This is cam. F2 lists the users: type a part of a name, Ente
		r opens a talk. F1 is help, /quit leaves.
		== log
		connected to camd
		log> /talk bob
		== Bob: online, end-to-end encrypted, not verified
		00:00 Bob: before
		Bob> Hello Bob, how are you?
		delivered
		00:00 Bob: I'm fine
		Bob> half a or more line
		delivered
		Bob>
	END
	has_nothing_unread anna || fail 'what was read out is not read'
	keys anna '/quit' Enter
	ended anna
}

has_nothing_unread() { # NAME
	cam_as "$1" status --json | json_last '.unread == 0'
}

test_nothing_moves_the_cursor() {
	two
	open_lines anna
	on_tmux anna pipe-pane -t s
	on_tmux anna pipe-pane -t s "cat >$(printf %q "$T/bytes")"
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	cam_as bob send anna $'red\e[31m and \a'
	sees anna 'red<U+001B>[31m and <U+0007>'
	keys anna F2
	sees anna '== users'
	keys anna bo
	sees anna '/bo'
	keys anna Enter
	sees anna 'Bob>'
	await 20 grep -qa users "$T/bytes"
	! grep -qa $'\e' "$T/bytes" || fail 'an escape'
}

test_lists_say_what_is_selected() {
	two
	open_lines anna 80 60
	sees anna connected
	keys anna F4
	sees anna '== settings' 'user.name'
	keys anna Down Down
	sees anna 'user.nick'
	keys anna F1
	sees anna '== help' 'M-Enter'
}

test_older_messages_are_read_out_one_by_one() {
	two
	for i in {1..30}; do cam_as bob send --no-wait anna "message $i."; done
	await_log anna '.text == "message 30."'
	cam_as anna read bob >/dev/null
	open_lines anna 80 40
	keys anna '/talk bob' Enter
	sees anna 'message 21.' 'message 30.'
	sees_not anna 'message 20.'
	for _ in {1..11}; do keys anna M-k; done
	sees anna 'message 20.'
	keys anna M-j
	await "$SCREEN_SECONDS" twice anna 'message 21.'
}

twice() { # NAME TEXT
	[ "$(capture "$1" | grep -cF -- "$2")" -ge 2 ]
}

test_what_is_said_elsewhere_tells_where() {
	two
	user carl
	start carl
	meet anna carl
	open_lines anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	cam_as carl send anna 'look here'
	sees anna 'in view 3, Carl:' 'Carl: look here'
	keys anna '/go 3' Enter
	sees anna '== Carl'
	cam_as bob ask anna 'Deploy?' --choices yes,no --timeout 1 >/dev/null || true
	sees anna 'in view 2, Bob:' '2) no'
}

test_a_setting_asks_for_lines() {
	two
	cam_as anna config set tui.linear on
	open_screen anna
	sees anna 'log>'
	keys anna '/quit' Enter
	ended anna
}
