#include "service/payload.h"

#include "base/limits.h"
#include "unit.h"

static void words_come_back_as_they_were_frozen(void **state)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct notice n = {.check = "Not there yet",
                       .line = "okafor still has \"a\\b\"\n\tin S\xc3\xa3o",
                       .next = "Remove it.",
                       .panel = "warning"};
    struct payload p;
    (void)state;

    struct str text = payload_write(arena, &n);
    assert_true(payload_read(arena, text, &p));
    assert_str(p.check, n.check);
    assert_str(p.line, n.line);
    assert_str(p.next, n.next);
    assert_str(p.panel, n.panel);
    /* the database holds it to the byte: the same words are the same text */
    assert_true(str_eq(text, payload_write(arena, &n)));
    assert_str(payload_write(arena, &(struct notice){.check = "a", .line = "b", .panel = "c"}),
               "{\"check\":\"a\",\"line\":\"b\",\"next\":\"\",\"panel\":\"c\"}");
}

static void what_we_never_froze_is_refused(void **state)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    static const char *const OTHERS[] = {
        "",
        "{}",
        "[]",
        "{\"check\":\"a\",\"line\":\"b\"}",
        "{\"check\":\"a\",\"line\":\"\",\"next\":\"c\",\"panel\":\"d\"}",
        "{\"check\":1,\"line\":\"b\",\"next\":\"c\",\"panel\":\"d\"}",
        "{\"check\":\"a\",\"line\":\"b\",\"next\":\"c\",\"panel\":\"d\"",
    };
    struct payload p;
    (void)state;

    for (size_t i = 0; i < COUNT(OTHERS); i++)
        assert_false(payload_read(arena, str_of(OTHERS[i]), &p));
}

UNIT_MAIN(cmocka_unit_test(words_come_back_as_they_were_frozen),
          cmocka_unit_test(what_we_never_froze_is_refused))
