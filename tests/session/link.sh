# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 300
# link.sh: messages between two camd over their link: confirmed, opened, changed, answered,
# written; and what is left of them when camd dies.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
}

watching() { # NAME FILE ARG...
	local name=$1 file=$2
	shift 2
	in_background "$name" "$file" watch --json "$@"
	WATCHER=$!
	await 10 is_watched "$name"
}

send_from() { # NAME WHO TEXT: the message's id
	cam_as "$1" send --json "$2" "$3" | jq -r .id
}

test_what_arrived_has_a_signed_receipt() {
	two
	expect 0 cam_as anna send --json bob 'over the link'
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed" and .encryption == "cam1"'
	json_all 'all(.[]; .encryption == "cam1" and .signed == "pinned" and .text == "over the link")' \
		<(cam_as bob log --json)
	# The ids are the same at both ends.
	expect_equal "$(cam_as anna log --json | jq -r .id)" "$(cam_as bob log --json | jq -r .id)"
}

test_a_sealed_message_says_that_it_was_opened() {
	local id
	two
	id=$(cam_as anna send --json --seal bob 'for your eyes' | jq -r .id)
	expect_equal null "$(cam_as bob log --json | jq .text)"
	expect 0 cam_as bob open "$id"
	await_log anna ".id == \"$id\" and .state == \"opened\" and .recipients[0].receipt == \"signed\""
}

test_opened_is_told_when_the_sender_is_back() {
	local id
	two
	id=$(cam_as anna send --json --seal bob 'later' | jq -r .id)
	kill_camd anna
	expect 0 cam_as bob open "$id"
	kill_camd bob
	start anna && start bob
	await_log anna ".id == \"$id\" and .state == \"opened\""
}

test_an_answer_names_what_it_answers() {
	local id
	two
	id=$(send_from anna bob 'lunch?')
	expect 0 cam_as bob send --reply "${id:0:8}" anna 'at one'
	await_log anna ".text == \"at one\" and .reply == \"$id\""
}

test_edits_and_deletions_reach_the_other_end() {
	local id
	two
	id=$(send_from anna bob 'lunch at one')
	watching bob "$T/seen" --type message.changed --count 2 --timeout 30
	expect 0 cam_as anna edit "$id" 'lunch at two'
	await_log bob ".id == \"$id\" and .text == \"lunch at two\" and .edited != null"
	expect 0 cam_as anna delete "$id"
	await_log bob ".id == \"$id\" and .text == null and .deleted"
	wait $WATCHER
	expect_equal "$id $id" "$(jq -r .id "$T/seen" | xargs)"
	expect 2 cam_as anna edit "$id" 'too late'
	expect 2 cam_as bob delete "$id"
}

test_writing_is_seen_unless_it_is_switched_off() {
	two
	expect 0 cam_as anna send bob 'makes the link'
	watching bob "$T/seen" --type user.typing --count 2 --timeout 30
	expect 0 cam_as anna rpc talk.typing '{"who":"bob"}'
	expect 0 cam_as anna rpc talk.typing '{"who":"bob","typing":false}'
	wait $WATCHER
	expect_equal 'true false' "$(jq -r .typing "$T/seen" | xargs)"
	json_all 'all(.[]; .user.id == "anna@pc1" and .direct)' "$T/seen"
	# Switched off nothing of it leaves: the next that bob sees is anna's message.
	expect 0 cam_as anna config set typing.send off
	watching bob "$T/then" --type user.typing,message.received --count 1 --timeout 30
	expect 0 cam_as anna rpc talk.typing '{"who":"bob"}'
	expect 0 cam_as anna send bob 'and this'
	wait $WATCHER
	expect_equal message.received "$(jq -r .type "$T/then")"
}

test_a_mebibyte_arrives_as_it_was() {
	two
	head -c 786432 /dev/urandom | base64 -w 0 >"$T/long"
	expect_equal 1048576 "$(stat -c %s "$T/long")"
	expect 0 cam_as anna send -t 60 bob - <"$T/long"
	cam_as bob log --json | jq -j .text | cmp - "$T/long"
}

