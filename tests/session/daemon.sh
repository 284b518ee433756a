# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# daemon.sh: camd's own life: where it lives, who starts it, how it ends, what stops it.

# What of a user's settings any camd of these tests needs, for folders made by XDG names.
minimal_ini() { # FILE NAME
	mkdir -p "$(dirname "$1")"
	printf 'user.name = %s\nuser.host = pc\nnet.bind = %s.8\nnet.ipv6 = off\n' "$2" "$NET" >"$1"
	chmod 600 "$1"
}

end_by_pid_file() { # FILE
	local pid
	pid=$(cat "$1")
	kill -TERM "$pid"
	is_gone "$pid"
}

test_a_verb_starts_camd() {
	user anna daemon.autostart=yes
	sed -i '/autostart = no/d' "$T/anna/cam.ini"
	expect 0 cam_as anna status --json
	expect_json "$OUT" '.id == "anna@pc1"'
	local pid
	pid=$(jq .pid <<<"$OUT")
	expect 0 cam_as anna status --json
	expect_equal "$pid" "$(jq .pid <<<"$OUT")"
	expect 0 cam_as anna daemon stop
	is_gone "$pid"
	[ ! -e "$T/anna/run/camd.sock" ]
}

test_the_first_command_of_all_finds_who_is_there() {
	user bob && start bob
	user anna
	sed -i '/autostart = no/d' "$T/anna/cam.ini"
	expect 0 cam_as anna send bob 'first words'
	expect_equal 1 "$(in_log bob '.text == "first words"')"
	expect 0 cam_as anna daemon stop
}

test_the_first_list_of_all_shows_who_is_there() {
	user bob && start bob
	user anna
	sed -i '/autostart = no/d' "$T/anna/cam.ini"
	expect 0 cam_as anna ls --json
	expect_json "$OUT" '.id == "bob@pc1"'
	expect 3 cam_as anna send nobody hello
	expect 0 cam_as anna daemon stop
}

test_many_verbs_at_once_start_one_camd() {
	user anna
	sed -i '/autostart = no/d' "$T/anna/cam.ini"
	local i pids=()
	for i in 1 2 3 4 5 6; do
		cam_as anna status --json >"$T/status.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	expect_equal 1 "$(jq .pid "$T"/status.* | sort -u | wc -l)"
	expect 0 cam_as anna daemon stop
}

test_no_start_and_autostart_no_are_5() {
	user anna
	expect 5 cam_as anna status
	expect_complaint camd
	sed -i '/autostart = no/d' "$T/anna/cam.ini"
	expect 5 cam_as anna status --no-start
	expect 5 cam_as anna send bob hello --no-start
	[ ! -e "$T/anna/run/camd.sock" ]
}

test_camd_alone_returns_when_it_is_ready() {
	user anna
	expect 0 env CAM_HOME="$T/anna" "$TEST_BUILD/camd"
	expect 0 cam_as anna status
	expect 0 cam_as anna daemon stop
	expect 5 cam_as anna status
}

test_daemon_start_stop_and_reload() {
	user anna
	expect 0 cam_as anna daemon start
	expect 0 cam_as anna daemon start
	expect 0 cam_as anna daemon reload
	expect 0 cam_as anna daemon stop
	expect 5 cam_as anna daemon reload
	expect 2 cam_as anna daemon
	expect 2 cam_as anna daemon dance
}

test_home_is_the_same_as_cam_home() {
	user anna && start anna
	expect 0 cam status --json --home "$T/anna"
	expect_json "$OUT" '.id == "anna@pc1"'
	# And wins over the environment.
	CAM_HOME=$T/nowhere expect 0 cam status --json --home "$T/anna"
}

test_xdg_folders_are_used_without_cam_home() {
	minimal_ini "$T/config/cam/cam.ini" xenia
	mkdir -m 700 "$T/runtime"
	export XDG_CONFIG_HOME=$T/config XDG_DATA_HOME=$T/share XDG_RUNTIME_DIR=$T/runtime
	expect 0 cam status --json
	expect_json "$OUT" '.user == "xenia"'
	[ -S "$T/runtime/cam/camd.sock" ]
	[ -d "$T/share/cam" ]
	expect_equal 700 "$(stat -c %a "$T/share/cam")"
	expect 0 cam daemon stop
}

