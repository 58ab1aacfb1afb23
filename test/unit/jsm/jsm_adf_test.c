/* Rich text: what people wrote stays text. */
#include "jsm/jsm_adf.h"

#include "jsm_unit.h"

static const struct json *parsed(struct str text)
{
    const struct json *v = NULL;
    struct err err = {0};
    if (!json_parse(arena, text, &v, &err))
        fail_msg("%s in %.*s", err.what, STR_ARG(text));
    return v;
}

static void paragraphs(void **state)
{
    (void)state;
    assert_str(
        jsm_adf_text(arena, STR("one\n\ntwo \"x\"")),
        "{\"version\":1,\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{"
        "\"type\":\"text\",\"text\":\"one\"}]},{\"type\":\"paragraph\",\"content\":[{\"type\":"
        "\"text\",\"text\":\"two \\\"x\\\"\"}]}]}");
    assert_str(jsm_adf_text(arena, STR("")), "{\"version\":1,\"type\":\"doc\",\"content\":[]}");
    /* a line of nothing but controls: no empty text node, which Jira refuses */
    assert_str(
        jsm_adf_text(arena, STR("\x01\x02")),
        "{\"version\":1,\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[]}]"
        "}");
}

static void a_notice(void **state)
{
    struct jsm_notice n = {
        .panel = STR("warning"), .line = STR("Not closed"), .next = STR("Next look 11:02 UTC")};
    const struct json *v = parsed(jsm_adf_notice(arena, &n));
    (void)state;

    assert_str(json_path_str(v, "content/0/type"), "panel");
    assert_str(json_path_str(v, "content/0/attrs/panelType"), "warning");
    assert_str(json_path_str(v, "content/0/content/0/content/0/text"), "Not closed");
    assert_str(json_path_str(v, "content/0/content/0/content/0/marks/0/type"), "strong");
    assert_str(json_path_str(v, "content/0/content/1/content/0/text"), "Next look 11:02 UTC");
}

/* Begun by a sentence of its own, with what was checked folded away under it. */
static void a_long_notice(void **state)
{
    struct jsm_notice_row rows[2] = {
        {STR("x absent for \x1bo"), STR("STILL PRESENT"), STR("red"), STR("read 11:02 UTC")},
        {STR("Approved"), STR("YES"), STR("green"), STR_NONE}};
    struct jsm_notice n = {.panel = STR("warning"),
                           .head = STR("Not closed yet"),
                           .line = STR("o still has x"),
                           .help = STR("Ask the owner."),
                           .rows = rows,
                           .row_count = 2,
                           .attempt = 3};
    const struct json *v = parsed(jsm_adf_notice(arena, &n));
    (void)state;

    assert_str(json_path_str(v, "content/0/content/0/content/0/text"), "Not closed yet");
    assert_str(json_path_str(v, "content/0/content/1/content/0/text"), "o still has x");
    assert_null(json_path(v, "content/0/content/1/content/0/marks"));
    assert_str(json_path_str(v, "content/1/type"), "expand");
    assert_str(json_path_str(v, "content/1/content/0/content/0/text"), "x absent for o ");
    assert_str(json_path_str(v, "content/1/content/0/content/1/attrs/text"), "STILL PRESENT");
    assert_str(json_path_str(v, "content/1/content/0/content/2/text"), " read 11:02 UTC");
    assert_int_equal(json_count(json_path(v, "content/1/content/1/content")), 2);
    assert_str(json_path_str(v, "content/1/content/2/content/0/text"), "Ask the owner.");
    assert_str(json_path_str(v, "content/2/content/0/text"), JSM_NOTICE_END " · attempt 3");
    struct str plain = jsm_adf_plain(arena, v);
    assert_true(str_ends(plain, STR("attempt 3")));
    assert_non_null(strstr(arena_cstr(arena, plain), "x absent for o STILL PRESENT read"));

    n.panel = STR("success"); /* one green line, and how the comment is kept */
    n.row_count = 0;
    v = parsed(jsm_adf_notice(arena, &n));
    assert_int_equal(json_count(json_path(v, "content")), 2);
    assert_int_equal(json_count(json_path(v, "content/0/content")), 1);
    assert_str(jsm_adf_plain(arena, parsed(jsm_adf_told(arena, STR("Not closed yet")))),
               "Not closed yet\nThe comment \"" JSM_NOTICE_END "\" on this ticket has the rest.");
}

