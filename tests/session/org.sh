# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 300
# org.sh: an organisation joined by code, its directory, and messages through its server.

. "${BASH_SOURCE[0]%/*}/../org.sh"

test_a_code_makes_a_member() {
	serve_org
	apart anna
	start anna
	expect 0 cam_as anna org status --json
	expect_json "$OUT" '.state == "none" and .organisation == null and .connected == false'
	expect 0 cam_as anna org join "$(invite anna)" --json
	expect_json "$OUT" '.state == "joined" and .organisation == "Example 会社" and .name == "anna"'
	await 20 is_connected anna
	expect 0 cam_as anna org status
	expect_text "$OUT" 'Example 会社' member connected
	expect_json "$(ask member.list '{}')" '.members[0].state == "joined" and .members[0].seen != null'
}

seen_of_anna() {
	ask member.list '{}' | jq -r '.members[0].seen'
}

# Nobody waits for that to be written, also who has been there before; the server's end writes it.
test_when_a_member_was_last_connected_is_kept() {
	local joined left
	serve_org
	join anna
	joined=$(seen_of_anna)
	stop anna
	await 20 server_is '.links == 0'
	start anna
	await 20 is_connected anna
	expect_equal "$joined" "$(seen_of_anna)"
	stop anna
	await 20 server_is '.links == 0'
	end_server
	serve_org
	left=$(seen_of_anna)
	[[ $left > $joined ]] || fail "seen at $left, joined at $joined"
	start anna
	await 20 is_connected anna
}

# A backup put back, or whoever has found one: what a member has shown since counts.
test_an_older_list_of_devices_gets_nobody_in() {
	local keys
	serve_org
	join anna
	stop anna
	keys=$T/anna/data/keys
	cp -rp "$keys" "$T/old"
	rm "$keys/devices"
	start anna
	await 20 is_connected anna
	# Also who comes back as he was.
	stop anna
	start anna
	await 20 is_connected anna
	stop anna
	mv "$keys" "$T/new" && cp -rp "$T/old" "$keys"
	start anna
	await 20 grep -q 'is not let in: devices' "$T/server.err"
	! is_connected anna || fail 'an older list got in'
	stop anna
	rm -r "$keys" && mv "$T/new" "$keys"
	start anna
	await 20 is_connected anna
}

test_wrong_codes_are_refused() {
	local code
	serve_org
	apart anna
	start anna
	expect 2 cam_as anna org join 'no code'
	code=$(invite bob)
	expect 6 cam_as anna org join "$code"
	expect_text "$ERR" 'another name'
	code=$(invite anna)
	ask member.invite '{"name":"anna"}' >/dev/null
	expect 6 cam_as anna org join "$code"
	expect_text "$ERR" expired
	# The right one, once.
	code=$(invite anna)
	expect 0 cam_as anna org join "$code"
	expect 6 cam_as anna org join "$code"
	expect_text "$ERR" leave
	expect 0 cam_as anna org leave --json
	expect_json "$OUT" '.state == "none" and .members == 0'
	expect 6 cam_as anna org join "$code"
	expect 3 cam_as anna org leave
}

# Another organisation's server is told nothing.
test_a_server_without_the_root_is_refused() {
	local code
	serve_org
	code=$(invite anna)
	end_server
	rm -rf "$T/server"
	serve_org
	apart anna
	start anna
	expect 7 cam_as anna org join "$code"
	expect_text "$ERR" organisation
	expect_json "$(ask server.status '{}')" '.members.joined == 0'
	expect 6 cam_as anna org join "$(invite bob)"
	end_server
	apart bob
	start bob
	expect 5 cam_as bob org join "$code"
}

test_approval_takes_effect_at_once() {
	serve_org -o join.approval=on
	apart anna
	start anna
	expect 0 cam_as anna org join "$(invite anna)" --json
	expect_json "$OUT" '.state == "waiting"'
	ask member.approve '{"name":"anna"}' >"$T/approved"
	expect_json "$(cat "$T/approved")" '.member.state == "joined"'
	await 20 is_connected anna
	org_is anna joined
	await 20 has_members anna 1
	ask member.remove '{"name":"anna"}' >/dev/null
	await 20 org_is anna removed
	expect_json "$(ask member.approve '{"name":"anna"}')" '.data.exit == 6'
}

