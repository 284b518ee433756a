# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2015
# limit: 300
# prekey.sh: prekeys for one envelope each: handed out once, destroyed with what they open, and
# never a reason for a message to be lost.

. "${BASH_SOURCE[0]%/*}/../org.sh"
. "${BASH_SOURCE[0]%/*}/../tracing.sh"

# PYTHON on stdin: "store" is that database, envelopes() what waits there for somebody:
# [(id of the prekey, bytes)].
look() { # DATABASE
	python3 -c '
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
HEAD, DEVICE = 120, 16
def prekey_of(envelope):
    at = HEAD + 4 + DEVICE
    return int.from_bytes(envelope[at:at + 4], "big")
def envelopes():
    return [(prekey_of(bytes), bytes) for bytes, in store.execute(
        "SELECT bytes FROM queue WHERE kind = 1 ORDER BY number")]
exec(sys.stdin.read())
store.commit()
' "$1"
}

on_server() {
	look "$T/server/work/server.db"
}

# How many of his the server has to hand out.
are_there() { # NAME COUNT
	[ "$(on_server <<-END
		print(store.execute("SELECT count(*) FROM prekey JOIN member ON member = owner"
		    " WHERE logon = '$1'").fetchone()[0])
	END
	)" = "$2" ]
}

# How many of those that wait are sealed to a prekey for one envelope.
are_single() { # COUNT
	[ "$(on_server <<<'print(sum(number >> 31 for number, bytes in envelopes()))')" = "$1" ]
}

# How many private halves he keeps.
keeps() { # NAME COUNT
	[ "$(look "$T/$1/data/cam.db" <<<'print(store.execute(
	    "SELECT count(*) FROM onetime WHERE bytes <> zeroblob(72)").fetchone()[0])')" = "$2" ]
}

texts() { # NAME: of what came
	cam_as "$1" log --json -n 0 | jq -r 'select(.type == "message.received") | .text' | LC_ALL=C sort | xargs
}

begin() { # NAME...
	local name
	serve_org
	join "$@"
	await_user anna bob@pc2
	for name; do
		await 20 are_there "$name" 100
	done
}

leave() { # NAME
	stop "$1"
	await_user anna "$1@pc2" offline
}

test_what_waits_is_sealed_to_keys_of_its_own() {
	begin anna bob
	await 20 keeps bob 100
	# Over a link none is used.
	expect 0 cam_as anna send --timeout 20 bob 'hello'
	leave bob
	for i in 1 2 3; do
		expect 0 cam_as anna send --no-wait bob "held $i"
	done
	await 20 is_held 3 1
	are_single 3
	are_there bob 97
	expect_equal 3 "$(on_server <<<'print(len({number for number, bytes in envelopes()}))')"
	start bob
	await 30 all_delivered anna
	expect_equal 'held 1 held 2 held 3 hello' "$(texts bob)"
	await 20 keeps bob 97
}

# What a thief has who copies all of bob's files, once he has read: nothing that opens the
# envelope that the server kept.
test_what_was_read_is_not_opened_again() {
	local place
	begin anna bob
	leave bob
	expect 0 cam_as anna send --no-wait bob 'once'
	await 20 is_held 1 1
	on_server >"$T/recorded" <<<'print(envelopes()[0][1].hex())'
	place=$(on_server <<<'print("%08x" % envelopes()[0][0])')
	look "$T/bob/data/cam.db" >"$T/private" <<-END
		print(store.execute("SELECT bytes FROM onetime WHERE hex(substr(bytes, 1, 4)) ="
		    " upper('$place')").fetchone()[0].hex())
	END
	# The same to the prekey of the week.
	on_server <<<'store.execute("DELETE FROM prekey")'
	expect 0 cam_as anna send --no-wait bob 'twice'
	await 20 is_held 2 1
	are_single 1
	on_server >>"$T/recorded" <<<'print(envelopes()[1][1].hex())'
	start bob
	await_log bob '.text == "twice"'
	await 30 all_delivered anna
	# While he runs, and in whatever file of his.
	await 30 is_nowhere
	kill_camd bob
	cp -rp "$T/bob/data" "$T/copy"
	end_server
	# The copy has forgotten that it has seen them, and is shown them.
	look "$T/bob/data/cam.db" <<<'store.execute("DELETE FROM seen")'
	on_server <<-END
		ids = dict(store.execute("SELECT logon, member FROM member"))
		for line in open("$T/recorded"):
		    envelope = bytes.fromhex(line)
		    store.execute("INSERT INTO queue(receiver, sender, kind, id, bytes, made_ms, expires_ms)"
		        " VALUES(?, ?, 1, ?, ?, 5, 1 << 50)",
		        [ids["bob"], ids["anna"], envelope[4:20], envelope])
	END
	serve_org
	start bob
	await 40 is_held 0
	expect_equal 'once twice twice' "$(texts bob)"
}

is_nowhere() {
	python3 - "$T/private" "$T"/bob/data/cam.db* <<-'END'
		import sys
		place = bytes.fromhex(open(sys.argv[1]).read())
		assert len(place) == 72
		sys.exit(any(place[12:] in open(name, "rb").read() for name in sys.argv[2:]))
	END
}

