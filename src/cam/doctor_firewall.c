/* doctor_firewall.c: whether a packet filter of this machine stops our packets.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "cam/doctor_parts.h"
#include "cam/firewall.h"

/* What we ask: one kind of our traffic in one direction. */
struct question {
	uint8_t protocol;
	uint16_t first;
	uint16_t last;
	enum filter_hook hook;
	bool broadcasts;  /* broadcasts are part of it */
	const char *lost; /* what does not work without it */
};

/* What came out for a question, the worst of all interfaces and ports. */
struct answer {
	enum filter_verdict verdict;
	struct filter_reason reason;
	const struct doctor_address *address;
	enum filter_kind kind;
};

static const char *
protocol_name(const struct question *question)
{
	return question->protocol == IPPROTO_UDP ? "udp" : "tcp";
}

/* "UDP port 2425", "UDP ports 22224-22229" */
static char *
ports_text(const struct question *question)
{
	const char *protocol =
	    question->protocol == IPPROTO_UDP ? "UDP" : "TCP";

	if (question->first == question->last)
		return xasprintf(_("%s port %u"), protocol, question->first);
	return xasprintf(
	    _("%s ports %u-%u"), protocol, question->first, question->last);
}

/* The packet as a neighbour on the interface would send it, or as we would to
 * one. */
static void
make_packet(const struct question *question,
    const struct doctor_address *address, enum filter_kind kind, uint16_t port,
    struct filter_packet *packet)
{
	static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
	size_t size = address->family == 4 ? 4 : 16;
	struct filter_range own, neighbours, target;

	filter_range_address(&own, address->bytes, size, (unsigned)size * 8);
	filter_range_address(&neighbours, address->bytes, size, address->bits);
	target = question->hook == FILTER_IN ? own : neighbours;
	if (kind == FILTER_BROADCAST)
		filter_range_address(&target, address->broadcast, 4, 32);
	if (kind == FILTER_MULTICAST)
		filter_range_address(&target, all_nodes, 16, 128);
	*packet = (struct filter_packet){
		.family = address->family,
		.protocol = question->protocol,
		.port = port,
		/* Peers send from the port they listen at (reference 1.1). */
		.source_port = question->broadcasts ? port : 0,
		.interface = address->interface,
		.hook = question->hook,
		.source = question->hook == FILTER_IN ? neighbours : own,
		.destination = target,
		.kind = kind,
	};
}

static void
judge(const struct filter *filter, const struct question *question,
    const struct doctor_address *address, enum filter_kind kind,
    struct answer *answer)
{
	struct filter_packet packet;
	struct filter_reason reason = { .base = NULL };
	enum filter_verdict verdict = FILTER_PASSES;

	for (unsigned port = question->first; port <= question->last; port++) {
		make_packet(question, address, kind, (uint16_t)port, &packet);
		verdict = filter_judge(filter, &packet, &reason);
		if (verdict == FILTER_PASSES ||
		    answer->verdict == FILTER_BLOCKED ||
		    (verdict == FILTER_DEPENDS &&
			answer->verdict == FILTER_DEPENDS))
			continue;
		*answer = (struct answer){ verdict, reason, address, kind };
	}
}

/* IPv4 first: where both are stopped that is what people ask for. */
static void
judge_all(const struct doctor *doctor, const struct filter *filter,
    const struct question *question, struct answer *answer)
{
	enum filter_kind usual =
	    question->hook == FILTER_IN ? FILTER_OURS : FILTER_THEIRS;

	for (uint8_t family = 4; family <= 6; family += 2) {
		for (size_t i = 0; i < doctor->address_count; i++) {
			const struct doctor_address *address =
			    &doctor->addresses[i];

			if (address->family != family ||
			    (family == 6 && !doctor->ipv6))
				continue;
			judge(filter, question, address, usual, answer);
			if (!question->broadcasts)
				continue;
			if (address->has_broadcast)
				judge(filter, question, address,
				    FILTER_BROADCAST, answer);
			if (family == 6)
				judge(filter, question, address,
				    FILTER_MULTICAST, answer);
		}
	}
}

