# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 300
# admin.sh: cam server with members who are there: approval, what waits, what is ruled.

. "${BASH_SOURCE[0]%/*}/../org.sh"

admin() { # VERB...
	cam server --home "$T/server" "$@"
}

is_in_state() { # NAME STATE
	cam_as "$1" org status --json | jq -e ".state == \"$2\"" >/dev/null
}

test_who_waits_is_approved() {
	serve_org -o join.approval=on
	apart anna
	start anna
	expect 0 cam_as anna org join -q "$(admin invite anna)"
	await 20 is_in_state anna waiting
	expect 0 admin users --state waiting
	expect_text "$OUT" anna
	expect 0 admin status --json
	expect_json "$OUT" '.members.waiting == 1'
	expect 0 admin approve anna
	await 20 is_in_state anna joined
	expect 6 admin approve anna
	expect 3 admin approve bob
	expect 0 admin users
	expect_text "$OUT" $'anna\t' joined
	end_server
}

test_what_waits_is_shown() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	stop bob
	await_user anna bob@pc2 offline
	expect 0 cam_as anna send --no-wait bob 'see you later'
	expect 0 cam_as anna send --no-wait bob 'and again'
	await 20 is_held 2 1
	expect 0 admin queue --json
	expect_json "$OUT" '.to == "bob" and .count == 2 and .size > 0 and (.oldest | test("^20"))'
	expect 0 admin queue
	expect_text "$OUT" $'bob\t2\t'
	expect_text "$(admin metrics)" 'camserver_queue_messages 2' 'camserver_links 1' \
		'camserver_envelopes_total{end="stored"} 2'
	start bob
	await 30 waits_for_nobody
	end_server
}

# Dropped at the server it is not lost: the sender has it still.
test_what_waits_is_cleared() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	stop bob
	await_user anna bob@pc2 offline
	expect 0 cam_as anna send --no-wait bob 'after all'
	await 20 is_held 1 1
	expect 3 admin queue clear carol
	expect 2 admin queue burn bob
	expect 0 admin queue clear bob
	expect_equal '' "$OUT"
	is_held 0
	expect 0 admin queue clear bob
	json_all 'all(.[]; .state == "queued")' <(cam_as anna log --json)
	start bob
	await_log bob '.text == "after all" and .signed == "verified"'
	await 20 all_delivered anna
	end_server
}

# What is beyond a limit stays with who sent it, and comes when there is room.
test_a_limit_holds_at_once() {
	local i
	serve_org
	join anna bob
	await_user anna bob@pc2
	expect 0 admin limits relay.messages 10
	stop bob
	await_user anna bob@pc2 offline
	for ((i = 1; i <= 13; i++)); do
		expect 0 cam_as anna send --no-wait bob "text $i"
	done
	await 20 is_held 10 1
	expect 0 admin queue --json
	expect_json "$OUT" '.count == 10'
	start bob
	await_log bob '.text == "text 13"'
	await 20 all_delivered anna
	expect_equal "$(seq -f 'text %.0f' 13)" "$(cam_as bob log --json -n 0 | jq -r .text)"
	end_server
}

# He is told, the others are, and neither he nor what is his comes in again.
test_who_is_removed_is_out() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	await_user bob anna@pc1
	stop anna
	await_user bob anna@pc1 offline
	expect 0 cam_as bob send --no-wait anna 'held for anna'
	await 20 is_held 1 1
	start anna
	await 20 is_connected anna
	stop bob
	await_user anna bob@pc2 offline
	expect 0 cam_as anna send --no-wait bob 'held for bob'
	await 20 is_held 1 1
	expect 0 admin remove bob
	await 20 is_held 0
	await 20 is_as anna bob@pc2 '.verified | not'
	await 20 has_members anna 1
	start bob
	await 20 is_in_state bob removed
	is_apart bob
	expect_text "$(cam_as bob org status)" removed
	expect_json "$(admin status --json)" '.members.joined == 1 and .members.removed == 1 and .links == 1'
	# The code he came by is used up; another one lets him in.
	expect 0 cam_as bob org leave
	cam_as bob org join -q "$(admin invite bob)"
	await 20 is_connected bob
	await 20 has_members anna 2
	end_server
}

waits_for_nobody() {
	[ -z "$(admin queue)" ]
}

is_ruled() { # NAME FILTER
	cam_as "$1" status --json | jq -e ".policy | $2" >/dev/null
}

test_a_policy_holds_at_once_and_after_a_start() {
	serve_org
	join anna
	admin policy set calls off
	await 20 is_ruled anna '. == {calls: "off"}'
	expect 0 cam_as anna status
	expect_text "$OUT" 'calls off'
	expect 6 cam_as anna call anna
	expect_text "$ERR" policy
	admin policy set files receive
	await 20 is_ruled anna '.files == "receive"'
	expect 6 cam_as anna file send "$T/anna/cam.ini" bob
	expect_text "$ERR" policy
	# It holds while the server is away, too.
	end_server
	stop anna
	start anna
	is_ruled anna '. == {calls: "off", files: "receive"}'
	serve_org
	await 20 is_connected anna
	admin policy unset calls
	admin policy unset files
	await 20 is_ruled anna '. == {}'
	end_server
}

# Where nobody may use the server, what is sent waits at its sender.
test_without_relay_the_server_holds_nothing() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	admin policy set relay off
	await 20 is_ruled anna '. == {relay: "off"}'
	stop bob
	await_user anna bob@pc2 offline
	expect 0 cam_as anna send --no-wait bob 'on the LAN alone'
	expect 4 cam_as anna send --timeout 1 bob 'this too'
	is_held 0
	start bob
	await_log bob '.text == "this too"'
	is_held 0
	end_server
}

# The one may, the other may not: neither by himself nor by what others do.
test_a_policy_of_a_group_holds_against_others() {
	local id
	serve_org
	join anna bob
	await_user anna bob@pc2
	await_user bob anna@pc1
	admin users set bob --group Guests
	admin policy set files off --group Guests
	admin policy set calls off --group Guests
	await 20 is_ruled bob '. == {files: "off", calls: "off"}'
	is_ruled anna '. == {}'
	expect 6 cam_as bob file send "$T/bob/cam.ini" anna
	expect_text "$ERR" policy
	echo plan >"$T/plan.txt"
	expect 0 cam_as anna file send --json "$T/plan.txt" bob
	id=$(jq -r .id <<<"$OUT")
	await_log bob ".id == \"$id\""
	expect 6 cam_as bob file get "$id"
	[ ! -e "$T/bob/files/plan.txt" ]
	expect 6 cam_as anna call bob --audio-in none --audio-out none
	admin policy unset files --group Guests
	await 20 is_ruled bob '. == {calls: "off"}'
	expect 0 cam_as bob file get "$id"
	cmp "$T/plan.txt" "$T/bob/files/plan.txt"
	end_server
}

test_a_policy_may_be_of_one_group() {
	serve_org
	join anna
	admin users set anna --group Sales/North
	admin policy set legacy off --group Sales
	await 20 is_ruled anna '. == {legacy: "off"}'
	admin users set anna --group Staff
	await 20 is_ruled anna '. == {}'
	end_server
}

test_who_leaves_is_free_of_it() {
	serve_org
	join anna
	admin policy set relay off
	await 20 is_ruled anna '. == {relay: "off"}'
	expect 0 cam_as anna org leave
	is_ruled anna '. == {}'
	stop anna
	start anna
	is_ruled anna '. == {}'
	end_server
}
