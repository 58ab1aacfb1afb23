/* console_gate.c: /gate, from what the last looks proved; Jira is not asked. */
#include <stdlib.h>

#include "base/limits.h"
#include "console/gate.h"
#include "service/console_pages.h"
#include "store/store_console.h"

static int64_t number(const struct json *of, const char *path)
{
    int64_t n;
    return json_i64(json_path(of, path), &n) ? n : 0;
}

static enum gate_state state_of(struct str name)
{
    static const char *const NAMES[] = {
        [GATE_GATED] = "gated", [GATE_OPEN] = "open", [GATE_LEFT] = "left"};
    int i = str_index(name, NAMES, sizeof NAMES / sizeof NAMES[0]);

    return i < 0 ? GATE_OPEN : (enum gate_state)i; /* what nobody knows is not good */
}

/* --- a workflow --- */

static void fill_statuses(struct arena *a, struct gate_flow *flow, const struct json *doc)
{
    static const char *const PARTS[PART_COUNT] = {[PART_OPEN] = "open",
                                                  [PART_VERIFY] = "verify",
                                                  [PART_DONE] = "done",
                                                  [PART_CANCELLED] = "cancelled",
                                                  [PART_DECLINED] = "declined"};
    const struct json *list = json_member(doc, "statuses");
    struct gate_status *s = arena_array(a, json_count(list), sizeof *s);

    flow->is_drawn = json_type(list) == JSON_ARRAY;
    flow->statuses = s;
    JSON_EACH(status, list)
    {
        if (!s)
            return;
        int part = str_index(json_path_str(status, "part"), PARTS, PART_COUNT);
        s[flow->status_count++] =
            (struct gate_status){json_path_str(status, "name"), json_path_str(status, "category"),
                                 part < 0 ? PART_OPEN : (enum gate_part)part};
    }
}

static void fill_ends(struct arena *a, struct gate_road *road, const struct json *doc)
{
    const struct json *list = json_member(doc, "from");
    size_t *from = arena_array(a, json_count(list), sizeof *from);
    struct str type = json_path_str(doc, "type");

    road->from = from;
    road->to = (size_t)number(doc, "to");
    road->is_global = str_eq_c(type, "global");
    road->is_initial = str_eq_c(type, "initial");
    JSON_EACH(status, list)
    {
        int64_t i;
        if (from && json_i64(status, &i) && i >= 0)
            from[road->from_count++] = (size_t)i;
    }
}

static const struct json *judged(const struct json *flow, struct str id)
{
    JSON_EACH(road, json_member(flow, "roads"))
    if (str_eq(json_path_str(road, "id"), id))
        return road;
    return NULL;
}

/* All of them, those into Done with what was said of them; of a look from before there were
 * pictures only the latter. */
static void fill_roads(struct arena *a, struct gate_flow *flow, const struct json *doc)
{
    const struct json *list = json_member(doc, flow->is_drawn ? "transitions" : "roads");
    struct gate_road *r = arena_array(a, json_count(list), sizeof *r);

    flow->roads = r;
    JSON_EACH(road, list)
    {
        if (!r)
            return;
        struct str id = json_path_str(road, "id");
        const struct json *said = flow->is_drawn ? judged(doc, id) : road;
        struct gate_road *to = &r[flow->road_count++];
        *to = (struct gate_road){.id = id,
                                 .name = json_path_str(road, "name"),
                                 .state =
                                     said ? state_of(json_path_str(said, "state")) : GATE_NOT_DONE,
                                 .from_words = json_path_str(said, "from"),
                                 .to_words = json_path_str(said, "to"),
                                 .words = json_path_str(said, "words")};
        if (flow->is_drawn)
            fill_ends(a, to, road);
    }
}

