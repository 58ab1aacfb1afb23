/* poll.h: how the changes of one site are walked through. What a page means, how far back to read,
 * how long until the next walk, and when an answer shows suspiciously little. Pure: no clock of
 * ours is compared with Jira's, memory is the caller's and bounded.
 *
 * A walk goes by key, not by page: where a page ends later than its query began, the next query
 * begins there. So pages that shift while tickets change, and page tokens that run out, cost at
 * most one page read again. Tokens are used while a page is full of one and the same
 * `updated`, when the site does not keep to order or bounds, and among what changed lately: there a
 * hit may stand where the index had it and show the `updated` of now, and the next walk reads all
 * of it again anyway. */
#ifndef COUNTERSIGN_DOMAIN_POLL_H
#define COUNTERSIGN_DOMAIN_POLL_H

#include <stddef.h>

#include "base/str.h"
#include "domain/cursor.h"

enum {
    POLL_LAG_BUCKETS = 18, /* below 1 s, below 2 s, below 4 s ... and 18 hours and more */
    POLL_RESTARTS_MAX = 5, /* token expiries in one walk, then the next interval */
    POLL_PAGES_MAX = 200000,
    POLL_KNOWN_MIN = 10,     /* below, one deleted ticket is a large share */
    POLL_CALM = 3,           /* walks in a row with nothing unannounced: deliveries are healthy */
    POLL_SEEN_FIRST = 512,   /* the table's first size, and ... */
    POLL_SEEN_SLOTS = 32768, /* its last: changes within one overlap; powers of two */
};

/* --- one walk --- */

struct poll_walk {
    struct cursor_walk cursor;
    int64_t bound_ms;   /* lower bound of the query that is being paged */
    int64_t asked_ms;   /* when it began, Jira's time; 0 = not said */
    int64_t settled_ms; /* what changed before stands in its place, whatever the index lags */
    int64_t last_ms;    /* `updated` of the settled hit before; to see that the order is kept */
    bool by_key;        /* order and bounds are kept so far */
    int32_t restarts;
    int64_t pages;
};

enum poll_next {
    POLL_BY_TOKEN, /* the next page of the same query */
    POLL_BY_KEY,   /* a new query from bound_ms, without a token */
    POLL_COMPLETE,
    POLL_GIVEN_UP, /* the walk did not happen */
};

/* From the overlap before the cursor, by key. */
void poll_walk_begin(const struct cursor *c, struct poll_walk *ret);
/* It was asked for at asked_ms, Jira's time; 0 = not said: then by token only. A date that has not
 * come by then moves no cursor further: all that changes until it comes would be passed over. */
void poll_walk_asked(struct poll_walk *w, int64_t asked_ms, int64_t overlap_ms);
/* Take one hit in; updated_ms 0: it could not be read. */
void poll_walk_see(struct poll_walk *w, int64_t updated_ms);
/* A page is stored. last: Jira says that there is no other; same_token: it gave the token that this
 * page was asked for with. */
enum poll_next poll_walk_page(struct poll_walk *w, bool last, bool same_token);
/* Jira refused a page (400). An expired token, which the refusal names: the query begins again at
 * once, from its bound, because everything before that is read and stored. */
enum poll_next poll_walk_refused(struct poll_walk *w, bool with_token, struct str why);

/* --- how late changes become searchable --- */

/* Counts of changes by how late they showed, halved when they are many: the past fades. */
struct poll_lag {
    int64_t count[POLL_LAG_BUCKETS];
};
/* At least how late a change of updated_ms is that a walk shows for the first time: the walk
 * before, begun at asked_ms, did not show it. Both are Jira's times; 0 where one of them is not
 * known. */
int64_t poll_late_ms(int64_t asked_ms, int64_t updated_ms);
void poll_lag_add(struct poll_lag *lag, int64_t late_ms);
/* 99.9 % of all changes were not later than this (upper edge of their bucket), 0 when none was. */
int64_t poll_lag_most_ms(const struct poll_lag *lag);
/* Is it certain that one in a thousand came later than configured? Then a lost create may be made
 * twice: its grace is reckoned with less. */
bool poll_lags_beyond(const struct poll_lag *lag, int64_t index_lag_ms);
/* How far back to read: twice that, at least 10 minutes, at most 6 hours. */
int64_t poll_overlap_ms(const struct poll_lag *lag);

/* --- what was seen: (id, updated) --- */

/* Open addressing; `key` is a hash of site's issue id, never 0 in a slot that is taken. */
struct poll_slot {
    uint64_t key;
    int64_t updated_ms;
    int64_t walk; /* that showed it last */
};
/* slots: `size` of them, a power of two, zeroed; the caller owns them. It begins small and grows,
 * for most sites change little. walk: the present one, from 2 up. */
struct poll_seen {
    struct poll_slot *slots;
    size_t size, used;
    int64_t walk;
};
enum poll_sight {
    POLL_SAME, /* seen already, by this walk or the one before */
    POLL_NEW,  /* a change not seen before */
    POLL_BACK, /* seen already, but not by the walk before: it was away */
};
/* The size at which so many more would fit, at most POLL_SEEN_SLOTS; what it has, when they do. */
size_t poll_seen_size(const struct poll_seen *s, size_t more);
/* Goes over to a larger table: `slots`, zeroed, `size` of them. Returns the old one, to be freed.
 */
struct poll_slot *poll_seen_grow(struct poll_seen *s, struct poll_slot *slots, size_t size);
/* A full table remembers nothing more: then the caller sees a change again, never less often. */
enum poll_sight poll_seen_put(struct poll_seen *s, uint64_t key, int64_t updated_ms);
/* Of those changed since from_ms: how many are known, and how many this walk has shown. */
void poll_seen_count(const struct poll_seen *s, int64_t from_ms, int64_t *ret_known,
                     int64_t *ret_shown);
/* Forget what no walk from from_ms on will show. */
void poll_seen_prune(struct poll_seen *s, int64_t from_ms);
/* Forget everything: what was taken in may not have been stored. */
void poll_seen_clear(struct poll_seen *s);

/* --- does it show suspiciously little --- */

/* Are there enough known ones to judge by? Who knows of fewer may not say that all is well. */
bool poll_knows(int64_t known);
/* Fewer than half of the known ones: a right was lost, rather than so many tickets. */
bool poll_shows_less(int64_t known, int64_t shown);
/* That is held against the site for a day; then it is believed. */
bool poll_is_held(bool shows_less, int64_t held_ms);

/* --- how soon again --- */

/* What walks found, and what of it no delivery had announced. calm: walks in a row that found
 * something, all of it announced. */
struct poll_hooks {
    int32_t calm;
};
void poll_hooks_see(struct poll_hooks *h, int64_t found, int64_t unannounced);
/* Until the next walk: slow while deliveries are healthy and the last walk was complete, else
 * quick; up to a tenth more or less, so that replicas and sites spread. */
int64_t poll_wait_ms(int64_t quick_ms, int64_t slow_ms, const struct poll_hooks *h, bool complete,
                     uint64_t random);

#endif
