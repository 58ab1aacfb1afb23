/* Installing the gate, and taking it out. The intent is committed before the change is sent, so
 * that whoever comes next knows what may have been done; what was done is what Jira shows then. */
#include <stdio.h>
#include <unistd.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "cli/gate_work.h"
#include "io/io_file.h"

/* --- the group --- */

static bool make_group(struct gate_work *w, const struct gate_project *p)
{
    struct jsm_call call = jsm_call_group_add(w->arena, w->at->gate.group);
    struct str id = p->gate->key.group_id;
    struct jsm_answer answer;

    if (!id.len) {
        answer = gate_ask(w, &call);
        id = json_path_str(answer.body, "groupId");
        if (answer.verdict != JSM_OK || !id.len) {
            gate_say(w, "the group %.*s could not be made: %s", STR_ARG(w->at->gate.group),
                     answer.why);
            gate_code(w, gate_code_of(&answer));
            return false;
        }
        gate_say(w, "made group %.*s", STR_ARG(w->at->gate.group));
    }
    call = jsm_call_group_join(w->arena, id, p->gate->key.account_id);
    answer = gate_ask(w, &call);
    if (answer.verdict == JSM_OK)
        return true;
    gate_say(w, "the connector could not be put into group %.*s: %s", STR_ARG(w->at->gate.group),
             answer.why);
    gate_code(w, gate_code_of(&answer));
    return false;
}

/* --- one workflow --- */

#define BY_HAND                                                                                   \
    "put the version before the gate back in Jira (its workflow's history), or take out by hand " \
    "what the plan had added, and run this again"

static const struct jsm_workflow *read_back(struct gate_work *w, const struct jsm_gate_key *key,
                                            struct str workflow, const char **ret_why)
{
    const struct site_gate *gate = gate_read(w, key, workflow);

    *ret_why = gate->why;
    return gate->flow_count ? &gate->flows[0] : NULL;
}

static bool is_done(struct gate_work *w, const struct jsm_workflow *flow)
{
    struct gate_plan *plan = ARENA_NEW(w->arena, struct gate_plan);

    gate_plan(&flow->roads, plan);
    return gate_plan_holds(plan);
}

/* Is it what was planned? A gate of another mode that is left would hold as well. */
static bool is_made(struct gate_work *w, const struct workflow *planned,
                    const struct jsm_workflow *flow)
{
    return is_done(w, flow) && gate_is_alike(planned, &flow->roads);
}

/* The version right after the one that was changed is ours when the gate is in it: no other update
 * of that version can have been taken. What follows it may hold others' changes, too. */
static bool is_of_ours(struct gate_work *w, const struct json *row, const struct jsm_gate_key *key,
                       const struct jsm_workflow *flow)
{
    struct jsm_workflow *planned = ARENA_NEW(w->arena, struct jsm_workflow);
    struct err err;

    return flow->version == gate_number_of(row, "version") + 1 &&
           jsm_workflow_parse(w->arena, json_path_str(row, "planned"), &w->own->view, key, planned,
                              &err) &&
           is_made(w, &planned->roads, flow);
}

/* What the workflow is without what an earlier run of ours has put there. Of a change that nobody
 * saw there is only what was asked for, until Jira shows it: it names rules and statuses anew. */
static bool without_ours(struct gate_work *w, const struct json *row,
                         const struct jsm_gate_key *key, const struct jsm_workflow *now,
                         struct str *ret, struct err *err)
{
    struct jsm_undo undo = {.before = json_path_str(row, "before"),
                            .after = json_path_str(row, "after"),
                            .now = now->doc};
    struct str notes;

    if (!undo.after.len) {
        bool ours = is_of_ours(w, row, key, now);
        undo.after = ours ? now->doc : json_path_str(row, "planned");
        undo.guessed = !ours;
    }
    if (!jsm_workflow_undo(w->arena, &undo, ret, &notes, err))
        return false;
    if (notes.len)
        gate_say(w, "others have changed what the gate had added, it counts as ours: %.*s",
                 STR_ARG(notes));
    return true;
}

/* The workflow as our update has left it: what Jira shows, unless somebody was faster; then what it
 * answered. NULL: neither. */
