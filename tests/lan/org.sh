# shellcheck shell=bash disable=SC2119,SC2034,SC2154,SC2015
# limit: 300
# org.sh: members of an organisation on both sides of a router, with a path to each other and without.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/org.sh
. "$TEST_TOP/tests/org.sh"
# shellcheck source=tests/tracing.sh
. "$TEST_TOP/tests/tracing.sh"

# Anna on host 1, the server on host 3, and behind a router bob on host 2.
two_segments() {
	lan_up 3
	ip -n h2 addr flush dev eth0
	ip -n h2 addr add 10.78.0.2/24 broadcast 10.78.0.255 dev eth0
	ip addr add 10.77.0.254/24 dev br0
	ip addr add 10.78.0.254/24 dev br0
	echo 1 >/proc/sys/net/ipv4/ip_forward
	ip -n h1 route add default via 10.77.0.254
	ip -n h2 route add default via 10.78.0.254
	ip -n h3 route add default via 10.77.0.254
	SERVER=10.77.0.3
	SERVER_IN='ip netns exec h3'
	serve_org
	host anna 1 net.ipv6=off
	host bob 2 net.ipv6=off
	start anna && start bob
}

both_join() {
	local name
	for name in anna bob; do
		cam_as "$name" org join -q "$(invite "$name")"
		await 20 is_connected "$name"
	done
}

test_members_of_other_segments_appear_at_once() {
	two_segments
	expect_equal '' "$(cam_as anna ls --json)"
	both_join
	await_user anna bob@host2
	await_user bob anna@host1
	await 20 is_as anna bob@host2 '.addr == "10.78.0.2" and .verified'
	expect 0 cam_as anna send --json bob 'through the router'
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed" and .encryption == "cam1"'
	# That was a link, and nothing that the server had.
	await 20 has_links anna 1
	# Without the server they go on.
	end_server
	expect 0 cam_as bob send --json anna 'without the server'
	expect_json "$OUT" '.state == "delivered"'
}

has_links() { # NAME COUNT
	[ "$(cam_as "$1" status --json | jq .links)" = "$2" ]
}

no_path() {
	ip -n h1 route add unreachable 10.78.0.2/32
	ip -n h2 route add unreachable 10.77.0.1/32
}

test_without_a_path_messages_go_by_the_server() {
	two_segments
	no_path
	both_join
	await_user anna bob@host2
	await_user bob anna@host1
	expect 0 cam_as anna send --json --timeout 20 bob 'by the server'
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed" and .encryption == "cam1"'
	expect 0 cam_as bob send --json --timeout 20 anna 'and back'
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed"'
	json_all 'all(.[]; .signed == "verified" or .from == "bob@host2")' <(cam_as bob log --json)
	expect_json "$(cam_as anna status --json)" '.links == 0'
	await 20 is_held 0
	# Once there is a path, it is taken.
	ip -n h1 route del unreachable 10.78.0.2/32
	ip -n h2 route del unreachable 10.77.0.1/32
	await 60 goes_directly
}

goes_directly() {
	cam_as anna send --no-wait -q bob 'directly?' &&
		cam_as anna status --json | jq -e '.links == 1' >/dev/null
}

state_of() { # TEXT STATE: of what anna wrote
	log_has anna ".text == \"$1\" and .state == \"$2\""
}

# An envelope has come to his machine, and he has not read it.
waits_unread() { # NAME
	awk 'split($5, queue, ":") && length(queue[2]) == 8 && queue[2] > "000001FF" { found = 1 }
		END { exit !found }' "/proc/${PID_OF[$1]}/net/tcp"
}

# It is handed on before it is stored; to its sender nothing is said before that.
test_who_is_there_has_it_before_the_disk_and_once_whatever_dies() {
	may_trace
	two_segments
	no_path
	both_join
	await_user anna bob@host2
	expect 0 cam_as anna send --timeout 20 bob first
	await 20 is_held 0
	# What it writes to its log of the database.
	slow_at "$SERVER_PID" pwrite64 30000000
	kill -STOP "${PID_OF[bob]}"
	expect 0 cam_as anna send --no-wait bob 'before the disk'
	await 20 waits_unread bob
	! state_of 'before the disk' sent || fail 'it is not stored'
	kill -KILL "$SERVER_PID" "$TRACER"
	wait "$TRACER" 2>/dev/null || true
	kill_server
	expect_equal 0 "$(held_now)"
	kill -CONT "${PID_OF[bob]}"
	await_log bob '.text == "before the disk"'
	serve_org
	await 60 state_of 'before the disk' delivered
	expect 0 cam_as anna send --timeout 20 bob last
	expect_equal 'first before the disk last' "$(cam_as bob log --json -n 0 | jq -r .text | xargs)"
	await 20 is_held 0
}

