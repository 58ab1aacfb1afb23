/* serve.c: wires the daemon. Start: secrets, database, readers, listeners, then ready. Stop:
 * nothing new claimed; running work ends, after DRAIN_MS by cutting it off from Jira and the
 * sources; and only when all of it has called back the rest closes and is freed, and the loop is
 * empty. */
#include "service/serve.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/io_file.h"
#include "io/io_memory.h"
#include "io/io_notify.h"
#include "service/api.h"
#include "service/convoy.h"
#include "service/event_send.h"
#include "service/form_watch.h"
#include "service/front.h"
#include "service/gate_keep.h"
#include "service/health.h"
#include "service/hook_keep.h"
#include "service/inbox.h"
#include "service/intake.h"
#include "service/mapping_keep.h"
#include "service/mapping_reload.h"
#include "service/policy_keep.h"
#include "service/policy_reload.h"
#include "service/poller.h"
#include "service/rests.h"
#include "service/schema_watch.h"
#include "service/source_gate.h"
#include "service/turns.h"
#include "service/worker.h"
#include "service/world_real.h"

enum {
    DRAIN_MS = 10000,
    LINGER_MS = 500, /* listeners: for replies that are on their way */
    CHECK_MS = 20,
    DROP_MS = 2000,
    RETRY_MS = 1000,
    INGEST_CONNECTIONS = 1, /* nears what the database can do (bench: ingest) */
    ANSWER_WITHIN_MS = 1500,
    SPARE_CALLS = 16, /* for tokens and cloud ids */
};

const struct world_ops WORLD_REAL = {
    .flow_save = world_flow_save,
    .dossier_load = world_dossier_load,
    .dossier_first = world_dossier_first,
    .facts_save = world_facts_save,
    .decision_save = world_decision_save,
    .ticket_read = world_ticket_read,
    .ticket_find = world_ticket_find,
    .step_prepare = world_step_prepare,
    .step_send = world_step_send,
    .sources_read = world_sources_read,
    .policy_ask = world_policy_ask,
    .random = world_random,
    .mono_ms = world_mono_ms,
};

struct daemon {
    struct service svc;
    struct poller *pollers[CONFIG_SITES_MAX];
    struct site_turns turns;
    struct site_rests rests;
    struct rests_watch *watch; /* what other replicas hear of our sites */
    struct hook_keep *hooks[CONFIG_SITES_MAX];
    struct form_watch *forms[CONFIG_SITES_MAX];
    struct gate_keep *gates[CONFIG_SITES_MAX];
    struct lock_keep *locks[CONFIG_SITES_MAX];
    struct mapping_keep *mappings;
    struct schema_watch *schema;
    struct evidence_keep *evidence;
    struct event_send *events;
    int64_t drop_by_ms;     /* until then it is told that we hold no mapping any more */
    struct io_timer *timer; /* start retries, then shutdown checks */
    struct secret *password;
    const char *port_file;
    size_t starting; /* answers awaited while starting */
    bool start_failed, policy_told;
    int64_t stop_by_ms;
    bool cut;
    size_t closing; /* what has not closed yet; one more stands for the work itself */
};

struct site *service_site(struct service *svc, struct str name)
{
    for (size_t i = 0; i < svc->config->site_count; i++)
        if (str_eq(svc->config->sites[i].name, name))
            return svc->sites[i];
    return NULL;
}

/* --- making the parts --- */

static struct pg *make_pool(struct daemon *d, const char *role, int connections)
{
    const struct config *c = d->svc.config;
    struct pg_options options = {
        .conninfo = c->database.p,
        .password = d->password ? secret_reveal(d->password).p : NULL,
        .role = role,
        .application = "countersign",
        .connections = connections,
        .connect_timeout_ms = 5000,
        .statement_timeout_ms = 10000,
        .deadline_ms = 12000,
        .pooled = c->database_pooled,
        .plan_once = true,
        .queue_max = 4096,
    };
    return pg_new(d->svc.loop, &options);
}

