# shellcheck shell=bash disable=SC2034
# tests/lib.sh: what session and lan tests are written with. tests/run sources it.
#
#   user NAME [KEY=VALUE]...      a CAM_HOME for NAME, not started; NAME@pcN is the user's id
#   start NAME [ARG]...           camd -f for that user, ready when this returns
#   stop NAME | kill_camd NAME    ends it as asked (exit 0 expected) | at once
#   cam_as NAME VERB...           the cam command as that user
#   in_background NAME FILE VERB...   the same beside the test, its output in FILE
#   catalogues                    the translations are installed
#   run COMMAND...                its exit in $status, stdout in $OUT, stderr in $ERR
#   expect CODE COMMAND...        the same, and the exit must be CODE
#   expect_text TEXT WORD...      TEXT holds each WORD;  refuse_text: none of them
#   expect_json TEXT FILTER       jq's FILTER holds for TEXT
#   expect_equal WANTED GOT
#   expect_measured TEXT FILTER   as expect_json, of what a machine spoils that has no time for the
#                                 test: tests/run tries it again then, twice at most
#   await SECONDS COMMAND...      until COMMAND succeeds; who is in time on a quiet machine in SECONDS
#                                 has several times as long, for only what fails takes it
#   await_user NAME ID [STATE]    until ID stands in NAME's roster as STATE (online)
#   skip REASON | fail REASON
#
# $T is the test's own folder. What is started is stopped, and its sanitizer reports are
# failures, when the test ends.
set -eu -o pipefail

declare -A PID_OF=() HOST_OF=() ADDR_OF=()
USERS=()
status=0 OUT='' ERR=''

