/* store_migrate.h: bring a database to this program's schema, and check it. Blocking; for the
 * command line. */
#ifndef COUNTERSIGN_STORE_MIGRATE_H
#define COUNTERSIGN_STORE_MIGRATE_H

#include "io/io_pg.h"

struct migrate_step {
    const char *kind, *name;
    bool applied;  /* false: it was there already */
    bool breaking; /* programs that do not know it stop */
};
typedef void migrate_step_fn(void *arg, const struct migrate_step *step);

/* Everything in one transaction under a lock: a racing process waits, then finds nothing to do. A
 * migration whose text changed since it was applied is refused. dry_run: reports and rolls back. */
MUST_CHECK bool store_migrate(const struct pg_options *options, bool dry_run, migrate_step_fn *fn,
                              void *arg, struct err *err);

struct store_findings {
    int migrations;   /* applied, the same as ours */
    int missing;      /* ours, not applied */
    int changed;      /* applied with another text */
    int newer;        /* applied, unknown to this program */
    int breaking;     /* of these, on which it must not run */
    int uncommented;  /* tables and views without a comment */
    int objects;      /* tables, triggers, functions, ... that differ from what db migrate left */
    int64_t evidence; /* entries checked */
    int64_t checkpoints; /* that were signed, and are of these entries */
    int64_t retained;    /* entries that are not there, rightly */
    int forged;          /* records of what was retained away that are not what the evidence says */
    int commitments_forged; /* clear texts that are not what the evidence commits to */
    int64_t broken_at;      /* first entry that does not verify, 0 = intact */
    const char *broken_why;
    int rows; /* that say something else than the evidence of them; looked for where it is intact */
    bool names_compared; /* and so are names and documents in them: this login may read the salts */
};
/* One object that differs; what: changed, missing or added. Or a file that entries of evidence were
 * retained away into: retained. Or a row: kind "entry", name its number (0: it has none), what it
 * contradicts. All are borrowed. */
typedef void store_object_fn(void *arg, struct str kind, struct str name, struct str what);
/* How far it is: `done` of `total` entries, then requests. */
typedef void store_progress_fn(void *arg, const char *what, int64_t done, int64_t total);
/* Compare the database with this program and with what db migrate left, walk the evidence chain,
 * and compare rows with it: all of it as it was at the time this began, whatever is written
 * meanwhile, in one transaction that only reads. fn is told each object that differs, and the first
 * hundred rows. progress may be NULL. Memory does not depend on how much there is. */
MUST_CHECK bool store_verify(const struct pg_options *options, store_object_fn *fn,
                             store_progress_fn *progress, void *arg, struct store_findings *ret,
                             struct err *err);

/* Evidence entries in order, for export: fn returns false to stop. In the place of those that were
 * retained away one row with last >= seq and no body: they are in the file `export`. */
struct evidence_row {
    int64_t seq;
    struct str kind, request_id, body, prev, hash; /* hashes in hexadecimal */
    int64_t last;                                  /* 0: an entry */
    struct str export, sha256, tree;               /* tree: tlog_range_write, in hexadecimal */
};
typedef bool evidence_row_fn(void *arg, const struct evidence_row *row);
/* *ret_total, set before the first of them: how many there are. */
MUST_CHECK bool store_evidence_walk(const struct pg_options *options, evidence_row_fn *fn,
                                    void *arg, int64_t *ret_total, struct err *err);

/* A request by its id or its ticket's key; ticket: empty when it has none. */
struct evidence_subject {
    char request[40], ticket[256];
};
/* The entries of that request, in order. ERR_INPUT when there is no such request. */
MUST_CHECK bool store_evidence_request(const struct pg_options *options, struct str name,
                                       struct evidence_subject *ret, evidence_row_fn *fn, void *arg,
                                       struct err *err);

#endif
