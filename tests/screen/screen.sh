# shellcheck shell=bash disable=SC2034,SC2154
# tests/screen/screen.sh: what the screen tests are written with; each file sources it.
#
#   open_screen NAME [COLUMNS ROWS]   that user's screen, on a terminal of its own (80x24)
#   keys NAME KEY...                  types: words as text, names of keys as tmux has them
#   sees NAME TEXT...                 waits until the screen shows each text
#   sees_not NAME TEXT                waits until it does not
#   shows NAME <<END ... END          waits until it is just that: blanks at the ends of
#                                     lines apart; a time of day is 00:00, the date 0000-00-00
#   cursor NAME COLUMN ROW            waits until the cursor is there
#   resize NAME COLUMNS ROWS
#
# A screen is told to have changed by tmux itself: control mode tells of each output, so
# waiting is for that and not for a time.

declare -A SCREEN_OF=() WATCH_OF=()
SCREEN_SECONDS=40

screen_end() {
	local name
	for name in "${!SCREEN_OF[@]}"; do
		tmux -S "${SCREEN_OF[$name]}" kill-server 2>/dev/null || true
	done
}
lan_end() { screen_end; }

on_tmux() { # NAME COMMAND...
	tmux -S "${SCREEN_OF[$1]}" "${@:2}"
}

open_screen() { # NAME [COLUMNS ROWS]
	local name=$1 columns=${2:-80} rows=${3:-24} fd
	command -v tmux >/dev/null || skip 'tmux is missing'
	SCREEN_OF[$name]=$T/tmux.$name
	{
		echo 'set -g status off'
		echo 'set -g remain-on-exit on'
		echo 'set -s escape-time 0'
		echo 'set -g default-terminal screen-256color'
	} >"$T/tmux.conf"
	{
		echo "export CAM_HOME=$(printf %q "$T/$name") ${SCREEN_ENV:-}"
		[ -z "${SCREEN_COMMAND:-}" ] || echo "exec $SCREEN_COMMAND"
		echo "$(printf %q "$TEST_BUILD/cam") 2>>$(printf %q "$T/$name.screen")"
		echo "echo \$? >$(printf %q "$T/$name.status")"
	} >"$T/$name.start"
	tmux -f "$T/tmux.conf" -S "${SCREEN_OF[$name]}" new-session -d \
		-x "$columns" -y "$rows" -s s "sh $(printf %q "$T/$name.start")"
	# What the terminal gets, as it comes: reading it is how we wait.
	mkfifo "$T/output.$name"
	exec {fd}<>"$T/output.$name"
	WATCH_OF[$name]=$fd
	on_tmux "$name" pipe-pane -t s "cat >$(printf %q "$T/output.$name")"
	# What is typed before that the terminal would still take for itself.
	sees "$name" "${SCREEN_GREETING:-This is cam}"
}

# Until something is written to the screen, but not longer than a blink: what was written
# while we looked must not be waited for again.
await_output() { # NAME
	local some
	IFS= read -r -t 0.2 -n 1 -d '' -u "${WATCH_OF[$1]}" some || return 0
	IFS= read -r -t 0.01 -n 65536 -d '' -u "${WATCH_OF[$1]}" some || true
}

capture() { # NAME: the screen
	on_tmux "$1" capture-pane -p -t s
}

until_screen() { # NAME WHAT TEST...: until TEST says yes to the file with the screen
	local name=$1 what=$2 end=$((SECONDS + SCREEN_SECONDS))
	shift 2
	until capture "$name" >"$T/$name.now" && "$@" "$T/$name.now"; do
		if [ $SECONDS -ge $end ]; then
			echo "-- the screen of $name:"
			cat "$T/$name.now"
			cat "$T/$name.screen" 2>/dev/null || true
			fail "$name does not see $what"
		fi
		await_output "$name"
	done
}

keys() { # NAME KEY...
	on_tmux "$1" send-keys -t s -- "${@:2}"
}

resize() { # NAME COLUMNS ROWS
	on_tmux "$1" resize-window -t s -x "$2" -y "$3"
}

has_all() { # TEXT... FILE
	local file=${!#} i
	for ((i = 1; i < $#; i++)); do
		grep -qF -- "${!i}" "$file" || return 1
	done
}

has_none() { # TEXT FILE
	! grep -qF -- "$1" "$2"
}

sees() { # NAME TEXT...
	until_screen "$1" "${*:2}" has_all "${@:2}"
}

sees_not() { # NAME TEXT
	until_screen "$1" "no more '$2'" has_none "$2"
}

plain() { # FILE: what differs from day to day made the same
	sed -E -e 's/[0-9]{2}:[0-9]{2}(:[0-9]{2})?/00:00/g' \
		-e 's/[A-Za-z]+, [0-9]{4}-[0-9]{2}-[0-9]{2} (─+)/DAY ─/' \
		-e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}/0000-00-00/g' \
		-e 's/ +$//' "$1"
}

is_just() { # WANTED FILE
	plain "$2" | cmp -s "$1" -
}

shows() { # NAME, the screen on stdin
	sed 's/ *$//' >"$T/wanted"
	local name=$1 end=$((SECONDS + SCREEN_SECONDS))
	until capture "$name" >"$T/$name.now" && is_just "$T/wanted" "$T/$name.now"; do
		if [ $SECONDS -ge $end ]; then
			diff -u "$T/wanted" <(plain "$T/$name.now") || true
			cat "$T/$name.screen" 2>/dev/null || true
			fail "$name sees something else"
		fi
		await_output "$name"
	done
}

cursor_is() { # NAME COLUMN ROW
	[ "$(on_tmux "$1" display-message -p -t s '#{cursor_x},#{cursor_y}')" = "$2,$3" ]
}

cursor() { # NAME COLUMN ROW
	await "$SCREEN_SECONDS" cursor_is "$@"
}

ended() { # NAME [STATUS]: the screen was left
	await "$SCREEN_SECONDS" test -s "$T/$1.status"
	expect_equal "${2:-0}" "$(cat "$T/$1.status")"
	[ ! -s "$T/$1.screen" ] || fail "on stderr: $(cat "$T/$1.screen")"
}

two() { # anna and bob know each other, and anna has a screen
	user anna 'user.group=Sales' && user bob 'user.group=Sales'
	start anna && start bob
	meet anna bob
}
