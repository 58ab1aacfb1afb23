/* lock_drift_priv.h: what the files of the comparison share. Private to lock/. */
#ifndef COUNTERSIGN_LOCK_LOCK_DRIFT_PRIV_H
#define COUNTERSIGN_LOCK_LOCK_DRIFT_PRIV_H

#include "lock/lock_drift.h"

struct drifting {
    const struct mapping *m;
    const struct lock_site *was, *is;
    struct arena *arena;
    struct lock_changes *out;
};

/* where: empty for none. */
void drift_add(struct drifting *d, enum lock_change_kind kind, bool breaking, struct str where,
               const char *fmt, ...) PRINTF_LIKE(5, 6);

/* A form before and now. rules: those that read tickets of it, or are made with it. */
struct drift_form {
    const struct jsm_form *was, *is;
    const struct mapping_rule *rules[MAPPING_RULES_MAX];
    size_t rule_count;
    bool makes;      /* tickets are made with it: what it requires must be written */
    const char *name; /* "request type 31", "the create screen of IAM" */
};
void drift_of_form(struct drifting *d, const struct drift_form *form);

#endif
