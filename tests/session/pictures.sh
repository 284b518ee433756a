# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 120
# pictures.sh: cam-media in their sandboxes send each other pictures; what arrives in the memory they
# share is told by the number it carries.

declare -A SEEN=()
parties() { # NAME=VALUE...
	local line
	[ -x "$TEST_BUILD/cam-media" ] || skip 'cam-media is not built'
	# Its end is that of a process in a sandbox: leaks cannot be looked for.
	run env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" \
		"$TEST_TOP/tests/session/parties.py" "$TEST_BUILD/cam-media" "$@"
	expect_equal 0 "$status"
	SEEN=()
	while IFS= read -r line; do
		SEEN[${line%%=*}]=${line#*=}
	done <<<"$OUT"
	expect_equal 0 "${SEEN[status]}"
	expect_equal 0 "${SEEN[backwards]}"
}

test_two_see_each_other() {
	parties parties=2 width=320 height=180 seconds=6
	expect_equal 2 "${SEEN[streams]}"
	[ "${SEEN[readable]}" -ge 10 ] || fail "only ${SEEN[readable]} pictures could be read"
}

test_three_do_so_in_vp9() {
	parties parties=3 width=320 height=180 seconds=6 codec=vp9
	expect_equal 6 "${SEEN[streams]}"
	[ "${SEEN[readable]}" -ge 5 ] || fail "only ${SEEN[readable]} pictures could be read"
	[ "${SEEN[traffic]}" -le 6300000 ] || fail "${SEEN[traffic]} bit/s are over the budget"
}
