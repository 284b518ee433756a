/* known.c: digests of what is known of members. */
#include "link/known.h"

#include <stdio.h>

#include "crypto/digest.h"

static void
begin_page(struct known *known)
{
	known->digest = digest_new(DIGEST_SHA256);
}

static void
end_page(struct known *known)
{
	uint8_t digest[SHA256_SIZE];

	digest_peek(known->digest, digest);
	digest_free(known->digest);
	known->digest = NULL;
	if (known->page++ < KNOWN_PAGES_MAX)
		buf_put(known->digests, digest, KNOWN_DIGEST_SIZE);
}

size_t
known_page(uint64_t number)
{
	return (number - 1) / KNOWN_PAGE;
}

void
known_begin(struct known *known, struct buf *digests)
{
	*known = (struct known){ .digests = digests };
	begin_page(known);
}

void
known_add(struct known *known, uint64_t number, uint32_t card,
    const struct addr *addr)
{
	char at[ADDR_TEXT_SIZE] = "", line[ADDR_TEXT_SIZE + 48];
	int len = 0;

	while (known->page < known_page(number)) {
		end_page(known);
		begin_page(known);
	}
	if (addr->family != ADDR_NONE)
		(void)addr_format(addr, at);
	len = snprintf(line, sizeof line, "%llu %lu %s\n",
	    (unsigned long long)number, (unsigned long)card, at);
	digest_add(known->digest, span_of(line, (size_t)len));
}

void
known_end(struct known *known)
{
	end_page(known);
}
