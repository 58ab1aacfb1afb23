/* board.h: /board, how it stands in one look: five numbers, what is due, twelve weeks of removals
 * beside grants, and how fresh all of that is. Counts and keys of tickets; no names of people. */
#ifndef COUNTERSIGN_CONSOLE_BOARD_H
#define COUNTERSIGN_CONSOLE_BOARD_H

#include "base/buf.h"

enum {
    BOARD_WEEKS = 12,
    BOARD_DUE_MAX = 15,
    BOARD_FEEDS_MAX = 64,
    BOARD_DEBTS_MAX = 100,
    BOARD_REFRESH_S = 60,
    BOARD_BYTES = 256 * 1024
};

/* What is left of a goal, as JSM shows it. */
enum board_band { BAND_OVER, BAND_UNDER_30_MIN, BAND_UNDER_1_HOUR, BAND_OVER_1_HOUR, BAND_COUNT };

struct board_due {
    struct str key, url; /* of the ticket, url at Jira; empty: it has none yet */
    struct str kind;     /* grant, removal or modify */
    bool is_privileged;
    enum board_band band;
    int64_t remaining_ms, due_ms; /* negative: over by so much */
    struct str waits_for;         /* as sla.request_status_v1: agent, approver, source, ... */
    struct str next;              /* what happens next, in words */
};

/* What was asked for in one week, and what became of it by now. */
struct board_week {
    int64_t asked;
    int64_t counted;       /* of the share: those with a goal, less what was withdrawn in time */
    int64_t in_time, late; /* proven within the goal, or after it */
    int64_t open, overdue; /* not proven yet, of these over their goal */
    int64_t excepted;      /* ended by an exception */
};

struct board_feed {
    struct str feed, name;  /* "source" "sap-fin" */
    int64_t lag_ms;         /* since the last time; negative: never */
    bool is_safe, is_known; /* not known: quiet is normal */
};

struct board {
    int64_t now_ms; /* the database's */
    struct str visitor;
    bool is_watched; /* whoever looks asked for a new one every BOARD_REFRESH_S */
    int64_t removals, removals_late, others; /* open */
    int64_t bands[BAND_COUNT], paused, no_goal;
    struct str
        oldest_key;    /* the oldest open privileged removal; empty: its ticket is not there yet */
    int64_t oldest_ms; /* negative: there is none */
    bool oldest_late;
    int64_t refused, refused_held,
        stood_ms;                      /* closes of seven days; of these held back; until proof */
    int64_t exceptions, ending, debts; /* live; of these ending within seven days; run out unproven,
                                          counted up to BOARD_DEBTS_MAX */
    int64_t unproven; /* closed without proof where that should not be possible, in seven days */
    struct board_due due[BOARD_DUE_MAX];
    size_t due_count;
    int64_t first_week_ms; /* Monday 00:00 UTC of weeks[0] */
    struct board_week weeks[BOARD_WEEKS]
                           [2]; /* oldest first; [0] grants and changes, [1] removals */
    struct board_feed feeds[BOARD_FEEDS_MAX];
    size_t feed_count;
};

/* False: it does not fit into `out`. */
MUST_CHECK bool board_render(struct buf *out, const struct board *board);

#endif