test_colleagues_are_verified_by_the_root() {
	serve_org
	ask member.invite '{"name":"bob","group":"Sales/North"}' >/dev/null
	join anna bob
	await_user anna bob@pc2
	await_user bob anna@pc1
	await 20 is_as anna bob@pc2 '.verified and .verified_by == "organisation" and .group == "Sales/North" and .encryption == "cam1"'
	expect_json "$(cam_as anna verify --json bob)" '.verified and .verified_by == "organisation"'
	expect 0 cam_as anna verify bob
	expect_text "$OUT" organisation
	# Directly, though no broadcast reaches either.
	expect 0 cam_as anna send --json bob 'hello'
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed"'
	expect_json "$(cam_as bob log --json)" '.signed == "verified"'
	cam_as bob away 'at lunch'
	await 20 is_as anna bob@pc2 '.state == "away" and .away == "at lunch"'
	# Who has left is told to all.
	stop bob
	await_user anna bob@pc2 offline
	ask member.remove '{"name":"bob"}' >/dev/null
	await 20 is_as anna bob@pc2 '.verified | not'
}

test_names_and_groups_are_pushed() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	ask member.change '{"name":"bob","group":"R&D/Labs"}' >/dev/null
	await 20 is_as anna bob@pc2 '.group == "R&D/Labs" and .verified'
}

test_both_come_back_whoever_restarts() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	kill_server
	await 20 is_apart anna
	serve_org
	await 40 is_connected anna
	await 40 is_connected bob
	kill_camd anna
	start anna
	await 20 is_connected anna
	await 20 has_members anna 2
	is_alarmed anna null
	await_user anna bob@pc2
	await 20 is_as anna bob@pc2 .verified
}

in_data() { # NAME: PYTHON on stdin, with the database of a camd as "store", to be changed only once that has ended
	python3 -c '
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
exec(sys.stdin.read())
store.commit()' "$T/$1/data/cam.db"
}

nick_of_bob() { # NICK: in what anna has kept
	in_data anna <<<"
assert store.execute('UPDATE user SET nick = ? WHERE logon = ?', ('$1', 'bob')).rowcount == 1
assert store.execute('SELECT count(*) FROM colleague').fetchone()[0] > 1"
}

cards_kept() { # NAME COUNT
	[ "$(in_data "$1" <<<'print(store.execute("SELECT count(*) FROM colleague").fetchone()[0])')" = "$2" ]
}

# A card that is asked for brings his nickname with it.
test_cards_are_kept_and_only_others_are_asked_for() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	stop bob
	await_user anna bob@pc2 offline
	# Her own and his: they are written a moment after they have come.
	await 20 cards_kept anna 2
	end_server
	# Killed or not, what has come is there while the server is away.
	kill_camd anna
	start anna
	await 20 is_as anna bob@pc2 '.verified and .encryption == "cam1" and .state == "offline"'
	stop anna
	nick_of_bob Kept
	serve_org
	start anna
	await 20 is_connected anna
	join carl
	await_user anna carl@pc3
	expect_equal Kept "$(cam_as anna ls --all --json | jq -r 'select(.user == "bob") | .nick')"
	# Versions that are none of the server's, and keys that are damaged: as if there were none.
	stop anna
	in_data anna <<<'store.execute("UPDATE colleague SET card = card + 1")'
	start anna
	await 20 is_as anna bob@pc2 '.nick == "Bob" and .verified'
	stop anna
	nick_of_bob Kept
	in_data anna <<<'
store.execute("UPDATE trust SET prekey = zeroblob(length(prekey))")
store.execute("INSERT INTO colleague VALUES(-1, 7, 0), (99, 8, \"::::\"), (1 << 62, -5, \"\")")'
	start anna
	await 20 is_as anna bob@pc2 '.nick == "Bob" and .verified'
}

test_who_is_removed_does_not_come_back_and_leaving_forgets_all() {
	serve_org
	join anna bob carl
	await_user anna bob@pc2
	await_user anna carl@pc3
	# Who is heard may not be shown by the server yet.
	await 20 cards_kept anna 3
	ask member.remove '{"name":"bob"}' >/dev/null
	await 20 is_as anna bob@pc2 '.verified | not'
	stop anna
	cards_kept anna 3
	end_server
	start anna
	await 20 is_as anna carl@pc3 .verified
	is_as anna bob@pc2 '.verified | not'
	stop anna
	cards_kept anna 2
	start anna
	expect 0 cam_as anna org leave
	stop anna
	cards_kept anna 0
	start anna
	is_as anna carl@pc3 '.verified | not'
}

test_the_server_holds_what_is_for_the_absent() {
	local i
	serve_org
	join anna bob
	await_user anna bob@pc2
	stop bob
	await_user anna bob@pc2 offline
	for ((i = 1; i <= 20; i++)); do
		expect 0 cam_as anna send --no-wait bob "held $i"
	done
	await 20 is_held 20 1
	# The server cannot read a word of it.
	refuse_bytes 'held ' "$T"/server/work/server.db*
	stop anna
	start bob
	await_log bob '.text == "held 20" and .signed == "verified"'
	expect_equal "$(seq -f 'held %.0f' 20 | xargs)" "$(cam_as bob log --json -n 0 | jq -r .text | xargs)"
	# Its receipts wait there for anna now.
	await 20 is_held 0 1
	start anna
	await 40 all_delivered anna
	await 20 is_held 0
}

