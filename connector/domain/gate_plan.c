#include "domain/gate_plan.h"

bool gate_plan_is_empty(const struct gate_plan *plan)
{
    return !plan->added_count && !plan->changed_count;
}

bool gate_plan_adds(const struct gate_plan *plan, enum gate_change_kind kind)
{
    for (size_t i = 0; i < plan->added_count; i++)
        if (plan->added[i].kind == kind)
            return true;
    return false;
}

bool gate_plan_holds(const struct gate_plan *plan)
{
    bool only = plan->added_count == 1 && plan->added[0].kind == GATE_ADD_CHECK;

    return !plan->changed_count && (!plan->added_count || only);
}

enum { PARTS = 9 };

static void count_parts(const struct workflow *w, size_t ret[PARTS])
{
    size_t verify = roads_status(w, STATUS_VERIFY);

    for (size_t s = 0; s < w->status_count; s++)
        ret[0] += w->statuses[s].asks_us;
    ret[8] = roads_recheck(w);
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *r = &w->roads[i];
        ret[1] += road_is_locked(r);
        ret[2] += r->demands;
        ret[3] += r->names_us;
        ret[4] += r->waits;
        ret[5] += r->records;
        ret[6] += road_enters(r, verify);
        ret[7] += r->resolves;
    }
}

bool gate_is_alike(const struct workflow *a, const struct workflow *b)
{
    size_t one[PARTS] = {0}, other[PARTS] = {0};
    bool alike = a->status_count == b->status_count && a->road_count == b->road_count;

    count_parts(a, one);
    count_parts(b, other);
    for (size_t i = 0; i < PARTS; i++)
        alike &= one[i] == other[i];
    return alike;
}

bool gate_plan_blocks(enum road_reason reason)
{
    return reason == ROAD_BECAUSE_CREATED || reason == ROAD_BECAUSE_REJECTED ||
           reason == ROAD_BECAUSE_STRANGE || reason == ROAD_BECAUSE_SHOWN ||
           reason == ROAD_BECAUSE_FILLED || reason == ROAD_BECAUSE_NAMEABLE ||
           reason == ROAD_BECAUSE_TRIGGERED;
}

bool gate_must_wait(const struct workflow *w, const struct road *road, size_t verify)
{
    bool leaves = road->type == ROAD_GLOBAL || road_leaves(w, road, verify);

    return w->wants_approval && leaves && !road->waits;
}

static struct gate_change *add(struct gate_plan *p, enum gate_change_kind kind, size_t to)
{
    struct gate_change *c = &p->added[p->added_count++];

    c->kind = kind;
    c->road = c->like = ROAD_NOWHERE;
    c->resolves = false;
    c->to = to;
    c->from_count = 0;
    return c;
}

/* Our demand, where roads are to be restricted: the configuration has changed. */
static bool is_left_over(const struct workflow *w, const struct road_verdict *v)
{
    return w->roads[v->road].demands && !w->wants_proof &&
           (v->reason == ROAD_BECAUSE_PROVEN || v->reason == ROAD_BECAUSE_SHOWN ||
            v->reason == ROAD_BECAUSE_NOBODY);
}

/* Does it begin in the verifying status, and nowhere else? People have no button there. */
static bool is_closing(const struct road *r, size_t verify)
{
    return r->type == ROAD_DIRECTED && r->from_count == 1 && r->from[0] == verify;
}

static enum gate_change_kind closed_by(const struct workflow *w, const struct road_verdict *v,
                                       size_t verify)
{
    if (v->reason == ROAD_BECAUSE_APPROVED)
        return GATE_LEAD;
    return w->wants_proof && !is_closing(&w->roads[v->road], verify) ? GATE_DEMAND : GATE_RESTRICT;
}

static void close_roads(const struct workflow *w, const struct road_report *roads,
                        struct gate_plan *p)
{
    for (size_t i = 0; i < roads->count; i++) {
        const struct road_verdict *v = &roads->rows[i];
        bool over = is_left_over(w, v), open = v->state == ROAD_IS_OPEN;
        bool waits = v->state != ROAD_IS_LEFT && gate_must_wait(w, &w->roads[v->road], p->verify);
        if (!open && !over && !waits)
            continue;
        enum gate_change_kind kind = open || over ? closed_by(w, v, p->verify) : GATE_WAIT;
        /* led from the verifying status into itself, an approval would do nothing for ever */
        if ((gate_plan_blocks(v->reason) && !over) ||
            (kind == GATE_DEMAND && workflow_fills_proof(w)) ||
            (kind == GATE_LEAD && road_leaves(w, &w->roads[v->road], p->verify))) {
            p->blocked++;
            continue;
        }
        struct gate_change *c = &p->changed[p->changed_count++];
        c->kind = kind;
        c->road = v->road;
        c->to = c->kind == GATE_LEAD ? p->verify : w->roads[v->road].to;
        c->from_count = 0;
        c->like = ROAD_NOWHERE;
        c->resolves = false;
    }
}

