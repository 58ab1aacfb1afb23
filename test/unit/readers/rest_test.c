#include "rest_unit.h"

static void faults_of_profiles_have_a_place(void **state)
{
    static const struct {
        const char *text, *what;
    } CASES[] = {
        {"steps: []\nstep: 1\n", "ours.yaml:2:1: [P002]"},
        {"steps: []\n", "must prove entitlement, account and membership"},
        {STEPS("- { proves: membership, get: m }\n"), "ours.yaml:4:"},
        {STEPS("- { proves: membership, get: /m }\n"), "nothing in this step can say no"},
        {STEPS("- { proves: membership, get: /m, items: /v }\n"), "must say which: match"},
        {STEPS("- { proves: member, get: /m, items: '' }\n"), "none of the words"},
        {STEPS("- { proves: membership, get: '/m/{who}', absent: { status: 404 } }\n"), "{who}"},
        {STEPS("- { proves: account, get: /m, absent: { status: 500 } }\n"), "from 400 to 499"},
        {PAGES("{ url: next }"), "a JSON pointer"},
        {PAGES("{ cursor: /c }"), "with param"},
        {PAGES("{ page: p, more: 1 }"), "[P002]"},
        {PAGES("{ page: p, stable: true }"), "can be stable with link or url alone"},
        {PAGES("{ cursor: /c, param: c, stable: true }"), "can be stable with link or url alone"},
        {PAGES("{ url: /n, stable: mostly }"), "none of the words"},
        {PAGES("{ link: next }"), "none of the words"},
        {PAGES("link") "trace: { get: /u, absent: { status: 404 }, match: { at: /id, equals: "
                       "'{account}' } }\n",
         "about the id"},
        {PAGES("link") "trace: { get: /u, match: { at: /id, equals: '{account.id}' } }\n",
         "can say no"},
        {PAGES("link") "trace: { get: /u, held: 1 }\n", "[P002]"},
        {PAGES("link") "trace_entitlement: { get: /g, absent: { status: 404 }, match: { at: /id, "
                       "equals: '{account.id}' } }\n",
         "equals: {entitlement.id}"},
        {PAGES("link") "others: { get: /u, items: /v }\n", "must have 'items' and 'name'"},
        {PAGES("link") "others: { get: /u, name: /id }\n", "must have 'items' and 'name'"},
        {STEPS("- { proves: membership, get: /m, items: /v, bare: true, match: { at: /g, equals: x "
               "} }\n"),
         "must say what it is about: of"},
        {"steps:\n- { proves: as_of, get: /m, absent: { status: 404 } }\n",
         "must have items and as_of"},
        {"[", "ours.yaml:"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct err err = {0};
        assert_null(profile_of(CASES[i].text, &err));
        if (!strstr(err.what, CASES[i].what))
            fail_msg("'%s' is not in '%s'", CASES[i].what, err.what);
    }
    assert_non_null(profile_of(PAGES("link"), NULL));
    assert_non_null(profile_of(PAGES("{ url: /n, stable: false }"), NULL));
}

/* --- questions --- */

/* Entitlement and account are found. */
static void found(const char *profile)
{
    begin(profile, "a/d a?", "g&1");
    exchange("https://x:8/a/g/g%261", 200, "{\"id\":7}", "");
    exchange("https://x:8/a/u/a%2Fd%20a%3F?q=a%2Fd%20a%3F", 200, "{\"id\":\"u1\"}", "");
}

static void names_are_encoded_and_pages_walked(void **state)
{
    static const char LINK[] = "<https://x:8/a/m>; rel=\"self\", <https://x:8/b?c=1>; rel=\"next\"";
    (void)state;

    found(PAGES("link"));
    exchange("https://x:8/a/m/u1", 200, "{\"v\":[{\"g\":1}]}", LINK);
    exchange("https://x:8/b?c=1", 200, "{\"v\":[{\"g\":2},{\"g\":7}]}", "");
    assert_said(OUTCOME_PRESENT, "Ok");
    assert_string_equal(q.answer.native_id, "u1");

    found(PAGES("link"));
    exchange(NULL, 200, "{\"v\":[{\"g\":1}]}", LINK);
    exchange(NULL, 200, "{\"v\":[{\"g\":1}]}", LINK); /* the same page again */
    assert_said(OUTCOME_UNKNOWN, "PageLoop");

    found(PAGES("link"));
    exchange(NULL, 200, "{\"v\":[]}", "<https://x:8.evil.example/a>; rel=next");
    assert_said(OUTCOME_UNKNOWN, "Redirected");

    found(PAGES("link"));
    exchange(NULL, 200, "{\"v\":[]}", LINK);
    exchange(NULL, 404, "{}", "");
    assert_said(OUTCOME_UNKNOWN, "NotVisible");

    found(PAGES("{ url: /n, stable: true }"));
    exchange(NULL, 200, "{\"v\":[{\"g\":1}],\"n\":\"https://x:8/a/2\"}", "");
    exchange("https://x:8/a/2", 200, "{\"v\":[{\"g\":2}]}", "");
    assert_said(OUTCOME_ABSENT, "Ok");
    assert_true(q.answer.complete);

    found(PAGES("{ cursor: /c, param: after }"));
    exchange(NULL, 200, "{\"v\":[{\"g\":1}],\"c\":\"a&b\"}", "");
    exchange("https://x:8/a/m/u1?after=a%26b", 200, "{\"v\":[]}", "");
    assert_said(OUTCOME_ABSENT, "Ok");

    found(PAGES("{ page: p }"));
    for (int walk = 0; walk < 2; walk++) {
        exchange("https://x:8/a/m/u1?p=1", 200, "{\"v\":[{\"g\":1}]}", "");
        exchange("https://x:8/a/m/u1?p=2", 200, "{\"v\":[]}", "");
    }
    assert_said(OUTCOME_ABSENT, "Ok");
    found(PAGES("{ page: p }"));
    exchange(NULL, 200, "{\"v\":[]}", ""); /* all in one reply */
    assert_said(OUTCOME_ABSENT, "Ok");
}

/* Only what is not there, null and "" are the end of a list. */
static void what_leads_on_is_not_the_end(void **state)
{
    static const char *const ENDS[] = {"", ",\"n\":null", ",\"n\":\"\""};
    static const char *const NO_ENDS[] = {"{\"href\":\"https://x:8/a/2\"}",
                                          "{}",
                                          "[]",
                                          "[\"https://x:8/a/2\"]",
                                          "1.5",
                                          "true",
                                          "false"};
    static const char *const WAYS[] = {PAGES("{ url: /n }"), PAGES("{ cursor: /n, param: c }")};
    char body[96];
    (void)state;

    for (size_t way = 0; way < COUNT(WAYS); way++) {
        for (size_t i = 0; i < COUNT(ENDS); i++) {
            found(WAYS[way]);
            snprintf(body, sizeof body, "{\"v\":[{\"g\":1}]%s}", ENDS[i]);
            exchange(NULL, 200, body, "");
            assert_said(OUTCOME_ABSENT, "Ok");
        }
        for (size_t i = 0; i < COUNT(NO_ENDS); i++) {
            found(WAYS[way]);
            snprintf(body, sizeof body, "{\"v\":[{\"g\":1}],\"n\":%s}", NO_ENDS[i]);
            exchange(NULL, 200, body, "");
            assert_said(OUTCOME_UNKNOWN, "BadReply");
        }
    }
}

static void links_say_that_there_is_more(void **state)
{
    static const char *const MORE[] = {
        "<https://x:8/b>; rel=\"next\"",
        "<https://x:8/b>; rel=next",
        "<https://x:8/b>; rel=\"next last\"",
        "<https://x:8/b>; rel=\"last\t next\"",
        "<https://x:8/b>; rel=NEXT",
        "<https://x:8/b>; REL = \"Next\"",
        "<https://x:8/b>; rel='next'",
        "<https://x:8/b>; rel=\"next",
        "<https://x:8/b>; title=\"a, <b>; \\\"c\"; rel=next",
        "<https://x:8/b>; title=\"a; rel=next",
        "<https://x:8/a?x=1,2>; rel=prev, <https://x:8/b>;rel=next;title=x",
    };
    static const char *const NO_MORE[] = {"<https://x:8/b>; rel=\"prev\"",
                                          "<https://x:8/b>; rel=\"nextlast\"",
                                          "<https://x:8/b>; title=\"; rel=next\"; rel=last"};
    static const char ONE[] =
        STEPS("- { proves: membership, get: '/m/{account.id}', items: /v, match: { at: /g, equals: "
              "'{entitlement.id}' } }\n");
    static const char *const OTHERS[] = {ONE, PAGES("{ url: /n }"), PAGES("{ page: p }"),
                                         PAGES("{ offset: o, total: /t }")};
    (void)state;

    for (size_t i = 0; i < COUNT(MORE); i++) {
        found(PAGES("link"));
        exchange(NULL, 200, "{\"v\":[{\"g\":1}]}", MORE[i]);
        exchange("https://x:8/b", 200, "{\"v\":[{\"g\":7}]}", "");
        assert_said(OUTCOME_PRESENT, "Ok");
        found(ONE);
        exchange(NULL, 200, "{\"v\":[{\"g\":1}]}", MORE[i]);
        assert_said(OUTCOME_UNKNOWN, "PartialResult");
    }
    for (size_t i = 0; i < COUNT(NO_MORE); i++) {
        found(ONE);
        exchange(NULL, 200, "{\"v\":[{\"g\":1}]}", NO_MORE[i]);
        assert_said(OUTCOME_ABSENT, "Ok");
    }
    for (size_t i = 0; i < COUNT(OTHERS); i++) {
        found(OTHERS[i]);
        exchange(NULL, 200, "{\"v\":[],\"t\":0}", MORE[0]);
        assert_said(OUTCOME_UNKNOWN, "PartialResult");
    }
    found(PAGES("link"));
    exchange(NULL, 200, "{\"v\":[]}", "<>; rel=next");
    assert_said(OUTCOME_UNKNOWN, "PartialResult");
}

/* One walk by pages of two; the third page is empty. */
static void walk(const char *first, const char *second)
{
    exchange("https://x:8/a/m/u1?p=1", 200, first, "");
    exchange("https://x:8/a/m/u1?p=2", 200, second, "");
    exchange("https://x:8/a/m/u1?p=3", 200, "{\"v\":[]}", "");
}

/* 1 leaves the first page, and 7 slides to it from the second. */
static void members_that_slide_are_not_overlooked(void **state)
{
    static const char P12[] = "{\"v\":[{\"g\":1},{\"g\":2}]}", P3[] = "{\"v\":[{\"g\":3}]}",
                      P27[] = "{\"v\":[{\"g\":2},{\"g\":7}]}",
                      P23[] = "{\"v\":[{\"g\":2},{\"g\":3}]}", P4[] = "{\"v\":[{\"g\":4}]}",
                      P5[] = "{\"v\":[{\"g\":5}]}";
    (void)state;

    found(PAGES("{ page: p }"));
    walk(P12, P3);
    exchange("https://x:8/a/m/u1?p=1", 200, P27, "");
    assert_said(OUTCOME_PRESENT, "Ok");

    found(PAGES("{ page: p }"));
    walk(P12, P3);
    walk(P23, P4);
    walk(P23, P4);
    assert_said(OUTCOME_ABSENT, "Ok");

    found(PAGES("{ page: p }"));
    walk(P12, P3);
    walk(P23, P4);
    walk(P23, P5);
    assert_said(OUTCOME_UNKNOWN, "ListChanged");

    found(PAGES("{ offset: s, total: /t }")); /* somebody joined for who left: the total stays */
    exchange("https://x:8/a/m/u1?s=0", 200, "{\"v\":[{\"g\":1},{\"g\":2}],\"t\":3}", "");
    exchange("https://x:8/a/m/u1?s=2", 200, "{\"v\":[{\"g\":9}],\"t\":3}", "");
    exchange("https://x:8/a/m/u1?s=0", 200, "{\"v\":[{\"g\":2},{\"g\":7}],\"t\":3}", "");
    assert_said(OUTCOME_PRESENT, "Ok");

    found(PAGES("{ page: p }, absent: { status: 404 }")); /* a group that goes meanwhile */
    walk(P12, P3);
    exchange(NULL, 404, "{}", "");
    assert_said(OUTCOME_UNKNOWN, "ChangedWhileReading");
}

/* The same where ?page=2 is in an address that the server tells. */
static void members_slide_under_addresses_too(void **state)
{
    static const char LINK[] = "<https://x:8/m?page=2>; rel=\"next\"";
    static const char *const SLIDING[] = {PAGES("link"), PAGES("{ link: true }")};
    (void)state;

    for (size_t i = 0; i < COUNT(SLIDING); i++) {
        found(SLIDING[i]);
        exchange("https://x:8/a/m/u1", 200, "{\"v\":[{\"g\":1},{\"g\":2}]}", LINK);
        exchange("https://x:8/m?page=2", 200, "{\"v\":[{\"g\":3}]}", "");
        exchange("https://x:8/a/m/u1", 200, "{\"v\":[{\"g\":2},{\"g\":7}]}", LINK);
        assert_said(OUTCOME_PRESENT, "Ok");
    }
    found(PAGES("{ url: /n }"));
    for (int again = 0; again < 2; again++) {
        exchange("https://x:8/a/m/u1", 200, "{\"v\":[{\"g\":1}],\"n\":\"https://x:8/2\"}", "");
        exchange("https://x:8/2", 200, "{\"v\":[{\"g\":2}]}", "");
    }
    assert_said(OUTCOME_ABSENT, "Ok");
    found(PAGES("{ link: true, stable: true }"));
    exchange(NULL, 200, "{\"v\":[{\"g\":1}]}", LINK);
    exchange("https://x:8/m?page=2", 200, "{\"v\":[{\"g\":3}]}", "");
    assert_said(OUTCOME_ABSENT, "Ok");
}

/* A long list takes no more memory than a short one; and where it is over, nothing is a no. */
static void memory_is_bounded_by_what_is_asked(void **state)
{
    static const char NAMES[] =
        "steps:\n"
        "- { proves: entitlement, get: /g, absent: { status: 404 }, id: /id }\n"
        "- { proves: account, get: /u, absent: { status: 404 }, id: /id }\n"
        "- { proves: membership, get: /m, items: '', match: { at: '', equals: '{account}' } }\n";
    static char account[4000], body[100000];
    struct arena *own = arena_new(64 * 1024), *all = arena;
    size_t n = 0;
    (void)state;

    memset(account, 'a', sizeof account - 1);
    for (int i = 0; i < 2000; i++)
        n += (size_t)snprintf(body + n, sizeof body - n, "%s%d", i ? "," : "[", i);
    n += (size_t)snprintf(body + n, sizeof body - n, ",\"%s\"]", account);
    begin(NAMES, account, "g");
    q.arena = own;
    exchange(NULL, 200, "{\"id\":1}", "");
    exchange(NULL, 200, "{\"id\":2}", "");
    exchange(NULL, 200, body, "");
    assert_said(OUTCOME_PRESENT, "Ok");

    begin(PAGES("{ cursor: /c, param: c }"), "ada", "g");
    arena_free(own);
    q.arena = own = arena_new(2048);
    exchange(NULL, 200, "{\"id\":1}", "");
    exchange(NULL, 200, "{\"id\":2}", "");
    snprintf(body, sizeof body, "{\"v\":[],\"c\":\"%s\"}", account);
    exchange(NULL, 200, body, "");
    assert_said(OUTCOME_UNKNOWN, "ReplyTooLarge");
    arena_free(own);
    arena = all;
}

#define BARE                                                                                    \
    STEPS("- { proves: membership, get: /m, items: /r, bare: true, of: { at: /id, equals: "     \
          "'{account.id}' }, match: { at: /g, equals: '{entitlement.id}', only: { at: /k, is: " \
          "[role, job] } }, held: { nested: /by/1 } }\n")

/* A list without brackets; of whom it is; which of its items count; and through what. */
static void lists_as_others_write_them(void **state)
{
    static const struct {
        const char *body, *reason;
        enum outcome outcome;
        enum via via;
    } CASES[] = {
        {"{\"id\":\"u1\"}", "Ok", OUTCOME_ABSENT, VIA_NONE},
        {"{\"id\":\"u1\",\"r\":null}", "Ok", OUTCOME_ABSENT, VIA_NONE},
        {"{\"id\":\"u1\",\"r\":{\"g\":7,\"k\":\"role\"}}", "Ok", OUTCOME_PRESENT, VIA_DIRECT},
        {"{\"id\":\"u1\",\"r\":{\"g\":7,\"k\":\"x#job\"}}", "Ok", OUTCOME_PRESENT, VIA_DIRECT},
        {"{\"id\":\"u1\",\"r\":{\"g\":7,\"k\":\"owner\"}}", "Ok", OUTCOME_ABSENT, VIA_NONE},
        {"{\"id\":\"u1\",\"r\":[{\"g\":8,\"k\":\"role\"},{\"g\":7,\"k\":\"role\",\"by\":[1,2]}]}",
         "Ok", OUTCOME_PRESENT, VIA_NESTED},
        {"{\"id\":\"u1\",\"r\":[{\"g\":7,\"k\":\"role\",\"by\":[1]}]}", "Ok", OUTCOME_PRESENT,
         VIA_DIRECT},
        {"{\"id\":\"u1\",\"r\":{\"g\":7}}", "AttributeHidden", OUTCOME_UNKNOWN, VIA_NONE},
        {"{\"id\":\"u1\",\"r\":\"x\"}", "BadReply", OUTCOME_UNKNOWN, VIA_NONE},
        {"{\"id\":\"u2\",\"r\":[]}", "WrongReply", OUTCOME_UNKNOWN, VIA_NONE},
        {"{}", "WrongReply", OUTCOME_UNKNOWN, VIA_NONE},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        found(BARE);
        exchange("https://x:8/a/m", 200, CASES[i].body, "");
        assert_said(CASES[i].outcome, CASES[i].reason);
        assert_int_equal(q.answer.via, CASES[i].via);
    }
}

static void a_copy_says_as_of_when(void **state)
{
    static const char COPY[] =
        "steps:\n"
        "- { proves: as_of, get: /t, items: '', match: { at: /s, equals: OK }, as_of: /at }\n"
        "- { proves: entitlement, get: /g, absent: { status: 404 }, id: /id }\n"
        "- { proves: account, get: /u, query: { f: 'n eq \"{account.plain}\"' }, items: '',"
        " match: { at: /n, equals: '{account}' }, hidden: { at: /o, is: PLANNED }, id: /id }\n"
        "- { proves: membership, get: /m, items: '', match: { at: '', equals: '{entitlement.id}' },"
        " next: { offset: o, total_header: link } }\n";
    static const char AT[] = "[{\"s\":null},{\"s\":\"OK\",\"at\":\"2026-11-26T10:00:00Z\"},"
                             "{\"s\":\"OK\",\"at\":\"2026-11-25T10:00:00Z\"}]";
    (void)state;

    begin(COPY, "ada", "g");
    exchange("https://x:8/a/t", 200, AT, "");
    exchange(NULL, 200, "{\"id\":7}", "");
    exchange("https://x:8/a/u?f=n%20eq%20%22ada%22", 200, "[{\"n\":\"ada\",\"id\":1}]", "");
    exchange("https://x:8/a/m?o=0", 200, "[7]", "");
    assert_said(OUTCOME_PRESENT, "Ok");
    assert_int_equal(q.answer.as_of_ms, 1795687200000);
    begin(COPY, "ada", "g");
    exchange(NULL, 200, "[{\"s\":null},{\"s\":\"BAD\"}]", "");
    assert_said(OUTCOME_UNKNOWN, "NotAggregated");
    begin(COPY, "ada", "g");
    exchange(NULL, 200, AT, "");
    exchange(NULL, 200, "{\"id\":7}", "");
    exchange(NULL, 200, "[{\"n\":\"ada\",\"id\":1,\"o\":\"PLANNED\"}]", "");
    assert_said(OUTCOME_UNKNOWN, "NotAggregated");
    begin(COPY, "a\"da", "g");
    exchange(NULL, 200, AT, "");
    exchange(NULL, 200, "{\"id\":7}", "");
    assert_said(OUTCOME_UNKNOWN, "KeyUnsafe"); /* it would steer the filter */

    begin(COPY, "ada", "g"); /* of the copy before, perhaps, though this one is fresh */
    exchange(NULL, 200, AT, "");
    age = "0";
    exchange(NULL, 200, "{\"id\":7}", "");
    age = "600";
    exchange(NULL, 200, "[{\"n\":\"ada\",\"id\":1}]", "");
    age = "";
    assert_said(OUTCOME_UNKNOWN, "CachedReply");
}

static void others_are_listed_beside_the_answer(void **state)
{
    static const char LISTS[] =
        STEPS("- { proves: membership, get: /m, items: '', match: { at: '', equals: "
              "'{entitlement.id}' } }\n") "others: { get: '/o/{account.id}', items: '', name: /n, "
                                          "next: { page: p } }\n";
    (void)state;

    for (int outcome = 0; outcome < 2; outcome++) {
        found(LISTS);
        rest_question_list_others(&q);
        exchange(NULL, 200, outcome ? "[7,8]" : "[]", "");
        exchange("https://x:8/a/o/u1?p=1", 200, "[{\"n\":\"g\"}]", "");
        exchange("https://x:8/a/o/u1?p=2", 200, "[{\"n\":\"h\"}]", "");
        exchange("https://x:8/a/o/u1?p=3", 200, "[]", "");
        assert_said(outcome ? OUTCOME_PRESENT : OUTCOME_ABSENT, "Ok");
        assert_true(q.answer.others_known);
        assert_str(str_n(q.answer.others, q.answer.others_len), "g\nh");
    }
    found(LISTS);
    rest_question_list_others(&q);
    exchange(NULL, 200, "[]", "");
    exchange(NULL, 200, "[{\"n\":\"g\"}]", "");
    exchange(NULL, 403, "", "");
    assert_said(OUTCOME_ABSENT, "Ok");
    assert_false(q.answer.others_known);
    found(LISTS);
    exchange(NULL, 200, "[]", ""); /* not asked for */
    assert_said(OUTCOME_ABSENT, "Ok");
    assert_false(q.answer.others_known);
}

static void offsets_must_add_up(void **state)
{
    static const char NEXT[] = PAGES("{ offset: s, at: /s, total: /t, last: /l }");
    (void)state;

    found(NEXT);
    for (int again = 0; again < 2; again++) {
        exchange("https://x:8/a/m/u1?s=0", 200, "{\"v\":[{\"g\":1},{\"g\":2}],\"s\":0,\"t\":3}",
                 "");
        exchange("https://x:8/a/m/u1?s=2", 200, "{\"v\":[{\"g\":3}],\"s\":2,\"t\":3,\"l\":true}",
                 "");
    }
    assert_said(OUTCOME_ABSENT, "Ok");
    found(NEXT);
    exchange(NULL, 200, "{\"v\":[{\"g\":1}],\"s\":0,\"t\":3}", "");
    exchange(NULL, 200, "{\"v\":[{\"g\":2}],\"s\":0,\"t\":3}", "");
    assert_said(OUTCOME_UNKNOWN, "WrongPage");
    found(NEXT);
    exchange(NULL, 200, "{\"v\":[{\"g\":1}],\"s\":0,\"t\":3}", "");
    exchange(NULL, 200, "{\"v\":[{\"g\":2}],\"s\":1,\"t\":2}", "");
    assert_said(OUTCOME_UNKNOWN, "ChangedWhileReading");
    found(NEXT);
    exchange(NULL, 200, "{\"v\":[{\"g\":1}],\"s\":0,\"t\":3,\"l\":true}", "");
    assert_said(OUTCOME_UNKNOWN, "PartialResult");
    found(NEXT);
    exchange(NULL, 200, "{\"v\":[{\"g\":1}],\"s\":0}", "");
    assert_said(OUTCOME_UNKNOWN, "BadReply");
}

static void what_is_no_answer(void **state)
{
    static const struct {
        int status;
        const char *body, *reason;
    } CASES[] = {
        {200, "{\"v\":{}}", "BadReply"},
        {200, "{}", "BadReply"},
        {200, "{\"v\":[", "BadReply"},
        {401, "", "AuthFailed"},
        {403, "", "RightsLost"},
        {404, "{}", "NotVisible"},
        {429, "", "RateLimited"},
        {302, "", "Redirected"},
        {503, "", "SourceDown"},
        {400, "{}", "QueryRefused"},
        {206, "{\"v\":[]}", "PartialResult"},
        {204, "", "QueryRefused"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        found(PAGES("link"));
        exchange(NULL, CASES[i].status, CASES[i].body, "");
        assert_said(OUTCOME_UNKNOWN, CASES[i].reason);
    }
}

/* An item that shows no id may be anybody's; a name in another case may be the same. */
static void what_cannot_be_told_apart(void **state)
{
    static const char *const HIDDEN[] = {"{}", "null", "{\"g\":null}", "{\"g\":\"\"}",
                                         "{\"g\":{}}"};
    static const char NAMES[] =
        "steps:\n"
        "- { proves: entitlement, get: /g, items: '', match: { at: /n, equals: '{entitlement}' } "
        "}\n"
        "- { proves: account, get: /u, items: '', match: { at: /n, equals: '{account}' } }\n"
        "- { proves: membership, get: /m, absent: { status: 404 } }\n";
    char body[64];
    (void)state;

    for (size_t i = 0; i < COUNT(HIDDEN); i++) {
        found(PAGES("link"));
        snprintf(body, sizeof body, "{\"v\":[{\"g\":1},%s]}", HIDDEN[i]);
        exchange(NULL, 200, body, "");
        assert_said(OUTCOME_UNKNOWN, "AttributeHidden");
    }
    begin(NAMES, "Ada", "g");
    exchange(NULL, 200, "[{\"n\":\"g\"}]", "");
    exchange(NULL, 200, "[{\"n\":\"ada\"},{\"n\":\"ben\"}]", "");
    assert_said(OUTCOME_UNKNOWN, "NameInAnotherCase");
    begin(NAMES, "\xc3\xa1", "g");
    exchange(NULL, 200, "[{\"n\":\"g\"}]", "");
    exchange(NULL, 200, "[{\"n\":\"a\xcc\x81\"}]", "");
    assert_said(OUTCOME_UNKNOWN, "NameNotComparable");
    begin(NAMES, "cyd", "g");
    exchange(NULL, 200, "[{\"n\":\"g\"}]", "");
    exchange(NULL, 200, "[{\"n\":\"ada\"}]", "");
    assert_said(OUTCOME_ABSENT, "AccountMissing");
}

static void what_is_not_there(void **state)
{
    (void)state;
    begin(PAGES("link"), "ada", "g");
    exchange(NULL, 404, "{}", "");
    assert_said(OUTCOME_UNKNOWN, "EntitlementNotFound");
    begin(PAGES("link"), "ada", "g");
    exchange(NULL, 200, "{\"id\":1}", "");
    exchange(NULL, 404, "{}", "");
    assert_said(OUTCOME_ABSENT, "AccountMissing");
    begin(PAGES("link"), "ada", "g");
    exchange(NULL, 200, "{\"name\":1}", ""); /* no id: what would be asked next? */
    assert_said(OUTCOME_UNKNOWN, "BadReply");
}

static void names_that_lead_elsewhere_are_not_asked_for(void **state)
{
    static const char *const BAD[] = {"", ".", ".."};
    (void)state;

    for (size_t i = 0; i < COUNT(BAD); i++) {
        begin(PAGES("link"), "ada", BAD[i]);
        assert_said(OUTCOME_UNKNOWN, "KeyUnsafe");
        begin(PAGES("link"), BAD[i], "g");
        exchange(NULL, 200, "{\"id\":1}", "");
        assert_said(OUTCOME_UNKNOWN, "KeyUnsafe");
    }
    begin(PAGES("link"), "ada", "\xff");
    assert_said(OUTCOME_UNKNOWN, "KeyNotText");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(faults_of_profiles_have_a_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_encoded_and_pages_walked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_leads_on_is_not_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_say_that_there_is_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(members_slide_under_addresses_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(members_that_slide_are_not_overlooked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(memory_is_bounded_by_what_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_as_others_write_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_says_as_of_when, set_up, tear_down),
        cmocka_unit_test_setup_teardown(others_are_listed_beside_the_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(offsets_must_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_that_lead_elsewhere_are_not_asked_for, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
