# shellcheck shell=bash disable=SC2034,SC2154
# in real time
# limit: 240
# calls.sh: calls between machines: over a good network, and over a cable that loses and
# delays what passes.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/cable.sh
. "$TEST_TOP/tests/lan/cable.sh"
# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

pair() { # SEED
	of_media
	cable_up "$1"
	host anna 1 && host bob 2
	start anna && start bob
	meet anna bob
	speech anna 15 && speech bob 15
}

# Both speak for some seconds.
speak() { # SECONDS
	calls anna bob --audio-in "$T/anna.wav" --audio-out "$T/anna.heard.wav"
	answers bob
	await_call anna '.state == "active"'
	await 20 flows bob
	give_time "$1"
	cam_as anna call stats --json >"$T/stats"
	cam_as anna call hangup >/dev/null
	await 10 no_call anna
	await 20 no_call bob
	calls_end
}

test_a_clean_cable_leaves_everything() {
	pair 301
	speak 6
	expect_heard anna bob '.correlation > 0.75 and .gap_ms <= 60 and .wander_ms < 60'
	expect_heard bob anna '.correlation > 0.75 and .gap_ms <= 60 and .wander_ms < 60'
	expect_measured "$(cat "$T/stats")" '.members[0].streams[] | select(.direction == "in") | .loss == 0'
}

test_a_twentieth_lost_with_jitter_leaves_no_gap() {
	pair 302
	cable loss 5 && cable jitter 20
	speak 8
	cable loss 0
	expect_heard anna bob '.correlation > 0.6 and .gap_ms <= 120'
	expect_heard bob anna '.correlation > 0.6 and .gap_ms <= 120'
	expect_measured "$(cat "$T/stats")" '.members[0].streams[] | select(.direction == "in") | .loss > 0.005 and .loss < 0.2'
}

test_with_a_seventh_lost_it_goes_on() {
	pair 303
	cable loss 15 && cable jitter 30
	speak 8
	cable loss 0
	expect_heard anna bob '.correlation > 0.4 and .gap_ms <= 400'
	expect_heard bob anna '.correlation > 0.4 and .gap_ms <= 400'
}

# The link goes with the cable, and is there again with it.
# There is room for a voice, and for little else.
test_a_narrow_cable_leaves_no_gap() {
	pair 306
	narrow 300kbit
	speak 8
	expect_heard anna bob '.correlation > 0.8 and .gap_ms <= 120'
	expect_heard bob anna '.correlation > 0.8 and .gap_ms <= 120'
	expect_measured "$(cat "$T/stats")" '.members[0].streams | all(.[]; .bitrate < 60000)'
}

test_a_cable_pulled_for_a_while_does_not_end_it() {
	pair 304
	calls anna bob --audio-in "$T/anna.wav" --audio-out none
	answers bob
	await_call anna '.state == "active"'
	await 20 flows bob
	cable cut
	await_call anna '.parties[0].silent'
	cable heal
	await_call anna '.state == "active" and (.parties[0].silent | not)'
	expect 0 cam_as bob call mute
	await_call anna '.parties[0].muted'
}

test_three_machines_hear_each_other() {
	of_media
	lan_up 3
	host anna 1 && host bob 2 && host carl 3
	start anna && start bob && start carl
	meet anna bob && meet anna carl && meet bob carl
	speech anna 15 && speech bob 15 && speech carl 15
	calls anna bob carl --audio-in "$T/anna.wav" --audio-out "$T/anna.heard.wav"
	answers bob
	answers carl
	for name in anna bob carl; do
		await_call "$name" '(.members | length == 2) and all(.parties[]; .state == "active")'
	done
	give_time 4
	for name in anna bob carl; do await 20 flows "$name"; done
	cam_as bob call hangup >/dev/null
	await 10 no_call bob
	cam_as anna call hangup >/dev/null
	await 20 no_call carl
	calls_end
	# Two at once are in each one's ear: each is found in it.
	for name in anna carl; do
		expect_heard "$name" bob '.correlation > 0.4'
	done
	expect_heard bob carl '.correlation > 0.4'
}

# What comes from elsewhere, to a port that is known, is not heard.
test_forged_packets_change_nothing() {
	pair 305
	calls anna bob --audio-in "$T/anna.wav" --audio-out none
	answers bob
	await_call anna '.state == "active"'
	await 20 flows bob
	port=$(cam_as bob call ls --json | jq .port)
	on 1 python3 - "$LAN_NET.2" "$port" <<'END'
import random, socket, sys
random.seed(7)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(5000):
    kind = random.choice([96, 97, 200, 201])
    out.sendto(bytes([0x80, kind]) + random.randbytes(random.randrange(2, 400)),
               (sys.argv[1], int(sys.argv[2])))
END
	give_time 2
	cam_as bob call stats --json | json_last '.dropped > 1000'
	await 20 flows bob
	expect 0 cam_as anna call hangup
	await 20 no_call bob
	calls_end
	expect_heard anna bob
}
