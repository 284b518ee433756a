# shellcheck shell=bash disable=SC2034,SC2154
# ask.sh: questions from scripts, answered from clients of other makes by plain messages.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/peers.sh
. "$TEST_TOP/tests/lan/peers.sh"

# anna asks ben, whose client is of that make; her process is $ASKER.
asked() { # MODE ARG...
	local mode=$1
	shift
	lan_up 2
	host anna 1 && start anna
	peer_start ben 2 --host PCBEN --nick Ben --mode "$mode"
	peer_do ben entry
	await_user anna ben@PCBEN
	in_background anna "$T/asked" ask ben 'Deploy?' --choices はい,いいえ "$@"
	ASKER=$!
	peer_saw ben 'message .text == "Deploy?\n1) はい\n2) いいえ"'
}

answered_by() { # CODE TEXT
	local rc=0
	wait "$ASKER" || rc=$?
	expect_equal "$1" "$rc"
	expect_equal "$2" "$(cat "$T/asked")"
}

test_a_windows_client_answers_by_a_number_of_its_input_method() {
	asked windows
	peer_do ben send 10.77.0.1 '２' encrypted
	answered_by 11 いいえ
	await_log anna '.type == "message.received" and .text == "２" and .quote.text != null'
}

test_a_windows_client_answers_below_what_it_quotes() {
	asked windows
	peer_do ben send 10.77.0.1 $'> Deploy?\r\n> 1) はい\r\n> 2) いいえ\r\nはい\r\n' encrypted
	answered_by 10 はい
}

test_automatic_and_sealed_messages_are_passed_over_and_a_repetition_counts_once() {
	asked windows
	peer_do ben send 10.77.0.1 'はい' encrypted autoret
	peer_do ben send 10.77.0.1 'はい' encrypted sealed
	peer_do ben send 10.77.0.1 'いいえ' encrypted number=424242
	answered_by 11 いいえ
	# The same packet once more answers no later question.
	in_background anna "$T/again" ask ben 'And now?' --choices a,b
	local again=$! rc=0
	peer_saw ben 'message .text == "And now?\n1) a\n2) b"'
	peer_do ben send 10.77.0.1 'いいえ' encrypted number=424242
	peer_do ben send 10.77.0.1 b encrypted
	wait $again || rc=$?
	expect_equal 11 $rc
}

test_an_old_client_answers_too() {
	asked legacy
	peer_do ben send 10.77.0.1 '後で' weak
	answered_by 0 後で
}
