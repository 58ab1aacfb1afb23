/* What approvals mean to the course of a request. */
#include "domain/approving.h"

#include "deciding.h"

static const struct approval_given BOSS = {
    .approver = {"boss", 4}, .person = 1, .at_ms = NOW - MINUTE, .steps = 1};

/* It waits for a manager since an hour, two hours long, and reminds at its half. */
static struct dossier waiting(const struct item *item, const struct approval_given *given,
                              size_t count)
{
    struct dossier d = dossier_of(item);

    d.phase = PHASE_PENDING_APPROVAL;
    d.approved_ms = 0;
    d.approval_needed = true;
    d.approvals = (struct approvals){
        .known = true,
        .asked_ms = NOW - HOUR,
        .given = given,
        .count = count,
        .terms = {.within_ms = 3 * HOUR,
                  .remind = {50},
                  .steps = {{STR("manager"), STR("boss"), 1}},
                  .step_count = 1},
    };
    return d;
}

static struct notice said(const struct dossier *d, enum notice_state state)
{
    struct notice n;
    words_for(d, 0, state, &n);
    return n;
}

/* The database's word and the rules here: one of them alone is no yes. */
static void both_have_to_say_yes(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = waiting(&item, &BOSS, 1);
    (void)state;

    struct decision r = decided(&d);
    assert_false(r.move);
    d.approval_given = true;
    r = decided(&d);
    MOVES(r, PHASE_APPROVED, "Approved");
    d.approvals.count = 0;
    r = decided(&d);
    assert_false(r.move);
    d.approvals.known = false; /* a program of before says no more than yes */
    r = decided(&d);
    MOVES(r, PHASE_APPROVED, "Approved");
}

static void it_reminds_once_and_ends(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = waiting(&item, NULL, 0);
    (void)state;

    struct decision r = decided(&d);
    assert_false(escalates(&r, "ApprovalReminder"));
    assert_true(r.look_again_ms <= NOW + 15 * MINUTE);
    struct notice quiet = said(&d, NOTICE_WAITING_APPROVAL);
    assert_string_equal(quiet.line, "Waiting for manager boss to approve, until 1 Jan 13:10 UTC");
    assert_false(quiet.comment);
    d.now_ms = NOW + 30 * MINUTE;
    r = decided(&d);
    assert_true(escalates(&r, "ApprovalReminder"));
    assert_int_equal(r.escalations[0].since_ms, NOW + 30 * MINUTE);
    d.approvals.reminded_ms = d.now_ms;
    r = decided(&d);
    assert_false(escalates(&r, "ApprovalReminder"));
    struct notice loud = said(&d, NOTICE_WAITING_APPROVAL);
    assert_true(loud.comment && loud.notify && loud.key != quiet.key);
    d.now_ms = NOW + HOUR;
    assert_true(said(&d, NOTICE_WAITING_APPROVAL).key == loud.key);
    d.now_ms = NOW + 2 * HOUR - MINUTE; /* the end is looked at when it comes */
    r = decided(&d);
    assert_int_equal(r.look_again_ms, NOW + 2 * HOUR);
    d.now_ms = NOW + 2 * HOUR;
    r = decided(&d);
    MOVES(r, PHASE_EXPIRED, "ApprovalExpired");
    d.phase = PHASE_EXPIRED;
    assert_non_null(strstr(said(&d, NOTICE_EXPIRED).line, "nobody approved this in time"));
    d.access_until_ms = NOW - HOUR;
    assert_non_null(strstr(said(&d, NOTICE_EXPIRED).line, "the time it was asked for is over"));
}

/* Nobody is reminded of what nobody can answer yet. */
static void what_is_held_reminds_nobody(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = waiting(&item, NULL, 0);
    struct decision r = {0};
    (void)state;

    d.now_ms = NOW + HOUR;
    d.held = true;
    approving_wait(&d, &r);
    assert_int_equal(r.escalation_count, 0);
    d.held = false;
    d.approvals.known = false;
    d.approval_unclear = true;
    approving_wait(&d, &r);
    assert_int_equal(r.escalation_count, 1);
    assert_true(escalates(&r, "ApproverUnclear"));
}

