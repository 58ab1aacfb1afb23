#include "json/json_canonical.h"

#include "json/json_read.h"
#include "unit.h"

static const struct str NAMES[] = {STR("a"), STR("b"), STR("c")};

static bool takes(struct str text)
{
    struct json_field value[3];
    AUTO(drop_buf) struct buf room;

    buf_init(&room, 1024);
    return json_canonical(text, NAMES, 3, &room, value) &&
           json_canonical(text, NULL, 0, NULL, NULL);
}

static void what_is_asked_for_is_found(void **state)
{
    struct str text = STR("{\"A\":1,\"a\":{\"a\":[1,-2,\"}\"]},\"aa\":null,\"c\":\"x\"}");
    struct json_field value[3];
    (void)state;

    assert_true(json_canonical(text, NAMES, 3, NULL, value));
    assert_str(value[0].text, "{\"a\":[1,-2,\"}\"]}");
    assert_false(value[0].is_string);
    assert_null(value[1].text.p);
    assert_str(value[2].text, "x");
    assert_true(value[2].is_string);
    assert_ptr_equal(value[2].text.p, text.p + text.len - 3); /* lent */
    assert_true(json_canonical(STR("{}"), NAMES, 3, NULL, value));
    assert_null(value[0].text.p);
}

static void a_string_is_what_it_stands_for(void **state)
{
    struct str text = STR("{\"a\":\"{\\\"a\\\":\\\"\\\\n\\\"}\\u001f\\t\",\"b\":\"long enough for "
                          "more\\n\",\"c\":\"\"}");
    AUTO(drop_buf) struct buf room;
    struct json_field value[3];
    (void)state;

    buf_init(&room, text.len + 8);
    assert_true(json_canonical(text, NAMES, 3, &room, value));
    assert_str(value[0].text, "{\"a\":\"\\n\"}\x1f\t");
    assert_str(value[1].text, "long enough for more\n");
    assert_int_equal(value[2].text.len, 0);
    assert_true(value[2].is_string);
    assert_false(json_canonical(text, NAMES, 3, NULL, value));
    assert_true(json_canonical(text, NAMES + 2, 1, NULL, value)); /* the others are passed over */
    buf_done(&room);
    buf_init(&room, text.len); /* longer than there is room */
    assert_false(json_canonical(text, NAMES, 3, &room, value));
}

static void what_is_canonical_is_taken_and_is_json(void **state)
{
    static const struct str TEXTS[] = {
        STR("{}"),
        STR("{\"a\":[]}"),
        STR("{\"a\":{},\"b\":[[],[{}]],\"c\":0}"),
        STR("{\"a\":true,\"b\":false,\"c\":null}"),
        STR("{\"a\":-1,\"aa\":999999999999999999}"),
        STR("{\"a\":\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\"}"),
        STR("{\"\xC3\xA9\":\"\xF0\x9F\x98\x80\"}"),
    };
    (void)state;

    for (size_t i = 0; i < COUNT(TEXTS); i++) {
        AUTO(drop_arena) struct arena *arena = arena_new(64 * 1024);
        const struct json *v;
        struct err err;
        assert_true(takes(TEXTS[i]));
        assert_true(json_parse(arena, TEXTS[i], &v, &err));
    }
}

static void what_is_not_is_left_to_the_strict_reader(void **state)
{
    static const struct str TEXTS[] = {
        STR(""),
        STR("[]"),
        STR("{"),
        STR("{\"a\""),
        STR("{\"a\":"),
        STR("{\"a\":1"),
        STR("{\"a\":1,"),
        STR("{\"a\":1,}"),
        STR("{\"a\":[1,]}"),
        STR("{\"a\":[1"),
        STR("{\"a\":1}}"),
        STR("{\"a\":1} "),
        STR("{ \"a\":1}"),
        STR("{\"a\": 1}"),
        STR("{\"b\":1,\"a\":1}"),
        STR("{\"a\":1,\"a\":1}"),
        STR("{\"a\":{\"b\":1,\"b\":1}}"),
        STR("{\"\":1}"),
        STR("{\"\\u0061\":1}"),
        STR("{\"a\":01}"),
        STR("{\"a\":-}"),
        STR("{\"a\":1.5}"),
        STR("{\"a\":1e3}"),
        STR("{\"a\":1234567890123456789}"),
        STR("{\"a\":tru}"),
        STR("{\"a\":nul"),
        STR("{\"a\":\"\\/\"}"),
        STR("{\"a\":\"\\u0041\"}"),
        STR("{\"a\":\"\\u0000\"}"),
        STR("{\"a\":\"\\u000a\"}"),
        STR("{\"a\":\"\\u001F\"}"),
        STR("{\"a\":\"\\u00"),
        STR("{\"a\":\"\\"),
        STR("{\"a\":\"x"),
        STR("{\"a\":\"\n\"}"),
        STR("{\"a\":\"abcdefgh\x1f\"}"),
        STR("{\"a\":\"\xFF\"}"),
        STR("{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"), /* deeper than we write */
    };
    (void)state;

    for (size_t i = 0; i < COUNT(TEXTS); i++)
        if (takes(TEXTS[i]))
            fail_msg("taken: %.*s", STR_ARG(TEXTS[i]));
}

UNIT_MAIN(cmocka_unit_test(what_is_asked_for_is_found),
          cmocka_unit_test(what_is_canonical_is_taken_and_is_json),
          cmocka_unit_test(what_is_not_is_left_to_the_strict_reader),
          cmocka_unit_test(a_string_is_what_it_stands_for))
