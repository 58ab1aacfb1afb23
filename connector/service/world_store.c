/* world_store.c: the seam's database half, over store/. */
#include <stdlib.h>

#include "jsm/jsm_state.h"
#include "service/follow.h"
#include "service/jsm_clock.h"
#include "service/payload.h"
#include "service/world_real.h"
#include "site/site.h"

enum saved world_saved_of(enum store_outcome outcome)
{
    switch (outcome) {
    case STORE_OK:
        return SAVED;
    case STORE_LOST:
        return SAVE_LOST_LEASE;
    case STORE_REFUSED:
    case STORE_OUTDATED: /* the claim's due time brings us back */
        return SAVE_REFUSED;
    case STORE_AWAY:
    case STORE_UNKNOWN:
        break;
    }
    return SAVE_UNKNOWN;
}

struct saving {
    struct service *svc;
    world_saved_fn *fn;
    world_decided_fn *decided; /* of a decision, instead */
    void *arg;
};

static enum saved count_saved(struct service *svc, enum store_outcome outcome, const char *message)
{
    struct metrics *m = &svc->metrics;

    m->lost_leases += outcome == STORE_LOST;
    m->database_unknown += outcome == STORE_UNKNOWN;
    m->outdated += outcome == STORE_OUTDATED;
    if (outcome == STORE_OUTDATED)
        log_info("world", "decided on what others have changed since; it is looked at again",
                 LOG_C("why", message));
    if (outcome == STORE_REFUSED)
        log_error("world", "the database refused a write", LOG_C("why", message));
    return world_saved_of(outcome);
}

static void on_saved(void *arg, enum store_outcome outcome, const char *message)
{
    struct saving *s = arg;

    s->fn(s->arg, count_saved(s->svc, outcome, message));
    free(s);
}

static void on_decided(void *arg, enum store_outcome outcome, const char *message,
                       int64_t claimed_ms)
{
    struct saving *s = arg;

    s->decided(s->arg, count_saved(s->svc, outcome, message), claimed_ms);
    free(s);
}

static struct saving *saving_new(struct world *w, world_saved_fn *fn, void *arg)
{
    struct saving *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    *s = (struct saving){.svc = world_service(w), .fn = fn, .arg = arg};
    return s;
}

static struct saving *saving_decision(struct world *w, world_decided_fn *fn, void *arg)
{
    struct saving *s = saving_new(w, NULL, arg);

    s->decided = fn;
    return s;
}

void world_flow_save(struct world *w, const struct flow *flow, const struct flow_rule *rule,
                     const struct flow_note *note, world_saved_fn *fn, void *arg)
{
    struct service *svc = world_service(w);
    int64_t lease_s = (svc->config->policy.times.lease_ms + 999) / 1000;
    if (rule->to == FS_PARKED)
        log_warn("flow", "refused; waits until something is changed", LOG_I("flow", flow->id),
                 LOG_C("kind", flow_kind_name(flow->kind)),
                 LOG_C("why", note->why ? note->why : ""));
    store_flow_save(&svc->store, flow, rule, note, (int32_t)lease_s, on_saved,
                    saving_new(w, fn, arg));
}

struct loading {
    struct service *svc;
    world_dossier_fn *fn;
    void *arg;
};

static void on_dossier(void *arg, enum store_outcome outcome, struct dossier *dossier)
{
    struct loading *l = arg;

    if (outcome == STORE_OK) {
        const struct site *site = service_site(l->svc, dossier->site);
        dossier->links_evidence = site && site->config->evidence_url.len;
        dossier->pleads = site && site->o.mapping && site->o.mapping->exception.asked.len;
        service_saw_db_time(l->svc, dossier->now_ms);
    }
    l->fn(l->arg, outcome == STORE_OK ? READ_OK : READ_FAILED, dossier);
    free(l);
}

static struct loading *loading_new(struct world *w, world_dossier_fn *fn, void *arg)
{
    struct loading *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    *l = (struct loading){world_service(w), fn, arg};
    return l;
}

void world_dossier_first(struct world *w, struct arena *arena, struct str request_id,
                         world_dossier_fn *fn, void *arg)
{
    struct loading *l = loading_new(w, fn, arg);
    store_dossier_first(&l->svc->store, arena, request_id, on_dossier, l);
}

