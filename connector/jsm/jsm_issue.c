#include "jsm/jsm_issue.h"

#include "base/clock.h"
#include "domain/gate_part.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_approval.h"
#include "jsm/jsm_call.h"
#include "jsm/jsm_dialect.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_plea.h"
#include "jsm/jsm_state.h"
#include "jsm/jsm_wiki.h"

enum status_category jsm_category(struct str key)
{
    if (str_eq_c(key, "new"))
        return CATEGORY_NEW;
    if (str_eq_c(key, "indeterminate"))
        return CATEGORY_INDETERMINATE;
    return str_eq_c(key, "done") ? CATEGORY_DONE : CATEGORY_UNKNOWN;
}

enum status_role jsm_role(const struct jsm_view *view, struct str name,
                          enum status_category category, bool *ret_named)
{
    if (ret_named)
        *ret_named = true;
    for (size_t i = 0; i < view->status_count; i++)
        if (str_eq(view->statuses[i].name, name))
            return view->statuses[i].role;
    if (ret_named)
        *ret_named = false;
    return category == CATEGORY_DONE ? STATUS_DONE : STATUS_OPEN;
}

enum status_role jsm_role_by_id(const struct jsm_view *view, struct str id, struct str name,
                                enum status_category category, bool *ret_named)
{
    bool named;
    enum status_role role = jsm_role(view, name, category, &named);
    bool ours = !named && gate_is_listed(view->own_statuses, id);

    if (ret_named)
        *ret_named = named || ours;
    return ours ? STATUS_VERIFY : role;
}

/* Of a status as an issue or a transition shows it. */
static enum status_role role_of(const struct json *status, const struct jsm_view *view,
                                enum status_category category)
{
    return jsm_role_by_id(view, json_path_str(status, "id"), json_path_str(status, "name"),
                          category, NULL);
}

/* Many workflows have one Done status, and only the resolution tells what was withdrawn. */
static enum status_role role_of_issue(const struct json *issue, const struct jsm_view *view,
                                      enum status_category category)
{
    enum status_role role = role_of(json_path(issue, "fields/status"), view, category);
    struct str name = json_path_str(issue, "fields/resolution/name");

    for (size_t i = 0; role == STATUS_DONE && name.len && i < view->resolution_count; i++)
        if (str_eq(view->resolutions[i].name, name))
            return view->resolutions[i].role;
    return role;
}

enum status_role jsm_issue_role(const struct json *issue, const struct jsm_view *view)
{
    struct str key = json_path_str(issue, "fields/status/statusCategory/key");
    return role_of_issue(issue, view, jsm_category(key));
}

/* Changelog ids grow; they are compared as numbers because their order in the document is not
 * promised. */
static bool newer(struct str id, struct str than)
{
    int64_t a = 0, b = 0;
    return str_to_i64(id, &a) && (!str_to_i64(than, &b) || a > b);
}

/* A loop leads from a status to itself: where Jira writes it down at all, both ends are the same.
 */
static bool is_loop(const struct json *item)
{
    struct str from = json_path_str(item, "from"), to = json_path_str(item, "to");
    return from.len && str_eq(from, to);
}

bool jsm_history_moves(const struct json *history)
{
    JSON_EACH(item, json_member(history, "items"))
    {
        bool status = str_eq_c(json_path_str(item, "fieldId"), "status") ||
                      str_eq_nocase(json_path_str(item, "field"), STR("status"));
        if (status && !is_loop(item))
            return true;
    }
    return false;
}

static bool is_called(const struct jsm_view *view, size_t i, struct str name)
{
    return view->field_names && view->field_names[i].len &&
           str_eq_nocase(view->field_names[i], name);
}

/* Is it a change of view->fields[i]? */
static bool is_of(const struct json *item, const struct jsm_view *view, size_t i)
{
    struct str id = json_path_str(item, "fieldId"), name = json_path_str(item, "field");
    return id.len ? str_eq(id, view->fields[i]) : is_called(view, i, name);
}

bool jsm_history_changes(const struct json *history, const struct jsm_view *view, struct str field)
{
    for (size_t i = 0; field.len && i < view->history_count; i++) {
        if (!str_eq(view->fields[i], field))
            continue;
        JSON_EACH(item, json_member(history, "items"))
        if (is_of(item, view, i))
            return true;
    }
    return false;
}

static bool edits_mapped(const struct json *history, const struct jsm_view *view)
{
    JSON_EACH(item, json_member(history, "items"))
    for (size_t i = 0; i < view->field_count; i++)
        if (is_of(item, view, i))
            return true;
    return false;
}

