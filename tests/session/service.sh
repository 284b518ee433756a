# shellcheck shell=bash disable=SC2154,SC2004
# service.sh: camd under a service manager: what it says, the socket it is handed, its units.

# Prints each datagram that comes to a socket as a line, its fields separated by blanks.
listen_to() { # PATH
	perl -e 'use Socket; $| = 1; socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die;
		bind($s, pack_sockaddr_un($ARGV[0])) or die; print "bound\n";
		while (defined recv($s, my $text, 4096, 0)) { $text =~ tr/\n/ /; print "$text\n"; }' \
		"$1" >"$T/heard" &
	LISTENER=$!
	await 10 grep -q bound "$T/heard"
}

test_the_manager_hears_when_camd_is_ready_reloads_and_ends() {
	user anna
	listen_to "$T/notify"
	NOTIFY_SOCKET=$T/notify start anna
	await 10 grep -q '^READY=1 STATUS=' "$T/heard"
	# What it says of reading its settings has the time on it, and is followed by READY again.
	kill -HUP "${PID_OF[anna]}"
	await 10 grep -Eq '^RELOADING=1 MONOTONIC_USEC=[0-9]+$' "$T/heard"
	await 10 sh -c "[ \$(grep -c ^READY=1 '$T/heard') = 2 ]"
	stop anna
	await 10 grep -q '^STOPPING=1' "$T/heard"
	kill "$LISTENER"
}

test_a_hook_does_not_hear_of_the_manager() {
	user anna
	listen_to "$T/notify"
	printf '#!/bin/sh\nenv >%s/hook.env; echo done >%s/hook.done\n' "$T" "$T" >"$T/hook"
	chmod +x "$T/hook"
	echo "hook.message.sent = $T/hook" >>"$T/anna/cam.ini"
	user bob
	NOTIFY_SOCKET=$T/notify start anna
	start bob
	meet anna bob
	expect 0 cam_as anna send bob hello
	await 10 test -e "$T/hook.done"
	refuse_text "$(cat "$T/hook.env")" NOTIFY_SOCKET LISTEN_
	kill "$LISTENER"
}

activate() { # NAME [ARG]...: a camd that starts when somebody connects to its socket
	local name=$1
	shift
	mkdir -m 700 "$T/$name/run"
	CAM_HOME=$T/$name systemd-socket-activate -E CAM_HOME -E ASAN_OPTIONS -E UBSAN_OPTIONS \
		-l "$T/$name/run/camd.sock" "$@" "$TEST_BUILD/camd" -f 2>>"$T/$name.err" &
	PID_OF[$name]=$!
	await 10 test -S "$T/$name/run/camd.sock"
}

test_a_socket_handed_over_starts_camd_when_it_is_needed() {
	command -v systemd-socket-activate >/dev/null || skip 'no systemd-socket-activate here'
	user anna
	activate anna
	[ ! -e "$T/anna/run/camd.pid" ]
	expect 0 cam_as anna --no-start status --json
	expect_json "$OUT" ".id == \"anna@pc1\" and .pid == ${PID_OF[anna]}"
	expect 0 cam_as anna daemon stop
	end_camd anna
	# It was not camd's to remove.
	[ -S "$T/anna/run/camd.sock" ]
}

test_a_socket_somewhere_else_is_refused() {
	command -v systemd-socket-activate >/dev/null || skip 'no systemd-socket-activate here'
	local rc=0
	user anna
	mkdir -m 700 "$T/other"
	activate anna -l "$T/other/camd.sock"
	perl -e 'use Socket; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die;
		connect($s, pack_sockaddr_un($ARGV[0])) or die;' "$T/other/camd.sock"
	wait "${PID_OF[anna]}" || rc=$?
	PID_OF[anna]=
	expect_equal 1 "$rc"
	expect_text "$(cat "$T/anna.err")" '2 sockets instead of one'
}

test_the_units_are_sound() {
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze here'
	local unit
	mkdir -m 700 "$T/run" "$T/units"
	for unit in "$TEST_TOP"/contrib/systemd/camd.*; do
		sed "s,/usr/bin/camd,$TEST_BUILD/camd," "$unit" >"$T/units/$(basename "$unit")"
	done
	expect 0 env XDG_RUNTIME_DIR="$T/run" systemd-analyze --user --man=no verify \
		"$T/units/camd.service" "$T/units/camd.socket"
	expect_equal '' "$OUT$ERR"
}

test_the_unit_of_camserver_is_sound_and_tight() {
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze here'
	mkdir -m 700 "$T/units"
	sed "s,/usr/bin/camserver,$TEST_BUILD/camserver," "$TEST_TOP/contrib/systemd/camserver.service" \
		>"$T/units/camserver.service"
	expect 0 systemd-analyze --man=no verify "$T/units/camserver.service"
	expect_equal '' "$OUT$ERR"
	# In tenths: the exposure it reckons.
	expect 0 systemd-analyze security --offline=true --threshold=15 --no-pager \
		"$T/units/camserver.service"
}

test_the_accounts_and_folders_of_camserver_are_made() {
	command -v systemd-sysusers >/dev/null || skip 'no systemd-sysusers here'
	mkdir -p "$T/root/etc"
	touch "$T/root/etc/passwd" "$T/root/etc/group"
	expect 0 systemd-sysusers --root="$T/root" "$TEST_TOP/contrib/systemd/camserver.sysusers"
	grep -q '^camserver:.*:/var/lib/camserver:' "$T/root/etc/passwd"
	grep -q '^camadmin:.*:camserver$' "$T/root/etc/group"
	[ "$(id -u)" = 0 ] || skip 'folders need root'
	expect 0 systemd-tmpfiles --create --root="$T/root" \
		"$TEST_TOP/contrib/systemd/camserver.tmpfiles"
	expect_equal 710 "$(stat -c %a "$T/root/var/lib/camserver")"
}

test_an_installation_is_whole_and_leaves_data() {
	local made="$T/made" left
	mkdir -p "$made/usr/local/lib" "$T/build"
	# What is installed is looked up, not built again.
	OUT=$(make -s -C "$TEST_TOP" -n B="$TEST_BUILD" PREFIX=/usr/local DESTDIR="$made" install)
	expect_text "$OUT" camserver.service:lib/systemd/system/camserver.service \
		lib/sysusers.d/camserver.conf lib/tmpfiles.d/camserver.conf \
		camd.service:lib/systemd/user/camd.service
	left=$(make -s -C "$TEST_TOP" B="$TEST_BUILD" PREFIX=/usr/local DESTDIR="$made" uninstall)
	expect_text "$left" /var/lib/camserver 'Left on purpose'
}
