# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# ask.sh: cam ask and cam answer: questions from scripts, answered by people.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
}

# anna asks; her process is $ASKER, what it says is in $T/asked.
ask() { # ARG...
	in_background anna "$T/asked" ask "$@"
	ASKER=$!
}

# Its id, as bob knows it, once he has it.
question() { # TEXT
	await_log bob ".choices != null and (.text | startswith(\"$1\"))"
	cam_as bob log --json -n 0 | jq -r "select(.choices != null and (.text | startswith(\"$1\"))) | .id"
}

answered_by() { # CODE TEXT: what the asker's process does
	local rc=0
	wait "$ASKER" || rc=$?
	expect_equal "$1" "$rc"
	expect_equal "$2" "$(cat "$T/asked")"
}

test_a_number_is_a_choice() {
	two
	ask bob 'Deploy to production?' --choices yes,no
	question Deploy >"$T/id"
	cam_as bob log --json >"$T/log"
	expect_json "$(cat "$T/log")" '.choices == ["yes", "no"]'
	expect_json "$(cat "$T/log")" '.text == "Deploy to production?\n1) yes\n2) no"'
	expect 0 cam_as bob send anna 2
	answered_by 11 no
	# The answer is a reply, as both sides see.
	expect_equal 1 "$(in_log anna ".reply == \"$(cat "$T/id")\" and .text == \"2\"")"
	expect_equal 1 "$(in_log anna '.type == "message.sent" and .choices == ["yes", "no"]')"
}

test_a_text_is_a_choice_in_any_case_and_width() {
	two
	ask bob 'Which?' --choices 'main, Release 2'
	question Which
	expect 0 cam_as bob send anna ' ＲＥＬＥＡＳＥ　２ '
	answered_by 11 'Release 2'
}

test_another_text_is_an_answer_too() {
	two
	ask bob 'Deploy?' --choices yes,no
	question Deploy
	expect 0 cam_as bob send anna 'not before noon'
	answered_by 0 'not before noon'
	rm "$T/asked"
	ask bob 'And why?'
	question 'And why'
	expect 0 cam_as bob send anna 1
	answered_by 0 1
}

test_answer_names_the_question() {
	two
	ask bob 'Deploy?' --choices yes,no
	question Deploy >"$T/id"
	expect 2 cam_as anna answer "$(cat "$T/id")" 1
	expect 3 cam_as bob answer ffffffff 1
	expect 0 cam_as bob answer "$(cat "$T/id")" ２
	expect_equal 1 "$(in_log bob '.type == "message.sent" and .text == "no"')"
	answered_by 11 no
}

test_of_two_questions_the_oldest_is_answered_first_or_the_one_replied_to() {
	two
	ask bob 'First?' --choices a,b
	question First >"$T/first"
	in_background anna "$T/second" ask bob 'Second?' --choices c,d
	local second=$! rc=0
	question Second >/dev/null
	in_background anna "$T/third" ask bob 'Third?' --choices e,f
	local third=$!
	question Third >"$T/id"
	expect 0 cam_as bob answer "$(cat "$T/id")" 2
	wait $third || rc=$?
	expect_equal 11 $rc
	expect_equal f "$(cat "$T/third")"
	expect 0 cam_as bob send anna 2
	answered_by 11 b
	expect 0 cam_as bob send anna 1
	rc=0
	wait $second || rc=$?
	expect_equal 10 $rc
	expect_equal c "$(cat "$T/second")"
}

test_what_is_given_up_takes_no_answer() {
	two
	expect 4 cam_as anna ask bob 'Too late?' --choices a,b --timeout 0.3
	expect_complaint 'no answer in time'
	ask bob 'Interrupted?' --choices a,b
	question Interrupted
	kill -INT "$ASKER"
	answered_by 130 ''
	ask bob 'Now?' --choices c,d
	question Now
	expect 0 cam_as bob send anna d
	answered_by 11 d
	# A late answer is a message like others.
	expect 0 cam_as bob send anna a
	expect_equal 1 "$(in_log anna '.text == "a" and .reply == null')"
}

test_sealed_messages_edits_and_automatic_ones_are_no_answers() {
	two
	expect 0 cam_as bob send --json anna 'written before'
	local old
	old=$(jq -r .id <<<"$OUT")
	expect 0 cam_as bob away 'lunch'
	ask bob 'Deploy?' --choices yes,no
	question Deploy
	await_log anna '.text | contains("lunch")'
	expect 0 cam_as bob send --seal anna yes
	expect 0 cam_as bob edit "$old" yes
	expect 0 cam_as bob send anna no
	answered_by 11 no
}

test_a_question_survives_a_restart_of_camd() {
	two
	ask bob 'Deploy?' --choices yes,no
	question Deploy
	stop anna
	start anna
	meet anna bob
	await 20 is_watched anna
	expect 0 cam_as bob send anna yes
	answered_by 10 yes
}

test_an_answer_that_waited_for_camd_is_taken() {
	two
	ask bob 'Deploy?' --choices yes,no
	question Deploy
	kill_camd anna
	expect 4 cam_as bob send anna no --timeout 0.1
	start anna
	answered_by 11 no
}

test_what_cannot_be_asked_is_refused() {
	two
	expect 3 cam_as anna ask nobody 'Deploy?' --choices a,b
	expect 2 cam_as anna ask bob 'Deploy?' --choices a,,b
	expect_complaint 'empty choice'
	expect 2 cam_as anna ask bob 'Deploy?' --choices yes,YES
	expect 2 cam_as anna ask bob '' --choices a,b
	expect 2 cam_as anna ask bob 'Deploy?' --choices "$(seq -s , 51)"
	expect 5 cam_as nobody ask --no-start bob 'Deploy?'
	expect_equal 0 "$(in_log anna true)"
}

test_json_tells_the_choice() {
	two
	ask bob 'Deploy?' --choices yes,no --json
	question Deploy
	in_background anna "$T/events" watch --type question --json --count 1
	await 10 is_watched anna
	expect 0 cam_as bob send anna NO
	local rc=0
	wait "$ASKER" || rc=$?
	expect_equal 11 $rc
	expect_json "$(cat "$T/asked")" '.choice == 2 and .answer == "no" and .message.text == "NO"'
	expect_json "$(cat "$T/asked")" '.from == "bob@pc2" and .type == "question.answered"'
	await 10 json_last '.answer == "no"' "$T/events"
}