/* A date; among many tickets' changes a number: milliseconds, by Atlassian's example seconds. */
static int64_t made_at(const struct json *history)
{
    const int64_t second_of_5138 = 100000000000;
    int64_t at;

    if (json_i64(json_member(history, "created"), &at))
        return at < second_of_5138 ? at * 1000 : at;
    return clock_parse(json_path_str(history, "created"), &at) ? at : 0;
}

/* Who set a resolution last: part of a move it came with a close, or with the end of one. */
static void take_resolution(const struct json *history, struct str id, struct str *newest,
                            const struct jsm_view *view, struct ticket *t)
{
    if (!jsm_history_changes(history, view, STR("resolution")) || !newer(id, *newest))
        return;
    bool ours = str_eq(jsm_user_id(json_member(history, "author")), view->our_account);
    *newest = id;
    t->resolution_edit = jsm_history_moves(history) || ours ? STR_NONE : id;
}

static void take_history(struct arena *a, const struct json *history, const struct jsm_view *view,
                         struct ticket *t)
{
    struct str id = json_id(a, json_member(history, "id"));

    if (newer(id, t->edit) && edits_mapped(history, view)) {
        t->edit = id;
        t->edit_at_ms = made_at(history);
    }
    take_resolution(history, id, &t->resolved_by, view, t);
    jsm_plea_history(a, history, view, t);
    if (!jsm_history_moves(history) || !newer(id, t->cycle))
        return;
    t->cycle = id;
    t->moved_by = jsm_user_id(json_member(history, "author"));
    t->mover_names = jsm_user_names(a, json_member(history, "author"), STR_NONE);
    t->moved_by_us = view->our_account.len > 0 && str_eq(t->moved_by, view->our_account);
    t->cycle_at_ms = made_at(history);
}

/* Somebody who is neither us nor an app. Who it was may be hidden: then it was somebody. */
static bool is_somebody(const struct json *user, const struct jsm_view *view)
{
    struct str id = jsm_user_id(user);
    return (!id.len || !str_eq(id, view->our_account)) && !jsm_user_is_app(user);
}

/* Does the list hold less than there is? */
static bool is_cut(const struct json *list, const char *members)
{
    int64_t total;
    return json_i64(json_member(list, "total"), &total) &&
           total > (int64_t)json_count(json_member(list, members));
}

static bool is_touched(const struct json *issue, const struct jsm_view *view)
{
    const struct json *log = json_member(issue, "changelog");
    const struct json *talk = json_path(issue, "fields/comment");

    JSON_EACH(history, json_member(log, "histories"))
    if (is_somebody(json_member(history, "author"), view))
        return true;
    JSON_EACH(comment, json_member(talk, "comments"))
    if (is_somebody(json_member(comment, "author"), view))
        return true;
    return is_cut(log, "histories") || is_cut(talk, "comments");
}

/* Whose it is, and whether people have it in hand. */
static void take_origin(struct arena *a, const struct json *issue, const struct jsm_view *view,
                        struct ticket *t)
{
    struct jsm_origin origin = jsm_origin_read(a, issue, view);

    t->made_by_us = origin.ours;
    t->markers = origin.markers;
    t->bound_elsewhere = origin.foreign;
    if (!origin.foreign)
        t->bound_to = jsm_bind_read(issue).request;
    t->human_touched = is_touched(issue, view);
    if (!clock_parse(json_path_str(issue, "fields/created"), &t->created_ms))
        t->created_ms = 0;
}

/* Moved to a project that we do not look after, or put into the archive: nobody works there on what
 * we ask, and nothing we do there is seen. */
static bool is_away(const struct json *issue, const struct jsm_view *view)
{
    struct str key = json_path_str(issue, "fields/project/key");
    bool elsewhere = view->project_count > 0 && key.len > 0;

    for (size_t i = 0; i < view->project_count; i++)
        elsewhere = elsewhere && !str_eq_nocase(view->projects[i], key);
    return elsewhere || json_path_str(issue, "fields/archiveddate").len > 0;
}

/* Of us nothing: for whom we file a ticket its request says. */
static struct str filer(struct arena *a, const struct json *issue, const char *path,
                        const struct jsm_view *view)
{
    const struct json *user = json_path(issue, path);

    return str_eq(jsm_user_id(user), view->our_account) ? STR_NONE
                                                        : jsm_user_names(a, user, STR_NONE);
}

bool jsm_issue_read(struct arena *a, const struct json *issue, const struct jsm_view *view,
                    struct ticket *ret, struct err *err)
{
    const struct json *status = json_path(issue, "fields/status");

