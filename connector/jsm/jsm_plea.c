#include "jsm/jsm_plea.h"

#include "base/clock.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_user.h"

enum { DAY_MS = 86400000, WORKERS_CHARS = 4096 };

#define PLEA_EVERYBODY "*"

static const struct json *field_of(const struct json *issue, struct str id)
{
    JSON_EACH(member, json_member(issue, "fields"))
    if (id.len && str_eq(json_name(member), id))
        return member;
    return NULL;
}

/* Until the end of a day, or until a time. */
static int64_t end_of(const struct json *value)
{
    struct str text = json_str(value);
    char day[] = "2000-01-01T00:00:00Z";
    int64_t ms;

    if (clock_parse(text, &ms))
        return ms;
    if (text.len != 10)
        return 0;
    for (size_t i = 0; i < text.len; i++)
        day[i] = text.p[i];
    return clock_parse(str_of(day), &ms) ? ms + DAY_MS : 0;
}

void jsm_plea_read(struct arena *a, const struct json *issue, const struct jsm_view *view,
                   struct ticket *ticket)
{
    const struct jsm_plea_fields *f = &view->plea;
    struct plea *p = &ticket->plea;

    if (!f->asked.len)
        return;
    struct str answer = json_path_str(field_of(issue, f->decision), "value");
    p->reason = jsm_adf_plain(a, field_of(issue, f->asked));
    p->until_ms = end_of(field_of(issue, f->until));
    p->control = jsm_adf_plain(a, field_of(issue, f->control));
    p->owner = jsm_user_key(field_of(issue, f->owner));
    p->owner_names = jsm_user_names(a, field_of(issue, f->owner), STR_NONE);
    p->answer = str_eq_nocase(answer, f->approved)   ? PLEA_YES
                : str_eq_nocase(answer, f->declined) ? PLEA_NO
                                                     : PLEA_UNANSWERED;
    p->asked_by =
        jsm_user_key(json_path(issue, "fields/creator")); /* unless history knows better */
    p->asked_names = jsm_user_names(a, json_path(issue, "fields/creator"), STR_NONE);
    ticket->assignee = jsm_user_id(json_path(issue, "fields/assignee"));
}

static bool is_newer(struct str id, struct str than)
{
    int64_t a = 0, b = 0;
    return str_to_i64(id, &a) && (!str_to_i64(than, &b) || a > b);
}

static bool is_listed(const struct jsm_plea_fields *f, const struct json *user)
{
    for (size_t i = 0; i < f->approver_count; i++)
        if (str_eq_nocase(f->approvers[i], jsm_user_key(user)) ||
            str_eq(f->approvers[i], jsm_user_id(user)) ||
            str_eq(f->approvers[i], jsm_user_name(user)))
            return true;
    return false;
}

/* Whoever moved the ticket, or had it, works on it, and goes on doing so when somebody else moves
 * or has it now. An entry that makes the list too long is remembered as everybody. */
static void take_worker(struct arena *a, struct ticket *t, struct str who)
{
    struct str list = t->plea_workers;

    while (list.len)
        if (str_eq(str_cut(&list, ' '), who))
            return;
    if (!who.len || str_eq_c(t->plea_workers, PLEA_EVERYBODY))
        return;
    bool full = t->plea_workers.len + who.len > WORKERS_CHARS;
    t->plea_workers = full ? STR(PLEA_EVERYBODY)
                           : arena_printf(a, "%.*s %.*s", STR_ARG(t->plea_workers), STR_ARG(who));
}

static void take_workers(struct arena *a, const struct json *history, const struct jsm_view *view,
                         struct ticket *t)
{
    if (jsm_history_moves(history))
        take_worker(a, t, jsm_user_id(json_member(history, "author")));
    if (!jsm_history_changes(history, view, STR("assignee")))
        return;
    JSON_EACH(item, json_member(history, "items"))
    {
        bool assigns = str_eq_nocase(json_path_str(item, "field"), STR("assignee"));
        take_worker(a, t, assigns ? json_path_str(item, "from") : STR_NONE);
        take_worker(a, t, assigns ? json_path_str(item, "to") : STR_NONE);
    }
}

static bool is_worker(const struct ticket *t, struct str who)
{
    struct str list = t->plea_workers;

    if (str_eq_c(list, PLEA_EVERYBODY) || str_eq(who, t->assignee))
        return true;
    while (list.len)
        if (str_eq(str_cut(&list, ' '), who))
            return true;
    return false;
}

void jsm_plea_history(struct arena *a, const struct json *history, const struct jsm_view *view,
                      struct ticket *ticket)
{
    const struct jsm_plea_fields *f = &view->plea;
    const struct json *author = json_member(history, "author");
    struct str id = json_id(a, json_member(history, "id"));
    struct plea *p = &ticket->plea;

    if (!f->asked.len)
        return;
    take_workers(a, history, view, ticket);
    if (jsm_history_changes(history, view, f->asked) && is_newer(id, ticket->plea_asked)) {
        ticket->plea_asked = id;
        p->asked_by = jsm_user_key(author);
        p->asked_names = jsm_user_names(a, author, STR_NONE);
    }
    /* whatever was changed after the answer was not seen by who gave it */
    bool answers = jsm_history_changes(history, view, f->decision);
    bool varies = jsm_history_changes(history, view, f->asked) ||
                  jsm_history_changes(history, view, f->until) ||
                  jsm_history_changes(history, view, f->owner) ||
                  (f->control.len && jsm_history_changes(history, view, f->control));
    if (answers && is_newer(id, p->edit)) {
        p->edit = id;
        p->decided_by = jsm_user_key(author);
        p->decided_names = jsm_user_names(a, author, STR_NONE);
        p->by_approver = is_listed(f, author);
        ticket->plea_decider = jsm_user_id(author);
    }
    if (varies && !answers && is_newer(id, ticket->plea_varied))
        ticket->plea_varied = id;
}

void jsm_plea_settle(const struct jsm_view *view, struct ticket *ticket)
{
    struct plea *p = &ticket->plea;
    bool varied = ticket->plea_varied.len && is_newer(ticket->plea_varied, p->edit);

    if (!p->edit.len || varied)
        p->answer = PLEA_UNANSWERED;
    if (!view->plea.owner.len) {
        p->owner = p->asked_by;
        p->owner_names = p->asked_names;
    }
    p->by_worker = ticket->plea_decider.len && is_worker(ticket, ticket->plea_decider);
}
