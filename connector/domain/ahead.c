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

/* Nobody may work on it yet, and it is not our turn to ask somebody; or a no to what it gives is
 * about to end it, however quick that was. Only a yes that is there at once lets both go at once.
 */
static bool waits_for_a_yes(const struct dossier *d, const struct decision *r)
{
    bool before_work = d->phase == PHASE_RECEIVED || d->phase == PHASE_PENDING_APPROVAL;

    return before_work && (!r->move || r->to == PHASE_DENIED) && !r->asks;
}

static bool is_to_be_opened(const struct item *i)
{
    return i->desired == DESIRED_ABSENT && (!i->ahead || PLANTED(AHEAD_TWICE));
}

/* Tickets that edits made useless, within an hour: so many for each removal, and the next one waits
 * until the hour is over. Returns when that is; 0: it need not wait. */
static int64_t edited_until_ms(const struct dossier *d)
{
    enum { EDITS_AN_HOUR = 3 };
    const int64_t HOUR_MS = INT64_C(3600000);
    int64_t oldest_ms = 0;
    size_t removals = 0, lately = 0;

    for (size_t i = 0; i < d->item_count; i++)
        removals += d->items[i].desired == DESIRED_ABSENT;
    for (size_t i = 0; i < d->ahead_left_count; i++)
        if (d->ahead_left[i].at_ms > d->now_ms - HOUR_MS) {
            oldest_ms = d->ahead_left[i].at_ms; /* the latest edit comes first */
            lately++;
        }
    return lately >= EDITS_AN_HOUR * removals && lately ? oldest_ms + HOUR_MS : 0;
}

/* It ends with a no at a later look, when the rest of what it takes away is on its way. */
static void end_later(const struct dossier *d, struct decision *ret)
{
    *ret = (struct decision){.to = d->phase, .notice_key = d->notice_shown_key};
}

static void look_again(struct decision *ret, int64_t at_ms)
{
    if (!ret->look_again_ms || at_ms < ret->look_again_ms)
        ret->look_again_ms = at_ms;
}

void ahead_decide(const struct dossier *d, struct decision *ret)
{
    const struct item *first = NULL;
    size_t count = 0;

    if (!waits_for_a_yes(d, ret) || !may_go_ahead(d) || PLANTED(REMOVAL_WAITS))
        return;
    for (size_t i = 0; i < d->item_count; i++)
        if (is_to_be_opened(&d->items[i]) && !count++)
            first = &d->items[i];
    if (!first)
        return;
    int64_t until_ms = edited_until_ms(d);
    if (until_ms) {
        if (!ret->move)
            look_again(ret, until_ms);
        return;
    }
    if (ret->move && count > 1)
        end_later(d, ret);
    if (count > 1) /* the next one at the next look */
        ret->look_again_ms = d->now_ms + 1000;
    ret->about = (size_t)(first - d->items);
    ret->follow = FOLLOW_AHEAD;
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

enum { LISTED = 3 }; /* so many are named, the others counted */

struct listed {
    const struct item *items[LISTED];
    size_t count;
    uint64_t key;
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    return (a ^ b) * UINT64_C(0x100000001b3);
}

static void list(struct listed *l, const struct item *i)
{
    if (l->count < LISTED)
        l->items[l->count] = i;
    l->count++;
    l->key = mix(mix(l->key, str_hash(i->entitlement)), str_hash(i->account));
}

static void list_gone_ahead(struct listed *l, const struct item *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].ahead && !items[i].ahead_over) {
            list(l, &items[i]);
            l->key = mix(l->key, str_hash(items[i].ahead_key));
        }
}

/* While it waits this is said from the first word on, and stays: Jira links the tickets, once there
 * are more. */
static struct listed listed_of(const struct dossier *d, enum notice_state state)
{
    struct listed l = {.key = UINT64_C(0xcbf29ce484222325)};

    for (size_t i = 0; is_waiting(d, state) && i < d->item_count && may_go_ahead(d); i++)
        if (d->items[i].desired == DESIRED_ABSENT && !d->items[i].ahead_over)
            list(&l, &d->items[i]);
    if (is_over(state) || state == NOTICE_READY)
        list_gone_ahead(&l, d->items, d->item_count);
    if (is_over(state) && !l.count)
        list_gone_ahead(&l, d->superseded, d->superseded_count);
    return l;
}

