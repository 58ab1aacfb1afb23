#include "site/site_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "json/json_write.h"
#include "site/site_answers.h"

enum { PAGES_BYTES = 8 * 1024 * 1024, NAME_BYTES = 512 };

/* As Jira said it: read again into the arena of whoever asks. */
struct kept {
    char name[NAME_BYTES];
    char desk[24];
    char *pages; /* JSON, an array; NULL: the slot is free */
    size_t len;
    int64_t at_ms;
};
struct site_forms {
    struct kept slots[SITE_FORMS_MAX];
    struct list asking; /* those who read from Jira */
    size_t bytes;       /* of all pages */
};

struct site_forms *site_forms_new(void)
{
    struct site_forms *forms = calloc(1, sizeof *forms);
    if (!forms)
        abort();
    list_init(&forms->asking);
    return forms;
}

void site_forms_free(struct site_forms *forms)
{
    for (size_t i = 0; forms && i < SITE_FORMS_MAX; i++)
        free(forms->slots[i].pages);
    free(forms);
}

/* --- keeping --- */

bool site_forms_find(const struct site_forms *forms, struct str name, int64_t now_ms,
                     struct str *ret_desk, struct str *ret_pages)
{
    for (size_t i = 0; i < SITE_FORMS_MAX; i++) {
        const struct kept *k = &forms->slots[i];
        if (!k->pages || !str_eq_c(name, k->name) || now_ms - k->at_ms >= SITE_FORM_MS)
            continue;
        *ret_desk = str_of(k->desk);
        *ret_pages = str_n(k->pages, k->len);
        return true;
    }
    return false;
}

static void drop(struct site_forms *forms, struct kept *k)
{
    forms->bytes -= k->len;
    free(k->pages);
    *k = (struct kept){0};
}

/* Of those that are kept; NULL: nothing is. */
static struct kept *oldest_of(struct site_forms *forms)
{
    struct kept *oldest = NULL;

    for (size_t i = 0; i < SITE_FORMS_MAX; i++) {
        struct kept *k = &forms->slots[i];
        if (k->pages && (!oldest || k->at_ms < oldest->at_ms))
            oldest = k;
    }
    return oldest;
}

/* A place for it: its own, a free one, or that of the oldest; empty. */
static struct kept *place_for(struct site_forms *forms, struct str name)
{
    struct kept *place = NULL;

    for (size_t i = 0; i < SITE_FORMS_MAX; i++) {
        struct kept *k = &forms->slots[i];
        if (k->pages && str_eq_c(name, k->name)) {
            place = k;
            break;
        }
        if (!k->pages && !place)
            place = k;
    }
    if (!place)
        place = oldest_of(forms);
    drop(forms, place);
    return place;
}

void site_forms_keep(struct site_forms *forms, struct str name, struct str desk, struct str pages,
                     int64_t now_ms)
{
    struct kept *k = place_for(forms, name);

    if (pages.len > SITE_FORM_BYTES || !str_copy(k->name, sizeof k->name, name) ||
        !str_copy(k->desk, sizeof k->desk, desk))
        return;
    while (forms->bytes + pages.len > SITE_FORMS_BYTES)
        drop(forms, oldest_of(forms));
    k->pages = malloc(pages.len + 1);
    if (!k->pages)
        abort();
    memcpy(k->pages, pages.p, pages.len);
    k->len = pages.len;
    k->at_ms = now_ms;
    forms->bytes += pages.len;
}

struct site_form_name site_form_of(const struct site *site, const struct mapping_rule *rule)
{
    const struct mapping *m = site->o.mapping;

    return (struct site_form_name){.by = m->ticket.by,
                                   .project = site_project(site),
                                   .type = m->ticket.by == CREATE_BY_REQUEST ? rule->request_type
                                                                             : m->issue_type};
}

/* --- one question --- */

struct asking {
    struct list link;      /* among those who read, or among who waits for one of them */
    struct list followers; /* who asked for the same while it was read */
    enum traffic_lane lane;
    struct site *site;
    struct arena *arena;
    struct site_form_name name;
    struct str kept_as;
    struct str type; /* id of the issue type */
    struct buf pages;
    struct json_out out;
    size_t page_count;
    struct site_form form;
    site_form_fn *fn;
    void *arg;
};

static bool read_pages(struct asking *q, struct str text);

/* What one was told all are told, each in his own arena. Before whoever read it is called back:
 * that may lend its memory to others. */
