# shellcheck shell=bash disable=SC2154
# manual.sh: the manual is in step with the program.

test_every_setting_is_in_the_manual_and_no_other() {
	user anna
	start anna
	expect 0 cam_as anna config ls --json
	jq -r .key <<<"$OUT" | sort -u >"$T/there"
	sed -n 's/^\.It Cm \([a-z]*\.[a-zA-Z0-9_.]*\)$/\1/p' "$TEST_TOP/man/cam.ini.5" |
		sort >"$T/written"
	diff "$T/there" "$T/written" || fail 'cam.ini(5) and the settings differ'
}

test_every_setting_has_a_default_and_an_example_that_is_taken() {
	user anna
	start anna
	local key value
	while read -r key value; do
		case $key in
		# These would take this test's network away, or need what is not here.
		net.bind | net.port) continue ;;
		esac
		expect 0 cam_as anna config set "$key" "$value"
	done < <(sed -n 's/^\.Dl \([a-z]*\.[a-zA-Z0-9_.]*\) = \(.*\)$/\1 \2/p' \
		"$TEST_TOP/man/cam.ini.5")
	expect_equal "$(grep -c '^\.It Cm [a-z]*\..*' "$TEST_TOP/man/cam.ini.5")" \
		"$(sed -n 's/^\.Dl \([a-z]*\.[a-zA-Z0-9_.]*\) = .*/\1/p' "$TEST_TOP/man/cam.ini.5" |
			sort -u | wc -l)"
}