held_now() {
	python3 -c '
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM queue").fetchone()[0])' "$T/server/work/server.db"
}

test_edits_and_seals_work_by_the_server_too() {
	local id
	two_segments
	no_path
	both_join
	await_user anna bob@host2
	await_user bob anna@host1
	id=$(cam_as anna send --json --timeout 20 bob 'lunch at one' | jq -r .id)
	expect 0 cam_as anna edit --timeout 20 "$id" 'lunch at two'
	await_log bob ".id == \"$id\" and .text == \"lunch at two\" and .edited != null"
	id=$(cam_as anna send --json --seal --timeout 20 bob 'for your eyes' | jq -r .id)
	expect 0 cam_as bob open "$id"
	await_log anna ".id == \"$id\" and .state == \"opened\""
}

# His prekeys are gone, and so is what was sealed to them: he says so, of just these bytes.
test_what_he_cannot_read_ends_the_trying() {
	local id
	two_segments
	no_path
	both_join
	await_user anna bob@host2
	stop bob
	await_user anna bob@host2 offline
	tamper <<<'store.execute("DELETE FROM prekey")'
	id=$(cam_as anna send --no-wait --json bob 'lost' | jq -r .id)
	await 20 is_held 1 1
	rm "$(find "$T/bob/data" -name prekeys)"
	start bob
	await 40 log_has anna ".id == \"$id\" and .state == \"failed\""
	expect_json "$(cam_as anna log --json)" 'any(.recipients[]; .reason == "invalid")'
	await 20 is_held 0
	# What the server has changed on the way says nothing of what left.
	await_user anna bob@host2
	stop bob
	await_user anna bob@host2 offline
	tamper <<<'store.execute("DELETE FROM prekey")'
	id=$(cam_as anna send --no-wait --json bob 'changed' | jq -r .id)
	await 20 is_held 1 1
	tamper <<-'END'
		number, data = store.execute("SELECT number, bytes FROM queue WHERE kind = 1").fetchone()
		store.execute("UPDATE queue SET bytes = ? WHERE number = ?",
		    [data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], number])
	END
	: >"$T/bob.err"
	start bob
	await 20 is_held 0
	grep -q 'refused 1 envelopes' "$T/bob.err"
	expect_json "$(cam_as anna log --json)" ".id == \"$id\" and .state != \"failed\""
	end_server
	serve_org
	await_log bob '.text == "changed"'
	await 40 log_has anna ".id == \"$id\" and .state == \"delivered\""
}

# Only bob's device can say that he will not have a message.
test_a_refusal_that_the_server_makes_proves_nothing() {
	local id
	two_segments
	no_path
	both_join
	await_user anna bob@host2
	stop bob
	await_user anna bob@host2 offline
	id=$(cam_as anna send --no-wait --json bob 'one' | jq -r .id)
	await 20 is_held 1 1
	end_server
	# What the server tells anna in bob's name, before he says anything.
	python3 - "$T/server/work/server.db" "$id" <<-'END'
		import json, sqlite3, sys
		store = sqlite3.connect(sys.argv[1])
		ids = dict(store.execute("SELECT logon, member FROM member"))
		for row, more in enumerate([{}, {"time": 5, "signature": "0" * 128}]):
		    notice = {"method": "message.refused",
		        "params": {"ids": [sys.argv[2]], "reason": "refused"} | more}
		    store.execute("INSERT INTO queue(receiver, sender, kind, id, bytes, made_ms, expires_ms)"
		        " VALUES(?, ?, 2, ?, ?, 5, 1 << 50)",
		        [ids["anna"], ids["bob"], bytes([row]) * 16, json.dumps(notice).encode()])
		store.commit()
	END
	serve_org
	await 40 grep -q 'shows a receipt that he has not signed' "$T/anna.err"
	await 20 is_held 0 2
	expect_json "$(cam_as anna log --json)" ".id == \"$id\" and .state != \"failed\""
	start bob
	await_log bob '.text == "one"'
	await 40 log_has anna ".id == \"$id\" and .state == \"delivered\""
	await 20 is_held 0
}

# Who is on the network of the server but is not it is told nothing.
test_a_rogue_server_at_the_address_is_told_nothing() {
	two_segments
	both_join
	await_user anna bob@host2
	kill_server
	mv "$T/server" "$T/true"
	serve_org
	await 30 is_refused anna
	expect_json "$(ask server.status '{}')" '.members.joined == 0'
	expect_json "$(cam_as anna org status --json)" '.state == "joined" and (.connected | not)'
	# They still have each other.
	expect 0 cam_as anna send --json bob 'still here'
	expect_json "$OUT" '.state == "delivered"'
	kill_server
	rm -rf "$T/server"
	mv "$T/true" "$T/server"
	serve_org
	await 90 is_connected anna
}

