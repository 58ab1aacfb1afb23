#include "domain/gate.h"

#include "dossiers.h"
#include "unit.h"

/* --- may it close? --- */

static void a_proof_of_this_cycle_opens_the_gate(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    struct gate_verdict g = gate_judge(&d);
    assert_int_equal(g.answer, GATE_YES);
    assert_string_equal(g.reason, "AllItemsVerified");
    assert_int_equal(g.verified, 1);
    assert_int_equal(g.missing, 0);
    assert_int_equal(g.first_missing, 1);
}

static void our_own_moves_do_not_end_the_cycle_but_a_persons_do(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.ticket.cycle = STR("101");
    d.ticket.moved_by_us = true;
    assert_int_equal(gate_judge(&d).answer, GATE_YES);
    d.ticket.moved_by_us = false;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_string_equal(gate_judge(&d).reason, "WrongCycle");
}

static void nothing_to_prove_or_no_claim_is_no(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.item_count = 0;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_string_equal(gate_judge(&d).reason, "NoItems");

    d = claimed_of(&item);
    d.claim_cycle = STR_NONE;
    assert_string_equal(gate_judge(&d).reason, "NotClaimed");
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
}

static void before_any_claim_reads_count_from_the_approval_or_the_request(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &o, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.claimed_ms = 0;
    o.as_of_ms = d.approved_ms - 1;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_true(gate_judge(&d).stale_copy);
    o.as_of_ms = d.approved_ms;
    assert_int_equal(gate_judge(&d).missing, 0);

    d.approved_ms = 0;
    o.as_of_ms = d.requested_ms - 1;
    assert_int_equal(gate_judge(&d).missing, 1);
    o.as_of_ms = d.requested_ms;
    assert_int_equal(gate_judge(&d).missing, 0);
}

static void an_exception_covers_what_is_not_proven(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item items[2] = {item_of(DESIRED_ABSENT, obs, 2), item_of(DESIRED_ABSENT, NULL, 0)};
    struct dossier d = claimed_of(items);
    (void)state;

    d.item_count = 2;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_int_equal(gate_judge(&d).first_missing, 1);
    items[1].excepted = true;
    struct gate_verdict g = gate_judge(&d);
    assert_int_equal(g.answer, GATE_YES_BY_EXCEPTION);
    assert_string_equal(g.reason, "CoveredByException");
    assert_int_equal(g.verified, 1);
    assert_int_equal(g.excepted, 1);
}

static void the_worst_item_is_told_first(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0), once = seen(OUTCOME_ABSENT, 0);
    struct observation down = seen(OUTCOME_UNKNOWN, 0), old = seen(OUTCOME_ABSENT, 12 * MINUTE);
    struct item items[4] = {item_of(DESIRED_ABSENT, &once, 1), item_of(DESIRED_ABSENT, &down, 1),
                            item_of(DESIRED_ABSENT, &there, 1), item_of(DESIRED_ABSENT, &old, 1)};
    struct dossier d = claimed_of(items);
    (void)state;

    d.item_count = 1;
    struct gate_verdict g = gate_judge(&d);
    assert_int_equal(g.worst, VERDICT_SETTLING);
    assert_int_equal(g.settling_ms, MINUTE);
    assert_false(g.read_failed || g.stale_copy || g.contradicted);

    d.item_count = 2;
    g = gate_judge(&d);
    assert_int_equal(g.worst, VERDICT_UNKNOWN);
    assert_int_equal(g.first_missing, 1);
    assert_true(g.read_failed);
    assert_false(g.stale_copy);

    d.item_count = 4;
    g = gate_judge(&d);
    assert_int_equal(g.answer, GATE_NO);
    assert_int_equal(g.worst, VERDICT_MISMATCH);
    assert_int_equal(g.first_missing, 2);
    assert_string_equal(g.reason, "StillPresent");
    assert_int_equal(g.missing, 4);
    assert_true(g.contradicted && g.stale_copy && g.read_failed);
}

