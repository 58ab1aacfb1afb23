/* playground.h: /playground: a ticket, a mapping, and what becomes of one by the other, function by
 * function. Pure: a struct in, bytes out; who made the struct evaluated it without asking anybody.
 */
#ifndef COUNTERSIGN_CONSOLE_PLAYGROUND_H
#define COUNTERSIGN_CONSOLE_PLAYGROUND_H

#include "console/frame.h"

enum {
    PLAYGROUND_BYTES = 64 * 1024, /* of ticket and mapping together */
    PLAYGROUND_STEPS = 10000,     /* of one evaluation: functions, lookups, defaults */
    PLAYGROUND_TARGETS_MAX = 16,
    PLAYGROUND_STEPS_MAX = 16, /* of one target */
    PLAYGROUND_FAULTS_MAX = 20,
    PLAYGROUND_FACTS_MAX = 16,
};

struct playground_step {
    struct str name, value; /* "trim", "\"fin-ledger\"" */
    bool stops;             /* the ticket is held here */
};

/* One target of the rule: where its value comes from, and what is made of it. */
struct playground_target {
    struct str name;         /* "subject" */
    struct str field, label; /* field empty: it is always `raw` */
    struct str raw;          /* what the field holds */
    int line;                /* in the mapping */
    struct playground_step steps[PLAYGROUND_STEPS_MAX];
    size_t step_count;
};

/* A fault of the mapping, or of the ticket. */
struct playground_fault {
    bool warning;
    struct str code; /* empty: none */
    int line, column;
    struct str text, note, help;
};

enum playground_outcome {
    PLAYED_NOTHING, /* nothing was asked yet */
    PLAYED_FAULTS,  /* the mapping, or the ticket, is none */
    PLAYED_NO_RULE, /* not governed */
    PLAYED_HELD,
    PLAYED_MAPPED,
    PLAYED_OUTCOME_COUNT
};

struct playground_fact {
    const char *name; /* "entitlement" */
    struct str value;
};

struct playground {
    struct str ticket, mapping; /* as they stand in the two fields */
    struct str mapping_is;      /* "mapping.yaml, live since number 7"; empty: not said */
    struct str visitor;
    enum playground_outcome outcome;
    struct playground_fault faults[PLAYGROUND_FAULTS_MAX];
    size_t fault_count, more_faults;
    struct str request_type, rule;
    int rule_line;
    struct str hold_code, hold_text;
    struct playground_fact facts[PLAYGROUND_FACTS_MAX]; /* what is asked for */
    size_t fact_count;
    struct playground_target targets[PLAYGROUND_TARGETS_MAX];
    size_t target_count;
    size_t steps; /* that it took */
};

/* The page, behind what `out` holds. False: it does not fit there. */
MUST_CHECK bool playground_render(struct buf *out, const struct playground *p);

#endif
