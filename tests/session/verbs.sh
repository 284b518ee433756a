# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# verbs.sh: the command itself: help, version, what it does not know, what is not there yet.

test_version_says_what_is_in() {
	expect 0 cam version
	expect_text "$OUT" cam
	expect 0 cam --version
	expect 0 cam version --json
	expect_json "$OUT" '.version | test("^[0-9]+\\.[0-9]+")'
}

test_help_lists_the_verbs_and_each_verb_has_its_own() {
	expect 0 cam --help
	expect_text "$OUT" send ls watch log away status doctor
	expect 0 cam send --help
	expect_text "$OUT" --seal --timeout WHO
	expect 0 cam help send
	expect_text "$OUT" --seal
}

test_an_unknown_verb_is_2_and_named() {
	expect 2 cam sned
	expect_complaint sned send
	expect 2 cam --nonsense
	expect_complaint --nonsense
}

test_verbs_that_are_not_there_yet_say_so() {
	local verb
	for verb in call room export import org ask answer run device server doc cal note; do
		expect 2 cam $verb
		expect_complaint "$verb"
		refuse_text "$ERR" 'no verb'
	done
}

test_a_program_of_that_name_becomes_a_verb() {
	mkdir "$T/bin"
	printf '#!/bin/sh\necho "extra: $*"; exit 7\n' >"$T/bin/cam-extra"
	chmod +x "$T/bin/cam-extra"
	PATH=$T/bin:$PATH expect 7 cam extra one 'two three'
	expect_equal 'extra: one two three' "$OUT"
}

test_debug_needs_no_camd() {
	printf '313a3130303a616e6e613a7063313a3238383a68656c6c6f00' >"$T/hex"
	expect 0 cam debug packet <"$T/hex"
	expect_json "$OUT" '.version == "1" and .packet_no == 100 and .user == "anna" and .host == "pc1"'
	expect_json "$OUT" '.command == "SENDMSG" and (.options | index("SENDCHECKOPT")) and .text == "hello"'
	echo 'zz' >"$T/hex"
	expect 1 cam debug packet <"$T/hex"
	expect_json "$OUT" '.error | type == "string"'
	expect 2 cam debug
	expect 2 cam debug nonsense
}

test_rpc_calls_any_method() {
	user anna && start anna
	expect 0 cam_as anna rpc status.get
	expect_json "$OUT" '.id == "anna@pc1"'
	expect 0 cam_as anna rpc roster.list '{"all":true}'
	expect_json "$OUT" '.users == []'
	expect 2 cam_as anna rpc status.get '{broken'
	expect 3 cam_as anna rpc message.get '{"id":"ffffffff"}'
	run cam_as anna rpc no.method
	[ "$status" != 0 ] || fail 'a method that is none was called'
	expect_text "$ERR" no.method
}

test_the_socket_refuses_what_is_not_the_protocol() {
	user anna && start anna
	local line answer
	while read -r line; do
		answer=$(printf '%s\n' "$line" | socat -t 5 - "UNIX-CONNECT:$T/anna/run/camd.sock" | head -n 1)
		expect_json "$answer" '.error.code < 0 and (.error.data.exit | type) == "number"'
	done <<-'END'
		this is no JSON
		{"jsonrpc":"2.0","id":1,"method":"status.get"}
		{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":99,"program":"x","version":"0"}}
		[]
		{"jsonrpc":"2.0","id":1}
	END
	# A line over the limit closes that connection and nothing else.
	head -c 9000000 /dev/zero | tr '\0' '[' |
		timeout 30 socat -u - "UNIX-CONNECT:$T/anna/run/camd.sock" 2>/dev/null || true
	expect 0 cam_as anna status
}

test_completion_knows_the_verbs_and_live_names() {
	local file=$TEST_TOP/completions/cam.bash
	[ -e "$file" ] || fail 'no completion for bash'
	user anna && user bob
	start anna && start bob
	meet anna bob
	complete_line() { # LINE
		# shellcheck source=/dev/null
		CAM_HOME=$T/anna bash -c '. "$1"
			COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9
			read -ra COMP_WORDS <<<"$2"
			case $2 in *" ") COMP_WORDS+=("") ;; esac
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			function=$(complete -p cam | sed -n "s/.*-F \([^ ]*\) .*/\1/p")
			"$function" cam "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null || true
			printf "%s\n" "${COMPREPLY[@]}"' sh "$file" "$1"
	}
	expect_text "$(complete_line 'cam se')" send
	expect_text "$(complete_line 'cam send bo')" bob
	expect_text "$(complete_line 'cam send --se')" --seal
	expect_text "$(complete_line 'cam config get user.ni')" user.nick
}

test_the_other_completions_are_read_by_their_shells() {
	if command -v zsh >/dev/null; then zsh -n "$TEST_TOP/completions/_cam"; fi
	if command -v fish >/dev/null; then fish -n "$TEST_TOP/completions/cam.fish"; fi
	bash -n "$TEST_TOP/completions/cam.bash"
}
