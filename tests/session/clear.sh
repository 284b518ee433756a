# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# clear.sh: a client that cannot encrypt: nothing goes to it in clear unless somebody says so.

# carl's program of long ago, at an address of its own; what it gets is in $T/carl.
old_client() {
	printf '1:100:carl:pc4:1:Carl\0Sales\0' |
		socat STDIO,ignoreeof "UDP4-DATAGRAM:${ADDR_OF[anna]}:2425,bind=$NET.4:2425" >"$T/carl" &
	OLD=$!
	await_user anna carl@pc4
}

carl_got() { # TEXT
	grep -qaF "$1" "$T/carl"
}

test_what_cannot_be_encrypted_is_refused_until_allowed() {
	user anna && start anna
	old_client
	expect 6 cam_as anna send carl 'the secret'
	expect_complaint carl@pc4 --clear
	expect 6 cam_as anna send --json carl 'the secret'
	expect_json "$OUT" '.to == "carl@pc4" and .state == "failed" and .encryption == "none"'
	expect_json "$(cam_as anna log --json -n 1)" '.state == "failed"'
	# Nobody confirms it, but it leaves.
	expect 4 cam_as anna send --clear --timeout 0.5 carl 'no secret'
	await 10 carl_got 'no secret'
	! carl_got 'the secret' || fail 'it was sent in clear'
	# One flag is for one message.
	expect 6 cam_as anna send carl 'another secret'
	! carl_got 'another secret' || fail 'it was sent in clear'
	kill $OLD
}

test_what_waits_for_an_old_client_outlives_camd() {
	user anna && start anna
	old_client
	expect 4 cam_as anna send --clear --timeout 0.2 carl 'no secret'
	kill_camd anna
	start anna
	expect_json "$(cam_as anna log --json)" '.state == "queued" or .state == "sent"'
	kill $OLD
}
