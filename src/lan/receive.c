/* receive.c: datagrams in; each goes to whom its command concerns. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ipmsg/entry.h"
#include "lan/post.h"
#include "lan/state.h"

/* Answers to a question of ours come within this: after at most 4 s, through
 * slow networks. */
enum { ANSWERS_MS = 10 * 1000 };
/* A machine that uses our name is worth a line now and then, not one a packet.
 */
enum { CONFLICT_QUIET_MS = 60 * 1000 };

static bool
is_own(const struct lan *lan, const struct addr *from)
{
	const struct udp *udp = lan_udp(lan, (enum addr_family)from->family);

	return udp != NULL && from->port == lan->port &&
	       lan_is_own(lan, from) &&
	       (addr_is_any(udp_address(udp)) ||
		   addr_same_host(from, udp_address(udp)));
}

int
lan_read_names(const struct lan *lan, const struct packet *packet,
    char user[LIMIT_NAME + 1], char host[LIMIT_NAME + 1])
{
	struct charset_reader reader;
	int r;

	lan_reader(lan, NULL, &reader);
	packet_reader(packet, &reader);
	r = charset_read_name(&reader, packet->user, user, LIMIT_NAME + 1);
	return r == 0 ? charset_read_name(
			    &reader, packet->host, host, LIMIT_NAME + 1)
		      : r;
}

static int
find_sender(struct lan *lan, const struct packet *packet,
    const struct udp_datagram *datagram, struct sender *sender)
{
	memset(sender, 0, sizeof *sender);
	sender->addr = datagram->from;
	sender->packet = packet;
	sender->datagram = datagram;
	return lan_read_names(lan, packet, sender->user, sender->host);
}

static void
recognise(struct lan *lan, struct sender *sender)
{
	sender->peer =
	    lan->ops->find(lan->arg, sender->user, sender->host, &sender->addr);
	sender->of_record = sender->peer != NULL &&
			    addr_equal(&sender->peer->addr, &sender->addr);
}

/* Of people never heard of an address can tell but a few in a time. */
static bool
may_be_new(struct lan *lan, const struct sender *sender)
{
	if (sender->peer != NULL ||
	    budget_new_peer(lan->budget, &sender->addr, clock_now_ms()))
		return true;
	lan->counters.over_budget++;
	return false;
}

/* What stands behind "1_": "iptux 0.8.3". */
static void
describe_vendor(const struct packet *packet, char *text, size_t size)
{
	struct span rest = packet->version, head;
	char raw[LIMIT_VERSION_TEXT + 1], clean[PACKET_NAME_SIZE];

	if (!span_cut(&rest, '_', &head))
		return;
	snprintf(
	    raw, sizeof raw, "%.*s", (int)rest.len, (const char *)rest.data);
	packet_clean_name(raw, PACKET_NAME_NICK, clean);
	snprintf(text, size, "%s", clean);
}

/* For people: what the program says of itself. */
static void
describe_client(const struct packet *packet, const struct entry *entry,
    char *text, size_t size)
{
	const struct entry_version *version = &entry->version;
	char number[ENTRY_VERSION_TEXT_SIZE];
	const char *platform;

	text[0] = '\0';
	if (packet->client == CLIENT_FEIQ) {
		snprintf(text, size, "FeiQ");
	} else if (packet->client != CLIENT_PLAIN) {
		describe_vendor(packet, text, size);
	} else if (entry->has_version && version->type == 0) {
		snprintf(text, size, "cam %u.%u.%u", (unsigned)version->major,
		    (unsigned)version->minor, (unsigned)version->rev);
	} else if (entry->has_version) {
		platform = entry_version_platform(version);
		entry_version_text(version, number);
		snprintf(text, size, "%s%s%s", platform != NULL ? platform : "",
		    platform != NULL ? " " : "", number);
	}
}

static enum lan_entry_kind
entry_kind(uint32_t command)
{
	switch (command_mode(command)) {
	case COMMAND_BR_ENTRY:
		return LAN_ENTERED;
	case COMMAND_ANSENTRY:
		return LAN_ANSWERED;
	case COMMAND_BR_ABSENCE:
		return LAN_CHANGED;
	default:
		return LAN_LEFT;
	}
}

static void
warn_of_conflict(struct lan *lan, const struct sender *sender)
{
	uint64_t now_ms = clock_now_ms();

	if (lan->conflict_ms != 0 &&
	    now_ms - lan->conflict_ms < CONFLICT_QUIET_MS)
		return;
	lan->conflict_ms = now_ms;
	lan->ops->on_conflict(lan->arg, &sender->addr);
}

/* What an entry means for lan itself: whom to answer, and whom to write to one
 * by one. */