static void ones_own_is_told(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = waiting(&item, NULL, 0);
    uint64_t before = approving_key(&d);
    (void)state;

    d.approvals.terms = (struct approval_terms){0};
    d.approvals.own_tried = true;
    assert_string_equal(
        said(&d, NOTICE_WAITING_APPROVAL).line,
        "Waiting for approval by somebody allowed to; an approval of one's own does not count");
    assert_non_null(strstr(said(&d, NOTICE_WAITING_APPROVAL).next, "let somebody else approve"));
    d.approval_unclear = true;
    assert_non_null(
        strstr(said(&d, NOTICE_WAITING_APPROVAL).next, "of the site. Somebody approved"));
    d = waiting(&item, NULL, 0);
    d.approvals.own_tried = true;
    assert_true(4 * approving_key(&d) != 4 * before); /* the ticket is told again */
}

/* The sponsor of a contractor asks for it himself. */
static void what_nobody_may_answer_is_told(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = waiting(&item, &BOSS, 0);
    uint64_t before = approving_key(&d);
    (void)state;

    struct decision r = decided(&d);
    assert_false(escalates(&r, "NobodyMayApprove"));
    d.approvals.terms.within_ms = 0;
    d.approvals.barred = 1;
    r = decided(&d);
    assert_true(escalates(&r, "NobodyMayApprove"));
    struct notice n = said(&d, NOTICE_WAITING_APPROVAL);
    assert_string_equal(n.line,
                        "Waiting for manager boss to approve; too few of these may, for who "
                        "asks, gains or has left does not count");
    assert_non_null(strstr(n.next, "Name somebody else on the form"));
    d.approvals.own_tried = true; /* both remedies are told */
    assert_non_null(strstr(said(&d, NOTICE_WAITING_APPROVAL).next, "asks again. Name somebody"));
    d.approvals.own_tried = false;
    d.approvals.terms.within_ms = 3 * HOUR;
    assert_true(approving_key(&d) != before); /* the ticket is told again */
    d.approvals.count = 1;                    /* it was answered all the same */
    r = decided(&d);
    assert_false(escalates(&r, "NobodyMayApprove"));
}

static void words_name_who_is_wanted(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = waiting(&item, &BOSS, 0);
    struct approval_terms *t = &d.approvals.terms;
    (void)state;

    t->within_ms = 0;
    t->steps[1] = (struct approval_step){STR("security"), STR("a\nb\nc"), 2};
    t->steps[2] = (struct approval_step){STR("anyone"), STR(""), 1};
    t->step_count = 3;
    assert_string_equal(said(&d, NOTICE_WAITING_APPROVAL).line,
                        "Waiting for manager boss and 2 of security and 1 person to approve");
    t->steps[2].wanted = 2;
    d.approvals.count = 1; /* the manager did */
    assert_string_equal(said(&d, NOTICE_WAITING_APPROVAL).line,
                        "Waiting for 2 of security and 2 people to approve");
    t->step_count = 1;
    t->at_least = 2;
    assert_string_equal(said(&d, NOTICE_WAITING_APPROVAL).line,
                        "Waiting for 1 more person to approve");
    t->at_least = 3;
    assert_string_equal(said(&d, NOTICE_WAITING_APPROVAL).line,
                        "Waiting for 2 more people to approve");
    t->at_least = 1;
    t->step_count = 0;
    d.approvals.count = 0;
    d.ticket.awaited = STR("Dana"); /* nobody by name: whom Jira asks */
    assert_string_equal(said(&d, NOTICE_WAITING_APPROVAL).line, "Waiting for Dana to approve");
}

/* Somebody pressed Resolve who has approved it. */
static struct dossier own_claim(const struct item *item)
{
    struct dossier d = dossier_of(item);

    d.claims_own = true;
    d.ticket.role = STATUS_VERIFY;
    d.ticket.cycle = STR("10900");
    return d;
}

