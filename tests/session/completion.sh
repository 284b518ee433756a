# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# completion.sh: what the shells make of what cam offers them.

# What bash makes of a line when TAB is pressed at its end, a candidate a line.
bash_completes() { # LINE
	CAM_HOME=${CAM_HOME:-$T} bash -c '. "$1"
		COMP_LINE=$2 COMP_POINT=${#2} COMP_TYPE=9 COMP_KEY=9
		read -ra COMP_WORDS <<<"$2"
		case $2 in *" ") COMP_WORDS+=("") ;; esac
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_cam cam "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}"' sh "$TEST_TOP/completions/cam.bash" "$1"
}

fish_completes() { # LINE
	CAM_HOME=${CAM_HOME:-$T} fish --no-config -c "source $TEST_TOP/completions/cam.fish; complete -C '$1'"
}

test_bash_replaces_only_what_follows_its_own_word_breaks() {
	expect_equal 'watch' "$(bash_completes 'cam wat')"
	expect_equal $'delivered\nopened' "$(bash_completes 'cam send --until ')"
	# readline has cut the word at the equals sign already.
	expect_equal 'opened' "$(bash_completes 'cam send --until=o')"
	expect_equal 'message,user.left' "$(bash_completes 'cam watch --type message,user.l')"
	expect_equal '' "$(bash_completes 'cam send anna --until delivered hel')"
}

test_bash_completes_files_and_programs_where_they_are_meant() {
	mkdir "$T/some folder"
	expect_equal "$T/some folder" "$(bash_completes "cam --home $T/some")"
	expect_text "$(bash_completes 'cam watch --exec jq')" jq
}

test_bash_completes_names_with_their_host_and_after_a_comma() {
	user anna && user bob
	start anna && start bob
	meet anna bob
	export CAM_HOME=$T/anna
	expect_text "$(bash_completes 'cam send bo')" bob@pc2
	# Behind the @ only the host is replaced.
	expect_equal pc2 "$(bash_completes 'cam send bob@p')"
	expect_text "$(bash_completes 'cam send x,bo')" x,bob@pc2
	expect_equal user.nick "$(bash_completes 'cam config set user.ni')"
	kill_camd anna
	expect_equal '' "$(bash_completes 'cam send bo')"
}

test_fish_shows_what_each_word_is() {
	command -v fish >/dev/null || skip 'fish is missing'
	expect_text "$(fish_completes 'cam wat')" $'watch\t'
	expect_equal $'delivered\nopened' "$(fish_completes 'cam send --until ')"
	expect_text "$(fish_completes 'cam --home /et')" /etc/
}

test_zsh_completes_in_a_terminal() {
	command -v zsh >/dev/null || skip 'zsh is missing'
	command -v tmux >/dev/null || skip 'tmux is missing'
	mkdir "$T/zsh"
	cat >"$T/zsh/.zshrc" <<-END
		PS1='% '
		fpath=($TEST_TOP/completions \$fpath)
		autoload -Uz compinit && compinit -u -d $T/zsh/dump
		touch $T/ready
	END
	tmux -S "$T/tmux" -f /dev/null new-session -d -x 100 -y 24 -s screen \
		"ZDOTDIR=$T/zsh CAM_HOME=$T PATH=$PATH zsh -i" >/dev/null
	await 30 test -e "$T/ready"
	tmux -S "$T/tmux" send-keys -t screen 'cam send --until opene' Tab
	await 20 screen_shows '--until opened'
	tmux -S "$T/tmux" send-keys -t screen C-u 'cam sta' Tab
	await 20 screen_shows 'cam status'
	tmux -S "$T/tmux" kill-server
}

screen_shows() { # TEXT
	tmux -S "$T/tmux" capture-pane -p -t screen | grep -qF -e "$1"
}
