# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# cable_selftest.sh: the relay does to frames what its seed says, so that what camd does on
# such a cable can be believed.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/cable.sh
. "$TEST_TOP/tests/lan/cable.sh"

COUNT=2000

# Nothing but what the test sends is on the cable.
quiet_cable() { # SEED
	local i mac
	cable_up "$1"
	for i in 1 2; do
		ip netns exec "h$i" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
		mac=$(ip -n "h$((3 - i))" -j link show eth0 | jq -r '.[0].address')
		ip -n "h$i" neigh replace "$LAN_NET.$((3 - i))" lladdr "$mac" dev eth0 nud permanent
	done
	await 10 silent_cable
	cable restart >/dev/null
}

# What the kernel says by itself at the beginning (IGMP) is over.
silent_cable() {
	local before
	before=$(cable count)
	give_time 1
	[ "$before" = "$(cable count)" ]
}

# Numbered datagrams from host 1 to host 2; which arrived, in their order, is in FILE.
send_numbers() { # FILE [COUNT]
	local listener
	# What an earlier one has said is not its word.
	rm -f "$1.err"
	(in_host 2 python3 "$TEST_TOP/tests/lan/numbers.py" receive 7000) >"$1" 2>"$1.err" &
	listener=$!
	await 10 grep -q ready "$1.err"
	on 1 python3 "$TEST_TOP/tests/lan/numbers.py" send "$LAN_NET.2" 7000 "${2:-$COUNT}"
	await 20 cable_is_empty "${2:-$COUNT}"
	kill -TERM $listener
	wait $listener || fail "the listener ended with $?"
}

# All that went in has come out or met its end.
cable_is_empty() { # COUNT
	cable count | json_last ".end1 | .in == $1 and .in + .doubled == .out + .lost + .cut + .full + .down"
}

foretold() { # SEED LOSS DUP
	python3 "$TEST_TOP/tests/lan/numbers.py" foretell "$1" "$COUNT" "$2" "$3"
}

test_a_good_cable_loses_and_moves_nothing() {
	quiet_cable 1
	send_numbers "$T/got"
	expect_equal "$(seq 0 $((COUNT - 1)) | sha256sum)" "$(sha256sum <"$T/got")"
	cable_end
}

test_loss_and_doubles_are_those_of_the_seed() {
	quiet_cable 42
	cable loss 10 >/dev/null && cable dup 20 >/dev/null
	send_numbers "$T/got"
	foretold 42 10 20 >"$T/foretold"
	cmp "$T/foretold" "$T/got" || fail 'other frames than the seed says'
	# And the seed says what was asked for: within five deviations.
	local lost doubled
	lost=$(cable count | jq .end1.lost)
	doubled=$(cable count | jq .end1.doubled)
	[ "$lost" -gt 133 ] && [ "$lost" -lt 267 ] || fail "$lost of $COUNT lost"
	[ "$doubled" -gt 271 ] && [ "$doubled" -lt 449 ] || fail "$doubled of $COUNT doubled"
	# The same seed, the same fate; numbered anew it is the same again.
	cable restart >/dev/null
	send_numbers "$T/again"
	cmp "$T/got" "$T/again" || fail 'the same seed, another fate'
	cable_end
}

test_another_seed_is_another_fate() {
	quiet_cable 43
	cable loss 10 >/dev/null
	send_numbers "$T/got"
	foretold 43 10 0 | cmp - "$T/got" || fail 'other frames than the seed says'
	! foretold 42 10 0 | cmp -s - "$T/got" || fail 'two seeds, one fate'
	cable_end
}

test_jitter_changes_the_order_and_loses_nothing() {
	quiet_cable 44
	cable jitter 40 >/dev/null
	send_numbers "$T/got"
	expect_equal "$(seq 0 $((COUNT - 1)) | sort)" "$(sort "$T/got")"
	! seq 0 $((COUNT - 1)) | cmp -s - "$T/got" || fail 'all in order'
	cable_end
}

test_delay_is_waited_for() {
	quiet_cable 45
	cable delay 150 >/dev/null
	local rtt
	rtt=$(on 1 python3 "$TEST_TOP/tests/lan/numbers.py" ping "$LAN_NET.2")
	[ "$rtt" -ge 300 ] || fail "there and back in $rtt ms"
	[ "$rtt" -lt 2000 ] || fail "there and back in $rtt ms"
	cable_end
}

test_nothing_passes_a_cut_cable_until_it_is_healed() {
	quiet_cable 46
	cable cut >/dev/null
	send_numbers "$T/got" 100
	expect_equal '' "$(cat "$T/got")"
	cable count | json_last '.end1.cut == 100'
	cable heal >/dev/null && cable restart >/dev/null
	send_numbers "$T/got" 100
	expect_equal 100 "$(wc -l <"$T/got")"
	# One way only: what the other end sends passes.
	cable cut end2 >/dev/null && cable restart >/dev/null
	send_numbers "$T/got" 100
	expect_equal 100 "$(wc -l <"$T/got")"
	cable_end
}
