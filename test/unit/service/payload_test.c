#include "service/payload.h"

#include "base/limits.h"
#include "unit.h"

static void words_come_back_as_they_were_frozen(void **state)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct notice n = {.check = "Not there yet",
                       .line = "okafor still has \"a\\b\"\n\tin S\xc3\xa3o",
                       .next = "Remove it.",
                       .panel = "warning",
                       .state = NOTICE_NOT_YET,
                       .head = "Not closed yet",
                       .help = "Ask",
                       .attempt = 2,
                       .rows = {{"x absent", "GONE", "green", "read 11:02 UTC"}},
                       .row_count = 1};
    struct payload p;
    (void)state;

    struct str text = payload_write(arena, &n, 2);
    assert_true(payload_read(arena, text, &p));
    assert_str(p.state, "not_yet");
    assert_str(p.check, n.check);
    assert_str(p.notice.line, n.line);
    assert_str(p.notice.next, n.next);
    assert_str(p.notice.panel, n.panel);
    assert_str(p.notice.head, n.head);
    assert_str(p.notice.help, n.help);
    assert_int_equal(p.notice.attempt, 2);
    assert_int_equal(p.notice.row_count, 1);
    assert_str(p.notice.rows[0].what, "x absent");
    assert_str(p.notice.rows[0].mark, "GONE");
    assert_str(p.notice.rows[0].colour, "green");
    assert_str(p.notice.rows[0].note, "read 11:02 UTC");
    assert_int_equal(p.tell, 2);
    /* the database holds it to the byte: the same words are the same text */
    assert_true(str_eq(text, payload_write(arena, &n, 2)));
    /* what an earlier release froze is still said */
    assert_true(payload_read(
        arena, STR("{\"check\":\"a\",\"line\":\"b\",\"next\":\"\",\"panel\":\"c\"}"), &p));
    assert_int_equal(p.tell + p.notice.attempt, 0);
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
