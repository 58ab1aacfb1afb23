#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "unit.h"

static void everything_is_appended(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 1000);
    assert_true(str_empty(buf_str(&b)));
    buf_clear(&b); /* before anything was written */
    assert_true(buf_add(&b, NULL, 0));
    assert_true(buf_add_c(&b, "a"));
    assert_true(buf_add_byte(&b, '\0'));
    assert_true(buf_add_str(&b, STR("b,")));
    assert_true(buf_add_i64(&b, INT64_MIN));
    assert_true(buf_printf(&b, ",%s%%", "c"));
    assert_int_equal(b.len, 27);
    assert_memory_equal(b.p, "a\0b,-9223372036854775808,c%", 28);
    buf_clear(&b);
    assert_str(buf_str(&b), "");
    assert_string_equal(b.p, "");
}

static void the_maximum_holds_until_cleared(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 5);
    assert_true(buf_add_c(&b, "12345")); /* the maximum itself fits */
    assert_false(buf_add_byte(&b, '6'));
    assert_true(b.over);
    assert_str(buf_str(&b), "12345");
    buf_clear(&b);
    assert_false(b.over);
    assert_false(buf_printf(&b, "%d", 123456));
    assert_true(b.over);
    assert_false(buf_add(&b, "x", 1)); /* sticky: no holes in the middle */
    assert_str(buf_str(&b), "");
    assert_null(buf_room(&b, SIZE_MAX));
}

static void room_is_filled_by_hand(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 100 * 1000);
    for (int i = 0; i < 100; i++) {
        char *to = buf_room(&b, 1000);
        assert_non_null(to);
        memset(to, 'a' + i % 26, 1000);
        buf_grow(&b, 1000);
    }
    assert_int_equal(b.len, 100 * 1000);
    assert_int_equal(b.p[99 * 1000], 'a' + 99 % 26);
    assert_int_equal(b.p[b.len], '\0');
    assert_null(buf_room(&b, 1));
}

static void memory_is_handed_over(void **state)
{
    struct buf b;
    (void)state;

    buf_init(&b, 10);
    char *nothing = buf_take(&b);
    assert_string_equal(nothing, "");
    free(nothing);
    buf_add_c(&b, "text");
    char *text = buf_take(&b);
    assert_string_equal(text, "text");
    free(text);
    assert_int_equal(b.len, 0);
    assert_true(buf_add_c(&b, "again"));
    buf_done(&b);
    buf_done(&b); /* twice is harmless */
}

UNIT_MAIN(cmocka_unit_test(everything_is_appended),
          cmocka_unit_test(the_maximum_holds_until_cleared),
          cmocka_unit_test(room_is_filled_by_hand), cmocka_unit_test(memory_is_handed_over))
