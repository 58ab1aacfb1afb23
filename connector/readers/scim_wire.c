#include "readers/scim_wire.h"

#include <stdio.h>

#include "json/json_write.h"

static const struct str LIST = {"urn:ietf:params:scim:api:messages:2.0:ListResponse", 50};
static const struct str ERROR = {"urn:ietf:params:scim:api:messages:2.0:Error", 43};

bool scim_add_literal(struct buf *dst, struct str value)
{
    struct json_out out;

    if (!str_is_utf8(value)) /* the writer would replace what is none, and ask for another */
        return false;
    json_begin(&out, dst);
    json_put_str(&out, value);
    return !dst->over;
}

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '_' || c == '$')))
            return false;
    }
    return s.len > 0;
}

/* "urn:...:name.sub" in its parts; empty where there is none. */
static void split_name(struct str name, struct str *schema, struct str *ret_name, struct str *sub)
{
    size_t at = name.len;

    *schema = STR_NONE;
    if (str_starts(name, STR("urn:"))) {
        while (name.p[at - 1] != ':')
            at--;
        *schema = str_n(name.p, at - 1);
        name = str_n(name.p + at, name.len - at);
    }
    *sub = name;
    *ret_name = str_cut(sub, '.');
}

bool scim_is_attribute(struct str name)
{
    struct str schema, word, sub;

    split_name(name, &schema, &word, &sub);
    for (size_t i = 0; i < schema.len; i++)
        if ((unsigned char)schema.p[i] <= ' ' || (unsigned char)schema.p[i] >= 0x7f ||
            schema.p[i] == '"')
            return false;
    return name.len < SCIM_NAME_BYTES && is_word(word) && (!sub.p || is_word(sub));
}

/* --- replies --- */

static void trouble(struct scim_reply *ret, const char *reason, struct str why)
{
    ret->told = SCIM_TROUBLE;
    ret->reason = reason;
    web_plain(ret->why, sizeof ret->why, why);
}

static bool has_schema(const struct json *body, struct str schema)
{
    JSON_EACH(it, scim_member(body, "schemas"))
    {
        if (str_eq_nocase(json_str(it), schema))
            return true;
    }
    return false;
}

/* status: of HTTP, or the one an Error in a reply of 200 names. */
static void judge_refusal(const struct http_reply *http, int status, const struct json *body,
                          struct scim_reply *ret)
{
    struct str type = json_str(scim_member(body, "scimType"));
    struct str detail = json_str(scim_member(body, "detail"));
    char text[2 * SCIM_WHY_BYTES]; /* cut at a letter by trouble() */

    snprintf(text, sizeof text, "status %d %.*s%s%.*s", status, STR_ARG(type), type.len ? ": " : "",
             STR_ARG(detail));
    struct str why = str_of(text);
    if (status == 429 || status == 503) {
        ret->wait_ms = web_retry_after_ms(http);
        if (!ret->wait_ms && status == 429)
            ret->wait_ms = WEB_WAIT_DEFAULT_MS;
    }
    if (status == 401)
        trouble(ret, "AuthFailed", why);
    else if (status == 403)
        trouble(ret, "RightsLost", why);
    else if (status == 429)
        trouble(ret, "RateLimited", why);
    else if (status >= 300 && status < 400)
        trouble(ret, "Redirected", why);
    else if (str_eq_nocase(type, STR("tooMany")) || status == 206 || status == 413)
        trouble(ret, "PartialResult", why);
    else if (str_eq_nocase(type, STR("invalidCursor")) || str_eq_nocase(type, STR("expiredCursor")))
        trouble(ret, "CursorExpired", why);
    else if (status >= 500 && status != 501)
        trouble(ret, "SourceDown", why);
    else
        trouble(ret, status == 404 ? "NotVisible" : "QueryRefused", why);
    if (status == 404)
        ret->told = SCIM_GONE;
    else if ((status == 400 && ret->reason[0] == 'Q') || status == 501)
        ret->told = SCIM_UNSUPPORTED;
}

static bool is_json(struct str type)
{
    struct str media = str_trim(str_cut(&type, ';'));
    return str_eq_nocase(media, STR("application/scim+json")) ||
           str_eq_nocase(media, STR("application/json"));
}

void scim_judge(struct arena *arena, const struct http_reply *http, int64_t timeout_ms,
                struct scim_reply *ret)
{
    const struct json *body = NULL;
    bool json = is_json(http_reply_header(http, "content-type"));
    struct err err = {0};
    int64_t named;

