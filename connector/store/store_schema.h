/* store_schema.h: may this program run on this database? Not where a newer release left a migration
 * on which an older program must not run (`-- breaking: yes` in its first line), nor where one of
 * our own is missing. What a newer release left and is not breaking is fine: so replicas are
 * replaced one by one, `db migrate` first. */
#ifndef COUNTERSIGN_STORE_SCHEMA_H
#define COUNTERSIGN_STORE_SCHEMA_H

#include "store/store.h"

enum schema_fit {
    SCHEMA_FITS,
    SCHEMA_OLDER,   /* `db migrate` makes it fit */
    SCHEMA_NEWER,   /* for another release */
    SCHEMA_UNKNOWN, /* nobody answered */
};

/* why: a sentence with what to do; of SCHEMA_UNKNOWN what the database said. Borrowed. */
typedef void store_schema_fn(void *arg, enum schema_fit fit, const char *why);
void store_schema_ask(struct store *s, store_schema_fn *fn, void *arg);

/* Blocking, for commands. False: ERR_CONFIG with that sentence, or nobody answered. Whoever may not
 * read which migrations there are is not asked for more. */
MUST_CHECK bool store_schema_fits(const struct pg_options *options, struct err *err);

/* For `db migrate`, with its session: an older program does not put its routines over newer ones.
 */
MUST_CHECK bool store_schema_is_ours(void *pgconn, struct err *err);

#endif
