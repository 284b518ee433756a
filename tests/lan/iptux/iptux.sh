# shellcheck shell=bash disable=SC2034
# iptux.sh: Debian's iptux as a peer on a host of the test's LAN. Source it after ns.sh.
#
#   iptux_start I NICK GROUP [ENCODING [CANDIDATES]]   skips the test where there is no iptux
#   iptux_do I COMMAND...       see bot.cpp
#   iptux_saw I PATTERN         waits until an event fits the extended regular expression
#   iptux_quit I                leaves as its user would

iptux_build() {
	local folder=$TEST_BUILD/iptux source=$TEST_TOP/tests/lan/iptux/bot.cpp
	if ! pkg-config --exists iptux-core 2>/dev/null || ! command -v g++ >/dev/null; then
		skip 'iptux is not installed'
	fi
	mkdir -p "$folder"
	(
		flock 9
		[ "$folder/bot" -nt "$source" ] && exit 0
		# shellcheck disable=SC2046
		g++ -std=c++14 -O1 -o "$folder/bot" "$source" \
			$(pkg-config --cflags --libs iptux-core) -lpthread
	) 9>"$folder/lock"
	IPTUX_BOT=$folder/bot
}

declare -A IPTUX_IN=()

iptux_start() { # I NICK GROUP [ENCODING [CANDIDATES]]
	local i=$1 fd
	iptux_build
	mkdir -p "$T/iptux.$i"
	mkfifo "$T/iptux.$i/in"
	exec {fd}<>"$T/iptux.$i/in"
	IPTUX_IN[$i]=$fd
	(
		export HOME=$T/iptux.$i LC_ALL=C.UTF-8
		in_host "$i" "$IPTUX_BOT" "$2" "$3" "${4:-utf-8}" "${5:-gb18030,utf-16}" \
			<"$T/iptux.$i/in" >"$T/iptux.$i/out" 2>"$T/iptux.$i/err"
	) &
	IPTUX_PID=$!
	iptux_saw "$i" '^started'
}

iptux_do() { # I COMMAND...
	local i=$1
	shift
	printf '%s\n' "$*" >&"${IPTUX_IN[$i]}"
}

iptux_saw() { # I PATTERN
	await 20 grep -Eq -- "$2" "$T/iptux.$1/out"
}

iptux_quit() { # I
	iptux_do "$1" quit
}
