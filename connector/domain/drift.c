#include "domain/drift.h"

#include "base/plant.h"
#include "domain/drift_priv.h"
#include "domain/emergency.h"
#include "domain/left.h"
#include "domain/line.h"
#include "domain/superseded.h"

static const char *const FOLLOW_NAMES[] = {
#define X(name, text) text,
    FOLLOWS(X)
#undef X
};
static const char *const ANSWER_NAMES[] = {
#define X(name, text) text,
    DRIFT_ANSWERS(X)
#undef X
};

const char *follow_name(enum follow f)
{
    return FOLLOW_NAMES[f];
}

bool follow_from(struct str name, enum follow *ret)
{
    int i = str_index(name, FOLLOW_NAMES, FOLLOW_COUNT);

    if (i >= 0)
        *ret = (enum follow)i;
    return i >= 0;
}

const char *drift_answer_name(enum drift_answer a)
{
    return ANSWER_NAMES[a];
}

bool drift_answer_from(struct str name, enum drift_answer *ret)
{
    int i = str_index(name, ANSWER_NAMES, DRIFT_ANSWER_COUNT);

    if (i >= 0)
        *ret = (enum drift_answer)i;
    return i >= 0;
}

/* --- what the reads say --- */

/* A copy of before the proof says nothing of the time after it, nor does an account of another that
 * has the name now, or another entitlement that has. */
static bool says_anything(const struct dossier *d, const struct item *i,
                          const struct observation *o)
{
    bool known = o->outcome != OUTCOME_UNKNOWN || PLANTED(UNKNOWN_IS_DRIFT);

    return known && !item_is_another(i, o) && o->as_of_ms >= d->verified_ms;
}

enum drift_seen drift_seen(const struct dossier *d, size_t item)
{
    const struct item *i = &d->items[item];
    const struct observation *newest = i->obs;
    int32_t run = 0;
    int64_t oldest_ms = 0;

    if (!i->obs_count || !says_anything(d, i, newest))
        return SEEN_NOTHING;
    for (size_t k = 0; k < i->obs_count; k++) {
        const struct observation *o = &i->obs[k];
        if (!says_anything(d, i, o) || !item_why_not(i, o))
            break;
        if (!run++ || o->as_of_ms < oldest_ms)
            oldest_ms = o->as_of_ms;
    }
    if (!run)
        return SEEN_AS_ASKED;
    bool settled = newest->as_of_ms - oldest_ms >= i->rule.settle_ms &&
                   newest->as_of_ms - d->verified_ms >= i->rule.settle_ms;
    bool believed = (settled && run >= i->rule.confirmations) || PLANTED(ONE_READ_IS_DRIFT);
    return believed ? SEEN_DRIFT : SEEN_SUSPECT;
}

/* --- when it is read --- */

int64_t drift_look_after(const struct watch *w, int64_t end_ms, int64_t at_ms, bool on)
{
    const int64_t points[] = {w->first_ms, w->second_ms, w->third_ms};
    int64_t last = end_ms + w->third_ms;

    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        if (end_ms + points[i] > at_ms)
            return end_ms + points[i];
    return on ? last + ((at_ms - last) / w->then_ms + 1) * w->then_ms : 0;
}

int64_t drift_next_ms(const struct dossier *d, const struct watch *w, int64_t at_ms)
{
    return drift_look_after(w, d->closed_ms, at_ms, true);
}

int64_t drift_failed_wait_ms(const struct watch *w, size_t failed)
{
    int64_t wait = w->first_ms / 4 + 1;

    while (--failed && wait < w->then_ms)
        wait *= 2;
    return wait < w->then_ms ? wait : w->then_ms;
}

static bool is_time_bound(const struct dossier *d)
{
    return d->kind != REQUEST_REMOVAL && d->access_until_ms > d->now_ms;
}

/* When an item is read next, and how often in a row reads said nothing by now. */
struct plan {
    int64_t at_ms;    /* 0 = never again */
    size_t silent;    /* of those that were due */
    int64_t known_ms; /* the newest that said something; none: the close */
};