static const struct jsm_workflow *left_by(struct gate_work *w, const struct gate_project *p,
                                          const struct jsm_answer *answer,
                                          const struct jsm_workflow *now)
{
    struct jsm_workflow *told = arena_array(w->arena, JSM_WORKFLOWS_MAX, sizeof *told);
    struct err err;
    size_t count;

    if (answer->verdict != JSM_OK || !told ||
        !jsm_workflows_read(w->arena, answer->body, &w->own->view, &p->gate->key, told, &count,
                            &err) ||
        count != 1)
        return now;
    return now && str_eq(now->version_id, told->version_id) ? now : told;
}

static bool not_known(struct gate_work *w, const struct gate_flow *f, const char *why)
{
    gate_say(w, "whether workflow %.*s was changed is not known: %s; run gate install again",
             STR_ARG(f->now->roads.name), why);
    gate_code(w, EXIT_CODE_TRY_AGAIN);
    return false;
}

static bool give_up(struct gate_work *w, const struct gate_flow *f, int64_t id, const char *said,
                    enum exit_code code)
{
    struct err err = {0};

    gate_say(w, "the workflow %.*s was not changed: %s%s", STR_ARG(f->now->roads.name), said,
             code == EXIT_CODE_TRY_AGAIN ? "; run gate install again" : "");
    gate_code(w, code);
    if (gate_move(w, id, "installing", "given_up", STR_NONE, str_of(said), &err) > STORE_LOST)
        gate_fail(w, &err);
    return false;
}

/* The change was sent, or perhaps was: what does Jira show? */
static bool settle(struct gate_work *w, const struct gate_project *p, const struct gate_flow *f,
                   int64_t id, const struct jsm_answer *answer)
{
    struct err err = {0};
    const char *why;
    const struct jsm_workflow *now = read_back(w, &p->gate->key, f->now->roads.id, &why);
    const struct jsm_workflow *left = left_by(w, p, answer, now);
    bool changed =
        now && (now->version != f->now->version || !str_eq(now->version_id, f->now->version_id));

    if (!left)
        return not_known(w, f, why);
    if (answer->verdict == JSM_UNKNOWN) {
        /* not made yet, or under what others have made since */
        if (!changed || now->version != f->now->version + 1)
            return not_known(w, f, answer->why);
        if (!is_made(w, &f->after.roads, now))
            changed = true, left = NULL;
    } else if (answer->verdict != JSM_OK) {
        left = NULL;
    }
    if (!left)
        return give_up(w, f, id,
                       changed ? "somebody else changed it meanwhile: plan again" : answer->why,
                       changed ? EXIT_CODE_TRY_AGAIN : gate_code_of(answer));
    if (gate_move(w, id, "installing", "installed", left->doc, STR_NONE, &err) != STORE_OK) {
        gate_fail(w, &err);
        return false;
    }
    gate_say(w, "installed in workflow %.*s", STR_ARG(f->now->roads.name));
    return true;
}

enum taken { TAKEN_ON, TAKEN_UP, TAKEN_NOT };

/* An earlier run was cut off, or what it installed was changed since: this one goes on (*ret_before
 * is what to go back to one day), needs no more, or cannot go on. */
static enum taken take_up(struct gate_work *w, const struct jsm_gate_key *key,
                          const struct gate_flow *f, const struct json *row, struct str *ret_before)
{
    struct err err = {0};
    const char *state = json_path_str(row, "state").p;
    struct str after = json_path_str(row, "after");
    bool half = !str_eq_c(str_of(state), "installed");

    if (half && (after.len ? is_done(w, f->now) : is_of_ours(w, row, key, f->now))) {
        if (gate_move(w, gate_number_of(row, "id"), state, "installed",
                      after.len ? after : f->now->doc, STR_NONE, &err) != STORE_OK) {
            gate_fail(w, &err);
            return TAKEN_NOT;
        }
        gate_say(w, "an earlier run had changed workflow %.*s: taken up",
                 STR_ARG(f->now->roads.name));
        return TAKEN_UP;
    }
    if (without_ours(w, row, key, f->now, ret_before, &err))
        return TAKEN_ON;
    gate_say(w, "workflow %.*s was changed since: %s; %s", STR_ARG(f->now->roads.name), err.what,
             BY_HAND);
    gate_code(w, EXIT_CODE_FAILED);
    return TAKEN_NOT;
}

