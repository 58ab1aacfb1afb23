#include "site/site_gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "site/site_gate_priv.h"

enum { PAGES_MAX = 20 };

/* --- what is asked, in order --- */

/* part: of what is not NEEDED, WHOLE can be refused, but must not break off: the next look would
 * show another gate. FIELDS is the same, unless the gate shall do without our fields. */
struct gate_step {
    const char *what;
    look_build_fn *build;
    look_take_fn *take;
    enum { STEP_ASIDE, STEP_FIELDS, STEP_WHOLE, STEP_NEEDED } part;
};

void look_not_all(struct look *l, const char *what, const char *why)
{
    if (!l->gate->why[0])
        snprintf(l->gate->why, sizeof l->gate->why, "not all was read: %s: %s", what, why);
}

enum road_known look_known(bool yes)
{
    return yes ? ROAD_YES : ROAD_NO;
}

static const struct gate_step STEPS[] = {
    {"the project", look_build_project, look_take_project, STEP_NEEDED},
    {"its request types", look_build_types, look_take_types, STEP_WHOLE},
    {"our rights", look_build_rights, look_take_rights, STEP_NEEDED},
    {"the connector's rights", look_build_own_rights, look_take_own_rights, STEP_WHOLE},
    {"the group", look_build_group, look_take_group, STEP_WHOLE},
    {"its members", look_build_members, look_take_members, STEP_WHOLE},
    {"our fields by name", look_build_named, look_take_named, STEP_FIELDS},
    {"the mapping's fields", look_build_mapped, look_take_mapped, STEP_FIELDS},
    {"where they are shown", look_build_shown, look_take_shown, STEP_FIELDS},
    {"the project's screens", look_build_scheme, look_take_scheme, STEP_FIELDS},
    {"those of its issue types", look_build_scheme_types, look_take_scheme_types, STEP_FIELDS},
    {"all screen schemes", look_build_schemes, look_take_schemes, STEP_FIELDS},
    {"where the resolution is", look_build_resolution, look_take_resolution, STEP_FIELDS},
    {"the resolutions", look_build_resolutions, look_take_resolutions, STEP_ASIDE},
    {"our screen", look_build_screens, look_take_screens, STEP_FIELDS},
    {"the workflows", look_build_flows, look_take_flows, STEP_NEEDED},
    {"the rules offered", look_build_rules, look_take_rules, STEP_NEEDED},
    {"who uses them", look_build_usages, look_take_usages, STEP_ASIDE},
    {"these projects", look_build_names, look_take_names, STEP_ASIDE},
    {"the statuses", look_build_statuses, look_take_statuses, STEP_ASIDE},
    {"the cloud id", look_build_tenant, look_take_tenant, STEP_WHOLE},
    {"the rules of automation", look_build_rules_all, look_take_rules_all, STEP_WHOLE},
    {"a rule of automation", look_build_rule, look_take_rule, STEP_WHOLE},
    {"tickets to try", look_build_samples, look_take_samples, STEP_ASIDE},
    {"the edit screens", look_build_screen, look_take_screen, STEP_ASIDE},
    {"all fields", look_build_fields, look_take_fields, STEP_WHOLE},
    {"our fields", look_build_words, look_take_words, STEP_ASIDE},
    {"what agents are offered", look_build_agent, look_take_agent, STEP_ASIDE},
    {"what we are offered", look_build_own, look_take_own, STEP_ASIDE},
};
enum { GATE_STEP_COUNT = sizeof STEPS / sizeof STEPS[0] };

/* --- walking through them --- */

static void look_end(struct look *l)
{
    struct site_gate *g = l->gate;

    if (l->eyes.rules_seen && g->rules_unseen.len) /* a hole that is not seen is not mended */
        look_not_all(l, "the rules of automation, seen before",
                     arena_printf(l->arena, "%.*s", STR_ARG(g->rules_unseen)).p);
    g->known = !g->why[0];
    if (l->step == GATE_STEP_COUNT && g->facts.agent_closes == ROAD_NOT_KNOWN)
        g->not_tried = !l->eyes.agent     ? "set gate.prove_as"
                       : !l->ticket_count ? "no open ticket"
                       : !g->flow_count && l->eyes.own->view.demanded
                           ? "what a road demands only its workflow says"
                           : "Jira offers the agent nothing to see";
    l->fn(l->arg, g);
    free(l);
}

static void look_on(struct look *l);

/* Would the same question have another answer later? */
static bool may_pass(const struct jsm_answer *answer)
{
    return answer->verdict == JSM_LATER || answer->verdict == JSM_UNREACHED ||
           answer->verdict == JSM_UNKNOWN;
}