    *ret = (struct ticket){.presence = is_away(issue, view) ? TICKET_GONE : TICKET_HERE};
    ret->issue_id = json_id(a, json_member(issue, "id"));
    ret->key = json_path_str(issue, "key");
    ret->status_name = json_path_str(status, "name");
    ret->category = jsm_category(json_path_str(status, "statusCategory/key"));
    if (!ret->issue_id.len || !ret->status_name.len || ret->category == CATEGORY_UNKNOWN)
        return FAIL(err, ERR_INPUT, "an issue without id, status or status category");
    if (!clock_parse(json_path_str(issue, "fields/updated"), &ret->updated_ms))
        return FAIL(err, ERR_INPUT, "an issue without 'updated'");
    ret->role = role_of_issue(issue, view, ret->category);
    ret->resolution_set = json_type(json_path(issue, "fields/resolution")) == JSON_OBJECT;
    ret->marker = jsm_marker_find(a, issue, view->marker_field);
    take_origin(a, issue, view, ret);
    jsm_state_read(a, issue, view, ret);
    jsm_plea_read(a, issue, view, ret);
    ret->cycle = STR("0"); /* never moved since it was created */
    ret->edit = STR("0");
    ret->moved_by = jsm_user_id(json_path(issue, "fields/creator"));
    ret->mover_names = jsm_user_names(a, json_path(issue, "fields/creator"), STR_NONE);
    ret->reporter_names = filer(a, issue, "fields/reporter", view);
    ret->creator_names = filer(a, issue, "fields/creator", view);
    ret->verifier = view->our_account;
    JSON_EACH(history, json_path(issue, "changelog/histories"))
    take_history(a, history, view, ret);
    return true;
}

struct jsm_origin jsm_origin_read(struct arena *a, const struct json *issue,
                                  const struct jsm_view *view)
{
    struct jsm_bind bind = jsm_bind_read(issue);
    struct str creator = jsm_user_id(json_path(issue, "fields/creator"));
    bool foreign = jsm_bind_is_foreign(&bind, view->site, view->site_id);

    return (struct jsm_origin){
        .ours = view->our_account.len > 0 && str_eq(creator, view->our_account) && !foreign,
        .foreign = foreign,
        .markers = jsm_markers_join(a, issue, view->marker_field),
    };
}

bool jsm_issue_changelog_is_cut(const struct json *issue)
{
    int64_t total = 0, max = 0;
    const struct json *log = json_member(issue, "changelog");

    if (!json_i64(json_member(log, "total"), &total) ||
        !json_i64(json_member(log, "maxResults"), &max))
        return false;
    return total > (int64_t)json_count(json_member(log, "histories"));
}

bool jsm_issue_changelog_page(struct arena *a, const struct json *page, const struct jsm_view *view,
                              struct ticket *ticket, int64_t *ret_next, struct err *err)
{
    int64_t start = 0;
    const struct json *values = json_member(page, "values");

    *ret_next = 0;
    if (json_type(values) != JSON_ARRAY || !json_i64(json_member(page, "startAt"), &start))
        return FAIL(err, ERR_INPUT, "a changelog page without values");
    JSON_EACH(history, values)
    take_history(a, history, view, ticket);
    if (!json_is_true(json_member(page, "isLast")) && json_count(values))
        *ret_next = start + (int64_t)json_count(values);
    return true;
}

bool jsm_issue_changelogs_page(struct arena *a, const struct json *page,
                               const struct jsm_view *view, struct ticket *ticket,
                               struct str *ret_token, struct err *err)
{
    const struct json *logs = json_member(page, "issueChangeLogs");

    *ret_token = json_path_str(page, "nextPageToken");
    if (json_type(logs) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "a page of changelogs without issueChangeLogs");
    JSON_EACH(log, logs)
    {
        if (!str_eq(json_id(a, json_member(log, "issueId")), ticket->issue_id))
            continue;
        JSON_EACH(history, json_member(log, "changeHistories"))
        take_history(a, history, view, ticket);
    }
    return true;
}

bool jsm_page_read(struct arena *a, const struct json *body, struct str token, struct jsm_page *ret,
                   struct err *err)
{
    const struct json *issues = json_member(body, "issues");
    struct jsm_hit *hits = arena_array(a, json_count(issues) + 1, sizeof *hits);

