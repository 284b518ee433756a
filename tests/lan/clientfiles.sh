# shellcheck shell=bash disable=SC2034,SC2154
# limit: 240
# clientfiles.sh: files, folders and pictures to and from clients of other makes, played by
# peer.py from the protocol alone, and to and from those who are up to no good.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/peers.sh
. "$TEST_TOP/tests/lan/peers.sh"
# shellcheck source=tests/lan/offers.sh
. "$TEST_TOP/tests/lan/offers.sh"

# anna's camd on host 1, a client named ben on host 2; they know each other's keys.
office() { # MODE [HOSTS [PEER-ARG]... [-- KEY=VALUE...]]
	local mode=$1 hosts=${2:-2} args=()
	shift $(($# > 2 ? 2 : $#))
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	lan_up "$hosts"
	host anna 1 "$@" && start anna
	peer_start ben 2 --host PCBEN --nick Ben --mode "$mode" "${args[@]}"
	peer_do ben entry
	await_user anna ben@PCBEN
	peer_saw ben 'answer .user | startswith("anna")'
	peer_do ben getpubkey 10.77.0.1
	peer_saw ben 'pubkey .taken'
	expect 0 cam_as anna send ben 'the keys are known now'
	peer_saw ben 'message .text == "the keys are known now"'
	some_files
}

# What anna offers, as ben's client saw it: the number of that message.
offered_to_ben() { # PATH...
	offer anna ben@PCBEN "$@" >/dev/null
	peer_saw ben "message (.files | length) == $# and .files[0].name == \"$(basename "$1")\"" | jq .number
}

# What ben offers, encrypted where both can: the number of his message.
offered_by_ben() { # OPTION...
	local number
	number=$(peer_do ben send 10.77.0.1 'files from ben' encrypted "$@" | jq .number)
	peer_saw ben "delivered .number == $number" >/dev/null
	echo "$number"
}

# -- to Windows -----------------------------------------------------------------------

test_windows_fetches_a_file_with_a_signed_request() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_saw ben "message .number == $number and .suite == \"rsa2048-aes256\" and
		.signature == \"valid\" and .files[0].size == 3000000 and .files[0].attr == 1"
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben 'fetched .stream and .protected and (.ciphered | not)' 30
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	expect_equal 2020-02-02 "$(date -r "$T/got/one.bin" +%F)"
	await_file anna '.direction == "out" and .state == "done" and .peer == "ben@PCBEN" and
		.encryption == "none" and .done == 3000000 and .fetches == 1'
}

test_windows_fetches_a_file_encrypted() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben fetch "$number" one.bin "$T/got" aes
	peer_saw ben 'fetched .stream and .ciphered' 30
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	await_file anna '.direction == "out" and .state == "done" and .encryption == "rsa2048-aes256"'
}

test_windows_fetches_a_folder_in_clear_and_encrypted() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree" "$T/tree/sub")
	peer_saw ben "message .number == $number and .files[0].attr == 2 and .files[0].size == 0"
	peer_do ben fetch "$number" tree "$T/got"
	peer_saw ben 'fetched .name == "tree" and (.ciphered | not)' 30
	diff -r "$T/tree" "$T/got/tree"
	expect_equal 2020-02-02 "$(date -r "$T/got/tree/sub" +%F)"
	peer_do ben fetch "$number" sub "$T/got" aes
	peer_saw ben 'fetched .name == "sub" and .ciphered' 30
	diff -r "$T/tree/sub" "$T/got/sub"
	await_file anna '.name == "sub" and .state == "done" and .kind == "folder"'
}

test_links_and_pipes_in_a_folder_do_not_leave() {
	office windows
	echo secret >"$T/secret"
	ln -s "$T/secret" "$T/tree/link"
	ln -s "$T" "$T/tree/sub/up"
	mkfifo "$T/tree/pipe"
	local number
	number=$(offered_to_ben "$T/tree")
	peer_do ben fetch "$number" tree "$T/got"
	peer_saw ben 'fetched .name == "tree"' 30
	expect_equal '' "$(find "$T/got" ! -type f ! -type d)"
	[ ! -e "$T/got/tree/link" ] && [ ! -e "$T/got/tree/sub/up" ] && [ ! -e "$T/got/tree/pipe" ]
}

test_a_picture_is_inline_for_windows() {
	office windows
	local number name
	printf '\211PNG\r\n\032\n%b' '\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0' >"$T/shot.png"
	picture anna ben@PCBEN 'look' "$T/shot.png" >/dev/null
	number=$(peer_saw ben 'message .text == "look" and .files[0].attr == 32' | jq .number)
	peer_events ben 'message .text == "look"' | jq -c .files
	peer_saw ben "message .number == $number and .files[0].extra == [\"8=4\"] and
		.files[0].name == \"ipmsgclip_s_${number}_4.png\""
	name=ipmsgclip_s_${number}_4.png
	peer_do ben fetch "$number" "$name" "$T/got" aes
	peer_saw ben 'fetched (.stream | not) and .ciphered'
	cmp "$T/shot.png" "$T/got/$name"
}

