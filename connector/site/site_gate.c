#include "site/site_gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "jsm/jsm_user.h"

enum { PAGES_MAX = 20 };

struct look {
    struct site_gate_eyes eyes;
    struct arena *arena;
    struct site_gate *gate;
    size_t step;
    int64_t page; /* start of the next one, of steps with pages */
    size_t pages, index, pair_count, ticket_count;
    struct str pairs[2 * SITE_GATE_TYPES_MAX]; /* project and issue type */
    bool more_pairs;                           /* there are more than we look at */
    struct str tickets[SITE_GATE_TICKETS_MAX], keys[SITE_GATE_TICKETS_MAX];
    enum status_role roles[SITE_GATE_TICKETS_MAX];
    site_gate_fn *fn;
    void *arg;
};

/* --- what is asked, in order --- */

/* build: false when there is nothing to ask. take: true when the same step goes on with the next
 * page or ticket; it gets answers that are OK, and those it can do without. part: of what is not
 * NEEDED, WHOLE can be refused, but must not break off: the next look would show another gate. */
struct gate_step {
    const char *what;
    bool (*build)(struct look *l, struct site **ret_site, struct jsm_call *ret);
    bool (*take)(struct look *l, const struct jsm_answer *answer);
    enum { STEP_ASIDE, STEP_WHOLE, STEP_NEEDED } part;
};

/* What is read further still counts; the gate as a whole is not known. */
static void not_all(struct look *l, const char *what, const char *why)
{
    if (!l->gate->why[0])
        snprintf(l->gate->why, sizeof l->gate->why, "not all was read: %s: %s", what, why);
}

static bool build_project(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_project(l->arena, l->gate->project);
    return true;
}

static void add_pair(struct look *l, struct str type)
{
    for (size_t i = 0; i < l->pair_count; i++)
        if (str_eq(l->pairs[2 * i + 1], type))
            return;
    if (!type.len)
        return;
    if (l->pair_count == SITE_GATE_TYPES_MAX) {
        l->more_pairs = true;
        return;
    }
    l->pairs[2 * l->pair_count] = l->gate->project_id;
    l->pairs[2 * l->pair_count++ + 1] = arena_str(l->arena, type);
}

static bool take_project(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;

    g->project_id = arena_str(l->arena, json_id(l->arena, json_member(answer->body, "id")));
    g->style = arena_str(l->arena, json_path_str(answer->body, "style"));
    g->able.team_managed =
        str_eq_c(g->style, "next-gen") || json_is_true(json_member(answer->body, "simplified"));
    JSON_EACH(type, json_member(answer->body, "issueTypes"))
    add_pair(l, json_id(l->arena, json_member(type, "id")));
    return false;
}

/* The issue types of our request types; all of the project's where that cannot be told. */
static bool build_types(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    *ret = jsm_call_request_types(l->arena, l->gate->project, l->page);
    return true;
}

static bool is_governed(const struct site *site, struct str request_type)
{
    const struct mapping *m = site->o.mapping;

    for (size_t i = 0; i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, request_type))
            return true;
    return false;
}

static bool take_types(struct look *l, const struct jsm_answer *answer)
{
    const struct json *values = json_member(answer->body, "values");

    if (answer->verdict != JSM_OK)
        return false;
    JSON_EACH(type, values)
    {
        if (!is_governed(l->eyes.own, json_id(l->arena, json_member(type, "id"))))
            continue;
        if (!l->index++) /* not all of the project's any more */
            l->pair_count = 0, l->more_pairs = false;
        add_pair(l, json_id(l->arena, json_member(type, "issueTypeId")));
    }
    l->page += (int64_t)json_count(values);
    return !json_is_true(json_member(answer->body, "isLastPage")) && json_count(values) > 0;
}

static bool build_rights(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_permissions(l->arena, "ADMINISTER,ADMINISTER_PROJECTS", l->gate->project_id);
    return true;
}

