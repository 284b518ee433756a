# shellcheck shell=bash disable=SC2034,SC2154
# limit: 180
# peer_selftest.sh: the tests' own client talks with itself, so that what it finds out about
# camd can be believed.

# shellcheck source=tests/lan/peers.sh
. "$TEST_TOP/tests/lan/peers.sh"

# Both on the loopback; each tells the other what it would broadcast.
two() { # MODE MODE
	ip link set lo up 2>/dev/null || true
	peer_start ann - --bind 127.0.0.2 --host PCANN --broadcast 127.0.0.3 --mode "$1" --delay 0
	peer_start bob - --bind 127.0.0.3 --host PCBOB --broadcast 127.0.0.2 --mode "$2" --delay 0 \
		--key "${3:-other}"
	peer_do ann entry >/dev/null
	peer_saw ann answer >/dev/null
}

test_windows_and_windows_talk_encrypted_and_signed() {
	two windows windows
	peer_saw bob 'entry .user == "ann-<764c4a1bd942238c>" and .lines.VS == "00010002:4:99:103"'
	peer_do ann send 127.0.0.3 'grüße, 会議: 1:2' encrypted
	peer_saw bob 'message .text == "grüße, 会議: 1:2" and .suite == "rsa2048-aes256" and .copies == 1'
	peer_saw ann delivered
	# By now the keys are known to both.
	peer_saw bob 'pubkey .taken and .bits == 2048'
	peer_do ann send 127.0.0.3 'second' encrypted
	peer_saw bob 'message .text == "second" and .signature == "valid"'
	peer_do bob send 127.0.0.2 'third' encrypted sign=sha1
	peer_saw ann 'message .text == "third" and .signature == "weak"'
	peer_do bob send 127.0.0.2 'forged' encrypted sign=bad
	peer_saw ann 'message .text == "forged" and .signature == "invalid"'
	peer_do bob send 127.0.0.2 'bare' encrypted sign=none zero-iv hex
	peer_saw ann 'message .text == "bare" and .signature == "absent"'
}

test_legacy_and_windows_talk_by_the_weak_suite_in_cp932() {
	two legacy windows win
	peer_saw bob 'entry .flags == ["FILEATTACH", "ENCRYPT"] and .user == "ann"'
	peer_do ann send 127.0.0.3 '日本語 表' encrypted
	peer_saw bob 'message .text == "日本語 表" and .suite == "rsa1024-blowfish128" and .signature == "absent"'
	peer_do bob send 127.0.0.2 'ソ能' encrypted
	peer_saw ann 'message .text == "ソ能" and .suite == "rsa1024-blowfish128"'
	peer_saw ann 'packet .command == "SENDMSG" and (.flags | index("UTF8") | not)'
	# A fingerprint user may not speak plainly to another one, but to this one.
	peer_do bob send 127.0.0.2 'plain'
	peer_saw ann 'message .text == "plain" and (.encrypted | not)'
}

test_legacy_and_legacy_talk_encrypted() {
	two legacy legacy legacy
	peer_do ann send 127.0.0.3 'old' encrypted
	peer_saw bob 'message .text == "old" and .suite == "rsa1024-blowfish128"'
	peer_do bob send 127.0.0.2 'older' weak
	peer_saw ann 'message .text == "older"'
}

test_mac_signs_the_text_only() {
	two mac windows
	peer_do ann send 127.0.0.3 'one' encrypted
	peer_saw bob 'pubkey .taken'
	peer_do ann send 127.0.0.3 'two' encrypted files=a.txt=26
	peer_saw bob 'message .text == "two" and .signature == "text" and .files[0].size == 26'
	peer_saw ann 'info .text == "Win(64bit) Edition Ver4.99r3"'
}

test_lists_travel_inside_and_outside() {
	two windows windows
	peer_do ann send 127.0.0.3 'x' encrypted
	peer_saw bob pubkey
	peer_do ann send 127.0.0.3 'in' encrypted files=a:b.txt=10,c=0 to=bob@PCBOB,eve@PCEVE multi
	peer_saw bob 'message .text == "in" and .files[0].name == "a:b.txt" and .files[0].size == 10
		and .recipients == ["bob@PCBOB", "eve@PCEVE"] and .signature == "valid"'
	peer_do ann send 127.0.0.3 'out' encrypted files=c=16 outside
	peer_saw bob 'message .text == "out" and .files[0].name == "c" and .files[0].size == 16'
}

test_lost_acknowledgements_make_repetitions() {
	two windows windows
	peer_do bob drop-acks 3
	local number
	number=$(peer_do ann send 127.0.0.3 'again' encrypted | jq .number)
	peer_saw bob "message .number == $number and .copies == 4"
	peer_saw ann "delivered .number == $number and .tries == 4"
	expect_equal 0 "$(peer_count bob 'packet .number == '"$number"' and .nuls >= 64 and .t < 2')"
	peer_saw bob 'packet .number == '"$number"' and .nuls >= 64'
}

test_what_nobody_acknowledges_is_sent_again_at_the_next_entry() {
	two windows windows
	peer_do bob autoack off
	local number
	number=$(peer_do ann send 127.0.0.3 'later' encrypted | jq .number)
	peer_saw ann "undelivered .number == $number" 15
	expect_equal 5 "$(peer_count bob "message .number == $number")"
	peer_do bob autoack on
	peer_do bob entry
	peer_saw ann "delivered .number == $number"
}

