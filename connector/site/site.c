#include "site/site.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "jsm/jsm_names.h"
#include "site/site_edition.h"
#include "site/site_form.h"
#include "site/site_people.h"

enum {
    ACCOUNT_BYTES = 64 * 1024, /* who we are, and names of fields */
    KNOWN_MS = 2000,           /* how long a proof of who we are counts */
};

struct site *site_new(const struct site_options *options, struct err *err)
{
    struct site *site = calloc(1, sizeof *site);
    const struct site_config *config = options->config;

    if (!site)
        abort();
    site->o = *options;
    site->config = config;
    site->flavour = jsm_flavour_of(config->flavour);
    site->arena = arena_new(ACCOUNT_BYTES);
    site->view = (struct jsm_view){.site = config->name,
                                   .approving = config->gate.strongest == GATE_BY_APPROVAL,
                                   .demanded = config->gate.strongest == GATE_BY_VALIDATOR,
                                   .projects = config->projects,
                                   .project_count = config->project_count};
    list_init(&site->editions);
    list_init(&site->convoys);
    site_edition_use(site, site_edition_new(options->mapping, NULL));
    site->forms = site_forms_new();
    site->people = site_people_new();
    /* Data Center has no limits of its own; what an administrator sets is told by 429 */
    size_t limited = site->flavour == JSM_CLOUD ? JSM_ROUTE_COUNT : 0;
    list_init(&site->organisations);
    traffic_init(&site->traffic, JSM_PER_SECOND, limited, io_loop_now_ms(options->loop));
    for (size_t lane = 0; lane < LANE_COUNT; lane++)
        list_init(&site->waiting[lane]);
    struct site_auth_options auth = {.config = config,
                                     .loop = options->loop,
                                     .http = options->http,
                                     .turns = options->turns,
                                     .rests = options->rests,
                                     .call_timeout_ms = options->times->call_timeout_ms};
    site->auth = site_auth_new(&auth, err);
    if (site->auth)
        return site;
    site_free(site);
    return NULL;
}

void site_free(struct site *site)
{
    if (!site)
        return;
    site_auth_free(site->auth);
    site_forms_free(site->forms);
    site_people_free(site->people);
    site_editions_drop(site);
    arena_free(site->arena);
    free(site);
}

/* --- who are we, and where --- */

struct learning {
    struct site *site;
    struct arena *arena;
    void (*fn)(void *arg, bool known);
    void *arg;
};

static void learning_end(struct learning *l, bool known)
{
    l->fn(l->arg, known);
    arena_free(l->arena);
    free(l);
}

/* Before the first ticket is judged: an edit found only later would look like one after approval.
 */
static void on_fields(void *arg, const struct jsm_answer *answer)
{
    struct learning *l = arg;
    struct site *site = l->site;
    struct jsm_view *view = &site->view;
    struct err err = {.what = ""};
    struct site_edition *live = site->edition;
    bool known = answer->verdict == JSM_OK &&
                 jsm_names_read(live->arena ? live->arena : site->arena, answer->body, view->fields,
                                view->history_count, live->names, &err);

    if (known)
        view->field_names = live->names;
    else
        log_warn("site", "Jira does not say what its fields are called",
                 LOG_S("site", site->config->name),
                 LOG_C("why", answer->verdict == JSM_OK ? err.what : answer->why));
    for (size_t i = 0; known && i < view->field_count; i++)
        if (!live->names[i].len)
            log_warn("site",
                     "several fields are called so, or none: an edit that is taken back "
                     "again is not seen there",
                     LOG_S("site", site->config->name), LOG_S("field", view->fields[i]));
    learning_end(l, known);
}

/* Where a changelog has no ids: what its fields are called, once. */
static void learn_more(struct learning *l)
{
    struct site *site = l->site;
    bool by_name = site->flavour == JSM_DATACENTER && !site->view.field_names;
    struct jsm_call call = jsm_call_field_list();

    if (by_name)
        site_send(site, l->arena, &call, on_fields, l);
    else
        learning_end(l, true);
}

