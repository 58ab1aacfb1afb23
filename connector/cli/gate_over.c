/* From one gate to another. The new one is planned on the workflow as it would be without the old
 * one, and both changes are one update: in between nothing stands open, and no ticket moves. */
#include "cli/gate_work.h"

bool gate_has_status(const struct workflow *w, struct str ref)
{
    for (size_t i = 0; i < w->status_count; i++)
        if (str_eq(w->statuses[i].ref, ref))
            return true;
    return false;
}

/* Everything of a status that an update has to name. */
static struct jsm_status status_of(struct gate_work *w, const struct jsm_workflow *flow,
                                   struct str ref)
{
    JSON_EACH(s, json_member(flow->json, "statuses"))
    {
        if (str_eq(json_path_str(s, "statusReference"), ref))
            return (struct jsm_status){.id = json_id(w->arena, json_member(s, "id")),
                                       .name = json_path_str(s, "name"),
                                       .category = json_path_str(s, "statusCategory"),
                                       .description = json_path_str(s, "description")};
    }
    return (struct jsm_status){0};
}

static bool cannot(struct gate_work *w, struct gate_flow *f, const char *why)
{
    f->errors = 1;
    f->stuck = true;
    f->complaints = arena_printf(
        w->arena,
        "error the gate %.*s cannot be taken out of it by itself: %s: run countersign gate "
        "uninstall, then gate install\n",
        STR_ARG(f->over), why);
    return false;
}

bool gate_over(struct gate_work *w, const struct gate_project *p, struct gate_flow *f,
               struct jsm_status *ret_verify)
{
    const struct json *row = gate_row_of(p->rows, f->now->roads.id);
    struct str mode = json_path_str(row, "mode"), without, notes;
    struct jsm_undo undo = {.before = json_path_str(row, "before"),
                            .after = json_path_str(row, "after"),
                            .now = f->now->doc};
    struct jsm_workflow *base = ARENA_NEW(w->arena, struct jsm_workflow);
    struct err err = {0};

    f->base = f->now;
    f->over = STR_NONE;
    if (!row || !str_eq_c(json_path_str(row, "state"), "installed") || !undo.after.len ||
        str_eq_c(mode, GATE_KIND_NAMES[p->choice.kind]) || p->choice.kind == GATE_BY_REOPEN)
        return true;
    f->over = mode;
    if (!jsm_workflow_undo(w->arena, &undo, &without, &notes, &err) ||
        !jsm_workflow_parse(w->arena, without, &w->own->view, &p->gate->key, base, &err))
        return cannot(w, f, err.what);
    base->roads.proof_shown = f->now->roads.proof_shown;
    base->roads.approver_shown = f->now->roads.approver_shown;
    f->base = base;
    for (size_t i = 0; i < f->now->roads.status_count; i++) {
        const struct road_status *s = &f->now->roads.statuses[i];
        if (s->role == STATUS_VERIFY && !gate_has_status(&base->roads, s->ref))
            *ret_verify = status_of(w, f->now, s->ref);
    }
    return true;
}

/* --- what an earlier run did not come to --- */

bool gate_is_unmade(const struct json *row, const struct jsm_workflow *now)
{
    return row && !json_path_str(row, "after").len &&
           gate_number_of(row, "version") == now->version &&
           !str_eq(json_path_str(row, "before"), now->doc);
}

bool gate_take_back(struct gate_work *w, const struct json *row)
{
    struct err err = {0};

    if (gate_move(w, gate_number_of(row, "id"), json_path_str(row, "state").p, "given_up", STR_NONE,
                  STR("cut off before it was made"), &err) != STORE_OK) {
        gate_fail(w, &err);
        return false;
    }
    gate_say(w,
             "an earlier run was cut off before it had changed workflow %.*s: what was "
             "installed before counts again",
             STR_ARG(json_path_str(row, "name")));
    return true;
}

void gate_unread(struct gate_work *w, const struct json *row, const struct jsm_gate_key *key,
                 const char *why)
{
    struct err err = {0};

    if (!gate_read(w, key, json_path_str(row, "workflow"))->flows_none) {
        gate_say(w, "%s", why);
        gate_code(w, EXIT_CODE_UNREACHABLE);
    } else if (gate_move(w, gate_number_of(row, "id"), json_path_str(row, "state").p, "removed",
                         STR_NONE, STR("the workflow was deleted"), &err) != STORE_OK) {
        gate_fail(w, &err);
    } else {
        gate_say(w, "workflow %.*s is at the site no more, and the gate went with it",
                 STR_ARG(json_path_str(row, "name")));
    }
}

struct gate_project *gate_plan_anew(struct gate_work *w, struct str project)
{
    for (;;) {
        struct gate_project *p = gate_project_plan(w, project);
        size_t unmade = 0;
        for (size_t i = 0; i < p->gate->flow_count; i++) {
            const struct json *row = gate_row_of(p->rows, p->flows[i].now->roads.id);
            if (!gate_is_unmade(row, p->flows[i].now))
                continue;
            if (!gate_take_back(w, row))
                return NULL;
            unmade++;
        }
        if (!unmade)
            return p;
    }
}