test_each_gets_a_file_once_unless_it_failed() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben fetch "$number" one.bin "$T/got" as=cut aes cut=100000
	peer_saw ben 'fetch-failed (.reason | startswith("enough"))'
	await_file anna '.direction == "out" and .state != "running" and .state != "done"'
	peer_do ben fetch "$number" one.bin "$T/got" aes
	peer_saw ben fetched 30
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	await_file anna '.direction == "out" and .state == "done"'
	peer_do ben fetch "$number" one.bin "$T/got" as=again aes
	peer_saw ben 'fetch-failed (.reason | startswith("closed after 0"))'
}

test_a_file_is_continued_where_a_client_asks_for_it() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben fetch "$number" one.bin "$T/got" plain data offset=1234567
	peer_saw ben 'fetched (.stream | not) and (.protected | not)' 30
	tail -c +1234568 "$T/tree/one.bin" | cmp - "$T/got/one.bin"
}

test_a_request_that_was_used_before_is_refused() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree/one.bin" "$T/tree/sub/deep/写真.txt")
	peer_do ben fetch "$number" one.bin "$T/got" aes
	peer_saw ben fetched 30
	peer_do ben fetch "$number" 写真.txt "$T/got" as=old aes replay=1700000000
	peer_saw ben 'fetch-failed (.reason | startswith("closed after 0"))'
	peer_do ben fetch "$number" 写真.txt "$T/got"
	peer_saw ben 'fetched .name == "写真.txt"'
}

test_a_wrong_signature_gets_nothing() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben fetch "$number" one.bin "$T/got" aes sign=bad
	peer_saw ben 'fetch-failed (.reason | startswith("closed after 0"))'
	# From elsewhere a signature suffices, a name does not.
	peer_do ben fetch "$number" one.bin "$T/got" plain user=carl as=stolen
	peer_saw ben 'fetch-failed .protected == false'
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben fetched 30
}

test_what_was_withdrawn_or_given_up() {
	office windows
	local number id
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben release "$number"
	await_file anna '.direction == "out" and .reason == "declined"'
	# Anybody can say that in his name: he may have it all the same.
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben fetched 30
	number=$(offered_to_ben "$T/tree/sub")
	id=$(await_file anna '.name == "sub"' | jq -r .id)
	expect 0 cam_as anna rpc offer.cancel "{\"id\":\"$id\"}"
	peer_do ben fetch "$number" sub "$T/got"
	peer_saw ben 'fetch-failed .name == "sub"'
}

test_settings_keep_files_from_leaving_in_clear() {
	office windows 2 -- security.cleartext=receive
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben 'fetch-failed (.ciphered | not)'
	peer_do ben fetch "$number" one.bin "$T/got" aes
	peer_saw ben 'fetched .ciphered' 30
}

# -- from Windows ---------------------------------------------------------------------

test_a_file_comes_encrypted_from_windows() {
	office windows
	offered_by_ben "offer=$T/tree/one.bin"
	expect_json "$(await_file anna '.direction == "in"')" '.state == "offered" and
		.name == "one.bin" and .size == 3000000 and .signed == "pinned"'
	expect_json "$(accept anna '.name == "one.bin"')" ".path == \"$T/got/one.bin\" and
		.encryption == \"rsa2048-aes256\" and (.protected | not) and .done == 3000000"
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	expect_equal 2020-02-02 "$(date -r "$T/got/one.bin" +%F)"
	peer_saw ben 'served .ciphered and .signed and .closed and .command == "GETDIRFILES"'
}

# Encryption of IPMSG has no integrity (threat model C6).
test_what_came_encrypted_is_not_said_to_be_more() {
	office windows
	offered_by_ben "offer=$T/tree/one.bin"
	local id
	id=$(await_file anna '.direction == "in"' | jq -r .id)
	cam_as anna file get -o "$T/got" "$id" >"$T/out" 2>"$T/err"
	expect_equal "$T/got/one.bin" "$(cat "$T/out")"
	grep -q 'one.bin.*not protected against change' "$T/err"
	cam_as anna file get --json "$id" 2>"$T/err" |
		json_last '.type == "transfer.done" and .protected == false'
	[ ! -s "$T/err" ]
}

