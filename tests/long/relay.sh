# shellcheck shell=bash disable=SC2034,SC2154
# limit: 1800
# relay.sh: a third of all frames lost, and everything bad at once. TCP crawls there: minutes.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/cable.sh
. "$TEST_TOP/tests/lan/cable.sh"
# shellcheck source=tests/lan/flood.sh
. "$TEST_TOP/tests/lan/flood.sh"

test_a_third_of_all_frames_lost_changes_nothing() {
	linked_pair 201
	cable loss 30
	flood anna bob@host2 1000 go &
	flood bob anna@host1 100 come
	wait $!
	settled_both 1500
	cable loss 0
	whole bob anna 1000 go && whole anna bob 100 come
	all_by_link anna 1000 go && all_by_link bob 100 come
}

test_everything_at_once_changes_nothing() {
	linked_pair 202
	cable loss 20 && cable dup 20 && cable delay 5 && cable jitter 30
	local i
	RANDOM=202
	flood anna bob@host2 1000 go &
	flood bob anna@host1 1000 come
	wait $!
	for i in 1 2 3 4 5 6; do
		give_time $((RANDOM % 20 + 5))
		case $((RANDOM % 4)) in
		0) cable cut && give_time 20 ;;
		1) cable cut end1 && give_time 10 ;;
		2) kill_camd bob && start bob ;;
		3) kill_camd anna && start anna ;;
		esac
		cable heal
	done
	cable loss 5
	settled_both 1200
	rm -f "$T"/shown.*
	whole bob anna 1000 go && whole anna bob 1000 come
	all_by_link anna 1000 go && all_by_link bob 1000 come
}

# A link made while a third of all frames get lost, from the first entry packet on.
test_a_link_comes_up_over_a_very_bad_cable() {
	cable_up 203
	cable loss 30
	host anna 1 && host bob 2
	start anna && start bob
	await 120 roster_has anna '.id == "bob@host2"'
	await 120 roster_has bob '.id == "anna@host1"'
	expect 0 cam_as anna send --timeout 120 bob@host2 'hello'
	expect 0 cam_as bob send --timeout 120 anna@host1 'hello'
	await 120 roster_has anna '.encryption == "cam1"'
	flood anna bob@host2 50 go
	settled_both 600
	whole bob anna 50 go
}
