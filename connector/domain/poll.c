#include "domain/poll.h"

enum {
    FIRST_EDGE_MS = 1000,
    LAG_COUNTS_MAX = 100000,
    OVERLAP_MIN_MS = 10 * 60 * 1000,
    OVERLAP_MAX_MS = 6 * 3600 * 1000,
    HELD_MAX_MS = 24 * 3600 * 1000,
};

/* --- one walk --- */

void poll_walk_begin(const struct cursor *c, struct poll_walk *ret)
{
    *ret = (struct poll_walk){.by_key = true};
    cursor_begin(c, &ret->cursor);
    ret->bound_ms = ret->cursor.from_ms;
}

void poll_walk_asked(struct poll_walk *w, int64_t asked_ms, int64_t overlap_ms)
{
    w->asked_ms = asked_ms;
    w->settled_ms = asked_ms - overlap_ms / 2; /* a lag and as much again for the walk itself */
}

void poll_walk_see(struct poll_walk *w, int64_t updated_ms)
{
    bool has_come = !w->asked_ms || updated_ms <= w->asked_ms;

    cursor_see(&w->cursor, has_come ? updated_ms : w->asked_ms);
    if (!updated_ms || updated_ms > w->settled_ms)
        return;
    if (updated_ms < w->bound_ms || updated_ms < w->last_ms)
        w->by_key = false;
    w->last_ms = updated_ms;
}

enum poll_next poll_walk_page(struct poll_walk *w, bool last, bool same_token)
{
    if (!w->by_key && w->bound_ms > w->cursor.from_ms) {
        w->bound_ms = w->cursor.from_ms; /* what came before the bound may not be complete */
        w->last_ms = 0;
        return POLL_BY_KEY;
    }
    if (last)
        return POLL_COMPLETE;
    if (same_token || ++w->pages >= POLL_PAGES_MAX)
        return POLL_GIVEN_UP;
    if (!w->by_key || w->last_ms <= w->bound_ms)
        return POLL_BY_TOKEN;
    w->bound_ms = w->last_ms;
    return POLL_BY_KEY;
}

static bool names_token(struct str why)
{
    static const struct str TOKEN = {"token", 5};

    for (size_t i = 0; i + TOKEN.len <= why.len; i++)
        if (str_eq_nocase(str_n(why.p + i, TOKEN.len), TOKEN))
            return true;
    return false;
}

enum poll_next poll_walk_refused(struct poll_walk *w, bool with_token, struct str why)
{
    if (!with_token || !names_token(why) || ++w->restarts > POLL_RESTARTS_MAX)
        return POLL_GIVEN_UP;
    w->last_ms = 0;
    return POLL_BY_KEY;
}

/* --- lag --- */

int64_t poll_late_ms(int64_t asked_ms, int64_t updated_ms)
{
    return asked_ms && updated_ms && asked_ms > updated_ms ? asked_ms - updated_ms : 0;
}

static int64_t total(const struct poll_lag *lag)
{
    int64_t sum = 0;

    for (size_t i = 0; i < POLL_LAG_BUCKETS; i++)
        sum += lag->count[i];
    return sum;
}

void poll_lag_add(struct poll_lag *lag, int64_t late_ms)
{
    size_t at = 0;

    while (at + 1 < POLL_LAG_BUCKETS && late_ms >= (int64_t)FIRST_EDGE_MS << at)
        at++;
    lag->count[at]++;
    if (total(lag) <= LAG_COUNTS_MAX)
        return;
    for (size_t i = 0; i < POLL_LAG_BUCKETS; i++)
        lag->count[i] /= 2;
}

int64_t poll_lag_most_ms(const struct poll_lag *lag)
{
    int64_t later = total(lag) / 1000; /* so many may be later still */

    for (size_t at = POLL_LAG_BUCKETS - 1; at > 0; at--) {
        if (lag->count[at] > later)
            return (int64_t)FIRST_EDGE_MS << at;
        later -= lag->count[at];
    }
    return 0;
}

bool poll_lags_beyond(const struct poll_lag *lag, int64_t index_lag_ms)
{
    int64_t at_least = poll_lag_most_ms(lag) / 2; /* the lower edge of its bucket */

    return at_least > 0 && at_least >= index_lag_ms;
}

int64_t poll_overlap_ms(const struct poll_lag *lag)
{
    int64_t twice = 2 * poll_lag_most_ms(lag);

    if (twice < OVERLAP_MIN_MS)
        return OVERLAP_MIN_MS;
    return twice < OVERLAP_MAX_MS ? twice : OVERLAP_MAX_MS;
}

