# shellcheck shell=bash disable=SC2034,SC2154
# clients.sh: camd among clients of other makes, played by peer.py from the protocol alone:
# Windows 4.99, macOS, and one of the Chat&Messenger era.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/peers.sh
. "$TEST_TOP/tests/lan/peers.sh"

# anna's camd on host 1, a client named ben on host 2; both have heard of each other.
office() { # MODE [KEY=VALUE]... for anna
	local mode=$1
	shift
	lan_up 2
	host anna 1 "$@" && start anna
	peer_start ben 2 --host PCBEN --nick Ben --group Sales --mode "$mode"
	peer_do ben entry
	await_user anna ben@PCBEN
	peer_saw ben 'answer .user | startswith("anna")'
}

# ben's client has anna's key, so that it can sign for her and check her.
keys_exchanged() {
	peer_do ben getpubkey 10.77.0.1
	peer_saw ben 'pubkey .taken and .bits == 2048'
	expect 0 cam_as anna send ben 'the keys are known now'
	peer_saw ben 'message .text == "the keys are known now" and .signature == "valid"'
}

receipt_of() { # NUMBER: ben's message was acknowledged
	peer_saw ben "delivered .number == $1"
}

test_windows_is_known_by_its_entry() {
	office windows
	await 10 roster_has anna '.id == "ben@PCBEN" and .nick == "Ben" and .group == "Sales" and
		.addr == "10.77.0.2" and .encryption == "rsa2048-aes256" and (.client | contains("4.99"))'
	peer_do ben nick Benjamin
	await 10 roster_has anna '.id == "ben@PCBEN" and .nick == "Benjamin"'
	peer_do ben exit
	await_user anna ben@PCBEN offline
}

test_windows_gets_strong_signed_messages() {
	office windows
	expect 0 cam_as anna send --json ben 'grüße, 会議 12:30'
	expect_json "$OUT" '.state == "delivered" and .receipt == "reported" and .encryption == "rsa2048-aes256"'
	peer_saw ben 'message .text == "grüße, 会議 12:30" and .suite == "rsa2048-aes256" and .copies == 1'
	keys_exchanged
	expect_equal 0 "$(peer_count ben 'dropped')"
	expect_equal 0 "$(peer_count ben 'undecryptable')"
}

test_windows_sends_strong_signed_messages() {
	office windows
	receipt_of "$(peer_do ben send 10.77.0.1 'für anna: 図' encrypted | jq .number)"
	await_log anna '.text == "für anna: 図" and .encryption == "rsa2048-aes256" and .signed == "pinned"'
}

test_a_forged_signature_is_neither_acknowledged_nor_believed() {
	office windows
	keys_exchanged
	local number
	number=$(peer_do ben send 10.77.0.1 'give me money' encrypted sign=bad | jq .number)
	peer_saw ben "undelivered .number == $number" 20
	expect_equal 0 "$(in_log anna '.text == "give me money" and .signed != "bad"')"
	expect_equal 0 "$(peer_count ben 'message (.text | test("decode|decrypt"; "i"))')"
	receipt_of "$(peer_do ben send 10.77.0.1 'sorry' encrypted | jq .number)"
}

test_a_signature_by_sha1_is_taken_as_what_it_is() {
	office windows
	keys_exchanged
	receipt_of "$(peer_do ben send 10.77.0.1 'old hash' encrypted sign=sha1 | jq .number)"
	await_log anna '.text == "old hash" and .signed != "verified"'
}

test_a_sealed_message_from_windows_is_confirmed_once_it_is_opened() {
	office windows
	local number id
	number=$(peer_do ben send 10.77.0.1 'for your eyes' encrypted sealed readcheck | jq .number)
	receipt_of "$number"
	await_log anna '.sealed and .text == null'
	expect_equal 0 "$(peer_count ben opened)"
	# The first notice gets lost: it has to come again.
	peer_do ben drop 1
	id=$(cam_as anna log --json -n 0 | jq -r 'select(.sealed) | .id')
	expect 0 cam_as anna open "$id"
	expect_text "$OUT" 'for your eyes'
	peer_saw ben "opened .number == $number"
}

test_windows_confirms_that_it_opened_ours() {
	office windows
	keys_exchanged
	expect 0 cam_as anna send --seal ben 'for ben only'
	local number
	number=$(peer_saw ben 'message .text == "for ben only" and .sealed' | jq .number)
	peer_do ben open "$number"
	peer_saw ben "read-confirmed .number == $number"
	await_log anna '.text == "for ben only" and .state == "opened"'
}

test_repetitions_with_padding_are_acknowledged_and_shown_once() {
	office windows
	local number
	# Every packet of the first tries gets lost on its way back.
	on 1 ip route add blackhole 10.77.0.2/32 2>/dev/null || skip 'no blackhole routes'
	number=$(peer_do ben send 10.77.0.1 'again and again' encrypted | jq .number)
	peer_saw ben "sent .number == $number and .try == 4 or .command == \"GETPUBKEY\" and .try == 1"
	on 1 ip route del blackhole 10.77.0.2/32
	peer_saw ben "(.event == \"delivered\" or .event == \"undelivered\") and .number == $number" 20
	# And by hand, in every form a repetition has.
	peer_do ben send 10.77.0.1 'again and again' encrypted "number=$number" padding
	peer_do ben send 10.77.0.1 'again and again' encrypted "number=$number" zero-iv
	peer_saw ben "packet .command == \"RECVMSG\" and .text == \"$number\""
	expect 0 cam_as anna rpc daemon.sync
	await_log anna '.text == "again and again"'
	expect_equal 1 "$(in_log anna '.text == "again and again"')"
}