/* For whoever looks at once, and says why nothing could be seen. */
static void note_stranger(struct site *site, const struct jsm_answer *answer)
{
    bool is_odd = answer->verdict == JSM_OK;

    site->stranger = is_odd ? READ_DENIED : site_read_outcome(answer);
    str_copy(site->stranger_why, sizeof site->stranger_why,
             is_odd ? STR("its answer names nobody") : str_of(answer->why));
}

static void on_server_info(void *arg, const struct jsm_answer *answer)
{
    struct learning *l = arg;
    struct str base = json_path_str(answer->body, "baseUrl");

    while (str_ends(base, STR("/")))
        base.len--;
    if (answer->verdict == JSM_OK && !l->site->view.site_id.len)
        l->site->view.site_id = arena_str(l->site->arena, base);
    if (!l->site->view.site_id.len)
        log_warn("site", "Jira does not say which site it is", LOG_S("site", l->site->config->name),
                 LOG_C("why", answer->why));
    if (l->site->view.site_id.len) {
        learn_more(l);
    } else {
        note_stranger(l->site, answer);
        learning_end(l, false);
    }
}

static void on_myself(void *arg, const struct jsm_answer *answer)
{
    struct learning *l = arg;
    struct site *site = l->site;
    struct str account = jsm_user_id(answer->body);
    bool known = answer->verdict == JSM_OK && account.len > 0;

    if (answer->verdict == JSM_MISSING)
        log_error("site", "this Jira has no such call: is its flavour right?",
                  LOG_S("site", site->config->name), LOG_S("flavour", site->config->flavour));
    if (known)
        site->known_ms = io_loop_now_ms(site->o.loop);
    if (known && !site->view.our_account.len)
        site->view.our_account = arena_str(site->arena, account);
    if (!known || site->view.site_id.len) {
        if (known) {
            learn_more(l);
        } else {
            note_stranger(site, answer);
            learning_end(l, false);
        }
        return;
    }
    struct jsm_call call = jsm_call_server_info();
    site_send(site, l->arena, &call, on_server_info, l);
}

static void on_still_known(void *arg)
{
    struct learning *l = arg;
    l->fn(l->arg, true);
    free(l);
}

void site_learn(struct site *site, void (*fn)(void *arg, bool known), void *arg)
{
    struct learning *l = calloc(1, sizeof *l);
    struct jsm_call call = jsm_call_myself();

    if (!l)
        abort();
    *l = (struct learning){.site = site, .fn = fn, .arg = arg};
    bool whole =
        site->view.site_id.len && (site->flavour != JSM_DATACENTER || site->view.field_names);
    if (site->known_ms && whole && io_loop_now_ms(site->o.loop) - site->known_ms < KNOWN_MS) {
        io_loop_defer(site->o.loop, on_still_known, l);
        return;
    }
    l->arena = arena_new(LIMIT_ARENA_VISIT); /* as many fields as a site may have */
    site_send(site, l->arena, &call, on_myself, l);
}

struct str site_project(const struct site *site)
{
    struct str mapped = site->o.mapping->project;
    return mapped.len ? mapped : site->config->projects[0];
}

/* One that does not fit is left out, never cut: half an id is another one. */
static struct str list_of(const struct json *ids, char *to, size_t size)
{
    size_t at = 0;

    JSON_EACH(id, ids)
    {
        struct str s = json_str(id);
        if (!s.len || at + s.len + 2 > size)
            continue;
        if (at)
            to[at++] = ',';
        str_copy(to + at, size - at, s);
        at += s.len;
    }
    return str_n(to, at);
}

void site_own(struct site *site, const struct json *own)
{
    site->view.own_roads =
        list_of(json_member(own, "roads"), site->own_roads, sizeof site->own_roads);
    site->view.own_statuses =
        list_of(json_member(own, "statuses"), site->own_statuses, sizeof site->own_statuses);
}
