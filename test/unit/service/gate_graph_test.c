#include "service/gate_graph.h"

#include "unit.h"

static void a_workflow_is_told_as_nodes_and_edges(void **state)
{
    static const struct road_status STATUSES[] = {
        {.ref = STR("a"), .name = STR("To do, \"now\""), .category = CATEGORY_NEW},
        {.ref = STR("b"),
         .name = STR("Verifying"),
         .category = CATEGORY_INDETERMINATE,
         .role = STATUS_VERIFY},
        {.ref = STR("c"), .name = STR("Done"), .category = CATEGORY_DONE, .role = STATUS_DONE}};
    static const size_t FROM[] = {0, 1, 77};
    static const struct road ROADS[] = {
        {.id = STR("1"), .name = STR("Create"), .type = ROAD_INITIAL, .to = 0},
        {.id = STR("2"),
         .name = STR("Go"),
         .type = ROAD_DIRECTED,
         .to = 2,
         .from = FROM,
         .from_count = 3},
        {.id = STR("3"), .name = STR("Close"), .type = ROAD_GLOBAL, .to = 2},
        {.id = STR("4"), .name = STR("Record"), .type = ROAD_DIRECTED, .to = 1, .records = true},
        {.id = STR("5"), .name = STR("Nowhere"), .type = ROAD_UNKNOWN, .to = ROAD_NOWHERE}};
    const struct workflow w = {.statuses = STATUSES,
                               .status_count = COUNT(STATUSES),
                               .roads = ROADS,
                               .road_count = COUNT(ROADS)};
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    (void)state;
    buf_init(&b, 4096);
    json_begin(&out, &b);
    json_open_object(&out);
    gate_graph_put(&out, &w);
    json_close_object(&out);
    assert_str(
        buf_str(&b),
        "{\"statuses\":[{\"name\":\"To do, \\\"now\\\"\",\"category\":\"new\",\"part\":\"open\"},"
        "{\"name\":\"Verifying\",\"category\":\"indeterminate\",\"part\":\"verify\"},"
        "{\"name\":\"Done\",\"category\":\"done\",\"part\":\"done\"}],\"transitions\":["
        "{\"id\":\"1\",\"name\":\"Create\",\"type\":\"initial\",\"from\":[],\"to\":0},"
        "{\"id\":\"2\",\"name\":\"Go\",\"type\":\"directed\",\"from\":[0,1],\"to\":2},"
        "{\"id\":\"3\",\"name\":\"Close\",\"type\":\"global\",\"from\":[],\"to\":2}]}");
}

UNIT_MAIN(cmocka_unit_test(a_workflow_is_told_as_nodes_and_edges))
