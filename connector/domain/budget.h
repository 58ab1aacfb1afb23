/* budget.h: how much may be repeated at a site? Work that failed waits in its queue and comes
 * again; when many things fail, repeating all of them would double the load on a Jira that cannot
 * carry it. Pure: time is an input (monotonic milliseconds), memory is bounded and the caller's.
 *
 * What is counted is told by the caller's hash of a call: one that failed and is sent again is a
 * repetition, everything else a first try; so is what has no hash (0), which many ask for.
 *
 *   Jira answers    BUDGET_WELL answers in a row: repetitions are free, those before forgiven.
 *   some calls fail at most a tenth of the first tries of the last BUDGET_WINDOW_MS, or
 *                   BUDGET_FLOOR where those are few; one a minute always, so that nothing starves.
 *   nothing works   BUDGET_AWAY failures in a row: the site is away. A repetition every
 *                   BUDGET_PROBE_MS finds out when it is back; from its first answer on until
 *                   something fails they are free: what waited out an outage leaves at the rate
 *                   that the buckets allow, not at a tenth of nothing. */
#ifndef COUNTERSIGN_DOMAIN_BUDGET_H
#define COUNTERSIGN_DOMAIN_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BUDGET_WINDOW_MS = 10 * 60 * 1000,
    BUDGET_SLOTS = 10, /* of the window: it slides by a minute */
    BUDGET_SLOT_MS = BUDGET_WINDOW_MS / BUDGET_SLOTS,
    BUDGET_SHARE = 11, /* one repetition for so many first tries: probes come on top */
    BUDGET_FLOOR = 20, /* more than BUDGET_WELL: what they earn makes the rest free */
    BUDGET_WELL = 16,
    BUDGET_AWAY = 12,
    BUDGET_PROBE_MS = 2000,
    BUDGET_STARVE_MS = 60 * 1000,
    BUDGET_REMEMBERED = 4096, /* failed calls; the ones beyond are taken for first tries */
};

/* Members are private to budget.c. */
struct budget {
    uint32_t failed[BUDGET_REMEMBERED]; /* marks of failed calls; 0: a free place */
    int32_t first[BUDGET_SLOTS], repeated[BUDGET_SLOTS];
    int64_t slot;             /* number of the newest slot since time 0 */
    int64_t repeated_ms;      /* the last repetition */
    int32_t answers, silence; /* answered, failed: in a row */
    bool away;                /* nothing worked, and nothing has failed since it does again */
};

/* All members zero, nothing remembered: a site that is well is where it begins. */
void budget_init(struct budget *b, int64_t now_ms);
/* Is this call, by its hash, the repetition of one that failed? */
bool budget_repeats(const struct budget *b, uint64_t what);
/* How long a repetition has to wait, 0 = not at all. First tries never do. */
int64_t budget_wait_ms(const struct budget *b, uint64_t what, int64_t now_ms);
/* It leaves now. */
void budget_sent(struct budget *b, uint64_t what, int64_t now_ms);
/* It came back: answered, whatever the answer is, or failed and to be sent again. */
void budget_ended(struct budget *b, uint64_t what, bool answered);

#endif
