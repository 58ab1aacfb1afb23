#include "jsm/jsm_saga.h"

#include <inttypes.h>

#include "jsm/jsm_adf.h"
#include "jsm/jsm_call_priv.h"
#include "jsm/jsm_dialect.h"
#include "json/json_write.h"

enum { BODY_BYTES = 64 * 1024 };

#define SECOND_PROPERTY "countersign.second"
/* The same words in every one, none of which wiki markup writes otherwise. */
#define SECOND_WORDS " was made twice for one access request; work goes on in "

struct jsm_call jsm_call_bind(struct arena *a, struct str issue_id, const struct jsm_bind *bind)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    jsm_bind_write(&out, bind);
    return jsm_call_about(a, JSM_ROUTE_BIND, JSM_REPEATABLE, issue_id, "/properties/" JSM_BIND,
                          jsm_settle(a, &b));
}

struct jsm_call jsm_call_links(struct arena *a, struct str issue_id)
{
    return jsm_call_about(a, JSM_ROUTE_LINKS, JSM_READ, issue_id, "/remotelink", STR_NONE);
}

static void put_icon(struct json_out *out, struct str url, struct str title)
{
    json_put_name(out, "icon");
    json_open_object(out);
    json_str_member(out, "url16x16", url);
    json_str_member(out, "title", title);
    json_close_object(out);
}

struct jsm_call jsm_call_link(struct arena *a, struct str issue_id, const struct jsm_link *link)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "globalId", link->global_id);
    json_put_name(&out, "object");
    json_open_object(&out);
    json_str_member(&out, "url", link->url);
    json_str_member(&out, "title", link->title);
    if (link->icon.len)
        put_icon(&out, link->icon, STR("Countersign"));
    if (link->state.len) {
        json_put_name(&out, "status");
        json_open_object(&out);
        put_icon(&out, link->state_icon, link->state);
        json_close_object(&out);
    }
    json_close_object(&out);
    json_close_object(&out);
    return jsm_call_about(a, JSM_ROUTE_LINK, JSM_REPEATABLE, issue_id, "/remotelink",
                          jsm_settle(a, &b));
}

bool jsm_link_stands(const struct json *links, const struct jsm_link *link)
{
    JSON_EACH(one, links)
    if (str_eq(json_path_str(one, "globalId"), link->global_id))
        return str_eq(json_path_str(one, "object/url"), link->url) &&
               str_eq(json_path_str(one, "object/status/icon/title"), link->state);
    return false;
}

struct jsm_call jsm_call_participants(struct arena *a, struct str issue_id, int64_t start)
{
    struct str rest = arena_printf(a, "/participant?limit=50&start=%" PRId64, start);

    return jsm_call_about(a, JSM_ROUTE_PARTICIPANTS, JSM_READ, issue_id, arena_cstr(a, rest),
                          STR_NONE);
}

int64_t jsm_participants_next(const struct json *page, int64_t start)
{
    int64_t count = (int64_t)json_count(json_member(page, "values"));
    return count && !json_is_true(json_member(page, "isLastPage")) ? start + count : 0;
}

struct jsm_call jsm_call_participants_add(struct arena *a, struct str issue_id,
                                          const struct str *accounts, size_t count)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "accountIds");
    json_open_array(&out);
    for (size_t i = 0; i < count; i++)
        json_put_str(&out, accounts[i]);
    json_close_array(&out);
    json_close_object(&out);
    return jsm_call_about(a, JSM_ROUTE_PARTICIPANT_ADD, JSM_REPEATABLE, issue_id, "/participant",
                          jsm_settle(a, &b));
}

static bool takes_part(const struct json *page, struct str account)
{
    JSON_EACH(user, json_member(page, "values"))
    if (str_eq(jsm_user_name(user), account))
        return true;
    return false;
}

size_t jsm_participants_missing(const struct json *page, const struct str *wanted, size_t count,
                                struct str *ret)
{
    size_t missing = 0;

    for (size_t i = 0; i < count; i++)
        if (!takes_part(page, wanted[i]))
            ret[missing++] = wanted[i];
    return missing;
}

static void add_true(struct json_out *out, const char *key, const char *name)
{
    json_open_object(out);
    json_str_member(out, "key", str_of(key));
    json_put_name(out, "value");
    json_open_object(out);
    json_bool_member(out, name, true);
    json_close_object(out);
    json_close_object(out);
}

struct jsm_call jsm_call_say_second(struct arena *a, struct str issue_id, struct str second_key,
                                    struct str kept_key)
{
    struct buf b;
    struct json_out out;
    struct str text = arena_printf(
        a,
        "%.*s" SECOND_WORDS "%.*s.\n"
        "Jira was slow to answer when Countersign made the ticket, so there are two. Nobody had "
        "begun on %.*s: Countersign cancels it. Please work on %.*s.",
        STR_ARG(second_key), STR_ARG(kept_key), STR_ARG(second_key), STR_ARG(kept_key));

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "body");
    json_put_raw(&out, jsm_adf_text(a, text));
    json_put_name(&out, "properties");
    json_open_array(&out);
    add_true(&out, "sd.public.comment", "internal");
    add_true(&out, SECOND_PROPERTY, "said");
    json_close_array(&out);
    json_close_object(&out);
    return jsm_call_about(a, JSM_ROUTE_COMMENT_ADD, JSM_ONCE, issue_id, "/comment",
                          jsm_settle(a, &b));
}

/* Where Jira does not show properties (a Data Center need not): ours, and in those words. */
static bool says_second(struct arena *a, const struct json *comment, struct str our_account)
{
    struct str text = jsm_adf_plain(a, json_member(comment, "body"));
    struct str words = STR(SECOND_WORDS);
    bool ours =
        our_account.len > 0 && str_eq(jsm_user_id(json_member(comment, "author")), our_account);

    for (size_t i = 0; ours && !json_member(comment, "properties") && i < text.len; i++)
        if (str_starts(str_n(text.p + i, text.len - i), words))
            return true;
    return false;
}

bool jsm_second_is_said(struct arena *a, const struct json *comments, struct str our_account)
{
    JSON_EACH(comment, json_member(comments, "comments"))
    {
        JSON_EACH(property, json_member(comment, "properties"))
        if (str_eq_c(json_path_str(property, "key"), SECOND_PROPERTY))
            return true;
        if (says_second(a, comment, our_account))
            return true;
    }
    return false;
}
