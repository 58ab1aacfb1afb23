/* site_ticket.c: a fresh read of one ticket: the issue, its whole changelog, its approvals. */
#include <stdlib.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/codecs.h"
#include "base/log.h"
#include "jsm/jsm_approval.h"
#include "jsm/jsm_plea.h"
#include "site/site_answers.h"
#include "site/site_edition.h"
#include "site/site_gather.h"
#include "site/site_who.h"

enum {
    CHANGELOG_PAGES_MAX = 100, /* of a thousand changes, or of a hundred each */
    TORN_MAX = 3,              /* reads during which an approval was decided, one after the other */
};

struct reading {
    struct site *site;
    const struct site_edition *live, *by; /* when it began; by: NULL when it is the live one */
    struct jsm_view view;
    struct arena *arena;
    struct str issue_id;
    bool talk;          /* the comments too */
    bool looked_around; /* it was not there, and we have proved that we would see it */
    size_t project;     /* of the configuration: those before it can be browsed */
    size_t pages;       /* of the changelog that were read */
    struct jsm_approvals approvals;
    int64_t decided_ms;       /* what was decided before the issue was read, as far as we know */
    int torn;                 /* how often it was decided while we read */
    const struct json *issue; /* it, until its form is read */
    int64_t form_ms;          /* when that was changed last; 0: it has none that counts */
    struct site_ticket result;
    site_ticket_fn *fn;
    void *arg;
};

static void reading_end(struct reading *r, enum read_outcome outcome, int64_t told_ms)
{
    r->fn(r->arg, outcome, told_ms, outcome == READ_OK ? &r->result : NULL);
    free(r);
}

enum read_outcome site_read_outcome(const struct jsm_answer *answer)
{
    switch (answer->verdict) {
    case JSM_OK:
        return READ_OK;
    case JSM_REFUSED:
        return READ_REFUSED;
    case JSM_DENIED:
        return READ_DENIED;
    case JSM_MISSING:
    case JSM_LATER:
    case JSM_UNREACHED:
    case JSM_UNKNOWN:
        break;
    }
    return READ_FAILED;
}

/* Jira answered, and nobody can make sense of it: that will be so tomorrow too, so people hear. */
static void reading_unreadable(struct reading *r, enum read_outcome outcome, const char *why)
{
    struct site *site = r->site;

    site->counters.unreadable++;
    log_warn("site", "a ticket we cannot read", LOG_S("site", site->config->name),
             LOG_S("issue", r->issue_id), LOG_C("why", why));
    if (site->o.on_unreadable)
        site->o.on_unreadable(site->o.arg, site->config->name, r->issue_id, why);
    reading_end(r, outcome, 0);
}

static bool reading_failed(struct reading *r, const struct jsm_answer *answer)
{
    switch (answer->verdict) {
    case JSM_OK:
        if (answer->body)
            return false;
        reading_unreadable(r, READ_FAILED, "an empty answer");
        return true;
    case JSM_UNKNOWN:
        reading_unreadable(r, READ_FAILED, answer->why);
        return true;
    case JSM_REFUSED:
        reading_unreadable(r, READ_REFUSED, answer->why);
        return true;
    case JSM_DENIED:
    case JSM_LATER:
    case JSM_MISSING:
    case JSM_UNREACHED:
        reading_end(r, site_read_outcome(answer), answer->told_ms);
        return true;
    }
    UNREACHABLE();
}

static void on_who(void *arg, enum read_outcome outcome, int64_t told_ms)
{
    reading_end(arg, outcome, told_ms);
}

static void read_approvals(struct reading *r);
static void read_issue(struct reading *r);

/* All approvals are in. */
static void after_approvals(struct reading *r)
{
    const struct ticket *t = &r->result.ticket;

    if (!jsm_approval_is_unseen(t, r->decided_ms)) {
        site_who_find(r->site, r->arena, &r->result, on_who, r);
    } else if (++r->torn == TORN_MAX) {
        reading_end(r, READ_FAILED, 0);
    } else {
        r->decided_ms = t->approved_at_ms;
        r->pages = 0;
        read_issue(r);
    }
}

