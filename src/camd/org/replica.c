/* replica.c: changes applied, and the hash after each of them kept. */
#include "camd/org/replica.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"

/* A name that has been somebody's. */
struct named {
	struct table_link link;
	char logon[MEMBER_NAME_MAX + 1];
	uint8_t user_key[SIGN_KEY_SIZE];
};

struct replica {
	struct table by_key, by_number, names;
	TAILQ_HEAD(, colleague) list;
	size_t count;
	struct head head;
	uint8_t (*hashes)[SHA256_SIZE]; /* hashes[i]: after i changes */
	size_t size;
};

/* -- finding -----------------------------------------------------------------
 */

static bool
has_key(const struct table_link *link, const void *key)
{
	return memcmp(container_of(link, struct colleague, by_key)
			  ->membership.user_key,
		   key, SIGN_KEY_SIZE) == 0;
}

struct colleague *
replica_by_key(
    const struct replica *replica, const uint8_t user_key[SIGN_KEY_SIZE])
{
	struct table_link *link = table_find(&replica->by_key,
	    table_hash(&replica->by_key, user_key, SIGN_KEY_SIZE), has_key,
	    user_key);

	return link != NULL ? container_of(link, struct colleague, by_key)
			    : NULL;
}

static bool
has_number(const struct table_link *link, const void *key)
{
	return container_of(link, struct colleague, by_number)->number ==
	       *(const uint64_t *)key;
}

struct colleague *
replica_by_number(const struct replica *replica, uint64_t number)
{
	struct table_link *link = table_find(&replica->by_number,
	    table_hash(&replica->by_number, &number, sizeof number), has_number,
	    &number);

	return link != NULL ? container_of(link, struct colleague, by_number)
			    : NULL;
}

struct colleague *
replica_next(const struct replica *replica, const struct colleague *after)
{
	return after != NULL ? TAILQ_NEXT(after, entry)
			     : TAILQ_FIRST(&replica->list);
}

size_t
replica_count(const struct replica *replica)
{
	return replica->count;
}

uint64_t
replica_number(const struct replica *replica)
{
	return replica->head.number;
}

const uint8_t *
replica_hash(const struct replica *replica, uint64_t number)
{
	return replica->hashes[number];
}

int
replica_compare(const struct replica *replica, const struct head *head)
{
	if (head->number > replica->head.number)
		return CAM_ERR_MORE;
	return memcmp(replica->hashes[head->number], head->hash, SHA256_SIZE) ==
		       0
		   ? 0
		   : CAM_ERR_KEY;
}

/* -- changes -----------------------------------------------------------------
 */

static bool
has_name(const struct table_link *link, const void *key)
{
	return text_same(container_of(link, struct named, link)->logon, key);
}

/* True when that name has been another's. */
static bool
take_name(struct replica *replica, const struct membership *membership)
{
	const char *logon = membership->logon;
	uint64_t hash = table_hash_fold(&replica->names, logon, strlen(logon));
	struct table_link *link =
	    table_find(&replica->names, hash, has_name, logon);
	struct named *named = NULL;

	if (link != NULL) {
		named = container_of(link, struct named, link);
		return memcmp(named->user_key, membership->user_key,
			   SIGN_KEY_SIZE) != 0;
	}
	named = xcalloc(1, sizeof *named);
	memcpy(named->logon, logon, sizeof named->logon);
	memcpy(named->user_key, membership->user_key, SIGN_KEY_SIZE);
	table_add(&replica->names, &named->link, hash);
	return false;
}

static struct colleague *
colleague_of(struct replica *replica, const struct membership *membership)
{
	struct colleague *colleague =
	    replica_by_key(replica, membership->user_key);

	if (colleague != NULL)
		return colleague;
	colleague = xcalloc(1, sizeof *colleague);
	colleague->membership = *membership;
	table_add(&replica->by_key, &colleague->by_key,
	    table_hash(&replica->by_key, membership->user_key, SIGN_KEY_SIZE));
	TAILQ_INSERT_TAIL(&replica->list, colleague, entry);
	return colleague;
}

static void
forget_number(struct replica *replica, struct colleague *colleague)
{
	if (colleague->number == 0)
		return;
	table_remove(&replica->by_number, &colleague->by_number);
	colleague->number = 0;
	replica->count--;
}

static struct colleague *
apply(struct replica *replica, const struct membership *membership)
{
	struct colleague *colleague = colleague_of(replica, membership);

	forget_number(replica, colleague);
	if (membership->kind == MEMBERSHIP_ENDED)
		return colleague;
	colleague->membership = *membership;
	colleague->replaced = take_name(replica, membership);
	colleague->number = replica->head.number;
	table_add(&replica->by_number, &colleague->by_number,
	    table_hash(&replica->by_number, &colleague->number,
		sizeof colleague->number));
	replica->count++;
	return colleague;
}

static void
keep_hash(struct replica *replica)
{
	if (replica->head.number >= replica->size) {
		replica->size = replica->size > 0 ? 2 * replica->size : 64;
		replica->hashes = xreallocarray(
		    replica->hashes, replica->size, sizeof *replica->hashes);
	}
	memcpy(replica->hashes[replica->head.number], replica->head.hash,
	    SHA256_SIZE);
}

int
replica_add(
    struct replica *replica, struct span bytes, struct colleague **changed)
{
	struct membership membership;
	int r = membership_parse(bytes, &membership);

	if (r < 0 && r != CAM_ERR_VERSION)
		return r;
	head_add(&replica->head, bytes);
	keep_hash(replica);
	*changed = r == 0 ? apply(replica, &membership) : NULL;
	return 0;
}

/* -- making and ending -------------------------------------------------------
 */

static void
forget_all(struct replica *replica)
{
	struct table_link *link = NULL;
	struct colleague *colleague = NULL;

	while ((colleague = TAILQ_FIRST(&replica->list)) != NULL) {
		TAILQ_REMOVE(&replica->list, colleague, entry);
		table_remove(&replica->by_key, &colleague->by_key);
		forget_number(replica, colleague);
		free(colleague->away);
		free(colleague);
	}
	while ((link = table_first(&replica->names)) != NULL) {
		table_remove(&replica->names, link);
		free(container_of(link, struct named, link));
	}
	replica->head = (struct head){ .number = 0 };
}

void
replica_clear(struct replica *replica)
{
	forget_all(replica);
	keep_hash(replica);
}

struct replica *
replica_new(void)
{
	struct replica *replica = xcalloc(1, sizeof *replica);

	table_init(&replica->by_key);
	table_init(&replica->by_number);
	table_init(&replica->names);
	TAILQ_INIT(&replica->list);
	keep_hash(replica);
	return replica;
}

void
replica_free(struct replica *replica)
{
	if (replica == NULL)
		return;
	forget_all(replica);
	table_finish(&replica->by_key);
	table_finish(&replica->by_number);
	table_finish(&replica->names);
	free(replica->hashes);
	free(replica);
}
