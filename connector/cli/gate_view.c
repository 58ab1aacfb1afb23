/* What `countersign gate` shows: plans, proofs, and the steps for an administrator. */
#include <stdio.h>

#include "cli/gate_work.h"
#include "cli/view.h"
#include "service/gate_detail.h"

enum { POLLS_SHOWN = 2 };

static struct str status_name(const struct gate_work *w, const struct workflow *flow, size_t at)
{
    return at < flow->status_count ? flow->statuses[at].name : site_gate_verify_name(w->own);
}

static struct str names_of(struct gate_work *w, const struct workflow *flow,
                           const struct gate_change *c)
{
    struct str said = STR("");

    for (size_t i = 0; i < c->from_count; i++)
        said = arena_printf(w->arena, "%.*s%s%.*s", STR_ARG(said), said.len ? ", " : "",
                            STR_ARG(status_name(w, flow, c->from[i])));
    return said;
}

static const char *who_of(const struct gate_work *w, const struct workflow *flow)
{
    return flow->team_managed ? "the connector's account"
                              : arena_printf(w->arena, "group %.*s", STR_ARG(w->at->gate.group)).p;
}

/* One change in words. after: the added transitions' names, as the plan has them. */
static struct str change_words(struct gate_work *w, const struct gate_flow *f,
                               const struct gate_change *c, struct str name)
{
    const struct workflow *flow = &f->base->roads;
    struct str to = status_name(w, flow, c->to);
    const struct road *road = c->road == ROAD_NOWHERE ? NULL : &flow->roads[c->road];

    switch (c->kind) {
    case GATE_ADD_STATUS:
        return arena_printf(w->arena, "+ status %.*s", STR_ARG(to));
    case GATE_RESTRICT:
        return arena_printf(w->arena, "~ transition %.*s (%.*s): %.*s -> %.*s, now only for %s",
                            STR_ARG(road->name), STR_ARG(road->id),
                            STR_ARG(gate_from(w->arena, flow, road)), STR_ARG(to), who_of(w, flow));
    case GATE_DEMAND:
        return arena_printf(w->arena,
                            "~ transition %.*s (%.*s): %.*s -> %.*s, now wants Access proof, which "
                            "nobody fills: it says why to wait",
                            STR_ARG(road->name), STR_ARG(road->id),
                            STR_ARG(gate_from(w->arena, flow, road)), STR_ARG(to));
    case GATE_LEAD:
        return arena_printf(w->arena,
                            "~ transition %.*s (%.*s): leads to %.*s instead of %.*s, for an "
                            "approval goes it by itself",
                            STR_ARG(road->name), STR_ARG(road->id), STR_ARG(to),
                            STR_ARG(status_name(w, flow, road->to)));
    case GATE_WAIT:
    case GATE_NAME:
    case GATE_RESOLVE:
        return arena_printf(
            w->arena, "~ transition %.*s (%.*s): %.*s -> %.*s, %s", STR_ARG(road->name),
            STR_ARG(road->id), STR_ARG(gate_from(w->arena, flow, road)), STR_ARG(to),
            c->kind == GATE_RESOLVE ? "sets the resolution: an approval shows no screen"
            : c->kind == GATE_WAIT  ? "not while an approval is open"
                                    : "names the connector in the field Access approver");
    case GATE_ASK:
        return arena_printf(w->arena,
                            "~ status %.*s: an approval waits there, in the field Access approver; "
                            "the connector answers it when the access is proven",
                            STR_ARG(to));
    case GATE_ADD_CLOSE:
    case GATE_ADD_REOPEN:
        return arena_printf(w->arena, "+ transition %.*s: %.*s -> %.*s, only for %s", STR_ARG(name),
                            STR_ARG(names_of(w, flow, c)), STR_ARG(to), who_of(w, flow));
    case GATE_ADD_RECORD:
        return arena_printf(w->arena, "+ transition %.*s: any status -> itself, only for %s",
                            STR_ARG(name), who_of(w, flow));
    case GATE_ADD_CHECK:
        return arena_printf(w->arena,
                            "+ transition %.*s: %.*s -> itself, for everybody: it is checked at "
                            "once",
                            STR_ARG(name), STR_ARG(to));
    case GATE_ADD_RESOLVE:
    case GATE_ADD_BACK:
        break;
    }
    return arena_printf(w->arena, "+ transition %.*s: %.*s -> %.*s, for everybody", STR_ARG(name),
                        STR_ARG(names_of(w, flow, c)), STR_ARG(to));
}

