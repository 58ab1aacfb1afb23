#include "lock/lock_capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "jsm/jsm_workflow.h"
#include "site/site_answers.h"
#include "site/site_form.h"

enum { TYPE_PAGES_MAX = 16, FLOW_TYPES_MAX = 32 };

/* What is asked of each project, in order; FIELDS and RESOLUTIONS once before. */
enum ask {
    ASK_FIELDS,
    ASK_RESOLUTIONS,
    ASK_PROJECT,
    ASK_STATUSES,
    ASK_DESK,
    ASK_TYPES,
    ASK_FORMS,
    ASK_ATTACHED, /* the form that is attached to the type whose form was read */
    ASK_SCREEN,
    ASK_RIGHTS,
    ASK_ROADS,
    ASK_NEXT
};

struct capturing {
    struct lock_wish wish;
    struct arena *arena;   /* what is kept */
    struct arena *scratch; /* one answer of Jira's at a time */
    struct lock_capture *made;
    enum ask at;
    size_t project, type, pages;
    int64_t start; /* of the next page of request types */
    struct lock_project *p;
    struct lock_project projects[LOCK_PROJECTS_MAX];
    struct lock_type types[LOCK_TYPES_MAX];
    struct str pairs[2 * FLOW_TYPES_MAX]; /* project and issue type */
    size_t pair_count;
    struct str project_id;
    struct site_form_name screen_name;
    struct buf pages_out; /* of the form that is being read */
    struct json_out out;
    bool no_attached; /* they are not told to us */
    lock_capture_fn *fn;
    void *arg;
};

static void next(void *arg);

/* --- ending --- */

static void end(struct capturing *c)
{
    char when[CLOCK_TEXT_SIZE];
    struct lock_site *s = &c->made->site;
    const struct site_config *config = c->wish.site->config;
    size_t count = c->made->outcome == READ_OK ? c->project : 0;
    struct lock_project *projects = arena_array(c->arena, count + 1, sizeof *projects);

    if (projects)
        memcpy(projects, c->projects, count * sizeof *projects);
    s->projects = projects;
    s->project_count = projects ? count : 0;
    s->site = config->name;
    s->url = config->url;
    s->flavour = config->flavour;
    clock_rfc3339(c->wish.now_ms, when);
    /* whole seconds: nobody needs more, and the file is read by people */
    s->captured_at = arena_printf(c->arena, "%.19sZ", when);
    if (c->made->outcome == READ_OK && arena_over(c->arena)) {
        c->made->outcome = READ_FAILED;
        snprintf(c->made->why, sizeof c->made->why, "there is more of it than we keep");
    }
    c->fn(c->arg, c->made);
    buf_done(&c->pages_out);
    arena_free(c->scratch);
    free(c);
}

static void fail(struct capturing *c, enum read_outcome outcome, const char *what, const char *why)
{
    c->made->outcome = outcome;
    snprintf(c->made->why, sizeof c->made->why, "%s could not be read: %s", what, why);
    end(c);
}

static void left_out(struct capturing *c, const char *what, const char *why)
{
    size_t at = strlen(c->made->unread);

    snprintf(c->made->unread + at, sizeof c->made->unread - at, "%s%s of project %.*s: %s",
             at ? "; " : "", what, STR_ARG(c->p->key), why);
}

static void go_on(struct capturing *c, enum ask at)
{
    c->at = at;
    io_loop_defer(c->wish.site->o.loop, next, c);
}

/* --- what is kept of the answers --- */

static struct str keep(struct capturing *c, struct str text)
{
    return arena_str(c->arena, text);
}

static struct str keep_member(struct capturing *c, const struct json *v, const char *name)
{
    return keep(c, json_path_str(v, name));
}

static struct str keep_id(struct capturing *c, const struct json *v, const char *name)
{
    return keep(c, json_id(c->scratch, json_member(v, name)));
}

static struct jsm_form keep_form(struct capturing *c, const struct jsm_form *form)
{
    struct jsm_form kept = *form;
    struct jsm_field *fields = arena_array(c->arena, form->count + 1, sizeof *fields);

