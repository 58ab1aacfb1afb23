#include "jsm/jsm_judge.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "jsm/jsm_refusal.h"

enum { TOLD_MAX_MS = 24 * 60 * 60 * 1000, TOLD_DEFAULT_MS = 5000 };

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

/* "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate, RFC 9110 section 5.6.7). */
static bool parse_http_date(struct arena *a, struct str s, int64_t *ret_ms)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    enum { LENGTH = 29 };

    if (s.len != LENGTH || s.p[3] != ',' || !str_ends(s, STR(" GMT")))
        return false;
    for (int month = 1; month <= 12; month++) {
        if (!str_eq(str_n(s.p + 8, 3), str_n(MONTHS + 3 * (month - 1), 3)))
            continue;
        struct str iso =
            arena_printf(a, "%.4s-%02d-%.2sT%.8sZ", s.p + 12, month, s.p + 5, s.p + 17);
        return clock_parse(iso, ret_ms);
    }
    return false;
}

/* Whole seconds, a fraction counts as a whole one; more digits than fit are a very long time. */
static bool parse_seconds(struct str text, int64_t *ret_ms)
{
    struct str whole = str_cut(&text, '.');
    int64_t seconds = 0;

    if (!whole.len)
        return false;
    for (size_t i = 0; i < whole.len; i++) {
        if (whole.p[i] < '0' || whole.p[i] > '9')
            return false;
        if (seconds <= TOLD_MAX_MS)
            seconds = seconds * 10 + (whole.p[i] - '0');
    }
    seconds += text.len > 0;
    *ret_ms = seconds < TOLD_MAX_MS ? seconds * 1000 : TOLD_MAX_MS * 1000LL;
    return true;
}

/* Retry-After (RFC 9110 section 10.2.3: seconds or a date), else X-RateLimit-Reset (a date), else
 * the t of RateLimit. Dates are compared with the reply's own clock where it shows one: ours may be
 * wrong. */
static void take_told(struct arena *a, const struct jsm_http *http, int64_t now_ms,
                      struct jsm_answer *r)
{
    struct str retry = str_trim(http->retry_after);
    int64_t wait, at, their_now;

    if (parse_http_date(a, str_trim(http->date), &their_now))
        now_ms = their_now;
    if (!parse_seconds(retry, &wait)) {
        bool dated =
            parse_http_date(a, retry, &at) || parse_reset(a, str_trim(http->ratelimit_reset), &at);
        wait = dated && at > now_ms ? at - now_ms
               : http->reset_ms     ? http->reset_ms
                                    : TOLD_DEFAULT_MS;
    }
    r->told_cut = wait > TOLD_MAX_MS;
    r->told_ms = r->told_cut ? TOLD_MAX_MS : wait;
}

/* "RateLimit-Reason": which of Jira's three limits it was, and so who has to wait. */
static enum traffic_reach reach_of(struct str reason)
{
    reason = str_trim(reason);
    if (str_eq_nocase(reason, STR("jira-per-issue-on-write")))
        return REACH_ISSUE;
    return str_eq_nocase(reason, STR("jira-burst-based")) ? REACH_ROUTE : REACH_SITE;
}

static bool parse(struct arena *a, struct str body, const struct json **ret, struct err *err)
{
    return json_parse_deep(a, body, LIMIT_JIRA_JSON_DEPTH, ret, err);
}

/* Jira did not take us for whom we said we are. */
static bool is_stranger(const struct jsm_http *http)
{
    bool said = http->login_reason.len && !str_eq_nocase(http->login_reason, STR("OK"));
    return said || http->denied_reason.len;
}

/* After a few wrong passwords no password counts until a person has shown to be one. By Atlassian's
 * word the second most often means that:
 * https://developer.atlassian.com/server/jira/platform/basic-authentication/ */
static bool wants_captcha(const struct jsm_http *http)
{
    return str_starts(http->denied_reason, STR("CAPTCHA")) ||
           str_eq_nocase(http->login_reason, STR("AUTHENTICATION_DENIED"));
}

static bool looks_like_html(const struct jsm_http *http)
{
    struct str body = str_trim(http->body);
    return str_starts(http->content_type, STR("text/html")) || (body.len && body.p[0] == '<');
}

/* What to do about it. A service desk says 403 and nothing else to an account without a licence as
 * its agent, too. */