# The server gives once more what it did not hear to be taken.
test_what_is_given_again_is_known() {
	begin anna bob
	leave bob
	expect 0 cam_as anna send --no-wait bob 'once'
	await 20 is_held 1 1
	cp -p "$T/server/work/server.db" "$T/server/work/server.db-wal" "$T"
	start bob
	await 30 all_delivered anna
	await 20 is_held 0
	stop bob && stop anna
	kill_server
	cp -p "$T/server.db" "$T/server.db-wal" "$T/server/work"
	rm -f "$T/server/work/server.db-shm"
	is_held 1 1
	serve_org
	start bob
	await 30 is_held 0 1
	expect_equal once "$(texts bob)"
	# A receipt for her, and no refusal.
	await 20 is_held 1 2
	! grep -q refused "$T/bob.err" || fail 'it was refused'
}

# An older copy of his folder has none of the keys that were made since.
test_what_a_restored_folder_cannot_open_is_sealed_anew() {
	begin anna bob
	stop bob
	cp -rp "$T/bob/data" "$T/older"
	look "$T/older/cam.db" <<<'store.execute("UPDATE onetime SET bytes = zeroblob(72)")'
	await_user anna bob@pc2 offline
	for i in 1 2 3; do
		expect 0 cam_as anna send --no-wait bob "held $i"
	done
	await 20 is_held 3 1
	are_single 3
	rm -r "$T/bob/data"
	mv "$T/older" "$T/bob/data"
	start bob
	await 60 all_delivered anna
	expect_equal 'held 1 held 2 held 3' "$(texts bob)"
	# Those that he has lost are not handed out any more.
	await 20 are_there bob 100
	await 20 keeps bob 100
}

# Whoever has taken his share gets no more of them, and loses nothing; others do.
test_nobody_drains_what_there_is() {
	begin anna bob carol
	leave bob
	await_user carol bob@pc2 offline
	for i in $(seq 30); do
		expect 0 cam_as anna send --no-wait bob "anna $i"
	done
	await 30 is_held 30 1
	are_single 20
	are_there bob 80
	expect 0 cam_as carol send --no-wait bob 'carol 1'
	await 20 is_held 31 1
	are_single 21
	start bob
	await 30 all_delivered anna
	await 30 all_delivered carol
	# Filled up again, and everybody may have his share.
	await 60 are_there bob 100
	await 20 keeps bob 100
}

# What is not signed by bob's device is not sealed to; what was handed out before costs a
# second sending, and no message.
test_a_server_gains_nothing_by_other_keys() {
	local taken
	begin anna bob carol
	leave bob
	end_server
	on_server <<-'END'
		ids = dict(store.execute("SELECT logon, member FROM member"))
		theirs = [bytes for bytes, in store.execute(
		    "SELECT bytes FROM prekey WHERE owner = ?", [ids["carol"]])]
		rows = store.execute("SELECT number FROM prekey WHERE owner = ? ORDER BY number",
		    [ids["bob"]]).fetchall()
		for (number,), bytes in zip(rows, theirs):
		    store.execute("UPDATE prekey SET bytes = ? WHERE number = ?", [bytes, number])
	END
	serve_org
	await 40 is_connected anna
	expect 0 cam_as anna send --no-wait bob 'for bob alone'
	await 20 is_held 1 1
	are_single 0
	await 20 grep -q 'prekeys that are not what they should be' "$T/anna.err"
	start bob
	await 30 all_delivered anna
	leave bob
	stop anna
	on_server <<<'store.execute("DELETE FROM prekey")'
	start bob
	await 20 are_there bob 100
	start anna
	await 20 is_connected anna
	leave bob
	on_server >"$T/taken" <<<'print(store.execute(
	    "SELECT owner, id, hex(bytes) FROM prekey JOIN member ON member = owner"
	    " WHERE logon = ? ORDER BY prekey.number LIMIT 1", ["bob"]).fetchone())'
	expect 0 cam_as anna send --no-wait bob 'first'
	await 20 is_held 1 1
	are_single 1
	on_server <<-END
		owner, ident, text = eval(open("$T/taken").read())
		store.execute("INSERT INTO prekey VALUES(0, ?, ?, ?)", [owner, ident, bytes.fromhex(text)])
	END
	expect 0 cam_as anna send --no-wait bob 'second'
	await 20 is_held 2 1
	expect_equal 1 "$(on_server <<<'print(len({number for number, bytes in envelopes()}))')"
	start bob
	await 40 all_delivered anna
	expect_equal 'first for bob alone second' "$(texts bob)"
}

# Bob dies by kill -9 at his n-th commit, while he reads: each message comes once.
test_each_comes_once_wherever_the_reader_dies() {
	local n i
	may_trace
	begin anna bob
	for n in 1 2 3; do
		leave bob
		for i in 1 2 3; do
			expect 0 cam_as anna send --no-wait bob "$n.$i"
		done
		await 20 is_held 3 1
		start bob
		kill_at "${PID_OF[bob]}" fdatasync,fsync "$n"
		await 60 dead_or all_delivered anna
		let_go "${PID_OF[bob]}"
		if is_dead "${PID_OF[bob]}"; then wait "${PID_OF[bob]}" 2>/dev/null || true; else kill_camd bob; fi
		start bob
		await 60 all_delivered anna
	done
	expect_equal "$(for n in 1 2 3; do seq -f "$n.%.0f" 3; done | xargs)" "$(texts bob)"
	json_all 'all(.[]; .missing == 0)' <(cam_as bob log --json -n 0)
}

dead_or() { # COMMAND...
	is_dead "${PID_OF[bob]}" || "$@"
}

test_who_is_removed_leaves_no_keys() {
	begin anna bob
	ask member.remove '{"name":"bob"}' >/dev/null
	await 20 are_there bob 0
	are_there anna 100
}