static void on_counted(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg;
    if (outcome != STORE_OK)
        log_warn("serve", "an unreadable ticket was not counted", LOG_C("why", message));
}

static void on_unreadable(void *arg, struct str site, struct str issue_id, const char *why)
{
    struct service *svc = arg;
    store_ticket_unreadable(&svc->store, site, issue_id, why, on_counted, NULL);
}

static bool make_sites(struct daemon *d, struct err *err)
{
    struct service *svc = &d->svc;
    bool plain = false;

    d->turns = service_turns(svc);
    d->rests = service_rests(svc);
    int calls = SPARE_CALLS; /* sites may share a host, the gateway: one must not take it all */
    for (size_t i = 0; i < svc->config->site_count; i++) {
        plain |= svc->config->sites[i].insecure_http;
        calls += 2 * svc->config->sites[i].concurrency; /* reads and writes */
    }
    struct http_options http = {
        .per_host_max = calls, .in_flight_max = calls, .allow_plain_http = plain};
    svc->http = http_new(svc->loop, &http);
    for (size_t i = 0; i < svc->config->site_count; i++) {
        struct site_options options = {.config = &svc->config->sites[i],
                                       .mapping = svc->config->sites[i].mapping,
                                       .times = &svc->config->policy.times,
                                       .loop = svc->loop,
                                       .http = svc->http,
                                       .turns = &d->turns,
                                       .rests = &d->rests,
                                       .on_unreadable = on_unreadable,
                                       .arg = svc};
        svc->sites[i] = site_new(&options, err);
        if (!svc->sites[i])
            return false;
    }
    return true;
}

static void on_woken(void *arg, enum store_outcome outcome, struct str n)
{
    struct service *svc = arg;

    if (outcome == STORE_OK && n.len && !str_eq_c(n, "0"))
        worker_kick(svc->worker);
}

/* What could not be read of it is read now. */
static void on_source_back(void *arg, struct str source)
{
    struct service *svc = arg;
    store_source_back(&svc->store, source, on_woken, svc);
}

static struct source_gate *make_gate(struct service *svc, size_t i)
{
    const struct source_config *s = &svc->config->sources[i];
    struct source_gate_options options = {.source = s->name,
                                          .loop = svc->loop,
                                          .reader = svc->readers[i],
                                          .clock = &svc->db_clock,
                                          .canary_account = s->canary_account,
                                          .canary_entitlement = s->canary_entitlement,
                                          .limits = s->limits,
                                          .rng = &svc->rng,
                                          .on_back = on_source_back,
                                          .arg = svc};
    options.limits.rest_max_ms = svc->config->policy.recheck_ms;
    return source_gate_new(&options);
}

static bool make_readers(struct daemon *d, struct err *err)
{
    struct service *svc = &d->svc;

    for (size_t i = 0; i < svc->config->source_count; i++) {
        const struct source_config *s = &svc->config->sources[i];
        if (s->secret.len && !file_secret(s->secret, &svc->secrets[i], err))
            return err_while(err, "reading the secret of source '%.*s'", STR_ARG(s->name));
        struct reader_config config = {.source = s->name,
                                       .settings = s->settings,
                                       .setting_count = s->setting_count,
                                       .secret = svc->secrets[i],
                                       .canary_account = s->canary_account,
                                       .canary_entitlement = s->canary_entitlement,
                                       .timeout_ms = s->timeout_ms,
                                       .loop = svc->loop,
                                       .clock = &svc->db_clock};
        svc->readers[i] = s->reader->open(&config, err);
        if (!svc->readers[i])
            return false;
        svc->gates[i] = make_gate(svc, i);
    }
    return true;
}

static void on_deliveries(void *arg)
{
    struct service *svc = arg;
    inbox_kick(svc->inbox);
}

