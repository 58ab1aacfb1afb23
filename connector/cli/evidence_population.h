/* evidence_population.h: all requests of a time as files for auditors, with a manifest by which
 * anybody can tell that the files are whole. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_POPULATION_H
#define COUNTERSIGN_CLI_EVIDENCE_POPULATION_H

#include "base/arena.h"
#include "cli/evidence_file.h"
#include "cli/evidence_log.h"
#include "cli/evidence_sample.h"
#include "io/io_pg.h"

/* Write population.jsonl, population.csv, with a wish sample.jsonl and sample.csv, and
 * manifest.json into `dir`, made when it is not there, and on record before that. */
struct population_wish {
    const char *from, *to; /* RFC 3339 or dates: from <= ... < to */
    const char *by;        /* "requested" in it, or "changed"; NULL: requested */
    struct sample_wish sample;
};
struct population_made {
    int64_t requests;
    /* Counts that are not what the log tells, each of which was warned of: the files are written
     * all the same, and their manifest says so. */
    int differences;
    bool recorded; /* else it was warned of: no log will vouch for the files */
};
MUST_CHECK bool evidence_population_make(const struct pg_options *options,
                                         const struct population_wish *wish, const char *dir,
                                         struct population_made *ret, struct err *err);
/* Is that a folder with a manifest, or its manifest.json? *ret_dir: the folder. */
bool evidence_population_is(const char *path, char ret_dir[EXPORT_PATH_BYTES]);
#define POPULATION_FORMAT "countersign-population/1"

enum { POPULATION_TIME_BYTES = 40, POPULATION_MANIFEST_BYTES = 256 * 1024 };

struct population_found {
    int64_t requests;
    /* as the manifest says: of which period, when it was made, and with how many entries; counts
     * that were not what the log told */
    char since[POPULATION_TIME_BYTES], until[POPULATION_TIME_BYTES], made_at[POPULATION_TIME_BYTES];
    int64_t upto, differences;
    /* by a log: the entry that tells of it; requests of the period that came after `upto`, and the
     * entry of the first one */
    int64_t recorded, later, later_first;
};

/* The files are those of the manifest, its counts those of the files, and the sample the one that
 * its seed draws. The error names the file. */
MUST_CHECK bool evidence_population_verify(const char *dir, struct population_found *ret,
                                           struct err *err);
/* Which entry of a log says that just this manifest was exported, as far as the log's signed
 * root proves it. False for none, too; and where a request of the period is missing, was there
 * already and is not counted, or stands there otherwise than the entries up to the export tell it:
 * the error names request and entry. The log is derived anew for that. */
MUST_CHECK bool evidence_population_in_log(const char *dir, struct evidence_log *log,
                                           struct population_found *ret, struct err *err);

#endif
