/* What /metrics and /readyz say of a gate. */
#include "service/gate_keep.h"

#include <string.h>

#include "unit.h"

static void test_what_is_told_of_a_gate(void **state)
{
    const struct str names[] = {STR("acme"), STR("new")};
    struct gate_stats stats[] = {{.looks = 3, .drifts = 1, .open = 2, .known = true}, {.open = -1}};
    struct arena *arena = arena_new(4096);
    struct buf b;

    (void)state;
    buf_init(&b, 8192);
    gate_stats_render(stats, names, 2, &b);
    assert_non_null(strstr(b.p, "countersign_gate_open_roads{site=\"acme\"} 2\n"));
    assert_non_null(strstr(b.p, "countersign_gate_known{site=\"acme\"} 1\n"));
    assert_non_null(strstr(b.p, "countersign_gate_drifts_total{site=\"acme\"} 1\n"));
    assert_null(strstr(b.p, "open_roads{site=\"new\"}")); /* nobody has looked: 0 would be a lie */
    assert_non_null(strstr(b.p, "countersign_gate_looks_total{site=\"new\"} 0\n"));
    assert_str(gate_stats_line(&stats[0], arena), "2 ways to close without proof");
    assert_str(gate_stats_line(&stats[1], arena), "not looked at by this replica yet");
    stats[0].open = 0;
    assert_str(gate_stats_line(&stats[0], arena), "gated");
    stats[0].known = false;
    str_copy(stats[0].said, sizeof stats[0].said, STR("no right"));
    assert_str(gate_stats_line(&stats[0], arena), "not known: no right");
    buf_done(&b);
    arena_free(arena);
}

UNIT_MAIN(cmocka_unit_test(test_what_is_told_of_a_gate))
