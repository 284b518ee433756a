# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# file.sh: files and folders offered and fetched between two camd.

two() {
	user anna && user bob
	start anna && start bob
	meet anna bob
	# Over a link, so that the keys are pinned.
	await 20 linked anna bob
}

offered() { # NAME FILTER: the id of what NAME's camd lists so
	cam_as "$1" file ls --json | jq -r "select($2) | .id" | tail -n 1
}

lists() { # NAME FILTER
	cam_as "$1" file ls --json | json_all "any(.[]; $2)"
}

await_offer() { # NAME FILTER: prints its id
	await 20 lists "$1" "$2"
	offered "$1" "$2"
}

# Nothing but whole things where people look.
only_whole() { # FOLDER
	[ -z "$(find "$1" -maxdepth 1 -name '.*.part' -o -name '.*.list' -o -name '.*.mark')" ]
}

test_a_file_is_offered_and_fetched() {
	two
	bytes plan 3000001 >"$T/plan.bin"
	touch -d 2026-01-31T09:30:00 "$T/plan.bin"
	expect 0 cam_as anna file send --json "$T/plan.bin" bob
	expect_json "$OUT" '.to == "bob@pc2" and .state == "delivered" and .encryption == "cam1"'
	local id
	id=$(await_offer bob '.name == "plan.bin" and .state == "offered"')
	expect 0 cam_as bob file ls --json
	expect_json "$OUT" ".id == \"$id\" and .direction == \"in\" and .peer == \"anna@pc1\""
	expect_json "$OUT" '.size == 3000001 and .kind == "file" and .done == 0 and .path == null and .error == null'
	expect 0 cam_as anna file ls --json
	expect_json "$OUT" ".id == \"$id\" and .direction == \"out\" and .peer == \"bob@pc2\" and .state == \"offered\""
	expect 0 cam_as bob file get "$id"
	expect_equal "$T/bob/files/plan.bin" "$OUT"
	cmp "$T/plan.bin" "$T/bob/files/plan.bin"
	expect_equal 2026-01-31 "$(date -r "$T/bob/files/plan.bin" +%F)"
	await 10 only_whole "$T/bob/files"
	expect 0 cam_as bob file ls --json
	expect_json "$OUT" ".state == \"done\" and .done == 3000001 and .path == \"$T/bob/files/plan.bin\""
	expect_json "$OUT" '.encryption == "cam1"'
	await 20 lists anna '.state == "done" and .done == 3000001'
}

test_the_beginning_of_an_id_will_do_and_a_second_get_fetches_nothing() {
	two
	echo text >"$T/a.txt"
	cam_as anna file send "$T/a.txt" bob
	local id
	id=$(await_offer bob '.name == "a.txt"')
	expect 0 cam_as bob file get "${id:0:6}"
	expect_equal "$T/bob/files/a.txt" "$OUT"
	expect 0 cam_as bob file get "$id"
	expect_equal "$T/bob/files/a.txt" "$OUT"
	expect_equal a.txt "$(ls "$T/bob/files")"
	# Unless it has gone; and elsewhere it is another copy.
	mkdir "$T/else"
	expect 0 cam_as bob file get -o "$T/else" --name b.txt "$id"
	expect_equal "$T/else/b.txt" "$OUT"
	rm "$T/bob/files/a.txt" "$T/else/b.txt"
	expect 0 cam_as bob file get "$id"
	expect_equal "$T/bob/files/a.txt" "$OUT"
	expect_equal text "$(cat "$T/bob/files/a.txt")"
	expect 3 cam_as bob file get ffffffff
	expect_complaint ffffffff
	expect 6 cam_as anna file get "$id"
	expect_complaint a.txt
}

test_an_existing_file_is_never_replaced() {
	two
	mkdir -p "$T/bob/files"
	echo mine >"$T/bob/files/a.txt"
	echo hers >"$T/a.txt"
	cam_as anna file send "$T/a.txt" bob
	expect 0 cam_as bob file get "$(await_offer bob '.name == "a.txt"')"
	expect_equal mine "$(cat "$T/bob/files/a.txt")"
	expect_equal "$T/bob/files/a (2).txt" "$OUT"
	expect_equal hers "$(cat "$OUT")"
}

test_a_message_has_text_and_several_files() {
	two
	echo one >"$T/one" && echo two >"$T/two"
	expect 0 cam_as anna send --file "$T/one" --file "$T/two" bob 'as promised'
	await_log bob '.text == "as promised" and (.offers | length) == 2'
	cam_as bob log --json | json_last '[.offers[].name] == ["one", "two"]'
	expect_text "$(cam_as anna log)" 'as promised'
	local ids
	await 20 lists bob '.name == "two"'
	ids=$(cam_as bob file ls --json | jq -r .id)
	# shellcheck disable=SC2086
	expect 0 cam_as bob file get $ids
	expect_equal 'one two' "$(cat "$T/bob/files/one" "$T/bob/files/two" | xargs)"
}

