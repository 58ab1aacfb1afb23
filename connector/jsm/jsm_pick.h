/* jsm_pick.h: which of the transitions Jira offers leads where we want. Found by where it leads;
 * among several that do, one that the gate has installed (view->own_roads) comes first. */
#ifndef COUNTERSIGN_JSM_PICK_H
#define COUNTERSIGN_JSM_PICK_H

#include "jsm/jsm_issue.h"

struct jsm_pick {
    struct str transition_id; /* empty: no road */
    struct str fields;        /* JSON for the screen: the resolution when it is asked for */
    enum status_role leads_to;
    struct str needs; /* a road exists but wants this field, which we cannot give */
};

/* transitions: reply of GET transitions with expand=transitions.fields. wanted DONE falls back to
 * VERIFY, from where the closing transition is offered. current: the status name now (a loop is no
 * road). Where view->demanded, agents' roads into done are offered and would be refused: work is
 * led to VERIFY first, and among those into done one that we have
 * installed, then a restricted one (isConditional) of our name, to one status, is preferred. */
void jsm_pick(struct arena *a, const struct json *transitions, const struct jsm_view *view,
              enum status_role wanted, struct str current, struct jsm_pick *ret);

/* The loop by which these fields are written: it stays in the status, its screen carries them all
 * and asks for nothing else. Told by Jira's own word for a loop: what merely leads to the status
 * that was read last would move a ticket that has gone on. Empty: there is none. */
struct str jsm_pick_loop(struct arena *a, const struct json *transitions, const struct str *fields,
                         size_t count);

/* A way to throw a ticket away: into a status that the mapping calls cancelled, else declined, else
 * one of the Done category that it does not name. Never into the status that means verified: where
 * the mapping names none as done, any other Done could be it, and there is no road. The resolution
 * says duplicate where one is offered. */
void jsm_pick_away(struct arena *a, const struct json *transitions, const struct jsm_view *view,
                   struct jsm_pick *ret);

#endif
