# shellcheck shell=bash disable=SC2034,SC2154
# figures.sh: what a tool says of itself in lines NAME=VALUE. Source it in a test file.
#
#   figures_of COMMAND...          runs it; what it tells is in the associative array FIGURES
#   figure NAME OPERATOR VALUE     compares one as numbers (see expect_measured)

declare -A FIGURES=()

figures_of() { # COMMAND...
	local line
	# Its end is that of a process in a sandbox: leaks cannot be looked for.
	run env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" "$@"
	expect_equal 0 "$status"
	FIGURES=()
	while IFS= read -r line; do
		FIGURES[${line%%=*}]=${line#*=}
	done <<<"$OUT"
}

figure() { # NAME OPERATOR VALUE
	awk -v a="${FIGURES[$1]:-none}" -v b="$3" \
		"BEGIN { exit !(a != \"none\" && a + 0 $2 b + 0) }" ||
		falls_short "$1 is ${FIGURES[$1]:-missing}, not $2 $3"
}
