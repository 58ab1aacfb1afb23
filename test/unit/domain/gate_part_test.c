/* The fields and screens of the gate: what is missing of them. */
#include "domain/gate_part.h"

#include "unit.h"

static struct gate_parts plan;

/* One scheme whose edit and view screen is the same, as a project is born. */
static struct gate_parts_there born(void)
{
    return (struct gate_parts_there){
        .known = true,
        .schemes = {{.id = STR("2"), .on_default = STR("22"), .on_create = STR("21")}},
        .scheme_count = 1};
}

static const struct gate_parts *planned(const struct gate_parts_there *there)
{
    gate_parts_plan(there, &plan);
    return &plan;
}

static void test_nothing_is_there(void **state)
{
    struct gate_parts_there there = born();

    (void)state;
    planned(&there);
    assert_true(plan.make_field[GATE_FIELD_CHECK] && plan.make_field[GATE_FIELD_REASON]);
    assert_true(plan.by_loop && plan.make_screen);
    assert_int_equal(plan.views[0], GATE_VIEW_COPY);
    assert_false(gate_parts_stand(&there, &plan));
}

static void test_all_is_there(void **state)
{
    struct gate_parts_there there = born();

    (void)state;
    there.fields[0] = STR("customfield_1");
    there.fields[1] = STR("customfield_2");
    there.shown[0] = STR("30,31");
    there.shown[1] = STR("31,30");
    there.screen = STR("30");
    there.schemes[0].on_view = STR("31");
    planned(&there);
    assert_true(plan.by_loop && !plan.make_screen);
    assert_int_equal(plan.views[0], GATE_VIEW_IS);
    assert_true(gate_parts_stand(&there, &plan));
    there.shown[1] = STR("31"); /* somebody took one off our own screen */
    planned(&there);
    assert_true(!plan.fill_screen[0] && plan.fill_screen[1]);
    assert_false(gate_parts_stand(&there, &plan));
}

/* Whoever has chosen a screen for viewing keeps it as it is: only our own copy is added to. */
static void test_a_screen_of_somebody_else_is_copied(void **state)
{
    struct gate_parts_there there = born();

    (void)state;
    there.schemes[0].on_view = STR("23");
    assert_int_equal(planned(&there)->views[0], GATE_VIEW_COPY);
    there.schemes[0].view_is_ours = true;
    assert_int_equal(planned(&there)->views[0], GATE_VIEW_MEND);
    there.schemes[0].view_is_ours = false;
    there.fields[0] = STR("customfield_1");
    there.fields[1] = STR("customfield_2");
    there.shown[0] = STR("23");
    assert_int_equal(planned(&there)->views[0], GATE_VIEW_COPY);
    there.shown[1] = STR("7,23");
    assert_int_equal(planned(&there)->views[0], GATE_VIEW_IS);
    assert_str(gate_view_screen(&there.schemes[0]), "23");
    there.schemes[0].on_view = STR_NONE;
    assert_str(gate_view_screen(&there.schemes[0]), "22");
}

/* An administrator has decided otherwise: every edit screen carries both. */
static void test_what_is_edited_stays_so(void **state)
{
    struct gate_parts_there there = born();

    (void)state;
    there.fields[0] = STR("customfield_1");
    there.fields[1] = STR("customfield_2");
    there.shown[0] = there.shown[1] = STR("22");
    planned(&there);
    assert_true(!plan.by_loop && gate_parts_stand(&there, &plan));
    there.schemes[1] = (struct gate_scheme){.id = STR("3"), .on_default = STR("32")};
    there.scheme_count = 2; /* of another issue type */
    assert_true(planned(&there)->by_loop);
}

static void test_what_is_not_known_is_not_planned(void **state)
{
    struct gate_parts_there there = born();

    (void)state;
    there.known = false;
    planned(&there);
    assert_true(!plan.make_field[GATE_FIELD_CHECK] && !plan.by_loop);
    there.known = true;
    there.scheme_count = 0; /* no screens of its own: the fields can be made, and shown by hand */
    planned(&there);
    assert_true(plan.make_field[GATE_FIELD_CHECK] && !plan.by_loop);
}

/* A gate that is a field: it is made, and goes on no screen at all. */
static void test_a_lock_is_on_no_screen(void **state)
{
    struct gate_parts_there there = born();

    (void)state;
    there.wants_proof = true;
    planned(&there);
    assert_true(plan.make_field[GATE_FIELD_PROOF] && plan.by_loop && plan.make_screen);
    there.fields[0] = STR("customfield_1");
    there.fields[1] = STR("customfield_2");
    there.shown[0] = there.shown[1] = STR("22");
    planned(&there);
    assert_true(plan.make_field[GATE_FIELD_PROOF] && !plan.by_loop);
    assert_false(gate_parts_stand(&there, &plan));
    there.fields[2] = STR("customfield_3");
    planned(&there);
    assert_true(gate_parts_stand(&there, &plan));
    there.wants_approver = true; /* the other lock: who answers an approval */
    planned(&there);
    assert_true(plan.make_field[GATE_FIELD_APPROVER] && !gate_parts_stand(&there, &plan));
    there.wants_approver = false;
    planned(&there);
    there.shown[0] = there.shown[1] = STR("30,31");
    there.screen = STR("30");
    there.schemes[0].on_view = STR("31");
    planned(&there);
    assert_true(plan.by_loop && gate_parts_stand(&there, &plan));
    assert_false(gate_is_listed(STR("1,,2"), STR_NONE));
}

static void test_what_people_create_and_edit_on(void **state)
{
    struct gate_parts_there there = born();

    (void)state;
    assert_true(gate_parts_worked(&there, STR("7,22")));
    assert_true(gate_parts_worked(&there, STR("21")));
    there.schemes[0].on_edit = STR("24");
    assert_false(gate_parts_worked(&there, STR("22")));
    assert_true(gate_parts_worked(&there, STR("24")));
    assert_false(gate_parts_worked(&there, STR_NONE));
}

static void customers_are_not_told_that_it_is_done(void **state)
{
    (void)state;
    assert_int_equal(gate_portal_judge(STR("resolved"), STR("Verifying access")), GATE_PORTAL_OVER);
    assert_int_equal(gate_portal_judge(STR("Done"), STR("Done")), GATE_PORTAL_OVER);
    assert_int_equal(gate_portal_judge(STR("Verifying access"), STR("verifying access")),
                     GATE_PORTAL_PLAIN);
    assert_int_equal(gate_portal_judge(STR("Being checked"), STR("Verifying access")),
                     GATE_PORTAL_CALLED);
}

UNIT_MAIN(cmocka_unit_test(customers_are_not_told_that_it_is_done),
          cmocka_unit_test(test_a_lock_is_on_no_screen),
          cmocka_unit_test(test_what_people_create_and_edit_on),
          cmocka_unit_test(test_nothing_is_there), cmocka_unit_test(test_all_is_there),
          cmocka_unit_test(test_a_screen_of_somebody_else_is_copied),
          cmocka_unit_test(test_what_is_edited_stays_so),
          cmocka_unit_test(test_what_is_not_known_is_not_planned))
