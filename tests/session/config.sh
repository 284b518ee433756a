# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# config.sh: settings: cam config, cam.ini as people edit it, and what is refused.

test_get_set_and_ls() {
	user anna && start anna
	expect 0 cam_as anna config get roster.forget_days
	expect_equal 7 "$OUT"
	expect 0 cam_as anna config set roster.forget_days 30
	expect 0 cam_as anna config get roster.forget_days
	expect_equal 30 "$OUT"
	expect 0 cam_as anna config ls
	expect_text "$OUT" user.name user.host user.nick user.group net.port net.bind net.broadcast \
		net.list_for net.ipv6 ipmsg.charset security.legacy security.cleartext file.dir \
		file.accept roster.forget_days log.level media.ports server.host http.proxyHost
	expect 0 cam_as anna config ls --json
	json_all 'any(.[]; .key == "roster.forget_days" and .value == "30" and .default == "7")' <<<"$OUT"
}

test_the_defaults_are_those_of_the_contract() {
	mkdir -m 700 "$T/plain"
	USERS+=(plain)
	start plain -o net.bind="$NET.9" -o user.name=plain
	local pair
	for pair in net.port=2425 net.ipv6=on ipmsg.charset=CP932 security.legacy=on \
		security.cleartext=ask file.accept=ask roster.forget_days=7 media.ports=22224-22229; do
		expect 0 cam_as plain config get "${pair%%=*}"
		expect_equal "${pair#*=}" "$OUT"
	done
	expect_json "$(cam_as plain status --json)" ".host == \"$(hostname)\""
}

test_set_keeps_comments_and_order() {
	user anna
	cat >>"$T/anna/cam.ini" <<-'END'

		# who I am
		user.group = Sales   

		# the end
	END
	cp "$T/anna/cam.ini" "$T/before"
	start anna
	expect 0 cam_as anna config set user.group 'Purchasing'
	sed 's/^user.group = .*/user.group = Purchasing/' "$T/before" >"$T/wanted"
	diff <(sed 's/ *$//' "$T/wanted") <(sed 's/ *$//' "$T/anna/cam.ini")
	expect_equal 600 "$(stat -c %a "$T/anna/cam.ini")"
}

test_unknown_keys_and_values_are_refused_with_the_way_out() {
	user anna && start anna
	cp "$T/anna/cam.ini" "$T/before"
	expect 3 cam_as anna config get user.nik
	expect_complaint user.nik user.nick
	expect 3 cam_as anna config set user.nik x
	expect 2 cam_as anna config set security.legacy sometimes
	expect_complaint sometimes
	expect 2 cam_as anna config set net.port 70000
	expect 2 cam_as anna config set roster.forget_days -1
	expect 2 cam_as anna config set user.nick $'two\nlines'
	expect 2 cam_as anna config
	cmp "$T/before" "$T/anna/cam.ini"
}

test_an_option_of_camd_wins_over_the_file() {
	user anna user.group=File
	start anna -o user.group=Option
	expect 0 cam_as anna config get user.group
	expect_equal Option "$OUT"
	expect 0 cam_as anna rpc config.get '{"key":"user.group"}'
	expect_json "$OUT" '.source == "option"'
	run env CAM_HOME="$T/anna" "$TEST_BUILD/camd" -f -o no.such=1
	expect_equal 2 "$status"
	expect_text "$ERR" no.such
}

test_reload_takes_what_was_edited() {
	user anna && start anna
	echo 'user.nick = Edited' >>"$T/anna/cam.ini"
	expect 0 cam_as anna daemon reload
	expect 0 cam_as anna config get user.nick
	expect_equal Edited "$OUT"
	# A broken file is refused as a whole; what was stays.
	echo 'this is no setting' >>"$T/anna/cam.ini"
	expect 1 cam_as anna daemon reload
	expect_text "$ERR" cam.ini
	expect 0 cam_as anna config get user.nick
	expect_equal Edited "$OUT"
}

test_sighup_reloads() {
	user anna && start anna
	echo 'user.nick = Edited' >>"$T/anna/cam.ini"
	kill -HUP "${PID_OF[anna]}"
	await 10 nick_is Edited
}

nick_is() {
	[ "$(cam_as anna config get user.nick)" = "$1" ]
}

refuses_to_start() { # WORD...
	run env CAM_HOME="$T/anna" timeout 20 "${CAMD[@]}" -f
	[ "$status" != 0 ] && [ "$status" != 124 ] || fail "camd started ($status)"
	expect_text "$ERR" "$@"
}

test_a_broken_ini_is_named_with_its_line() {
	user anna
	echo 'nonsense without a sign' >>"$T/anna/cam.ini"
	refuses_to_start cam.ini "$(wc -l <"$T/anna/cam.ini")"
}

test_unknown_settings_in_the_file_are_named() {
	user anna user.nicc=Anna
	run env CAM_HOME="$T/anna" timeout 20 "${CAMD[@]}" -f -o no.such=1
	expect_text "$ERR" no.such
}

test_an_ini_that_others_can_write_is_refused() {
	user anna
	chmod 666 "$T/anna/cam.ini"
	refuses_to_start cam.ini chmod
	chmod 644 "$T/anna/cam.ini"
	start anna
}

test_a_data_folder_that_others_own_or_write_is_refused() {
	user anna
	mkdir -p "$T/anna/data"
	chmod 777 "$T/anna/data"
	refuses_to_start data
	chmod 700 "$T/anna/data"
	start anna
	stop anna
	mv "$T/anna/data" "$T/elsewhere"
	ln -s "$T/elsewhere" "$T/anna/data"
	refuses_to_start data
}

test_folders_and_files_are_private() {
	umask 022
	user anna && start anna
	local path
	for path in data run log; do
		expect_equal 700 "$(stat -c %a "$T/anna/$path")"
	done
	expect_equal 600 "$(stat -c %a "$T/anna/run/camd.sock")"
	find "$T/anna/data" "$T/anna/log" -type f ! -perm 600 >"$T/open"
	expect_equal '' "$(cat "$T/open")"
}

test_a_set_that_cannot_be_written_is_said_and_nothing_changes() {
	user anna && start anna
	[ -n "$TEST_SANDBOX" ] || skip 'needs a namespace of its own to mount in'
	expect 0 cam_as anna config set user.nick Before
	mount --bind "$T/anna" "$T/anna"
	mount -o remount,ro,bind "$T/anna"
	run cam_as anna config set user.nick After
	expect_equal 1 "$status"
	expect_complaint cam.ini
	expect 0 cam_as anna config get user.nick
	expect_equal Before "$OUT"
	umount "$T/anna"
}
