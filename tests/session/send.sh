# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# send.sh: cam send: what is sent, to whom, what comes out and how it exits.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
}

test_a_message_is_delivered_encrypted_and_stored_on_both_sides() {
	two
	expect 0 cam_as anna send --json bob 'hello bob'
	expect_json "$OUT" '.to == "bob@pc2" and .state == "delivered" and .error == null'
	expect_json "$OUT" '.receipt == "signed" and .encryption == "cam1"'
	expect_json "$OUT" '(.delivered_ms | type) == "number" and (.id | type) == "string"'
	# Confirmed means stored: it is there at once, without waiting.
	expect 0 cam_as bob log --json
	expect_json "$OUT" '.type == "message.received" and .from == "anna@pc1" and .text == "hello bob"'
	expect_json "$OUT" '.to == ["bob@pc2"] and .encryption == "cam1" and .signed == "pinned"'
	expect_json "$OUT" '.state == "delivered" and .sealed == false and .opened == true'
	expect 0 cam_as anna log --json
	expect_json "$OUT" '.type == "message.sent" and .state == "delivered" and .from == "anna@pc1"'
}

test_arguments_are_joined_by_blanks() {
	two
	expect 0 cam_as anna send bob three small words
	expect_equal 1 "$(in_log bob '.text == "three small words"')"
}

test_text_comes_from_stdin_less_its_last_newline() {
	two
	printf 'first\nsecond\n\n' >"$T/text"
	expect 0 cam_as anna send bob - <"$T/text"
	expect_equal 1 "$(in_log bob '.text == "first\nsecond\n"')"
	expect 0 cam_as anna send bob <"$T/text"
	expect_equal 2 "$(in_log bob '.text == "first\nsecond\n"')"
}

test_empty_nul_and_broken_utf8_texts_are_refused() {
	two
	expect 2 cam_as anna send bob </dev/null
	expect_complaint empty
	expect 2 cam_as anna send bob ''
	printf '\n' >"$T/text"
	expect 2 cam_as anna send bob - <"$T/text"
	printf 'a\0b' >"$T/text"
	expect 2 cam_as anna send bob - <"$T/text"
	expect_complaint NUL
	printf 'a\377b' >"$T/text"
	expect 2 cam_as anna send bob - <"$T/text"
	expect_complaint UTF-8
	expect 2 cam_as anna send bob $'caf\351'
	expect_equal 0 "$(in_log bob true)"
	expect_equal 0 "$(in_log anna true)"
}

test_text_is_exact_whatever_it_holds() {
	two
	local text=$'tab\there "quotes" \\ back\n\e[31mred\e[0m \x01 café 会議 👩‍👩‍👧 \u202eabc'
	printf '%s' "$text" >"$T/text"
	expect 0 cam_as anna send bob - <"$T/text"
	cam_as bob log --json | jq -j .text >"$T/got"
	cmp "$T/text" "$T/got"
}

test_the_locale_does_not_matter() {
	two
	LC_ALL=C expect 0 cam_as anna send bob 'grüße 会議'
	expect_equal 1 "$(in_log bob '.text == "grüße 会議"')"
	LC_ALL=C expect 0 cam_as bob log --json
	expect_text "$OUT" 'grüße 会議'
	LC_ALL=ja_JP.eucJP expect 0 cam_as bob log --json
	expect_text "$OUT" 'grüße 会議'
}

test_a_long_message_arrives_whole() {
	two
	# 21 kB of text that no compression or cut could fake.
	printf %s "$(seq 1 4500)" >"$T/text"
	expect 0 cam_as anna send bob - <"$T/text"
	cam_as bob log --json | jq -j .text >"$T/got"
	cmp "$T/text" "$T/got"
}

test_a_message_that_no_packet_could_hold_is_refused_with_its_limit() {
	two
	head -c 1100000 /dev/zero | tr '\0' x >"$T/text"
	run cam_as anna send bob - <"$T/text"
	expect_equal 2 "$status"
	expect_complaint
}

test_an_unknown_user_is_named_with_who_might_be_meant() {
	two
	expect 3 cam_as anna send bbo@pc2 hello
	expect_complaint "no user matches 'bbo@pc2'" bob@pc2
	expect 3 cam_as anna send nobody hello
	expect_complaint "no user matches 'nobody'"
	expect_equal 0 "$(in_log anna true)"
}

test_an_ambiguous_beginning_lists_the_candidates() {
	user anna && user bob && user bobby
	start anna && start bob && start bobby
	meet anna bob && meet anna bobby
	expect 3 cam_as anna send bo hello
	expect_complaint bob@pc2 bobby@pc3
	# A whole match wins over beginnings, ASCII case ignored.
	expect 0 cam_as anna send BOB hello
	expect_equal 1 "$(in_log bob true)"
	expect_equal 0 "$(in_log bobby true)"
}

test_several_recipients_get_one_message_each() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	expect 0 cam_as anna send --json bob,carl,bob@pc2 'to both'
	expect_equal 2 "$(wc -l <<<"$OUT")"
	expect_equal 'bob@pc2 carl@pc3' "$(jq -r .to <<<"$OUT" | sort | xargs)"
	expect_equal 1 "$(jq -r .id <<<"$OUT" | sort -u | wc -l)"
	expect_equal 1 "$(in_log bob '.text == "to both"')"
	expect_equal 1 "$(in_log carl '.text == "to both"')"
	expect_equal 1 "$(in_log anna true)"
	# Everybody in it is told to everybody.
	cam_as carl log --json | json_last '.to | sort == ["bob@pc2", "carl@pc3"]'
}

