#include "jsm/jsm_dialect.h"

#include <inttypes.h>

#include "base/limits.h"
#include "jsm/jsm_wiki.h"
#include "json/json_write.h"

enum { BODY_BYTES = 1024 * 1024, ANCHORS_MAX = 8, TOKEN_BYTES = 1024, OLD_ID_CHARS = 24 };

const char *const JSM_FLAVOUR_NAMES[JSM_FLAVOUR_COUNT + 1] = {"cloud", "datacenter", NULL};

enum jsm_flavour jsm_flavour_of(struct str name)
{
    return str_eq_c(name, JSM_FLAVOUR_NAMES[JSM_DATACENTER]) ? JSM_DATACENTER : JSM_CLOUD;
}

const struct jsm_lack JSM_LACKS[JSM_ABILITY_COUNT] = {
#define X(suffix, lacks, instead) {lacks, instead},
    JSM_ABILITIES(X)
#undef X
};

bool jsm_can(enum jsm_flavour flavour, enum jsm_ability ability)
{
    return flavour == JSM_CLOUD && ability < JSM_ABILITY_COUNT;
}

/* --- paths --- */

/* The first that begins the path counts; NULL: there is no such call. */
static const struct {
    const char *cloud, *datacenter;
} PATHS[] = {
    {"/rest/api/3/search/jql", "/rest/api/2/search"},
    {"/rest/api/3/search/", NULL},
    {"/rest/api/3/issue/bulkfetch", NULL},
    {"/rest/api/3/changelog/", NULL},
    {"/rest/api/3/bulk/", NULL},
    {"/rest/api/3/webhook", NULL},
    {"/rest/api/3/workflows", NULL},
    {"/rest/api/3/", "/rest/api/2/"},
};

/* Who is asked for is another parameter there. */
static struct str rename_parameter(struct arena *a, struct str path)
{
    static const char *const NAMES[] = {"query=", "accountId="};

    if (!str_starts(path, STR("/rest/api/2/user")))
        return path;
    for (size_t at = 1; at < path.len; at++) {
        struct str rest = str_n(path.p + at, path.len - at);
        for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
            struct str name = str_of(NAMES[i]);
            if ((path.p[at - 1] == '?' || path.p[at - 1] == '&') && str_starts(rest, name))
                return arena_printf(a, "%.*susername=%.*s", (int)at, path.p,
                                    (int)(rest.len - name.len), rest.p + name.len);
        }
    }
    return path;
}

static bool translate_path(struct arena *a, struct jsm_call *call, struct err *err)
{
    if (call->route == JSM_ROUTE_CHANGELOG ||
        call->route == JSM_ROUTE_CHANGELOGS) /* it comes whole with the issue */
        return FAIL(err, ERR_INPUT, "Data Center gives a changelog only with its issue");
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        struct str cloud = str_of(PATHS[i].cloud);
        if (!str_starts(call->path, cloud))
            continue;
        if (!PATHS[i].datacenter)
            return FAIL(err, ERR_INPUT, "Data Center has no %s", PATHS[i].cloud);
        call->path = arena_printf(a, "%s%.*s", PATHS[i].datacenter,
                                  (int)(call->path.len - cloud.len), call->path.p + cloud.len);
        call->path = rename_parameter(a, call->path);
        return true;
    }
    return true; /* servicedeskapi is the same at both */
}

/* --- bodies --- */

static bool is_document(const struct json *v)
{
    return str_eq_c(json_path_str(v, "type"), "doc") && json_member(v, "version") &&
           json_type(json_member(v, "content")) == JSON_ARRAY;
}

static const char *name_there(struct arena *a, const struct json *member)
{
    struct str name = json_name(member);

    if (str_eq_c(name, "accountId"))
        return "name";
    return str_eq_c(name, "accountIds") ? "usernames" : arena_cstr(a, name);
}

