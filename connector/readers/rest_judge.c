#include <stdarg.h>
#include <stdio.h>

#include "readers/rest_question.h"
#include "readers/rest_value.h"

struct str rest_value(struct arena *arena, const struct json *body, struct str pointer)
{
    const struct json *v = json_pointer(body, pointer);

    if (json_type(v) == JSON_BOOL)
        return json_is_true(v) ? STR("true") : STR("false");
    return json_id(arena, v);
}

/* AWS names its errors with a namespace in front: "com.amazonaws.identitystore#X". */
bool rest_is_one_of(struct str value, const struct rest_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct str word = list->of[i];
        bool ends = value.len > word.len && str_ends(value, word) &&
                    value.p[value.len - word.len - 1] == '#';
        if (word.len && (str_eq(value, word) || ends))
            return true;
    }
    return false;
}

static void trouble(struct rest_reply *ret, const char *reason, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
static void trouble(struct rest_reply *ret, const char *reason, const char *fmt, ...)
{
    char text[2 * REST_WHY_BYTES]; /* cut at a letter below */
    va_list args;

    ret->told = REST_TROUBLE;
    ret->reason = reason;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    web_plain(ret->why, sizeof ret->why, str_of(text));
}

/* Until when to wait, as seconds since 1970: Okta's and GitHub's. */
static int64_t told_wait_ms(const struct rest_profile *profile, const struct http_reply *http,
                            int64_t wall_ms)
{
    int64_t wait_ms = web_retry_after_ms(http), until = 0;
    struct str text = profile->wait_header;

    if (wait_ms || !text.len || !str_to_i64(str_trim(http_reply_header(http, text.p)), &until) ||
        until <= wall_ms / 1000)
        return wait_ms;
    int64_t left = until - wall_ms / 1000; /* the clocks differ by a second or so */
    return left < WEB_WAIT_MAX_MS / 1000 ? left * 1000 + 1000 : WEB_WAIT_MAX_MS;
}

static const char *reason_of(const struct rest_profile *profile, struct arena *arena,
                             const struct json *body, const struct http_reply *http)
{
    int status = http->status;

    for (size_t i = 0; i < profile->error_count; i++) {
        const struct rest_error *e = &profile->errors[i];
        if (rest_is_one_of(rest_value(arena, body, e->at), &e->is))
            return e->reason.p;
    }
    if (status == 401)
        return "AuthFailed";
    if (status == 429 ||
        (status == 403 && (http_reply_header(http, "retry-after").len ||
                           str_eq_c(http_reply_header(http, "x-ratelimit-remaining"), "0"))))
        return "RateLimited";
    if (status == 403)
        return "RightsLost";
    if (status >= 300 && status < 400)
        return "Redirected";
    if (status >= 500)
        return "SourceDown";
    return status == 404 ? "NotVisible" : status == 206 ? "PartialResult" : "QueryRefused";
}

static void judge_refusal(struct arena *arena, const struct rest_profile *profile,
                          const struct rest_step *step, const struct http_reply *http,
                          const struct json *body, int64_t wall_ms, struct rest_reply *ret)
{
    const char *reason = reason_of(profile, arena, body, http);

    if (step && step->absent.status && http->status == step->absent.status &&
        (!step->absent.at.len ||
         rest_is_one_of(rest_value(arena, body, step->absent.at), &step->absent.is))) {
        ret->told = REST_GONE;
        return;
    }
    bool secret = !step || http->status < 300; /* a token may stand in it */
    struct str body_text = secret ? STR_NONE : http->body;
    trouble(ret, reason, "status %d%s%.*s", http->status, body_text.len ? " " : "",
            (int)(body_text.len < REST_WHY_BYTES ? body_text.len : REST_WHY_BYTES),
            body_text.p ? body_text.p : "");
    bool limited = str_eq_c(str_of(reason), "RateLimited");
    if (limited || http->status == 503)
        ret->wait_ms = told_wait_ms(profile, http, wall_ms);
    if (!ret->wait_ms && limited)
        ret->wait_ms = WEB_WAIT_DEFAULT_MS;
}

static bool is_json(struct str type)
{
    struct str media = str_trim(str_cut(&type, ';'));

    return str_eq_nocase(media, STR("application/json")) || str_ends(media, STR("+json")) ||
           str_starts(media, STR("application/x-amz-json-"));
}

/* As str_cut(), but not within quotes; a quote that does not end is none. */
static struct str cut_unquoted(struct str *rest, char at)
{
    bool quoted = false;

    for (size_t i = 0; i < rest->len; i++) {
        struct str head = str_n(rest->p, i);
        if (rest->p[i] == '"')
            quoted = !quoted;
        else if (quoted && rest->p[i] == '\\')
            i++;
        else if (!quoted && rest->p[i] == at) {
            *rest = str_n(rest->p + i + 1, rest->len - i - 1);
            return head;
        }
    }
    if (quoted)
        return str_cut(rest, at);
    struct str all = *rest;
    *rest = STR_NONE;
    return all;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

/* One word of several, perhaps in quotes, both or one; relations go by their letters in any case.
 */
static bool has_word(struct str text, struct str word)
{
    text = str_trim(text);
    if (text.len && is_quote(text.p[0]))
        text = str_n(text.p + 1, text.len - 1);
    if (text.len && is_quote(text.p[text.len - 1]))
        text.len--;
    while (text.len) {
        struct str part = str_cut(&text, ' ');
        while (part.len)
            if (str_eq_nocase(str_cut(&part, '\t'), word))
                return true;
    }
    return false;
}

/* RFC 8288: <address>; rel="next last", among others; several headers of the name count as well. */
static struct str next_link(const struct http_reply *http)
{
    for (size_t i = 0; i < http->header_count; i++) {
        struct str rest = http->headers[i].value;
        if (!str_eq_nocase(http->headers[i].name, STR("link")))
            continue;
        while (rest.len) {
            (void)str_cut(&rest, '<');
            struct str address = str_cut(&rest, '>');
            struct str params = cut_unquoted(&rest, ','); /* up to the next link */
            while (params.len) {
                struct str param = cut_unquoted(&params, ';');
                struct str name = str_cut(&param, '=');
                if (str_eq_nocase(str_trim(name), STR("rel")) && has_word(param, STR("next")))
                    return address;
            }
        }
    }
    return STR_NONE;
}

static struct str total_of(const struct rest_step *step, const struct http_reply *http)
{
    if (!step || !step->next.total_header.len)
        return STR_NONE;
    return str_trim(http_reply_header(http, step->next.total_header.p));
}

void rest_judge(struct arena *arena, const struct rest_profile *profile,
                const struct rest_step *step, const struct http_reply *http, int64_t timeout_ms,
                int64_t wall_ms, struct rest_reply *ret)
{
    const struct json *body = NULL;
    struct err err = {0};

    *ret = (struct rest_reply){0};
    if (http->outcome != HTTP_REPLIED) {
        trouble(ret, web_unanswered(http, timeout_ms), "%.*s", STR_ARG(http->why));
        return;
    }
    bool json = is_json(http_reply_header(http, "content-type"));
    bool parsed = json && json_parse(arena, http->body, &body, &err);
    ret->hash = str_hash(http->body);
    ret->age_ms = web_age_ms(http);
    if (http->status != 200)
        judge_refusal(arena, profile, step, http, body, wall_ms, ret);
    else if (!json) /* a page to sign in, a portal's welcome */
        trouble(ret, "NotJson", "%.*s", STR_ARG(http_reply_header(http, "content-type")));
    else if (!parsed)
        trouble(ret, "BadReply", "%s", err.what);
    else
        *ret = (struct rest_reply){.told = REST_TOLD,
                                   .body = body,
                                   .next = next_link(http),
                                   .total = total_of(step, http),
                                   .hash = ret->hash,
                                   .age_ms = ret->age_ms};
}
