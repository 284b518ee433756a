/* target.c: lists of addresses, networks and wildcards. */
#include "net/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/i18n.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

static const char separators[] = ", \t\r\n";

static unsigned
size_of(const struct target *target)
{
	return target->address.family == ADDR_V4 ? 4 : 16;
}

static int
parse_port(struct span text, uint16_t *port)
{
	uint64_t number = 0;

	if (number_decimal(text, UINT16_MAX, &number) < 0 || number == 0)
		return CAM_ERR_FORMAT;
	*port = (uint16_t)number;
	return 0;
}

static void
mask_prefix(struct target *target)
{
	for (unsigned i = 0; i < size_of(target); i++) {
		unsigned left = target->bits > i * 8 ? target->bits - i * 8 : 0;

		target->mask[i] = left >= 8 ? 0xff : (uint8_t)(0xff00 >> left);
		target->address.bytes[i] &= target->mask[i];
	}
}

/* network is what stood before the slash, rest what follows: bits, then perhaps
 * :port. */
static int
parse_network(
    struct span network, struct span rest, uint16_t port, struct target *target)
{
	struct span bits;
	uint64_t number = 0;

	if (span_cut(&rest, ':', &bits)) {
		if (parse_port(rest, &port) < 0)
			return CAM_ERR_FORMAT;
	} else {
		bits = rest;
	}
	if (addr_parse(network, 0, &target->address) < 0 ||
	    target->address.port != 0)
		return CAM_ERR_FORMAT;
	if (number_decimal(bits, size_of(target) * 8, &number) < 0)
		return CAM_ERR_FORMAT;
	target->kind = TARGET_NETWORK;
	target->bits = (unsigned)number;
	target->address.port = port;
	mask_prefix(target);
	/* A prefix this short covers more than one interface's own. */
	if (!addr_is_link_local(&target->address) &&
	    !addr_is_multicast(&target->address))
		target->address.scope = 0;
	return 0;
}

static int
parse_part(struct span part, uint8_t *value, uint8_t *mask)
{
	uint64_t number = 0;

	if (span_equal_text(part, "*"))
		return 0;
	/* "010" is eight to some programs: refused, as inet_pton does. */
	if (part.len > 1 && part.data[0] == '0')
		return CAM_ERR_FORMAT;
	if (number_decimal(part, 255, &number) < 0)
		return CAM_ERR_FORMAT;
	*value = (uint8_t)number;
	*mask = 0xff;
	return 0;
}

static int
parse_wildcard(struct span text, uint16_t port, struct target *target)
{
	struct span host = text, rest = text, part;

	if (span_cut(&rest, ':', &host) && parse_port(rest, &port) < 0)
		return CAM_ERR_FORMAT;
	target->kind = TARGET_WILDCARD;
	target->address = addr_any(ADDR_V4, port);
	for (unsigned i = 0; i < 4; i++) {
		if (span_cut(&host, '.', &part) != (i < 3))
			return CAM_ERR_FORMAT;
		if (i == 3)
			part = host;
		if (parse_part(
			part, &target->address.bytes[i], &target->mask[i]) < 0)
			return CAM_ERR_FORMAT;
	}
	return 0;
}

static int
parse_item(struct span item, uint16_t port, struct target *target)
{
	struct span rest = item, head;

	memset(target, 0, sizeof(*target));
	if (memchr(item.data, '*', item.len) != NULL)
		return parse_wildcard(item, port, target);
	if (span_cut(&rest, '/', &head))
		return parse_network(head, rest, port, target);
	if (addr_parse(item, port, &target->address) < 0 ||
	    addr_is_any(&target->address))
		return CAM_ERR_FORMAT;
	target->kind = TARGET_ADDRESS;
	memset(target->mask, 0xff, size_of(target));
	return 0;
}

/* Says in a sentence what is wrong with the item; the text of a setting is not
 * always ours. */
static char *
complain(struct span item, int err, uint64_t hosts)
{
	char *raw = span_dup(span_of(item.data, utf8_cut(item, 60)));
	char *name = text_printable(raw, TEXT_LINE);
	char *error = NULL;

	if (err == CAM_ERR_LIMIT && hosts > TARGETS_HOSTS_MAX)
		error = xasprintf(_("with '%s' the list covers more than %d "
				    "hosts, the most that can be asked"),
		    name, TARGETS_HOSTS_MAX);
	else if (err == CAM_ERR_LIMIT)
		error = xasprintf(
		    _("'%s' is one too many: a list has at most %d items"),
		    name, TARGETS_MAX);
	else
		error = xasprintf(_("'%s' is not an address such as 10.1.2.3, "
				    "a network such as 10.1.2.0/24 or a "
				    "wildcard such as 10.1.2.*"),
		    name);
	free(name);
	free(raw);
	return error;
}

static bool
next_item(const char **text, struct span *item)
{
	*text += strspn(*text, separators);
	*item = span_of(*text, strcspn(*text, separators));
	*text += item->len;
	return item->len > 0;
}

