# shellcheck shell=bash disable=SC2034,SC2154
# held.sh: files that the organisation's server holds, seen on the screen.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"
# shellcheck source=tests/held.sh
. "$(dirname "${BASH_SOURCE[0]}")/../held.sh"

lan_end() {
	screen_end
	[ -z "$SERVER_PID" ] || {
		kill -TERM "$SERVER_PID" 2>/dev/null
		wait "$SERVER_PID" 2>/dev/null
	}
}

test_what_the_server_holds_is_seen_by_who_sent_it_and_by_who_gets_it() {
	away anna bob carl
	head -c 200000 /dev/zero >"$T/plan.pdf"
	open_screen anna 120 24
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna "/attach $T/plan.pdf" Enter
	sees anna 'file: plan.pdf 195 KiB [held: by the server, until 20'
	# To several it is told of all of them.
	echo two >"$T/two.txt"
	leave_file anna "$T/two.txt" bob,carl
	keys anna '/talk bob,carl' Enter
	sees anna 'two.txt 4 B [fetched by 0 of 2] [held by the server for 2' 'until 20'
	keys anna F7
	sees anna "'two.txt' to Carl, file" 'held: by the server, until 20'
	start bob
	open_screen bob 120 24
	keys bob '/talk anna' Enter
	sees bob 'file: plan.pdf 195 KiB [held: by the server, until 20' 'M-g gets it]'
	stop anna
	keys bob M-g
	sees bob "[saved: $(folder_of bob)/"
}

folder_of() { # NAME
	echo "$T/$1/files"
}
