#include "domain/traffic.h"

#include "base/assert.h"

/* --- buckets --- */

static struct traffic_bucket bucket(int32_t most, int32_t gain, int32_t window_ms, int64_t now_ms)
{
    return (struct traffic_bucket){.level = (int64_t)most * window_ms,
                                   .at_ms = now_ms,
                                   .most = most,
                                   .gain = gain,
                                   .window_ms = window_ms};
}

/* At most so many in any window, wherever it begins: half of them at once, half over the window. */
static struct traffic_bucket window(int32_t most, int32_t window_ms, int64_t now_ms)
{
    return bucket(most / 2, most / 2, window_ms, now_ms);
}

static int64_t level_at(const struct traffic_bucket *b, int64_t now_ms)
{
    int64_t full = (int64_t)b->most * b->window_ms;
    int64_t passed = now_ms - b->at_ms;

    if (passed >= b->window_ms) /* the gain of a window fills it */
        return full;
    int64_t level = b->level + (passed > 0 ? passed * b->gain : 0);
    return level < full ? level : full;
}

/* Until one call fits; a bucket without a limit always has room. */
static int64_t bucket_wait_ms(const struct traffic_bucket *b, int64_t now_ms)
{
    if (!b->most)
        return 0;
    int64_t missing = b->window_ms - level_at(b, now_ms);
    return missing > 0 ? (missing + b->gain - 1) / b->gain : 0;
}

