# shellcheck shell=bash disable=SC2034,SC2154
# limit: 180
# relay.sh: links over a bad cable: nothing lost, doubled, or out of order. A third of all
# frames lost is in tests/long/relay.sh: there TCP crawls.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/cable.sh
. "$TEST_TOP/tests/lan/cable.sh"
# shellcheck source=tests/lan/flood.sh
. "$TEST_TOP/tests/lan/flood.sh"

test_a_thousand_messages_in_flight_over_a_good_cable() {
	linked_pair 101
	flood anna bob@host2 1000 go &
	flood bob anna@host1 300 come
	wait $!
	settled_both 60
	whole bob anna 1000 go && whole anna bob 300 come
	all_by_link anna 1000 go && all_by_link bob 300 come
}

test_doubled_late_and_disordered_frames_change_nothing() {
	linked_pair 102
	cable dup 30 && cable delay 2 && cable jitter 10
	flood anna bob@host2 1000 go &
	flood bob anna@host1 100 come
	wait $!
	settled_both 90
	whole bob anna 1000 go && whole anna bob 100 come
	all_by_link anna 1000 go && all_by_link bob 100 come
	cable count | json_last '.end1.doubled > 50 and .end2.doubled > 50'
}

test_a_tenth_of_all_frames_lost_changes_nothing() {
	linked_pair 103
	cable loss 10 && cable dup 5 && cable jitter 3
	flood anna bob@host2 1000 go &
	flood bob anna@host1 100 come
	wait $!
	settled_both 120
	cable loss 0
	whole bob anna 1000 go && whole anna bob 100 come
	all_by_link anna 1000 go && all_by_link bob 100 come
	cable count | json_last '.end1.lost > 20 and .end2.lost > 20'
}

# Cut in both ways, then in one way only, while messages are on their way.
test_partitions_that_heal_lose_and_double_nothing() {
	linked_pair 104
	local way
	for way in '' end1 end2; do
		flood anna bob@host2 200 "go$way" &
		await 20 one_arrived bob "go$way"
		# shellcheck disable=SC2086
		cable cut $way
		flood bob anna@host1 20 "come$way"
		wait $!
		give_time 3
		cable heal
		settled_both 60
		whole bob anna 200 "go$way" && whole anna bob 20 "come$way"
	done
	all_by_link anna 200 go && all_by_link anna 200 goend1 && all_by_link anna 200 goend2
}

one_arrived() { # NAME TAG
	[ -n "$(numbers_of "$2" <"$T/shown.$1")" ]
}

# A cable that is out long enough for both to give the link up, and what is written
# meanwhile at both ends.
test_what_is_written_on_both_islands_arrives_when_they_meet_again() {
	linked_pair 105
	cable cut
	flood anna bob@host2 50 go
	flood bob anna@host1 50 come
	give_time 8
	cable heal
	settled_both 90
	whole bob anna 50 go && whole anna bob 50 come
	all_by_link anna 50 go && all_by_link bob 50 come
}

test_an_end_that_dies_in_mid_flight_gets_everything_once() {
	linked_pair 106
	cable loss 5 && cable dup 10 && cable jitter 5
	local times
	for times in 1 2 3; do
		flood anna bob@host2 150 "go$times" &
		await 20 one_arrived bob "go$times"
		kill_camd bob
		wait $!
		start bob
		rm -f "$T/shown.bob"
		look_at bob
		settled_both 90
		seq 0 149 >"$T/wanted"
		cam_as bob log --json -n 0 | numbers_of "go$times" | cmp "$T/wanted" - || fail "go$times"
		all_by_link anna 150 "go$times"
	done
}

test_a_sender_that_dies_in_mid_flight_sends_everything_once() {
	linked_pair 107
	cable loss 5 && cable dup 10 && cable jitter 5
	local times
	for times in 1 2 3; do
		flood anna bob@host2 150 "go$times"
		kill_camd anna
		start anna
		rm -f "$T/shown.anna"
		look_at anna
		settled_both 90
		whole bob anna 150 "go$times"
		all_by_link anna 150 "go$times"
	done
}

test_a_large_message_passes_a_bad_cable_whole() {
	linked_pair 108
	cable loss 2 && cable jitter 2
	head -c 786000 /dev/urandom | base64 -w 0 | head -c 1048576 >"$T/large"
	expect 0 cam_as anna send --timeout 100 bob@host2 - <"$T/large"
	expect 0 cam_as anna send --timeout 30 bob@host2 'and a small one'
	cam_as bob log --json -n 2 | jq -r 'select(.text | length > 100) | .text' | tr -d '\n' |
		cmp - "$T/large" || fail 'not the same text'
}

# While both dial each other at once, again and again, one link remains and nothing is lost.
test_both_dialling_at_once_settle_on_one_link() {
	linked_pair 109
	cable delay 30 && cable jitter 20
	local times
	for times in 1 2 3 4 5; do
		stop bob
		start bob
		rm -f "$T/shown.bob" && look_at bob
		meet anna bob
		flood anna bob@host2 5 "go$times" &
		flood bob anna@host1 5 "come$times"
		wait $!
		settled_both 60
		expect_equal "$(seq 0 4)" "$(cam_as bob log --json -n 0 | numbers_of "go$times")"
		expect_equal "$(seq 0 4)" "$(cam_as anna log --json -n 0 | numbers_of "come$times")"
		await 20 one_connection
	done
}

one_connection() {
	[ "$(ip netns exec h1 ss -Htn state established | wc -l)" = 1 ]
}

# bob takes his machine to another network: neither end hears anything of the old link again.
test_who_moves_to_another_network_is_back_within_seconds() {
	linked_pair 110
	local turn addr
	for turn in 1 2; do
		ip -n h2 addr flush dev eth0 scope global
		addr=$LAN_NET.$((20 + turn))
		ip -n h2 addr add "$addr/24" broadcast "$LAN_NET.255" dev eth0
		ip -n h2 route replace 255.255.255.255/32 dev eth0
		ip -n h2 route replace 224.0.0.0/4 dev eth0
		expect 0 cam_as bob send --json --timeout 15 anna@host1 "from $addr"
		expect_json "$OUT" '.state == "delivered" and .encryption == "cam1"'
		expect 0 cam_as anna send --json --timeout 15 bob@host2 "to $addr"
		expect_json "$OUT" '.state == "delivered" and .encryption == "cam1"'
		await 20 one_connection
	done
}

# Known by his link alone: no entry of his arrives, and nothing says that he has gone.
test_who_dies_silently_is_shown_offline() {
	linked_pair 111
	in_background anna "$T/left" watch --type user.left --json
	await 10 is_watched anna
	cable cut
	await 90 json_all 'any(.[]; .user.user == "bob")' "$T/left"
	expect_json "$(cam_as anna ls --all --json)" '.state == "offline"'
	cable heal
	expect 0 cam_as anna send --json --timeout 60 bob@host2 'are you there?'
	expect_json "$OUT" '.state == "delivered"'
}
