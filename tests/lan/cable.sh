# shellcheck shell=bash disable=SC2034,SC2154
# cable.sh: two hosts with a bad cable between them (relay.c tells what it can do to
# frames). Source it after ns.sh, then:
#
#   cable_up SEED       hosts 1 and 2, with the relay in place of the bridge
#   cable COMMAND...    one command of the relay; prints its counters
#   narrow RATE         so much a second can leave either host, as 300kbit
#   cable_end           pulls it out
#
# TAP devices need /dev/net/tun; where it cannot be opened the test is skipped.

cable_up() { # SEED
	local i
	[ -n "${TEST_SANDBOX:-}" ] || skip 'no namespaces here (unshare)'
	[ -w /dev/net/tun ] || skip 'no TAP devices here (/dev/net/tun)'
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns
	rm -f "$T/cable.in" "$T/cable.out"
	mkfifo "$T/cable.in" "$T/cable.out"
	"$TEST_BUILD/tools/relay" "$1" end1 end2 <"$T/cable.in" >"$T/cable.out" 2>"$T/cable.err" &
	CABLE_PID=$!
	exec {CABLE_IN}>"$T/cable.in" {CABLE_OUT}<"$T/cable.out"
	expect_equal ready "$(cable_says)"
	for i in 1 2; do
		ip netns add "h$i"
		ip -n "h$i" link set lo up
		# IPv6 addresses are usable at once: nobody else could have them.
		ip netns exec "h$i" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
		ip link set "end$i" netns "h$i" name eth0
		ip -n "h$i" addr add "$LAN_NET.$i/24" broadcast "$LAN_NET.255" dev eth0
		ip -n "h$i" link set eth0 up
		ip -n "h$i" route add 255.255.255.255/32 dev eth0
		ip -n "h$i" route add 224.0.0.0/4 dev eth0
	done
}

cable_says() {
	local line
	read -r -t 100 -u "$CABLE_OUT" line || fail "the relay is silent: $(cat "$T/cable.err")"
	echo "$line"
}

cable() { # COMMAND...
	echo "$*" >&"$CABLE_IN"
	cable_says
}

cable_end() {
	cable quit >/dev/null
	wait "$CABLE_PID" || fail "the relay ended with $?: $(cat "$T/cable.err")"
	exec {CABLE_IN}>&- {CABLE_OUT}<&-
}

lan_end() {
	[ -z "${CABLE_PID:-}" ] || kill "$CABLE_PID" 2>/dev/null || true
}

narrow() { # RATE: for what leaves either host
	local i
	for i in 1 2; do
		ip netns exec "h$i" tc qdisc replace dev eth0 root tbf rate "$1" burst 8kb latency 150ms 2>"$T/tc.err" ||
			skip "no tbf here: $(cat "$T/tc.err")"
	done
}
