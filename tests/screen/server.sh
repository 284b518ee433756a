# shellcheck shell=bash disable=SC2034,SC2154,SC2016
# server.sh: camserver administered on the screen.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"
# shellcheck source=tests/org.sh
. "$(dirname "${BASH_SOURCE[0]}")/../org.sh"

lan_end() {
	screen_end
	[ -z "$SERVER_PID" ] || {
		kill -TERM "$SERVER_PID" 2>/dev/null
		wait "$SERVER_PID" 2>/dev/null
	}
}

# An organisation of bob, who waits for approval, and carol and dave, who are invited.
office() { # [COLUMNS ROWS]
	serve_org -o join.approval=on
	apart bob
	start bob
	ask member.invite '{"name":"carol","nick":"Carol 花子","group":"Sales/North"}' >/dev/null
	ask member.invite '{"name":"dave"}' >/dev/null
	cam_as bob org join -q "$(invite bob)"
	user anna
	start anna
	open_screen anna "$@"
	keys anna "/server --home $T/server" Enter
}

test_the_server_is_shown() {
	office
	shows anna <<-'END'
		 server of Example 会社  a approve, r remove, i invite, g group, q queue, l log
		▾ no group (1)          │0 joined, 1 waiting for approval, 2 invited
		 ● Bob                  │NAME          GROUP            STATE   SEEN
		                        │bob                            waiting 0000-00-00 00:00
		                        │carol         Sales/North      invited
		                        │dave                           invited
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		 00:00 1:log 2:server of Example 会社                         F1 help  F2 users
		>
	END
}

test_forty_columns_and_twelve_rows() {
	office 40 12
	shows anna <<-'END'
		 server of Example 会社  a approve, r r…
		0 joined, 1 waiting for approval, 2 inv…
		NAME          GROUP             STATE
		bob                             waiting
		carol         Sales/North       invited
		dave                            invited




		 00:00 1:log 2:server of Example 会社
		>
	END
}

test_members_are_approved_changed_and_removed_by_keys() {
	office 160 24
	sees anna waiting
	keys anna a
	sees anna 'approve bob as a member? y, n'
	keys anna n
	sees_not anna 'y, n'
	org_is bob waiting
	keys anna a y
	sees anna '1 joined, 0 waiting for approval, 2 invited'
	await 20 org_is bob joined
	sees anna 'joined  20'
	# Who has no need of it is not asked about.
	keys anna a
	sees anna "'bob' does not wait for approval"
	keys anna g 'Sales/South' Enter
	sees anna 'bob                         Sales/South '
	keys anna Down r
	sees anna 'remove carol from the organisation? y, n'
	keys anna y
	sees_not anna carol
	sees anna '1 joined, 0 waiting for approval, 1 invited'
	# It is the same that the command says.
	expect_json "$(ask member.list '{}')" '.members | map([.name, .state, .group]) == [
		["bob", "joined", "Sales/South"], ["carol", "removed", "Sales/North"], ["dave", "invited", ""]]'
	keys anna i
	sees anna 'who is invited?'
	keys anna Escape
	sees_not anna 'who is invited?'
	keys anna i erin Enter
	sees anna "$ cam server --home $T/server invite erin" 'cam1-'
}

test_what_waits_and_what_was_said_is_seen() {
	office
	sees anna waiting
	keys anna a y
	await 20 org_is bob joined
	cam_as anna org join -q "$(invite anna)"
	ask member.approve '{"name":"anna"}' >/dev/null
	await_user anna bob@pc1
	stop bob
	await_user anna bob@pc1 offline
	cam_as anna send --no-wait bob 'see you later'
	keys anna q
	sees anna OLDEST 'bob           1       '
	keys anna l
	sees anna 'member.approve bob' 'member.invite carol'
	# What is new comes by itself.
	ask member.change '{"name":"dave","group":"Night"}' >/dev/null
	sees anna 'member.change dave'
	keys anna u
	sees anna 'dave          Night'
	keys anna Escape
	sees anna 'This is cam'
}

test_a_server_that_goes_is_told_and_found_again() {
	office
	sees anna waiting
	end_server
	sees anna 'camserver does not run'
	serve_org
	sees anna waiting
}

test_where_there_is_none_it_says_so() {
	user anna
	start anna
	open_screen anna 160 24
	keys anna "/server --home $T/nowhere" Enter
	sees anna "there is no camserver in $T/nowhere"
	mkdir -m 777 "$T/shared"
	chmod 777 "$T/shared"
	keys anna Escape
	sees anna 'This is cam'
	keys anna "/server --home $T/shared" Enter
	sees anna 'not trusted'
	# All that the command can do it does here, too.
	keys anna Escape
	sees anna 'This is cam'
	keys anna "/server --home $T/nowhere status" Enter
	sees anna "$ cam server --home $T/nowhere status"
}
