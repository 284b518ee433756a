# shellcheck shell=bash disable=SC2154
# camserver.sh: an organisation is made, served, and administered over its socket.

# shellcheck source=tests/org.sh
. "$TEST_TOP/tests/org.sh"

server() { # ARG...
	camserver --home "$T/server" "$@"
}

serve() { # ARG...
	camserver --home "$T/server" "$@" >"$T/server.out" 2>"$T/server.err" &
	SERVER_PID=$!
	await 20 serves
}

complains() { # WORD...
	expect_text "$ERR" 'camserver: ' "$@"
}

test_init_makes_an_organisation_once() {
	expect 3 server check
	complains init
	expect 2 server init
	expect 0 server init --name 'Example 会社'
	expect_text "$OUT" 'Example 会社' root.key
	expect_equal 600 "$(stat -c %a "$T/server/config/root.key")"
	expect_equal 700 "$(stat -c %a "$T/server/work")"
	sha256sum "$T"/server/*/*.key >"$T/keys"
	expect 1 server init --name Other
	complains already
	sha256sum --quiet -c "$T/keys"
	expect 0 server check
	expect_text "$OUT" 'Example 会社'
}

test_an_init_cut_short_may_be_tried_again() {
	expect 0 server init --name One
	rm "$T/server/config/charter"
	expect 0 server init --name Two
	expect 0 server check
	expect_text "$OUT" Two
}

test_the_root_may_be_taken_away() {
	server init --name Example
	mv "$T/server/config/root.key" "$T/safe"
	expect 0 server check
	serve
	end_server
}

test_another_charter_is_refused() {
	server init --name Example
	camserver --home "$T/other" init --name Other
	cp "$T/other/config/charter" "$T/server/config/charter"
	expect 7 server check
	complains charter
	expect 7 server
}

test_members_are_invited_listed_and_removed() {
	server init --name Example
	serve
	OUT=$(ask server.status '{}')
	expect_json "$OUT" '.organisation == "Example" and .members.invited == 0'
	OUT=$(ask member.invite '{"name":"anna","nick":"Anna 安娜","group":"Sales/North"}')
	expect_json "$OUT" '.code | test("^cam1-([0-9A-Z]{5}-){10}[0-9A-Z]{5}$")'
	expect_json "$OUT" '.member.state == "invited" and .member.expires != null'
	local code
	code=$(jq -r .code <<<"$OUT")
	OUT=$(ask member.invite '{"name":"ANNA"}')
	expect_json "$OUT" '.member.name == "anna" and .member.nick == "Anna 安娜"'
	[ "$(jq -r .code <<<"$OUT")" != "$code" ]
	OUT=$(ask member.change '{"name":"anna","group":"Sales"}')
	expect_json "$OUT" '.member.group == "Sales" and .member.nick == "Anna 安娜"'
	OUT=$(ask member.list '{}')
	expect_json "$OUT" '(.members | length) == 1 and .next == null'
	OUT=$(ask member.remove '{"name":"anna"}')
	expect_json "$OUT" '.member.state == "removed" and .member.expires == null'
	OUT=$(ask member.remove '{"name":"bob"}')
	expect_json "$OUT" '.data.exit == 3'
	OUT=$(ask member.invite '{"name":"a@b"}')
	expect_json "$OUT" '.data.exit == 2'
	end_server
	serve
	OUT=$(ask server.status '{}')
	expect_json "$OUT" '.members.removed == 1 and .members.invited == 0'
	end_server
}

test_long_lists_come_in_pages() {
	server init --name Example
	serve
	seq -f 'member.invite {"name":"user%04g"}' 1203 | requests >"$T/answers"
	expect_equal 1203 "$(jq -r .code "$T/answers" | sort -u | wc -l)"
	OUT=$(ask member.list '{}')
	expect_json "$OUT" '(.members | length) == 1000 and .next == "user1000"'
	OUT=$(ask member.list '{"after":"user1000"}')
	expect_json "$OUT" '(.members | length) == 203 and .next == null'
	expect_json "$OUT" '.members[0].name == "user1001"'
	end_server
}

test_invitations_name_the_server_where_it_is_known() {
	server init --name Example
	serve -o server.host=cam.example:2425
	OUT=$(ask member.invite '{"name":"anna"}')
	expect_json "$OUT" '.code | endswith("@cam.example:2425")'
	end_server
}

test_two_servers_do_not_share_a_home() {
	server init --name Example
	serve
	expect 1 server
	complains another
	end_server
}

test_settings_are_read_again() {
	server init --name Example
	serve
	echo 'server.host = cam.example' >"$T/server/config/camserver.ini"
	chmod 600 "$T/server/config/camserver.ini"
	kill -HUP "$SERVER_PID"
	await 20 names_the_host
	end_server
}

names_the_host() {
	ask member.invite '{"name":"anna"}' | jq -e '.code | endswith("@cam.example")' >/dev/null
}

# -- cam server ----------------------------------------------------------------

admin() { # VERB...
	cam server --home "$T/server" "$@"
}

cam_complains() { # WORD...
	expect_text "$ERR" 'cam: ' "$@"
}

serve_example() {
	server init --name Example >/dev/null
	serve
}

test_members_are_administered_by_cam_server() {
	serve_example
	expect 0 admin status --json
	expect_json "$OUT" '.organisation == "Example" and .members.joined == 0'
	expect 0 admin status
	expect_text "$OUT" Example '0 joined'
	expect 0 admin invite anna --nick 'Anna 安娜' --group Sales/North --json
	expect_json "$OUT" '.name == "anna" and .group == "Sales/North"'
	expect_json "$OUT" '.code | test("^cam1-([0-9A-Z]{5}-){10}[0-9A-Z]{5}$")'
	expect 0 admin invite bob
	expect_text "$OUT" cam1-
	expect 0 admin users
	expect_equal $'anna\tAnna 安娜\tSales/North\tinvited\t\nbob\t\t\tinvited\t' "$OUT"
	expect 0 admin users set bob --group Sales
	expect 0 admin users --json
	expect_json "$(jq -s . <<<"$OUT")" 'map(.group) == ["Sales/North", "Sales"]'
	expect 0 admin groups
	expect_equal $'Sales\t1\t2\nSales/North\t1\t1' "$OUT"
	expect 0 admin groups --json
	expect_json "$(jq -s . <<<"$OUT")" \
		'. == [{group: "Sales", members: 1, total: 2}, {group: "Sales/North", members: 1, total: 1}]'
	expect 8 admin remove bob carol
	cam_complains carol
	expect 3 admin remove carol
	expect 0 admin users
	refuse_text "$OUT" bob
	expect 0 admin users --all
	expect_text "$OUT" $'bob\t\tSales\tremoved'
	expect 0 admin users --state removed --json
	expect_json "$OUT" '.name == "bob"'
	expect 2 admin users --state gone
	expect 2 admin invite 'a@b'
	expect 2 admin nonsense
	end_server
}

test_a_table_comes_out_and_in() {
	serve_example
	printf '\xef\xbb\xbfname,group,nick\r\nanna,Sales,"Anna ""A"" Ito"\r\n\r\nbob,"Sales/North",\r\n' >"$T/in.csv"
	expect 0 admin users import "$T/in.csv"
	expect_equal 'anna bob' "$(cut -f 1 <<<"$OUT" | paste -sd ' ')"
	expect_text "$OUT" cam1-
	# Their codes are still good: they are not made again.
	expect 0 admin users import "$T/in.csv"
	expect_equal '' "$OUT"
	expect 0 admin users --csv
	head -n 3 <<<"$OUT" | cut -d , -f 1-4 | tr -d '\r' >"$T/got"
	printf 'name,nick,group,state\nanna,"Anna ""A"" Ito",Sales,invited\nbob,,Sales/North,invited\n' | diff - "$T/got"
	admin remove bob
	admin users --csv --all >"$T/out.csv"
	expect_text "$(cat "$T/out.csv")" 'bob,,Sales/North,removed'
	expect 0 admin users import - <"$T/out.csv"
	expect 0 admin users --state removed --json
	expect_json "$OUT" '.name == "bob"'
	printf 'name\nbob\n' >"$T/bob.csv"
	expect 0 admin users import "$T/bob.csv" --json
	expect_json "$OUT" '.state == "invited" and .group == "Sales/North" and (.code | length) > 0'
	end_server
}

refused_table() { # WORD TEXT
	printf '%b' "$2" >"$T/bad.csv"
	expect 2 admin users import "$T/bad.csv"
	cam_complains "$1"
}

test_a_table_is_taken_whole_or_not_at_all() {
	serve_example
	refused_table 'bad.csv:3:' 'name,nick\nanna,Anna\nbob\n'
	refused_table 'bad.csv:3:' 'name,nick\nanna,Anna\nbo"b,Bob\n'
	refused_table 'bad.csv:1:' 'name,salary\nanna,1\n'
	refused_table 'bad.csv:1:' 'nick\nanna\n'
	refused_table 'bad.csv:1:' ''
	refused_table 'line 4:' 'name,nick\nanna,Anna\nbob,Bob\na@b,Carol\n'
	refused_table 'line 3:' 'name\nanna\nANNA\n'
	refused_table 'line 2:' 'name,group\nanna,a//b\n'
	expect 1 admin users import "$T/nowhere.csv"
	expect 0 admin users --all
	expect_equal '' "$OUT"
	end_server
}

test_a_large_table_is_taken_at_once() {
	serve_example
	{
		echo name,group
		seq -f 'user%05g,Floor' 5000
	} >"$T/large.csv"
	expect 0 admin users import "$T/large.csv"
	expect_equal 5000 "$(cut -f 2 <<<"$OUT" | sort -u | wc -l)"
	expect 0 admin users
	expect_equal 5000 "$(wc -l <<<"$OUT")"
	expect 0 admin groups
	expect_equal $'Floor\t5000\t5000' "$OUT"
	end_server
}

test_limits_are_listed_and_changed() {
	serve_example
	expect 0 admin limits
	expect_text "$OUT" $'join.hours\t24'
	refuse_text "$OUT" server.host
	expect 0 admin limits join.hours 48
	grep -q '^join.hours = 48$' "$T/server/config/camserver.ini"
	expect 0 admin limits --json
	expect_json "$(jq -s . <<<"$OUT")" 'map(select(.key == "join.hours").value) == ["48"]'
	expect 2 admin limits join.hours never
	expect 3 admin limits join.hour 1
	cam_complains join.hours
	end_server
}

test_who_may_not_administer_is_told_so() {
	expect 5 admin status
	cam_complains 'no camserver'
	server init --name Example
	expect 5 admin status
	cam_complains 'does not run'
	serve
	chmod 777 "$T/server"
	expect 6 admin status
	chmod 700 "$T/server"
	expect 0 admin status
	end_server
}

# One that lets nobody in: users of another namespace have no uid here.
test_another_users_program_is_not_taken_for_the_server() {
	[ "$(id -u)" = 0 ] || skip 'needs root'
	setpriv --reuid 65534 --clear-groups /usr/bin/python3 -c '' 2>/dev/null ||
		skip 'there is only one user here, or no python3 of the system'
	mkdir -p "$T/server/run"
	chmod 755 "$T" "$T/server"
	chown 65534 "$T/server/run"
	setpriv --reuid 65534 --clear-groups /usr/bin/python3 -c '
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
open(sys.argv[1] + ".up", "w")
listener.accept()[0].recv(1)
' "$T/server/run/camserver.sock" &
	await 20 test -e "$T/server/run/camserver.sock.up"
	expect 6 admin status
	kill %1 2>/dev/null || true
}

test_completion_offers_members() {
	serve_example
	admin invite anna >/dev/null
	expect 0 cam complete -- server --home "$T/server" remove a
	expect_text "$OUT" $'anna\t'
	expect 0 cam complete -- server us
	expect_text "$OUT" $'users\t'
	end_server
}

# -- service ---------------------------------------------------------------------

test_the_manager_hears_of_the_server() {
	server init --name Example
	perl -e 'use Socket; $| = 1; socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die;
		bind($s, pack_sockaddr_un($ARGV[0])) or die; print "bound\n";
		while (defined recv($s, my $text, 4096, 0)) { $text =~ tr/\n/ /; print "$text\n"; }' \
		"$T/notify" >"$T/heard" &
	local listener=$!
	await 10 grep -q bound "$T/heard"
	NOTIFY_SOCKET=$T/notify serve
	await 10 grep -q '^READY=1 STATUS=' "$T/heard"
	kill -HUP "$SERVER_PID"
	await 10 grep -q '^RELOADING=1' "$T/heard"
	await 10 sh -c "[ \$(grep -c ^READY=1 '$T/heard') = 2 ]"
	end_server
	await 10 grep -q '^STOPPING=1' "$T/heard"
	kill "$listener"
}

# Those of the group come to the socket, others do not.
test_the_group_of_administrators_is_let_in() {
	local group
	[ "$(id -u)" = 0 ] || skip 'needs root'
	group=$(id -gn games 2>/dev/null) || skip 'there is no user games'
	setpriv --reuid games --regid "$group" --clear-groups true 2>/dev/null ||
		skip 'there is only one user here'
	setpriv --reuid games --regid "$group" --clear-groups test -x "$TEST_BUILD/cam" ||
		skip 'others cannot run what was built here'
	server init --name Example
	chmod 755 "$T"
	serve -o "admin.group=$group"
	expect 0 setpriv --reuid games --regid "$group" --clear-groups \
		env ASAN_OPTIONS= UBSAN_OPTIONS= cam server --home "$T/server" status
	expect_text "$OUT" Example
	expect 6 setpriv --reuid nobody --regid nogroup --clear-groups \
		env ASAN_OPTIONS= UBSAN_OPTIONS= cam server --home "$T/server" status
	cam_complains camadmin
	end_server
}

# -- how it is ---------------------------------------------------------------------

page() { # PATH [METHOD]
	python3 -c '
import socket, sys
peer = socket.create_connection(("127.0.0.1", 9464), timeout=30)
peer.sendall(f"{sys.argv[2]} {sys.argv[1]} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
print(peer.makefile().read())
' "$1" "${2:-GET}"
}

test_figures_are_told_to_programs() {
	serve_example
	admin invite anna >/dev/null
	expect 0 admin metrics
	expect_text "$OUT" 'camserver_members{state="invited"} 1' '# EOF' \
		'process_cpu_seconds_total ' '# TYPE camserver_build info'
	expect_equal '# EOF' "$(tail -n 1 <<<"$OUT")"
	end_server
	serve -o metrics.listen=127.0.0.1
	OUT=$(page /metrics)
	expect_text "$OUT" 'HTTP/1.1 200 OK' 'application/openmetrics-text; version=1.0.0' \
		'camserver_members{state="invited"} 1'
	expect_text "$(page /health)" 'HTTP/1.1 200 OK' ok
	expect_text "$(page /other)" 'HTTP/1.1 404 '
	expect_text "$(page /metrics POST)" 'HTTP/1.1 400 '
	# Some that say nothing keep nobody out.
	python3 -c '
import signal, socket
idle = [socket.create_connection(("127.0.0.1", 9464)) for i in range(64)]
print("there", flush=True)
signal.pause()
' >"$T/idle" &
	local idle=$!
	await 10 grep -q there "$T/idle"
	expect_text "$(page /health)" 'HTTP/1.1 200 OK'
	kill "$idle"
	end_server
	expect 2 server -o metrics.listen=0.0.0.0:9464
	complains 'this machine alone'
}

test_the_log_is_kept_and_shown() {
	serve_example
	admin invite anna >/dev/null
	expect 0 admin log --json
	expect_json "$(jq -s . <<<"$OUT")" 'any(.[]; .level == "info" and (.text | contains("member.invite anna")))'
	expect_json "$(jq -s . <<<"$OUT")" 'all(.[]; .time | test("^20[0-9-]+T"))'
	expect 0 admin log -n 1
	expect_equal 1 "$(wc -l <<<"$OUT")"
	expect_text "$OUT" 'member.invite anna'
	expect_equal 600 "$(stat -c %a "$T/server/logs/camserver.log")"
	# Who moved it away has a new one after a reload.
	mv "$T/server/logs/camserver.log" "$T/moved"
	kill -HUP "$SERVER_PID"
	await 10 test -e "$T/server/logs/camserver.log"
	expect 0 admin limits join.hours 12
	expect 0 admin log
	expect_text "$OUT" 'config.set join.hours'
	refuse_text "$OUT" anna
	end_server
	serve -o log.file=off
	echo 'not a line of JSON' >>"$T/server/logs/camserver.log"
	admin invite bob >/dev/null
	expect 0 admin log
	refuse_text "$OUT" bob 'not a line'
	end_server
}

test_a_policy_is_set_for_all_or_a_group() {
	serve_example
	expect 0 admin policy
	expect_equal '' "$OUT"
	expect 0 admin policy set calls off
	expect 0 admin policy set legacy receive --group Sales
	expect 0 admin policy get
	expect_equal $'calls\toff\t\nlegacy\treceive\tSales' "$OUT"
	end_server
	serve
	expect 0 admin policy unset calls --json
	expect_json "$OUT" '.serial == 3 and (.rules | length) == 1 and .rules[0].group == "Sales"'
	expect 3 admin policy unset calls
	expect 3 admin policy set colour off
	expect 2 admin policy set calls receive
	expect 2 admin policy set calls maybe
	expect 2 admin policy set calls off --group /
	expect 2 admin policy set calls
	end_server
	# One that another key has signed is none.
	camserver --home "$T/other" init --name Other
	camserver --home "$T/other" &
	await 20 cam server --home "$T/other" status
	cam server --home "$T/other" policy set files off
	kill $!
	cp -p "$T/other/config/policy" "$T/server/config/policy"
	expect 1 server check
	complains policy
}