static void tell_follower(struct asking *q, const struct asking *leader)
{
    q->form.outcome = leader->form.outcome;
    q->form.told_ms = leader->form.told_ms;
    q->form.why = arena_cstr(q->arena, str_of(leader->form.why));
    q->form.desk = arena_str(q->arena, leader->form.desk);
    if (leader->form.form && !read_pages(q, buf_str(&leader->pages))) {
        q->form.outcome = READ_FAILED;
        q->form.why = "Jira's description of a form cannot be read";
    }
}

static void asking_end(void *arg)
{
    struct asking *q = arg;
    struct list *link;

    list_remove(&q->link);
    while ((link = list_shift(&q->followers))) {
        struct asking *follower = container_of(link, struct asking, link);
        tell_follower(follower, q);
        io_loop_defer(q->site->o.loop, asking_end, follower);
    }
    q->fn(q->arg, &q->form);
    buf_done(&q->pages);
    free(q);
}

static void asking_fail(struct asking *q, enum read_outcome outcome, int64_t told_ms,
                        struct str why)
{
    q->form.outcome = outcome;
    q->form.told_ms = told_ms;
    q->form.why = arena_cstr(q->arena, why);
    asking_end(q);
}

static bool failed(struct asking *q, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK)
        return false;
    asking_fail(q, site_read_outcome(answer), answer->verdict == JSM_LATER ? answer->told_ms : 0,
                str_of(answer->why));
    return true;
}

static bool read_pages(struct asking *q, struct str text)
{
    struct jsm_form *form = ARENA_NEW(q->arena, struct jsm_form);
    const struct json *pages;
    struct err err;

    if (!form || !json_parse_deep(q->arena, text, LIMIT_JIRA_JSON_DEPTH, &pages, &err) ||
        !jsm_form_read(q->arena, pages, form, &err))
        return false;
    q->form.form = form;
    return true;
}

/* --- asking --- */

static void have_all(struct asking *q)
{
    json_close_array(&q->out);
    if (q->pages.over || !read_pages(q, buf_str(&q->pages))) {
        asking_fail(q, READ_FAILED, 0, STR("Jira's description of a form cannot be read"));
        return;
    }
    site_forms_keep(q->site->forms, q->kept_as, q->form.desk, buf_str(&q->pages),
                    io_loop_now_ms(q->site->o.loop));
    asking_end(q);
}

static void ask_jira(struct asking *q, struct jsm_call *call, site_answer_fn *fn)
{
    call->lane = q->lane;
    site_send(q->site, q->arena, call, fn, q);
}

static void add_page(struct asking *q, const struct json *page)
{
    json_put_value(&q->out, page);
    q->page_count++;
}

/* A request type without one says so. */
static void on_type_form(void *arg, const struct jsm_answer *answer)
{
    struct asking *q = arg;

    if (answer->verdict == JSM_MISSING)
        json_put_null(&q->out);
    else if (failed(q, answer))
        return;
    else
        add_page(q, answer->body);
    have_all(q);
}

static void on_request_form(void *arg, const struct jsm_answer *answer)
{
    struct asking *q = arg;

    if (answer->verdict == JSM_MISSING) {
        asking_fail(q, READ_REFUSED, 0,
                    arena_printf(q->arena,
                                 "service desk %.*s of project %.*s has no request type %.*s that "
                                 "we may use; correct request_type in the mapping",
                                 STR_ARG(q->form.desk), STR_ARG(q->name.project),
                                 STR_ARG(q->name.type)));
    } else if (!failed(q, answer)) {
        add_page(q, answer->body);
        if (mapping_form_of(q->site->o.mapping, q->name.type).len)
            site_type_form_read(q->site, q->arena, q->form.desk, q->name.type, q->lane,
                                on_type_form, q);
        else
            have_all(q);
    }
}

static void on_desk(void *arg, const struct jsm_answer *answer)
{
    struct asking *q = arg;
    struct jsm_call call;

    if (answer->verdict == JSM_MISSING) {
        asking_fail(
            q, READ_REFUSED, 0,
            arena_printf(q->arena,
                         "project %.*s has no service desk that we may use: correct project "
                         "in the mapping, or write ticket: create: issue",
                         STR_ARG(q->name.project)));
        return;
    }
    if (failed(q, answer))
        return;
    q->form.desk = json_id(q->arena, json_member(answer->body, "id"));
    call = jsm_call_request_form(q->arena, q->form.desk, q->name.type);
    if (call.path.len)
        ask_jira(q, &call, on_request_form);
    else
        asking_fail(q, READ_FAILED, 0, STR("Jira does not say which number a service desk has"));
}