static bool was_there(const struct gate_flow *f, struct str id)
{
    for (size_t i = 0; i < f->base->roads.road_count; i++)
        if (str_eq(f->base->roads.roads[i].id, id))
            return true;
    return false;
}

/* Added transitions have growing ids, in the plan's order. */
static struct str added_name(const struct gate_flow *f, size_t nth)
{
    const struct workflow *after = &f->after.roads;
    int64_t last = 0;
    struct str name = STR_NONE;

    for (size_t n = 0; n <= nth; n++) {
        int64_t least = INT64_MAX, id;
        for (size_t i = 0; i < after->road_count; i++) {
            bool next = str_to_i64(after->roads[i].id, &id) && id > last && id < least;
            if (!next || was_there(f, after->roads[i].id))
                continue;
            least = id;
            name = after->roads[i].name;
        }
        last = least;
    }
    return name;
}

static void each_change(struct gate_work *w, const struct gate_flow *f, gate_line_fn *fn, void *arg)
{
    size_t nth = 0;

    if (f->over.len)
        fn(arg,
           arena_printf(w->arena, "- gate %.*s: what it had put there goes, in the same update",
                        STR_ARG(f->over)));
    for (size_t i = 0; i < f->plan->added_count; i++) {
        const struct gate_change *c = &f->plan->added[i];
        bool road = c->kind != GATE_ADD_STATUS && c->kind != GATE_ASK;
        struct str name = road ? added_name(f, nth++) : STR_NONE;
        fn(arg, view_plain(w->arena, change_words(w, f, c, name)));
    }
    for (size_t i = 0; i < f->plan->changed_count; i++)
        fn(arg, view_plain(w->arena, change_words(w, f, &f->plan->changed[i], STR_NONE)));
    for (size_t i = 0; i < f->plan->added_count + f->plan->changed_count; i++) {
        size_t at = i - f->plan->added_count;
        const struct gate_change *c =
            i < f->plan->added_count ? &f->plan->added[i] : &f->plan->changed[at];
        if (c->resolves && c->kind != GATE_RESOLVE)
            fn(arg, STR("~ our approval sets the resolution: it shows no screen that would ask"));
    }
}

struct str gate_changes(struct gate_work *w, const struct gate_flow *f)
{
    struct gate_lines lines;

    gate_lines_begin(&lines);
    each_change(w, f, gate_lines_add, &lines);
    return gate_lines_end(w, &lines);
}

/* --- proofs --- */

static void say_roads(struct gate_work *w, const struct workflow *flow)
{
    struct road_report report;

    roads_judge(flow, &report);
    printf("  roads into done: %zu, open %zu, left alone %zu\n", report.count, report.open,
           report.left);
    for (size_t i = 0; i < report.count; i++) {
        const struct road_verdict *v = &report.rows[i];
        const struct road *road = &flow->roads[v->road];
        view_line("    %-5s  %.*s (%.*s): %.*s -> %.*s: %s", road_state_name(v->state),
                  STR_ARG(road->name), STR_ARG(road->id), STR_ARG(gate_from(w->arena, flow, road)),
                  STR_ARG(flow->statuses[road->to].name), ROAD_REASON_WORDS[v->reason]);
    }
}

/* Rules of automation that bear on a close. */
static void say_rules(const struct site_gate *gate)
{
    bool roads = site_gate_roads_open(gate);

    if (gate->rule_count || !gate->rules_unseen.len)
        printf("  rules of automation: %zu, about closes %zu, open %zu\n", gate->rules_all,
               gate->rule_count, site_gate_rules_open(gate));
    for (size_t i = 0; i < gate->rule_count; i++) {
        enum rule_reason reason = auto_rule_judge(&gate->rules[i], roads);
        view_line("    %-5s  %.*s: %s", road_state_name(auto_rule_state(reason)),
                  STR_ARG(gate->rules[i].name), RULE_REASON_WORDS[reason]);
    }
}

