#include "readers/pages.h"

#include <string.h>

#include "unit.h"

static struct arena *arena;
static struct pages pages;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    pages_begin(&pages, arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* "more", "end", or the fault. */
static const char *turn(struct page page)
{
    const char *fault = pages_check(&pages, &page);
    bool more = !fault && pages_more(&pages, &page, &fault);

    return fault ? fault : more ? "more" : "end";
}

static struct page by_word(const char *next)
{
    return (struct page){.by = PAGES_BY_CURSOR, .items = 2, .total = -1, .next = str_of(next)};
}

static struct page by_offset(int64_t start, size_t items, int64_t total)
{
    return (struct page){.by = PAGES_BY_OFFSET,
                         .items = items,
                         .start_said = PAGE_START_TOLD,
                         .start = start,
                         .total = total};
}

static void words_lead_on_until_there_is_none(void **state)
{
    (void)state;
    assert_string_equal(turn(by_word("a")), "more");
    assert_str(pages.next, "a");
    assert_string_equal(turn(by_word("b")), "more");
    assert_string_equal(turn(by_word("")), "end");
    assert_int_equal(pages.seen, 6);
    pages_begin(&pages, arena);
    assert_string_equal(turn(by_word("a")), "more");
    assert_string_equal(turn(by_word("a")), "PageLoop");
    pages_begin(&pages, arena);
    struct page counted = by_word("a");
    counted.total = 3;
    assert_string_equal(turn(counted), "more");
    counted.next = STR_NONE;
    assert_string_equal(turn(counted), "PartialResult"); /* four of three */
}

static void offsets_are_those_asked_for_and_reach_the_total(void **state)
{
    (void)state;
    assert_string_equal(turn(by_offset(0, 2, 3)), "more");
    assert_string_equal(turn(by_offset(2, 1, 3)), "end");
    static const struct {
        struct page second;
        const char *said;
    } CASES[] = {
        {{.by = PAGES_BY_OFFSET, .items = 1, .start_said = PAGE_START_TOLD, .start = 0, .total = 3},
         "WrongPage"},
        {{.by = PAGES_BY_OFFSET, .items = 1, .start_said = PAGE_START_HIDDEN, .total = 3},
         "WrongPage"},
        {{.by = PAGES_BY_OFFSET, .items = 1, .total = 4}, "ChangedWhileReading"},
        {{.by = PAGES_BY_OFFSET, .items = 0, .total = 3}, "PartialResult"},
        {{.by = PAGES_BY_OFFSET, .items = 2, .total = 3}, "PartialResult"},
        {{.by = PAGES_BY_OFFSET, .items = 1, .total = 3}, "end"},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        pages_begin(&pages, arena);
        assert_string_equal(turn(by_offset(0, 2, 3)), "more");
        assert_string_equal(turn(CASES[i].second), CASES[i].said);
    }
    pages_begin(&pages, arena);
    struct page last = by_offset(0, 2, 3);
    last.last = true;
    assert_string_equal(turn(last), "PartialResult");
    pages_begin(&pages, arena);
    assert_string_equal(turn(by_offset(0, 2, -1)), "more"); /* no total: until one is empty */
    assert_string_equal(turn(by_offset(2, 0, -1)), "end");
    pages_begin(&pages, arena);
    last.total = -1;
    assert_string_equal(turn(last), "end");
    pages_begin(&pages, arena);
    assert_string_equal(turn((struct page){.items = 9, .total = -1}), "end");
}

static void nothing_comes_twice(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 5000; i++)
        assert_null(pages_once(&pages, i * 2));
    assert_string_equal(pages_once(&pages, 4242), "PageLoop");
    struct arena *small = arena_new(4096 + 2048);
    const char *fault = NULL;
    pages_begin(&pages, small);
    for (uint64_t i = 0; i < 1000 && !fault; i++)
        fault = pages_once(&pages, i * 2);
    assert_string_equal(fault, "TooManyPages");
    arena_free(small);
}

static void lists_end(void **state)
{
    static const struct page FULL = {.by = PAGES_BY_NUMBER, .items = 1, .total = -1};
    (void)state;

    for (int i = 1; i < PAGES_MAX; i++)
        assert_string_equal(turn(FULL), "more");
    assert_string_equal(turn(FULL), "TooManyPages");
}

