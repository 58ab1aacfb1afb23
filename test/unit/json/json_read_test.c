#include "json/json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "unit.h"

enum { ROOM = 64 * 1024 * 1024 };

static const struct json *parse(struct arena *a, struct str text)
{
    const struct json *v = NULL;
    struct err err = {0};
    if (!json_parse(a, text, &v, &err))
        fail_msg("'%.*s': %s", STR_ARG(text), err.what);
    return v;
}

static void what_is_not_strict_json_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *what;
    } CASES[] = {
        {"", "at byte 0: the text is empty"},
        {" ", "at byte 1: a value is missing"},
        {"{} {}", "at byte 3: something follows the value"},
        {"[1],", "at byte 3: something follows the value"},
        {"[1,]", "at byte 3: a value is missing"},
        {"[1", "the text ends too early"},
        {"[1}", "a comma or the end of the container is missing"},
        {"{\"a\":1]", "a comma or the end of the container is missing"},
        {"{\"a\":1,}", "a member name in quotes is missing"},
        {"{a:1}", "a member name in quotes is missing"},
        {"{\"a\" 1}", "a colon is missing"},
        {"'a'", "a value is missing"},
        {"tru", "a value is missing"},
        {"nul", "a value is missing"},
        {"NaN", "a value is missing"},
        {"007", "a number may not begin with 0"},
        {"-01", "a number may not begin with 0"},
        {"+1", "a value is missing"},
        {"1.", "a digit is missing"},
        {".5", "a value is missing"},
        {"-", "a digit is missing"},
        {"1e", "a digit is missing"},
        {"1e999", "exponent too large"},
        {"1000000000000000000000000000000000000000000000000000000000000000",
         "more than 63 characters"},
        {"\"a", "string without an end"},
        {"\"a\\", "string without an end"},
        {"\"a\nb\"", "control character"},
        {"\"\\u0000\"", "NUL is not allowed"},
        {"\"\\x41\"", "unknown escape"},
        {"\"\\u12g4\"", "four hexadecimal digits"},
        {"\"\\u12", "four hexadecimal digits"},
        {"\"\\ud800\"", "lone surrogate"},
        {"\"\\ud800\\n1234\"", "lone surrogate"},
        {"\"\\ud800\\u0041\"", "lone surrogate"},
        {"\"\\udc00\"", "lone surrogate"},
        {"\xEF\xBB\xBF{}", "a value is missing"}, /* byte order mark */
        {"\"\xC0\xAF\"", "not UTF-8"},            /* overlong '/' */
        {"\"\xED\xA0\x80\"", "not UTF-8"},
        {"\"\xFF\"", "not UTF-8"},
        {"{\"role\":1,\"role\":2}", "'role' stands twice"},
        {"[{\"a\":{\"b\":1,\"c\":2,\"b\":3}}]", "'b' stands twice"},
        {"{\"role\":1,\"r\\u006fle\":2}", "'role' stands twice"}, /* the same when unescaped */
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        const struct json *v;
        struct err err = {0};
        if (json_parse(a, str_of(CASES[i].text), &v, &err))
            fail_msg("'%s' was taken", CASES[i].text);
        assert_int_equal(err.kind, ERR_INPUT);
        if (!strstr(err.what, CASES[i].what))
            fail_msg("'%s': got '%s', want '%s'", CASES[i].text, err.what, CASES[i].what);
    }
}

static void a_nul_byte_ends_nothing(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct json *v;
    (void)state;

    assert_false(json_parse(a, STR("{}\0{}"), &v, NULL));
    assert_false(json_parse(a, STR("\"a\0b\""), &v, NULL));
    assert_true(json_parse(a, str_n("123456", 3), &v, NULL)); /* the length counts, not the end */
    assert_str(json_number_text(v), "123");
}

static void depth_and_nodes_are_bounded(void **state)
{
    AUTO(drop_buf) struct buf deep, wide;
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct json *v;
    struct err err = {0};
    (void)state;

    buf_init(&deep, 1024);
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_add_byte(&deep, '[');
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_add_byte(&deep, ']');
    assert_true(json_parse(a, buf_str(&deep), &v, &err));
    buf_clear(&deep);
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_add_c(&deep, "{\"a\":");
    buf_add_c(&deep, "[]");
    assert_false(json_parse(a, buf_str(&deep), &v, &err));
    assert_non_null(strstr(err.what, "nested too deep"));
    for (int i = 0; i < LIMIT_JSON_DEPTH; i++)
        buf_add_byte(&deep, '}');
    assert_true(json_parse_deep(a, buf_str(&deep), LIMIT_JIRA_JSON_DEPTH, &v, &err));
    assert_true(json_parse_deep(a, buf_str(&deep), LIMIT_JSON_DEPTH + 1, &v, &err));
    assert_false(json_parse_deep(a, buf_str(&deep), LIMIT_JSON_DEPTH, &v, &err));

    buf_init(&wide, 4 * LIMIT_JSON_NODES);
    buf_add_byte(&wide, '[');
    for (int i = 0; i < LIMIT_JSON_NODES; i++)
        buf_add_c(&wide, i ? ",1" : "1");
    buf_add_byte(&wide, ']');
    assert_false(json_parse(a, buf_str(&wide), &v, &err));
    assert_non_null(strstr(err.what, "too many values"));
}

