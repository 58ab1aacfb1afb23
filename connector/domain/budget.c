#include "domain/budget.h"

#include <string.h>

enum { NEAR = 8 }; /* places in which a mark may stand */

/* --- what failed --- */

static uint32_t mark_of(uint64_t what)
{
    return (uint32_t)(what >> 32) | 1; /* 0 is a free place */
}

static size_t place(uint64_t what, size_t step)
{
    return (size_t)(what + step) % BUDGET_REMEMBERED;
}

bool budget_repeats(const struct budget *b, uint64_t what)
{
    if (!what)
        return false;
    for (size_t i = 0; i < NEAR; i++)
        if (b->failed[place(what, i)] == mark_of(what))
            return true;
    return false;
}

static void forget(struct budget *b, uint64_t what)
{
    for (size_t i = 0; i < NEAR; i++)
        if (b->failed[place(what, i)] == mark_of(what))
            b->failed[place(what, i)] = 0;
}

/* Where all places are taken one gives way, by the mark: not always the same. */
static void remember(struct budget *b, uint64_t what)
{
    size_t at = mark_of(what) / 2 % NEAR;

    if (!what || budget_repeats(b, what))
        return;
    for (size_t i = 0; i < NEAR; i++)
        if (!b->failed[place(what, i)])
            at = i;
    b->failed[place(what, at)] = mark_of(what);
}

/* --- the window --- */

static size_t slot_of(int64_t slot)
{
    return (size_t)(slot % BUDGET_SLOTS);
}

/* Slots that have left the window by now count no more. */
static int32_t sum(const struct budget *b, const int32_t *slots, int64_t now_ms)
{
    int64_t now = now_ms / BUDGET_SLOT_MS;
    int32_t all = 0;

    for (int64_t i = b->slot; i > b->slot - BUDGET_SLOTS && i >= 0; i--)
        if (i > now - BUDGET_SLOTS)
            all += slots[slot_of(i)];
    return all;
}

static void slide(struct budget *b, int64_t now_ms)
{
    int64_t now = now_ms / BUDGET_SLOT_MS;

    if (now - b->slot > BUDGET_SLOTS)
        b->slot = now - BUDGET_SLOTS;
    while (b->slot < now) {
        b->slot++;
        b->first[slot_of(b->slot)] = b->repeated[slot_of(b->slot)] = 0;
    }
}

/* --- the questions --- */

void budget_init(struct budget *b, int64_t now_ms)
{
    *b = (struct budget){.slot = now_ms / BUDGET_SLOT_MS,
                         .repeated_ms = now_ms - BUDGET_STARVE_MS,
                         .answers = BUDGET_WELL};
}

static bool is_free(const struct budget *b)
{
    return b->answers >= BUDGET_WELL || (b->away && b->answers > 0);
}

int64_t budget_wait_ms(const struct budget *b, uint64_t what, int64_t now_ms)
{
    if (is_free(b) || !budget_repeats(b, what))
        return 0;
    int32_t most = sum(b, b->first, now_ms) / BUDGET_SHARE;
    bool within = sum(b, b->repeated, now_ms) < (most > BUDGET_FLOOR ? most : BUDGET_FLOOR);
    int64_t next = b->repeated_ms + (b->away ? BUDGET_PROBE_MS : BUDGET_STARVE_MS);
    return within || next <= now_ms ? 0 : next - now_ms;
}

void budget_sent(struct budget *b, uint64_t what, int64_t now_ms)
{
    slide(b, now_ms);
    if (!budget_repeats(b, what)) {
        b->first[slot_of(b->slot)]++;
        return;
    }
    b->repeated[slot_of(b->slot)] += !is_free(b);
    b->repeated_ms = now_ms;
}

void budget_ended(struct budget *b, uint64_t what, bool answered)
{
    if (answered) {
        forget(b, what);
        b->silence = 0;
        if (b->answers < BUDGET_WELL && ++b->answers == BUDGET_WELL)
            memset(b->repeated, 0, sizeof b->repeated);
        return;
    }
    remember(b, what);
    b->away = b->away && !b->answers;
    b->answers = 0;
    b->silence += b->silence < BUDGET_AWAY;
    b->away |= b->silence >= BUDGET_AWAY;
}