static bool make_listeners(struct daemon *d, struct err *err)
{
    struct service *svc = &d->svc;
    const struct config *c = svc->config;
    struct serve_options front = {.address = c->listen_address.p,
                                  .port = c->listen_port,
                                  .tls_cert_file = c->tls_cert.len ? c->tls_cert.p : NULL,
                                  .tls_key_file = c->tls_key.len ? c->tls_key.p : NULL,
                                  .connections_max = LIMIT_HTTP_CONNECTIONS,
                                  .header_bytes_max = LIMIT_HTTP_HEADER_BYTES,
                                  .body_bytes_max = LIMIT_HTTP_BODY_BYTES,
                                  .header_ms = 10000,
                                  .body_ms = 30000,
                                  .idle_ms = 60000,
                                  .reply_ms = 20000};
    struct serve_options ops = front;

    ops.address = c->ops_address.p;
    ops.port = c->ops_port;
    ops.tls_cert_file = ops.tls_key_file = NULL;
    ops.connections_max = 64;
    svc->front = serve_new(svc->loop, &front, front_serve, svc, err);
    if (!svc->front)
        return false;
    svc->ops = serve_new(svc->loop, &ops, health_serve, svc, err);
    return svc->ops != NULL;
}

static const struct jsm_hook_keys *keys_of(void *arg)
{
    return site_auth_hook_keys(arg);
}

static bool renew_keys(void *arg)
{
    return site_auth_hook_renew(arg);
}

static void add_hook_site(struct service *svc, size_t i)
{
    const struct site_config *c = &svc->config->sites[i];
    struct intake_site site = {.name = c->name,
                               .header = arena_cstr(svc->sites[i]->arena, c->hook.header),
                               .stats = &svc->hook_stats[i],
                               .keys = keys_of,
                               .renew = renew_keys,
                               .arg = svc->sites[i]->auth};
    intake_add_site(svc->intake, &site);
}

/* --- another mapping --- */

static bool is_quiet(void *arg, size_t site)
{
    struct daemon *d = arg;

    return !worker_is_at(d->svc.worker, site) &&
           !(d->pollers[site] && poller_is_busy(d->pollers[site])) &&
           !(d->forms[site] && form_watch_is_busy(d->forms[site]));
}

static bool is_looked_at(void *arg, size_t site)
{
    const struct daemon *d = arg;

    return (d->gates[site] && gate_keep_is_busy(d->gates[site])) ||
           (d->locks[site] && lock_keep_is_busy(d->locks[site]));
}

static void on_changed(void *arg, size_t site)
{
    struct daemon *d = arg;

    if (d->forms[site])
        form_watch_again(d->forms[site]);
    mapping_keep_ask(d->mappings);
    worker_kick(d->svc.worker);
}

static void make_reload(struct daemon *d)
{
    struct mapping_reload_options options = {.svc = &d->svc,
                                             .is_quiet = is_quiet,
                                             .is_looked_at = is_looked_at,
                                             .changed = on_changed,
                                             .arg = d};
    d->svc.reload = mapping_reload_new(&options);
}

static bool make_parts(struct daemon *d, struct err *err)
{
    struct service *svc = &d->svc;
    const struct config *c = svc->config;

    if (c->database_password.len && !file_secret(c->database_password, &d->password, err))
        return err_while(err, "reading the database password");
    svc->pg = make_pool(d, "countersign_service", c->database_connections);
    svc->ingest_pg = make_pool(d, "countersign_ingest", INGEST_CONNECTIONS);
    svc->store = (struct store){
        .pg = svc->pg, .owner = str_of(svc->owner), .look_ms = svc->config->policy.look_ms};
    store_gather(&svc->store, svc->loop);
    struct intake_options intake = {.pg = svc->ingest_pg,
                                    .answer_within_ms = ANSWER_WITHIN_MS,
                                    .metrics = &svc->metrics,
                                    .clock = &svc->db_clock,
                                    .on_stored = on_deliveries,
                                    .arg = svc};
    svc->intake = intake_new(svc->loop, &intake);
    svc->inbox = inbox_new(svc);
    svc->worker = worker_new(svc);
    svc->api = api_new(svc, err);
    if (!svc->api || !make_sites(d, err) || !make_readers(d, err) || !policy_keep_open(svc, err))
        return false;
    make_reload(d);
    for (size_t i = 0; i < c->site_count; i++)
        add_hook_site(svc, i);
    return evidence_keep_new(svc, &d->evidence, err) && make_listeners(d, err);
}

