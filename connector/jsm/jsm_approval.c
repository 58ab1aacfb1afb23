#include "jsm/jsm_approval.h"

#include <inttypes.h>

#include "base/limits.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_user.h"

enum { PAGE = 50 };

struct jsm_call jsm_call_approvals(struct arena *a, struct str issue_id, int64_t start)
{
    struct str rest = arena_printf(a, "/approval?limit=%d&start=%" PRId64, PAGE, start);

    return jsm_call_about(a, JSM_ROUTE_APPROVALS, JSM_READ, issue_id, arena_cstr(a, rest),
                          STR_NONE);
}

static bool is_us(const struct json *approver, struct str us)
{
    return us.len && str_eq(jsm_user_id(json_member(approver, "approver")), us);
}

/* Our own check of the access, not a decision of people. */
static bool asks_us_alone(const struct json *approval, struct str us)
{
    bool alone = false;

    JSON_EACH(approver, json_member(approval, "approvers"))
    {
        alone = is_us(approver, us);
        if (!alone)
            break;
    }
    return alone;
}

bool jsm_approval_is_none(const struct jsm_answer *answer)
{
    return answer->verdict == JSM_MISSING ||
           (answer->verdict == JSM_REFUSED && answer->status != 401);
}

static int64_t time_of(const struct json *approval, const char *path)
{
    int64_t ms;
    return json_i64(json_path(approval, path), &ms) ? ms : 0;
}

/* A workflow may ask for one approval after the other: each is one of its own. */
static void keep_decided(struct jsm_approvals *all, const struct json *approval)
{
    struct str decision = json_path_str(approval, "finalDecision");
    int64_t made_ms = time_of(approval, "createdDate/epochMillis");

    if (str_eq_c(decision, "approved") && all->approved_count < JSM_APPROVED_MAX)
        all->approved[all->approved_count++] = approval;
    if (str_eq_c(decision, "declined") && made_ms > all->declined_ms)
        all->declined_ms = made_ms;
}

static void take_newest(struct jsm_approvals *all, const struct json *values, struct str us)
{
    int64_t ms;

    JSON_EACH(approval, values)
    {
        if (asks_us_alone(approval, us))
            continue;
        keep_decided(all, approval);
        if (!json_i64(json_path(approval, "createdDate/epochMillis"), &ms))
            ms = all->newest_ms;
        if (all->newest && ms < all->newest_ms)
            continue;
        all->newest = approval;
        all->newest_ms = ms;
    }
}

bool jsm_approvals_page(struct jsm_approvals *all, const struct json *body, struct str us,
                        struct err *err)
{
    const struct json *values = json_member(body, "values");

    if (json_type(values) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "a page of approvals without values");
    take_newest(all, values, us);
    all->us = us;
    all->start += (int64_t)json_count(values);
    all->last = json_is_true(json_member(body, "isLastPage")) || !json_count(values);
    if (!all->last && ++all->pages == JSM_APPROVAL_PAGES_MAX)
        return FAIL(err, ERR_INPUT, "a list of approvals that does not end");
    return true;
}

static void add_awaited(struct arena *a, const struct json *who, struct ticket *ticket)
{
    struct str shown = json_path_str(who, "displayName");
    struct str name = shown.len ? shown : jsm_user_key(who);

    if (ticket->awaited.len)
        name = arena_printf(a, "%.*s\n%.*s", STR_ARG(ticket->awaited), STR_ARG(name));
    ticket->awaited = name;
}

/* What the service desk shows of people has no accountType, so whether he is one has to be asked; a
 * Data Center knows of no such accounts, so they are told. */
static struct person approver_of(struct arena *a, const struct jsm_approvals *all,
                                 const struct json *who, const struct json *approval,
                                 int64_t given_ms)
{
    bool told = jsm_user_is_listed(who, all->automation, all->automation_count);

    return (struct person){.key = jsm_user_key(who),
                           .names = jsm_user_names(a, who, STR_NONE),
                           .given_ms = given_ms,
                           .asked_ms = time_of(approval, "createdDate/epochMillis"),
                           .account = json_path_str(who, "accountId"),
                           .app = told || jsm_user_is_app(who)};
}

