# shellcheck shell=bash disable=SC2034,SC2154
# sizes.sh: the same talk at three sizes and in Japanese, and what hostile text does to it.
# limit: 120
# shellcheck source=tests/screen/screen.sh
. "$(dirname "${BASH_SOURCE[0]}")/screen.sh"

# A short talk that anna has had.
talk_with_hana() {
	user anna 'user.group=Sales' && user hana 'user.nick=花子' 'user.group=営業部'
	start anna && start hana
	meet anna hana
	cam_as hana send anna 'Lunch? お昼は十二時にいつもの店で、雨なら食堂で会いましょう。'
	cam_as anna send hana 'はい、よろこんで 👍'
}

test_forty_columns_and_twelve_rows() {
	talk_with_hana
	open_screen anna 40 12
	keys anna '/talk hana' Enter
	shows anna <<-'END'
		 花子  online, end-to-end encrypted, no…
		── DAY ─
		00:00 花子: Lunch? お昼は十二時にいつも
		      の店で、雨なら食堂で会いましょう。
		00:00 Anna: はい、よろこんで 👍 ✓





		 00:00 1:log 2:花子   F1 help  F2 users
		>
	END
	cursor anna 2 11
}

test_eighty_columns_in_japanese() {
	catalogues
	talk_with_hana
	SCREEN_GREETING='cam へようこそ' SCREEN_ENV='LC_ALL=ja_JP.UTF-8' open_screen anna 80 12
	keys anna '/talk hana' Enter
	shows anna <<-'END'
		 花子                                    在席, エンドツーエンドで暗号化, 未確認
		▾ 営業部 (1)            │── DAY ─
		 ● 花子                 │00:00 花子: Lunch? お昼は十二時にいつもの店で、雨なら食
		                        │      堂で会いましょう。
		                        │00:00 Anna: はい、よろこんで 👍 ✓
		                        │
		                        │
		                        │
		                        │
		                        │
		 00:00 1:ログ 2:花子                                     F1 ヘルプ  F2 ユーザー
		>
	END
}

test_forty_columns_in_japanese() {
	catalogues
	talk_with_hana
	SCREEN_GREETING='cam へようこそ' SCREEN_ENV='LC_ALL=ja_JP.UTF-8' open_screen anna 40 12
	keys anna '/talk hana' Enter
	shows anna <<-'END'
		 花子  在席, エンドツーエンドで暗号化, …
		── DAY ─
		00:00 花子: Lunch? お昼は十二時にいつも
		      の店で、雨なら食堂で会いましょう。
		00:00 Anna: はい、よろこんで 👍 ✓





		 00:00 1:ログ 2:花子
		>
	END
	keys anna F2
	shows anna <<-'END'
		 ユーザー
		/名前を入力
		▾ 営業部 (1)
		 ● 花子






		 00:00 1:ログ 2:花子
		>
	END
}

test_a_very_wide_terminal() {
	talk_with_hana
	open_screen anna 180 9
	keys anna '/talk hana' Enter
	shows anna <<-'END'
		 花子                                                                                                                                    online, end-to-end encrypted, not verified
		▾ 営業部 (1)            │── DAY ─
		 ● 花子                 │00:00 花子: Lunch? お昼は十二時にいつもの店で、雨なら食堂で会いましょう。
		                        │00:00 Anna: はい、よろこんで 👍 ✓
		                        │
		                        │
		                        │
		 00:00 1:log 2:花子                                                                                                                                               F1 help  F2 users
		>
	END
	resize anna 80 24
	sees anna '営業部 (1)' 'Lunch?'
	resize anna 40 12
	# The terminal takes its time to tell of its new size.
	sees anna 'encrypted, no…'
	same_when_redrawn anna
}

# -- hostile text ---------------------------------------------------------------

# What is on the screen is what would be there if all of it were written anew.
same_when_redrawn() { # NAME
	keys "$1" C-u p
	sees "$1" '> p'
	capture "$1" | sed '$d' >"$T/painted"
	keys "$1" C-l C-u q
	sees "$1" '> q'
	capture "$1" | sed '$d' >"$T/redrawn"
	diff -u "$T/redrawn" "$T/painted" || fail 'it differs from what was drawn'
	keys "$1" C-u
}

# Escapes, letters of both directions, marks without a letter, joined pictures, very long words.
hostile_lines() {
	local i
	for ((i = 0; i < 24; i++)); do
		case $((i % 8)) in
		0) printf 'red\e[31m title\e]0;owned\a \e[2J\e[H\e[3g\e[?1049l\e(0qqq\u009b31m' ;;
		1) printf 'rtl\u202eevil\u2066\u2067 zero\u200b\u200c\u200d\ufeffwidth \u061c' ;;
		2) printf 'שלום then עולם 123 مرحبا' ;;
		3) printf 'a%s' "$(printf '\u0301%.0s' {1..60})" ;;
		4) printf '👩‍💻👨‍👩‍👧‍👦🇯🇵🇫🇷🏴‍☠️⚠️ 1️⃣ 👍🏽%.0s' {1..8} ;;
		5) printf '会議%.0s' {1..60} ;;
		6) printf '\u0e33\u0903\u1100\u1161\u11a8 \ufffd\u0300 \U000e0041' ;;
		7) printf 'tab\there %s' aVeryLongWord{,,,,,,,,,} ;;
		esac
		printf ' END%s.\n' "$i"
	done
}

hostile_at() { # COLUMNS ROWS
	local line
	user anna && user bob $'user.nick=\u202eBob\u0301שלום' $'user.group=\u2067👩‍💻'
	start anna && start bob
	meet anna bob
	open_screen anna "$1" "$2"
	keys anna '/talk bob' Enter
	sees anna 'Nothing has been said'
	while IFS= read -r line; do
		cam_as bob send anna - <<<"$line"
		sees anna "END${line##*END}"
	done < <(hostile_lines)
	same_when_redrawn anna
	keys anna PPage
	same_when_redrawn anna
	keys anna NPage PPage PPage Up
	same_when_redrawn anna
	expect_equal 0 "$(on_tmux anna display-message -p -t s '#{pane_title}' | grep -c owned)"
}

test_hostile_text_moves_nothing_at_eighty_columns() {
	hostile_at 80 24
}

test_hostile_text_moves_nothing_at_forty_columns() {
	hostile_at 40 12
}

test_hostile_text_moves_nothing_on_a_wide_terminal() {
	hostile_at 200 40
}
