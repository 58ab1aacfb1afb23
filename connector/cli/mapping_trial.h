/* mapping_trial.h: one ticket, what a mapping makes of it, and how that is shown. Private to cli/.
 */
#ifndef COUNTERSIGN_CLI_MAPPING_TRIAL_H
#define COUNTERSIGN_CLI_MAPPING_TRIAL_H

#include "json/json_write.h"
#include "mapping/mapping_trace.h"

struct trial {
    struct arena *arena;
    const struct mapping *m;
    const struct json *issue; /* as Jira's GET gives it */
    /* what trial_run finds */
    struct mapped r;
    struct traced traced[TRACE_TARGETS_MAX];
    size_t count;
};

/* arena, m and issue are set. */
void trial_run(struct trial *t);
/* For people, on stdout: the field, what each function makes of it, where it is held, or what done
 * means. What the ticket says moves no cursor. */
void trial_print(const struct trial *t);
/* The same for programs: members of the object that is open. */
void trial_put(struct json_out *out, const struct trial *t);

#endif
