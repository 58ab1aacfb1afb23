#include "jsm/jsm_judge.h"

#include <stdio.h>

#include "base/clock.h"

enum { TOLD_MAX_MS = 60 * 60 * 1000, TOLD_DEFAULT_MS = 5000 };

static void say(struct jsm_answer *r, struct str words)
{
    str_copy(r->why, sizeof r->why, words);
}

/* ISO 8601, and "2026-03-26T16:00Z" as observed: without seconds. */
static bool parse_reset(struct arena *a, struct str text, int64_t *ret_ms)
{
    if (clock_parse(text, ret_ms))
        return true;
    bool ends_in_z = text.len && text.p[text.len - 1] == 'Z';
    return ends_in_z && clock_parse(arena_printf(a, "%.*s:00Z", (int)text.len - 1, text.p), ret_ms);
}

/* RFC 9110 section 10.2.3. Jira sends Retry-After in seconds, and X-RateLimit-Reset. */
static int64_t told(struct arena *a, const struct jsm_http *http, int64_t now_ms)
{
    int64_t seconds, at;

    if (str_to_i64(str_trim(http->retry_after), &seconds) && seconds >= 0)
        return seconds * 1000 < TOLD_MAX_MS ? seconds * 1000 : TOLD_MAX_MS;
    if (parse_reset(a, str_trim(http->ratelimit_reset), &at) && at > now_ms)
        return at - now_ms < TOLD_MAX_MS ? at - now_ms : TOLD_MAX_MS;
    return TOLD_DEFAULT_MS;
}

/* {"errorMessages":[..],"errors":{field:text}} of the platform, {"errorMessage":..} of JSM. */
static void read_refusal(struct arena *a, const struct jsm_http *http, struct jsm_answer *r)
{
    const struct json *body;
    struct err err;

    snprintf(r->why, sizeof r->why, "Jira answered %d", http->status);
    if (!json_parse(a, http->body, &body, &err))
        return;
    const struct json *first = json_first(json_member(body, "errors"));
    if (json_type(json_member(body, "errors")) == JSON_OBJECT && first) {
        r->field = json_name(first);
        snprintf(r->why, sizeof r->why, "%.*s: %.*s", STR_ARG(r->field), STR_ARG(json_str(first)));
    } else if (json_str(json_first(json_member(body, "errorMessages"))).len) {
        say(r, json_str(json_first(json_member(body, "errorMessages"))));
    } else if (json_path_str(body, "errorMessage").len) {
        say(r, json_path_str(body, "errorMessage"));
    }
}

static bool looks_like_html(const struct jsm_http *http)
{
    struct str body = str_trim(http->body);
    return str_starts(http->content_type, STR("text/html")) || (body.len && body.p[0] == '<');
}

static void judge_success(struct arena *a, const struct jsm_http *http, struct jsm_answer *r)
{
    struct err err;

    if (looks_like_html(http)) { /* a login page */
        r->verdict = JSM_DENIED;
        say(r, STR("Jira answered with a page instead of data: the credential is not accepted"));
        return;
    }
    r->verdict = JSM_OK;
    if (!http->body.len)
        return;
    if (!json_parse(a, http->body, &r->body, &err)) {
        r->verdict = JSM_UNKNOWN;
        say(r, str_of(err.what));
    }
}

static void judge_failure(struct arena *a, const struct jsm_http *http, bool write, int64_t now_ms,
                          struct jsm_answer *r)
{
    if (http->status == 401 || (http->status == 403 && !http->body.len)) {
        r->verdict = JSM_DENIED;
        snprintf(r->why, sizeof r->why, "Jira answered %d: the credential is not accepted",
                 http->status);
    } else if (http->status == 429 || http->status == 409 ||
               (http->status == 503 && http->retry_after.len)) {
        r->verdict = JSM_LATER;
        r->told_ms = http->status == 409 ? TOLD_DEFAULT_MS : told(a, http, now_ms);
        snprintf(r->why, sizeof r->why, "Jira answered %d: later", http->status);
    } else if (http->status == 404 || http->status == 410) {
        r->verdict = JSM_MISSING;
        snprintf(r->why, sizeof r->why, "Jira answered %d", http->status);
    } else if (http->status >= 400 && http->status < 500 && http->status != 408) {
        r->verdict = JSM_REFUSED;
        read_refusal(a, http, r);
    } else {
        r->verdict = write ? JSM_UNKNOWN : JSM_UNREACHED;
        snprintf(r->why, sizeof r->why, "Jira answered %d", http->status);
    }
}

void jsm_judge(struct arena *a, const struct jsm_http *http, bool write, int64_t now_ms,
               struct jsm_answer *ret)
{
    *ret = (struct jsm_answer){0};
    if (http->sent != JSM_REPLIED) {
        ret->verdict = http->sent == JSM_NOT_SENT || !write ? JSM_UNREACHED : JSM_UNKNOWN;
        say(ret, http->why);
        return;
    }
    bool anonymous = http->login_reason.len && !str_eq_nocase(http->login_reason, STR("OK"));
    if (anonymous) {
        ret->verdict = JSM_DENIED;
        say(ret, STR("Jira ignored our credential and answered as to a stranger"));
        return;
    }
    if (http->status >= 200 && http->status < 300)
        judge_success(a, http, ret);
    else
        judge_failure(a, http, write, now_ms, ret);
}