static void say_denial(const struct jsm_http *http, bool stranger, struct jsm_answer *r)
{
    const char *remedy = ", the credential is not accepted: replace the site's secret file";

    if (wants_captcha(http))
        remedy = " and wants a CAPTCHA solved before it takes our password again: sign in as our "
                 "account in a browser once, or reset its failed logins";
    else if (http->status == 403 && !stranger)
        remedy = " and nothing else, the credential is not accepted here: give our account a "
                 "licence as agent of the service desk, or replace the site's secret file";
    snprintf(r->why, sizeof r->why, "Jira answered %d%s", http->status, remedy);
}

/* 2xx. A write that got one was most likely done, whatever stands in it: then nobody knows. */
static void judge_success(struct arena *a, const struct jsm_http *http, bool write, bool anonymous,
                          struct jsm_answer *r)
{
    struct err err;

    r->verdict = write ? JSM_UNKNOWN : JSM_DENIED;
    if (anonymous) {
        say(r, STR("Jira ignored our credential and answered as to a stranger: replace the site's "
                   "secret file"));
    } else if (looks_like_html(http)) { /* a login page */
        say(r, STR("Jira answered with a page instead of data: replace the site's secret file, or "
                   "look for a proxy between us"));
    } else if (!http->body.len && write && http->status != 204 && !http->silent) {
        say(r, STR("Jira answered with nothing where something was due"));
    } else if (http->body.len && !parse(a, http->body, &r->body, &err)) {
        r->verdict = JSM_UNKNOWN;
        say(r, str_of(err.what));
    } else {
        r->verdict = JSM_OK;
    }
}

static void judge_failure(struct arena *a, const struct jsm_http *http, enum jsm_effect effect,
                          bool anonymous, int64_t now_ms, struct jsm_answer *r)
{
    int status = http->status;
    bool refused = status >= 400 && status < 500 && status != 408;
    bool stranger = anonymous && (refused || (effect == JSM_READ && status < 400));
    bool scope = status == 401 && jsm_refusal_is_of_scope(http->body);

    jsm_refusal_say(a, status, http->body, looks_like_html(http), &r->field, r->why, sizeof r->why);
    if (status == 429) {
        r->verdict = JSM_LATER;
        r->scope = reach_of(http->ratelimit_reason);
        take_told(a, http, now_ms, r);
    } else if (status == 503 && http->retry_after.len) {
        r->verdict = effect == JSM_ONCE ? JSM_UNKNOWN : JSM_LATER;
        r->scope = REACH_SITE;
        take_told(a, http, now_ms, r);
    } else if (scope && !anonymous) {
        r->verdict = JSM_REFUSED;
    } else if (status == 401 || (status == 403 && !http->body.len) || stranger) {
        r->verdict = JSM_DENIED;
        say_denial(http, stranger, r);
    } else if (status == 409) { /* another transition of this ticket is running */
        r->verdict = JSM_LATER;
        r->told_ms = TOLD_DEFAULT_MS;
    } else if (status == 404 || (status == 410 && !jsm_refusal_is_of_api(http->body))) {
        r->verdict = JSM_MISSING;
    } else if (refused) {
        r->verdict = JSM_REFUSED;
    } else {
        r->verdict = effect == JSM_READ ? JSM_UNREACHED : JSM_UNKNOWN;
    }
}

void jsm_judge(struct arena *a, const struct jsm_http *http, enum jsm_effect effect, int64_t now_ms,
               struct jsm_answer *ret)
{
    bool write = effect != JSM_READ;

    *ret = (struct jsm_answer){.status = http->sent == JSM_REPLIED ? http->status : 0};
    if (http->sent != JSM_REPLIED) {
        bool nothing = http->sent == JSM_NOT_SENT || (!write && !http->too_large);
        ret->verdict = nothing ? JSM_UNREACHED : JSM_UNKNOWN;
        say(ret, http->why);
        return;
    }
    if (!parse_http_date(a, str_trim(http->date), &ret->date_ms))
        ret->date_ms = 0;
    bool anonymous = is_stranger(http);
    if (http->status >= 200 && http->status < 300)
        judge_success(a, http, write, anonymous, ret);
    else
        judge_failure(a, http, effect, anonymous, now_ms, ret);
}
