# shellcheck shell=bash disable=SC2034,SC2154,SC2015,SC2028
# roster.sh: finding each other on real networks: late cables, IPv6, several camd on one host, lists.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"

test_three_hosts_find_each_other_without_any_setting() {
	lan_up 3
	host anna 1 && host bob 2 && host carl 3
	start anna && start bob && start carl
	meet anna bob && meet anna carl && meet bob carl
	expect_json "$(cam_as anna ls --json | jq -s .)" 'length == 2'
	expect 0 cam_as anna send --json bob,carl 'to both'
	json_all 'all(.[]; .encryption == "cam1")' <<<"$OUT"
}

test_a_cable_plugged_in_later_is_noticed() {
	lan_up 2
	host anna 1 && host bob 2
	unplug 2
	start anna && start bob
	expect_equal '' "$(cam_as bob ls --json)"
	plug 2
	meet anna bob
}

test_an_address_that_comes_later_is_noticed() {
	lan_up 2
	host anna 1 && host bob 2
	ip -n h2 addr flush dev eth0
	start anna && start bob
	ip -n h2 addr add 10.77.0.2/24 broadcast 10.77.0.255 dev eth0
	meet anna bob
	# And another one, as a lease that changed.
	ip -n h2 addr add 10.77.0.22/24 broadcast 10.77.0.255 dev eth0
	ip -n h2 addr del 10.77.0.2/24 dev eth0
	ip -n h2 addr add 10.77.0.22/24 broadcast 10.77.0.255 dev eth0 2>/dev/null || true
	await 20 roster_has anna '.id == "bob@host2" and .addr == "10.77.0.22"'
	expect 0 cam_as anna send bob 'at the new address'
	expect_equal 1 "$(in_log bob true)"
}

test_a_network_of_its_own_cable_is_announced_on_too() {
	lan_up 2
	host anna 1 net.ipv6=off && host bob 2 net.ipv6=off
	# A second cable between them, on which alone they meet.
	ip link add wire type veth peer name wire2
	ip link set wire netns h1
	ip link set wire2 netns h2
	unplug 1
	start anna && start bob
	ip -n h1 addr add 192.168.9.1/24 broadcast 192.168.9.255 dev wire
	ip -n h2 addr add 192.168.9.2/24 broadcast 192.168.9.255 dev wire2
	ip -n h1 link set wire up
	ip -n h2 link set wire2 up
	meet anna bob
	await 10 roster_has anna '.addr == "192.168.9.2"'
}

test_ipv6_alone_is_enough() {
	lan_up 2
	host anna 1 && host bob 2
	ip -n h1 addr flush dev eth0 scope global
	ip -n h2 addr flush dev eth0 scope global
	await 10 has_ipv6 1
	await 10 has_ipv6 2
	start anna && start bob
	meet anna bob
	await 20 roster_has anna '.addr | startswith("fe80:")'
	expect 0 cam_as anna send --json bob 'over IPv6'
	expect_json "$OUT" '.state == "delivered" and .encryption == "cam1"'
	expect_equal 1 "$(in_log bob '.text == "over IPv6"')"
}

has_ipv6() { # I
	ip -n "h$1" -6 addr show dev eth0 | grep -q 'inet6 fe80' &&
		! ip -n "h$1" -6 addr show dev eth0 | grep -q tentative
}

test_three_camd_on_one_host_all_see_each_other_and_the_lan() {
	lan_up 2
	host anna 1 && host bob 1 && host carl 1 && host dora 2
	start anna && start bob && start carl && start dora
	expect_equal 3 "$(for name in anna bob carl; do cam_as $name status --json | jq .port; done | sort -u | wc -l)"
	meet anna bob && meet bob carl && meet anna carl
	meet anna dora && meet bob dora && meet carl dora
	# Everybody can write to everybody.
	expect 0 cam_as dora send --json anna,bob,carl 'to all three'
	expect_equal 1 "$(in_log anna '.text == "to all three"')"
	expect_equal 1 "$(in_log bob '.text == "to all three"')"
	expect_equal 1 "$(in_log carl '.text == "to all three"')"
	expect 0 cam_as carl send anna 'from the third'
	expect_equal 1 "$(in_log anna '.text == "from the third"')"
	# Who comes later is seen by all of them.
	user emil user.host=later
	USERS=("${USERS[@]}")
	HOST_OF[emil]=2
	sed -i '/^net.bind\|^net.broadcast\|^net.ipv6/d' "$T/emil/cam.ini"
	start emil
	await_user bob emil@later
	await_user carl emil@later
	# The one with the port leaves; the others still talk.
	stop anna
	await_user bob anna@host1 offline
	expect 0 cam_as dora send bob 'without anna'
}

