/* Two looks at the same gate are the same, whichever tickets were tried. */
#include "service/gate_detail.h"

#include "unit.h"

static struct site_gate gate;

static struct str print(struct arena *arena)
{
    return gate_fingerprint(arena, &gate);
}

static void test_the_fingerprint_is_of_what_lasts(void **state)
{
    static const struct road_status STATUSES[] = {
        {.ref = STR("1"), .name = STR("Work"), .category = CATEGORY_INDETERMINATE},
        {.ref = STR("2"), .name = STR("Done"), .category = CATEGORY_DONE, .role = STATUS_DONE}};
    static const size_t FROM[] = {0};
    static struct road road = {.id = STR("5"),
                               .name = STR("Resolve"),
                               .type = ROAD_DIRECTED,
                               .to = 1,
                               .from = FROM,
                               .from_count = 1};
    struct arena *arena = arena_new(65536);

    (void)state;
    gate.project = STR("IAM");
    gate.flow_count = 1;
    gate.flows[0].roads = (struct workflow){
        .id = STR("wf"), .statuses = STATUSES, .status_count = 2, .roads = &road, .road_count = 1};
    gate.facts = (struct gate_facts){.group = ROAD_YES, .member = ROAD_YES};
    struct str first = print(arena);
    gate.facts.resolution = ROAD_YES;
    gate.facts.words = ROAD_NO;
    gate.facts.agent_closes = ROAD_YES;
    gate.facts.connector_closes = ROAD_NO;
    gate.editable = STR("Access check");
    gate.shared[0] = STR("OPS");
    gate.known = true;
    assert_str(print(arena), first.p);
    gate.missing = STR("customfield_1");
    assert_false(str_eq(print(arena), first));
    gate.missing = STR_NONE;
    gate.facts.member = ROAD_NO;
    assert_false(str_eq(print(arena), first));
    gate.facts.member = ROAD_YES;
    gate.strangers[0] = STR("Bo Becker");
    gate.facts.strangers = 1;
    assert_false(str_eq(print(arena), first));
    gate.facts.strangers = 0;
    road.name = gate.flows[0].roads.name = STR("Called otherwise");
    assert_str(print(arena), first.p);
    road.type = ROAD_GLOBAL;
    assert_false(str_eq(print(arena), first));
    arena_free(arena);
}

/* A release that puts it in other words has to change PRINT_MAKING when this changes. */
static void test_the_fingerprint_is_of_no_words(void **state)
{
    struct arena *arena = arena_new(65536);

    (void)state;
    gate = (struct site_gate){.project = STR("IAM"), .rule_count = 1};
    gate.rules[0] = (struct auto_rule){
        .id = STR("u-1"), .name = STR("Close"), .actor = RULE_AS_US, .closes = true};
    struct str first = print(arena);
    /* of {"workflows":[],"others_in_group":[],"rules":[["u-1","open","acts_as_connector"]]} */
    assert_str(first, "2:9c537ec1b1e6c837ba0299205aac4cda0c92ba93fccc0ed85ddce05a025c0040");
    gate.rules[0].name = STR("Close old ones");
    assert_str(print(arena), first.p);
    gate.rules[0].actor = RULE_AS_WHOEVER; /* open for another reason */
    assert_false(str_eq(print(arena), first));
    gate.rules[0].actor = RULE_AS_US;
    gate.rules[0].id = STR("u-2");
    assert_false(str_eq(print(arena), first));
    arena_free(arena);
}

UNIT_MAIN(cmocka_unit_test(test_the_fingerprint_is_of_what_lasts),
          cmocka_unit_test(test_the_fingerprint_is_of_no_words))
