# shellcheck shell=bash disable=SC2154
# debug.sh: cam debug packet, on every packet of the vector file and on what no packet is.

VECTORS=$TEST_TOP/tests/data/ipmsg-vectors.json

debug() { # ARG...: of the line or bytes on stdin
	cam-debug packet "$@"
}

# The file's keys as PEM.
write_keys() {
	local name
	for name in alice_2048 bob_2048 bob_1024; do
		{
			echo '-----BEGIN RSA PRIVATE KEY-----'
			jq -r ".keys.$name.pkcs1_der_base64" "$VECTORS" | fold -w 64
			echo '-----END RSA PRIVATE KEY-----'
		} >"$T/$name.pem"
	done
	openssl rsa -in "$T/alice_2048.pem" -pubout -out "$T/alice.pub" 2>/dev/null
}

hex_of() { # VECTOR
	jq -r --arg name "$1" '.vectors[] | select(.name == $name) | .packet_hex' "$VECTORS"
}

decode() { # VECTOR ARG...
	local name=$1
	shift
	run debug "$@" < <(hex_of "$name")
}

test_every_packet_of_the_vectors_is_told_with_its_fields() {
	write_keys
	jq -c '.vectors[] | select(.kind == "udp" or .kind == "tcp")' "$VECTORS" >"$T/vectors"
	expect 1 debug --key "$T/bob_2048.pem" --key "$T/bob_1024.pem" --peer-key "$T/alice.pub" \
		< <(jq -r .packet_hex "$T/vectors")
	echo "$OUT" >"$T/told"
	expect_equal "$(wc -l <"$T/vectors")" "$(wc -l <"$T/told")"
	jq -n --slurpfile vectors "$T/vectors" --slurpfile told "$T/told" '
		[range($vectors | length) | {want: $vectors[.], got: $told[.]}
		| .want.name as $name | .want.fields as $f | .got as $g
		| select((
			if .want.expect == "reject" then $g | keys == ["error"]
			else ($g.error == null)
			and ([["version", "packet_no", "user", "host", "nick", "group"][] as $key
				| select($f | has($key)) | $f[$key] == $g[$key]] | all)
			and ($f.body == null or $f.body == "" or $f.body == $g.text)
			and ($f.info == null or $f.info == $g.text)
			and ($f.ext == null or ($f.ext | del(.IP)) == ($g.utf8_lines | del(.IP)))
			and ($f.files == null or ([$f.files[] | del(.ext, .clip_pos)]
				== [$g.attachments[] | del(.attributes)]))
			and ($f.hosts == null or $f.hosts == [$g.hosts[] | del(.gone)])
			and ($f.to == null or [$f.to[] | join("@")] == $g.to)
			and (.want.crypto == null
				or (.want.crypto.signer_key == null and $g.signature == "absent")
				or (.want.crypto.expect == "ok" and $g.signature == "valid")
				or (.want.crypto.expect != "ok" and $g.signature == "invalid"))
			end) | not) | $name]' >"$T/wrong"
	expect_equal '[]' "$(jq -c . "$T/wrong")"
}

test_commands_and_options_have_their_names() {
	decode br_entry_master_boot
	expect_equal 0 "$status"
	expect_json "$OUT" '.command == "BR_ENTRY" and (.options | index("DIALUPOPT") and index("DIR_MASTER"))'
	decode sendmsg_sealed
	expect_json "$OUT" '.options == ["SENDCHECKOPT","SECRETOPT","READCHECKOPT","UTF8OPT","CAPUTF8OPT"]'
	run debug < <(printf '1:7:u:h:119:x' | xxd -p)
	expect_json "$OUT" '.command == "0x77" and .options == [] and .text == "x"'
	run debug < <(printf '1:7:u:h:2147483936:x' | xxd -p)
	expect_json "$OUT" '.options == ["SENDCHECKOPT","0x80000000"]'
}

test_without_a_key_that_fits_the_suite_is_told_and_no_text() {
	write_keys
	decode enc_rsa2048_aes256_sha256
	expect_equal 0 "$status"
	expect_json "$OUT" '.suite == "rsa2048-aes256" and .signature == "unchecked" and .text == null'
	decode enc_rsa2048_aes256_sha256 --key "$T/alice_2048.pem" --key "$T/bob_1024.pem"
	expect_json "$OUT" '.text == null'
	decode enc_rsa2048_aes256_sha256 --key "$T/bob_2048.pem"
	expect_json "$OUT" '.text == "SHA256 署名\nsecond line: ok" and .signature == "unchecked"'
	decode ipdict_sendmsg_encrypted
	expect_json "$OUT" '.suite == "rsa2048-aes256" and .text == null'
}

test_a_file_request_tells_what_is_asked_for_and_how() {
	write_keys
	decode tcp_getfiledata
	expect_json "$OUT" '.command == "GETFILEDATA" and .request ==
		{"packet_no": 1700000070, "id": 305419896, "offset": 0, "answer": "clear"}'
	decode tcp_encfile_request --key "$T/bob_2048.pem" --peer-key "$T/alice.pub"
	expect_json "$OUT" '.signature == "valid" and .request == {"packet_no": 1700000070,
		"id": 305419896, "offset": 0, "answer": "aes256-ctr", "number": 1700000120}'
	decode tcp_noenc_request --key "$T/bob_2048.pem" --peer-key "$T/alice.pub"
	expect_json "$OUT" '.request.answer == "clear" and .request.number == 1700000121'
	decode tcp_encfile_request
	expect_json "$OUT" '.request == null and .signature == "unchecked"'
}

