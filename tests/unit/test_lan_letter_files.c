/* test_lan_letter_files.c: files offered with a message. */
#include "letters.h"

/* -- files ----------------------------------------------------------------- */

static struct lan_attachment *
three_offers(void)
{
	static char plain[] = "/home/bob/a:b?.txt", folder[] = "photos",
		    picture[] = "shot.png";
	static struct lan_attachment offers[] = {
		{ 305419896, plain, 26, 1700000000, FILE_REGULAR, 0 },
		{ 305419897, folder, 4096, 1700000002, FILE_FOLDER, 0 },
		{ 305419898, picture, 10000, 1700000000, FILE_CLIPBOARD, 4 },
	};

	return offers;
}

/* What leaves for her, in clear. */
static void
offer_in_clear(
    struct party *party, const struct member *member, struct packet *packet)
{
	struct lan_letter letter = letter_to(member, "see");
	struct outcome got = { 0 };

	letter.attachments = three_offers();
	letter.attachment_count = 3;
	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	assert_int_equal(got.sent, 1);
	caught_one(&party->twin, COMMAND_SENDMSG, packet);
	assert_true(packet->command & MESSAGE_FILEATTACH);
	assert_span(packet->parts[0], "see");
}

static void
in_clear_files_follow_the_text(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct packet packet;

	anna->peer.status |= STATUS_CLIPBOARD;
	offer_in_clear(party, anna, &packet);
	assert_false(packet.command & MESSAGE_ENCEXTMSG);
	assert_span(packet.parts[1],
	    "305419896:a::b_.txt:1a:6553f100:1:\a"
	    "305419897:photos:0:6553f102:2:\a"
	    "305419898:ipmsgclip_s_1700000077_4.png:2710:6553f100:20:8=4:\a");
}

static void
a_picture_is_a_file_to_who_shows_none_in_texts(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct packet packet;

	offer_in_clear(party, anna, &packet);
	assert_span(packet.parts[1], "305419896:a::b_.txt:1a:6553f100:1:\a"
				     "305419897:photos:0:6553f102:2:\a"
				     "305419898:shot.png:2710:6553f100:1:\a");
}

static void
iptux_gets_bare_types_no_colons_and_the_size_of_a_folder(void **state)
{
	struct party *party = *state;
	struct member *iptux = member_add(party, "tux", "pc5", "10.77.0.5", 0);
	struct packet packet;

	iptux->peer.client = CLIENT_IPTUX;
	offer_in_clear(party, iptux, &packet);
	assert_span(packet.parts[1], "305419896:a_b_.txt:1a:6553f100:1:\a"
				     "305419897:photos:1000:6553f102:2:\a"
				     "305419898:shot.png:2710:6553f100:1:\a");
}

/* Sealed for anna, who opens it; the list outside is told apart. */
static void
offer_sealed(struct party *party, const struct member *anna,
    struct packet *packet, struct suite_opened *opened)
{
	struct lan_letter letter = letter_to(anna, "see");
	struct outcome got = { 0 };
	struct enctext enctext;

	letter.protection = chosen(party, anna);
	letter.attachments = three_offers();
	letter.attachment_count = 1;
	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	caught_one(&party->twin, COMMAND_SENDMSG, packet);
	assert_true(packet->command & MESSAGE_FILEATTACH);
	open_packet(party, packet, &enctext, opened);
	enctext_finish(&enctext);
}

static void
sealed_files_lie_within_and_are_signed(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 0, CAPA_OURS);
	struct suite_opened opened = { 0 };
	struct enctext_plain plain;
	struct packet packet;

	offer_sealed(party, anna, &packet, &opened);
	assert_int_equal(packet.part_count, 1);
	assert_int_equal(opened.signature, SIGNATURE_VALID);
	enctext_split(buf_span(&opened.plain), true, &plain);
	assert_span(plain.text, "see");
	assert_span(plain.files, "305419896:a::b_.txt:1a:6553f100:1:\a");
	buf_wipe(&opened.plain);
}

static void
who_reads_no_lists_inside_gets_files_behind(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 1, 0x20002);
	struct suite_opened opened = { 0 };
	struct packet packet;

	anna->peer.status &= ~(uint32_t)STATUS_ENCEXTMSG;
	offer_sealed(party, anna, &packet, &opened);
	assert_false(packet.command & MESSAGE_ENCEXTMSG);
	assert_bytes(buf_span(&opened.plain), BYTES("see\0"));
	assert_span(packet.parts[1], "305419896:a::b_.txt:1a:6553f100:1:\a");
	buf_wipe(&opened.plain);
}

