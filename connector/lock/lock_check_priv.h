/* lock_check_priv.h: what the files of the check share. Private to lock/. */
#ifndef COUNTERSIGN_LOCK_LOCK_CHECK_PRIV_H
#define COUNTERSIGN_LOCK_LOCK_CHECK_PRIV_H

#include "lock/lock_check.h"

struct lock_checking {
    const struct mapping *m;
    const struct yaml *root; /* of the mapping, for places */
    const struct lock_site *site;
    const struct lock_tickets *tickets; /* or NULL */
    struct arena *arena;
    struct diag_list *diags, *lock_diags;
    struct str seen; /* when the lock was made */
};

/* One binding of a rule. */
struct lock_bound {
    const char *target; /* "subject" */
    const struct binding *b;
    const struct yaml *yaml;       /* it, in the file */
    const struct lock_type *t;     /* the rule's; its form is known */
    struct str form;               /* the rule's; empty: it reads none */
    const struct jsm_form *screen; /* by which tickets of this rule are made, too; or NULL */
};

/* lock_check_rule.c: fields on the form, what functions make of them, options (M102 to M104). */
void lock_check_binding(const struct lock_checking *c, const struct lock_bound *bound);
/* lock_check_form.c: is the form that the rule reads the one that is attached (M107)? */
void lock_check_attached(const struct lock_checking *c, const struct mapping_rule *r,
                         const struct yaml *rule, const struct lock_type *t);
/* Questions of that form, for help: those that sound like the label, else the first ones. */
struct str lock_questions_shown(const struct lock_checking *c, const struct lock_type *t,
                                struct str label);
/* lock_check_made.c: can a ticket be made by this rule (M105, M106)? rule: it, in the file. */
void lock_check_made(const struct lock_checking *c, const struct mapping_rule *rule,
                     const struct yaml *yaml);
/* The form by which tickets of this rule are made; NULL: not known. */
const struct jsm_form *lock_made_with(const struct lock_site *site, const struct mapping *m,
                                      const struct mapping_rule *rule);

#endif
