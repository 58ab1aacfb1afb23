#include "mapping/mapping_pattern.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

enum { ROOM = 8 * 1024 * 1024 };

static void all_of_the_text_must_fit_and_a_part_is_taken(void **state)
{
    static const struct {
        const char *pattern, *text, *taken; /* NULL: it does not fit */
    } CASES[] = {
        {"abc", "abc", "abc"},
        {"abc", "abcd", NULL},
        {"abc", "ab", NULL},
        {"CN=([^,]+),.*", "CN=fin-ledger,OU=x,DC=y", "fin-ledger"},
        {"CN=([^,]+),.*", "CN=,OU=x", NULL},
        {".*:(.*)", "a:b:c", "c"}, /* as much as possible, from the left */
        {"(.*):.*", "a:b:c", "a:b"},
        {"([^:]*):.*", "a:b:c", "a"},
        {"(.*)-?", "role-", "role-"},
        {"([a-z]+)-?", "role-", "role"},
        {"a*a*a*b", "aaaa", NULL},
        {"(a?)(", "", NULL},
        {"x()y", "xy", ""},
        {"\\d+", "2026", "2026"},
        {"\\d+", "20x6", NULL},
        {"\\w+\\s?(\\w*)", "ab c9", "c9"},
        {"[\\d.-]+", "10.2-1", "10.2-1"},
        {"[a\\]]+", "a]a", "a]a"},
        {"[]a]", "]", NULL},
        {"\\.\\*\\\\", ".*\\", ".*\\"},
        {"(.)\xC3\xA9.", "x\xC3\xA9\xE2\x82\xAC", "x"}, /* one character, however many bytes */
        {"[^a]+", "\xC3\xA9\xC3\xA9", "\xC3\xA9\xC3\xA9"},
        {".", "\xC3\xA9", "\xC3\xA9"},
        {"..", "\xC3\xA9", NULL},
        {"a+", "", NULL},
        {"a*", "", ""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct pattern p;
        struct str taken = STR("?");
        const char *wrong;
        bool fits = pattern_parse(str_of(CASES[i].pattern), &p, &wrong) &&
                    pattern_match(a, &p, str_of(CASES[i].text), &taken);
        if (fits != (CASES[i].taken != NULL) || (fits && !str_eq_c(taken, CASES[i].taken)))
            fail_msg("%s on %s: %s '%.*s'", CASES[i].pattern, CASES[i].text, fits ? "fits" : "not",
                     STR_ARG(taken));
    }
}

static void what_is_no_pattern_is_told(void **state)
{
    static const struct {
        const char *pattern, *wrong;
    } CASES[] = {
        {"", "is empty"},
        {"(a)(b)", "has more than one pair of ( )"},
        {"a)", "has a ) too many"},
        {"(a))", "has a ) too many"},
        {"(a", "has a ( that is not closed"},
        {"[a", "has a [ that is not closed"},
        {"[]", "has an empty [ ]"},
        {"[^]", "has an empty [ ]"},
        {"[z-a]", "has a range in [ ] that is none"},
        {"[a-\\d]", "has a range in [ ] that is none"},
        {"[\xC3\xA9]", "has a character in [ ] that is not ASCII"},
        {"a|b", "has a sign without meaning here; write a backslash before it"},
        {"^a", "has a sign without meaning here; write a backslash before it"},
        {"a{2}", "has a sign without meaning here; write a backslash before it"},
        {"*", "repeats nothing: *, + and ? stand behind one character"},
        {"a**", "repeats nothing: *, + and ? stand behind one character"},
        {"(a)*", "repeats nothing: *, + and ? stand behind one character"},
        {"a\\", "ends in a backslash"},
        {"\\q", "has a backslash before a letter without meaning"},
        {"[\\q]", "has a backslash before a letter without meaning"},
        {"................................................................", "is too long"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct pattern p;
        const char *wrong = NULL;
        if (pattern_parse(str_of(CASES[i].pattern), &p, &wrong) || strcmp(wrong, CASES[i].wrong))
            fail_msg("'%s': %s", CASES[i].pattern, wrong ? wrong : "taken");
    }
}

/* Backtracking would need 2^n steps for these; the test would never end. */
static void no_text_makes_it_slow(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    static char text[PATTERN_TEXT_MAX + 2];
    struct pattern p;
    struct str taken;
    const char *wrong;
    (void)state;

    memset(text, 'a', sizeof text - 1);
    assert_true(
        pattern_parse(STR("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), &p, &wrong));
    assert_false(pattern_match(a, &p, str_n(text, PATTERN_TEXT_MAX), &taken));
    assert_true(pattern_parse(STR(".*"), &p, &wrong));
    assert_true(pattern_match(a, &p, str_n(text, PATTERN_TEXT_MAX), &taken));
    assert_int_equal(taken.len, PATTERN_TEXT_MAX);
    assert_false(pattern_match(a, &p, str_n(text, PATTERN_TEXT_MAX + 1), &taken));
}

UNIT_MAIN(cmocka_unit_test(all_of_the_text_must_fit_and_a_part_is_taken),
          cmocka_unit_test(what_is_no_pattern_is_told), cmocka_unit_test(no_text_makes_it_slow))