test_a_sealed_message_is_confirmed_when_opened() {
	two windows windows
	local number
	number=$(peer_do ann send 127.0.0.3 'sealed' encrypted sealed readcheck | jq .number)
	peer_saw bob 'message .sealed'
	peer_do ann drop 1
	peer_do bob open "$number"
	peer_saw ann "opened .number == $number"
	peer_saw bob "read-confirmed .number == $number"
	expect_equal 2 "$(peer_count bob 'sent .command == "READMSG"')"
}

test_absence_is_told_and_answered() {
	two windows legacy legacy
	peer_do bob absence lunch 'back at two'
	peer_saw ann 'absence .nick == "bob[lunch]" and (.flags | index("ABSENCE"))'
	peer_do ann send 127.0.0.3 'there?' encrypted
	peer_saw ann 'message .text == "back at two" and (.encrypted | not)'
	peer_do ann getabsence 127.0.0.3
	peer_saw ann 'absence-info .text == "back at two"'
	peer_do bob absence off
	peer_do ann getabsence 127.0.0.3
	peer_saw ann 'absence-info .text == "Not absence mode"'
}

test_host_lists_are_asked_for_and_given() {
	two windows windows
	peer_do bob host carol PCCAROL 192.168.1.21 Carol '' 0x400001
	peer_do ann list
	peer_saw ann list-offered
	peer_saw ann 'hosts .next == 0 and .entries[0].user == "carol" and .entries[0].port == 2425 and .entries[0].group == ""'
}

test_a_key_that_does_not_fit_the_name_is_not_taken() {
	two windows windows
	peer_do bob pubkey mac
	peer_do ann send 127.0.0.3 'never' encrypted
	peer_saw ann 'pubkey (.taken | not)'
	peer_saw ann undelivered 15
	expect_equal 0 "$(peer_count bob message)"
}

test_the_vectors_can_be_played() {
	two windows windows
	local hex
	hex=$(jq -r '.vectors[] | select(.name == "sendmsg_sealed") | .packet_hex' \
		"$TEST_TOP/tests/data/ipmsg-vectors.json")
	peer_do ann raw 127.0.0.3 "$hex"
	peer_saw bob 'message .text == "sealed text" and .sealed and .user == "carol"'
	peer_do ann text 127.0.0.3 '1:5:eve:PCEVE:288:hi there\0'
	peer_saw bob 'message .user == "eve" and .text == "hi there"'
	peer_do ann text 127.0.0.3 'rubbish'
	peer_saw bob 'refused .length == 7'
}

# -- files ----------------------------------------------------------------------------

offered() { # WORD...: ann offers, encrypted; prints the message's number
	peer_do ann send 127.0.0.3 'the key first' encrypted >/dev/null
	peer_saw ann delivered >/dev/null
	peer_saw bob 'pubkey .taken' >/dev/null
	peer_do ann send 127.0.0.3 'files' encrypted "$@" | jq .number
}

some_tree() {
	mkdir -p "$T/tree/sub/deep" "$T/got"
	head -c 300000 /dev/urandom >"$T/tree/one.bin"
	: >"$T/tree/sub/empty"
	echo hello >"$T/tree/sub/deep/写真.txt"
	touch -d 2020-02-02 "$T/tree/one.bin" "$T/tree/sub"
}

test_windows_fetches_from_windows_in_each_way() {
	two windows windows
	some_tree
	local number
	number=$(offered "offer=$T/tree,$T/tree/one.bin" "image=$T/tree/one.bin@3")
	peer_saw bob "message .number == $number and (.files | length) == 3 and .files[2].extra == [\"8=3\"]"
	peer_do bob fetch "$number" tree "$T/got"
	peer_saw bob 'fetched .name == "tree" and .stream and .protected and (.ciphered | not)'
	diff -r "$T/tree" "$T/got/tree"
	expect_equal 2020-02-02 "$(date -r "$T/got/tree/one.bin" +%F)"
	peer_do bob fetch "$number" one.bin "$T/got" aes
	peer_saw bob 'fetched .name == "one.bin" and .stream and .ciphered'
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	peer_do bob fetch "$number" "ipmsgclip_s_${number}_3.png" "$T/got" aes
	peer_saw bob 'fetched .ciphered and (.stream | not)'
	cmp "$T/tree/one.bin" "$T/got/ipmsgclip_s_${number}_3.png"
	peer_saw ann 'served .ciphered and .signed and .closed'
	# Once each.
	peer_do bob fetch "$number" one.bin "$T/got" as=two.bin
	peer_saw bob 'fetch-failed .name == "one.bin"'
}

test_macos_serves_plain_requests_only() {
	two mac windows
	some_tree
	local number
	peer_do ann send 127.0.0.3 'the key first' encrypted
	peer_saw ann delivered
	number=$(peer_do ann send 127.0.0.3 'files' encrypted "offer=$T/tree,$T/tree/one.bin" | jq .number)
	peer_saw bob "message .number == $number and .files[0].id == 0"
	peer_do bob fetch "$number" tree "$T/got"
	peer_saw bob 'fetched .name == "tree" and (.protected | not)'
	diff -r "$T/tree" "$T/got/tree"
	peer_do bob fetch "$number" one.bin "$T/got" stream
	peer_saw bob fetch-failed
	peer_do bob fetch "$number" one.bin "$T/got"
	peer_saw bob 'fetched .name == "one.bin"'
	cmp "$T/tree/one.bin" "$T/got/one.bin"
}
