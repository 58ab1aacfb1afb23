#include "mapping/mapping_replay.h"

const char *const REPLAY_FLIP_WORDS[REPLAY_FLIP_COUNT] = {
#define X(suffix, word, text) word,
    REPLAY_FLIPS(X)
#undef X
};
const char *const REPLAY_FLIP_TEXTS[REPLAY_FLIP_COUNT] = {
#define X(suffix, word, text) text,
    REPLAY_FLIPS(X)
#undef X
};
const char *const REPLAY_VALUE_WORDS[REPLAY_VALUE_COUNT] = {
#define X(suffix, word) word,
    REPLAY_VALUES(X)
#undef X
};

static void flip(struct replay_result *r, enum replay_flip which)
{
    r->flips |= 1U << which;
}

static void value(struct replay_result *r, enum replay_value which, bool differs)
{
    if (differs)
        r->values |= 1U << which;
}

static bool is_breached(const struct mapped *m, const struct replay_past *past)
{
    return m->sla_goal_ms && past->open_ms > m->sla_goal_ms;
}

static void compare_values(const struct mapped *a, const struct mapped *b, struct replay_result *r)
{
    value(r, REPLAY_OF_SUBJECT, !str_eq(a->beneficiary, b->beneficiary));
    value(r, REPLAY_OF_ACCOUNT, !str_eq(a->account, b->account));
    value(r, REPLAY_OF_APPLICATION, !str_eq(a->source, b->source));
    value(r, REPLAY_OF_ENTITLEMENT, !str_eq(a->entitlement, b->entitlement));
    value(r, REPLAY_OF_CHANGE, a->rule->change != b->rule->change);
    value(r, REPLAY_OF_EXPECT, a->rule->expect != b->rule->expect);
    value(r, REPLAY_OF_PRIVILEGED, a->privileged != b->privileged);
    value(r, REPLAY_OF_REQUESTER, !str_eq(a->requester, b->requester));
    value(r, REPLAY_OF_JUSTIFICATION, !str_eq(a->justification, b->justification));
    value(r, REPLAY_OF_GOAL,
          a->sla_goal_ms != b->sla_goal_ms || !str_eq(a->rule->sla_policy, b->rule->sla_policy));
}

/* Both governed: how is it governed? */
static void compare_rules(const struct mapped *a, const struct mapped *b,
                          const struct replay_past *past, struct replay_result *r)
{
    enum gate_mode was = mapping_mode_of(a->rule, past->otherwise).mode;
    enum gate_mode is = mapping_mode_of(b->rule, past->otherwise).mode;

    value(r, REPLAY_OF_RULE, !str_eq(a->rule->name, b->rule->name));
    if (is != was)
        flip(r, is < was ? REPLAY_LOOSER : REPLAY_STRICTER);
    if (a->rule->approval_needed != b->rule->approval_needed)
        flip(r, b->rule->approval_needed ? REPLAY_APPROVAL : REPLAY_NO_APPROVAL);
}

static void compare_mapped(const struct mapped *a, const struct mapped *b,
                           const struct replay_past *past, struct replay_result *r)
{
    const uint32_t ITEM = 1U << REPLAY_OF_ACCOUNT | 1U << REPLAY_OF_APPLICATION |
                          1U << REPLAY_OF_ENTITLEMENT | 1U << REPLAY_OF_EXPECT;

    compare_values(a, b, r);
    r->asks_else = (r->values & ITEM) != 0;
    if (r->asks_else && past->closed)
        flip(r, REPLAY_REFUSED);
    bool by_goal = !a->rule->sla_policy.len && !b->rule->sla_policy.len;
    if (by_goal && is_breached(a, past) != is_breached(b, past))
        flip(r, is_breached(b, past) ? REPLAY_BREACHED : REPLAY_MET);
}

struct replay_result mapping_replay(const struct mapped *live, const struct mapped *next,
                                    const struct replay_past *past)
{
    struct replay_result r = {0};
    bool was = live->outcome != MAPPED_NOT_GOVERNED, is = next->outcome != MAPPED_NOT_GOVERNED;

    if (was && is)
        compare_rules(live, next, past, &r);
    if (was && !is)
        flip(&r, REPLAY_UNGOVERNED);
    else if (is && !was)
        flip(&r, REPLAY_GOVERNED);
    else if (live->outcome == MAPPED_OK && next->outcome == MAPPED_HOLD)
        flip(&r, REPLAY_HELD);
    else if (live->outcome == MAPPED_HOLD && next->outcome == MAPPED_OK)
        flip(&r, REPLAY_MAPPED);
    else if (live->outcome == MAPPED_HOLD && next->outcome == MAPPED_HOLD)
        value(&r, REPLAY_OF_REASON, !str_eq(live->hold_text, next->hold_text));
    else if (live->outcome == MAPPED_OK)
        compare_mapped(live, next, past, &r);
    return r;
}

void mapping_replay_judge(struct replay_result *r, const struct replay_past *past, bool believed)
{
    if (!believed)
        return;
    r->flips &= ~(1U << REPLAY_REFUSED);
    if (past->refused)
        flip(r, REPLAY_CLOSED);
}
