/* mapping_trace.h: how a ticket came to what it became, function by function, for people. Says what
 * mapping_ticket does; decides nothing. Pure. */
#ifndef COUNTERSIGN_MAPPING_TRACE_H
#define COUNTERSIGN_MAPPING_TRACE_H

#include "mapping/mapping.h"

enum {
    TRACE_TARGETS_MAX = 11,
    TRACE_STEPS_MAX = MAPPING_STEPS_MAX + 1, /* and the lookup, or the default */
    TRACE_SHOWN = 160,                       /* characters of a value that are shown */
};

struct traced_step {
    struct str name;  /* "trim", "part 2", "lookup", "default" */
    struct str value; /* what it made: a text in quotes, or words: "empty", "3 values" */
    bool stops;       /* it cannot be taken: the ticket is held */
};

struct traced {
    const char *target;
    const struct binding *binding;
    struct str raw; /* what the field holds, as JSON, cut at TRACE_SHOWN */
    struct traced_step steps[TRACE_STEPS_MAX];
    size_t count;
};

/* The bindings of the rule in their order, those that stand in the file; returns how many. issue:
 * as mapping_ticket takes it. */
size_t mapping_trace(struct arena *arena, const struct mapping_rule *rule, const struct json *issue,
                     struct traced *ret);
/* The id of its request type; empty: it has none. */
struct str mapping_request_type(const struct mapping *m, struct arena *arena,
                                const struct json *issue);

#endif
