#include "service/gate_detail.h"

#include "base/codecs.h"
#include "base/digest.h"
#include "service/gate_graph.h"

enum { DETAIL_BYTES = 4 * 1024 * 1024 };
#define PRINT_MAKING "2:" /* another one with each change of what is hashed */

struct str gate_from(struct arena *a, const struct workflow *w, const struct road *road)
{
    struct str said = STR("");

    if (road->type == ROAD_GLOBAL)
        return STR("any status");
    if (road->type == ROAD_INITIAL)
        return STR("its creation");
    for (size_t i = 0; i < road->from_count; i++)
        if (road->from[i] < w->status_count)
            said = arena_printf(a, "%.*s%s%.*s", STR_ARG(said), said.len ? ", " : "",
                                STR_ARG(w->statuses[road->from[i]].name));
    return said;
}

static void put_road(struct json_out *out, struct arena *a, const struct workflow *w,
                     const struct road_verdict *v)
{
    const struct road *road = &w->roads[v->road];

    json_open_object(out);
    json_str_member(out, "id", road->id);
    json_str_member(out, "name", road->name);
    json_str_member(out, "from", gate_from(a, w, road));
    json_str_member(out, "to", w->statuses[road->to].name);
    json_str_member(out, "state", str_of(road_state_name(v->state)));
    json_str_member(out, "reason", str_of(ROAD_REASON_NAMES[v->reason]));
    json_str_member(out, "words", str_of(ROAD_REASON_WORDS[v->reason]));
    json_close_object(out);
}

static void put_findings(struct json_out *out, unsigned findings)
{
    json_put_name(out, "findings");
    json_open_array(out);
    for (unsigned i = 0; i < GATE_FINDING_COUNT; i++) {
        const struct gate_finding_text *text = &GATE_FINDING_TEXTS[i];
        if (!(findings & 1U << i))
            continue;
        json_open_object(out);
        json_str_member(out, "name", str_of(text->name));
        json_bool_member(out, "fails", text->fails);
        json_str_member(out, "what", str_of(text->what));
        json_str_member(out, "help", str_of(text->help));
        json_close_object(out);
    }
    json_close_array(out);
}

/* What a workflow comes to by these facts, into an object that is open. */
static void put_judged(struct json_out *out, struct arena *a, const struct workflow *w,
                       const struct gate_facts *facts)
{
    struct road_report report;

    roads_judge(w, &report);
    json_str_member(out, "id", w->id);
    json_str_member(out, "name", w->name);
    json_bool_member(out, "team_managed", w->team_managed);
    json_put_name(out, "roads");
    json_open_array(out);
    for (size_t i = 0; i < report.count; i++)
        put_road(out, a, w, &report.rows[i]);
    json_close_array(out);
    gate_graph_put(out, w);
    put_findings(out, gate_findings(w, facts));
}

static void put_flow(struct json_out *out, struct arena *a, const struct site_gate *gate, size_t at)
{
    json_open_object(out);
    json_str_member(out, "shared_with", gate->shared[at]);
    put_judged(out, a, &gate->flows[at].roads, &gate->facts);
    json_close_object(out);
}

static void put_flows(struct json_out *out, struct arena *a, const struct site_gate *gate)
{
    json_put_name(out, "workflows");
    json_open_array(out);
    for (size_t i = 0; i < gate->flow_count; i++)
        put_flow(out, a, gate, i);
    json_close_array(out);
}

static void put_strangers(struct json_out *out, const struct site_gate *gate)
{
    json_put_name(out, "others_in_group");
    json_open_array(out);
    for (size_t i = 0; i < gate->facts.strangers && i < SITE_GATE_MEMBERS_MAX; i++)
        json_put_str(out, gate->strangers[i]);
    json_close_array(out);
}

