# shellcheck shell=bash disable=SC2034,SC2154,SC2015
# limit: 120
# mitm.sh: a man in the middle of the only cable (mitm.py): at first contact he shows by the
# safety number, later he gets nothing, and nothing that he takes away makes anybody weaker
# (threat model I1, I2, C4, 5.1).

# shellcheck source=tests/lan/ns.sh
. "$TEST_TOP/tests/lan/ns.sh"
# shellcheck source=tests/lan/peers.sh
. "$TEST_TOP/tests/lan/peers.sh"
# shellcheck source=tests/lan/middle.sh
. "$TEST_TOP/tests/lan/middle.sh"

KEYS=$TEST_TOP/tests/data/keys

# He has passed everything on so far: the two know each other and have a link.
linked_through_him() {
	middle_up --near-rsa "$KEYS/win2048.pem" --far-rsa "$KEYS/other2048.pem"
	start anna && start bob
	meet anna bob
	expect 0 cam_as anna send --timeout 20 bob@host2 'hello bob'
	expect 0 cam_as bob send --timeout 20 anna@host1 'hello anna'
	await 20 by_link anna bob@host2
	await 20 by_link bob anna@host1
	IPMSG_BEFORE=$(sent_over_udp near),$(sent_over_udp far)
}

by_link() { # NAME WHO
	cam_as "$1" send --json --timeout 20 "$2" "by link $RANDOM" |
		json_last '.state == "delivered" and .receipt == "signed" and .encryption == "cam1"'
}

key_of() { # NAME WHO
	cam_as "$1" verify --json "$2" | jq -r .user_key
}

# anna writes and it stays with her; then he lets everything pass, and it arrives.
queues_until_he_lets_go() {
	expect 4 cam_as anna send --json --timeout 5 bob@host2 'not for him'
	expect_json "$OUT" '.state == "queued" or .state == "sent"'
	expect_equal "$IPMSG_BEFORE" "$(sent_over_udp near),$(sent_over_udp far)"
	expect_equal 0 "$(man_count message)"
	expect_equal 0 "$(in_log bob '.text == "not for him"')"
	man udp pass && man tcp pass && man cut
	await_log bob '.text == "not for him" and .encryption == "cam1"'
	await_log anna '.text == "not for him" and .state == "delivered" and .recipients[0].receipt == "signed"'
	expect_equal 1 "$(in_log bob '.text == "not for him"')"
	expect_equal "$IPMSG_BEFORE" "$(sent_over_udp near),$(sent_over_udp far)"
}

# -- I1 ----------------------------------------------------------------------------------

test_who_only_passes_on_changes_no_safety_number() {
	linked_through_him
	local number
	number=$(cam_as anna verify --json bob@host2 | jq -r .safety_number)
	expect_equal 60 "${#number}"
	expect_equal "$number" "$(cam_as bob verify --json anna@host1 | jq -r .safety_number)"
}

# With keys of his own from the first packet on he is believed, as anybody is whom one has
# never met: and the two see different numbers.
test_at_first_contact_the_two_see_different_safety_numbers() {
	middle_up --near-rsa "$KEYS/win2048.pem" --far-rsa "$KEYS/other2048.pem"
	man udp swap && man tcp own
	start anna && start bob
	await 20 roster_has anna '.user == "bob" and .state == "online"'
	await 20 roster_has bob '.user == "anna" and .state == "online"'
	in_background anna "$T/sent.anna" send --timeout 20 bob 'is it you?'
	in_background bob "$T/sent.bob" send --timeout 20 anna 'is it you?'
	man_saw 'greeted .side == "near"' 20
	man_saw 'greeted .side == "far"' 20
	await 10 roster_has anna '.user == "bob"'
	local anna bob
	anna=$(cam_as anna verify --json bob | jq -r .safety_number)
	bob=$(cam_as bob verify --json anna | jq -r .safety_number)
	expect_equal 60 "${#anna}" && expect_equal 60 "${#bob}"
	[ "$anna" != "$bob" ] || fail 'the same number with a man in the middle'
	# Neither is called verified before they have compared.
	cam_as anna verify --json bob | json_last '.verified == false'
}

later_contact() { # ARG...: with keys of his own, from now on
	in_background anna "$T/events" watch --type key.changed --json
	await 10 is_watched anna
	local before
	before=$(key_of anna bob@host2)
	man tcp own && man udp "$1" && man cut
	in_background anna "$T/sent" send --timeout 20 bob@host2 'who is there?'
	man_saw '(.event == "refused" or .event == "greeted") and .side == "near"' 30
	man dial near || true
	man dial far || true
	expect_equal "$before" "$(key_of anna bob@host2)"
	await 20 json_all 'length > 0' "$T/events"
	queues_until_he_lets_go
	await_log bob '.text == "who is there?"'
	expect_equal "$before" "$(key_of anna bob@host2)"
}

test_later_he_is_refused_loudly_and_gets_nothing() {
	linked_through_him
	later_contact pass
}

test_later_under_swapped_names_he_gets_nothing_either() {
	linked_through_him
	later_contact swap
}

