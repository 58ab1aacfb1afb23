#include "cli/request_view.h"

#include "base/clock.h"
#include "json/json_read.h"

/* What strangers typed moves no cursor: control characters become "?". */
static struct str plain(struct arena *arena, struct str text)
{
    char *p = arena_array(arena, text.len + 1, 1);

    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < text.len; i++) {
        bool c1 = (unsigned char)text.p[i] == 0xc2 && i + 1 < text.len &&
                  (unsigned char)text.p[i + 1] < 0xa0;
        p[i] = c1 || (unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f ? '?' : text.p[i];
    }
    return str_n(p, text.len);
}

static struct str text_at(struct arena *arena, const struct json *v, const char *path)
{
    struct str text = json_path_str(v, path);
    return text.len ? plain(arena, text) : STR("-");
}

/* "2026-11-24 10:20", in UTC; "-" without a time. */
static struct str time_at(struct arena *arena, const struct json *v, const char *path)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t ms;

    if (!clock_parse(json_path_str(v, path), &ms))
        return STR("-");
    clock_rfc3339(ms, text);
    return arena_printf(arena, "%.10s %.8s", text, text + 11);
}

static int64_t count_at(const struct json *v, const char *path)
{
    int64_t n;
    return json_i64(json_path(v, path), &n) ? n : 0;
}

static void print_row(FILE *to, struct arena *arena, const struct json *v)
{
    fprintf(to, "%-12.*s %-16.*s %-9.*s %-16.*s %-17.*s %5lld  %-19.*s  %-19.*s  %.*s\n",
            STR_ARG(text_at(arena, v, "ticket/key")), STR_ARG(text_at(arena, v, "phase")),
            STR_ARG(text_at(arena, v, "status/state")),
            STR_ARG(text_at(arena, v, "status/waits_for")),
            STR_ARG(text_at(arena, v, "status/reason")), (long long)count_at(v, "status/attempts"),
            STR_ARG(time_at(arena, v, "status/since")),
            STR_ARG(time_at(arena, v, "status/next_at")), STR_ARG(text_at(arena, v, "id")));
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
        fprintf(to, "  %-10s %.*s\n", label, STR_ARG(text_at(arena, v, path)));
}

static void print_status(FILE *to, struct arena *arena, const struct json *v)
{
    int64_t tries = count_at(v, "status/attempts");

    fprintf(to, "  %-10s %.*s (%.*s)", "status", STR_ARG(text_at(arena, v, "status/state")),
            STR_ARG(text_at(arena, v, "status/reason")));
    if (json_path_str(v, "status/since").len)
        fprintf(to, " since %.*s UTC", STR_ARG(time_at(arena, v, "status/since")));
    fprintf(to, tries ? ", tried %lld times\n" : "\n", (long long)tries);
    print_line(to, arena, "waits for", v, "status/waits_for");
    print_line(to, arena, "because", v, "status/detail");
    fprintf(to, "  %-10s %.*s", "next", STR_ARG(text_at(arena, v, "status/next_action")));
    if (json_path_str(v, "status/next_at").len)
        fprintf(to, ", at %.*s UTC", STR_ARG(time_at(arena, v, "status/next_at")));
    fputc('\n', to);
    print_line(to, arena, "you can", v, "status/remedy");
}

bool request_view_one(FILE *to, struct arena *arena, struct str document)
{
    const struct json *v;
    struct err err;

    if (!json_parse(arena, document, &v, &err) || !json_member(v, "status"))
        return false;
    if (json_path_str(v, "id").len)
        fprintf(to, "request %.*s\n", STR_ARG(text_at(arena, v, "id")));
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
    JSON_EACH(item, json_member(v, "items"))
    fprintf(to, "  %-10s %.*s of %.*s in %.*s shall be %.*s: %.*s, read %.*s\n", "item",
            STR_ARG(text_at(arena, item, "entitlement")), STR_ARG(text_at(arena, item, "account")),
            STR_ARG(text_at(arena, item, "source")), STR_ARG(text_at(arena, item, "desired")),
            STR_ARG(text_at(arena, item, "verdict")), STR_ARG(time_at(arena, item, "read_at")));
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
            STR_ARG(text_at(arena, work, "work")), STR_ARG(text_at(arena, work, "why")));
    if (json_path_str(v, "read_again").len)
        fprintf(to, "read again: %.*s\n", STR_ARG(text_at(arena, v, "read_again")));
    return true;
}
