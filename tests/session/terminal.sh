# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# terminal.sh: what people see on a terminal: hostile text made harmless, colours, locales.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
}

# What a terminal would obey: ESC, CSI, BEL, backspace, delete, C1, direction marks.
hostile=$'red\e[31m title\e]0;owned\a bell\a back\b\b del\x7f csi\u009b2J rtl\u202eevil\u2066x isolate end'

no_controls() { # FILE: holds nothing that a terminal obeys
	! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]' "$1" ||
		fail "controls in: $(cat -v "$1")"
}

test_text_from_others_never_reaches_a_pipe_or_terminal_raw() {
	two
	expect 0 cam_as anna config set user.nick $'An\u009bna\u202e'
	expect 0 cam_as anna away $'gone \u009b31m\u202e'
	await 20 roster_has bob '.state == "away"'
	cam_as bob watch --type message.received --count 1 --timeout 20 >"$T/watched" &
	local watcher=$!
	await 10 is_watched bob
	printf '%s' "$hostile" | cam_as anna send bob -
	wait $watcher
	no_controls "$T/watched"
	cam_as bob log >"$T/logged"
	no_controls "$T/logged"
	cam_as bob ls >"$T/listed"
	no_controls "$T/listed"
	cam_as bob status >"$T/status"
	no_controls "$T/status"
	grep -q red "$T/logged"
	grep -q evil "$T/logged"
	# Exact all the same for who asks for it exactly.
	expect_equal "$hostile" "$(cam_as bob log --json | jq -r .text)"
	no_controls <(cam_as bob log --json)
}

test_errors_do_not_repeat_controls_either() {
	user anna && start anna
	run cam_as anna send $'nobody\e[31m\u009b' hello
	expect_equal 3 "$status"
	printf '%s' "$ERR" >"$T/err"
	no_controls "$T/err"
	run cam_as anna $'no\e[31mverb'
	expect_equal 2 "$status"
	printf '%s' "$ERR" >"$T/err"
	no_controls "$T/err"
}

# Runs a command in a real terminal and gives the screen, escapes and all.
on_screen() { # COLUMNS LINES FILE COMMAND...
	local columns=$1 lines=$2 file=$3 socket
	shift 3
	# A server of its own each time: one that is ending takes no new session.
	socket=$(mktemp -u "$T/tmux.XXXXXX")
	tmux -S "$socket" -f /dev/null new-session -d -x "$columns" -y "$lines" -s screen \
		"$(printf '%q ' "$@"); touch $T/done; exec cat" >/dev/null
	await 30 test -e "$T/done"
	tmux -S "$socket" capture-pane -p -e -t screen >"$file"
	tmux -S "$socket" show-options -gqv set-titles >/dev/null
	tmux -S "$socket" display-message -p -t screen '#{pane_title} #{cursor_y}' >"$file.title"
	tmux -S "$socket" kill-server
	rm -f "$T/done"
}

test_a_terminal_shows_hostile_text_and_stays_as_it_was() {
	command -v tmux >/dev/null || skip 'tmux is missing'
	two
	printf '%s' "$hostile" | cam_as anna send bob -
	cam_as anna send bob 'the line after'
	on_screen 100 20 "$T/screen" env CAM_HOME="$T/bob" cam log
	grep -q 'title' "$T/screen"
	grep -q 'the line after' "$T/screen"
	refuse_text "$(cat "$T/screen.title")" owned
	# Neither cleared (CSI 2J) nor coloured red by the text.
	! grep -q $'\e\\[31m title' "$T/screen" || fail 'the text coloured the screen'
}

test_colour_is_for_terminals_and_no_color_is_obeyed() {
	command -v tmux >/dev/null || skip 'tmux is missing'
	two
	cam_as anna send bob hello
	on_screen 100 20 "$T/colour" env CAM_HOME="$T/bob" cam ls
	grep -q $'\e\\[' "$T/colour" || fail 'no colour on a terminal'
	on_screen 100 20 "$T/plain" env CAM_HOME="$T/bob" NO_COLOR=1 cam ls
	! grep -q $'\e\\[3' "$T/plain" || fail 'colour in spite of NO_COLOR'
	cam_as bob ls >"$T/piped"
	! grep -q $'\e' "$T/piped" || fail 'colour into a pipe'
}

test_a_narrow_terminal_breaks_nothing() {
	command -v tmux >/dev/null || skip 'tmux is missing'
	user anna 'user.nick=田中太郎田中太郎田中太郎' && user bob
	start anna && start bob
	meet anna bob
	on_screen 30 10 "$T/screen" env CAM_HOME="$T/bob" cam ls
	grep -q 田中 "$T/screen"
}

test_a_plain_c_locale_gets_plain_text() {
	two
	cam_as anna send bob 'grüße'
	LC_ALL=C cam_as bob log >"$T/logged"
	grep -q gr "$T/logged"
	LC_ALL=C cam_as bob log --json | json_last '.text == "grüße"'
}

test_a_safety_number_is_shown_with_its_code() {
	command -v tmux >/dev/null || skip 'tmux is missing'
	two
	on_screen 100 50 "$T/screen" env CAM_HOME="$T/bob" NO_COLOR=1 sh -c 'cam verify anna </dev/null'
	grep -qE '^  [0-9]{5} [0-9]{5} [0-9]{5} [0-9]{5}$' "$T/screen"
	[ "$(grep -cE '^  ([0-9]{5} ?){4}$' "$T/screen")" = 3 ] || fail 'not twelve groups'
	refuse_text "$(cat "$T/screen")" '[y/N]'
	on_screen 100 50 "$T/keys" env CAM_HOME="$T/bob" NO_COLOR=1 cam key
	grep -qE '^  [0-9a-f]{4}( [0-9a-f]{4}){7}$' "$T/keys"
	if [ -x "$TEST_BUILD/cam-qr" ]; then
		# 37 modules of the code and its margin, two rows to a line.
		[ "$(grep -c '^████.*████$' "$T/screen")" -ge 18 ] || fail 'no code'
		[ "$(grep -c '^████.*████$' "$T/keys")" -ge 16 ] || fail 'no code of the own key'
		expect_json "$(cam_as bob version --json)" '.libraries.qrencode | type == "string"'
	fi
	# Elsewhere than on a terminal no code.
	refuse_text "$(cam_as bob verify anna </dev/null)" '█'
}