static void say_findings(const struct site_gate *gate, const struct workflow *flow)
{
    unsigned found = gate_findings(flow, &gate->facts);

    for (unsigned i = 0; i < GATE_FINDING_COUNT; i++) {
        if (!(found & 1U << i))
            continue;
        printf("    %-5s  %s\n", GATE_FINDING_TEXTS[i].fails ? "open" : "note",
               GATE_FINDING_TEXTS[i].what);
        if (i == GATE_FOUND_STRANGERS)
            for (size_t k = 0; k < gate->facts.strangers && k < SITE_GATE_MEMBERS_MAX; k++)
                view_line("           %.*s", STR_ARG(gate->strangers[k]));
        printf("           help: %s\n", GATE_FINDING_TEXTS[i].help);
    }
}

static void say_mode(const struct gate_choice *choice)
{
    printf("  gate: %s\n", GATE_KIND_NAMES[choice->kind]);
    for (size_t i = 0; i < GATE_KIND_COUNT && i < (size_t)choice->kind; i++)
        if (choice->why_not[i])
            view_line("    not %s: %s", GATE_KIND_NAMES[i], choice->why_not[i]);
        else
            printf("    not %s: gate_mode of the site chooses another one\n", GATE_KIND_NAMES[i]);
}

static void say_head(const struct gate_work *w, const struct site_gate *gate)
{
    view_line("%.*s %.*s (%s)", STR_ARG(w->at->name), STR_ARG(gate->project),
              !gate->able.workflow_rest ? "Data Center"
              : gate->able.team_managed ? "team-managed"
                                        : "company-managed");
}

static void say_tries(const struct site_gate *gate)
{
    for (size_t i = 0; i < gate->try_count; i++)
        view_line("  tried on %.*s as %.*s: %zu road%s into done offered",
                  STR_ARG(gate->tries[i].ticket), STR_ARG(gate->tries[i].who),
                  gate->tries[i].offered, gate->tries[i].offered == 1 ? "" : "s");
    if (gate->not_tried)
        view_line("  not tried: %s", gate->not_tried);
    if (gate->able.workflow_rest && gate->facts.resolution == ROAD_NOT_KNOWN)
        printf("  not known: whether the resolution can be edited\n");
    if (gate->editable.len)
        view_line("  note: %.*s can be edited by agents; what stands there proves nothing",
                  STR_ARG(gate->editable));
    for (size_t i = 0; i < GATE_UNSEEN_COUNT; i++) {
        if (i == GATE_UNSEEN_RULES && !gate->rules_unseen.len)
            continue;
        printf("  cannot be seen: %s\n", GATE_UNSEEN_WORDS[i]);
        if (i == GATE_UNSEEN_RULES)
            view_line("    why: %.*s", STR_ARG(gate->rules_unseen));
    }
}

static void say_renamed(struct gate_work *w, const struct site_gate *gate)
{
    const struct json *lines;
    struct err err;

    if (!json_parse(w->arena, gate_renamed(w, gate), &lines, &err))
        return;
    JSON_EACH(line, lines)
    view_line("  note: %.*s: it is known by its number, and works all the same",
              STR_ARG(json_str(line)));
}

/* What customers read while a ticket waits for its proof. */
static void say_reads(const struct site_gate *gate)
{
    for (size_t i = 0; i < gate->read_count; i++) {
        const struct site_gate_read *r = &gate->reads[i];
        bool called = r->says == GATE_PORTAL_CALLED;
        view_line("  %scustomers of %.*s read '%.*s' while it waits%s%s",
                  called ? "" : "note: ", STR_ARG(r->request_type), STR_ARG(r->name),
                  called ? "" : ", ", GATE_PORTAL_WORDS[r->says]);
        if (!called)
            printf("           help: call it '" GATE_PORTAL_NAME
                   "' under Project settings, Request "
                   "types, Workflow statuses\n");
    }
}