/* Nobody who may create has to be told how: then the create itself shows it. */
static bool not_told(struct asking *q, const struct jsm_answer *answer)
{
    if (answer->verdict != JSM_MISSING && answer->verdict != JSM_REFUSED)
        return false;
    asking_end(q);
    return true;
}

static void on_issue_form(void *arg, const struct jsm_answer *answer)
{
    struct asking *q = arg;
    int64_t start = 0, total = 0;

    if (not_told(q, answer) || failed(q, answer))
        return;
    add_page(q, answer->body);
    const struct json *fields = jsm_listed(answer->body, "fields");
    bool counted = json_i64(json_member(answer->body, "startAt"), &start) &&
                   json_i64(json_member(answer->body, "total"), &total);
    int64_t next = start + (int64_t)json_count(fields);
    if (!counted || next >= total || next == start || q->page_count == SITE_FORM_PAGES_MAX) {
        have_all(q);
        return;
    }
    struct jsm_call call = jsm_call_issue_form(q->arena, q->name.project, q->type, next);
    ask_jira(q, &call, on_issue_form);
}

static void on_issue_types(void *arg, const struct jsm_answer *answer)
{
    struct asking *q = arg;
    struct str names = STR("");

    if (not_told(q, answer) || failed(q, answer))
        return;
    JSON_EACH(type, jsm_listed(answer->body, "issueTypes"))
    {
        struct str name = json_path_str(type, "name");
        if (str_eq(name, q->name.type))
            q->type = json_id(q->arena, json_member(type, "id"));
        names = arena_printf(q->arena, "%.*s%s%.*s", STR_ARG(names), names.len ? ", " : "",
                             STR_ARG(name));
    }
    struct jsm_call call = jsm_call_issue_form(q->arena, q->name.project, q->type, 0);
    if (call.path.len)
        ask_jira(q, &call, on_issue_form);
    else
        asking_fail(q, READ_REFUSED, 0,
                    arena_printf(q->arena,
                                 "project %.*s has no issue type '%.*s' that we may create; write "
                                 "ticket: issue_type: one of %.*s",
                                 STR_ARG(q->name.project), STR_ARG(q->name.type), STR_ARG(names)));
}

/* Who reads that very form now, and is not behind us; NULL: nobody. */
static struct asking *leader_of(const struct asking *q)
{
    LIST_EACH (link, &q->site->forms->asking) {
        struct asking *other = container_of(link, struct asking, link);
        if (other->lane <= q->lane && str_eq(other->kept_as, q->kept_as))
            return other;
    }
    return NULL;
}

void site_form_read(struct site *site, struct arena *arena, const struct site_form_name *name,
                    enum traffic_lane lane, bool afresh, site_form_fn *fn, void *arg)
{
    struct asking *q = calloc(1, sizeof *q);

    if (!q)
        abort();
    *q = (struct asking){
        .site = site, .arena = arena, .name = *name, .lane = lane, .fn = fn, .arg = arg};
    list_init(&q->link);
    list_init(&q->followers);
    q->form.why = "";
    q->kept_as = arena_printf(arena, "%d/%.*s/%.*s", (int)name->by, STR_ARG(name->project),
                              STR_ARG(name->type));
    buf_init(&q->pages, PAGES_BYTES);
    json_begin(&q->out, &q->pages);
    json_open_array(&q->out);
    struct str desk, pages;
    if (!afresh &&
        site_forms_find(site->forms, q->kept_as, io_loop_now_ms(site->o.loop), &desk, &pages) &&
        read_pages(q, pages)) {
        q->form.desk = arena_str(arena, desk);
        q->form.is_kept = true;
        io_loop_defer(site->o.loop, asking_end, q);
        return;
    }
    struct asking *leader = leader_of(q);
    list_push(leader ? &leader->followers : &site->forms->asking, &q->link);
    if (leader)
        return;
    bool by_request = name->by == CREATE_BY_REQUEST;
    struct jsm_call call = by_request ? jsm_call_desk(arena, name->project)
                                      : jsm_call_issue_types(arena, name->project);
    ask_jira(q, &call, by_request ? on_desk : on_issue_types);
}
