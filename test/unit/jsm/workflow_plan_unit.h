/* workflow_plan_unit.h: a workflow without any gate, planned, changed, and put back. */
#ifndef COUNTERSIGN_TEST_WORKFLOW_PLAN_UNIT_H
#define COUNTERSIGN_TEST_WORKFLOW_PLAN_UNIT_H

#include <stdio.h>
#include <string.h>

#include "workflow_unit.h"

static inline struct jsm_gate_words words_of(void)
{
    return (struct jsm_gate_words){.key = KEY,
                                   .verify_name = STR("Verifying access"),
                                   .verify_ref = STR("0f5b8c0e-0000-4000-8000-000000000001")};
}

static inline struct jsm_workflow *read_one(const char *text)
{
    struct jsm_workflow *flows = arena_array(arena, JSM_WORKFLOWS_MAX, sizeof *flows);
    struct err err = {0};
    size_t count;

    if (!jsm_workflows_read(arena, json_of(text), &VIEW, &KEY, flows, &count, &err))
        fail_msg("%s %s", err.what, err.trail);
    assert_int_equal(count, 1);
    return flows;
}

static inline struct jsm_workflow *parse_doc(struct str doc)
{
    struct jsm_workflow *flow = ARENA_NEW(arena, struct jsm_workflow);
    struct err err = {0};

    if (!jsm_workflow_parse(arena, doc, &VIEW, &KEY, flow, &err))
        fail_msg("%s %s", err.what, err.trail);
    return flow;
}

/* "id reason" of each road into Done. */
static inline const char *judged(const struct jsm_workflow *flow)
{
    struct road_report *report = ARENA_NEW(arena, struct road_report);
    struct str said = STR("");

    roads_judge(&flow->roads, report);
    for (size_t i = 0; i < report->count; i++)
        said = arena_printf(arena, "%.*s%s%.*s %s", STR_ARG(said), i ? ", " : "",
                            STR_ARG(flow->roads.roads[report->rows[i].road].id),
                            ROAD_REASON_NAMES[report->rows[i].reason]);
    return said.len ? said.p : "";
}

static inline struct str apply(const struct jsm_workflow *flow, size_t *ret_blocked)
{
    struct gate_plan *plan = ARENA_NEW(arena, struct gate_plan);
    struct jsm_gate_words words = words_of();

    gate_plan(&flow->roads, plan);
    if (ret_blocked)
        *ret_blocked = plan->blocked;
    return jsm_workflow_apply(arena, flow, plan, &words);
}

#define OPEN_FLOW(scope)                                                                \
    REPLY(                                                                              \
        scope, FOUR,                                                                    \
        CREATE "," STEP("11", "Start", "10", "11", "") "," STEP(                        \
            "21", "Resolve", "11", "20",                                                \
            "'transitionScreen':{'ruleKey':"                                            \
            "'system:transition-screen','id':'s9','parameters':{'screenId':'7'}}," ANY( \
                FIELD)) "," GLOBAL("91", "Cancel", "21", "") "," GLOBAL("101", "Close", "20", ""))

static bool is_guessed;
static struct str undo_notes;

static inline struct str undo(struct str before, struct str after, struct str now, const char *why)
{
    struct err err = {0};
    struct str ret = STR_NONE;
    bool done = jsm_workflow_undo(arena, &(struct jsm_undo){before, after, now, is_guessed}, &ret,
                                  &undo_notes, &err);

    if (done != !why || (why && !strstr(err.what, why)))
        fail_msg("'%s', wanted '%s'", err.what, why ? why : "success");
    return ret;
}

static inline struct str replaced(struct str text, const char *what, const char *by)
{
    const char *at = strstr(text.p, what);

    if (!at)
        fail_msg("no %s in %s", what, text.p);
    return arena_printf(arena, "%.*s%s%s", (int)(at - text.p), text.p, by, at + strlen(what));
}

static inline struct jsm_workflow *parse_with(struct str doc, const struct jsm_gate_key *key)
{
    struct jsm_workflow *flow = ARENA_NEW(arena, struct jsm_workflow);
    struct err err = {0};

    if (!jsm_workflow_parse(arena, doc, &VIEW, key, flow, &err))
        fail_msg("%s %s", err.what, err.trail);
    return flow;
}

#endif