static void bucket_take(struct traffic_bucket *b, int64_t now_ms)
{
    if (!b->most)
        return;
    b->level = level_at(b, now_ms) - b->window_ms;
    b->at_ms = now_ms;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* --- tickets --- */

static size_t place_of(const struct traffic *t, uint64_t issue)
{
    for (size_t i = 0; i < TRAFFIC_ISSUES; i++)
        if (t->issues[i].issue == issue)
            return i;
    return TRAFFIC_ISSUES;
}

static bool is_idle(const struct traffic_issue *i, int64_t now_ms)
{
    return i->told_until_ms <= now_ms && now_ms - i->steady.at_ms >= i->steady.window_ms;
}

/* The place of this ticket, taken when it has none; NULL when all are in use. */
static struct traffic_issue *place_for(struct traffic *t, uint64_t issue, int64_t now_ms)
{
    size_t at = place_of(t, issue);

    for (size_t i = 0; at == TRAFFIC_ISSUES && i < TRAFFIC_ISSUES; i++) {
        if (t->issues[i].issue && !is_idle(&t->issues[i], now_ms))
            continue;
        t->issues[i] = (struct traffic_issue){.issue = issue,
                                              .brief = window(20, 2000, now_ms),
                                              .steady = window(100, 30000, now_ms)};
        at = i;
    }
    return at < TRAFFIC_ISSUES ? &t->issues[at] : NULL;
}

static const struct traffic_issue *written_issue(const struct traffic *t,
                                                 const struct traffic_call *c)
{
    size_t at = c->write && c->issue ? place_of(t, c->issue) : TRAFFIC_ISSUES;
    return at < TRAFFIC_ISSUES ? &t->issues[at] : NULL;
}

/* --- the questions --- */

void traffic_init(struct traffic *t, const int32_t *per_second, size_t route_count, int64_t now_ms)
{
    ASSERT(route_count <= TRAFFIC_ROUTES_MAX);
    *t = (struct traffic){0};
    budget_init(&t->budget, now_ms);
    for (size_t i = 0; i < route_count; i++)
        if (per_second[i])
            t->routes[i] = bucket((per_second[i] + 1) / 2, per_second[i], 1000, now_ms);
}

void traffic_told(struct traffic *t, const struct traffic_call *c, enum traffic_reach reach,
                  int64_t wait_ms, int64_t now_ms)
{
    int64_t until = now_ms + wait_ms;
    struct traffic_issue *issue;

    switch (wait_ms > 0 ? reach : REACH_NONE) {
    case REACH_NONE:
        return;
    case REACH_SITE:
        t->site_until_ms = later(t->site_until_ms, until);
        return;
    case REACH_ROUTE:
        t->route_until_ms[c->route] = later(t->route_until_ms[c->route], until);
        return;
    case REACH_ISSUE:
        issue = c->issue ? place_for(t, c->issue, now_ms) : NULL;
        if (issue)
            issue->told_until_ms = later(issue->told_until_ms, until);
        else /* too many to tell apart: all of them wait */
            t->writes_until_ms = later(t->writes_until_ms, until);
        return;
    }
}

void traffic_lifted(struct traffic *t)
{
    t->site_until_ms = 0;
}

void traffic_near(struct traffic *t, int64_t remaining, int64_t reset_ms, int64_t now_ms)
{
    int64_t lasts = reset_ms > 0 ? reset_ms : TRAFFIC_SPARE_MS;

    if (lasts > TRAFFIC_SPARE_MAX_MS)
        lasts = TRAFFIC_SPARE_MAX_MS;
    t->spare_gap_ms = remaining > 0    ? lasts / remaining
                      : remaining == 0 ? lasts
                                       : TRAFFIC_SPARE_GAP_MS;
    int64_t next = now_ms + t->spare_gap_ms;
    bool sparing = t->spare_until_ms > now_ms; /* who waits already is not put off again */
    t->spare_next_ms = sparing && t->spare_next_ms < next ? t->spare_next_ms : next;
    t->spare_until_ms = now_ms + lasts;
}

int64_t traffic_told_ms(const struct traffic *t, const struct traffic_call *c, int64_t now_ms)
{
    int64_t until = later(t->site_until_ms, t->route_until_ms[c->route]);
    const struct traffic_issue *issue = written_issue(t, c);

    if (c->write && c->issue)
        until = later(until, t->writes_until_ms);
    if (issue)
        until = later(until, issue->told_until_ms);
    return until > now_ms ? until - now_ms : 0;
}

int64_t traffic_site_ms(const struct traffic *t, int64_t now_ms)
{
    return later(t->site_until_ms - now_ms, 0);
}

int64_t traffic_pace_ms(const struct traffic *t, const struct traffic_call *c, int64_t now_ms)
{
    const struct traffic_issue *issue = written_issue(t, c);
    int64_t wait = bucket_wait_ms(&t->routes[c->route], now_ms);

    if (issue)
        wait = later(wait, later(bucket_wait_ms(&issue->brief, now_ms),
                                 bucket_wait_ms(&issue->steady, now_ms)));
    wait = later(wait, budget_wait_ms(&t->budget, c->what, now_ms));
    if (c->lane < LANE_WORDS)
        return wait;
    /* a site that is away: what carries no promise stays home, the rest goes and finds out */
    if (t->rest_until_ms > now_ms)
        wait = later(wait, t->rest_until_ms - now_ms);
    if (t->spare_until_ms > now_ms)
        wait = later(wait,
                     (t->spare_next_ms < t->spare_until_ms ? t->spare_next_ms : t->spare_until_ms) -
                         now_ms);
    return wait;
}

void traffic_sent(struct traffic *t, const struct traffic_call *c, int64_t now_ms)
{
    struct traffic_issue *issue = c->write && c->issue ? place_for(t, c->issue, now_ms) : NULL;

    bucket_take(&t->routes[c->route], now_ms);
    if (issue) {
        bucket_take(&issue->brief, now_ms);
        bucket_take(&issue->steady, now_ms);
    }
    if (c->lane >= LANE_WORDS)
        t->spare_next_ms = now_ms + t->spare_gap_ms;
    budget_sent(&t->budget, c->what, now_ms);
}

void traffic_ended(struct traffic *t, const struct traffic_call *c, enum traffic_end end,
                   int64_t now_ms)
{
    budget_ended(&t->budget, c->what, end == TRAFFIC_ANSWERED);
    if (end != TRAFFIC_SILENT) {
        t->silent = 0;
        t->rest_until_ms = 0;
        return;
    }
    if (++t->silent < TRAFFIC_BREAK_AFTER)
        return;
    int64_t rest = TRAFFIC_BREAK_MS;
    for (int32_t i = TRAFFIC_BREAK_AFTER; i < t->silent && rest < TRAFFIC_BREAK_MAX_MS; i++)
        rest *= 2;
    t->rest_until_ms = now_ms + (rest < TRAFFIC_BREAK_MAX_MS ? rest : TRAFFIC_BREAK_MAX_MS);
}
