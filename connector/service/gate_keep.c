#include "service/gate_keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "service/gate_detail.h"
#include "service/service.h"
#include "site/site_edition.h"
#include "site/site_gate.h"

enum {
    LEASE_MS = 5 * 60 * 1000, /* longer than a look at all projects takes */
    LOOK_MAX_MS = 60 * 1000,  /* the lease is asked for at least so often: another may have died */
};

struct gate_keep {
    struct service *svc;
    size_t index;
    struct site *site, *agent; /* agent: NULL when the configuration names none */
    struct site_config agent_config;
    struct io_timer *timer;
    struct arena *arena;
    char lease[160];
    bool busy;
    /* the look in progress */
    int64_t fence;
    size_t project;
    struct gate_stats found;
    bool rules_seen[CONFIG_PROJECTS_MAX]; /* of automation, when the gate was last known */
};

static struct gate_stats *stats_of(struct gate_keep *k)
{
    return &k->svc->gate_stats[k->index];
}

static void look_end(struct gate_keep *k)
{
    k->busy = false;
    arena_clear(k->arena);
}

static void on_given(void *arg, enum store_outcome outcome, const char *message)
{
    struct gate_keep *k = arg;

    if (outcome != STORE_OK)
        log_warn("gate", "the turn to prove the gate was not given back",
                 LOG_S("site", k->site->config->name), LOG_C("why", message));
    look_end(k);
}

static void give(struct gate_keep *k, int64_t rest_ms)
{
    store_lease_give(&k->svc->store, str_of(k->lease), k->fence, rest_ms, on_given, k);
}

static void look_next(struct gate_keep *k);

static void on_kept(void *arg, enum store_outcome outcome, int64_t drift, const char *message)
{
    struct gate_keep *k = arg;
    struct str project = k->site->config->projects[k->project];

    if (outcome != STORE_OK)
        log_warn("gate", "what a look at the gate proved was not saved",
                 LOG_S("site", k->site->config->name), LOG_C("why", message));
    if (outcome == STORE_OK && drift) {
        k->found.drifts++;
        log_error("gate", "the gate is not what it was", LOG_S("site", k->site->config->name),
                  LOG_S("project", project), LOG_I("open", k->found.open));
    }
    k->project++;
    arena_clear(k->arena); /* one project at a time */
    look_next(k);
}

static void on_looked(void *arg, const struct site_gate *gate)
{
    struct gate_keep *k = arg;

    if (gate->broken_off) { /* it says nothing, and is due at once */
        give(k, 0);
        return;
    }
    struct store_gate_proof proof = {.site = k->site->config->name,
                                     .project = gate->project,
                                     .known = gate->known,
                                     .open = site_gate_open(gate),
                                     .said = str_of(gate->why),
                                     .fingerprint = gate_fingerprint(k->arena, gate),
                                     .detail = gate_detail(k->arena, k->site, gate)};

    k->found.open += (int64_t)proof.open;
    if (!gate->known) {
        k->found.known = false;
        str_copy(k->found.said, sizeof k->found.said, str_of(gate->why));
    }
    store_gate_proved(&k->svc->store, &proof, on_kept, k);
}

static void look_next(struct gate_keep *k)
{
    if (k->agent)
        site_edition_share(k->agent, k->site); /* it may be another one by now */
    struct site_gate_eyes eyes = {.reader = k->site, .own = k->site, .agent = k->agent};

    if (k->project < k->site->config->project_count && !k->svc->draining) {
        eyes.rules_seen = k->rules_seen[k->project];
        site_gate_look(&eyes, k->arena, k->site->config->projects[k->project], on_looked, k);
        return;
    }
    if (!k->svc->draining) {
        k->found.looks = stats_of(k)->looks + 1;
        k->found.drifts += stats_of(k)->drifts;
        *stats_of(k) = k->found;
    }
    give(k, k->site->config->gate.reprove_ms);
}

static void on_turn(void *arg, enum store_outcome outcome, const struct store_lease *lease)
{
    struct gate_keep *k = arg;

    if (outcome != STORE_OK) { /* another replica looks, or it is not due */
        look_end(k);
        return;
    }
    k->fence = lease->fence;
    k->project = 0;
    k->found = (struct gate_stats){.known = true};
    look_next(k);
}

static void keep_seen(struct gate_keep *k, const struct json *projects)
{
    for (size_t i = 0; i < k->site->config->project_count; i++) {
        k->rules_seen[i] = false;
        JSON_EACH(project, projects)
        k->rules_seen[i] |= str_eq(json_str(project), k->site->config->projects[i]);
    }
}

/* Which roads are ours, and what was seen before; what is not known now stays as it was known.
 * True: it is known. */
static bool keep_own(struct gate_keep *k, enum store_outcome outcome, struct str json)
{
    const struct json *own;
    struct err err;

    if (outcome != STORE_OK || !json_parse(k->arena, json, &own, &err))
        return false;
    site_own(k->site, own);
    if (k->agent)
        site_own(k->agent, own);
    keep_seen(k, json_member(own, "rules_seen"));
    return true;
}

