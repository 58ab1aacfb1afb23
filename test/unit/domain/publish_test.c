#include "domain/publish.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static enum publish_next next_of(int64_t size, int64_t head, int64_t recorded, bool root_fits,
                                 enum publish_fork *fork)
{
    struct publish_state s = {
        .size = size, .head = head, .recorded = recorded, .root_fits = root_fits};
    return publish_judge(&s, fork);
}

static void what_comes_next(void **state)
{
    enum publish_fork fork;
    (void)state;

    assert_int_equal(next_of(0, 0, 0, false, &fork), PUBLISH_REST); /* an empty chain */
    assert_int_equal(next_of(0, 9, 0, false, &fork), PUBLISH_PAGE);
    assert_int_equal(next_of(9, 9, 0, false, &fork), PUBLISH_SIGN);
    assert_int_equal(next_of(9, 9, 9, true, &fork), PUBLISH_REST);
    assert_int_equal(next_of(9, 12, 9, true, &fork), PUBLISH_PAGE);
    /* a crash before the checkpoint was shown, or a directory that was lost: caught up */
    assert_int_equal(next_of(9, 12, 12, false, &fork), PUBLISH_PAGE);
    assert_int_equal(fork, PUBLISH_FITS);
    /* one before it was recorded */
    assert_int_equal(next_of(12, 12, 9, false, &fork), PUBLISH_SIGN);
}

static void nothing_is_signed_that_does_not_follow(void **state)
{
    enum publish_fork fork;
    (void)state;

    assert_int_equal(next_of(9, 8, 9, true, &fork), PUBLISH_FORKED); /* fewer than the files have */
    assert_int_equal(fork, PUBLISH_MISSING);
    assert_int_equal(next_of(0, 8, 9, false, &fork), PUBLISH_FORKED); /* or than were signed */
    assert_int_equal(fork, PUBLISH_MISSING);
    assert_int_equal(next_of(9, 9, 9, false, &fork), PUBLISH_FORKED);
    assert_int_equal(fork, PUBLISH_ROOT);
    assert_int_equal(next_of(9, 20, 9, false, &fork), PUBLISH_FORKED);
    assert_int_equal(fork, PUBLISH_ROOT);
}

static void what_left_us_once_counts_whatever_the_database_says(void **state)
{
    struct publish_state s = {.size = 0, .head = 8, .recorded = 5, .anchored = 9};
    enum publish_fork fork;
    (void)state;

    assert_int_equal(publish_judge(&s, &fork), PUBLISH_FORKED);
    assert_int_equal(fork, PUBLISH_MISSING);
    s.head = 12; /* as many again, and it shows at nine whether they are the same */
    assert_int_equal(publish_judge(&s, &fork), PUBLISH_PAGE);
    s.size = 9;
    assert_int_equal(publish_judge(&s, &fork), PUBLISH_FORKED);
    assert_int_equal(fork, PUBLISH_ROOT);
    s.root_fits = true;
    assert_int_equal(publish_judge(&s, &fork), PUBLISH_PAGE);
}

/* --- one turn --- */

static const struct publish_done GOOD = {.ok = true};
static const struct publish_done BAD = {0};

static struct publish_turn turn_at(enum publish_act doing, int64_t size, int64_t head)
{
    return (struct publish_turn){.doing = doing,
                                 .state = {.size = size, .head = head, .root_fits = true}};
}

static void a_turn_from_the_lease_to_its_end(void **state)
{
    struct publish_turn t = {.doing = PUBLISH_LEASE};
    (void)state;

    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_ASK);
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .state.head = 3}),
                     PUBLISH_OPEN);
    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_READ);
    assert_int_equal(
        publish_go_on(&t, &(struct publish_done){.ok = true, .page = {3, true, true}, .last = 4}),
        PUBLISH_TAKE);
    assert_int_equal(t.state.head, 4); /* one more came */
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .state = {.size = 4}}),
                     PUBLISH_MAKE);
    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_RECORD);
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .recorded = 1}),
                     PUBLISH_SHOW);
    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_GIVE);
    assert_true(t.shown && !t.failed);
    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_WAIT);
    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_WAIT);
}

static void nothing_to_do_ends_it(void **state)
{
    struct publish_turn t = turn_at(PUBLISH_OPEN, 0, 0);
    struct publish_done done = {.ok = true};
    (void)state;

    assert_int_equal(publish_go_on(&t, &done), PUBLISH_GIVE);
    t = turn_at(PUBLISH_TAKE, 0, 9); /* recorded and never shown: caught up, it is */
    t.state.recorded = 9;
    done.state = (struct publish_state){.size = 9, .root_fits = true};
    assert_int_equal(publish_go_on(&t, &done), PUBLISH_MAKE);
    t = turn_at(PUBLISH_TAKE, 0, 9); /* the process stops: no page more */
    t.stops = true;
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .state.size = 5}),
                     PUBLISH_GIVE);
    t = turn_at(PUBLISH_OPEN, 0, 9); /* what the database has no more, the files have to have */
    t.state.retained = 5;
    done.state = (struct publish_state){.size = 4};
    assert_int_equal(publish_go_on(&t, &done), PUBLISH_GIVE);
    assert_true(t.failed);
    t = turn_at(PUBLISH_OPEN, 0, 9);
    t.state.retained = 4;
    assert_int_equal(publish_go_on(&t, &done), PUBLISH_READ);
    t = turn_at(PUBLISH_TAKE, 0, 9); /* enough for one turn: what there is is signed */
    t.pages = PUBLISH_PAGES_MAX;
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .state.size = 5}),
                     PUBLISH_MAKE);
}

