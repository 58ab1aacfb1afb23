/* roads.h: every road on which a ticket can come into a Done status, whether only the connector may
 * go it, and what else makes a gate that is installed worth nothing. Pure.
 *
 * What a road is guarded by is a tree of conditions, flattened: a node stands before what is below
 * it and says how long both are. A road is gated when the tree lets nobody through but the
 * connector; what the tree says about fields proves nothing, for fields can be edited.
 *
 * Semantics of the rules: descriptions of GET /rest/api/3/workflows/capabilities in Atlassian's
 * OpenAPI file. Criteria inside one restrict-issue-transition are OR-ed; conditions of a group are
 * joined by its operation. */
#ifndef COUNTERSIGN_DOMAIN_ROADS_H
#define COUNTERSIGN_DOMAIN_ROADS_H

#include "domain/ticket.h"

enum {
    ROAD_STATUSES_MAX = 128,    /* of one workflow; Jira warns from 50 on */
    ROAD_TRANSITIONS_MAX = 256, /* likewise */
    ROAD_DEPTH_MAX = 16,        /* groups of conditions inside groups */
};
#define ROAD_NOWHERE ((size_t)-1) /* no such status */

enum guard_kind {
    GUARD_ALL,    /* a group: everything below it must hold */
    GUARD_ANY,    /* a group: one of what is below it suffices */
    GUARD_US,     /* the connector's group or account, nobody else */
    GUARD_US_OR,  /* the connector or somebody else */
    GUARD_OTHERS, /* somebody, and the connector is not named */
    GUARD_PEOPLE, /* hides the button; whoever has an API token goes through */
    GUARD_NOBODY, /* neither people nor programs */
    GUARD_OTHER,  /* a rule that is not about who */
};
struct guard {
    enum guard_kind kind;
    size_t size; /* with all that is below it, in nodes */
};

struct road_status {
    struct str ref, name;
    enum status_category category;
    enum status_role role;
    bool named;                        /* by the mapping */
    bool frozen;                       /* jira.issue.editable=false: nobody can write there */
    struct str on_approve, on_decline; /* transitions that an approval goes by itself; or empty */
    bool asks_us; /* that approval is asked in our field of approvers, and one answer suffices */
};

enum road_type { ROAD_INITIAL, ROAD_GLOBAL, ROAD_DIRECTED, ROAD_UNKNOWN };
struct road {
    struct str id, name;
    enum road_type type;
    size_t to;          /* index of the status, or ROAD_NOWHERE */
    const size_t *from; /* of ROAD_DIRECTED */
    size_t from_count;
    const struct guard *guards;
    size_t guard_count; /* 0: no condition */
    bool portal;        /* customers see it */
    bool triggered;     /* an event outside goes it by itself, and asks no condition */
    struct str screen;  /* id of the screen that it shows; empty: none */
    bool resolves;      /* it sets the resolution by itself */
    bool demands;       /* it wants our field filled that stays empty: nobody goes it */
    bool fills_proof;   /* it writes that field by itself */
    bool names_us;      /* it writes the connector into our field of approvers */
    bool waits;         /* nobody goes it while an approval is open */
    bool records;       /* a loop of ours: it leads nowhere, and carries the screen of our fields */
};
/* Borrowed: whoever fills it owns what it points to. */
struct workflow {
    struct str id, name;
    bool team_managed;
    bool no_loop;          /* Jira takes no transition here that leads from a status to itself */
    bool wants_record;     /* we write our fields by a loop: no edit screen carries them */
    bool wants_proof;      /* people's roads into done stay in sight and demand a field of ours */
    bool proof_shown;      /* that field is on some screen: then demanding it holds nobody back */
    bool wants_approval;   /* in the verifying status an approval waits for the connector */
    bool wants_resolution; /* what it sets when it is answered is known: no screen asks then */
    bool approver_shown; /* its field of approvers is on some screen: whoever works there answers */
    const struct road_status *statuses;
    size_t status_count; /* at most ROAD_STATUSES_MAX */
    const struct road *roads;
    size_t road_count; /* at most ROAD_TRANSITIONS_MAX */
};

/* Open: somebody can close there without proof. Left: not ours to gate. */
enum road_state { ROAD_IS_GATED, ROAD_IS_OPEN, ROAD_IS_LEFT };

