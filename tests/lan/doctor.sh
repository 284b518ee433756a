# shellcheck shell=bash disable=SC2154
# doctor.sh: cam doctor on a host of its own, with firewalls that are real.
# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"

needs() { # PROGRAM...
	local program
	for program; do
		command -v "$program" >/dev/null || [ -x "/usr/sbin/$program" ] ||
			skip "no $program here"
	done
}

doctor() { # EXIT: of cam doctor as anna on host 1; what it found is in $OUT, an object a line
	expect "$1" on 1 env CAM_HOME="$T/anna" "$TEST_BUILD/cam" doctor --json
}

found() { # CHECK LEVEL [WORD...]: such a finding, its text and fix holding each word
	local check=$1 level=$2 words
	shift 2
	words=$(jq -r "select(.check == \"$check\" and .level == \"$level\") | .text, .fix" <<<"$OUT")
	[ -n "$words" ] || fail "no $level of $check in: $OUT"
	expect_text "$words" "$@"
}

rules() { # nft's words
	on 1 nft flush ruleset
	on 1 nft -f - <<<"$1"
}

alone() {
	lan_up 1
	host anna 1
}

test_a_host_without_rules_is_well() {
	needs nft
	alone
	start anna
	doctor 0
	found camd ok "process ${PID_OF[anna]}"
	found port ok 'UDP and TCP port 2425'
	found interface ok eth0
	found firewall ok 'UDP port 2425'
	found firewall ok 'TCP port 2425'
	found firewall ok 22224-22229
	found broadcast ok 10.77.0.255 eth0
	found folder ok "$T/anna/run"
	expect_equal '' "$(jq -r 'select(.level == "problem")' <<<"$OUT")"
	expect_json "$OUT" 'has("check") and has("level") and has("text") and has("fix")'
}

test_an_nft_rule_that_drops_is_named_and_its_way_out_works() {
	needs nft
	alone
	rules 'table inet filter {
		chain input { type filter hook input priority 0; policy accept;
			iif lo accept
			udp dport { 53, 2425 } drop
		}
	}'
	doctor 1
	found firewall problem 'UDP port 2425' "udp dport { 53, 2425 } drop" 'inet filter input' \
		eth0 'sudo nft insert rule inet filter input udp dport 2425 accept'
	found firewall ok 'TCP port 2425'
	on 1 nft insert rule inet filter input udp dport 2425 accept
	doctor 0
	found firewall ok 'UDP port 2425'
}

test_an_nft_policy_of_drop_stops_all_but_what_is_accepted() {
	needs nft
	alone
	rules 'table inet filter {
		set lan { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
		chain chat {
			accept
		}
		chain input { type filter hook input priority 0; policy drop;
			ct state established,related accept
			iif lo accept
			ip saddr @lan udp dport vmap { 2425 : jump chat, 9 : drop }
			ip6 saddr fe80::/10 udp dport 2425 accept
			tcp dport { 22, 2425 } accept
		}
	}'
	doctor 1
	found firewall ok 'UDP port 2425'
	found firewall ok 'TCP port 2425'
	found firewall problem 'UDP ports 22224-22229' 'the policy' \
		'nft insert rule inet filter input udp dport 22224-22229 accept'
	on 1 nft insert rule inet filter input udp dport 22224-22229 accept
	doctor 0
}

test_a_rule_for_some_neighbours_leaves_it_open() {
	needs nft
	alone
	rules 'table ip f {
		chain i { type filter hook input priority 0; policy accept;
			ip saddr 10.77.0.9 udp dport 2425 drop
		}
		chain o { type filter hook output priority 0; policy accept;
			ip daddr 10.77.0.255 drop
		}
	}'
	doctor 1
	found firewall note 'cannot tell' 'saddr 10.77.0.9' 'ip f i'
	found firewall problem 'broadcasts' 'way out' 'daddr 10.77.0.255' 'ip f o'
}

test_the_limit_of_a_rule_leaves_it_open() {
	needs nft
	alone
	rules 'table inet f {
		chain i { type filter hook input priority 0; policy drop;
			iif lo accept
			udp dport 2425 limit rate 100/second accept
			meta l4proto { tcp, udp } th dport { 2425, 22224-22229 } ct state new accept
		}
	}'
	doctor 0
	found firewall ok 'UDP port 2425'
	rules 'table inet f {
		chain i { type filter hook input priority 0; policy drop;
			iif lo accept
			udp dport 2425 limit rate 100/second accept
			meta l4proto { tcp, udp } th dport { 22224-22229 } accept
			tcp dport 2425 accept
		}
	}'
	doctor 0
	found firewall note 'cannot tell' 'udp dport 2425 limit accept'
}

