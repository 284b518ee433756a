# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# verify.sh: keys compared, changed and accepted, between whole camd.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
}

number_of() { # NAME WHO: the safety number as that user sees it
	cam_as "$1" verify --json "$2" | jq -r .safety_number
}

# Somebody else who calls himself as the first user does.
impostor() { # NAME
	user "$1" user.name=bob user.host=pc2
	start "$1"
}

test_both_sides_see_the_same_number_at_first_contact() {
	two
	expect 0 cam_as anna verify --json bob
	expect_json "$OUT" '.id == "bob@pc2" and .verified == false and .blocked == false'
	expect_json "$OUT" '(.safety_number | test("^[0-9]{60}$")) and .changed == null'
	expect_json "$OUT" '(.user_key | test("^[0-9a-f]{64}$"))'
	expect_equal "$(number_of anna bob)" "$(number_of bob anna)"
	expect_equal "$(cam_as bob key --json | jq -r .user_key)" \
		"$(cam_as anna verify --json bob | jq -r .user_key)"
	expect 0 cam_as anna ls --json
	expect_json "$OUT" '.encryption == "cam1" and .verified == false and .blocked == false'
	refuse_text "$(cam_as anna ls)" verified
}

test_what_was_compared_stays_verified() {
	two
	expect 0 cam_as anna verify --accept --json bob
	expect_json "$OUT" '.verified == true and .id == "bob@pc2" and (.compared | type) == "string"'
	expect_text "$(cam_as anna ls)" 'cam/1, verified'
	# It is anna's own opinion.
	expect 0 cam_as bob verify --json anna
	expect_json "$OUT" '.verified == false'
	stop anna && start anna
	meet anna bob
	expect 0 cam_as anna verify --json bob
	expect_json "$OUT" '.verified == true'
	expect 0 cam_as anna ls --json
	expect_json "$OUT" '.verified == true'
}

test_who_is_nobody_cannot_be_verified() {
	user anna
	start anna
	expect 3 cam_as anna verify nobody
	expect_complaint nobody
	expect 2 cam_as anna verify
	expect 2 cam_as anna verify one two
	expect 2 cam_as anna verify anna@pc1
}

test_an_impostor_is_told_aloud_and_gets_nothing() {
	two
	expect 0 cam_as anna verify --accept --json bob
	expect 0 cam_as anna send --json bob 'for bob alone'
	expect_json "$OUT" '.encryption == "cam1" and .receipt == "signed"'
	stop bob
	await_user anna bob@pc2 offline
	expect 0 cam_as anna send --no-wait bob 'still for bob alone'
	in_background anna "$T/told" watch --type key --json --count 1 --timeout 60
	await 20 is_watched anna
	impostor eve
	await 30 test -s "$T/told"
	await 30 roster_has anna '.id == "bob@pc2" and .blocked == true'
	expect_text "$(cam_as anna ls)" 'KEY CHANGED'
	# He is a user of his own.
	await 20 roster_has anna '(.id | startswith("bob@pc2/")) and .state == "online"'
	expect 7 cam_as anna send --json --timeout 20 bob@pc2 'not now'
	expect_json "$OUT" '.state == "queued" and (.error | test("bob@pc2"))'
	expect 7 cam_as anna send --clear --no-wait bob@pc2 'nor now'
	expect_text "$ERR" 'cam verify bob@pc2'
	expect 0 cam_as anna verify --json bob@pc2
	expect_json "$OUT" '.verified == true and .blocked == true and (.changed.id | startswith("bob@pc2/"))'
	expect_json "$OUT" '.changed.safety_number != .safety_number'
	expect_equal 0 "$(in_log eve 'true')"
	# bob himself shows nothing new; who is right is for people to say.
	stop eve
	start bob
	await_user anna bob@pc2
	expect_equal 1 "$(in_log bob 'true')"
	expect 0 cam_as anna rpc key.accept "$(cam_as anna verify --json bob@pc2 |
		jq -c '{who: .id, key: .user_key}')"
	expect_json "$OUT" '.verified == true and .accepted == false'
	await_log bob '.text == "still for bob alone"'
	expect 0 cam_as anna send bob@pc2 'welcome back'
	# What was written meanwhile has waited for it.
	await_log bob '.text == "not now"' && await_log bob '.text == "nor now"'
	expect_equal 5 "$(in_log bob 'true')"
}

