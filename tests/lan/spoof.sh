# shellcheck shell=bash disable=SC2034,SC2154,SC2015,SC2028
# spoof.sh: what somebody on the LAN can forge must change nothing that matters.
#
# anna on host 1 and bob on host 2 know each other; mallory, on host 3, can send datagrams
# from any address.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"

friends() { # [ipmsg]
	lan_up 3
	[ "${1:-}" != ipmsg ] || no_links
	# Forged packets are IPv4 here, so that is how the two should know each other.
	host anna 1 net.ipv6=off && host bob 2 net.ipv6=off
	start anna && start bob
	meet anna bob
	expect 0 cam_as anna send bob 'pins the keys'
	expect 0 cam_as bob send anna 'both of them'
	BOB_WIRE=bob-\<$(cam_as bob key --json | jq -r .fingerprint | head -c 16)\>
	ANNA_WIRE=anna-\<$(cam_as anna key --json | jq -r .fingerprint | head -c 16)\>
}

# anna's entry for bob: all that spoofed packets must not change.
bobs_record() {
	cam_as anna ls --all --json |
		jq -cS 'select(.id == "bob@host2") | {nick, group, addr, port, encryption, fingerprint, verified}'
}

still_talk() {
	expect 0 cam_as anna send --json bob@host2 "still there? $RANDOM"
	expect_json "$OUT" '.state == "delivered" and .encryption == "cam1"'
	expect 0 cam_as bob send --json anna@host1 "yes $RANDOM"
	expect_json "$OUT" '.state == "delivered" and .encryption == "cam1"'
}

settled() { # all that arrived at anna has been dealt with
	expect 0 cam_as anna rpc daemon.sync
}

test_spoofed_exits_hinder_no_message() {
	friends
	local i
	for i in {1..1000}; do
		echo "1:$((3000000 + i)):$BOB_WIRE:host2:6291458:\\0"
	done | spoof 3 10.77.0.2 10.77.0.1
	settled
	still_talk
	await_user anna bob@host2
}

test_spoofed_entries_change_neither_address_nor_key_nor_name() {
	friends
	local before
	before=$(bobs_record)
	# From mallory's own address and from bob's, each command that carries a presence.
	local command from
	for command in 1 3 4; do
		for from in 10.77.0.3 10.77.0.2:9999 10.77.0.3:2425; do
			echo "1:$((4000000 + RANDOM)):$BOB_WIRE:host2:$((0x05600000 + command)):Mallory\\0Evil\\0\\nUN:$BOB_WIRE\\nHN:host2\\nNN:Mallory\\nGN:Evil" |
				spoof 3 $from 10.77.0.1
		done
	done
	settled
	still_talk
	expect_equal "$(jq -c '{addr, port, encryption, fingerprint}' <<<"$before")" \
		"$(bobs_record | jq -c '{addr, port, encryption, fingerprint}')"
	# Nothing anna says to bob goes to mallory.
	listen_to 1 "$T/wire"
	still_talk
	! grep -q '10.77.0.3:[0-9]* [0-9]* 0x20' "$T/wire" || fail 'a message went to the wrong host'
	kill $LISTENER
}

test_a_spoofed_entry_without_encryption_does_not_downgrade() {
	friends
	echo "1:5000000:$BOB_WIRE:host2:$((0x01000001)):Bob\\0\\0" | spoof 3 10.77.0.2 10.77.0.1
	echo "1:5000001:bob:host2:$((0x01000001)):Bob\\0\\0" | spoof 3 10.77.0.2 10.77.0.1
	settled
	still_talk
}

test_a_spoofed_public_key_is_not_taken() {
	friends
	local before word
	before=$(bobs_record)
	word=$(head -c 256 /dev/zero | tr '\0' '\345' | od -An -tx1 | tr -d ' \n' | sed 's/.$/7/')
	for from in 10.77.0.2 10.77.0.3; do
		echo "1:6000000:$BOB_WIRE:host2:115:61920006:10001-$word\\0" | spoof 3 $from 10.77.0.1
		echo "1:6000001:$BOB_WIRE:host2:115:65920006:10001-$word\\0" | spoof 3 $from 10.77.0.1
		echo "1:6000002:$BOB_WIRE:host2:115:20002:10001-${word:0:256}\\0" | spoof 3 $from 10.77.0.1
	done
	settled
	expect_equal "$before" "$(bobs_record)"
	still_talk
}

test_spoofed_receipts_do_not_prove_delivery_of_what_was_not_received() {
	friends
	unplug 2
	cam_as anna send --no-wait --json bob 'into the void' >"$T/sent"
	# mallory does not know the number; it tries many, from bob's address and port.
	local i now
	now=$(date +%s)
	for i in {-50..50}; do
		echo "1:$((7000000 + i)):mallory:host3:33:$((now + i))\\0"
	done | spoof 3 10.77.0.3 10.77.0.1
	settled
	json_last '.state != "delivered"' <<<"$(cam_as anna log --json -n 1)"
	plug 2
	await_log bob '.text == "into the void"'
	# What proves it is signed by bob's device.
	await_log anna '.text == "into the void" and .state == "delivered"'
	json_last '.recipients[0].receipt == "signed"' <<<"$(cam_as anna log --json -n 1)"
}