    kept.fields = fields;
    kept.count = fields ? form->count : 0;
    for (size_t i = 0; i < kept.count; i++) {
        struct jsm_field *f = &fields[i];
        *f = form->fields[i];
        struct jsm_choice *choices = arena_array(c->arena, f->choice_count + 1, sizeof *choices);
        f->choice_count = choices ? f->choice_count : 0;
        for (size_t k = 0; k < f->choice_count; k++)
            choices[k] = (struct jsm_choice){keep(c, f->choices[k].id), keep(c, f->choices[k].text),
                                             keep(c, f->choices[k].parent)};
        f->id = keep(c, f->id);
        f->name = keep(c, f->name);
        f->question = keep(c, f->question);
        f->choices = choices;
    }
    kept.template = keep(c, form->template);
    return kept;
}

static bool take_fields(struct capturing *c, const struct json *body, const char **ret_why)
{
    size_t count = json_count(body), n = 0;
    struct lock_field *fields =
        count <= LOCK_FIELDS_MAX ? arena_array(c->arena, count + 1, sizeof *fields) : NULL;

    if (json_type(body) != JSON_ARRAY || !fields) {
        *ret_why = fields ? "Jira gave no list" : "there are more than we keep";
        return false;
    }
    JSON_EACH(v, body)
    {
        const struct json *schema = json_member(v, "schema");
        struct lock_field *f = &fields[n++];
        *f = (struct lock_field){.id = keep_member(c, v, "id"),
                                 .name = keep_member(c, v, "name"),
                                 .type = keep(c, lock_type_name(c->scratch, schema))};
        f->is_known = jsm_field_kind(schema, &f->kind);
    }
    c->made->site.fields = fields;
    c->made->site.field_count = n;
    return true;
}

static bool take_resolutions(struct capturing *c, const struct json *body, const char **ret_why)
{
    size_t count = json_count(body), n = 0;
    struct lock_named *named =
        count <= LOCK_NAMED_MAX ? arena_array(c->arena, count + 1, sizeof *named) : NULL;

    if (!named) {
        *ret_why = "there are more than we keep";
        return false;
    }
    JSON_EACH(v, body)
    named[n++] = (struct lock_named){keep_id(c, v, "id"), keep_member(c, v, "name")};
    c->made->site.resolutions = named;
    c->made->site.resolution_count = n;
    return true;
}

static void add_pair(struct capturing *c, struct str type)
{
    if (!type.len || c->pair_count == FLOW_TYPES_MAX)
        return;
    for (size_t i = 0; i < c->pair_count; i++)
        if (str_eq(c->pairs[2 * i + 1], type))
            return;
    c->pairs[2 * c->pair_count] = c->project_id;
    c->pairs[2 * c->pair_count++ + 1] = type;
}

/* Those of all issue types, each once. */
static bool take_statuses(struct capturing *c, const struct json *body, const char **ret_why)
{
    struct lock_status *statuses = arena_array(c->arena, LOCK_NAMED_MAX, sizeof *statuses);
    size_t n = 0;

    JSON_EACH(type, body)
    {
        JSON_EACH(v, json_member(type, "statuses"))
        {
            struct str id = json_id(c->scratch, json_member(v, "id"));
            bool there = false;
            for (size_t i = 0; i < n; i++)
                there |= str_eq(statuses[i].id, id);
            if (there)
                continue;
            if (!statuses || n == LOCK_NAMED_MAX) {
                *ret_why = "there are more than we keep";
                return false;
            }
            statuses[n++] = (struct lock_status){keep(c, id), keep_member(c, v, "name"),
                                                 keep_member(c, v, "statusCategory/key")};
        }
    }
    c->p->statuses = statuses;
    c->p->status_count = n;
    return true;
}

/* A page; *ret_more: there is another. */
static bool take_types(struct capturing *c, const struct json *body, bool *ret_more,
                       const char **ret_why)
{
    const struct json *values = json_member(body, "values");

    JSON_EACH(v, values)
    {
        if (c->p->type_count == LOCK_TYPES_MAX) {
            *ret_why = "there are more than we keep";
            return false;
        }
        struct lock_type *t = &c->types[c->p->type_count++];
        *t = (struct lock_type){.id = keep_id(c, v, "id"),
                                .name = keep_member(c, v, "name"),
                                .issue_type = keep_id(c, v, "issueTypeId")};
        add_pair(c, t->issue_type);
    }
    c->start += (int64_t)json_count(values);
    *ret_more = !json_is_true(json_member(body, "isLastPage")) && json_count(values) > 0 &&
                ++c->pages < TYPE_PAGES_MAX;
    return true;
}

