# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 300
# protect.sh: a passphrase for the keys: set, changed, said, taken away, and all that interrupted.

# shellcheck source=tests/tracing.sh
. "$TEST_TOP/tests/tracing.sh"

SAID=$'open sesame, gr\xc3\xbc\xc3\x9fe'

# In the background until it is told to stop. Not start(): a locked camd is not ready, and sealed
# keys are not for the next test.
begin() { # NAME [ARG]...
	local name=$1
	shift
	expect 0 env CAM_HOME="$T/$name" "$TEST_BUILD/camd" "$@"
}

halt() { # NAME
	expect 0 cam_as "$1" daemon stop
}

say() { # NAME ACTION PASSPHRASE
	printf '%s\n' "$3" | CAM_HOME=$T/$1 "$TEST_BUILD/cam" key "$2" --passphrase-file -
}

change() { # NAME OLD NEW
	printf '%s\n' "$2" "$3" | CAM_HOME=$T/$1 "$TEST_BUILD/cam" key protect \
		--old-passphrase-file - --passphrase-file -
}

unprotect() { # NAME [PASSPHRASE]
	printf '%s\n' "${2-$SAID}" | CAM_HOME=$T/$1 "$TEST_BUILD/cam" key unprotect \
		--old-passphrase-file -
}

# What makes us who we are.
identity_of() { # NAME
	cam_as "$1" key --json | jq -c '[.user_key, .device, .keys]'
}

is_locked() { # NAME
	cam_as "$1" status --json | json_last '.state == "locked"'
}

# All key files but the lock are of one form: sealed (camkey1 and 2) or not.
all_are() { # NAME sealed|open
	local file form
	for file in "$T/$1"/data/keys/*; do
		[ "${file##*/}" != lock ] || continue
		form=open
		[ "$(head -c 8 "$file" | xxd -p)" != 63616d6b65793102 ] || form=sealed
		[ "$form" = "$2" ] || fail "$file is $form"
		expect_equal 600 "$(stat -c %a "$file")"
	done
}

test_sealed_keys_lock_camd_until_the_passphrase_is_said() {
	user anna && begin anna
	local before
	before=$(identity_of anna)
	expect_json "$(cam_as anna status --json)" '.protection == "permissions"'
	expect_text "$(cam_as anna status)" 'file permissions only'
	all_are anna open
	expect 0 say anna protect "$SAID"
	all_are anna sealed
	expect_json "$(cam_as anna status --json)" '.protection == "passphrase" and .state == "online"'
	expect_equal "$before" "$(identity_of anna)"
	halt anna
	begin anna
	is_locked anna
	expect_text "$(cam_as anna status)" 'cam key unlock' passphrase
	expect 7 cam_as anna ls
	expect_complaint 'cam key unlock'
	expect 7 cam_as anna send bob hello
	expect 7 cam_as anna key protect --passphrase-file "$T/anna/cam.ini"
	expect 7 unprotect anna
	expect 7 cam_as anna wait ready
	expect 7 cam_as anna rpc roster.list
	# Not on the network.
	! ss -Huan "src $NET.0/24" | grep -q . || fail 'locked, and on the network'
	expect 7 say anna unlock 'another'
	is_locked anna
	expect 0 say anna unlock "$SAID"
	expect_json "$(cam_as anna status --json)" '.protection == "passphrase" and .state == "online"'
	ss -Huan "src $NET.0/24" | grep -q . || fail 'unlocked, and not on the network'
	expect_equal "$before" "$(identity_of anna)"
	expect 0 say anna unlock 'whatever: nothing is locked'
	expect 7 cam_as anna rpc key.unprotect
	expect 7 unprotect anna another
	all_are anna sealed
	expect 0 unprotect anna
	all_are anna open
	[ ! -e "$T/anna/data/keys/lock" ]
	halt anna
	begin anna
	expect_equal "$before" "$(identity_of anna)"
	halt anna
	# It is nowhere on the disk.
	! grep -rqF 'open sesame' "$T/anna" || fail 'the passphrase lies in a file'
}

test_messages_go_as_before_once_unlocked() {
	user anna && user bob && start bob
	begin anna
	expect 0 say anna protect "$SAID"
	halt anna
	begin anna
	expect 0 say anna unlock "$SAID"
	meet anna bob
	expect 0 cam_as anna send bob 'out of a locked box'
	expect 0 cam_as bob send anna 'into it'
	halt anna
}

test_another_passphrase_takes_the_place_of_the_first() {
	user anna && begin anna
	expect 0 say anna protect first
	cp "$T/anna/data/keys/user.key" "$T/user.key"
	expect 7 change anna another second
	expect 2 say anna protect second
	expect_complaint old-passphrase-file
	expect 7 cam_as anna rpc key.protect '{"passphrase":"second"}'
	expect 0 change anna first second
	cmp "$T/user.key" "$T/anna/data/keys/user.key"
	halt anna
	begin anna
	expect 7 say anna unlock first
	expect 0 say anna unlock second
	halt anna
}

test_a_file_opens_them_unattended() {
	user anna && begin anna
	expect 0 say anna protect "$SAID"
	halt anna
	printf '%s\n' "$SAID" >"$T/said" && chmod 600 "$T/said"
	begin anna -o security.passphrase_file="$T/said"
	expect 0 cam_as anna wait ready
	expect_json "$(cam_as anna status --json)" '.state == "online" and .protection == "passphrase"'
	halt anna
	# A file that does not fit or is not ours alone leaves them locked.
	chmod 640 "$T/said"
	begin anna -o security.passphrase_file="$T/said"
	is_locked anna
	halt anna
	printf 'wrong\n' >"$T/said" && chmod 600 "$T/said"
	begin anna -o security.passphrase_file="$T/said"
	is_locked anna
	grep -q 'not the passphrase' "$T/anna/log/camd.log"
	expect 0 say anna unlock "$SAID"
	halt anna
}