/* Without the right Jira answers 401, as to a dead credential: then it is not asked at all. */
static bool take_rights(struct look *l, const struct jsm_answer *answer)
{
    struct gate_abilities *able = &l->gate->able;
    bool admin = jsm_has_permission(answer->body, "ADMINISTER");

    able->may_write =
        admin || (able->team_managed && jsm_has_permission(answer->body, "ADMINISTER_PROJECTS"));
    l->gate->facts.group = able->team_managed ? ROAD_NOT_KNOWN : ROAD_NO;
    if (!able->may_write) {
        l->gate->denied = true;
        snprintf(l->gate->why, sizeof l->gate->why,
                 "our account may not read workflows: it needs the permission %s",
                 able->team_managed ? "Administer projects" : "Administer Jira");
    }
    return false;
}

static bool build_own_rights(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    *ret = jsm_call_permissions(l->arena, "TRANSITION_ISSUES,EDIT_ISSUES", l->gate->project_id);
    return true;
}

static enum road_known known(bool yes)
{
    return yes ? ROAD_YES : ROAD_NO;
}

static bool take_own_rights(struct look *l, const struct jsm_answer *answer)
{
    if (answer->verdict != JSM_OK)
        return false;
    l->gate->facts.may_transition = known(jsm_has_permission(answer->body, "TRANSITION_ISSUES"));
    l->gate->facts.may_edit = known(jsm_has_permission(answer->body, "EDIT_ISSUES"));
    return false;
}

/* --- the group --- */

static bool build_group(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_group(l->arena, l->eyes.own->config->gate.group);
    return !l->gate->able.team_managed;
}

static bool take_group(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;

    g->facts.group = answer->verdict == JSM_OK ? ROAD_NO : ROAD_NOT_KNOWN;
    JSON_EACH(group, json_member(answer->body, "values"))
    {
        if (!str_eq(json_path_str(group, "name"), l->eyes.own->config->gate.group))
            continue;
        g->key.group_id = arena_str(l->arena, json_path_str(group, "groupId"));
        g->facts.group = ROAD_YES;
        g->facts.member = ROAD_NO;
    }
    g->able.group_ready =
        g->facts.group == ROAD_YES || (g->able.may_write && !g->able.team_managed);
    return false;
}

static bool build_members(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_group_members(l->arena, l->gate->key.group_id, l->page);
    return l->gate->key.group_id.len > 0;
}

static bool take_members(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;
    const struct json *values = json_member(answer->body, "values");

    if (answer->verdict != JSM_OK) {
        g->facts.group = ROAD_NOT_KNOWN;
        return false;
    }
    JSON_EACH(m, values)
    {
        if (str_eq(jsm_user_id(m), g->key.account_id)) {
            g->facts.member = ROAD_YES;
            continue;
        }
        if (g->facts.strangers < SITE_GATE_MEMBERS_MAX)
            g->strangers[g->facts.strangers] = arena_str(l->arena, json_path_str(m, "displayName"));
        g->facts.strangers++;
    }
    l->page += (int64_t)json_count(values);
    return !json_is_true(json_member(answer->body, "isLast")) && json_count(values) > 0;
}

/* --- workflows --- */

static bool build_flows(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_workflows(l->arena, l->pairs, l->pair_count);
    if (l->more_pairs)
        not_all(l, "the issue types", "there are more than we look at");
    return l->gate->able.may_write && l->pair_count > 0;
}

static bool take_flows(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;
    struct err err = {0};

    if (!jsm_workflows_read(l->arena, answer->body, &l->eyes.own->view, &g->key, g->flows,
                            &g->flow_count, &err)) {
        g->flow_count = 0;
        snprintf(g->why, sizeof g->why, "%s %s", err.what, err.trail);
        return false;
    }
    g->able.readable = g->flow_count > 0;
    return false;
}

static bool build_rules(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    if (l->gate->able.readable)
        *ret = jsm_call_capabilities(l->arena, l->pairs[0], l->pairs[1]);
    return l->gate->able.readable;
}

