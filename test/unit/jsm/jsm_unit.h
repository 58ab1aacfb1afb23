/* jsm_unit.h: an arena for each program, and JSON written with single quotes. */
#ifndef COUNTERSIGN_TEST_JSM_UNIT_H
#define COUNTERSIGN_TEST_JSM_UNIT_H

#include "json/json_read.h"
#include "unit.h"

static struct arena *arena;

/* Parsed; ' stands for ". */
static const struct json *json_of(const char *text)
{
    const struct json *v = NULL;
    struct err err = {0};
    struct str copy = arena_str(arena, str_of(text));
    char *p = arena_alloc(arena, copy.len + 1);

    for (size_t i = 0; i < copy.len; i++)
        p[i] = copy.p[i] == '\'' ? '"' : copy.p[i];
    if (!json_parse(arena, str_n(p, copy.len), &v, &err))
        fail_msg("%s in %s", err.what, text);
    return v;
}

static int arena_setup(void **state)
{
    (void)state;
    arena = arena_new((size_t)16 << 20);
    return 0;
}

static int arena_teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* UNIT_MAIN with the arena around every test. */
#define JSM_UNIT_MAIN(...)                                 \
    int main(void)                                         \
    {                                                      \
        struct CMUnitTest tests_[] = {__VA_ARGS__};        \
        for (size_t i_ = 0; i_ < COUNT(tests_); i_++) {    \
            tests_[i_].setup_func = arena_setup;           \
            tests_[i_].teardown_func = arena_teardown;     \
        }                                                  \
        (void)json_of;                                     \
        return cmocka_run_group_tests(tests_, NULL, NULL); \
    }

#endif
