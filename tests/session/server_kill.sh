# shellcheck shell=bash disable=SC2119,SC2034,SC2154,SC2015
# limit: 600
# server_kill.sh: camserver dies by kill -9 at its n-th system call of a kind, while it stores what
# is for somebody absent, and while it gives it away.
#
# What it has said to have stored must be there when it is back, and nothing may come twice.
# KILL_STEP=1 goes through many points ("make check-kill"), else through some.

# shellcheck source=tests/org.sh
. "$TEST_TOP/tests/org.sh"
# shellcheck source=tests/tracing.sh
. "$TEST_TOP/tests/tracing.sh"

BURST=3 # messages a round

begin() {
	may_trace
	serve_org
	join anna bob
	await_user anna bob@pc2
	: >"$T/shown" && : >"$T/sent"
}

# Whatever became of it, it serves again when this returns.
serve_again() {
	let_go "$SERVER_PID"
	if is_dead "$SERVER_PID"; then
		DEATHS=$((DEATHS + 1))
		wait "$SERVER_PID" 2>/dev/null || true
		serve_org
	fi
	await 60 is_connected anna
}

dead_or() { # COMMAND...
	is_dead "$SERVER_PID" || "$@"
}

has_all() { # TAG
	[ "$(cam_as bob log --json -n 0 | jq -r .text | grep -c "^$1-")" = $BURST ]
}

point() { # SYSCALL N
	local i tag=$1-$2
	stop bob
	await_user anna bob@pc2 offline
	kill_at "$SERVER_PID" "$1" "$2"
	for ((i = 1; i <= BURST; i++)); do
		cam_as anna send --no-wait -q bob "$tag-$i"
		echo "$tag-$i" >>"$T/sent"
	done
	await 30 dead_or is_held $BURST 1
	serve_again
	await 60 is_held $BURST 1
	kill_at "$SERVER_PID" "$1" "$2"
	start bob
	in_background bob "$T/shown" watch --type message.received --json
	LOOKER=$!
	await 60 dead_or has_all "$tag"
	serve_again
	await 60 has_all "$tag"
	await 60 all_delivered anna
	await 30 is_held 0
	kill "$LOOKER" && wait "$LOOKER" || true
}

compare() {
	cam_as bob log --json -n 0 | jq -r 'select(.type == "message.received") | .text' >"$T/received"
	diff "$T/sent" "$T/received"
	expect_equal '' "$(jq -r .text "$T/shown" | sort | uniq -d)"
	# The points were not all beyond what it does.
	[ "$DEATHS" -gt 0 ] || fail 'it never died'
}

through() { # SYSCALL N...
	local n kind=$1
	shift
	DEATHS=0
	begin
	for n; do point "$kind" "$n"; done
	compare
}

test_killed_as_it_writes_the_database() {
	if [ "${KILL_STEP:-0}" = 1 ]; then
		# shellcheck disable=SC2046 # numbers
		through pwrite64 $(seq 1 24)
	else
		through pwrite64 1 4 9
	fi
}

test_killed_as_it_commits() {
	if [ "${KILL_STEP:-0}" = 1 ]; then
		# shellcheck disable=SC2046 # numbers
		through fdatasync $(seq 1 8)
	else
		through fdatasync 1 2
	fi
}

test_killed_as_it_speaks() {
	if [ "${KILL_STEP:-0}" = 1 ]; then
		# shellcheck disable=SC2046 # numbers
		through write $(seq 1 24)
	else
		through write 1 3 8
	fi
}
