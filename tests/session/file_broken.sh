# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 300
# file_broken.sh: transfers that break in the middle: killed daemons, full disks, cables pulled.
#
# strace makes the receiving camd slow, so that there is a middle; whether it is reached is
# told by transfer.progress.

# shellcheck source=tests/tracing.sh
. "$TEST_TOP/tests/tracing.sh"

SIZE=24000000
PARTS='.*.part'

begin() {
	may_trace
	user anna && user bob
	start anna && start bob
	meet anna bob
	await 20 linked anna bob
}

lists() { # NAME FILTER
	cam_as "$1" file ls --json | json_all "any(.[]; $2)"
}

await_offer() { # NAME FILTER: prints its id
	await 20 lists "$1" "$2"
	cam_as "$1" file ls --json | jq -r "select($2) | .id" | tail -n 1
}

# From now on NAME's camd takes its time over what comes from sockets.
slow() { # NAME
	slow_at "${PID_OF[$1]}" recvfrom 40000
}

# NAME fetches ID beside the test; returns when some of it has come, and not all.
fetch_half() { # NAME ID
	in_background "$1" "$T/events" watch --type transfer --json
	WATCHER=$!
	await 10 eval "cam_as $1 status --json | json_last '.clients >= 2'"
	in_background "$1" "$T/got" file get "$2"
	GETTER=$!
	await 60 json_all 'any(.[]; .type == "transfer.progress" and .done > 1000000)' "$T/events"
	! json_all 'any(.[]; .type == "transfer.done")' "$T/events" || fail 'there was no middle'
}

is_done() { # NAME ID
	lists "$1" ".id == \"$2\" and .state == \"done\""
}

# Only whole things have names that people see.
nothing_half() { # FOLDER
	expect_equal '' "$(find "$1" -mindepth 1 -maxdepth 1 ! -name "$PARTS" ! -name '.*.list')"
}

whole() { # NAME ID FILE
	await 120 is_done "$1" "$2"
	cmp "$3" "$T/$1/files/$(basename "$3")"
	await 10 holds_only "$(basename "$3")" "$T/$1/files"
}

holds_only() { # NAME FOLDER
	[ "$(ls -A "$2")" = "$1" ]
}

test_the_receiver_is_killed_and_goes_on_where_it_was() {
	begin
	bytes plan $SIZE >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id rc=0
	id=$(await_offer bob '.name == "plan"')
	slow bob
	fetch_half bob "$id"
	kill_camd bob
	let_go "${PID_OF[bob]}"
	wait $GETTER || rc=$?
	expect_equal 5 $rc
	wait $WATCHER || true
	nothing_half "$T/bob/files"
	# Nothing of what had come is asked for again.
	[ "$(find "$T/bob/files" -name "$PARTS" -size +900k | wc -l)" = 1 ] || fail 'nothing was kept'
	start bob
	whole bob "$id" "$T/plan"
	await 20 lists anna '.state == "done"'
}

test_the_sender_is_killed_and_it_goes_on_when_he_is_back() {
	begin
	bytes plan $SIZE >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id
	id=$(await_offer bob '.name == "plan"')
	slow bob
	fetch_half bob "$id"
	kill_camd anna
	let_go "${PID_OF[bob]}"
	await 60 lists bob '.state == "waiting" and .done > 1000000'
	nothing_half "$T/bob/files"
	kill -0 $GETTER || fail 'get has given up'
	start anna
	whole bob "$id" "$T/plan"
	wait $GETTER || fail "get ended with $?"
	expect_equal "$T/bob/files/plan" "$(cat "$T/got")"
	kill $WATCHER && wait $WATCHER || true
}

test_a_folder_goes_on_too_on_either_side() {
	begin
	mkdir -p "$T/tree/sub"
	local i id
	for ((i = 0; i < 60; i++)); do bytes "$i" 300000 >"$T/tree/sub/$i"; done
	bytes large 6000000 >"$T/tree/large"
	cam_as anna file send "$T/tree" bob
	id=$(await_offer bob '.name == "tree"')
	slow bob
	fetch_half bob "$id"
	kill_camd bob
	let_go "${PID_OF[bob]}"
	nothing_half "$T/bob/files"
	wait $GETTER || true
	wait $WATCHER || true
	start bob && slow bob
	: >"$T/events"
	fetch_half bob "$id"
	kill_camd anna
	let_go "${PID_OF[bob]}"
	nothing_half "$T/bob/files"
	start anna
	await 120 is_done bob "$id"
	diff -r "$T/tree" "$T/bob/files/tree"
	await 10 holds_only tree "$T/bob/files"
	wait $GETTER || fail "get ended with $?"
	kill $WATCHER && wait $WATCHER || true
}

