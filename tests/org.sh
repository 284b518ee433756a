# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# tests/org.sh: a camserver and its members, for session and lan tests. They source it.
#
#   serve_org [ARG]...            an organisation, made the first time, served; its server's home is
#                                 $T/server, its address $SERVER
#   end_server | kill_server      as asked (exit 0 expected) | at once
#   requests                      lines "METHOD PARAMS" on stdin, answers a line each
#   ask METHOD PARAMS             one of them
#   server_is FILTER              its status is such that FILTER holds
#   invite NAME                   a code
#   apart NAME [KEY=VALUE]...     a user whom no broadcast reaches
#   join NAME...                  made, started, members, connected
#   is_connected NAME             to the server
#   bytes NAME SIZE               that nothing can make shorter, the same for the same name
#   tamper                        PYTHON on stdin, with the database of a server that has ended
#                                 as "store" and its home as "home"

SERVER_PID=
SERVER=
SERVER_PORT=2425

serve_org() { # ARG...
	[ -n "$SERVER" ] || SERVER=$NET.200
	[ -e "$T/server/config/charter" ] || {
		camserver --home "$T/server" init --name 'Example 会社' >"$T/server.made"
		printf 'net.bind = %s\nserver.host = %s\n' "$SERVER" "$SERVER" >"$T/server/config/camserver.ini"
	}
	# shellcheck disable=SC2086 # words on purpose
	${SERVER_IN:-} "$TEST_BUILD/camserver" --home "$T/server" "$@" >"$T/server.out" 2>>"$T/server.err" &
	SERVER_PID=$!
	await 20 serves
}

serves() {
	kill -0 "$SERVER_PID" && ask server.status '{}' >/dev/null 2>&1
}

end_server() {
	local rc=0
	kill -TERM "$SERVER_PID"
	wait "$SERVER_PID" || rc=$?
	SERVER_PID=
	expect_equal 0 "$rc"
}

kill_server() {
	kill -KILL "$SERVER_PID"
	wait "$SERVER_PID" 2>/dev/null || true
	SERVER_PID=
}

# Ended with the test, before its sanitizer's word is read.
lan_end() {
	[ -z "$SERVER_PID" ] || {
		kill -TERM "$SERVER_PID" 2>/dev/null
		wait "$SERVER_PID" 2>/dev/null
	}
	[ "$rc" -eq 0 ] || tail -n 40 "$T/server.err"
}

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

server_is() { # FILTER
	ask server.status '{}' | json_last "$1"
}

invite() { # NAME
	ask member.invite "{\"name\":\"$1\"}" | jq -r .code
}

apart() { # NAME [KEY=VALUE]...
	user "$@" net.broadcast=
	sed -i '/^net.broadcast = 1/d' "$T/$1/cam.ini"
}

is_connected() { # NAME
	cam_as "$1" org status --json 2>/dev/null | jq -e .connected >/dev/null
}

join() { # NAME...
	local name
	for name; do
		apart "$name"
		start "$name"
		cam_as "$name" org join -q "$(invite "$name")"
		await 20 is_connected "$name"
	done
}

org_is() { # NAME STATE
	[ "$(cam_as "$1" org status --json | jq -r .state)" = "$2" ]
}

is_apart() { # NAME
	! is_connected "$1"
}

is_as() { # NAME ID FILTER
	cam_as "$1" ls --all --json | jq -se "map(select(.id == \"$2\")) | any(.[]; $3)" >/dev/null
}

# How much the server holds, for all.
is_held() { # COUNT [KIND]
	[ "$(python3 -c '
import sqlite3, sys
store = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(store.execute("SELECT count(*) FROM queue WHERE kind = ?1 OR ?1 = 0",
    (int(sys.argv[2]),)).fetchone()[0])' "$T/server/work/server.db" "${2:-0}")" = "$1" ]
}

all_delivered() { # NAME
	cam_as "$1" log --json -n 0 | jq -se 'all(.[]; .state == "delivered" or .state == "opened")' >/dev/null
}

refuse_bytes() { # TEXT FILE...
	! grep -q -a -F "$@" || fail "'$1' stands in a file of the server"
}

has_members() { # NAME COUNT
	[ "$(cam_as "$1" org status --json | jq .members)" = "$2" ]
}

is_alarmed() { # NAME WORD
	[ "$(cam_as "$1" org status --json | jq -r .alarm)" = "$2" ]
}

anyone_is() { # NAME FILTER
	cam_as "$1" ls --all --json | jq -se "any(.[]; $2)" >/dev/null
}

# Somebody joins, from elsewhere, and goes again.
become() { # NAME
	[ -n "${PID_OF[$1]:-}" ] || { apart "$1"; start "$1"; }
	cam_as "$1" org join -q "$(invite "$1")"
	await 20 is_connected "$1"
}

tamper() {
	python3 -c '
import json, os, sqlite3, sys
home = sys.argv[1]
store = sqlite3.connect(os.path.join(home, "work", "server.db"))
exec(sys.stdin.read())
store.commit()
' "$T/server"
}
