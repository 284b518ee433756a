# shellcheck shell=bash disable=SC2034,SC2154
# calls.sh: what tests of calls are written with. Source it in a test file.
#
#   of_media               the test is skipped where cam-media is not built
#   people NAME...         camd of theirs, which know each other
#   speech NAME SECONDS    what NAME will say: $T/NAME.wav
#   calls NAME ARG...      cam call ARG... beside the test, its events in $T/NAME.calls
#   answers NAME           takes the call that rings; hears into $T/NAME.heard.wav
#   has_come NAME PACKETS  so many packets of another have come to NAME
#   calls_end              until all of those have ended
#   await_call NAME FILTER until NAME has a call for which jq's FILTER holds
#   expect_heard SAID LISTENER [FILTER]   what SAID said is in what LISTENER heard

#   film NAME WIDTH HEIGHT RATE PICTURES  what NAME will show: $T/NAME.y4m
#   watches NAME COUNT        so many pictures of everybody in NAME's call have been seen
#   expect_seen SHOWN WATCHER [FILTER]    what SHOWN showed is in WATCHER.seen.y4m

CALLS=()

people() { # NAME...: all of them know each other
	local name other
	of_media
	for name; do user "$name" "call.ring_s=${RING_S:-45}"; done
	for name; do start "$name"; done
	for name; do
		for other; do [ "$name" = "$other" ] || await_user "$name" "$(id_of "$other")"; done
	done
}

of_media() {
	[ -x "$TEST_BUILD/cam-media" ] || skip 'cam-media is not built'
}

speech() { # NAME SECONDS: $T/NAME.wav, which nobody else says
	"$TEST_BUILD/tools/speech" "$(cksum <<<"$1" | cut -d' ' -f1)" "$2" "$T/$1.wav"
}

calls() { # NAME ARG...: a call in the background, its events in $T/NAME.calls
	in_background "$1" "$T/$1.calls" call --json "${@:2}"
	CALLS+=($!)
}

# All of those have ended, and what they wrote is whole.
calls_end() {
	local pid
	for pid in "${CALLS[@]}"; do wait "$pid" || true; done
	CALLS=()
}

call_is() { # NAME FILTER: a call of NAME for which FILTER holds
	cam_as "$1" call ls --json | json_all "any(.[]; $2)"
}

await_call() { # NAME FILTER
	await 30 call_is "$@"
}

no_call() { # NAME
	[ -z "$(cam_as "$1" call ls)" ]
}

# Takes the call that rings; what is heard goes to NAME.heard.wav.
answers() { # NAME [ARG]...
	await_call "$1" '.state == "ringing"'
	calls "$1" answer --audio-in "$T/$1.wav" --audio-out "$T/$1.heard.wav" "${@:2}"
}

# Of what SAID has said LISTENER has heard nearly all, and without a gap; await flows first, for a call
# that ends at once has let nothing be heard.
expect_heard() { # SAID LISTENER [FILTER]
	local heard
	heard=$("$TEST_BUILD/tools/heard" "$T/$1.wav" "$T/$2.heard.wav")
	expect_measured "$heard" "${3:-.correlation > 0.8 and .gap_ms <= 120} and .heard_ms > 600"
}

flows() { # NAME: a second and a half of everybody in NAME's call has arrived
	cam_as "$1" call stats --json |
		json_last '.members | length > 0 and all(.[]; any(.streams[]; .direction == "in" and .packets > 75))'
}

film() { # NAME WIDTH HEIGHT RATE PICTURES
	"$TEST_BUILD/tools/film" "${@:2}" "$T/$1.y4m"
}

watches() { # NAME COUNT: so many pictures of each of the others have been seen
	cam_as "$1" call stats --json | json_last ".members | length > 0 and
		all(.[]; any(.streams[]; .direction == \"in\" and .kind != \"audio\" and .pictures >= $2))"
}

# What was seen is what was shown, in its order.
expect_seen() { # SHOWN WATCHER [FILTER]
	local seen
	seen=$("$TEST_BUILD/tools/seen" "$T/$1.y4m" "$T/$2.seen.y4m")
	expect_measured "$seen" "${3:-.readable >= 10 and .ssim > 0.9} and .backwards == 0"
}

sees_more() { # NAME COUNT: than so far, of each of the others; waits for them
	local seen
	seen=$(cam_as "$1" call stats --json |
		jq '[.members[].streams[] | select(.direction == "in" and .kind != "audio") | .pictures] | max // 0')
	await 40 watches "$1" $((seen + $2))
}

has_come() { # NAME PACKETS
	cam_as "$1" call stats --json |
		json_last ".members[0].streams | any(.[]; .direction == \"in\" and .packets > $2)"
}
