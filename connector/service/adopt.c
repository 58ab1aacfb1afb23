#include "service/adopt.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/retry.h"
#include "site/site.h"

struct adopting {
    struct service *svc;
    struct arena *arena;
    struct store_ticket_claim claim;
    bool has_marker;
    adopt_done_fn *fn;
    void *arg;
};

static void adopt_end(struct adopting *a)
{
    a->fn(a->arg);
    arena_free(a->arena);
    free(a);
}

static void on_stored(void *arg, enum store_outcome outcome, const char *message)
{
    struct adopting *a = arg;

    if (outcome == STORE_REFUSED)
        log_error("adopt", "the database refused a ticket", LOG_S("issue", a->claim.issue_id),
                  LOG_C("why", message));
    adopt_end(a);
}

static void on_opened(void *arg, enum store_outcome outcome, const char *message)
{
    struct adopting *a = arg;

    if (outcome == STORE_OK && a->has_marker) {
        a->svc->metrics.foreign_markers++;
        log_warn("adopt", "a ticket carries a marker that is not its own: governed like any other",
                 LOG_S("issue", a->claim.issue_id));
    }
    on_stored(a, outcome, message);
}

/* Not now: the row comes back when Jira lets us ask again, not before a lease is over, and less and
 * less often while nobody can read it. When it was we who cut the look off, because we end, whoever
 * is next may look at once. */
static void defer(struct adopting *a, int64_t told_ms)
{
    const struct flow_times *t = &a->svc->config->policy.times;
    struct retry_rule rule = {t->lease_ms,
                              t->lease_ms > t->backoff_cap_ms ? t->lease_ms : t->backoff_cap_ms};
    bool cut_off = a->svc->draining && !told_ms;
    int64_t rest =
        cut_off ? 0
                : retry_after_ms(&rule, a->claim.unreadable + 1, told_ms, rng_next(&a->svc->rng));

    store_ticket_defer(&a->svc->store, &a->claim, rest, on_stored, a);
}

static void open_request(struct adopting *a, const struct site_ticket *t)
{
    const struct mapped *m = &t->mapped;
    const struct mapping *mapping = service_site(a->svc, a->claim.site)->o.mapping;
    struct store_item item = {m->source, m->account, m->entitlement, m->rule->expect};
    bool held = m->outcome == MAPPED_HOLD;
    struct store_intake in = {
        .site = a->claim.site,
        .request_type = m->rule->request_type,
        .rule = m->rule->name,
        .kind = m->rule->change,
        .mode = m->rule->mode,
        .lifecycle = m->privileged ? STR("privileged") : STR("standard"),
        .subject_kind = STR("human"),
        .requester = m->requester,
        .beneficiary = m->beneficiary,
        .justification = m->justification,
        .privileged = m->privileged,
        .approval_needed = m->rule->approval_needed,
        .sla_goal_ms = m->sla_goal_ms,
        .requested_ms = t->created_ms,
        .items = &item,
        .item_count = held ? 0 : 1,
        .mapping_version = str_of(mapping->sha256),
        .mapped_hash = held ? 0 : m->hash,
        .mapped = held ? STR("{}") : m->tuple,
        .hold_text = m->hold_text,
        .done_ms = t->ticket.category == CATEGORY_DONE ? t->ticket.cycle_at_ms : 0,
        .markers = t->origin.markers,
        .created_by_us = t->origin.ours,
    };
    log_info("adopt", held ? "held: it does not map" : "governed", LOG_S("ticket", t->ticket.key),
             LOG_S("rule", m->rule->name), LOG_S("hold", m->hold_text));
    a->has_marker = in.markers.len > 0;
    store_request_open(&a->svc->store, &a->claim, &in, on_opened, a);
}

static void on_ticket(void *arg, enum read_outcome outcome, int64_t told_ms,
                      const struct site_ticket *t)
{
    struct adopting *a = arg;
    const char *why = NULL;

    if (outcome != READ_OK) {
        defer(a, told_ms);
        return;
    }
    if (t->ticket.presence == TICKET_GONE)
        why = "gone";
    else if (t->mapped.outcome == MAPPED_NOT_GOVERNED)
        why = ADOPT_NOT_GOVERNED;
    if (why)
        store_ticket_ignore(&a->svc->store, &a->claim, why, t->ticket.updated_ms, on_stored, a);
    else
        open_request(a, t);
}

static void without_site(void *arg)
{
    adopt_end(arg);
}

void adopt_start(struct service *svc, const struct store_ticket_claim *claim, adopt_done_fn *fn,
                 void *arg)
{
    struct adopting *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    *a = (struct adopting){
        .svc = svc, .arena = arena_new(LIMIT_ARENA_VISIT), .claim = *claim, .fn = fn, .arg = arg};
    a->claim.site = arena_str(a->arena, claim->site);
    a->claim.issue_id = arena_str(a->arena, claim->issue_id);
    a->claim.key = arena_str(a->arena, claim->key);
    struct site *site = service_site(svc, claim->site);
    if (!site || !site->view.our_account.len)
        io_loop_defer(svc->loop, without_site, a);
    else
        site_ticket_read(site, a->arena, a->claim.issue_id, on_ticket, a);
}