test_an_accepted_key_goes_on_with_what_was_there() {
	two
	expect 0 cam_as anna verify --accept --json bob
	expect 0 cam_as anna send bob 'before'
	local before
	before=$(number_of anna bob)
	stop bob
	await_user anna bob@pc2 offline
	expect 0 cam_as anna send --no-wait bob 'meanwhile'
	# bob with a new machine.
	impostor again
	await 30 roster_has anna '.id == "bob@pc2" and .blocked == true'
	expect 7 cam_as anna send --timeout 20 bob@pc2 'not now'
	expect 0 cam_as anna verify --accept --json bob@pc2
	expect_json "$OUT" '.id == "bob@pc2" and .verified == false and .blocked == false'
	expect_json "$OUT" '.changed == null and .safety_number != null'
	[ "$(number_of anna bob@pc2)" != "$before" ] || fail 'the old number'
	expect_equal "$(number_of again anna)" "$(number_of anna bob@pc2)"
	await_log again '.text == "meanwhile"'
	expect 0 cam_as anna send bob 'after'
	await_log again '.text == "not now"'
	expect_equal 4 "$(cam_as anna log --json bob -n 0 | jq -s length)"
	expect_equal 1 "$(cam_as anna ls --all --json | jq -s length)"
	expect 0 cam_as anna verify --accept --json bob
	expect_json "$OUT" '.verified == true'
}

test_after_accepting_another_nothing_goes_to_the_old_key() {
	two
	expect 0 cam_as anna verify --accept --json bob
	expect 0 cam_as anna send bob 'to the old key'
	# The old one is still there, and linked.
	impostor again
	await 30 roster_has anna '.id == "bob@pc2" and .blocked == true'
	expect 0 cam_as anna verify --accept --json bob@pc2
	expect 0 cam_as anna send --json bob@pc2 'to the new key'
	expect_json "$OUT" '.encryption == "cam1" and .receipt == "signed"'
	expect_equal 1 "$(in_log again '.text == "to the new key"')"
	expect_equal 0 "$(in_log bob '.text == "to the new key"')"
	# What the old one is now is a stranger with that name.
	expect_equal "$(number_of again anna)" "$(number_of anna bob@pc2)"
}

test_a_known_ipmsg_key_with_another_user_key_is_a_changed_key() {
	two
	expect 0 cam_as anna send --json bob 'to bob'
	expect_json "$OUT" '.encryption == "cam1"'
	stop bob
	in_background anna "$T/told" watch --type key --json --timeout 60
	await 20 is_watched anna
	find "$T/bob/data/keys" -type f ! -name 'rsa*.pem' -delete
	start bob
	# Not in clear, not by IPMSG, not to the new key: it waits.
	expect 4 cam_as anna send --timeout 5 bob@pc2 'to bob again'
	await 20 json_last '.id == "bob@pc2" and .verified == false and .blocked == false' "$T/told"
	roster_has anna '.id == "bob@pc2" and .encryption == "cam1"'
	await 20 roster_has anna '.id | startswith("bob@pc2/")'
	expect_equal 1 "$(in_log bob 'true')"
	# People say that it is he.
	expect 0 cam_as anna verify --accept --json bob@pc2
	expect_json "$OUT" '.verified == false and .changed == null'
	await_log bob '.text == "to bob again"'
	expect_equal 1 "$(cam_as anna ls --all --json | jq -s length)"
}

test_who_speaks_ipmsg_only_has_a_digest_and_no_number() {
	two
	expect 0 cam_as anna key --json
	expect_json "$OUT" '(.keys[0].digest | test("^[0-9a-f]{64}$")) and (.device | length) == 32'
}
