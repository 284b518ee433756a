/* answer.c: ANSENTRY, spread in time so that a newcomer is not flooded. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "lan/state.h"

/*
 * Answers wait in slots of a wheel; its timer runs only while one waits.
 * With few members nobody is flooded and a quick answer is worth more.
 */
enum { SLOTS = 64, SLOT_MS = 64, FEW_MEMBERS = 50, FEW_DELAY_MS = 100 };
enum { ANSWERS_MAX = 16384 };

struct answer {
	struct answer *next;
	struct addr to;
	bool utf8;
	bool cam; /* it speaks cam/1 itself */
};

struct answers {
	struct lan *lan;
	struct answer *slots[SLOTS];
	uint64_t turned_ms; /* when slot `at` was due */
	size_t at;
	size_t count;
	struct timer timer;
};

static void on_slot(void *arg);

struct answers *
answers_new(struct lan *lan)
{
	struct answers *answers = xcalloc(1, sizeof *answers);

	answers->lan = lan;
	timer_init(&answers->timer, lan->loop, on_slot, answers);
	return answers;
}

static void
drop_slot(struct answers *answers, size_t slot)
{
	struct answer *answer;

	while ((answer = answers->slots[slot]) != NULL) {
		answers->slots[slot] = answer->next;
		answers->count--;
		free(answer);
	}
}

void
answers_free(struct answers *answers)
{
	if (answers == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		drop_slot(answers, i);
	timer_finish(&answers->timer);
	free(answers);
}

static void
send_answer(struct lan *lan, const struct answer *answer)
{
	uint32_t command = COMMAND_ANSENTRY;
	struct buf buf;

	if (answer->utf8)
		command |= STATUS_UTF8;
	buf_init(&buf, LIMIT_DATAGRAM_SENT);
	if (announce_build(lan, command, answer->cam, &buf) == 0 &&
	    lan_may_answer(lan, &answer->to, buf.len, 0))
		lan_transmit(lan, &answer->to, 0, buf_span(&buf));
	buf_finish(&buf);
}

void
answers_turn(struct answers *answers, uint64_t now_ms)
{
	while (answers->count > 0 && answers->turned_ms <= now_ms) {
		for (struct answer *a = answers->slots[answers->at]; a != NULL;
		     a = a->next)
			send_answer(answers->lan, a);
		drop_slot(answers, answers->at);
		answers->at = (answers->at + 1) % SLOTS;
		answers->turned_ms += SLOT_MS;
	}
	if (answers->count > 0)
		timer_start(&answers->timer, answers->turned_ms - now_ms);
}

static void
on_slot(void *arg)
{
	answers_turn(arg, clock_now_ms());
}

void
answers_add(struct answers *answers, const struct addr *to, bool utf8, bool cam,
    uint64_t now_ms)
{
	bool few = answers->lan->ops->count(answers->lan->arg) <= FEW_MEMBERS;
	uint32_t delay_ms =
	    random_below(few ? FEW_DELAY_MS : (SLOTS - 1) * SLOT_MS);
	struct answer *answer;
	size_t slot;

	if (answers->count >= ANSWERS_MAX)
		return;
	if (answers->count == 0)
		answers->turned_ms = now_ms;
	slot = (size_t)(now_ms + delay_ms - answers->turned_ms) / SLOT_MS;
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	answer = xcalloc(1, sizeof *answer);
	answer->to = *to;
	answer->utf8 = utf8;
	answer->cam = cam;
	slot = (answers->at + slot) % SLOTS;
	answer->next = answers->slots[slot];
	answers->slots[slot] = answer;
	answers->count++;
	if (answers->count == 1)
		timer_start(&answers->timer, SLOT_MS);
}
