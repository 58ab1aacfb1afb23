#include "service/health.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_write.h"
#include "service/console.h"
#include "service/policy_keep.h"
#include "service/policy_reload.h"
#include "service/problem.h"
#include "service/source_gate.h"
#include "site/site.h"

/* Metrics: sites times their rows, with names as long as they may be, several times over. */
enum { TEXT_BYTES = 64 * 1024, METRICS_BYTES = 1024 * 1024 };

/* Shorter waits are everyday manners. */
enum { TOLD_LONG_MS = 60 * 1000 };

struct question {
    struct service *svc;
    struct serve_request *request;
};

static struct question *question_new(struct service *svc, struct serve_request *request)
{
    struct question *q = calloc(1, sizeof *q);
    if (!q)
        abort();
    *q = (struct question){svc, request};
    return q;
}

/* Held is told by the database: so it is right from the start, and at every replica. */
static bool is_held(const struct json *health, const struct site *site)
{
    const struct site_polling *polling = &site->polling;

    JSON_EACH(name, json_member(health, "sites_held"))
    if (str_eq(json_str(name), site->config->name))
        return true;
    return polling->walk_shows_less || polling->sweep_shows_less;
}

/* --- /readyz: what is said about each site, one part after the other --- */

struct part {
    struct service *svc;
    const struct json *health; /* of the database; NULL: not known */
    struct arena *arena;
};

/* One line; *ret_worse: less than all is as it should be. */
typedef struct str line_fn(const struct part *p, size_t site, bool *ret_worse);

static struct str site_line(const struct part *p, size_t i, bool *ret_worse)
{
    const struct site *site = p->svc->sites[i];

    *ret_worse = true;
    if (site_auth_rest_ms(site->auth))
        return STR("not signed in: Jira does not accept our credential");
    if (site_told_ms(site) > TOLD_LONG_MS) {
        char until[CLOCK_TEXT_SIZE];
        clock_rfc3339(clock_wall_ms(&CLOCK_SYSTEM) + site_told_ms(site), until);
        return arena_printf(p->arena, "Jira told us to send nothing before %s", until);
    }
    if (!site->view.our_account.len || site_auth_refusals(site->auth))
        return STR("not reachable or not signed in");
    if (site->stands_aside)
        return STR("stands aside: other replicas hold a newer mapping");
    if (is_held(p->health, site))
        return STR("shows less than half of what it did");
    if (site->reload_failed)
        return STR("a new mapping was refused: the one before goes on");
    *ret_worse = false;
    return STR("ok");
}

static struct str form_line(const struct part *p, size_t i, bool *ret_worse)
{
    const struct site *site = p->svc->sites[i];

    *ret_worse = site->unfit > 0;
    if (site->unfit)
        return str_of(site->unfit_why);
    return site->forms_seen ? STR("ok") : STR("not looked at yet");
}

static struct str gate_line(const struct part *p, size_t i, bool *ret_worse)
{
    *ret_worse = false; /* `gate prove` and its alarm tell that */
    return gate_stats_line(&p->svc->gate_stats[i], p->arena);
}

static struct str desk_line(const struct part *p, size_t i, bool *ret_worse)
{
    *ret_worse = p->svc->lock_stats[i].breaking > 0;
    return lock_stats_line(&p->svc->lock_stats[i], p->arena);
}

static struct str mapping_line(const struct part *p, size_t i, bool *ret_worse)
{
    *ret_worse = false;
    return str_of(p->svc->sites[i]->o.mapping->sha256);
}

static bool put_parts(struct json_out *out, const struct part *p)
{
    static const struct {
        const char *name;
        line_fn *line;
    } PARTS[] = {{"sites", site_line},
                 {"forms", form_line},
                 {"gates", gate_line},
                 {"desks", desk_line},
                 {"mapping", mapping_line}};
    bool degraded = false;

    for (size_t n = 0; n < sizeof PARTS / sizeof PARTS[0]; n++) {
        json_put_name(out, PARTS[n].name);
        json_open_object(out);
        for (size_t i = 0; i < p->svc->config->site_count; i++) {
            bool worse;
            struct str line = PARTS[n].line(p, i, &worse);
            json_str_member(out, arena_cstr(p->arena, p->svc->config->sites[i].name), line);
            degraded |= worse;
        }
        json_close_object(out);
    }
    bool worse;
    struct str policy =
        policy_keep_line(p->svc, json_member(p->health, "policies"), p->arena, &worse);
    if (policy.len)
        json_str_member(out, "policy", policy);
    return degraded || worse;
}

