#include "domain/publish.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static enum publish_next next_of(int64_t size, int64_t head, int64_t recorded, bool root_fits,
                                 enum publish_fork *fork)
{
    struct publish_state s = {size, head, recorded, root_fits};
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
          cmocka_unit_test(what_a_page_may_hold), cmocka_unit_test(each_fork_has_its_words),
          cmocka_unit_test(a_long_entry_is_published_as_its_hash))