static bool take_rules(struct look *l, const struct jsm_answer *answer)
{
    struct gate_abilities *able = &l->gate->able;

    able->rule_restrict = jsm_rule_is_offered(answer->body, "system:restrict-issue-transition");
    able->rule_validator = jsm_rule_is_offered(answer->body, "system:validate-field-value");
    able->rule_approval = jsm_rule_is_offered(answer->body, "system:block-in-progress-approval");
    return false;
}

static bool build_usages(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    if (l->index >= l->gate->flow_count)
        return false;
    *ret = jsm_call_workflow_usages(l->arena, l->gate->flows[l->index].roads.id, STR_NONE);
    return true;
}

/* A project's id for now; its key is asked for later. */
static bool take_usages(struct look *l, const struct jsm_answer *answer)
{
    struct str *shared = &l->gate->shared[l->index++];
    size_t count = 0;

    if (answer->verdict != JSM_OK)
        l->gate->users_unread = true;
    JSON_EACH(p, json_path(answer->body, "projects/values"))
    {
        struct str id = json_id(l->arena, json_member(p, "id"));
        if (str_eq(id, l->gate->project_id) || count++ == SITE_GATE_SHARED_MAX)
            continue;
        *shared = arena_printf(l->arena, "%.*s%s%.*s", STR_ARG(*shared), shared->len ? ", " : "",
                               STR_ARG(id));
    }
    return l->index < l->gate->flow_count;
}

/* The first id in a list of ids that is not a key yet. */
static bool next_id(struct look *l, struct str *ret)
{
    for (; l->index < l->gate->flow_count; l->index++) {
        struct str rest = l->gate->shared[l->index];
        while (rest.len) {
            int64_t number;
            struct str word = str_trim(str_cut(&rest, ','));
            *ret = word;
            if (str_to_i64(word, &number))
                return true;
        }
    }
    return false;
}

static bool build_names(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    struct str id;

    *ret_site = l->eyes.reader;
    if (!next_id(l, &id))
        return false;
    *ret = jsm_call_project(l->arena, id);
    return true;
}

/* In place of the id its key; one that nobody may see stays as "#id". */
static bool take_names(struct look *l, const struct jsm_answer *answer)
{
    struct str id, key = json_path_str(answer->body, "key"), rest, made = STR("");

    if (!next_id(l, &id))
        return false;
    for (rest = l->gate->shared[l->index]; rest.len;) {
        struct str word = str_trim(str_cut(&rest, ','));
        bool it = str_eq(word, id);
        made = arena_printf(l->arena, "%.*s%s%s%.*s", STR_ARG(made), made.len ? ", " : "",
                            it && !key.len ? "#" : "", STR_ARG(it && key.len ? key : word));
    }
    l->gate->shared[l->index] = made;
    return true;
}

static bool build_statuses(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_statuses(l->arena, site_gate_verify_name(l->eyes.own));
    return l->gate->able.readable && !l->gate->able.team_managed;
}

static bool take_statuses(struct look *l, const struct jsm_answer *answer)
{
    l->gate->verify_status =
        jsm_status_find(l->arena, answer->body, site_gate_verify_name(l->eyes.own));
    return false;
}

/* --- tickets --- */

static bool build_samples(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    *ret = jsm_call_samples(l->arena, l->gate->project);
    return true;
}

static bool is_looked_at(const struct look *l, struct str type)
{
    for (size_t i = 0; i < l->pair_count; i++)
        if (str_eq(l->pairs[2 * i + 1], type))
            return true;
    return false;
}