/* One of the two pages that a form has: what the desk asks, and what the form that is attached. */
static void add_page(struct capturing *c, const struct json *body)
{
    if (!c->pages_out.len) {
        json_begin(&c->out, &c->pages_out);
        json_open_array(&c->out);
    }
    if (body)
        json_put_value(&c->out, body);
    else
        json_put_null(&c->out);
}

static bool take_form(struct capturing *c)
{
    struct lock_type *t = &c->types[c->type++];
    const struct json *pages;
    struct jsm_form form;
    struct err err;

    json_close_array(&c->out);
    t->known =
        !c->pages_out.over &&
        json_parse_deep(c->scratch, buf_str(&c->pages_out), LIMIT_JIRA_JSON_DEPTH, &pages, &err) &&
        jsm_form_read(c->scratch, pages, &form, &err);
    if (t->known)
        t->form = keep_form(c, &form);
    buf_done(&c->pages_out);
    buf_init(&c->pages_out, LOCK_BYTES);
    return t->known;
}

/* --- transitions --- */

static struct str status_name(const struct json *statuses, struct str reference)
{
    JSON_EACH(s, statuses)
    if (str_eq(json_path_str(s, "statusReference"), reference))
        return json_path_str(s, "name");
    return reference;
}

static struct str from_of(struct capturing *c, const struct json *road, const struct json *statuses)
{
    struct str all = STR(""), last = STR("");

    for (size_t i = 0; i < json_count(json_member(road, "links")); i++) {
        struct str least = STR_NONE; /* the next by name: Jira's order means nothing */
        JSON_EACH(link, json_member(road, "links"))
        {
            struct str one = status_name(statuses, json_path_str(link, "fromStatusReference"));
            if (str_cmp(one, last) > 0 && (!least.len || str_cmp(one, least) < 0))
                least = one;
        }
        if (!least.len)
            break;
        last = least;
        all =
            arena_printf(c->arena, "%.*s%s%.*s", STR_ARG(all), all.len ? ", " : "", STR_ARG(least));
    }
    return all;
}

static void take_roads(struct capturing *c, const struct json *body)
{
    struct lock_road *roads = arena_array(c->arena, LOCK_NAMED_MAX, sizeof *roads);
    const struct json *statuses = json_member(body, "statuses");
    size_t n = 0;

    JSON_EACH(flow, json_member(body, "workflows"))
    {
        JSON_EACH(t, json_member(flow, "transitions"))
        {
            if (!roads || n == LOCK_NAMED_MAX) {
                left_out(c, "the transitions", "there are more than we keep");
                return;
            }
            roads[n++] = (struct lock_road){
                .workflow = keep_member(c, flow, "name"),
                .id = keep_id(c, t, "id"),
                .name = keep_member(c, t, "name"),
                .from = from_of(c, t, statuses),
                .to = keep(c, status_name(statuses, json_path_str(t, "toStatusReference")))};
        }
    }
    c->p->roads = roads;
    c->p->road_count = n;
    c->p->roads_known = true;
}

/* --- asking --- */

static bool is_governed(const struct mapping *m, struct str type)
{
    for (size_t i = 0; i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, type))
            return true;
    return false;
}

/* The next one whose form is wanted, from c->type on. */
static bool find_type(struct capturing *c)
{
    for (; c->type < c->p->type_count; c->type++)
        if (!c->wish.governed_only || is_governed(c->wish.site->o.mapping, c->types[c->type].id))
            return true;
    return false;
}

static void keep_types(struct capturing *c)
{
    struct lock_type *types = arena_array(c->arena, c->p->type_count + 1, sizeof *types);

    if (types)
        memcpy(types, c->types, c->p->type_count * sizeof *types);
    else
        c->p->type_count = 0;
    c->p->types = types;
}

static void on_answer(void *arg, const struct jsm_answer *answer);
static void on_attached(void *arg, const struct jsm_answer *answer);
static void on_screen(void *arg, const struct site_form *form);

/* The fields that tickets of the platform are made with: of the one project that they are made in.
 */
static void ask_screen(struct capturing *c)
{
    const struct mapping *m = c->wish.site->o.mapping;

    keep_types(c);
    if (!str_eq(c->p->key, site_project(c->wish.site))) {
        go_on(c, ASK_RIGHTS);
        return;
    }
    c->p->screen_type = m->issue_type;
    c->screen_name =
        (struct site_form_name){.by = CREATE_BY_ISSUE, .project = c->p->key, .type = m->issue_type};
    site_form_read(c->wish.site, c->scratch, &c->screen_name, LANE_SWEEP, true, on_screen, c);
}

