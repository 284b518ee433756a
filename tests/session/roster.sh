# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# roster.sh: who is there: cam ls, user, away and back, over restarts and name changes.

two() {
	user anna user.group=Sales && user bob
	start anna && start bob
	meet anna bob
}

of_bob() { # FILTER: in anna's roster
	await 20 roster_has anna ".id == \"bob@pc2\" and ($1)"
}

test_ls_has_every_field_of_the_contract() {
	two
	expect 0 cam_as bob ls --json
	expect_json "$OUT" '.id == "anna@pc1" and .user == "anna" and .host == "pc1" and .nick == "Anna"'
	expect_json "$OUT" ".group == \"Sales\" and .addr == \"${ADDR_OF[anna]}\" and .port == 2425"
	expect_json "$OUT" '.state == "online" and .away == null and (.client | startswith("cam"))'
	expect_json "$OUT" '.encryption == "rsa2048-aes256" and .verified == false'
	expect_json "$OUT" '.priority == 0 and .hidden == false'
	expect_json "$OUT" '.seen | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)$")'
	expect_json "$OUT" 'has("fingerprint")'
}

test_a_fingerprint_is_pinned_once_they_have_talked() {
	two
	expect 0 cam_as anna send bob hello
	local own
	own=$(cam_as anna key --json | jq -r .fingerprint)
	expect_text "$own" ''
	await 10 roster_has bob ".id == \"anna@pc1\" and .fingerprint == \"$own\""
}

test_ls_leaves_out_oneself() {
	two
	expect 0 cam_as anna ls --all --json
	expect_equal bob@pc2 "$(jq -r .id <<<"$OUT")"
	expect 0 cam_as anna ls
	expect_text "$OUT" Bob
	refuse_text "$OUT" anna@pc1
}

test_who_leaves_is_offline_and_comes_back() {
	two
	stop bob
	await_user anna bob@pc2 offline
	start bob
	await_user anna bob@pc2
}

test_absence_is_seen_and_ends() {
	two
	expect 0 cam_as bob away 'at lunch'
	of_bob '.state == "away" and .away == "at lunch"'
	expect 0 cam_as anna ls
	expect_text "$OUT" 'at lunch'
	expect 0 cam_as bob away 'in a meeting'
	of_bob '.state == "away" and .away == "in a meeting"'
	expect 0 cam_as bob back
	of_bob '.state == "online" and .away == null'
}

test_absence_survives_a_restart() {
	two
	expect 0 cam_as bob away holidays
	stop bob && start bob
	of_bob '.state == "away"'
	expect_json "$(cam_as bob status --json)" '.state == "away" and .away == "holidays"'
}

test_who_is_away_answers_by_itself_once() {
	two
	expect 0 cam_as bob away 'at lunch'
	of_bob '.state == "away"'
	expect 0 cam_as anna send bob 'are you there?'
	await_log anna '.from == "bob@pc2" and (.text | contains("at lunch"))'
	expect 0 cam_as anna send bob 'and now?'
	expect 0 cam_as anna rpc daemon.sync
	expect_equal 1 "$(in_log anna '.from == "bob@pc2"')"
}

test_two_who_are_away_do_not_answer_each_other() {
	two
	expect 0 cam_as anna away 'out'
	expect 0 cam_as bob away 'out too'
	expect 0 cam_as anna send bob 'hello'
	await_log anna '.from == "bob@pc2"'
	expect 0 cam_as bob rpc daemon.sync
	expect 0 cam_as anna rpc daemon.sync
	expect_equal 1 "$(in_log bob '.from == "anna@pc1"')"
	expect_equal 1 "$(in_log anna '.from == "bob@pc2"')"
}

test_the_roster_survives_a_restart() {
	two
	expect 0 cam_as anna user rename bob Bobby
	expect 0 cam_as anna user priority bob 7
	stop bob && await_user anna bob@pc2 offline
	stop anna && start anna
	expect 0 cam_as anna ls --all --json
	expect_json "$OUT" '.id == "bob@pc2" and .state == "offline" and .priority == 7 and .nick == "Bob"'
	expect 0 cam_as anna rpc roster.resolve '{"who":"Bobby"}'
	expect_text "$OUT" bob@pc2
}