test_what_is_no_passphrase_is_refused() {
	user anna && begin anna
	expect 2 say anna protect ''
	expect 2 say anna protect "$(printf '%1025s' x)"
	expect 2 say anna protect $'\xff'
	expect 1 cam_as anna key protect --passphrase-file "$T/none"
	echo x >"$T/said" && chmod 644 "$T/said"
	expect 1 cam_as anna key protect --passphrase-file "$T/said"
	expect_complaint 600
	expect 2 cam_as anna key protect </dev/null
	expect_complaint passphrase-file
	expect 2 cam_as anna key unprotect --passphrase-file "$T/said"
	expect 2 cam_as anna key --passphrase-file "$T/said"
	expect 2 unprotect anna
	expect 2 cam_as anna key unlock --old-passphrase-file "$T/said"
	expect 2 cam_as anna key hide
	expect 2 cam_as anna rpc key.protect '{}'
	expect 2 cam_as anna rpc key.protect '{"passphrase":""}'
	all_are anna open
	halt anna
}

test_a_terminal_asks_twice_and_shows_nothing() {
	command -v tmux >/dev/null || skip 'tmux is missing'
	user anna && begin anna
	local socket=$T/tmux
	tmux -S "$socket" -f /dev/null new-session -d -x 100 -y 20 \
		"CAM_HOME=$T/anna $TEST_BUILD/cam key protect; echo status \$?; cat"
	asked() { tmux -S "$socket" capture-pane -p | grep -q "$1"; }
	await 20 asked 'passphrase for the keys:'
	tmux -S "$socket" send-keys 'my secret' Enter
	await 20 asked 'the same again:'
	tmux -S "$socket" send-keys 'my secret' Enter
	await 20 asked 'status 0'
	! asked 'my secret' || fail 'the passphrase is on the screen'
	tmux -S "$socket" kill-server
	halt anna
	begin anna
	expect 0 say anna unlock 'my secret'
	halt anna
}

test_without_the_lock_sealed_keys_are_not_replaced() {
	user anna && begin anna
	expect 0 say anna protect "$SAID"
	halt anna
	mv "$T/anna/data/keys/lock" "$T/lock"
	cp -rp "$T/anna/data/keys" "$T/keys"
	run env CAM_HOME="$T/anna" "$TEST_BUILD/camd"
	expect_equal 7 "$status"
	expect_text "$ERR" lock
	diff -r "$T/keys" "$T/anna/data/keys"
	mv "$T/lock" "$T/anna/data/keys/lock"
	begin anna
	expect 0 say anna unlock "$SAID"
	halt anna
}

# camd dies at its n-th call of that kind, while the keys are sealed or unsealed.
dies_at() { # SYSCALL N COMMAND...
	local pid syscall=$1 n=$2
	shift 2
	pid=$(cat "$T/anna/run/camd.pid")
	kill_at "$pid" "$syscall" "$n"
	run "$@"
	is_gone "$pid"
	wait "$TRACER" || true
	rm -f "$T/anna/run/camd.sock"
}

test_an_interrupted_change_loses_no_key() {
	may_trace
	user anna && begin anna
	local before n
	before=$(identity_of anna)
	for n in 1 3 6; do
		dies_at rename "$n" say anna protect "$SAID"
		begin anna
		is_locked anna
		expect 0 say anna unlock "$SAID"
		all_are anna sealed
		expect_equal "$before" "$(identity_of anna)"
		dies_at rename "$n" unprotect anna
		begin anna
		is_locked anna
		expect 0 say anna unlock "$SAID"
		all_are anna sealed
		expect_equal "$before" "$(identity_of anna)"
		expect 0 unprotect anna
	done
	# The lock is not there yet: nothing has changed.
	dies_at link 1 say anna protect "$SAID"
	rm -f "$T/anna/data/keys/lock".*
	begin anna
	! is_locked anna || expect 0 say anna unlock "$SAID"
	expect_equal "$before" "$(identity_of anna)"
	halt anna
}

# Only root may look into a camd.
test_the_passphrase_does_not_stay_in_memory() {
	[ "$(id -u)" = 0 ] || skip 'only root may look'
	user anna && begin anna
	expect 0 say anna protect "$SAID"
	halt anna
	# As what people run is linked: looking a function up late leaves registers on the stack.
	export LD_BIND_NOW=1
	begin anna
	unset LD_BIND_NOW
	expect 0 say anna unlock "$SAID"
	python3 - "$(cat "$T/anna/run/camd.pid")" "${SAID:5}" anna <<-'END' || fail 'it is in memory'
		import re, sys
		process, passphrase, known = sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode()
		found = {passphrase: 0, known: 0}
		with open(f"/proc/{process}/mem", "rb", 0) as memory, open(f"/proc/{process}/maps") as maps:
		    for line in maps:
		        first, last, mode = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
		        first, size = int(first, 16), int(last, 16) - int(first, 16)
		        # A sanitizer's shadow is all of the address space.
		        if mode[0] != "r" or mode[1] != "w" or size > 1 << 28:
		            continue
		        try:
		            memory.seek(first)
		            data = memory.read(size)
		        except (OSError, ValueError):
		            continue
		        for text in found:
		            found[text] += data.count(text)
		sys.exit(0 if found[passphrase] == 0 and found[known] > 0 else 1)
	END
	halt anna
}