test_defaults_below_home_are_used_without_any_variable() {
	minimal_ini "$HOME/.config/cam/cam.ini" harry
	expect 0 env -i HOME="$HOME" PATH="$PATH" ASAN_OPTIONS="$ASAN_OPTIONS" cam status --json
	expect_json "$OUT" '.user == "harry"'
	[ -d "$HOME/.local/share/cam" ]
	expect 0 env -i HOME="$HOME" PATH="$PATH" ASAN_OPTIONS="$ASAN_OPTIONS" cam daemon stop
}

test_cron_finds_the_camd_of_the_session() {
	[ -n "$TEST_SANDBOX" ] || skip 'needs a /run of its own'
	minimal_ini "$HOME/.config/cam/cam.ini" carol
	mkdir -p /run/user
	mkdir -m 700 "/run/user/$(id -u)"
	XDG_RUNTIME_DIR=/run/user/$(id -u) expect 0 cam daemon start
	[ -S "/run/user/$(id -u)/cam/camd.sock" ]
	# cron gives no XDG_RUNTIME_DIR, and little else.
	expect 0 env -i HOME="$HOME" PATH=/usr/bin:/bin "$TEST_BUILD/cam" status --json --no-start
	expect_json "$OUT" '.user == "carol"'
	expect 0 cam daemon stop
}

test_a_second_camd_in_the_same_home_is_refused() {
	user anna && start anna
	run env CAM_HOME="$T/anna" timeout 20 "$TEST_BUILD/camd" -f -o net.bind="$NET.7"
	[ "$status" != 0 ] && [ "$status" != 124 ] || fail "a second camd started ($status)"
	expect_text "$ERR" "another camd" "$T/anna/run/camd.sock"
	expect 0 cam_as anna status --json
	expect_json "$OUT" ".pid == ${PID_OF[anna]}"
}

test_a_socket_left_by_a_crash_is_no_obstacle() {
	user anna && start anna
	kill_camd anna
	[ -e "$T/anna/run/camd.sock" ]
	expect 5 cam_as anna status
	start anna
	expect 0 cam_as anna status
}

test_two_camd_beside_each_other_have_nothing_in_common() {
	user anna && user bob
	start anna && start bob
	meet anna bob
	expect 0 cam_as anna config set user.group One
	expect 0 cam_as bob config get user.group
	refuse_text "$OUT" One
	stop anna
	expect 0 cam_as bob status
}

test_sigterm_ends_camd_with_0_and_a_goodbye() {
	user anna && user bob
	start anna && start bob
	meet anna bob
	stop bob
	await_user anna bob@pc2 offline
	[ ! -e "$T/bob/run/camd.sock" ]
	[ ! -e "$T/bob/run/camd.pid" ]
}

test_an_address_that_is_not_ours_is_named() {
	user anna net.bind=192.0.2.77
	run env CAM_HOME="$T/anna" timeout 20 "$TEST_BUILD/camd" -f
	expect_equal 1 "$status"
	expect_text "$ERR" 192.0.2.77
}

test_a_port_taken_by_another_program_gives_the_next_and_says_so() {
	user anna && user bob
	socat -u "UDP4-RECV:2425,bind=${ADDR_OF[anna]}" "CREATE:$T/taken" &
	local thief=$!
	await 5 port_is_taken "${ADDR_OF[anna]}"
	start anna
	expect_json "$(cam_as anna status --json)" '.port != 2425'
	start bob
	meet anna bob
	kill $thief
	expect 0 cam_as anna send bob 'from the other port'
	expect 0 cam_as bob send anna 'to the other port'
}

port_is_taken() { # ADDRESS
	ss -lnu | grep -qF "$1:2425"
}