static size_t fill_found(struct arena *a, const struct gate_found **ret, const struct json *list)
{
    struct gate_found *f = arena_array(a, json_count(list), sizeof *f);
    size_t count = 0;

    *ret = f;
    JSON_EACH(found, list)
    if (f)
        f[count++] =
            (struct gate_found){json_is_true(json_member(found, "fails")),
                                json_path_str(found, "what"), json_path_str(found, "help")};
    return count;
}

static void fill_flows(struct arena *a, struct gate_project *p, const struct json *list)
{
    struct gate_flow *flows = arena_array(a, json_count(list), sizeof *flows);

    p->flows = flows;
    JSON_EACH(doc, list)
    {
        if (!flows)
            return;
        struct gate_flow *flow = &flows[p->flow_count++];
        flow->name = json_path_str(doc, "name");
        fill_statuses(a, flow, doc);
        fill_roads(a, flow, doc);
        flow->found_count = fill_found(a, &flow->found, json_member(doc, "findings"));
    }
}

/* --- a project --- */

static void fill_rules(struct arena *a, struct gate_project *p, const struct json *list)
{
    struct gate_rule *rules = arena_array(a, json_count(list), sizeof *rules);

    p->rules = rules;
    JSON_EACH(rule, list)
    if (rules)
        rules[p->rule_count++] =
            (struct gate_rule){state_of(json_path_str(rule, "state")), json_path_str(rule, "name"),
                               json_path_str(rule, "words")};
}

static size_t fill_texts(struct arena *a, const struct str **ret, const struct json *list,
                         const char *member)
{
    struct str *texts = arena_array(a, json_count(list), sizeof *texts);
    size_t count = 0;

    *ret = texts;
    JSON_EACH(it, list)
    if (texts)
        texts[count++] = member ? json_path_str(it, member) : json_str(it);
    return count;
}

static void fill_project(struct arena *a, struct gate_project *p, const struct json *doc)
{
    const struct json *detail = json_member(doc, "detail");

    *p = (struct gate_project){.site = json_path_str(doc, "site"),
                               .project = json_path_str(doc, "project"),
                               .at_ms = number(doc, "at_ms"),
                               .since_ms = number(doc, "since_ms"),
                               .is_known = json_is_true(json_member(doc, "known")),
                               .said = json_path_str(doc, "said"),
                               .open = number(doc, "open"),
                               .mode = json_path_str(detail, "mode"),
                               .installed_ms = number(doc, "installed_ms")};
    fill_flows(a, p, json_member(detail, "workflows"));
    fill_rules(a, p, json_member(detail, "rules"));
    p->stranger_count = fill_texts(a, &p->strangers, json_member(detail, "others_in_group"), NULL);
    p->unseen_count = fill_texts(a, &p->unseen, json_member(detail, "cannot_be_seen"), "words");
}

/* The document may be large: it has an arena of its own. */
static void on_gates(void *arg, enum store_outcome outcome, struct str json)
{
    struct console_visit *visit = arg;
    AUTO(drop_arena) struct arena *a = arena_new(LIMIT_ARENA_VISIT);
    const struct json *doc = NULL;
    AUTO(drop_buf) struct buf page;
    struct gate_page gates = {.visitor = visit->who, .names = visit->role == CONSOLE_AUDITOR};
    struct err err;

    buf_init(&page, GATE_PAGE_BYTES);
    if (outcome != STORE_OK || !json_parse(a, json, &doc, &err)) {
        console_away(visit);
        return;
    }
    struct gate_project *projects = arena_array(a, GATE_PROJECTS_MAX, sizeof *projects);
    gates.now_ms = number(doc, "now_ms");
    gates.projects = projects;
    JSON_EACH(gate, json_member(doc, "gates"))
    {
        gates.more = gates.project_count == GATE_PROJECTS_MAX;
        if (projects && !gates.more)
            fill_project(a, &projects[gates.project_count++], gate);
    }
    console_reply(visit, 200, &page, projects && gate_render(&page, a, &gates));
}

void console_gate(struct console_visit *visit)
{
    store_gates(&visit->svc->store, on_gates, visit);
}
