/* Approvals that a policy wants: read from others, joined, written. */
#include "policy/policy_asks.h"

#include "unit.h"

static bool reads(struct arena *a, const char *text, struct policy_asks *ret)
{
    const struct json *v;
    struct err err;

    return json_parse(a, str_of(text), &v, &err) && policy_asks_read(a, v, ret);
}

static void what_is_written_is_read_back(void **state)
{
    static const char TEXT[] =
        "{\"at_least\":2,\"steps\":[{\"at_least\":1,\"people\":[\"ciso@x.org\","
        "\"risk@x.org\"],\"who\":\"risk office\"}]}";
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct policy_asks asks;
    struct buf b;
    (void)state;

    assert_true(reads(a, TEXT, &asks) && policy_asks_any(&asks));
    assert_int_equal(asks.at_least, 2);
    assert_str(asks.steps[0].people, "ciso@x.org\nrisk@x.org");
    buf_init(&b, 1000);
    policy_asks_write(&b, &asks);
    assert_str(buf_str(&b), TEXT);
    buf_done(&b);
    assert_true(reads(a, "{\"steps\":[{\"people\":[\" boss \"]}]}", &asks));
    assert_int_equal(asks.at_least, 1);
    assert_str(asks.steps[0].people, "boss");
    assert_str(asks.steps[0].who, "policy");
}

static void what_is_not_all_understood_is_nothing(void **state)
{
    static const char *const ODD[] = {
        "[]",
        "2",
        "{\"at_least\":0}",
        "{\"at_least\":\"2\"}",
        "{\"at_least\":33}",
        "{\"quorum\":2}",
        "{\"steps\":{}}",
        "{\"steps\":[{}]}",
        "{\"steps\":[{\"people\":[]}]}",
        "{\"steps\":[{\"people\":[7]}]}",
        "{\"steps\":[{\"people\":[\"a\\nb\"]}]}",
        "{\"steps\":[{\"people\":[\"a\"],\"at_least\":2}]}",
        "{\"steps\":[{\"people\":[\"a@x\",\"A@x\"],\"at_least\":2}]}",
        "{\"steps\":[{\"people\":[\"a\"],\"who\":\"\"}]}",
        "{\"steps\":[{\"people\":[\"a\"],\"unless\":\"b\"}]}",
        "{\"steps\":[{\"people\":[\"a\"]},{\"people\":[\"a\"]},{\"people\":[\"a\"]},{\"people\":"
        "[\"a\"]},{\"people\":[\"a\"]}]}",
    };
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct policy_asks asks;
    (void)state;

    for (size_t i = 0; i < COUNT(ODD); i++)
        assert_false(reads(a, ODD[i], &asks));
}

static void what_several_want_is_wanted_together(void **state)
{
    struct policy_asks all = {0};
    struct policy_asks one = {.at_least = 2, .steps = {{STR("ciso"), STR("a"), 1}}, .count = 1};
    (void)state;

    assert_false(policy_asks_any(&all));
    for (int i = 0; i < POLICY_ASKS_MAX; i++)
        assert_true(policy_asks_join(&all, &one));
    assert_int_equal(all.count, POLICY_ASKS_MAX);
    assert_int_equal(all.at_least, 2);
    assert_false(policy_asks_join(&all, &one)); /* too many */
}

UNIT_MAIN(cmocka_unit_test(what_is_written_is_read_back),
          cmocka_unit_test(what_is_not_all_understood_is_nothing),
          cmocka_unit_test(what_several_want_is_wanted_together))
