#include "service/adopt.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/look.h"
#include "domain/retry.h"
#include "service/terms.h"
#include "service/world_real.h"
#include "site/site.h"

struct adopting {
    struct service *svc;
    struct arena *arena;
    struct store_ticket_claim claim;
    bool has_marker;
    struct site *site;
    struct site_ticket ticket;  /* as read */
    struct store_second second; /* it carries the marker of a request that has another ticket */
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
    struct store_item items[MAPPED_ITEMS_MAX];
    bool held = m->outcome == MAPPED_HOLD;
    /* corrected later it is worked on once it is approved, as any other */
    bool emergency = m->rule->emergency_ms && !held;
    const struct emergency_config *glass = &a->svc->config->emergency;
    struct mapping_mode mode = mapping_mode_of(m->rule, a->site->config->mode);
    struct store_intake in = {
        .site = a->claim.site,
        .request_type = m->rule->request_type,
        .rule = m->rule->name,
        .kind = m->rule->change,
        .mode = mode.mode,
        .mode_by_site = !mode.by_rule,
        .emergency = emergency,
        .access_until_ms = emergency ? t->created_ms + m->rule->emergency_ms : 0,
        .approval_due_ms = emergency ? t->created_ms + glass->approval_ms : 0,
        .review_due_ms = emergency ? t->created_ms + m->rule->emergency_ms + glass->review_ms : 0,
        .requester = t->ticket.requester,
        .beneficiary = t->ticket.beneficiary,
        .justification = m->justification,
        .privileged = m->privileged,
        .approval_needed = m->rule->approval_needed,
        .sla_goal_ms = m->sla_goal_ms,
        .sla_policy = m->rule->sla_policy,
        .requested_ms = t->created_ms,
        .mapping_version = str_of(mapping->sha256),
        .mapped_hash = held ? 0 : m->hash,
        .mapped = held ? STR("{}") : m->tuple,
        .hold_text = m->hold_text,
        .done_ms = t->ticket.category == CATEGORY_DONE ? t->ticket.cycle_at_ms : 0,
        .markers = t->origin.markers,
        .created_by_us = t->origin.ours,
    };
    terms_take(m, &in, items);
    log_info("adopt", held ? "held: it does not map" : "governed", LOG_S("ticket", t->ticket.key),
             LOG_S("rule", m->rule->name), LOG_S("hold", m->hold_text));
    a->has_marker = in.markers.len > 0;
    store_request_open(&a->svc->store, &a->claim, &in, on_opened, a);
}

/* Why it is none of ours; NULL: it is. */
static const char *not_for_us(const struct site_ticket *t)
{
    if (t->ticket.presence == TICKET_GONE)
        return "gone";
    return t->mapped.outcome == MAPPED_NOT_GOVERNED ? ADOPT_NOT_GOVERNED : NULL;
}

/* --- a second ticket of a request --- */

static void on_retired(void *arg, enum store_outcome outcome, const char *message)
{
    struct adopting *a = arg;

    if (outcome == STORE_LOST) { /* the request has moved on since: judged again */
        defer(a, 0);
        return;
    }
    if (outcome == STORE_OK) {
        a->svc->metrics.second_tickets++;
        log_warn("adopt", "two tickets for one request: one is cancelled",
                 LOG_S("request", a->second.request_id), LOG_S("second", a->ticket.ticket.key),
                 LOG_S("had", a->second.key));
    }
    on_stored(a, outcome, message);
}

static void go_over(struct adopting *a)
{
    store_ticket_retire(&a->svc->store, &a->claim, &a->second, true, on_retired, a);
}

static void on_next(void *arg, enum store_outcome outcome, const char *message)
{
    struct adopting *a = arg;

    if (outcome == STORE_OK)
        go_over(a);
    else if (outcome == STORE_LOST)
        defer(a, 0);
    else
        on_stored(a, outcome, message);
}

