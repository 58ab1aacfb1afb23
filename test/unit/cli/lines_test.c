/* Lines come whole where they fit, and in parts where not; nothing is left out. */
#include "cli/lines.h"

#include "unit.h"

enum { ROOM = 8 };

static void check(const char *text, size_t len, const char *wanted)
{
    char found[256] = "";
    struct lines lines;
    struct str part;
    size_t at = 0;
    bool fits;

    FILE *f = fmemopen((void *)(uintptr_t)text, len, "r");
    assert_non_null(f);
    lines_begin(&lines, f, ROOM);
    while (lines_next(&lines, &part, &fits))
        at += (size_t)snprintf(found + at, sizeof found - at, "%.*s%s|", STR_ARG(part),
                               fits ? "" : "+");
    lines_end(&lines);
    fclose(f);
    assert_string_equal(found, wanted);
}

static void whole_and_in_parts(void **state)
{
    (void)state;
    check("a\nbc\n", 5, "a\n|bc\n|");
    check("a\nbc", 4, "a\n|bc|");
    check("\n\n", 2, "\n|\n|");
    check("1234567\nx\n", 10, "1234567\n|x\n|");
    check("12345678\nx", 10, "12345678+|\n|x|");
    check("1234567890123456789\nx\n", 22, "12345678+|90123456+|789\n|x\n|");
    check("a\n1234567\nbcdefgh\n", 18, "a\n|1234567\n|bcdefgh\n|");
}

UNIT_MAIN(cmocka_unit_test(whole_and_in_parts))
