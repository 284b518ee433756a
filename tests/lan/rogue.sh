# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 120
# rogue.sh: a user of cam/1 with valid keys who cheats (rogue.py): wrong certificates, other
# people's hellos, forged envelopes and receipts (threat model 5.1 to 5.3, N6). None succeeds.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/peers.sh
. "$TEST_TOP/tests/lan/peers.sh"

ANNA=10.77.0.1 BOB=10.77.0.2

# anna on host 1, bob on host 2, mallory's program on host 3.
town() {
	lan_up 3
	host anna 1 net.ipv6=off && host bob 2 net.ipv6=off
	start anna && start bob
	meet anna bob
	PEER_PROGRAM=rogue.py peer_start mallory 3 --host host3
}

mallory() { # COMMAND...
	peer_do mallory "$@"
}

came() { # WANTED COMMAND...: what came of it
	local answer
	answer=$(mallory "${@:2}")
	expect_equal "$1" "$(jq -r .came <<<"$answer")"
}

# All that anna and bob know of each other, and what they have, is as if nothing had been.
remember() {
	cam_as anna verify --json bob@host2 >"$T/anna.before"
	cam_as bob verify --json anna@host1 >"$T/bob.before"
}

as_before() {
	expect_equal "$(cat "$T/anna.before")" "$(cam_as anna verify --json bob@host2)"
	expect_equal "$(cat "$T/bob.before")" "$(cam_as bob verify --json anna@host1)"
	still_linked
}

still_linked() {
	expect 0 cam_as anna send --json --timeout 20 bob@host2 "still there? $RANDOM"
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed" and .encryption == "cam1"'
	expect 0 cam_as bob send --json --timeout 20 anna@host1 "yes $RANDOM"
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed" and .encryption == "cam1"'
}

linked_town() {
	town
	still_linked
	remember
}

# mallory is a user like others: linked with both.
known_mallory() {
	mallory connect a $ANNA >/dev/null
	BOB_DEVICE=$(mallory connect b $BOB | jq -r .device)
	mallory send a 'hello anna' >/dev/null
	mallory send b 'hello bob' >/dev/null
	await_log anna '.text == "hello anna" and .from == "mallory@host3"'
	await_log bob '.text == "hello bob" and .from == "mallory@host3"'
}

# -- 5.1: the link ------------------------------------------------------------------

test_only_an_ed25519_key_over_tls_13_and_cam1_is_talked_to() {
	linked_town
	local answer
	answer=$(mallory certificates $BOB)
	# Names, dates and chains of a certificate say nothing: its key decides.
	expect_json "$answer" '.came | .own == "talks" and .expired == "talks" and .early == "talks"
		and .extended == "talks"'
	expect_json "$answer" '.came | .rsa == "refused" and .ecdsa == "refused" and .none == "refused"
		and .["tls1.2"] == "refused" and .["tls1.2 none"] == "refused" and .["no alpn"] == "refused"
		and .["other alpn"] == "refused" and .["later alpn"] == "refused"'
	as_before
}

test_a_certificate_without_its_key_is_refused() {
	linked_town
	came refused impostor $BOB $ANNA
	came refused impostor $ANNA $BOB
	as_before
}

test_garbage_on_the_port_harms_nothing() {
	linked_town
	mallory garbage $BOB
	mallory garbage $ANNA
	as_before
}

test_another_users_hello_is_refused_on_an_own_link() {
	linked_town
	local how
	for how in replay list list-signature prekey-signature user-key rsa rsa-list other-device version empty huge; do
		came refused hello $ANNA $how $BOB
		came refused hello $BOB $how $ANNA
	done
	as_before
	# The two know of nobody who claimed to be the other.
	expect_equal 1 "$(cam_as anna ls --all --json | jq -s '[.[] | select(.user == "bob")] | length')"
	expect_equal 1 "$(cam_as bob ls --all --json | jq -s '[.[] | select(.user == "anna")] | length')"
}

test_an_older_list_of_devices_is_refused() {
	town
	came admitted hello $BOB own
	came refused hello $BOB rollback
	came admitted hello $BOB own
}

