# shellcheck shell=bash disable=SC2034,SC2119,SC2154,SC2015
# limit: 300
# server_rogue.sh: who administers a camserver reads and changes all that it holds (threat
# model P3). He learns nothing of what is said, adds no device that anybody sends to, and what
# he changes, repeats or leaves out is refused, or shown once, or noticed.

. "${BASH_SOURCE[0]%/*}/../org.sh"

texts() { # NAME: of what came
	cam_as "$1" log --json -n 0 | jq -r 'select(.type == "message.received") | .text'
}

is_warned() { # NAME WORD
	grep -q "what the server shows of $2 is not his" "$T/$1.err"
}

# Devices and prekeys are passed on by the server. Only what their owner has signed is taken.
test_a_device_that_the_server_adds_gets_nothing() {
	serve_org
	join bob carol dave
	stop bob && stop carol && stop dave
	end_server
	tamper <<-'END'
		cards = {name: json.loads(hello) for name, hello in store.execute(
		    "SELECT logon, hello FROM card JOIN member USING (member)")}
		cards["bob"]["prekey"] = cards["dave"]["prekey"]
		cards["carol"]["devices"] = cards["dave"]["devices"]
		for name, card in cards.items():
		    store.execute("UPDATE card SET hello = ? WHERE member ="
		        " (SELECT member FROM member WHERE logon = ?)", [json.dumps(card).encode(), name])
	END
	serve_org
	join anna
	await 20 anyone_is anna '.id == "dave@pc3" and .encryption == "cam1"'
	await 20 is_warned anna bob
	await 20 is_warned anna carol
	expect 3 cam_as anna send bob 'for bob alone'
	expect 3 cam_as anna send carol 'for carol alone'
	expect 0 cam_as anna send --no-wait dave 'hello'
	await 20 is_held 1
	# What he says of himself is believed.
	start bob
	await 20 is_as anna bob@pc1 '.verified and .encryption == "cam1"'
	expect 0 cam_as anna send --timeout 20 bob 'for bob alone'
	start dave
	await_log dave '.text == "hello"'
	expect_equal 1 "$(in_log dave true)"
}

texts() { # NAME: of what came
	cam_as "$1" log --json -n 0 | jq -r 'select(.type == "message.received") | .text' | sort | xargs
}

# Whom she knows he shows her with other keys: she is told, sees it, and uses none of them.
test_other_keys_under_a_known_name_are_loud() {
	serve_org
	join anna bob carol
	await_user anna bob@pc2
	printf '#!/bin/sh\ncat >>%s\n' "$T/events" >"$T/hook"
	chmod 700 "$T/hook"
	cam_as anna config set hook.key.changed "$T/hook"
	stop bob && stop anna
	end_server
	tamper <<-'END'
		cards = {name: json.loads(hello) for name, hello in store.execute(
		    "SELECT logon, hello FROM card JOIN member USING (member)")}
		theirs = cards["bob"] | {"devices": cards["carol"]["devices"], "prekey": cards["carol"]["prekey"]}
		store.execute("UPDATE card SET hello = ?, link_key = (SELECT link_key FROM card WHERE member ="
		    " (SELECT member FROM member WHERE logon = 'carol')) WHERE member ="
		    " (SELECT member FROM member WHERE logon = 'bob')", [json.dumps(theirs).encode()])
		store.execute("DELETE FROM prekey")
	END
	serve_org
	start anna
	await 20 is_as anna bob@pc2 '.foreign and .verified and (.blocked | not)'
	expect 0 cam_as anna ls --all
	expect_text "$OUT" 'FOREIGN KEYS'
	expect 0 cam_as anna verify bob
	expect_text "$OUT" 'not his'
	await 20 test -s "$T/events"
	expect_json "$(head -n 1 "$T/events")" '.by == "server" and .id == "bob@pc2" and .other == null
		and .old != .new and .user.foreign and (.blocked | not)'
	# What goes is for bob's own keys.
	expect 0 cam_as anna send --no-wait bob 'for bob alone'
	await 20 is_held 1 1
	start bob
	await_log bob '.text == "for bob alone"'
	await 20 is_as anna bob@pc2 '.foreign | not'
	expect_equal 0 "$(in_log carol true)"
}