static void on_screen(void *arg, const struct site_form *form)
{
    struct capturing *c = arg;

    if (form->outcome != READ_OK && form->outcome != READ_REFUSED) {
        fail(c, form->outcome, "the create screen", form->why);
        return;
    }
    if (form->outcome == READ_REFUSED || !form->form)
        left_out(c, "the create screen",
                 form->form || form->why[0] ? form->why : "Jira does not tell");
    c->p->screen_known = form->outcome == READ_OK && form->form;
    if (c->p->screen_known)
        c->p->screen = keep_form(c, form->form);
    go_on(c, ASK_RIGHTS);
}

/* The call of the question in hand; an empty path: there is nothing to ask. */
static struct jsm_call call_of(struct capturing *c, struct site **site)
{
    struct arena *a = c->scratch;

    *site = c->wish.site;
    switch (c->at) {
    case ASK_FIELDS:
        return jsm_call_all_fields();
    case ASK_RESOLUTIONS:
        return jsm_call_resolution_list();
    case ASK_PROJECT:
        return jsm_call_project(a, c->p->key);
    case ASK_STATUSES:
        return jsm_call_project_statuses(a, c->p->key);
    case ASK_DESK:
        return jsm_call_desk(a, c->p->key);
    case ASK_TYPES:
        return jsm_call_request_types(a, c->p->key, c->start);
    case ASK_FORMS:
        if (find_type(c))
            return jsm_call_request_form(a, c->p->desk, c->types[c->type].id);
        break;
    case ASK_RIGHTS:
        *site = c->wish.reader;
        if (jsm_can((*site)->flavour, JSM_CAN_WORKFLOW_REST) && c->pair_count)
            return jsm_call_permissions(a, "ADMINISTER", STR_NONE);
        break;
    case ASK_ROADS:
        *site = c->wish.reader;
        return jsm_call_workflows(a, c->pairs, c->pair_count);
    case ASK_ATTACHED:
    case ASK_SCREEN:
    case ASK_NEXT:
        break;
    }
    return (struct jsm_call){0};
}

static void begin_project(struct capturing *c)
{
    if (c->project == c->wish.site->config->project_count) {
        end(c);
        return;
    }
    c->p = &c->projects[c->project];
    *c->p = (struct lock_project){.key = c->wish.site->config->projects[c->project]};
    c->type = c->pages = c->pair_count = 0;
    c->start = 0;
    go_on(c, ASK_PROJECT);
}

static void have_form(struct capturing *c)
{
    if (take_form(c))
        go_on(c, ASK_FORMS);
    else
        fail(c, READ_FAILED, "a form", "Jira's answer cannot be read");
}

static void next(void *arg)
{
    struct capturing *c = arg;
    struct site *site;

    arena_clear(c->scratch);
    if (c->wish.site->change_waits) {
        c->made->broken_off = true;
        fail(c, READ_FAILED, "the rest", "another mapping is being taken up");
        return;
    }
    if (c->at == ASK_SCREEN) {
        ask_screen(c);
        return;
    }
    if (c->at == ASK_ATTACHED && c->no_attached) {
        have_form(c);
        return;
    }
    if (c->at == ASK_ATTACHED) {
        site_type_form_read(c->wish.site, c->scratch, c->p->desk, c->types[c->type].id, LANE_SWEEP,
                            on_attached, c);
        return;
    }
    if (c->at == ASK_NEXT) {
        c->project++;
        begin_project(c);
        return;
    }
    struct jsm_call call = call_of(c, &site);
    if (!call.path.len) {
        go_on(c, c->at == ASK_RIGHTS  ? ASK_NEXT
                 : c->at == ASK_FORMS ? ASK_SCREEN
                                      : (enum ask)(c->at + 1));
        return;
    }
    call.lane = LANE_SWEEP;
    site_send(site, c->scratch, &call, on_answer, c);
}

/* A project without a desk has no request types, and one that we may not use as an agent. */
static bool has_no_desk(const struct capturing *c, const struct jsm_answer *answer)
{
    return (c->at == ASK_DESK || c->at == ASK_TYPES) &&
           (answer->verdict == JSM_MISSING || answer->verdict == JSM_REFUSED);
}

