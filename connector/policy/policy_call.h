/* policy_call.h: OpenID AuthZEN Authorization API 1.0, its client half: the body of one access
 * evaluation, and what a reply is worth. One evaluation a call: a decision point may merge two of a
 * batch that have the same ids (Cerbos 0.55 does). Pure.
 *
 * Only the JSON value true permits. A no is 200 with false; every other status, a body that is not
 * JSON, one without a decision, one for another question, and one that came too late or too large
 * is no decision, and no decision permits nothing. A yes on conditions that we do not know
 * (context.obligations) is a no. context.approvals names who has to approve (policy_asks.h). */
#ifndef COUNTERSIGN_POLICY_CALL_H
#define COUNTERSIGN_POLICY_CALL_H

#include "base/arena.h"
#include "base/buf.h"
#include "policy/policy.h"

#define POLICY_WELL_KNOWN "/.well-known/authzen-configuration"
#define POLICY_EVALUATION "/access/v1/evaluation"

/* Cerbos wants roles in the subject's properties, and refuses members it does not know. */
enum policy_dialect { POLICY_PLAIN, POLICY_CERBOS };

struct policy_style {
    enum policy_dialect dialect;
    const struct str *roles; /* of every subject, for Cerbos; at least one */
    size_t role_count;
};

enum { POLICY_CALL_BYTES = 64 * 1024, POLICY_REPLY_BYTES = 64 * 1024 };

/* The body of POST .../access/v1/evaluation. False: it would be larger than POLICY_CALL_BYTES. */
MUST_CHECK bool policy_call_write(struct buf *out, const struct policy_question *q,
                                  const struct policy_style *style);

struct policy_reply {
    bool arrived;         /* a whole reply came within its time */
    bool late, too_large; /* why not; neither: nobody answered */
    int status;
    struct str content_type, body;
    struct str request_id; /* X-Request-ID as it came back; empty: it did not */
};

/* What a reply to the question with that X-Request-ID is worth. A decision point need not know that
 * approvals are asked for at intake: one that wants the same again later, with the rest of its
 * answer, is understood; whether it is the same says the database (policy_save). */
void policy_call_judge(struct arena *arena, const struct policy_reply *reply, struct str request_id,
                       struct policy_answer *ret);

/* The discovery document: which address evaluates. `base`: the decision point as configured, which
 * the document has to call itself; only an address below the same host counts. False, with the
 * reason in words: it is none, or of somebody else. */
MUST_CHECK bool policy_discovery_read(struct arena *arena, struct str body, struct str base,
                                      struct str *ret_evaluation, struct err *err);

/* For people who look after it: what to do about such an answer; static. */
const char *policy_remedy(const char *why);

#endif