/* An earlier run's change never was made, and others have closed the roads since. */
static bool let_go(struct gate_work *w, const struct json *row)
{
    struct err err = {0};

    if (gate_move(w, gate_number_of(row, "id"), json_path_str(row, "state").p, "given_up", STR_NONE,
                  STR("others have done it"), &err) == STORE_OK)
        return true;
    gate_fail(w, &err);
    return false;
}

static bool install_flow(struct gate_work *w, const struct gate_project *p,
                         const struct gate_flow *f, const struct json *rows)
{
    const struct json *row = gate_row_of(rows, f->now->roads.id);
    struct store_gate_change change = {.site = w->at->name,
                                       .project = p->gate->project,
                                       .workflow = f->now->roads.id,
                                       .kind = STR("workflow"),
                                       .name = f->now->roads.name,
                                       .mode = str_of(GATE_KIND_NAMES[p->choice.kind]),
                                       .version = f->now->version,
                                       .before = f->now->doc,
                                       .planned = f->planned,
                                       .changes = gate_changes(w, f),
                                       .replaces = gate_number_of(row, "id")};
    struct err err = {0};
    int64_t id;

    enum taken taken = row ? take_up(w, &p->gate->key, f, row, &change.before) : TAKEN_ON;
    if (taken != TAKEN_ON)
        return taken == TAKEN_UP;
    if (gate_flow_rests(f))
        return !row || let_go(w, row);
    enum store_outcome outcome = gate_begin(w, &change, &id, &err);
    if (outcome != STORE_OK) {
        gate_fail(w, &err);
        return false;
    }
    struct jsm_call call = jsm_call_workflow_update(w->arena, f->planned, f->now->version_id,
                                                    f->now->version, STR_NONE, STR_NONE, false);
    struct jsm_answer answer = gate_ask(w, &call);
    return settle(w, p, f, id, &answer);
}

static bool says_changes(const struct json *there, const char *name, struct str changes)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, LIMIT_REPLY_BYTES);
    json_begin(&out, &b);
    json_put_value(&out, json_member(there, name));
    return !b.over && str_eq(buf_str(&b), changes);
}

static bool has_parts(struct gate_work *w, const struct gate_project *p, const struct json *list)
{
    JSON_EACH(project, json_member(list, "projects"))
    {
        if (str_eq(json_path_str(project, "site"), w->at->name) &&
            str_eq(json_path_str(project, "project"), p->gate->project))
            return says_changes(project, "parts", gate_parts_changes(w, p));
    }
    return false;
}

/* The file must say what is planned now, of every workflow that changes. */
static bool is_as_in_file(struct gate_work *w, const struct gate_project *p)
{
    struct str text;
    const struct json *list;
    struct err err = {0};

    if (!w->wish->plan)
        return true;
    if (!file_read_input(w->arena, w->wish->plan, LIMIT_REPLY_BYTES, &text, &err) ||
        !json_parse(w->arena, text, &list, &err)) {
        gate_say(w, "%s: %s", w->wish->plan, err.what);
        gate_code(w, EXIT_CODE_DATA);
        return false;
    }
    if (gate_parts_differ(w, p) && !has_parts(w, p, list)) {
        gate_say(w, "what would change beside the workflows is not what %s says: plan again",
                 w->wish->plan);
        gate_code(w, EXIT_CODE_TRY_AGAIN);
        return false;
    }
    for (size_t i = 0; i < p->gate->flow_count; i++) {
        const struct gate_flow *f = &p->flows[i];
        bool found = gate_flow_rests(f);
        struct str changes = gate_changes(w, f);
        JSON_EACH(project, json_member(list, "projects"))
        JSON_EACH(flow, json_member(project, "workflows"))
        found |= str_eq(json_path_str(flow, "workflow"), f->now->roads.id) &&
                 str_eq(json_path_str(flow, "version_id"), f->now->version_id) &&
                 gate_number_of(flow, "version") == f->now->version &&
                 says_changes(flow, "changes", changes);
        if (found)
            continue;
        gate_say(w, "what would change in workflow %.*s is not what %s says: plan again",
                 STR_ARG(f->now->roads.name), w->wish->plan);
        gate_code(w, EXIT_CODE_TRY_AGAIN);
        return false;
    }
    return true;
}

