# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# japanese.sh: cam speaks the language of who runs it, whatever camd was started with.

test_japanese_is_spoken_where_its_locale_is_not_installed() {
	catalogues
	user anna && user bob
	start anna && start bob
	meet anna bob
	export LC_ALL=ja_JP.UTF-8 2>/dev/null
	expect 0 cam_as anna send bob こんにちは
	expect_text "$OUT" 'bob@pc2: ' 'ミリ秒で配信されました'
	expect 3 cam_as anna send nobody x
	expect_text "$ERR" "'nobody' に当てはまるユーザーはいません"
	expect 0 cam_as anna status
	expect_text "$OUT" 'メッセージ'
	expect 2 cam_as anna send --frobnicate
	expect_text "$ERR" 'オプション' '使い方を表示します'
	expect 0 cam_as anna help send
	expect_text "$OUT" 'メッセージを送り、配信されるまで待つ' '封書'
}

test_what_camd_refuses_is_told_in_the_clients_language() {
	catalogues
	user anna security.cleartext=ask && user bob
	start anna && start bob
	meet anna bob
	stop bob
	await_user anna bob@pc2 offline
	export LC_ALL=ja_JP.UTF-8 2>/dev/null
	# One who is not there, beside one who cannot be.
	expect 4 cam_as anna send --timeout 0.1 bob x
	expect_text "$ERR" '送信待ちのまま再送されます'
	expect 3 cam_as anna open ffffffff
	expect_text "$ERR" "ID 'ffffffff' のものはありません"
	expect 3 cam_as anna config get no.such.key
	expect_text "$ERR" "設定 'no.such.key' はありません"
}

test_machine_output_is_not_translated() {
	catalogues
	user anna
	start anna
	LC_ALL=C expect 0 cam_as anna status --json
	jq -S 'del(.uptime_ms, .clients, .memory)' <<<"$OUT" | jq -r 'paths | join(".")' >"$T/english"
	LC_ALL=ja_JP.UTF-8 expect 0 cam_as anna status --json
	jq -S 'del(.uptime_ms, .clients, .memory)' <<<"$OUT" | jq -r 'paths | join(".")' >"$T/japanese"
	diff "$T/english" "$T/japanese"
	LC_ALL=ja_JP.UTF-8 expect 0 cam_as anna config ls --json
	expect_json "$OUT" '.key | test("^[a-zA-Z0-9_.]+$")'
}

test_language_chooses_as_everywhere() {
	catalogues
	user anna
	LANGUAGE=ja expect 2 cam_as anna nonsense
	expect_text "$ERR" 'というコマンドはありません'
	LC_ALL=fr_FR.UTF-8 LANGUAGE=zh_CN:ja expect 2 cam_as anna nonsense
	expect_text "$ERR" '没有命令'
	LC_ALL=zh_CN.GB18030 expect 2 cam_as anna nonsense
	expect_text "$ERR" '没有命令'
	LC_ALL='' LANG=ja_JP.UTF-8 LC_MESSAGES=zh_CN.UTF-8 expect 2 cam_as anna nonsense
	expect_text "$ERR" '没有命令'
	for locale in C POSIX ''; do
		LC_ALL=$locale LANG=$locale LANGUAGE=ja expect 2 cam_as anna nonsense
		expect_text "$ERR" 'no verb'
	done
	LC_ALL=fr_FR.UTF-8 expect 2 cam_as anna nonsense
	expect_text "$ERR" 'no verb'
}
