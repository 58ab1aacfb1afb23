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
    const struct json *v = parsed(
        jsm_adf_notice(arena, STR("warning"), STR("Not closed"), STR("Next look 11:02 UTC")));
    (void)state;

    assert_str(json_path_str(v, "content/0/type"), "panel");
    assert_str(json_path_str(v, "content/0/attrs/panelType"), "warning");
    assert_str(json_path_str(v, "content/0/content/0/content/0/text"), "Not closed");
    assert_str(json_path_str(v, "content/0/content/0/content/0/marks/0/type"), "strong");
    assert_str(json_path_str(v, "content/0/content/1/content/0/text"), "Next look 11:02 UTC");
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

JSM_UNIT_MAIN(cmocka_unit_test(paragraphs), cmocka_unit_test(a_notice), cmocka_unit_test(harmless),
              cmocka_unit_test(long_texts_are_cut_between_signs), cmocka_unit_test(plain_again))
