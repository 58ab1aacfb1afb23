#include "domain/approving.h"

#include "base/plant.h"
#include "domain/gate.h"
#include "domain/words_next.h"

static struct approval_verdict judged(const struct dossier *d)
{
    return approval_judge(&d->approvals, d->now_ms);
}

bool approving_is_done(const struct dossier *d)
{
    return d->approval_given && (!d->approvals.known || judged(d).answer == APPROVAL_REACHED);
}

bool approving_lapsed(const struct dossier *d)
{
    return d->approvals.known && judged(d).answer == APPROVAL_LAPSED;
}

static void escalate(struct decision *r, const char *reason, int64_t since_ms)
{
    if (r->escalation_count < LIMIT_EFFECTS_PER_STEP)
        r->escalations[r->escalation_count++] = (struct escalation){reason, since_ms};
}

bool approving_is_barred(const struct dossier *d)
{
    return d->approvals.known && (judged(d).missing & d->approvals.barred);
}

void approving_wait(const struct dossier *d, struct decision *ret)
{
    struct approval_verdict v = judged(d);

    if (d->held)
        return;
    if (d->approval_unclear)
        escalate(ret, "ApproverUnclear", 0);
    if (!d->approvals.known)
        return;
    if (approving_is_barred(d))
        escalate(ret, "NobodyMayApprove", d->approvals.asked_ms);
    if (v.reminder_ms > d->approvals.reminded_ms) /* once, however the ticket moves meanwhile */
        escalate(ret, "ApprovalReminder", v.reminder_ms);
    if (v.next_ms && (!ret->look_again_ms || v.next_ms < ret->look_again_ms))
        ret->look_again_ms = v.next_ms;
}

bool approving_forbids_claim(const struct dossier *d)
{
    return d->claims_own && gate_holds(d) && !d->ticket.moved_by_us && !PLANTED(APPROVER_FULFILS);
}

static bool is_on_its_way(const struct dossier *d, enum flow_kind kind)
{
    return d->flow_open[kind] && !d->flow_parked[kind];
}

/* The ticket says why, or cannot within the hour. */
static bool is_told(const struct dossier *d, const struct policy *policy)
{
    bool speaks = is_on_its_way(d, FLOW_FIELDS) || is_on_its_way(d, FLOW_COMMENT);
    bool cannot = d->flow_parked[FLOW_COMMENT] || d->writes_last_hour + 3 > policy->writes_per_hour;

    return !speaks && (d->notice_shown == NOTICE_OWN_CLAIM || cannot);
}

void approving_send_back(const struct dossier *d, const struct policy *policy, struct decision *ret)
{
    bool refused =
        d->flow_parked[FLOW_RETURN] && str_eq(d->flow_cycle[FLOW_RETURN], d->ticket.cycle);

    escalate(ret, "ApproverFulfils", 0);
    if (d->ticket.role != STATUS_VERIFY || is_on_its_way(d, FLOW_RETURN) || !is_told(d, policy))
        return;
    if (refused)
        ret->retry[FLOW_RETURN] = d->flow_refused_ms[FLOW_RETURN] +
                                      refused_wait_ms(policy, d->flow_attempts[FLOW_RETURN]) <=
                                  d->now_ms;
    else if (d->returns_last_hour >= policy->reopens_per_hour)
        escalate(ret, "ReturnedTooOften", 0);
    else if (ret->flow_count < LIMIT_EFFECTS_PER_STEP)
        ret->flows[ret->flow_count++] = (struct enqueue){
            .kind = FLOW_RETURN, .cycle = d->ticket.cycle, .notice = NOTICE_OWN_CLAIM};
}

/* --- in words --- */

static void say_people(struct line *l, const struct approval_step *s, int32_t lacks)
{
    struct str rest = s->people, first = str_cut(&rest, '\n');

    if (str_eq_c(s->who, "anyone")) {
        line_add_number(l, lacks);
        line_add_c(l, lacks == 1 ? " person" : " people");
        return;
    }
    if (rest.len) {
        line_add_number(l, lacks);
        line_add_c(l, " of ");
        line_add_name(l, s->who);
        return;
    }
    line_add_name(l, s->who);
    line_add_c(l, " ");
    line_add_name(l, first);
}