/* The same value with wiki markup for documents, and names for account ids. What stands in
 * properties is ours and stays. */
static void put(struct json_out *out, struct arena *a, const struct json *v)
{
    switch (json_type(v)) {
    case JSON_ARRAY:
        json_open_array(out);
        JSON_EACH(element, v)
        put(out, a, element);
        json_close_array(out);
        return;
    case JSON_OBJECT:
        if (is_document(v)) {
            json_put_str(out, jsm_wiki_of_adf(a, v));
            return;
        }
        json_open_object(out);
        JSON_EACH(member, v)
        {
            if (str_eq_c(json_name(member), "isAdfRequest"))
                continue;
            json_put_name(out, name_there(a, member));
            if (str_eq_c(json_name(member), "properties"))
                json_put_value(out, member);
            else
                put(out, a, member);
        }
        json_close_object(out);
        return;
    case JSON_NULL:
    case JSON_BOOL:
    case JSON_NUMBER:
    case JSON_STRING:
        json_put_value(out, v);
        return;
    }
}

/* A token is "START+OVERLAP" and up to ANCHORS_MAX of " ID@UPDATED". */
struct offset {
    int64_t start, overlap;
    struct str anchors;
};

static bool offset_read(struct str token, struct offset *ret)
{
    struct str range = str_cut(&token, ' ');
    struct str start = str_cut(&range, '+');

    ret->anchors = token;
    return str_to_i64(start, &ret->start) && str_to_i64(range, &ret->overlap) && ret->start >= 0;
}

/* https://developer.atlassian.com/server/jira/platform/rest/v10003/api-group-search/: offsets
 * instead of tokens, expand is a list, and no more members than these. */
static bool put_search(struct json_out *out, const struct json *body, struct err *err)
{
    static const char *const SAME[] = {"jql", "maxResults", "fields"};
    struct str token = json_path_str(body, "nextPageToken");
    struct str expand = json_path_str(body, "expand");
    struct offset offset = {0};

    if (token.len && !offset_read(token, &offset))
        return FAIL(err, ERR_INPUT, "a page token that is not of a Data Center");
    json_open_object(out);
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        if (!json_member(body, SAME[i]))
            continue;
        json_put_name(out, SAME[i]);
        json_put_value(out, json_member(body, SAME[i]));
    }
    if (expand.len) {
        json_put_name(out, "expand");
        json_open_array(out);
        while (expand.len)
            json_put_str(out, str_cut(&expand, ','));
        json_close_array(out);
    }
    json_i64_member(out, "startAt", offset.start);
    json_close_object(out);
    return true;
}

static bool translate_body(struct arena *a, struct jsm_call *call, bool search, struct err *err)
{
    AUTO(drop_buf) struct buf b;
    const struct json *body;
    struct json_out out;

    if (!json_parse_deep(a, call->body, LIMIT_JIRA_JSON_DEPTH, &body, err))
        return err_while(err, "translating a call for a Data Center");
    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    if (!search)
        put(&out, a, body);
    else if (!put_search(&out, body, err))
        return false;
    if (b.over)
        return FAIL(err, ERR_INPUT, "a body that is too long");
    call->body = arena_str(a, buf_str(&b));
    return true;
}

bool jsm_dialect_call(struct arena *a, enum jsm_flavour flavour, struct jsm_call *call,
                      struct err *err)
{
    if (flavour == JSM_CLOUD)
        return true;
    bool search = str_starts(call->path, STR("/rest/api/3/search/jql"));
    return translate_path(a, call, err) &&
           (!call->body.len || translate_body(a, call, search, err));
}

/* --- people --- */

