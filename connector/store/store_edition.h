/* store_edition.h: which policies were live, and one made live again, for the command line.
 * Blocking; answers are JSON documents in the arena (sql/routine/policy_edition.sql). */
#ifndef COUNTERSIGN_STORE_EDITION_H
#define COUNTERSIGN_STORE_EDITION_H

#include "base/arena.h"
#include "io/io_pg.h"

/* A policy as files have it: who is asked, and the duties (JSON, as policy_put takes them). */
struct store_edition {
    struct str pdp, duties;
};
/* The last so many that were live, and whether `ours` is the one that is. */
MUST_CHECK bool store_policy_history(const struct pg_options *options, struct arena *arena,
                                     const struct store_edition *ours, int64_t last,
                                     struct str *ret, struct err *err);
/* `ours` is live from now on, whatever was before. */
MUST_CHECK bool store_policy_back(const struct pg_options *options, struct arena *arena,
                                  const struct store_edition *ours, struct str actor,
                                  struct str reason, struct str *ret, struct err *err);

#endif
