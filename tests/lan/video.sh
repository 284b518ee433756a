# shellcheck shell=bash disable=SC2034,SC2154
# in real time
# limit: 240
# video.sh: pictures in calls between machines: over a cable that loses, delays or is narrow, and of
# two, three and six at once.

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/cable.sh
. "$TEST_TOP/tests/lan/cable.sh"
# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

pair() { # SEED: both speak and are seen
	of_media
	cable_up "$1"
	host anna 1 && host bob 2
	start anna && start bob
	meet anna bob
	speech anna 40 && speech bob 40
	film anna 320 180 15 900 && film bob 320 180 15 900
	calls anna bob --audio-in "$T/anna.wav" --audio-out "$T/anna.heard.wav" \
		--video-in "$T/anna.y4m" --video-out "$T/anna.seen.y4m"
	answers bob --video-in "$T/bob.y4m" --video-out "$T/bob.seen.y4m"
	await_call anna '.state == "active" and .parties[0].video'
	await 30 watches anna 5
	await 30 watches bob 5
}

hang_up() { # NAME
	expect 0 cam_as "$1" call hangup
	await 20 no_call anna
	await 20 no_call bob
	calls_end
}

goes_on() { # COUNT: each sees so many pictures more
	local name
	for name in anna bob; do sees_more "$name" "$1"; done
}

test_a_twentieth_lost_with_jitter_is_hardly_seen() {
	pair 401
	goes_on 10
	cable loss 5 && cable jitter 20
	goes_on 60
	cable loss 0
	hang_up anna
	expect_seen anna bob '.readable >= 70 and .ssim > 0.85'
	expect_seen bob anna '.readable >= 70 and .ssim > 0.85'
	expect_heard anna bob '.correlation > 0.5 and .gap_ms <= 240'
	expect_heard bob anna '.correlation > 0.5 and .gap_ms <= 240'
}

test_with_a_seventh_lost_it_goes_on() {
	pair 402
	cable loss 15 && cable jitter 30
	goes_on 30
	cable loss 0
	hang_up anna
	expect_seen anna bob '.readable >= 30 and .ssim > 0.8'
	expect_seen bob anna '.readable >= 30 and .ssim > 0.8'
}

# What anna sends has come to fit; a second's rate may be that of a key picture.
fits() { # BITS
	cam_as anna call stats --json |
		json_last "[.members[0].streams[] | select(.direction == \"out\") | .bitrate] | add < $1"
}

test_a_narrow_cable_makes_them_smaller() {
	pair 403
	narrow 4mbit
	goes_on 20
	fits 4000000
	narrow 1mbit
	goes_on 20
	await 20 fits 1000000
	narrow 300kbit
	goes_on 10
	await 30 fits 300000
	goes_on 10
	hang_up anna
	expect_seen anna bob '.readable >= 40 and .ssim > 0.75'
	expect_seen bob anna '.readable >= 40 and .ssim > 0.75'
}

everybody() { # NAME...: in a call, each seen by each
	local name i=0
	of_media
	lan_up $#
	for name; do host "$name" $((++i)) media.budget=3000000; done
	for name; do start "$name"; done
	for name; do [ "$name" = "$1" ] || meet "$1" "$name"; done
	calls "$1" "${@:2}" --audio-in tone --audio-out none --video-in pattern:320x180@8
	for name in "${@:2}"; do
		await_call "$name" '.state == "ringing"'
		calls "$name" answer --audio-in tone --audio-out none --video-in pattern:320x180@8
	done
	for name; do
		await_call "$name" "(.members | length == $(($# - 1))) and all(.parties[]; .state == \"active\" and .video)"
		await 40 watches "$name" 5
	done
}

sent() { # NAME...: bits a second of all together
	local name
	for name; do cam_as "$name" call stats --json; done |
		jq -s '[.[].members[].streams[] | select(.direction == "out") | .bitrate] | add'
}

within() { # BITS NAME...
	[ "$(sent "${@:2}")" -le "$1" ]
}

test_three_see_each_other_and_one_leaves() {
	everybody anna bob carl
	await 10 within 3150000 anna bob carl
	expect 0 cam_as anna call hangup
	await_call bob '.members == ["carl@host3"]'
	sees_more bob 10
	sees_more carl 10
}

test_six_see_each_other() {
	everybody anna bob carl dora emil fred
	await 10 within 3150000 anna bob carl dora emil fred
}