/* Overrides, isolates, C0 and C1 would change how the rest is read; other signs stay. */
static void harmless(void **state)
{
    (void)state;
    struct str text = jsm_adf_text(arena, STR("a\xE2\x80\xAE"
                                              "b\xE2\x81\xA6"
                                              "c\x1b[31m\xC2\x85"
                                              "d\x7f é 漢 \xF0\x9F\x98\x80"));
    assert_str(json_path_str(parsed(text), "content/0/content/0/text"),
               "abc[31md é 漢 \xF0\x9F\x98\x80");
}

static void long_texts_are_cut_between_signs(void **state)
{
    static char text[12001];
    (void)state;

    for (size_t i = 0; i + 3 <= 12000; i += 3)
        memcpy(text + i, "漢", 3);
    struct str cut =
        json_path_str(parsed(jsm_adf_text(arena, str_of(text))), "content/0/content/0/text");
    assert_true(cut.len > 9990 && cut.len <= 10000 && str_is_utf8(cut));
}

/* What a document has no room for as lines it has as one: least of all the marker is left out. */
static void many_lines_are_one_paragraph(void **state)
{
    static char text[4096 + 20];
    size_t end = 4096;
    (void)state;

    for (size_t i = 0; i < end; i++)
        text[i] = "\"\n"[i % 2];
    memcpy(text + end, "\nCountersign gar-1", sizeof "\nCountersign gar-1");
    struct str document = jsm_adf_text(arena, str_of(text));
    const struct json *v = parsed(document);
    assert_true(document.len < 32 * 1024);
    assert_int_equal(json_count(json_path(v, "content")), 1);
    assert_true(str_starts(json_path_str(v, "content/0/content/0/text"), STR("\" \" \" ")));
    assert_true(str_ends(jsm_adf_plain(arena, v), STR(" Countersign gar-1")));
    memset(text, '\n', end); /* nothing but lines */
    assert_str(jsm_adf_plain(arena, parsed(jsm_adf_text(arena, str_of(text)))),
               "Countersign gar-1");
}

static void plain_again(void **state)
{
    (void)state;
    assert_str(jsm_adf_plain(arena, json_of("' a text '")), "a text");
    assert_str(jsm_adf_plain(arena, json_of("{'type':'doc','content':[{'type':'heading','content':["
                                            "{'type':'text','text':'H'}]},"
                                            "{'type':'bulletList','content':[{'type':'listItem','"
                                            "content':[{'type':'paragraph','content':["
                                            "{'type':'text','text':'a'},{'type':'hardBreak'},{'"
                                            "type':'text','text':'b'}]}]}]}]}")),
               "H\na\nb");
    assert_str(jsm_adf_plain(arena, json_of("{'type':'doc','content':'odd'}")), "");
    assert_str(jsm_adf_plain(arena, json_of("7")), "");
    assert_str(jsm_adf_plain(arena, NULL), "");
    struct str both = jsm_adf_text(arena, STR("x\ny"));
    assert_str(jsm_adf_plain(arena, parsed(both)), "x\ny");
}

JSM_UNIT_MAIN(cmocka_unit_test(paragraphs), cmocka_unit_test(a_notice),
              cmocka_unit_test(a_long_notice), cmocka_unit_test(harmless),
              cmocka_unit_test(long_texts_are_cut_between_signs),
              cmocka_unit_test(many_lines_are_one_paragraph), cmocka_unit_test(plain_again))