test_some_recipients_reached_is_8() {
	two
	expect 8 cam_as anna send --json bob,nobody 'to one'
	expect_text "$ERR" nobody
	expect_equal 1 "$(in_log bob true)"
	json_all 'any(.[]; .to == "bob@pc2" and .state == "delivered") and
		any(.[]; .to == "nobody" and .state == "failed" and .error != null)' <<<"$OUT"
}

test_all_is_everybody_online() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	expect 0 cam_as anna send @all 'to all'
	await_log bob '.text == "to all"'
	await_log carl '.text == "to all"'
	stop bob && stop carl
	await_user anna bob@pc2 offline
	await_user anna carl@pc3 offline
	expect 3 cam_as anna send @all 'to nobody'
}

test_a_group_is_all_who_are_in_it() {
	user anna && user bob user.group=Sales && user carl user.group=Sales
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	expect 0 cam_as anna send @sales 'to the group'
	expect_equal 1 "$(in_log bob '.text == "to the group"')"
	expect_equal 1 "$(in_log carl '.text == "to the group"')"
	expect 3 cam_as anna send @nogroup hello
}

test_who_is_away_is_queued_and_delivered_on_return() {
	two
	stop bob
	await_user anna bob@pc2 offline
	expect 4 cam_as anna send --json --timeout 1 bob 'while you were out'
	expect_json "$OUT" '.state == "queued" or .state == "sent"'
	expect_text "$ERR" bob@pc2
	cam_as anna watch --json --type message.state --timeout 30 >"$T/states" &
	local watcher=$!
	start bob
	await_log bob '.text == "while you were out"'
	await_log anna '.state == "delivered"'
	kill $watcher && wait $watcher || true
	expect_equal 1 "$(in_log bob true)"
}

test_no_wait_is_0_once_queued() {
	two
	stop bob
	expect 0 cam_as anna send --no-wait --json bob 'later'
	expect_json "$OUT" '.state == "queued" or .state == "sent"'
	start bob
	await_log bob '.text == "later"'
}

test_what_is_queued_survives_a_restart() {
	two
	stop bob
	expect 0 cam_as anna send --no-wait bob 'across a restart'
	stop anna
	start bob
	start anna
	await_log bob '.text == "across a restart"'
	await_log anna '.text == "across a restart" and .state == "delivered"'
	expect_equal 1 "$(in_log bob true)"
}

test_a_sealed_message_shows_its_text_only_when_opened_and_its_sender_hears() {
	two
	expect 0 cam_as anna send --json --seal bob 'the secret'
	expect_json "$OUT" '.state == "delivered"'
	local id
	expect 0 cam_as bob log --json
	expect_json "$OUT" '.sealed and (.opened | not) and .text == null and .state == "delivered"'
	id=$(jq -r .id <<<"$OUT")
	expect 0 cam_as bob log
	refuse_text "$OUT" 'the secret'
	expect 0 cam_as bob log --grep secret
	refuse_text "$OUT" 'the secret'
	expect 0 cam_as bob open "$id"
	expect_text "$OUT" 'the secret'
	await_log anna '.state == "opened"'
	expect 0 cam_as bob log --json
	expect_json "$OUT" '.text == "the secret" and .opened and .state == "opened"'
}

test_until_opened_waits_for_the_opening() {
	two
	expect 4 cam_as anna send --seal --until opened --timeout 0.5 bob 'unread'
	cam_as bob watch --type message.received --count 1 --timeout 20 --json >"$T/got" &
	local watcher=$!
	cam_as anna send --seal --until opened --timeout 20 --json bob 'do read' >"$T/sent" &
	local sender=$!
	await_log bob '.sealed' # the first
	await 20 sealed_twice
	cam_as bob log --json | jq -r 'select(.opened | not) | .id' | while read -r id; do
		cam_as bob open "$id" >/dev/null
	done
	wait $sender
	json_last '.state == "opened"' "$T/sent"
	kill $watcher 2>/dev/null || true
}

sealed_twice() {
	[ "$(in_log bob '.sealed')" = 2 ]
}

test_opening_what_is_not_there_is_3() {
	two
	expect 3 cam_as anna open ffffffffffff
	expect_complaint ffffffffffff
	expect 0 cam_as anna send bob plain
	expect 2 cam_as anna open
}

test_read_marks_a_talk() {
	two
	expect 0 cam_as anna send bob one
	expect 0 cam_as anna send bob two
	expect_json "$(cam_as bob status --json)" '.unread == 2'
	expect 0 cam_as bob read anna
	expect_json "$(cam_as bob status --json)" '.unread == 0'
	expect 3 cam_as bob read nobody
}

test_options_that_do_not_fit_are_usage_errors() {
	two
	expect 2 cam_as anna send
	expect_complaint
	expect 2 cam_as anna send --nonsense bob hello
	expect_complaint --nonsense
	expect 2 cam_as anna send --until tomorrow bob hello
	expect 2 cam_as anna send --timeout never bob hello
	expect 1 cam_as anna send --file /no/such/file bob hello
	expect_complaint /no/such/file
	expect_equal 0 "$(in_log bob true)"
}

test_cleartext_is_refused_where_a_setting_says_so() {
	user anna security.cleartext=off
	start anna
	expect 0 cam_as anna config get security.cleartext
	expect_text "$OUT" off
}
