/* store_retain.h: records whose time is over, and people who are erased. Blocking; for the command
 * line, as a role that may become the owner of the tables. */
#ifndef COUNTERSIGN_STORE_RETAIN_H
#define COUNTERSIGN_STORE_RETAIN_H

#include "base/digest.h"
#include "io/io_pg.h"

struct retain_month {
    struct str kind, month; /* month: its first day */
    struct str until;       /* nothing from there on goes */
    int64_t records;
    int64_t first, last; /* the numbers that they lie within */
};
typedef void retain_month_fn(void *arg, const struct retain_month *month);
/* Tell each month that may go, the oldest first; borrowed until fn returns. kinds: JSON [{"kind",
 * "days"}]. holds: JSON [{"name", "people", "tickets", "requests"}]; *ret_holds, in the arena, is
 * the same with all requests in which those people are named. */
MUST_CHECK bool store_retain_plan(const struct pg_options *options, struct arena *arena,
                                  struct str kinds, struct str holds, struct str *ret_holds,
                                  retain_month_fn *fn, void *arg, struct err *err);

/* Where records are written. Nothing is dropped before close has returned true, when all that was
 * written must outlive a power cut. */
struct retain_about {
    struct str kind, month, export, database, by, at; /* export: the name of the file */
};
struct retain_sink {
    bool (*open)(void *arg, const struct retain_about *about, struct err *err);
    bool (*line)(void *arg, struct str line, struct err *err); /* without its end */
    /* hex: SHA-256 of the file. */
    bool (*close)(void *arg, int64_t rows, char hex[SHA256_HEX_SIZE], struct err *err);
    void *arg;
};
/* Write one portion of a month that the plan told, the records whose numbers are first to last, and
 * drop it, all of it or nothing, whenever this process dies: what was written and is not on record
 * was not dropped, and is written again, alike for the same numbers. Memory, here and in the
 * database, and how long its requests are locked, grow with the portion. *ret_rows may be 0. */
MUST_CHECK bool store_retain_portion(const struct pg_options *options,
                                     const struct retain_month *month, int64_t first, int64_t last,
                                     struct str holds, const struct retain_sink *sink,
                                     int64_t *ret_rows, struct err *err);

/* Erase a person, or (not sure) tell what would be: *ret_report is the JSON of
 * governance.person_erase(), in the arena. */
MUST_CHECK bool store_person_erase(const struct pg_options *options, struct arena *arena,
                                   struct str person, struct str holds, bool sure, struct str actor,
                                   struct str reason, struct str *ret_report, struct err *err);

/* What the entries of a request commit to; entry 0: the salt of its documents, without a value. */
struct commitment_row {
    int64_t entry;
    struct str member, salt, value; /* salt in hexadecimal; borrowed until fn returns */
    bool erased;                    /* then salt and value are empty */
};
typedef void commitment_row_fn(void *arg, const struct commitment_row *row);
/* *ret_revealed false: who asks may know only what is erased, and nothing else is told. */
MUST_CHECK bool store_commitments(const struct pg_options *options, struct str request,
                                  bool *ret_revealed, commitment_row_fn *fn, void *arg,
                                  struct err *err);

#endif
