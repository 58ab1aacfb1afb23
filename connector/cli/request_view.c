#include "cli/request_view.h"

#include "cli/view.h"

static void print_row(FILE *to, struct arena *arena, const struct json *v)
{
    fprintf(to, "%-12.*s %-16.*s %-9.*s %-16.*s %-17.*s %5lld  %-19.*s  %-19.*s  %.*s\n",
            STR_ARG(view_text(arena, v, "ticket/key")), STR_ARG(view_text(arena, v, "phase")),
            STR_ARG(view_text(arena, v, "status/state")),
            STR_ARG(view_text(arena, v, "status/waits_for")),
            STR_ARG(view_text(arena, v, "status/reason")),
            (long long)view_count(v, "status/attempts"),
            STR_ARG(view_time(arena, v, "status/since")),
            STR_ARG(view_time(arena, v, "status/next_at")), STR_ARG(view_text(arena, v, "id")));
}

bool request_view_list(FILE *to, struct arena *arena, struct str document)
{
    const struct json *v;
    struct err err;

    if (!json_parse(arena, document, &v, &err) ||
        json_type(json_member(v, "requests")) != JSON_ARRAY)
        return false;
    fprintf(to, "%-12s %-16s %-9s %-16s %-17s %5s  %-19s  %-19s  %s\n", "TICKET", "PHASE", "STATE",
            "WAITS FOR", "REASON", "TRIES", "SINCE (UTC)", "NEXT (UTC)", "REQUEST");
    JSON_EACH(request, json_member(v, "requests"))
    print_row(to, arena, request);
    JSON_EACH(ticket, json_member(v, "tickets"))
    print_row(to, arena, ticket);
    struct str next = json_path_str(v, "next");
    if (next.len)
        fprintf(to, "more: --after %.*s\n", STR_ARG(next));
    return true;
}

static void print_line(FILE *to, struct arena *arena, const char *label, const struct json *v,
                       const char *path)
{
    if (json_path_str(v, path).len)
        fprintf(to, "  %-10s %.*s\n", label, STR_ARG(view_text(arena, v, path)));
}

static void print_status(FILE *to, struct arena *arena, const struct json *v)
{
    int64_t tries = view_count(v, "status/attempts");

    fprintf(to, "  %-10s %.*s (%.*s)", "status", STR_ARG(view_text(arena, v, "status/state")),
            STR_ARG(view_text(arena, v, "status/reason")));
    if (json_path_str(v, "status/since").len)
        fprintf(to, " since %.*s UTC", STR_ARG(view_time(arena, v, "status/since")));
    fprintf(to, tries ? ", tried %lld times\n" : "\n", (long long)tries);
    print_line(to, arena, "waits for", v, "status/waits_for");
    print_line(to, arena, "because", v, "status/detail");
    fprintf(to, "  %-10s %.*s", "next", STR_ARG(view_text(arena, v, "status/next_action")));
    if (json_path_str(v, "status/next_at").len)
        fprintf(to, ", at %.*s UTC", STR_ARG(view_time(arena, v, "status/next_at")));
    fputc('\n', to);
    print_line(to, arena, "you can", v, "status/remedy");
}

/* Because of which request it was opened, which were because of it, and what came back. */
static void print_relations(FILE *to, struct arena *arena, const struct json *v)
{
    struct str cause = json_path_str(v, "cause");
    const char *why = str_eq_c(cause, "expiry")  ? "its time ends"
                      : str_eq_c(cause, "ahead") ? "what is taken away waits for nobody"
                                                 : "it came back";

    if (json_path_str(v, "follows/id").len)
        fprintf(to, "  %-10s %.*s, request %.*s, because %s\n", "follows",
                STR_ARG(view_text(arena, v, "follows/ticket")),
                STR_ARG(view_text(arena, v, "follows/id")), why);
    JSON_EACH(next, json_member(v, "followed_by"))
    fprintf(to, "  %-10s %.*s, request %.*s (%.*s), %.*s\n", "followed",
            STR_ARG(view_text(arena, next, "ticket")), STR_ARG(view_text(arena, next, "id")),
            STR_ARG(view_text(arena, next, "cause")), STR_ARG(view_text(arena, next, "phase")));
    JSON_EACH(drift, json_member(v, "drift"))
    fprintf(to, "  %-10s since %.*s UTC: %.*s, %.*s%s\n",
            str_eq_c(json_path_str(drift, "why"), "AccessLeft") ? "left" : "came back",
            STR_ARG(view_time(arena, drift, "since")), STR_ARG(view_text(arena, drift, "why")),
            STR_ARG(view_text(arena, drift, "answer")),
            json_path_str(drift, "ended_at").len ? ", and over" : "");
}

static void print_item(FILE *to, struct arena *arena, const struct json *item)
{
    fprintf(to, "  %-10s %.*s of %.*s in %.*s shall be %.*s", "item",
            STR_ARG(view_text(arena, item, "entitlement")),
            STR_ARG(view_text(arena, item, "account")), STR_ARG(view_text(arena, item, "source")),
            STR_ARG(view_text(arena, item, "desired")));
    if (json_path_str(item, "superseded_by").len)
        fprintf(to, " no longer: %.*s asks for the opposite\n",
                STR_ARG(view_text(arena, item, "superseded_by")));
    else
        fprintf(to, ": %.*s, read %.*s\n", STR_ARG(view_text(arena, item, "verdict")),
                STR_ARG(view_time(arena, item, "read_at")));
}