static void settling_waits_for_the_quickest_source_but_a_second_at_least(void **state)
{
    struct observation once = seen(OUTCOME_ABSENT, 0);
    struct item items[2] = {item_of(DESIRED_ABSENT, &once, 1), item_of(DESIRED_ABSENT, &once, 1)};
    struct dossier d = claimed_of(items);
    (void)state;

    d.item_count = 2;
    items[0].rule.settle_ms = 30 * SECOND;
    items[1].rule.settle_ms = 10 * SECOND;
    assert_int_equal(gate_judge(&d).settling_ms, 10 * SECOND);
    items[0].rule.settle_ms = 0;
    assert_int_equal(gate_judge(&d).settling_ms, SECOND);
}

/* --- which of two tickets is kept? --- */

static void the_ticket_a_person_touched_is_kept_else_the_oldest(void **state)
{
    static const struct {
        bool touched[3];
        int64_t created[3];
        size_t want;
    } CASES[] = {
        {{false, false, false}, {300, 100, 200}, 1}, {{false, false, true}, {100, 200, 300}, 2},
        {{true, false, true}, {300, 100, 200}, 2},   {{true, false, false}, {300, 100, 200}, 0},
        {{false, false, false}, {100, 100, 100}, 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct find_result f = {.proven = true, .count = 3};
        for (size_t k = 0; k < 3; k++) {
            f.human_touched[k] = CASES[i].touched[k];
            f.created_ms[k] = CASES[i].created[k];
        }
        assert_int_equal(duplicate_keep(&f), CASES[i].want);
    }
}

/* --- what a look means for a flow --- */

static enum flow_event judge(enum flow_kind kind, const struct dossier *d, const struct ticket *t)
{
    struct flow flow = {.kind = kind, .state = FS_CHECKING, .cycle = d->claim_cycle};
    return flow_judge(&flow, d, t, NULL, &POLICY_DEFAULT, d->now_ms);
}

static void a_create_looks_for_its_marker_first(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct flow flow = {.kind = FLOW_CREATE, .state = FS_CHECKING};
    struct find_result none = {.proven = true}, stranger = {.proven = false};
    struct find_result one = {.proven = true, .count = 1};
    const struct policy *p = &POLICY_DEFAULT;
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW), EV_READY);
    assert_int_equal(flow_judge(&flow, &d, NULL, &one, p, NOW), EV_FOUND);
    /* a stranger is answered 200 and an empty list */
    assert_int_equal(flow_judge(&flow, &d, NULL, &stranger, p, NOW), EV_READ_FAILED);

    d.phase = PHASE_CANCELLED;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW), EV_NOT_WANTED);
    assert_int_equal(flow_judge(&flow, &d, NULL, &one, p, NOW), EV_FOUND);
}

static void a_lost_create_waits_out_the_grace(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    int64_t grace = POLICY_DEFAULT.times.grace_ms;
    struct flow flow = {.kind = FLOW_CREATE, .state = FS_PROBING, .sent_at_ms = NOW - grace + 1};
    struct find_result none = {.proven = true};
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW), EV_WAIT);
    d.phase = PHASE_CANCELLED; /* wanted or not: until it is known, it may appear */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW), EV_WAIT);
    d.phase = PHASE_TICKETING;
    flow.state = FS_CHECKING; /* parked and tried again: no less in doubt for that */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW), EV_WAIT);
    flow.sent_at_ms--;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW), EV_READY);
    none.count = 1;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW), EV_FOUND);
}

static void a_ticket_that_is_not_readable_or_gone_decides_for_every_kind(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    struct ticket unread = {.presence = TICKET_UNREAD}, gone = {.presence = TICKET_GONE};
    (void)state;

    for (int kind = FLOW_COMMENT; kind <= FLOW_REOPEN; kind++) {
        assert_int_equal(judge((enum flow_kind)kind, &d, &unread), EV_READ_FAILED);
        assert_int_equal(judge((enum flow_kind)kind, &d, &gone), EV_NOT_WANTED);
    }
    assert_int_equal(judge(FLOW_KIND_COUNT, &d, &d.ticket), EV_NOT_WANTED);
}

