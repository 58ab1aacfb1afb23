/* site_ticket.c: a fresh read of one ticket: the issue, its whole changelog, its approvals. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "site/site.h"

struct reading {
    struct site *site;
    struct arena *arena;
    struct str issue_id;
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

static bool reading_failed(struct reading *r, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK && answer->body)
        return false;
    enum read_outcome outcome = answer->verdict == JSM_OK ? READ_FAILED : site_read_outcome(answer);
    reading_end(r, outcome, answer->verdict == JSM_LATER ? answer->told_ms : 0);
    return true;
}

static void on_approvals(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;

    if (answer->verdict != JSM_MISSING && answer->verdict != JSM_REFUSED &&
        reading_failed(r, answer))
        return;
    if (answer->verdict == JSM_OK)
        jsm_approvals_read(answer->body, &r->result.ticket);
    reading_end(r, READ_OK, 0);
}

/* Everything of the issue is in; approvals live elsewhere. */
static void after_issue(struct reading *r)
{
    const struct mapped *m = &r->result.mapped;

    if (m->outcome == MAPPED_NOT_GOVERNED || !m->rule->approval_needed) {
        reading_end(r, READ_OK, 0);
        return;
    }
    struct jsm_call call = jsm_call_approvals(r->arena, r->issue_id);
    site_send(r->site, r->arena, &call, on_approvals, r);
}

static void on_changelog(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    int64_t next;
    struct err err;

    if (reading_failed(r, answer))
        return;
    if (!jsm_issue_changelog_page(r->arena, answer->body, &r->site->view, &r->result.ticket, &next,
                                  &err)) {
        reading_end(r, READ_FAILED, 0);
        return;
    }
    if (!next) {
        after_issue(r);
        return;
    }
    struct jsm_call call = jsm_call_changelog(r->arena, r->issue_id, next);
    site_send(r->site, r->arena, &call, on_changelog, r);
}

static void take_mapping(struct reading *r, const struct json *issue)
{
    struct ticket *t = &r->result.ticket;
    struct mapped *m = &r->result.mapped;

    mapping_ticket(r->site->o.mapping, r->arena, issue, m);
    t->mapped_hash = m->outcome == MAPPED_OK ? m->hash : 0;
    t->mapped = m->outcome == MAPPED_OK ? m->tuple : STR_NONE;
    t->hold_text = m->hold_text;
    if (!clock_parse(json_path_str(issue, "fields/created"), &r->result.created_ms))
        r->result.created_ms = 0;
}

static void on_issue(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    struct err err;

    if (answer->verdict == JSM_MISSING) {
        r->result.ticket = (struct ticket){.presence = TICKET_GONE, .issue_id = r->issue_id};
        reading_end(r, READ_OK, 0);
        return;
    }
    if (reading_failed(r, answer))
        return;
    if (!jsm_issue_read(r->arena, answer->body, &r->site->view, &r->result.ticket, &err)) {
        log_warn("site", "an issue we cannot read", LOG_S("issue", r->issue_id),
                 LOG_C("why", err.what));
        reading_end(r, READ_FAILED, 0);
        return;
    }
    take_mapping(r, answer->body);
    if (!jsm_issue_changelog_is_cut(answer->body)) {
        after_issue(r);
        return;
    }
    struct jsm_call call = jsm_call_changelog(r->arena, r->issue_id, 0);
    site_send(r->site, r->arena, &call, on_changelog, r);
}

void site_ticket_read(struct site *site, struct arena *arena, struct str issue_id,
                      site_ticket_fn *fn, void *arg)
{
    struct reading *r = calloc(1, sizeof *r);
    struct jsm_call call = jsm_call_issue(arena, issue_id);

    if (!r)
        abort();
    *r = (struct reading){.site = site, .arena = arena, .issue_id = issue_id, .fn = fn, .arg = arg};
    site_send(site, arena, &call, on_issue, r);
}
