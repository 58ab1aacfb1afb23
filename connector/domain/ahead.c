#include "domain/ahead.h"

#include "base/plant.h"

static const struct item *given_by(const struct dossier *d)
{
    for (size_t i = 0; i < d->item_count; i++)
        if (d->items[i].desired == DESIRED_PRESENT)
            return &d->items[i];
    return NULL;
}

/* It gives too, and what it takes away may go ahead of that. */
static bool may_go_ahead(const struct dossier *d)
{
    return !d->held && !d->together && d->mode != GATE_OBSERVE && given_by(d);
}

/* Nobody may work on it yet, and it is not our turn to ask somebody. */
static bool waits_for_a_yes(const struct dossier *d, const struct decision *r)
{
    bool before_work = d->phase == PHASE_RECEIVED || d->phase == PHASE_PENDING_APPROVAL;

    return before_work && !r->move && !r->asks;
}

void ahead_decide(const struct dossier *d, struct decision *ret)
{
    if (!waits_for_a_yes(d, ret) || !may_go_ahead(d) || PLANTED(REMOVAL_WAITS))
        return;
    for (size_t i = 0; i < d->item_count; i++) {
        bool opened = d->items[i].ahead && !PLANTED(AHEAD_TWICE);
        if (d->items[i].desired != DESIRED_ABSENT || opened)
            continue;
        if (ret->follow) { /* the next one at the next look */
            ret->look_again_ms = d->now_ms + 1000;
            return;
        }
        ret->about = i;
        ret->follow = FOLLOW_AHEAD;
    }
}

/* --- what is said --- */

static bool is_over(enum notice_state s)
{
    return s == NOTICE_WITHDRAWN || s == NOTICE_DENIED || s == NOTICE_EXPIRED ||
           s == NOTICE_SUPERSEDED;
}

static bool is_waiting(const struct dossier *d, enum notice_state s)
{
    return s == NOTICE_WAITING_APPROVAL || s == NOTICE_WAITING_POLICY ||
           (s == NOTICE_DUTIES && !d->approved_ms);
}

static const struct item *gone_ahead(const struct item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].ahead && !items[i].ahead_over)
            return &items[i];
    return NULL;
}

/* While it waits this is said from the first word on, and stays: Jira links both tickets, once
 * there are two. */
static const struct item *going_ahead(const struct dossier *d)
{
    for (size_t i = 0; i < d->item_count && may_go_ahead(d); i++)
        if (d->items[i].desired == DESIRED_ABSENT && !d->items[i].ahead_over)
            return &d->items[i];
    return NULL;
}

static const struct item *subject(const struct dossier *d, enum notice_state state)
{
    const struct item *i = NULL;

    if (is_waiting(d, state))
        return going_ahead(d);
    if (is_over(state) || state == NOTICE_READY)
        i = gone_ahead(d->items, d->item_count);
    return i || !is_over(state) ? i : gone_ahead(d->superseded, d->superseded_count);
}

void ahead_say(struct line *next, const struct dossier *d, enum notice_state state)
{
    const struct item *i = subject(d, state);
    struct str where = i && !str_empty(i->ahead_key) ? i->ahead_key : STR("its own ticket");

    if (!i)
        return;
    line_add_c(next, next->len ? " Taking " : "Taking ");
    line_add_name(next, i->entitlement);
    line_add_c(next, " from ");
    line_add_name(next, i->account);
    if (is_waiting(d, state)) {
        line_add_c(next, " does not wait for that: it has a ticket of its own, linked here.");
        return;
    }
    line_add_c(next, is_over(state) ? " goes on all the same: " : " was asked for before this: ");
    line_add(next, where);
    line_add_c(next, is_over(state) ? ". Shall it stay, cancel that one." : ".");
}

uint64_t ahead_key(const struct dossier *d, enum notice_state state)
{
    const struct item *i = subject(d, state);

    return !i ? 0 : is_waiting(d, state) ? 1 : str_hash(i->ahead_key) | 2;
}

struct str ahead_story(const struct dossier *d, size_t item, char ret[FOLLOW_STORY_BYTES])
{
    struct line l = {.p = ret, .size = FOLLOW_STORY_BYTES};
    const struct item *gone = &d->items[item], *given = given_by(d);

    ret[0] = '\0';
    line_add(&l, str_empty(d->ticket.key) ? d->request_id : d->ticket.key);
    line_add_c(&l, " asks to take ");
    line_add_name(&l, gone->entitlement);
    line_add_c(&l, " from ");
    line_add_name(&l, gone->account);
    if (given) {
        line_add_c(&l, " and to give ");
        line_add_name(&l, given->entitlement);
    }
    line_add_c(&l, ". What is given still waits for a yes; what is taken away waits for nobody: do "
                   "it here. That ticket is checked for it too.");
    return str_n(l.p, l.len);
}
