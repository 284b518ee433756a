# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 600
# file_kill.sh: camd dies by kill -9 at its n-th system call of a kind, while files come or go.
#
# Whenever it was, what has a final name is whole, the transfer goes on when camd is back, and
# it comes once. KILL_STEP=1 goes through all points ("make check-kill"), else every
# KILL_STEP-th.

# shellcheck source=tests/tracing.sh
. "$TEST_TOP/tests/tracing.sh"

SIZE=700000

begin() { # [folder]
	may_trace
	user anna && user bob
	start anna && start bob
	meet anna bob
	await 30 linked anna bob
	await 30 linked bob anna
	if [ "${1:-}" = folder ]; then
		mkdir -p "$T/plan/sub/empty"
		local i
		for ((i = 0; i < 8; i++)); do bytes "$i" $((SIZE / 8)) >"$T/plan/sub/$i"; done
		: >"$T/plan/nothing"
	else
		bytes plan $SIZE >"$T/plan"
	fi
}

# What has a name that people see is the whole of it.
only_whole() { # FOLDER
	local made
	while read -r made; do
		diff -r "$T/plan" "$made" >/dev/null || fail "half of it: $made"
	done < <(find "$1" -mindepth 1 -maxdepth 1 ! -name '.*')
}

is_done() { # ID
	cam_as bob file ls --json | json_all "any(.[]; .id == \"$1\" and .state == \"done\")"
}

dead_or_done() { # PID
	is_dead "$1" || is_done "$ID"
}

# One point while bob fetches; 1 when the point is beyond what a fetch does.
kill_one() { # NAME SYSCALL N
	local pid=${PID_OF[$1]} folder="$T/got.$2.$3" killed=
	mkdir "$folder"
	cam_as anna file send -q "$T/plan" bob
	ID=$(cam_as bob file ls --json | jq -r 'select(.state == "offered") | .id' | tail -n 1)
	kill_at "$pid" "$2" "$3"
	cam_as bob file get --no-wait -o "$folder" "$ID" 2>/dev/null || true
	await 60 dead_or_done "$pid"
	let_go "$pid"
	cam_as "$1" status >/dev/null 2>&1 || killed=1
	only_whole "$folder"
	if [ -n "$killed" ]; then
		end_camd "$1" || true
		start "$1"
	fi
	# Where it died before it knew of the wish, it is told again.
	if cam_as bob file ls --json | json_all "any(.[]; .id == \"$ID\" and .state == \"offered\")"; then
		cam_as bob file get -q --no-wait -o "$folder" "$ID"
	fi
	await 60 is_done "$ID"
	# One of it, and no part; a mark that shows nothing may stay when it died at the end.
	expect_equal plan "$(ls "$folder")"
	expect_equal '' "$(find "$folder" -maxdepth 1 -name '.*.part')"
	diff -r "$T/plan" "$folder/plan" || fail 'not what was sent'
	expect_equal "$folder/plan" "$(cam_as bob file ls --json | jq -r "select(.id == \"$ID\") | .path")"
	rm -r "$folder"
	[ -n "$killed" ]
}

kill_at_all() { # NAME SYSCALL STEP
	local n points=0
	for ((n = 1; n <= 400; n += ${KILL_STEP:-$3})); do
		kill_one "$1" "$2" "$n" || break
		points=$((points + 1))
	done
	echo "note: $points points"
	[ $points -gt 0 ] || fail "a fetch does no $2"
}

test_fetching_dies_at_pwrite64() { begin && kill_at_all bob pwrite64 5; }
test_fetching_dies_at_fdatasync() { begin && kill_at_all bob fdatasync 1; }
test_fetching_dies_at_fsync() { begin && kill_at_all bob fsync 1; }
test_fetching_dies_at_renameat2() { begin && kill_at_all bob renameat2 1; }
test_fetching_dies_at_recvfrom() { begin && kill_at_all bob recvfrom 7; }
test_fetching_dies_at_futex() { begin && kill_at_all bob futex 20; }
test_fetching_dies_at_write() { begin && kill_at_all bob write 8; }
test_fetching_a_folder_dies_at_pwrite64() { begin folder && kill_at_all bob pwrite64 7; }
test_fetching_a_folder_dies_at_mkdirat() { begin folder && kill_at_all bob mkdirat 1; }
test_fetching_a_folder_dies_at_renameat2() { begin folder && kill_at_all bob renameat2 3; }
test_sending_dies_at_sendto() { begin && kill_at_all anna sendto 4; }
test_sending_dies_at_pread64() { begin && kill_at_all anna pread64 6; }
test_sending_a_folder_dies_at_openat() { begin folder && kill_at_all anna openat 2; }
