#include "site/site_org.h"

#include <stdio.h>
#include <stdlib.h>

struct org_finding {
    struct list link;      /* in site->organisations, or in followers of another */
    struct list followers; /* they look for the same, and take the answer too */
    struct site *site;
    struct arena *arena;
    struct str name, kept_as;
    enum traffic_lane lane;
    int64_t start;
    size_t pages, count; /* count: of those that are called so */
    struct site_person org;
    site_person_fn *fn;
    void *arg;
};

static void finding_tell(struct org_finding *f)
{
    f->fn(f->arg, &f->org);
    free(f);
}

static void finding_end(void *arg)
{
    struct org_finding *f = arg;
    struct list *link;

    list_remove(&f->link);
    while ((link = list_shift(&f->followers))) {
        struct org_finding *follower = container_of(link, struct org_finding, link);
        follower->org = f->org;
        follower->org.account = arena_str(follower->arena, f->org.account);
        finding_tell(follower);
    }
    finding_tell(f);
}

static void refuse(struct org_finding *f, const char *what)
{
    f->org.outcome = READ_REFUSED;
    f->org.account = STR_NONE;
    snprintf(
        f->org.why, sizeof f->org.why,
        "%s '%.*s' in the service desk of project %.*s on site %.*s; write its number instead, "
        "or correct the name, or add it to the project",
        what, STR_ARG(f->name), STR_ARG(site_project(f->site)), STR_ARG(f->site->config->name));
}

static void read_page(struct org_finding *f);

static void take_page(struct org_finding *f, const struct json *body)
{
    const struct json *values = json_member(body, "values");

    JSON_EACH(v, values)
    {
        if (!str_eq(json_path_str(v, "name"), f->name))
            continue;
        f->org.account = json_id(f->arena, json_member(v, "id"));
        f->count++;
    }
    f->start += (int64_t)json_count(values);
    if (!json_is_true(json_member(body, "isLastPage")) && json_count(values)) {
        if (++f->pages < SITE_ORG_PAGES_MAX) {
            read_page(f);
            return;
        }
        refuse(f, "there are too many organisations to look for");
    } else if (f->count != 1) {
        refuse(f, f->count ? "more than one organisation is called"
                           : "Jira shows us no organisation called");
    } else {
        site_word_keep(f->site, f->kept_as, f->org.account);
    }
    finding_end(f);
}

static void on_page(void *arg, const struct jsm_answer *answer)
{
    struct org_finding *f = arg;

    f->org.outcome = site_read_outcome(answer);
    f->org.told_ms = answer->verdict == JSM_LATER ? answer->told_ms : 0;
    str_copy(f->org.why, sizeof f->org.why, str_of(answer->why));
    if (f->org.outcome == READ_OK) {
        take_page(f, answer->body);
        return;
    }
    if (answer->verdict == JSM_MISSING)
        refuse(f, "there is no service desk that we may use to look for organisation");
    finding_end(f);
}

static void read_page(struct org_finding *f)
{
    struct jsm_call call = jsm_call_organisations(f->arena, site_project(f->site), f->start);

    call.lane = f->lane;
    site_send(f->site, f->arena, &call, on_page, f);
}

/* Somebody asks the same already, in a lane that does not come later. */
static struct org_finding *under_way(const struct org_finding *f)
{
    LIST_EACH (it, &f->site->organisations) {
        struct org_finding *other = container_of(it, struct org_finding, link);
        if (str_eq(other->kept_as, f->kept_as) && other->lane <= f->lane)
            return other;
    }
    return NULL;
}

void site_org_find(struct site *site, struct arena *arena, struct str name, enum traffic_lane lane,
                   site_person_fn *fn, void *arg)
{
    struct org_finding *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    *f = (struct org_finding){
        .site = site, .arena = arena, .name = name, .lane = lane, .fn = fn, .arg = arg};
    f->kept_as = arena_printf(arena, "organisation\n%.*s", STR_ARG(name)); /* no person's key */
    f->org.account = arena_str(arena, site_word_kept(site, f->kept_as));
    list_init(&f->link);
    list_init(&f->followers);
    struct org_finding *same = under_way(f);
    if (f->org.account.len) {
        io_loop_defer(site->o.loop, finding_end, f);
    } else if (same) {
        list_push(&same->followers, &f->link);
    } else {
        list_push(&site->organisations, &f->link);
        read_page(f);
    }
}