/* Of a step before the newest, which was approved too. */
static void take_earlier(struct arena *a, const struct jsm_approvals *all,
                         const struct json *approval, struct ticket *ticket, struct person *people)
{
    int64_t given_ms = time_of(approval, "completedDate/epochMillis");
    bool over = time_of(approval, "createdDate/epochMillis") <= all->declined_ms;

    if (!given_ms || given_ms <= ticket->edit_at_ms || (over && all->declined_ms))
        return;
    JSON_EACH(approver, json_member(approval, "approvers"))
    {
        bool said = str_eq_c(json_path_str(approver, "approverDecision"), "approved");
        if (said && !is_us(approver, all->us) && ticket->approver_count < LIMIT_APPROVERS)
            people[ticket->approver_count++] =
                approver_of(a, all, json_member(approver, "approver"), approval, given_ms);
    }
}

/* Whether enough of them approved is Jira's to say: its workflow knows how many it wants. */
void jsm_approvals_take(struct arena *a, const struct jsm_approvals *all, struct ticket *ticket)
{
    const struct json *approval = all->newest;
    struct str decision = json_path_str(approval, "finalDecision");
    bool approved = str_eq_c(decision, "approved"), declined = str_eq_c(decision, "declined");
    struct person *people = arena_array(a, LIMIT_APPROVERS, sizeof *people);
    size_t kept = 0; /* many may be asked of whom few decide */
    bool ours = false;

    if (!approval || !people)
        return;
    ticket->approval = approved   ? APPROVAL_APPROVED
                       : declined ? APPROVAL_DECLINED
                                  : APPROVAL_PENDING;
    if (!json_i64(json_path(approval, "completedDate/epochMillis"), &ticket->approved_at_ms))
        ticket->approved_at_ms = 0;
    ticket->approvers = people;
    ticket->approver_count = 0;
    ticket->awaited = STR_NONE;
    JSON_EACH(approver, json_member(approval, "approvers"))
    {
        const struct json *who = json_member(approver, "approver");
        if (!str_eq(json_path_str(approver, "approverDecision"), decision))
            continue;
        if (is_us(approver, all->us)) {
            ours = true;
            continue;
        }
        if (kept++ == LIMIT_APPROVERS)
            break;
        if (ticket->approval == APPROVAL_PENDING)
            add_awaited(a, who, ticket);
        else
            people[ticket->approver_count++] = approver_of(a, all, who, approval, 0);
    }
    if (ours && approved && !ticket->approver_count)
        ticket->approval = APPROVAL_PENDING;
    for (size_t i = 0; i < all->approved_count && ticket->approval == APPROVAL_APPROVED; i++)
        if (all->approved[i] != approval)
            take_earlier(a, all, all->approved[i], ticket, people);
}

bool jsm_approval_is_unseen(const struct ticket *ticket, int64_t seen_ms)
{
    return ticket->approved_at_ms > ticket->updated_ms && ticket->approved_at_ms != seen_ms;
}

struct str jsm_approval_open(struct arena *a, const struct json *body, struct str us)
{
    struct str found = STR_NONE;
    int64_t newest = -1, number;

    JSON_EACH(approval, json_member(body, "values"))
    {
        struct str id = json_id(a, json_member(approval, "id"));
        bool open = str_eq_c(json_path_str(approval, "finalDecision"), "pending") &&
                    json_is_true(json_member(approval, "canAnswerApproval"));
        if (!open || !asks_us_alone(approval, us) || !str_to_i64(id, &number) || number <= newest)
            continue;
        newest = number;
        found = id;
    }
    return found;
}

struct jsm_call jsm_call_approve(struct arena *a, struct str issue_id, struct str approval_id)
{
    bool is_one = jsm_is_id(issue_id) && jsm_is_id(approval_id);
    const char *rest = arena_printf(a, "/approval/%.*s", STR_ARG(approval_id)).p;

    return jsm_call_about(a, JSM_ROUTE_APPROVE, JSM_ONCE, is_one ? issue_id : STR_NONE, rest,
                          STR("{\"decision\":\"approve\"}"));
}
