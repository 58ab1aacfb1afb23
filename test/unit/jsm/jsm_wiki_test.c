/* Wiki markup: nothing that people wrote becomes markup. */
#include "jsm/jsm_wiki.h"

#include "jsm/jsm_adf.h"
#include "jsm_unit.h"

static void assert_wiki(const char *text, const char *wanted)
{
    assert_str(jsm_wiki_text(arena, str_of(text)), wanted);
}

static void leaves_words_alone(void **state)
{
    (void)state;
    assert_wiki("Give fin_ledger-read to Ada Øre (SAP FIN), R&D, ok? 10:30",
                "Give fin_ledger-read to Ada Øre (SAP FIN), R&D, ok? 10:30");
    assert_wiki("version 1.2. Then e.g. h2o.", "version 1.2. Then e.g. h2o.");
    assert_wiki("", "");
}

static void escapes_markup(void **state)
{
    (void)state;
    assert_wiki("{code}{panel}", "\\{code\\}\\{panel\\}");
    assert_wiki("[~admin] [a|http://x]", "\\[\\~admin\\] \\[a\\|http:&#47;/x\\]");
    assert_wiki("!http://x/y.png!", "\\!http:&#47;/x/y.png\\!");
    assert_wiki("*bold* _em_ -gone- +new+ ^up^ ~down~",
                "\\*bold\\* \\_em\\_ \\-gone\\- \\+new\\+ \\^up\\^ \\~down\\~");
    assert_wiki("??cite?? {{mono}}", "\\?\\?cite\\?\\? \\{\\{mono\\}\\}");
    assert_wiki("# one\n|| a || b ||\n----", "\\# one\n\\|\\| a \\|\\| b \\|\\|\n\\-\\-\\-\\-");
    assert_wiki("h1. Big\n bq. said", "h1&#46; Big\n bq&#46; said");
    assert_wiki("a\\\\b \\{", "a&#92;&#92;b &#92;\\{");
    assert_wiki("(x) (on) (tm) (abcd)", "&#40;x) &#40;on) &#40;tm) (abcd)");
    assert_wiki(":) ;) :D a:b", "&#58;) &#59;) &#58;D a:b");
    assert_wiki("mail ada@example.com", "mail ada&#64;example.com");
    assert_wiki("&lt;b&gt; &#42; a&b; R&D & x", "&#38;lt;b&#38;gt; &#38;\\#42; a&#38;b; R&D & x");
}

static void turns_documents_into_markup(void **state)
{
    const struct json *doc;
    struct err err;
    (void)state;

    struct jsm_notice_row row = {STR("x"), STR("OLD COPY"), STR("yellow"), STR_NONE};
    struct jsm_notice n = {
        .panel = STR("error"), .line = STR("*Not* there"), .next = STR("Ask {Ada}.")};
    struct str adf = jsm_adf_notice(arena, &n);
    assert_true(json_parse(arena, adf, &doc, &err));
    assert_str(jsm_wiki_of_adf(arena, doc),
               "{panel:bgColor=#ffebe6}\n*\\*Not\\* there*\nAsk \\{Ada\\}.\n{panel}\n"
               "Access check · updates in place");
    n.rows = &row;
    n.row_count = 1;
    assert_true(json_parse(arena, jsm_adf_notice(arena, &n), &doc, &err));
    assert_str(jsm_wiki_of_adf(arena, doc),
               "{panel:bgColor=#ffebe6}\n*\\*Not\\* there*\nAsk \\{Ada\\}.\n{panel}\n"
               "What was checked · done differently? · get help\nx *OLD COPY*\n"
               "Access check · updates in place");
    adf = jsm_adf_text(arena, STR("one\ntwo"));
    assert_true(json_parse(arena, adf, &doc, &err));
    assert_str(jsm_wiki_of_adf(arena, doc), "one\ntwo");
    assert_str(jsm_wiki_of_adf(
                   arena, json_of("{'type':'doc','version':1,'content':[{'type':'panel','content':"
                                  "[{'type':'text','text':'a'},{'type':'hardBreak'},{'type':'text',"
                                  "'text':'b','marks':[{'type':'em'}]}]}]}")),
               "{panel:bgColor=#deebff}\na\nb{panel}");
}

static void is_bounded(void **state)
{
    char *text = arena_alloc(arena, 200000);
    (void)state;

    for (size_t i = 0; i < 200000; i++)
        text[i] = '*';
    assert_int_equal(jsm_wiki_text(arena, str_n(text, 200000)).len, 0);
    assert_str(jsm_wiki_text(arena, str_n("a\0b", 3)), "ab");
}

JSM_UNIT_MAIN(cmocka_unit_test(leaves_words_alone), cmocka_unit_test(escapes_markup),
              cmocka_unit_test(turns_documents_into_markup), cmocka_unit_test(is_bounded))
