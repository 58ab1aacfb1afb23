/* store_population.h: all requests of a time, for auditors. Blocking; for the command line. */
#ifndef COUNTERSIGN_STORE_POPULATION_H
#define COUNTERSIGN_STORE_POPULATION_H

#include "io/io_pg.h"

/* The columns of audit.population_v1, in order. */
enum { POPULATION_COLUMNS = 19 };
extern const char *const POPULATION_NAMES[POPULATION_COLUMNS];
/* Does the column hold a number, true or false, rather than text? */
bool population_is_plain(int column);

/* One row; cells are lent, STR_NONE for none. False: stop. */
typedef bool population_row_fn(void *arg, const struct str cells[POPULATION_COLUMNS]);
/* What the database says of the whole, before the first row. False: stop, for that reason. */
typedef bool population_begin_fn(void *arg, struct str about, struct err *err);
struct population {
    struct str from, to; /* RFC 3339; from <= ... < to */
    bool by_changes;     /* what moved in it; else what was asked for in it */
    population_begin_fn *begin;
    population_row_fn *fn; /* each request, by id */
    void *arg;
};
/* Walks it in one snapshot. *ret_about: what the database says of itself and of the whole (JSON
 * with "requests_of_all_times", "reconciliation", "evidence", "made_at", ...), in the arena;
 * *ret_sql the statement that gave the rows, static. ERR_INPUT for a time nobody can read. */
struct arena;
MUST_CHECK bool store_population(const struct pg_options *options, const struct population *p,
                                 struct arena *arena, struct str *ret_about, const char **ret_sql,
                                 struct err *err);

/* Put on record that it was exported: how many requests, and the SHA-256 of its manifest in
 * hexadecimal; the chain of evidence then has both. ERR_CONFIG, or the like, for a role that may
 * only read. */
MUST_CHECK bool store_population_exported(const struct pg_options *options, struct str from,
                                          struct str to, int64_t requests, struct str manifest,
                                          struct err *err);

#endif