/* "the rule 'udp dport 2425 drop' of 'inet filter input'" */
static char *
reason_text(const struct answer *answer)
{
	const struct filter_reason *reason = &answer->reason;

	if (reason->rule == NULL)
		return xasprintf(_("the policy of '%s'"), reason->base->key);
	return xasprintf(_("the rule '%.200s' of '%s'"), reason->rule->text,
	    reason->chain->key);
}

static char *
ports_with(const struct question *question, char dash)
{
	if (question->first == question->last)
		return xasprintf("%u", question->first);
	return xasprintf("%u%c%u", question->first, dash, question->last);
}

static char *
nft_fix(const char *base, const struct question *question)
{
	char *ports = ports_with(question, '-');
	char *fix = xasprintf("sudo nft insert rule %s %s dport %s accept",
	    base, protocol_name(question), ports);

	free(ports);
	return fix;
}

/* base is "iptables filter INPUT" or "ip6tables raw PREROUTING". */
static char *
iptables_fix(const char *base, const struct question *question)
{
	struct span chain = span_text(base), program = chain, table = chain;
	char *ports = ports_with(question, ':'), *fix = NULL;

	(void)span_cut(&chain, ' ', &program);
	(void)span_cut(&chain, ' ', &table);
	fix = xasprintf("sudo %.*s -t %.*s -I %.*s -p %s --dport %s -j ACCEPT",
	    (int)program.len, (const char *)program.data, (int)table.len,
	    (const char *)table.data, (int)chain.len, (const char *)chain.data,
	    protocol_name(question), ports);
	free(ports);
	return fix;
}

/* What to type, in the language of what keeps the rules. */
static char *
way_out(const struct firewall *firewall, const struct question *question,
    const struct answer *answer)
{
	char *ports = NULL, *fix = NULL;

	if (firewall->ufw_active) {
		ports = ports_with(question, ':');
		fix = xasprintf("sudo ufw allow %s%s/%s",
		    question->hook == FILTER_OUT ? "out " : "", ports,
		    protocol_name(question));
	} else if (firewall->firewalld_runs && question->hook == FILTER_IN) {
		ports = ports_with(question, '-');
		fix = xasprintf(
		    "sudo firewall-cmd --permanent --add-port=%s/%s && sudo "
		    "firewall-cmd --reload",
		    ports, protocol_name(question));
	} else if (strncmp(answer->reason.base->key, "ip", 2) == 0 &&
		   strstr(answer->reason.base->key, "tables ") != NULL) {
		fix = iptables_fix(answer->reason.base->key, question);
	} else {
		fix = nft_fix(answer->reason.base->key, question);
	}
	free(ports);
	return fix;
}

static void
say_stopped(struct doctor *doctor, const struct firewall *firewall,
    const struct question *question, const struct answer *answer)
{
	char *ports = ports_text(question), *reason = reason_text(answer),
	     *text = NULL;
	bool six = answer->address->family == 6;
	const char *what = answer->kind == FILTER_BROADCAST
			       ? _("broadcasts to ")
			   : six ? _("IPv6 to ")
				 : "";

	text = xasprintf(
	    question->hook == FILTER_IN
		? _("%s%s are stopped on their way in through %s by %s: %s")
		: _("%s%s are stopped on their way out through %s by %s: %s"),
	    what, ports, answer->address->interface, reason, _(question->lost));
	/* Where IPv4 works people reach each other. */
	if (six)
		doctor_note(doctor, "firewall", text,
		    way_out(firewall, question, answer));
	else
		doctor_problem(doctor, "firewall", text,
		    way_out(firewall, question, answer));
	free(ports);
	free(reason);
}

