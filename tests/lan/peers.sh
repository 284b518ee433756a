# shellcheck shell=bash disable=SC2034,SC2154
# peers.sh: the tests' own IPMSG clients (peer.py tells what they can do). Source it, then:
#
#   peer_start NAME HOST|- [ARG]...  on that host of the LAN, or here; ready when this returns
#   peer_do NAME COMMAND [WORD]...   one command; prints its event, fails unless it is "ok"
#   peer_saw NAME FILTER [SECONDS]   waits for an event for which jq's FILTER holds; prints the last
#   peer_count NAME FILTER           how many such events there were
#   peer_stop NAME | peer_kill NAME  leaves as asked | without a word
#
# PEER_PROGRAM names another program that takes its commands and tells its events in this way.
#
# A filter may name the event first: peer_saw bob 'message .text == "hi" and .copies == 1'.

declare -A PEER_IN=() PEER_PID=()

peer_start() { # NAME HOST|- [ARG]...
	local name=$1 host=$2 input
	shift 2
	rm -f "$T/$name.in"
	mkfifo "$T/$name.in"
	: >"$T/$name.events"
	(
		set -- python3 "$TEST_TOP/tests/lan/${PEER_PROGRAM:-peer.py}" --user "$name" "$@"
		[ "$host" = - ] || set -- in_host "$host" "$@"
		exec <"$T/$name.in" >"$T/$name.events" 2>"$T/$name.peer-err"
		"$@"
	) &
	PEER_PID[$name]=$!
	exec {input}>"$T/$name.in"
	PEER_IN[$name]=$input
	peer_saw "$name" ready 30 >/dev/null
}

# The jq program for a filter; a wrong one must not look like "no such event".
peer_filter() { # FILTER
	local word=${1%% *} filter=$1
	case $word in
	*[!a-z-]*) ;;
	*)
		filter=".event == \"$word\""
		[ "$word" = "$1" ] || filter+=" and (${1#* })"
		;;
	esac
	jq -n "empty | select($filter)" || fail "not a filter: $1"
	echo "select($filter)"
}

# Its last line may be half written.
peer_events() { # NAME FILTER
	local program
	program=$(peer_filter "$2") || fail "not a filter: $2"
	sed -n '/}$/p' "$T/$1.events" | jq -c "$program" || fail "this filter fails: $2"
}

peer_has() { # NAME FILTER
	[ -n "$(peer_events "$@")" ]
}

peer_saw() { # NAME FILTER [SECONDS]
	peer_filter "$2" >/dev/null
	await "${3:-20}" peer_has "$1" "$2"
	peer_events "$1" "$2" | tail -n 1
}

peer_count() { # NAME FILTER
	peer_events "$1" "$2" | wc -l
}

peer_answers() { # NAME COUNT
	[ "$(peer_count "$1" '(.event == "ok" or .event == "error")')" -gt "$2" ]
}

peer_do() { # NAME COMMAND [WORD]...
	local name=$1 before answer
	shift
	before=$(peer_count "$name" '(.event == "ok" or .event == "error")')
	jq -cn '$ARGS.positional' --args -- "$@" >&"${PEER_IN[$name]}"
	await 30 peer_answers "$name" "$before"
	answer=$(peer_events "$name" '(.event == "ok" or .event == "error")' | tail -n 1)
	case $answer in *'"event": "ok"'* | *'"event":"ok"'*) echo "$answer" ;; *) fail "$name: $answer" ;; esac
}

peer_stop() { # NAME
	peer_do "$1" quit >/dev/null
	wait "${PEER_PID[$1]}" || fail "$1 ended with $?: $(tail -n 3 "$T/$1.peer-err")"
}

peer_kill() { # NAME
	kill -KILL "${PEER_PID[$1]}"
	wait "${PEER_PID[$1]}" 2>/dev/null || true
}