test_a_wildcard_reaches_who_no_broadcast_reaches() {
	lan_up 2
	# Two networks with a router between them, which lets no broadcast through.
	ip -n h2 addr flush dev eth0
	ip -n h2 addr add 10.78.0.2/24 broadcast 10.78.0.255 dev eth0
	ip addr add 10.77.0.254/24 dev br0
	ip addr add 10.78.0.254/24 dev br0
	echo 1 >/proc/sys/net/ipv4/ip_forward
	ip -n h1 route add default via 10.77.0.254
	ip -n h2 route add default via 10.78.0.254
	host anna 1 'net.broadcast=10.78.0.*' net.ipv6=off && host bob 2 net.ipv6=off
	start bob && start anna
	await_user anna bob@host2
	await_user bob anna@host1
	expect 0 cam_as bob send anna 'through the router'
	expect_equal 1 "$(in_log anna true)"
}

test_a_host_list_is_given_to_networks_that_may_have_it() {
	lan_up 3
	host anna 1 'net.list_for=10.77.0.0/24' && host bob 2
	start anna && start bob
	meet anna bob
	listen_to 1 "$T/wire"
	ask_for_list
	await 10 grep -q '^10.77.0.1:2425 10.77.0.3:[0-9]* [0-9]* 0x13 .*bob' "$T/wire"
	kill $LISTENER
}

# A client of the old kind on host 3 asks for the list from the beginning.
ask_for_list() {
	printf '%s\n' '1:100:old:host3:1:Old\0' '1:101:old:host3:18:0\0' | spoof 3 10.77.0.3 10.77.0.1
}

test_a_host_list_is_given_to_nobody_else() {
	lan_up 3
	host anna 1 && host bob 2
	start anna && start bob
	meet anna bob
	listen_to 1 "$T/wire"
	ask_for_list
	# The answer to the entry comes, that to the question does not.
	await 10 grep -q '^10.77.0.1:2425 10.77.0.3:2425 [0-9]* 0x03' "$T/wire"
	! grep -q ' 0x13 ' "$T/wire" || fail 'a list was given'
	kill $LISTENER
}

test_a_roster_is_there_at_once_after_a_restart_without_the_network() {
	lan_up 2
	host anna 1 && host bob 2
	start anna && start bob
	meet anna bob
	cam_as anna send bob 'pins the key'
	stop anna
	unplug 1
	start anna
	expect 0 cam_as anna ls --json
	expect_json "$OUT" '.id == "bob@host2" and .nick == "Bob" and .encryption == "cam1"'
	# What is written now arrives when the cable is back.
	expect 0 cam_as anna send --no-wait bob 'from the island'
	plug 1
	await_log bob '.text == "from the island"'
}

test_a_peer_that_vanished_is_not_waited_for_for_ever() {
	lan_up 2
	host anna 1 && host bob 2
	start anna && start bob
	meet anna bob
	cam_as anna send bob 'pins the key'
	unplug 2
	expect 4 cam_as anna send --json --timeout 6 bob 'into the void'
	expect_json "$OUT" '.state == "queued" or .state == "sent"'
	plug 2
	await_log bob '.text == "into the void"'
	expect_equal 1 "$(in_log bob '.text == "into the void"')"
}

test_a_bad_line_loses_and_doubles_nothing() {
	lan_up 2
	host anna 1 && host bob 2
	start anna && start bob
	meet anna bob
	cam_as anna send bob 'pins the key'
	ip netns exec h1 nft -f - <<-'END' 2>/dev/null || skip 'no nftables here'
		table inet bad {
			chain lossy {
				type filter hook output priority 0
				udp dport 2425 numgen random mod 100 < 30 drop
			}
		}
	END
	local i pids=()
	for i in {1..20}; do
		cam_as anna send --timeout 50 bob "number $i" >/dev/null &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || true
	done
	ip netns exec h1 nft flush ruleset
	await 20 all_delivered
	expect_equal 20 "$(in_log bob '.text | startswith("number")')"
	expect_equal 20 "$(cam_as bob log --json | jq -r 'select(.text | startswith("number")) | .text' | sort -u | wc -l)"
}

all_delivered() {
	[ "$(in_log anna '.state != "delivered"')" = 0 ]
}