test_spoofed_read_notices_open_nothing() {
	friends
	expect 0 cam_as anna send --seal bob 'sealed'
	local i now
	now=$(date +%s)
	for i in {-50..50}; do
		echo "1:$((8000000 + i)):mallory:host3:48:$((now + i))\\0"
		echo "1:$((8100000 + i)):$BOB_WIRE:host2:49:$((now + i))\\0"
	done | spoof 3 10.77.0.3 10.77.0.1
	settled
	json_last '.state == "delivered"' <<<"$(cam_as anna log --json -n 1)"
	cam_as bob log --json | jq -r 'select(.sealed) | .id' | while read -r id; do
		cam_as bob open "$id" >/dev/null
	done
	await_log anna '.state == "opened"'
}

test_clear_messages_in_a_known_users_name_are_not_his() {
	friends
	echo "1:9000000:$BOB_WIRE:host2:$((0x00800120)):send me your password\\0" | spoof 3 10.77.0.2 10.77.0.1
	echo "1:9000001:bob:host2:$((0x00800120)):send me your password\\0" | spoof 3 10.77.0.2 10.77.0.1
	settled
	expect_equal 0 "$(in_log anna '.from == "bob@host2" and .text == "send me your password" and .signed != "unsigned" and .signed != "bad"')"
	# If it is shown at all it is shown as what it is.
	expect_equal 0 "$(in_log anna '.text == "send me your password" and .encryption != "none"')"
	still_talk
}

test_no_pair_of_command_and_flag_makes_two_camd_talk_for_ever() {
	friends
	listen_to 1 "$T/wire.anna"
	local first=$LISTENER sent
	listen_to 2 "$T/wire.bob"
	sent=$(on 3 python3 "$TEST_TOP/tests/lan/spoof.py" pairs 10.77.0.1 10.77.0.2 "$ANNA_WIRE" host1)
	expect 0 cam_as bob rpc daemon.sync
	expect 0 cam_as anna rpc daemon.sync
	# What was asked or has to be said again may take a while, but not for ever.
	await 60 is_silence
	[ "$(on_the_wire)" -lt $((sent * 3)) ] || fail "$(on_the_wire) packets after $sent"
	kill $LISTENER $first
	still_talk
}

on_the_wire() { # how many packets so far
	cat "$T/wire.anna" "$T/wire.bob" | wc -l
}

# Hardly anything is said for a while.
is_silence() {
	local before
	before=$(on_the_wire)
	give_time 3
	[ "$(on_the_wire)" -le $((before + 3)) ]
}

test_answers_and_automatic_packets_are_never_answered() {
	friends
	listen_to 1 "$T/wire"
	local command
	# Answers by their nature, then messages that say they are automatic or to everybody.
	for command in 3 33 50 65 81 115 \
		$((0x20 | 0x2000 | 0x100)) $((0x20 | 0x400 | 0x100)); do
		echo "1:$((9100000 + command)):eve:host3:$command:9100000\\0"
	done | spoof 3 10.77.0.3 10.77.0.1
	settled
	give_time 3
	# A new user may be asked for version (0x40) and absence (0x50) once; nothing else.
	! grep '^10.77.0.1:2425 10.77.0.3:' "$T/wire" | grep -v ' 0x[45]0 ' || fail answered
	[ "$(grep -c '^10.77.0.1:2425 10.77.0.3:' "$T/wire")" -le 2 ] || fail 'asked too often'
	kill $LISTENER
}

test_no_more_goes_to_an_unproved_address_than_three_times_what_came() {
	friends
	listen_to 1 "$T/wire"
	local i got=0 sent
	# A victim's address, for each thing that is answered, again and again.
	{
		for i in {1..40}; do
			echo "1:$((9200000 + i)):victim:host9:1:Victim\\0"
			echo "1:$((9201000 + i)):victim:host9:16:0\\0"
			echo "1:$((9202000 + i)):victim:host9:18:0\\0"
			echo "1:$((9203000 + i)):victim:host9:64:\\0"
			echo "1:$((9204000 + i)):victim:host9:80:\\0"
			echo "1:$((9205000 + i)):victim:host9:114:61920006\\0"
			echo "1:$((9206000 + i)):victim:host9:$((0x120)):hello\\0"
		done
	} >"$T/asked"
	sent=$(sed 's/\\0/0/' "$T/asked" | tr -d '\n' | wc -c)
	spoof 3 10.77.0.99 10.77.0.1 <"$T/asked"
	settled
	give_time 6
	got=$(awk '$2 ~ /^10\.77\.0\.99:/ { n += $3 } END { print n + 0 }' "$T/wire")
	[ "$got" -le $((sent * 3)) ] || fail "$got bytes for $sent"
	[ "$(grep -c '10.77.0.99:2425 [0-9]* 0x03' "$T/wire")" -le 2 ] || fail 'entries answered too often'
	kill $LISTENER
	still_talk
}

