# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 180
# server.sh: a camserver collects the users of two segments with a router between them, and
# lists them for those who ask.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/iptux/iptux.sh
. "$TEST_TOP/tests/lan/iptux/iptux.sh"

# Hosts 1 and 2 in one segment, 3 and 4 in the other, camserver on host 1.
campus() { # ARG...
	lan_up 2
	lan_segment 10.78.0
	lan_host 3
	lan_host 4
	await 5 lan_is_up 3
	await 5 lan_is_up 4
	lan_router
	camserver --home "$T/server" init --name Campus >/dev/null
	in_host 1 camserver --home "$T/server" -o ipmsg.serve=on -o ipmsg.interval=2 \
		-o 'net.broadcast=10.78.0.*' -o 'net.list_for=10.77.0.0/24 10.78.0.0/24' "$@" \
		2>"$T/server.err" &
	SERVER_PID=$!
	await 20 admin status
}

admin() { # VERB...
	cam server --home "$T/server" "$@" >/dev/null 2>&1
}

lan_end() {
	[ -z "${SERVER_PID:-}" ] || {
		kill -TERM "$SERVER_PID" 2>/dev/null
		wait "$SERVER_PID" 2>/dev/null || rc=1
	}
	[ "$rc" = 0 ] || [ "$rc" = 77 ] || tail -n 40 "$T/server.err"
}

in_segment() { # NAME I: a user who names the server
	LAN_NET=10.77.0
	[ "$2" -lt 3 ] || LAN_NET=10.78.0
	host "$1" "$2" net.broadcast=10.77.0.1 security.cleartext=on
	start "$1"
}

counts() { # N
	cam server --home "$T/server" status --json | jq -e ".ipmsg_users == $1" >/dev/null
}

test_iptux_and_camd_see_each_other_across_a_router() {
	campus
	in_segment anna 2
	iptux_start 3 Tux Penguins
	await 40 roster_has anna '.nick == "Tux" and .state != "offline" and .addr == "10.78.0.3"'
	iptux_saw 3 $'^(online|update)\t10.77.0.2\tAnna\t'
	await 20 counts 2
	expect 0 cam_as anna send Tux hello
	iptux_saw 3 $'^message\t10.77.0.2\thello$'
	# What goes is told, too.
	iptux_quit 3
	await 40 roster_has anna '.nick == "Tux" and .state == "offline"'
	await 20 counts 1
}

test_users_of_both_segments_see_each_other() {
	campus
	in_segment anna 2
	in_segment bob 4
	await 40 await_both
	expect 0 cam_as anna send bob hello
	kill_camd bob
	# Nobody says goodbye for him: after three rounds without an answer he is gone.
	await 40 counts 1
}

await_both() {
	roster_has anna '.id == "bob@host4" and .state == "online"' &&
		roster_has bob '.id == "anna@host2" and .state == "online"'
}

test_networks_that_are_not_named_get_no_list() {
	campus -o net.list_for=10.77.0.0/24
	in_segment anna 2
	await 20 counts 1
	OUT=$(on 4 python3 -c '
import socket, sys
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(("", 2425))
peer.settimeout(2)
def ask(command, body=b""):
    peer.sendto(b"1:%d:eve:host4:%d:%s" % (ask.number, command, body), ("10.77.0.1", 2425))
    ask.number += 1
ask.number = 100
ask(0x12, b"0")
try:
    while True:
        data = peer.recv(65536)
        if int(data.split(b":")[4]) & 0xff == 0x13:
            print("a list")
except TimeoutError:
    print("silence")
')
	expect_equal silence "$OUT"
}

# An IPMSG program of old asks by GETLIST.
test_a_plain_program_gets_the_list() {
	campus
	in_segment anna 2
	await 20 counts 1
	OUT=$(on 4 python3 -c '
import socket, sys
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(("", 2425))
peer.settimeout(60)
peer.sendto(b"1:100:old:host4:%d:" % 0x18, ("10.77.0.1", 2425))
def answer(wanted):
    while True:
        data = peer.recv(65536)
        if int(data.split(b":")[4]) & 0xff == wanted:
            return data.split(b":", 5)[5]
answer(0x11)
peer.sendto(b"1:101:old:host4:%d:" % 0x12, ("10.77.0.1", 2425))
print(answer(0x13).decode().replace("\a", " "))
')
	expect_text "$OUT" anna host2 10.77.0.2 30985 Anna
}