static void
follow_up_entry(
    struct lan *lan, const struct sender *sender, const struct lan_entry *entry)
{
	if (entry->kind == LAN_LEFT) {
		dialup_remove(lan, &sender->addr);
		budget_forget_entry(lan->budget, &sender->addr);
	} else if (entry->status & STATUS_DIALUP) {
		dialup_add(lan, &sender->addr);
	} else {
		dialup_remove(lan, &sender->addr);
	}
	if (entry->kind == LAN_ENTERED &&
	    budget_entry(lan->budget, &sender->addr, clock_now_ms()))
		answers_add(lan->answers, &sender->addr,
		    (entry->status & STATUS_CAPUTF8) != 0, entry->cam != NULL,
		    clock_now_ms());
	if (entry->kind != LAN_ANSWERED)
		hosts_tell_siblings(lan->hosts, entry);
}

/* A name with a fingerprint promises encryption (reference 5.5). */
static bool
breaks_promise(const struct lan_entry *entry)
{
	char logon[LIMIT_NAME + 1], fingerprint[FINGERPRINT_SIZE];

	return entry->kind != LAN_LEFT && !(entry->status & STATUS_ENCRYPT) &&
	       entry_user_split(entry->user, logon, fingerprint);
}

/* Borrows from parsed and sender. */
static void
fill_entry(const struct lan *lan, const struct sender *sender,
    const struct entry *parsed, struct lan_entry *entry)
{
	const struct packet *packet = sender->packet;

	memset(entry, 0, sizeof *entry);
	entry->kind = entry_kind(packet->command);
	entry->from = sender->addr;
	entry->user = parsed->user;
	entry->host = parsed->host;
	entry->nick = parsed->nick;
	entry->group = parsed->group;
	entry->status =
	    entry->kind == LAN_LEFT ? 0 : packet->command & STATUS_MASK;
	entry->packet_no = packet->number;
	entry->client = packet->client;
	entry->absent = (packet->command & STATUS_ABSENCE) &&
			!client_absence_is_noise(packet->client);
	entry->unicast = (sender->datagram->flags &
			     (UDP_TO_BROADCAST | UDP_TO_MULTICAST)) == 0;
	entry->unasked =
	    entry->kind == LAN_ANSWERED &&
	    (lan->asked_ms == 0 || clock_now_ms() - lan->asked_ms > ANSWERS_MS);
}

/* Whether he says that he speaks cam/1; signed is room for what he signed. */
static const struct lan_cam *
read_cam(
    const struct entry *parsed, struct buf *signed_part, struct lan_cam *cam)
{
	struct span value = entry_line(parsed, CAMLINE_KEY);

	if (value.data == NULL || camline_parse(value, &cam->line) < 0)
		return NULL;
	camline_signed(parsed->user, parsed->host, &cam->line, signed_part);
	cam->signed_part = buf_span(signed_part);
	return cam;
}

static void
receive_entry(struct lan *lan, struct sender *sender)
{
	struct charset_reader reader;
	struct entry parsed;
	struct lan_entry entry;
	struct lan_cam cam;
	struct buf signed_part;
	char version[LIMIT_VERSION_TEXT + 1];

	recognise(lan, sender);
	lan_reader(lan, sender->peer, &reader);
	if (entry_parse(sender->packet, &reader, &parsed) < 0) {
		lan->counters.malformed++;
		return;
	}
	if (text_same(parsed.user, lan->user) &&
	    text_same(parsed.host, lan->host)) {
		warn_of_conflict(lan, sender);
		return;
	}
	/* The UTF-8 lines are what the sender really calls himself. */
	if (!text_same(parsed.user, sender->user) ||
	    !text_same(parsed.host, sender->host)) {
		memcpy(sender->user, parsed.user, sizeof sender->user);
		memcpy(sender->host, parsed.host, sizeof sender->host);
		recognise(lan, sender);
	}
	fill_entry(lan, sender, &parsed, &entry);
	describe_client(sender->packet, &parsed, version, sizeof version);
	entry.version = version;
	if (breaks_promise(&entry) ||
	    (entry.kind != LAN_LEFT && !may_be_new(lan, sender)))
		return;
	if (parsed.sent_legacy && sender->of_record)
		sender->peer->charset = (uint8_t)lan->charset;
	buf_init(&signed_part, CAMLINE_SIGNED_MAX);
	entry.cam = read_cam(&parsed, &signed_part, &cam);
	lan->ops->on_entry(lan->arg, &entry);
	follow_up_entry(lan, sender, &entry);
	buf_finish(&signed_part);
}

static void
receive_receipt(struct lan *lan, struct sender *sender, enum post_kind kind)
{
	struct post *post;
	uint32_t number;

	if (packet_read_number(sender->packet, &number) < 0)
		return;
	post = post_find(
	    lan, kind, &sender->addr, sender->user, sender->host, number);
	if (post != NULL)
		post_answered(post);
}

/*
 * The notice that one of our sealed messages was opened; its own number
 * confirms it (reference 3.5). From elsewhere than where the peer is it is
 * anybody's.
 */
