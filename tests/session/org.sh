# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 300
# org.sh: an organisation joined by code, its directory, and messages through its server.

. "${BASH_SOURCE[0]%/*}/../org.sh"

test_a_code_makes_a_member() {
	serve_org
	apart anna
	start anna
	expect 0 cam_as anna org status --json
	expect_json "$OUT" '.state == "none" and .organisation == null and .connected == false'
	expect 0 cam_as anna org join "$(invite anna)" --json
	expect_json "$OUT" '.state == "joined" and .organisation == "Example 会社" and .name == "anna"'
	await 20 is_connected anna
	expect 0 cam_as anna org
	expect_text "$OUT" 'Example 会社' member connected
	expect_json "$(ask member.list '{}')" '.members[0].state == "joined" and .members[0].seen != null'
}
