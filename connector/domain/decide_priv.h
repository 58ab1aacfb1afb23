/* decide_priv.h: what the parts of decide() share: one call of it, and the few things that a part
 * may say. decide.c is the course of a request, decide_words.c what its ticket says, decide_ours.c
 * what is ours there. */
#ifndef COUNTERSIGN_DOMAIN_DECIDE_PRIV_H
#define COUNTERSIGN_DOMAIN_DECIDE_PRIV_H

#include "domain/decide.h"

/* One call of decide(): what it sees and what it says. */
struct deciding {
    const struct dossier *d;
    const struct policy *p;
    struct decision *r;
    /* what the ticket's present status means to this request */
    bool here;
    bool done;        /* in a Done-category status that means done */
    bool verify;      /* in Verifying access */
    bool human_claim; /* a person moved it there in a cycle that is not taken up yet */
    bool taken_back;  /* a person moved it out again */
    bool answered;    /* we have sent that very claim back */
    bool own;         /* that person has approved it: no claim */
};

static inline void move(struct deciding *s, enum phase to, const char *reason)
{
    s->r->move = true;
    s->r->to = to;
    s->r->reason = reason;
}

static inline void enqueue(struct deciding *s, enum flow_kind kind, struct str cycle,
                           enum notice_state notice)
{
    struct decision *r = s->r;
    if (r->flow_count < LIMIT_EFFECTS_PER_STEP)
        r->flows[r->flow_count++] =
            (struct enqueue){.kind = kind, .cycle = cycle, .notice = notice};
}

static inline void escalate(struct deciding *s, const char *reason, int64_t since_ms)
{
    struct decision *r = s->r;
    if (r->escalation_count < LIMIT_EFFECTS_PER_STEP)
        r->escalations[r->escalation_count++] = (struct escalation){reason, since_ms};
}

static inline void look_by(struct deciding *s, int64_t at_ms)
{
    if (!s->r->look_again_ms || at_ms < s->r->look_again_ms)
        s->r->look_again_ms = at_ms;
}

static inline bool is_working(const struct dossier *d, enum flow_kind kind)
{
    return d->flow_open[kind] && !d->flow_parked[kind];
}

/* Jira has refused this very move, and nothing replaces it. */
static inline bool is_refused(const struct dossier *d, enum flow_kind kind, struct str cycle)
{
    return d->flow_parked[kind] && str_eq(d->flow_cycle[kind], cycle);
}

/* Somebody is told, and it is tried again after a while, ever more seldom: the workflow may be
 * mended any day. */
void decide_try_again(struct deciding *s, enum flow_kind kind, const char *reason);

/* What is done about a Done that is not right. */
enum hold {
    HOLD_NONE = 0, /* nothing: it is right, or not ours to hold */
    HOLD_ORDERED,  /* it goes back, from now on */
    HOLD_UNDER_WAY,
    HOLD_REFUSED,  /* Jira does not let us */
    HOLD_GIVEN_UP, /* somebody fights us for it: a person has to look */
};

/* What the ticket says while the gate is held; else what it would say. */
enum notice_state decide_held_notice(const struct dossier *d, enum hold hold,
                                     enum notice_state otherwise);
/* Say what is so on the ticket, when it differs from what it says and the hourly allowance is not
 * used up. */
void decide_say(struct deciding *s, enum notice_state state);

/* What people did to what is ours on the ticket, and to the resolution. None of it has an effect on
 * what is proven: it is undone, and goes into evidence. Only tickets that we made have a binding.
 */
void decide_mend(struct deciding *s);
/* The link to the evidence shows another class of things than is so: words come first. */
void decide_show_badge(struct deciding *s);
/* Work beside the request's own course that Jira refused. */
void decide_tell_what_is_refused(struct deciding *s);

#endif
