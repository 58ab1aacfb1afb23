/* jira.c: the model Jira: tickets, moves, the index that lags, webhooks that are lost, doubled and
 * late, and the poll. */
#include "sim.h"

static void on_hook(struct sim *s, void *arg, int64_t ticket)
{
    (void)arg;
    int replica = (int)rng_below(&s->rng, REPLICAS);
    if (s->boots[replica]->alive) /* stored before it is answered: a dead replica answers nothing,
                                     Jira tries again */
        store_hint(s, (int)ticket);
    else
        sim_at(s, s->now_ms + 300000, on_hook, NULL, ticket);
}

static void changed(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    int copies = FAULT(s, hook_lost) ? 0 : FAULT(s, hook_double) ? 2 : 1;

    t->updated_ms = s->now_ms;
    t->indexed_ms = s->now_ms + rng_range(&s->rng, 0, s->calm ? 0 : s->index_lag_ms);
    for (int i = 0; i < copies; i++) {
        int64_t delay =
            FAULT(s, hook_late) ? rng_range(&s->rng, 0, 300000) : rng_range(&s->rng, 20, 500);
        sim_at(s, s->now_ms + delay, on_hook, NULL, ticket);
    }
}

int jira_create(struct sim *s, int request, bool by_us)
{
    if (s->ticket_count == TICKETS_MAX)
        sim_violate(s, "INV18 bounded", "more than %d tickets", TICKETS_MAX);
    int n = s->ticket_count++;
    struct sticket *t = &s->tickets[n];

    *t = (struct sticket){.here = true,
                          .moved_by_us = by_us,
                          .request = request,
                          .role = STATUS_OPEN,
                          .created_ms = s->now_ms};
    t->visible_ms = s->now_ms + rng_range(&s->rng, 0, s->calm ? 0 : s->index_lag_ms);
    sim_trace(s, "ticket made", n, request);
    changed(s, n);
    return n;
}

void jira_move(struct sim *s, int ticket, enum status_role role, bool by_us)
{
    struct sticket *t = &s->tickets[ticket];

    if (s->next_cycle + 1 >= CYCLES_MAX)
        sim_violate(s, "INV18 bounded", "more than %d moves", CYCLES_MAX);
    t->role = role;
    t->cycle = ++s->next_cycle;
    t->moved_by_us = by_us;
    t->human |= !by_us;
    t->done_since_ms = role == STATUS_DONE ? s->now_ms : 0;
    sim_trace(s, by_us ? "we moved ticket" : "person moved ticket", ticket, role);
    changed(s, ticket);
}

void jira_read(struct sim *s, int ticket, struct ticket *ret)
{
    const struct sticket *t = &s->tickets[ticket];

    *ret =
        (struct ticket){.presence = t->here ? TICKET_HERE : TICKET_GONE,
                        .issue_id = str_of(SIM_CYCLES[ticket]),
                        .key = str_of(SIM_CYCLES[ticket]),
                        .category = t->role == STATUS_DONE ? CATEGORY_DONE : CATEGORY_INDETERMINATE,
                        .role = t->role,
                        .status_name = STR("status"),
                        .cycle = str_of(SIM_CYCLES[t->cycle]),
                        .cycle_at_ms = t->updated_ms,
                        .moved_by_us = t->moved_by_us,
                        .updated_ms = t->updated_ms,
                        .mapped_hash = 7,
                        .mapped = STR("{}")};
}

/* One walk, by the production cursor. A page may fail after some hits were seen: then it did not
 * happen. */
void jira_poll(struct sim *s, struct boot *b)
{
    struct cursor_walk walk;
    bool complete = !FAULT(s, poll_fails);
    bool stored_first_half_only = !complete;

    if (!b->alive)
        return;
    cursor_begin(&s->cursor, &walk);
    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *t = &s->tickets[i];
        if (!t->here || t->indexed_ms > s->now_ms || t->visible_ms > s->now_ms ||
            t->updated_ms < walk.from_ms)
            continue;
        cursor_see(&walk, t->updated_ms);
        if (!stored_first_half_only)
            store_hint(s, i);
    }
    cursor_finish(&s->cursor, &walk, complete, true);
}
