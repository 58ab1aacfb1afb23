/* Headers as Atlassian shows them, as they were seen, and as nobody should send them. */
#include "jsm/jsm_limit.h"

#include "unit.h"

static void check(struct jsm_limit_headers h, bool near, int64_t remaining, int64_t reset_ms)
{
    struct jsm_limit l = jsm_limit_read(&h);

    assert_int_equal(l.near, near);
    assert_int_equal(l.remaining, remaining);
    assert_int_equal(l.reset_ms, reset_ms);
}

#define H(...) ((struct jsm_limit_headers){__VA_ARGS__})

static void as_documented(void **state)
{
    (void)state;
    check(H(.near_limit = STR_NONE), false, -1, 0);
    check(H(.ratelimit = STR("\"global-app-quota\";r=11000;t=600"),
            .policy = STR("\"global-app-quota\";q=65000;w=3600")),
          true, 11000, 600000);
    check(H(.ratelimit = STR("\"global-app-quota\";r=14000;t=600"),
            .policy = STR("\"global-app-quota\";q=65000;w=3600")),
          false, 14000, 600000);
    check(H(.near_limit = STR("true")), true, -1, 0);
    check(H(.near_limit = STR(" True ")), true, -1, 0);
    check(H(.near_limit = STR("false"), .limit = STR("100"), .remaining = STR("20")), false, 20, 0);
    check(H(.limit = STR("100"), .remaining = STR("19")), true, 19, 0);
}

static void several_at_once(void **state)
{
    (void)state;
    check(H(.ratelimit = STR("\"a\";r=900;t=60, \"b\";r=30;t=7 ,\"c\";r=40;t=1"),
            .policy = STR("\"a\";q=1000;w=60,\"c\";q=41;w=1, \"B\" ; Q=200 ; w=7")),
          true, 30, 7000);
    check(H(.ratelimit = STR("\"a, b\";r=5;t=60"), .policy = STR("\"a, b\";q=20;w=60")), false, 5,
          60000);
    /* the older headers beside: what is less counts, and lasts as long */
    check(H(.ratelimit = STR("a;r=900;t=60"), .remaining = STR("3"), .limit = STR("1000")), true, 3,
          60000);
}

static void as_observed(void **state)
{
    (void)state;
    check(H(.ratelimit = STR("\"a\";t=600")), false, -1, 600000);   /* r is missing */
    check(H(.ratelimit = STR("\"a\";r=0;t=600")), true, 0, 600000); /* no policy at 0 */
    check(H(.remaining = STR("0")), true, 0, 0);
}

static void what_cannot_be_read_is_not_there(void **state)
{
    static const char *const WRONG[] = {"",       ",",          ";",
                                        "\"a",    "a;r=",       "a;r=-1",
                                        "a;r=x",  "a;r=1.5",    "a;r",
                                        "r=5",    ";;;==,",     "a;rr=5",
                                        "a;r=+5", "a; ;;=;q=4", "\"\";\"r=3\"",
                                        "\"\"\"", "a;r= ",      "a;r=9999999999999999999"};
    (void)state;

    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct str text = str_of(WRONG[i]);
        check(H(.ratelimit = text, .policy = text, .limit = text, .near_limit = text), false, -1,
              0);
    }
    check(H(.remaining = STR("many"), .limit = STR("1e9")), false, -1, 0);
    check(H(.remaining = STR("5"), .limit = STR("x")), false, 5, 0);
    check(H(.ratelimit = STR("a;r=5;t=-3")), false, 5, 0);
}

UNIT_MAIN(cmocka_unit_test(as_documented), cmocka_unit_test(several_at_once),
          cmocka_unit_test(as_observed), cmocka_unit_test(what_cannot_be_read_is_not_there))
