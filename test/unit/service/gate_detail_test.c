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
    road.type = ROAD_GLOBAL;
    assert_false(str_eq(print(arena), first));
    arena_free(arena);
}

UNIT_MAIN(cmocka_unit_test(test_the_fingerprint_is_of_what_lasts))