test_a_verified_user_is_not_written_to_while_another_key_is_shown() {
	linked_through_him
	local key
	key=$(key_of anna bob@host2)
	expect 0 cam_as anna verify --accept bob@host2
	cam_as anna verify --json bob@host2 | json_last '.verified'
	man tcp own && man cut
	man dial near || true
	await 20 blocked anna bob@host2
	expect 7 cam_as anna send --timeout 5 bob@host2 'secret'
	expect_equal 0 "$(man_count message)"
	expect_equal "$IPMSG_BEFORE" "$(sent_over_udp near),$(sent_over_udp far)"
	# The real one is back; still it is the user's to say so.
	man tcp pass && man cut
	expect 7 cam_as anna send --timeout 5 bob@host2 'secret'
	expect_equal 0 "$(in_log bob '.text == "secret"')"
	expect 0 cam_as anna rpc key.accept "{\"who\":\"bob@host2\",\"key\":\"$key\"}"
	await 30 by_link anna bob@host2
	expect_equal "$key" "$(key_of anna bob@host2)"
	expect_equal 0 "$(man_count message)"
}

blocked() { # NAME WHO
	cam_as "$1" verify --json "$2" | json_last '.blocked'
}

# -- I2 ----------------------------------------------------------------------------------

test_without_cm_lines_nothing_becomes_weaker() {
	linked_through_him
	man udp plain-cm && man cut
	# The port is still there, and known from before.
	stop bob && start bob
	meet anna bob
	await 30 by_link anna bob@host2
	expect_equal "$IPMSG_BEFORE" "$(sent_over_udp near),$(sent_over_udp far)"
}

test_a_port_that_is_closed_makes_nobody_send_weaker() {
	linked_through_him
	man tcp refuse && man udp plain-cm && man cut
	queues_until_he_lets_go
}

test_a_port_that_hangs_makes_nobody_send_weaker() {
	linked_through_him
	man tcp hang && man udp plain-cm && man cut
	queues_until_he_lets_go
}

test_a_port_that_resets_makes_nobody_send_weaker() {
	linked_through_him
	man tcp reset && man udp plain-cm && man cut
	queues_until_he_lets_go
}

test_stripped_capabilities_make_nobody_send_weaker() {
	linked_through_him
	man tcp refuse && man udp strip && man cut
	# As after a restart: all that bob says of himself from now on is stripped.
	bob_starts_again
	queues_until_he_lets_go
}

test_a_restart_forgets_no_strength() {
	linked_through_him
	man tcp refuse && man udp strip && man cut
	stop anna && start anna
	bob_starts_again
	queues_until_he_lets_go
}

test_weaker_is_sent_when_the_user_says_so() {
	linked_through_him
	man tcp refuse && man udp plain-cm && man cut
	expect 0 cam_as anna send --json --clear --timeout 20 bob@host2 'weaker, I know'
	expect_json "$OUT" '.state == "delivered" and .encryption == "rsa2048-aes256" and .receipt == "reported"'
	# That one only.
	queues_until_he_lets_go_again
}

# What he says of himself has come to anna, who may believe of it what she likes.
bob_starts_again() {
	local before
	before=$(entries_of_bob)
	stop bob && start bob
	await 20 more_entries_than "$before"
	expect 0 cam_as anna rpc daemon.sync
}

entries_of_bob() {
	man counts | jq '.counts.far | (.BR_ENTRY // 0) + (.ANSENTRY // 0)'
}

more_entries_than() { # COUNT
	[ "$(entries_of_bob)" -gt "$1" ]
}

queues_until_he_lets_go_again() {
	IPMSG_BEFORE=$(sent_over_udp near),$(sent_over_udp far)
	queues_until_he_lets_go
}

# The same among two who never had a link, as with other programs: strong stays strong.
test_without_links_stripped_capabilities_make_nobody_send_weaker() {
	middle_up --near-rsa "$KEYS/win2048.pem" --far-rsa "$KEYS/other2048.pem"
	man tcp refuse && man udp plain-cm
	start anna && start bob
	meet anna bob
	expect 0 cam_as anna send --json --timeout 20 bob@host2 'by IPMSG'
	expect_json "$OUT" '.encryption == "rsa2048-aes256"'
	man udp strip
	bob_starts_again
	cam_as anna send --timeout 5 bob@host2 'still strong' || true
	# All that left her was encrypted with the strong suite.
	expect_equal '' "$(man counts | jq -r '.counts.near | keys[] | select(startswith("SENDMSG")) | split(" ")[1]' |
		while read -r word; do [ $((0x$word & 0x100004)) = $((0x100004)) ] || echo "$word"; done)"
}

# -- C4 ----------------------------------------------------------------------------------

test_a_key_that_nobody_asked_for_is_not_taken() {
	linked_through_him
	local before caps
	before=$(cam_as anna verify --json bob@host2)
	cam_as anna ls --json | jq -cS 'select(.id == "bob@host2") | {fingerprint, encryption}' >"$T/before"
	for caps in 0x65920006 0x20002 0x4 0; do
		man anspubkey near $caps
		man anspubkey far $caps
	done
	expect 0 cam_as anna rpc daemon.sync
	expect_equal "$before" "$(cam_as anna verify --json bob@host2)"
	expect_equal "$(cat "$T/before")" \
		"$(cam_as anna ls --json | jq -cS 'select(.id == "bob@host2") | {fingerprint, encryption}')"
	by_link anna bob@host2
	by_link bob anna@host1
}
