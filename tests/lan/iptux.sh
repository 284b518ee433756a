# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 120
# iptux.sh: conversations with Debian's iptux, a client that we did not write.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/iptux/iptux.sh
. "$TEST_TOP/tests/lan/iptux/iptux.sh"

# anna's camd on host 1, iptux on host 2. iptux knows no encryption: anna may send in clear.
office() { # [ENCODING [CANDIDATES [KEY=VALUE]...]]
	local encoding=${1:-utf-8} candidates=${2:-gb18030,utf-16}
	shift $(($# > 2 ? 2 : $#))
	lan_up 2
	host anna 1 security.cleartext=on user.group=Sales "$@"
	start anna
	iptux_start 2 Tux Penguins "$encoding" "$candidates"
}

tux() { # prints the id iptux has in anna's roster
	cam_as anna ls --all --json | jq -r 'select(.nick == "Tux") | .id'
}

sees_tux() { # [FILTER]
	await 20 roster_has anna ".nick == \"Tux\" and .state != \"offline\" and (${1:-true})"
}

test_both_find_each_other_when_iptux_comes_second() {
	office
	sees_tux '.group == "Penguins" and .addr == "10.77.0.2" and .encryption == "none"'
	sees_tux '.state == "online"' # it always says that it is absent
	iptux_saw 2 $'^(online|update)\t10.77.0.1\tAnna\tSales\t'
}

test_both_find_each_other_when_camd_comes_second() {
	lan_up 2
	iptux_start 2 Tux Penguins
	host anna 1
	start anna
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\tAnna\t'
}

test_messages_go_both_ways_in_utf8() {
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	expect 0 cam_as anna send --json Tux 'hello tux, grüße, 会議, 图书馆'
	expect_json "$OUT" '.state == "delivered" and .receipt == "reported" and .encryption == "none"'
	iptux_saw 2 $'^message\t10.77.0.1\thello tux, grüße, 会議, 图书馆$'
	iptux_do 2 send 10.77.0.1 'hello anna, grüße, 会議, 图书馆'
	await_log anna '.text == "hello anna, grüße, 会議, 图书馆"'
	expect_equal 1 "$(in_log anna '.type == "message.received" and .encryption == "none"')"
	json_last '.signed == "unsigned"' <<<"$(cam_as anna log --json -n 1)"
}

test_messages_go_both_ways_in_gb18030() {
	# This iptux writes GB18030 to whom it does not take for an iptux.
	office gb18030 gb18030,utf-16 ipmsg.charset=GB18030
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	iptux_do 2 send 10.77.0.1 '图书馆三点开会'
	await_log anna '.text == "图书馆三点开会"'
	expect 0 cam_as anna send Tux '好的，三点见'
	iptux_saw 2 $'^message\t10.77.0.1\t好的，三点见$'
}

test_several_messages_in_a_row_all_arrive_once() {
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	local i
	for i in 1 2 3 4 5; do
		expect 0 cam_as anna send Tux "number $i"
		iptux_do 2 send 10.77.0.1 "answer $i"
	done
	iptux_saw 2 $'^message\t10.77.0.1\tnumber 5$'
	await_log anna '.text == "answer 5"'
	expect_equal 5 "$(grep -c $'^message\t' "$T/iptux.2/out")"
	expect_equal 5 "$(in_log anna '.type == "message.received"')"
}

test_two_sent_at_once_are_both_shown_by_iptux() {
	# It drops a number that is not above the last one, and acknowledges it all the same.
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	local pids=() i
	for i in 1 2 3 4; do
		cam_as anna send Tux "at once $i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	for i in 1 2 3 4; do
		iptux_saw 2 $'^message\t10.77.0.1\tat once '"$i"'$'
	done
}

test_a_new_name_is_seen_on_both_sides() {
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	iptux_do 2 update Pingu
	await 20 roster_has anna '.nick == "Pingu" and .addr == "10.77.0.2"'
	expect 0 cam_as anna config set user.nick Annabel
	iptux_saw 2 $'^update\t10.77.0.1\tAnnabel\t'
}

test_absence_is_told_to_iptux() {
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	expect 0 cam_as anna away 'at lunch'
	iptux_saw 2 $'^update\t10.77.0.1\tAnna[^\t]*lunch'
	iptux_do 2 send 10.77.0.1 'are you there?'
	iptux_saw 2 $'^message\t10.77.0.1\t.*at lunch'
	expect 0 cam_as anna back
	iptux_saw 2 $'^update\t10.77.0.1\tAnna\t'
}

test_leaving_is_seen_on_both_sides() {
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	iptux_quit 2
	await 20 roster_has anna '.nick == "Tux" and .state == "offline"'
	# And back again; its numbers begin at 1 once more.
	lan_restart_iptux
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	iptux_do 2 send 10.77.0.1 'back again'
	await_log anna '.text == "back again"'
	stop anna
	iptux_saw 2 $'^offline\t10.77.0.1$'
}

lan_restart_iptux() {
	wait "$IPTUX_PID" || true
	rm "$T/iptux.2/in" "$T/iptux.2/out"
	iptux_start 2 Tux Penguins
}

test_clear_text_is_refused_without_a_word() {
	lan_up 2
	host anna 1
	start anna
	iptux_start 2 Tux Penguins
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	expect 6 cam_as anna send Tux 'not without asking'
	expect_complaint clear
	expect 0 cam_as anna send --clear Tux 'with a word'
	iptux_saw 2 $'^message\t10.77.0.1\twith a word$'
	! grep -q 'not without asking' "$T/iptux.2/out" || fail 'it was sent all the same'
}

test_a_long_message_is_not_cut() {
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	local text
	# iptux cuts at 8191 bytes and still acknowledges: it must come whole, in parts if need be.
	text=$(seq -s ' ' 1 3000)
	run cam_as anna send Tux "$text"
	if [ "$status" = 0 ]; then
		iptux_saw 2 $'^message\t10.77.0.1\t.*3000$'
		expect_equal "$text" "$(sed -n $'s/^message\t10.77.0.1\t//p' "$T/iptux.2/out" | tr -d '\n')"
	else
		expect_complaint long
	fi
}

test_two_camd_and_an_iptux_share_one_lan() {
	lan_up 3
	host anna 1 security.cleartext=on
	host bob 3 security.cleartext=on
	start anna
	iptux_start 2 Tux Penguins
	start bob
	meet anna bob
	sees_tux
	await 20 roster_has bob '.nick == "Tux"'
	expect 0 cam_as anna send --json bob,Tux 'to both'
	json_all 'all(.[]; .state == "delivered") and any(.[]; .encryption == "cam1") and
		any(.[]; .encryption == "none")' <<<"$OUT"
	iptux_saw 2 $'^message\t10.77.0.1\tto both$'
	expect_equal 1 "$(in_log bob '.text == "to both"')"
}

# -- files ----------------------------------------------------------------------------

# shellcheck source=tests/lan/offers.sh
. "$TEST_TOP/tests/lan/offers.sh"

office_with_files() {
	office
	sees_tux
	iptux_saw 2 $'^(online|update)\t10.77.0.1\t'
	some_files
}

test_a_file_goes_to_iptux() {
	office_with_files
	offer anna Tux "$T/tree/one.bin"
	iptux_saw 2 $'^offered\t10.77.0.1\t[0-9]+\tone.bin\t3000000\t1$'
	iptux_do 2 fetch one.bin "$T/got"
	iptux_saw 2 $'^fetched\tone.bin\t3000000$'
	cmp "$T/tree/one.bin" "$T/got/one.bin"
	await_file anna '.direction == "out" and .state == "done" and .encryption == "none"'
}

test_a_text_with_several_files_goes_to_iptux() {
	office_with_files
	echo one >"$T/we:ird?.txt"
	cam_as anna rpc message.send "{\"to\":[\"Tux\"],\"text\":\"see both\",\"files\":[
		{\"path\":\"$T/we:ird?.txt\"},{\"path\":\"$T/tree/one.bin\",\"image\":false}]}"
	iptux_saw 2 $'^message\t10.77.0.1\tsee both$'
	iptux_saw 2 $'^offered\t10.77.0.1\t[0-9]+\twe_ird_.txt\t4\t1$'
	iptux_saw 2 $'^offered\t10.77.0.1\t[0-9]+\tone.bin\t3000000\t1$'
	iptux_do 2 fetch we_ird_.txt "$T/got"
	iptux_saw 2 $'^fetched\twe_ird_.txt\t4$'
	cmp "$T/we:ird?.txt" "$T/got/we_ird_.txt"
}

test_a_folder_is_offered_to_iptux_with_its_size() {
	# It cannot make folders: receiving one ends it (a fault of this version).
	office_with_files
	offer anna Tux "$T/tree"
	iptux_saw 2 $'^offered\t10.77.0.1\t[0-9]+\ttree\t3000008\t2$'
}

test_a_file_comes_from_iptux() {
	office_with_files
	cp "$T/tree/one.bin" "$T/we:ird.bin"
	iptux_do 2 offer 10.77.0.1 "$T/we:ird.bin"
	expect_json "$(accept anna '.direction == "in" and .size == 3000000')" '.encryption == "none" and
		.signed == "unsigned"'
	cmp "$T/tree/one.bin" "$T/got/we:ird.bin"
	iptux_saw 2 $'^served\t'
}

test_a_folder_comes_from_iptux() {
	office_with_files
	iptux_do 2 offer 10.77.0.1 "$T/tree"
	expect_json "$(accept anna '.direction == "in" and .name == "tree"')" '.kind == "folder"'
	diff -r "$T/tree" "$T/got/tree"
	iptux_saw 2 $'^served\t'
}