static void put_tries(struct json_out *out, const struct site_gate *gate)
{
    json_put_name(out, "tries");
    json_open_array(out);
    for (size_t i = 0; i < gate->try_count; i++) {
        json_open_object(out);
        json_str_member(out, "ticket", gate->tries[i].ticket);
        json_str_member(out, "as", gate->tries[i].who);
        json_i64_member(out, "roads_into_done", (int64_t)gate->tries[i].offered);
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_reads(struct json_out *out, const struct site_gate *gate)
{
    json_put_name(out, "customers_read");
    json_open_array(out);
    for (size_t i = 0; i < gate->read_count; i++) {
        json_open_object(out);
        json_str_member(out, "request_type", gate->reads[i].request_type);
        json_str_member(out, "name", gate->reads[i].name);
        json_str_member(out, "says", str_of(GATE_PORTAL_NAMES[gate->reads[i].says]));
        json_close_object(out);
    }
    json_close_array(out);
}

/* What is neither good nor bad, for it was not seen. */
static void put_unseen(struct json_out *out, const struct site_gate *gate)
{
    json_str_member(out, "not_tried", str_of(gate->not_tried ? gate->not_tried : ""));
    json_put_name(out, "not_known");
    json_open_array(out);
    if (gate->facts.resolution == ROAD_NOT_KNOWN)
        json_put_str(out, str_of(GATE_FINDING_TEXTS[GATE_FOUND_RESOLUTION].name));
    json_close_array(out);
    json_put_name(out, "cannot_be_seen");
    json_open_array(out);
    for (size_t i = 0; i < GATE_UNSEEN_COUNT; i++) {
        if (i == GATE_UNSEEN_RULES && !gate->rules_unseen.len)
            continue;
        json_open_object(out);
        json_str_member(out, "name", str_of(GATE_UNSEEN_NAMES[i]));
        json_str_member(out, "words", str_of(GATE_UNSEEN_WORDS[i]));
        json_str_member(out, "why", i == GATE_UNSEEN_RULES ? gate->rules_unseen : STR(""));
        json_close_object(out);
    }
    json_close_array(out);
}

/* Rules of automation that bear on a close. */
static void put_rules(struct json_out *out, const struct site_gate *gate)
{
    bool roads = site_gate_roads_open(gate);

    json_put_name(out, "rules");
    json_open_array(out);
    for (size_t i = 0; i < gate->rule_count; i++) {
        enum rule_reason reason = auto_rule_judge(&gate->rules[i], roads);
        json_open_object(out);
        json_str_member(out, "id", gate->rules[i].id);
        json_str_member(out, "name", gate->rules[i].name);
        json_str_member(out, "state", str_of(road_state_name(auto_rule_state(reason))));
        json_str_member(out, "reason", str_of(RULE_REASON_NAMES[reason]));
        json_str_member(out, "words", str_of(RULE_REASON_WORDS[reason]));
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_mode(struct json_out *out, const struct site *site, const struct site_gate *gate)
{
    struct gate_choice choice;

    gate_choose(&gate->able, site->config->gate.strongest, &choice);
    json_str_member(out, "mode", str_of(GATE_KIND_NAMES[choice.kind]));
    json_put_name(out, "why_not");
    json_open_object(out);
    for (size_t i = 0; i < GATE_KIND_COUNT; i++)
        if (choice.why_not[i])
            json_str_member(out, GATE_KIND_NAMES[i], str_of(choice.why_not[i]));
    json_close_object(out);
}

static void put_open_roads(struct json_out *out, const struct site_gate *gate)
{
    json_put_name(out, "open_roads");
    json_open_array(out);
    for (size_t f = 0; f < gate->flow_count; f++) {
        const struct workflow *w = &gate->flows[f].roads;
        struct road_report report;
        roads_judge(w, &report);
        for (size_t i = 0; i < report.count; i++) {
            if (report.rows[i].state != ROAD_IS_OPEN)
                continue;
            json_open_object(out);
            json_str_member(out, "workflow", w->name);
            json_str_member(out, "id", w->roads[report.rows[i].road].id);
            json_str_member(out, "name", w->roads[report.rows[i].road].name);
            json_str_member(out, "reason", str_of(ROAD_REASON_NAMES[report.rows[i].reason]));
            json_close_object(out);
        }
    }
    json_close_array(out);
}

void gate_detail_put(struct json_out *out, struct arena *a, const struct site *site,
                     const struct site_gate *gate)
{
    unsigned findings = 0;

    for (size_t i = 0; i < gate->flow_count; i++)
        findings |= gate_findings(&gate->flows[i].roads, &gate->facts);
    json_str_member(out, "project", gate->project);
    json_bool_member(out, "known", gate->known);
    json_str_member(out, "why", str_of(gate->why));
    put_mode(out, site, gate);
    json_i64_member(out, "open", (int64_t)site_gate_open(gate));
    put_open_roads(out, gate);
    put_findings(out, findings);
    put_flows(out, a, gate);
    put_rules(out, gate);
    json_i64_member(out, "rules_all", (int64_t)gate->rules_all);
    put_strangers(out, gate);
    json_str_member(out, "editable", gate->editable);
    put_tries(out, gate);
    put_reads(out, gate);
    put_unseen(out, gate);
}

struct str gate_detail(struct arena *a, const struct site *site, const struct site_gate *gate)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, DETAIL_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    gate_detail_put(&out, a, site, gate);
    json_close_object(&out);
    return b.over ? STR("{}") : arena_str(a, buf_str(&b));
}

/* --- the fingerprint: ids and codes, none of our words and no name that is free to change --- */

static void print_road(struct json_out *out, const struct workflow *w, const struct road_verdict *v)
{
    const struct road *road = &w->roads[v->road];

    json_open_array(out);
    json_put_str(out, road->id);
    json_put_i64(out, road->type);
    for (size_t i = 0; i < road->from_count; i++) /* by name, as the mapping knows them */
        if (road->from[i] < w->status_count)
            json_put_str(out, w->statuses[road->from[i]].name);
    json_put_str(out, w->statuses[road->to].name);
    json_put_str(out, str_of(road_state_name(v->state)));
    json_put_str(out, str_of(ROAD_REASON_NAMES[v->reason]));
    json_close_array(out);
}

static void print_flow(struct json_out *out, const struct workflow *w,
                       const struct gate_facts *facts)
{
    unsigned findings = gate_findings(w, facts);
    struct road_report report;

    roads_judge(w, &report);
    json_open_array(out);
    json_put_str(out, w->id);
    json_put_bool(out, w->team_managed);
    for (size_t i = 0; i < report.count; i++)
        print_road(out, w, &report.rows[i]);
    findings &= ~(1U << GATE_FOUND_NO_CHECK); /* a convenience: no part of what holds */
    for (unsigned i = 0; i < GATE_FINDING_COUNT; i++)
        if (findings & 1U << i)
            json_put_str(out, str_of(GATE_FINDING_TEXTS[i].name));
    json_close_array(out);
}

static void print_rules(struct json_out *out, const struct site_gate *gate)
{
    bool roads = site_gate_roads_open(gate);

    json_put_name(out, "rules");
    json_open_array(out);
    for (size_t i = 0; i < gate->rule_count; i++) {
        enum rule_reason reason = auto_rule_judge(&gate->rules[i], roads);
        json_open_array(out);
        json_put_str(out, gate->rules[i].id);
        json_put_str(out, str_of(road_state_name(auto_rule_state(reason))));
        json_put_str(out, str_of(RULE_REASON_NAMES[reason]));
        json_close_array(out);
    }
    json_close_array(out);
}

struct str gate_fingerprint(struct arena *a, const struct site_gate *gate)
{
    struct gate_facts lasting = gate_lasting(&gate->facts, gate->missing.len > 0);
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    uint8_t hash[SHA256_BYTES];
    char hex[2 * SHA256_BYTES + 1];

    buf_init(&b, DETAIL_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "workflows");
    json_open_array(&out);
    for (size_t i = 0; i < gate->flow_count; i++)
        print_flow(&out, &gate->flows[i].roads, &lasting);
    json_close_array(&out);
    put_strangers(&out, gate);
    print_rules(&out, gate);
    json_close_object(&out);
    digest_sha256(buf_str(&b), hash);
    hex_encode(hash, sizeof hash, hex);
    return arena_printf(a, PRINT_MAKING "%s", hex);
}
