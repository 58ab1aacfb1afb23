/* press.c: deadlines press. What the ticker would commit, at times of its own; that nobody is
 * pressed about what is proven, over or only observed, and that a reminder is written once. */
#include "sim.h"

enum { FIRST_MS = 45 * 1000, EVERY_MS = 3 * 60 * 1000, RUNGS = 3 };

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
    enum flow_kind kind = number % RUNGS == 1 ? FLOW_RAISE : FLOW_REMIND;
    store_flow_add(s, (int)(r - s->requests), &(struct enqueue){.kind = kind});
}

void press_begin(struct sim *s, int request)
{
    for (int i = 0; i < RUNGS; i++)
        sim_at(s, s->now_ms + FIRST_MS + i * EVERY_MS, on_rung, NULL, request * RUNGS + i);
}

void press_check(struct sim *s, const struct flow *flow, const struct dossier *d)
{
    if (flow->kind != FLOW_REMIND && flow->kind != FLOW_RAISE)
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