int
targets_parse(const char *text, uint16_t default_port, bool walked,
    struct targets *targets, char **error)
{
	struct targets parsed = { .list = NULL };
	struct span item;
	struct target target;
	uint64_t hosts = 0, total = 0;
	size_t size = 0;
	int err = 0;

	if (strlen(text) > TARGETS_TEXT_MAX) {
		*error = xstrdup(_("the list of addresses is too long"));
		return CAM_ERR_LIMIT;
	}
	while (next_item(&text, &item)) {
		err = parsed.count == TARGETS_MAX ? CAM_ERR_LIMIT : 0;
		if (err == 0)
			err = parse_item(item, default_port, &target);
		if (err == 0 && walked) {
			hosts = target_count(&target);
			total = hosts > UINT64_MAX - total ? UINT64_MAX
							   : hosts + total;
			if (total > TARGETS_HOSTS_MAX)
				err = CAM_ERR_LIMIT;
		}
		if (err < 0) {
			*error = complain(item, err, total);
			targets_finish(&parsed);
			return err;
		}
		if (parsed.count == size) {
			size = size == 0 ? 8 : size * 2;
			parsed.list = xreallocarray(
			    parsed.list, size, sizeof(*parsed.list));
		}
		parsed.list[parsed.count++] = target;
	}
	*targets = parsed;
	return 0;
}

void
targets_finish(struct targets *targets)
{
	free(targets->list);
	memset(targets, 0, sizeof(*targets));
}

static char *
check(const char *text, bool walked)
{
	struct targets targets;
	char *problem = NULL;

	/* Which port an item without one has makes no difference. */
	if (targets_parse(text, 0, walked, &targets, &problem) == 0)
		targets_finish(&targets);
	return problem;
}

char *
targets_check(const char *text)
{
	return check(text, false);
}

char *
targets_check_walked(const char *text)
{
	return check(text, true);
}

static bool
covers(const struct target *target, const struct addr *addr)
{
	if (addr->family != target->address.family)
		return false;
	if (target->address.scope != 0 && addr->scope != target->address.scope)
		return false;
	for (unsigned i = 0; i < size_of(target); i++)
		if ((addr->bytes[i] & target->mask[i]) !=
		    target->address.bytes[i])
			return false;
	return true;
}

bool
targets_match(const struct targets *targets, const struct addr *addr)
{
	for (size_t i = 0; i < targets->count; i++)
		if (covers(&targets->list[i], addr))
			return true;
	return false;
}

static unsigned
free_bits(const struct target *target)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < size_of(target); i++)
		bits += 8 - (unsigned)__builtin_popcount(target->mask[i]);
	return bits;
}

/* Its first and last address are not hosts'. */
static bool
has_ends(const struct target *target)
{
	return target->kind == TARGET_NETWORK &&
	       target->address.family == ADDR_V4 && target->bits <= 30;
}

static bool
last_is_free(const struct target *target)
{
	return target->kind == TARGET_WILDCARD && target->mask[3] == 0;
}

uint64_t
target_count(const struct target *target)
{
	unsigned bits = free_bits(target);
	uint64_t all = bits >= 64 ? UINT64_MAX : (uint64_t)1 << bits;

	if (has_ends(target))
		return all - 2;
	if (last_is_free(target))
		return all / 256 * 254;
	return all;
}

/* Puts the bits of number into those that mask leaves free, the lowest last. */
static struct addr
fill(const struct target *target, uint64_t number)
{
	struct addr addr = target->address;

	for (unsigned i = size_of(target); i-- > 0;) {
		for (unsigned bit = 1; bit < 0x100; bit <<= 1) {
			if ((target->mask[i] & bit) != 0)
				continue;
			if ((number & 1) != 0)
				addr.bytes[i] |= (uint8_t)bit;
			number >>= 1;
		}
	}
	return addr;
}

bool
target_broadcast(const struct target *target, struct addr *addr)
{
	if (has_ends(target)) {
		*addr = fill(target, UINT64_MAX);
		return true;
	}
	if (!last_is_free(target))
		return false;
	/* 10.*.2.* is no network. */
	for (unsigned i = 1; i < 4; i++)
		if (target->mask[i] > target->mask[i - 1])
			return false;
	*addr = fill(target, UINT64_MAX);
	return true;
}

bool
target_walk_next(struct target_walk *walk, struct addr *addr)
{
	const struct target *target = NULL;
	uint64_t number = 0;

	for (; walk->item < walk->targets->count;
	     walk->item++, walk->next = 0) {
		target = &walk->targets->list[walk->item];
		if (walk->next >= target_count(target))
			continue;
		number = walk->next++;
		if (has_ends(target))
			number += 1;
		else if (last_is_free(target))
			number = number / 254 * 256 + number % 254 + 1;
		*addr = fill(target, number);
		return true;
	}
	return false;
}
