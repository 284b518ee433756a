# shellcheck shell=bash disable=SC2034,SC2154
# middle.sh: anna and bob with a man in the middle of their only cable (mitm.py). Source it
# after ns.sh and peers.sh, then:
#
#   middle_up [ARG]...      the two hosts, anna and bob on them, and him between, who passes
#                           everything on; the ARGs go to mitm.py
#   man COMMAND...          tells him what to do; prints his answer
#   man_saw FILTER [S] | man_count FILTER    as peer_saw, peer_count
#   sent_over_udp SIDE      how many messages left that end as IPMSG

middle_up() { # [ARG]...
	mount -t tmpfs tmpfs /run
	mkdir -p /run/netns
	middle_cable 1 near 2
	middle_cable 2 far 1
	host anna 1 net.ipv6=off && host bob 2 net.ipv6=off
	PEER_PROGRAM=mitm.py peer_start man - --near near --far far "$@"
}

middle_cable() { # I NETNS J: host I, and at the other end NETNS with host J's address
	ip netns add "h$1"
	ip netns add "$2"
	ip -n "h$1" link add eth0 type veth peer name eth0 netns "$2"
	middle_address "h$1" "$1"
	middle_address "$2" "$3"
}

middle_address() { # NETNS I
	ip -n "$1" link set lo up
	ip -n "$1" addr add "$LAN_NET.$2/24" broadcast "$LAN_NET.255" dev eth0
	ip -n "$1" link set eth0 up
	ip -n "$1" route add 255.255.255.255/32 dev eth0
	ip -n "$1" route add 224.0.0.0/4 dev eth0
}

man() { # COMMAND...
	peer_do man "$@"
}

man_saw() { # FILTER [SECONDS]
	peer_saw man "$@"
}

man_count() { # FILTER
	peer_count man "$@"
}

sent_over_udp() { # SIDE
	man counts | jq --arg side "$1" '[.counts[$side] | to_entries[] | select(.key | startswith("SENDMSG")) | .value] | add // 0'
}