# What waits for somebody who has spoken cam/1 does not leave by anything weaker.
test_once_cam1_it_waits_for_the_link() {
	two
	expect 0 cam_as anna send bob 'makes the link'
	kill_camd bob
	expect 4 cam_as anna send -t 0.5 --json bob 'waits'
	expect_json "$OUT" '(.state == "queued" or .state == "sent") and .encryption == "cam1"'
	start bob
	await_log bob '.text == "waits" and .encryption == "cam1"'
}

is_through() { # NAME
	[ "$(cam_as "$1" status --json | jq .queued)" = 0 ]
}

# Both die by kill -9 while a crowd of messages is under way: each comes once, in order.
test_a_crowd_stays_whole_and_in_order_whoever_dies() {
	local i round
	two
	expect 0 cam_as anna send bob 0
	for round in 1 2 3 4; do
		for ((i = 1; i <= 60; i++)); do
			expect 0 cam_as anna send --no-wait bob "$round.$i"
		done &
		SENDER=$!
		await 20 log_has bob ".text == \"$round.1\""
		kill_camd bob
		wait $SENDER
		if [ $((round % 2)) = 0 ]; then
			kill_camd anna
			start anna
		fi
		start bob
		await 60 is_through anna
	done
	cam_as anna log --json -n 0 | jq -r 'select(.type == "message.sent") | .text' >"$T/sent"
	cam_as bob log --json -n 0 | jq -r 'select(.type == "message.received") | .text' >"$T/received"
	expect_equal 241 "$(wc -l <"$T/sent")"
	diff "$T/sent" "$T/received"
	json_all 'all(.[]; .missing == 0)' <(cam_as bob log --json -n 0)
}

links_of() { # NAME
	cam_as "$1" status --json | jq .links
}

has_links() { # NAME COUNT
	[ "$(links_of "$1")" = "$2" ]
}

test_the_first_message_makes_the_link_and_both_show_it() {
	two
	expect_equal '0 0' "$(links_of anna) $(links_of bob)"
	expect 0 cam_as anna send --json bob 'hello'
	expect_json "$OUT" '.receipt == "signed" and .encryption == "cam1"'
	# Both may have dialled at once; one of two goes.
	await 20 has_links anna 1
	await 20 has_links bob 1
	json_all 'all(.[]; .encryption == "cam1")' <(cam_as anna ls --json)
	json_all 'all(.[]; .encryption == "cam1")' <(cam_as bob ls --json)
	expect_text "$(cam_as anna status)" '1 to other camd'
	expect 0 cam_as bob status --json
	expect_json "$OUT" '.device | test("^[0-9a-f]{32}$")'
	[ "$(cam_as anna status --json | jq .device)" != "$(jq .device <<<"$OUT")" ] ||
		fail 'two devices with one id'
}

test_a_restarted_camd_is_linked_to_again() {
	two
	expect 0 cam_as anna send bob 'makes the link'
	stop bob
	await 20 has_links anna 0
	start bob
	expect 0 cam_as anna send --json bob 'and again'
	expect_json "$OUT" '.receipt == "signed" and .encryption == "cam1"'
	# Both may have dialled at once; one of two goes.
	await 20 has_links anna 1
	await 20 has_links bob 1
	# What was spoken once stays known, link or no link.
	stop anna
	start anna
	json_all 'all(.[]; .encryption == "cam1")' <(cam_as anna ls --all --json)
	expect 0 cam_as bob send --json anna 'the other way'
	expect_json "$OUT" '.receipt == "signed" and .encryption == "cam1"'
}

test_a_copied_folder_makes_no_link_and_is_named() {
	user anna && start anna
	user carl
	rm -rf "$T/carl/data"
	mkdir -m 700 "$T/carl/data"
	cp -rp "$T/anna/data/keys" "$T/carl/data/"
	start carl
	await 20 roster_has anna '.user == "carl"'
	run cam_as anna send -t 5 carl 'to myself?'
	await 20 grep -q 'shows our own keys' "$T/anna.err"
	expect_equal '0 0' "$(links_of anna) $(links_of carl)"
}