static void on_answer(void *arg, const struct jsm_answer *answer)
{
    struct look *l = arg;
    const struct gate_step *step = &STEPS[l->step];
    bool stop = answer->verdict != JSM_OK && step->part == STEP_NEEDED;

    if (stop) {
        l->gate->denied = answer->verdict == JSM_DENIED || answer->verdict == JSM_REFUSED;
        snprintf(l->gate->why, sizeof l->gate->why, "%s could not be read: %s", step->what,
                 answer->why);
        look_end(l);
        return;
    }
    bool whole = step->part == STEP_WHOLE || (step->part == STEP_FIELDS && !l->eyes.without_fields);
    if (whole && answer->verdict != JSM_OK && (l->pages || may_pass(answer)))
        look_not_all(l, step->what, answer->why);
    /* rules come one by one */
    size_t most = step->take == look_take_rule ? JSM_RULES_MAX + 1 : PAGES_MAX;
    bool more = step->take(l, answer), enough = ++l->pages >= most;
    l->gate->parts_unread |=
        step->part == STEP_FIELDS && (answer->verdict != JSM_OK || (more && enough));
    l->gate->users_unread |= step->take == look_take_usages && more && enough;
    if (whole && more && enough)
        look_not_all(l, step->what, "there are more than we look at");
    if (!more || enough)
        l->step++, l->page = 0, l->pages = l->index = 0;
    look_on(l);
}

static void look_on(struct look *l)
{
    if (l->eyes.own->change_waits) {
        l->gate->broken_off = true;
        snprintf(l->gate->why, sizeof l->gate->why, "another mapping is being taken up");
        look_end(l);
        return;
    }
    for (; l->step < GATE_STEP_COUNT; l->step++, l->page = 0, l->pages = l->index = 0) {
        struct site *site;
        struct jsm_call call;
        if (!STEPS[l->step].build(l, &site, &call))
            continue;
        site_send(site, l->arena, &call, on_answer, l);
        return;
    }
    look_end(l);
}

static void on_known(void *arg, bool is_known)
{
    struct look *l = arg;

    if (!is_known) {
        snprintf(l->gate->why, sizeof l->gate->why, "Jira does not say who the connector is: %s",
                 l->eyes.own->stranger_why);
        look_end(l);
        return;
    }
    l->gate->key.account_id = l->eyes.own->view.our_account;
    look_on(l);
}

static struct look *look_new(const struct site_gate_eyes *eyes, struct arena *arena,
                             site_gate_fn *fn, void *arg)
{
    struct look *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    *l = (struct look){.eyes = *eyes, .arena = arena, .fn = fn, .arg = arg};
    l->gate = ARENA_NEW(arena, struct site_gate);
    if (!l->gate)
        abort();
    l->gate->rules_unseen = STR("the look did not come to them");
    return l;
}

static void on_datacenter(void *arg)
{
    look_end(arg);
}

void site_gate_look(const struct site_gate_eyes *eyes, struct arena *arena, struct str project,
                    site_gate_fn *fn, void *arg)
{
    struct look *l = look_new(eyes, arena, fn, arg);

    l->gate->project = project;
    l->gate->able.workflow_rest = jsm_can(eyes->own->flavour, JSM_CAN_WORKFLOW_REST);
    if (l->gate->able.workflow_rest) {
        site_learn(eyes->own, on_known, l);
        return;
    }
    l->gate->rules_unseen = STR("Data Center has no documented interface for them: look through "
                                "those under System, Automation rules that transition tickets");
    snprintf(l->gate->why, sizeof l->gate->why,
             "Data Center has no REST interface for workflows: they cannot be looked at");
    io_loop_defer(eyes->own->o.loop, on_datacenter, l);
}

/* --- one workflow again --- */

static void on_flow(void *arg, const struct jsm_answer *answer)
{
    struct look *l = arg;

    if (answer->verdict != JSM_OK)
        snprintf(l->gate->why, sizeof l->gate->why, "the workflow could not be read: %s",
                 answer->why);
    else
        look_take_flows(l, answer);
    look_end(l);
}

void site_gate_read(struct site *reader, struct arena *arena, const struct jsm_gate_key *key,
                    struct str workflow_id, site_gate_fn *fn, void *arg)
{
    struct site_gate_eyes eyes = {.reader = reader, .own = reader};
    struct look *l = look_new(&eyes, arena, fn, arg);
    struct jsm_call call = jsm_call_workflow(arena, workflow_id);

    l->gate->key = *key;
    site_send(reader, arena, &call, on_flow, l);
}

/* --- what it comes to --- */

struct str site_gate_verify_name(const struct site *site)
{
    const struct mapping *m = site->o.mapping;

    for (size_t i = 0; i < m->status_count; i++)
        if (m->statuses[i].role == STATUS_VERIFY)
            return m->statuses[i].name;
    return STR("Verifying access");
}

size_t site_gate_open(const struct site_gate *gate)
{
    size_t open = site_gate_rules_open(gate);

    open += !gate->flow_count && gate->facts.agent_closes == ROAD_YES;

    for (size_t i = 0; i < gate->flow_count; i++) {
        struct road_report report;
        const struct workflow *w = &gate->flows[i].roads;
        roads_judge(w, &report);
        open += report.open + gate_failures(gate_findings(w, &gate->facts));
    }
    return open;
}
