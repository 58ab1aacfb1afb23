/* store_truth.h: what is known of the truth and why, for the command line. Blocking; every answer
 * is of one snapshot. */
#ifndef COUNTERSIGN_STORE_TRUTH_H
#define COUNTERSIGN_STORE_TRUTH_H

#include "base/arena.h"
#include "domain/item.h"
#include "io/io_pg.h"

/* A request by its id or its ticket's key, with the verdict of each item and up to `reads` of the
 * newest reads behind it, as JSON (sql/routine/reconcile.sql); empty: there is none. In the arena.
 */
MUST_CHECK bool store_reconcile(const struct pg_options *options, struct arena *arena,
                                struct str key, int64_t reads, struct str *ret, struct err *err);

/* What the last closed request about it said, so that it should still be so. In the arena. */
struct closed_item {
    struct str request_id, site, issue_key;
    struct item item;
    int64_t closed_ms;
    struct str in_hand; /* ticket of a later request about the same that is not over; empty: none */
};
/* Of one site (empty: all), closed within last_ms by the database's clock; by source. */
MUST_CHECK bool store_closed_items(const struct pg_options *options, struct arena *arena,
                                   struct str site, int64_t last_ms, struct closed_item **ret,
                                   size_t *ret_count, struct err *err);

/* Of an account of a person, or where `entitlement` is given of that. */
struct relink {
    struct str source, account, person, entitlement, native_id, actor, reason;
};
/* Pin the name to another id, because the actor says so. *ret false: there is no such
 * link, or it names that id already. */
MUST_CHECK bool store_relink(const struct pg_options *options, const struct relink *relink,
                             bool *ret, struct err *err);

#endif