/* There may be a third: what people work on goes before what nobody has begun. */
static void on_all(void *arg, enum read_outcome outcome, int64_t told_ms,
                   const struct find_result *found)
{
    struct adopting *a = arg;

    if (outcome != READ_OK || !found->proven) {
        defer(a, told_ms);
        return;
    }
    struct find_result rivals = *found;
    second_rivals(&a->ticket.ticket, a->second.issue_id, &rivals);
    if (!rivals.count) {
        go_over(a);
        return;
    }
    log_info("adopt", "people work on another ticket of its request: that one goes first",
             LOG_S("request", a->second.request_id), LOG_S("second", a->ticket.ticket.key),
             LOG_S("first", rivals.key[0]));
    store_second_is_next(&a->svc->store, &a->claim, &rivals, ADOPT_NOT_GOVERNED, on_next, a);
}

static void on_kept(void *arg, enum read_outcome outcome, int64_t told_ms,
                    const struct site_ticket *kept)
{
    struct adopting *a = arg;
    const struct store_second *s = &a->second;

    if (outcome != READ_OK) {
        defer(a, told_ms);
        return;
    }
    enum second what =
        second_judge(&a->ticket.ticket, &kept->ticket, s->marker, s->request_id, s->phase);
    log_info("adopt", "a second ticket of a request", LOG_S("request", s->request_id),
             LOG_S("second", a->ticket.ticket.key), LOG_S("kept", kept->ticket.key),
             LOG_C("what", second_name(what)));
    switch (what) {
    case SECOND_OVER:
        store_ticket_ignore(&a->svc->store, &a->claim, "a second ticket of its request, cancelled",
                            a->ticket.ticket.updated_ms, STR(""), STR(""), on_stored, a);
        return;
    case SECOND_RETIRE:
        store_ticket_retire(&a->svc->store, &a->claim, s, false, on_retired, a);
        return;
    case SECOND_SWAP:
        world_marker_find(a->svc, a->arena, a->claim.site, s->marker, on_all, a);
        return;
    case SECOND_FOREIGN:
    case SECOND_CONTESTED:
        open_request(a, &a->ticket);
        return;
    }
}

/* False: it is given back, or none of ours. */
static bool take(struct adopting *a, enum read_outcome outcome, int64_t told_ms,
                 const struct site_ticket *t)
{
    const char *why = outcome == READ_OK ? not_for_us(t) : NULL;

    if (outcome != READ_OK) {
        defer(a, told_ms);
        return false;
    }
    a->ticket = *t;
    if (why)
        store_ticket_ignore(&a->svc->store, &a->claim, why, t->ticket.updated_ms, t->ticket.mapping,
                            t->mapped.request_type, on_stored, a);
    return !why;
}

/* Once more, with what people wrote on it: they may have begun to work on it. */
static void on_read_again(void *arg, enum read_outcome outcome, int64_t told_ms,
                          const struct site_ticket *t)
{
    struct adopting *a = arg;

    if (take(a, outcome, told_ms, t))
        site_ticket_read(a->site, a->arena, NULL, a->second.issue_id, true, on_kept, a);
}

static void on_second(void *arg, enum store_outcome outcome, const struct store_second *second)
{
    struct adopting *a = arg;

    if (outcome == STORE_LOST) {
        open_request(a, &a->ticket);
        return;
    }
    if (outcome != STORE_OK) {
        adopt_end(a);
        return;
    }
    a->second = (struct store_second){.request_id = arena_str(a->arena, second->request_id),
                                      .marker = arena_str(a->arena, second->marker),
                                      .issue_id = arena_str(a->arena, second->issue_id),
                                      .key = arena_str(a->arena, second->key),
                                      .phase = second->phase};
    site_ticket_read(a->site, a->arena, NULL, a->claim.issue_id, true, on_read_again, a);
}

static void on_ticket(void *arg, enum read_outcome outcome, int64_t told_ms,
                      const struct site_ticket *t)
{
    struct adopting *a = arg;

    if (!take(a, outcome, told_ms, t))
        return;
    if (t->ticket.made_by_us && t->ticket.markers.len)
        store_second_ticket(&a->svc->store, &a->claim, t->ticket.markers, on_second, a);
    else
        open_request(a, &a->ticket);
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
    a->site = service_site(svc, claim->site);
    if (!a->site || !a->site->view.our_account.len)
        io_loop_defer(svc->loop, without_site, a);
    else
        site_ticket_read(a->site, a->arena, NULL, a->claim.issue_id, false, on_ticket, a);
}