static void on_own(void *arg, enum store_outcome outcome, struct str json)
{
    struct gate_keep *k = arg;

    if (!keep_own(k, outcome, json)) { /* nothing to compare a look with: later */
        look_end(k);
        return;
    }
    store_lease_take(&k->svc->store, str_of(k->lease), LEASE_MS, on_turn, k);
}

static void on_own_first(void *arg, enum store_outcome outcome, struct str json)
{
    (void)!keep_own(arg, outcome, json);
    look_end(arg);
}

/* Every replica closes, and so every one has to know by which roads. */
static void learn_own(struct gate_keep *k, store_gate_live_fn *fn)
{
    k->busy = true;
    store_gate_own(&k->svc->store, k->site->config->name, fn, k);
}

static void on_timer(void *arg)
{
    struct gate_keep *k = arg;

    if (!k->busy && !k->svc->draining && !k->site->change_waits)
        learn_own(k, on_own);
}

/* --- life --- */

static void make_agent(struct gate_keep *k)
{
    struct err err = {0};

    k->agent_config = *k->site->config;
    k->agent_config.auth = k->agent_config.gate.agent_email.len ? JSM_AUTH_BASIC : JSM_AUTH_BEARER;
    k->agent_config.email = k->agent_config.gate.agent_email;
    k->agent_config.token = k->agent_config.gate.agent_token;
    struct site_options options = k->site->o;
    options.config = &k->agent_config;
    options.turns = NULL;
    options.rests = NULL; /* another account's */
    options.on_unreadable = NULL;
    k->agent = site_new(&options, &err);
    if (k->agent)
        site_edition_share(k->agent, k->site);
    else
        log_warn("gate", "the gate is not tried out as an agent",
                 LOG_S("site", k->site->config->name), LOG_C("why", err.what));
}

struct gate_keep *gate_keep_new(struct service *svc, size_t index)
{
    struct gate_keep *k = calloc(1, sizeof *k);
    const struct site_config *c = &svc->config->sites[index];
    int64_t every = c->gate.reprove_ms < LOOK_MAX_MS ? c->gate.reprove_ms : LOOK_MAX_MS;

    if (!k)
        abort();
    k->svc = svc;
    k->index = index;
    k->site = svc->sites[index];
    k->arena = arena_new(LIMIT_ARENA_VISIT);
    svc->gate_stats[index] = (struct gate_stats){.open = -1};
    snprintf(k->lease, sizeof k->lease, "gate:%.*s", STR_ARG(c->name));
    if (c->gate.agent_token.len)
        make_agent(k);
    k->timer = io_timer_new(svc->loop, on_timer, k);
    io_timer_start(k->timer, every,
                   every); /* not at once: what is urgent after a start comes first */
    learn_own(k, on_own_first);
    return k;
}

bool gate_keep_is_busy(const struct gate_keep *k)
{
    return k->busy;
}

void gate_keep_free(struct gate_keep *k)
{
    if (!k)
        return;
    io_timer_free(k->timer);
    site_close(k->agent);
    site_free(k->agent);
    arena_free(k->arena);
    free(k);
}

/* --- telling --- */

void gate_stats_render(const struct gate_stats *stats, const struct str *names, size_t count,
                       struct buf *out)
{
    static const char *const HEADS[] = {
        "# HELP countersign_gate_open_roads Ways to close without proof that the last look showed\n"
        "# TYPE countersign_gate_open_roads gauge\n",
        "# HELP countersign_gate_looks_total Looks at the gate\n"
        "# TYPE countersign_gate_looks_total counter\n",
        "# HELP countersign_gate_drifts_total Looks that showed another gate than the one before\n"
        "# TYPE countersign_gate_drifts_total counter\n",
        "# HELP countersign_gate_known Could all of the gate be read\n"
        "# TYPE countersign_gate_known gauge\n"};
    static const char *const NAMES[] = {"open_roads", "looks_total", "drifts_total", "known"};

    for (size_t m = 0; m < sizeof NAMES / sizeof NAMES[0]; m++) {
        buf_add_c(out, HEADS[m]);
        for (size_t i = 0; i < count; i++) {
            const struct gate_stats *s = &stats[i];
            int64_t values[] = {s->open, (int64_t)s->looks, (int64_t)s->drifts, s->known};
            if (s->looks || m == 1 || m == 2)
                buf_printf(out, "countersign_gate_%s{site=\"%.*s\"} %" PRId64 "\n", NAMES[m],
                           STR_ARG(names[i]), values[m]);
        }
    }
}

struct str gate_stats_line(const struct gate_stats *s, struct arena *a)
{
    if (!s->looks)
        return STR("not looked at by this replica yet");
    if (s->open)
        return arena_printf(a, "%" PRId64 " way%s to close without proof", s->open,
                            s->open == 1 ? "" : "s");
    return s->known ? STR("gated") : arena_printf(a, "not known: %s", s->said);
}