static void on_ready(void *arg, enum store_outcome outcome, struct str json)
{
    struct question *q = arg;
    struct service *svc = q->svc;
    struct part part = {.svc = svc, .arena = serve_arena(q->request)};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    bool ready = outcome == STORE_OK && svc->ready && !svc->draining;
    struct err err;

    if (outcome == STORE_OK && !json_parse(part.arena, json, &part.health, &err))
        part.health = NULL;
    buf_init(&b, TEXT_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    bool degraded = put_parts(&out, &part) || svc->evidence_stats.failed ||
                    anchor_stats_line(&svc->anchor_stats, part.arena).len;
    json_str_member(&out, "evidence",
                    evidence_stats_line(&svc->evidence_stats, &svc->anchor_stats,
                                        svc->config->evidence.directory.len, part.arena));
    json_put_name(&out, "database");
    if (outcome == STORE_OK)
        json_put_raw(&out, json);
    else
        json_put_str(&out, STR("unavailable"));
    json_str_member(&out, "status",
                    ready ? (degraded ? STR("degraded") : STR("ready")) : STR("not ready"));
    json_close_object(&out);
    serve_reply(q->request, ready ? 200 : 503, "application/json", NULL, 0, buf_str(&b));
    free(q);
}

static void gauge(struct buf *b, const struct json *health, const char *member, const char *name,
                  const char *help)
{
    int64_t v;
    if (json_i64(json_member(health, member), &v))
        buf_printf(b,
                   "# HELP countersign_%s %s\n# TYPE countersign_%s gauge\ncountersign_%s %lld\n",
                   name, help, name, name, (long long)v);
}

static void render_sites(const struct service *svc, struct buf *b)
{
    static const struct {
        const char *name, *help;
        size_t offset;
    } ROWS[] = {
        {"jira_requests_total", "Calls to Jira", offsetof(struct site_counters, calls)},
        {"jira_limited_total", "Calls Jira turned away for now",
         offsetof(struct site_counters, limited)},
        {"jira_lost_total", "Calls whose outcome was unknown",
         offsetof(struct site_counters, lost)},
        {"jira_denied_total", "Calls refused for want of a valid credential",
         offsetof(struct site_counters, denied)},
        {"jira_unreadable_total", "Answers about tickets that nobody can make sense of",
         offsetof(struct site_counters, unreadable)},
        {"jira_hidden_total", "Tickets answered 404 while we could not prove that we may see them",
         offsetof(struct site_counters, hidden)},
        {"jira_foreign_bindings_total", "Reads of tickets whose binding names another site",
         offsetof(struct site_counters, foreign)},
        {"jira_crowded_total", "Calls not sent because their turn came too late",
         offsetof(struct site_counters, crowded)},
        {"jira_bulk_calls_total", "Calls that open many tickets again at once",
         offsetof(struct site_counters, bulk_calls)},
        {"jira_bulk_done_total", "Tickets that such a call opened",
         offsetof(struct site_counters, bulk_done)},
        {"jira_bulk_refused_total", "Tickets that such a call left as they were: one by one then",
         offsetof(struct site_counters, bulk_refused)},
        {"jira_bulk_doubt_total",
         "Tickets of which it was not told what such a call did: looked at",
         offsetof(struct site_counters, bulk_doubt)},
        {"polled_changes_total", "Changes that polling showed for the first time",
         offsetof(struct site_counters, polled)},
        {"polled_news_total", "Changes that polling showed and that were not known yet",
         offsetof(struct site_counters, poll_hints)},
        {"polled_unannounced_total", "Changes that polling found and no delivery had told of",
         offsetof(struct site_counters, unannounced)},
        {"poll_walks_total", "Complete walks of its changes",
         offsetof(struct site_counters, walks)},
        {"poll_restarts_total", "Page tokens that ran out during a walk",
         offsetof(struct site_counters, poll_restarts)},
        {"sweeps_total", "Looks at all open tickets by id", offsetof(struct site_counters, sweeps)},
        {"sweep_found_total", "Changes that only the sweep found",
         offsetof(struct site_counters, sweep_found)},
    };

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        buf_printf(b, "# HELP countersign_%s %s\n# TYPE countersign_%s counter\n", ROWS[i].name,
                   ROWS[i].help, ROWS[i].name);
        for (size_t s = 0; s < svc->config->site_count; s++) {
            const char *counters = (const char *)&svc->sites[s]->counters;
            uint64_t value;
            memcpy(&value, counters + ROWS[i].offset, sizeof value);
            buf_printf(b, "countersign_%s{site=\"%.*s\"} %llu\n", ROWS[i].name,
                       STR_ARG(svc->config->sites[s].name), (unsigned long long)value);
        }
    }
}

static void render_hooks(const struct service *svc, struct buf *b)
{
    struct str names[CONFIG_SITES_MAX];

    for (size_t i = 0; i < svc->config->site_count; i++)
        names[i] = svc->config->sites[i].name;
    hook_stats_render(svc->hook_stats, names, svc->config->site_count, b);
}

