/* step_relate.c: a ticket that follows another one is linked to it, as people link tickets. */
#include "jsm/jsm_relate.h"
#include "service/step_priv.h"

/* What this one is about, or follows. */
static struct str other_of(const struct prep *p)
{
    return p->flow->kind == FLOW_ESCALATE ? p->d->ticket.issue_id : p->d->after.earlier_id;
}

static void on_types(void *arg, const struct jsm_answer *answer)
{
    struct prep *p = arg;

    if (jsm_links_are_off(answer)) { /* its description names the other one */
        prep_next(p);
    } else if (prep_heard(p, answer)) {
        p->link_type = jsm_link_type(answer->body);
        prep_next(p);
    }
}

void step_read_link_types(struct prep *p)
{
    if (other_of(p).len)
        prep_ask(p, jsm_call_link_types(p->arena), on_types);
    else
        io_loop_defer(p->svc->loop, prep_go_on, p);
}

void step_read_related(struct prep *p)
{
    if (p->link_type.len)
        prep_read(p, jsm_call_related(p->arena, p->flow->issue_id));
    else
        io_loop_defer(p->svc->loop, prep_go_on, p);
}

bool step_build_relate(struct prep *p)
{
    struct str other = other_of(p);

    if (!p->link_type.len || jsm_is_related(p->arena, p->read, other))
        return true;
    return prep_make(p, jsm_call_relate(p->arena, p->link_type, p->flow->issue_id, other));
}
