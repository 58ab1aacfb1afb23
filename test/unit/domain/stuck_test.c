/* Why it is stuck: every reason, and which of two that hold at once is told. */
#include "domain/stuck.h"

#include <string.h>

#include "dossiers.h"
#include "unit.h"

enum {
    LOOK = NOW + MINUTE,
    WORK_DUE = NOW + 10 * SECOND,
    AGAIN = NOW - SECOND + 10 * MINUTE, /* refused twice: five minutes, doubled */
};

static struct stuck_work work(enum flow_kind kind, enum flow_state state, int32_t failures)
{
    return (struct stuck_work){.kind = kind,
                               .state = state,
                               .attempts = 2,
                               .failures = failures,
                               .created_ms = ASKED,
                               .parked_ms = state == FS_PARKED ? NOW - SECOND : 0,
                               .due_ms = WORK_DUE};
}

static struct stuck judge_work(const struct dossier *d, const struct stuck_work *w, size_t count)
{
    struct stuck_facts f = {.work = w, .work_count = count, .look_ms = LOOK};
    return stuck_judge(d, &f);
}

#define SAYS(said, reason_, since_, attempts_, next_) \
    do {                                              \
        struct stuck now = (said);                    \
        assert_int_equal(now.reason, reason_);        \
        assert_int_equal(now.since_ms, since_);       \
        assert_int_equal(now.attempts, attempts_);    \
        assert_int_equal(now.next_ms, next_);         \
    } while (0)

/* Nothing fails: whose turn it is follows from the phase. */
static void by_phase(void **state)
{
    static const struct {
        enum phase phase;
        enum stuck_reason reason;
        int64_t since, next;
    } ROWS[] = {
        {PHASE_RECEIVED, STUCK_RECEIVED, ASKED, LOOK},
        {PHASE_PENDING_APPROVAL, STUCK_APPROVAL_AWAITED, ASKED, LOOK},
        {PHASE_APPROVED, STUCK_TICKET_WANTED, ASKED + MINUTE, LOOK},
        {PHASE_TICKETING, STUCK_TICKET_WANTED, ASKED + MINUTE, LOOK},
        {PHASE_FULFILLING, STUCK_WORK_AWAITED, ASKED + MINUTE, LOOK},
        {PHASE_CLAIMED, STUCK_CHECKING, CLAIM, LOOK},
        {PHASE_VERIFYING, STUCK_CHECKING, CLAIM, LOOK},
        {PHASE_VERIFIED, STUCK_CLOSING, CLAIM + SECOND, LOOK},
        {PHASE_EXCEPTION, STUCK_CLOSING, CLAIM + SECOND, LOOK},
        {PHASE_CLOSED, STUCK_OVER, CLAIM + MINUTE, 0},
        {PHASE_DENIED, STUCK_OVER, CLAIM + MINUTE, 0},
        {PHASE_CANCELLED, STUCK_OVER, CLAIM + MINUTE, 0},
        {PHASE_EXPIRED, STUCK_OVER, CLAIM + MINUTE, 0},
        {PHASE_ORPHANED, STUCK_TICKET_GONE, 0, LOOK},
    };
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    (void)state;

    d.claimed_ms = CLAIM;
    d.verified_ms = CLAIM + SECOND;
    d.closed_ms = CLAIM + MINUTE;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        d.phase = ROWS[i].phase;
        SAYS(judge_work(&d, NULL, 0), ROWS[i].reason, ROWS[i].since, 0, ROWS[i].next);
    }
    d.contested = true;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        bool waits = ROWS[i].phase >= PHASE_APPROVED && ROWS[i].phase <= PHASE_VERIFYING;
        d.phase = ROWS[i].phase;
        SAYS(judge_work(&d, NULL, 0), waits ? STUCK_MAPPING_CONTESTED : ROWS[i].reason,
             waits ? d.approved_ms : ROWS[i].since, 0, ROWS[i].next);
    }
    d.contested = false;
    d.phase = PHASE_PENDING_APPROVAL;
    d.approval_unclear = true;
    SAYS(judge_work(&d, NULL, 0), STUCK_APPROVER_UNCLEAR, ASKED, 0, LOOK);
    d.approvals = (struct approvals){.known = true, .barred = 1};
    d.approvals.terms.step_count = 1;
    d.approvals.terms.steps[0] = (struct approval_step){STR("manager"), STR("boss"), 1};
    SAYS(judge_work(&d, NULL, 0), STUCK_NOBODY_MAY_APPROVE, ASKED, 0, LOOK);
    d.held = true;
    SAYS(judge_work(&d, NULL, 0), STUCK_UNCLEAR, ASKED, 0, LOOK);
    d.phase = PHASE_VERIFIED;
    d.mode = GATE_WARN;
    SAYS(judge_work(&d, NULL, 0), STUCK_CLOSE_AWAITED, CLAIM + SECOND, 0, LOOK);
    d.emergency = true;
    SAYS(judge_work(&d, NULL, 0), STUCK_EMERGENCY_OWED, CLAIM + SECOND, 0, LOOK);
    d.emergency = false;
    d.phase = PHASE_FULFILLING;
    d.answered_cycle = STR("9");
    SAYS(judge_work(&d, NULL, 0), STUCK_NOT_AS_ASKED, CLAIM, 0, LOOK);
}

