#include "domain/left.h"

#include "base/plant.h"
#include "domain/drift_priv.h"

static bool is_over(const struct dossier *d)
{
    return phase_is_terminal(d->phase) || d->phase == PHASE_ORPHANED;
}

bool left_may_be(const struct dossier *d)
{
    /* nobody may work before it is approved; whoever closed its ticket all the same says he did */
    bool begun = d->approved_ms || !str_empty(d->answered_cycle);
    bool gives = d->kind != REQUEST_REMOVAL && !d->access_until_ms;

    return is_over(d) && d->after.over_ms && gives && begun && !str_empty(d->ticket.issue_id) &&
           !PLANTED(LEFT_IS_GONE);
}

bool left_stands(const struct dossier *d)
{
    bool recorded = false;

    for (size_t i = 0; d->after.items && i < d->item_count; i++)
        recorded |= d->after.items[i].recorded != DRIFT_NONE;
    return recorded && is_over(d);
}

/* A copy of before the end says nothing of the time after it, nor does a read of another account,
 * or of another entitlement, that has the name now. */
static bool says_anything(const struct dossier *d, const struct item *i,
                          const struct observation *o)
{
    return o->outcome != OUTCOME_UNKNOWN && !item_is_another(i, o) &&
           o->as_of_ms >= d->after.over_ms;
}

/* What the reads since the end say of an item. */
struct sight {
    struct finding gone;              /* as the proof of a removal would be judged, by its rules */
    size_t silent;                    /* the newest in a row, since the end, that say nothing */
    const struct observation *newest; /* that says something; NULL: none does */
};

static struct sight look_at(const struct dossier *d, size_t item)
{
    const struct item *i = &d->items[item];
    struct item removal = *i;
    struct sight s = {.gone = {.verdict = VERDICT_UNKNOWN}};
    size_t skip = 0;

    for (; skip < i->obs_count && !says_anything(d, i, &i->obs[skip]); skip++)
        s.silent += i->obs[skip].observed_ms >= d->after.over_ms;
    if (skip == i->obs_count)
        return s;
    s.newest = &i->obs[skip];
    removal.desired = DESIRED_ABSENT;
    removal.excepted = false;
    removal.rule.extra_hinders = false; /* what else is held is another's business */
    removal.obs += skip;
    removal.obs_count -= skip;
    s.gone = verdict_judge(&removal, d->after.over_ms, s.newest->observed_ms);
    return s;
}

/* When it is read next; 0 = never again. As after a close: who was at work when it ended may not
 * have heard of that. */
static int64_t next_read_ms(const struct dossier *d, const struct watch *w, size_t item,
                            const struct sight *s)
{
    const struct item *i = &d->items[item];
    bool left = s->gone.verdict == VERDICT_MISMATCH, gone = s->gone.verdict == VERDICT_VERIFIED;

    if (!s->newest && !s->silent)
        return d->after.over_ms;
    int64_t known_ms = s->newest ? s->newest->observed_ms : 0;
    int64_t planned = left || gone ? drift_look_after(w, d->after.over_ms, known_ms, left) : 1;
    if (s->silent && planned)
        return i->obs[0].observed_ms + drift_failed_wait_ms(w, s->silent);
    if (left || gone)
        return planned;
    return known_ms + (i->rule.settle_ms > 1000 ? i->rule.settle_ms : 1000);
}

static void record(const struct dossier *d, size_t item, bool left, struct decision *r)
{
    if (left == (d->after.items[item].recorded != DRIFT_NONE))
        return;
    if (drift_is_taken(r)) {
        drift_look_by(r, d->now_ms + 1000);
        return;
    }
    r->about = item;
    r->drift = left ? DRIFT_RECORDED : DRIFT_NONE;
    r->drift_why = left ? "AccessLeft" : NULL;
    r->drift_over = !left;
}

static void look_for(const struct dossier *d, const struct watch *w, size_t item,
                     struct decision *r)
{
    const struct item_after *a = &d->after.items[item];

    if (d->items[item].desired != DESIRED_PRESENT)
        return;
    if (a->superseded || a->before) { /* whoever asks for it now, or had it, has it */
        record(d, item, false, r);
        return;
    }
    struct sight s = look_at(d, item);
    int64_t next = next_read_ms(d, w, item, &s);
    if (s.gone.verdict == VERDICT_MISMATCH && !s.silent) /* what is recorded names its read */
        record(d, item, true, r);
    else if (s.gone.verdict == VERDICT_VERIFIED)
        record(d, item, false, r);
    if (s.silent >= DRIFT_SILENT_READS) /* nobody shall take that for gone */
        drift_escalate(r, "WatchBlind", s.newest ? s.newest->observed_ms : d->after.over_ms);
    if (!next)
        return;
    r->read_sources |= next <= d->now_ms;
    drift_look_by(r,
                  next <= d->now_ms ? d->now_ms + 1000 : next); /* also when it was read already */
}

void left_decide(const struct dossier *d, const struct policy *policy, struct decision *ret)
{
    for (size_t i = 0; left_may_be(d) && i < d->item_count; i++)
        look_for(d, &policy->watch, i, ret);
}
