#include "domain/permit_decide.h"

#include "base/plant.h"

static const char *const STAGES[] = {"intake", "approval", "verification"};
static const char *const ANSWERS[] = {"open", "given", "denied", "conflict"};

const char *permit_stage_name(enum permit_stage stage)
{
    return STAGES[stage];
}

bool permit_answer_from(struct str name, enum permit_answer *ret)
{
    int i = str_index(name, ANSWERS, sizeof ANSWERS / sizeof ANSWERS[0]);

    if (i >= 0)
        *ret = (enum permit_answer)i;
    return i >= 0;
}

static bool gives(const struct dossier *d)
{
    for (size_t i = 0; i < d->item_count; i++)
        if (d->items[i].desired == DESIRED_PRESENT)
            return true;
    return PLANTED(REMOVAL_ASKS);
}

bool permit_is_wanted(const struct dossier *d)
{
    return d->permit_wanted && !PLANTED(POLICY_IGNORED) &&
           (d->kind != REQUEST_REMOVAL || PLANTED(REMOVAL_ASKS)) && gives(d);
}

int64_t permit_wait_ms(int32_t tries)
{
    static const int64_t WAITS_MS[] = {0, 15000, 60000, 5 * 60000, 15 * 60000, 60 * 60000};
    enum { LAST = sizeof WAITS_MS / sizeof WAITS_MS[0] - 1 };

    return WAITS_MS[tries > LAST ? LAST : tries];
}

enum { SILENT_TRIES = 3 }; /* a minute: then people are told */

static void tell(struct decision *r, const char *reason, int64_t since_ms)
{
    if (r->escalation_count < LIMIT_EFFECTS_PER_STEP)
        r->escalations[r->escalation_count++] = (struct escalation){reason, since_ms};
}

/* It is asked, now or when it is time. */
static void ask(const struct dossier *d, enum permit_stage stage, struct decision *r)
{
    const struct permit *p = &d->permits[stage];
    int64_t at_ms = p->tried_ms + permit_wait_ms(p->tries);

    r->asks = !p->tries || at_ms <= d->now_ms;
    r->asks_at = stage;
    if (r->asks) /* also when this visit has asked already */
        at_ms = d->now_ms + permit_wait_ms(1);
    if (!r->look_again_ms || at_ms < r->look_again_ms)
        r->look_again_ms = at_ms;
    if (p->answer == PERMIT_CONFLICT)
        tell(r, "DutiesInConflict", p->since_ms);
    else if (p->answer == PERMIT_DENIED)
        tell(r, "PolicyDenies", p->since_ms);
    else if (p->tries >= SILENT_TRIES)
        tell(r, "PolicySilent", p->since_ms);
}

static enum notice_state notice_of(const struct permit *p)
{
    switch (p->answer) {
    case PERMIT_CONFLICT:
        return NOTICE_DUTIES;
    case PERMIT_DENIED:
        return NOTICE_NOT_PERMITTED;
    case PERMIT_OPEN:
    case PERMIT_GIVEN:
        break;
    }
    return NOTICE_WAITING_POLICY;
}

/* Nobody has answered yet, after having been asked. */
static bool is_silent(const struct permit *p)
{
    return p->tries > 0 && (p->answer == PERMIT_OPEN || PLANTED(DENIED_IS_SILENT));
}

enum notice_state permit_before_work(const struct dossier *d, struct decision *ret)
{
    bool agreed = d->approval_given || !d->approval_needed || d->emergency;
    enum permit_stage last = agreed ? PERMIT_APPROVAL : PERMIT_INTAKE;

    if (!permit_is_wanted(d) || d->approval_declined)
        return NOTICE_NONE;
    for (enum permit_stage stage = PERMIT_INTAKE; stage <= last; stage++) {
        const struct permit *p = &d->permits[stage];
        bool silent = is_silent(p);
        if (p->answer == PERMIT_GIVEN || (silent && (d->emergency || PLANTED(SILENCE_PERMITS))))
            continue;
        if (p->answer == PERMIT_DENIED)
            return NOTICE_DENIED;
        ask(d, stage, ret);
        return notice_of(p);
    }
    return NOTICE_NONE;
}

bool permit_is_excepted(const struct dossier *d)
{
    const struct permit *p = &d->permits[PERMIT_VERIFICATION];

    if (!permit_is_wanted(d) || p->answer == PERMIT_GIVEN || p->answer == PERMIT_CONFLICT ||
        !p->tries)
        return false;
    for (size_t i = 0; i < d->item_count; i++)
        if (d->items[i].desired == DESIRED_PRESENT && !d->items[i].excepted)
            return false;
    return true;
}

bool permit_bars_proof(const struct dossier *d)
{
    bool given = d->permits[PERMIT_VERIFICATION].answer == PERMIT_GIVEN;

    return permit_is_wanted(d) && !given && !permit_is_excepted(d) &&
           !PLANTED(PROOF_WITHOUT_PERMIT);
}

bool permit_forbids(const struct dossier *d)
{
    enum permit_answer answer = d->permits[PERMIT_VERIFICATION].answer;

    return permit_bars_proof(d) && (answer == PERMIT_DENIED || answer == PERMIT_CONFLICT);
}

bool permit_bars_close(const struct dossier *d)
{
    return permit_bars_proof(d) || (d->phase == PHASE_VERIFIED && permit_is_excepted(d));
}

enum notice_state permit_before_proof(const struct dossier *d, const struct gate_verdict *g,
                                      struct decision *ret)
{
    if (d->phase != PHASE_VERIFYING || g->answer == GATE_NO || !permit_bars_proof(d))
        return NOTICE_NONE;
    ask(d, PERMIT_VERIFICATION, ret);
    return notice_of(&d->permits[PERMIT_VERIFICATION]);
}

const struct permit *permit_in_the_way(const struct dossier *d)
{
    const struct permit *p = d->permits;

    if (!d->permit_wanted) /* also of one that was denied for it */
        return NULL;
    if (d->approved_ms)
        return p[PERMIT_VERIFICATION].answer == PERMIT_GIVEN ? NULL : &p[PERMIT_VERIFICATION];
    if (p[PERMIT_INTAKE].answer != PERMIT_GIVEN)
        return &p[PERMIT_INTAKE];
    return p[PERMIT_APPROVAL].answer == PERMIT_GIVEN ? NULL : &p[PERMIT_APPROVAL];
}
