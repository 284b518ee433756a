# shellcheck shell=bash disable=SC2154
# doctor.sh: cam doctor and what is wrong without a firewall: ports, folders, limits; and the
# firewalls that are not installed here, by programs that stand in for them.

doctor() { # EXIT: of cam doctor as anna; what it found is in $OUT, an object a line
	expect "$1" env CAM_HOME="$T/anna" "$TEST_BUILD/cam" doctor --json
}

found() { # CHECK LEVEL [WORD...]
	local check=$1 level=$2 words
	shift 2
	words=$(jq -r "select(.check == \"$check\" and .level == \"$level\") | .text, .fix" <<<"$OUT")
	[ -n "$words" ] || fail "no $level of $check in: $OUT"
	expect_text "$words" "$@"
}

on_a_network() { # an interface, which doctor asks firewalls about
	[ -n "${TEST_SANDBOX:-}" ] || skip 'no namespaces here (unshare)'
	ip link add eth7 type veth peer name eth8
	ip addr add 10.66.0.3/24 broadcast + dev eth7
	ip link set eth8 up
	ip link set eth7 up
	await 5 sh -c "ip -o link show eth7 | grep -q 'state UP'"
}

# Programs found before the real ones: these would not tell us, as they do not tell ordinary users.
stand_in() { # NAME, its script on stdin
	mkdir -p "$T/bin"
	{ echo '#!/bin/sh' && cat; } >"$T/bin/$1"
	chmod +x "$T/bin/$1"
	PATH=$T/bin:${PATH#"$T/bin:"}
}

no_real_firewall() {
	local name
	for name in nft iptables-save ip6tables-save iptables-legacy-save ip6tables-legacy-save; do
		stand_in "$name" <<<'echo "Operation not permitted (you must be root)" >&2; exit 1'
	done
	stand_in ufw <<<'echo "ERROR: You need to be root to run this script" >&2; exit 1'
	stand_in firewall-cmd <<<'echo "FirewallD is not running"; exit 252'
}

take_port() { # PROTOCOL PORT: a process that has it, named thief; its pid in $THIEF
	# shellcheck disable=SC2016
	perl -e 'use Socket; $0 = "thief"; my ($type, $port) = @ARGV;
		socket(my $s, PF_INET, $type eq "tcp" ? SOCK_STREAM : SOCK_DGRAM, 0) or die;
		bind($s, sockaddr_in($port, INADDR_ANY)) or die; listen($s, 5) if $type eq "tcp";
		$| = 1; print "ready\n"; sleep 1000' "$1" "$2" >"$T/thief.$1" &
	THIEF=$!
	await 5 grep -q ready "$T/thief.$1"
}

test_it_works_without_camd_and_says_so() {
	user anna net.port=24251
	run env CAM_HOME="$T/anna" "$TEST_BUILD/cam" doctor --json
	found camd note 'does not run' 'cam daemon start'
	found port ok 'UDP port 24251 is free'
	[ ! -e "$T/anna/run/camd.sock" ]
}

test_every_finding_is_one_object() {
	user anna
	run env CAM_HOME="$T/anna" "$TEST_BUILD/cam" doctor --json
	expect_equal "$(wc -l <<<"$OUT")" "$(jq -c 'select((.check | type) == "string" and
		(.level == "ok" or .level == "note" or .level == "problem") and
		(.text | type) == "string" and (.fix == null or (.fix | type) == "string"))' \
		<<<"$OUT" | wc -l)"
}

test_people_read_the_way_out_below_the_problem() {
	on_a_network
	user anna
	chmod 770 "$T/anna/run" 2>/dev/null || mkdir -m 770 "$T/anna/run"
	expect 1 env CAM_HOME="$T/anna" "$TEST_BUILD/cam" doctor
	expect_text "$OUT" problem "others can write to '$T/anna/run'" "chmod 700 '$T/anna/run'"
	# Colours only where they are wanted, and last what matters most.
	refuse_text "$OUT" $'\033'
	expect_text "$(tail -n 2 <<<"$OUT")" problem chmod
}

test_a_port_that_another_program_has_is_named_with_its_owner() {
	on_a_network
	user anna net.port=24252 net.bind=
	take_port udp 24252
	doctor 1
	found port problem 'UDP port 24252' thief "process $THIEF" "kill $THIEF"
	kill "$THIEF"
	wait "$THIEF" || true
	doctor 0
	found port ok 'is free'
	take_port tcp 24252
	doctor 1
	found port problem 'TCP port 24252' thief files
	kill "$THIEF"
}

