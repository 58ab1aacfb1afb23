#include "jsm/jsm_anchor.h"

#include "unit.h"

static void a_checkpoint_becomes_a_property(void **state)
{
    struct arena *a = arena_new(64 * 1024);
    struct jsm_call call = jsm_call_anchor(a, STR("AUDIT-7"), 777, STR("log\n777\n"));
    (void)state;

    assert_string_equal(call.method, "PUT");
    assert_true(str_eq_c(call.path, "/rest/api/3/issue/AUDIT-7/properties/countersign.evidence"));
    assert_true(str_eq_c(call.body, "{\"checkpoint\":\"log\\n777\\n\",\"entries\":777}"));
    assert_int_equal(call.lane, LANE_SWEEP);
    assert_int_equal(call.effect, JSM_REPEATABLE);
    call = jsm_call_anchor(a, STR("../myself"), 777, STR("x"));
    assert_false(call.path.len);
    arena_free(a);
}

static void which_keys_tickets_have(void **state)
{
    (void)state;
    assert_true(jsm_anchor_key_ok(STR("AUDIT-1")));
    assert_true(jsm_anchor_key_ok(STR("A_2B-1234")));
    static const char *const NONE[] = {"", "A", "A-", "-1", "1A-1", "A-1 ", "A-1/x", "a-1", "A--1"};
    for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++)
        assert_false(jsm_anchor_key_ok(str_of(NONE[i])));
}

UNIT_MAIN(cmocka_unit_test(a_checkpoint_becomes_a_property),
          cmocka_unit_test(which_keys_tickets_have))
