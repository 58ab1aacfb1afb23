#include "domain/sla.h"

#include "unit.h"

static void names_go_both_ways(void **state)
{
    enum sla_checkpoint c;
    enum sla_deed deed;
    (void)state;

    for (int i = 0; i < SLA_CHECKPOINT_COUNT; i++) {
        assert_true(sla_checkpoint_from(str_of(sla_checkpoint_name((enum sla_checkpoint)i)), &c));
        assert_int_equal(c, i);
    }
    for (int i = 0; i < SLA_DEED_COUNT; i++) {
        assert_true(sla_deed_from(str_of(sla_deed_name((enum sla_deed)i)), &deed));
        assert_int_equal(deed, i);
    }
    assert_false(sla_checkpoint_from(STR("close"), &c) || sla_deed_from(STR("pray"), &deed));
}

static void rungs_come_in_the_order_of_their_fractions(void **state)
{
    struct sla_rung rungs[] = {{.percent = 90},
                               {.percent = 50, .deed = SLA_EVENT},
                               {.percent = 75},
                               {.percent = 50, .deed = SLA_COMMENT}};
    (void)state;

    sla_rungs_sort(rungs, COUNT(rungs));
    for (size_t i = 1; i < COUNT(rungs); i++)
        assert_true(rungs[i - 1].percent <= rungs[i].percent);
    assert_int_equal(rungs[0].deed, SLA_EVENT);
    assert_int_equal(rungs[1].deed, SLA_COMMENT);
}

UNIT_MAIN(cmocka_unit_test(names_go_both_ways),
          cmocka_unit_test(rungs_come_in_the_order_of_their_fractions))
