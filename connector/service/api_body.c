#include "service/api_body.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/fold.h"
#include "base/limits.h"
#include "service/problem.h"

enum { NAME_SHOWN = 80, FOLDED_BYTES = 8 * 1024 };

static const char TITLE[] = "Invalid body";

static const struct body_member *find(const struct body_member *members, struct str name)
{
    for (; members->name; members++)
        if (str_eq_c(name, members->name))
            return members;
    return NULL;
}

/* A name of blanks and of characters that nobody sees is nobody's, and everybody's who has such a
 * one. */
static bool is_seen(struct str name)
{
    AUTO(drop_buf) struct buf folded;

    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] > ' ' && name.p[i] < 0x7f) /* mostly the first one */
            return true;
    buf_init(&folded, FOLDED_BYTES);
    return !fold_name(&folded, name) || folded.len;
}

static bool is_name(struct str text)
{
    return text.len <= LIMIT_KEY_CHARS && !str_has_control(text);
}

/* What a value should be, when it is not; NULL when it is. */
static const char *wrong(const struct body_member *member, const struct json *value, int64_t now_ms)
{
    struct str text = json_str(value);
    bool is_text = json_type(value) == JSON_STRING;
    int64_t at;

    switch (member->kind) {
    case BODY_KEY:
        return is_text && is_name(text) && is_seen(text)
                   ? NULL
                   : "must be a text of 1 to 256 bytes of UTF-8, not only of what nobody sees, and "
                     "without control characters";
    case BODY_NAME:
        return is_text && is_name(text)
                   ? NULL
                   : "must be a text of up to 256 bytes of UTF-8 without control characters";
    case BODY_TEXT:
        return is_text && text.len <= BODY_TEXT_MAX ? NULL
                                                    : "must be a text of up to 4096 bytes of UTF-8";
    case BODY_BOOL:
        return json_type(value) == JSON_BOOL ? NULL : "must be true or false";
    case BODY_ID:
        return json_i64(value, &at) && at > 0 ? NULL : "must be a whole number from 1 on";
    case BODY_LIST:
        return json_type(value) == JSON_ARRAY ? NULL : "must be a list";
    case BODY_TIME:
    case BODY_LATER:
        if (!is_text || !clock_parse(text, &at) || at <= 0)
            return "must be a time such as \"2026-12-01T00:00:00Z\"";
        return member->kind == BODY_TIME || at > now_ms ? NULL : "must be a time in the future";
    }
    return "is not understood";
}

static void refuse(struct serve_request *request, struct str member, const char *what)
{
    char shown[NAME_SHOWN], detail[3 * NAME_SHOWN];

    str_copy(shown, sizeof shown, member); /* a name may be as long as the body */
    snprintf(detail, sizeof detail, "'%s' %s", shown, what);
    problem_reply_member(request, 422, TITLE, str_of(shown), detail);
}

void api_body_each_fault(const struct body_member *members, const struct json *object,
                         int64_t now_ms, body_fault_fn *fn, void *arg)
{
    JSON_EACH(value, object)
    {
        const struct body_member *member = find(members, json_name(value));
        const char *what = member ? wrong(member, value, now_ms) : "is not known here";
        if (what)
            fn(arg, json_name(value), what);
    }
    for (const struct body_member *m = members; m->name; m++)
        if (m->required && !json_member(object, m->name))
            fn(arg, str_of(m->name), "is missing");
}

struct first {
    struct str member;
    const char *what;
};

static void keep_first(void *arg, struct str member, const char *what)
{
    struct first *first = arg;

    if (!first->what)
        *first = (struct first){member, what};
}

static bool members_are_good(struct serve_request *request, const struct body_member *members,
                             const struct json *body, int64_t now_ms)
{
    struct first first = {0};

    api_body_each_fault(members, body, now_ms, keep_first, &first);
    if (first.what)
        refuse(request, first.member, first.what);
    return !first.what;
}

bool api_body_read(struct serve_request *request, const struct body_member *members, int64_t now_ms,
                   const struct json **ret)
{
    struct err err = {0};
    const struct json *body;

    if (serve_body(request).len > LIMIT_API_BODY_BYTES) {
        problem_reply(request, 413, TITLE, "the body is too large");
        return false;
    }
    if (!json_parse(serve_arena(request), serve_body(request), &body, &err)) {
        problem_reply(request, 400, TITLE, err.what);
        return false;
    }
    if (json_type(body) != JSON_OBJECT) {
        problem_reply(request, 422, TITLE, "the body must be an object");
        return false;
    }
    if (!members_are_good(request, members, body, now_ms))
        return false;
    *ret = body;
    return true;
}

int64_t api_body_time(const struct json *body, const char *name)
{
    int64_t ms;
    return clock_parse(json_path_str(body, name), &ms) ? ms : 0;
}
