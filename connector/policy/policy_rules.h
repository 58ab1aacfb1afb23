/* policy_rules.h: our own policy, where no decision point runs: a rule file (YAML,
 * schemas/README.md says how it is written). Rules are tried in their order. One that matches and
 * says allow or deny decides; one that says needs denies when something it needs is missing, else
 * the next is tried, as after one that says approvals, which wants them of whatever the others
 * permit; what no rule decides is as `otherwise` says. Pure. */
#ifndef COUNTERSIGN_POLICY_RULES_H
#define COUNTERSIGN_POLICY_RULES_H

#include "base/arena.h"
#include "policy/policy.h"
#include "yaml/yaml.h"

enum { POLICY_RULES_MAX = 512, POLICY_WORDS_MAX = 64 };

/* What a rule looks at. */
#define POLICY_FACTS(X)             \
    X(APPLICATION, "application")   \
    X(ENTITLEMENT, "entitlement")   \
    X(SUBJECT_KIND, "subject_kind") \
    X(LIFECYCLE, "lifecycle")       \
    X(PRIVILEGED, "privileged")     \
    X(EMERGENCY, "emergency")       \
    X(STAGE, "stage")               \
    X(REQUEST_TYPE, "request_type") \
    X(MAPPING_RULE, "rule")         \
    X(REQUESTER, "requester")       \
    X(BENEFICIARY, "beneficiary")

/* What a rule can need. An approval is there once one is recorded, so never at intake. */
#define POLICY_NEEDS(X)                                     \
    X(ACCESS_UNTIL, "access_until", "it has no end")        \
    X(JUSTIFICATION, "justification", "no reason is given") \
    X(SPONSOR, "sponsor", "nobody answers for the account") \
    X(APPROVAL, "approval", "nobody has approved it")

enum policy_fact {
#define X(name, text) POLICY_FACT_##name,
    POLICY_FACTS(X)
#undef X
        POLICY_FACT_COUNT
};
enum policy_need {
#define X(name, text, words) POLICY_NEED_##name,
    POLICY_NEEDS(X)
#undef X
        POLICY_NEED_COUNT
};

struct policy_rule {
    struct str name;
    /* of each fact one of these, in which * stands for any characters; none: whatever it is. Words
     * that name something are folded (base/fold.h) */
    const struct str *when[POLICY_FACT_COUNT];
    size_t when_count[POLICY_FACT_COUNT];
    enum permit_answer answer; /* OPEN: it needs */
    struct str reason;         /* of a deny, for people; empty: the name */
    bool needs[POLICY_NEED_COUNT];
    struct policy_asks asks; /* who has to approve where it matches; then the next one is tried */
};

struct policy_rules {
    const struct policy_rule *rules;
    size_t count;
    enum permit_answer otherwise;
    const struct yaml *tests; /* NULL: none */
    char sha256[65];          /* of the file */
};

/* NULL when there is any fault. diags: initialised with the file's name. Lives in the arena. */
struct policy_rules *policy_rules_load(struct arena *arena, struct str text,
                                       struct diag_list *diags);

/* Never OPEN. `ret_rule`: which decided, NULL: none did. */
void policy_rules_judge(const struct policy_rules *rules, const struct policy_question *q,
                        struct policy_answer *ret, const struct policy_rule **ret_rule);

/* Run the file's tests: a fault for each that does not give what it expects, or cannot be read.
 * Returns how many ran. */
size_t policy_rules_test(const struct policy_rules *rules, struct diag_list *diags);

/* Does a text match a word in which * stands for any characters, also none? */
bool policy_matches(struct str word, struct str text);

/* Names of facts and needs in the file, NULL-terminated. */
extern const char *const POLICY_FACT_NAMES[], *const POLICY_NEED_NAMES[];

#endif
