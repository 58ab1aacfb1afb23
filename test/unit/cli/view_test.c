/* What strangers typed stays where it is put. */
#include "cli/view.h"

#include "unit.h"

static void moves_no_cursor_and_ends_no_line(void **state)
{
    static const struct {
        const char *typed, *shown;
    } CASES[] = {
        {"IAM-1", "IAM-1"},
        {"Grüße, 東京 €", "Grüße, 東京 €"},
        {"IAM-1\n999 entries verify\x1b[8m", "IAM-1?999 entries verify?[8m"},
        {"a\x7f\tb\r", "a??b?"},
        {"a\xc2\x9b"
         "2J\xc2\xa0",
         "a?2J\xc2\xa0"},
        {"\xe2\x80\xaegnp.exe\xe2\x81\xa9\xe2\x80\xa8", "?gnp.exe??"},
        {"\xe2\x80\x93\xe2\x80\x8f", "\xe2\x80\x93?"},
        {"\xe2\x80", "\xe2\x80"},
        {"", ""},
    };
    struct arena *arena = arena_new(4096);

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct str shown = view_plain(arena, str_of(CASES[i].typed));
        assert_string_equal(arena_printf(arena, "%.*s", STR_ARG(shown)).p, CASES[i].shown);
    }
    arena_free(arena);
}

UNIT_MAIN(cmocka_unit_test(moves_no_cursor_and_ends_no_line))
