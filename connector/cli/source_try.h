/* source_try.h: a source tried out: the canary, names that nobody can have, and whatever the
 * operator asks about; what came of it, and what that proves. */
#ifndef COUNTERSIGN_CLI_SOURCE_TRY_H
#define COUNTERSIGN_CLI_SOURCE_TRY_H

#include "cli/cli.h"

enum { SOURCE_TRIES_MAX = 4 };

enum source_try_kind { TRY_CANARY, TRY_NOBODY, TRY_NOTHING, TRY_SAMPLE };

/* One read. */
struct source_try {
    enum source_try_kind kind;
    struct str account, entitlement;
    struct observation obs; /* its strings are the arena's */
    int64_t took_ms;
    bool good; /* it is what a source that can be relied on says */
};

struct source_trial {
    const struct source_config *source;
    struct source_try tries[SOURCE_TRIES_MAX];
    size_t count;
    int64_t now_ms; /* by our clock, at the end */
    struct reader_fact facts[READER_FACTS_MAX];
    size_t fact_count;
    enum tracing tracing;
};

/* Reads one after the other, the canary first; without it nothing else is asked. account and
 * entitlement may be empty: no sample. */
MUST_CHECK bool source_try(const struct source_config *source, struct arena *arena,
                           struct str account, struct str entitlement, struct source_trial *ret,
                           struct err *err);
/* What the whole is worth, as an exit code: user-experience section 4.3. */
enum exit_code source_trial_code(const struct source_trial *trial);
void source_trial_print(const struct source_trial *trial);
void source_trial_json(const struct source_trial *trial);

#endif
