#include "console/markup.h"

#include "unit.h"

enum { ROOM = 4096 };

static struct markup m;
static struct buf out;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, ROOM);
    markup_begin(&m, &out);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

static void elements_are_closed_when_their_block_ends(void **state)
{
    (void)state;
    HTML (&m, P, A(CLASS, "lead"), A_STR(TITLE, STR_NONE), A_FLAG(HIDDEN)) {
        markup_text(&m, STR("one "));
        HTML_LEAF(&m, CODE, STR("two"));
        HTML_LEAF(&m, BR, STR_NONE);
    }
    assert_true(markup_end(&m));
    assert_str(buf_str(&out), "<p class=\"lead\" hidden>one <code>two</code><br>\n</p>\n");
}

static void leave_early(int how)
{
    HTML (&m, UL) {
        for (int i = 0; i < 3; i++)
            HTML (&m, LI) {
                if (how == 1)
                    return;
                if (how == 2)
                    break; /* of the block: the loop goes on */
                markup_printf(&m, "%d", i);
            }
    }
}

static void a_return_or_break_closes_them_too(void **state)
{
    (void)state;
    leave_early(0);
    assert_str(buf_str(&out), "<ul><li>0</li>\n<li>1</li>\n<li>2</li>\n</ul>\n");
    buf_clear(&out);
    leave_early(1);
    assert_str(buf_str(&out), "<ul><li></li>\n</ul>\n");
    buf_clear(&out);
    leave_early(2);
    assert_str(buf_str(&out), "<ul><li></li>\n<li></li>\n<li></li>\n</ul>\n");
    assert_true(markup_end(&m));
}

static void text_is_text(void **state)
{
    (void)state;
    HTML (&m, P, A_STR(TITLE, STR("\"'><script>\n\t&")))
        markup_text(&m, STR("</p><script>alert('1' & \"2\")</script>\nnext"));
    assert_str(buf_str(&out),
               "<p title=\"&quot;&#39;&gt;&lt;script&gt;&#10;&#9;&amp;\">&lt;/p&gt;&lt;script&gt;"
               "alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;\nnext</p>\n");
}

static void what_nobody_sees_is_shown_by_its_number(void **state)
{
    static const struct {
        struct str said;
        const char *shown;
    } CASES[] = {
        {STR("a\0b\x1b[31m"), "a[U+0000]b[U+001B][31m"},
        {STR("\r\n"), "[U+000D]\n"},
        {STR("\x7f\xC2\x9B"), "[U+007F][U+009B]"},
        {STR("\u202Egpj.exe"), "[U+202E]gpj.exe"},
        {STR("\u2066x\u2069\u200F\u061C"), "[U+2066]x[U+2069][U+200F][U+061C]"},
        {STR("ro\u00ADle\u200B\uFEFF\u2028"), "ro[U+00AD]le[U+200B][U+FEFF][U+2028]"},
        {STR("\U000E0041"), "[U+E0041]"},
        {STR("שלום, Ünïcode, 👩‍💻"),
         "שלום, Ünïcode, 👩‍💻"}, /* writing stays */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        buf_clear(&out);
        markup_text(&m, CASES[i].said);
        assert_str(buf_str(&out), CASES[i].shown);
    }
    buf_clear(&out);
    HTML_LEAF(&m, SPAN, STR_NONE, A_STR(TITLE, STR("\u202Ea")));
    assert_str(buf_str(&out), "<span title=\"[U+202E]a\"></span>");
}

static void what_is_no_utf8_is_one_sign_a_byte(void **state)
{
    (void)state;
    markup_text(&m, STR("a\xff\xc3(\xe2\x82" /* cut */));
    assert_str(buf_str(&out), "a\uFFFD\uFFFD(\uFFFD\uFFFD");
    buf_clear(&out);
    markup_text(&m, STR("\xc0\xbc\xed\xa0\x80\xf8")); /* overlong '<', a surrogate, none at all */
    assert_str(buf_str(&out), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

static void what_somebody_said_keeps_to_itself_and_is_cut(void **state)
{
    (void)state;
    markup_said(&m, STR("äöü"), 3);
    markup_said(&m, STR("äöü"), 2);
    markup_said(&m, STR(""), 2);
    assert_str(buf_str(&out), "<bdi>äöü</bdi><bdi>äö…</bdi><bdi></bdi>");
}

static void addresses_lead_nowhere_bad(void **state)
{
    static const char *const GOOD[] = {
        "./board", "../r/IAM-7", "/r/IAM-7?x=1",        "#due",
        "?week=1", "/",          "https://a.example/x", "http://127.0.0.1:8471/"};
    static const char *const BAD[] = {"javascript:alert(1)",
                                      "JaVaScript:alert(1)",
                                      "data:text/html,x",
                                      "//evil.example",
                                      "/\\evil.example",
                                      "\tjavascript:alert()",
                                      "https:evil",
                                      "",
                                      "vbscript:x",
                                      "/a b",
                                      "board"};
    char want[128];

    (void)state;
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        buf_clear(&out);
        HTML_LEAF(&m, A, STR("x"), A_STR(HREF, str_of(GOOD[i])));
        snprintf(want, sizeof want, "<a href=\"%s\">x</a>", GOOD[i]);
        assert_str(buf_str(&out), want);
    }
    for (size_t i = 0; i < COUNT(BAD); i++) {
        buf_clear(&out);
        HTML_LEAF(&m, A, STR("x"), A_STR(HREF, str_n(BAD[i], strlen(BAD[i]))));
        assert_str(buf_str(&out), "<a>x</a>");
    }
}

static void numbers_have_one_digit_at_most(void **state)
{
    (void)state;
    SVG_LEAF(&m, LINE, STR_NONE, A_NUM(X1, 1), A_NUM(Y1, -0.04), A_NUM(X2, -1.25),
             A_NUM(Y2, 1234.06));
    assert_str(buf_str(&out), "<line x1=\"1\" y1=\"0\" x2=\"-1.3\" y2=\"1234.1\"></line>");
}

static void over_the_maximum_is_told(void **state)
{
    (void)state;
    for (int i = 0; i < ROOM; i++)
        HTML_LEAF(&m, P, STR("a line of some length"));
    assert_false(markup_end(&m));
    assert_true(out.len <= ROOM);
}

static void a_stylesheet_stands_as_it_is(void **state)
{
    (void)state;
    HTML (&m, STYLE)
        markup_style(&m, "a > b { content: \"x\" }");
    assert_str(buf_str(&out), "<style>a > b { content: \"x\" }</style>\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

UNIT_MAIN(T(elements_are_closed_when_their_block_ends), T(a_return_or_break_closes_them_too),
          T(text_is_text), T(what_nobody_sees_is_shown_by_its_number),
          T(what_is_no_utf8_is_one_sign_a_byte), T(what_somebody_said_keeps_to_itself_and_is_cut),
          T(addresses_lead_nowhere_bad), T(numbers_have_one_digit_at_most),
          T(over_the_maximum_is_told), T(a_stylesheet_stands_as_it_is))