test_a_full_disk_is_said_and_nothing_is_acknowledged_that_is_not_stored() {
	[ -n "$TEST_SANDBOX" ] || skip 'needs a namespace of its own to mount in'
	user anna && user bob
	mkdir -p "$T/bob/data"
	mount -t tmpfs -o size=4m,mode=700 tmpfs "$T/bob/data"
	start anna && start bob
	meet anna bob
	expect 0 cam_as anna send bob 'fits'
	dd if=/dev/zero of="$T/bob/data/ballast" bs=64k 2>/dev/null || true
	local acknowledged=1 i
	# The database may have a little room of its own: until it has not.
	head -c 15000 /dev/zero | tr '\0' y >"$T/big"
	for i in {1..40}; do
		if cam_as anna send --timeout 2 bob - <"$T/big"; then
			acknowledged=$((acknowledged + 1))
		else
			break
		fi
	done
	[ "$acknowledged" -lt 40 ] || fail 'the disk was never full'
	expect 0 cam_as bob status
	expect_equal "$acknowledged" "$(in_log bob true)"
	rm "$T/bob/data/ballast"
	# With room again what was kept back arrives, once.
	await 60 all_arrived $((acknowledged + 1))
	expect 0 cam_as bob rpc daemon.sync
	all_arrived $((acknowledged + 1))
	stop bob
	umount "$T/bob/data"
}

all_arrived() { # COUNT
	[ "$(in_log bob true)" = "$1" ]
}

test_a_disk_that_cannot_be_written_stops_camd_with_a_reason() {
	[ -n "$TEST_SANDBOX" ] || skip 'needs a namespace of its own to mount in'
	user anna
	mkdir -p "$T/anna/data"
	mount -t tmpfs -o ro,mode=700 tmpfs "$T/anna/data"
	run env CAM_HOME="$T/anna" timeout 20 "${CAMD[@]}" -f
	[ "$status" = 1 ] || fail "exit $status"
	expect_text "$ERR" data
	umount "$T/anna/data"
}

test_a_database_that_is_none_is_refused_and_left_alone() {
	user anna && start anna
	stop anna
	local file
	for file in "$T"/anna/data/*.db; do
		rm -f "$file-wal" "$file-shm"
		echo 'this is no database, but somebody may miss it' >"$file"
	done
	run env CAM_HOME="$T/anna" timeout 20 "${CAMD[@]}" -f
	[ "$status" = 1 ] || fail "exit $status"
	for file in "$T"/anna/data/*.db; do
		grep -q 'somebody may miss it' "$file" || fail "$file was changed"
	done
}

test_a_socket_from_the_service_manager_is_used() {
	user anna
	local socket=$T/anna/run/camd.sock
	mkdir -m 700 "$T/anna/run"
	CAM_HOME=$T/anna systemd-socket-activate --listen="$socket" --setenv=CAM_HOME="$T/anna" \
		--setenv=ASAN_OPTIONS --setenv=UBSAN_OPTIONS "$TEST_BUILD/camd" -f \
		</dev/null >"$T/anna.out" 2>"$T/anna.err" &
	PID_OF[anna]=$!
	await 10 test -S "$socket"
	printf '%s\n' '{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1,"program":"test","version":"0"}}' |
		timeout 20 socat -t 20 - "UNIX-CONNECT:$socket" >"$T/answer"
	json_last '.result.id == "anna@pc1" and .id == 1' "$T/answer"
}

test_readiness_is_told_to_the_service_manager() {
	user anna
	socat -u "UNIX-RECV:$T/notify" "CREATE:$T/notified" &
	local listener=$!
	await 10 test -S "$T/notify"
	export NOTIFY_SOCKET=$T/notify
	start anna
	unset NOTIFY_SOCKET
	await 10 grep -q 'READY=1' "$T/notified"
	stop anna
	await 10 grep -q 'STOPPING=1' "$T/notified"
	kill $listener
}

test_the_service_files_are_valid() {
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze here'
	local unit
	mkdir "$T/units"
	for unit in "$TEST_TOP"/contrib/systemd/*; do
		sed "s,/usr/bin/,$TEST_BUILD/," "$unit" >"$T/units/$(basename "$unit")"
	done
	systemd-analyze verify --user --man=no "$T"/units/*.service 2>"$T/complaints" || true
	! grep -E 'camd\.(service|socket)' "$T/complaints" || fail "$(cat "$T/complaints")"
}