    *ret = (struct scim_reply){0};
    if (http->outcome != HTTP_REPLIED) {
        trouble(ret, web_unanswered(http, timeout_ms), http->why);
        return;
    }
    bool parsed = json && json_parse(arena, http->body, &body, &err);
    if (http->status != 200) {
        judge_refusal(http, http->status, body, ret);
    } else if (!json) { /* a page to sign in, a portal's welcome */
        trouble(ret, "NotScim", http_reply_header(http, "content-type"));
    } else if (!parsed || json_type(body) != JSON_OBJECT) {
        trouble(ret, "BadReply", str_of(err.what));
    } else if (has_schema(body, ERROR)) { /* status is a text in SCIM */
        if (!str_to_i64(json_str(scim_member(body, "status")), &named) || named < 300 ||
            named > 599)
            named = 500;
        judge_refusal(http, (int)named, body, ret);
    } else {
        ret->told = SCIM_TOLD;
        ret->body = body;
        ret->age_ms = web_age_ms(http);
    }
}

bool scim_list_read(const struct json *body, struct scim_list *ret)
{
    const struct json *total = scim_member(body, "totalResults");
    const struct json *start = scim_member(body, "startIndex");

    *ret = (struct scim_list){.total = -1, .resources = scim_member(body, "Resources")};
    ret->next_cursor = json_str(scim_member(body, "nextCursor"));
    ret->count = json_count(ret->resources);
    if (!has_schema(body, LIST) || (total && (!json_i64(total, &ret->total) || ret->total < 0)) ||
        (start && (!json_i64(start, &ret->start) || ret->start < 1)) ||
        (json_type(ret->resources) != JSON_ARRAY && json_type(ret->resources) != JSON_NULL) ||
        (ret->total >= 0 && (int64_t)ret->count > ret->total))
        return false;
    JSON_EACH(it, ret->resources)
    {
        if (json_type(it) != JSON_OBJECT || str_empty(scim_id(it, "id")))
            return false;
    }
    return true;
}

const struct json *scim_member_str(const struct json *object, struct str name)
{
    const struct json *found = NULL;

    if (json_type(object) != JSON_OBJECT)
        return NULL;
    JSON_EACH(it, object)
    {
        if (!str_eq_nocase(json_name(it), name))
            continue;
        if (found)
            return NULL;
        found = it;
    }
    return found;
}

const struct json *scim_member(const struct json *object, const char *name)
{
    return scim_member_str(object, str_of(name));
}

struct str scim_id(const struct json *resource, const char *name)
{
    struct str id = json_id(NULL, scim_member(resource, name));

    if (id.len == 0 || id.len >= SCIM_ID_BYTES || str_eq_c(id, ".") || str_eq_c(id, ".."))
        return STR_NONE;
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.p[i] < ' ' || id.p[i] == 0x7f || id.p[i] == '"' || id.p[i] == '\\')
            return STR_NONE; /* a filter would have to escape it, which servers misread */
    return id;
}

static bool equals(const struct json *v, struct str value, bool exact)
{
    struct str text = json_id(NULL, v);
    return text.p && (exact ? str_eq(text, value) : str_eq_nocase(text, value));
}

int scim_has_value(const struct json *resource, struct str name, struct str value, bool exact)
{
    struct str schema, word, sub;
    bool shown = false;

    split_name(name, &schema, &word, &sub);
    const struct json *home = schema.len && scim_member_str(resource, schema)
                                  ? scim_member_str(resource, schema)
                                  : resource;
    const struct json *v = scim_member_str(home, word);
    if (json_type(v) != JSON_ARRAY) {
        v = sub.p ? scim_member_str(v, sub) : v;
        return json_type(v) == JSON_NULL ? -1 : equals(v, value, exact);
    }
    JSON_EACH(it, v)
    {
        const struct json *part = sub.p ? scim_member_str(it, sub) : it;
        shown |= json_type(part) != JSON_NULL;
        if (equals(part, value, exact))
            return 1;
    }
    return shown ? 0 : -1;
}

bool scim_bool(const struct json *v, bool *ret)
{
    struct str text = json_str(v);

    *ret = json_is_true(v) || str_eq_nocase(text, STR("true"));
    return json_type(v) == JSON_BOOL || *ret || str_eq_nocase(text, STR("false"));
}
