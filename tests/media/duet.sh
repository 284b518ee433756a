# shellcheck shell=bash disable=SC2034,SC2154
# duet.sh: two cam-media talk through tools/duet, which says what came of it.

# shellcheck source=tests/media/figures.sh
. "$TEST_TOP/tests/media/figures.sh"

duet() { # NAME=VALUE...
	[ -x "$TEST_BUILD/tools/duet" ] || skip 'cam-media is not built'
	figures_of "$TEST_BUILD/tools/duet" "$TEST_BUILD/cam-media" "$@"
}

both() { # FIGURE OPERATOR VALUE
	figure "anna_$1" "$2" "$3"
	figure "bob_$1" "$2" "$3"
}