static void memory_is_the_arenas(void **state)
{
    struct err err = {0};
    const struct json *v;
    (void)state;

    for (size_t room = 1; room < 4096; room += 7) { /* wherever it ends, it is said */
        AUTO(drop_arena) struct arena *a = arena_new(room);
        if (json_parse(a, STR("{\"a\":[1,2,3,\"text\"],\"b\":{\"c\":1.5}}"), &v, &err))
            assert_false(arena_over(a));
        else
            assert_non_null(strstr(err.what, "larger than its limit"));
    }
    /* the text may go */
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    char text[] = "{\"id\":12345678901234567890,\"name\":\"x\"}";
    v = parse(a, str_of(text));
    memset(text, '!', sizeof text);
    assert_str(json_id(a, json_member(v, "id")), "12345678901234567890");
    assert_str(json_str(json_member(v, "name")), "x");
    /* and many documents share an arena */
    const struct json *other = parse(a, STR("[true]"));
    assert_true(json_is_true(json_first(other)));
    assert_str(json_str(json_member(v, "name")), "x");
}

static void many_names_are_compared_too(void **state)
{
    (void)state;

    for (int count = 2; count < 300; count += 9) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        AUTO(drop_buf) struct buf b;
        const struct json *v;
        struct err err = {0};

        buf_init(&b, 64 * 1024);
        for (int i = 0; i < count; i++)
            buf_printf(&b, "%c\"name%d\":%d", i ? ',' : '{', i, i);
        size_t before = b.len;
        buf_add_byte(&b, '}');
        v = parse(a, buf_str(&b));
        assert_int_equal(json_count(v), count);
        b.len = before; /* take the bracket back, add the first name again */
        buf_add_c(&b, ",\"name0\":1}");
        assert_false(json_parse(a, buf_str(&b), &v, &err));
        assert_non_null(strstr(err.what, "'name0' stands twice"));
    }
}

/* Comparing each with each would take minutes; the test run gives a program 30 s. */
static void a_very_large_object_is_no_attack(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(2 * ROOM);
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, ROOM);
    for (int i = 0; i < 200000; i++)
        buf_printf(&b, "%c\"a-name-of-some-length-%d\":0", i ? ',' : '{', i);
    buf_add_byte(&b, '}');
    assert_int_equal(json_count(parse(a, buf_str(&b))), 200000);
}

static void numbers_are_never_rounded(void **state)
{
    static const struct {
        const char *text, *id;
        bool integral;
        int64_t number;
    } CASES[] = {
        {"0", "0", true, 0},
        {"-0", "-0", true, 0},
        {"9007199254740993", "9007199254740993", true, 9007199254740993}, /* 2^53 + 1 */
        {"9223372036854775807", "9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", "-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", "9223372036854775808", false, 0},
        {"12345678901234567890123", "12345678901234567890123", false, 0},
        {"1.0", "", true, 1},
        {"1e3", "", true, 1000},
        {"-2.5e1", "", true, -25},
        {"1.5", "", false, 0},
        {"1e16", "", false, 0}, /* a double cannot tell it from its neighbour */
        {"1e99", "", false, 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        const struct json *v = parse(a, str_of(CASES[i].text));
        int64_t n = 7;
        assert_str(json_number_text(v), CASES[i].text);
        assert_str(json_id(a, v), CASES[i].id);
        if (json_i64(v, &n) != CASES[i].integral)
            fail_msg("json_i64 of %s", CASES[i].text);
        assert_int_equal(n, CASES[i].integral ? CASES[i].number : 7);
    }
}

/* Digits are paired with numbers by their order: a mistake would give one the other's. */
static void every_number_keeps_its_own_digits(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    const struct json *v = parse(a, STR("{\"x\":[1,\"2\",{\"y\":3.50,\"z\":[]},[4,[5]]],"
                                        "\"12\":\"1.5\",\"w\":-6e-1,\"last\":7}"));

    assert_str(json_number_text(json_path(v, "x/0")), "1");
    assert_str(json_number_text(json_path(v, "x/2/y")), "3.50");
    assert_str(json_number_text(json_path(v, "x/3/0")), "4");
    assert_str(json_number_text(json_path(v, "x/3/1/0")), "5");
    assert_str(json_number_text(json_path(v, "w")), "-6e-1");
    assert_str(json_number_text(json_path(v, "last")), "7");
    assert_null(json_number_text(json_path(v, "12")).p);
    assert_null(json_str(json_path(v, "last")).p);
}

static void names_are_compared_exactly(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    const struct json *v = parse(a, STR("{\"Role\":\"viewer\",\"role\":\"admin\"}"));

    assert_str(json_str(json_member(v, "role")), "admin");
    assert_str(json_str(json_member(v, "Role")), "viewer");
    assert_null(json_member(v, "ROLE"));
    assert_null(json_member(v, "rol"));
}

static void pointers_follow_rfc_6901(void **state)
{
    static const struct {
        const char *pointer, *digits; /* NULL: nothing there */
    } CASES[] = {
        {"/foo/0", "10"},  {"/", "0"},
        {"/a~1b", "1"},    {"/c%d", "2"},
        {"/e^f", "3"},     {"/g|h", "4"},
        {"/i\\j", "5"},    {"/k\"l", "6"},
        {"/ ", "7"},       {"/m~0n", "8"},
        {"foo", NULL},     {"/foo/2", NULL},
        {"/foo/-", NULL},  {"/foo/01", NULL},
        {"/foo/", NULL},   {"/foo/+0", NULL},
        {"/m~n", NULL},    {"/m~", NULL},
        {"/foo/0/", NULL}, {"/nested/list/1/x", "9"},
        {"/foo/-1", NULL}, {"/nested//list", NULL},
    };
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    const struct json *v =
        parse(a, STR("{\"foo\":[10,11],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
                     "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,"
                     "\"nested\":{\"list\":[{},{\"x\":9}]}}"));

    assert_ptr_equal(json_pointer(v, STR("")), v);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const struct json *found = json_pointer(v, str_of(CASES[i].pointer));
        if (!found != !CASES[i].digits)
            fail_msg("'%s'", CASES[i].pointer);
        assert_str(json_number_text(found), CASES[i].digits);
    }
    char longest[400];
    memset(longest, 'x', sizeof longest);
    longest[0] = '/';
    assert_null(json_pointer(v, str_n(longest, sizeof longest)));
}

