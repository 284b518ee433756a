# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# in real time
# media.sh: two cam-media talk; what is heard is compared with what was said.

# shellcheck source=tests/media/duet.sh
. "$TEST_TOP/tests/media/duet.sh"

test_what_is_said_is_heard() {
	duet seconds=5
	both status == 0
	both finished == 1
	both alike_p50 '>' 0.6
	both delay_first_ms '<=' 300
	both kbit_s '<' 60
	# Only what came before they were told of each other.
	both dropped '<' 50
	expect_measured "${FIGURES[anna_stats]}" '.heard and .rejected == 0 and (.streams | length == 2)'
	expect_measured "${FIGURES[anna_stats]}" '[.streams[] | .codec == "opus" and .kind == "audio"] | all'
}

test_it_survives_loss_jitter_and_reordering() {
	duet seconds=8 loss=5 jitter=30
	both status == 0
	both alike_p50 '>' 0.5
	# What a network loses; the machine that runs the test may lose more.
	both gap_ms '<=' 300
	both delay_p95_ms '<' 500
	expect_measured "${FIGURES[anna_stats]}" '[.streams[] | select(.direction == "in") | .recovered > 0] | all'
	expect_measured "${FIGURES[bob_stats]}" '[.streams[] | select(.direction == "out") | .loss > 0.01] | all'
}

test_forged_packets_change_nothing() {
	# 120 000 a minute for each of them.
	duet seconds=5 forge=4000
	both status == 0
	# A busy machine stretches what is heard; what is forged would not be alike at all.
	both alike_p50 '>' 0.5
	expect_measured "${FIGURES[anna_stats]}" '.rejected > 2000'
	expect_measured "${FIGURES[bob_stats]}" '.rejected > 2000'
}

test_a_storm_of_replayed_packets_is_heard_once() {
	duet seconds=4 replay=20 jitter=5
	both status == 0
	both alike_p50 '>' 0.5
	expect_measured "${FIGURES[anna_stats]}" '.rejected > 2000'
}

test_who_is_muted_or_on_hold_is_not_heard() {
	duet seconds=3 mute=1
	figure bob_loudness '<' 20
	figure anna_loudness '>' 100
	duet seconds=3 hold=1
	figure bob_loudness '<' 20
	figure anna_loudness '<' 20
	figure anna_packets_s '<' 5
}

test_a_tone_and_nobody_listening() {
	duet seconds=2 in=tone out=none
	both status == 0
	both finished == 0
	expect_measured "${FIGURES[anna_stats]}" '[.streams[] | select(.direction == "in") | .level < 30] | all'
	duet seconds=2 in=none
	both status == 0
	both loudness '<' 5
	# Silence is not sent.
	both packets_s '<' 15
}

# Devices as ALSA has them where there is no card: null takes and gives silence.
test_devices_of_sound_in_a_sandbox() {
	printf 'pcm.!default { type null }\nctl.!default { type null }\n' >"$HOME/.asoundrc"
	duet seconds=3 in=tone out=portaudio
	both status == 0
	both packets_s '>' 40
	both packets_s '<' 90
	refuse_text "$OUT" media.device
	duet seconds=2 in=portaudio out=none
	both status == 0
	refuse_text "$OUT" media.device
}

# What cannot be opened before the first packet is not opened later either.
test_in_the_sandbox_nothing_can_be_opened() {
	[ -x "$TEST_BUILD/tools/duet" ] || skip 'cam-media is not built'
	run env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" strace -f -o "$T/trace" \
		-e trace=openat,socket,execve,connect,bind,seccomp "$TEST_BUILD/tools/duet" "$TEST_BUILD/cam-media" seconds=2
	[ "$status" = 0 ] || skip 'strace cannot trace here'
	# Behind the filter only what fails.
	# One that is interrupted by the other process ends on a line of its own.
	awk '/seccomp\(/ { begun[$1] = /\{len=/ }
		begun[$1] && /seccomp.* = 0$/ { begun[$1] = 0; caged[$1] = 1; count++; next }
		caged[$1] && / = [0-9]/; END { exit count != 2 }' "$T/trace" >"$T/opened"
	expect_equal '' "$(cat "$T/opened")"
}
