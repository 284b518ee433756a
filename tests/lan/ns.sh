# shellcheck shell=bash disable=SC2034,SC2004,SC2154
# tests/lan/ns.sh: a LAN inside a test's own namespaces: hosts on a bridge, and nothing
# that leads outside. Source it in a test file, then:
#
#   lan_segment NET       another segment, with hosts to be added by lan_host I
#   lan_router            leads from the first segment to that one
#   lan_up N              hosts 1..N, host I has eth0 with 10.77.0.I/24
#   in_host I COMMAND...  replaces this (sub)shell by COMMAND on host I, named hostI
#   on I COMMAND...       runs COMMAND on host I
#   host NAME I [KEY=VALUE]...   a user (see lib.sh) whose camd runs on host I
#   plug I | unplug I     host I's cable
#
# Adapted for networks inside an unshared one, so it needs no root: everything vanishes
# with the test. Tests of files without "test_" in their name are not run.

LAN_NET=10.77.0 LAN_BRIDGE=br0

lan_up() { # N
	local i
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns
	lan_bridge
	for ((i = 1; i <= $1; i++)); do
		lan_host "$i"
	done
	for ((i = 1; i <= $1; i++)); do
		await 5 lan_is_up "$i"
	done
}

lan_bridge() {
	ip link add "$LAN_BRIDGE" type bridge forward_delay 0 stp_state 0
	ip link set "$LAN_BRIDGE" type bridge mcast_snooping 0
	echo 1 >"/proc/sys/net/ipv6/conf/$LAN_BRIDGE/disable_ipv6"
	ip link set "$LAN_BRIDGE" up
}

lan_segment() { # NET
	LAN_NET=$1 LAN_BRIDGE=br1
	lan_bridge
}

lan_leg() { # I NET BRIDGE: of the router, as its interface ethI
	ip link add "r$1" type veth peer name "eth$1" netns router
	ip link set "r$1" master "$3" up
	ip -n router addr add "$2.254/24" broadcast "$2.255" dev "eth$1"
	ip -n router link set "eth$1" up
}

# The hosts that there are use it.
lan_router() {
	local name net
	ip netns add router
	lan_leg 0 10.77.0 br0
	lan_leg 1 "$LAN_NET" br1
	ip netns exec router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	for name in $(ip netns list | sed -n 's/^\(h[0-9]*\).*/\1/p'); do
		net=$(ip -n "$name" -4 -o addr show eth0 | sed 's/.* inet \([0-9.]*\)\.[0-9]*\/.*/\1/')
		ip -n "$name" route add default via "$net.254"
	done
}

lan_host() { # I
	ip netns add "h$1"
	ip -n "h$1" link set lo up
	# IPv6 addresses are usable at once: nobody else could have them.
	ip netns exec "h$1" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
	ip link add "p$1" type veth peer name eth0 netns "h$1"
	ip link set "p$1" master "$LAN_BRIDGE" up
	ip -n "h$1" addr add "$LAN_NET.$1/24" broadcast "$LAN_NET.255" dev eth0
	ip -n "h$1" link set eth0 up
	ip -n "h$1" route add 255.255.255.255/32 dev eth0
	ip -n "h$1" route add 224.0.0.0/4 dev eth0
}

lan_is_up() { # I
	ip -n "h$1" -o link show eth0 | grep -q 'state UP' &&
		ip -o link show "p$1" | grep -q 'state forwarding\|state UP'
}

in_host() { # I COMMAND...
	exec ip netns exec "h$1" unshare --uts sh -c 'hostname "host$1"; shift; exec "$@"' sh "$@"
}

on() { # I COMMAND...
	(in_host "$@")
}

host() { # NAME I [KEY=VALUE]...
	local name=$1 i=$2
	shift 2
	HOST_OF[$name]=$i
	user "$name" "user.host=host$i" "$@"
	ADDR_OF[$name]=$LAN_NET.$i
}

plug() { # I
	ip link set "p$1" up
	await 5 lan_is_up "$1"
}

unplug() { # I
	ip link set "p$1" down
}

# -- what is on the wire --------------------------------------------------------

spoof() { # I FROM[:PORT] TO[:PORT]: host I sends each line of stdin as if it were FROM
	local i=$1
	shift
	on "$i" python3 "$TEST_TOP/tests/lan/spoof.py" send "$@"
}

# What host I sends, as lines in a file: from, to, length, command, bytes.
listen_to() { # I FILE
	rm -f "$2"
	python3 "$TEST_TOP/tests/lan/spoof.py" watch "p$1" >"$2" &
	LISTENER=$!
	await 10 grep -q ready "$2"
}

# Watches for a while: what must not happen can only be seen by giving it the time to.
give_time() { # SECONDS
	read -r -t "$1" -u "$never" || true
}
