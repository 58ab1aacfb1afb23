/* The live mapping reads something else in the ticket than was approved: people decide. */
#include "domain/contested.h"

#include "deciding.h"

static void what_is_contested_is_not_proven(void **state)
{
    const struct observation gone[] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, 5 * MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, gone, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    struct decision r = decided(&d);
    MOVES(r, PHASE_VERIFIED, "AllItemsVerified");
    d.contested = true;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    r = decided(&d);
    assert_false(r.move || r.read_sources);
    assert_int_equal(says(&r), NOTICE_UNCLEAR);
    assert_true(r.look_again_ms > NOW);
    d.phase = PHASE_VERIFIED; /* found after the proof */
    r = decided(&d);
    MOVES(r, PHASE_VERIFYING, "MappingContested");
    assert_false(orders(&r, FLOW_CLOSE));
}

static void whoever_closes_it_meanwhile_finds_it_open_again(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    (void)state;

    d.contested = true;
    d.ticket.role = STATUS_DONE;
    d.ticket.cycle = STR("7");
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_true(orders(&r, FLOW_REOPEN));
    d.ticket.role = STATUS_CANCELLED; /* that is a decision */
    r = decided(&d);
    MOVES(r, PHASE_CANCELLED, "CancelledOnTicket");
}

static void only_what_is_approved_and_not_proven_waits(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    (void)state;

    d.contested = true;
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        d.phase = (enum phase)phase;
        assert_int_equal(contested_waits(&d), phase == PHASE_APPROVED || phase == PHASE_TICKETING ||
                                                  phase == PHASE_FULFILLING ||
                                                  phase == PHASE_CLAIMED ||
                                                  phase == PHASE_VERIFYING);
    }
}

UNIT_MAIN(cmocka_unit_test(what_is_contested_is_not_proven),
          cmocka_unit_test(whoever_closes_it_meanwhile_finds_it_open_again),
          cmocka_unit_test(only_what_is_approved_and_not_proven_waits))