test_a_folder_comes_encrypted_from_windows() {
	office windows
	chmod 400 "$T/tree/sub/a b"
	offered_by_ben "offer=$T/tree"
	expect_json "$(accept anna '.name == "tree"')" ".path == \"$T/got/tree\" and .kind == \"folder\""
	diff -r "$T/tree" "$T/got/tree"
	expect_equal 400 "$(stat -c %a "$T/got/tree/sub/a b" | sed s/44$/00/)"
	expect_equal 2020-02-02 "$(date -r "$T/got/tree/sub" +%F)"
	peer_saw ben 'served .ciphered and .signed and .closed'
}

test_a_picture_comes_by_itself_from_whose_key_is_pinned() {
	office windows
	python3 -c 'import struct, sys, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)) +
    chunk(b"IDAT", zlib.compress(bytes(14))) + chunk(b"IEND", b""))' >"$T/shot.png"
	offered_by_ben "image=$T/shot.png@3"
	cmp "$T/shot.png" "$(await_file anna '.kind == "image" and .state == "done"' | jq -r .path)"
	peer_saw ben 'served .ciphered and .command == "GETFILEDATA"'
}

test_what_breaks_is_fetched_again_from_the_beginning() {
	office windows
	local number
	number=$(offered_by_ben "offer=$T/tree/one.bin")
	peer_do ben break 1000000
	accept anna '.name == "one.bin"'
	peer_saw ben 'refused-file (.reason | startswith("broken off"))'
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	expect_equal 1 "$(find "$T/got" -name '*one*' | wc -l)"
}

# There is no word for it: the connection ends without a byte. Not for ever.
test_what_is_not_there_any_more_is_given_up() {
	office windows
	local id
	offered_by_ben files=gone.txt=10
	id=$(await_file anna '.direction == "in" and .name == "gone.txt"' | jq -r .id)
	expect 0 cam_as anna rpc offer.accept "{\"id\":\"$id\",\"dir\":\"$T/got\"}"
	await 100 has_file anna '.name == "gone.txt" and .state == "failed" and .reason == "unknown"'
	expect_equal '' "$(find "$T/got" -type f)"
}

test_who_wants_nothing_says_so() {
	office windows
	local number id
	number=$(offered_by_ben "offer=$T/tree/one.bin")
	id=$(await_file anna '.direction == "in"' | jq -r .id)
	expect 0 cam_as anna rpc offer.drop "{\"id\":\"$id\"}"
	peer_saw ben "released .number == $number"
}

# -- macOS, and clients of the old days -------------------------------------------------

test_macos_fetches_and_serves_in_clear() {
	office mac
	local number
	number=$(offered_to_ben "$T/tree" "$T/tree/one.bin")
	peer_do ben fetch "$number" tree "$T/got"
	peer_saw ben 'fetched .name == "tree" and (.protected | not)' 30
	diff -r "$T/tree" "$T/got/tree"
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben 'fetched .name == "one.bin" and (.stream | not)' 30
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	rm -r "$T/got" && mkdir "$T/got"
	offered_by_ben "offer=$T/tree,$T/tree/one.bin"
	expect_json "$(accept anna '.direction == "in" and .name == "tree"')" '.encryption == "none"'
	diff -r "$T/tree" "$T/got/tree"
	accept anna '.direction == "in" and .name == "one.bin"'
	cmp "$T/tree/one.bin" "$T/got/one.bin"
}

test_nothing_comes_in_clear_where_settings_forbid_it() {
	office mac 2 -- security.cleartext=off
	local id
	offered_by_ben "offer=$T/tree/one.bin"
	id=$(await_file anna '.direction == "in"' | jq -r .id)
	run cam_as anna rpc offer.accept "{\"id\":\"$id\",\"dir\":\"$T/got\"}"
	await_file anna '.direction == "in" and .state == "failed" and .reason == "refused"'
	expect_equal 0 "$(peer_count ben served)"
}

test_old_clients_exchange_files_in_their_charset() {
	office legacy
	local number
	mkdir "$T/表"
	echo ソ >"$T/表/能.txt"
	number=$(offered_to_ben "$T/表" "$T/tree/one.bin")
	peer_saw ben "message .number == $number and .suite == \"rsa1024-blowfish128\""
	peer_do ben fetch "$number" 表 "$T/got"
	peer_saw ben 'fetched .name == "表"'
	diff -r "$T/表" "$T/got/表"
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben 'fetched .name == "one.bin"' 30
	rm -r "$T/got" && mkdir "$T/got"
	offered_by_ben "offer=$T/表,$T/tree/one.bin"
	accept anna '.direction == "in" and .name == "表"'
	diff -r "$T/表" "$T/got/表"
	accept anna '.direction == "in" and .name == "one.bin"'
	cmp "$T/tree/one.bin" "$T/got/one.bin"
}