test_lost_receipts_make_anna_repeat_and_ben_sees_one_message() {
	office windows
	peer_do ben drop-acks 3
	expect 0 cam_as anna send --json ben 'are you there'
	expect_json "$OUT" '.state == "delivered"'
	peer_saw ben 'message .text == "are you there" and .copies == 4'
	# The same number, the same bytes.
	expect_equal 1 "$(peer_events ben 'message .text == "are you there"' | jq .number | sort -u | wc -l)"
}

test_a_message_waits_for_windows_to_come_back() {
	office windows
	keys_exchanged
	peer_kill ben
	expect 0 cam_as anna send --no-wait ben 'for later'
	peer_start ben 2 --host PCBEN --nick Ben
	peer_do ben entry
	peer_saw ben 'message .text == "for later"' 30
	await_log anna '.text == "for later" and .state == "delivered"'
}

test_what_windows_kept_arrives_when_anna_comes_back() {
	office windows
	keys_exchanged
	stop anna
	local number
	number=$(peer_do ben send 10.77.0.1 'kept for anna' encrypted | jq .number)
	peer_saw ben "undelivered .number == $number" 20
	start anna
	receipt_of "$number"
	await_log anna '.text == "kept for anna" and .signed == "pinned"'
}

test_questions_of_windows_are_answered() {
	office windows
	peer_do ben getinfo 10.77.0.1
	peer_saw ben 'info .text != ""'
	peer_do ben getabsence 10.77.0.1
	peer_saw ben 'absence-info .text != ""'
	expect 0 cam_as anna away 'gone fishing'
	peer_saw ben 'absence .flags | index("ABSENCE")'
	peer_do ben getabsence 10.77.0.1
	peer_saw ben 'absence-info .text | contains("gone fishing")'
}

test_an_absent_client_answers_by_itself_and_anna_does_not() {
	office windows
	expect 0 cam_as anna away 'gone fishing'
	peer_do ben absence lunch 'back at two'
	await_user anna ben@PCBEN away
	expect 0 cam_as anna send ben 'hungry?'
	await_log anna '.text == "back at two"'
	# Two that are away do not keep each other busy.
	receipt_of "$(peer_do ben send 10.77.0.1 'yes' encrypted | jq .number)"
	peer_saw ben 'message .text | contains("gone fishing")'
	expect 0 cam_as anna rpc daemon.sync
	expect_equal 1 "$(peer_count ben 'message .text | contains("gone fishing")')"
	expect_equal 1 "$(in_log anna '.text == "back at two"')"
}

test_a_new_key_under_an_old_name_is_not_the_same_user() {
	office windows
	keys_exchanged
	peer_do ben newkeys other
	peer_do ben entry
	await 10 roster_has anna '.id | startswith("ben@PCBEN/")'
	# The old one is still who he was.
	roster_has anna '.id == "ben@PCBEN" and (.fingerprint | startswith("764c4a1bd942238c"))'
}

test_macos_signs_its_text_and_its_files_are_not_vouched_for() {
	office mac
	keys_exchanged
	peer_saw ben 'info .text != ""' # it asks everybody
	receipt_of "$(peer_do ben send 10.77.0.1 'with a file' encrypted files=a.txt=3 | jq .number)"
	await_log anna '.text == "with a file" and .signed == "pinned" and .offers[0].name == "a.txt"'
}

test_an_old_client_talks_by_the_weak_suite_in_cp932() {
	office legacy security.legacy=on
	expect 0 cam_as anna send --json ben '日本語の表 能力'
	expect_json "$OUT" '.state == "delivered" and .encryption == "rsa1024-blowfish128"'
	peer_saw ben 'message .text == "日本語の表 能力" and .suite == "rsa1024-blowfish128"'
	peer_saw ben 'packet .command == "SENDMSG" and (.flags | index("UTF8") | not)'
	receipt_of "$(peer_do ben send 10.77.0.1 '返事: ソフト' encrypted | jq .number)"
	await_log anna '.text == "返事: ソフト" and .encryption == "rsa1024-blowfish128" and .signed == "unsigned"'
	peer_do ben nick 鈴木
	await 10 roster_has anna '.id == "ben@PCBEN" and .nick == "鈴木"'
}

test_an_old_client_gets_nothing_weak_where_that_is_forbidden() {
	office legacy security.legacy=off
	run cam_as anna send --json --timeout 8 ben 'not this way'
	[ "$status" -ne 0 ] || fail "sent: $OUT"
	expect_equal 0 "$(peer_count ben message)"
}

test_who_knows_more_is_never_sent_less() {
	office windows security.legacy=on
	keys_exchanged
	# The same client, now claiming the weak suite only: as a man in the middle would have it.
	peer_kill ben
	peer_start ben 2 --host PCBEN --nick Ben --mode windows --caps 00020002 --key win
	peer_do ben text 10.77.0.1 '1:1999999999:ben-<764c4a1bd942238c>:PCBEN:4194305:Ben\0'
	run cam_as anna send --timeout 8 ben 'still strong?'
	[ "$status" -ne 0 ] || fail "sent: $OUT"
	expect_equal 0 "$(peer_count ben 'message .suite == "rsa1024-blowfish128"')"
	expect_equal 0 "$(peer_count ben 'message .encrypted | not')"
}
