# shellcheck shell=bash disable=SC2034,SC2154
# talk.sh: what is typed on the screen, and what is seen of it.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"

test_one_opens_a_talk_types_and_gets_an_answer() {
	two
	open_screen anna
	sees anna 'This is cam' '● Bob'
	keys anna F2
	keys anna bo
	sees anna '/bo'
	keys anna Enter
	sees anna 'Nothing has been said yet'
	keys anna 'Hello Bob, 会議は何時？' Enter
	sees anna '会議は何時？ ✓'
	cam_as bob send anna "three o'clock"
	sees anna "Bob: three o'clock"
	shows anna <<-'END'
		 Bob                                 online, end-to-end encrypted, not verified
		▾ Sales (1)             │── DAY ─
		 ● Bob                  │00:00 Anna: Hello Bob, 会議は何時？ ✓
		                        │00:00 Bob: three o'clock
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		                        │
		 00:00 1:log 2:Bob                                            F1 help  F2 users
		>
	END
	cursor anna 2 23
	# What was seen is read, for every program of the user.
	await 20 has_nothing_unread anna
	keys anna '/quit' Enter
	ended anna
}

has_nothing_unread() { # NAME
	cam_as "$1" status --json | json_last '.unread == 0'
}

test_a_narrow_terminal_shows_the_talk_alone() {
	two
	cam_as bob send anna 'a text that is longer than a line of forty columns'
	open_screen anna 40 12
	keys anna '/talk bob' Enter
	shows anna <<-'END'
		 Bob  online, end-to-end encrypted, not…
		── DAY ─
		00:00 Bob: a text that is longer than a
		      line of forty columns






		 00:00 1:log 2:Bob    F1 help  F2 users
		>
	END
	keys anna F2
	shows anna <<-'END'
		 users
		/type a name
		▾ Sales (1)
		 ● Bob






		 00:00 1:log 2:Bob    F1 help  F2 users
		>
	END
	cursor anna 1 1
	keys anna Escape
	sees anna 'line of forty columns'
}

test_a_wide_terminal_has_room_for_both() {
	two
	cam_as bob send anna 'one line'
	open_screen anna 132 10
	keys anna '/talk bob' Enter
	sees anna 'one line' '▾ Sales (1)'
	resize anna 60 10
	sees_not anna '▾ Sales (1)'
	resize anna 100 30
	sees anna '▾ Sales (1)' 'one line'
}

test_peer_text_leaves_the_screen_as_it_is() {
	two
	open_screen anna 60 14
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	printf 'red\e[31m title\e]0;owned\a bell\a rtl\u202eevil zero\u200bwidth end' | cam_as bob send anna -
	cam_as bob send anna 'שלום then 👩‍💻 and 🇯🇵 and é.'
	shows anna <<-'END'
		 Bob             online, end-to-end encrypted, not verified
		── DAY ─
		00:00 Bob: red<U+001B>[31m title<U+001B>]0;owned<U+0007>
		      bell<U+0007> rtl<U+202E>evil zero<U+200B>width end
		00:00 Bob: ⁨שלום then 👩‍💻 and 🇯🇵 and é.⁩







		 00:00 1:log 2:Bob                        F1 help  F2 users
		>
	END
	expect_equal 0 "$(on_tmux anna display-message -p -t s '#{pane_title}' | grep -c owned)"
}

test_a_sealed_message_is_opened_by_a_key() {
	two
	open_screen anna
	open_screen bob
	keys anna '/talk bob' Enter
	keys bob '/talk anna' Enter
	sees anna 'Nothing has been said'
	keys bob '/send --seal --no-wait anna the secret' Enter
	sees anna '(sealed: M-o opens it)'
	sees_not anna 'the secret'
	keys anna M-o
	sees anna 'the secret [sealed]'
	keys bob '/talk anna' Enter
	sees bob 'the secret [sealed] ✓✓'
}

test_messages_are_answered_changed_and_taken_back() {
	two
	open_screen anna
	open_screen bob
	keys anna '/talk bob' Enter
	keys bob '/talk anna' Enter
	keys anna 'lunch at noon?' Enter
	sees bob 'lunch at noon?'
	keys bob M-r
	sees bob 'answering the marked message'
	keys bob 'yes' Enter
	sees anna '│ Anna: lunch at noon?' 'yes'
	keys anna M-e
	sees anna '> lunch at noon?'
	keys anna C-u 'lunch at one?' Enter
	sees bob 'lunch at one? (edited)'
	keys anna C-Up C-Up
	keys anna C-x d
	sees bob '(deleted)'
	sees_not bob 'lunch at one'
}

test_it_lives_on_while_camd_is_started_again() {
	two
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	cam_as bob send anna 'before'
	sees anna 'Bob: before'
	stop anna
	sees anna 'no camd'
	cam_as bob send --no-wait anna 'meanwhile'
	start anna
	sees anna 'Bob: meanwhile'
	cam_as bob send anna 'after'
	sees anna 'Bob: after'
	expect_equal 1 "$(capture anna | grep -c 'Bob: before')"
	expect_equal 1 "$(capture anna | grep -c 'Bob: meanwhile')"
	keys anna 'still here' Enter
	await_log bob '.text == "still here"'
}

test_what_is_pasted_is_not_sent() {
	two
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	printf 'first line\nsecond\e[A line\n' >"$T/paste"
	on_tmux anna load-buffer "$T/paste"
	on_tmux anna paste-buffer -p -r -t s
	sees anna '> first line' '  second[A line'
	expect_equal 0 "$(in_log bob true)"
	keys anna BSpace Enter
	await_log bob '.text == "first line\nsecond[A line"'
}

