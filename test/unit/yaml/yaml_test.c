#include "yaml/yaml.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static struct diag_list diags;

static const struct yaml *parse(struct arena *a, struct str text)
{
    diag_init(&diags, "test.yaml");
    return yaml_parse(a, text, &diags);
}

static void a_file_becomes_a_tree_with_places(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    char text[] =
        "version: 1\nsites:\n  - name: \"acme\"\n    ports: [80, 443]\n\xC3\xA9t\xC3\xA9: x\n";
    (void)state;

    const struct yaml *root = parse(a, str_of(text));
    assert_non_null(root);
    memset(text, '#', sizeof text - 1); /* the tree keeps nothing of it */
    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(yaml_count(root), 3);
    const struct yaml *site = yaml_member(root, "sites")->first;
    const struct yaml *name = yaml_member(site, "name");
    assert_str(name->scalar, "acme");
    assert_true(name->quoted);
    assert_int_equal(name->pos.line, 3);
    assert_int_equal(name->pos.column, 11);
    assert_int_equal(name->pos.width, 6); /* with its quotes */
    assert_int_equal(name->key_pos.column, 5);
    assert_int_equal(name->key_pos.width, 4);
    const struct yaml *ports = yaml_member(site, "ports");
    assert_int_equal(ports->kind, YAML_LIST);
    assert_str(ports->first->next->scalar, "443");
    assert_int_equal(ports->first->next->pos.column, 17);
    assert_int_equal(yaml_member(root, "\xC3\xA9t\xC3\xA9")->pos.column, 6); /* characters */
    assert_null(yaml_member(root, "nothing"));
    assert_null(yaml_member(ports, "80"));
    assert_null(yaml_member(NULL, "x"));
    assert_int_equal(yaml_count(NULL), 0);
}

static void the_mark_before_utf8_counts_for_nothing(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;

    const struct yaml *root = parse(a, STR("\xEF\xBB\xBF"
                                           "version: 1\nx: 2\n"));
    assert_non_null(root);
    assert_int_equal(yaml_member(root, "version")->key_pos.column, 1);
    assert_null(parse(a, STR("\xEF\xBB\xBF"
                             "on: 1\n")));
    assert_int_equal(diags.items[0].pos.column, 1);
}

static void json_is_accepted(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;

    const struct yaml *root = parse(
        a,
        STR("{\n\t\"version\": 1,\n\t\"list\": [true, null, \"no\", {\"a\": \"\\u00e9\"}]\n}\n"));
    assert_non_null(root);
    const struct yaml *list = yaml_member(root, "list");
    assert_int_equal(yaml_count(list), 4);
    assert_true(yaml_is_bool(list->first));
    assert_true(yaml_is_null(list->first->next));
    assert_str(list->first->next->next->scalar, "no");
    assert_str(yaml_member(list->first->next->next->next, "a")->scalar, "\xC3\xA9");
}

/* "code@line:column ..." of all faults */
static void list_faults(char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < diags.count && len < size; i++) {
        const struct diag *d = &diags.items[i];
        len += (size_t)snprintf(text + len, size - len, "%s%s@%d:%d", i ? " " : "", d->code,
                                d->pos.line, d->pos.column);
    }
}

static void traps_are_refused_with_their_place(void **state)
{
    static const struct {
        const char *text, *faults;
    } CASES[] = {
        {"a: no\n", "M010@1:4"},
        {"a: On\n", "M010@1:4"},
        {"a: [y, 'n', OFF]\n", "M010@1:5 M010@1:13"}, /* all, not only the first */
        {"on: x\n", "M010@1:1"},                      /* a key too */
        {"lookup: { Yes: a, No: b }\n", "M010@1:11 M010@1:19"},
        {"a: 'no'\nb: \"on\"\nc: |\n  no\n", ""},
        {"a: none\nb: only\nc: north\n", ""},
        {"a: &x 1\n", "M003@1:4"},
        {"a: &x {b: 1}\n", "M003@1:4"},
        {"a: &x [1]\n", "M003@1:4"},
        {"&x a: 1\n", "M003@1:1"},
        {"a: *x\n", "M003@1:4"},
        {"a: !!str 1\n", "M003@1:4"},
        {"a: !include b\n", "M003@1:4"},
        {"a: !!map {b: 1}\n", "M003@1:4"},
        {"a: !!seq [1]\n", "M003@1:4"},
        {"<<: {a: 1}\n",
         ""}, /* without aliases a merge is an ordinary key, and unknown to every reader */
        {"a: 1\nb: 2\na: 3\n", "M004@3:1"},
        {"a: 1\na: 2\na: 3\n", "M004@2:1 M004@3:1"},
        {"x: {k: 1, \"k\": 2}\n", "M004@1:11"},
        {"? [a]\n: 1\n", "M005@1:3"},
        {"{a: 1}: 2\n", "M005@1:1"},
        {"", "M006@0:0"},
        {"# only words\n", "M006@0:0"},
        {"a: 1\n---\nb: 2\n", "M007@2:1"},
        {"---\na: 1\n...\n", ""},
        {"a:\n\tb: 1\n", "M008@2:1"},
        {"\xC3\xA9:\n  - x\n\t- y\n", "M008@3:1"},
        {"a: \"x\\0y\"\n", "M009@1:4"},
        {"a: [1\n", "M001@2:1"},
        {"a: \"b\n", "M001@2:1"},
        {"a: b: c\n", "M001@1:5"},
        {"a: \x07\n", "M001@1:1"}, /* libyaml gives no place for a control character */
        {"a: \xFF\n", "M002@0:0"},
        {"%YAML 2.0\n---\na: 1\n", "M001@1:1"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        char faults[512];
        const struct yaml *root = parse(a, str_of(CASES[i].text));
        list_faults(faults, sizeof faults);
        if (strcmp(faults, CASES[i].faults) != 0)
            fail_msg("'%s': got '%s', want '%s'", CASES[i].text, faults, CASES[i].faults);
        assert_int_equal(root == NULL, diags.errors > 0);
        for (size_t k = 0; k < diags.count; k++)
            assert_true(diags.items[k].help[0]);
    }
}

static void size_nodes_and_depth_are_bounded(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 4 * LIMIT_YAML_BYTES);
    for (int i = 0; i <= LIMIT_JSON_DEPTH; i++)
        buf_add_byte(&b, '[');
    for (int i = 0; i <= LIMIT_JSON_DEPTH; i++)
        buf_add_byte(&b, ']');
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    assert_non_null(parse(a, buf_str(&b)));
    buf_clear(&b);
    for (int i = 0; i < 5000; i++)
        buf_add_byte(&b, '[');
    assert_null(parse(a, buf_str(&b)));
    assert_string_equal(diags.items[0].code, "M002");

    buf_clear(&b);
    buf_add_byte(&b, '[');
    for (int i = 0; i < LIMIT_YAML_NODES; i++)
        buf_add_c(&b, "1,");
    buf_add_byte(&b, ']');
    assert_null(parse(a, buf_str(&b)));
    assert_string_equal(diags.items[0].text, "the file has too many entries");

    buf_clear(&b);
    while (b.len <= LIMIT_YAML_BYTES)
        buf_add_c(&b, "# a comment that fills the file\n");
    assert_null(parse(a, buf_str(&b)));
    assert_string_equal(diags.items[0].text, "the file is larger than 1 MB");

    AUTO(drop_arena) struct arena *small = arena_new(600);
    assert_null(parse(small, STR("a: {b: [1, 2, 3, 4, 5, 6, 7, 8, 9]}\n")));
    assert_string_equal(diags.items[0].code, "M002");
}

