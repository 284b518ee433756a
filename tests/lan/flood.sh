# shellcheck shell=bash disable=SC2034,SC2154
# flood.sh: many messages over a link, and what must be true of them afterwards. Source it
# after ns.sh and cable.sh, then:
#
#   linked_pair SEED [KEY=VALUE]...   anna and bob at the two ends of a cable, linked
#   flood NAME WHO COUNT TAG [SIZE]   COUNT messages, the next without waiting for the last
#   settled_both [SECONDS]            until nothing of either is on its way
#   whole NAME FROM COUNT TAG         NAME has TAG's messages: all, once, in order, as events too
#   all_by_link NAME COUNT TAG        and their sender has a signed receipt for each

linked_pair() { # SEED [KEY=VALUE]...
	local seed=$1
	shift
	cable_up "$seed"
	host anna 1 "$@" && host bob 2 "$@"
	start anna && start bob
	meet anna bob
	link_up anna bob
	look_at anna && look_at bob
}

link_up() { # NAME NAME: a message each way went over it
	await 30 goes_by_link "$1" "$2"
	await 30 goes_by_link "$2" "$1"
}

goes_by_link() { # NAME NAME
	cam_as "$1" send --json --timeout 30 "$(id_of "$2")" 'hello, are you there?' |
		json_last '.receipt == "signed" and .encryption == "cam1"'
}

# All that NAME is told of, over its lives, as a user who is looking.
look_at() { # NAME
	in_background "$1" "$T/shown.$1" watch --type message.received --json
	await 20 is_watched "$1"
}

flood() { # NAME WHO COUNT TAG [SIZE]
	python3 "$TEST_TOP/tests/lan/flood.py" "$T/$1/run/camd.sock" "${@:2}" >"$T/flood.$1" ||
		fail "not all of $4 are stored"
}

nothing_waits() { # NAME
	[ "$(cam_as "$1" status --json | jq .queued)" = 0 ]
}

settled_both() { # [SECONDS]
	await "${1:-30}" nothing_waits anna
	await "${1:-30}" nothing_waits bob
	expect 0 cam_as anna rpc daemon.sync
	expect 0 cam_as bob rpc daemon.sync
}

numbers_of() { # TAG: of the texts on stdin, as JSON lines of messages
	jq -r --arg tag "$1" 'select(.text | startswith($tag + " ")) | .text | split(" ")[1]'
}

whole() { # NAME FROM COUNT TAG
	seq 0 $(($3 - 1)) >"$T/wanted"
	cam_as "$1" log --json -n 0 | jq -c --arg from "$(id_of "$2")" 'select(.from == $from)' |
		numbers_of "$4" >"$T/logged"
	cmp "$T/wanted" "$T/logged" >&2 || fail "$1 has not $4 0..$(($3 - 1)): $(differences logged)"
	[ ! -e "$T/shown.$1" ] && return
	await 10 shown_as_often "$1" "$3" "$4"
	numbers_of "$4" <"$T/shown.$1" >"$T/seen"
	cmp "$T/wanted" "$T/seen" >&2 || fail "$1 was not shown $4 0..$(($3 - 1)): $(differences seen)"
}

shown_as_often() { # NAME COUNT TAG
	[ "$(numbers_of "$3" <"$T/shown.$1" | wc -l)" -ge "$2" ]
}

differences() { # FILE
	echo "$(wc -l <"$T/$1") of them, twice: $(sort "$T/$1" | uniq -d | head -n 5 | xargs)," \
		"missing: $(sort "$T/$1" | comm -23 <(sort "$T/wanted") - | head -n 5 | xargs)," \
		"first out of order: $(awk 'last != "" && $1 < last { print last, $1; exit } { last = $1 + 0 }' "$T/$1")"
}

all_by_link() { # NAME COUNT TAG
	expect_equal "$2" "$(in_log "$1" ".type == \"message.sent\" and (.text | startswith(\"$3 \"))
		and .state == \"delivered\" and .recipients[0].receipt == \"signed\"
		and .recipients[0].encryption == \"cam1\"")"
}