test_history_is_paged_in_as_one_scrolls_and_found_by_words() {
	two
	for i in {1..150}; do cam_as bob send --no-wait anna "message number $i"; done
	cam_as bob send anna 'the last one'
	await_log anna '.text == "the last one"'
	open_screen anna 80 12
	keys anna '/talk bob' Enter
	sees anna 'the last one'
	sees_not anna 'number 99 '
	for _ in {1..25}; do keys anna PageUp; done
	sees anna 'message number 1' '── '
	keys anna 'M->'
	sees anna 'the last one'
	keys anna F3
	keys anna '57'
	sees anna 'message number 57'
	keys anna Enter
	sees anna 'message number 56' 'message number 57' 'message number 58'
}

test_verbs_do_the_same_as_on_the_command_line() {
	two
	open_screen anna
	sees anna '● Bob'
	keys anna '/send bob hello there' Enter
	sees anna '$ cam send bob hello there' 'bob@pc2: delivered'
	await_log bob '.text == "hello there"'
	keys anna '/send nobody x' Enter
	sees anna "no user matches 'nobody'" 'status 3'
	keys anna '/sen' Tab
	sees anna '/send-clear'
	keys anna C-u '/verify bo' Tab
	sees anna '> /verify bob'
	# One that goes on is let go.
	keys anna C-u '/watch' Enter
	sees anna '$ cam watch'
	keys anna '/quit' Enter
	ended anna
}

test_help_is_made_of_the_keys_one_has() {
	two
	cam_as anna config set tui.bind 'next=M-Right'
	open_screen anna 100 60
	keys anna F1
	sees anna 'Type a text and press Enter'
	sees anna 'M-Right'
	keys anna C-x k
	sees anna 'This is cam'
}

test_settings_are_changed_in_their_list() {
	two
	open_screen anna
	sees anna connected
	keys anna F4
	sees anna 'user.nick' 'roster.forget_days'
	keys anna Down Down Enter
	sees anna '> Anna'
	keys anna ' Berg' Enter
	sees anna 'Anna Berg'
	await_user bob anna@pc1
	await 20 roster_has bob '.nick == "Anna Berg"'
}

test_vi_keys_write_and_move() {
	two
	cam_as anna config set tui.keys vi
	open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna 'one two three'
	sees anna '> one two three'
	keys anna Escape
	sees anna ': one two three'
	keys anna b d w
	sees_not anna three
	keys anna 0 x i
	sees anna '> ne two'
	keys anna Enter
	await_log bob '.text == "ne two "'
}

test_japanese_is_laid_out_by_its_columns() {
	user anna 'user.group=営業部' && user bob 'user.nick=田中太郎' 'user.group=営業部'
	start anna && start bob
	meet anna bob
	open_screen anna 66 8
	sees anna '● 田中太郎'
	keys anna F2
	keys anna 田
	sees anna '/田'
	cursor anna 3 1
	keys anna Enter
	sees anna 'Nothing has been said'
	cam_as bob send anna '明日の会議は、午後三時からに変更になりました。よろしくお願いいたします。'
	keys anna 'はい、'
	shows anna <<-'END'
		 田中太郎              online, end-to-end encrypted, not verified
		▾ 営業部 (1)            │── DAY ─
		 ● 田中太郎             │00:00 田中太郎: 明日の会議は、午後三時か
		                        │      らに変更になりました。よろしくお願
		                        │      いいたします。
		                        │
		 00:00 1:log 2:田中太郎                         F1 help  F2 users
		> はい、
	END
	# Where an input method shows what it is composing.
	cursor anna 8 7
	keys anna Left
	cursor anna 6 7
}

test_what_is_new_is_counted_and_a_key_goes_there() {
	two
	open_screen anna
	sees anna '● Bob'
	cam_as bob send anna 'one'
	cam_as bob send anna 'two'
	sees anna '2:Bob(2)' '● Bob                 2'
	keys anna M-a
	sees anna 'Bob: two'
	sees_not anna '2:Bob(2)'
	keys anna M-a
	sees anna 'nothing new'
}

test_two_screens_of_one_user_agree_on_what_is_read() {
	two
	open_screen anna
	ln -s anna "$T/again"
	open_screen again
	cam_as bob send anna 'for both'
	sees anna '2:Bob(1)'
	sees again '2:Bob(1)'
	keys again M-a
	sees again 'Bob: for both'
	sees_not anna 'Bob(1)'
	keys anna '/talk bob' Enter
	sees anna 'Bob: for both'
	keys anna 'from the first' Enter
	sees again 'from the first ✓'
}

test_without_a_terminal_it_says_so() {
	user anna
	expect 2 cam_as anna
	expect_complaint 'needs a terminal'
}

test_no_color_is_obeyed() {
	two
	SCREEN_ENV='NO_COLOR=1' open_screen anna
	sees anna '● Bob'
	! on_tmux anna capture-pane -p -e -t s | grep -q $'\e\\[[0-9;]*[34]8;' || fail 'colours'
	open_screen bob
	sees bob '● Anna'
	on_tmux bob capture-pane -p -e -t s | grep -q $'\e\\[[0-9;]*[34]8;' || fail 'no colours'
}

test_an_editor_writes_the_text() {
	two
	printf '#!/bin/sh\nprintf "%%s\\nand more\\n" "$(cat "$1")" >"$1.new" && mv "$1.new" "$1"\n' \
		>"$T/editor"
	chmod +x "$T/editor"
	SCREEN_ENV="EDITOR=$T/editor" open_screen anna
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	keys anna draft
	keys anna C-x C-e
	sees anna '> draft' '  and more'
	keys anna Enter
	await_log bob '.text == "draft\nand more"'
	expect_equal '' "$(find "$T/anna/run" -name 'message*')"
}