test_nothing_but_a_hello_is_heard_before_it() {
	linked_town
	local what
	for what in receipts refused typing opened prekey envelope nested; do
		came refused early $BOB $what
	done
	expect 0 cam_as bob rpc daemon.sync
	expect_equal 0 "$(in_log bob '.text == "too early"')"
	as_before
}

test_a_name_that_is_taken_is_a_user_of_its_own_loudly() {
	linked_town
	in_background bob "$T/events" watch --type key.changed --json
	await 10 is_watched bob
	mallory connect b $BOB as=anna@host1 >/dev/null
	mallory send b 'I am anna, really'
	await 20 json_all 'length > 0' "$T/events"
	# It is not shown as anna's, and what bob writes to her goes to her.
	expect_equal 0 "$(in_log bob '.text == "I am anna, really" and .from == "anna@host1"')"
	expect_equal 1 "$(in_log bob '.text == "I am anna, really"')"
	expect_equal "$(jq -r .user_key "$T/bob.before")" \
		"$(cam_as bob verify --json anna@host1 | jq -r .user_key)"
	still_linked
}

# -- 5.3: envelopes ------------------------------------------------------------------

# What mallory gets from anna together with bob, or alone, so that there is something to misuse.
captured() { # TO
	expect 0 cam_as anna send --no-wait "$1" 'for your eyes only'
	expect_json "$(mallory expect a 20)" '.text == "for your eyes only"'
}

forge_all() { # HOW...: to bob, with anna as the victim; none is shown or acknowledged
	local how answer
	cam_as bob log --json -n 0 | grep -v '"text":"sync"' >"$T/log.before"
	for how; do
		answer=$(mallory forge b "$how" a)
		case $(jq -r .came <<<"$answer") in
		refused) ;;
		closed) mallory connect b $BOB >/dev/null ;;
		*) fail "$how: $answer" ;;
		esac
	done
	expect 0 cam_as bob rpc daemon.sync
	cam_as bob log --json -n 0 | grep -v '"text":"sync"' >"$T/log.after"
	cmp "$T/log.before" "$T/log.after" >&2 || fail "taken: $(diff "$T/log.before" "$T/log.after")"
}

test_envelopes_in_another_name_are_refused() {
	linked_town
	known_mallory
	forge_all other-sender other-device other-everything header-device other-signer link-key-signer \
		user-key-signer
	as_before
}

test_envelopes_for_another_are_refused() {
	linked_town
	known_mallory
	captured mallory@host3
	forge_all readdressed readdressed-with-room inside-in-our-header verbatim not-in-the-list no-recipients
	as_before
}

test_spliced_and_malformed_envelopes_are_refused() {
	linked_town
	known_mallory
	forge_all spliced-body spliced-stanza spliced-header commitment other-prekey version suite \
		policy escrow no-stanza many-stanzas short empty-text bad-utf8 nul unknown-flags unknown-type ancient sequence-zero other-talk
	as_before
}

test_messages_of_others_can_be_neither_changed_nor_deleted() {
	linked_town
	known_mallory
	captured mallory@host3,bob@host2
	await_log bob '.text == "for your eyes only"'
	forge_all edit-of-others deletion-of-others
	await_log bob '.text == "for your eyes only" and .edited == null and .deleted == false'
	as_before
}

# The same, said before bob has the message: when it comes it is as anna wrote it.
test_what_waits_for_a_message_of_another_does_not_change_it() {
	linked_town
	known_mallory
	stop bob
	captured mallory@host3,bob@host2
	unplug 1
	start bob
	mallory connect b $BOB
	local how
	for how in edit-of-others deletion-of-others; do
		mallory forge b $how a
	done
	plug 1
	await_log bob '.text == "for your eyes only" and .from == "anna@host1" and .edited == null
		and .deleted == false'
	expect 0 cam_as bob rpc daemon.sync
	expect_equal 1 "$(in_log bob '.text == "for your eyes only" and .from == "anna@host1"')"
}

test_every_flipped_bit_is_noticed() {
	linked_town
	known_mallory
	local answer
	answer=$(peer_do mallory flips b)
	expect_json "$answer" '.came.receipted == 0 and .came.refused + .came.closed == .bytes'
	expect 0 cam_as bob rpc daemon.sync
	expect_equal 0 "$(in_log bob '.text | startswith("sync") or . == "hello bob" or startswith("still there") or startswith("yes ") | not')"
	as_before
}