/* "712020:…" of today, 24 hexadecimal digits of before: no name of a person looks so. */
static bool is_account(struct str word)
{
    size_t hex = 0;

    for (size_t i = 0; i < word.len; i++) {
        char c = word.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '-' || c == ':';
        if (!plain)
            return false;
        hex += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return word.len <= JSM_ACCOUNT_CHARS &&
           (str_find(word, ':') > 0 || (hex == OLD_ID_CHARS && word.len == hex));
}

enum jsm_word jsm_word_of(enum jsm_flavour flavour, struct str word)
{
    ptrdiff_t at = str_find(word, '@');

    if (at >= 0)
        return at > 0 ? JSM_WORD_ADDRESS : JSM_WORD_NOBODY;
    if (flavour == JSM_DATACENTER)
        return word.len ? JSM_WORD_NAME : JSM_WORD_NOBODY;
    return is_account(word) ? JSM_WORD_ACCOUNT : JSM_WORD_NOBODY;
}

/* --- pages --- */

const struct json *jsm_listed(const struct json *page, const char *name)
{
    const struct json *named = json_member(page, name);
    return named ? named : json_member(page, "values");
}

static bool by_offset(const struct json *body, int64_t *ret_start, int64_t *ret_total)
{
    return json_i64(json_member(body, "startAt"), ret_start) &&
           json_i64(json_member(body, "total"), ret_total);
}

bool jsm_is_last_page(const struct json *body)
{
    int64_t start, total;

    if (by_offset(body, &start, &total))
        return start + (int64_t)json_count(json_member(body, "issues")) >= total;
    return json_is_true(json_member(body, "isLast")) || !json_path_str(body, "nextPageToken").len;
}

/* Is one of the anchors where it was, or further up? */
static bool holds(const struct offset *offset, const struct jsm_page *page)
{
    struct str rest = offset->anchors;

    while (rest.len) {
        struct str updated = str_cut(&rest, ' ');
        struct str id = str_cut(&updated, '@');
        int64_t updated_ms;
        for (size_t i = 0; i < page->count && (int64_t)i < offset->overlap; i++)
            if (str_eq(page->hits[i].issue_id, id) && str_to_i64(updated, &updated_ms) &&
                page->hits[i].updated_ms == updated_ms)
                return true;
    }
    return false;
}

static struct str make_token(struct arena *a, int64_t start, int64_t overlap,
                             const struct jsm_page *page)
{
    AUTO(drop_buf) struct buf b;
    size_t first = (size_t)overlap < page->count ? page->count - (size_t)overlap : 0;
    size_t step = (page->count - first + ANCHORS_MAX - 1) / ANCHORS_MAX;

    buf_init(&b, TOKEN_BYTES);
    buf_printf(&b, "%" PRId64 "+%" PRId64, start, overlap);
    for (size_t i = first; i < page->count; i += step)
        if (page->hits[i].updated_ms)
            buf_printf(&b, " %.*s@%" PRId64, STR_ARG(page->hits[i].issue_id),
                       page->hits[i].updated_ms);
    return arena_str(a, buf_str(&b));
}

bool jsm_next_page(struct arena *a, const struct json *body, struct str token,
                   struct jsm_page *page, struct err *err)
{
    int64_t start, total, count = (int64_t)json_count(json_member(body, "issues"));
    struct offset offset = {0};

    page->next_token = STR_NONE;
    if (!by_offset(body, &start, &total)) {
        if (!json_is_true(json_member(body, "isLast")))
            page->next_token = json_path_str(body, "nextPageToken");
        return true;
    }
    if (token.len && !offset_read(token, &offset))
        return FAIL(err, ERR_INPUT, "a page token that is not of a Data Center");
    if (start != offset.start)
        return FAIL(err, ERR_INPUT, "a search page that begins elsewhere than asked for");
    if (start > 0 && !holds(&offset, page))
        return FAIL(err, ERR_INPUT, "more tickets changed than a search page holds");
    if (start + count >= total)
        return true;
    if (count < 2)
        return FAIL(err, ERR_INPUT, "a search page too short to walk by");
    int64_t overlap = count - count / 2;
    page->next_token = make_token(a, start + count - overlap, overlap, page);
    return true;
}