static void what_fails_ends_the_turn(void **state)
{
    (void)state;
    struct publish_turn t = turn_at(PUBLISH_LEASE, 0, 0);
    assert_int_equal(publish_go_on(&t, &BAD), PUBLISH_WAIT); /* it was never ours */
    for (enum publish_act a = PUBLISH_ASK; a <= PUBLISH_SHOW; a++) {
        t = turn_at(a, 1, 1);
        assert_int_equal(publish_go_on(&t, &BAD), PUBLISH_GIVE);
        assert_true(t.failed && !t.shown);
    }
    t = turn_at(PUBLISH_TELL, 1, 1);
    assert_int_equal(publish_go_on(&t, &BAD), PUBLISH_GIVE);
    t = turn_at(PUBLISH_RECORD, 1, 1); /* the turn is over: another one goes on */
    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_GIVE);
    assert_false(t.failed || t.shown);
}

static void whatever_does_not_fit_is_told(void **state)
{
    struct publish_turn t = turn_at(PUBLISH_OPEN, 0, 3);
    (void)state;

    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .state = {.size = 4}}),
                     PUBLISH_TELL);
    assert_true(t.fork == PUBLISH_MISSING && t.failed);
    assert_int_equal(publish_go_on(&t, &GOOD), PUBLISH_GIVE);
    t = turn_at(PUBLISH_READ, 3, 5); /* fewer than the head says: once, it may be a failover */
    struct publish_done few = {.ok = true, .page = {1, true, true}};
    assert_int_equal(publish_go_on(&t, &few), PUBLISH_GIVE);
    assert_true(t.suspects && t.failed && !t.fork);
    t.doing = PUBLISH_READ;
    assert_int_equal(publish_go_on(&t, &few), PUBLISH_TELL);
    assert_int_equal(t.fork, PUBLISH_MISSING);
    t = turn_at(PUBLISH_READ, 3, 5);
    assert_int_equal(
        publish_go_on(&t, &(struct publish_done){.ok = true, .page = {3, false, true}}),
        PUBLISH_TELL);
    assert_int_equal(t.fork, PUBLISH_DIFFERS);
    t = turn_at(PUBLISH_READ, 3, 5); /* from what was read a moment ago: a failover between pages */
    t.pages = 1;
    assert_int_equal(
        publish_go_on(&t, &(struct publish_done){.ok = true, .page = {3, false, true}}),
        PUBLISH_GIVE);
    assert_true(t.failed && !t.fork);
    t = turn_at(PUBLISH_TAKE, 3, 5);
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .differs = true}),
                     PUBLISH_GIVE);
    assert_true(t.suspects);
    t.doing = PUBLISH_TAKE;
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .differs = true}),
                     PUBLISH_TELL);
    assert_int_equal(t.fork, PUBLISH_ROOT);
    t = turn_at(PUBLISH_RECORD, 5, 5);
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .recorded = -1}),
                     PUBLISH_TELL);
    assert_int_equal(t.fork, PUBLISH_ROOT);
    t = turn_at(PUBLISH_ASK, 0, 0); /* told before: nothing is done, and it counts as a failure */
    assert_int_equal(publish_go_on(&t, &(struct publish_done){.ok = true, .forked = true}),
                     PUBLISH_GIVE);
    assert_true(t.forked && t.failed && !t.fork);
}

static enum publish_fork page_of(int64_t size, size_t count, bool first, bool follows)
{
    struct publish_state s = {.size = size, .head = size + 5};
    struct publish_page page = {count, first, follows};
    return publish_page_judge(&s, &page);
}

static void what_a_page_may_hold(void **state)
{
    (void)state;
    assert_int_equal(page_of(0, 5, false, true), PUBLISH_FITS);
    assert_int_equal(page_of(9, 6, true, true), PUBLISH_FITS);
    assert_int_equal(page_of(9, 1, true, true), PUBLISH_MISSING); /* the head says otherwise */
    assert_int_equal(page_of(9, 0, false, true), PUBLISH_MISSING);
    assert_int_equal(page_of(0, 0, false, true), PUBLISH_MISSING);
    assert_int_equal(page_of(9, 6, false, true), PUBLISH_DIFFERS);
    assert_int_equal(page_of(9, 6, true, false), PUBLISH_UNCHAINED);
}

static void each_fork_has_its_words(void **state)
{
    (void)state;
    assert_string_equal(publish_fork_name(PUBLISH_MISSING), "EntriesMissing");
    for (enum publish_fork f = PUBLISH_FITS; f <= PUBLISH_UNCHAINED; f++)
        assert_true(strlen(publish_fork_text(f)) > 10);
}

static void a_long_entry_is_published_as_its_hash(void **state)
{
    char *large = calloc(1, 65536);
    struct buf room;
    (void)state;

    buf_init(&room, 256);
    assert_true(str_eq_c(publish_text(STR("{\"seq\":7}"), 7, &room), "{\"seq\":7}"));
    assert_int_equal(publish_text(str_n(large, 65535), 7, &room).len, 65535);
    struct str text = publish_text(str_n(large, 65536), 7, &room);
    assert_true(str_starts(text, STR("{\"body_sha256\":\"")) && text.len == 16 + 64 + 10);
    buf_done(&room);
    free(large);
}

UNIT_MAIN(cmocka_unit_test(what_comes_next),
          cmocka_unit_test(nothing_is_signed_that_does_not_follow),
          cmocka_unit_test(what_left_us_once_counts_whatever_the_database_says),
          cmocka_unit_test(a_turn_from_the_lease_to_its_end),
          cmocka_unit_test(nothing_to_do_ends_it), cmocka_unit_test(what_fails_ends_the_turn),
          cmocka_unit_test(whatever_does_not_fit_is_told), cmocka_unit_test(what_a_page_may_hold),
          cmocka_unit_test(each_fork_has_its_words),
          cmocka_unit_test(a_long_entry_is_published_as_its_hash))