# Of six messages that wait he turns the order round, flips a bit in one, says that one is of
# carol, repeats one under another id and one as another kind, and drops one.
test_what_waits_is_neither_changed_nor_repeated() {
	local i
	serve_org
	join anna bob carol
	await_user anna bob@pc2
	expect 0 cam_as anna send --timeout 20 bob 'secret-all'
	stop bob
	await_user anna bob@pc2 offline
	for i in one two three four five six; do
		expect 0 cam_as anna send --no-wait bob "secret-$i"
	done
	await 20 is_held 6 1
	stop anna
	end_server
	refuse_bytes secret- "$T"/server/work/server.db* "$T"/server/logs/*
	tamper <<-'END'
		rows = store.execute("SELECT number, receiver, sender, id, bytes, made_ms, expires_ms"
		    " FROM queue WHERE kind = 1 ORDER BY number").fetchall()
		carol = store.execute("SELECT member FROM member WHERE logon = 'carol'").fetchone()[0]
		def put(row, kind=1, sender=None, ident=None, data=None):
		    store.execute("INSERT INTO queue(receiver, sender, kind, id, bytes, made_ms, expires_ms)"
		        " VALUES(?, ?, ?, ?, ?, ?, ?)", [row[1], sender or row[2], kind, ident or row[3],
		        data or row[4], row[5], row[6]])
		store.execute("DELETE FROM queue WHERE kind = 1")
		one, two, three, four, five, six = rows
		put(five)
		put(four, ident=bytes(16))
		put(four)
		put(three, sender=carol)
		put(two, data=two[4][:-9] + bytes([two[4][-9] ^ 1]) + two[4][-8:])
		put(one)
		put(one, kind=2, ident=bytes([9]) * 16)
	END
	serve_org
	start bob
	await_log bob '.text == "secret-one"'
	# What is in no form that a server of ours sends is left where it is.
	await 20 is_held 1 1
	json_all 'all(.[]; .signed == "verified" and .from == "anna@pc1")' <(cam_as bob log --json -n 0)
	expect_equal 'secret-all secret-five secret-four secret-one' "$(texts bob)"
	# That something is missing is seen.
	json_all 'any(.[]; .missing > 0)' <(cam_as bob log --json -n 0)
	expect_equal 0 "$(in_log carol true)"
	# Who has sent them knows what has not come, and sends it again.
	start anna
	await 60 all_delivered anna
	expect_equal 'secret-all secret-five secret-four secret-one secret-six secret-three secret-two' "$(texts bob)"
	json_all 'all(.[]; .signed == "verified")' <(cam_as bob log --json -n 0)
}

# An envelope for bob is no use to another member to whom the server gives it.
test_who_is_given_what_is_for_another_reads_nothing() {
	serve_org
	join anna bob carol
	await_user anna bob@pc2
	stop bob && stop carol
	await_user anna bob@pc2 offline
	expect 0 cam_as anna send --no-wait bob 'secret-one'
	await 20 is_held 1 1
	end_server
	tamper <<-'END'
		store.execute("UPDATE queue SET receiver = (SELECT member FROM member WHERE logon = 'carol')")
	END
	serve_org
	start carol
	await 20 is_connected carol
	await 20 waits_not_for carol
	await 20 grep -q 'refused 1 envelopes' "$T/carol.err"
	expect_equal 0 "$(in_log carol true)"
	start bob
	await_log bob '.text == "secret-one" and .signed == "verified"'
	await 20 all_delivered anna
}

waits_not_for() { # NAME
	! cam server --home "$T/server" queue | grep -q "^$1"
}

# A receipt that nobody has signed delivers nothing.
test_a_receipt_that_the_server_makes_proves_nothing() {
	local id
	serve_org
	join anna bob
	await_user anna bob@pc2
	stop bob
	await_user anna bob@pc2 offline
	id=$(cam_as anna send --no-wait --json bob 'one' | jq -r .id)
	await 20 is_held 1 1
	stop anna
	start bob
	await_log bob '.text == "one"'
	await 20 is_held 1 2
	stop bob
	end_server
	tamper <<-'END'
		for number, data in store.execute("SELECT number, bytes FROM queue WHERE kind = 2").fetchall():
		    notice = json.loads(data)
		    def flip(value):
		        if isinstance(value, dict):
		            return {key: flip(part) if key != "method" else part for key, part in value.items()}
		        if isinstance(value, str) and len(value) >= 128:
		            return value[:-1] + ("0" if value[-1] != "0" else "1")
		        return value
		    forged = flip(notice)
		    assert forged != notice, notice
		    store.execute("UPDATE queue SET bytes = ? WHERE number = ?", [json.dumps(forged).encode(), number])
	END
	serve_org
	start anna
	await 20 is_connected anna
	await 20 is_held 0 2
	expect_json "$(cam_as anna log --json)" ".id == \"$id\" and .state == \"queued\""
	# Bob says it himself.
	start bob
	await 40 all_delivered anna
	expect_equal one "$(texts bob)"
}

# The policy is signed; one that is older or changed is not taken.
test_a_policy_is_not_taken_back_by_an_older_one() {
	serve_org
	join anna
	cp -p "$T/server/config/policy" "$T/older" 2>/dev/null || : >"$T/older"
	cam server --home "$T/server" policy set calls off
	await 20 has_policy anna '. == {calls: "off"}'
	end_server
	if [ -s "$T/older" ]; then cp -p "$T/older" "$T/server/config/policy"; else rm "$T/server/config/policy"; fi
	serve_org
	await 40 is_connected anna
	has_policy anna '. == {calls: "off"}'
}

has_policy() { # NAME FILTER
	cam_as "$1" status --json | jq -e ".policy | $2" >/dev/null
}

# The server's signing key is renewed by a later charter. Who has the one before enters before he
# has seen it, and begins anew with the other.
test_renewed_keys_of_the_server_are_noticed_after_an_early_entrance() {
	serve_org
	join anna bob
	await_user anna bob@pc2
	kill_server
	renew_signing_key
	serve_org
	await 60 grep -q 'its keys have been renewed' "$T/anna.err"
	await 60 is_connected anna
	await 60 is_connected bob
	expect_json "$(cam_as anna org status --json)" '.state == "joined" and .problem == null'
	expect 0 cam_as anna send --timeout 20 bob 'still here'
}

renew_signing_key() {
	python3 - "$T/server" <<-'END'
		import hashlib, os, sys
		from cryptography.hazmat.primitives import serialization
		from cryptography.hazmat.primitives.asymmetric import ed25519
		def path(name):
		    return os.path.join(sys.argv[1], name)
		def read(name):
		    with open(path(name), "rb") as file:
		        return file.read()
		def write(name, data):
		    with open(path(name), "wb") as file:
		        file.write(data)
		new = ed25519.Ed25519PrivateKey.generate()
		public = new.public_key().public_bytes(
		    serialization.Encoding.Raw, serialization.PublicFormat.Raw)
		secret = new.private_bytes(serialization.Encoding.Raw,
		    serialization.PrivateFormat.Raw, serialization.NoEncryption())
		# A key file ends with the secret and a digest of all before that, a charter with the
		# signing key and the root's signature.
		key = read("work/signing.key")[:-64] + secret
		write("work/signing.key", key + hashlib.sha256(key).digest())
		charter = bytearray(read("config/charter")[:-96] + public)
		charter[34:42] = (2).to_bytes(8, "big")
		root = ed25519.Ed25519PrivateKey.from_private_bytes(read("config/root.key")[-64:-32])
		write("config/charter", charter + root.sign(b"cam/charter/1\0" + charter))
	END
}
