/* jira.c: the model Jira: tickets, moves, the index that lags, and webhooks that are lost, doubled
 * and late. */
#include "sim.h"

void jira_changed(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    int copies = FAULT(s, hook_lost) ? 0 : FAULT(s, hook_double) ? 2 : 1;

    t->updated_ms = s->now_ms;
    t->indexed_ms = s->now_ms + rng_range(&s->rng, 0, s->calm ? 0 : s->index_lag_ms);
    for (int i = 0; i < copies; i++) {
        int64_t longest = FAULT(s, hook_late) ? 300000 : 500;
        replica_hook(s, ticket, s->now_ms + rng_range(&s->rng, 20, longest));
    }
}

int jira_create(struct sim *s, int request, bool by_us)
{
    if (s->ticket_count == TICKETS_MAX)
        sim_violate(s, "INV18 bounded", "more than %d tickets", TICKETS_MAX);
    int n = s->ticket_count++;
    if (by_us && !s->hides_known) {
        s->hides = FAULT(s, hidden);
        s->hides_known = true;
    }
    struct sticket *t = &s->tickets[n];

    *t =
        (struct sticket){.here = true,
                         .moved_by_us = by_us,
                         .request = request,
                         .made_for = by_us ? request : -1,
                         .marks = by_us ? request : -1,
                         .bound_to = by_us && !s->bare ? request : -1,
                         .hidden = by_us && !s->calm && s->hides,
                         .role = STATUS_OPEN,
                         .closed_for = -1,
                         .resolution_edit = -1,
                         .mapped_hash = request < 0 ? FIRST_HASH : s->requests[request].mapped_hash,
                         .created_ms = s->now_ms};
    t->visible_ms = s->now_ms + rng_range(&s->rng, 0, s->calm ? 0 : s->index_lag_ms);
    sim_trace(s, "ticket made", n, request);
    jira_changed(s, n);
    return n;
}

/* "Clone": fields, labels and, with some apps, properties; the creator is whoever pressed it. */
void jira_clone(struct sim *s, int ticket)
{
    if (s->ticket_count == TICKETS_MAX)
        return;
    int n = jira_create(s, -1, false);
    s->tickets[n].marks = s->tickets[ticket].marks;
    s->tickets[n].bound_to = s->tickets[ticket].bound_to;
    s->tickets[n].mapped_hash = s->tickets[ticket].mapped_hash;
    sim_trace(s, "ticket cloned", ticket, n);
}

void jira_touch(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];

    t->human_ms = t->human ? t->human_ms : s->now_ms;
    t->human = true;
}

/* Somebody mends the security scheme. */
void jira_unhide(struct sim *s)
{
    for (int i = 0; i < s->ticket_count; i++) {
        bool was = s->tickets[i].hidden;
        s->tickets[i].hidden = false;
        if (was)
            jira_changed(s, i);
    }
}

void jira_move(struct sim *s, int ticket, enum status_role role, bool by_us)
{
    struct sticket *t = &s->tickets[ticket];

    if (s->next_cycle + 1 >= CYCLES_MAX)
        sim_violate(s, "INV18 bounded", "more than %d moves", CYCLES_MAX);
    t->role = role;
    t->closed_for = -1;
    t->cycle = ++s->next_cycle;
    t->moved_by_us = by_us;
    t->mover = approve_mover(s, t->cycle);
    if (!by_us)
        jira_touch(s, ticket);
    t->done_since_ms = role == STATUS_DONE ? s->now_ms : 0;
    t->resolved = role == STATUS_DONE || role == STATUS_CANCELLED || role == STATUS_DECLINED;
    t->resolution_edit = -1; /* by a function of the move */
    sim_trace(s, by_us ? "we moved ticket" : "person moved ticket", ticket, role);
    jira_changed(s, ticket);
}

void jira_read(struct sim *s, int ticket, struct ticket *ret)
{
    const struct sticket *t = &s->tickets[ticket];
    const struct sdecision *last =
        t->decision_count ? &t->decisions[t->decision_count - 1] : &(struct sdecision){0};
    bool over = t->role == STATUS_DONE || t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED;

    *ret = (struct ticket){.presence = t->here && !t->hidden ? TICKET_HERE : TICKET_GONE,
                           .made_by_us = t->made_for >= 0,
                           .markers = t->marks < 0 ? STR_NONE : request_id(t->marks),
                           .bound_to = t->bound_to < 0 ? STR_NONE : request_id(t->bound_to),
                           .resolution_set = t->resolved,
                           .resolution_edit = cycle_text(t->resolution_edit),
                           .human_touched = t->human,
                           .created_ms = t->created_ms,
                           .issue_id = cycle_text(ticket),
                           .key = cycle_text(ticket),
                           .category = over ? CATEGORY_DONE : CATEGORY_INDETERMINATE,
                           .role = t->role,
                           .status_name = STR("status"),
                           .cycle = cycle_text(t->cycle),
                           .cycle_at_ms = t->done_since_ms ? t->done_since_ms : t->updated_ms,
                           .moved_by_us = t->moved_by_us,
                           .moved_by = t->moved_by_us ? STR("us") : approve_name(t->mover),
                           .updated_ms = t->updated_ms,
                           .approval = !t->decision_count ? APPROVAL_NONE
                                       : last->approved   ? APPROVAL_APPROVED
                                                          : APPROVAL_DECLINED,
                           .approved_at_ms = last->at_ms,
                           .mapped_hash = t->mapped_hash,
                           .mapped = t->mapped_hash ? STR("{}") : STR_NONE,
                           .hold_text = t->mapped_hash ? STR_NONE : STR("no role")};
    words_show(s, t, ret);
}

static bool is_thrown_away(const struct sticket *t)
{
    return t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED;
}

static void take_found(struct sim *s, int request, bool live, struct find_result *ret)
{
    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *t = &s->tickets[i];
        bool shown = t->here && !t->hidden && t->visible_ms <= s->now_ms;
        bool ours = shown && t->made_for == request && is_thrown_away(t) != live;
        ret->sighted |= shown && t->made_for >= 0;
        if (!ours || ret->count == sizeof ret->issue_id / sizeof ret->issue_id[0])
            continue;
        size_t n = ret->count++;
        ret->issue_id[n] = ret->key[n] = cycle_text(i);
        ret->human_touched[n] = t->human;
        ret->created_ms[n] = t->created_ms;
    }
}

/* As jsm_found_read: what was thrown away only where none lives. */
void jira_find(struct sim *s, int request, struct find_result *ret)
{
    take_found(s, request, true, ret);
    if (!ret->count)
        take_found(s, request, false, ret);
}

/* One walk, by the production cursor, in two pages. The second may fail after the first was stored:
 * then the walk did not happen, but its hints stay. */
void jira_poll(struct sim *s)
{
    struct cursor_walk walk;
    bool complete = !FAULT(s, poll_fails);

    cursor_begin(&s->cursor, &walk);
    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *t = &s->tickets[i];
        bool in_index = t->indexed_ms <= s->now_ms && t->visible_ms <= s->now_ms;
        if (!t->here || t->hidden || !in_index || t->updated_ms < walk.from_ms)
            continue;
        cursor_see(&walk, t->updated_ms);
        if (complete || walk.seen % 2)
            store_hint(s, i);
    }
    cursor_finish(&s->cursor, &walk, complete, true);
}