is_refused() { # NAME
	grep -q 'does not speak for the organisation' "$T/$1.err"
}

# Codes without an address: the server on host 3 is looked for.
unsaid() { # ARG...
	SERVER_IN='ip netns exec h3'
	serve_org -o server.host= "$@"
}

test_the_server_is_found_on_its_segment_and_again_where_it_moved() {
	local code
	lan_up 3
	SERVER=10.77.0.3
	unsaid
	host anna 1 net.ipv6=off
	start anna
	code=$(invite anna)
	refuse_text "$code" @
	expect 0 cam_as anna org join -q "$code"
	await 20 is_connected anna
	expect_json "$(cam_as anna org status --json)" '.server == "10.77.0.3:2425"'
	# It is in nobody's list for that.
	expect_equal '' "$(cam_as anna ls --json)"
	kill_server
	ip -n h3 addr add 10.77.0.33/24 broadcast 10.77.0.255 dev eth0
	unsaid -o net.bind=10.77.0.33
	await 60 is_connected anna
	expect_json "$(cam_as anna org status --json)" '.server == "10.77.0.33:2425"'
	# One that does not announce itself is not found; nor is any for whom a place is set.
	end_server
	unsaid -o net.bind=10.77.0.33 -o server.announce=off
	host bob 2 net.ipv6=off
	start bob
	code=$(invite bob)
	expect 5 cam_as bob org join "$code"
	expect_text "$ERR" segment
}

# An address that all can use comes first; where there is none one of the segment will do.
test_the_server_is_found_over_ipv6() {
	lan_up 3
	SERVER=10.77.0.3
	ip -n h2 addr flush dev eth0 scope global
	await 10 has_ipv6 1
	await 10 has_ipv6 2
	await 10 has_ipv6 3
	unsaid -o net.bind=
	host anna 1 && host bob 2
	start anna && start bob
	expect 0 cam_as anna org join -q "$(invite anna)"
	await 20 is_connected anna
	expect_json "$(cam_as anna org status --json)" '.server == "10.77.0.3:2425"'
	expect 0 cam_as bob org join -q "$(invite bob)"
	await 20 is_connected bob
	expect_json "$(cam_as bob org status --json)" '.server | startswith("[fe80:") and endswith("]:2425")'
	await 20 is_as anna bob@host2 .verified
	expect 0 cam_as anna send --timeout 20 bob 'found you'
	# Also one that serves IPMSG programs.
	end_server
	stop bob
	unsaid -o net.bind= -o ipmsg.serve=on
	host carl 2
	start carl
	expect 0 cam_as carl org join -q "$(invite carl)"
	await 20 is_connected carl
	expect_json "$(cam_as carl org status --json)" '.server | startswith("[fe80:")'
}

has_ipv6() { # I
	ip -n "h$1" -6 addr show dev eth0 | grep -q 'inet6 fe80' &&
		! ip -n "h$1" -6 addr show dev eth0 | grep -q tentative
}

# Host 2 answers, too, and has a server of another organisation there.
test_who_lies_about_the_server_is_told_nothing() {
	local liar rogue code
	lan_up 3
	SERVER=10.77.0.3
	unsaid
	code=$(invite anna)
	end_server
	camserver --home "$T/rogue" init --name Rogue >/dev/null
	in_host 2 camserver --home "$T/rogue" -o server.announce=off 2>"$T/rogue.err" &
	rogue=$!
	in_host 2 python3 "$TEST_TOP/tests/lan/liar.py" 2425 >"$T/lies" &
	liar=$!
	await 20 test -S "$T/rogue/run/camserver.sock"
	await 20 grep -q ready "$T/lies"
	host anna 1 net.ipv6=off
	start anna
	expect 7 cam_as anna org join "$code"
	await 20 grep -q lied "$T/lies"
	unsaid
	await 20 joins anna "$code"
	await 20 is_connected anna
	# And when it comes back.
	kill_server
	unsaid
	await 60 is_connected anna
	kill -KILL "$liar"
	kill -TERM "$rogue"
	wait "$rogue" || fail "the other server: $?"
	wait "$liar" 2>/dev/null || true
	refuse_bytes 'is not let in' "$T/rogue.err"
	refuse_bytes 'has come' "$T/rogue.err"
}

joins() { # NAME CODE
	cam_as "$1" org join -q "$2"
}

