# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2015
# limit: 300
# held_broken.sh: files that the organisation's server holds, when something dies in between, the
# disk is full, or who administers the server changes them.

. "${BASH_SOURCE[0]%/*}/../held.sh"

# Some of it is there for good, and not all.
has_some() {
	local stored
	stored=$(held_rows 'stored' | xargs)
	[ "${stored:-0}" -gt 0 ] && [ "$(held_rows state)" = 0 ]
}

server_is_dead() {
	is_dead "$SERVER_PID"
}

# One that was killed serves again.
revive() {
	await 60 server_is_dead
	wait "$TRACER" 2>/dev/null || true
	wait "$SERVER_PID" 2>/dev/null || true
}

test_a_server_that_dies_while_a_file_comes_goes_on_with_it() {
	can_kill_at
	away anna bob
	bytes big 24000000 >"$T/big"
	# Each thread counts its own: this is a commit.
	kill_at "$SERVER_PID" fdatasync 7
	expect 0 cam_as anna file send --no-wait "$T/big" bob
	revive
	has_some
	serve_org
	await 90 lists anna '.name == "big" and .server == "held"'
	# From two connections.
	expect_equal 2 "$(held_rows 'count(*)' held_part)"
	stop anna
	start bob
	expect 0 cam_as bob file get "$(offered bob big)"
	cmp "$T/big" "$T/bob/files/big"
	await 20 keeps 0
	start anna
	await 30 lists anna '.name == "big" and .state == "done"'
}

test_a_sender_who_dies_while_he_brings_a_file_goes_on_with_it() {
	can_kill_at
	away anna bob
	bytes big 24000000 >"$T/big"
	kill_at "${PID_OF[anna]}" sendto 20
	cam_as anna file send --no-wait "$T/big" bob || true
	await 60 is_dead "${PID_OF[anna]}"
	wait "$TRACER" 2>/dev/null || true
	wait "${PID_OF[anna]}" 2>/dev/null || true
	await 20 has_some
	start anna
	await 90 lists anna '.name == "big" and .server == "held"'
	expect_equal 2 "$(held_rows 'count(*)' held_part)"
	stop anna
	start bob
	expect 0 cam_as bob file get "$(offered bob big)"
	cmp "$T/big" "$T/bob/files/big"
}

test_a_server_that_dies_while_a_file_goes_goes_on_with_it() {
	can_kill_at
	away anna bob
	bytes big 24000000 >"$T/big"
	leave_file anna "$T/big" bob
	stop anna
	start bob
	local id
	id=$(offered bob big)
	kill_at "$SERVER_PID" pread64 30
	in_background bob "$T/got" file get "$id"
	revive
	serve_org
	await 90 lists bob '.name == "big" and .state == "done"'
	cmp "$T/big" "$T/bob/files/big"
	# Not from its beginning.
	expect_json "$(ask server.status '{}')" '.transferred < 20000000'
}