/* One of each status that means something else, so that few calls say much. */
static bool take_samples(struct look *l, const struct jsm_answer *answer)
{
    struct str seen[SITE_GATE_TICKETS_MAX];

    JSON_EACH(issue, json_member(answer->body, "issues"))
    {
        const struct json *status = json_path(issue, "fields/status");
        struct str name = json_path_str(status, "name"), id = json_path_str(issue, "id");
        enum status_category category = jsm_category(json_path_str(status, "statusCategory/key"));
        struct str type = json_id(l->arena, json_path(issue, "fields/issuetype/id"));
        bool again = false;
        for (size_t i = 0; i < l->ticket_count; i++)
            again |= str_eq(seen[i], name);
        if (again || category == CATEGORY_DONE || !is_looked_at(l, type) ||
            l->ticket_count == SITE_GATE_TICKETS_MAX)
            continue;
        seen[l->ticket_count] = name;
        l->roles[l->ticket_count] = jsm_role(&l->eyes.own->view, name, category, NULL);
        l->tickets[l->ticket_count] = arena_str(l->arena, id);
        l->keys[l->ticket_count++] = arena_str(l->arena, json_path_str(issue, "key"));
    }
    return false;
}

static bool build_screen(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.agent ? l->eyes.agent : l->eyes.own;
    if (l->ticket_count)
        *ret = jsm_call_edit_screen(l->arena, l->tickets[0]);
    return l->ticket_count > 0;
}

static bool take_screen(struct look *l, const struct jsm_answer *answer)
{
    const struct json *fields = json_member(answer->body, "fields");
    const struct mapping *m = l->eyes.own->o.mapping;
    const struct str ours[] = {m->check_field, m->reason_field};

    if (json_type(fields) != JSON_OBJECT)
        return false;
    l->gate->facts.resolution = known(json_member(fields, "resolution") != NULL);
    for (size_t i = 0; i < 2; i++) {
        struct str name = json_path_str(json_member_str(fields, ours[i]), "name");
        if (ours[i].len && name.len)
            l->gate->editable = arena_printf(l->arena, "%.*s%s%.*s", STR_ARG(l->gate->editable),
                                             l->gate->editable.len ? ", " : "", STR_ARG(name));
    }
    return false;
}

static bool build_fields(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_all_fields();
    return true;
}

static bool take_fields(struct look *l, const struct jsm_answer *answer)
{
    const struct mapping *m = l->eyes.own->o.mapping;
    const struct str ours[] = {m->check_field, m->reason_field};
    struct str *missing = &l->gate->missing;

    for (size_t i = 0; answer->verdict == JSM_OK && i < 2; i++)
        if (ours[i].len && !jsm_has_field(answer->body, ours[i]))
            *missing = arena_printf(l->arena, "%.*s%s%.*s", STR_ARG(*missing),
                                    missing->len ? ", " : "", STR_ARG(ours[i]));
    if (missing->len)
        l->gate->facts.words = ROAD_NO;
    return false;
}

static bool build_words(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    if (l->ticket_count)
        *ret = jsm_call_edit_screen(l->arena, l->tickets[0]);
    return l->ticket_count > 0;
}

static bool take_words(struct look *l, const struct jsm_answer *answer)
{
    const struct json *fields = json_member(answer->body, "fields");
    const struct mapping *m = l->eyes.own->o.mapping;
    bool check = !m->check_field.len || json_member_str(fields, m->check_field);
    bool reason = !m->reason_field.len || json_member_str(fields, m->reason_field);

    if (json_type(fields) == JSON_OBJECT)
        l->gate->facts.words = known(check && reason);
    return false;
}

static size_t count_into_done(const struct look *l, const struct json *body)
{
    size_t count = 0;

    JSON_EACH(t, json_member(body, "transitions"))
    {
        const struct json *available = json_member(t, "isAvailable");
        const struct json *to = json_member(t, "to");
        enum status_category category = jsm_category(json_path_str(to, "statusCategory/key"));
        bool offered = !available || json_is_true(available);
        count +=
            offered && category == CATEGORY_DONE &&
            jsm_role(&l->eyes.own->view, json_path_str(to, "name"), category, NULL) == STATUS_DONE;
    }
    return count;
}

static void keep_try(struct look *l, const char *who, const struct jsm_answer *answer,
                     enum road_known *fact, bool counts)
{
    struct site_gate *g = l->gate;
    size_t offered = count_into_done(l, answer->body);