odd_tree() { # FOLDER
	mkdir -p "$1/empty" "$1/sub/deeper"
	: >"$1/nothing"
	printf b >"$1/"$'caf\u00e9'   # composed
	printf c >"$1/"$'cafe\u0301' # and not
	printf e >"$1/two  blanks; \$(quoted) 'and' \"so\" [on]*"
	printf g >"$1/sub/deeper/会議.txt"
	printf run >"$1/tool" && chmod 755 "$1/tool"
	printf secret >"$1/private" && chmod 600 "$1/private"
	truncate -s 50M "$1/sparse" && printf end >>"$1/sparse"
	bytes tree 200000 >"$1/sub/data"
	touch -d 2020-02-02T02:02:02 "$1/tool" "$1/sub"
}

# Names, kinds, sizes, permissions and times of all there is.
picture() { # FOLDER
	(cd "$1" && find . -printf '%p %y %s %m\0' | sed -z 's/^\(.*\) d [0-9]* /\1 d /' |
		LC_ALL=C sort -z | tr '\0\n' '\n ')
}

test_a_folder_comes_out_as_it_went_in() {
	two
	odd_tree "$T/plans"
	expect 0 cam_as anna file send "$T/plans" bob
	local id
	id=$(await_offer bob '.name == "plans" and .kind == "folder"')
	expect 0 cam_as bob file get "$id"
	diff -r "$T/plans" "$T/bob/files/plans"
	# No program comes this way (threat model F7).
	expect_equal 644 "$(stat -c %a "$T/bob/files/plans/tool")"
	chmod 644 "$T/plans/tool"
	diff <(picture "$T/plans") <(picture "$T/bob/files/plans")
	expect_equal 2020-02-02 "$(date -r "$T/bob/files/plans/tool" +%F)"
	expect_equal 2020-02-02 "$(date -r "$T/bob/files/plans/sub" +%F)"
	# Empty space has stayed empty.
	[ "$(du -k "$T/bob/files/plans/sparse" | cut -f 1)" -lt 2048 ] || fail 'holes were filled'
	await 10 only_whole "$T/bob/files"
}

test_names_that_could_do_harm_come_out_harmless() {
	two
	mkdir -p "$T/plans/sub"
	printf a >"$T/plans/"$'line\nfeed'
	printf b >"$T/plans/-rf"
	printf c >"$T/plans/sub/"$'\e[31mred'
	printf d >"$T/plans/sub/.hidden"
	cam_as anna file send "$T/plans" bob
	expect 0 cam_as bob file get "$(await_offer bob '.name == "plans"')"
	expect_equal '_rf line_feed sub' "$(cd "$T/bob/files/plans" && echo *)"
	expect_equal 2 "$(find "$T/bob/files/plans/sub" -type f | wc -l)"
	! find "$T/bob/files" | grep -q $'\e' || fail 'an escape in a name'
	expect_equal abcd "$(find "$T/bob/files" -type f -exec cat {} + | fold -w 1 | sort | tr -d '\n')"
}

test_links_in_a_folder_are_not_followed() {
	two
	mkdir "$T/plans"
	echo ours >"$T/plans/ours"
	echo secret >"$T/secret"
	ln -s "$T/secret" "$T/plans/link"
	ln -s / "$T/plans/root"
	mkfifo "$T/plans/pipe"
	cam_as anna file send "$T/plans" bob
	expect 0 cam_as bob file get "$(await_offer bob '.name == "plans"')"
	expect_equal ours "$(ls "$T/bob/files/plans")"
}

test_stdin_is_sent_under_a_name_and_stdout_gets_the_bytes() {
	two
	bytes dump 5000000 >"$T/dump"
	expect 0 cam_as anna file send --name dump.sql - bob <"$T/dump"
	local id spool
	id=$(await_offer bob '.name == "dump.sql" and .size == 5000000')
	# Nobody else can read the copy.
	expect_equal 1 "$(find "$T/anna/data/spool" -type f | wc -l)"
	expect_equal '' "$(find "$T/anna/data/spool" -perm /077)"
	cam_as bob file get -o - "$id" >"$T/got"
	cmp "$T/dump" "$T/got"
	await 10 no_files "$T/bob/data/spool"
	[ ! -e "$T/bob/files/dump.sql" ] || fail 'a second copy'
	# With the offer the copy goes.
	expect 0 cam_as anna file drop "$id"
	await 20 no_files "$T/anna/data/spool"
	expect 2 cam_as anna file send - bob </dev/null
	expect_complaint --name
}

