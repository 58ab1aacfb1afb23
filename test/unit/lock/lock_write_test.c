#include "lock_unit.h"

static void what_is_read_is_written_the_same(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct str once = lock_write(a, lock_of(a, STR(DESK)));
    struct str twice = lock_write(a, lock_of(a, once));

    assert_true(once.len > 0);
    assert_true(str_eq(once, twice));
    assert_true(lock_is_same(a, &lock_of(a, STR(DESK))->sites[0], &lock_of(a, twice)->sites[0]));
}

static void a_small_thing_has_one_line(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct str text = lock_write(a, lock_of(a, STR(DESK)));

    assert_non_null(strstr(text.p, "  {\"id\": \"1\", \"text\": \"SAP FIN\"},\n"));
    assert_non_null(strstr(text.p, "\n        {\"id\": \"2\", \"name\": \"Won't Do\"}\n"));
    assert_true(str_ends(text, STR("  \"version\": 1\n}\n")));
}

static void order_at_the_desk_does_not_count(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct str turned =
        with(a, STR(DESK), "customfield_50",
             "{\"id\":\"1\",\"text\":\"SAP FIN\"},{\"id\":\"2\",\"text\":\"Workday\"}",
             "{\"id\":\"2\",\"text\":\"Workday\"},{\"id\":\"1\",\"text\":\"SAP FIN\"}");

    assert_true(str_eq(lock_write(a, lock_of(a, turned)), lock_write(a, lock_of(a, STR(DESK)))));
}

static void the_time_alone_changes_nothing(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct lock kept = *lock_of(a, STR(DESK));
    struct lock later = *lock_of(a, with(a, STR(DESK), "captured_at", "2026-11-22", "2026-11-23"));
    struct lock other = *lock_of(a, with(a, STR(DESK), "options", "Workday", "Workdays"));
    bool changed;

    assert_true(lock_put(a, &kept, &later.sites[0], &changed));
    assert_false(changed);
    assert_str(lock_seen(a, &kept.sites[0]), "2026-11-22 09:12");
    assert_true(lock_put(a, &kept, &other.sites[0], &changed));
    assert_true(changed);
    assert_int_equal(kept.count, 1);
}

static void each_site_and_mapping_has_its_section(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct lock lock = *lock_of(a, STR(DESK));
    struct lock_site second = lock.sites[0];
    const struct lock_site *found[LOCK_SITES_MAX];
    bool changed;

    second.site = STR("beta");
    second.mapping = STR("beta.yaml");
    assert_true(lock_put(a, &lock, &second, &changed));
    assert_int_equal(lock.count, 2);
    assert_int_equal(lock_sites_of(&lock, STR("beta.yaml"), found), 1);
    assert_str(found[0]->site, "beta");
    assert_int_equal(lock_sites_of(&lock, STR("copy.yaml"), found), 2);
    assert_null(lock_section(&lock, STR("beta"), STR("mapping.yaml")));
    for (size_t i = 2; i < LOCK_SITES_MAX; i++) {
        second.site = arena_printf(a, "site%zu", i);
        assert_true(lock_put(a, &lock, &second, &changed));
    }
    second.site = STR("one more");
    assert_false(lock_put(a, &lock, &second, &changed));
}

static void what_is_no_lock_is_refused(void **state)
{
    static const char *const BAD[] = {
        "", "[]", "{\"version\":2,\"sites\":[]}", "{\"version\":1,\"sites\":[{\"site\":\"a\"}]}",
        "{\"version\":1,\"sites\":[{\"fields\":[],\"projects\":[]}]}"};
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct lock *lock = ARENA_NEW(a, struct lock);

    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct err err = {0};
        assert_false(lock_read(a, str_of(BAD[i]), lock, &err));
        assert_true(err.what[0] != '\0');
    }
}

UNIT_MAIN(cmocka_unit_test(what_is_read_is_written_the_same),
          cmocka_unit_test(a_small_thing_has_one_line),
          cmocka_unit_test(order_at_the_desk_does_not_count),
          cmocka_unit_test(the_time_alone_changes_nothing),
          cmocka_unit_test(each_site_and_mapping_has_its_section),
          cmocka_unit_test(what_is_no_lock_is_refused))
