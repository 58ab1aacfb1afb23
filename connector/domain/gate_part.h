/* gate_part.h: what of the gate stands beside the workflow: the two fields that say how a check
 * goes, and the screens that carry them. Pure.
 *
 * People read the fields and do not write them: they go on the screen for viewing, never on those
 * for creating and editing. What is on no edit screen we write by a transition of our own, from any
 * status to itself, whose screen carries them. Where an administrator has put both on the edit
 * screens, that is left as it is. */
#ifndef COUNTERSIGN_DOMAIN_GATE_PART_H
#define COUNTERSIGN_DOMAIN_GATE_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum gate_field {
    GATE_FIELD_CHECK,
    GATE_FIELD_REASON,
    GATE_FIELD_PROOF,
    GATE_FIELD_APPROVER,
    GATE_FIELDS
};
/* People see the first two; the others are locks, on no screen: one is empty for ever, the other
 * says who answers the approval of the verifying status, and names nobody but the connector. */
enum { GATE_FIELDS_SHOWN = GATE_FIELD_PROOF };
enum { GATE_SCHEMES_MAX = 32 }; /* screen schemes of one project's governed issue types */

extern const char *const GATE_FIELD_NAMES[GATE_FIELDS];
/* Of Atlassian's types of custom fields: what Jira calls them, and the searcher that goes with it.
 */
extern const char *const GATE_FIELD_TYPES[GATE_FIELDS];
extern const char *const GATE_FIELD_SEARCHERS[GATE_FIELDS];
/* Of the screen of our own transition; the name is how it is found again. */
#define GATE_SCREEN_NAME "Access check (Countersign)"

/* One screen scheme: which screen (id) serves what; empty: the one that serves by default. */
struct gate_scheme {
    struct str id, name;
    struct str on_default, on_view, on_edit, on_create;
    bool view_is_ours; /* on_view is the copy that we made */
};
/* What a site has of it. Borrowed. */
struct gate_parts_there {
    bool wants_proof;               /* the gate is a field that roads demand, and nobody fills */
    bool wants_approver;            /* the gate is an approval that the connector answers */
    bool known;                     /* false: it could not be read, nothing is planned */
    struct str fields[GATE_FIELDS]; /* ids; empty: there is none */
    struct str shown[GATE_FIELDS];  /* ids of the screens that carry it: "1,2" */
    struct str screen;              /* id of the screen of our transition; empty: not there */
    struct gate_scheme schemes[GATE_SCHEMES_MAX]; /* of the project */
    size_t scheme_count;
};

enum gate_view {
    GATE_VIEW_IS,   /* the view screen carries both, wherever on it */
    GATE_VIEW_MEND, /* it is our copy, and lacks one */
    GATE_VIEW_COPY, /* it is somebody else's, who keeps it: viewing gets a copy of it */
};
struct gate_parts {
    bool make_field[GATE_FIELDS];
    bool by_loop;                        /* we write by a transition of our own */
    bool make_screen;                    /* that one's */
    bool fill_screen[GATE_FIELDS_SHOWN]; /* it is there, and lacks the field */
    enum gate_view views[GATE_SCHEMES_MAX];
};
void gate_parts_plan(const struct gate_parts_there *there, struct gate_parts *ret);
/* Is there nothing to do? */
bool gate_parts_stand(const struct gate_parts_there *there, const struct gate_parts *plan);
/* Is it one of "1,2"? */
bool gate_is_listed(struct str ids, struct str id);
/* Can somebody set, when creating or editing in the project, what these screens ("1,2") carry? */
bool gate_parts_worked(const struct gate_parts_there *there, struct str screens);
/* What customers read of the verifying status: a request type may call it otherwise on the portal.
 */
/* X(suffix, name in JSON, in words) */
#define GATE_PORTAL(X)                            \
    X(CALLED, "called", "")                       \
    X(PLAIN, "plain", "that is what agents read") \
    X(OVER, "over", "which says that it is done, while it is still being checked")
enum gate_portal {
#define X(suffix, name, words) GATE_PORTAL_##suffix,
    GATE_PORTAL(X)
#undef X
        GATE_PORTAL_COUNT
};
extern const char *const GATE_PORTAL_NAMES[GATE_PORTAL_COUNT];
extern const char *const GATE_PORTAL_WORDS[GATE_PORTAL_COUNT];
/* status: its own name. */
enum gate_portal gate_portal_judge(struct str read, struct str status);
/* The screen that serves for viewing in a scheme. */
struct str gate_view_screen(const struct gate_scheme *scheme);

#endif
