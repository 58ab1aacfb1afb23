#include "domain/credential.h"

#include "unit.h"

enum { MINUTE = 60 * 1000 };

static void a_good_credential_never_waits(void **state)
{
    struct credential c = {0};
    (void)state;

    assert_true(credential_accepted(&c, 0));
    for (int i = 0; i < 100; i++) {
        assert_int_equal(credential_wait_ms(&c, i), 0);
        credential_used(&c);
    }
    assert_false(credential_accepted(&c, 0));
    assert_int_equal(credential_wait_ms(&c, 0), 0);
}

static void one_that_was_never_accepted_is_tried_by_one_call(void **state)
{
    struct credential c = {0};
    (void)state;

    assert_int_equal(credential_wait_ms(&c, 0), 0);
    credential_used(&c);
    assert_int_equal(credential_wait_ms(&c, 1), -1);
    credential_unclear(&c);
    assert_int_equal(credential_wait_ms(&c, 2), 0);
    credential_used(&c);
    credential_accepted(&c, 0);
    credential_used(&c);
    assert_int_equal(credential_wait_ms(&c, 3), 0);
}

static void after_a_refusal_one_call_at_a_time(void **state)
{
    struct credential c = {0};
    (void)state;

    assert_false(credential_refused(&c, 1000));
    assert_int_equal(credential_wait_ms(&c, 1001), 0);
    credential_used(&c);
    assert_int_equal(credential_wait_ms(&c, 1002), -1);
    credential_unclear(&c); /* it never arrived: the next one may try */
    assert_int_equal(credential_wait_ms(&c, 1003), 0);
    credential_used(&c);
    credential_accepted(&c, 0);
    assert_int_equal(credential_wait_ms(&c, 1004), 0);
    credential_used(&c);
    assert_int_equal(credential_wait_ms(&c, 1004), 0); /* and many at once again */
}

static void three_refusals_in_five_minutes_and_no_more(void **state)
{
    struct credential c = {0};
    int refusals = 0;
    (void)state;

    assert_false(credential_refused(&c, 0));
    assert_false(credential_refused(&c, 10));
    assert_true(credential_refused(&c, 20));
    assert_int_equal(credential_wait_ms(&c, 20), 5 * MINUTE - 20);
    /* an hour of trying whenever it is allowed */
    for (int64_t now = 21; now < 60 * MINUTE; now += 500) {
        if (credential_wait_ms(&c, now))
            continue;
        credential_used(&c);
        credential_refused(&c, now);
        refusals++;
    }
    assert_in_range(refusals, 30, 36); /* at most 3 in any five minutes */
}

static void a_new_secret_starts_at_once(void **state)
{
    struct credential c = {0};
    (void)state;

    for (int i = 0; i < 5; i++)
        credential_refused(&c, i);
    assert_true(credential_wait_ms(&c, 5) > 4 * MINUTE);
    credential_replaced(&c);
    assert_int_equal(credential_wait_ms(&c, 5), 0);
}

static void what_others_were_refused_counts_for_whoever_is_in_doubt(void **state)
{
    struct credential c = {0};
    (void)state;

    assert_true(credential_rest(&c, 0, 4 * MINUTE, 1000)); /* at the start: no try at all */
    assert_int_equal(credential_wait_ms(&c, 1000), 4 * MINUTE);
    assert_false(credential_rest(&c, 1000, 3 * MINUTE, 2000)); /* what is told again is no news */
    assert_int_equal(credential_wait_ms(&c, 1000 + 4 * MINUTE), 0);
    credential_used(&c);
    credential_accepted(&c, 1100);
    assert_false(credential_rest(&c, 500, 4 * MINUTE, 1200)); /* refused before: it works by now */
    assert_int_equal(credential_wait_ms(&c, 1200), 0);
    assert_true(credential_refused(&c, 1202)); /* or did: it is bound by the rest now */
    assert_int_equal(credential_wait_ms(&c, 1202), 4 * MINUTE - 2);
    credential_replaced(&c);
    assert_int_equal(credential_wait_ms(&c, 1203), 0);
}