test_iptables_rules_are_followed_and_the_way_out_works() {
	needs iptables iptables-save nft
	alone
	on 1 sh -e <<-'X'
		iptables -N CHAT
		iptables -A CHAT -p udp -m multiport --dports 2425,22224:22229 -m comment --comment "the chat" -j DROP
		iptables -A INPUT -i lo -j ACCEPT
		iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
		iptables -A INPUT -i eth+ -j CHAT
	X
	doctor 1
	found firewall problem 'UDP port 2425' 'the chat' 'iptables filter CHAT' \
		'sudo iptables -t filter -I INPUT -p udp --dport 2425 -j ACCEPT'
	found firewall problem 'UDP ports 22224-22229' \
		'sudo iptables -t filter -I INPUT -p udp --dport 22224:22229 -j ACCEPT'
	found firewall ok 'TCP port 2425'
	on 1 iptables -t filter -I INPUT -p udp --dport 2425 -j ACCEPT
	on 1 iptables -t filter -I INPUT -p udp --dport 22224:22229 -j ACCEPT
	doctor 0
	on 1 iptables -t raw -A PREROUTING -m addrtype --dst-type BROADCAST -j DROP
	doctor 1
	found firewall problem broadcasts 'iptables raw PREROUTING' 'sudo iptables -t raw -I PREROUTING'
}

test_rules_for_ipv6_alone_are_a_note() {
	needs ip6tables ip6tables-save nft
	alone
	on 1 ip6tables -A INPUT -p udp -m udp --dport 2425 -j REJECT
	await 5 sh -c 'ip -n h1 -6 addr show dev eth0 | grep -q fe80'
	doctor 0
	found firewall note IPv6 'UDP port 2425' 'sudo ip6tables -t filter -I INPUT -p udp --dport 2425'
}

test_a_broadcast_that_is_dropped_does_not_come_back() {
	needs nft
	alone
	rules 'table inet f {
		chain i { type filter hook input priority 0; policy accept;
			meta pkttype broadcast udp dport 2425 drop
		}
	}'
	start anna
	doctor 1
	found firewall problem broadcasts 'pkttype broadcast'
	found broadcast problem 10.77.0.255 'did not come back' eth0
}

test_an_interface_without_broadcast_is_told() {
	alone
	on 1 ip link add tun9 type veth peer name tun8
	on 1 ip addr add 10.99.0.1/32 dev tun9
	on 1 ip link set tun8 up
	on 1 ip link set tun9 up
	await 5 sh -c "ip -n h1 -o link show tun9 | grep -q 'state UP'"
	doctor 0
	found interface note tun9 'net.broadcast'
	found interface ok eth0
}

test_no_network_is_a_problem() {
	alone
	unplug 1
	doctor 1
	found interface problem 'no network interface is up'
}

test_ordinary_users_are_told_what_root_can_see() {
	needs setpriv nft
	alone
	mkdir "$T/plain"
	chmod 755 "$T"
	chown 65534 "$T/plain" 2>/dev/null || skip 'only root can be somebody else'
	expect 0 on 1 setpriv --reuid=65534 --regid=65534 --clear-groups \
		env CAM_HOME="$T/plain" "$TEST_BUILD/cam" doctor --json
	found firewall note 'only root' 'sudo cam doctor'
}

as_nobody() { # COMMAND...: as an ordinary user of host 1 with a home of its own
	on 1 setpriv --reuid=65534 --regid=65534 --clear-groups env CAM_HOME="$T/anna" "$@"
}

test_an_ordinary_users_own_camd_is_known_as_such() {
	needs setpriv
	alone
	chmod 755 "$T"
	sed -i '/autostart/d' "$T/anna/cam.ini"
	chown -R 65534 "$T/anna" 2>/dev/null || skip 'only root can be somebody else'
	expect 0 as_nobody "$TEST_BUILD/cam" daemon start
	run as_nobody "$TEST_BUILD/cam" doctor --json
	found port ok 'camd has UDP and TCP port 2425'
	found camd ok process
	# Nor is it taken for a program of ours that is in the way when another user looks.
	mkdir -m 700 "$T/bob"
	chown 65533 "$T/bob"
	expect 0 on 1 setpriv --reuid=65533 --regid=65533 --clear-groups \
		env CAM_HOME="$T/bob" "$TEST_BUILD/cam" doctor --json
	found port note 'UDP port 2425 is in use by a program of' 'sudo ss'
	expect 0 as_nobody "$TEST_BUILD/cam" daemon stop
}