static struct plan plan_read(const struct dossier *d, const struct watch *w, size_t item)
{
    const struct item *i = &d->items[item];
    bool recorded = d->after.items[item].recorded != DRIFT_NONE;
    enum drift_seen seen = drift_seen(d, item);
    struct plan plan = {.known_ms = d->closed_ms};
    size_t failed = 0;

    while (failed < i->obs_count && !says_anything(d, i, &i->obs[failed]))
        failed++;
    if (failed < i->obs_count && i->obs[failed].observed_ms > plan.known_ms)
        plan.known_ms = i->obs[failed].observed_ms;
    if (seen == SEEN_SUSPECT) {
        int64_t settle = i->rule.settle_ms > 1000 ? i->rule.settle_ms : 1000;
        plan.at_ms = plan.known_ms + settle;
        return plan;
    }
    bool suspect = failed < i->obs_count && item_why_not(i, &i->obs[failed]) && !recorded;
    if (!failed || !suspect) { /* else: one that says nothing does not clear it of what was seen */
        plan.at_ms = drift_look_after(w, d->closed_ms, plan.known_ms, is_time_bound(d) || recorded);
        /* those of before it was due are of the time before the close */
        while (failed && i->obs[failed - 1].observed_ms < plan.at_ms)
            failed--;
        failed = plan.at_ms ? failed : 0;
    }
    if (failed)
        plan.at_ms = i->obs[0].observed_ms + drift_failed_wait_ms(w, failed);
    plan.silent = failed;
    return plan;
}

/* --- what follows --- */

/* So many were opened about it lately that another one would not help either. */
static bool is_looping(const struct dossier *d, const struct watch *w, const int64_t *opened_ms,
                       size_t count)
{
    int32_t lately = 0;

    for (size_t i = 0; i < count; i++)
        lately += d->now_ms - opened_ms[i] < w->loop_window_ms;
    return lately >= w->loop_limit && !PLANTED(LOOP_UNBOUNDED);
}

/* Nobody holds what nobody should: the account of a grant is gone or disabled, or the time is over
 * soon. To give it again is for people to ask for. */
static bool is_harmless(const struct dossier *d, const struct policy *p, size_t item)
{
    const struct item *i = &d->items[item];
    struct str why = str_of(item_why_not(i, &i->obs[0]));
    bool ends = d->access_until_ms && d->access_until_ms - drift_lead_ms(d, p) <= d->now_ms;

    return i->desired == DESIRED_PRESENT && (ends || !str_eq_c(why, "StillAbsent"));
}

static enum drift_answer answer_drift(const struct dossier *d, const struct policy *p, size_t item)
{
    const struct item_after *a = &d->after.items[item];

    if (d->mode == GATE_OBSERVE || is_harmless(d, p, item))
        return DRIFT_RECORDED;
    return is_looping(d, &p->watch, a->drifts_ms, a->drift_count) ? DRIFT_HELD : DRIFT_OPENED;
}

static void take_drift(const struct dossier *d, const struct policy *p, size_t item,
                       struct decision *r)
{
    const struct item_after *a = &d->after.items[item];
    enum drift_answer answer = answer_drift(d, p, item);
    /* whoever ended the one before without mending it is asked again after another read */
    bool unread = a->drift_count && d->items[item].obs[0].observed_ms <= a->drifts_ms[0];

    if (answer == DRIFT_HELD)
        drift_escalate(r, "DriftKeepsComing", a->drifts_ms[0]);
    if (answer == DRIFT_OPENED ? unread : answer == a->recorded)
        return;
    if (drift_is_taken(r)) {
        drift_look_by(r, d->now_ms + 1000);
        return;
    }
    r->about = item;
    r->drift = answer;
    r->drift_why = item_why_not(&d->items[item], &d->items[item].obs[0]);
    r->follow = answer == DRIFT_OPENED ? FOLLOW_DRIFT : FOLLOW_NONE;
}

/* It was proven, and nothing of later is about the very same. */
static bool is_watched(const struct dossier *d, size_t item)
{
    const struct item_after *a = &d->after.items[item];

    return d->items[item].proven_ms && !d->items[item].excepted && !a->superseded && !a->mending &&
           !a->ending;
}

