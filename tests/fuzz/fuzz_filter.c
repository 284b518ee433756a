/* fuzz_filter.c: whatever a firewall's program prints: no crash, and a reason
 * for every verdict. */
#include <netinet/in.h>
#include <stdlib.h>

#include "cam/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const struct filter *filter, uint8_t family, enum filter_hook hook,
    enum filter_kind kind)
{
	static const uint8_t own[16] = { 10, 77, 0, 3 };
	struct filter_reason reason = { .base = NULL };
	struct filter_packet packet = { .family = family,
		.protocol = IPPROTO_UDP,
		.port = 2425,
		.interface = "eth0",
		.hook = hook,
		.kind = kind };
	enum filter_verdict verdict = FILTER_PASSES;

	filter_range_address(&packet.source, own, family == 4 ? 4 : 16, 24);
	filter_range_address(
	    &packet.destination, own, family == 4 ? 4 : 16, 128);
	verdict = filter_judge(filter, &packet, &reason);
	if (verdict != FILTER_PASSES && reason.base == NULL)
		abort();
	if (verdict == FILTER_DEPENDS && reason.rule == NULL)
		abort();
	if (reason.rule != NULL &&
	    (reason.chain == NULL || reason.rule->text == NULL))
		abort();
}

/* The first byte chooses whose output it is. */
static void
read_as(struct filter *filter, uint8_t kind, struct span text)
{
	bool active = false;

	switch (kind % 6) {
	case 0:
		(void)filter_read_nft(filter, text, false);
		break;
	case 1:
		(void)filter_read_nft(filter, text, true);
		break;
	case 2:
		(void)filter_read_iptables(filter, text, 4);
		break;
	case 3:
		(void)filter_read_iptables(filter, text, 6);
		break;
	case 4:
		(void)filter_read_ufw(filter, text, &active);
		break;
	default:
		(void)filter_read_firewalld(filter, text, "public");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct filter filter = { .chains = NULL };

	if (size == 0)
		return 0;
	read_as(&filter, data[0], span_of(data + 1, size - 1));
	judge(&filter, 4, FILTER_IN, FILTER_OURS);
	judge(&filter, 4, FILTER_OUT, FILTER_BROADCAST);
	judge(&filter, 6, FILTER_IN, FILTER_MULTICAST);
	filter_finish(&filter);
	return 0;
}