static void render_gates(const struct service *svc, struct buf *b)
{
    struct str names[CONFIG_SITES_MAX];

    for (size_t i = 0; i < svc->config->site_count; i++)
        names[i] = svc->config->sites[i].name;
    gate_stats_render(svc->gate_stats, names, svc->config->site_count, b);
    lock_stats_render(svc->lock_stats, names, svc->config->site_count, b);
    if (svc->config->evidence.directory.len)
        evidence_stats_render(&svc->evidence_stats, b);
    anchor_stats_render(&svc->anchor_stats, b);
}

static double lag_of(const struct json *health, const struct site *site)
{
    (void)health;
    return (double)site->polling.lag_ms / 1000;
}

static double overlap_of(const struct json *health, const struct site *site)
{
    (void)health;
    return (double)site->polling.overlap_ms / 1000;
}

static double wait_of(const struct json *health, const struct site *site)
{
    (void)health;
    return (double)site->polling.wait_ms / 1000;
}

static double held_of(const struct json *health, const struct site *site)
{
    return is_held(health, site);
}

static double unfit_of(const struct json *health, const struct site *site)
{
    (void)health;
    return (double)site->unfit;
}

static double refused_of(const struct json *health, const struct site *site)
{
    (void)health;
    return site_auth_rest_ms(site->auth) > 0;
}

static double told_of(const struct json *health, const struct site *site)
{
    (void)health;
    return (double)site_told_ms(site) / 1000;
}

static double aside_of(const struct json *health, const struct site *site)
{
    (void)health;
    return site->stands_aside;
}

static double reloaded_of(const struct json *health, const struct site *site)
{
    (void)health;
    return !site->reload_failed;
}

static void render_mappings(const struct service *svc, struct buf *b)
{
    buf_add_c(b, "# HELP countersign_mapping_info The mapping of a site\n"
                 "# TYPE countersign_mapping_info gauge\n");
    for (size_t s = 0; s < svc->config->site_count; s++)
        buf_printf(b, "countersign_mapping_info{site=\"%.*s\",sha256=\"%.12s\"} 1\n",
                   STR_ARG(svc->config->sites[s].name), svc->sites[s]->o.mapping->sha256);
}

static void render_standing(const struct service *svc, const struct json *health, struct buf *b)
{
    static const struct {
        const char *name, *help;
        double (*value)(const struct json *health, const struct site *site);
    } ROWS[] = {
        {"poll_index_lag_seconds", "99.9 % of changes were searchable after so long at the latest",
         lag_of},
        {"poll_overlap_seconds", "How far back polling reads again", overlap_of},
        {"poll_wait_seconds", "From one walk to the next", wait_of},
        {"poll_held", "The site shows less than half of what it did: the cursor is held", held_of},
        {"mapping_unfit_rules", "Rules whose tickets cannot be made: they do not fit their forms",
         unfit_of},
        {"mapping_last_reload_successful",
         "0: what was to be the mapping last has faults, or one that requests keep was edited in "
         "the database: the one before goes on",
         reloaded_of},
        {"jira_refuses_us", "Jira does not accept our credential: the site is left alone for now",
         refused_of},
        {"jira_told_wait_seconds", "So long Jira wants no call at all to the site", told_of},
        {"mapping_older", "Other replicas hold a newer mapping: we stand aside", aside_of},
    };

    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        buf_printf(b, "# HELP countersign_%s %s\n# TYPE countersign_%s gauge\n", ROWS[i].name,
                   ROWS[i].help, ROWS[i].name);
        for (size_t s = 0; s < svc->config->site_count; s++)
            buf_printf(b, "countersign_%s{site=\"%.*s\"} %.3f\n", ROWS[i].name,
                       STR_ARG(svc->config->sites[s].name), ROWS[i].value(health, svc->sites[s]));
    }
}

static void render_refusals(const struct service *svc, struct buf *b)
{
    buf_add_c(b,
              "# HELP countersign_close_refusals_total Closes that the gate said no to; in observe "
              "and warn it would have\n# TYPE countersign_close_refusals_total counter\n");
    for (size_t s = 0; s < svc->config->site_count; s++)
        for (int m = 0; m <= GATE_ENFORCE; m++)
            buf_printf(b, "countersign_close_refusals_total{site=\"%.*s\",mode=\"%s\"} %llu\n",
                       STR_ARG(svc->config->sites[s].name), gate_mode_name((enum gate_mode)m),
                       (unsigned long long)svc->sites[s]->counters.refused[m]);
}

