# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 600
# kill.sh: camd dies by kill -9 at its n-th system call of a kind, while messages come or go.
#
# What was acknowledged must be there when it is back, and nothing may be shown twice. A
# point is one call of one kind, counted from when the first message of its round leaves.
# KILL_STEP=1 goes through all of them ("make check-kill"), else every KILL_STEP-th.

# shellcheck source=tests/tracing.sh
. "$TEST_TOP/tests/tracing.sh"

BURST=5 # messages a round

begin() { # [ipmsg]: without a link between the two
	may_trace
	user anna && user bob
	WAY=cam1
	[ "${1:-}" != ipmsg ] || no_links
	start anna && start bob
	meet anna bob
	await 30 goes_by_way anna bob
	await 30 goes_by_way bob anna
	: >"$T/shown.anna" && : >"$T/shown.bob"
}

# Nobody gets a connection, so that messages go as to other programs.
no_links() {
	WAY=rsa2048-aes256
	[ -n "${TEST_SANDBOX:-}" ] || skip 'no namespaces here (unshare)'
	nft -f - <<-'END' 2>/dev/null || skip 'no nftables here'
		table inet closed {
			chain port {
				type filter hook output priority 0
				tcp dport 2425 reject with tcp reset
			}
		}
	END
}

goes_by_way() { # NAME NAME
	cam_as "$1" send --json "$2" 'pins the keys' |
		json_last ".state == \"delivered\" and .encryption == \"$WAY\""
}

# Shows all that happens to NAME, over its lives, as a user who is looking.
look_at() { # NAME
	in_background "$1" "$T/shown.$1" watch --type message.received --json
	LOOKER=$!
	await 10 is_watched "$1"
}

texts_of() { # NAME FILTER
	cam_as "$1" log --json -n 0 | jq -r "select($2) | .text" | sort
}

nothing_twice() { # NAME
	expect_equal '' "$(texts_of "$1" '.type == "message.received" and .text != "pins the keys"' | uniq -d)"
	expect_equal '' "$(jq -r .text "$T/shown.$1" | sort | uniq -d)"
}

# Sends a round's messages and waits until all are delivered or the traced camd is dead; tells
# whether it died. It may do so at what it does behind the last of them.
round_kills() { # NAME PID TAG
	local i sender
	for ((i = 1; i <= BURST; i++)); do
		cam_as anna send --no-wait --json bob "$3-$i" >"$T/told.$i" 2>/dev/null &
	done
	for sender in $(jobs -p); do
		case " ${PID_OF[*]} $TRACER ${LOOKER:-} " in
		*" $sender "*) ;;
		*) wait "$sender" 2>/dev/null || true ;;
		esac
	done
	await 20 dead_or_done "$2"
	let_go "$2"
	! cam_as "$1" status >/dev/null 2>&1
}

dead_or_done() { # PID
	is_dead "$1" || nothing_is_open anna
}

# One point while bob receives. Returns 1 when the point is beyond what a round does.
kill_receiver() { # SYSCALL N
	local pid=${PID_OF[bob]}
	look_at bob
	kill_at "$pid" "$1" "$2"
	if ! round_kills bob "$pid" "$1-$2"; then
		kill "$LOOKER" && wait "$LOOKER" || true
		return 1
	fi
	wait "$LOOKER" || true
	end_camd bob || true
	# What bob has acknowledged by now he must have when he is back, while anna is silent.
	expect 0 cam_as anna rpc daemon.sync
	texts_of anna '.type == "message.sent" and .state == "delivered"' >"$T/acknowledged"
	kill -STOP "${PID_OF[anna]}"
	start bob
	texts_of bob '.type == "message.received"' >"$T/kept"
	kill -CONT "${PID_OF[anna]}"
	expect_equal '' "$(comm -23 "$T/acknowledged" "$T/kept")"
	await 20 nothing_is_open anna
}

# One point while anna sends.
kill_sender() { # SYSCALL N
	local i pid=${PID_OF[anna]}
	kill_at "$pid" "$1" "$2"
	round_kills anna "$pid" "$1-$2" || return 1
	end_camd anna || true
	start anna
	# What the sender was told is queued is known when camd is back, and goes on.
	for ((i = 1; i <= BURST; i++)); do
		[ -s "$T/told.$i" ] || continue
		expect_equal "$1-$2-$i" "$(texts_of anna ".text == \"$1-$2-$i\"")"
	done
	await 20 nothing_is_open anna
}

nothing_is_open() { # NAME
	[ "$(cam_as "$1" status --json | jq .queued)" = 0 ]
}

# All calls of a kind, in steps, until a round does no more of them.
kill_at_all() { # WHOM SYSCALL STEP
	local n points=0
	for ((n = 1; n <= 400; n += ${KILL_STEP:-$3})); do
		"kill_$1" "$2" "$n" || break
		points=$((points + 1))
	done
	await 60 nothing_is_open anna
	nothing_twice bob
	nothing_twice anna
	json_all "all(.[]; .encryption == \"$WAY\")" <<<"$(cam_as bob log --json -n 0 | jq -c 'select(.text != "pins the keys")')"
	# Each that anna has is at bob's, once, and nothing else.
	expect_equal "$(texts_of anna '.type == "message.sent"')" "$(texts_of bob '.type == "message.received"')"
	echo "note: $points points"
	[ $points -gt 0 ] || fail "a round does no $2"
}

test_receiving_dies_at_write() { begin && kill_at_all receiver write 1; }
test_receiving_dies_at_pwrite64() { begin && kill_at_all receiver pwrite64 3; }
test_receiving_dies_at_fdatasync() { begin && kill_at_all receiver fdatasync 1; }
test_receiving_dies_at_epoll_wait() { begin && kill_at_all receiver epoll_wait 2; }
test_receiving_dies_at_futex() { begin && kill_at_all receiver futex 2; }
test_receiving_dies_at_fcntl() { begin && kill_at_all receiver fcntl 2; }
test_receiving_dies_at_read() { begin && kill_at_all receiver read 2; }
test_sending_dies_at_write() { begin && kill_at_all sender write 1; }
test_sending_dies_at_pwrite64() { begin && kill_at_all sender pwrite64 3; }
test_sending_dies_at_fdatasync() { begin && kill_at_all sender fdatasync 1; }
test_sending_dies_at_epoll_wait() { begin && kill_at_all sender epoll_wait 2; }
test_sending_dies_at_futex() { begin && kill_at_all sender futex 2; }
test_sending_dies_at_read() { begin && kill_at_all sender read 2; }
test_sending_dies_at_fcntl() { begin && kill_at_all sender fcntl 2; }

# To programs without cam/1.
test_receiving_by_ipmsg_dies_at_recvmmsg() { begin ipmsg && kill_at_all receiver recvmmsg 1; }
test_receiving_by_ipmsg_dies_at_sendmmsg() { begin ipmsg && kill_at_all receiver sendmmsg 1; }
test_receiving_by_ipmsg_dies_at_write() { begin ipmsg && kill_at_all receiver write 2; }
test_receiving_by_ipmsg_dies_at_fdatasync() { begin ipmsg && kill_at_all receiver fdatasync 1; }
test_sending_by_ipmsg_dies_at_recvmmsg() { begin ipmsg && kill_at_all sender recvmmsg 1; }
test_sending_by_ipmsg_dies_at_sendmmsg() { begin ipmsg && kill_at_all sender sendmmsg 1; }
test_sending_by_ipmsg_dies_at_write() { begin ipmsg && kill_at_all sender write 2; }
test_sending_by_ipmsg_dies_at_fdatasync() { begin ipmsg && kill_at_all sender fdatasync 1; }