    *ret = (struct jsm_page){.hits = hits};
    if (!hits || json_type(issues) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "a search page without issues");
    JSON_EACH(issue, issues)
    {
        struct jsm_hit *h = &hits[ret->count];
        h->issue_id = json_id(a, json_member(issue, "id"));
        h->key = json_path_str(issue, "key");
        h->issue = issue;
        bool dated = clock_parse(json_path_str(issue, "fields/updated"), &h->updated_ms);
        if (!dated)
            h->updated_ms = 0;
        bool known = jsm_is_id(h->issue_id);
        ret->unreadable += !dated || !known;
        ret->count += known;
    }
    if (!jsm_next_page(a, body, token, ret, err))
        return false;
    bool more = json_type(json_member(body, "isLast")) == JSON_BOOL &&
                !json_is_true(json_member(body, "isLast"));
    if (more && !ret->next_token.len)
        return FAIL(err, ERR_INPUT, "a search page that is not the last and names no next one");
    return true;
}

static bool is_live(const struct json *issue, const struct jsm_view *view)
{
    enum status_role role = jsm_issue_role(issue, view);

    return role != STATUS_CANCELLED && role != STATUS_DECLINED;
}

static void take_found(struct arena *a, const struct json *issues, const struct jsm_view *view,
                       bool live, struct find_result *ret)
{
    JSON_EACH(issue, issues)
    {
        if (!jsm_origin_read(a, issue, view).ours || is_live(issue, view) != live)
            continue;
        if (ret->count == sizeof ret->issue_id / sizeof ret->issue_id[0])
            break;
        size_t at = ret->count++;
        ret->issue_id[at] = json_id(a, json_member(issue, "id"));
        ret->key[at] = json_path_str(issue, "key");
        ret->human_touched[at] = is_touched(issue, view);
        if (!clock_parse(json_path_str(issue, "fields/created"), &ret->created_ms[at]))
            ret->created_ms[at] = 0;
    }
}

bool jsm_found_read(struct arena *a, const struct json *body, const struct jsm_view *view,
                    struct find_result *ret, struct err *err)
{
    const struct json *issues = json_member(body, "issues");

    *ret = (struct find_result){0};
    if (json_type(issues) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "a search page without issues");
    if (!view->our_account.len)
        return FAIL(err, ERR_INPUT, "nobody has told us yet who we are");
    JSON_EACH(issue, issues)
    if (!json_path(issue, "fields/creator"))
        return FAIL(err, ERR_INPUT, "a search hit that does not say who made it");
    take_found(a, issues, view, true, ret);
    if (!ret->count) /* whoever cancelled the only one did not ask for another */
        take_found(a, issues, view, false, ret);
    /* oldest first: ours come before their clones, so only "none at all" needs the whole list */
    ret->proven = ret->count > 0 || jsm_is_last_page(body);
    return true;
}

static struct str last_line(struct str text)
{
    struct str last = STR_NONE;

    while (text.len)
        last = str_cut(&text, '\n');
    return last;
}

/* What we marked it with; NULL: Jira does not show that (a Data Center need not), or somebody took
 * it away. */
static const struct json *mark_of(const struct json *comment)
{
    JSON_EACH(property, json_member(comment, "properties"))
    if (str_eq_c(json_path_str(property, "key"), JSM_ROLE))
        return json_member(property, "value");
    return NULL;
}

static bool is_status(struct arena *a, const struct json *comment)
{
    const struct json *mark = mark_of(comment);
    struct str text = jsm_adf_plain(a, json_member(comment, "body"));

    return mark ? str_eq_c(json_path_str(mark, "role"), JSM_ROLE_STATUS)
                : str_starts(last_line(text), STR(JSM_NOTICE_END));
}

struct str jsm_comment_find(struct arena *a, const struct json *comments, struct str our_account)
{
    JSON_EACH(comment, json_member(comments, "comments"))
    {
        struct str author = jsm_user_id(json_member(comment, "author"));
        if (our_account.len && str_eq(author, our_account) && is_status(a, comment))
            return json_id(a, json_member(comment, "id"));
    }
    return STR_NONE;
}

/* The line as it is, or as a Data Center gives it back. */
static bool begins_with(struct arena *a, const struct json *comment, struct str line)
{
    struct str text = jsm_adf_plain(a, json_member(comment, "body"));
    struct str first = str_cut(&text, '\n');

    return str_eq(first, line) || str_eq(first, jsm_wiki_text(a, line));
}

bool jsm_told_is_said(struct arena *a, const struct json *comments, struct str our_account,
                      struct str of, struct str line)
{
    JSON_EACH(comment, json_member(comments, "comments"))
    {
        const struct json *mark = mark_of(comment);
        bool ours =
            our_account.len && str_eq(jsm_user_id(json_member(comment, "author")), our_account);
        bool told = mark ? str_eq_c(json_path_str(mark, "role"), JSM_ROLE_TOLD) &&
                               str_eq(json_path_str(mark, "of"), of)
                         : ours && !is_status(a, comment) && begins_with(a, comment, line);
        if (ours && told)
            return true;
    }
    return false;
}
