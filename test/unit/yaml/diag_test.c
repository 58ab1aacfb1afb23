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

UNIT_MAIN(cmocka_unit_test(a_fault_shows_place_line_caret_note_and_help),
          cmocka_unit_test(the_caret_stands_below_its_character),
          cmocka_unit_test(of_a_long_line_only_a_part_is_shown),
          cmocka_unit_test(hostile_names_are_shown_inert),
          cmocka_unit_test(what_passes_the_limit_is_counted),
          cmocka_unit_test(the_nearest_name_is_near))