/* Nothing is said of them before the last page: the newest may stand on any. A request without the
 * right to see them, or that is none, has none. */
static void on_approvals(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    struct err err;
    bool none = jsm_approval_is_none(answer);

    if (!none && reading_failed(r, answer))
        return;
    if (!none && !jsm_approvals_page(&r->approvals, answer->body, r->view.our_account, &err)) {
        reading_unreadable(r, READ_FAILED, err.what);
        return;
    }
    if (!none && !r->approvals.last) {
        read_approvals(r);
        return;
    }
    if (!none)
        jsm_approvals_take(r->arena, &r->approvals, &r->result.ticket);
    after_approvals(r);
}

static void read_approvals(struct reading *r)
{
    struct jsm_call call = jsm_call_approvals(r->arena, r->issue_id, r->approvals.start);
    site_send(r->site, r->arena, &call, on_approvals, r);
}

/* The changelog says nothing of a form: that it was changed counts as an edit, whatever to. */
static void count_form(struct reading *r)
{
    struct ticket *t = &r->result.ticket;

    if (!r->form_ms)
        return;
    t->edit = arena_printf(r->arena, "%.*s/%lld", STR_ARG(t->edit), (long long)r->form_ms);
    t->edit_at_ms = r->form_ms > t->edit_at_ms ? r->form_ms : t->edit_at_ms;
}

/* Everything of the issue is in; approvals live elsewhere. */
static void after_issue(struct reading *r)
{
    const struct mapped *m = &r->result.mapped;
    const struct site_config *config = r->site->config;

    count_form(r);
    jsm_plea_settle(&r->view, &r->result.ticket);
    if (m->outcome == MAPPED_NOT_GOVERNED || !m->rule->approval_needed) {
        site_who_find(r->site, r->arena, &r->result, on_who, r);
        return;
    }
    r->approvals = (struct jsm_approvals){.automation = config->automation,
                                          .automation_count = config->automation_count};
    read_approvals(r);
}

static void on_changelog(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    int64_t next;
    struct err err;

    if (reading_failed(r, answer))
        return;
    if (!jsm_issue_changelog_page(r->arena, answer->body, &r->view, &r->result.ticket, &next,
                                  &err)) {
        reading_unreadable(r, READ_FAILED, err.what);
        return;
    }
    if (!next) {
        after_issue(r);
        return;
    }
    if (++r->pages == CHANGELOG_PAGES_MAX) {
        reading_unreadable(r, READ_FAILED, "a changelog that does not end");
        return;
    }
    struct jsm_call call = jsm_call_changelog(r->arena, r->issue_id, next);
    site_send(r->site, r->arena, &call, on_changelog, r);
}

static void read_changelog(struct reading *r)
{
    struct jsm_call call = jsm_call_changelog(r->arena, r->issue_id, 0);
    site_send(r->site, r->arena, &call, on_changelog, r);
}

static void read_changelogs(struct reading *r, struct str token);

static void on_changelogs(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    struct str token = STR_NONE;
    struct err err;

    if (answer->verdict == JSM_MISSING || answer->verdict == JSM_REFUSED) {
        read_changelog(r); /* a right or a scope that only the bulk call wants */
        return;
    }
    if (reading_failed(r, answer))
        return;
    if (!jsm_issue_changelogs_page(r->arena, answer->body, &r->view, &r->result.ticket, &token,
                                   &err))
        reading_unreadable(r, READ_FAILED, err.what);
    else if (!token.len)
        after_issue(r);
    else if (++r->pages == CHANGELOG_PAGES_MAX)
        reading_unreadable(r, READ_FAILED, "a changelog that does not end");
    else
        read_changelogs(r, token);
}

/* What lies before the part inside the issue: only what we look for, in one call mostly. The other
 * changelog gives every change there ever was, a hundred at a time. */
static void read_changelogs(struct reading *r, struct str token)
{
    const struct jsm_view *view = &r->view;
    struct jsm_call call =
        jsm_call_changelogs(r->arena, r->issue_id, view->fields, view->history_count, token);
    site_send(r->site, r->arena, &call, on_changelogs, r);
}