static void who_was_accepted_hears_that_others_are_refused_since(void **state)
{
    struct credential c = {0};
    (void)state;

    credential_accepted(&c, 1000);
    assert_false(credential_rest(&c, -1, 0, 2000)); /* nobody was refused */
    credential_used(&c);
    assert_int_equal(credential_wait_ms(&c, 2000), 0);
    assert_false(credential_rest(&c, 500, 0, 2000)); /* once: one call at a time finds out */
    assert_int_equal(credential_wait_ms(&c, 2000), 0);
    credential_used(&c);
    assert_int_equal(credential_wait_ms(&c, 2001), -1);
    assert_true(credential_accepted(&c, 2002));                  /* which is news to the others */
    assert_true(credential_rest(&c, 10, 5 * MINUTE - 10, 3000)); /* three times: without a try */
    assert_int_equal(credential_wait_ms(&c, 3000), 5 * MINUTE - 10);
}

static void who_was_refused_asks_what_others_were_before_the_next_try(void **state)
{
    struct credential c = {0};
    (void)state;

    credential_accepted(&c, 1000);
    assert_false(credential_refused(&c, 2000));
    credential_asks(&c);
    assert_int_equal(credential_wait_ms(&c, 2000), -1);
    assert_true(credential_rest(&c, 0, 5 * MINUTE, 2001));
    credential_heard(&c);
    assert_int_equal(credential_wait_ms(&c, 2001), 5 * MINUTE);
    credential_replaced(&c); /* another one needs no word of theirs */
    credential_asks(&c);
    credential_heard(&c);
    assert_int_equal(credential_wait_ms(&c, 2002), 0);
}

static void replicas_share_the_tries_of_one_in_doubt(void **state)
{
    struct credential c = {.shared = true};
    (void)state;

    assert_int_equal(credential_wait_ms(&c, 0), -1);
    assert_true(credential_wants_try(&c, 0));
    credential_lend(&c);
    assert_false(credential_wants_try(&c, 0));
    assert_int_equal(credential_wait_ms(&c, 0), 0);
    credential_used(&c);
    assert_false(credential_wants_try(&c, 1)); /* it is out */
    assert_true(credential_unclear(&c));       /* and goes back */
    assert_false(credential_unclear(&c));
    assert_true(credential_wants_try(&c, 2));
    credential_lend(&c);
    credential_used(&c);
    credential_refused(&c, 3);
    assert_false(c.lent);
    credential_asks(&c);
    assert_false(credential_wants_try(&c, 3)); /* first it is heard how often */
    credential_heard(&c);
    assert_true(credential_wants_try(&c, 4));
    credential_rest(&c, 0, 5 * MINUTE, 4);
    assert_false(credential_wants_try(&c, 5)); /* there is none */
    credential_replaced(&c);
    assert_true(credential_wants_try(&c, 6)); /* of another secret there is */
    credential_lend(&c);
    credential_accepted(&c, 7);
    credential_lend(&c); /* too late: none is wanted */
    assert_false(c.lent);
    assert_int_equal(credential_wait_ms(&c, 8), 0);
    assert_false(credential_wants_try(&c, 8));
}

UNIT_MAIN(cmocka_unit_test(a_good_credential_never_waits),
          cmocka_unit_test(one_that_was_never_accepted_is_tried_by_one_call),
          cmocka_unit_test(after_a_refusal_one_call_at_a_time),
          cmocka_unit_test(three_refusals_in_five_minutes_and_no_more),
          cmocka_unit_test(a_new_secret_starts_at_once),
          cmocka_unit_test(what_others_were_refused_counts_for_whoever_is_in_doubt),
          cmocka_unit_test(who_was_accepted_hears_that_others_are_refused_since),
          cmocka_unit_test(who_was_refused_asks_what_others_were_before_the_next_try),
          cmocka_unit_test(replicas_share_the_tries_of_one_in_doubt))