# Whoever dies while a crowd of messages is held and taken: each comes once, in order.
test_a_crowd_comes_once_and_in_order_whoever_dies() {
	local i round
	serve_org
	join anna bob
	await_user anna bob@pc2
	for round in 1 2 3; do
		stop bob
		await_user anna bob@pc2 offline
		for ((i = 1; i <= 40; i++)); do
			expect 0 cam_as anna send --no-wait bob "$round.$i"
		done &
		SENDER=$!
		await 30 is_some_held
		kill_server
		serve_org
		wait $SENDER
		[ $round != 2 ] || { kill_camd anna; start anna; }
		start bob
		await 30 log_has bob ".text == \"$round.1\""
		kill_server
		[ $round != 3 ] || { kill_camd bob; start bob; }
		serve_org
		await 60 log_has bob ".text == \"$round.40\""
		await 60 all_delivered anna
	done
	cam_as anna log --json -n 0 | jq -r 'select(.type == "message.sent") | .text' >"$T/sent"
	cam_as bob log --json -n 0 | jq -r 'select(.type == "message.received") | .text' >"$T/received"
	expect_equal 120 "$(wc -l <"$T/sent")"
	diff "$T/sent" "$T/received"
	json_all 'all(.[]; .missing == 0)' <(cam_as bob log --json -n 0)
	await 20 is_held 0
}

is_some_held() {
	! is_held 0 1
}

# A server that shows anna and bob different directories: both lists are signed by its key, and
# the two find out when they speak with each other.
test_a_split_directory_is_found_out() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	expect 0 cam_as anna send bob 'before'
	kill_server
	cp -rp "$T/server" "$T/honest"
	# Bob stays away while the one is told of carol, anna while the other is told of dave.
	stop bob
	serve_org
	await 40 is_connected anna
	become carol
	await 20 has_members anna 3
	end_server
	stop anna
	mv "$T/server" "$T/first"
	mv "$T/honest" "$T/server"
	serve_org
	start bob
	await 40 is_connected bob
	become dave
	await 20 has_members bob 3
	expect_json "$(cam_as bob org status --json)" '.alarm == null'
	end_server
	start anna
	expect 0 cam_as anna send --timeout 30 bob 'compare'
	await 20 is_alarmed anna split
	await 20 is_alarmed bob split
	await 20 is_as anna bob@pc2 '.verified | not'
	expect 0 cam_as anna org status
	expect_text "$OUT" 'nobody is verified'
}

# One that goes back to what it was before, as a copied folder does.
test_a_directory_that_shrinks_is_found_out() {
	serve_org
	join anna
	end_server
	cp -rp "$T/server" "$T/old"
	serve_org
	await 40 is_connected anna
	become bob
	await 20 has_members anna 2
	end_server
	rm -r "$T/server"
	mv "$T/old" "$T/server"
	serve_org
	await 40 is_alarmed anna older
}

# Administrators can give a name to another key, and everybody sees that they did: who had it
# before is verified no more, and neither is who has it now.
test_a_name_that_changes_hands_is_not_verified() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	expect 0 cam_as anna send bob 'to bob'
	ask member.remove '{"name":"bob"}' >/dev/null
	stop bob
	rm -rf "$T/bob/data"
	start bob
	expect 0 cam_as bob org join -q "$(invite bob)"
	await 20 is_connected bob
	await 20 has_members anna 2
	await 20 anyone_is anna '.host == "pc2" and .id != "bob@pc2"'
	await 20 nobody_is_verified anna
}

nobody_is_verified() { # NAME
	cam_as "$1" ls --all --json | json_all 'all(.[]; .verified | not)'
}

# Whoever comes with a ticket that nobody gave is sent away.
test_a_ticket_that_nobody_gave_leads_nowhere() {
	serve_org
	python3 -c '
import os, socket, sys
for said in (b"camt\1" + os.urandom(32) + b"x" * 100, b"camt\2" + os.urandom(32), b"cream\1" + os.urandom(32)):
    with socket.create_connection((sys.argv[1], 2425), 20) as peer:
        peer.settimeout(30)
        peer.sendall(said)
        try:
            assert peer.recv(1) == b"", said
        except ConnectionResetError:
            pass
' "$SERVER"
	expect_json "$(ask server.status '{}')" '.transfers == 0 and .transferred == 0'
}
