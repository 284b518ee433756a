# shellcheck shell=bash disable=SC2034,SC2154
# attention.sh: rules of what is told, absence when nobody is at any screen.

attention() { # FILTER: of the rules there are
	json_last "$1" <<<"$(cam_as anna rpc attention.get)"
}

test_rules_are_kept_and_told() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob
	meet anna carl
	attention '. == {"notify":"default","until":null,"talks":[]}'
	in_background anna "$T/events" watch --json --type attention --count 4
	local watch=$!
	await 20 is_watched anna
	expect 0 cam_as anna rpc attention.set '{"who":"bob","notify":"none"}'
	expect 0 cam_as anna rpc attention.set \
		'{"talk":["carl@pc3","bob@pc2"],"notify":"mentions","until":"2999-01-01T00:00:00Z"}'
	attention '(.talks | length) == 2 and .talks[0] == {"talk":["bob@pc2"],"notify":"none","until":null}'
	attention '.talks[1].notify == "mentions" and (.talks[1].until | startswith("2999-01-01"))'
	expect 0 cam_as anna rpc attention.set '{"notify":"none"}'
	stop anna
	wait $watch || true
	start anna
	attention '.notify == "none" and (.talks | length) == 2'
	# What is over is not told, and the default takes a rule away.
	expect 0 cam_as anna rpc attention.set '{"notify":"none","until":"2001-01-01"}'
	attention '.notify == "default" and .until == null'
	expect 0 cam_as anna rpc attention.set '{"who":"bob","notify":"default"}'
	attention '[.talks[].notify] == ["mentions"]'
	expect_json "$(cat "$T/events")" '.type == "attention.changed" and .notify == "none"'
}

test_wrong_rules_are_refused() {
	user anna && start anna
	expect 2 cam_as anna rpc attention.set '{"notify":"sometimes"}'
	expect 2 cam_as anna rpc attention.set '{}'
	expect 3 cam_as anna rpc attention.set '{"who":"nobody","notify":"none"}'
	expect 2 cam_as anna rpc attention.set '{"who":"x","talk":["y"],"notify":"none"}'
	expect 2 cam_as anna rpc attention.set '{"notify":"none","until":"later"}'
	attention '. == {"notify":"default","until":null,"talks":[]}'
	expect 2 cam_as anna rpc presence.idle '{}'
}

# A screen that goes on: what it says is written to ${SCREEN[1]}.
say_as() { # FD IDLE
	printf '{"jsonrpc":"2.0","id":2,"method":"presence.idle","params":{"idle":%s}}\n' "$2" >&"$1"
}

hello_as() { # FD
	printf '%s\n' '{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1,"program":"test","version":"1"}}' >&"$1"
}

is_idle() { # true|false
	cam_as anna status --json | json_last ".idle == $1 and .state == \"$([ "$1" = true ] && echo away || echo online)\""
}

test_away_is_who_is_at_none_of_the_screens() {
	user anna && user bob
	start anna && start bob
	meet anna bob
	local one two
	exec {one}> >(exec socat -u - "UNIX-CONNECT:$T/anna/run/camd.sock")
	exec {two}> >(exec socat -u - "UNIX-CONNECT:$T/anna/run/camd.sock")
	hello_as "$one" && hello_as "$two"
	say_as "$one" false && say_as "$two" true
	await 20 is_idle false
	say_as "$one" true
	await 20 is_idle true
	await_user bob anna@pc1 away
	# Nobody is answered for that.
	expect 0 cam_as bob send anna 'are you there?'
	expect_equal 0 "$(in_log bob '.type == "message.received"')"
	say_as "$two" false
	await 20 is_idle false
	await_user bob anna@pc1 online
	# The only screen with somebody at it goes: who was idle still is.
	exec {two}>&-
	await 20 is_idle true
	# Nobody tells any more: what was announced stays until somebody does.
	exec {one}>&-
	await 20 has_clients 1
	is_idle true
	expect 0 cam_as anna back
	await 20 is_idle false
}

has_clients() { # COUNT
	cam_as anna status --json | json_last ".clients == $1"
}
