/* schedule.h: when are sources read? When one request wants its next read, and which of those that
 * ask one source may read it now: so many at once, so many a minute, never before the source said,
 * and not while it does not answer. Pure: time is an input (milliseconds), memory the caller's. */
#ifndef COUNTERSIGN_DOMAIN_SCHEDULE_H
#define COUNTERSIGN_DOMAIN_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/request.h"

struct policy;

/* --- one request --- */

/* What the next read of a request depends on. Database times. */
struct schedule_ask {
    struct str who; /* tells requests apart: those claimed at once are read apart later */
    int64_t now_ms, claimed_ms, last_read_ms;
    int32_t reads;       /* since the claim */
    int64_t settling_ms; /* a read so long after the last one may end the waiting; 0 = none may */
    bool touched;        /* somebody did something to the ticket since the last read */
};

enum { SCHEDULE_PATIENCE_MS = 24 * 60 * 60 * 1000 }; /* since the claim: then ever more seldom */

/* When its sources are read next; now or earlier: at once. After a claim at once, then 15 s, 1 m, 5
 * m, 15 m, hourly (policy->read_waits_ms), and once a day has passed daily: each up to an eighth
 * sooner, by a share that stays the same however often it is asked. No later than the recheck time
 * (of that day; 24 times it afterwards), than a settling source may have settled, and than the
 * touch time where people press. */
int64_t schedule_next_ms(const struct policy *p, const struct schedule_ask *ask);

/* --- one source --- */

struct schedule_limits {
    int32_t at_once;     /* reads under way, at least 1 */
    int32_t per_minute;  /* begun in any minute; 0 = not limited */
    int64_t rest_max_ms; /* the longest rest of a source that does not answer */
};

enum {
    SCHEDULE_BREAK_AFTER = 5,         /* reads in a row that the source did not answer */
    SCHEDULE_REST_MS = 1000,          /* its first rest; doubled each time it still does not */
    SCHEDULE_REST_MAX_MS = 5 * 60000, /* where limits say nothing shorter */
    SCHEDULE_LINE_MAX = 64,           /* waiting for one source: the next comes again later */
    SCHEDULE_SHARE_MAX = 16,  /* who ask the same share one read: each is a look in memory */
    SCHEDULE_LINE_MS = 10000, /* and no longer: a claim does not outlast it */
    LOOK_PORTION_MS = 5000,   /* of a bundle: no further item is read before these are saved */
    SCHEDULE_LOOK_MS = 30000, /* at least; a claim that nobody keeps up holds others up */
};

/* How long a save prolongs the claim of a look: what a portion may take whose last item stood in
 * line to the end of it, of a source that takes so long to answer and to tell its canary. */
int64_t schedule_look_ms(int64_t timeout_ms);

/* Members are private to schedule.c; the zero value is a source that was never read. */
struct schedule_source {
    int32_t running;
    int32_t silent; /* reads in a row without an answer */
    bool resting;   /* it did not answer, or wants to be left alone: only a probe asks it */
    bool probing;
    int64_t rest_ms, rest_until_ms;
    int64_t told_until_ms;
    int64_t spent_us; /* the minute's allowance is used up until then, by its steady gain */
};

enum schedule_turn {
    SCHEDULE_NOW,
    SCHEDULE_WAITS, /* until one under way ends, or *ret_wait_ms passed (0: only the former) */
    SCHEDULE_RESTS, /* nothing is asked now: the answer is unknown */
};

/* Who reads first: by this, then by when they came. */
enum schedule_rank {
    SCHEDULE_URGENT, /* a removal: access that must go */
    SCHEDULE_ORDINARY,
    SCHEDULE_WATCH, /* of what is closed: nobody waits for it */
    SCHEDULE_RANK_COUNT
};
/* Of the reads for such a request. */
enum schedule_rank schedule_rank_of(enum request_kind kind, enum phase phase);

enum schedule_room {
    SCHEDULE_ROOM,
    SCHEDULE_ROOM_OF_ANOTHER, /* of the newest of those that rank last */
    SCHEDULE_FULL,            /* of what goes first: it comes again later */
};

/* Is there room in line for one more of that rank? Those that rank below it take none from it.
 * waiting: how many stand in line, by rank. */
enum schedule_room schedule_room(const size_t waiting[SCHEDULE_RANK_COUNT],
                                 enum schedule_rank rank);

/* May the first in line read now? */
enum schedule_turn schedule_turn(const struct schedule_source *s, const struct schedule_limits *l,
                                 int64_t now_ms, int64_t *ret_wait_ms);
void schedule_began(struct schedule_source *s, const struct schedule_limits *l, int64_t now_ms);
/* It ended. silent: schedule_is_silence() of its result. told_ms: so long the source said it wants
 * to be left alone, 0 = it did not say. random: uniform 64 bits. */
void schedule_ended(struct schedule_source *s, const struct schedule_limits *l, bool silent,
                    int64_t told_ms, int64_t now_ms, uint64_t random);

/* How long until a resting source is to be asked by a probe, 0 = now; negative: not at all, it does
 * not rest, or one is under way. */
int64_t schedule_probe_ms(const struct schedule_source *s, int64_t now_ms);
void schedule_probe_began(struct schedule_source *s, const struct schedule_limits *l,
                          int64_t now_ms);
/* As schedule_ended(). True: it answers again. */
bool schedule_probe_ended(struct schedule_source *s, const struct schedule_limits *l, bool silent,
                          int64_t told_ms, int64_t now_ms, uint64_t random);

/* How long who was not let into the line stays away. random: uniform 64 bits. */
int64_t schedule_again_ms(uint64_t random);

/* Does this reason say that the source as a whole does not answer us, whatever was asked? */
bool schedule_is_silence(struct str reason);

/* May a read begun at began_ms (0: not begun yet) answer a request claimed then and read last then,
 * too? Not one that may have seen what was before the claim, nor one that the request had already.
 * All three by the same clock. */
bool schedule_serves(int64_t began_ms, int64_t claimed_ms, int64_t last_read_ms);

#endif
