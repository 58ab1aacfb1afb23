#include "json/json_write.h"

#include "unit.h"

static void what_is_written_is_what_rfc_8785_says(void **state)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    (void)state;

    buf_init(&b, 4096);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "a");
    json_open_array(&out);
    json_open_array(&out);
    json_close_array(&out);
    json_put_i64(&out, INT64_MIN);
    json_put_i64(&out, INT64_MAX);
    json_put_null(&out);
    json_put_bool(&out, true);
    json_open_object(&out);
    json_close_object(&out);
    json_put_raw(&out, STR("[1]"));
    json_close_array(&out);
    json_str_member(&out, "b", STR(""));
    json_i64_member(&out, "c", -1);
    json_bool_member(&out, "d\"", false);
    json_close_object(&out);
    assert_str(buf_str(&b), "{\"a\":[[],-9223372036854775808,9223372036854775807,null,true,{},[1]],"
                            "\"b\":\"\",\"c\":-1,\"d\\\"\":false}");
    assert_false(b.over);
}

static void strings_escape_only_what_must(void **state)
{
    static const struct {
        struct str in;
        const char *out;
    } CASES[] = {
        {STR("plain /text"), "\"plain /text\""},
        {STR("\"\\\b\t\n\f\r"), "\"\\\"\\\\\\b\\t\\n\\f\\r\""},
        {STR("\x01\x0b\x1f\x7f"), "\"\\u0001\\u000b\\u001f\x7f\""},
        {STR("a\0b"), "\"a\\u0000b\""},
        {STR("\xC3\xA9\xF0\x9F\x98\x80"), "\"\xC3\xA9\xF0\x9F\x98\x80\""},
        {STR("a\xFF\"z"), "\"a\xEF\xBF\xBD\\\"z\""}, /* not UTF-8 */
        {STR("\xC3"), "\"\xEF\xBF\xBD\""},
        {{NULL, 0}, "\"\""},
        {STR("tail\n"), "\"tail\\n\""},
        {STR("\nhead"), "\"\\nhead\""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_buf) struct buf b;
        struct json_out out;
        buf_init(&b, 4096);
        json_begin(&out, &b);
        json_put_str(&out, CASES[i].in);
        assert_str(buf_str(&b), CASES[i].out);
    }
}

static void round_trip(const char *text, const char *want)
{
    AUTO(drop_arena) struct arena *a = arena_new(1024 * 1024);
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *v;

    assert_true(json_parse(a, str_of(text), &v, NULL));
    buf_init(&b, 4096);
    json_begin(&out, &b);
    json_put_value(&out, v);
    assert_str(buf_str(&b), want);
}

static void a_value_written_again_is_sorted_and_loses_nothing(void **state)
{
    (void)state;
    round_trip("{ \"b\" : [ 1 , \"x\" , null , true , false ] , \"a\" : { } , \"B\" : 2 }",
               "{\"B\":2,\"a\":{},\"b\":[1,\"x\",null,true,false]}");
    round_trip("{\"aa\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"aa\":1}");
    round_trip("[1.50,-0,12345678901234567890,1e-7]", "[1.50,-0,12345678901234567890,1e-7]");
    round_trip("\"\\u00e9\\n\"", "\"\xC3\xA9\\n\"");
}

static void a_full_buf_is_marked(void **state)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    (void)state;

    buf_init(&b, 8);
    json_begin(&out, &b);
    json_put_str(&out, STR("too long for it"));
    assert_true(b.over);
}

UNIT_MAIN(cmocka_unit_test(what_is_written_is_what_rfc_8785_says),
          cmocka_unit_test(strings_escape_only_what_must),
          cmocka_unit_test(a_value_written_again_is_sorted_and_loses_nothing),
          cmocka_unit_test(a_full_buf_is_marked))
