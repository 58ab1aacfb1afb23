#include "cli/scan_desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "jsm/jsm_closed.h"
#include "site/site.h"
#include "site/site_answers.h"
#include "site/site_edition.h"

enum {
    PAGE_ARENA_BYTES = 64 * 1024 * 1024,
    TOKEN_MAX = 4096,
    TRIES_MAX = 8,        /* of one call, one after the other */
    FIRST_WAIT_MS = 500,  /* after the first, doubled after each, unless Jira says longer */
    TOLD_MAX_MS = 300000, /* longer nobody waits before a terminal */
    SAY_EVERY_TICKETS = 1000,
};

/* --- the list --- */

bool scan_list_init(struct scan_list *list, struct arena *arena, struct err *err)
{
    *list = (struct scan_list){
        .arena = arena, .tickets = arena_array(arena, SCAN_TICKETS_MAX, sizeof *list->tickets)};
    return list->tickets || FAIL(err, ERR_INPUT, "no room for a list of tickets");
}

bool scan_list_add(struct scan_list *list, const struct scan_ticket *ticket)
{
    struct arena *a = list->arena;
    struct scan_ticket *t = NULL;

    if (list->count < SCAN_TICKETS_MAX)
        t = ARENA_NEW(a, struct scan_ticket);
    if (!t)
        return false;
    *t = *ticket;
    t->hold = arena_str(a, ticket->hold);
    t->closed.request_id = arena_str(a, ticket->closed.request_id);
    t->closed.issue_key = arena_str(a, ticket->closed.issue_key);
    t->closed.site = arena_str(a, ticket->closed.site);
    t->closed.in_hand = arena_str(a, ticket->closed.in_hand);
    t->closed.item.source = arena_str(a, ticket->closed.item.source);
    t->closed.item.account = arena_str(a, ticket->closed.item.account);
    t->closed.item.entitlement = arena_str(a, ticket->closed.item.entitlement);
    t->closed.item.account_id = arena_str(a, ticket->closed.item.account_id);
    t->closed.item.entitlement_id = arena_str(a, ticket->closed.item.entitlement_id);
    if (arena_over(a))
        return false;
    list->tickets[list->count++] = t;
    return true;
}

/* By what they are about; who cannot be understood is about his ticket alone. */
static int about(const struct scan_ticket *a, const struct scan_ticket *b)
{
    const struct item *x = &a->closed.item, *y = &b->closed.item;
    int order = str_cmp(x->source, y->source);

    if (!order)
        order = str_cmp(x->account, y->account);
    if (!order)
        order = str_cmp(x->entitlement, y->entitlement);
    if (!order && (a->hold.len || b->hold.len))
        order = str_cmp(a->closed.site, b->closed.site);
    if (!order && (a->hold.len || b->hold.len))
        order = str_cmp(a->closed.issue_key, b->closed.issue_key);
    return order;
}

static int by_order(const void *a, const void *b)
{
    const struct scan_ticket *x = *(const struct scan_ticket *const *)a,
                             *y = *(const struct scan_ticket *const *)b;
    int order = about(x, y);

    if (!order)
        order = (x->closed.closed_ms < y->closed.closed_ms) -
                (x->closed.closed_ms > y->closed.closed_ms); /* the last one first */
    if (!order) /* of one moment: the one that was made last, by the number in its key */
        order = (x->closed.issue_key.len < y->closed.issue_key.len) -
                (x->closed.issue_key.len > y->closed.issue_key.len);
    return order ? order : str_cmp(y->closed.issue_key, x->closed.issue_key);
}

static bool is_same_ticket(const struct closed_item *a, const struct closed_item *b)
{
    return str_eq(a->site, b->site) && str_eq(a->issue_key, b->issue_key);
}