/* --- ready --- */

static void write_ports(const struct daemon *d)
{
    FILE *f = d->port_file ? fopen(d->port_file, "we") : NULL;
    if (!f)
        return;
    fprintf(f, "{\"port\":%d,\"ops_port\":%d}\n", serve_port(d->svc.front), serve_port(d->svc.ops));
    fclose(f);
}

static void on_known(void *arg, bool known)
{
    struct service *svc = arg;
    if (!known)
        log_warn("serve", "a Jira does not know us yet; polling tries again");
    worker_kick(svc->worker);
}

static void begin(void *arg)
{
    struct daemon *d = arg;
    struct service *svc = &d->svc;

    svc->ready = true;
    d->watch = rests_watch_new(svc);
    d->events = event_send_new(svc);
    for (size_t i = 0; i < svc->config->site_count; i++) {
        site_learn(svc->sites[i], on_known, svc);
        d->pollers[i] = poller_new(svc, svc->sites[i]);
        d->hooks[i] = hook_keep_new(svc, i);
        d->forms[i] = form_watch_new(svc, svc->sites[i]);
        d->gates[i] = gate_keep_new(svc, i);
        d->locks[i] = lock_keep_new(svc, i);
    }
    inbox_kick(svc->inbox);
    worker_kick(svc->worker);
    write_ports(d);
    mapping_reload_begin(svc->reload);
    io_memory_give_back(); /* what reading the configuration and connecting took */
    log_info("serve", "ready", LOG_I("port", serve_port(svc->front)),
             LOG_I("ops_port", serve_port(svc->ops)), LOG_C("owner", svc->owner));
}

static void on_registered(void *arg, enum store_outcome outcome, const char *message)
{
    struct daemon *d = arg;

    if (outcome != STORE_OK) {
        if (!d->start_failed)
            log_warn("serve", "waiting for the database", LOG_C("why", message));
        d->start_failed = true;
    }
    if (--d->starting || d->svc.draining)
        return;
    if (d->start_failed) {
        io_timer_start(d->timer, RETRY_MS, 0);
    } else if (!d->policy_told) { /* of sites and sources that are there */
        d->policy_told = true;
        d->starting = 1;
        policy_keep_put(&d->svc, "start", on_registered, d);
    } else
        d->mappings = mapping_keep_new(&d->svc, begin, d);
}

/* Service levels, before the first request has one. */
static void register_sla(struct daemon *d)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct str said = STR("");

    if (!arena || !config_sla_text(d->svc.config, arena, &said))
        log_error("serve", "the calendars are too long", LOG_C("remedy", "name fewer"));
    store_sla_put(&d->svc.store, said, on_registered, d);
}

/* Tell the database what the configuration says. Not ready before it is told; tried again until it
 * is. */
static void register_all(void *arg)
{
    struct daemon *d = arg;
    struct service *svc = &d->svc;
    const struct config *c = svc->config;

    d->start_failed = d->policy_told = false;
    d->starting = 2 * c->site_count + c->source_count + 3;
    event_subscribers_put(svc, on_registered, d);
    rests_read(svc, on_registered, d); /* before the first call to any site */
    for (size_t i = 0; i < c->site_count; i++) {
        const struct site_config *s = &c->sites[i];
        store_site_put(&svc->store, s->name, s->flavour, s->url, on_registered, d);
        if (s->mapping_faults) /* its file says nothing, and the database knows the mapping */
            d->starting--;
        else
            store_mapping_put(&svc->store, str_of(s->mapping->sha256), s->mapping->text, s->name,
                              on_registered, d);
    }
    register_sla(d);
    for (size_t i = 0; i < c->source_count; i++)
        store_source_put(&svc->store, c->sources[i].name, c->sources[i].label, c->sources[i].kind,
                         &c->sources[i].rule, on_registered, d);
}

