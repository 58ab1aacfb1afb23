#include "domain/exception.h"

#include "base/plant.h"
#include "domain/drift.h"

/* People are told so long before it ends; of one that lasts less than twice that, not. */
static const struct {
    int64_t before_ms;
    const char *reason;
} WARNINGS[] = {{INT64_C(86400000), "ExceptionEndsTomorrow"},
                {7 * INT64_C(86400000), "ExceptionEndsThisWeek"}};

static void look_by(struct decision *r, int64_t at_ms)
{
    if (!r->look_again_ms || at_ms < r->look_again_ms)
        r->look_again_ms = at_ms;
}

static void escalate(struct decision *r, const char *reason, int64_t since_ms)
{
    if (r->escalation_count < LIMIT_EFFECTS_PER_STEP)
        r->escalations[r->escalation_count++] = (struct escalation){reason, since_ms};
}

/* Nobody asks for it any more: a later request is about the very same, or its time is over (also of
 * what is given by a request that takes something away, too). */
static bool is_moot(const struct dossier *d, size_t item)
{
    const struct item_after *a = d->after.items ? &d->after.items[item] : NULL;
    bool gives = d->items[item].desired == DESIRED_PRESENT;
    bool over = gives && d->access_until_ms && d->access_until_ms <= d->now_ms;

    return over || (a && (a->superseded || a->ending));
}

/* What its reads say, whatever covers it. */
static enum verdict read_verdict(const struct dossier *d, const struct item *item)
{
    struct item uncovered = *item;

    uncovered.excepted = false;
    return verdict_judge(&uncovered, d->claimed_ms, d->now_ms).verdict;
}

size_t exception_owed(const struct dossier *d)
{
    for (size_t i = 0; d->phase == PHASE_CLOSED && i < d->item_count; i++) {
        const struct item *item = &d->items[i];
        bool lapsed = item->lapsed_ms && item->lapsed_ms <= d->now_ms;
        if (item->on_exception && lapsed && !item->excepted && !is_moot(d, i))
            return i;
    }
    return d->item_count;
}

/* As asked when it was read last, too long ago to be a proof: nothing was recorded of it while a
 * later request, which is over now, was about the very same. */
static bool is_old_news(const struct dossier *d, const struct item *item)
{
    const struct observation *newest = item->obs_count ? &item->obs[0] : NULL;

    return newest && !item_why_not(item, newest) &&
           d->now_ms - newest->observed_ms > item->rule.max_age_ms;
}

bool exception_reopens(const struct dossier *d, struct decision *ret)
{
    size_t item = exception_owed(d);

    if (item == d->item_count || PLANTED(LAPSE_IS_FORGOTTEN))
        return false;
    /* proven meanwhile: that is recorded first, and nothing is owed */
    if (read_verdict(d, &d->items[item]) == VERDICT_VERIFIED && !PLANTED(LAPSE_IGNORES_PROOF))
        return false;
    if (is_old_news(d, &d->items[item])) { /* read before anybody is sent to work */
        ret->read_sources = true;
        look_by(ret, d->now_ms + 1000);
        return false;
    }
    ret->move = true;
    ret->to = PHASE_FULFILLING;
    ret->reason = "ExceptionLapsed";
    look_by(ret, d->now_ms + 1000); /* should this be the last step of the look */
    escalate(ret, "ExceptionLapsed", d->items[item].lapsed_ms);
    return true;
}

/* Once for each time before the end; the newest of several that have come suffices. */
static void warn(const struct dossier *d, const struct item *item, struct decision *r)
{
    int64_t lasts = item->excepted_until_ms - item->excepted_from_ms;
    bool told = false;

    for (size_t i = 0; i < sizeof WARNINGS / sizeof WARNINGS[0]; i++) {
        int64_t at = item->excepted_until_ms - WARNINGS[i].before_ms;
        if (lasts < 2 * WARNINGS[i].before_ms)
            continue;
        if (at > d->now_ms)
            look_by(r, at);
        else if (!told)
            escalate(r, WARNINGS[i].reason, item->excepted_until_ms);
        told |= at <= d->now_ms;
    }
}

/* Reconciliation goes on: as after a proven close, then daily while it is owed. */
static void read_on(const struct dossier *d, const struct watch *w, const struct item *item,
                    enum verdict verdict, struct decision *r)
{
    int64_t settle = item->rule.settle_ms > 1000 ? item->rule.settle_ms : 1000;
    int64_t read_ms = item->obs_count ? item->obs[0].observed_ms : 0;
    int64_t next = verdict == VERDICT_SETTLING && read_ms > d->closed_ms
                       ? read_ms + settle
                       : drift_next_ms(d, w, read_ms > d->closed_ms ? read_ms : d->closed_ms);

    r->read_sources |= next <= d->now_ms;
    look_by(r, next <= d->now_ms ? d->now_ms + 1000 : next);
}

static void follow_closed(const struct dossier *d, const struct watch *w, size_t i,
                          struct decision *r)
{
    const struct item *item = &d->items[i];
    enum verdict verdict = read_verdict(d, item);

    if (!item->on_exception || is_moot(d, i))
        return;
    if (verdict != VERDICT_VERIFIED) {
        read_on(d, w, item, verdict, r);
    } else if (r->settles) { /* one at a time, beside whatever else follows */
        look_by(r, d->now_ms + 1000);
    } else {
        r->settles = true;
        r->settled = i;
        look_by(r, d->now_ms + 1000); /* it is watched from then on */
    }
}

void exception_decide(const struct dossier *d, const struct policy *policy, struct decision *ret)
{
    if (ret->move || phase_is_terminal(d->phase))
        return;
    for (size_t i = 0; i < d->item_count; i++) {
        const struct item *item = &d->items[i];
        if (d->phase == PHASE_CLOSED)
            follow_closed(d, &policy->watch, i, ret);
        if (!item->excepted || read_verdict(d, item) == VERDICT_VERIFIED)
            continue;
        warn(d, item, ret);
        look_by(ret, item->excepted_until_ms - EXCEPTION_SPARE_MS + 1);
    }
}
