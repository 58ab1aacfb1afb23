#include "base/limits.h"
#include "mapping/mapping.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static const char TWO[] = "version: 1\nrequests:\n"
                          "  - name: one\n    request_type: \"31\"\n    change: removal\n"
                          "    subject: { from: customfield_61, on_missing: hold }\n"
                          "    application: { const: sap-fin }\n"
                          "    entitlement: { from: customfield_52, on_missing: hold }\n"
                          "  - name: two\n    request_type: \"30\"\n    change: grant\n"
                          "    subject: { from: customfield_61, on_missing: hold }\n"
                          "    application: { from: customfield_50, on_missing: hold }\n"
                          "    entitlement: { from: customfield_52, on_missing: hold }\n";

static const struct mapping *load(struct arena *a)
{
    static struct diag_list diags;
    diag_init(&diags, "mapping.yaml");
    const struct mapping *m = mapping_load(a, "mapping.yaml", str_of(TWO), NULL, 0, &diags);
    assert_non_null(m);
    return m;
}

static const struct json *parse(struct arena *a, struct str text)
{
    const struct json *v = NULL;
    struct err err = {0};
    if (!json_parse(a, text, &v, &err))
        fail_msg("%s", err.what);
    return v;
}

static void each_field_stands_once(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct mapping *m = load(a);
    struct str list[MAPPING_FIELDS_MAX];
    (void)state;

    assert_int_equal(mapping_fields(m, NULL, list), 5);
    assert_str(list[0], "customfield_10010");
    assert_str(list[1], "reporter");
    assert_true(mapping_field_is_in(list, 5, STR("customfield_50")));
    assert_int_equal(mapping_fields(m, &m->rules[0], list), 4);
    assert_false(mapping_field_is_in(list, 4, STR("customfield_50")));
}

static void what_they_hold_is_told_and_nothing_else(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct mapping *m = load(a);
    struct str list[MAPPING_FIELDS_MAX], more[] = {STR("summary"), STR("reporter")};
    (void)state;

    const struct json *issue =
        parse(a, STR("{\"fields\":{\"customfield_61\":\"okafor\",\"customfield_50\":{\"value\":"
                     "\"SAP FIN\"},\"summary\":\"s\",\"description\":\"not asked for\"}}"));
    struct mapping_field_list lists[] = {{list, mapping_fields(m, &m->rules[1], list)}, {more, 2}};
    assert_str(mapping_fields_hold(a, issue, lists, 2),
               "{\"customfield_10010\":null,\"reporter\":null,\"customfield_61\":\"okafor\","
               "\"customfield_50\":{\"value\":\"SAP FIN\"},\"customfield_52\":null,"
               "\"summary\":\"s\"}");
    lists[1].count = 0;
    assert_str(mapping_fields_hold(a, parse(a, STR("{}")), lists, 2),
               "{\"customfield_10010\":null,\"reporter\":null,\"customfield_61\":null,"
               "\"customfield_50\":null,\"customfield_52\":null}");
}

static void too_much_is_not_kept(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct str field[] = {STR("summary")};
    struct mapping_field_list lists[] = {{field, 1}};
    char *text = arena_alloc(a, LIMIT_KEPT_FIELDS_BYTES + 1);
    (void)state;

    for (size_t i = 0; i < LIMIT_KEPT_FIELDS_BYTES; i++)
        text[i] = 'x';
    const struct json *issue = parse(a, arena_printf(a, "{\"fields\":{\"summary\":\"%s\"}}", text));
    struct str kept = mapping_fields_hold(a, issue, lists, 1);
    assert_str(kept, "");
    assert_non_null(kept.p); /* told: too much */
}

UNIT_MAIN(cmocka_unit_test(each_field_stands_once),
          cmocka_unit_test(what_they_hold_is_told_and_nothing_else),
          cmocka_unit_test(too_much_is_not_kept))