/* X(suffix, name in JSON, state, in words) */
#define ROAD_REASONS(X)                                                                           \
    X(CONNECTOR, "connector_only", GATED, "only the connector may go it")                         \
    X(PROVEN, "proven_only", GATED, "it demands a field that nobody can fill")                    \
    X(ANSWERED, "approval_ours", GATED, "only the connector answers the approval that goes it")   \
    X(NOBODY, "nobody", GATED, "nobody may go it, programs included")                             \
    X(SHOWN, "proof_shown", OPEN, "it demands a field that is on a screen, where people fill it") \
    X(FILLED, "proof_written", OPEN,                                                              \
      "it demands a field that a transition of this workflow fills: take that off it")            \
    X(NAMEABLE, "approver_shown", OPEN,                                                           \
      "an approval goes it, and its approvers stand in a field that is on a screen")              \
    X(UNGUARDED, "unguarded", OPEN, "anybody who may work on the ticket goes it")                 \
    X(GLOBAL, "global", OPEN, "it leads there from any status, for anybody")                      \
    X(PORTAL, "portal", OPEN, "customers go it on the portal")                                    \
    X(OR_ED, "or_ed", OPEN, "criteria inside one rule are OR-ed: it lets others through, too")    \
    X(OTHERS, "others", OPEN, "it is restricted, but not to the connector")                       \
    X(HIDDEN, "hidden_only", OPEN, "only the button is hidden: any API token goes it")            \
    X(APPROVED, "approval", OPEN, "an approval goes it by itself, past what restricts people")    \
    X(REJECTED, "decline", OPEN,                                                                  \
      "a declined approval goes it, into a status that means done: lead it elsewhere")            \
    X(TRIGGERED, "triggered", OPEN,                                                               \
      "a trigger goes it by itself, a merge in a development tool, say, past all conditions and " \
      "validators: take the trigger off it")                                                      \
    X(CREATED, "created_done", OPEN, "tickets are made there: let them begin in an open status")  \
    X(STRANGE, "unknown_type", OPEN,                                                              \
      "this kind of transition is not known here: make it a directed one")                        \
    X(CANCELLED, "cancelled", LEFT, "the mapping calls it cancelled: no access is claimed there") \
    X(DECLINED, "declined", LEFT, "the mapping calls it declined: no access is claimed there")    \
    X(INSIDE, "done_already", LEFT, "it begins in a status that means done")

enum road_reason {
#define X(suffix, name, state, words) ROAD_BECAUSE_##suffix,
    ROAD_REASONS(X)
#undef X
        ROAD_REASON_COUNT
};
struct road_verdict {
    size_t road; /* index */
    enum road_state state;
    enum road_reason reason;
};
extern const char *const ROAD_REASON_NAMES[ROAD_REASON_COUNT];
extern const char *const ROAD_REASON_WORDS[ROAD_REASON_COUNT];
const char *road_state_name(enum road_state state);

struct road_report {
    struct road_verdict rows[ROAD_TRANSITIONS_MAX]; /* roads into Done, in the workflow's order */
    size_t count, open, left;
};
/* Every road into a status of the Done category. */
void roads_judge(const struct workflow *w, struct road_report *ret);

/* Does the tree let nobody but the connector through? And the connector, as far as it tells? What
 * demands our field lets nobody. */
bool road_is_locked(const struct road *road);
bool road_lets_us(const struct road *road);
/* Is there a loop by which we, and nobody else, write our fields? */
bool roads_record(const struct workflow *w);
/* Have people a button in the verifying status that leaves the ticket there? Whoever presses it has
 * the access checked at once, as by any change to the ticket. */
bool roads_recheck(const struct workflow *w);
/* Does an approval in the verifying status, in our field, go roads that may be gone so: a yes into
 * done, where nobody else may go, a no to what is not done? */
bool roads_answered(const struct workflow *w);
/* And does every road there say that the connector answers it? */
bool roads_ask(const struct workflow *w);
/* Does the road lead into that status from another one? */
bool road_enters(const struct road *road, size_t status);
/* Is the road offered in that status? */
bool road_leaves(const struct workflow *w, const struct road *road, size_t status);
/* The first status that plays this part, one that the mapping names before others; ROAD_NOWHERE:
 * none. */
size_t roads_status(const struct workflow *w, enum status_role role);

/* Is that where work goes on, which is where we lead back to: not the queue, nor what is over? */
bool road_back_ends_in(enum status_role role, enum status_category category);
/* Can a ticket that we lead to that part end there? */
bool road_ends_in(const struct road_status *status, enum status_role part);

/* --- what else counts --- */