no_files() { # FOLDER
	[ -z "$(find "$1" -type f)" ]
}

test_several_recipients_fetch_and_wait_returns() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	await 20 linked anna bob
	await 20 linked anna carl
	bytes plan 1000000 >"$T/plan"
	in_background anna "$T/told" file send --wait --json "$T/plan" bob,carl
	local sender=$! id
	id=$(await_offer bob '.name == "plan"')
	expect 0 cam_as bob file get "$id"
	kill -0 $sender || fail 'wait returned before carl had it'
	expect 0 cam_as carl file get "$(await_offer carl '.name == "plan"')"
	wait $sender || fail "wait ended with $?"
	cmp "$T/plan" "$T/bob/files/plan"
	cmp "$T/plan" "$T/carl/files/plan"
	json_all '[.[] | select(.type == "transfer.done") | .peer] | sort == ["bob@pc2", "carl@pc3"]' "$T/told"
	cam_as anna file ls --json | json_all 'length == 2 and all(.[]; .state == "done")'
}

test_wait_tells_who_declines() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	await 20 linked anna bob
	await 20 linked anna carl
	echo plan >"$T/plan"
	in_background anna "$T/told" file send --wait "$T/plan" bob,carl
	local sender=$! rc=0
	expect 0 cam_as bob file drop "$(await_offer bob '.name == "plan"')"
	expect 0 cam_as carl file get "$(await_offer carl '.name == "plan"')"
	wait $sender || rc=$?
	expect_equal 8 $rc
	expect_text "$(cat "$T/told.err")" bob@pc2 plan
	expect_text "$(cat "$T/told")" 'carl@pc3 has fetched'
	expect_equal 0 "$(cam_as bob file ls --json | wc -l)"
	in_background anna "$T/told2" file send --wait "$T/plan" bob
	sender=$! rc=0
	cam_as bob file drop "$(await_offer bob '.name == "plan"')"
	wait $sender || rc=$?
	expect_equal 6 $rc
}

test_an_interrupt_ends_the_waiting_and_not_the_offer() {
	two
	echo plan >"$T/plan"
	in_background anna "$T/told" file send --wait "$T/plan" bob
	local sender=$! rc=0 id
	id=$(await_offer bob '.name == "plan"')
	kill -INT $sender
	wait $sender || rc=$?
	expect_equal 130 $rc
	expect_text "$(cat "$T/told.err")" 'cam file cancel'
	expect 0 cam_as bob file get "$id"
}

test_what_is_cancelled_nobody_fetches() {
	two
	echo plan >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id
	id=$(await_offer bob '.name == "plan"')
	expect 0 cam_as anna file cancel "$id"
	expect_text "$OUT" plan withdrawn
	expect 6 cam_as bob file get "$id"
	expect_complaint plan
	[ ! -e "$T/bob/files/plan" ] || fail 'fetched nevertheless'
	await 20 lists bob '.state == "cancelled"'
	expect 3 cam_as anna file cancel ffff
	expect 0 cam_as anna file drop "$id"
	expect_equal 0 "$(cam_as anna file ls --json | wc -l)"
}

test_so_many_fetches_are_allowed_and_no_more() {
	user anna && user bob && user carl
	start anna && start bob && start carl
	meet anna bob && meet anna carl
	await 20 linked anna bob
	await 20 linked anna carl
	echo plan >"$T/plan"
	cam_as anna file send --fetches 1 "$T/plan" bob,carl
	expect 0 cam_as bob file get "$(await_offer bob '.name == "plan"')"
	await 20 lists anna '.peer == "bob@pc2" and .state == "done"'
	run cam_as carl file get "$(await_offer carl '.name == "plan"')"
	expect_equal 6 "$status"
	[ ! -e "$T/carl/files/plan" ] || fail 'fetched nevertheless'
}

test_always_fetches_at_once_and_never_declines() {
	two
	echo plan >"$T/plan"
	expect 0 cam_as bob user accept anna always
	cam_as bob ls --json | json_all 'any(.[]; .id == "anna@pc1")'
	expect 0 cam_as anna file send --wait --timeout 30 "$T/plan" bob
	cmp "$T/plan" "$T/bob/files/plan"
	expect 0 cam_as bob user accept anna never
	expect 6 cam_as anna file send --wait --timeout 30 "$T/plan" bob
	expect_text "$ERR" bob@pc2
	expect 0 cam_as bob user accept anna default
	expect 0 cam_as bob config set file.accept always
	expect 0 cam_as anna file send --wait --timeout 30 "$T/plan" bob
	cmp "$T/plan" "$T/bob/files/plan (2)"
}