/* "2 of security: a@example.com, b@example.com (0 so far)" */
static void print_step(FILE *to, struct arena *arena, const struct json *step)
{
    const char *sep = ": ";

    fprintf(to, "  %-10s %lld of %.*s", "approval", (long long)view_count(step, "at_least"),
            STR_ARG(view_text(arena, step, "who")));
    JSON_EACH(person, json_member(step, "people"))
    {
        fprintf(to, "%s%.*s", sep, STR_ARG(view_plain(arena, json_str(person))));
        sep = ", ";
    }
    fprintf(to, " (%lld so far)\n", (long long)view_count(step, "given"));
}

static void print_given(FILE *to, struct arena *arena, const struct json *given)
{
    struct str why = view_text(arena, given, "why_not");
    bool stands_in = json_path_str(given, "in_stead_of").len > 0;
    struct str stead = view_text(arena, given, "in_stead_of");
    struct str token =
        json_path_str(given, "vouched_by").len ? view_text(arena, given, "vouched_by") : STR_NONE;

    fprintf(to, "  %-10s %.*s by %.*s%s%.*s, %.*s UTC%s%.*s%s%s%.*s\n", "",
            STR_ARG(view_text(arena, given, "decision")),
            STR_ARG(view_text(arena, given, "approver")), stands_in ? " for " : "",
            stands_in ? (int)stead.len : 0, stead.p, STR_ARG(view_time(arena, given, "at")),
            json_path_str(given, "why_not").len ? ": does not count, " : "",
            json_path_str(given, "why_not").len ? (int)why.len : 0, why.p,
            json_is_true(json_member(given, "after_work")) ? " (after the work)" : "",
            token.len ? ", vouched for by token " : "", STR_ARG(token));
}

/* "decided: approved, by 2 votes, 2026-11-27 10:00:00 UTC" */
static void print_settled(FILE *to, struct arena *arena, const struct json *settled)
{
    long long votes = view_count(settled, "votes");

    fprintf(to, "  %-10s decided: %.*s%s, by %lld vote%s, %.*s UTC\n", "",
            STR_ARG(view_text(arena, settled, "outcome")),
            str_eq_c(json_path_str(settled, "effect"), "none")      ? " (what was decided stands)"
            : str_eq_c(json_path_str(settled, "effect"), "reopens") ? " (owed again)"
                                                                    : "",
            votes, votes == 1 ? "" : "s", STR_ARG(view_time(arena, settled, "at")));
}

/* Who has to approve, until when, who did, and what was decided. */
static void print_approval(FILE *to, struct arena *arena, const struct json *approval)
{
    JSON_EACH(step, json_member(approval, "steps"))
    print_step(to, arena, step);
    if (view_count(approval, "people") > 1)
        fprintf(to, "  %-10s %lld people in all\n", "", (long long)view_count(approval, "people"));
    if (json_path_str(approval, "until").len)
        fprintf(to, "  %-10s until %.*s UTC\n", "", STR_ARG(view_time(arena, approval, "until")));
    JSON_EACH(given, json_member(approval, "given"))
    print_given(to, arena, given);
    JSON_EACH(settled, json_member(approval, "settled"))
    print_settled(to, arena, settled);
}

bool request_view_one(FILE *to, struct arena *arena, struct str document)
{
    const struct json *v;
    struct err err;

    if (!json_parse(arena, document, &v, &err) || !json_member(v, "status"))
        return false;
    if (json_path_str(v, "id").len)
        fprintf(to, "request %.*s\n", STR_ARG(view_text(arena, v, "id")));
    else
        fprintf(to, "a ticket that nobody can read, and that is no request yet\n");
    print_line(to, arena, "ticket", v, "ticket/key");
    print_line(to, arena, "", v, "ticket/url");
    print_line(to, arena, "site", v, "site");
    print_line(to, arena, "kind", v, "kind");
    print_line(to, arena, "mode", v, "mode");
    print_line(to, arena, "for", v, "beneficiary");
    print_line(to, arena, "phase", v, "phase");
    print_status(to, arena, v);
    print_approval(to, arena, json_member(v, "approval"));
    print_relations(to, arena, v);
    JSON_EACH(item, json_member(v, "items"))
    print_item(to, arena, item);
    return true;
}

bool request_view_retried(FILE *to, struct arena *arena, struct str document)
{
    const struct json *v;
    struct err err;

    if (!json_parse(arena, document, &v, &err) || !json_member(v, "retried"))
        return false;
    JSON_EACH(work, json_member(v, "work"))
    fprintf(to, "tried again: %.*s, which was refused: %.*s\n",
            STR_ARG(view_text(arena, work, "work")), STR_ARG(view_text(arena, work, "why")));
    if (json_path_str(v, "read_again").len)
        fprintf(to, "read again: %.*s\n", STR_ARG(view_text(arena, v, "read_again")));
    return true;
}
