#include "jsm/jsm_relate.h"

#include "jsm/jsm_marker.h"
#include "json/json_write.h"

enum { BODY_BYTES = 4096 };

struct jsm_call jsm_call_link_types(struct arena *a)
{
    (void)a;
    return jsm_call_of(JSM_ROUTE_LINK_TYPES, JSM_READ, STR("/rest/api/3/issueLinkType"), STR_NONE);
}

static bool reads(const struct json *type, const char *member, struct str as)
{
    return str_eq_nocase(json_path_str(type, member), as);
}

struct str jsm_link_type(const struct json *types)
{
    const struct json *list = json_member(types, "issueLinkTypes");
    struct str other = STR_NONE; /* called otherwise, as where names are translated */

    JSON_EACH(type, list)
    {
        struct str name = json_path_str(type, "name");
        if (str_eq_nocase(name, STR("Relates")))
            return name;
        if (!other.len &&
            (reads(type, "inward", STR("relates to")) || reads(type, "outward", STR("relates to"))))
            other = name;
    }
    return other;
}

bool jsm_links_are_off(const struct jsm_answer *answer)
{
    return answer->verdict == JSM_MISSING;
}

struct jsm_call jsm_call_related(struct arena *a, struct str issue_id)
{
    return jsm_call_about(a, JSM_ROUTE_ISSUE, JSM_READ, issue_id, "?fields=issuelinks", STR_NONE);
}

bool jsm_is_related(struct arena *a, const struct json *issue, struct str other_id)
{
    const struct json *links = json_path(issue, "fields/issuelinks");

    JSON_EACH(link, links)
    if (str_eq(json_id(a, json_path(link, "inwardIssue/id")), other_id) ||
        str_eq(json_id(a, json_path(link, "outwardIssue/id")), other_id))
        return other_id.len > 0;
    return false;
}

static void put_end(struct json_out *out, const char *end, const char *name, struct str value)
{
    json_put_name(out, end);
    json_open_object(out);
    json_str_member(out, name, value);
    json_close_object(out);
}

struct jsm_call jsm_call_relate(struct arena *a, struct str type, struct str issue_id,
                                struct str other_id)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    bool good = jsm_is_id(issue_id) && jsm_is_id(other_id);

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put_end(&out, "type", "name", type);
    put_end(&out, "inwardIssue", "id", other_id);
    put_end(&out, "outwardIssue", "id", issue_id);
    json_close_object(&out);
    struct jsm_call call = jsm_call_of(JSM_ROUTE_RELATE, JSM_REPEATABLE,
                                       good ? STR("/rest/api/3/issueLink") : STR_NONE,
                                       b.over ? STR_NONE : arena_str(a, buf_str(&b)));
    call.issue_id = issue_id;
    call.silent = true; /* 201 without a body */
    return call;
}