/* What people owe, and whom nobody answers. */
static void owed_gauges(struct buf *b, const struct json *health)
{
    gauge(b, health, "privileged_removals_late", "privileged_removals_late",
          "Privileged removals that run over their goal");
    gauge(b, health, "removal_to_grant_percent", "removal_to_grant_percent",
          "p90 of removals in percent of that of grants, last two weeks; 0: nothing to compare");
    gauge(b, health, "exceptions_ending", "exceptions_ending",
          "Live exceptions that end within a day");
    gauge(b, health, "emergencies_owing", "emergencies_owing",
          "Emergencies whose approval or review is owed");
    gauge(b, health, "emergencies_overdue", "emergencies_overdue",
          "Emergencies whose approval or review is late");
    gauge(b, health, "approvals_waiting", "approvals_waiting",
          "Requests that wait for an approval");
    gauge(b, health, "approval_oldest_seconds", "approval_oldest_seconds",
          "How long the longest of them waits");
}

static void on_metrics(void *arg, enum store_outcome outcome, struct str json)
{
    struct question *q = arg;
    AUTO(drop_buf) struct buf b;
    const struct json *health = NULL;
    struct err err;

    buf_init(&b, METRICS_BYTES);
    q->svc->metrics.loop_lag_ms = io_loop_lag_ms(q->svc->loop);
    metrics_render(&q->svc->metrics, &b);
    render_sites(q->svc, &b);
    render_hooks(q->svc, &b);
    if (outcome == STORE_OK && !json_parse(serve_arena(q->request), json, &health, &err))
        health = NULL;
    render_standing(q->svc, health, &b);
    render_refusals(q->svc, &b);
    render_mappings(q->svc, &b);
    render_gates(q->svc, &b);
    source_gates_render(q->svc->gates, q->svc->config->source_count, &b);
    policy_desk_render(q->svc->desk, &b);
    policy_reload_render(q->svc->policy_reload, json_member(health, "policies"), &b);
    buf_printf(&b,
               "# HELP countersign_database_up Can the database be asked\n# TYPE "
               "countersign_database_up gauge\ncountersign_database_up %d\n",
               outcome == STORE_OK);
    if (health) {
        gauge(&b, health, "inbox_new", "inbox_waiting", "Deliveries not handled yet");
        gauge(&b, health, "inbox_quarantined", "inbox_quarantined",
              "Deliveries that cannot be read");
        gauge(&b, health, "flows_open", "outbox_depth", "Outbound work in progress");
        gauge(&b, health, "flows_parked", "outbox_parked", "Outbound work that waits for a change");
        gauge(&b, health, "flow_oldest_seconds", "outbox_oldest_seconds",
              "Age of the oldest outbound work");
        gauge(&b, health, "requests_open", "requests_open", "Governed requests in progress");
        gauge(&b, health, "tickets_unreadable", "tickets_unreadable",
              "Tickets that nobody can read, five times in a row");
        gauge(&b, health, "drifts_live", "drifts_live",
              "What was closed on proof and is not so any more, and not mended; and access left");
        gauge(&b, health, "drifts_held", "drifts_held",
              "The same, and it came back too often for another ticket");
        gauge(&b, health, "access_left", "access_left",
              "Requests that came to nothing, and whose access is there and nobody's");
        gauge(&b, health, "requests_held", "requests_held", "Tickets that do not map");
        gauge(&b, health, "removal_oldest_seconds", "oldest_unverified_removal_seconds",
              "Age of the oldest unproven removal");
        gauge(&b, health, "closed_without_proof", "closes_without_proof",
              "Closes found without proof, ever");
        gauge(&b, health, "over_grants", "over_grants",
              "What accounts got beside what was asked for, and still hold");
        gauge(&b, health, "exceptions_live", "exceptions_live", "Live exceptions");
        owed_gauges(&b, health);
        gauge(&b, health, "events_waiting", "events_waiting", "Events not delivered yet");
        gauge(&b, health, "events_dead", "events_dead",
              "Events given up: countersign event list --dead");
        gauge(&b, health, "event_oldest_seconds", "event_oldest_seconds",
              "Age of the oldest event that is not delivered yet");
        gauge(&b, health, "evidence_seq", "evidence_entries", "Entries in the evidence chain");
    }
    if (b.over)
        problem_reply(q->request, 500, "Too long", "the metrics do not fit into their bound");
    else
        serve_reply(q->request, 200, "text/plain; version=0.0.4", NULL, 0, buf_str(&b));
    free(q);
}

void health_serve(void *arg, struct serve_request *request)
{
    struct service *svc = arg;
    struct str path = serve_path(request);

    if (str_eq_c(path, "/healthz"))
        serve_reply(request, 200, "application/json", NULL, 0, STR("{\"status\":\"alive\"}"));
    else if (str_eq_c(path, "/readyz"))
        store_health(&svc->store, on_ready, question_new(svc, request));
    else if (str_eq_c(path, "/metrics"))
        store_health(&svc->store, on_metrics, question_new(svc, request));
    else if (!console_serve(svc, request))
        problem_reply(request, 404, "Not found",
                      "here are /healthz, /readyz, /metrics and the console: /board");
}
