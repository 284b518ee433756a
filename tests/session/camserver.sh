# shellcheck shell=bash disable=SC2154
# camserver.sh: an organisation is made, served, and administered over its socket.

server() { # ARG...
	camserver --home "$T/server" "$@"
}

serve() { # ARG...
	camserver --home "$T/server" "$@" >"$T/server.out" 2>"$T/server.err" &
	SERVER_PID=$!
	await 20 answers
}

answers() {
	ask server.status '{}' >/dev/null 2>&1
}

end_server() {
	kill -TERM "$SERVER_PID"
	local rc=0
	wait "$SERVER_PID" || rc=$?
	expect_equal 0 "$rc"
}

# Requests after a hello, a line each on stdin; their results or errors, a line each.
requests() {
	python3 -c '
import json, socket, sys
peer = socket.socket(socket.AF_UNIX)
peer.settimeout(30)
peer.connect(sys.argv[1])
lines = peer.makefile("rw", encoding="utf-8")
def ask(number, method, params):
    print(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}),
        file=lines, flush=True)
    answer = json.loads(lines.readline())
    return answer.get("result", answer.get("error"))
ask(0, "hello", {"protocol": 1})
for number, line in enumerate(sys.stdin, 1):
    method, params = line.split(" ", 1)
    print(json.dumps(ask(number, method, json.loads(params)), ensure_ascii=False))
' "$T/server/run/camserver.sock"
}

ask() { # METHOD PARAMS
	requests <<<"$1 $2"
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