static void words_are_written_except_where_we_only_observe(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    (void)state;

    assert_int_equal(judge(FLOW_COMMENT, &d, &d.ticket), EV_READY);
    d.mode = GATE_WARN;
    assert_int_equal(judge(FLOW_FIELDS, &d, &d.ticket), EV_READY);
    d.mode = GATE_OBSERVE;
    assert_int_equal(judge(FLOW_COMMENT, &d, &d.ticket), EV_NOT_WANTED);
    assert_int_equal(judge(FLOW_FIELDS, &d, &d.ticket), EV_NOT_WANTED);
}

static void a_close_asks_the_gate_once_more(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    struct ticket t = d.ticket;
    (void)state;

    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_READY);

    d.mode = GATE_WARN; /* there we write words only */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    d.mode = GATE_ENFORCE;

    obs[0].outcome = OUTCOME_PRESENT; /* the access came back meanwhile */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    obs[0].outcome = OUTCOME_ABSENT;

    t.role = STATUS_DONE; /* done already, by us */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_FOUND);
    t.cycle = STR("102"); /* or by somebody else, in a cycle of his own */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    t.role = STATUS_CANCELLED;
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    t.role = STATUS_DECLINED;
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);

    t = d.ticket; /* the claim was taken back and made again since the close was ordered */
    struct flow late = {.kind = FLOW_CLOSE, .state = FS_CHECKING, .cycle = STR("90")};
    assert_int_equal(flow_judge(&late, &d, &t, NULL, &POLICY_DEFAULT, NOW), EV_NOT_WANTED);
    t.role = STATUS_OPEN;
    t.cycle = STR("103");
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
}

static void a_reopen_is_wanted_while_done_is_not_proven(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_PRESENT, 0), seen(OUTCOME_PRESENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    struct ticket t = d.ticket;
    (void)state;

    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_FOUND); /* not Done: nothing to reopen */
    t.role = STATUS_DONE;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);

    d.mode = GATE_WARN;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
    d.mode = GATE_ENFORCE;
    d.phase = PHASE_CLOSED;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
    d.phase = PHASE_CANCELLED; /* over is not done */
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);
    d.phase = PHASE_DENIED;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);
    t.approval = APPROVAL_DECLINED; /* the very decline that ended it led there */
    t.approved_at_ms = NOW - MINUTE;
    t.cycle_at_ms = t.approved_at_ms + SECOND;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
    t.cycle_at_ms = t.approved_at_ms - SECOND; /* a person had closed it before */
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);
    t.cycle_at_ms = NOW; /* or did after */
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);

    d.phase = PHASE_VERIFYING; /* proven meanwhile */
    obs[0].outcome = obs[1].outcome = OUTCOME_ABSENT;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
}

static void a_return_moves_only_the_claim_it_answers(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    struct ticket t = d.ticket;
    (void)state;

    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_READY);
    t.cycle = STR("101"); /* claimed again since */
    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_FOUND);
    t = d.ticket;
    t.role = STATUS_OPEN; /* back already */
    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_FOUND);
}

UNIT_MAIN(cmocka_unit_test(a_proof_of_this_cycle_opens_the_gate),
          cmocka_unit_test(our_own_moves_do_not_end_the_cycle_but_a_persons_do),
          cmocka_unit_test(nothing_to_prove_or_no_claim_is_no),
          cmocka_unit_test(before_any_claim_reads_count_from_the_approval_or_the_request),
          cmocka_unit_test(an_exception_covers_what_is_not_proven),
          cmocka_unit_test(the_worst_item_is_told_first),
          cmocka_unit_test(settling_waits_for_the_quickest_source_but_a_second_at_least),
          cmocka_unit_test(the_ticket_a_person_touched_is_kept_else_the_oldest),
          cmocka_unit_test(a_create_looks_for_its_marker_first),
          cmocka_unit_test(a_lost_create_waits_out_the_grace),
          cmocka_unit_test(a_ticket_that_is_not_readable_or_gone_decides_for_every_kind),
          cmocka_unit_test(words_are_written_except_where_we_only_observe),
          cmocka_unit_test(a_close_asks_the_gate_once_more),
          cmocka_unit_test(a_reopen_is_wanted_while_done_is_not_proven),
          cmocka_unit_test(a_return_moves_only_the_claim_it_answers))