/* As on the ticket: not as asked before unreadable before stale. */
static void by_reads(void **state)
{
    struct observation present[] = {seen(OUTCOME_PRESENT, MINUTE)};
    struct observation failed[] = {seen(OUTCOME_UNKNOWN, MINUTE), seen(OUTCOME_UNKNOWN, 2 * MINUTE),
                                   seen(OUTCOME_PRESENT, 3 * MINUTE)};
    struct observation stale[] = {seen(OUTCOME_PRESENT, 11 * MINUTE)};
    struct observation old[] = {seen(OUTCOME_PRESENT, MINUTE)};
    struct item items[] = {item_of(DESIRED_ABSENT, stale, 1), item_of(DESIRED_ABSENT, failed, 3),
                           item_of(DESIRED_ABSENT, present, 1)};
    struct dossier d = claimed_of(&items[0]);
    (void)state;

    SAYS(judge_work(&d, NULL, 0), STUCK_STALE_COPY, CLAIM, 0, LOOK);
    d.item_count = 2;
    SAYS(judge_work(&d, NULL, 0), STUCK_SOURCE_UNREADABLE, NOW - 2 * MINUTE, 2, LOOK);
    items[0] = items[1]; /* the first of two is told of; every read of the other failed */
    items[1].obs_count = 2;
    SAYS(judge_work(&d, NULL, 0), STUCK_SOURCE_UNREADABLE, NOW - 2 * MINUTE, 2, LOOK);
    items[0].obs_count = 1;
    SAYS(judge_work(&d, NULL, 0), STUCK_SOURCE_UNREADABLE, NOW - MINUTE, 1, LOOK);
    d.item_count = 3;
    SAYS(judge_work(&d, NULL, 0), STUCK_NOT_AS_ASKED, CLAIM, 0, LOOK);
    items[2].excepted = items[0].excepted = items[1].excepted = true;
    SAYS(judge_work(&d, NULL, 0), STUCK_CHECKING, CLAIM, 0, LOOK);
    items[0] = item_of(DESIRED_ABSENT, old, 1);
    items[0].rule.max_age_ms =
        SECOND; /* too old a proof, but not older than the work: we read again */
    SAYS(judge_work(&d, NULL, 0), STUCK_CHECKING, CLAIM, 0, LOOK);
}

static void by_work(void **state)
{
    static const struct {
        enum flow_kind kind;
        enum stuck_reason reason;
        int64_t next;
    } REFUSED[] = {
        {FLOW_CREATE, STUCK_TICKET_REFUSED, 0},          {FLOW_CLOSE, STUCK_CLOSE_REFUSED, AGAIN},
        {FLOW_REOPEN, STUCK_REOPEN_REFUSED, AGAIN},      {FLOW_RETURN, STUCK_RETURN_REFUSED, AGAIN},
        {FLOW_COMMENT, STUCK_WORDS_REFUSED, 0},          {FLOW_FIELDS, STUCK_WORDS_REFUSED, 0},
        {FLOW_RETIRE, STUCK_RETIRE_REFUSED, AGAIN},      {FLOW_MEND, STUCK_MEND_REFUSED, AGAIN},
        {FLOW_EVIDENCE_LINK, STUCK_LINK_REFUSED, AGAIN}, {FLOW_CANCEL, STUCK_CANCEL_REFUSED, AGAIN},
        {FLOW_REMIND, STUCK_REMINDER_REFUSED, 0},        {FLOW_RAISE, STUCK_RAISE_REFUSED, 0},
        {FLOW_ESCALATE, STUCK_ESCALATION_REFUSED, 0},
    };
    static const enum flow_state FAILING[] = {FS_PENDING, FS_CHECKING, FS_CALLING, FS_DOUBT,
                                              FS_PROBING};
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    (void)state;

    assert_int_equal(COUNT(REFUSED), FLOW_KIND_COUNT);
    d.ticket.issue_id = STR_NONE; /* it is not made yet */
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        struct stuck_work w = work(REFUSED[i].kind, FS_PARKED, 0);
        SAYS(judge_work(&d, &w, 1), REFUSED[i].reason, NOW - SECOND, 2, REFUSED[i].next);
    }
    for (size_t i = 0; i < COUNT(FAILING); i++) {
        bool doubt = FAILING[i] == FS_DOUBT || FAILING[i] == FS_PROBING;
        struct stuck_work w = work(FLOW_CLOSE, FAILING[i], 3);
        SAYS(judge_work(&d, &w, 1), doubt ? STUCK_CALL_IN_DOUBT : STUCK_CALL_FAILS, ASKED, 3,
             WORK_DUE);
    }
    struct stuck_work fine = work(FLOW_CLOSE, FS_PENDING, 0);
    SAYS(judge_work(&d, &fine, 1), STUCK_WORK_AWAITED, ASKED + MINUTE, 0, WORK_DUE);
}

