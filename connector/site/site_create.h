/* site_create.h: what a ticket we make contains, held against what Jira asks for before anything is
 * sent. Pure: forms and people were read before (site_form.h, site_people.h).
 */
#ifndef COUNTERSIGN_SITE_SITE_CREATE_H
#define COUNTERSIGN_SITE_SITE_CREATE_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_field.h"
#include "mapping/mapping.h"

enum {
    CREATION_PEOPLE_MAX = 24,    /* and organisations */
    CREATION_FAULT_BYTES = 4000, /* all faults of one creation; what is more is cut with a sign */
};

struct creation {
    const struct mapping *m;
    const struct mapping_rule *rule;
    const struct jsm_form *form; /* NULL: Jira does not tell; kinds are the mapping's then */
    struct str desk;             /* of the form, by request */
    struct mapping_write writes[MAPPING_WRITES_MAX];
    size_t count;
    struct str behalf;                           /* a person's key, empty: ourselves */
    struct str participants[MAPPING_PEOPLE_MAX]; /* persons' keys */
    size_t participant_count;
    struct creation_person {
        struct str word, account; /* account: empty until somebody said */
        const struct mapping_write
            *organisation; /* it is one, named by this field; account is its number */
    } people[CREATION_PEOPLE_MAX];
    size_t people_count;
};

/* A wish that stands for all: its values are not looked at (is_wish of creation_faults false). */
extern const struct wanted CREATION_ANY;
/* What the rule makes of a wish. */
void creation_begin(struct creation *c, struct arena *arena, const struct mapping *m,
                    const struct mapping_rule *rule, const struct wanted *w);
/* The form is known (NULL: will not be): whom must we know now? The first time, and after a fresh
 * form. False when they are too many. */
MUST_CHECK bool creation_gather(struct creation *c, const struct jsm_form *form, struct str desk);
/* The same for who takes part alone: of a ticket that was made already. */
MUST_CHECK bool creation_gather_followers(struct creation *c);
/* Why what was said of somebody gathered stands against the ticket, with the field that names an
 * organisation; in the arena. */
struct str creation_unknown(const struct creation *c, struct arena *arena,
                            const struct creation_person *who, const char *why);
/* The account of somebody gathered, by the word used; empty until it is known. */
struct str creation_account(const struct creation *c, struct str word);
/* One thing that speaks against it. */
enum creation_fault_kind {
    CREATION_FORM,       /* the form attached is not the one that the rule reads */
    CREATION_MARKER,     /* the field that is to carry our marker cannot */
    CREATION_PEOPLE,     /* on whose behalf, or who takes part, is not ours to say */
    CREATION_OFF_FORM,   /* what we write is not on the form */
    CREATION_UNREADABLE, /* what we write could not be read again */
    CREATION_VALUE,      /* Jira would refuse the value */
    CREATION_REQUIRED,   /* the form wants what we do not write */
};
struct creation_fault {
    enum creation_fault_kind kind;
    const char *who;                   /* "application", "rule joiner" */
    struct diag_pos pos;               /* in the mapping */
    const struct mapping_write *write; /* NULL: of no single one */
    struct str field;                  /* its id; empty: of none */
    const char *words;                 /* borrowed for the call */
};
typedef void creation_fault_fn(void *arg, const struct creation_fault *fault);
/* Tell each, in the order of the form's checks; none without a form. is_wish as below. */
void creation_each_fault(const struct creation *c, struct arena *arena, bool is_wish,
                         creation_fault_fn *fn, void *arg);
/* Everything that speaks against it, one sentence each with its place in the mapping, separated by
 * "; ". Empty: nothing does, as far as Jira told. is_wish: the values are those of a wish; else the
 * rule itself is looked at: its lookups, its fixed values. */
struct str creation_faults(const struct creation *c, struct arena *arena, bool is_wish);
/* The call. base: project, names, words, marker and binding; what the mapping gives is filled in
 * here. Everybody gathered must be known. False with the sentence. */
MUST_CHECK bool creation_call(const struct creation *c, struct arena *arena,
                              const struct jsm_create *base, struct jsm_call *ret, struct err *err);

#endif
