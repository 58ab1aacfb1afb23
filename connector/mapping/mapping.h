/* mapping.h: how a ticket's fields become a governed request, and back. A file of rules, one per request type, compiled
 * into plain data; evaluation is pure, bounded, and cannot fail except as "hold". Format: schemas/mapping.schema.json.
 *
 *   requests:
 *     - name: remove-app-access
 *       request_type: "31"
 *       change: removal
 *       application: { from: customfield_10050, lookup: { "SAP FIN": sap-fin }, on_missing: hold }
 *       entitlement: { from: customfield_10052, then: [trim], on_missing: hold }
 */
#ifndef COUNTERSIGN_MAPPING_H
#define COUNTERSIGN_MAPPING_H

#include "base/digest.h"
#include "domain/item.h"
#include "domain/request.h"
#include "domain/ticket.h"
#include "json/json_read.h"
#include "yaml/yaml.h"

enum {
    MAPPING_RULES_MAX = 64,
    MAPPING_STATUSES_MAX = 64,
    MAPPING_LOOKUP_MAX = 256,
    MAPPING_STEPS_MAX = 8,
};

/* Total functions over text: each gives text for any text. */
enum mapping_step { STEP_TRIM, STEP_LOWER, STEP_UPPER, STEP_EMAIL, STEP_BOOL };
/* What to do when a field is empty or not in the lookup. Silence is not on the list. */
enum on_missing { MISSING_HOLD, MISSING_IGNORE };
/* How Jira wants the value when we write it. */
enum field_type { FIELD_TEXT, FIELD_OPTION };

struct lookup_pair {
    struct str from, to;
};

struct binding {
    bool present;       /* stands in the file */
    struct str from;    /* Jira field id, or "reporter", "creator", "summary", "description"; empty with a constant */
    struct str constant;
    struct str fallback; /* `default` */
    bool has_fallback;
    enum mapping_step steps[MAPPING_STEPS_MAX];
    size_t step_count;
    const struct lookup_pair *lookup;
    size_t lookup_count;
    enum on_missing on_missing;
    enum field_type type;
    struct diag_pos pos;
};

/* X(member, required): what a rule can bind */
#define MAPPING_TARGETS(X)                                                                         \
    X(subject, true)      /* whose access changes: person key */                                   \
    X(account, false)     /* account in the source; the subject when absent */                     \
    X(application, true)  /* name of the source */                                                 \
    X(entitlement, true)                                                                           \
    X(privileged, false)                                                                           \
    X(requester, false)   /* the reporter when absent */                                           \
    X(justification, false)

struct mapping_rule {
    struct str name, request_type;
    enum gate_mode mode;
    enum request_kind change;
    enum desired expect;
    bool approval_needed;
    int64_t sla_goal_ms, sla_privileged_ms; /* 0 = none, same */
    struct diag_pos pos;
#define X(member, required) struct binding member;
    MAPPING_TARGETS(X)
#undef X
};

struct mapping_status {
    struct str name;
    enum status_role role;
};

struct mapping {
    const char *file;
    char sha256[SHA256_HEX_SIZE];
    struct str text;
    struct str project, issue_type, request_type_field; /* for tickets we create */
    struct str check_field, reason_field;               /* "Access check" and "Access check reason", may be empty */
    struct mapping_status statuses[MAPPING_STATUSES_MAX];
    size_t status_count;
    struct mapping_rule rules[MAPPING_RULES_MAX];
    size_t rule_count;
    const struct yaml *tests;
};

/* NULL when there are errors. Lives in the arena. sources: names that may be looked up to; NULL = not checked. */
struct mapping *mapping_load(struct arena *arena, const char *file, struct str text, const struct str *sources,
                             size_t source_count, struct diag_list *diags);

enum mapped_outcome { MAPPED_OK, MAPPED_HOLD, MAPPED_NOT_GOVERNED };

struct mapped {
    enum mapped_outcome outcome;
    const struct mapping_rule *rule;
    struct str requester, beneficiary, account, source, entitlement, justification;
    bool privileged;
    int64_t sla_goal_ms;
    struct str tuple; /* canonical JSON of what is asked; approved and compared by its hash */
    uint64_t hash;
    const char *hold_code; /* M2xx */
    struct str hold_field; /* Jira field id */
    struct str hold_text;  /* for the ticket's reader */
};
/* issue: as Jira's GET gives it. */
void mapping_ticket(const struct mapping *m, struct arena *arena, const struct json *issue, struct mapped *ret);

/* A request of the identity platform, for making a ticket. */
struct wanted {
    enum request_kind kind;
    struct str requester, beneficiary, account, source, entitlement, justification;
    bool privileged;
};
/* The rule that fits, and the members of Jira's "fields" it makes: {"customfield_1":{"value":"SAP FIN"},...}. False with
 * err->what naming the part that cannot be expressed. */
MUST_CHECK bool mapping_request(const struct mapping *m, struct arena *arena, const struct wanted *w, struct mapped *ret,
                                struct str *ret_fields, struct err *err);
/* "application (mapping.yaml:11:18)" for a Jira field id, empty when no binding uses it. */
struct str mapping_blame(const struct mapping *m, struct arena *arena, struct str field);

/* Run the tests that stand in the file. Faults go to diags; returns how many ran. */
size_t mapping_run_tests(const struct mapping *m, struct arena *arena, struct diag_list *diags);

#endif