# One that encrypts all it can: messages, requests and data, by the weak suite.
test_the_weak_suite_encrypts_all_where_it_may_be_used() {
	office legacy 2 --flags 00640000 --caps 00020002
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben fetch "$number" one.bin "$T/got" weak
	peer_saw ben 'fetched .ciphered and .protected' 30
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	await_file anna '.direction == "out" and .state == "done" and .encryption == "rsa1024-blowfish128"'
	rm "$T/got/one.bin"
	offered_by_ben "offer=$T/tree/one.bin"
	expect_json "$(accept anna '.direction == "in" and .name == "one.bin"')" \
		'.encryption == "rsa1024-blowfish128"'
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	peer_saw ben 'served .ciphered and .suite == "rsa1024-blowfish128"'
}

# -- those who are up to no good ----------------------------------------------------------

# eve, on host 3, knows everything about ben's offer but is not where he is.
test_who_guesses_gets_nothing_and_harms_nobody() {
	office windows 3
	local number id ben
	number=$(offered_to_ben "$T/tree/one.bin")
	id=$(peer_saw ben "message .number == $number" | jq '.files[0].id')
	ben=$(peer_saw ben ready | jq -r .user)
	peer_start eve 3 --host PCEVE --key other
	peer_do eve entry
	await_user anna eve@PCEVE
	peer_do eve guess 10.77.0.1 1 "$number" "$id" "$ben" PCBEN
	peer_do eve guess 10.77.0.1 1 "$number" "$id"
	peer_do eve guess 10.77.0.1 2000 "$number" 0
	peer_do eve guess 10.77.0.1 2000 "$number" 1
	await 120 peer_guessed eve 4
	expect_equal 0 "$(peer_events eve guessed | jq -s 'map(.bytes) | add')"
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben fetched 30
	cmp "$T/tree/one.bin" "$T/got/one.bin"
}

peer_guessed() { # NAME COUNT
	[ "$(peer_count "$1" guessed)" = "$2" ]
}

# He who may fetch one file and tries for more loses that one, too.
test_an_offer_whose_numbers_are_guessed_is_frozen() {
	office windows
	local number
	number=$(offered_to_ben "$T/tree/one.bin")
	peer_do ben guess 10.77.0.1 30 "$number" 0
	await 60 peer_guessed ben 1
	expect_equal 0 "$(peer_events ben guessed | jq .bytes)"
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben fetch-failed
	# What is offered later is another matter, for who proves who he is.
	number=$(offered_to_ben "$T/tree/sub/deep/写真.txt")
	peer_do ben fetch "$number" 写真.txt "$T/got"
	peer_saw ben fetched
}

test_rubbish_on_the_port_is_let_go() {
	office windows
	local bytes
	for bytes in 00 313a 313a353a753a683a39363a 494d47 "$(printf 'ff%.0s' {1..9000})" \
		"$(printf '1:5:%s:h:96:1:2:0:' "$(printf 'u%.0s' {1..300})" | xxd -p | tr -d '\n')"; do
		peer_do ben request 10.77.0.1 "$bytes"
	done
	await 30 peer_answered ben 6
	expect_equal 0 "$(peer_events ben answered | jq -s 'map(.bytes) | add')"
	still_serves
}

peer_answered() { # NAME COUNT
	[ "$(peer_count "$1" answered)" = "$2" ]
}

still_serves() {
	local number
	number=$(offered_to_ben "$T/tree/sub/deep/写真.txt")
	peer_do ben fetch "$number" 写真.txt "$T/got"
	peer_saw ben 'fetched .name == "写真.txt"'
}

# The file of another where the offered one was: what was offered is gone.
test_what_took_the_place_of_an_offered_file_is_not_served() {
	office windows
	local number
	echo secret >"$T/secret"
	cp "$T/tree/one.bin" "$T/other"
	number=$(offered_to_ben "$T/tree/one.bin" "$T/tree/sub/a b" "$T/tree/sub")
	stop anna
	ln -sf "$T/secret" "$T/tree/one.bin"
	mv "$T/tree/sub" "$T/tree/gone" && ln -s "$T" "$T/tree/sub"
	start anna
	peer_do ben entry
	await_user anna ben@PCBEN
	peer_do ben fetch "$number" one.bin "$T/got"
	peer_saw ben 'fetch-failed .name == "one.bin"'
	peer_do ben fetch "$number" sub "$T/got"
	peer_saw ben 'fetch-failed .name == "sub"'
	[ ! -e "$T/got/one.bin" ] || [ ! -s "$T/got/one.bin" ] || fail 'something was served'
	await_file anna '.name == "one.bin" and .reason == "changed"'
}