/* --- stopping --- */

static void on_closed(void *arg)
{
    struct daemon *d = arg;

    if (--d->closing)
        return;
    io_timer_free(d->timer);
    io_loop_stop(d->svc.loop);
}

/* No more calls outward: what runs ends now, what would begin is answered in its place, and what
 * runs can still save how far it came. */
static void cut_off(struct daemon *d)
{
    struct service *svc = &d->svc;

    d->cut = true;
    for (size_t i = 0; i < svc->config->source_count; i++) {
        struct reader *reader = svc->readers[i];
        svc->readers[i] = NULL;
        if (!reader)
            continue;
        d->closing++;
        source_gate_close(svc->gates[i]);
        reader->kind->close(reader, on_closed, d);
    }
    for (size_t i = 0; i < svc->config->site_count; i++) {
        site_close(svc->sites[i]);
        convoy_stop(svc->sites[i]);
    }
    if (d->events) {
        d->closing++;
        event_send_close(d->events, on_closed, d);
    }
    if (svc->desk) {
        d->closing++;
        policy_desk_close(svc->desk, on_closed, d);
        svc->desk = NULL;
    }
    if (svc->http) {
        d->closing++;
        http_close(svc->http, on_closed, d);
    }
}

/* Nothing runs any more. Any part may be missing: the start may have ended in the middle. */
static void close_parts(struct daemon *d)
{
    struct service *svc = &d->svc;
    struct serve *listeners[] = {svc->front, svc->ops};
    struct pg *pools[] = {svc->pg, svc->ingest_pg};

    schema_watch_stop(d->schema);
    mapping_keep_stop(d->mappings);
    mapping_reload_stop(svc->reload);
    policy_reload_stop(svc->policy_reload);
    rests_watch_free(d->watch);
    for (size_t i = 0; i < svc->config->site_count; i++) {
        poller_free(d->pollers[i]);
        hook_keep_free(d->hooks[i]);
        form_watch_free(d->forms[i]);
        gate_keep_free(d->gates[i]);
        lock_keep_free(d->locks[i]);
    }
    if (d->evidence) {
        d->closing++;
        evidence_keep_close(d->evidence, on_closed, d);
        d->evidence = NULL;
    }
    if (svc->intake)
        intake_stop(svc->intake);
    if (svc->inbox)
        inbox_stop(svc->inbox);
    worker_free(svc->worker);
    svc->worker = NULL;
    store_gather_end(&svc->store);
    if (!d->cut)
        cut_off(d);
    for (size_t i = 0; i < 2; i++) {
        if (listeners[i]) {
            d->closing++;
            serve_close(listeners[i], LINGER_MS, on_closed, d);
        }
        if (pools[i]) {
            d->closing++;
            pg_close(pools[i], on_closed, d);
        }
    }
    io_loop_defer(svc->loop, on_closed, d);
}

static bool is_busy(const struct daemon *d)
{
    bool busy = worker_is_busy(d->svc.worker) || inbox_is_busy(d->svc.inbox) ||
                evidence_keep_is_busy(d->evidence);
    for (size_t i = 0; i < d->svc.config->site_count; i++)
        busy |= (d->pollers[i] && poller_is_busy(d->pollers[i])) ||
                (d->hooks[i] && hook_keep_is_busy(d->hooks[i])) ||
                (d->forms[i] && form_watch_is_busy(d->forms[i])) ||
                (d->gates[i] && gate_keep_is_busy(d->gates[i])) ||
                (d->locks[i] && lock_keep_is_busy(d->locks[i]));
    busy |= policy_reload_is_busy(d->svc.policy_reload);
    return busy || mapping_reload_is_busy(d->svc.reload) || event_send_is_busy(d->events);
}

/* The last thing, when nothing is decided by a mapping any more; but nobody waits for a database
 * that is away. */
