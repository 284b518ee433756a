# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# in real time
# limit: 120
# pictures.sh: cam-media in their sandboxes send each other pictures; what arrives in the memory they
# share is told by the number it carries.

# shellcheck source=tests/media/figures.sh
. "$TEST_TOP/tests/media/figures.sh"

parties() { # NAME=VALUE...
	[ -x "$TEST_BUILD/cam-media" ] || skip 'cam-media is not built'
	figures_of "$TEST_TOP/tests/media/parties.py" "$TEST_BUILD/cam-media" "$@"
	figure status == 0
	figure backwards == 0
}

test_two_see_each_other() {
	parties parties=2 width=320 height=180 seconds=6 wanted=10
	figure streams == 2
	figure readable '>=' 10
}

test_three_do_so_in_vp9() {
	parties parties=3 width=320 height=180 seconds=6 wanted=5 codec=vp9
	figure streams == 6
	figure readable '>=' 5
	figure traffic '<=' 6300000
}