/* One map of 49,000 keys must not take a minute. */
static void duplicates_are_found_in_large_maps(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, LIMIT_YAML_BYTES);
    for (int i = 0; i < 49000; i++)
        buf_printf(&b, "k%d: 1\n", i);
    assert_non_null(parse(a, buf_str(&b)));
    buf_add_c(&b, "k17: 1\n");
    assert_null(parse(a, buf_str(&b)));
    assert_int_equal(diags.count, 1);
    assert_int_equal(diags.items[0].pos.line, 49001);
    assert_string_equal(diags.items[0].note, "'k17' stands first in line 18");
}

static void scalars_say_what_they_are(void **state)
{
    static const struct {
        const char *text;
        bool null, boolean, number;
    } CASES[] = {
        {"a:\n", true, false, false},         {"a: ~\n", true, false, false},
        {"a: null\n", true, false, false},    {"a: 'null'\n", false, false, false},
        {"a: ''\n", false, false, false},     {"a: true\n", false, true, false},
        {"a: 'true'\n", false, false, false}, {"a: True\n", false, false, false},
        {"a: 1\n", false, false, true},       {"a: -0.5e+3\n", false, false, true},
        {"a: '1'\n", false, false, false},    {"a: 007\n", false, false, false},
        {"a: 1.\n", false, false, false},     {"a: 1e\n", false, false, false},
        {"a: 10:30\n", false, false, false},  {"a: 1_000\n", false, false, false},
        {"a: 0x1F\n", false, false, false},   {"a: -\n", false, false, false},
        {"a: {}\n", false, false, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        const struct yaml *root = parse(a, str_of(CASES[i].text));
        if (i == COUNT(CASES) - 2) { /* "-" alone begins a list */
            assert_null(root);
            continue;
        }
        const struct yaml *v = yaml_member(root, "a");
        if (yaml_is_null(v) != CASES[i].null || yaml_is_bool(v) != CASES[i].boolean ||
            yaml_is_number(v) != CASES[i].number)
            fail_msg("'%s'", CASES[i].text);
    }
    assert_false(yaml_is_null(NULL));
}

static void durations(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: none */
    } CASES[] = {
        {"500ms", 500},
        {"30s", 30000},
        {"15m", 900000},
        {"8h", 28800000},
        {"2d", 172800000},
        {"0", 0},
        {"0s", 0},
        {"", -1},
        {"5", -1},
        {"m", -1},
        {"1.5h", -1},
        {"-1s", -1},
        {"1 h", -1},
        {"1H", -1},
        {"1w", -1},
        {"3650d", 315360000000},
        {"3651d", -1},
        {"99999999999999999999s", -1},
        {"9223372036854775807d", -1},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t ms = -1;
        bool good = yaml_duration(str_of(CASES[i].text), &ms);
        if (good != (CASES[i].ms >= 0) || ms != CASES[i].ms)
            fail_msg("'%s': %lld", CASES[i].text, (long long)ms);
    }
}

UNIT_MAIN(cmocka_unit_test(a_file_becomes_a_tree_with_places),
          cmocka_unit_test(the_mark_before_utf8_counts_for_nothing),
          cmocka_unit_test(json_is_accepted), cmocka_unit_test(traps_are_refused_with_their_place),
          cmocka_unit_test(size_nodes_and_depth_are_bounded),
          cmocka_unit_test(duplicates_are_found_in_large_maps),
          cmocka_unit_test(scalars_say_what_they_are), cmocka_unit_test(durations))