enum { NAMED_MAX = 3 };

/* Whom Jira asks, by name as far as it says it. */
static void say_asked(struct line *l, struct str names)
{
    size_t count = 0, named = 0;

    for (struct str rest = names; rest.len; count++)
        str_cut(&rest, '\n');
    line_add_c(l, "Waiting for ");
    size_t most = count > NAMED_MAX ? NAMED_MAX - 1 : count;
    for (; named < most; named++) {
        bool last = named + 1 == count;
        line_add_c(l, !named ? "" : last ? " or " : ", ");
        line_add_name(l, str_cut(&names, '\n'));
    }
    if (named < count) {
        line_add_c(l, " or ");
        line_add_number(l, (int64_t)(count - named));
        line_add_c(l, " others");
    }
    line_add_c(l, count ? " to approve" : "approval by somebody allowed to");
}

/* Whom the template wants, where it does. */
static void say_wanted(struct line *l, const struct dossier *d, const struct approval_verdict *v)
{
    const struct approval_terms *t = &d->approvals.terms;
    bool first = true;

    line_add_c(l, "Waiting for ");
    for (size_t i = 0; i < t->step_count; i++) {
        if (!(v->missing & 1u << i))
            continue;
        line_add_c(l, first ? "" : " and ");
        say_people(l, &t->steps[i], approval_step_lacks(&d->approvals, i));
        first = false;
    }
    if (first) {
        line_add_number(l, v->more);
        line_add_c(l, v->more == 1 ? " more person" : " more people");
    }
    line_add_c(l, " to approve");
}

static void say_whom(struct line *l, const struct dossier *d)
{
    struct approval_verdict v = judged(d);

    if (d->approvals.known && (v.missing || d->approvals.terms.at_least > 1))
        say_wanted(l, d, &v);
    else
        say_asked(l, d->ticket.awaited);
    if (!d->approvals.known || !v.until_ms)
        return;
    line_add_c(l, ", until ");
    line_add_date(l, v.until_ms);
    line_add_c(l, " ");
    line_add_time(l, v.until_ms);
}

void approving_say_awaited(struct line *l, struct line *next, const struct dossier *d)
{
    say_whom(l, d);
    if (d->approval_unclear) {
        line_add_c(l, "; whoever approved it may be the one who asks or the one it is for");
        line_add_c(next, "Jira hides which of their addresses and accounts belong together: let "
                         "somebody else approve, or have them named under people of the site.");
    }
    if (d->approvals.known && d->approvals.own_tried) {
        line_add_c(l, "; an approval of one's own does not count");
        line_add_c(next, d->approval_unclear ? " " : "");
        line_add_c(next,
                   "Somebody approved what they ask for, gain by, do or check themselves: let "
                   "somebody else approve. Where Jira took that as the approval, move the "
                   "ticket back first, so that it asks again.");
    }
    if (approving_is_barred(d)) {
        line_add_c(l, "; too few of these may, for who asks, gains or has left does not count");
        line_add_c(next, next->len ? " " : "");
        line_add_c(next, "Name somebody else on the form, or have the mapping name more people.");
    }
    if (d->approval_outdated)
        line_add_c(l, "; it was changed after it was approved");
}

void approving_say_own_claim(struct line *l, struct line *next)
{
    line_add_c(l, "Not closed: whoever pressed Resolve has approved this, so somebody else has to "
                  "do it");
    line_add_c(next,
               "Hand the ticket to another agent, who checks the access and presses " WORDS_CLAIM
               ".");
}

uint64_t approving_key(const struct dossier *d)
{
    struct approval_verdict v = judged(d);

    if (!d->approvals.known)
        return 0;
    return (uint64_t)v.until_ms ^ (uint64_t)v.reminder_ms << 20 ^ (uint64_t)v.missing << 8 ^
           (uint64_t)v.more ^ (uint64_t)d->approvals.own_tried << 61 ^
           (uint64_t)approving_is_barred(d) << 60;
}

bool approving_reminds(const struct dossier *d)
{
    return d->approvals.known && judged(d).reminder_ms != 0;
}