/* How long a ticket can stand done where nothing holds it back. */
static void say_window(const struct gate_work *w)
{
    printf("  until then every close without proof is reopened: a ticket can show done for some "
           "seconds after its webhook,\n  and for %lld s (%d polls) where a webhook is lost\n",
           (long long)(POLLS_SHOWN * w->at->poll_interval_ms / 1000), POLLS_SHOWN);
}

void gate_say_proof(struct gate_work *w, const struct site_gate *gate)
{
    struct gate_choice choice;
    size_t open = site_gate_open(gate);

    if (w->json) {
        json_open_object(w->json);
        json_str_member(w->json, "site", w->at->name);
        gate_detail_put(w->json, w->arena, w->own, gate);
        json_put_name(w->json, "renamed");
        json_put_raw(w->json, gate_renamed(w, gate));
        json_close_object(w->json);
        return;
    }
    gate_choose(&gate->able, w->at->gate.strongest, &choice);
    say_head(w, gate);
    if (!gate->known)
        view_line("  not known: %s", gate->why);
    say_mode(&choice);
    for (size_t i = 0; i < gate->flow_count; i++) {
        view_line("  workflow %.*s%s%.*s", STR_ARG(gate->flows[i].roads.name),
                  gate->shared[i].len ? ", used by " : "", STR_ARG(gate->shared[i]));
        say_roads(w, &gate->flows[i].roads);
        say_findings(gate, &gate->flows[i].roads);
    }
    say_rules(gate);
    say_tries(gate);
    say_reads(gate);
    say_renamed(w, gate);
    if (open)
        printf("  OPEN: %zu way%s to close without proof; countersign gate plan shows what closes "
               "roads\n",
               open, open == 1 ? "" : "s");
    else if (gate->known)
        printf("  gated: nobody but the connector closes\n");
    if (!gate->known || open)
        say_window(w);
}

/* --- plans --- */

static void print_line(void *arg, struct str line)
{
    (void)arg;
    view_line("    %.*s", STR_ARG(line));
}

static void put_roads(struct gate_work *w, const char *name, const struct workflow *flow)
{
    struct road_report report;

    roads_judge(flow, &report);
    json_put_name(w->json, name);
    json_open_array(w->json);
    for (size_t i = 0; i < report.count; i++) {
        const struct road *road = &flow->roads[report.rows[i].road];
        json_open_object(w->json);
        json_str_member(w->json, "id", road->id);
        json_str_member(w->json, "name", road->name);
        json_str_member(w->json, "from", gate_from(w->arena, flow, road));
        json_str_member(w->json, "to", flow->statuses[road->to].name);
        json_str_member(w->json, "state", str_of(road_state_name(report.rows[i].state)));
        json_str_member(w->json, "reason", str_of(ROAD_REASON_NAMES[report.rows[i].reason]));
        json_close_object(w->json);
    }
    json_close_array(w->json);
}

static void put_flow(struct gate_work *w, const struct gate_flow *f)
{
    json_open_object(w->json);
    json_str_member(w->json, "workflow", f->now->roads.id);
    json_str_member(w->json, "name", f->now->roads.name);
    json_str_member(w->json, "version_id", f->now->version_id);
    json_i64_member(w->json, "version", f->now->version);
    json_str_member(w->json, "shared_with", f->shared);
    json_put_name(w->json, "changes");
    json_put_raw(w->json, gate_changes(w, f));
    put_roads(w, "roads_before", &f->now->roads);
    put_roads(w, "roads_after", &f->after.roads);
    json_i64_member(w->json, "stays_open", (int64_t)f->plan->blocked);
    json_bool_member(w->json, "validated", f->validated);
    json_str_member(w->json, "complaints", f->complaints);
    json_str_member(w->json, "no_loop", f->no_loop);
    json_str_member(w->json, "planned", f->planned);
    json_close_object(w->json);
}

/* Of a rule that is not enforced; the workflow knows of no mode. */
typedef void not_enforced_fn(struct gate_work *w, const struct mapping_rule *rule,
                             enum gate_mode mode);

