/* An exception asked for on the ticket: decided by who may, for others than himself, with an end
 * and an owner; or refused, and the ticket says why. */
#include "domain/plea.h"

#include <string.h>

#include "deciding.h"

static struct dossier asking(const struct item *item)
{
    struct dossier d = claimed_of(item);
    d.requester = STR("hr@example.com");
    d.beneficiary = STR("okafor@example.com");
    d.ticket.plea = (struct plea){.reason = STR("the vendor must do it"),
                                  .asked_by = STR("alex@example.com"),
                                  .owner = STR("lee@example.com"),
                                  .until_ms = NOW + HOUR,
                                  .answer = PLEA_YES,
                                  .decided_by = STR("reyes@example.com"),
                                  .by_approver = true,
                                  .edit = STR("77")};
    return d;
}

static void who_may_decide_and_what_it_needs(void **state)
{
    const int64_t day = 24 * INT64_C(3600000);
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = asking(&item), was = d;
    struct plea *p = &d.ticket.plea;
    (void)state;

#define BECOMES(verdict)                                  \
    do {                                                  \
        assert_int_equal(plea_judge(&d), PLEA_##verdict); \
        d = was;                                          \
    } while (0)
    BECOMES(GRANTED);
    p->reason = STR_NONE;
    BECOMES(NONE);
    d.ticket.presence = TICKET_GONE;
    BECOMES(NONE);
    d.phase = PHASE_CLOSED;
    BECOMES(NONE);
    p->answer = PLEA_UNANSWERED;
    BECOMES(WAITS);
    p->answer = PLEA_NO;
    BECOMES(DECLINED);
    p->by_approver = false;
    BECOMES(STRANGER);
    p->by_approver = false;
    p->answer = PLEA_NO; /* who may not say yes may not say no */
    BECOMES(STRANGER);
    p->by_worker = true;
    BECOMES(OWN);
    p->decided_by = STR("ALEX@example.com "); /* he asked for it himself */
    BECOMES(OWN);
    p->decided_by = STR("hr@example.com");
    BECOMES(OWN);
    p->decided_by = STR("Okafor@Example.com");
    BECOMES(OWN);
    p->until_ms = 0;
    BECOMES(NO_END);
    p->until_ms = NOW;
    BECOMES(NO_END);
    p->until_ms = NOW + 90 * day;
    BECOMES(GRANTED);
    p->until_ms = NOW + 90 * day + 1;
    BECOMES(NO_END);
    p->owner = STR_NONE;
    BECOMES(NO_OWNER);
    p->owner = STR("REYES@example.com");
    BECOMES(NO_OWNER);
    d.plea_done = STR("77");
    BECOMES(SPENT);
    item.excepted = true;
    BECOMES(NONE); /* covered: nobody needs another one */
}

static void it_is_granted_once_and_said_when_it_is_not(void **state)
{
    static const struct {
        enum plea_verdict v;
        const char *line;
    } CASES[] = {
        {PLEA_SPENT, "No exception: it has ended, or its owner and its approver are one person "
                     "under two names"},
        {PLEA_DECLINED,
         "No exception: declined by reyes@example.com. The access is still to be made as asked"},
        {PLEA_STRANGER, "No exception: reyes@example.com is not one of those who may approve it"},
        {PLEA_OWN, "No exception: reyes@example.com asks for it, works on it or gains by it"},
        {PLEA_NO_END, "No exception: it needs an end date within 90 days from today, which its "
                      "approver has not seen"},
        {PLEA_NO_OWNER, "No exception: it needs an owner other than its approver"},
        {PLEA_NONE, "No exception: nobody asks for one that is not granted"},
    };
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    uint64_t keys[COUNT(CASES)];
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct dossier d = asking(&item);
        struct plea *p = &d.ticket.plea;
        struct notice n;
        d.plea_done = CASES[i].v == PLEA_SPENT ? STR("77") : STR_NONE;
        p->answer = CASES[i].v == PLEA_DECLINED ? PLEA_NO : PLEA_YES;
        p->by_approver = CASES[i].v != PLEA_STRANGER;
        p->by_worker = CASES[i].v == PLEA_OWN;
        p->until_ms = CASES[i].v == PLEA_NO_END ? 0 : p->until_ms;
        p->owner = CASES[i].v == PLEA_NO_OWNER ? STR_NONE : p->owner;
        p->reason = CASES[i].v == PLEA_NONE ? STR_NONE : p->reason;
        words_for(&d, 0, NOTICE_NO_EXCEPTION, &n);
        assert_string_equal(n.line, CASES[i].line);
        keys[i] = n.key;
        for (size_t k = 0; k < i; k++)
            assert_true(keys[k] != keys[i]);
        struct decision r = decided(&d);
        assert_int_equal(says(&r), CASES[i].v == PLEA_NONE ? NOTICE_NOT_YET : NOTICE_NO_EXCEPTION);
        assert_int_equal(r.refuses, CASES[i].v != PLEA_NONE);
        assert_false(r.grants);
    }
    struct dossier d = asking(&item);
    struct decision r = decided(&d);
    assert_true(r.grants && !r.refuses);
    assert_true(r.look_again_ms <= NOW + SECOND); /* and all is looked at again */
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    d.phase = PHASE_FULFILLING;
    d.claimed_ms = 0;
    d.claim_cycle = STR_NONE;
    d.ticket.role = STATUS_OPEN;
    assert_true(decided(&d).grants);
}

UNIT_MAIN(cmocka_unit_test(who_may_decide_and_what_it_needs),
          cmocka_unit_test(it_is_granted_once_and_said_when_it_is_not))
