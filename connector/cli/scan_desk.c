#include "cli/scan_desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "jsm/jsm_closed.h"
#include "site/site.h"

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

/* --- the walk: who we are, may we see each project, then page by page --- */

enum step { STEP_WHO, STEP_PROJECT, STEP_PAGE };

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

/* One ticket; false: there is no room for it. */
static bool take(struct walk *w, const struct jsm_hit *hit)
{
    struct jsm_closed closed = {0};
    struct mapped m;

    w->ret->seen++;
    if (!jsm_closed_read(hit->issue, &w->site->view, &closed))
        return true; /* opened again since it was indexed */
    mapping_ticket(w->site->o.mapping, w->arena, hit->issue, &m);
    w->ret->ungoverned += m.outcome == MAPPED_NOT_GOVERNED;
    w->ret->withdrawn += m.outcome != MAPPED_NOT_GOVERNED && closed.withdrawn;
    if (m.outcome == MAPPED_NOT_GOVERNED || closed.withdrawn)
        return true;
    struct scan_ticket t = {
        .closed = {.site = w->config->name, .issue_key = hit->key, .closed_ms = closed.closed_ms}};
    t.closed.item.desired = m.rule->expect;
    if (m.rule->form.len) {
        t.hold = STR("its rule reads the form attached to it, which a search does not show: "
                     "countersign mapping explain KEY");
    } else if (m.outcome == MAPPED_HOLD) {
        t.hold = m.hold_text.len ? m.hold_text : str_of(m.hold_code);
    } else {
        t.closed.item.source = m.source;
        t.closed.item.account = m.account;
        t.closed.item.entitlement = m.entitlement;
    }
    return scan_list_add(w->list, &t);
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

static void take_page(struct walk *w, const struct json *body)
{
    struct jsm_page page;
    bool room = true;

    if (!jsm_page_read(w->arena, body, str_of(w->token), &page, w->err)) {
        end(w, false);
        return;
    }
    for (size_t i = 0; room && i < page.count; i++)
        room = was_before(w, &page.hits[i]) || take(w, &page.hits[i]);
    remember(w, &page);
    bool same = page.next_token.len && str_eq_c(page.next_token, w->token);
    if (!room)
        (void)FAIL(w->err, ERR_INPUT, "more than %d tickets were closed: take a shorter --last",
                   SCAN_TICKETS_MAX);
    else if (same || !str_copy(w->token, sizeof w->token, page.next_token))
        (void)FAIL(w->err, ERR_TEMPORARY, "Jira's pages have no end");
    say(w, !page.next_token.len);
    if (w->err->kind != ERR_NONE || !page.next_token.len)
        end(w, w->err->kind == ERR_NONE);
    else
        ask(w);
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

static void on_failed(struct walk *w, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_REFUSED && w->token[0] && !w->restarted) {
        restart(w);
        return;
    }
    int64_t wait_ms = (int64_t)FIRST_WAIT_MS << w->tries++;
    bool later = answer->verdict == JSM_LATER || answer->verdict == JSM_UNREACHED ||
                 answer->verdict == JSM_UNKNOWN;

    if (answer->told_ms > wait_ms)
        wait_ms = answer->told_ms;
    if (later && w->tries < TRIES_MAX && wait_ms <= TOLD_MAX_MS) {
        if (answer->told_ms > FIRST_WAIT_MS)
            fprintf(stderr, "countersign scan: %.*s: Jira says to wait %" PRId64 " s\n",
                    STR_ARG(w->config->name), (wait_ms + 999) / 1000);
        io_timer_start(w->timer, wait_ms, 0);
        return;
    }
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
        take_page(w, answer->body);
        return;
    }
    ask(w);
}

static void ask(void *arg)
{
    struct walk *w = arg;
    struct jsm_call call;

    arena_clear(w->arena);
    switch (w->step) {
    case STEP_WHO:
        call = jsm_call_myself();
        break;
    case STEP_PROJECT:
        call = jsm_call_project(w->arena, w->config->projects[w->project]);
        break;
    case STEP_PAGE:
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
    w->search =
        (struct jsm_closed_search){.projects = site->projects,
                                   .project_count = site->project_count,
                                   .fields = w->fields,
                                   .field_count = mapping_fields(site->mapping, NULL, w->fields),
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