/* For trying another mapping on it later. */
static void take_fields(struct reading *r, const struct json *issue)
{
    const struct mapping_field_list lists[] = {
        {r->live->read, r->live->read_count},
        {r->by ? r->by->read : NULL, r->by ? r->by->read_count : 0},
    };
    r->result.ticket.fields = mapping_fields_hold(r->arena, issue, lists, 2);
}

/* For a request that is to be moved to the live mapping: would that read what was approved? */
static uint64_t live_hash(const struct reading *r, const struct json *issue)
{
    struct mapped m;

    mapping_ticket(r->live->mapping, r->arena, issue, &m);
    return m.outcome == MAPPED_OK ? m.hash : 0;
}

static void take_mapping(struct reading *r, const struct json *issue)
{
    struct ticket *t = &r->result.ticket;
    struct mapped *m = &r->result.mapped;

    mapping_ticket(r->by ? r->by->mapping : r->live->mapping, r->arena, issue, m);
    t->mapped_hash = m->outcome == MAPPED_OK ? m->hash : 0;
    t->mapped = m->outcome == MAPPED_OK ? m->tuple : STR_NONE;
    t->hold_text = m->hold_text;
    t->live_hash = r->by ? live_hash(r, issue) : t->mapped_hash;
    t->mapping = str_of(r->live->mapping->sha256);
    t->mapped_by = str_of(r->by ? r->by->mapping->sha256 : r->live->mapping->sha256);
    take_fields(r, issue);
    site_who_take(&r->result, r->arena);
    r->result.origin = jsm_origin_read(r->arena, issue, &r->view);
    r->site->counters.foreign += r->result.origin.foreign;
    if (!clock_parse(json_path_str(issue, "fields/created"), &r->result.created_ms))
        r->result.created_ms = 0;
}

/* --- not there: gone, or hidden from us --- */

static void look_around(struct reading *r);

static void hidden(struct reading *r, const char *why)
{
    struct site *site = r->site;

    site->counters.hidden++;
    log_warn("site", "a ticket is not shown to us, which does not prove that it is gone",
             LOG_S("site", site->config->name), LOG_S("issue", r->issue_id), LOG_C("why", why));
    reading_end(r, READ_DENIED, 0);
}

static bool shows_less(const struct site *site)
{
    return site->polling.walk_shows_less || site->polling.sweep_shows_less;
}

/* Nothing else tells that a right was taken from us where few tickets are open, or only in one
 * project; where most are hidden the site is held, which is told already. */
static void project_hidden(struct reading *r)
{
    const struct site_options *o = &r->site->o;

    if (o->on_unreadable && !shows_less(r->site))
        o->on_unreadable(o->arg, r->site->config->name, r->issue_id,
                         "Jira answers 404, and does not show us a project of the configuration "
                         "either: give our account the right to browse it");
    hidden(r, "a project of the configuration is not shown to us either");
}

static void on_project(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;

    switch (answer->verdict) {
    case JSM_OK:
        r->project++;
        look_around(r);
        return;
    case JSM_MISSING:
    case JSM_REFUSED:
    case JSM_DENIED:
        project_hidden(r);
        return;
    case JSM_LATER:
    case JSM_UNREACHED:
    case JSM_UNKNOWN:
        reading_end(r, READ_FAILED, answer->told_ms);
        return;
    }
}

/* Every project, because nobody tells us which one the ticket was in. Then the ticket once more:
 * what was proven in between holds for the second answer. */
static void look_around(struct reading *r)
{
    const struct site_config *c = r->site->config;

    if (r->project == c->project_count) {
        r->looked_around = true;
        read_issue(r);
        return;
    }
    struct jsm_call call = jsm_call_project(r->arena, c->projects[r->project]);
    site_send(r->site, r->arena, &call, on_project, r);
}

static void on_known(void *arg, bool known)
{
    struct reading *r = arg;

    if (known)
        look_around(r);
    else
        hidden(r, "Jira does not know us");
}

static void on_missing(struct reading *r)
{
    if (!r->looked_around) {
        site_learn(r->site, on_known, r);
        return;
    }
    r->site->counters.gone++;
    if (shows_less(r->site)) {
        hidden(r, "and so are most of the others: rights were lost rather than tickets");
        return;
    }
    r->result.ticket = (struct ticket){.presence = TICKET_GONE, .issue_id = r->issue_id};
    reading_end(r, READ_OK, 0);
}

