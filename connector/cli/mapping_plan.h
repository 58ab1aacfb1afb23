/* mapping_plan.h: what another mapping would change, counted; and the plan that is made of it, a
 * file with a hash. Private to the verbs plan, backtest, apply and rollback. */
#ifndef COUNTERSIGN_CLI_MAPPING_PLAN_H
#define COUNTERSIGN_CLI_MAPPING_PLAN_H

#include "cli/cli.h"
#include "json/json_write.h"
#include "mapping/mapping_replay.h"
#include "store/store_mapping.h"

enum {
    PLAN_EXAMPLES = 5,
    PLAN_REASONS_MAX = 16,
    PLAN_BYTES = 8 * 1024 * 1024,
    PLAN_TYPES_SHOWN = 5,
    PLAN_RULES_BYTES = 256
};

/* Tickets of one kind of flip: so many, and some of them. */
struct plan_flip {
    int64_t count;
    struct plan_example {
        char key[64], note[200];
    } examples[PLAN_EXAMPLES];
};

/* What becomes of an open request that keeps an earlier mapping, when it is moved to this one. */
enum plan_open_kind {
    PLAN_OPEN_SAME,
    PLAN_OPEN_ANEW,    /* nothing was approved yet */
    PLAN_OPEN_HELD,    /* something else was approved: people decide */
    PLAN_OPEN_UNKNOWN, /* what its ticket holds is not kept; it is not moved */
    PLAN_OPEN_COUNT
};

struct plan_site {
    struct str name, was; /* SHA-256 of what is live there */
    int64_t number;
    int64_t ungoverned;
    struct store_ungoverned types[STORE_UNGOVERNED_MAX]; /* of those, within since_ms */
    size_t type_count;
    struct plan_rules {
        size_t count;
        char names[PLAN_RULES_BYTES]; /* of some of them, ", " between */
    } added, removed, changed;
    char sections[256]; /* those outside the rules that say something else */
};

struct plan {
    const char *file;
    const struct mapping *m; /* the new one */
    size_t tests;
    struct plan_site sites[CONFIG_SITES_MAX];
    size_t site_count;
    int64_t since_ms;
    int64_t replayed, same, values_only, not_replayed;
    struct plan_flip flips[REPLAY_FLIP_COUNT];
    int64_t values[REPLAY_VALUE_COUNT];
    struct plan_reason {
        char why[120];
        int64_t count;
    } reasons[PLAN_REASONS_MAX];
    size_t reason_count;
    int64_t open_count; /* open requests that keep another mapping */
    struct plan_flip open[PLAN_OPEN_COUNT];
    struct buf rebase;  /* ids of those that can be moved, as members of a JSON array */
    struct buf changes; /* of those, what would not be understood the same; likewise */
    bool rebases;       /* it is planned for them, even where it is live already */
    int64_t took_ms;
    bool is_live;    /* it is what is live everywhere: nothing to plan */
    char saved[512]; /* where the plan was saved; empty: it was not */
    char hash[SHA256_HEX_SIZE];
};

/* mapping_plan_diff.c: rules and sections, by what both texts say. */
void plan_compare(struct arena *arena, struct plan_site *s, struct str live, struct str next);

/* mapping_plan_view.c */
void plan_print(struct arena *arena, const struct plan *p);
void plan_print_json(const struct plan *p);
void plan_put_counts(struct json_out *out, const struct plan *p);
/* A line of so many tickets, and some of them. */
void plan_print_flip(struct arena *arena, const struct plan_flip *f, const char *text);
/* Some of them as a member of that name, where there are any. */
void plan_put_examples(struct json_out *out, const struct plan_flip *f, const char *name);

/* mapping_plan_open.c: open requests that keep an earlier mapping. next: what this mapping makes
 * of the ticket; NULL: not known. */
void plan_open_row(struct plan *p, const struct replay_row *row, const struct mapped *next);
void plan_open_print(struct arena *arena, const struct plan *p);
void plan_open_put(struct json_out *out, const struct plan *p);

/* mapping_plan_file.c. The file is {"plan":{...},"sha256":"..."}: the hash is of the plan in
 * canonical form (RFC 8785). */
MUST_CHECK bool plan_save(struct plan *p, const char *path, struct err *err);
/* Read again: the hash must be that of the content, and it must be of the last 24 h. In the arena.
 */
struct plan_read {
    struct str hash, body, sha256;
    int64_t tests;
    const struct json *sites; /* [{"number","site","was"}] */
    const struct json *counts;
    const struct json *rebase; /* ids of requests that it can move; NULL: of a release before */
};
MUST_CHECK bool plan_load(struct arena *arena, const char *path, struct plan_read *ret,
                          struct err *err);

/* mapping_apply.c: a mapping's text against this configuration, with its tests; NULL: it has
 * faults, which were printed. */
const struct mapping *plan_check(const struct config *config, struct arena *arena, const char *file,
                                 struct str text, size_t *ret_tests);

#endif
