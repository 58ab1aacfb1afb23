/* permit.h: what was answered to the question whether what a request asks for may be. It is asked
 * of a policy (a decision point over AuthZEN, or our own rule file: connector/policy) and of the
 * sets of duties to be kept apart (sod.h), three times: whether it can be asked for at all, once it
 * is approved, and before it counts as proven, for in between other access may have been given.
 * What follows: permit_decide.h. */
#ifndef COUNTERSIGN_DOMAIN_PERMIT_H
#define COUNTERSIGN_DOMAIN_PERMIT_H

#include <stdint.h>

#include "base/str.h"

enum permit_stage { PERMIT_INTAKE, PERMIT_APPROVAL, PERMIT_VERIFICATION, PERMIT_STAGE_COUNT };

/* OPEN: nobody has decided it yet. CONFLICT: duties that have to be kept apart, and no exception
 * covers it. */
enum permit_answer { PERMIT_OPEN = 0, PERMIT_GIVEN, PERMIT_DENIED, PERMIT_CONFLICT };

/* What was answered of what is asked for now, at one stage; at verification, since this claim. */
struct permit {
    enum permit_answer answer;
    int32_t tries;    /* answers in a row that did not let it go on */
    int64_t tried_ms; /* the last of them, 0 = none */
    int64_t since_ms; /* the first of them */
    struct str why;   /* for people: why not, or who does not answer; empty: nobody said */
};

/* Names as they stand in the database, and back; an unknown name gives false. */
const char *permit_stage_name(enum permit_stage stage);
MUST_CHECK bool permit_answer_from(struct str name, enum permit_answer *ret);

#endif