static const char *const WHAT[] = {[ASK_FIELDS] = "the fields",
                                   [ASK_RESOLUTIONS] = "the resolutions",
                                   [ASK_PROJECT] = "the project",
                                   [ASK_STATUSES] = "the statuses",
                                   [ASK_DESK] = "the service desk",
                                   [ASK_TYPES] = "the request types",
                                   [ASK_FORMS] = "a form",
                                   [ASK_ATTACHED] = "the form attached to a request type",
                                   [ASK_SCREEN] = "the create screen",
                                   [ASK_RIGHTS] = "our rights",
                                   [ASK_ROADS] = "the transitions",
                                   [ASK_NEXT] = ""};

static void take(struct capturing *c, const struct json *body)
{
    const char *why = "Jira's answer cannot be read";
    bool good = true, more = false;

    switch (c->at) {
    case ASK_FIELDS:
        good = take_fields(c, body, &why);
        break;
    case ASK_RESOLUTIONS:
        good = take_resolutions(c, body, &why);
        break;
    case ASK_PROJECT:
        c->project_id = keep_id(c, body, "id");
        break;
    case ASK_STATUSES:
        good = take_statuses(c, body, &why);
        break;
    case ASK_DESK:
        c->p->desk = keep_id(c, body, "id");
        break;
    case ASK_TYPES:
        good = take_types(c, body, &more, &why);
        break;
    case ASK_FORMS:
        add_page(c, body);
        break; /* then the one that is attached */
    case ASK_ATTACHED:
        break;
    case ASK_RIGHTS:
        if (!jsm_has_permission(body, "ADMINISTER")) {
            go_on(c, ASK_NEXT);
            return;
        }
        break;
    case ASK_ROADS:
        take_roads(c, body);
        break;
    case ASK_SCREEN:
    case ASK_NEXT:
        break;
    }
    if (!good)
        fail(c, READ_FAILED, WHAT[c->at], why);
    else if (more)
        go_on(c, c->at);
    else
        go_on(c, c->at == ASK_RESOLUTIONS ? ASK_NEXT : (enum ask)(c->at + 1));
}

/* Not told is not there: what the file says of it is left out, and nothing has changed. */
static void on_attached(void *arg, const struct jsm_answer *answer)
{
    struct capturing *c = arg;

    switch (answer->verdict) {
    case JSM_OK:
        add_page(c, answer->body);
        break;
    case JSM_MISSING:
        add_page(c, NULL);
        break;
    case JSM_REFUSED: /* the next one hears the same */
        left_out(c, "forms attached to request types", answer->why);
        c->no_attached = true;
        break;
    case JSM_DENIED:
    case JSM_LATER:
    case JSM_UNREACHED:
    case JSM_UNKNOWN:
        fail(c, site_read_outcome(answer), WHAT[c->at], answer->why);
        return;
    }
    have_form(c);
}

static void on_answer(void *arg, const struct jsm_answer *answer)
{
    struct capturing *c = arg;

    if (answer->verdict == JSM_OK) {
        take(c, answer->body);
    } else if (has_no_desk(c, answer)) {
        left_out(c, WHAT[c->at], answer->why);
        c->p->type_count = 0;
        go_on(c, ASK_SCREEN);
    } else if (c->at == ASK_FORMS && answer->verdict == JSM_MISSING) {
        c->type++; /* hidden from us: it is known by its name alone */
        go_on(c, ASK_FORMS);
    } else if (c->at == ASK_RIGHTS || c->at == ASK_ROADS) {
        left_out(c, WHAT[c->at], answer->why);
        go_on(c, ASK_NEXT);
    } else {
        fail(c, site_read_outcome(answer), WHAT[c->at], answer->why);
    }
}

static void on_known(void *arg, bool is_known)
{
    struct capturing *c = arg;

    if (is_known)
        go_on(c, ASK_FIELDS); /* to a stranger every list is empty */
    else
        fail(c, c->wish.site->stranger, "the site", c->wish.site->stranger_why);
}

void lock_capture(const struct lock_wish *wish, struct arena *arena, lock_capture_fn *fn, void *arg)
{
    struct capturing *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    *c = (struct capturing){.wish = *wish, .arena = arena, .fn = fn, .arg = arg};
    c->scratch = arena_new(LIMIT_ARENA_VISIT);
    c->made = ARENA_NEW(arena, struct lock_capture);
    if (!c->made)
        abort();
    c->made->outcome = READ_OK;
    buf_init(&c->pages_out, LOCK_BYTES);
    c->p = &c->projects[0];
    c->project = SIZE_MAX; /* the first is the next */
    site_learn(wish->site, on_known, c);
}