void scan_list_settle(struct scan_list *list)
{
    size_t kept = 0;

    qsort(list->tickets, list->count, sizeof *list->tickets, by_order);
    for (size_t i = 0; i < list->count; i++) {
        const struct scan_ticket *t = list->tickets[i], *last = kept ? list->tickets[kept - 1] : t;
        if (!kept || about(last, t) != 0)
            list->tickets[kept++] = t;
        else if (!is_same_ticket(&last->closed, &t->closed))
            list->overtaken++;
        else if (t->closed.request_id.len)
            list->tickets[kept - 1] = t;
    }
    list->count = kept;
}

/* --- the walk: who we are, may we see each project, then page by page; and on a page the form of
 * each ticket whose rule reads one --- */

enum step { STEP_WHO, STEP_PROJECT, STEP_PAGE, STEP_FORM };

struct walk {
    const struct site_config *config;
    struct scan_list *list;
    struct scan_walk *ret;
    struct err *err;
    struct io_loop *loop;
    struct http *http;
    struct site *site;
    struct io_timer *timer;
    struct arena *arena; /* of one answer */
    struct str fields[MAPPING_FIELDS_MAX];
    struct jsm_closed_search search;
    struct jsm_page page; /* and the next of it that is looked at */
    size_t at;
    enum step step;
    size_t project, said;
    int tries;
    bool restarted; /* a page token ran out: once it is walked from the start */
    char token[TOKEN_MAX];
    uint64_t before[JSM_CLOSED_PAGE]; /* what the page before showed: a Data Center's overlap */
    size_t before_count;
    bool good;
};

static void ask(void *arg);

static void on_closed(void *arg)
{
    struct walk *w = arg;
    io_loop_stop(w->loop);
}

/* Nothing of a site is freed inside its own callback. */
static void finish(void *arg)
{
    struct walk *w = arg;

    io_timer_free(w->timer);
    site_close(w->site);
    http_close(w->http, on_closed, w);
}

static void end(struct walk *w, bool good)
{
    w->good = good;
    io_loop_defer(w->loop, finish, w);
}

static void say(struct walk *w, bool last)
{
    if (!last && w->ret->seen - w->said < SAY_EVERY_TICKETS)
        return;
    w->said = w->ret->seen;
    fprintf(stderr, "countersign scan: %.*s: %zu closed tickets seen%s\n", STR_ARG(w->config->name),
            w->ret->seen, last ? "" : " so far");
}

/* A ticket that asks for several of them is as many findings. */
static bool add_each(struct walk *w, struct scan_ticket *t, struct str entitlements)
{
    bool fits = true;

    while (fits && entitlements.len) {
        t->closed.item.entitlement = str_cut(&entitlements, '\n');
        fits = scan_list_add(w->list, t);
    }
    return fits;
}

/* One ticket; false: there is no room for it. issue: with the answers of its form; unread: why they
 * are not known, else empty. */
static bool take(struct walk *w, const struct jsm_hit *hit, const struct json *issue,
                 struct str unread)
{
    struct jsm_closed closed = {0};
    struct mapped m;

    w->ret->seen++;
    if (!jsm_closed_read(hit->issue, &w->site->view, &closed))
        return true; /* opened again since it was indexed */
    mapping_ticket(w->site->o.mapping, w->arena, issue, &m);
    w->ret->ungoverned += m.outcome == MAPPED_NOT_GOVERNED;
    w->ret->withdrawn += m.outcome != MAPPED_NOT_GOVERNED && closed.withdrawn;
    if (m.outcome == MAPPED_NOT_GOVERNED || closed.withdrawn)
        return true;
    struct scan_ticket t = {
        .closed = {.site = w->config->name, .issue_key = hit->key, .closed_ms = closed.closed_ms}};
    t.closed.item.desired = m.rule->expect;
    if (unread.len) {
        t.hold = unread;
    } else if (m.outcome == MAPPED_HOLD) {
        t.hold = m.hold_text.len ? m.hold_text : str_of(m.hold_code);
    } else {
        t.closed.item.source = m.source;
        t.closed.item.account = m.account;
        return add_each(w, &t, m.entitlement);
    }
    return scan_list_add(w->list, &t);
}

