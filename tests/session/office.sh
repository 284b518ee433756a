# shellcheck shell=bash disable=SC2119,SC2034,SC2154
# limit: 600
# office.sh: an office of members in one process: joining, a login rush, messages to the absent
# and their return. OFFICE=1500 is a larger one ("make check-load"), MESSAGES=100000 more mail.

# shellcheck source=tests/org.sh
. "$TEST_TOP/tests/org.sh"
# shellcheck source=tests/tracing.sh
. "$TEST_TOP/tests/tracing.sh"

OFFICE=${OFFICE:-200}
MESSAGES=${MESSAGES:-2000}

members() {
	local i
	for ((i = 1; i <= OFFICE; i++)); do
		echo "member.invite {\"name\":\"member$i\"}"
	done
}

test_an_office_joins_comes_back_and_gets_its_mail_once_and_in_order() {
	[ -x "$TEST_BUILD/tools/office" ] || skip 'tools are not built'
	local apart=
	# What was freed counts as free.
	export ASAN_OPTIONS="${ASAN_OPTIONS:-}:quarantine_size_mb=4"
	serve_org
	members | requests | jq -r '.member.name + " " + .code' >"$T/codes"
	expect_equal "$OFFICE" "$(wc -l <"$T/codes")"
	# Many come from one machine here.
	# A directory told to all who join grows with their square.
	[ "$OFFICE" -le 1000 ] || apart=apart
	# shellcheck disable=SC2086 # a word or none
	"$TEST_BUILD/tools/office" "$SERVER" "$SERVER_PID" "$MESSAGES" $apart <"$T/codes" >"$T/figures" 2>"$T/office.err" ||
		fail "$(tail -n 3 "$T/office.err")"
	cat "$T/figures" >&2
	expect_text "$(cat "$T/figures")" join_s login_s stored_per_s drained_per_s
	# Who logs in again takes what he took before: a tenth more is no growth.
	awk '{ v[$1] = $2 } END { exit !(v["server_again_mib"] <= 1.1 * v["server_mib"] + 4) }' "$T/figures" ||
		fail 'the server grows with each log-in'
	await 120 is_held 0
	expect_json "$(ask server.status '{}')" ".members.joined == $OFFICE"
	end_server
}

is_done() { # COMMANDS: so many the office has been through
	[ "$(grep -c '^done$' "$T/figures")" = "$1" ]
}

# What is written is stored, and acknowledged, seconds later: it has come long before. What has
# been taken meanwhile need not be stored any more.
test_who_is_there_does_not_wait_for_the_disk() {
	[ -x "$TEST_BUILD/tools/office" ] || skip 'tools are not built'
	may_trace
	OFFICE=20
	serve_org
	members | requests | jq -r '.member.name + " " + .code' >"$T/codes"
	mkfifo "$T/orders"
	"$TEST_BUILD/tools/office" "$SERVER" "$SERVER_PID" 0 <"$T/orders" >"$T/figures" 2>"$T/office.err" &
	TOLD=$!
	exec 7>"$T/orders"
	{ cat "$T/codes"; printf '\nenter\n'; } >&7
	await 60 is_done 1
	slow_at "$SERVER_PID" fdatasync 3000000 7>&-
	printf 'steady 100 1000\n' >&7
	await 60 is_done 2
	exec 7>&-
	wait "$TOLD" || fail "$(tail -n 3 "$T/office.err")"
	cat "$T/figures" >&2
	let_go "$SERVER_PID"
	awk '{ v[$1] = $2 } END { exit !(v["steady_p99_ms"] > 0 && v["steady_p99_ms"] < 2000) }' "$T/figures" ||
		fail 'who is there waited for the disk'
	cam server --home "$T/server" metrics >"$T/metrics"
	awk '{ v[$1] = $2 } END {
		passed = v["camserver_envelopes_total{end=\"passed\"}"]
		exit !(passed > 0 && passed + v["camserver_envelopes_total{end=\"stored\"}"] == 100)
	}' "$T/metrics" || fail "$(grep envelopes "$T/metrics")"
	await 60 is_held 0
	end_server
}
