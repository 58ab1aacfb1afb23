/* lock_drift_priv.h: what the files of the comparison share. Private to lock/. */
#ifndef COUNTERSIGN_LOCK_LOCK_DRIFT_PRIV_H
#define COUNTERSIGN_LOCK_LOCK_DRIFT_PRIV_H

#include "lock/lock_drift.h"

struct drifting {
    const struct mapping *m;
    const struct lock_site *was, *is;
    struct arena *arena;
    struct lock_changes *out;
    size_t lost_breaking, lost_harmless; /* there was no room for them */
};
/* One more; what was told of another form already is one with it. */
struct drift_what {
    enum lock_change_kind kind;
    bool breaking;
    struct str where; /* empty: nothing of the mapping names it */
    const char *on;   /* NULL: no form */
};
void drift_add(struct drifting *d, struct drift_what what, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define DRIFT(kind, breaking, where) ((struct drift_what){kind, breaking, where, NULL})
/* A form before and now. rules: those that read tickets of it, or are made with it. */
struct drift_form {
    const struct jsm_form *was, *is;
    const struct mapping_rule *rules[MAPPING_RULES_MAX];
    size_t rule_count;
    bool makes;       /* tickets are made with it: what it requires must be written */
    const char *name; /* "request type 31", "the create screen of IAM" */
};
void drift_of_form(struct drifting *d, const struct drift_form *form);

#endif
