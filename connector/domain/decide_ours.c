/* What is ours on a ticket, and what becomes of it in the hands of others: binding, marker, the
 * link to the evidence, and work of ours that Jira refused. */
#include "base/plant.h"
#include "domain/badge.h"
#include "domain/decide_priv.h"
#include "domain/gate.h"

void decide_try_again(struct deciding *s, enum flow_kind kind, const char *reason)
{
    const struct dossier *d = s->d;
    int64_t wait = refused_wait_ms(s->p, d->flow_attempts[kind]);

    if (PLANTED(REFUSAL_IS_SILENT))
        return;
    escalate(s, reason, 0);
    s->r->retry[kind] =
        PLANTED(REFUSAL_IS_REPEATED) || d->flow_refused_ms[kind] + wait <= d->now_ms;
    if (!s->r->retry[kind])
        look_by(s, d->flow_refused_ms[kind] + wait);
}

static bool has_word(struct str list, struct str word)
{
    while (list.len)
        if (str_eq(str_cut(&list, ' '), word))
            return true;
    return false;
}

void decide_mend(struct deciding *s)
{
    const struct dossier *d = s->d;
    const struct ticket *t = &d->ticket;
    bool made = s->here && !d->from_ticket && !is_working(d, FLOW_CREATE) && !d->unsteady;
    bool unbound = made && (t->bound_elsewhere || !str_eq(t->bound_to, d->request_id));
    bool open = s->here && (t->role == STATUS_OPEN || t->role == STATUS_VERIFY);
    bool resolved = open && t->resolution_set && gate_holds(d) && !phase_is_terminal(d->phase);

    s->r->unmarked = made && !str_empty(d->marker) && !has_word(t->markers, d->marker);
    s->r->rebound = unbound;
    s->r->resolved = resolved && !str_empty(t->resolution_edit);
    if (!(unbound || resolved) || is_working(d, FLOW_MEND) || PLANTED(SPOOF_STANDS))
        return;
    if (d->flow_parked[FLOW_MEND] && str_eq(d->flow_cycle[FLOW_MEND], t->cycle))
        decide_try_again(s, FLOW_MEND, "CannotMend");
    else if (d->writes_last_hour + 2 >= s->p->writes_per_hour) /* a last word takes two */
        escalate(s, "MendedTooOften", 0);
    else
        enqueue(s, FLOW_MEND, t->cycle, NOTICE_NONE);
    look_by(s, d->now_ms + s->p->sweep_ms);
}

void decide_show_badge(struct deciding *s)
{
    enum badge badge = badge_wanted(s->d, s->r);
    struct str name = str_of(badge_name(badge));

    if (!badge)
        return;
    if (is_refused(s->d, FLOW_EVIDENCE_LINK, name))
        decide_try_again(s, FLOW_EVIDENCE_LINK, "CannotLink");
    else if (badge_has_room(s->d, s->p, badge))
        enqueue(s, FLOW_EVIDENCE_LINK, name, NOTICE_NONE);
    look_by(s, s->d->now_ms + s->p->sweep_ms);
}

void decide_tell_what_is_refused(struct deciding *s)
{
    const struct dossier *d = s->d;

    if (d->flow_parked[FLOW_CREATE] && !str_empty(d->ticket.issue_id))
        escalate(s, "TicketUnfinished",
                 0); /* made and bound; its link or its participants are not */
    if (d->flow_parked[FLOW_RETIRE])
        decide_try_again(s, FLOW_RETIRE, "CannotRetire"); /* two live tickets until then */
}
