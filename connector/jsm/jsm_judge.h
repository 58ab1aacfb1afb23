/* jsm_judge.h: what a reply of Jira means. Three outcomes for a write: it was done, it was refused
 * (or certainly not sent), or nobody knows. Pure.
 *
 * 429 rejected the call before any work; 409 on a transition means another one is running; any 5xx
 * or a lost connection after sending leaves a write unknown. 200 with X-Seraph-LoginReason other
 * than OK is an anonymous answer: proof of nothing. */
#ifndef COUNTERSIGN_JSM_JUDGE_H
#define COUNTERSIGN_JSM_JUDGE_H

#include "base/arena.h"
#include "json/json_read.h"

enum jsm_sent { JSM_REPLIED, JSM_NOT_SENT, JSM_LOST };

struct jsm_http {
    enum jsm_sent sent;
    int status;
    struct str body;
    struct str retry_after, ratelimit_reset, login_reason,
        content_type; /* header values, empty when absent */
    struct str why;   /* the client's words when not replied */
};

enum jsm_verdict {
    JSM_OK,        /* done, or read */
    JSM_MISSING,   /* 404, 410: it is not there (or we may not see it) */
    JSM_REFUSED,   /* 400, 403, other 4xx: asking again will not help */
    JSM_DENIED,    /* the credential is dead or was ignored */
    JSM_LATER,     /* turned away before any work: try again after told_ms */
    JSM_UNREACHED, /* certainly nothing was done */
    JSM_UNKNOWN,   /* a write that may have been done; for a read simply: try again */
};

struct jsm_answer {
    enum jsm_verdict verdict;
    int64_t told_ms;         /* LATER: at least this long; 0 = not said */
    const struct json *body; /* OK with a JSON body, else NULL */
    struct str field;        /* REFUSED: first field Jira named, empty when none */
    char why[240];           /* Jira's or the client's own words, short */
};

/* write: the call changes something. now_ms: wall clock, for Retry-After dates and
 * X-RateLimit-Reset. */
void jsm_judge(struct arena *a, const struct jsm_http *http, bool write, int64_t now_ms,
               struct jsm_answer *ret);

#endif
