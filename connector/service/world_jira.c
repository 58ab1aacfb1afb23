/* world_jira.c: the seam's reads of Jira. */
#include <stdlib.h>

#include "service/world_real.h"
#include "site/site.h"

struct ticket_reading {
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

void world_ticket_read(struct world *w, struct arena *arena, struct str site, struct str issue_id,
                       world_ticket_fn *fn, void *arg)
{
    struct service *svc = world_service(w);
    struct site *s = service_site(svc, site);
    struct ticket_reading *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct ticket_reading){fn, arg};
    if (!s || !s->view.our_account
                   .len) /* not configured any more, or Jira has not told us yet who we are */
        io_loop_defer(svc->loop, no_site, r);
    else
        site_ticket_read(s, arena, arena_str(arena, issue_id), on_ticket, r);
}

struct finding_tickets {
    struct service *svc;
    struct site *site;
    struct arena *arena;
    struct str marker;
    world_found_fn *fn;
    void *arg;
};

static void found_end(struct finding_tickets *f, enum read_outcome outcome, int64_t told_ms,
                      const struct find_result *found)
{
    f->fn(f->arg, outcome, told_ms, found);
    free(f);
}

static void on_found(void *arg, const struct jsm_answer *answer)
{
    struct finding_tickets *f = arg;
    struct find_result found;
    struct err err;

    if (answer->verdict == JSM_OK &&
        jsm_found_read(f->arena, answer->body, &f->site->view, &found, &err))
        found_end(f, READ_OK, 0, &found);
    else
        found_end(f, answer->verdict == JSM_OK ? READ_FAILED : site_read_outcome(answer),
                  answer->verdict == JSM_LATER ? answer->told_ms : 0, NULL);
}

/* Jira answers a stranger's search with 200 and an empty list: prove who we are, then search; the
 * search comes last. */
static void on_known(void *arg, bool known)
{
    struct finding_tickets *f = arg;
    const struct site_config *c = f->site->config;

    if (!known) {
        found_end(f, READ_DENIED, 0, NULL);
        return;
    }
    struct jsm_call call = jsm_call_find(f->arena, c->projects, c->project_count, f->marker,
                                         f->site->o.mapping->ticket.marker);
    site_send(f->site, f->arena, &call, on_found, f);
}

static void find_without_site(void *arg)
{
    found_end(arg, READ_FAILED, 0, NULL);
}

void world_ticket_find(struct world *w, struct arena *arena, const struct flow *flow,
                       world_found_fn *fn, void *arg)
{
    struct finding_tickets *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    *f = (struct finding_tickets){
        .svc = world_service(w), .arena = arena, .marker = flow->marker, .fn = fn, .arg = arg};
    f->site = service_site(f->svc, flow->site);
    if (f->site)
        site_learn(f->site, on_known, f);
    else
        io_loop_defer(f->svc->loop, find_without_site, f);
}