static void each_not_enforced(struct gate_work *w, const struct gate_project *p,
                              not_enforced_fn *fn)
{
    const struct mapping *m = w->at->mapping;

    for (size_t i = 0; m && p->choice.kind != GATE_BY_REOPEN && i < m->rule_count; i++) {
        enum gate_mode mode = mapping_mode_of(&m->rules[i], w->at->mode).mode;
        if (mode != GATE_ENFORCE)
            fn(w, &m->rules[i], mode);
    }
}

static void put_not_enforced(struct gate_work *w, const struct mapping_rule *rule,
                             enum gate_mode mode)
{
    (void)mode;
    json_put_str(w->json, rule->name);
}

static void say_not_enforced(struct gate_work *w, const struct mapping_rule *rule,
                             enum gate_mode mode)
{
    (void)w;
    view_line("  ! rule %.*s says %s; where this workflow carries request type %.*s it holds "
              "agents all the same",
              STR_ARG(rule->name), gate_mode_name(mode), STR_ARG(rule->request_type));
}

static void put_plan(struct gate_work *w, const struct gate_project *p)
{
    json_open_object(w->json);
    json_str_member(w->json, "site", w->at->name);
    json_str_member(w->json, "project", p->gate->project);
    json_str_member(w->json, "mode", str_of(GATE_KIND_NAMES[p->choice.kind]));
    json_bool_member(w->json, "known", p->gate->known);
    json_str_member(w->json, "why", str_of(p->gate->why));
    json_bool_member(w->json, "differs", gate_project_differs(w, p));
    json_put_name(w->json, "parts");
    json_put_raw(w->json, gate_parts_changes(w, p));
    json_put_name(w->json, "not_enforced");
    json_open_array(w->json);
    each_not_enforced(w, p, put_not_enforced);
    json_close_array(w->json);
    json_put_name(w->json, "workflows");
    json_open_array(w->json);
    for (size_t i = 0; i < p->gate->flow_count; i++)
        put_flow(w, &p->flows[i]);
    json_close_array(w->json);
    json_close_object(w->json);
}

static void say_group(const struct gate_work *w, const struct site_gate *gate)
{
    if (gate->able.team_managed || !gate->known)
        return;
    if (gate->facts.group == ROAD_NO)
        view_line("  + group %.*s, with the connector as its only member",
                  STR_ARG(w->at->gate.group));
    else if (gate->facts.member == ROAD_NO)
        view_line("  + the connector into group %.*s", STR_ARG(w->at->gate.group));
    for (size_t i = 0; i < gate->facts.strangers && i < SITE_GATE_MEMBERS_MAX; i++)
        view_line("  ! %.*s is in group %.*s: take them out first", STR_ARG(gate->strangers[i]),
                  STR_ARG(w->at->gate.group));
}

static void say_complaints(struct str rest)
{
    while (rest.len) {
        struct str line = str_cut(&rest, '\n');
        if (line.len)
            view_line("    %.*s", STR_ARG(line));
    }
}

/* What no plan mends: it may be there for a reason. */
static void say_early(const struct gate_flow *f)
{
    static const enum gate_finding OF_PEOPLE[] = {GATE_FOUND_EARLY, GATE_FOUND_UNRESOLVED};
    const struct gate_facts nothing = {0};
    unsigned found = gate_findings(&f->after.roads, &nothing);

    for (size_t i = 0; i < sizeof OF_PEOPLE / sizeof OF_PEOPLE[0]; i++)
        if (found & 1U << OF_PEOPLE[i])
            printf("  ! %s: %s\n", GATE_FINDING_TEXTS[OF_PEOPLE[i]].what,
                   GATE_FINDING_TEXTS[OF_PEOPLE[i]].help);
}

/* What the gate goes without: nothing that holds. */
static void say_no_loop(const struct gate_flow *f)
{
    if (!f->no_loop.len)
        return;
    printf("  without the transition " GATE_CHECK_NAME ", which Jira does not take here: a comment "
           "has it checked at once\n");
    say_complaints(f->no_loop);
}