test_a_signature_is_checked_with_the_key_of_its_user() {
	write_keys
	# bob is not the signer, and the name says so: nothing can be said.
	decode enc_rsa2048_aes256_sha256 --key "$T/bob_2048.pem" --peer-key "$T/bob_2048.pem"
	expect_json "$OUT" '.signature == "unchecked"'
	decode enc_bad_signature --key "$T/bob_2048.pem" --peer-key "$T/bob_2048.pem" \
		--peer-key "$T/alice.pub"
	expect_json "$OUT" '.signature == "invalid" and .text == "tampered"'
	decode ipdict_dir_poll_signed --peer-key "$T/alice.pub"
	expect_json "$OUT" '.signature == "valid" and .command == "DIR_POLL"'
	run debug --peer-key "$T/alice.pub" < <(hex_of ipdict_dir_poll_signed | sed 's/53616c6573/53616c6574/')
	expect_json "$OUT" '.signature == "invalid" and .group == "Salet"'
}

test_a_refused_packet_is_1_and_the_others_are_told() {
	expect 1 debug < <(printf '%s\n\nzz\nabc\n%s\n' "$(printf '1:7:u:h:32:a' | xxd -p)" \
		"$(printf '1:8:u:h:32:b' | xxd -p)")
	expect_equal 4 "$(wc -l <<<"$OUT")"
	expect_json "$(sed -n 2,3p <<<"$OUT" | jq -cs .)" 'all(.[]; keys == ["error"])'
	expect_json "$OUT" '.text == "b"'
	decode neg_version_2
	expect_equal 1 "$status"
	expect_json "$OUT" '.error | test("version")'
}

test_raw_is_one_packet_with_all_its_bytes() {
	expect 0 debug --raw < <(printf '1:7:u:h:32:two\nlines\0\0\0')
	expect_json "$OUT" '.text == "two\nlines"'
	expect 1 debug --raw < <(head -c 70000 /dev/zero)
	expect_json "$OUT" '.error | test("longer")'
	expect 0 debug --raw </dev/null
	expect_equal '' "$OUT"
}

test_a_name_that_leads_elsewhere_is_not_given_as_a_name() {
	decode neg_attach_traversal
	expect_json "$OUT" '.attachments[0] | .name == null and .refused_name == "../../etc/passwd"'
}

test_text_of_a_packet_cannot_reach_the_terminal() {
	# ESC, C1, a direction override and DEL, in text and names.
	expect 0 debug --raw < <(printf '1:7:u\x1b[2J:h\xe2\x80\xae:32:a\x1b]0;x\x07\xc2\x9b\x7f')
	refuse_text "$OUT" $'\x1b' $'\x7f' $'\u202e' $'\xc2\x9b'
	expect_json "$OUT" '.text == "a\u001b]0;x\u0007\u009b\u007f" and .host == "h\u202e"'
}

test_the_charset_of_unflagged_text_may_be_said() {
	expect 0 debug --charset GB18030 < <(printf '1:7:u:h:32:\xc4\xe3\xba\xc3' | xxd -p)
	expect_json "$OUT" '.text == "你好" and .charset == "GB18030"'
	expect 2 debug --charset SHIFT_JIS </dev/null
	expect_text "$ERR" SHIFT_JIS CP932
}

test_wrong_use_is_2_and_says_what_is_right() {
	expect 2 cam-debug </dev/null
	expect_text "$ERR" 'usage: cam debug packet'
	expect 2 cam-debug nonsense </dev/null
	expect_text "$ERR" nonsense usage
	expect 2 debug --nonsense </dev/null
	expect_text "$ERR" nonsense usage
	expect 2 debug 313a </dev/null
	expect_text "$ERR" stdin 313a
	expect 2 debug --key "$T/none.pem" </dev/null
	expect_text "$ERR" none.pem 'No such file'
	echo hello >"$T/text.pem"
	expect 2 debug --peer-key "$T/text.pem" </dev/null
	expect_text "$ERR" text.pem RSA
	expect 0 cam-debug --help
	expect_text "$OUT" --raw --key --peer-key
}

test_any_bytes_are_told_or_refused_and_never_crash_it() {
	local i
	# Each packet of the file with a byte changed, cut short, or doubled.
	jq -r '.vectors[].packet_hex' "$VECTORS" >"$T/hex"
	for i in 7 19 31 43 59; do
		sed -E "s/^(.{$((2 * i))})../\1ff/" "$T/hex"
		sed -E "s/^(.{$((2 * i))})../\100/" "$T/hex"
		sed -E "s/^(.{$((2 * i))}).*/\1/" "$T/hex"
		sed -E "s/^(.{$((2 * i))})/\1\1/" "$T/hex"
	done >"$T/odd"
	write_keys
	expect 1 debug --key "$T/bob_2048.pem" --key "$T/bob_1024.pem" --peer-key "$T/alice.pub" <"$T/odd"
	expect_equal "$(wc -l <"$T/odd")" "$(jq -c . <<<"$OUT" | wc -l)"
	expect_equal '' "$ERR"
}
