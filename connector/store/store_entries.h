/* store_entries.h: entries of evidence with what stands beside them, for other formats. Blocking;
 * for the command line. */
#ifndef COUNTERSIGN_STORE_ENTRIES_H
#define COUNTERSIGN_STORE_ENTRIES_H

#include "base/arena.h"
#include "io/io_pg.h"

/* One entry: its text, and a JSON object with "at_ms", "hash", "items", ... (query export_entries).
 * Both are lent. False: stop. */
typedef bool store_entry_fn(void *arg, int64_t seq, struct str body, struct str facts);
struct store_entries {
    struct str from, to; /* from <= made < to, RFC 3339 or dates; empty: no bound */
    int64_t upto;        /* no entry after that one; 0: as many as there are when it begins */
    bool names;          /* with the names of accounts */
    store_entry_fn *fn;
    void *arg;
};
/* In order, in one snapshot. ERR_TEMPORARY when fn stops it. */
MUST_CHECK bool store_entries(const struct pg_options *options, const struct store_entries *e,
                              struct err *err);
/* Put on record that events of that time are exported with the names of accounts. False where the
 * role may do nothing here, or on a standby. */
MUST_CHECK bool store_events_exported(const struct pg_options *options, struct str from,
                                      struct str to, struct err *err);
/* The newest note that was signed of that many entries or fewer, in the arena; STR_NONE for none.
 */
MUST_CHECK bool store_checkpoint_of(const struct pg_options *options, int64_t entries,
                                    struct arena *arena, struct str *ret, struct err *err);

#endif
