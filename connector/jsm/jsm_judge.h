/* jsm_judge.h: what a reply of Jira means. Three outcomes for a write: it was done, it was refused
 * (or certainly not sent), or nobody knows. Pure.
 *
 * Sure refusals: 429 rejected the call before any work; 409 on a transition means another one is
 * running; other 4xx. Unknown to a write: any 5xx (also 503 with Retry-After, unless doing it twice
 * is harmless), a lost connection after sending, and every success that does not read as one: a
 * page, a cut document, an answer as to a stranger (X-Seraph-LoginReason other than OK, or any
 * X-Authentication-Denied-Reason). To a read such an answer is proof of nothing.
 *
 * 401 is no word on the credential where the gateway says "scope does not match": it is alive, and
 * that one call is refused. */
#ifndef COUNTERSIGN_JSM_JUDGE_H
#define COUNTERSIGN_JSM_JUDGE_H

#include "jsm/jsm_call.h"

enum jsm_sent { JSM_REPLIED, JSM_NOT_SENT, JSM_LOST };

struct jsm_http {
    enum jsm_sent sent;
    int status;
    struct str body;
    struct str retry_after, ratelimit_reset, ratelimit_reason, date, login_reason, denied_reason,
        content_type; /* header values, empty when absent */
    bool silent;      /* as struct jsm_call has it */
    bool too_large;   /* lost because there was more of it than we take */
    int64_t reset_ms; /* what RateLimit says (jsm_limit.h), 0 = nothing */
    struct str why;   /* the client's words when not replied */
};

enum jsm_verdict {
    JSM_OK,        /* done, or read */
    JSM_MISSING,   /* 404, 410: it is not there (or we may not see it) */
    JSM_REFUSED,   /* 400, 403, other 4xx, a scope too few: asking again will not help */
    JSM_DENIED,    /* the credential is dead or was ignored, or a CAPTCHA is in its way */
    JSM_LATER,     /* turned away before any work: try again after told_ms */
    JSM_UNREACHED, /* certainly nothing was done */
    JSM_UNKNOWN,   /* a write that may have been done; a read: an answer nobody can read */
};

struct jsm_answer {
    enum jsm_verdict verdict;
    int status;      /* of HTTP, 0 when nothing was answered */
    int64_t told_ms; /* LATER, and UNKNOWN after a 503: at least this long; 0 = not said */
    /* who has to wait for it: ISSUE after "jira-per-issue-on-write", ROUTE after
     * "jira-burst-based", SITE after quotas, 503 and 429 without a reason, else NONE: this call */
    enum traffic_reach scope;
    bool told_cut;           /* Jira said longer than a day; told_ms is a day */
    int64_t date_ms;         /* Jira's own time of the reply (Date), 0 = not said */
    const struct json *body; /* OK with a JSON body, else NULL */
    struct str field;        /* first field Jira named, empty when none */
    char why[400];           /* one sentence: what is wrong, and what to do (jsm_refusal.h) */
};

/* now_ms: wall clock, for dates, where the reply does not say its own (Date). */
void jsm_judge(struct arena *a, const struct jsm_http *http, enum jsm_effect effect, int64_t now_ms,
               struct jsm_answer *ret);

#endif