enum road_known { ROAD_NOT_KNOWN = 0, ROAD_NO, ROAD_YES };

/* What was read beside the workflow. */
struct gate_facts {
    enum road_known group;          /* does the connector's group exist; team-managed: not asked */
    enum road_known member;         /* is the connector in it */
    size_t strangers;               /* others who are */
    enum road_known resolution;     /* can it be edited outside a transition, with any issue type */
    enum road_known may_transition; /* the connector's own rights in the project */
    enum road_known may_edit;
    enum road_known words;           /* can the connector write the fields that the mapping names */
    bool fields_missing;             /* one of them does not exist: no loop helps */
    enum road_known proof_edited;    /* is the demanded field on a screen */
    enum road_known proof_filled;    /* has a ticket a value in it */
    enum road_known approver_edited; /* is the field of approvers on a screen */
    enum road_known approver_forged; /* does a ticket name others there */
    enum road_known agent_closes;    /* was a gated road offered to an ordinary agent */
    enum road_known connector_closes; /* was a closing one offered to the connector */
};

/* X(suffix, name in JSON, does the gate not hold, what is wrong, what helps) */
#define GATE_FINDINGS(X)                                                                          \
    X(NO_VERIFY, "no_verify_status", true,                                                        \
      "no status of the workflow is mapped as verify: nothing waits for proof",                   \
      "countersign gate install, or map the status")                                              \
    X(NO_CLOSE, "no_closing_road", true,                                                          \
      "no road leads from the verifying status to done that the connector may go",                \
      "countersign gate install")                                                                 \
    X(NO_REOPEN, "no_reopening_road", false,                                                      \
      "no road leads the connector from done back to work: what is closed stays closed",          \
      "add a transition from done to an open status of the category In progress")                 \
    X(NOT_DONE, "done_not_done", true,                                                            \
      "a status that is mapped as done is not of the category Done: Jira closes nothing there",   \
      "take it out of the mapping, or give it the category Done")                                 \
    X(FROZEN, "not_editable", false,                                                              \
      "jira.issue.editable=false on a status the connector writes in stops its words, too",       \
      "remove the property from the status")                                                      \
    X(NO_GROUP, "no_group", true, "the group that may close does not exist",                      \
      "countersign gate install, or create it with the connector as its only member")             \
    X(NOT_MEMBER, "not_member", true, "the connector is not in the group that may close",         \
      "add the connector's account to it")                                                        \
    X(STRANGERS, "others_in_group", true, "somebody else is in the group that may close",         \
      "take everybody but the connector out of it")                                               \
    X(GROUP_UNSEEN, "group_unseen", true, "nobody can tell who is in the group that may close",   \
      "give the account the global permission Browse users and groups")                           \
    X(RESOLUTION, "resolution_editable", true,                                                    \
      "the resolution can be edited: a ticket looks resolved without a transition",               \
      "take the field Resolution off the edit screen")                                            \
    X(NO_TRANSITION_RIGHT, "may_not_transition", true, "the connector may not move tickets",      \
      "grant it Transition issues in the project")                                                \
    X(NO_EDIT_RIGHT, "may_not_edit", false, "the connector may not edit tickets",                 \
      "grant it Edit issues in the project")                                                      \
    X(NO_WORDS, "no_words", false,                                                                \
      "the connector cannot write the fields Access check and its reason: they are not there, "   \
      "or neither the edit screen nor a transition of ours carries them",                         \
      "countersign gate install, and name both in the mapping's fields")                          \
    X(EARLY, "resolved_early", false,                                                             \
      "a transition into the verifying status sets the resolution: the ticket looks resolved "    \
      "while it waits",                                                                           \
      "take that post function away; the closing transition sets it")                             \
    X(PROOF_EDITED, "proof_editable", true,                                                       \
      "people can fill the field Access proof, which has to stay empty: it is on a screen",       \
      "take the field off every screen")                                                          \
    X(PROOF_FILLED, "proof_filled", true,                                                         \
      "a ticket has a value in the field Access proof: whoever may work on it closes it",         \
      "empty the field there, and find out who or what writes it: an app, a default, a rule")     \
    X(NOT_ASKED, "not_asked", false,                                                              \
      "no approval waits in the verifying status for the connector, or not on every road there",  \
      "countersign gate install")                                                                 \
    X(UNRESOLVED, "unresolved", false,                                                            \
      "the road that our approval goes sets no resolution, and an approval shows no screen that " \
      "would: a closed ticket looks unresolved in queues",                                        \
      "countersign gate install, or a post function of that transition that sets it")             \
    X(APPROVER_EDITED, "approver_editable", true,                                                 \
      "people can say who approves the close: the field Access approver is on a screen",          \
      "take the field off every screen")                                                          \
    X(APPROVER_FORGED, "approver_forged", true,                                                   \
      "a ticket names others than the connector in the field Access approver: they close it",     \
      "take them out there, and find out who or what writes it: an app, a default, a rule")       \
    X(NO_CHECK, "no_check_button", false,                                                         \
      "in the verifying status people have no button to have it checked at once: they comment, "  \
      "or take it back to work and press again",                                                  \
      "countersign gate install adds the transition Check again, where Jira takes it")            \
    X(AGENT_CLOSES, "agent_closes", true, "an ordinary agent was offered a road into done",       \
      "look at the roads: Jira answered otherwise than the workflow reads")                       \
    X(CONNECTOR_STUCK, "connector_stuck", true,                                                   \
      "the connector was not offered a road into done where it should be",                        \
      "look at the other conditions of the closing transition")

