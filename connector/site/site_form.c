#include "site/site_form.h"

#include <stdlib.h>

#include "base/limits.h"
#include "json/json_write.h"

enum { PAGES_BYTES = 8 * 1024 * 1024, NAME_BYTES = 512 };

/* As Jira said it: read again into the arena of whoever asks. */
struct kept {
    char name[NAME_BYTES];
    char desk[24];
    char *pages; /* JSON, an array; NULL: the slot is free */
    int64_t at_ms;
};
struct site_forms {
    struct kept slots[SITE_FORMS_MAX];
};

struct site_forms *site_forms_new(void)
{
    struct site_forms *forms = calloc(1, sizeof *forms);
    if (!forms)
        abort();
    return forms;
}

void site_forms_free(struct site_forms *forms)
{
    for (size_t i = 0; forms && i < SITE_FORMS_MAX; i++)
        free(forms->slots[i].pages);
    free(forms);
}

struct asking {
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

static void asking_end(void *arg)
{
    struct asking *q = arg;

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

/* --- keeping --- */

static struct kept *find_kept(struct asking *q)
{
    struct kept *slots = q->site->forms->slots;
    int64_t now = io_loop_now_ms(q->site->o.loop);

    for (size_t i = 0; i < SITE_FORMS_MAX; i++)
        if (slots[i].pages && str_eq_c(q->kept_as, slots[i].name) &&
            now - slots[i].at_ms < SITE_FORM_MS)
            return &slots[i];
    return NULL;
}

/* A place for it: its own, a free one, or that of the oldest. */
static struct kept *place_for(struct asking *q)
{
    struct kept *slots = q->site->forms->slots, *oldest = &slots[0];

    for (size_t i = 0; i < SITE_FORMS_MAX; i++) {
        if (slots[i].pages && str_eq_c(q->kept_as, slots[i].name))
            return &slots[i];
        bool older = !slots[i].pages || slots[i].at_ms < oldest->at_ms;
        if (oldest->pages && older)
            oldest = &slots[i];
    }
    return oldest;
}

static void keep(struct asking *q)
{
    struct kept *k = place_for(q);

    free(k->pages);
    *k = (struct kept){.at_ms = io_loop_now_ms(q->site->o.loop)};
    bool fits = q->pages.len <= SITE_FORM_BYTES && str_copy(k->name, sizeof k->name, q->kept_as) &&
                str_copy(k->desk, sizeof k->desk, q->form.desk);
    k->pages = fits ? buf_take(&q->pages) : NULL;
}

/* --- asking --- */

static void have_all(struct asking *q)
{
    json_close_array(&q->out);
    if (q->pages.over || !read_pages(q, buf_str(&q->pages))) {
        asking_fail(q, READ_FAILED, 0, STR("Jira's description of a form cannot be read"));
        return;
    }
    keep(q);
    asking_end(q);
}

static void add_page(struct asking *q, const struct json *page)
{
    json_put_value(&q->out, page);
    q->page_count++;
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
        site_send(q->site, q->arena, &call, on_request_form, q);
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
    site_send(q->site, q->arena, &call, on_issue_form, q);
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
        site_send(q->site, q->arena, &call, on_issue_form, q);
    else
        asking_fail(q, READ_REFUSED, 0,
                    arena_printf(q->arena,
                                 "project %.*s has no issue type '%.*s' that we may create; write "
                                 "ticket: issue_type: one of %.*s",
                                 STR_ARG(q->name.project), STR_ARG(q->name.type), STR_ARG(names)));
}

void site_form_read(struct site *site, struct arena *arena, const struct site_form_name *name,
                    bool afresh, site_form_fn *fn, void *arg)
{
    struct asking *q = calloc(1, sizeof *q);

    if (!q)
        abort();
    *q = (struct asking){.site = site, .arena = arena, .name = *name, .fn = fn, .arg = arg};
    q->form.why = "";
    q->kept_as = arena_printf(arena, "%d/%.*s/%.*s", (int)name->by, STR_ARG(name->project),
                              STR_ARG(name->type));
    buf_init(&q->pages, PAGES_BYTES);
    json_begin(&q->out, &q->pages);
    json_open_array(&q->out);
    const struct kept *k = afresh ? NULL : find_kept(q);
    if (k && read_pages(q, str_of(k->pages))) {
        q->form.desk = arena_str(arena, str_of(k->desk));
        q->form.is_kept = true;
        io_loop_defer(site->o.loop, asking_end, q);
        return;
    }
    bool by_request = name->by == CREATE_BY_REQUEST;
    struct jsm_call call = by_request ? jsm_call_desk(arena, name->project)
                                      : jsm_call_issue_types(arena, name->project);
    site_send(site, arena, &call, by_request ? on_desk : on_issue_types, q);
}
