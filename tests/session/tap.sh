# shellcheck shell=bash disable=SC2034,SC2154
# in real time
# limit: 300
# tap.sh: what is sent in a call is received, deciphered and decoded by GStreamer and ffmpeg.

# shellcheck source=tests/media/calls.sh
. "$TEST_TOP/tests/media/calls.sh"

GST=

of_gstreamer() {
	of_media
	command -v gst-launch-1.0 >/dev/null || skip 'GStreamer is not installed'
	gst-inspect-1.0 srtpdec >/dev/null 2>&1 || skip 'GStreamer has no srtpdec'
}

# Anna says something to Bob.
a_call() {
	people anna bob
	speech anna 60
	calls anna bob --audio-in "$T/anna.wav" --audio-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in none --audio-out none
	await_call anna '.state == "active"'
	await 30 flows bob
}

# GStreamer takes what comes as the SDP says it of one kind, deciphers it and hands it on.
gst() { # SDP audio|video CODEC ELEMENT...
	local part port pt rate ssrc key
	part=$(tr -d '\r' <"$1" | awk -v kind="$2" '/^m=/ { in_it = index($0, "m=" kind) == 1 } in_it')
	read -r port pt < <(sed -n 's/^m=[a-z]* \([0-9]*\) RTP\/SAVP \([0-9]*\)$/\1 \2/p' <<<"$part")
	rate=$(sed -n 's/^a=rtpmap:[0-9]* [A-Za-z0-9]*\/\([0-9]*\).*/\1/p' <<<"$part")
	ssrc=$(sed -n 's/^a=ssrc:\([0-9]*\) .*/\1/p' <<<"$part")
	key=$(sed -n 's/^a=crypto:1 AEAD_AES_256_GCM inline:\(.*\)$/\1/p' <<<"$part" | base64 -d | xxd -p -c 99)
	expect_equal 88 ${#key}
	gst-launch-1.0 -q -e udpsrc address=127.0.0.1 port="$port" buffer-size=4000000 \
		caps="application/x-srtp,media=(string)$2,clock-rate=(int)$rate,encoding-name=(string)$3,payload=(int)$pt,ssrc=(uint)$ssrc,srtp-key=(buffer)$key,srtp-cipher=(string)aes-256-gcm,srtp-auth=(string)null,srtcp-cipher=(string)aes-256-gcm,srtcp-auth=(string)null,roc=(uint)0" \
		! srtpdec ! rtpjitterbuffer latency=100 ! "${@:4}" >"$T/gst.out" 2>&1 &
	GST=$!
}

has_bytes() { # FILE COUNT
	[ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge "$2" ]
}

gst_ends() {
	kill -INT "$GST"
	wait "$GST" || fail "$(cat "$T/gst.out")"
}

# Four seconds of it are what NAME said.
holds() { # WAV NAME
	expect_measured "$("$TEST_BUILD/tools/heard" "$T/$2.wav" "$1")" '.correlation > 0.7 and .heard_ms > 1500'
}

test_gstreamer_deciphers_what_is_sent() {
	of_gstreamer
	a_call
	expect 0 cam_as anna call sdp --yes
	printf '%s\n' "$OUT" >"$T/call.sdp"
	expect_text "$OUT" 'c=IN IP4 127.0.0.1' 'm=audio 5004 RTP/SAVP 96' 'a=rtpmap:96 opus/48000/2'
	gst "$T/call.sdp" audio OPUS rtpopusdepay ! opusdec ! audiorate ! audioconvert \
		! audio/x-raw,format=S16LE,channels=1,rate=48000 ! wavenc \
		! filesink buffer-mode=unbuffered location="$T/gst.wav"
	await 40 has_bytes "$T/gst.wav" 400000
	call_is anna '.tap == { port: 5004, sealed: true }'
	gst_ends
	holds "$T/gst.wav" anna
	# Bob hears on, with the new key.
	await 30 flows bob
	expect_measured "$(cam_as bob call stats --json)" '.members[0].streams | any(.direction == "in" and .loss < 0.5)'
	expect 0 cam_as anna call sdp --off
	call_is anna '.tap == null'
}

# In the codec that NAME's settings want; what is seen goes to gst.seen.y4m.
gst_sees() { # CODEC ELEMENT...
	local codec=$1
	people anna bob
	expect 0 cam_as anna config set media.codec "$codec"
	film anna 320 180 15 900
	calls anna bob --video --audio-in none --audio-out none --video-in "$T/anna.y4m" --video-out none
	await_call bob '.state == "ringing"'
	calls bob answer --audio-in none --audio-out none --video-out none
	await_call anna '.state == "active"'
	await 60 watches bob 10
	expect 0 cam_as anna call sdp --yes
	printf '%s\n' "$OUT" >"$T/call.sdp"
	expect_text "$OUT" 'm=video 5006 RTP/SAVP' "${codec^^}/90000"
	# By way of another format: y4menc does not see that vp9dec leaves room between its lines.
	gst "$T/call.sdp" video "${codec^^}" "${@:2}" ! videoconvert ! video/x-raw,format=Y444 \
		! videoconvert ! video/x-raw,format=I420 ! y4menc \
		! filesink buffer-mode=unbuffered location="$T/gst.seen.y4m"
	await 60 has_bytes "$T/gst.seen.y4m" 3000000
	gst_ends
	expect_seen anna gst
}

test_gstreamer_sees_vp9() {
	of_gstreamer
	gst-inspect-1.0 rtpvp9depay >/dev/null 2>&1 || skip 'GStreamer has no rtpvp9depay'
	gst_sees vp9 rtpvp9depay ! vp9dec
}

test_gstreamer_sees_vp8() {
	of_gstreamer
	gst_sees vp8 rtpvp8depay ! vp8dec
}

# The key in it opens nothing else; ffmpeg cannot decipher AES-GCM and takes what comes in clear.
test_ffmpeg_takes_what_comes_in_clear() {
	of_media
	command -v ffmpeg >/dev/null || skip 'ffmpeg is not installed'
	a_call
	expect 0 cam_as anna call sdp --yes --tap 6004
	refuse_text "$OUT" crypto SAVP
	printf '%s\n' "$OUT" >"$T/tap.sdp"
	expect_text "$OUT" 'm=audio 6004 RTP/AVP 96'
	run timeout 60 ffmpeg -nostdin -v error -protocol_whitelist file,udp,rtp -i "$T/tap.sdp" -t 4 -ar 48000 -ac 1 -c:a pcm_s16le "$T/tap.wav"
	expect_equal 0 "$status"
	holds "$T/tap.wav" anna
	# It goes on when the media process is another.
	kill -KILL "$(pgrep -P "${PID_OF[anna]}" cam-media)"
	await 30 flows bob
	call_is anna '.tap == { port: 6004, sealed: false }'
	run timeout 60 ffmpeg -nostdin -v error -protocol_whitelist file,udp,rtp -i "$T/tap.sdp" -t 1 "$T/more.wav"
	expect_equal 0 "$status"
}

# One who leaves may not be followed by the key that was printed.
test_a_printed_key_ends_with_the_next() {
	of_media
	people anna bob carl
	calls anna bob,carl --audio-in tone --audio-out none
	for name in bob carl; do
		await_call "$name" '.state == "ringing"'
		calls "$name" answer --audio-in none --audio-out none
		await_call "$name" '.state == "active"'
	done
	await_call anna 'all(.parties[]; .state == "active")'
	expect 0 cam_as anna call sdp --yes --port 7000
	call_is anna '.tap.port == 7000'
	expect 0 cam_as carl call hangup
	await_call anna '.tap == null'
}

test_nobody_gets_it_unasked() {
	of_media
	people anna bob
	expect 3 cam_as anna call sdp --yes
	calls anna bob --audio-in tone --audio-out none
	await_call bob '.state == "ringing"'
	expect 2 cam_as anna call sdp --yes
	expect_complaint answered
	calls bob answer --audio-in none --audio-out none
	await_call anna '.state == "active"'
	expect 6 cam_as anna call sdp
	expect_complaint '--yes'
	expect 6 cam_as anna call sdp --tap 6004
	expect 2 cam_as anna call sdp --yes --tap 80
	expect 2 cam_as anna call sdp --yes --tap 65535
	expect 2 cam_as anna call sdp --yes --port 0
	expect 2 cam_as anna call sdp --yes --port 5004 --tap 6004
	expect 2 cam_as anna rpc call.tap '{"port":"6004"}'
	expect 2 cam_as anna rpc call.sdp '{}'
	call_is anna '.tap == null'
}
