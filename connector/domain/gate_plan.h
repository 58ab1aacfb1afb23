/* gate_plan.h: what has to change in a workflow so that only the connector closes. Pure.
 *
 * Roads are closed by a restriction to the connector or, where people shall keep their buttons, by
 * a validator that demands a field which stays empty for ever: Jira tells them its sentence. The
 * road on which the connector closes is restricted, and demands nothing. Where an approval shall
 * wait for the connector in the verifying status, every road there names it as the approver, and
 * the road that its answer goes is restricted, too: until it is answered nobody goes it, we
 * neither.
 *
 * In the verifying status only the connector leads on to done. People get a button there all the
 * same, which leads nowhere: a loop, in Atlassian's words "self-looped" (TransitionPayload of the
 * OpenAPI file), a directed transition whose one link begins where it ends. Whether a team-managed
 * project takes one no public text tells. It is a convenience: where Jira takes the plan without it
 * only, it goes without (no_loop of struct workflow).
 *
 * Computed from the workflow as it is, so that a plan of a planned workflow is empty. Roads to
 * Cancelled and Declined are left alone. Nothing that is there is removed: roads are restricted or,
 * where an approval goes them by itself, led into the verifying status. Only our own demand goes,
 * where the roads are to be restricted instead. */
#ifndef COUNTERSIGN_DOMAIN_GATE_PLAN_H
#define COUNTERSIGN_DOMAIN_GATE_PLAN_H

#include "domain/roads.h"

enum gate_change_kind {
    GATE_ADD_STATUS,  /* the verifying status */
    GATE_RESTRICT,    /* an existing road: the connector only, AND what is there but our demand */
    GATE_DEMAND,      /* an existing road: our field must be filled, which nobody does */
    GATE_WAIT,        /* an existing road that is restricted: not while an approval is open */
    GATE_NAME,        /* an existing road to the verifying status: it names us as the approver */
    GATE_LEAD,        /* an existing road: into the verifying status instead */
    GATE_ADD_RESOLVE, /* from where agents closed into the verifying status; for everybody */
    GATE_ADD_CLOSE,   /* from there to done; the connector only */
    GATE_ADD_BACK,    /* from there to work; for everybody */
    GATE_ADD_CHECK,   /* from there to itself; for everybody, who have it checked at once */
    GATE_ADD_REOPEN,  /* from done to work; the connector only */
    GATE_ADD_RECORD,  /* from any status to itself; the connector only, who writes its fields there
                       */
    GATE_ASK,         /* the verifying status: an approval waits there for the connector */
    GATE_RESOLVE,     /* an existing road that our approval goes: it sets the resolution */
};

/* How the connector's own road into done is called, unless another one has that name. */
#define GATE_CLOSE_NAME "Close verified"
/* How people say that it is done, and their loop: as the ticket's words call both. */
#define GATE_RESOLVE_NAME "Mark done"
#define GATE_CHECK_NAME "Check again"

/* Statuses are indexes of the workflow; its status_count stands for the one that is added. */
struct gate_change {
    enum gate_change_kind kind;
    size_t road; /* of those that change one; ASK: the closing one, or NOWHERE: the added one */
    size_t to;
    size_t from[ROAD_STATUSES_MAX + 1];
    size_t from_count;
    size_t like;   /* ADD_CLOSE: its post functions and screen are those of this road; or NOWHERE.
                      ASK: the road that a refusal goes, or NOWHERE: the added one */
    bool resolves; /* the road sets the resolution as well: an approval that goes it shows no
                      screen */
};
enum { GATE_ADDED_MAX = 8 };
struct gate_plan {
    struct gate_change added[GATE_ADDED_MAX]; /* status first, then transitions, then ASK */
    size_t added_count;
    struct gate_change changed[ROAD_TRANSITIONS_MAX]; /* a road stands there once */
    size_t changed_count;
    size_t verify;  /* the verifying status */
    size_t blocked; /* roads that stay open all the same: see gate_plan_blocks */
    bool taken;     /* somebody else's approval waits in the verifying status, where ours should */
    bool no_done;   /* no status means done: there is nothing to close into */
};

/* Large: not for the stack. */
void gate_plan(const struct workflow *w, struct gate_plan *ret);
bool gate_plan_is_empty(const struct gate_plan *plan);
/* Is one of these added? */
bool gate_plan_adds(const struct gate_plan *plan, enum gate_change_kind kind);
/* Does the workflow hold as it is? At most people's loop is to be added: a gate of an earlier
 * release has none, nor has one where Jira takes none. */
bool gate_plan_holds(const struct gate_plan *plan);
/* Is the one gated as the other is? By how many statuses and roads there are, and how many of them
 * bear which part of a gate: Jira names what is new anew, and orders it as it likes. */
bool gate_is_alike(const struct workflow *a, const struct workflow *b);
/* Does the road have to wait while the approval in the verifying status is open, and does not yet?
 */
bool gate_must_wait(const struct workflow *w, const struct road *road, size_t verify);
/* Can no plan close this one? An administrator has to. */
bool gate_plan_blocks(enum road_reason reason);

#endif