static void
say_unsure(struct doctor *doctor, const struct firewall *firewall,
    const struct question *question, const struct answer *answer)
{
	char *ports = ports_text(question), *reason = reason_text(answer);

	doctor_note(doctor, "firewall",
	    xasprintf(_("cannot tell whether %s gets through on %s: it depends "
			"on %s"),
		ports, answer->address->interface, reason),
	    way_out(firewall, question, answer));
	free(ports);
	free(reason);
}

static void
answer_question(struct doctor *doctor, const struct firewall *firewall,
    const struct question *question)
{
	struct answer answer = { .verdict = FILTER_PASSES };
	char *ports = NULL;

	if (firewall->rules_known) {
		judge_all(doctor, &firewall->iptables, question, &answer);
		if (answer.verdict != FILTER_BLOCKED)
			judge_all(doctor, &firewall->nft, question, &answer);
	} else {
		judge_all(doctor, &firewall->front, question, &answer);
	}
	if (answer.verdict == FILTER_BLOCKED) {
		say_stopped(doctor, firewall, question, &answer);
	} else if (answer.verdict == FILTER_DEPENDS) {
		say_unsure(doctor, firewall, question, &answer);
	} else if (question->hook == FILTER_IN) {
		ports = ports_text(question);
		doctor_ok(doctor, "firewall",
		    xasprintf(_("no firewall stops %s"), ports));
		free(ports);
	}
}

/* Neither the kernel's rules nor those of a program that keeps them could be
 * read. */
static void
say_unreadable(struct doctor *doctor, const struct firewall *firewall)
{
	if (firewall->denied)
		doctor_note(doctor, "firewall",
		    xasprintf(firewall->ufw_active
				  ? _("ufw is on; cannot tell whether it lets "
				      "port %u through: only root "
				      "may read its rules")
				  : _("cannot tell whether a firewall stops "
				      "port %u: only root may read "
				      "its rules"),
			doctor->port),
		    xstrdup("sudo cam doctor"));
	else if (firewall->strange != NULL)
		doctor_note(doctor, "firewall",
		    xasprintf(_("cannot tell whether a firewall stops port %u: "
				"what '%s' printed "
				"is not understood"),
			doctor->port, firewall->strange),
		    xasprintf("sudo %s", firewall->strange));
	else
		doctor_note(doctor, "firewall",
		    xasprintf(_("cannot tell whether a firewall stops port %u: "
				"no program to show "
				"its rules is installed"),
			doctor->port),
		    xstrdup("sudo apt install nftables && sudo cam doctor"));
}

void
doctor_check_firewall(struct doctor *doctor)
{
	const struct question questions[] = {
		{ IPPROTO_UDP, doctor->port, doctor->port, FILTER_IN, true,
		    N_("others do not find you and their messages do not "
		       "arrive") },
		{ IPPROTO_UDP, doctor->port, doctor->port, FILTER_OUT, true,
		    N_("you do not find others and your messages do not "
		       "leave") },
		{ IPPROTO_TCP, doctor->port, doctor->port, FILTER_IN, false,
		    N_("files cannot be fetched from you") },
		{ IPPROTO_TCP, doctor->port, doctor->port, FILTER_OUT, false,
		    N_("you cannot fetch files from others") },
		{ IPPROTO_UDP, doctor->media_first, doctor->media_last,
		    FILTER_IN, false, N_("you hear and see nobody in calls") },
		{ IPPROTO_UDP, doctor->media_first, doctor->media_last,
		    FILTER_OUT, false,
		    N_("nobody hears and sees you in calls") },
	};
	struct firewall firewall;

	if (doctor->address_count == 0)
		return;
	firewall_read(&firewall);
	if (!firewall.rules_known && !firewall.front_known)
		say_unreadable(doctor, &firewall);
	else
		for (size_t i = 0; i < sizeof(questions) / sizeof(*questions);
		     i++)
			answer_question(doctor, &firewall, &questions[i]);
	firewall_finish(&firewall);
}
