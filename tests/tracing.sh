# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# tests/tracing.sh: programs killed or made slow at their system calls, for session tests. They
# source it.
#
#   may_trace                     else the test is skipped
#   kill_at PID SYSCALL N         from now on it dies at call number N of that kind
#   slow_at PID SYSCALL US        each of them takes so many microseconds more
#   is_dead PID
#   let_go PID                    it is traced no more, if it still lives; from then on it is sure
#                                 whether it does

TRACER=

may_trace() {
	command -v strace >/dev/null || skip 'strace is missing'
	[ -z "$TEST_VALGRIND" ] || skip 'valgrind and strace do not go together'
	strace -qq -o /dev/null -e trace=none true 2>/dev/null || skip 'strace may not trace here'
}

kill_at() { # PID SYSCALL N
	trace "$1" "$2" "signal=KILL:when=$3"
}

slow_at() { # PID SYSCALL US
	trace "$1" "$2" "delay_enter=$3"
}

trace() { # PID SYSCALL WHAT
	strace -f -qq -o /dev/null -e trace="$2" -e inject="$2:$3" -p "$1" 2>"$T/strace" &
	TRACER=$!
	await 10 is_traced "$1"
}

is_traced() { # PID: all its threads are
	! grep -hs '^TracerPid' "/proc/$1"/task/*/status | grep -q '	0$'
}

is_dead() { # PID
	local state
	state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null || true)
	[ "$state" = Z ] || [ -z "$state" ]
}

# The tracer ends with the traced. Asked to let go of a process that is just dying it would
# wait for ever, so it is asked only while that lives.
let_go() { # PID
	is_dead "$1" || kill "$TRACER" 2>/dev/null || true
	is_gone "$TRACER" || kill -KILL "$TRACER" 2>/dev/null || true
	wait "$TRACER" 2>/dev/null || true
}