test_an_offer_survives_restarts_of_both() {
	two
	bytes plan 100000 >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id
	id=$(await_offer bob '.name == "plan"')
	stop anna && stop bob
	start bob
	expect 0 cam_as bob file get --no-wait "$id"
	start anna
	expect 0 cam_as bob file get "$id"
	cmp "$T/plan" "$T/bob/files/plan"
}

test_another_file_at_its_path_is_not_what_was_offered() {
	two
	echo plan >"$T/plan" && echo second >"$T/second"
	cam_as anna file send "$T/plan" "$T/second" bob
	await 20 lists bob '.name == "second"'
	# Changed, and another one in its place.
	echo changed >"$T/plan"
	echo second >"$T/new" && mv "$T/new" "$T/second"
	run cam_as bob file get "$(offered bob '.name == "plan"')"
	expect_equal 1 "$status"
	expect_complaint plan
	stop anna && start anna
	run cam_as bob file get "$(offered bob '.name == "second"')"
	expect_equal 1 "$status"
	expect_equal '' "$(ls "$T/bob/files" 2>/dev/null)"
	cam_as bob file ls --json | json_all 'all(.[]; .state == "failed" and .error != null)'
}

test_sealed_offers_are_seen_when_the_message_is_opened() {
	two
	echo plan >"$T/plan"
	expect 0 cam_as anna send --seal --file "$T/plan" bob 'open me'
	await_log bob '.sealed and (.opened | not) and .offers == []'
	expect_equal 0 "$(cam_as bob file ls --json | wc -l)"
	cam_as bob open "$(cam_as bob log --json | jq -r .id | tail -n 1)"
	expect 0 cam_as bob file get "$(await_offer bob '.name == "plan"')"
	cmp "$T/plan" "$T/bob/files/plan"
}

test_offers_end_after_seven_days() {
	command -v faketime >/dev/null || skip 'faketime is missing'
	[ -z "$TEST_VALGRIND" ] || skip 'valgrind and faketime do not go together'
	two
	echo plan >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id library
	id=$(await_offer bob '.name == "plan"')
	stop bob
	library=$(ldd "$TEST_BUILD/camd" | sed -n 's/.*=> \(.*libasan[^ ]*\).*/\1/p')
	CAMD=(env FAKETIME=+7d FAKETIME_DONT_FAKE_MONOTONIC=1
		"LD_PRELOAD=${library:+$library:}$(faketime -f +0d sh -c 'echo "$LD_PRELOAD"')"
		"$TEST_BUILD/camd")
	start bob
	await 20 lists bob '.state == "expired"'
	expect 6 cam_as bob file get "$id"
	[ ! -e "$T/bob/files/plan" ] || fail 'fetched nevertheless'
}

test_what_happens_is_told() {
	two
	bytes plan 100000 >"$T/plan"
	in_background bob "$T/seen" watch --type offer,transfer --json
	in_background bob "$T/read" watch --type offer,transfer
	await 10 eval 'cam_as bob status --json | json_last ".clients >= 3"'
	cam_as anna file send "$T/plan" bob
	local id
	id=$(await_offer bob '.name == "plan"')
	cam_as bob file get "$id"
	await 20 json_last '.type == "transfer.done"' "$T/seen"
	json_all 'any(.[]; .type == "offer.received" and .name == "plan" and .from == "anna@pc1")' "$T/seen"
	json_last ".id == \"$id\" and .path == \"$T/bob/files/plan\"" "$T/seen"
	await 20 grep -q "saved as '$T/bob/files/plan'" "$T/read"
	expect_text "$(cat "$T/read")" "offers 'plan', 98 KiB" "cam file get ${id:0:8}"
}

test_a_hostile_name_is_harmless() {
	two
	local name=$'\e[31mred\u202e\tline'
	expect 0 cam_as anna file send --name "$name" - bob <<<text
	local id
	id=$(await_offer bob '.size == 5')
	! cam_as bob file ls | grep -q $'\e\\|\u202e' || fail 'controls in the list'
	expect_equal 1 "$(cam_as bob file ls | wc -l)"
	expect 0 cam_as bob file get "$id"
	expect_equal 1 "$(find "$T/bob/files" -type f | wc -l)"
	expect_equal "$T/bob/files" "$(dirname "$(cam_as bob file ls --json | jq -r .path)")"
}

