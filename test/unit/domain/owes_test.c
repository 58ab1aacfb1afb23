/* What a request owes before it may close; a test of the database's compares many states. */
#include "domain/owes.h"

#include "deciding.h"

static const char *said(const struct dossier *d)
{
    static char text[100];
    uint32_t owed = owes(d);

    text[0] = '\0';
    for (enum debt debt = 0; debt < DEBT_COUNT; debt++)
        if (owed & 1u << debt)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", debt_name(debt));
    return text;
}

static void proven_and_claimed_it_owes_nothing(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.kind = REQUEST_GRANT;
    assert_string_equal(said(&d), "");
    d.contested = true;
    d.claim_cycle = STR_NONE;
    assert_string_equal(said(&d), "contested claim ");
    assert_false(owes_afterwards(owes(&d)) || owes_permit(owes(&d)));
    d = claimed_of(&item);
    d.item_count = 0;
    assert_string_equal(said(&d), "items ");
    d = claimed_of(&item);
    there.outcome = OUTCOME_ABSENT;
    assert_string_equal(said(&d), "items ");
    item.excepted = true;
    assert_string_equal(said(&d), "");
}

static void an_emergency_owes_afterwards(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.kind = REQUEST_GRANT;
    d.emergency = true;
    assert_string_equal(said(&d), "approval review ");
    assert_true(owes_afterwards(owes(&d)));
    d.approval_given = d.reviewed = true;
    assert_string_equal(said(&d), "");
    d.approved_ms = 0;
    assert_string_equal(said(&d), "approval ");
}

static void a_yes_is_owed_and_duties_are_told_apart(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct permit *p = &d.permits[PERMIT_VERIFICATION];
    (void)state;

    d.kind = REQUEST_GRANT;
    d.permit_wanted = true;
    assert_string_equal(said(&d), "permit ");
    assert_true(owes_permit(owes(&d)));
    p->answer = PERMIT_CONFLICT;
    item.excepted = true; /* of the item, which is not of the duties */
    assert_string_equal(said(&d), "duties ");
    p->answer = PERMIT_DENIED;
    p->tries = 1;
    assert_string_equal(said(&d), "");
    d.phase = PHASE_VERIFIED; /* there is no exception in it */
    assert_string_equal(said(&d), "permit ");
    p->answer = PERMIT_GIVEN;
    assert_string_equal(said(&d), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proven_and_claimed_it_owes_nothing),
        cmocka_unit_test(an_emergency_owes_afterwards),
        cmocka_unit_test(a_yes_is_owed_and_duties_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