enum gate_finding {
#define X(suffix, name, fails, what, help) GATE_FOUND_##suffix,
    GATE_FINDINGS(X)
#undef X
        GATE_FINDING_COUNT
};
struct gate_finding_text {
    const char *name;
    bool fails;
    const char *what, *help;
};
extern const struct gate_finding_text GATE_FINDING_TEXTS[GATE_FINDING_COUNT];
/* Is our field that stays empty filled by people on some screen, or by the workflow itself? Then
 * demanding it holds nobody back. */
bool workflow_fills_proof(const struct workflow *w);
/* Bits of enum gate_finding. */
unsigned gate_findings(const struct workflow *w, const struct gate_facts *facts);
/* The same facts without those that one ticket showed: another one that is tried, or none, would
 * show others. missing: a field of ours does not exist, whichever ticket is looked at. */
struct gate_facts gate_lasting(const struct gate_facts *facts, bool missing);
/* How many of them mean that the gate does not hold. */
size_t gate_failures(unsigned findings);

/* What stands between a ticket and its close, too, and what a look may not show. */
/* X(suffix, name in JSON, in words) */
#define GATE_UNSEEN(X)                                                                          \
    X(RULES, "automation_rules",                                                                \
      "not all rules of Jira's automation; look through those that transition tickets. What a " \
      "rule closes without proof is reopened")                                                  \
    X(CUSTOMERS, "customers_close",                                                             \
      "whether the desk lets customers close their requests: no public interface tells that "   \
      "setting. A transition that the portal shows is judged above")                            \
    X(TYPES, "other_issue_types",                                                               \
      "workflows of issue types that no rule governs: a ticket whose type is changed to one "   \
      "closes there, and is reopened")
enum gate_unseen {
#define X(suffix, name, words) GATE_UNSEEN_##suffix,
    GATE_UNSEEN(X)
#undef X
        GATE_UNSEEN_COUNT
};
extern const char *const GATE_UNSEEN_NAMES[GATE_UNSEEN_COUNT];
extern const char *const GATE_UNSEEN_WORDS[GATE_UNSEEN_COUNT];

/* --- which gate --- */

/* X(suffix, name in the configuration), strongest first */
#define GATE_KINDS(X)               \
    X(CLOSES, "connector_closes")   \
    X(APPROVAL, "approval_step")    \
    X(VALIDATOR, "validator_field") \
    X(REOPEN, "reopen")
enum gate_kind {
#define X(suffix, name) GATE_BY_##suffix,
    GATE_KINDS(X)
#undef X
        GATE_KIND_COUNT
};
extern const char *const GATE_KIND_NAMES[GATE_KIND_COUNT];

struct gate_abilities {
    bool workflow_rest; /* false: Data Center */
    bool team_managed;
    bool readable; /* the workflow could be read */
    bool may_write;
    bool group_ready;    /* it exists, or we may make it; not needed where team-managed */
    bool rule_restrict;  /* system:restrict-issue-transition */
    bool rule_validator; /* system:validate-field-value */
    bool rule_approval;  /* system:block-in-progress-approval */
};
struct gate_choice {
    enum gate_kind kind;
    const char *why_not[GATE_KIND_COUNT]; /* of those not possible; NULL: possible */
};
/* The strongest that is possible, not stronger than `from`. */
void gate_choose(const struct gate_abilities *able, enum gate_kind from, struct gate_choice *ret);

#endif