test_an_image_goes_with_the_text() {
	two
	printf '%s' iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg== |
		base64 -d >"$T/dot.png"
	expect 0 cam_as anna send --image - bob 'look' <"$T/dot.png"
	await_log bob '.text | startswith("look")'
	local id
	id=$(await_offer bob '.kind == "image"')
	expect 0 cam_as bob file get -o "$T" --name got.png "$id"
	cmp "$T/dot.png" "$T/got.png"
	expect 1 cam_as anna send --image "$T/anna/cam.ini" bob
	expect_complaint cam.ini PNG
}

test_shells_complete_the_ids_of_offers() {
	[ -z "$TEST_VALGRIND" ] || skip 'valgrind makes camd too slow for it'
	two
	echo plan >"$T/plan"
	cam_as anna file send "$T/plan" bob
	local id
	id=$(await_offer bob '.name == "plan"')
	await 20 completes "file get ${id:0:3}" "${id:0:8}.${id#*.}"
	await 20 completes "file send $T/plan an" anna@pc1
}

# What bash makes of it when TAB is pressed: WORD, or paths where there is none.
completes() { # LINE WORD
	CAM_HOME=$T/bob bash -c '. "$1"
		COMP_LINE="cam $2" COMP_POINT=$((${#2} + 4)) COMP_TYPE=9 COMP_KEY=9
		_cam cam
		printf "%s\n" "${COMPREPLY[@]}"' sh "$TEST_TOP/completions/cam.bash" "$1" | grep -qxF -- "$2"
}

test_a_list_and_an_image_in_a_terminal() {
	command -v tmux >/dev/null || skip 'tmux is missing'
	[ -x "$TEST_BUILD/cam-show" ] || skip 'cam was built without cam-show'
	two
	printf '%s' iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg== |
		base64 -d >"$T/dot.png"
	cam_as anna file send "$T/dot.png" bob
	local id
	id=$(await_offer bob '.name == "dot.png"')
	on_screen "cam file ls; cam file get --show $id; cam file ls"
	expect_text "$(cat "$T/screen")" 'anna@pc1' 'offered' 'done' 'dot.png' "is saved as"
	grep -q $'\e\\[[0-9;]*[34]8;5;' "$T/screen" || fail "no cells in colour: $(cat -v "$T/screen")"
	# A text is no image, and what it holds is not shown either.
	printf 'text \e[31m' >"$T/text.png"
	cam_as anna file send "$T/text.png" bob
	on_screen "cam file get --show $(await_offer bob '.name == "text.png"'); echo ended \$?"
	expect_text "$(cat "$T/screen")" 'neither PNG' 'ended 1'
	expect 2 cam_as bob file get --show --no-wait "$id"
	expect 1 cam_as bob file get --show "$id"
	expect_text "$ERR" 'no terminal'
}

drawn() { # FILE ARG...: by cam-show, for a terminal of the name in TERM
	env -u TMUX -u NO_COLOR -u COLORTERM "$TEST_BUILD/cam-show" --size 8x4x10x20 "$@" >"$1.drawn"
}

test_a_picture_is_drawn_as_the_terminal_can_show_it() {
	[ -x "$TEST_BUILD/cam-show" ] || skip 'cam was built without cam-show'
	printf '%s' iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg== |
		base64 -d >"$T/dot.png"
	TERM=xterm-kitty drawn "$T/dot.png"
	grep -qaF $'\e_Ga=T,f=32,s=10,v=20,c=1,r=1' "$T/dot.png.drawn" || fail 'not as kitty takes it'
	TERM=foot drawn "$T/dot.png"
	grep -qaF $'\eP0;1;0q"1;1;10;' "$T/dot.png.drawn" || fail 'no sixels'
	TERM=screen-256color drawn "$T/dot.png"
	grep -qaF $'\e[38;5;' "$T/dot.png.drawn" || fail 'no cells'
	expect 2 "$TEST_BUILD/cam-show" --size 8x4 "$T/dot.png"
	expect 2 "$TEST_BUILD/cam-show" --size 8x4x1x99999 "$T/dot.png"
}

# Runs it in a real terminal as bob and leaves the screen, colours and all.
on_screen() { # SCRIPT
	local socket
	socket=$(mktemp -u "$T/tmux.XXXXXX")
	tmux -S "$socket" -f /dev/null new-session -d -x 100 -y 40 -s screen \
		"export CAM_HOME=$T/bob PATH=$PATH; $1; touch $T/shown; exec cat" >/dev/null
	await 30 test -e "$T/shown"
	tmux -S "$socket" capture-pane -p -e -t screen >"$T/screen"
	tmux -S "$socket" kill-server
	rm -f "$T/shown"
}