test_a_full_disk_ends_it_and_room_lets_it_go_on() {
	[ -n "${TEST_SANDBOX:-}" ] || skip 'no namespaces here (unshare)'
	begin
	mkdir "$T/small"
	mount -t tmpfs -o size=12m tmpfs "$T/small"
	bytes plan $SIZE >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id
	id=$(await_offer bob '.name == "plan"')
	expect 1 cam_as bob file get --timeout 60 -o "$T/small" "$id"
	expect_complaint plan
	lists bob '.state == "failed" and .error != null'
	nothing_half "$T/small"
	mount -o remount,size=64m "$T/small"
	expect 0 cam_as bob file get --timeout 60 -o "$T/small" "$id"
	cmp "$T/plan" "$T/small/plan"
	await 10 holds_only plan "$T/small"
	expect_equal "$T/small/plan" "$OUT"
	umount "$T/small"
}

test_cancelled_in_the_middle_it_goes_on_when_asked() {
	begin
	bytes plan $SIZE >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id rc=0
	id=$(await_offer bob '.name == "plan"')
	slow bob
	fetch_half bob "$id"
	expect 0 cam_as bob file cancel "$id"
	let_go "${PID_OF[bob]}"
	wait $GETTER || rc=$?
	expect_equal 6 $rc
	nothing_half "$T/bob/files"
	lists bob '.state == "cancelled"'
	expect 0 cam_as bob file get "$id"
	whole bob "$id" "$T/plan"
	kill $WATCHER && wait $WATCHER || true
}

test_dropped_in_the_middle_nothing_stays() {
	begin
	bytes plan $SIZE >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id
	id=$(await_offer bob '.name == "plan"')
	slow bob
	fetch_half bob "$id"
	expect 0 cam_as bob file drop "$id"
	let_go "${PID_OF[bob]}"
	await 20 is_empty "$T/bob/files"
	expect_equal 0 "$(cam_as bob file ls --json | wc -l)"
	wait $GETTER || true
	kill $WATCHER && wait $WATCHER || true
}

is_empty() { # FOLDER
	[ -z "$(ls -A "$1")" ]
}

test_withdrawn_in_the_middle_it_ends_on_both_sides() {
	begin
	bytes plan $SIZE >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id rc=0
	id=$(await_offer bob '.name == "plan"')
	slow bob
	fetch_half bob "$id"
	expect 0 cam_as anna file cancel "$id"
	let_go "${PID_OF[bob]}"
	wait $GETTER || rc=$?
	expect_equal 6 $rc
	nothing_half "$T/bob/files"
	kill $WATCHER && wait $WATCHER || true
}

test_the_source_changes_in_the_middle() {
	begin
	bytes plan $SIZE >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id rc=0
	id=$(await_offer bob '.name == "plan"')
	slow bob
	fetch_half bob "$id"
	# In place: the descriptor is the same, the bytes are not.
	printf changed | dd of="$T/plan" bs=1 seek=$((SIZE - 100)) conv=notrunc status=none
	let_go "${PID_OF[bob]}"
	wait $GETTER || rc=$?
	expect_equal 1 $rc
	nothing_half "$T/bob/files"
	kill $WATCHER && wait $WATCHER || true
}

test_stdin_that_does_not_fit_leaves_nothing() {
	begin
	bytes plan 5000000 >"$T/plan"
	expect 1 bash -c 'ulimit -f 1000; CAM_HOME=$0/anna cam file send --name big - bob <"$0/plan"' "$T"
	expect_complaint 'cannot write'
	expect_equal '' "$(find "$T/anna/data/spool" -type f)"
	expect_equal 0 "$(cam_as bob file ls --json | wc -l)"
}

test_a_bar_shows_how_far_it_is_on_a_terminal() {
	command -v tmux >/dev/null || skip 'tmux is missing'
	begin
	bytes plan $SIZE >"$T/report.pdf"
	cam_as anna file send "$T/report.pdf" bob
	local id socket=$T/tmux
	id=$(await_offer bob '.name == "report.pdf"')
	slow bob
	tmux -S "$socket" -f /dev/null new-session -d -x 80 -y 10 -s screen \
		"CAM_HOME=$T/bob PATH=$PATH cam file get $id; touch $T/ended; exec cat" >/dev/null
	await 60 screen_has '^report.pdf  *[0-9]*%  [█░]*  *[0-9.]* [KM]iB  *[0-9.]* [KM]iB/s  *[0-9-]*:[0-9-]*$'
	# One line, redrawn.
	expect_equal 1 "$(tmux -S "$socket" capture-pane -p -t screen | grep -c report.pdf)"
	let_go "${PID_OF[bob]}"
	await 60 test -e "$T/ended"
	await 10 screen_has "^'report.pdf' from anna@pc1 is saved as"
	! screen_has '%' || fail 'the bar is still there'
	tmux -S "$socket" kill-server
}

screen_has() { # PATTERN
	tmux -S "$T/tmux" capture-pane -p -t screen | grep -qe "$1"
}