/* Nobody can do anything there, whoever's turn it is; what is over is over. */
static void a_site_that_refuses_us_holds_everything(void **state)
{
    struct dossier d = {.phase = PHASE_FULFILLING, .now_ms = NOW};
    struct stuck_work parked = work(FLOW_CREATE, FS_PARKED, 0);
    struct stuck_facts f = {.work = &parked,
                            .work_count = 1,
                            .look_ms = LOOK,
                            .unreadable = 9,
                            .refused_since_ms = NOW - MINUTE,
                            .refused_until_ms = NOW + MINUTE};
    (void)state;

    SAYS(stuck_judge(&d, &f), STUCK_SITE_REFUSES, NOW - MINUTE, 0, NOW + MINUTE);
    f.refused_until_ms = 0; /* it was once or twice */
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_TICKET_REFUSED);
    f.told_until_ms = NOW + 2 * MINUTE;
    SAYS(stuck_judge(&d, &f), STUCK_JIRA_TELLS_WAIT, 0, 0, NOW + 2 * MINUTE);
    f.told_until_ms = NOW + MINUTE; /* soon over */
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_TICKET_REFUSED);
    f = (struct stuck_facts){.refused_until_ms = NOW + MINUTE, .told_until_ms = NOW + 9 * MINUTE};
    d.phase = PHASE_CLOSED;
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_OVER);
}

/* What is done beside the request's course holds nothing: it is told after a move that fails, a
 * ticket and a source that cannot be read. */
static void what_is_beside_comes_last(void **state)
{
    struct observation failed[] = {seen(OUTCOME_UNKNOWN, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, failed, 1);
    struct dossier d = claimed_of(&item);
    struct stuck_work all[] = {work(FLOW_COMMENT, FS_PENDING, 1), work(FLOW_CREATE, FS_DOUBT, 1),
                               work(FLOW_FIELDS, FS_PARKED, 0),   work(FLOW_COMMENT, FS_PARKED, 0),
                               work(FLOW_RETIRE, FS_PARKED, 0),   work(FLOW_CREATE, FS_PARKED, 0),
                               work(FLOW_CLOSE, FS_PENDING, 1)};
    struct stuck_facts f = {.work = all, .work_count = 7, .look_ms = LOOK};
    (void)state;

    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_CALL_FAILS); /* the close */
    f.work_count = 6;
    f.unreadable = 1;
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_TICKET_READ_FAILS);
    f.unreadable = 0;
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_SOURCE_UNREADABLE);
    d.item_count = 0;
    SAYS(stuck_judge(&d, &f), STUCK_TICKET_UNFINISHED, NOW - SECOND, 2, 0);
    f.work_count = 5;
    SAYS(stuck_judge(&d, &f), STUCK_RETIRE_REFUSED, NOW - SECOND, 2, AGAIN);
    f.work_count = 4;
    SAYS(stuck_judge(&d, &f), STUCK_WORDS_REFUSED, NOW - SECOND, 2, 0);
    f.work_count = 2;
    SAYS(stuck_judge(&d, &f), STUCK_CALL_IN_DOUBT, ASKED, 1, WORK_DUE);
    d.ticket.issue_id = STR_NONE; /* until it is made, nothing goes on without it */
    d.item_count = 1;
    SAYS(stuck_judge(&d, &f), STUCK_CALL_IN_DOUBT, ASKED, 1, WORK_DUE);
    all[1] = work(FLOW_RETIRE, FS_PENDING, 1);
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_SOURCE_UNREADABLE);
    d.item_count = 0;
    SAYS(stuck_judge(&d, &f), STUCK_CALL_FAILS, ASKED, 1, WORK_DUE);
}