test_hidden_users_are_listed_with_all_only() {
	two
	expect 0 cam_as anna user hide bob
	expect 0 cam_as anna ls --json
	expect_equal '' "$OUT"
	expect 0 cam_as anna ls --all --json
	expect_json "$OUT" '.hidden'
	expect 0 cam_as anna user show bob
	expect 0 cam_as anna ls --json
	expect_json "$OUT" '.hidden | not'
}

test_priority_and_sort_order_the_list() {
	user anna && user bob && user carl && user dora
	start anna && start bob && start carl && start dora
	meet anna bob && meet anna carl && meet anna dora
	expect 0 cam_as anna ls --json --sort user
	expect_equal 'bob carl dora' "$(jq -r .user <<<"$OUT" | xargs)"
	expect 0 cam_as anna user priority dora 5
	expect 0 cam_as anna ls --json
	expect_equal dora "$(jq -r .user <<<"$OUT" | head -n 1)"
	expect 2 cam_as anna ls --sort nonsense
	expect_complaint nonsense
}

test_refresh_asks_the_network() {
	two
	stop bob
	await_user anna bob@pc2 offline
	user carl 'net.broadcast='
	start carl
	# carl told nobody; a refresh reaches him, since anna's list names his address.
	expect 0 cam_as anna ls --refresh --json
	json_all 'any(.[]; .id == "carl@pc3" and .state == "online")' <<<"$OUT"
}

test_a_new_nick_and_group_are_told_at_once() {
	two
	expect 0 cam_as bob config set user.nick Robert
	of_bob '.nick == "Robert"'
	expect 0 cam_as bob config set user.group 'Research & Development'
	of_bob '.group == "Research & Development"'
	expect 0 cam_as anna send robert 'by the new nick'
	expect_equal 1 "$(in_log bob true)"
}

test_a_person_on_a_new_host_is_the_same_person() {
	two
	expect 0 cam_as anna send bob 'to the old host'
	expect 0 cam_as bob send anna 'from the old host'
	stop bob
	sed -i 's/^user.host = .*/user.host = newpc/' "$T/bob/cam.ini"
	start bob
	await_user anna bob@newpc
	expect 0 cam_as anna ls --all --json
	expect_equal bob@newpc "$(jq -r .id <<<"$OUT")"
	expect 0 cam_as anna send bob 'to the new host'
	expect_equal 2 "$(in_log bob '.from == "anna@pc1"')"
}

test_a_second_key_under_a_known_name_is_another_user() {
	two
	expect 0 cam_as anna send bob 'pins the key'
	expect 0 cam_as bob send anna 'pins the other'
	stop bob
	rm -rf "$T/bob/data"
	start bob
	await 20 roster_has anna '.id | startswith("bob@pc2/")'
	# The one known before keeps its key.
	roster_has anna '.id == "bob@pc2"'
	expect 0 cam_as anna ls --all --json
	expect_equal 2 "$(wc -l <<<"$OUT")"
	expect_equal 2 "$(jq -r .fingerprint <<<"$OUT" | sort -u | wc -l)"
}

test_names_of_any_language_are_shown() {
	user anna 'user.nick=田中太郎' 'user.group=営業部' && user bob
	start anna && start bob
	meet anna bob
	expect 0 cam_as bob ls
	expect_text "$OUT" 田中太郎 営業部
	expect 0 cam_as bob send 田中太郎 'こんにちは'
	expect_equal 1 "$(in_log anna '.text == "こんにちは"')"
}

test_status_says_what_runs() {
	two
	expect 0 cam_as anna status --json
	expect_json "$OUT" '.id == "anna@pc1" and .port == 2425 and .state == "online"'
	expect_json "$OUT" '.users.online == 1 and .users.offline == 0 and (.version | type) == "string"'
	expect_json "$OUT" ".addresses == [\"${ADDR_OF[anna]}\"] and .pid == ${PID_OF[anna]}"
	expect 0 cam_as anna status
	expect_text "$OUT" anna@pc1
}

test_key_shows_the_own_fingerprint() {
	two
	expect 0 cam_as anna key --json
	expect_json "$OUT" '.fingerprint | test("^[0-9a-f]{16}")'
	local fingerprint
	fingerprint=$(jq -r .fingerprint <<<"$OUT")
	expect 0 cam_as anna key
	expect_text "$(tr -d ' \n' <<<"$OUT")" "$fingerprint"
	# It is the same after a restart.
	stop anna && start anna
	expect_equal "$fingerprint" "$(cam_as anna key --json | jq -r .fingerprint)"
}