static void watch(const struct dossier *d, const struct policy *p, struct decision *r)
{
    int64_t next = 0;

    for (size_t i = 0; i < d->item_count; i++) {
        if (!is_watched(d, i))
            continue;
        enum drift_seen seen = drift_seen(d, i);
        struct item item = d->items[i];
        item.rule.extra_hinders = false; /* a close: what was given since is another's business */
        struct finding f = verdict_judge(&item, d->verified_ms, d->now_ms);
        bool over = d->after.items[i].recorded && f.verdict == VERDICT_VERIFIED;
        if (seen == SEEN_DRIFT)
            take_drift(d, p, i, r);
        if (over && !drift_is_taken(r)) {
            r->about = i;
            r->drift_over = true;
        }
        struct plan plan = plan_read(d, &p->watch, i);
        if (plan.silent >=
            DRIFT_SILENT_READS) /* it is read on, and nobody shall take that for proof */
            drift_escalate(r, "WatchBlind", plan.known_ms);
        next = plan.at_ms && (!next || plan.at_ms < next) ? plan.at_ms : next;
    }
    if (!next)
        return;
    r->read_sources |= next <= d->now_ms;
    drift_look_by(r,
                  next <= d->now_ms ? d->now_ms + 1000 : next); /* also when it was read already */
}

int64_t drift_lead_ms(const struct dossier *d, const struct policy *policy)
{
    int64_t half = (d->access_until_ms - d->approved_ms) / 2;

    return policy->watch.lead_ms < half ? policy->watch.lead_ms : half > 0 ? half : 0;
}

/* A change is worked on after its end, for what it takes away: what it gives may be there by then,
 * or come later, and nobody has to say so. */
static bool outlives_its_end(const struct dossier *d)
{
    return d->kind == REQUEST_MODIFY && d->approved_ms && d->access_until_ms <= d->now_ms;
}

/* Somebody said that the access is there, so it may be; in an emergency nobody may care to. */
static bool may_be_held(const struct dossier *d)
{
    bool said = (d->claimed_ms || outlives_its_end(d)) && !phase_is_terminal(d->phase);

    return d->phase >= PHASE_FULFILLING && (said || emergency_may_be_used(d));
}

/* Whoever ends a request that somebody could work on takes nothing away with that, and nobody has
 * to have said that it was done: only a look tells whether it was. */
static bool may_be_left(const struct dossier *d)
{
    bool gone =
        d->phase == PHASE_ORPHANED && d->access_until_ms <= d->now_ms; /* it may come back */

    return (gone || phase_is_terminal(d->phase)) && d->approved_ms &&
           !str_empty(d->ticket.issue_id) && !superseded_is_over(d);
}

/* Is it known not to be there, or not known yet? Asked of what a source says of the time after the
 * end, and where the request ended earlier, of that, too. A read that says nothing clears nothing.
 */
static bool may_be_away(const struct dossier *d, const struct watch *w, size_t item,
                        struct decision *r)
{
    const struct item *i = &d->items[item];
    const struct observation *newest = i->obs_count ? &i->obs[0] : NULL;
    bool over = d->access_until_ms <= d->now_ms;
    bool told = newest && (!over || newest->observed_ms >= d->access_until_ms);

    if (told && newest->outcome != OUTCOME_ABSENT)
        return false;
    if (!told || (over && newest->as_of_ms < d->access_until_ms)) { /* a copy of before */
        r->read_sources |= !told || newest->observed_ms + w->first_ms <= d->now_ms;
        drift_look_by(r, d->now_ms + w->first_ms);
    } else if (!over) {
        drift_look_by(r, d->access_until_ms);
    }
    return true;
}

static void end_item(const struct dossier *d, const struct watch *w, size_t item, bool held,
                     struct decision *r)
{
    const struct item_after *a = &d->after.items[item];

