#include "domain/sod.h"

#include "base/plant.h"

/* What one account makes of a member. */
static enum outcome holds(const struct sod_holding *h, bool before)
{
    if (before && h->wish == SOD_GIVEN)
        return OUTCOME_PRESENT;
    if (before && h->wish == SOD_TAKEN)
        return OUTCOME_ABSENT;
    return h->held;
}

/* Is there an earlier row of the same member? */
static bool is_first(const struct sod_holding *holdings, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (holdings[k].set == holdings[i].set && holdings[k].member == holdings[i].member)
            return false;
    return true;
}

/* A member is held if one account holds it, and not held only if no account may. */
static enum outcome member_held(const struct sod_holding *holdings, size_t count, size_t i,
                                bool before, const struct sod_holding **ret_unread)
{
    enum outcome all = OUTCOME_ABSENT;

    for (size_t k = i; k < count; k++) {
        const struct sod_holding *h = &holdings[k];
        if (h->set != holdings[i].set || h->member != holdings[i].member)
            continue;
        enum outcome one = holds(h, before);
        if (one == OUTCOME_PRESENT)
            return OUTCOME_PRESENT;
        if (one == OUTCOME_UNKNOWN && all != OUTCOME_UNKNOWN) {
            all = OUTCOME_UNKNOWN;
            *ret_unread = h;
        }
    }
    return all;
}

/* Of a member that is held: by which request alone, which may be another person's; NULL: it is held
 * for sure. */
static const struct sod_holding *member_doubt(const struct sod_holding *holdings, size_t count,
                                              size_t i, bool before)
{
    const struct sod_holding *doubt = NULL;

    for (size_t k = i; k < count; k++) {
        const struct sod_holding *h = &holdings[k];
        if (h->set != holdings[i].set || h->member != holdings[i].member ||
            holds(h, before) != OUTCOME_PRESENT)
            continue;
        if (!before || !h->maybe.len)
            return NULL;
        doubt = doubt ? doubt : h;
    }
    return doubt;
}

struct sod_finding sod_judge(const struct sod_set *set, size_t index, bool before,
                             const struct sod_holding *holdings, size_t count)
{
    struct sod_finding f = {0};

    for (size_t i = 0; i < count; i++) {
        const struct sod_holding *unread = NULL;
        if (holdings[i].set != index || !is_first(holdings, i))
            continue;
        enum outcome held = member_held(holdings, count, i, before, &unread);
        f.held += held == OUTCOME_PRESENT;
        const struct sod_holding *doubt = member_doubt(holdings, count, i, before);
        f.doubted += doubt != NULL;
        if (!f.doubt)
            f.doubt = doubt;
        f.unknown += held == OUTCOME_UNKNOWN;
        if (held == OUTCOME_PRESENT && holds(&holdings[i], false) == OUTCOME_PRESENT && !f.first)
            f.first = &holdings[i];
        if (!f.unread)
            f.unread = unread;
    }
    int32_t most = f.held + (PLANTED(UNREAD_IS_CLEAR) ? 0 : f.unknown);
    f.answer = f.held >= set->n ? SOD_CONFLICT : most >= set->n ? SOD_UNKNOWN : SOD_CLEAR;
    return f;
}
