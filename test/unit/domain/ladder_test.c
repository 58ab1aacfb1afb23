#include "domain/ladder.h"

#include "domain/decide.h"
#include "unit.h"

static const int64_t NOW = 1764000000000; /* 2025-11-24 16:00 UTC */

static void nobody_is_pressed_about_what_is_proven_or_over(void **state)
{
    static const enum phase NOT[] = {PHASE_VERIFIED, PHASE_EXCEPTION, PHASE_CLOSED, PHASE_CANCELLED,
                                     PHASE_DENIED};
    struct flow flow = {.kind = FLOW_RAISE};
    struct dossier d = {.mode = GATE_ENFORCE, .phase = PHASE_FULFILLING};
    (void)state;

    assert_int_equal(ladder_judge(&flow, &d, &POLICY_DEFAULT, NOW), EV_READY);
    for (size_t i = 0; i < COUNT(NOT); i++) {
        d.phase = NOT[i];
        assert_int_equal(ladder_judge(&flow, &d, &POLICY_DEFAULT, NOW), EV_NOT_WANTED);
    }
    d = (struct dossier){.mode = GATE_OBSERVE, .phase = PHASE_FULFILLING};
    assert_int_equal(ladder_judge(&flow, &d, &POLICY_DEFAULT, NOW), EV_NOT_WANTED);
}

static void a_lost_reminder_is_not_written_twice(void **state)
{
    int64_t late = POLICY_DEFAULT.times.lease_ms + POLICY_DEFAULT.times.lateness_ms;
    struct flow flow = {.kind = FLOW_REMIND, .sent_at_ms = NOW};
    struct dossier d = {.mode = GATE_WARN, .phase = PHASE_CLAIMED};
    (void)state;

    assert_int_equal(ladder_judge(&flow, &d, &POLICY_DEFAULT, NOW + late - 1), EV_WAIT);
    assert_int_equal(ladder_judge(&flow, &d, &POLICY_DEFAULT, NOW + late), EV_READY);
    flow.kind = FLOW_RAISE; /* the same values again are harmless */
    assert_int_equal(ladder_judge(&flow, &d, &POLICY_DEFAULT, NOW), EV_READY);
}

static void it_says_when_and_what(void **state)
{
    char line[LADDER_LINE_BYTES];
    struct dossier d = {.kind = REQUEST_REMOVAL};
    (void)state;

    assert_str(ladder_line(&d, NOW, false, line),
               "This removal is to be proven by 2025-11-24 16:00 UTC. Please do it, or say here "
               "what hinders you.");
    d.kind = REQUEST_GRANT;
    assert_str(ladder_line(&d, NOW, true, line),
               "This access was to be proven by 2025-11-24 16:00 UTC, and is not. Please do it "
               "now, or say here what hinders you.");
    d.kind = REQUEST_MODIFY;
    assert_true(str_starts(ladder_line(&d, NOW, true, line), STR("This change ")));
}

static void an_escalation_names_the_ticket_and_nobody(void **state)
{
    char line[LADDER_LINE_BYTES];
    struct dossier d = {.kind = REQUEST_REMOVAL,
                        .privileged = true,
                        .beneficiary = STR("j.okafor"),
                        .ticket.key = STR("IAM-482")};
    (void)state;

    assert_str(ladder_summary(&d, NOW, false, line),
               "IAM-482: privileged removal is to be proven by 2025-11-24 16:00 UTC");
    assert_str(ladder_text(&d, line),
               "It is worked on in IAM-482, which closes by itself once the access is read as "
               "asked. Please see to it that it is done; closing this ticket closes nothing else.");
    d = (struct dossier){.kind = REQUEST_GRANT};
    assert_str(ladder_summary(&d, NOW, true, line),
               "access was to be proven by 2025-11-24 16:00 UTC");
    assert_str(ladder_text(&d, line),
               "There is no ticket of it yet. Please see to it that it is done; closing this "
               "ticket closes nothing else.");
    d.kind = REQUEST_MODIFY;
    assert_true(str_starts(ladder_summary(&d, NOW, true, line), STR("change was")));
}

UNIT_MAIN(cmocka_unit_test(an_escalation_names_the_ticket_and_nobody),
          cmocka_unit_test(nobody_is_pressed_about_what_is_proven_or_over),
          cmocka_unit_test(a_lost_reminder_is_not_written_twice),
          cmocka_unit_test(it_says_when_and_what))