static void
receive_opened(struct lan *lan, struct sender *sender)
{
	uint32_t command = sender->packet->command, number;
	char body[16];

	if (packet_read_number(sender->packet, &number) < 0 ||
	    !sender->of_record ||
	    (command & (MESSAGE_AUTORET | MESSAGE_BROADCAST)))
		return;
	if (command & MESSAGE_READCHECK) {
		snprintf(
		    body, sizeof body, "%u", (unsigned)sender->packet->number);
		lan_answer_packet(
		    lan, &sender->addr, COMMAND_ANSREADMSG, span_text(body));
	}
	lan->ops->on_opened(lan->arg, sender->peer, number);
}

/* Somebody wants no files of a message of ours any more: word of it, no proof
 * (threat model N2). */
static void
receive_release(struct lan *lan, struct sender *sender)
{
	uint32_t number;

	if (sender->of_record && lan->ops->on_released != NULL &&
	    packet_read_number(sender->packet, &number) == 0)
		lan->ops->on_released(lan->arg, sender->peer, number);
}

static void
receive_message(struct lan *lan, struct sender *sender)
{
	if (may_be_new(lan, sender))
		opening_start(lan, sender);
}

/* Of the organisation's server; other programs send these too, and mean
 * nothing. */
static void
receive_nothing(struct lan *lan, const struct sender *sender)
{
	struct charset_reader reader;
	struct orgline line;
	struct entry parsed;
	struct span value;

	if (lan->ops->on_orgline == NULL)
		return;
	lan_reader(lan, NULL, &reader);
	if (entry_parse(sender->packet, &reader, &parsed) < 0)
		return;
	value = entry_line(&parsed, ORGLINE_KEY);
	if (value.data != NULL && orgline_parse(value, &line) == 0)
		lan->ops->on_orgline(lan->arg, &sender->addr, &line);
}

static void
dispatch(struct lan *lan, struct sender *sender)
{
	uint32_t mode = command_mode(sender->packet->command);

	if (mode == COMMAND_NOOPERATION) {
		receive_nothing(lan, sender);
		return;
	}
	if (lan->quiet)
		return;
	if (command_is_entry(sender->packet->command)) {
		receive_entry(lan, sender);
		return;
	}
	recognise(lan, sender);
	if (sender->of_record)
		lan->ops->on_heard(lan->arg, sender->peer);
	switch (mode) {
	case COMMAND_SENDMSG:
	case COMMAND_IPTUX_TEXT:
		receive_message(lan, sender);
		break;
	case COMMAND_RECVMSG:
		receive_receipt(lan, sender, POST_MESSAGE);
		break;
	case COMMAND_ANSREADMSG:
		receive_receipt(lan, sender, POST_OPENED);
		break;
	case COMMAND_READMSG:
		receive_opened(lan, sender);
		break;
	case COMMAND_RELEASEFILES:
		receive_release(lan, sender);
		break;
	case COMMAND_GETINFO:
	case COMMAND_GETABSENCEINFO:
	case COMMAND_GETPUBKEY:
		question_asked(lan, sender);
		break;
	case COMMAND_SENDINFO:
	case COMMAND_SENDABSENCEINFO:
	case COMMAND_ANSPUBKEY:
		question_answered(lan, sender);
		break;
	case COMMAND_BR_ISGETLIST:
	case COMMAND_BR_ISGETLIST2:
	case COMMAND_OKGETLIST:
	case COMMAND_GETLIST:
	case COMMAND_ANSLIST:
		hosts_receive(lan->hosts, sender);
		break;
	default:
		break;
	}
}

static void
receive_one(struct lan *lan, const struct udp_datagram *datagram)
{
	bool known = lan->ops->known(lan->arg, &datagram->from);
	struct packet packet;
	struct sender sender;

	lan->counters.received++;
	if (is_own(lan, &datagram->from)) {
		if (datagram->flags & UDP_TO_BROADCAST)
			lan_note_echo(lan, datagram->interface);
		return;
	}
	lan->counters.heard_ms = clock_wall_ms();
	/* Nobody speaks from a broadcast address but forgers. */
	if (!addr_is_answerable(&datagram->from) ||
	    (datagram->flags & UDP_TRUNCATED) ||
	    interfaces_broadcast(&lan->interfaces, &datagram->from))
		return;
	if (!budget_datagram(lan->budget, &datagram->from, known,
		datagram->data.len, clock_now_ms())) {
		lan->counters.over_budget++;
		return;
	}
	/* Dictionaries are for clients that announce them; we do not
	 * (reference 1.4, 6.2). */
	if (packet_is_ipdict(datagram->data))
		return;
	if (packet_parse(datagram->data, &packet) < 0 ||
	    find_sender(lan, &packet, datagram, &sender) < 0) {
		lan->counters.malformed++;
		return;
	}
	dispatch(lan, &sender);
}

void
lan_receive(
    struct udp *udp, const struct udp_datagram *list, size_t count, void *arg)
{
	struct lan *lan = arg;

	for (size_t i = 0; i < count; i++) {
		/* A handler may have closed the port. */
		if (lan->port == 0 || (udp != lan->v4 && udp != lan->v6))
			return;
		receive_one(lan, &list[i]);
	}
}
