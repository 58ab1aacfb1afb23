#include "base/arena.h"

#include <string.h>

#include "unit.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(1024 * 1024);
    (void)state;

    for (size_t size = 1; size < 5000; size = size * 3 + 1) {
        char *p = arena_alloc(a, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 'x', size);
    }
    assert_non_null(arena_alloc(a, 0));
    arena_clear(a); /* the first block is used again, and clean again */
    assert_int_equal(arena_used(a), 0);
    char *again = arena_alloc(a, 100);
    assert_int_equal(again[0], 0);
    assert_int_equal(arena_used(a), 100);
}

static void the_limit_holds_and_is_remembered(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(1000);
    (void)state;

    assert_non_null(arena_alloc(a, 900));
    assert_false(arena_over(a));
    assert_null(arena_alloc(a, 101));
    assert_true(arena_over(a));
    assert_null(arena_alloc(a, 1)); /* for good: nobody may go on with half of a thing */
    assert_null(arena_cstr(a, STR("x")));
    assert_true(str_empty(arena_str(a, STR("x"))));
    assert_true(str_empty(arena_printf(a, "%d", 1)));
    arena_clear(a);
    assert_false(arena_over(a));
    assert_non_null(arena_alloc(a, 1000));
    assert_null(arena_alloc(a, SIZE_MAX));
}

static void arrays_cannot_overflow(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(1000);
    (void)state;

    assert_non_null(arena_array(a, 10, 10));
    assert_null(arena_array(a, SIZE_MAX / 2, 3));
    assert_true(arena_over(a));
}

static void large_pieces_and_many_blocks(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(64 * 1024 * 1024);
    (void)state;

    char *first = arena_alloc(a, 10);
    char *big = arena_alloc(a, 3 * 1024 * 1024);
    memset(first, 1, 10);
    memset(big, 2, 3 * 1024 * 1024);
    for (int i = 0; i < 20000; i++)
        assert_non_null(ARENA_NEW(a, struct str));
    assert_int_equal(first[9], 1);
    assert_int_equal(big[3 * 1024 * 1024 - 1], 2);
}

static void texts_are_copied_and_terminated(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(1000);
    char source[] = "abcdef";
    (void)state;

    struct str copy = arena_str(a, str_n(source, 3));
    const char *text = arena_cstr(a, str_n(source, 2));
    source[0] = 'X';
    assert_str(copy, "abc");
    assert_int_equal(copy.p[3], '\0');
    assert_string_equal(text, "ab");
    assert_string_equal(arena_cstr(a, STR_NONE), "");
    assert_str(arena_printf(a, "%s-%d", "key", 7), "key-7");
    assert_str(arena_printf(a, "%s", ""), "");
}

static char order[8];
static void remember(void *what)
{
    order[strlen(order)] = *(char *)what; /* the rest of it is zero */
}

static void destructors_run_last_first(void **state)
{
    char one[] = "1", two[] = "2", three[] = "3";
    struct arena *a = arena_new(100);
    (void)state;

    memset(order, 0, sizeof order);
    arena_on_free(a, remember, one);
    arena_on_free(a, remember, two);
    assert_null(arena_alloc(a, 101));
    arena_on_free(a, remember, three); /* over the limit: not now, and not never */
    assert_string_equal(order, "");
    arena_clear(a);
    assert_string_equal(order, "321");
    arena_on_free(a, remember, one);
    arena_free(a);
    assert_string_equal(order, "3211");
    arena_free(NULL);
}

UNIT_MAIN(cmocka_unit_test(memory_is_zeroed_and_aligned),
          cmocka_unit_test(the_limit_holds_and_is_remembered),
          cmocka_unit_test(arrays_cannot_overflow), cmocka_unit_test(large_pieces_and_many_blocks),
          cmocka_unit_test(texts_are_copied_and_terminated),
          cmocka_unit_test(destructors_run_last_first))
