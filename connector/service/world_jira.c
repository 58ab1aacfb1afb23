/* world_jira.c: the seam's reads of Jira. */
#include <stdlib.h>

#include "service/mapping_reload.h"
#include "service/step_priv.h"
#include "service/world_real.h"
#include "site/site.h"

struct ticket_reading {
    struct site *site;
    struct arena *arena;
    struct str issue_id;
    bool talk;
    world_ticket_fn *fn;
    void *arg;
};

static void on_ticket(void *arg, enum read_outcome outcome, int64_t told_ms,
                      const struct site_ticket *t)
{
    struct ticket_reading *r = arg;
    r->fn(r->arg, outcome, told_ms, t ? &t->ticket : NULL);
    free(r);
}

static void no_site(void *arg)
{
    struct ticket_reading *r = arg;
    r->fn(r->arg, READ_FAILED, 0, NULL);
    free(r);
}

static void on_kept(void *arg, bool found, struct site_edition *by)
{
    struct ticket_reading *r = arg;

    if (found)
        site_ticket_read(r->site, r->arena, by, r->issue_id, r->talk, on_ticket, r);
    else
        no_site(r);
}

void world_ticket_read(struct world *w, struct arena *arena, const struct dossier *d,
                       struct str site, struct str issue_id, bool talk, world_ticket_fn *fn,
                       void *arg)
{
    struct service *svc = world_service(w);
    struct site *s = service_site(svc, site);
    struct ticket_reading *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct ticket_reading){s, arena, arena_str(arena, issue_id), talk, fn, arg};
    if (!s || !s->view.our_account
                   .len) /* not configured any more, or Jira has not told us yet who we are */
        io_loop_defer(svc->loop, no_site, r);
    else
        mapping_kept(svc, s, d->mapping, on_kept, r);
}

struct finding_tickets {
    struct service *svc;
    struct site *site;
    struct arena *arena;
    struct str marker;
    struct str escalates_in; /* the project of an escalation; empty: a request's ticket */
    bool in_doubt;           /* a create may have been carried out: "none" must be proven */
    bool sighted;
    bool removal; /* access that must go, first */
    world_found_fn *fn;
    void *arg;
};

static void found_end(struct finding_tickets *f, enum read_outcome outcome, int64_t told_ms,
                      const struct find_result *found)
{
    f->fn(f->arg, outcome, told_ms, found);
    free(f);
}

/* A search that was not answered as it should be. */
static bool search_failed(struct finding_tickets *f, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK)
        return false;
    found_end(f, site_read_outcome(answer), answer->verdict == JSM_LATER ? answer->told_ms : 0,
              NULL);
    return true;
}

static void on_found(void *arg, const struct jsm_answer *answer)
{
    struct finding_tickets *f = arg;
    struct find_result found;
    struct err err;

    if (search_failed(f, answer))
        return;
    bool read = jsm_found_read(f->arena, answer->body, &f->site->view, &found, &err);
    found.sighted = f->sighted;
    found_end(f, read ? READ_OK : READ_FAILED, 0, &found);
}

/* The search comes last before what is done about it. */
static void search_marker(struct finding_tickets *f)
{
    const struct site_config *c = f->site->config;
    bool escalates = f->escalates_in.len > 0;
    struct jsm_call call = escalates
                               ? jsm_call_find(f->arena, &f->escalates_in, 1, f->marker, STR_NONE)
                               : jsm_call_find(f->arena, c->projects, c->project_count, f->marker,
                                               f->site->o.mapping->ticket.marker);

    if (f->removal)
        call.lane = LANE_GATE;
    site_send(f->site, f->arena, &call, on_found, f);
}

static void on_own(void *arg, const struct jsm_answer *answer)
{
    struct finding_tickets *f = arg;

    if (search_failed(f, answer))
        return;
    f->sighted = jsm_own_is_shown(answer->body);
    if (!f->sighted)
        log_warn("world",
                 "Jira shows us no ticket that we made there: a lost create is not repeated",
                 LOG_S("site", f->site->config->name));
    search_marker(f);
}

/* Jira answers a stranger's search with 200 and an empty list, and hides tickets behind security
 * levels from those it knows: prove who we are, then that we are shown what we made, then search.
 */
static void on_known(void *arg, bool known)
{
    struct finding_tickets *f = arg;

    if (!known) {
        found_end(f, READ_DENIED, 0, NULL);
        return;
    }
    if (!f->in_doubt) {
        search_marker(f);
        return;
    }
    /* where its ticket would be made: what we are shown elsewhere says nothing about there */
    struct str project = f->escalates_in.len ? f->escalates_in : site_project(f->site);
    struct jsm_call call = jsm_call_own(f->arena, &project, 1);
    if (f->removal)
        call.lane = LANE_GATE;
    site_send(f->site, f->arena, &call, on_own, f);
}

static void find_without_site(void *arg)
{
    found_end(arg, READ_FAILED, 0, NULL);
}

static void find(struct finding_tickets *f)
{
    if (f->site)
        site_learn(f->site, on_known, f);
    else
        io_loop_defer(f->svc->loop, find_without_site, f);
}

void world_ticket_find(struct world *w, struct arena *arena, const struct flow *flow,
                       const struct dossier *d, world_found_fn *fn, void *arg)
{
    struct finding_tickets *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    *f = (struct finding_tickets){.svc = world_service(w),
                                  .arena = arena,
                                  .marker = flow->marker,
                                  .in_doubt = flow->sent_at_ms != 0,
                                  .removal = d->kind == REQUEST_REMOVAL,
                                  .fn = fn,
                                  .arg = arg};
    f->site = service_site(f->svc, flow->site);
    if (f->site && flow->kind == FLOW_ESCALATE)
        f->escalates_in = step_escalation_project(arena, f->site, flow);
    find(f);
}

void world_marker_find(struct service *svc, struct arena *arena, struct str site, struct str marker,
                       world_found_fn *fn, void *arg)
{
    struct finding_tickets *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    *f = (struct finding_tickets){.svc = svc,
                                  .site = service_site(svc, site),
                                  .arena = arena,
                                  .marker = marker,
                                  .fn = fn,
                                  .arg = arg};
    find(f);
}
