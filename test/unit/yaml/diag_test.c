#include "yaml/diag.h"

#include <string.h>

#include "base/arena.h" /* AUTO */
#include "unit.h"

static struct str render(struct buf *b, const struct diag_list *list)
{
    buf_init(b, 1024 * 1024);
    diag_render(list, b);
    return buf_str(b);
}

static void a_fault_shows_place_line_caret_note_and_help(void **state)
{
    AUTO(drop_buf) struct buf b;
    static struct diag_list list;
    (void)state;

    diag_init(&list, "mapping.yaml");
    list.text = STR("version: 1\n  lookup: { \"SAP-FIN\": sap-fin }\n");
    diag_error(&list, "M104", (struct diag_pos){2, 13, 9}, "\"%s\" is not an option", "SAP-FIN");
    diag_note(&list, "Target system has %d options", 6);
    diag_help(&list, "an option with a similar name exists: \"SAP FIN\"");
    diag_warning(&list, "C015", (struct diag_pos){0}, "the file as a whole");
    assert_str(render(&b, &list), "error[M104]: \"SAP-FIN\" is not an option\n"
                                  "  --> mapping.yaml:2:13\n"
                                  "  |\n"
                                  "2 |   lookup: { \"SAP-FIN\": sap-fin }\n"
                                  "  |             ^^^^^^^^^\n"
                                  "  = note: Target system has 6 options\n"
                                  "  = help: an option with a similar name exists: \"SAP FIN\"\n"
                                  "\n"
                                  "warning[C015]: the file as a whole\n"
                                  "  --> mapping.yaml\n"
                                  "\n");
    assert_int_equal(list.count, 2);
    assert_int_equal(list.errors, 1);
}

static void the_caret_stands_below_its_character(void **state)
{
    static const struct {
        const char *line;
        int column, width;
        const char *shown;
    } CASES[] = {
        {"a: b\r", 4, 1, "a: b\n  |    ^\n"},
        {"\ta: b", 5, 1, " a: b\n  |     ^\n"},                 /* a tab is one blank */
        {"\xC3\xA9: b", 4, 0, "\xC3\xA9: b\n  |    ^\n"},       /* characters, not bytes */
        {"k: \x1b[31m\xC2\x9B", 4, 0, "k: ?[31m?\n  |    ^\n"}, /* nothing steers the terminal */
        {"", 1, 0, "\n  | ^\n"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_buf) struct buf b;
        static struct diag_list list;
        diag_init(&list, "f");
        list.text = str_of(CASES[i].line);
        diag_error(&list, "M001", (struct diag_pos){1, CASES[i].column, CASES[i].width}, "x");
        struct str got = render(&b, &list);
        const char *line = strstr(got.p, "1 | ");
        assert_non_null(line);
        if (strncmp(line + 4, CASES[i].shown, strlen(CASES[i].shown)) != 0)
            fail_msg("case %zu: %s", i, got.p);
    }
}