test_another_messenger_on_the_port_is_called_one() {
	on_a_network
	user anna net.port=24253 net.bind=
	cp "$(command -v perl)" "$T/iptux"
	"$T/iptux" -e 'use Socket; socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
		bind($s, sockaddr_in(24253, INADDR_ANY)) or die; $| = 1; print "ready\n"; sleep 1000' \
		>"$T/iptux.out" &
	local pid=$!
	await 5 grep -q ready "$T/iptux.out"
	doctor 1
	found port problem 'another IP Messenger program' iptux
	kill "$pid"
}

test_a_second_camd_on_the_host_is_no_problem() {
	[ -z "$TEST_VALGRIND" ] || skip 'under valgrind no process is called camd'
	on_a_network
	user anna net.bind= net.broadcast= net.port=24254
	user bob net.bind= net.broadcast= net.port=24254
	start bob
	doctor 0
	found port note camd "process ${PID_OF[bob]}" 'the next one'
	start anna
	doctor 0
	found port note camd "process ${PID_OF[bob]}" 'yours has port 24255'
	found firewall ok 'UDP port 24255'
}

test_unsafe_folders_and_settings_are_told() {
	on_a_network
	user anna
	mkdir -m 700 "$T/elsewhere"
	ln -s "$T/elsewhere" "$T/anna/run"
	chmod 666 "$T/anna/cam.ini"
	doctor 1
	found folder problem "$T/anna/run" 'something else'
	found settings problem "$T/anna/cam.ini" "chmod go-w"
	rm "$T/anna/run"
	chmod 600 "$T/anna/cam.ini"
	echo 'no setting at all' >>"$T/anna/cam.ini"
	doctor 1
	found settings problem "line $(wc -l <"$T/anna/cam.ini")"
}

test_few_files_are_told() {
	on_a_network
	user anna
	run sh -c "ulimit -n 100; CAM_HOME=$T/anna exec $TEST_BUILD/cam doctor --json"
	expect_equal 1 "$status"
	found files problem 100 'ulimit -n 1024'
	run sh -c "ulimit -n 500; CAM_HOME=$T/anna exec $TEST_BUILD/cam doctor --json"
	found files note 500
}

test_a_clock_before_the_program_is_wrong() {
	on_a_network
	user anna
	cp "$TEST_BUILD/cam" "$T/cam"
	touch -d '2099-01-01' "$T/cam"
	expect 1 env CAM_HOME="$T/anna" "$T/cam" doctor --json
	found clock problem 'earlier than this program'
}

test_ufw_is_asked_and_its_way_out_named() {
	on_a_network
	user anna
	no_real_firewall
	stand_in ufw <<-'X'
		[ "$*" = 'status verbose' ] || exit 2
		cat <<-Y
		Status: active
		Logging: on (low)
		Default: deny (incoming), allow (outgoing), disabled (routed)
		New profiles: skip

		To                         Action      From
		--                         ------      ----
		22/tcp                     ALLOW IN    Anywhere
		2425/tcp                   ALLOW IN    Anywhere
		22224:22229/udp            ALLOW IN    10.0.0.0/8
		Y
	X
	doctor 1
	found firewall problem 'UDP port 2425' 'ufw incoming' 'sudo ufw allow 2425/udp'
	found firewall ok 'TCP port 2425'
	found firewall ok 22224-22229
}

test_firewalld_is_asked_and_its_way_out_named() {
	on_a_network
	user anna
	no_real_firewall
	stand_in firewall-cmd <<-'X'
		[ "$*" != --get-default-zone ] || { echo public; exit 0; }
		[ "$*" = --list-all-zones ] || exit 2
		cat <<-Y
		public
		  target: default
		  interfaces: 
		  services: ssh
		  ports: 2425/tcp

		home (active)
		  target: default
		  interfaces: eth7
		  services: ssh mdns
		  ports: 2425/udp
		  rich rules: 
		Y
	X
	doctor 1
	found firewall ok 'UDP port 2425'
	found firewall problem 'TCP port 2425' 'firewalld home' \
		'sudo firewall-cmd --permanent --add-port=2425/tcp && sudo firewall-cmd --reload'
	found firewall problem 22224-22229 'add-port=22224-22229/udp'
}

test_what_is_not_understood_is_said() {
	on_a_network
	user anna
	no_real_firewall
	doctor 0
	found firewall note 'cannot tell' root 'sudo cam doctor'
	local name
	for name in ufw firewall-cmd iptables-save ip6tables-save; do
		rm "$T/bin/$name"
	done
	# Installed here and real, the others still answer; nft prints what nobody understands.
	stand_in nft <<<'echo "something new"'
	doctor 0
	found firewall note 'cannot tell'
}

test_arguments_are_refused() {
	user anna
	expect 2 cam_as anna doctor please
	expect_complaint
}
