/* traffic.h: when may the next call to one Jira leave? What Jira told us to wait is kept by its
 * reach and never undercut; what Jira has not told us yet we keep to by ourselves: its buckets per
 * operation, its limit of writes to one ticket, few repetitions, and rest for a site that does not
 * answer. Pure: time is an input (monotonic milliseconds), memory is bounded and the caller's.
 *
 * Limits: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (August 2026): a token
 * bucket for each operation and method, 20 writes in 2 s and 100 in 30 s for each ticket. */
#ifndef COUNTERSIGN_DOMAIN_TRAFFIC_H
#define COUNTERSIGN_DOMAIN_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/budget.h"

/* What leaves first when not all can: the gate before new tickets before words before sweeps. */
enum traffic_lane { LANE_GATE, LANE_CREATE, LANE_WORDS, LANE_SWEEP, LANE_COUNT };

/* How far something reaches that Jira told us. */
enum traffic_reach {
    REACH_NONE,  /* this very call: its caller waits */
    REACH_ISSUE, /* writes to this ticket */
    REACH_ROUTE, /* this operation */
    REACH_SITE,
};

enum {
    TRAFFIC_ROUTES_MAX = 96,
    TRAFFIC_ISSUES = 64,     /* tickets written to within half a minute that are told apart */
    TRAFFIC_BREAK_AFTER = 5, /* calls in a row without an answer: the site is given a rest */
    TRAFFIC_BREAK_MS = 1000, /* first rest; doubled up to the next */
    TRAFFIC_BREAK_MAX_MS = 30000,
    TRAFFIC_SPARE_MS = 60 * 1000,          /* "near the limit", and nobody says until when */
    TRAFFIC_SPARE_GAP_MS = 1000,           /* nor how much is left: a call a second */
    TRAFFIC_SPARE_MAX_MS = 60 * 60 * 1000, /* Jira counts by the hour */
};

/* `most` at once, and `gain` in every window_ms. */
struct traffic_bucket {
    int64_t level; /* in parts of 1 / window_ms of a call */
    int64_t at_ms;
    int32_t most, gain, window_ms;
};

struct traffic_call {
    size_t route;   /* below TRAFFIC_ROUTES_MAX */
    uint64_t issue; /* a hash of the ticket's id, 0 = about none */
    bool write;
    enum traffic_lane lane;
    uint64_t what; /* a hash of all of it: who sends the same again repeats */
};

struct traffic_issue {
    uint64_t issue; /* 0: a free place */
    int64_t told_until_ms;
    struct traffic_bucket brief, steady;
};

/* Members are private to traffic.c. */
struct traffic {
    int64_t site_until_ms, writes_until_ms, route_until_ms[TRAFFIC_ROUTES_MAX];
    struct traffic_bucket routes[TRAFFIC_ROUTES_MAX];
    struct traffic_issue issues[TRAFFIC_ISSUES];
    struct budget budget; /* of repetitions */
    int32_t silent;       /* calls in a row that nobody answered */
    int64_t rest_until_ms;
    int64_t spare_until_ms, spare_next_ms, spare_gap_ms; /* what is left is spread over its time */
};

/* per_second: what Jira lets each route have, as the rate of a token bucket that holds a second of
 * it; half of the bucket is left to other replicas. 0: not limited. */
void traffic_init(struct traffic *t, const int32_t *per_second, size_t route_count, int64_t now_ms);

/* Jira said: not before so long. wait_ms 0 is no news. */
void traffic_told(struct traffic *t, const struct traffic_call *c, enum traffic_reach reach,
                  int64_t wait_ms, int64_t now_ms);
/* What Jira told to wait for the whole site is over, because an operator says so. */
void traffic_lifted(struct traffic *t);
/* Jira said: so little is left until then. remaining < 0, reset_ms 0: it did not say. Words and
 * sweeps are spread over the time that is left, so that the gate and creation still find some. */
void traffic_near(struct traffic *t, int64_t remaining, int64_t reset_ms, int64_t now_ms);
/* How long Jira wants this call to wait, 0 = not at all. Nobody may send it earlier. */
int64_t traffic_told_ms(const struct traffic *t, const struct traffic_call *c, int64_t now_ms);
/* How long Jira wants no call at all to the site, 0 = it may be called. */
int64_t traffic_site_ms(const struct traffic *t, int64_t now_ms);
/* How long we make it wait by ourselves, 0 = it may leave now. What was told is not in it. */
int64_t traffic_pace_ms(const struct traffic *t, const struct traffic_call *c, int64_t now_ms);
/* It leaves now. */
void traffic_sent(struct traffic *t, const struct traffic_call *c, int64_t now_ms);

enum traffic_end {
    TRAFFIC_ANSWERED,
    TRAFFIC_FAILED, /* turned away, or an error of Jira's own: it will be tried again */
    TRAFFIC_SILENT, /* no answer at all: the same, and the site may be away */
};
void traffic_ended(struct traffic *t, const struct traffic_call *c, enum traffic_end end,
                   int64_t now_ms);

#endif