static void
more_files_than_fit_one_packet_fail(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct lan_attachment offers[200];
	char *name = letters('n', 250);
	struct lan_letter letter = letter_to(anna, "all");
	struct outcome got = { 0 };

	for (uint32_t i = 0; i < 200; i++)
		offers[i] =
		    (struct lan_attachment){ i, name, 1, 1, FILE_REGULAR, 0 };
	letter.attachments = offers;
	letter.attachment_count = 200;
	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	assert_int_equal(got.err, CAM_ERR_LIMIT);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 0);
	free(name);
}

static void
silence_is_told_once_when_the_tries_are_over(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct lan_letter letter = letter_to(anna, "x");
	struct outcome got = { 0 };
	struct post *post;

	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	while ((post = a_post(&party->twin)) != NULL)
		fire(&post->timer);
	assert_int_equal(got.silent, 1);
	assert_int_equal(got.total, 2);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 5);
}

static void
a_text_too_long_for_the_peers_program_fails_at_once(void **state)
{
	struct party *party = *state;
	struct member *anna = party_add_anna(party);
	struct member *iptux = member_add(party, "tux", "pc5", "10.77.0.5", 0);
	char *text = letters('x', 40000), *shorter = letters('x', 8000);
	struct lan_letter letter = letter_to(anna, text);
	struct outcome got = { 0 }, other = { 0 };

	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	assert_int_equal(got.failed, 1);
	assert_int_equal(got.err, CAM_ERR_LIMIT);
	iptux->peer.client = CLIENT_IPTUX;
	letter = letter_to(iptux, shorter);
	lan_send(party->lan, &letter, on_outcome, &other);
	wait_for(party, &other);
	assert_int_equal(other.err, CAM_ERR_LIMIT);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 0);
	free(text);
	free(shorter);
}

/* The longest that lan_text_max() tells does go. */
static void
send_longest(
    struct party *party, const struct member *member, uint32_t protection)
{
	char *text =
	    letters('x', lan_text_max(party->lan, &member->peer, protection));
	struct lan_letter letter = letter_to(member, text);
	struct outcome got = { 0 };

	letter.protection = protection;
	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	assert_int_equal(got.err, 0);
	assert_int_equal(got.sent, 1);
	twin_hear(&party->twin, "10.77.0.3", "1:9:anna:pc1:33:1700000077|");
	free(text);
}

static void
what_is_told_to_fit_does_fit(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 0, CAPA_OURS);

	send_longest(party, anna, 0);
	send_longest(party, anna, chosen(party, anna));
	anna->peer.word &= ~(uint32_t)CAPA_BASE64;
	send_longest(party, anna, chosen(party, anna));
	anna->peer.client = CLIENT_IPTUX;
	send_longest(party, anna, 0);
}

static void
a_key_that_does_not_fit_the_suite_fails(void **state)
{
	struct party *party = *state;
	struct member *anna = anna_with_key(party, 1, CAPA_OURS);
	struct lan_letter letter = letter_to(anna, "x");
	struct outcome got = { 0 }, odd = { 0 };

	letter.protection = 0x41900004;
	lan_send(party->lan, &letter, on_outcome, &got);
	wait_for(party, &got);
	assert_int_equal(got.failed, 1);
	assert_int_equal(got.err, CAM_ERR_KEY);
	letter.protection = 0x1001;
	lan_send(party->lan, &letter, on_outcome, &odd);
	wait_for(party, &odd);
	assert_int_equal(odd.failed, 1);
	assert_int_equal(caught_count(&party->twin, COMMAND_SENDMSG), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_PARTY(in_clear_files_follow_the_text),
		TEST_OF_PARTY(a_picture_is_a_file_to_who_shows_none_in_texts),
		TEST_OF_PARTY(
		    iptux_gets_bare_types_no_colons_and_the_size_of_a_folder),
		TEST_OF_PARTY(sealed_files_lie_within_and_are_signed),
		TEST_OF_PARTY(who_reads_no_lists_inside_gets_files_behind),
		TEST_OF_PARTY(more_files_than_fit_one_packet_fail),
		TEST_OF_PARTY(silence_is_told_once_when_the_tries_are_over),
		TEST_OF_PARTY(
		    a_text_too_long_for_the_peers_program_fails_at_once),
		TEST_OF_PARTY(what_is_told_to_fit_does_fit),
		TEST_OF_PARTY(a_key_that_does_not_fit_the_suite_fails),
	};

	return cmocka_run_group_tests(tests, open_keys, close_keys);
}