static enum pages_walked walk(uint64_t first, uint64_t second)
{
    static const struct page FULL = {.by = PAGES_BY_NUMBER, .items = 1, .total = -1},
                             EMPTY = {.by = PAGES_BY_NUMBER, .total = -1};

    pages_note(&pages, first);
    assert_string_equal(turn(FULL), "more");
    pages_note(&pages, second);
    assert_string_equal(turn(FULL), "more");
    assert_string_equal(turn(EMPTY), "end");
    return pages_walked(&pages);
}

static void lists_that_slide_are_walked_until_they_rest(void **state)
{
    (void)state;
    assert_int_equal(walk(1, 2), PAGES_WALK);
    assert_int_equal(pages.count, 0);
    assert_int_equal(walk(1, 2), PAGES_DONE);
    pages_begin(&pages, arena);
    assert_int_equal(walk(1, 2), PAGES_WALK);
    assert_int_equal(walk(2, 1), PAGES_WALK); /* the order counts */
    assert_int_equal(walk(2, 1), PAGES_DONE);
    pages_begin(&pages, arena);
    assert_int_equal(walk(1, 2), PAGES_WALK);
    assert_int_equal(walk(2, 3), PAGES_WALK);
    assert_int_equal(walk(3, 4), PAGES_DIFFER);
    pages_begin(&pages, arena);
    assert_string_equal(turn((struct page){.by = PAGES_BY_NUMBER, .total = -1}), "end");
    assert_int_equal(pages_walked(&pages), PAGES_DONE); /* one reply is one state */
    pages_begin(&pages, arena);
    assert_string_equal(turn(by_word("a")), "more");
    assert_string_equal(turn(by_word("")), "end");
    assert_int_equal(pages_walked(&pages), PAGES_DONE); /* words do not slide */
}

/* An address may hide a number, unless it is known to name an item. */
static void addresses_slide_unless_they_are_stable(void **state)
{
    (void)state;
    for (int stable = 0; stable < 2; stable++) {
        struct page page = by_word("/x?page=2");
        page.by = PAGES_BY_ADDRESS;
        page.stable = stable;
        pages_begin(&pages, arena);
        assert_string_equal(turn(page), "more");
        page.next = STR_NONE;
        assert_string_equal(turn(page), "end");
        assert_int_equal(pages_walked(&pages), stable ? PAGES_DONE : PAGES_WALK);
    }
}

/* An address for each place. */
static void places_are_parameters(void **state)
{
    static const struct {
        enum paging by;
        int64_t first;
        const char *url;
    } CASES[] = {{PAGES_BY_NUMBER, 0, "/x?p=2"}, {PAGES_BY_OFFSET, 0, "/x?p=2"},
                 {PAGES_BY_OFFSET, 1, "/x?p=3"}, {PAGES_BY_CURSOR, 0, "/x?p=a%26b"},
                 {PAGES_BY_ADDRESS, 0, "/x"},    {PAGES_ONE, 0, "/x"}};
    (void)state;

    assert_string_equal(turn(by_word("a&b")), "more");
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct buf b;
        buf_init(&b, 100);
        buf_add_c(&b, "/x");
        pages_add_place(&b, &pages, CASES[i].by, STR("p"), CASES[i].first);
        assert_str(buf_str(&b), CASES[i].url);
        pages_add_param(&b, STR("q q"), STR("="));
        assert_true(str_ends(buf_str(&b), STR("q%20q=%3D")));
        buf_done(&b);
    }
}

UNIT_MAIN(cmocka_unit_test_setup_teardown(words_lead_on_until_there_is_none, set_up, tear_down),
          cmocka_unit_test_setup_teardown(offsets_are_those_asked_for_and_reach_the_total, set_up,
                                          tear_down),
          cmocka_unit_test_setup_teardown(nothing_comes_twice, set_up, tear_down),
          cmocka_unit_test_setup_teardown(lists_end, set_up, tear_down),
          cmocka_unit_test_setup_teardown(lists_that_slide_are_walked_until_they_rest, set_up,
                                          tear_down),
          cmocka_unit_test_setup_teardown(addresses_slide_unless_they_are_stable, set_up,
                                          tear_down),
          cmocka_unit_test_setup_teardown(places_are_parameters, set_up, tear_down))
