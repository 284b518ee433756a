# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# log.sh: history and search: cam log.

talk() { # TEXT...: anna and bob; anna says each
	user anna && user bob
	start anna && start bob
	meet anna bob
	local text
	for text; do
		cam_as anna send bob "$text" >/dev/null
	done
}

texts() { # NAME ARG...: texts of cam log, joined by |
	local name=$1
	shift
	cam_as "$name" log --json "$@" | jq -r .text | paste -sd '|'
}

test_the_newest_come_oldest_first() {
	talk one two three four
	expect_equal 'one|two|three|four' "$(texts bob)"
	expect_equal 'three|four' "$(texts bob -n 2)"
	expect_equal 'one|two|three|four' "$(texts bob -n 0)"
	expect 2 cam_as bob log -n few
	expect_complaint few
}

test_log_is_of_one_talk_when_asked() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	cam_as bob send anna 'from bob'
	cam_as carl send anna 'from carl'
	cam_as anna send bob 'to bob'
	expect_equal 'from bob|to bob' "$(texts anna bob)"
	expect_equal 'from carl' "$(texts anna carl@pc3)"
	expect 3 cam_as anna log nobody
	expect_complaint nobody
}

test_words_of_any_language_are_found() {
	talk 'the quarterly report is late' '会議は3時から図書館で' '今日開会' 'Grüße aus Köln' 'ｶﾀｶﾅ half width'
	expect_equal 'the quarterly report is late' "$(texts bob --grep report)"
	expect_equal 'the quarterly report is late' "$(texts bob --grep 'REPORT late')"
	expect_equal '会議は3時から図書館で' "$(texts bob --grep 会議)"
	expect_equal '会議は3時から図書館で' "$(texts bob --grep 図)"
	expect_equal '今日開会' "$(texts bob --grep 開会)"
	expect_equal 'Grüße aus Köln' "$(texts bob --grep köln)"
	expect_equal 'ｶﾀｶﾅ half width' "$(texts bob --grep カタカナ)"
	expect_equal '' "$(texts bob --grep nothinglikeit)"
	expect_equal '会議は3時から図書館で|今日開会' "$(texts bob --grep 会)"
}

test_what_looks_like_a_query_is_only_text() {
	talk 'say "hello" AND goodbye' 'a*b OR c'
	expect_equal 'say "hello" AND goodbye' "$(texts bob --grep '"hello"')"
	expect 0 cam_as bob log --json --grep '" OR 1=1 --'
	expect 0 cam_as bob log --json --grep "it's (NEAR *"
	expect 2 cam_as bob log --json --grep '""'
	expect_complaint grep
}

test_since_and_until_bound_the_time() {
	talk first
	local first after
	first=$(cam_as bob log --json | jq -r .time)
	await 5 clock_is_past "$first"
	after=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
	cam_as anna send bob second
	expect_equal second "$(texts bob --since "$after")"
	expect_equal first "$(texts bob --until "$after")"
	expect_equal 'first|second' "$(texts bob --since "$first")"
	expect 2 cam_as bob log --since someday
	expect_complaint someday
}

clock_is_past() { # TIME
	[ "$(date +%s%3N)" -gt "$(date -d "$1" +%s%3N)" ]
}

test_history_survives_a_restart_and_a_crash() {
	talk 'before the restart'
	stop bob && start bob
	expect_equal 'before the restart' "$(texts bob)"
	meet anna bob
	cam_as anna send bob 'before the crash'
	kill_camd bob
	start bob
	expect_equal 'before the restart|before the crash' "$(texts bob)"
}

test_a_reply_points_at_its_message() {
	talk question
	local id
	id=$(cam_as bob log --json | jq -r .id)
	expect 0 cam_as bob send --reply "$id" anna answer
	expect 0 cam_as bob log --json
	json_all --arg id "$id" 'any(.[]; .text == "answer" and .reply == $id)' <<<"$OUT"
	expect 3 cam_as bob send --reply ffffffffffff anna answer
}

test_the_human_log_names_who_when_and_what() {
	talk 'lunch at noon?'
	expect 0 cam_as bob log
	expect_text "$OUT" Anna 'lunch at noon?' "$(date +%H:)"
}

test_a_closed_pipe_is_no_accident() {
	talk one two
	CAM_HOME=$T/bob bash -c 'cam log -n 0 --json | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}' || true
	expect 0 cam_as bob status
	# A full disk under the output is said, not swallowed.
	expect 1 bash -c 'CAM_HOME=$1 cam log >/dev/full' sh "$T/bob"
	expect_text "$ERR" 'cam: '
}
