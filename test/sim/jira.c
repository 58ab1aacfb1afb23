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
    struct sticket *t = &s->tickets[n];

    *t =
        (struct sticket){.here = true,
                         .moved_by_us = by_us,
                         .request = request,
                         .role = STATUS_OPEN,
                         .closed_for = -1,
                         .mapped_hash = request < 0 ? FIRST_HASH : s->requests[request].mapped_hash,
                         .created_ms = s->now_ms};
    t->visible_ms = s->now_ms + rng_range(&s->rng, 0, s->calm ? 0 : s->index_lag_ms);
    sim_trace(s, "ticket made", n, request);
    jira_changed(s, n);
    return n;
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
    t->human |= !by_us;
    t->done_since_ms = role == STATUS_DONE ? s->now_ms : 0;
    sim_trace(s, by_us ? "we moved ticket" : "person moved ticket", ticket, role);
    jira_changed(s, ticket);
}

void jira_read(struct sim *s, int ticket, struct ticket *ret)
{
    const struct sticket *t = &s->tickets[ticket];
    const struct sdecision *last =
        t->decision_count ? &t->decisions[t->decision_count - 1] : &(struct sdecision){0};
    bool over = t->role == STATUS_DONE || t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED;

    *ret = (struct ticket){.presence = t->here ? TICKET_HERE : TICKET_GONE,
                           .issue_id = cycle_text(ticket),
                           .key = cycle_text(ticket),
                           .category = over ? CATEGORY_DONE : CATEGORY_INDETERMINATE,
                           .role = t->role,
                           .status_name = STR("status"),
                           .cycle = cycle_text(t->cycle),
                           .cycle_at_ms = t->done_since_ms ? t->done_since_ms : t->updated_ms,
                           .moved_by_us = t->moved_by_us,
                           .updated_ms = t->updated_ms,
                           .approval = !t->decision_count ? APPROVAL_NONE
                                       : last->approved   ? APPROVAL_APPROVED
                                                          : APPROVAL_DECLINED,
                           .approver = t->decision_count ? STR("boss") : STR_NONE,
                           .approved_at_ms = last->at_ms,
                           .mapped_hash = t->mapped_hash,
                           .mapped = t->mapped_hash ? STR("{}") : STR_NONE,
                           .hold_text = t->mapped_hash ? STR_NONE : STR("no role")};
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
        if (!t->here || !in_index || t->updated_ms < walk.from_ms)
            continue;
        cursor_see(&walk, t->updated_ms);
        if (complete || walk.seen % 2)
            store_hint(s, i);
    }
    cursor_finish(&s->cursor, &walk, complete, true);
}