static void of_a_long_line_only_a_part_is_shown(void **state)
{
    AUTO(drop_buf) struct buf b;
    static struct diag_list list;
    char line[4001];
    (void)state;

    memset(line, '-', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    line[2000] = 'X';
    diag_init(&list, "f");
    list.text = str_of(line);
    diag_error(&list, "M001", (struct diag_pos){1, 2001, 3000}, "x");
    const char *got = render(&b, &list).p;
    assert_true(strlen(got) < 400);
    const char *shown = strstr(got, "1 | ") + 4, *caret = strstr(got, "\n  | ") + 5;
    assert_int_equal(shown[strcspn(caret, "^")], 'X');
    assert_non_null(strstr(got, "..."));
}

static void hostile_names_are_shown_inert(void **state)
{
    AUTO(drop_buf) struct buf b;
    static struct diag_list list;
    (void)state;

    diag_init(&list, "a\x1b]0;x\x07.yaml");
    diag_error(&list, "C017", (struct diag_pos){0}, "'%s' is not known", "\x1b[2J\nerror: fake");
    diag_note(&list, "\x1b[1m");
    diag_help(&list, "line\nbreak");
    assert_str(render(&b, &list), "error[C017]: '?[2J?error: fake' is not known\n"
                                  "  --> a?]0;x?.yaml\n"
                                  "  = note: ?[1m\n"
                                  "  = help: line?break\n\n");
}

static void what_passes_the_limit_is_counted(void **state)
{
    AUTO(drop_buf) struct buf b;
    static struct diag_list list;
    (void)state;

    diag_init(&list, "f");
    diag_help(&list, "nobody's help"); /* before any fault: nothing to speak of */
    diag_note(&list, "nobody's note");
    for (int i = 0; i < DIAG_MAX + 3; i++) {
        diag_error(&list, "M001", (struct diag_pos){0}, "fault %d", i);
        diag_help(&list, "help %d", i);
    }
    assert_int_equal(list.count, DIAG_MAX + 3);
    assert_int_equal(list.errors, DIAG_MAX + 3);
    const char *got = render(&b, &list).p;
    assert_non_null(strstr(got, "help 63"));
    assert_null(strstr(got, "help 64"));
    assert_null(strstr(got, "nobody"));
    assert_non_null(strstr(got, "... and 3 more\n"));
}

static void the_nearest_name_is_near(void **state)
{
    static const char *const KNOWN[] = {"name", "label", "confirmations", "max_age", "on", NULL};
    static const struct {
        const char *word, *nearest;
    } CASES[] = {
        {"nam", "name"},
        {"naem", "name"},
        {"amne", NULL},
        {"no", "on"},
        {"onn", "on"},
        {"Name", "name"},
        {"lable", "label"},
        {"labels", "label"},
        {"confirmation", "confirmations"},
        {"comfirmation", "confirmations"},
        {"maxage", "max_age"},
        {"zzzz", NULL},
        {"", NULL},
        {"a-name-far-too-long-for-any-of-them-so-that-nothing-is-near", NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        const char *got = diag_nearest(str_of(CASES[i].word), KNOWN);
        if (!got != !CASES[i].nearest || (got && strcmp(got, CASES[i].nearest) != 0))
            fail_msg("'%s': %s", CASES[i].word, got ? got : "none");
    }
}

static void similar_names_are_all_told_and_one_alone_is_the_fix(void **state)
{
    static const char *const KNOWN[] = {"parent", "plain", "plait", "SAP FIN", "no", NULL};
    static const struct {
        const char *line;
        struct diag_pos pos;
        const char *word, *help, *fix;
    } CASES[] = {
        {"a: paretn", {1, 4, 6}, "paretn", "a similar name exists: parent", "parent"},
        {"a: plaix", {1, 4, 5}, "plaix", "similar names exist: plain, plait", NULL},
        {"a: zzzz", {1, 4, 4}, "zzzz", "none of ours", NULL},
        {"a: SAP-FIN", {1, 4, 7}, "SAP-FIN", "a similar name exists: SAP FIN", "\"SAP FIN\""},
        {"a: 'paretn'", {1, 4, 8}, "paretn", "a similar name exists: parent", "\"parent\""},
        {"a: on", {1, 4, 2}, "on", "a similar name exists: no", "\"no\""}, /* a trap of YAML */
        {"a: paretn", {1, 4, 0}, "paretn", "a similar name exists: parent", NULL}, /* how much? */
        {"a: paretn",
         {2, 4, 6},
         "paretn",
         "a similar name exists: parent",
         NULL}, /* no such place */
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        static struct diag_list list;
        diag_init(&list, "f");
        list.text = str_of(CASES[i].line);
        diag_error(&list, "M022", CASES[i].pos, "x");
        diag_similar(&list, CASES[i].pos, str_of(CASES[i].word), KNOWN, "none of ours");
        const struct diag *d = &list.items[0];
        if (strcmp(d->help, CASES[i].help) != 0 || !d->fix_at.line != !CASES[i].fix ||
            strcmp(d->fix, CASES[i].fix ? CASES[i].fix : "") != 0)
            fail_msg("case %zu: '%s' '%s'", i, d->help, d->fix);
    }
}

static void words_stay_on_their_line(void **state)
{
    static const struct {
        const char *word, *written;
    } CASES[] = {
        {"plain-1", "plain-1"},
        {"off", "\"off\""},
        {"a \"b\" \\", "\"a \\\"b\\\" \\\\\""},
        {"a\nb\r", "\"a\\nb\\r\""},
        {"a\xC2\x85z", "\"a\\Nz\""}, /* the ends of lines of YAML 1.1 */
        {"a\xE2\x80\xA8z\xE2\x80\xA9", "\"a\\Lz\\P\""},
        {"\xEF\xBB\xBF\xE2\x80\xA7", "\"\\uFEFF\xE2\x80\xA7\""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_buf) struct buf b;
        buf_init(&b, 4096);
        diag_word(&b, str_of(CASES[i].word), false);
        assert_str(buf_str(&b), CASES[i].written);
    }
}

static void fixes_are_put_in_their_places(void **state)
{
    static const struct {
        const char *text;
        struct {
            struct diag_pos at;
            const char *with;
        } fixes[3];
        const char *fixed;
        size_t count;
    } CASES[] = {
        {"a: x\nb: y\n", {{{2, 4, 1}, "Y"}, {{1, 4, 1}, "XX"}}, "a: XX\nb: Y\n", 2},
        {"\xC3\xA9: \xC3\xA9x", {{{1, 4, 1}, "e"}}, "\xC3\xA9: ex", 1}, /* characters, not bytes */
        {"abcdef", {{{1, 2, 3}, "-"}, {{1, 3, 1}, "+"}}, "a-ef", 1},    /* one in another */
        {"ab", {{{1, 2, 0}, "x"}, {{1, 2, 0}, "y"}}, "axb", 1},         /* both at one place */
        {"ab", {{{1, 3, 0}, "c"}}, "abc", 1},                           /* behind the last */
        {"ab\ncd", {{{1, 2, 5}, "x"}}, "ab\ncd", 0}, /* over the end of its line */
        {"ab", {{{7, 1, 1}, "x"}}, "ab", 0},
        {"", {{{0}, NULL}}, "", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_buf) struct buf b;
        static struct diag_list list;
        diag_init(&list, "f");
        list.text = str_of(CASES[i].text);
        for (size_t k = 0; k < 3 && CASES[i].fixes[k].with; k++) {
            diag_error(&list, "M010", CASES[i].fixes[k].at, "x");
            diag_fix(&list, CASES[i].fixes[k].at, str_of(CASES[i].fixes[k].with));
        }
        buf_init(&b, 4096);
        assert_int_equal(diag_apply(&list, &b), CASES[i].count);
        assert_str(buf_str(&b), CASES[i].fixed);
    }
}

static void a_safe_fix_is_said_where_a_command_applies_it(void **state)
{
    AUTO(drop_buf) struct buf b;
    AUTO(drop_buf) struct buf c;
    static struct diag_list list;
    (void)state;

    diag_init(&list, "f");
    list.text = STR("on: 1");
    diag_error(&list, "M010", (struct diag_pos){1, 1, 2}, "x");
    diag_help(&list, "quote it");
    diag_fix(&list, (struct diag_pos){1, 1, 2}, STR("\"on\""));
    assert_null(strstr(render(&b, &list).p, "safe"));
    list.fixed_by = "validate --fix";
    assert_non_null(strstr(render(&c, &list).p, "  = help: quote it   [safe: validate --fix]\n"));
}

UNIT_MAIN(cmocka_unit_test(similar_names_are_all_told_and_one_alone_is_the_fix),
          cmocka_unit_test(words_stay_on_their_line),
          cmocka_unit_test(fixes_are_put_in_their_places),
          cmocka_unit_test(a_safe_fix_is_said_where_a_command_applies_it),
          cmocka_unit_test(a_fault_shows_place_line_caret_note_and_help),
          cmocka_unit_test(the_caret_stands_below_its_character),
          cmocka_unit_test(of_a_long_line_only_a_part_is_shown),
          cmocka_unit_test(hostile_names_are_shown_inert),
          cmocka_unit_test(what_passes_the_limit_is_counted),
          cmocka_unit_test(the_nearest_name_is_near))
