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
	expect_text "$(admin metrics)" 'camserver_queue_messages 2' 'camserver_links 1'
	start bob
	await 30 waits_for_nobody
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
