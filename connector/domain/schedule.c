#include "domain/schedule.h"

#include "domain/decide.h"

/* --- one request --- */

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Up to an eighth less, the same each time one asks about this read of this request: a decision
 * that is made anew must not move what it waits for. */
static int64_t jittered(int64_t wait, const struct schedule_ask *ask)
{
    uint64_t mix =
        (str_hash(ask->who) ^ (uint64_t)ask->reads * 0x9e3779b97f4a7c15U) * 0xff51afd7ed558ccdU;

    return wait - (int64_t)((mix >> 33) % (uint64_t)(wait / 8 + 1));
}

int64_t schedule_next_ms(const struct policy *p, const struct schedule_ask *ask)
{
    size_t last = p->read_wait_count - 1;
    size_t reads = ask->reads > 0 ? (size_t)ask->reads : 0;
    bool patient = ask->last_read_ms - ask->claimed_ms >= SCHEDULE_PATIENCE_MS;
    int64_t wait = p->read_waits_ms[reads < last ? reads : last];

    if (!reads)
        return ask->now_ms;
    wait = sooner(wait, p->recheck_ms);
    wait = jittered(patient ? wait * 24 : wait, ask);
    if (ask->settling_ms)
        wait = sooner(wait, ask->settling_ms);
    if (ask->touched) /* pressed again, or "done now": it is looked at */
        wait = sooner(wait, p->touch_ms);
    return ask->last_read_ms + wait;
}

/* --- one source --- */

/* A tenth of the minute's allowance at once, the rest evenly: so no minute, wherever it begins, has
 * more than all of it. */
static int64_t burst_of(const struct schedule_limits *l)
{
    return l->per_minute / 10 > 1 ? l->per_minute / 10 : 1;
}

static int64_t gain_us(const struct schedule_limits *l)
{
    int64_t steady = l->per_minute > 1 ? l->per_minute - burst_of(l) : 1;
    return (60 * 1000000 + steady - 1) / steady;
}

/* How long until the allowance has room for one more. */
static int64_t pace_ms(const struct schedule_source *s, const struct schedule_limits *l,
                       int64_t now_ms)
{
    if (!l->per_minute)
        return 0;
    int64_t ahead_us = s->spent_us - now_ms * 1000 - (burst_of(l) - 1) * gain_us(l);
    return ahead_us > 0 ? (ahead_us + 999) / 1000 : 0;
}

enum schedule_rank schedule_rank_of(enum request_kind kind, enum phase phase)
{
    if (phase == PHASE_CLOSED)
        return SCHEDULE_WATCH;
    return kind == REQUEST_REMOVAL ? SCHEDULE_URGENT : SCHEDULE_ORDINARY;
}

enum schedule_room schedule_room(const size_t waiting[SCHEDULE_RANK_COUNT], enum schedule_rank rank)
{
    size_t all = 0, before = 0;

    for (size_t i = 0; i < SCHEDULE_RANK_COUNT; i++) {
        all += waiting[i];
        before += i <= rank ? waiting[i] : 0;
    }
    if (all < SCHEDULE_LINE_MAX)
        return SCHEDULE_ROOM;
    return before < SCHEDULE_LINE_MAX ? SCHEDULE_ROOM_OF_ANOTHER : SCHEDULE_FULL;
}

enum schedule_turn schedule_turn(const struct schedule_source *s, const struct schedule_limits *l,
                                 int64_t now_ms, int64_t *ret_wait_ms)
{
    *ret_wait_ms = 0;
    if (s->resting)
        return SCHEDULE_RESTS;
    if (s->running >= l->at_once)
        return SCHEDULE_WAITS;
    *ret_wait_ms = pace_ms(s, l, now_ms);
    return *ret_wait_ms ? SCHEDULE_WAITS : SCHEDULE_NOW;
}

void schedule_began(struct schedule_source *s, const struct schedule_limits *l, int64_t now_ms)
{
    s->running++;
    if (l->per_minute)
        s->spent_us = later(s->spent_us, now_ms * 1000) + gain_us(l);
}

static void rest(struct schedule_source *s, const struct schedule_limits *l, int64_t now_ms,
                 uint64_t random)
{
    int64_t most = l->rest_max_ms ? sooner(l->rest_max_ms, SCHEDULE_REST_MAX_MS)
                                  : (int64_t)SCHEDULE_REST_MAX_MS;

    s->resting = true;
    s->rest_ms = sooner(s->rest_ms ? s->rest_ms * 2 : (int64_t)SCHEDULE_REST_MS, most);
    s->rest_until_ms = now_ms + s->rest_ms - (int64_t)(random % (uint64_t)(s->rest_ms / 8 + 1));
}

static void heard(struct schedule_source *s, int64_t told_ms, int64_t now_ms)
{
    s->told_until_ms = later(s->told_until_ms, now_ms + told_ms);
}

void schedule_ended(struct schedule_source *s, const struct schedule_limits *l, bool silent,
                    int64_t told_ms, int64_t now_ms, uint64_t random)
{
    s->running--;
    heard(s, told_ms, now_ms);
    s->silent = silent ? s->silent + 1 : 0;
    s->rest_ms = silent ? s->rest_ms : 0;
    /* of those under way when it began to rest one may still bring an answer: the probe tells */
    if (!s->resting && (told_ms || s->silent >= SCHEDULE_BREAK_AFTER))
        rest(s, l, now_ms, random);
}

int64_t schedule_probe_ms(const struct schedule_source *s, int64_t now_ms)
{
    if (!s->resting || s->probing)
        return -1;
    return later(later(s->rest_until_ms, s->told_until_ms) - now_ms, 0);
}

void schedule_probe_began(struct schedule_source *s, const struct schedule_limits *l,
                          int64_t now_ms)
{
    s->probing = true;
    schedule_began(s, l, now_ms);
}

bool schedule_probe_ended(struct schedule_source *s, const struct schedule_limits *l, bool silent,
                          int64_t told_ms, int64_t now_ms, uint64_t random)
{
    s->running--;
    s->probing = false;
    heard(s, told_ms, now_ms);
    if (silent || now_ms < s->told_until_ms) {
        rest(s, l, now_ms, random);
        return false;
    }
    s->resting = false; /* should nobody else be answered, its next rest is longer all the same */
    s->silent = 0;
    return true;
}

int64_t schedule_look_ms(int64_t timeout_ms)
{
    return later(SCHEDULE_LOOK_MS,
                 LOOK_PORTION_MS + SCHEDULE_LINE_MS + 2 * timeout_ms + LOOK_PORTION_MS);
}

int64_t schedule_again_ms(uint64_t random)
{
    return SCHEDULE_LINE_MS + (int64_t)(random % (2 * SCHEDULE_LINE_MS));
}

bool schedule_is_silence(struct str reason)
{
    static const char *const REASONS[] = {"SourceDown", "Timeout", "AuthFailed", "RateLimited"};
    return str_index(reason, REASONS, sizeof REASONS / sizeof REASONS[0]) >= 0;
}

bool schedule_serves(int64_t began_ms, int64_t claimed_ms, int64_t last_read_ms)
{
    return !began_ms || (began_ms > claimed_ms && began_ms > last_read_ms);
}