static bool is_dropping(struct daemon *d)
{
    int64_t now_ms = io_loop_now_ms(d->svc.loop);

    if (d->mappings && !d->drop_by_ms) {
        d->drop_by_ms = now_ms + DROP_MS;
        mapping_keep_end(d->mappings);
    }
    return d->mappings && mapping_keep_is_busy(d->mappings) && now_ms < d->drop_by_ms;
}

static void stop_when_quiet(void *arg)
{
    struct daemon *d = arg;

    if (!is_busy(d)) {
        if (is_dropping(d))
            io_timer_start(d->timer, CHECK_MS, 0);
        else
            close_parts(d);
        return;
    }
    if (!d->cut && io_loop_now_ms(d->svc.loop) >= d->stop_by_ms) {
        log_warn("serve", "work still runs: cutting it off");
        cut_off(d);
    }
    io_timer_start(d->timer, CHECK_MS, 0); /* ends: nothing is claimed, each call has its time */
}

/* The policy first: what is said to the service manager names both. */
static void reload_files(struct service *svc)
{
    policy_reload_file(svc->policy_reload);
    mapping_reload_files(svc->reload);
}

static void drain(void *arg)
{
    struct daemon *d = arg;

    if (d->svc.draining)
        return;
    (void)!notify_manager(d->svc.manager, STR("STOPPING=1"));
    d->svc.draining = true;
    d->stop_by_ms = io_loop_now_ms(d->svc.loop) + DRAIN_MS;
    io_timer_free(d->timer);
    d->timer = io_timer_new(d->svc.loop, stop_when_quiet, d);
    io_timer_start(d->timer, CHECK_MS, 0);
}

static void on_signal(void *arg, int signum)
{
    struct daemon *d = arg;

    if (signum == SIGHUP) {
        if (d->svc.ready && !d->svc.draining)
            reload_files(&d->svc);
        return;
    }
    if (d->svc.draining) {
        log_warn("serve", "second signal: ending at once", LOG_I("signal", signum));
        _exit(1); /* the rows tell where to go on */
    }
    log_info("serve", "stopping", LOG_I("signal", signum));
    drain(d);
}

static void free_all(struct daemon *d)
{
    struct service *svc = &d->svc;

    mapping_keep_free(d->mappings);
    event_send_free(d->events);
    mapping_reload_free(svc->reload);
    policy_reload_free(svc->policy_reload);
    intake_free(svc->intake);
    inbox_free(svc->inbox);
    api_free(svc->api);
    for (size_t i = 0; i < svc->config->site_count; i++)
        site_free(svc->sites[i]);
    for (size_t i = 0; i < svc->config->source_count; i++)
        secret_free(svc->secrets[i]);
    for (size_t i = 0; i < svc->config->source_count; i++)
        source_gate_free(svc->gates[i]);
    secret_free(d->password);
    io_loop_free(svc->loop);
    free(d);
}

bool service_run(const struct config *config, const char *port_file, const char *manager,
                 struct err *err)
{
    struct daemon *d = calloc(1, sizeof *d);
    struct service *svc = &d->svc;
    char uuid[37];

    if (!d)
        abort();
    d->port_file = port_file;
    svc->manager = manager;
    d->closing = 1;
    svc->world.ops = &WORLD_REAL;
    svc->config = config;
    svc->loop = io_loop_new();
    service_clock(svc);
    rng_seed_system(&svc->rng);
    rng_uuid(&svc->rng, uuid);
    /* boot-unique: a host name would outlive a crash */
    snprintf(svc->owner, sizeof svc->owner, "countersign-%s", uuid);
    log_set_level(config->log_level);
    d->timer = io_timer_new(svc->loop, register_all, d);
    bool made = make_parts(d, err);
    if (made) {
        io_loop_on_signal(svc->loop, on_signal, d);
        d->schema = schema_watch_new(svc, register_all, drain, d);
    } else {
        close_parts(d);
    }
    bool clean = io_loop_run(svc->loop);
    made &= schema_watch_end(d->schema, err);
    free_all(d);
    return made && (clean || FAIL(err, ERR_BUG, "the loop was not empty at the end"));
}