/* The form by which it is understood; empty: none is needed. */
static struct str form_of(const struct walk *w, const struct jsm_hit *hit)
{
    const struct mapping *m = w->site->o.mapping;
    struct jsm_closed closed = {0};
    struct str type;

    if (!jsm_closed_read(hit->issue, &w->site->view, &closed) || closed.withdrawn)
        return STR_NONE;
    (void)mapping_governs(m, w->arena, hit->issue, &type);
    return mapping_form_of(m, type);
}

static bool was_before(const struct walk *w, const struct jsm_hit *hit)
{
    uint64_t key = str_hash(hit->issue_id);

    for (size_t i = 0; i < w->before_count; i++)
        if (w->before[i] == key)
            return true;
    return false;
}

static void remember(struct walk *w, const struct jsm_page *page)
{
    w->before_count = page->count < JSM_CLOSED_PAGE ? page->count : JSM_CLOSED_PAGE;
    for (size_t i = 0; i < w->before_count; i++)
        w->before[i] = str_hash(page->hits[i].issue_id);
}

static void end_page(struct walk *w, bool room)
{
    struct str next = w->page.next_token;
    bool same = next.len && str_eq_c(next, w->token);

    w->step = STEP_PAGE;
    remember(w, &w->page);
    if (!room)
        (void)FAIL(w->err, ERR_INPUT, "more than %d tickets were closed: take a shorter --last",
                   SCAN_TICKETS_MAX);
    else if (same || !str_copy(w->token, sizeof w->token, next))
        (void)FAIL(w->err, ERR_TEMPORARY, "Jira's pages have no end");
    say(w, !next.len);
    if (w->err->kind != ERR_NONE || !next.len)
        end(w, w->err->kind == ERR_NONE);
    else
        ask(w);
}

/* Up to the next whose form is to be read. */
static void take_hits(struct walk *w)
{
    bool room = true;

    for (; room && w->at < w->page.count; w->at++) {
        const struct jsm_hit *hit = &w->page.hits[w->at];
        if (was_before(w, hit))
            continue;
        if (form_of(w, hit).len) {
            w->step = STEP_FORM;
            ask(w);
            return;
        }
        room = take(w, hit, hit->issue, STR_NONE);
    }
    end_page(w, room);
}

static void take_page(struct walk *w, const struct json *body)
{
    w->at = 0;
    if (jsm_page_read(w->arena, body, str_of(w->token), &w->page, w->err))
        take_hits(w);
    else
        end(w, false);
}

/* Tickets that are seen again fall together in the list. */
static void restart(struct walk *w)
{
    w->restarted = true;
    w->token[0] = '\0';
    w->said = w->before_count = 0;
    *w->ret = (struct scan_walk){0};
    ask(w);
}

/* Asked once more, after a while; false: often enough. */
static bool asked_later(struct walk *w, int64_t told_ms)
{
    int64_t wait_ms = (int64_t)FIRST_WAIT_MS << w->tries++;

    if (told_ms > wait_ms)
        wait_ms = told_ms;
    if (w->tries >= TRIES_MAX || wait_ms > TOLD_MAX_MS)
        return false;
    if (told_ms > FIRST_WAIT_MS)
        fprintf(stderr, "countersign scan: %.*s: Jira says to wait %" PRId64 " s\n",
                STR_ARG(w->config->name), (wait_ms + 999) / 1000);
    io_timer_start(w->timer, wait_ms, 0);
    return true;
}

static void on_failed(struct walk *w, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_REFUSED && w->token[0] && !w->restarted) {
        restart(w);
        return;
    }
    bool later = answer->verdict == JSM_LATER || answer->verdict == JSM_UNREACHED ||
                 answer->verdict == JSM_UNKNOWN;

    if (later && asked_later(w, answer->told_ms))
        return;
    if (answer->verdict == JSM_MISSING && w->step == STEP_PROJECT)
        (void)FAIL(w->err, ERR_REFUSED, "Jira shows our account no project %.*s",
                   STR_ARG(w->config->projects[w->project]));
    else
        (void)FAIL(w->err, later ? ERR_TEMPORARY : ERR_REFUSED, "%s", answer->why);
    end(w, false);
}