/* --- seen --- */

static size_t place_after(const struct poll_seen *s, size_t at)
{
    return (at + 1) & (s->size - 1);
}

static size_t home_of(const struct poll_seen *s, uint64_t key)
{
    return (size_t)key & (s->size - 1);
}

/* Where this key stands, or would. */
static struct poll_slot *slot_of(const struct poll_seen *s, uint64_t key)
{
    size_t at = home_of(s, key);

    while (s->slots[at].key && s->slots[at].key != key)
        at = place_after(s, at);
    return &s->slots[at];
}

/* The rest stays empty, so that a search ends soon. */
static size_t most_in(size_t size)
{
    return size / 4 * 3;
}

size_t poll_seen_size(const struct poll_seen *s, size_t more)
{
    size_t size = s->size;

    while (size < POLL_SEEN_SLOTS && s->used + more > most_in(size))
        size *= 2;
    return size;
}

struct poll_slot *poll_seen_grow(struct poll_seen *s, struct poll_slot *slots, size_t size)
{
    struct poll_seen old = *s;

    s->slots = slots;
    s->size = size;
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].key)
            *slot_of(s, old.slots[i].key) = old.slots[i];
    return old.slots;
}

enum poll_sight poll_seen_put(struct poll_seen *s, uint64_t key, int64_t updated_ms)
{
    struct poll_slot *slot = slot_of(s, key);

    if (slot->key) {
        bool same = slot->updated_ms == updated_ms;
        bool away = slot->walk < s->walk - 1;
        *slot = (struct poll_slot){key, updated_ms, s->walk};
        return !same ? POLL_NEW : away ? POLL_BACK : POLL_SAME;
    }
    if (s->used < most_in(s->size)) {
        *slot = (struct poll_slot){key, updated_ms, s->walk};
        s->used++;
    }
    return POLL_NEW;
}

void poll_seen_count(const struct poll_seen *s, int64_t from_ms, int64_t *ret_known,
                     int64_t *ret_shown)
{
    *ret_known = *ret_shown = 0;
    for (size_t i = 0; i < s->size; i++) {
        if (!s->slots[i].key || s->slots[i].updated_ms < from_ms)
            continue;
        ++*ret_known;
        *ret_shown += s->slots[i].walk == s->walk;
    }
}

/* Empties a slot; whatever stood behind it only for want of room moves up. */
static void take_out(struct poll_seen *s, size_t hole)
{
    s->slots[hole].key = 0;
    s->used--;
    for (size_t at = place_after(s, hole); s->slots[at].key; at = place_after(s, at)) {
        size_t way = (at - home_of(s, s->slots[at].key)) & (s->size - 1);
        size_t gap = (at - hole) & (s->size - 1);
        if (way < gap)
            continue;
        s->slots[hole] = s->slots[at];
        s->slots[at].key = 0;
        hole = at;
    }
}

void poll_seen_prune(struct poll_seen *s, int64_t from_ms)
{
    for (size_t i = 0; i < s->size; i++)
        while (s->slots[i].key && s->slots[i].updated_ms < from_ms)
            take_out(s, i);
}

void poll_seen_clear(struct poll_seen *s)
{
    for (size_t i = 0; i < s->size; i++)
        s->slots[i].key = 0;
    s->used = 0;
}

/* --- less than before, and how soon again --- */

bool poll_knows(int64_t known)
{
    return known >= POLL_KNOWN_MIN;
}

bool poll_shows_less(int64_t known, int64_t shown)
{
    return poll_knows(known) && shown * 2 < known;
}

bool poll_is_held(bool shows_less, int64_t held_ms)
{
    return shows_less && held_ms < HELD_MAX_MS;
}

void poll_hooks_see(struct poll_hooks *h, int64_t found, int64_t unannounced)
{
    if (unannounced)
        h->calm = 0;
    else if (found && h->calm < POLL_CALM)
        h->calm++;
}

int64_t poll_wait_ms(int64_t quick_ms, int64_t slow_ms, const struct poll_hooks *h, bool complete,
                     uint64_t random)
{
    int64_t wait = complete && h->calm >= POLL_CALM && slow_ms > quick_ms ? slow_ms : quick_ms;
    int64_t tenth = wait / 10;

    return wait - tenth + (int64_t)(random % (uint64_t)(2 * tenth + 1));
}