/* --- the issue --- */

/* with_answers: it, with the answers of its form among its fields. */
static void go_on(struct reading *r, const struct json *with_answers)
{
    bool cut = jsm_issue_changelog_is_cut(r->issue);

    take_mapping(r, with_answers);
    if (cut)
        read_changelogs(r, STR_NONE);
    else
        after_issue(r);
}

static void on_answers(void *arg, const struct site_answers *answers)
{
    struct reading *r = arg;

    if (answers->outcome == READ_OK) {
        r->form_ms = answers->updated_ms;
        go_on(r, answers->issue);
    } else if (answers->outcome == READ_REFUSED) {
        reading_unreadable(r, READ_REFUSED, answers->why);
    } else {
        reading_end(r, answers->outcome, answers->told_ms);
    }
}

static struct str form_by(const struct reading *r, const struct mapping *m,
                          const struct json *issue)
{
    struct str type;

    (void)mapping_governs(m, r->arena, issue, &type);
    return mapping_form_of(m, type);
}

/* The form of the mapping that its request keeps, else of the live one. Empty: none is read. */
static struct str form_of(struct reading *r, const struct json *issue)
{
    struct str form = r->by ? form_by(r, r->by->mapping, issue) : STR_NONE;

    return form.len ? form : form_by(r, r->live->mapping, issue);
}

static void on_issue(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    struct err err;

    if (answer->verdict == JSM_MISSING) {
        on_missing(r);
        return;
    }
    if (reading_failed(r, answer))
        return;
    if (!jsm_issue_read(r->arena, answer->body, &r->view, &r->result.ticket, &err)) {
        reading_unreadable(r, READ_FAILED, err.what);
        return;
    }
    struct str form = form_of(r, answer->body);
    r->issue = answer->body;
    if (form.len)
        site_answers_read(r->site, r->arena, answer->body, form, on_answers, r);
    else
        go_on(r, answer->body);
}

/* Those of the mapping that its request keeps, too. */
static struct str fields_to_read(struct reading *r)
{
    AUTO(drop_buf) struct buf b;
    struct str fields = str_of(r->live->fields);

    if (!fields.len || (!r->by && !r->talk))
        return fields;
    buf_init(&b, 2 * SITE_FIELDS_BYTES);
    buf_add_str(&b, fields);
    if (r->talk)
        buf_add_c(&b, ",comment");
    for (size_t i = 0; r->by && i < r->by->read_count; i++) {
        if (mapping_field_is_in(r->live->read, r->live->read_count, r->by->read[i]) ||
            site_edition_is_of_form(r->by->read[i]))
            continue;
        buf_add_byte(&b, ',');
        url_encode(&b, r->by->read[i]);
    }
    return b.over || b.len >= SITE_FIELDS_BYTES ? STR_NONE : arena_str(r->arena, buf_str(&b));
}

static void read_issue(struct reading *r)
{
    struct str fields = fields_to_read(r);

    if (r->talk || r->looked_around) { /* what is said on it, or whether it is there at all */
        struct jsm_call call = jsm_call_issue_fields(r->arena, r->issue_id, fields);
        site_send(r->site, r->arena, &call, on_issue, r);
    } else {
        site_gather_read(r->site, r->arena, r->issue_id, fields, on_issue, r);
    }
}

void site_ticket_read(struct site *site, struct arena *arena, struct site_edition *by,
                      struct str issue_id, bool talk, site_ticket_fn *fn, void *arg)
{
    struct reading *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct reading){.site = site,
                          .live = site->edition,
                          .by = by,
                          .view = site->view,
                          .arena = arena,
                          .issue_id = issue_id,
                          .talk = talk,
                          .fn = fn,
                          .arg = arg};
    site_edition_hold(site->edition, arena);
    if (by) {
        site_edition_hold(by, arena);
        r->view.fields = by->history;
        r->view.field_count = by->field_count;
        r->view.history_count = by->history_count;
        r->view.field_names = r->view.field_names ? by->names : NULL;
    }
    read_issue(r);
}
