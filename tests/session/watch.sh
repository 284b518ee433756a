# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# watch.sh: following what happens: cam watch, wait, and hook programs.

two() {
	user anna && user bob "$@"
	start anna && start bob
	meet anna bob
}

# A watcher of NAME in the background that is known to listen: it has seen an event that is
# repeated until it does.
watching() { # NAME FILE ARG...
	local name=$1 file=$2
	shift 2
	in_background "$name" "$file" watch --json "$@"
	WATCHER=$!
	await 10 is_watched "$name"
}

test_watch_shows_messages_as_they_happen() {
	two
	watching bob "$T/seen" --type message.received --count 2 --timeout 30
	expect 0 cam_as anna send bob first
	expect 0 cam_as anna send bob second
	wait $WATCHER
	expect_equal 'first second' "$(jq -r .text "$T/seen" | xargs)"
	json_all 'all(.[]; .type == "message.received" and .from == "anna@pc1" and (.id | length) > 0)' "$T/seen"
	# An id of an event is that of the log.
	expect_equal "$(jq -r .id "$T/seen")" "$(cam_as bob log --json | jq -r .id)"
}

test_a_noun_stands_for_all_its_events() {
	two
	watching anna "$T/seen" --type message --count 2 --timeout 30
	expect 0 cam_as anna send bob hello
	wait $WATCHER
	json_all 'any(.[]; .type == "message.sent") and any(.[]; .type == "message.state")' "$T/seen"
}

test_watch_from_shows_one_users_events_only() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	watching anna "$T/seen" --type message.received --from carl --count 1 --timeout 30
	expect 0 cam_as bob send anna 'from bob'
	expect 0 cam_as carl send anna 'from carl'
	wait $WATCHER
	expect_equal 'from carl' "$(jq -r .text "$T/seen")"
}

test_a_timeout_that_passes_is_4() {
	user anna && start anna
	expect 4 cam_as anna watch --timeout 0.2
	expect_equal '' "$OUT"
	expect 4 cam_as anna wait message.received --timeout 0.2
	expect 4 cam_as anna watch --count 1 --timeout 0.2 --type user
}

test_wrong_types_and_numbers_are_usage_errors() {
	user anna && start anna
	expect 2 cam_as anna watch --type nonsense
	expect_complaint nonsense
	expect 2 cam_as anna watch --count many
	expect 2 cam_as anna wait nonsense
	expect 2 cam_as anna wait
	expect 3 cam_as anna watch --from nobody --timeout 0.2
}

test_wait_ends_with_the_event() {
	two
	cam_as bob wait message.received --timeout 30 >"$T/waited" &
	local waiter=$!
	await 10 is_watched bob
	expect 0 cam_as anna send bob hello
	wait $waiter
}

test_wait_ready_waits_for_a_camd_that_is_starting() {
	user anna
	cam_as anna wait ready --no-start --timeout 30 &
	local waiter=$!
	CAM_HOME=$T/anna "${CAMD[@]}" -f </dev/null 2>>"$T/anna.err" &
	PID_OF[anna]=$!
	wait $waiter
	expect 0 cam_as anna status
}

test_users_who_enter_leave_and_change_are_told() {
	user anna && user bob
	start anna
	watching anna "$T/seen" --type user --timeout 60
	start bob
	await 20 grep -q '"user.entered"' "$T/seen"
	meet anna bob
	expect 0 cam_as bob away lunch
	await 20 grep -q '"lunch"' "$T/seen"
	stop bob
	await 20 grep -q '"user.left"' "$T/seen"
	kill $WATCHER
	wait $WATCHER || true
	json_all 'any(.[]; .type == "user.entered" and .user.id == "bob@pc2" and .user.state == "online")' "$T/seen"
	json_all 'any(.[]; .type == "user.changed" and .user.state == "away" and .user.away == "lunch")' "$T/seen"
	json_all 'any(.[]; .type == "user.left" and .user.id == "bob@pc2")' "$T/seen"
}

test_watch_exec_runs_a_program_with_the_event_on_stdin() {
	two
	printf '#!/bin/sh\ncat >>"%s"\n' "$T/handled" >"$T/handler"
	chmod +x "$T/handler"
	cam_as bob watch --type message.received --count 1 --timeout 30 --exec "$T/handler" &
	local watcher=$!
	await 10 is_watched bob
	expect 0 cam_as anna send bob 'for the handler'
	wait $watcher
	json_last '.text == "for the handler" and .type == "message.received"' "$T/handled"
}

test_a_hook_gets_the_event_as_json() {
	printf '#!/bin/sh\ncat >"%s.new" && mv "%s.new" "%s"\n' "$T/hooked" "$T/hooked" "$T/hooked" >"$T/hook"
	chmod +x "$T/hook"
	two "hook.message.received=$T/hook"
	expect 0 cam_as anna send bob $'for the hook\n$(touch never)'
	await 20 test -s "$T/hooked"
	json_last '.type == "message.received" and .from == "anna@pc1"' "$T/hooked"
	json_last '.text == "for the hook\n$(touch never)"' "$T/hooked"
}

test_a_hook_that_fails_or_is_missing_loses_nothing() {
	printf '#!/bin/sh\nexit 3\n' >"$T/hook"
	chmod +x "$T/hook"
	two "hook.message.received=$T/hook" 'hook.user.left=/nonexistent/program'
	expect 0 cam_as anna send bob one
	expect 0 cam_as anna send bob two
	expect_equal 2 "$(in_log bob true)"
	stop anna
	await_user bob anna@pc1 offline
	expect 0 cam_as bob status
}

test_watch_tells_what_a_message_that_is_sent_offers() {
	two
	echo x >"$T/plan.txt"
	watching anna "$T/seen" --type message.sent --count 1 --timeout 30
	expect 0 cam_as anna file send "$T/plan.txt" bob
	wait $WATCHER
	json_all 'all(.[]; .offers[0].name == "plan.txt" and .offers[0].size == 2)' "$T/seen"
}

test_ls_watch_follows_the_roster() {
	user anna && user bob
	start anna
	in_background anna "$T/seen" ls --watch --json
	WATCHER=$!
	await 10 is_watched anna
	start bob
	await 20 grep -q 'bob@pc2' "$T/seen"
	kill -INT $WATCHER
	wait $WATCHER || expect_equal 130 $?
}

test_interrupting_watch_is_130() {
	user anna && start anna
	in_background anna "$T/seen" watch
	WATCHER=$!
	await 10 is_watched anna
	kill -INT $WATCHER
	local code=0
	wait $WATCHER || code=$?
	expect_equal 130 $code
}

test_watch_ends_when_camd_ends() {
	user anna && start anna
	in_background anna "$T/seen" watch
	WATCHER=$!
	await 10 is_watched anna
	stop anna
	local code=0
	wait $WATCHER || code=$?
	expect_equal 5 $code
	expect_text "$(cat "$T/seen.err")" 'cam: '
}