void world_dossier_load(struct world *w, struct arena *arena, struct str request_id,
                        world_dossier_fn *fn, void *arg)
{
    struct loading *l = loading_new(w, fn, arg);
    store_dossier_load(&l->svc->store, arena, request_id, on_dossier, l);
}

/* How the live mapping has the gate treat this request. */
static bool mode_now(struct service *svc, const struct dossier *d, struct store_mode *ret)
{
    struct site *site = service_site(svc, d->site);
    struct mapping_mode now;

    if (!site || !mapping_mode(site->o.mapping, d->rule, d->request_type, site->config->mode, &now))
        return false;
    *ret = (struct store_mode){now.mode, now.by_rule, str_of(site->o.mapping->sha256)};
    if (now.mode != d->mode && d->phase != PHASE_CLOSED)
        log_info("request", "the mode changes", LOG_S("request", d->request_id),
                 LOG_C("from", gate_mode_name(d->mode)), LOG_C("to", gate_mode_name(now.mode)));
    return true;
}

void world_facts_save(struct world *w, const struct dossier *d, const struct ticket *ticket,
                      const struct observation *obs, size_t obs_count, world_saved_fn *fn,
                      void *arg)
{
    struct service *svc = world_service(w);

    for (size_t i = 0; i < obs_count; i++) {
        svc->metrics.source_reads++;
        svc->metrics.source_unknown += obs[i].outcome == OUTCOME_UNKNOWN;
    }
    struct store_mode mode;
    bool known = mode_now(svc, d, &mode);
    store_facts_save(&svc->store, d, ticket, known ? &mode : NULL, obs, obs_count, on_saved,
                     saving_new(w, fn, arg));
}

/* Where the words of this decision are going to stand. */
static struct str fields_of(struct service *svc, struct arena *arena, const struct dossier *d)
{
    struct site *site = service_site(svc, d->site);

    return site ? jsm_state_fields(arena, &site->view) : STR_NONE;
}

/* Each close once: what weighs more later is the same close. */
static void count_refusal(struct service *svc, const struct dossier *d,
                          const struct decision *decision)
{
    struct site *site = service_site(svc, d->site);

    if (site && decision->refused && !d->refused)
        site->counters.refused[d->mode]++;
}

void world_decision_save(struct world *w, const struct dossier *d, const struct decision *decision,
                         const struct policy *policy, bool release, world_decided_fn *fn, void *arg)
{
    (void)policy;
    struct service *svc = world_service(w);
    struct store_enqueue flows[LIMIT_EFFECTS_PER_STEP];
    enum notice_state notice = NOTICE_NONE;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);

    for (size_t i = 0; i < decision->flow_count; i++) {
        const struct enqueue *e = &decision->flows[i];
        bool speaks = e->kind == FLOW_COMMENT || e->kind == FLOW_FIELDS;
        flows[i] = (struct store_enqueue){.kind = e->kind, .cycle = e->cycle, .payload = STR("{}")};
        if (speaks) { /* frozen now: the words belong to this decision */
            struct notice n;
            words_for(d, decision->next_read_ms, e->notice, &n);
            flows[i].payload = payload_write(arena, &n, e->tell);
            flows[i].said_hash = words_hash_of(d->request_id, &n);
            flows[i].said_in = fields_of(svc, arena, d);
            notice = e->notice;
        }
    }
    struct store_follow follow = {0};
    follow_of(svc, arena, d, decision, &follow);
    svc->metrics.breaches += decision->breach && d->mode == GATE_ENFORCE;
    count_refusal(svc, d, decision);
    if (decision->move)
        log_info("request", "moved", LOG_S("request", d->request_id),
                 LOG_S("ticket", d->ticket.key), LOG_C("from", phase_name(d->phase)),
                 LOG_C("to", phase_name(decision->to)), LOG_C("reason", decision->reason));
    store_decision_save(&svc->store, d, decision, flows, decision->flow_count, &follow, notice,
                        release, on_decided, saving_decision(w, fn, arg));
    jsm_clock_after(svc, d, decision);
}

int64_t world_mono_ms(struct world *w)
{
    return io_loop_now_ms(world_service(w)->loop);
}

uint64_t world_random(struct world *w)
{
    return rng_next(&world_service(w)->rng);
}