/* Of all that holds at once the heaviest is told: each row drops the one told before. */
static void the_heaviest_is_told(void **state)
{
    struct observation failed[] = {seen(OUTCOME_UNKNOWN, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, failed, 1);
    struct dossier d = claimed_of(&item);
    struct stuck_work all[] = {work(FLOW_FIELDS, FS_PENDING, 1), work(FLOW_COMMENT, FS_PARKED, 0),
                               work(FLOW_CLOSE, FS_PENDING, 1), work(FLOW_REOPEN, FS_PARKED, 0),
                               work(FLOW_CREATE, FS_PARKED, 0)};
    struct stuck_facts f = {.work = all, .work_count = 5, .look_ms = NOW - 6 * MINUTE};
    (void)state;

    d.ticket.issue_id = STR_NONE; /* else the create is work beside */
    for (size_t i = 0; i < 5; i++)
        all[i].due_ms = NOW;
    SAYS(stuck_judge(&d, &f), STUCK_NOBODY_LOOKS, NOW - 6 * MINUTE, 0, 0);
    f.look_ms = NOW - STUCK_OVERDUE_MS; /* not a moment too early */
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_TICKET_REFUSED);
    f.look_ms = LOOK;
    f.unreadable = 5;
    f.readable_ms = ASKED;
    f.work_count = 4;
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_REOPEN_REFUSED);
    f.work_count = 3;
    SAYS(stuck_judge(&d, &f), STUCK_TICKET_UNREADABLE, ASKED, 5, LOOK);
    f.unreadable = 4;
    SAYS(stuck_judge(&d, &f), STUCK_TICKET_READ_FAILS, ASKED, 4, LOOK);
    f.unreadable = 0;
    SAYS(stuck_judge(&d, &f), STUCK_CALL_FAILS, ASKED, 1, NOW);
    f.work_count = 2;
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_SOURCE_UNREADABLE);
    d.item_count = 0;
    assert_int_equal(stuck_judge(&d, &f).reason, STUCK_WORDS_REFUSED);
    f.work_count = 1;
    SAYS(stuck_judge(&d, &f), STUCK_CALL_FAILS, ASKED, 1, NOW);
    f.work_count = 0;
    f.look_ms = 0; /* only when hinted */
    SAYS(stuck_judge(&d, &f), STUCK_CHECKING, CLAIM, 0, 0);
}

/* Whatever holds it, somebody is named and something can be done; the names are told apart. */
/* Somebody was asked whether it may be, and has not said yes. */
static void by_permit(void **state)
{
    static const enum permit_answer ANSWERS[] = {PERMIT_OPEN, PERMIT_DENIED, PERMIT_CONFLICT};
    static const enum stuck_reason REASONS[] = {STUCK_POLICY_AWAITED, STUCK_NOT_PERMITTED,
                                                STUCK_DUTIES_CONFLICT};
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    (void)state;

    for (size_t i = 0; i < COUNT(ANSWERS); i++) {
        struct dossier d = claimed_of(&item);
        struct permit p = {.answer = ANSWERS[i], .tries = 2, .since_ms = NOW - MINUTE};
        struct stuck_facts f = {.look_ms = NOW + MINUTE};
        d.permit_wanted = true;
        assert_int_equal(stuck_judge(&d, &f).reason, STUCK_CHECKING); /* nobody was asked yet */
        d.permits[PERMIT_VERIFICATION] = p;
        struct stuck s = stuck_judge(&d, &f);
        assert_int_equal(s.reason, REASONS[i]);
        assert_int_equal(s.attempts, 2);
        assert_int_equal(s.since_ms, NOW - MINUTE);
        d.phase = PHASE_PENDING_APPROVAL;
        d.approved_ms = 0;
        d.permits[PERMIT_INTAKE] = p;
        assert_int_equal(stuck_judge(&d, &f).reason, REASONS[i]);
        d.held = true;
        assert_int_equal(stuck_judge(&d, &f).reason, STUCK_UNCLEAR);
    }
}

static void every_reason_has_its_words(void **state)
{
    (void)state;
    for (int i = 0; i < STUCK_REASON_COUNT; i++) {
        struct stuck_words w = stuck_words((enum stuck_reason)i);
        assert_true(w.name[0] && w.next[0] && w.remedy[0]);
        assert_int_equal(i == STUCK_OVER, strcmp(w.waits_for, "nobody") == 0);
        assert_int_equal(i == STUCK_OVER, strcmp(w.state, "over") == 0);
        if (strcmp(w.state, "stuck") == 0 || strcmp(w.state, "waiting") == 0)
            assert_string_not_equal(w.remedy, "nothing");
        for (int j = 0; j < i; j++)
            assert_string_not_equal(w.name, stuck_words((enum stuck_reason)j).name);
    }
    assert_string_equal(stuck_words(STUCK_TICKET_REFUSED).waits_for, "governance_owner");
    assert_string_equal(stuck_words(STUCK_SOURCE_UNREADABLE).state, "retrying");
}

UNIT_MAIN(cmocka_unit_test(by_phase), cmocka_unit_test(by_reads), cmocka_unit_test(by_work),
          cmocka_unit_test(a_site_that_refuses_us_holds_everything),
          cmocka_unit_test(what_is_beside_comes_last), cmocka_unit_test(the_heaviest_is_told),
          cmocka_unit_test(by_permit), cmocka_unit_test(every_reason_has_its_words))
