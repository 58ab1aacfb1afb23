/* policy.h: the question whether somebody may get something, and its answer, whoever gives it: a
 * decision point over AuthZEN (policy_call.h) or our own rule file (policy_rules.h). Pure. */
#ifndef COUNTERSIGN_POLICY_H
#define COUNTERSIGN_POLICY_H

#include <stdint.h>

#include "domain/permit.h"
#include "policy/policy_asks.h"

enum { POLICY_REASON_CHARS = 160 }; /* of what people are told: a ticket's line has 140 */

/* About one entitlement of one account. Empty texts: not known, and not told. */
struct policy_question {
    enum permit_stage stage;
    struct str request, ticket, rule, request_type;
    struct str requester, beneficiary, sponsor, justification, lifecycle, subject_kind;
    struct str source, account, entitlement;
    bool privileged, emergency;
    int64_t access_until_ms, now_ms; /* 0: without end */
    const struct str *approvers;
    size_t approver_count;
    const struct str *holds; /* what the person was just seen to hold, as "source/entitlement" */
    size_t hold_count;
};

struct policy_answer {
    enum permit_answer answer;                /* OPEN: it is no decision */
    const char *why;                          /* "Ok", else why it is none; CamelCase, static */
    char reason[POLICY_REASON_CHARS * 4 + 1]; /* what people are told; may be empty */
    struct policy_asks asks; /* of a yes: who has to approve beside those of the template */
};

#endif
