# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2015
# held.sh: files that the organisation's server holds for who is away, while their sender has
# gone.

. "${BASH_SOURCE[0]%/*}/../held.sh"

test_a_file_arrives_although_its_sender_has_gone() {
	away anna bob
	bytes plan 3000001 >"$T/plan.bin"
	mkdir -p "$T/folder/sub"
	bytes one 300000 >"$T/folder/sub/one"
	echo two >"$T/folder/two"
	leave_file anna "$T/plan.bin" bob
	leave_file anna "$T/folder" bob
	await 20 keeps 2
	lists anna '.name == "folder" and .server == "held" and (.server_until | type) == "string"'
	stop anna
	start bob
	local id
	id=$(offered bob plan.bin)
	# He sees that he need not wait for her.
	await 20 lists bob '.name == "plan.bin" and .server == "held" and .server_until > .sent'
	expect_json "$(cam_as bob log --json | jq -sc .)" 'all(.[]; .offers[0].server == "held")'
	expect 0 cam_as bob file get "$id"
	cmp "$T/plan.bin" "$T/bob/files/plan.bin"
	lists bob '.name == "plan.bin" and .server == null and .server_until == null'
	expect 0 cam_as bob file get "$(offered bob folder)"
	diff -r "$T/folder" "$T/bob/files/folder"
	await 20 keeps 0
	# She comes to know of it.
	start anna
	await 30 lists anna '.name == "plan.bin" and .state == "done" and .fetches == 1'
	await 30 lists anna '.name == "folder" and .state == "done"'
	refuse_bytes plan.bin "$T"/server/work/server.db* "$T"/server/logs/*
}

test_several_have_it_from_one_copy() {
	away anna bob carl
	bytes plan 700001 >"$T/plan.bin"
	leave_file anna "$T/plan.bin" bob,carl
	await 20 keeps 1
	expect_json "$(ask server.status '{}')" '.held == 1 and .held_size > 700001'
	expect_json "$(ask queue.list '{}')" '[.queues[] | select(.files == 1) | .to] == ["bob", "carl"]'
	expect_text "$(ask server.metrics '{}' | jq -r .text)" 'camserver_held_files 1'
	stop anna
	start bob
	expect 0 cam_as bob file get "$(offered bob plan.bin)"
	cmp "$T/plan.bin" "$T/bob/files/plan.bin"
	# It stays for the other, and goes with him.
	await 20 held_for carl
	await 20 keeps 1
	start carl
	expect 0 cam_as carl file get "$(offered carl plan.bin)"
	cmp "$T/plan.bin" "$T/carl/files/plan.bin"
	await 20 keeps 0
	start anna
	await 30 has_done anna 2
	await 20 knows_all
	await 20 server_is '.held == 0 and .held_size == 0'
}

held_for() { # NAME...
	[ "$(ask queue.list '{}' | jq -r '.queues[] | select(.files > 0) | .to' | xargs)" = "$*" ]
}

has_done() { # NAME COUNT
	[ "$(cam_as "$1" file ls --json | jq -s 'map(select(.state == "done")) | length')" = "$2" ]
}

test_what_is_withdrawn_or_declined_goes_from_the_server() {
	away anna bob
	bytes one 200000 >"$T/one" && bytes two 200000 >"$T/two"
	leave_file anna "$T/one" bob
	leave_file anna "$T/two" bob
	await 20 keeps 2
	expect 0 cam_as anna file cancel "$(cam_as anna file ls --json | jq -r 'select(.name == "one") | .id')"
	await 20 keeps 1
	stop anna
	start bob
	expect 0 cam_as bob file drop "$(offered bob two)"
	await 20 keeps 0
	await 20 knows_all
}

test_what_is_beyond_the_limits_waits_at_its_sender() {
	local id
	serve_org
	ask config.set '{"key":"hold.file","value":"1000000"}' >/dev/null
	ask config.set '{"key":"hold.sender","value":"1500000"}' >/dev/null
	join anna bob
	await_user anna bob@pc2
	stop bob
	await_user anna bob@pc2 offline
	bytes large 1000001 >"$T/large" && bytes one 900000 >"$T/one" && bytes two 900000 >"$T/two"
	expect 0 cam_as anna file send --no-wait "$T/large" bob
	await 30 lists anna '.name == "large" and .server == "large"'
	leave_file anna "$T/one" bob
	expect 0 cam_as anna file send --no-wait "$T/two" bob
	await 30 lists anna '.name == "two" and .server == "full"'
	await 20 keeps 1
	# They are fetched from her once both are there.
	start bob
	for id in large one two; do
		expect 0 cam_as bob file get "$(offered bob "$id")"
		cmp "$T/$id" "$T/bob/files/$id"
	done
	await 20 keeps 0
}

test_a_server_that_holds_no_files_takes_none() {
	serve_org
	ask config.set '{"key":"hold.file","value":"0"}' >/dev/null
	join anna bob
	await_user anna bob@pc2
	stop bob
	await_user anna bob@pc2 offline
	bytes one 1000 >"$T/one"
	expect 0 cam_as anna file send --no-wait "$T/one" bob
	await 30 lists anna '.name == "one" and .server == "off"'
	keeps 0
}

test_files_of_who_is_a_member_no_more_go() {
	away anna bob carl
	bytes one 100000 >"$T/one" && bytes two 100000 >"$T/two"
	leave_file anna "$T/one" bob
	leave_file anna "$T/two" bob,carl
	await 20 keeps 2
	ask member.remove '{"name":"bob"}' >/dev/null
	await 20 keeps 1
	ask member.remove '{"name":"anna"}' >/dev/null
	await 20 keeps 0
	await 20 knows_all
}

# They expire; what no row knows, and what a row knows and is not there, goes at the start.
test_the_server_begins_with_what_is_there() {
	away anna bob
	bytes one 100000 >"$T/one" && bytes two 100000 >"$T/two"
	leave_file anna "$T/one" bob
	leave_file anna "$T/two" bob
	stop anna
	end_server
	await 20 keeps 2
	: >"$T/server/work/held/00112233445566778899aabbccddeeff"
	: >"$T/server/work/held/strange"
	serve_org
	await 20 keeps 2
	end_server
	truncate -s 1000 "$(find "$T/server/work/held" -type f | head -n 1)"
	serve_org
	await 20 keeps 1
	end_server
	python3 -c '
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute("UPDATE held SET expires_ms = 1000")
store.commit()' "$T/server/work/server.db"
	serve_org
	await 20 keeps 0
	await 20 knows_all
}