static void on_answer(void *arg, const struct jsm_answer *answer)
{
    struct walk *w = arg;

    if (answer->verdict != JSM_OK || !answer->body) {
        on_failed(w, answer);
        return;
    }
    w->tries = 0;
    switch (w->step) {
    case STEP_WHO:
        w->step = w->config->project_count ? STEP_PROJECT : STEP_PAGE;
        break;
    case STEP_PROJECT:
        if (++w->project == w->config->project_count)
            w->step = STEP_PAGE;
        break;
    case STEP_PAGE:
    case STEP_FORM: /* is answered below */
        take_page(w, answer->body);
        return;
    }
    ask(w);
}

/* Where we may not read it, the ticket is one that nobody understands. */
static void on_form(void *arg, const struct site_answers *answers)
{
    struct walk *w = arg;
    const struct jsm_hit *hit = &w->page.hits[w->at];
    bool read = answers->outcome == READ_OK;

    if (answers->outcome == READ_FAILED) {
        if (asked_later(w, answers->told_ms))
            return;
        (void)FAIL(w->err, ERR_TEMPORARY, "%s", answers->why);
        end(w, false);
        return;
    }
    w->tries = 0;
    w->at++;
    if (take(w, hit, read ? answers->issue : hit->issue, read ? STR_NONE : str_of(answers->why)))
        take_hits(w);
    else
        end_page(w, false);
}

static void ask(void *arg)
{
    struct walk *w = arg;
    struct jsm_call call;

    if (w->step == STEP_FORM) { /* of a page that is still looked at */
        const struct jsm_hit *hit = &w->page.hits[w->at];
        site_answers_read(w->site, w->arena, hit->issue, form_of(w, hit), on_form, w);
        return;
    }
    arena_clear(w->arena);
    switch (w->step) {
    case STEP_WHO:
        call = jsm_call_myself();
        break;
    case STEP_PROJECT:
        call = jsm_call_project(w->arena, w->config->projects[w->project]);
        break;
    case STEP_PAGE:
    case STEP_FORM:
        call = jsm_call_closed(w->arena, &w->search, str_of(w->token));
        break;
    }
    site_send(w->site, w->arena, &call, on_answer, w);
}

static bool open_site(struct walk *w, const struct config *config)
{
    struct http_options http = {
        .per_host_max = 1, .in_flight_max = 1, .allow_plain_http = w->config->insecure_http};
    struct site_options options = {
        .config = w->config, .mapping = w->config->mapping, .times = &config->policy.times};

    w->loop = options.loop = io_loop_new();
    w->http = options.http = http_new(w->loop, &http);
    w->timer = io_timer_new(w->loop, ask, w);
    w->site = site_new(&options, w->err);
    return w->site != NULL;
}

bool scan_desk(const struct config *config, const struct site_config *site, int64_t from_ms,
               struct scan_list *list, struct scan_walk *ret, struct err *err)
{
    struct walk *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    *ret = (struct scan_walk){0};
    *w = (struct walk){
        .config = site, .list = list, .ret = ret, .err = err, .arena = arena_new(PAGE_ARENA_BYTES)};
    size_t count = 0, all = mapping_fields(site->mapping, NULL, w->fields);
    for (size_t i = 0; i < all; i++)
        if (!site_edition_is_of_form(w->fields[i])) /* no field of a search */
            w->fields[count++] = w->fields[i];
    w->search = (struct jsm_closed_search){.projects = site->projects,
                                           .project_count = site->project_count,
                                           .fields = w->fields,
                                           .field_count = count,
                                           .from_ms = from_ms};
    if (open_site(w, config))
        ask(w);
    else
        end(w, false);
    (void)!io_loop_run(w->loop);
    bool good = w->good;
    site_free(w->site);
    io_loop_free(w->loop);
    arena_free(w->arena);
    free(w);
    return good;
}
