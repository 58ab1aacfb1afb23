/* csv_feed.h: one reading of a feed: many questions, answered in one pass over a file of any size
 * in constant memory. Blocking, for a worker thread. Absence in a file proves nothing unless the
 * file is whole and fresh: a manifest, a trailer or the operator's word says that it is whole. */
#ifndef COUNTERSIGN_READERS_CSV_FEED_H
#define COUNTERSIGN_READERS_CSV_FEED_H

#include <stdatomic.h>

#include "base/clock.h"
#include "base/digest.h"
#include "readers/honest.h"

enum {
    CSV_QUESTIONS_MAX = 256,
    CSV_MANIFEST_BYTES = 1024 * 1024,
    CSV_WHY_BYTES = 240,
    CSV_QUIET_MS = 5000,           /* a file touched since may still be being written */
    CSV_FUTURE_MS = 5 * 60 * 1000, /* clocks differ; a time beyond is a mistake */
};

/* How names are compared. UNSURE: as they are written, but what differs in nothing else than upper
 * and lower case is not told apart either. */
enum csv_case { CSV_CASE_UNSURE, CSV_CASE_EXACT, CSV_CASE_IGNORE };

struct csv_place {
    const char *file;     /* NULL: the manifest names it */
    const char *manifest; /* NULL: none */
    struct str trailer;   /* first cell of the last row; empty: none */
    const char *state;    /* where the last accepted feed is remembered; NULL: in memory alone */
    struct str account, entitlement, native_id, active; /* columns; the last two may be empty */
    struct str active_is; /* what `active` holds for an active account; empty: true, false, 1, 0 */
    char delimiter, separator; /* separator: of entitlements within a cell; NUL: one a cell */
    enum csv_case names;
    bool all_accounts; /* every account has a row, even one that holds nothing */
    int64_t max_age_ms, max_drop_percent, min_rows;
};

/* The feed that was accepted last. */
struct csv_past {
    bool known;
    int64_t rows;
    char sha256[SHA256_HEX_SIZE];
};

struct csv_question {
    struct str account, entitlement;
    struct str account_id; /* what the account is pinned to: its rows by any name; or empty */
    struct answer answer;  /* at the end */

    uint64_t account_hash, entitlement_hash;
    bool known, listed, held, near, near_account, ids_differ, states_differ;
    enum account_state state;
    char native_id[ANSWER_ID_BYTES];
};

struct csv_scan {
    const struct csv_place *place;
    const struct clock *clock;
    const atomic_bool *stop;        /* set: given up at once */
    struct csv_past *past;          /* renewed when the feed is accepted */
    struct csv_question *questions; /* the first is the canary */
    size_t count;
    int64_t deadline_mono_ms;

    const char *reason;      /* why nothing is known; NULL: the feed was accepted */
    char why[CSV_WHY_BYTES]; /* of `reason`, for people: with the line */
    int64_t rows, as_of_ms;
    bool id_hidden; /* some row of an account shows no id: it may be anybody's */
    char sha256[SHA256_HEX_SIZE];
};

/* Fills the answer of every question and what stands at the end of the scan. */
void csv_scan_run(struct csv_scan *scan);

#endif
