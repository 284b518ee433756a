# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# change.sh: cam edit, cam delete and cam send --reply between two camd.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
}

# The id of NAME's newest message.
newest() {
	cam_as "$1" log -n 1 --json | jq -r .id
}

test_an_edit_changes_both_histories_and_what_is_found() {
	two
	expect 0 cam_as anna send bob 'lunch at noon'
	local id
	id=$(newest anna)
	expect_equal "$id" "$(newest bob)"
	expect 0 cam_as anna edit "${id:0:8}" 'dinner at noon'
	expect_text "$OUT" 'bob@pc2: delivered'
	for name in anna bob; do
		expect_equal 1 "$(in_log "$name" true)"
		expect_equal 1 "$(in_log "$name" '.text == "dinner at noon" and .edited != null and (.deleted | not)')"
		expect_equal '' "$(cam_as "$name" log --grep lunch)"
		expect_text "$(cam_as "$name" log --grep dinner)" 'dinner at noon'
	done
}

test_a_deletion_leaves_a_place_without_text() {
	two
	expect 0 cam_as anna send bob 'never said'
	local id
	id=$(newest anna)
	expect 0 cam_as anna delete --json "$id"
	expect_json "$OUT" '.state == "delivered" and .receipt == "signed" and .encryption == "cam1"'
	for name in anna bob; do
		expect_equal 1 "$(in_log "$name" '.text == null and .deleted')"
		expect_equal '' "$(cam_as "$name" log --grep said)"
		expect_text "$(cam_as "$name" log)" '(deleted)'
	done
	expect 2 cam_as anna edit "$id" 'yet again'
	expect_complaint deleted
	stop bob
	! grep -aq 'never said' "$T"/bob/data/cam.db* || fail 'its text is still in the database'
}

test_only_the_sender_changes_a_message() {
	two
	expect 0 cam_as anna send bob 'mine'
	expect 2 cam_as bob edit "$(newest bob)" 'yours'
	expect 2 cam_as bob delete "$(newest bob)"
	expect_equal 1 "$(in_log anna '.text == "mine" and .edited == null')"
}

test_changes_wait_for_who_is_away() {
	two
	expect 0 cam_as anna send bob 'before'
	local id
	id=$(newest anna)
	stop bob
	expect 4 cam_as anna edit --timeout 0.2 "$id" 'after'
	expect 0 cam_as anna delete --no-wait "$(cam_as anna send --no-wait --json bob 'forget it' | jq -r .id)"
	stop anna
	start anna && start bob
	await_log bob '.text == "after" and .edited != null'
	expect 0 cam_as anna send bob 'last'
	expect_equal 0 "$(in_log bob '.text == "forget it"')"
}

test_an_answer_quotes_what_it_answers() {
	two
	in_background bob "$T/watched" watch --json --type message
	await 20 is_watched bob
	expect 0 cam_as anna send bob 'one or two?'
	expect 0 cam_as bob send --reply "$(newest bob)" anna 'two'
	expect_equal 1 "$(in_log anna '.text == "two" and .quote.text == "one or two?" and .quote.from == "anna@pc1"')"
	expect 0 cam_as anna edit "$(cam_as anna log --grep one --json | jq -r .id)" 'three?'
	expect_equal 1 "$(in_log bob '.text == "two" and .quote.text == "three?"')"
	await 20 json_last '.type == "message.changed" and .message.text == "three?"' "$T/watched"
	json_all 'any(.[]; .type == "message.sent" and .quote.text == "one or two?")' "$T/watched"
}

test_a_mebibyte_is_edited_and_shown() {
	two
	head -c 1048576 /dev/zero | tr '\0' '"' >"$T/long"
	expect 0 cam_as anna send bob 'short'
	expect 0 cam_as anna edit "$(newest anna)" - <"$T/long"
	expect_equal 1048576 "$(cam_as bob log --json | jq '.text | length')"
	cam_as bob log --json | jq -j .text | cmp - "$T/long"
}