static void add_removal(struct line *next, struct str entitlement, struct str account,
                        const char *before)
{
    line_add_c(next, before);
    line_add_name(next, entitlement);
    line_add_c(next, " from ");
    line_add_name(next, account);
}

static void add_ticket(struct line *next, struct str key)
{
    line_add(next, str_empty(key) ? STR("its own ticket") : key);
}

static void say_listed(struct line *next, const struct listed *l, bool waits, bool over)
{
    for (size_t i = 0; i < l->count && i < LISTED; i++) {
        const struct item *one = l->items[i];
        add_removal(next, one->entitlement, one->account,
                    i > 0       ? ", "
                    : next->len ? " Taking "
                                : "Taking ");
        if (l->count > 1 && !waits) {
            line_add_c(next, ": ");
            add_ticket(next, one->ahead_key);
        }
    }
    if (l->count > LISTED) {
        line_add_c(next, " and ");
        line_add_number(next, (int64_t)(l->count - LISTED));
        line_add_c(next, " more");
    }
    if (waits) {
        line_add_c(next, l->count > 1
                             ? " does not wait for that: each has a ticket of its own, linked here."
                             : " does not wait for that: it has a ticket of its own, linked here.");
        return;
    }
    line_add_c(next, over ? " goes on all the same" : " was asked for before this");
    if (l->count == 1) {
        line_add_c(next, ": ");
        add_ticket(next, l->items[0]->ahead_key);
    }
    line_add_c(next, !over          ? "."
                     : l->count > 1 ? ". What shall stay, cancel its ticket."
                                    : ". Shall it stay, cancel that one.");
}

/* What an edit took out of it: the latest of those that go on, and of those that were withdrawn. */
static void say_left(struct line *next, const struct dossier *d, bool over)
{
    const struct ahead_left *one = NULL;
    size_t count = 0;

    for (size_t i = 0; i < d->ahead_left_count; i++)
        if (d->ahead_left[i].over == over && !count++)
            one = &d->ahead_left[i];
    if (!one)
        return;
    add_removal(next, one->entitlement, one->account, next->len ? " Taking " : "Taking ");
    line_add_c(next, over ? " is asked for no more, withdrawn: "
                          : " goes on, though it is asked for here no more: ");
    add_ticket(next, one->key);
    if (count > 1) {
        line_add_c(next, " (and ");
        line_add_number(next, (int64_t)count - 1);
        line_add_c(next, " more)");
    }
    line_add_c(next, over ? "." : ". Shall it stay, cancel that one.");
}

static bool speaks_of_left(const struct dossier *d, enum notice_state state)
{
    return d->ahead_left_count && (is_waiting(d, state) || is_over(state) || state == NOTICE_READY);
}

/* On the ticket of what went ahead, while somebody may act on it. */
static bool is_alone(const struct dossier *d, enum notice_state state)
{
    return d->after.cause == FOLLOW_AHEAD && d->after.left &&
           (state == NOTICE_READY || state == NOTICE_NOT_YET || state == NOTICE_WITHDRAWN);
}

static void say_alone(struct line *next, const struct dossier *d, enum notice_state state)
{
    line_add_c(next, next->len ? " " : "");
    line_add(next,
             str_empty(d->after.earlier_key) ? STR("The first request") : d->after.earlier_key);
    line_add_c(next, state == NOTICE_WITHDRAWN
                         ? " was edited and asks for it no more."
                         : " was edited and asks for it no more: shall it stay, cancel this one.");
}

void ahead_say(struct line *next, const struct dossier *d, enum notice_state state)
{
    struct listed l = listed_of(d, state);

    if (l.count)
        say_listed(next, &l, is_waiting(d, state), is_over(state));
    if (speaks_of_left(d, state)) {
        say_left(next, d, false);
        say_left(next, d, true);
    }
    if (is_alone(d, state))
        say_alone(next, d, state);
}

uint64_t ahead_key(const struct dossier *d, enum notice_state state)
{
    struct listed l = listed_of(d, state);
    bool left = speaks_of_left(d, state), alone = is_alone(d, state);

    for (size_t i = 0; left && i < d->ahead_left_count; i++) {
        const struct ahead_left *one = &d->ahead_left[i];
        l.key = mix(mix(l.key, str_hash(one->entitlement)), str_hash(one->account));
        l.key = mix(mix(l.key, str_hash(one->key)), one->over);
    }
    return l.count || left || alone ? mix(l.key, alone) | 1 : 0;
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