# Files between two who reach only the server.
apart_at_the_server() {
	two_segments
	no_path
	both_join
	await_user anna bob@host2
	await_user bob anna@host1
}

# The only offer that NAME has, and is through with.
is_fetched() { # NAME FILTER
	cam_as "$1" file ls --json | jq -se "any(.[]; .state == \"done\" and $2)" >/dev/null
}

first_offer() { # NAME: its id
	cam_as "$1" file ls --json | jq -r 'select(.state == "offered" and .direction == "in") | .id' | head -n 1
}

has_offer() { # NAME
	[ -n "$(first_offer "$1")" ]
}

test_files_and_folders_go_by_the_server() {
	apart_at_the_server
	head -c 5000000 /dev/urandom >"$T/big"
	mkdir -p "$T/folder/sub"
	head -c 300000 /dev/urandom >"$T/folder/sub/one"
	echo two >"$T/folder/two"
	expect 0 cam_as anna file send "$T/big" bob
	await 20 has_offer bob
	expect 0 cam_as bob file get "$(first_offer bob)"
	cmp "$T/big" "$T/bob/files/big"
	expect 0 cam_as anna file send "$T/folder" bob
	await 20 has_offer bob
	expect 0 cam_as bob file get "$(first_offer bob)"
	diff -r "$T/folder" "$T/bob/files/folder"
	expect_json "$(cam_as bob status --json)" '.links == 0'
	await 20 is_fetched anna '.name == "folder"'
	await 20 server_is '.transfers == 0 and .transferred > 5000000'
}

# The server's line is slow, so that something is under way when it dies.
slow_server() {
	ip netns exec h3 tc qdisc add dev eth0 root tbf rate 16mbit burst 32k latency 400ms
}

has_some() { # NAME: some of a file has come
	cam_as "$1" file ls --json | jq -se 'any(.[]; .state == "running" and .done > 500000)' >/dev/null
}

test_a_file_by_the_server_survives_its_restart() {
	apart_at_the_server
	slow_server
	head -c 5000000 /dev/urandom >"$T/big"
	expect 0 cam_as anna file send "$T/big" bob
	await 20 has_offer bob
	cam_as bob file get "$(first_offer bob)" >"$T/got" 2>&1 &
	GETTER=$!
	await 30 has_some bob
	kill_server
	serve_org
	await 90 is_fetched bob '.name == "big"'
	cmp "$T/big" "$T/bob/files/big"
	wait "$GETTER" || true
	# It went on from where it had stopped.
	expect_json "$(ask server.status '{}')" '.transferred < 4900000'
}

# Who is asked for a file comes back, and is asked at once.
test_a_file_of_who_is_away_comes_when_he_does() {
	apart_at_the_server
	echo words >"$T/note"
	expect 0 cam_as anna file send "$T/note" bob
	await 20 has_offer bob
	stop anna
	await_user bob anna@host1 offline
	cam_as bob file get "$(first_offer bob)" >"$T/got" 2>&1 &
	GETTER=$!
	await 20 is_waiting bob
	start anna
	await 60 is_fetched bob '.name == "note"'
	wait "$GETTER" || true
	cmp "$T/note" "$T/bob/files/note"
}

is_waiting() { # NAME
	cam_as "$1" file ls --json | jq -se 'any(.[]; .state == "waiting")' >/dev/null
}

# Then it waits until there is another way.
test_no_files_go_by_a_server_that_carries_none() {
	apart_at_the_server
	kill_server
	serve_org -o relay.transfers=0
	await 40 is_connected anna
	await 40 is_connected bob
	echo words >"$T/note"
	expect 0 cam_as anna file send --timeout 30 "$T/note" bob
	await 40 has_offer bob
	expect 4 cam_as bob file get --timeout 3 "$(first_offer bob)"
}

ended() { # NAME REASON
	cam_as "$1" file ls --json | jq -se "any(.[]; .state == \"cancelled\" and .reason == \"$2\")" >/dev/null
}

# Also to who is not there when it happens.
test_who_declines_and_who_withdraws_is_heard_by_the_server() {
	apart_at_the_server
	echo words >"$T/note"
	expect 0 cam_as anna file send "$T/note" bob
	await 20 has_offer bob
	stop anna
	await_user bob anna@host1 offline
	expect 0 cam_as bob file drop "$(first_offer bob)"
	await 20 is_held 1 2
	start anna
	await 20 ended anna declined
	echo more >"$T/other"
	expect 0 cam_as anna file send "$T/other" bob
	await 20 has_offer bob
	expect 0 cam_as anna file cancel "$(cam_as anna file ls --json | jq -r 'select(.name == "other") | .id')"
	await 20 ended bob withdrawn
}