    if (d->items[item].desired != DESIRED_PRESENT || a->superseded || a->ending)
        return;
    if (!held && d->access_until_ms > d->now_ms) { /* it may be there for another reason */
        drift_escalate(r, "AccessLeft", d->access_until_ms);
        drift_look_by(r, d->access_until_ms);
        return;
    }
    if (d->mode == GATE_OBSERVE) {
        drift_escalate(r, "AccessEnds", d->access_until_ms);
        return;
    }
    drift_look_by(r, d->now_ms + w->first_ms);
    if (is_looping(d, w, a->ends_ms, a->end_count)) {
        drift_escalate(r, "RemovalGivenUp", a->ends_ms[0]);
        return;
    }
    /* whoever cancelled the one before is asked again, not at once */
    if (drift_is_taken(r) || (a->end_count && d->now_ms - a->ends_ms[0] < w->first_ms))
        return;
    r->about = item;
    r->follow = FOLLOW_EXPIRY;
}

static void end_access(const struct dossier *d, const struct policy *p, struct decision *r)
{
    bool held = may_be_held(d), now = !held || emergency_ends_now(d);
    int64_t due = now ? d->now_ms : d->access_until_ms - drift_lead_ms(d, p);

    if (d->kind == REQUEST_REMOVAL || !d->access_until_ms || PLANTED(ACCESS_NEVER_ENDS))
        return;
    if (!held && !may_be_left(d)) {
        if (d->kind == REQUEST_MODIFY && d->access_until_ms > d->now_ms)
            drift_look_by(r, d->access_until_ms);
        return;
    }
    if (d->now_ms < due) {
        drift_look_by(r, due);
        return;
    }
    for (size_t i = 0; i < d->item_count; i++)
        if (held || d->items[i].desired != DESIRED_PRESENT || !may_be_away(d, &p->watch, i, r))
            end_item(d, &p->watch, i, held, r);
}

void drift_decide(const struct dossier *d, const struct policy *policy, struct decision *ret)
{
    if (!d->after.items || ret->move)
        return;
    if (policy->watch.expiry)
        end_access(d, policy, ret);
    if (policy->watch.drift && d->phase == PHASE_CLOSED)
        watch(d, policy, ret);
    else if (policy->watch.drift)
        left_decide(d, policy, ret);
}

/* --- what is said --- */

enum notice_state drift_notice(const struct dossier *d)
{
    bool was = d->notice_shown == NOTICE_EXCEPTION, excepted = was && !d->item_count;
    bool drifted = d->after.follow == FOLLOW_DRIFT;

    for (size_t i = 0; i < d->item_count; i++) {
        bool unproven = d->items[i].on_exception || !d->items[i].proven_ms;
        excepted |= unproven && (was || d->items[i].excepted);
        drifted |= d->after.items && d->after.items[i].recorded;
    }
    return drifted ? NOTICE_DRIFTED : excepted ? NOTICE_EXCEPTION : NOTICE_VERIFIED;
}

static void add_proof(struct line *l, const struct dossier *d, const struct item *i)
{
    line_add(l, str_empty(d->ticket.key) ? d->request_id : d->ticket.key);
    line_add_c(l, i->proven_ms ? " proved on " : " was to prove");
    if (i->proven_ms)
        line_add_date(l, i->proven_ms);
    if (d->after.proof_seq && i->proven_ms) {
        line_add_c(l, " (evidence ");
        line_add_number(l, d->after.proof_seq);
        line_add_c(l, ")");
    }
    line_add_c(l, " that ");
    line_add_name(l, i->account);
    line_add_c(l, i->desired == DESIRED_ABSENT ? " lost " : " has ");
    line_add_name(l, i->entitlement);
}

struct str drift_story(const struct dossier *d, enum follow follow, size_t item,
                       char ret[FOLLOW_STORY_BYTES])
{
    struct line l = {.p = ret, .size = FOLLOW_STORY_BYTES};
    const struct item *i = &d->items[item];

    ret[0] = '\0';
    add_proof(&l, d, i);
    if (follow == FOLLOW_EXPIRY) {
        line_add_c(&l, ". That was agreed until ");
        line_add_day(&l, d->access_until_ms);
        line_add_c(&l, " ");
        line_add_time(&l, d->access_until_ms);
        line_add_c(&l, ": take it away by then.");
    } else {
        line_add_c(&l, i->desired == DESIRED_ABSENT ? ". It was there again on "
                                                    : ". It was missing again on ");
        line_add_date(&l, item_since(i).not_so_ms);
        line_add_c(&l, ": nobody asked for that here.");
    }
    return str_n(l.p, l.len);
}
