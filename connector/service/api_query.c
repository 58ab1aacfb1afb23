#include "service/api_query.h"

#include <string.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "domain/request.h"

/* Decoded in the request's arena; "+" stays what it is: a sign in a time zone. */
static struct str decoded(struct arena *arena, struct str s)
{
    char *to = arena_alloc(arena, s.len + 1);
    size_t n = 0;

    if (!to)
        return STR("");
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] != '%') {
            to[n++] = s.p[i];
            continue;
        }
        if (i + 2 >= s.len || !hex_decode(str_n(s.p + i + 1, 2), &to[n], 1))
            return STR("");
        n++;
        i += 2;
    }
    return str_is_utf8(str_n(to, n)) && !memchr(to, 0, n) ? str_n(to, n) : STR("");
}

struct str api_query(struct serve_request *request, const char *name)
{
    struct str rest = serve_query(request);

    while (rest.len) {
        struct str pair = str_cut(&rest, '&');
        struct str key = str_cut(&pair, '=');
        if (str_eq_c(key, name))
            return decoded(serve_arena(request), pair);
    }
    return STR_NONE;
}

const char *api_query_refuse_unknown(struct serve_request *request, const char *const *known)
{
    struct str rest = serve_query(request);
    bool seen[64] = {false};

    while (rest.len) {
        struct str pair = str_cut(&rest, '&');
        struct str key = str_cut(&pair, '=');
        size_t i = 0;
        if (!key.len && !pair.len)
            continue;
        while (known[i] && !str_eq_c(key, known[i]))
            i++;
        if (!known[i])
            return "a parameter is not known here";
        if (seen[i])
            return "a parameter stands there twice";
        seen[i] = true;
    }
    return NULL;
}

bool api_query_name(struct serve_request *request, const char *name, struct str *ret)
{
    *ret = api_query(request, name);
    return !ret->p || str_trim(*ret).len;
}

bool api_query_limit(struct serve_request *request, int32_t *ret)
{
    struct str text = api_query(request, "limit");
    int64_t count = API_PAGE_DEFAULT;

    if (text.p && (!str_to_i64(text, &count) || count < 1 || count > API_PAGE_MAX))
        return false;
    *ret = (int32_t)count;
    return true;
}

bool api_query_after(struct serve_request *request, int64_t *ret)
{
    struct str text = api_query(request, "after");

    *ret = 0;
    return !text.p || (str_to_i64(text, ret) && *ret > 0);
}

bool api_is_uuid(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
        if (dash ? s.p[i] != '-' : !hex)
            return false;
    }
    return s.len == 36;
}

/* One of `words`, or not there. */
static bool read_word(struct serve_request *request, const char *name, const char *const *words,
                      struct str *ret)
{
    size_t count = 0;

    while (words[count])
        count++;
    *ret = api_query(request, name);
    return !ret->p || str_index(*ret, words, (int)count) >= 0;
}

/* A place in the order that is asked for, as the page before gave it: no request is of before 1970,
 * or of after the last year that a time can be written with. */
static bool is_place(struct str after, bool by_time)
{
    const int64_t END_US = INT64_C(253402300800) * 1000000;
    struct str rest = after;
    int64_t micros;

    if (!by_time)
        return api_is_uuid(after);
    return str_to_i64(str_cut(&rest, '.'), &micros) && micros >= 0 && micros < END_US &&
           api_is_uuid(rest);
}

const char *api_query_requests(struct serve_request *request, struct store_filter *filter)
{
    static const char *const KINDS[] = {"grant", "removal", "modify", NULL};
#define X(name) name,
    static const char *const NAMES[] = {LIFECYCLES(X) NULL};
#undef X
#define X(name) " " name
    static const char NO_LIFECYCLE[] = "lifecycle is one of:" LIFECYCLES(X);
#undef X
    static const char *const SUBJECTS[] = {"human",    "contractor", "service",
                                           "workload", "key",        NULL};
    static const char *const SORTS[] = {"id", "requested_at", "-requested_at", NULL};
    struct str since = api_query(request, "since"), overdue = api_query(request, "overdue");

    filter->application = api_query(request, "application");
    filter->after = api_query(request, "after");
    filter->overdue = str_eq_c(overdue, "true");
    if (!read_word(request, "kind", KINDS, &filter->kind))
        return "kind is grant, removal or modify";
    if (!read_word(request, "lifecycle", NAMES, &filter->lifecycle))
        return NO_LIFECYCLE;
    if (!read_word(request, "subject_kind", SUBJECTS, &filter->subject_kind))
        return "subject_kind is human, contractor, service, workload or key";
    if (!read_word(request, "sort", SORTS, &filter->sort))
        return "sort is id, requested_at or -requested_at";
    if (overdue.p && !filter->overdue)
        return "overdue is true, or not there";
    if (since.p && (!clock_parse(since, &filter->since_ms) || filter->since_ms <= 0))
        return "since is a time such as 2026-12-01T00:00:00Z";
    if (filter->application.p && !filter->application.len)
        return "application is the name of a source";
    bool by_time = filter->sort.len && !str_eq_c(filter->sort, "id");
    if (filter->after.p && !is_place(filter->after, by_time))
        return "after is the member next of the page before, in the same order";
    return NULL;
}

/* Weak ones count, too: a proxy that compresses on the way makes them weak (RFC 9110, 13.1.2). */
static bool has_tag(struct str header, struct str tag)
{
    while (header.len) {
        struct str one = str_trim(str_cut(&header, ','));
        if (str_starts(one, STR("W/")))
            one = str_n(one.p + 2, one.len - 2);
        if (str_eq(one, tag))
            return true;
    }
    return false;
}

void api_reply_tagged(struct serve_request *request, struct str json)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];
    enum { TAG_DIGITS = 32 };

    digest_sha256(json, digest);
    hex_encode(digest, sizeof digest, hex);
    struct str tag = arena_printf(serve_arena(request), "\"%.*s\"", TAG_DIGITS, hex);
    struct http_header header = {STR("ETag"), tag};
    bool known = tag.len && has_tag(serve_header(request, "if-none-match"), tag);
    serve_reply(request, known ? 304 : 200, known ? NULL : "application/json", &header, 1,
                known ? STR_NONE : json);
}