test_a_replayed_envelope_is_shown_once() {
	linked_town
	known_mallory
	mallory send b 'only once'
	mallory replay b
	mallory close b
	mallory connect b $BOB
	mallory replay b
	stop bob && start bob
	mallory connect b $BOB
	mallory replay b
	expect_equal 1 "$(in_log bob '.text == "only once"')"
}

# What anna wrote to mallory and bob, shown to bob by mallory before or after it came: once, as anna's.
test_a_forwarded_envelope_is_its_authors_and_shown_once() {
	linked_town
	known_mallory
	captured mallory@host3,bob@host2
	await_log bob '.text == "for your eyes only"'
	mallory forge b verbatim a
	expect 0 cam_as bob rpc daemon.sync
	expect_equal 1 "$(in_log bob '.text == "for your eyes only" and .from == "anna@host1"')"
	expect_equal 1 "$(in_log bob '.text == "for your eyes only"')"
}

# -- 5.2: prekeys and devices -------------------------------------------------------------

sealed_to() { # PREKEY: what anna writes to mallory
	expect 0 cam_as anna send --no-wait mallory@host3 "to prekey $1"
	expect_json "$(mallory expect a 20)" ".text == \"to prekey $1\" and .prekey == $1"
}

test_a_new_prekey_is_used_when_its_device_has_signed_it() {
	linked_town
	known_mallory
	sealed_to 1
	mallory prekey a new
	mallory sync a
	sealed_to 2
	local how
	for how in unsigned foreign; do
		mallory prekey a $how
		mallory send a "after $how" || mallory connect a $ANNA
		sealed_to 2
	done
	as_before
}

# The list that a user signed last counts: a device that is no more in it is nobody's.
test_a_device_that_was_replaced_is_refused() {
	linked_town
	known_mallory
	mallory device
	mallory connect a $ANNA
	mallory send a 'with a new device'
	came refused old $ANNA
	mallory connect a $ANNA
	mallory send a 'and again'
	await_log anna '.text == "and again" and .from == "mallory@host3" and .signed != "bad"'
	mallory connect b $BOB
	mallory send b 'with a new device'
	came refused old $BOB
	as_before
}

# -- N6: receipts -------------------------------------------------------------------------

test_receipts_of_others_prove_nothing() {
	linked_town
	known_mallory
	local id how
	unplug 2
	id=$(cam_as anna send --no-wait --json --seal bob@host2 'not there' | jq -r .id)
	for how in signed unsigned "as=$BOB_DEVICE" opened refused; do
		mallory receipts a "$id" "$how"
		mallory sync a
	done
	expect 0 cam_as anna rpc daemon.sync
	json_last '.state == "queued" or .state == "sent"' <<<"$(cam_as anna log --json | jq -c "select(.id == \"$id\")")" ||
		fail "$(cam_as anna log --json | jq -c "select(.id == \"$id\")")"
	plug 2
	await_log bob '.sealed and .text == null'
	await_log anna ".id == \"$id\" and .state == \"delivered\" and .recipients[0].receipt == \"signed\""
}

# Nor do those of the recipient himself, unless his device has signed that it is one.
test_a_receipt_without_its_signature_delivers_nothing() {
	linked_town
	known_mallory
	local id how
	id=$(cam_as anna send --no-wait --json mallory@host3 'signed for?' | jq -r .id)
	mallory expect a 20 silent
	for how in unsigned opened-label link-key "as=$BOB_DEVICE" refused-unsigned; do
		mallory receipts a "$id" "$how"
		mallory sync a || mallory connect a $ANNA
	done
	expect 0 cam_as anna rpc daemon.sync
	json_last '.state == "queued" or .state == "sent"' <<<"$(cam_as anna log --json | jq -c "select(.id == \"$id\")")" ||
		fail "$(cam_as anna log --json | jq -c "select(.id == \"$id\")")"
	mallory receipts a "$id"
	await_log anna ".id == \"$id\" and .state == \"delivered\" and .recipients[0].receipt == \"signed\""
}