static void typed_getters_name_what_is_wrong(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    const struct json *v =
        parse(a, STR("{\"kind\":\"grant\",\"ttl\":30,\"half\":0.5,\"on\":true,\"items\":[{}]}"));
    struct str s;
    int64_t n;
    bool b;
    const struct json *list;
    struct err err = {0};

    assert_true(json_get_str(v, "/kind", &s, &err));
    assert_str(s, "grant");
    assert_true(json_get_i64(v, "/ttl", 1, 90, &n, &err));
    assert_int_equal(n, 30);
    assert_true(json_get_bool(v, "/on", &b, &err));
    assert_true(b);
    assert_true(json_get(v, "/items", JSON_ARRAY, &list, &err));
    assert_int_equal(json_count(list), 1);

    assert_false(json_get_str(v, "/items/0/source", &s, &err));
    assert_string_equal(err.what, "'/items/0/source' is missing");
    assert_false(json_get_str(v, "/ttl", &s, &err));
    assert_string_equal(err.what, "'/ttl' must be a string");
    assert_false(json_get_i64(v, "/ttl", 31, 90, &n, &err));
    assert_string_equal(err.what, "'/ttl' must be an integer from 31 to 90");
    assert_false(json_get_i64(v, "/half", 0, 1, &n, &err));
    assert_false(json_get_i64(v, "/kind", 0, 1, &n, &err));
    assert_string_equal(err.what, "'/kind' must be a number");
    assert_false(json_get_bool(v, "/kind", &b, &err));
    assert_string_equal(err.what, "'/kind' must be true or false");
}

static void missing_values_answer_as_missing(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    const struct json *v = parse(a, STR("{\"null\":null,\"no\":false,\"list\":[],\"text\":\"\"}"));
    int64_t n;

    assert_int_equal(json_type(NULL), JSON_NULL);
    assert_int_equal(json_type(json_member(v, "null")), JSON_NULL);
    assert_non_null(json_member(v, "null"));
    assert_null(json_member(NULL, "x"));
    assert_null(json_member(json_member(v, "list"), "x"));
    assert_null(json_path(v, "list/0"));
    assert_null(json_path(v, "text/0"));
    assert_false(json_is_true(json_member(v, "no")));
    assert_false(json_i64(json_member(v, "text"), &n));
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_first(json_member(v, "text")));
    assert_null(json_next(NULL));
    assert_true(str_empty(json_name(NULL)));
    assert_str(json_str(json_member(v, "text")), "");
    assert_non_null(json_str(json_member(v, "text")).p); /* empty is not missing */
    size_t members = 0;
    JSON_EACH(m, v)
    members += json_name(m).len > 0;
    assert_int_equal(members, 4);
}

static void strings_are_unescaped(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    const struct json *v = parse(a, STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\""));
    assert_str(json_str(v), "\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9F\x98\x80");
}

UNIT_MAIN(cmocka_unit_test(what_is_not_strict_json_is_refused_with_its_place),
          cmocka_unit_test(a_nul_byte_ends_nothing), cmocka_unit_test(depth_and_nodes_are_bounded),
          cmocka_unit_test(memory_is_the_arenas), cmocka_unit_test(many_names_are_compared_too),
          cmocka_unit_test(a_very_large_object_is_no_attack),
          cmocka_unit_test(numbers_are_never_rounded),
          cmocka_unit_test(every_number_keeps_its_own_digits),
          cmocka_unit_test(names_are_compared_exactly), cmocka_unit_test(pointers_follow_rfc_6901),
          cmocka_unit_test(typed_getters_name_what_is_wrong),
          cmocka_unit_test(missing_values_answer_as_missing),
          cmocka_unit_test(strings_are_unescaped))
