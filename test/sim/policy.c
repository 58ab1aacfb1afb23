/* policy.c: who is asked whether a grant may be: he answers late, not at all, or no; another time
 * somebody holds what has to be kept apart from it, or nobody can tell. What was really answered is
 * known here; that nothing is given without it is checked where a request moves. */
#include "domain/permit_decide.h"
#include "domain/sod.h"
#include "sim.h"

void policy_draw(struct sim *s)
{
    s->has_policy = rng_below(&s->rng, 2);
    s->rates.policy_denies /= 8;
    s->rates.duty_conflict /= 4;
}

/* Duties to be kept apart: what is asked for, and one other. */
static enum permit_answer duties(struct sim *s, enum permit_stage stage, bool *ret_real)
{
    static const struct sod_set SET = {{"payables", 8}, 2};
    bool conflict = FAULT(s, duty_conflict), unread = FAULT(s, duty_unread);
    struct sod_holding holdings[] = {{.member = 0, .wish = SOD_GIVEN, .held = OUTCOME_PRESENT},
                                     {.member = 1,
                                      .held = unread     ? OUTCOME_UNKNOWN
                                              : conflict ? OUTCOME_PRESENT
                                                         : OUTCOME_ABSENT}};
    struct sod_finding f = sod_judge(&SET, 0, stage == PERMIT_APPROVAL, holdings, 2);

    *ret_real = !unread && !conflict;
    switch (f.answer) {
    case SOD_CLEAR:
        return PERMIT_GIVEN;
    case SOD_CONFLICT:
        return PERMIT_CONFLICT;
    case SOD_UNKNOWN:
        break;
    }
    return PERMIT_OPEN;
}

struct spermit policy_answer_of(struct sim *s, enum permit_stage stage)
{
    struct spermit p = {.answer = PERMIT_OPEN};

    if (FAULT(s, policy_down))
        return p;
    p.answer = FAULT(s, policy_denies) ? PERMIT_DENIED : PERMIT_GIVEN;
    p.real = p.answer == PERMIT_GIVEN;
    if (p.real && stage != PERMIT_INTAKE)
        p.answer = duties(s, stage, &p.real);
    return p;
}

static bool is_of_now(const struct srequest *r, enum permit_stage stage)
{
    const struct spermit *p = &r->permits[stage];
    bool claim = stage != PERMIT_VERIFICATION || p->generation == r->generation;

    return p->asked && p->of == r->mapped_hash && claim;
}

void policy_keep(struct sim *s, struct srequest *r, enum permit_stage stage,
                 const struct spermit *said)
{
    struct spermit *p = &r->permits[stage];
    struct spermit before = is_of_now(r, stage) ? *p : (struct spermit){0};

    *p = *said;
    p->asked = true;
    p->of = r->mapped_hash;
    p->generation = r->generation;
    if (p->answer != PERMIT_GIVEN) {
        p->tries = before.tries + 1;
        p->tried_ms = s->now_ms;
        p->since_ms = before.since_ms ? before.since_ms : s->now_ms;
    }
    store_changed(s, r, "policy asked");
}

void policy_fill(const struct sim *s, const struct srequest *r, struct dossier *d)
{
    d->permit_wanted = s->has_policy;
    d->emergency = r->emergency;
    d->reviewed = true; /* what an emergency owes is paid at once here */
    d->approval_given |= r->emergency && r->approved_ms;
    for (enum permit_stage stage = 0; stage < PERMIT_STAGE_COUNT; stage++) {
        const struct spermit *p = &r->permits[stage];
        if (is_of_now(r, stage))
            d->permits[stage] = (struct permit){.answer = p->answer,
                                                .tries = p->tries,
                                                .tried_ms = p->tried_ms,
                                                .since_ms = p->since_ms};
    }
}

static bool is_permitted(const struct srequest *r, enum permit_stage stage)
{
    const struct spermit *p = &r->permits[stage];

    return is_of_now(r, stage) && p->answer == PERMIT_GIVEN && p->real;
}

/* Asked, in an emergency, and nobody has answered. */
static bool is_unanswered(const struct srequest *r, enum permit_stage stage)
{
    return r->emergency && is_of_now(r, stage) && r->permits[stage].answer == PERMIT_OPEN;
}

void check_permitted(struct sim *s, const struct srequest *r, enum phase to)
{
    bool asked_for = false;
    for (size_t i = 0; i < r->item_count; i++)
        asked_for |= gives(r, &r->items[i]) && !is_left_out(r, &r->items[i]);
    if (!s->has_policy || !asked_for)
        return;
    for (enum permit_stage stage = 0; to == PHASE_APPROVED && stage <= PERMIT_APPROVAL; stage++)
        if (!is_permitted(r, stage) && !is_unanswered(r, stage))
            sim_violate(s, "INV27 permit first", "work on a grant begins without a permit at %s",
                        permit_stage_name(stage));
    if (to == PHASE_VERIFIED && !is_permitted(r, PERMIT_VERIFICATION))
        sim_violate(s, "INV27 permit first", "a grant is proven that nobody permits any more");
    bool asked = is_of_now(r, PERMIT_VERIFICATION);
    if (to == PHASE_EXCEPTION && asked && r->permits[PERMIT_VERIFICATION].answer == PERMIT_CONFLICT)
        sim_violate(s, "INV27 permit first", "an exception of another kind covers a conflict");
}

void check_asking(struct sim *s, const struct srequest *r, const struct decision *x)
{
    if (x->asks && r->kind == REQUEST_REMOVAL)
        sim_violate(s, "INV28 removals never wait", "a removal asks whether it may be");
    if (x->asks && !s->has_policy)
        sim_violate(s, "INV28 removals never wait", "somebody is asked where nobody is to be");
}