    if (answer->verdict == JSM_OK) {
        g->tries[g->try_count++] = (struct site_gate_try){l->keys[l->index], str_of(who), offered};
        if (counts && *fact != ROAD_YES)
            *fact = known(offered > 0);
    }
    l->index++;
}

static bool build_agent(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.agent;
    if (!l->eyes.agent || l->index >= l->ticket_count)
        return false;
    *ret = jsm_call_all_transitions(l->arena, l->tickets[l->index]);
    return true;
}

static bool take_agent(struct look *l, const struct jsm_answer *answer)
{
    keep_try(l, "agent", answer, &l->gate->facts.agent_closes, true);
    return true;
}

static bool build_own(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    if (l->index >= l->ticket_count)
        return false;
    *ret = jsm_call_all_transitions(l->arena, l->tickets[l->index]);
    return true;
}

static bool take_own(struct look *l, const struct jsm_answer *answer)
{
    bool verifies = l->roles[l->index] == STATUS_VERIFY;

    keep_try(l, "connector", answer, &l->gate->facts.connector_closes, verifies);
    return true;
}

static const struct gate_step STEPS[] = {
    {"the project", build_project, take_project, STEP_NEEDED},
    {"its request types", build_types, take_types, STEP_WHOLE},
    {"our rights", build_rights, take_rights, STEP_NEEDED},
    {"the connector's rights", build_own_rights, take_own_rights, STEP_WHOLE},
    {"the group", build_group, take_group, STEP_WHOLE},
    {"its members", build_members, take_members, STEP_WHOLE},
    {"the workflows", build_flows, take_flows, STEP_NEEDED},
    {"the rules offered", build_rules, take_rules, STEP_NEEDED},
    {"who uses them", build_usages, take_usages, STEP_ASIDE},
    {"these projects", build_names, take_names, STEP_ASIDE},
    {"the statuses", build_statuses, take_statuses, STEP_ASIDE},
    {"tickets to try", build_samples, take_samples, STEP_ASIDE},
    {"the edit screen", build_screen, take_screen, STEP_ASIDE},
    {"all fields", build_fields, take_fields, STEP_WHOLE},
    {"our fields", build_words, take_words, STEP_ASIDE},
    {"what agents are offered", build_agent, take_agent, STEP_ASIDE},
    {"what we are offered", build_own, take_own, STEP_ASIDE},
};
enum { GATE_STEP_COUNT = sizeof STEPS / sizeof STEPS[0] };

/* --- walking through them --- */

static void look_end(struct look *l)
{
    struct site_gate *g = l->gate;

    g->able.check_field = l->eyes.own->o.mapping->check_field.len > 0;
    g->known = !g->why[0];
    if (l->step == GATE_STEP_COUNT && g->facts.agent_closes == ROAD_NOT_KNOWN)
        g->not_tried = !l->eyes.agent     ? "set gate.prove_as"
                       : !l->ticket_count ? "no open ticket"
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
    if (step->part == STEP_WHOLE && answer->verdict != JSM_OK && (l->pages || may_pass(answer)))
        not_all(l, step->what, answer->why);
    bool more = step->take(l, answer), enough = ++l->pages >= PAGES_MAX;
    if (step->part == STEP_WHOLE && more && enough)
        not_all(l, step->what, "there are more than we look at");
    if (!more || enough)
        l->step++, l->page = 0, l->pages = l->index = 0;
    look_on(l);
}

static void look_on(struct look *l)
{
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
        snprintf(l->gate->why, sizeof l->gate->why, "Jira does not say who the connector is");
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
        take_flows(l, answer);
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
    size_t open = !gate->flow_count && gate->facts.agent_closes == ROAD_YES;

    for (size_t i = 0; i < gate->flow_count; i++) {
        struct road_report report;
        const struct workflow *w = &gate->flows[i].roads;
        roads_judge(w, &report);
        open += report.open + gate_failures(gate_findings(w, &gate->facts));
    }
    return open;
}