static void whoever_approved_it_claims_nothing(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = own_claim(&item);
    (void)state;

    struct decision r = decided(&d);
    assert_false(r.move);
    assert_true(escalates(&r, "ApproverFulfils"));
    assert_int_equal(says(&r), NOTICE_OWN_CLAIM);
    assert_false(orders(&r, FLOW_RETURN)); /* first it is said */
    d.notice_shown = NOTICE_OWN_CLAIM;
    d.flow_open[FLOW_COMMENT] = true;
    r = decided(&d);
    assert_false(orders(&r, FLOW_RETURN));
    d.flow_open[FLOW_COMMENT] = false;
    r = decided(&d);
    assert_true(orders(&r, FLOW_RETURN));
    d.notice_shown = NOTICE_NONE;
    d.writes_last_hour = POLICY_DEFAULT.writes_per_hour; /* or cannot be */
    r = decided(&d);
    assert_true(orders(&r, FLOW_RETURN));
    d.flow_open[FLOW_RETURN] = true;
    r = decided(&d);
    assert_false(r.move || orders(&r, FLOW_RETURN));
    d = own_claim(&item);
    d.claims_own = false; /* somebody else */
    r = decided(&d);
    MOVES(r, PHASE_CLAIMED, "ClaimedDone");
    d = own_claim(&item);
    d.mode = GATE_WARN; /* where nothing is refused it is on record, and goes on */
    r = decided(&d);
    MOVES(r, PHASE_CLAIMED, "ClaimedDone");
}

static void it_goes_back_as_often_as_may_be(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = own_claim(&item);
    (void)state;

    d.returns_last_hour = POLICY_DEFAULT.reopens_per_hour;
    d.notice_shown = NOTICE_OWN_CLAIM;
    struct decision r = decided(&d);
    assert_true(escalates(&r, "ReturnedTooOften"));
    assert_false(orders(&r, FLOW_RETURN));
    d = own_claim(&item);
    d.notice_shown = NOTICE_OWN_CLAIM;
    refuse(&d, FLOW_RETURN);
    r = decided(&d);
    assert_false(r.move || r.retry[FLOW_RETURN] || orders(&r, FLOW_RETURN));
    d.flow_refused_ms[FLOW_RETURN] = NOW - HOUR;
    r = decided(&d);
    assert_true(r.retry[FLOW_RETURN]);
}

/* Without a gate it stands in Done: it is reopened like any close without proof. */
static void a_done_of_his_is_reopened(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = own_claim(&item);
    (void)state;

    d.ticket.role = STATUS_DONE;
    d.ticket.category = CATEGORY_DONE;
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_true(orders(&r, FLOW_REOPEN));
    assert_int_equal(says(&r), NOTICE_OWN_CLAIM);
    d.phase = PHASE_CLOSED; /* closed on proof before, reopened by people, closed by him */
    d.closed_ms = d.verified_ms = d.claimed_ms = NOW - HOUR;
    d.claim_cycle = STR("10500");
    r = decided(&d);
    MOVES(r, PHASE_FULFILLING, "Reopened");
}

/* The claim of another one does not go on under his. */
static void he_takes_over_no_claim(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = own_claim(&item);
    (void)state;

    d.phase = PHASE_VERIFYING;
    d.claimed_ms = NOW - HOUR;
    d.claim_cycle = STR("10500");
    struct decision r = decided(&d);
    MOVES(r, PHASE_FULFILLING, "ClaimTakenBack");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_have_to_say_yes),
        cmocka_unit_test(it_reminds_once_and_ends),
        cmocka_unit_test(what_is_held_reminds_nobody),
        cmocka_unit_test(ones_own_is_told),
        cmocka_unit_test(what_nobody_may_answer_is_told),
        cmocka_unit_test(words_name_who_is_wanted),
        cmocka_unit_test(whoever_approved_it_claims_nothing),
        cmocka_unit_test(it_goes_back_as_often_as_may_be),
        cmocka_unit_test(a_done_of_his_is_reopened),
        cmocka_unit_test(he_takes_over_no_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
