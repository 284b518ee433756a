# shellcheck shell=bash
# bash completion for cam: the program itself says what a word could become, so that names
# and settings are live and every verb it has is known.

_cam() {
	local line=${COMP_LINE:0:COMP_POINT} current broken head candidate
	local -a words candidates

	read -ra words <<<"$line"
	case $line in
	*[[:space:]]) words+=('') ;;
	esac
	current=${words[${#words[@]} - 1]}
	mapfile -t candidates < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
	COMPREPLY=()

	# readline replaces only what stands behind the last of these.
	broken=${COMP_WORDBREAKS//[^@:=]/}
	head=
	if [ -n "$broken" ]; then
		head=${current%"${current##*["$broken"]}"}
	fi
	case ${candidates[0]-} in
	:file)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "${current#"$head"}")
		;;
	:program)
		mapfile -t COMPREPLY < <(compgen -c -- "$current")
		;;
	*)
		for candidate in "${candidates[@]}"; do
			candidate=${candidate%%$'\t'*}
			case $candidate in
			*[[:space:]]*) printf -v candidate %q "$candidate" ;;
			esac
			COMPREPLY+=("${candidate#"$head"}")
		done
		;;
	esac
}

complete -F _cam cam
