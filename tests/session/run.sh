# shellcheck shell=bash disable=SC2034,SC2154,SC2015,SC2016
# run.sh: cam run: a command of cron, its output and status sent to somebody.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
}

test_output_and_status_are_sent_and_kept() {
	two
	expect 3 cam_as anna run --to bob -- sh -c 'echo first; echo second >&2; exit 3'
	expect_equal '' "$OUT$ERR"
	await_log bob '(.text | endswith("\n\nfirst\nsecond")) and (.text | contains("failed with status 3"))'
	expect 0 cam_as anna run --to bob -- true
	await_log bob '.text | startswith("\u0027true\u0027 succeeded after ")'
	expect 143 cam_as anna run --to bob -- sh -c 'kill -TERM $$'
	await_log bob '.text | contains("ended by signal 15")'
}

test_on_failure_is_silent_about_success() {
	two
	expect 0 cam_as anna run --to bob --on-failure -- echo fine
	expect 1 cam_as anna run --to bob --on-failure -- false
	await_log bob '.text | contains("failed with status 1")'
	expect_equal 1 "$(in_log anna true)"
}

test_once_tells_a_failure_once_and_its_end() {
	two
	fails() { expect "$1" cam_as anna run --to bob --on-failure --once 'job/1' -- sh -c "exit $1"; }
	fails 1 && fails 1
	expect_equal 1 "$(in_log anna true)"
	fails 2 && fails 2
	expect_equal 2 "$(in_log anna true)"
	fails 0 && fails 0
	expect_equal 3 "$(in_log anna true)"
	await_log bob '.text | contains("succeeds again")'
	fails 2
	expect_equal 4 "$(in_log anna true)"
	# Another key is another matter.
	expect 2 cam_as anna run --to bob --on-failure --once job2 -- sh -c 'exit 2'
	expect_equal 5 "$(in_log anna true)"
}

test_without_camd_the_status_is_kept_and_the_output_is_for_cron() {
	user anna
	expect 3 cam_as anna run --to bob --once key --no-start -- sh -c 'echo what it said; exit 3'
	expect_text "$ERR" 'camd does not run' 'failed with status 3' 'what it said'
	expect_equal '' "$OUT"
	# It has not been told: the next time it is.
	start anna
	user bob && start bob && meet anna bob
	expect 3 cam_as anna run --to bob --once key -- sh -c 'exit 3'
	expect_equal 1 "$(in_log anna true)"
	expect 4 cam_as anna run --to nobody -- sh -c 'exit 4'
	expect_text "$ERR" nobody 'failed with status 4'
}

test_long_output_is_cut_in_the_middle() {
	two
	expect 0 cam_as anna run --to bob -- seq 1 100000
	await_log bob '(.text | contains("\n1\n2\n3\n")) and (.text | endswith("\n99999\n100000")) and
		(.text | contains("bytes are left out")) and (.text | length < 7000)'
}

test_output_is_made_readable() {
	two
	expect 0 cam_as anna run --to bob -- \
		printf '\033[1;31mred\033[0m\r\n10%%\r20%%\rdone\a\n\377 caf\303\251\n\033]0;title\007end\n'
	await_log bob '.text | endswith("\n\nred\ndone\n\ufffd café\nend")'
}

test_a_command_that_cannot_be_run() {
	two
	expect 127 cam_as anna run --to bob -- /nowhere/to/be/found --x
	expect_text "$ERR" "cannot run '/nowhere/to/be/found'"
	await_log bob '.text | contains("cannot be run")'
	expect 126 cam_as anna run --to bob -- "$T"
	expect 2 cam_as anna run -- true
	expect_complaint 'no recipient'
	expect 2 cam_as anna run --to bob
}

test_signals_go_to_the_command() {
	two
	in_background anna "$T/out" run --to bob -- \
		sh -c 'sleep 1000 & trap "echo got it; kill $!; exit 7" TERM; echo ready >"$0"; wait' "$T/ready"
	local pid=$! rc=0
	await 10 test -s "$T/ready"
	kill -TERM $pid
	wait $pid || rc=$?
	expect_equal 7 $rc
	await_log bob '.text | endswith("\n\ngot it")'
}

test_it_does_not_wait_for_what_the_command_leaves_behind() {
	two
	expect 0 cam_as anna run --to bob -- sh -c 'sleep 1000 & echo $! >"$0"; echo started' "$T/pid"
	kill "$(cat "$T/pid")"
	await_log bob '.text | endswith("\n\nstarted")'
}

test_stdin_is_the_commands_and_json_tells_its_end() {
	two
	expect 5 cam_as anna run --json --to bob -- sh -c 'read -r line; echo "got $line"; exit 5' <<<hello
	expect_json "$OUT" '.status == 5 and .signal == null and .sent and .duration_ms >= 0'
	await_log bob '.text | endswith("got hello")'
}

test_on_a_terminal_output_is_shown_as_it_comes() {
	two
	expect 0 script -qec "'$TEST_BUILD/cam' --home '$T/anna' run --to bob -- echo live" /dev/null
	expect_text "$OUT" live
	await_log bob '.text | endswith("live")'
}