fail() {
	echo "FAILED: $*" >&2
	local i
	for ((i = 1; i < ${#FUNCNAME[@]} - 1; i++)); do
		echo "  in ${FUNCNAME[i]} (${BASH_SOURCE[i]##*/}:${BASH_LINENO[i - 1]})" >&2
	done
	trap - ERR
	exit 1
}

skip() {
	echo "skip: $*"
	exit 77
}

on_error() {
	echo "FAILED: exit $1 of: $2 (${BASH_SOURCE[1]##*/}:$3)" >&2
}

# -- beginning and end --------------------------------------------------------

test_begin() {
	T=$(mktemp -d)
	export T
	trap test_end EXIT
	trap 'exit 1' TERM INT HUP
	trap 'on_error $? "$BASH_COMMAND" $LINENO' ERR
	set -E
	unset CAM_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR XDG_DOWNLOAD_DIR NO_COLOR \
		NOTIFY_SOCKET LISTEN_FDS LISTEN_PID LANG LANGUAGE
	# The programs that contrib/deps installs, not what stands in for them where somebody works.
	export HOME=$T/home LC_ALL=C.UTF-8 TERM=xterm-256color TZ=UTC PATH="$TEST_BUILD:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
	export ASAN_OPTIONS="${ASAN_OPTIONS:-}:log_path=$T/sanitizer"
	export UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:log_path=$T/sanitizer"
	export CAM_COMPLETE_MS=60000
	mkdir "$HOME"
	# Addresses of our own: in a network namespace any, else by the process id.
	NET=127.0.77
	if [ -n "${TEST_SANDBOX:-}" ]; then
		ip link set lo up
		mount -t tmpfs -o mode=755 tmpfs /run
	else
		NET=127.$((1 + $$ / 250 % 250)).$((1 + $$ % 250))
	fi
	CAMD=("$TEST_BUILD/camd")
	if [ -n "$TEST_VALGRIND" ]; then
		# What it finds makes camd end with 99, which no test takes for an end as asked.
		CAMD=(valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite
			--errors-for-leak-kinds=definite --log-file="$T/valgrind.%p" "$TEST_BUILD/camd")
	fi
}

test_end() {
	local rc=$? name report pid
	trap - ERR EXIT
	set +e
	for name in "${USERS[@]}"; do
		pid=${PID_OF[$name]:-}
		[ -n "$pid" ] || pid=$(cat "$T/$name/run/camd.pid" 2>/dev/null)
		[ -z "$pid" ] || kill -TERM "$pid" 2>/dev/null
	done
	for name in "${USERS[@]}"; do
		end_camd "$name" || [ $rc -ne 0 ] || { rc=1; echo "camd of $name ended with $?"; }
	done
	[ "$(type -t lan_end)" != function ] || lan_end
	for report in "$T"/sanitizer*; do
		if [ -s "$report" ]; then
			rc=1
			echo "-- $(basename "$report")"
			head -n 60 "$report"
		fi
	done
	if [ $rc -ne 0 ] && [ $rc -ne 77 ]; then
		show_logs
		[ -z "$ERR" ] || echo "-- last stderr: $ERR"
		[ -z "$OUT" ] || echo "-- last stdout: ${OUT:0:2000}"
	fi
	[ -n "${TEST_KEEP:-}" ] || rm -rf "$T"
	exit $rc
}

show_logs() {
	local name log
	cat "$T"/valgrind.* 2>/dev/null | grep -v -- '^--' | head -n 60 || true
	for name in "${USERS[@]}"; do
		for log in "$T/$name.err" "$T/$name/log/camd.log"; do
			if [ -s "$log" ]; then
				echo "-- $name: ${log##*/}"
				tail -n 15 "$log"
			fi
		done
	done
}

# -- users and their camd -----------------------------------------------------

# Users hear of each other by net.broadcast; HOST_OF (see lan/ns.sh) puts them on a LAN.
user() { # NAME [KEY=VALUE]...
	local name=$1 n=$((${#USERS[@]} + 1)) pair
	shift
	USERS+=("$name")
	ADDR_OF[$name]=$NET.$n
	mkdir -m 700 "$T/$name"
	{
		echo "user.name = $name"
		echo "user.host = pc$n"
		echo "user.nick = ${name^}"
		echo 'daemon.autostart = no'
		if [ -z "${HOST_OF[$name]:-}" ]; then
			echo "net.bind = $NET.$n"
			echo "net.broadcast = $NET.1 $NET.2 $NET.3 $NET.4 $NET.5"
			echo 'net.ipv6 = off'
		fi
		for pair; do echo "${pair%%=*} = ${pair#*=}"; done
	} >"$T/$name/cam.ini"
	chmod 600 "$T/$name/cam.ini"
	# Making keys takes longer than most tests: the n-th user has the n-th kept ones.
	if [ -d "$TEST_BUILD/keys/$n" ]; then
		mkdir -m 700 "$T/$name/data"
		cp -rp "$TEST_BUILD/keys/$n" "$T/$name/data/keys"
	fi
}

keep_keys() { # NAME
	local i
	for i in "${!USERS[@]}"; do
		if [ "${USERS[i]}" = "$1" ] && [ ! -e "$TEST_BUILD/keys/$((i + 1))" ]; then
			mkdir -p "$TEST_BUILD/keys"
			cp -rp "$T/$1/data/keys" "$TEST_BUILD/keys/$((i + 1)).$$"
			mv -T "$TEST_BUILD/keys/$((i + 1)).$$" "$TEST_BUILD/keys/$((i + 1))" 2>/dev/null ||
				rm -rf "$TEST_BUILD/keys/$((i + 1)).$$"
		fi
	done
}

id_of() {
	echo "$1@$(sed -n 's/^user.host = //p' "$T/$1/cam.ini" | tail -n 1)"
}

at_host() { # NAME COMMAND...: on the host NAME is at
	local host=${HOST_OF[$1]:-}
	shift
	if [ -n "$host" ]; then in_host "$host" "$@"; else exec "$@"; fi
}

start() { # NAME [ARG]...
	local name=$1 waiter pid
	shift
	(
		export CAM_HOME="$T/$name"
		exec </dev/null >"$T/$name.out" 2>>"$T/$name.err"
		at_host "$name" "${CAMD[@]}" -f "$@"
	) &
	pid=$!
	PID_OF[$name]=$pid
	cam_as "$name" wait ready --no-start --timeout $((TEST_VALGRIND ? 600 : 120)) >/dev/null &
	waiter=$!
	if ! wait -n "$pid" "$waiter"; then
		kill "$waiter" 2>/dev/null || true
		fail "camd of $name is not ready"
	fi
	kill -0 "$pid" 2>/dev/null || fail "camd of $name ended while starting"
	keep_keys "$name"
}

# Waits for the camd of a user to end and gives its exit status; 0 when there is none.
end_camd() { # NAME
	local pid=${PID_OF[$1]:-} rc=0
	if [ -n "$pid" ]; then
		is_gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || rc=$?
		PID_OF[$1]=
	elif pid=$(cat "$T/$1/run/camd.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null; then
		is_gone "$pid" || rc=$?
	fi
	return $rc
}

# Waits for a process, whoever has started it, to end.
is_gone() { # PID
	timeout 100 tail -s 0.02 --pid="$1" -f /dev/null
}

stop() { # NAME
	kill -TERM "${PID_OF[$1]}"
	end_camd "$1" || fail "camd of $1 ended with $?"
}

kill_camd() { # NAME
	kill -KILL "${PID_OF[$1]}"
	end_camd "$1" || true
}

cam_as() { # NAME ARG...
	local name=$1
	shift
	CAM_HOME=$T/$name "$TEST_BUILD/cam" "$@"
}

# A cam that goes on beside the test and can be interrupted; $! is its process.
in_background() { # NAME FILE ARG...: stdout is added to FILE, stderr is in FILE.err
	CAM_HOME=$T/$1 env --default-signal=INT "$TEST_BUILD/cam" "${@:3}" >>"$2" 2>"$2.err" &
}

# The translations of po/ where the programs look for them; only in a sandbox.
catalogues() {
	local file share
	[ -n "${TEST_SANDBOX:-}" ] || skip 'needs a sandbox'
	share=$(cat "$TEST_BUILD/prefix")/share
	mkdir -p "$share"
	mount -t tmpfs tmpfs "$share"
	for file in "$TEST_TOP"/po/*.po; do
		file=${file##*/}
		mkdir -p "$share/locale/${file%.po}/LC_MESSAGES"
		msgfmt -o "$share/locale/${file%.po}/LC_MESSAGES/cam.mo" "$TEST_TOP/po/$file"
	done
}

# -- expecting ----------------------------------------------------------------

run() { # COMMAND...
	status=0
	"$@" >"$T/.out" 2>"$T/.err" || status=$?
	OUT=$(tr -d '\0' <"$T/.out")
	ERR=$(tr -d '\0' <"$T/.err")
}

expect() { # CODE COMMAND...
	local code=$1
	shift
	run "$@"
	[ "$status" = "$code" ] || fail "exit $status, not $code: $*"
}

expect_equal() { # WANTED GOT
	[ "$1" = "$2" ] || fail "wanted '$1', got '$2'"
}

expect_text() { # TEXT WORD...
	local text=$1 word
	shift
	for word; do
		case $text in *"$word"*) ;; *) fail "no '$word' in: $text" ;; esac
	done
}

refuse_text() { # TEXT WORD...
	local text=$1 word
	shift
	for word; do
		case $text in *"$word"*) fail "'$word' in: $text" ;; esac
	done
}

expect_json() { # TEXT FILTER: of one object or several, the last decides
	json_last "$2" <<<"$1" || fail "not $2: $1"
}

TOO_BUSY=75 # as sysexits(3) has it: perhaps another time

expect_measured() { # TEXT FILTER
	json_last "$2" <<<"$1" || falls_short "not $2: $1"
}

falls_short() { # WHAT
	echo "MEASURED: $*" >&2
	trap - ERR
	exit $TOO_BUSY
}

# jq -e finds nothing wrong with no input at all; these do. Of the last object on stdin or
# in FILE, and of the array of all of them.
json_last() { # FILTER [FILE]
	jq -es "length > 0 and (last(.[]) | $1)" "${@:2}" >/dev/null
}

json_all() { # [--arg NAME VALUE] FILTER [FILE]
	local args=()
	if [ "$1" = --arg ]; then
		args=("${@:1:3}")
		shift 3
	fi
	jq -es "${args[@]}" "length > 0 and ($1)" "${@:2}" >/dev/null
}

# A clear error names the program and the thing, on one line of stderr, and nothing on stdout.
expect_complaint() { # WORD...
	expect_text "$ERR" 'cam: ' "$@"
	expect_equal '' "$OUT"
}

# -- waiting ------------------------------------------------------------------

exec {never}<> <(:) # a pipe nothing is ever written to: reading it is how we pause

# Asking costs more than most of what is waited for, and others run beside: who has waited long
# asks seldom, so that each wait is a tenth longer at most.
await() { # SECONDS COMMAND...
	local begin=${EPOCHREALTIME/[.,]/} end=$((SECONDS + $1 * (TEST_VALGRIND ? 20 : 4))) pause
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt "$end" ] || fail "not in time: $*"
		pause=$(((${EPOCHREALTIME/[.,]/} - begin) / 10)) # microseconds
		printf -v pause 0.%06d $((pause < 20000 ? 20000 : pause > 500000 ? 500000 : pause))
		read -r -t "$pause" -u "$never" || true
	done
}

# A client beside the one that asks is connected: somebody watches.
is_watched() { # NAME
	cam_as "$1" status --json | json_last '.clients >= 2'
}

roster_has() { # NAME FILTER: an entry of NAME's roster for which jq's FILTER holds
	cam_as "$1" ls --all --json | json_all "any(.[]; $2)"
}

await_user() { # NAME ID [STATE]
	await 20 roster_has "$1" ".id == \"$2\" and .state == \"${3:-online}\""
}

meet() { # NAME NAME: both know each other
	await_user "$1" "$(id_of "$2")"
	await_user "$2" "$(id_of "$1")"
}

log_has() { # NAME FILTER: a message in NAME's history for which FILTER holds
	cam_as "$1" log --json -n 0 | json_all "any(.[]; $2)"
}

await_log() { # NAME FILTER
	await 20 log_has "$1" "$2"
}

in_log() { # NAME FILTER: how many of NAME's messages
	cam_as "$1" log --json -n 0 | jq -s "[.[] | select($2)] | length"
}

linked() { # NAME NAME: what the one sends reaches the other over a link
	cam_as "$1" send --json "$2" 'makes the link' |
		json_last '.state == "delivered" and .encryption == "cam1"'
}

# Bytes that nothing can make shorter, the same for the same name.
bytes() { # NAME SIZE
	head -c "$2" /dev/zero |
		openssl enc -aes-128-ctr -nosalt -pass "pass:$1" -pbkdf2 -iter 1
}
