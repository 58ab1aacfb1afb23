#include "service/jsm_clock.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "jsm/jsm_sla.h"
#include "service/worker.h"
#include "site/site.h"

struct reading {
    struct when_calm calm;
    struct service *svc;
    struct arena *arena;
    struct str request, site, issue_id;
};

static void reading_end(struct reading *r)
{
    arena_free(r->arena);
    free(r);
}

static void on_kept(void *arg, enum store_outcome outcome, const char *message)
{
    struct reading *r = arg;

    if (outcome != STORE_OK)
        log_info("jsm_clock", "not kept", LOG_S("request", r->request), LOG_C("why", message));
    reading_end(r);
}

static void on_read(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;

    if (answer->verdict != JSM_OK) { /* no agent, no such request, or not now */
        log_info("jsm_clock", "the service desk does not tell its clocks",
                 LOG_S("request", r->request), LOG_C("why", answer->why));
        reading_end(r);
        return;
    }
    struct str rows = jsm_sla_rows(r->arena, answer->body);
    store_jsm_clock_keep(&r->svc->store, r->request, rows, on_kept, r);
}

/* Nobody waits for what it says; a ticket that may show Done without proof goes first. */
static void read_clock(void *arg, bool go)
{
    struct reading *r = arg;
    struct site *site = service_site(r->svc, r->site);

    if (!go || !site || r->svc->draining) {
        reading_end(r);
        return;
    }
    struct jsm_call call = jsm_call_sla(r->arena, r->issue_id);
    site_send(site, r->arena, &call, on_read, r);
}

void jsm_clock_after(struct service *svc, const struct dossier *d, const struct decision *decision)
{
    bool closes = decision->move && decision->to == PHASE_CLOSED;

    if ((!decision->new_claim && !closes) || svc->draining || !d->ticket.issue_id.len)
        return;
    struct reading *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->svc = svc;
    r->arena = arena_new(LIMIT_ARENA_VISIT);
    r->request = arena_str(r->arena, d->request_id);
    r->site = arena_str(r->arena, d->site);
    r->issue_id = arena_str(r->arena, d->ticket.issue_id);
    r->calm = (struct when_calm){.fn = read_clock, .arg = r};
    list_init(&r->calm.link);
    worker_when_calm(svc->worker, d->site, &r->calm);
}