static bool is_changed(const struct gate_plan *p, size_t road, enum gate_change_kind kind)
{
    for (size_t i = 0; i < p->changed_count; i++)
        if (p->changed[i].road == road)
            return p->changed[i].kind == kind;
    return false;
}

/* A road from there to a status of that part, as the plan leaves it; ROAD_NOWHERE: none. */
static size_t find_road(const struct workflow *w, const struct gate_plan *p, size_t from,
                        enum status_role to)
{
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *r = &w->roads[i];
        size_t target = is_changed(p, i, GATE_LEAD) ? p->verify : r->to;
        bool leads = target < w->status_count && road_ends_in(&w->statuses[target], to);
        if (leads && road_leaves(w, r, from) && road_lets_us(r))
            return i;
    }
    return ROAD_NOWHERE;
}

/* Statuses where an agent closes, or could, and from where nothing leads to the verifying one. */
static void add_resolve(const struct workflow *w, const struct road_report *roads,
                        struct gate_plan *p)
{
    struct gate_change *c = NULL;

    for (size_t s = 0; s < w->status_count; s++) {
        const struct road_status *status = &w->statuses[s];
        bool closes = false;
        /* while an approval is awaited, nobody resolves past it */
        if (status->category == CATEGORY_DONE || s == p->verify || status->on_approve.len)
            continue;
        for (size_t i = 0; i < roads->count; i++) {
            const struct road_verdict *v = &roads->rows[i];
            closes |= v->state != ROAD_IS_LEFT && v->reason != ROAD_BECAUSE_APPROVED &&
                      v->reason != ROAD_BECAUSE_REJECTED && road_leaves(w, &w->roads[v->road], s);
        }
        if (!closes || find_road(w, p, s, STATUS_VERIFY) != ROAD_NOWHERE)
            continue;
        if (!c)
            c = add(p, GATE_ADD_RESOLVE, p->verify);
        c->from[c->from_count++] = s;
    }
}

/* Whose screen and post functions the closing transition gets: they set the resolution. One that
 * has a place of its own rather than a button for every status. */
static size_t closing_like(const struct workflow *w, const struct road_report *roads)
{
    size_t found = ROAD_NOWHERE;

    for (size_t i = 0; i < roads->count; i++) {
        const struct road *r = &w->roads[roads->rows[i].road];
        if (roads->rows[i].state == ROAD_IS_LEFT || r->type == ROAD_INITIAL)
            continue;
        if (r->type == ROAD_DIRECTED)
            return roads->rows[i].road;
        if (found == ROAD_NOWHERE)
            found = roads->rows[i].road;
    }
    return found;
}

static bool names_others(const struct road *road)
{
    for (size_t i = 0; i < road->guard_count; i++)
        if (road->guards[i].kind == GUARD_OTHERS)
            return true;
    return false;
}

/* One that is surely ours to go, as the plan leaves it; ROAD_NOWHERE: none. */
static size_t find_close(const struct workflow *w, const struct gate_plan *p)
{
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *r = &w->roads[i];
        bool done = r->to < w->status_count && w->statuses[r->to].role == STATUS_DONE;
        bool lets = road_lets_us(r) && !is_changed(p, i, GATE_DEMAND);
        if (done && r->type == ROAD_DIRECTED && road_leaves(w, r, p->verify) && lets &&
            !names_others(r))
            return i;
    }
    return ROAD_NOWHERE;
}

static void add_one(struct gate_plan *p, enum gate_change_kind kind, size_t from, size_t to)
{
    struct gate_change *c = add(p, kind, to);

    c->from[0] = from;
    c->from_count = 1;
}

/* Whichever way a ticket comes there, who approves is written anew: what stood in the field before
 * counts for nothing. By a loop, too: no public text tells whether Jira then asks anew, of whoever
 * stands in the field. What is led there by this plan is written with it. */
static void name_us(const struct workflow *w, struct gate_plan *p)
{
    for (size_t i = 0; i < w->road_count; i++) {
        const struct road *r = &w->roads[i];
        if (r->names_us || r->to != p->verify)
            continue;
        struct gate_change *c = &p->changed[p->changed_count++];
        *c = (struct gate_change){.kind = GATE_NAME, .road = i, .to = p->verify};
        c->like = ROAD_NOWHERE;
    }
}

