/* press.c: deadlines press. What the ticker would commit, at times of its own; that nobody is
 * pressed about what is proven, over or only observed, and that a
 * reminder is written and an escalation made once. */
#include "sim.h"

static const struct str ESCALATION = STR("511"); /* of no ticket that the model keeps */

enum { FIRST_MS = 45 * 1000, EVERY_MS = 3 * 60 * 1000, RUNGS = 4 };

static bool is_over(enum phase phase)
{
    return phase == PHASE_VERIFIED || phase == PHASE_EXCEPTION || phase == PHASE_CLOSED ||
           phase_is_terminal(phase);
}

/* As governance.rung_act: of a kind one at a time. */
static void on_rung(struct sim *s, void *arg, int64_t number)
{
    struct srequest *r = &s->requests[number / RUNGS];
    (void)arg;

    if (s->ending || r->ticket < 0 || is_over(r->phase) || r->mode == GATE_OBSERVE)
        return;
    static const enum flow_kind KINDS[RUNGS] = {FLOW_REMIND, FLOW_RAISE, FLOW_REMIND,
                                                FLOW_ESCALATE};
    enum flow_kind kind = KINDS[number % RUNGS];
    store_flow_add(s, (int)(r - s->requests), &(struct enqueue){.kind = kind});
}

void press_begin(struct sim *s, int request)
{
    for (int i = 0; i < RUNGS; i++)
        sim_at(s, s->now_ms + FIRST_MS + i * EVERY_MS, on_rung, NULL, request * RUNGS + i);
}

void press_check(struct sim *s, const struct flow *flow, const struct dossier *d)
{
    bool makes = flow->kind == FLOW_ESCALATE && !flow->issue_id.len;

    if (flow->kind != FLOW_REMIND && flow->kind != FLOW_RAISE && !makes)
        return;
    if (is_over(d->phase) || d->mode == GATE_OBSERVE)
        sim_violate(s, "INV29 pressed in vain", "%s is sent in %s where we %s",
                    flow_kind_name(flow->kind), phase_name(d->phase), gate_mode_name(d->mode));
}

void press_said(struct sim *s, int flow)
{
    if (s->flows[flow].reminders++)
        sim_violate(s, "INV30 reminded once", "the same reminder stands there twice");
}

struct str press_escalated(struct sim *s, int flow)
{
    struct sflow *f = &s->flows[flow];

    if (f->escalations++)
        sim_violate(s, "INV30 escalated once", "the same escalation has two tickets");
    f->shown_ms = s->now_ms + rng_range(&s->rng, 0, s->index_lag_ms);
    return FAULT(s, no_id) ? STR_NONE : ESCALATION;
}

void press_find(const struct sim *s, const struct sflow *f, struct find_result *ret)
{
    *ret = (struct find_result){.proven = true, .sighted = true};
    if (!f->escalations || f->shown_ms > s->now_ms)
        return;
    ret->count = 1;
    ret->issue_id[0] = ret->key[0] = ESCALATION;
}