static void say_flow(struct gate_work *w, const struct gate_flow *f)
{
    bool empty = gate_flow_rests(f);

    view_line("  workflow %.*s, version %lld", STR_ARG(f->now->roads.name),
              (long long)f->now->version);
    if (f->shared.len && !empty)
        view_line("  ! %.*s use%s this workflow, too: it changes for them as well (--shared goes "
                  "on)",
                  STR_ARG(f->shared), str_find(f->shared, ',') < 0 ? "s" : "");
    printf("  before:\n");
    say_roads(w, &f->now->roads);
    say_early(f);
    if (empty) {
        printf("  nothing to change\n");
        say_no_loop(f);
        return;
    }
    each_change(w, f, print_line, NULL);
    say_no_loop(f);
    printf("  after:\n");
    say_roads(w, &f->after.roads);
    say_complaints(f->complaints);
    if (f->validated)
        printf("  checked by Jira's own validator: %s\n", f->errors ? "refused" : "ok");
}

void gate_say_plan(struct gate_work *w, const struct gate_project *p)
{
    if (w->json) {
        put_plan(w, p);
        return;
    }
    say_head(w, p->gate);
    if (!p->gate->known)
        view_line("  not known: %s", p->gate->why);
    say_mode(&p->choice);
    say_group(w, p->gate);
    if (p->gate->known)
        gate_parts_say(w, p);
    each_not_enforced(w, p, say_not_enforced);
    for (size_t i = 0; i < p->gate->flow_count; i++)
        say_flow(w, &p->flows[i]);
}

/* --- by hand --- */

static void buf_line(void *arg, struct str line)
{
    buf_printf(arg, "- `%.*s`\n", STR_ARG(line));
}

void gate_say_steps(struct gate_work *w, const struct gate_project *p, struct buf *to)
{
    struct str verify = site_gate_verify_name(w->own), group = w->at->gate.group;
    const struct site_gate *g = p->gate;

    buf_printf(to,
               "# The gate for %.*s on %.*s\n\nUntil this is done the site stays in mode "
               "**reopen**: a close without proof is undone after the fact. %s\n\n",
               STR_ARG(g->project), STR_ARG(w->at->name), g->why);
    buf_printf(to,
               "1. Create the group **%.*s**. Its only member is the connector's account "
               "(`%.*s`). Whoever joins it can close.\n",
               STR_ARG(group), STR_ARG(g->key.account_id));
    buf_printf(to,
               "2. Add the status **%.*s** (category In progress) to the workflow. Under Project "
               "settings, Request types, Workflow statuses call it *" GATE_PORTAL_NAME "*: that is "
               "what customers read.\n",
               STR_ARG(verify));
    buf_printf(
        to,
        "3. From every status where agents resolve today, add a transition **Mark done** "
        "to %.*s, for everybody; and from there one **Back to work**, and one **" GATE_CHECK_NAME
        "** to itself, by which people have it checked at once.\n",
        STR_ARG(verify));
    buf_printf(to,
               "4. Add a transition **Close verified** from %.*s to the status that means done, "
               "with the screen and post functions of the old one.\n",
               STR_ARG(verify));
    buf_printf(
        to,
        "5. On *Close verified* and on **every other** transition into a status of the "
        "category Done (global ones, those shown on the portal, those of approvals; not "
        "Cancelled and Declined), add the condition *Restrict who can move an issue* with "
        "the group **%.*s** and nothing else in the same rule.\n"
        "6. Lead approvals that end in Done to %.*s instead.\n"
        "7. Take the field *Resolution* off the create and edit screens.\n"
        "8. Make the fields **Access check** (a list of options: Waiting, Checking, Can't tell, "
        "Not there yet, Exception, Verified) and **Access check reason** (a text field), show "
        "them on the screen for viewing, and name them in the mapping. The connector writes "
        "them by a transition from any status to itself, only for its group, whose screen "
        "carries both; or put both on the edit screens.\n"
        "9. Look through the rules of automation that transition tickets or approve: none may act "
        "as the connector's account, nor as whoever set it off.\n"
        "10. Run `countersign gate prove`.\n",
        STR_ARG(group), STR_ARG(verify));
    for (size_t i = 0; i < g->flow_count; i++) {
        buf_printf(to, "\n## %.*s\n\n", STR_ARG(g->flows[i].roads.name));
        each_change(w, &p->flows[i], buf_line, to);
    }
}