/* Of a road that there is. */
static size_t road_of(const struct workflow *w, struct str id)
{
    size_t i = 0;

    while (i + 1 < w->road_count && !str_eq(w->roads[i].id, id))
        i++;
    return i;
}

/* Jira shows no screen when an approval goes a road: what agents were asked there is set by it.
 * close: the road that its answer will go; NOWHERE: the added one, which is the last so far. */
static void set_resolution(const struct workflow *w, size_t close, struct gate_plan *p)
{
    size_t road = roads_answered(w) ? road_of(w, w->statuses[p->verify].on_approve) : close;

    if (!w->wants_resolution)
        return;
    if (road == ROAD_NOWHERE) {
        struct gate_change *added = &p->added[p->added_count - 1];
        added->resolves = added->like == ROAD_NOWHERE || !w->roads[added->like].resolves;
        return;
    }
    if (w->roads[road].resolves)
        return;
    for (size_t i = 0; i < p->changed_count; i++)
        if (p->changed[i].road == road) {
            p->changed[i].resolves = true;
            return;
        }
    struct gate_change *c = &p->changed[p->changed_count++];
    *c = (struct gate_change){.kind = GATE_RESOLVE, .road = road, .to = w->roads[road].to};
    c->like = ROAD_NOWHERE;
    c->resolves = true;
}

/* close, back: the roads that its answers go; ROAD_NOWHERE: those that the plan adds. */
static void add_ask(const struct workflow *w, size_t close, size_t back, struct gate_plan *p)
{
    const struct road_status *s = p->verify < w->status_count ? &w->statuses[p->verify] : NULL;

    p->taken = s && s->on_approve.len && !s->asks_us;
    if (p->taken || roads_answered(w))
        return;
    struct gate_change *c = add(p, GATE_ASK, p->verify);
    c->road = close;
    c->like = back;
}

/* Where work goes on: where most roads to the verifying status begin, else the first open one. */
static size_t work_status(const struct workflow *w, size_t verify)
{
    size_t best = ROAD_NOWHERE, most = 0;

    for (size_t s = 0; s < w->status_count; s++) {
        size_t count = 1;
        if (!road_back_ends_in(w->statuses[s].role, w->statuses[s].category))
            continue;
        for (size_t i = 0; i < w->road_count; i++)
            count += w->roads[i].type == ROAD_DIRECTED && road_leaves(w, &w->roads[i], s);
        count += w->statuses[s].category == CATEGORY_INDETERMINATE ? w->road_count : 0;
        if (s != verify && !w->statuses[s].on_approve.len && count > most) {
            best = s;
            most = count;
        }
    }
    return best;
}

void gate_plan(const struct workflow *w, struct gate_plan *ret)
{
    struct road_report roads;
    size_t done = roads_status(w, STATUS_DONE), work, close, back;

    ret->added_count = ret->changed_count = ret->blocked = 0;
    ret->verify = roads_status(w, STATUS_VERIFY);
    ret->taken = false;
    ret->no_done = done == ROAD_NOWHERE;
    if (ret->no_done)
        return;
    if (ret->verify == ROAD_NOWHERE) {
        ret->verify = w->status_count;
        add(ret, GATE_ADD_STATUS, ret->verify);
    }
    roads_judge(w, &roads);
    close_roads(w, &roads, ret);
    add_resolve(w, &roads, ret);
    work = work_status(w, ret->verify);
    close = find_close(w, ret);
    if (close == ROAD_NOWHERE) {
        add_one(ret, GATE_ADD_CLOSE, ret->verify, done);
        ret->added[ret->added_count - 1].like = closing_like(w, &roads);
    }
    if (w->wants_approval)
        set_resolution(w, close, ret);
    back = find_road(w, ret, ret->verify, STATUS_OPEN);
    if (work != ROAD_NOWHERE && back == ROAD_NOWHERE)
        add_one(ret, GATE_ADD_BACK, ret->verify, work);
    if (!w->no_loop && !roads_recheck(w))
        add_one(ret, GATE_ADD_CHECK, ret->verify, ret->verify);
    if (work != ROAD_NOWHERE && find_road(w, ret, done, STATUS_OPEN) == ROAD_NOWHERE)
        add_one(ret, GATE_ADD_REOPEN, done, work);
    if (w->wants_record && !roads_record(w))
        add(ret, GATE_ADD_RECORD, ROAD_NOWHERE);
    if (!w->wants_approval)
        return;
    name_us(w, ret);
    if (work == ROAD_NOWHERE && back == ROAD_NOWHERE)
        ret->blocked++; /* a refusal would lead nowhere */
    else
        add_ask(w, close, back, ret);
}
