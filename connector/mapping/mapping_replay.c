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

/* --- who has to approve, how many, by when --- */

static int32_t people(const struct approval_terms *t)
{
    return t->at_least > 1 ? t->at_least : 1;
}

static uint32_t ways(const struct approval_terms *t)
{
    return t->channels ? t->channels : CHANNELS_ALL & ~(1u << CHANNEL_AUTOMATION);
}

static bool asks(const struct approval_terms *t, const struct approval_step *as)
{
    for (size_t i = 0; i < t->step_count; i++)
        if (str_eq(t->steps[i].people, as->people) && t->steps[i].wanted >= as->wanted)
            return true;
    return false;
}

const char *mapping_replay_eased(const struct approval_terms *was, const struct approval_terms *is)
{
    for (size_t i = 0; i < was->step_count; i++)
        if (!asks(is, &was->steps[i]))
            return "a step is gone, or asks fewer or other people";
    if (people(is) < people(was))
        return "fewer people";
    if (ways(is) & ~ways(was))
        return "another way counts";
    if (was->within_ms && (!is->within_ms || is->within_ms > was->within_ms))
        return "more time";
    return NULL;
}

static void compare_terms(const struct mapped *a, const struct mapped *b, struct replay_result *r)
{
    bool eased = mapping_replay_eased(&a->terms, &b->terms);
    bool tightened = mapping_replay_eased(&b->terms, &a->terms);

    if (!a->rule->approval_needed || !b->rule->approval_needed)
        return;
    value(r, REPLAY_OF_APPROVAL, eased || tightened);
    if (eased)
        flip(r, REPLAY_EASED);
    if (tightened)
        flip(r, REPLAY_TIGHTENED);
}

/* --- when it ends --- */

static int64_t end_of(const struct mapped *m)
{
    int64_t most_ms =
        m->rule->emergency_ms; /* after it was asked for, which is the same for both */

    return most_ms ? most_ms : m->access_until_ms ? m->access_until_ms : INT64_MAX;
}

static void compare_ends(const struct mapped *a, const struct mapped *b, struct replay_result *r)
{
    bool glass = a->rule->emergency_ms || b->rule->emergency_ms;

    value(r, REPLAY_OF_EMERGENCY, a->rule->emergency_ms != b->rule->emergency_ms);
    value(r, REPLAY_OF_ACCESS_UNTIL, a->access_until_ms != b->access_until_ms);
    value(r, REPLAY_OF_SPONSOR, !str_eq(a->sponsor, b->sponsor));
    if (glass && !b->rule->emergency_ms)
        flip(r, REPLAY_APPROVAL);
    else if (glass && !a->rule->emergency_ms)
        flip(r, REPLAY_NO_APPROVAL); /* before the work */
    if (end_of(a) != end_of(b))
        flip(r, end_of(b) > end_of(a) ? REPLAY_LONGER : REPLAY_SHORTER);
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
    compare_terms(a, b, r);
    compare_ends(a, b, r);
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
