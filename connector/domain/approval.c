#include "domain/approval.h"

#include "base/plant.h"

static const char *const CHANNEL_NAMES[] = {
#define X(suffix, name) name,
    APPROVAL_CHANNELS(X)
#undef X
};

const char *approval_channel_name(enum approval_channel c)
{
    return CHANNEL_NAMES[c];
}

bool approval_channel_from(struct str name, enum approval_channel *ret)
{
    int i = str_index(name, CHANNEL_NAMES, CHANNEL_COUNT);

    if (i >= 0)
        *ret = (enum approval_channel)i;
    return i >= 0;
}

const char *approval_fault_words(enum approval_fault f)
{
    static const char *const WORDS[] = {
#define X(suffix, words) words,
        APPROVAL_FAULTS(X)
#undef X
    };
    return WORDS[f];
}

/* --- one of them --- */

static int64_t end_of(const struct approvals *a)
{
    return a->terms.within_ms && a->asked_ms ? a->asked_ms + a->terms.within_ms : 0;
}

static bool takes(const struct approval_terms *t, enum approval_channel c)
{
    return t->channels ? t->channels & 1u << c : c != CHANNEL_AUTOMATION;
}

enum approval_fault approval_fault(const struct approvals *a, const struct approval_given *g)
{
    int64_t until = end_of(a);

    if (g->withdrawn)
        return FAULT_WITHDRAWN;
    if (g->hats && !PLANTED(SELF_APPROVAL))
        return FAULT_OWN;
    if (g->maybe)
        return FAULT_UNCLEAR;
    if (g->outdated && !PLANTED(APPROVAL_OF_ANYTHING))
        return FAULT_OUTDATED;
    if (!takes(&a->terms, g->channel) && !PLANTED(ANY_CHANNEL))
        return FAULT_CHANNEL;
    if (until && g->at_ms > until && !PLANTED(LATE_APPROVAL))
        return FAULT_LATE;
    if (a->terms.step_count && !g->steps)
        return FAULT_UNNAMED;
    return g->left ? FAULT_LEFT : FAULT_NONE;
}

/* --- all of them --- */

static bool is_vote(const struct approvals *a, size_t i)
{
    return !a->given[i].declined && approval_fault(a, &a->given[i]) == FAULT_NONE;
}

/* Has that person a vote among the rows before? steps: of which any must be one he answers; 0: all
 * count. */
static bool has_voted(const struct approvals *a, size_t before, int32_t person, uint32_t steps)
{
    for (size_t i = 0; i < before; i++)
        if (a->given[i].person == person && is_vote(a, i) && (!steps || a->given[i].steps & steps))
            return true;
    return false;
}

/* People, not rows: nobody votes twice. */
static int32_t votes(const struct approvals *a, uint32_t steps)
{
    int32_t n = 0;

    for (size_t i = 0; i < a->count; i++) {
        const struct approval_given *g = &a->given[i];
        bool twice = has_voted(a, i, g->person, steps) && !PLANTED(ONE_VOTES_TWICE);
        n += is_vote(a, i) && (!steps || g->steps & steps) && !twice;
    }
    return n;
}

int32_t approval_step_lacks(const struct approvals *a, size_t step)
{
    int32_t lacks = a->terms.steps[step].wanted - votes(a, 1u << step);

    return lacks > 0 && !PLANTED(ANY_STEP) ? lacks : 0;
}

static void judge_votes(const struct approvals *a, struct approval_verdict *v)
{
    int32_t wanted = a->terms.at_least > 1 ? a->terms.at_least : 1;

    v->more = wanted - votes(a, 0);
    v->more = v->more > 0 ? v->more : 0;
    for (size_t i = 0; i < a->terms.step_count; i++)
        v->missing |= approval_step_lacks(a, i) ? 1u << i : 0;
    if (!v->more && !v->missing)
        v->answer = APPROVAL_REACHED;
}

static bool is_declined(const struct approvals *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->given[i].declined && !a->given[i].withdrawn)
            return true;
    return false;
}

/* Reminders that were missed while nobody looked are one: the last. */
static void judge_times(const struct approvals *a, int64_t now_ms, struct approval_verdict *v)
{
    v->until_ms = end_of(a);
    if (!v->until_ms || v->answer != APPROVAL_WAITS)
        return;
    v->next_ms = v->until_ms;
    for (size_t i = LIMIT_REMINDERS; i-- > 0;) {
        int64_t at = a->asked_ms + a->terms.within_ms / 100 * a->terms.remind[i];
        if (!a->terms.remind[i])
            continue;
        if (at > now_ms)
            v->next_ms = at;
        else if (!v->reminder_ms)
            v->reminder_ms = at;
    }
    if (now_ms >= v->until_ms && !PLANTED(WINDOW_NEVER_ENDS)) {
        v->answer = APPROVAL_LAPSED;
        v->next_ms = v->reminder_ms = 0;
    }
}

struct approval_verdict approval_judge(const struct approvals *a, int64_t now_ms)
{
    struct approval_verdict v = {.answer = APPROVAL_WAITS};

    for (size_t i = 0; i < a->count; i++) {
        enum approval_fault f = approval_fault(a, &a->given[i]);
        v.outdated |= !a->given[i].declined && f == FAULT_OUTDATED;
        v.unclear |= !a->given[i].declined && f == FAULT_UNCLEAR && !a->given[i].outdated;
    }
    judge_votes(a, &v);
    if (is_declined(a))
        v.answer = APPROVAL_REFUSED;
    judge_times(a, now_ms, &v);
    return v;
}
