# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2015
# limit: 300
# held_broken.sh: files that the organisation's server holds, when something dies in between, the
# disk is full, or who administers the server changes them.

. "${BASH_SOURCE[0]%/*}/../held.sh"
. "${BASH_SOURCE[0]%/*}/../tracing.sh"

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
	may_trace
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
	may_trace
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
	may_trace
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

# Messages go on, and the file waits at its sender.
test_a_full_disk_refuses_files_and_no_messages() {
	command -v prlimit >/dev/null || skip 'prlimit is missing'
	SERVER_IN='prlimit --fsize=8000000'
	away anna bob
	bytes big 12000000 >"$T/big" && bytes one 100000 >"$T/one"
	expect 0 cam_as anna file send --no-wait "$T/big" bob
	await 60 lists anna '.name == "big" and .server == "full"'
	await 20 keeps 0
	expect 0 cam_as anna send --no-wait bob 'though it is full'
	await 20 is_held 2 1
	start bob
	await_log bob '.text == "though it is full"'
	expect 0 cam_as bob file get "$(offered bob big)"
	cmp "$T/big" "$T/bob/files/big"
}

is_not_whole() { # NAME FILE REASON: and nothing stands under its name
	await 60 lists "$1" ".name == \"$2\" and .reason == \"$3\""
	[ -z "$(find "$T/$1/files" -name "$2*")" ] || fail "$2 has come"
}

# He turns a bit, swaps two chunks, leaves one out, leaves the last one out, gives one file for
# another, and says that somebody has what he has not.
test_a_rogue_server_gives_nothing_but_what_was_sent() {
	local name
	away anna bob carl
	for name in bit swap drop cut this that claim; do
		bytes "$name" 400000 >"$T/$name"
		leave_file anna "$T/$name" bob
	done
	bytes both 400000 >"$T/both"
	leave_file anna "$T/both" bob,carl
	stop anna
	start carl
	expect 0 cam_as carl file get "$(offered carl both)"
	await 20 proved
	stop carl
	end_server
	tamper <<-'END'
		CHUNK = 4 + 65536 + 16
		rows = store.execute("SELECT file, name FROM held ORDER BY file").fetchall()
		paths = [os.path.join(home, "work", "held", name.hex()) for _, name in rows]
		def change(at, fn):
		    data = open(paths[at], "rb").read()
		    chunks = [data[i:i + CHUNK] for i in range(0, len(data), CHUNK)]
		    data = b"".join(fn(chunks))
		    open(paths[at], "wb").write(data)
		    store.execute("UPDATE held SET stored = ? WHERE file = ?", [len(data), rows[at][0]])
		def bit(c):
		    c[2] = c[2][:100] + bytes([c[2][100] ^ 1]) + c[2][101:]
		    return c
		change(0, bit)
		change(1, lambda c: [c[0], c[2], c[1]] + c[3:])
		change(2, lambda c: c[:1] + c[2:])
		change(3, lambda c: c[:-1])
		os.rename(paths[4], paths[4] + "x")
		os.rename(paths[5], paths[4])
		os.rename(paths[4] + "x", paths[5])
		one, = store.execute("SELECT proof FROM held_for WHERE proof IS NOT NULL").fetchone()
		store.execute("UPDATE held_for SET proof = ? WHERE proof IS NULL AND file IN (?, ?)",
		    [one, rows[6][0], rows[7][0]])
	END
	serve_org
	start bob
	for name in bit swap drop this that; do
		expect 1 cam_as bob file get "$(offered bob "$name")"
		is_not_whole bob "$name" crypto
	done
	in_background bob "$T/got" file get "$(offered bob cut)"
	is_not_whole bob cut closed
	# What the sender is told he can check.
	start anna
	await 30 lists anna '.name == "both" and .peer == "carl@pc3" and .state == "done"'
	await 20 doubts anna 2
	json_all 'all(.[]; .peer != "bob@pc2" or (.name != "claim" and .name != "both") or .state == "offered")' \
		<(cam_as anna file ls --json)
	# From her all of them are right.
	await 60 lists bob '.name == "cut" and .state == "done"'
	for name in bit swap drop this that claim both; do
		expect 0 cam_as bob file get "$(cam_as bob file ls --json | jq -r "select(.name == \"$name\") | .id")"
		cmp "$T/$name" "$T/bob/files/$name"
	done
}

proved() {
	[ "$(held_rows 'count(*)' 'held_for WHERE proof IS NOT NULL')" = 1 ]
}

doubts() { # NAME COUNT
	[ "$(grep -c 'cannot show it' "$T/$1.err")" -ge "$2" ]
}