static bool is_agreed(struct gate_work *w, const struct gate_project *p)
{
    char answer[8] = "";

    if (w->wish->yes)
        return true;
    gate_say_plan(w, p);
    if (!isatty(0)) {
        gate_say(w, "nothing was changed: --yes applies this plan");
        gate_code(w, EXIT_CODE_DIFFERENT);
        return false;
    }
    fprintf(stderr, "Apply now? [y/N] ");
    if (fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    gate_code(w, EXIT_CODE_DIFFERENT);
    return false;
}

/* The verifying status is known by its name; one that the gate has added, by its id, too. */
static bool is_renamed(struct gate_work *w, const struct gate_flow *f, const struct json *row)
{
    const struct jsm_gate_key nobody = {0};
    struct jsm_workflow before, after;
    struct err err;

    if (!row || !json_path_str(row, "after").len ||
        !jsm_workflow_parse(w->arena, json_path_str(row, "before"), &w->own->view, &nobody, &before,
                            &err) ||
        !jsm_workflow_parse(w->arena, json_path_str(row, "after"), &w->own->view, &nobody, &after,
                            &err))
        return false;
    for (size_t i = 0; i < f->now->roads.status_count; i++) {
        const struct road_status *s = &f->now->roads.statuses[i];
        bool ours =
            gate_has_status(&after.roads, s->ref) && !gate_has_status(&before.roads, s->ref);
        if (!ours || s->role == STATUS_VERIFY)
            continue;
        gate_say(w,
                 "nothing was changed: the status %.*s of workflow %.*s is the one that the gate "
                 "has added, renamed: call it verify in the mapping's statuses, or give it back "
                 "the name %.*s; then run this again",
                 STR_ARG(s->name), STR_ARG(f->now->roads.name),
                 STR_ARG(site_gate_verify_name(w->own)));
        gate_code(w, EXIT_CODE_FAILED);
        return true;
    }
    return false;
}

/* The first workflow that still needs something; after each change all is looked at afresh, for
 * the next may need what the last has made. */
static bool install_next(struct gate_work *w, struct gate_project *p, bool *ret_more)
{
    struct err err = {0};
    const struct json *rows = gate_live(w, &err);

    *ret_more = false;
    if (!rows) {
        gate_fail(w, &err);
        return false;
    }
    for (size_t i = 0; i < p->gate->flow_count; i++) {
        const struct json *row = gate_row_of(rows, p->flows[i].now->roads.id);
        bool half = row && !str_eq_c(json_path_str(row, "state"), "installed");
        if (is_renamed(w, &p->flows[i], row))
            return false;
        if (gate_flow_rests(&p->flows[i]) && !half)
            continue;
        *ret_more = true;
        return install_flow(w, p, &p->flows[i], rows);
    }
    return true;
}

/* Nothing is called unchanged that is not: what was made before the refusal is there. */
static void say_made(struct gate_work *w, bool group, bool parts)
{
    if (group || parts)
        gate_say(w,
                 "made before that, and there now: %s%s%s; countersign gate uninstall takes the "
                 "fields and screens out again",
                 group ? "the connector's place in its group" : "", group && parts ? ", " : "",
                 parts ? "the fields and screens" : "");
}

static bool install_rounds(struct gate_work *w, struct str project, bool *group_done,
                           bool *ret_parts_done)
{
    bool more = true, asked = false, parts_done = false;

    for (size_t i = 0; more && i <= 2 * JSM_WORKFLOWS_MAX; i++) {
        struct gate_project *p = gate_plan_anew(w, project);
        const char *why = "";
        enum exit_code code = EXIT_CODE_OK;
        if (!p)
            return false;
        if (!gate_project_stands(w, p, &why, &code)) {
            gate_say_plan(w, p);
            gate_say(w, "%s: %s",
                     *group_done || *ret_parts_done ? "no workflow was changed"
                                                    : "nothing was installed",
                     why);
            gate_code(w, code);
            return false;
        }
        if (!is_as_in_file(w, p) || (!asked && gate_project_differs(w, p) && !is_agreed(w, p)))
            return false;
        asked = true;
        bool group = !p->gate->able.team_managed && p->gate->facts.member != ROAD_YES;
        bool parts = !group && !parts_done && !w->wish->no_fields;
        if (group && !make_group(w, p))
            return false;
        *group_done |= group;
        *ret_parts_done |= parts && gate_parts_differ(w, p);
        if (parts && !gate_parts_install(w, p))
            return false;
        if (parts_done && gate_parts_differ(w, p)) {
            gate_say(w, "Jira does not show the fields and screens yet: run gate install again");
            gate_code(w, EXIT_CODE_TRY_AGAIN);
            return false;
        }
        if (!group && !parts && !install_next(w, p, &more))
            return false;
        parts_done |= parts;
    }
    return true;
}

static bool install_all(struct gate_work *w, struct str project)
{
    bool group = false, parts = false;

    if (install_rounds(w, project, &group, &parts))
        return true;
    say_made(w, group, parts);
    return false;
}

void gate_install(struct gate_work *w, struct str project)
{
    struct err err = {0};

    if (!gate_turn(w, &err)) {
        gate_fail(w, &err);
        return;
    }
    if (!install_all(w, project))
        return;
    const struct site_gate *gate = gate_look(w, project, true);
    gate_say_proof(w, gate);
    gate_parts_remind(w, gate);
    if (!gate->known)
        gate_code(w, EXIT_CODE_UNREACHABLE);
    else if (site_gate_open(gate))
        gate_code(w, EXIT_CODE_FAILED);
}

/* --- taking it out --- */

/* Where work goes on from that status: where a road of its own leads, else the first open one. */
static struct str way_back(const struct workflow *now, size_t from, const struct workflow *to)
{
    for (size_t i = 0; i < now->road_count; i++) {
        const struct road *r = &now->roads[i];
        if (r->type != ROAD_DIRECTED || !road_leaves(now, r, from) || r->to >= now->status_count)
            continue;
        const struct road_status *s = &now->statuses[r->to];
        if (s->role == STATUS_OPEN && gate_has_status(to, s->ref))
            return s->ref;
    }
    for (size_t k = 0; k < to->status_count; k++)
        if (to->statuses[k].role == STATUS_OPEN)
            return to->statuses[k].ref;
    return STR_NONE;
}

/* Where tickets go that stand in a status that is not there any more. */
static void find_moves(struct gate_work *w, const struct jsm_workflow *now, struct str restored,
                       const struct jsm_gate_key *key, struct str *ret_from, struct str *ret_to)
{
    struct jsm_workflow to;
    struct err err;

    *ret_from = *ret_to = STR_NONE;
    if (!jsm_workflow_parse(w->arena, restored, &w->own->view, key, &to, &err))
        return;
    for (size_t i = 0; i < now->roads.status_count; i++) {
        if (gate_has_status(&to.roads, now->roads.statuses[i].ref))
            continue;
        *ret_from = now->roads.statuses[i].ref;
        *ret_to = way_back(&now->roads, i, &to.roads);
    }
}

static struct str sha256_of(struct arena *a, struct str text)
{
    uint8_t hash[SHA256_BYTES];
    char hex[2 * SHA256_BYTES + 1];

    digest_sha256(text, hash);
    hex_encode(hash, sizeof hash, hex);
    return arena_str(a, str_of(hex));
}

static void say_restored(struct gate_work *w, const struct json *row, struct str now)
{
    struct str before = json_path_str(row, "before"), name = json_path_str(row, "name");
    bool same = str_eq(before, now);

    if (w->json) {
        json_open_object(w->json);
        json_str_member(w->json, "site", w->at->name);
        json_str_member(w->json, "workflow", json_path_str(row, "workflow"));
        json_str_member(w->json, "name", name);
        json_bool_member(w->json, "same", same);
        json_str_member(w->json, "before_sha256", sha256_of(w->arena, before));
        json_str_member(w->json, "now_sha256", sha256_of(w->arena, now));
        json_close_object(w->json);
        return;
    }
    printf("%.*s: workflow %.*s: %s\n  before %.*s\n  now    %.*s\n", STR_ARG(w->at->name),
           STR_ARG(name),
           same ? "as it was, to the byte"
                : "only our parts were taken out; what others changed since stays",
           STR_ARG(sha256_of(w->arena, before)), STR_ARG(sha256_of(w->arena, now)));
}

static bool send_back(struct gate_work *w, const struct json *row, const struct jsm_workflow *now,
                      struct str restored, const struct jsm_gate_key *key)
{
    struct str from, to, complaints;
    size_t errors;
    struct err err = {0};
    const char *state = json_path_str(row, "state").p;

    find_moves(w, now, restored, key, &from, &to);
    struct jsm_call call =
        jsm_call_workflow_update(w->arena, restored, now->version_id, now->version, from, to, true);
    struct jsm_answer answer = gate_ask(w, &call);
    complaints = jsm_workflow_complaints(w->arena, answer.body, &errors);
    if (errors) {
        gate_say(
            w,
            "Jira does not accept the workflow without the gate:\n%.*sMend what it names, then "
            "run gate uninstall again",
            STR_ARG(complaints));
        gate_code(w, EXIT_CODE_FAILED);
        return false;
    }
    if (answer.verdict != JSM_OK) {
        gate_say(w,
                 "nothing was taken out: Jira did not check the workflow without the gate: %s; run "
                 "gate uninstall again when it answers",
                 answer.why);
        gate_code(w, EXIT_CODE_TRY_AGAIN);
        return false;
    }
    if (!str_eq_c(str_of(state), "removing") &&
        gate_move(w, gate_number_of(row, "id"), state, "removing", STR_NONE, STR_NONE, &err) !=
            STORE_OK) {
        gate_fail(w, &err);
        return false;
    }
    call = jsm_call_workflow_update(w->arena, restored, now->version_id, now->version, from, to,
                                    false);
    answer = gate_ask(w, &call);
    if (answer.verdict == JSM_OK || answer.verdict == JSM_UNKNOWN)
        return true;
    gate_say(w, "the gate was not taken out: %s; gate uninstall goes on from here", answer.why);
    gate_code(w, gate_code_of(&answer));
    return false;
}

/* What was not made is taken back, and the gate taken out whose place it was to take. */
static void take_back_all(struct gate_work *w, const struct json *row)
{
    struct err err = {0};

    if (!gate_take_back(w, row))
        return;
    const struct json *rows = gate_live(w, &err);
    const struct json *older = gate_row_of(rows, json_path_str(row, "workflow"));
    if (!rows)
        gate_fail(w, &err);
    else if (older)
        gate_uninstall(w, older);
}

void gate_uninstall(struct gate_work *w, const struct json *row)
{
    /* one that nobody saw is known by the key of its gate */
    struct jsm_gate_key key = json_path_str(row, "after").len
                                  ? (struct jsm_gate_key){0}
                                  : gate_look(w, json_path_str(row, "project"), false)->key;
    struct str restored, said = STR_NONE;
    struct err err = {0};
    const char *why, *state = "removing";
    const struct jsm_workflow *now;

    now = read_back(w, &key, json_path_str(row, "workflow"), &why);
    if (!now) {
        gate_unread(w, row, &key, why);
        return;
    }
    if (gate_is_unmade(row, now)) {
        take_back_all(w, row);
        return;
    }
    if (!without_ours(w, row, &key, now, &restored, &err)) {
        gate_say(w, "nothing was taken out of workflow %.*s: %s; %s",
                 STR_ARG(json_path_str(row, "name")), err.what, BY_HAND);
        gate_code(w, EXIT_CODE_FAILED);
        return;
    }
    if (!str_eq(restored, now->doc)) {
        if (!send_back(w, row, now, restored, &key))
            return;
        now = read_back(w, &key, json_path_str(row, "workflow"), &why);
    } else {
        said = STR("nothing of it was there any more");
        state = json_path_str(row, "state").p;
    }
    if (!now || !str_eq(now->doc, restored)) {
        gate_say(
            w, "Jira does not show the workflow without the gate yet%s%s: run gate uninstall again",
            now ? "" : ", ", now ? "" : why);
        gate_code(w, EXIT_CODE_TRY_AGAIN);
        return;
    }
    if (gate_move(w, gate_number_of(row, "id"), state, "removed", now->doc, said, &err) !=
        STORE_OK) {
        gate_fail(w, &err);
        return;
    }
    say_restored(w, row, now->doc);
    if (!now->roads.team_managed)
        gate_say(
            w,
            "the group %.*s and the status %.*s stay at the site, for others may use them: delete "
            "them in Jira's administration when nobody does",
            STR_ARG(w->at->gate.group), STR_ARG(site_gate_verify_name(w->own)));
}