test_nothing_from_our_own_address_or_a_broadcast_is_answered() {
	friends
	listen_to 1 "$T/wire"
	local from
	for from in 10.77.0.1 10.77.0.255 255.255.255.255 224.0.0.1 0.0.0.0; do
		echo "1:9300000:eve:host3:1:Eve\\0" | spoof 3 "$from" 10.77.0.1 || true
		echo "1:9300001:eve:host3:114:61920006\\0" | spoof 3 "$from" 10.77.0.1 || true
	done
	settled
	give_time 3
	# It announces itself by broadcast (0x01) as always.
	! grep -E '^10.77.0.1:2425 (10.77.0.255|255.255.255.255|224.0.0.1|0.0.0.0|10.77.0.1):' "$T/wire" |
		grep -v ' 0x0[014] ' || fail 'answered'
	kill $LISTENER
}

# As between other clients: nobody gets a connection.
no_links() {
	command -v nft >/dev/null || skip 'nft is missing'
	local i
	for i in 1 2; do
		on $i nft -f - <<-'END'
			table inet closed {
				chain port {
					type filter hook output priority 0
					tcp dport 2425 reject with tcp reset
				}
			}
		END
	done
}

test_a_replayed_message_is_acknowledged_and_not_shown_again() {
	friends ipmsg
	listen_to 1 "$T/wire"
	expect 0 cam_as anna send bob 'only once'
	await 10 grep -q ' 0x20 ' "$T/wire"
	kill $LISTENER
	# The very bytes again, from anna's address; after a restart of bob; and after an entry.
	local bytes
	bytes=$(awk '$4 == "0x20" { print $5 }' "$T/wire" | tail -n 1)
	listen_to 2 "$T/wire.bob"
	printf '%s\n' "$bytes" | spoof 3 10.77.0.1 10.77.0.2
	await 10 grep -q ' 0x21 ' "$T/wire.bob"
	kill $LISTENER
	stop bob && start bob
	await_user anna bob@host2
	printf '%s\n' "$bytes" | spoof 3 10.77.0.1 10.77.0.2
	echo "1:1:$ANNA_WIRE:host1:$((0x05600001)):Anna\\0\\0" | spoof 3 10.77.0.1 10.77.0.2
	printf '%s\n' "$bytes" | spoof 3 10.77.0.1 10.77.0.2
	# And under another number, which the cipher and the signature do not fit.
	printf '%s\n' "$bytes" | sed 's/^1:[0-9]*/1:1234567890/' | spoof 3 10.77.0.1 10.77.0.2
	expect 0 cam_as bob rpc daemon.sync
	expect_equal 1 "$(in_log bob '.text == "only once"')"
	expect_equal 2 "$(in_log bob '.from == "anna@host1"')"
}

test_another_user_cannot_bind_our_port() {
	[ -x /usr/bin/python3 ] || skip 'python3 is missing'
	lan_up 1
	host anna 1
	start anna
	cat >"$T/thief.py" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.setsockopt(socket.SOL_SOCKET, getattr(socket, sys.argv[1]), 1)
		try:
		    s.bind((sys.argv[2], 2425))
		except OSError:
		    sys.exit(0)
		sys.exit(1)
	END
	chmod 755 "$T" && chmod 644 "$T/thief.py"
	local option address uid=65534
	grep -q '^ *0 *0 *4294967295' /proc/self/uid_map || uid=0 # only root's own namespace has others
	for option in SO_REUSEADDR SO_REUSEPORT; do
		for address in 0.0.0.0 10.77.0.1; do
			expect 0 on 1 setpriv --reuid $uid --clear-groups /usr/bin/python3 "$T/thief.py" $option $address
		done
	done
}

test_a_storm_from_one_address_does_not_keep_others_out() {
	friends
	local i storm
	for i in {1..20000}; do
		echo "1:$i:storm$i:host3:1:Storm\\0"
	done >"$T/storm"
	spoof 3 10.77.0.3 10.77.0.1 <"$T/storm" &
	storm=$!
	still_talk
	wait $storm
	still_talk
	# At most sixteen of one address that prove nothing are kept.
	settled
	[ "$(cam_as anna ls --all --json | jq -s '[.[] | select(.addr == "10.77.0.3")] | length')" -le 16 ] ||
		fail 'more than 16 users of one address'
}

test_garbage_harms_nothing() {
	friends
	local i
	{
		for i in {1..300}; do
			head -c $((RANDOM % 400 + 1)) /dev/urandom | od -An -tx1 -v | tr -d '\n' | sed 's/ /\\x/g'
			echo
			printf '1:%s:eve:host3:%s:' "$((RANDOM * RANDOM))" "$((RANDOM * RANDOM))"
			head -c $((RANDOM % 400 + 1)) /dev/urandom | od -An -tx1 -v | tr -d '\n' | sed 's/ /\\x/g'
			echo
		done
		echo '1:99999999999999999999999:eve:host3:1:Eve\0'
		echo '1:-1:eve:host3:1:Eve\0'
		echo 'IP2:'
		echo '1:1:::1:'
	} | spoof 3 10.77.0.3 10.77.0.1
	settled
	still_talk
}
