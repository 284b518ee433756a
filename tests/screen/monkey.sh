# shellcheck shell=bash disable=SC2034,SC2154
# monkey.sh: keys and sizes at random leave the screen alive.
# limit: 3600
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"

test_keys_and_sizes_at_random_do_no_harm() {
	two
	for i in {1..30}; do cam_as bob send --no-wait --quiet anna "message $i שלום 会議 👩‍💻"; done
	await_log anna '.text | startswith("message 30")'
	run env EDITOR=true CAM_HOME="$T/anna" "$TEST_BUILD/tools/monkey" "${MONKEY_SEED:-$RANDOM}" \
		"${MONKEY_STEPS:-1500}" "$TEST_BUILD/cam-tui"
	[ "$status" = 0 ] || fail "$ERR"
	echo "note: $OUT"
}
