#include <string.h>

#include "readers/csv_match.h"
#include "readers/csv_rows.h"
#include "unit.h"

static struct csv_rows rows;

/* All rows as text, cells in [] and rows on lines; the fault at the end. `step`: bytes a push. */
static struct str rows_of(const char *text, size_t step)
{
    static char out[1024];
    struct str left = str_of(text);
    size_t n = 0;
    enum csv_said said = CSV_MORE;

    csv_begin(&rows, ',');
    while (said != CSV_FAULT) {
        struct str piece = str_n(left.p, left.len < step ? left.len : step);
        bool over = piece.len == 0;
        size_t given = piece.len;
        said = over ? csv_end(&rows) : csv_take(&rows, &piece);
        left = str_n(left.p + (given - piece.len), left.len - (given - piece.len));
        for (size_t i = 0; said == CSV_ROW && i < rows.count; i++)
            n += (size_t)snprintf(out + n, sizeof out - n, "[%.*s]", STR_ARG(rows.cells[i]));
        if (said == CSV_ROW)
            n += (size_t)snprintf(out + n, sizeof out - n, "%lld\n", (long long)rows.line);
        if (over)
            break;
    }
    if (said == CSV_FAULT)
        n += (size_t)snprintf(out + n, sizeof out - n, "!%lld", (long long)rows.line);
    return str_n(out, n);
}

static void rows_of_rfc_4180(void **state)
{
    static const struct {
        const char *text, *rows;
    } CASES[] = {
        {"", ""},
        {"a", "[a]1\n"},
        {"a,b\nc,d", "[a][b]1\n[c][d]2\n"},
        {"a,b\r\nc,d\r\n", "[a][b]1\n[c][d]2\n"},
        {"\xef\xbb\xbf\"a\",b\n", "[a][b]1\n"},
        {"\xef\xbc\x81\n", "[\xef\xbc\x81]1\n"},
        {"\"a\nb\",\"c\"\"d\"\ne,\n", "[a\nb][c\"d]1\n[e][]3\n"},
        {"\"\",\"\"\"\"\n", "[][\"]1\n"},
        {",\n\n", "[][]1\n[]2\n"},
        {"a b , c\n", "[a b ][ c]1\n"},
        {"a\n\"b", "[a]1\n!2"},
        {"a\n\"b\"c\n", "[a]1\n!2"},
        {"a\nb\"\n", "[a]1\n!2"},
        {"a\rb", "!1"},
        {"a\r", "!1"},
        {"\xff\xfe"
         "a",
         "!1"},
        {"\xef\xbb", "!1"},
        {"a\n\xc3,\xa9\n", "[a]1\n!2"}, /* the halves of a letter in two cells */
        {"\xc3\xa9\n", "[\xc3\xa9]1\n"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++)
        for (size_t step = 1; step < 5; step++)
            assert_str(rows_of(CASES[i].text, step), CASES[i].rows);
}

static struct csv_place place = {.account = {"who", 3}, .entitlement = {"what", 4}};
static struct csv_question questions[2];
static struct csv_scan scan;

/* Two questions, ada and Ada for x, put to these rows. */
static void ask(const char *const cells[][2], size_t count)
{
    struct csv_columns columns = {2, 0, 1, -1, -1};

    memset(questions, 0, sizeof questions);
    questions[0].account = STR("ada");
    questions[1].account = STR("Ada");
    questions[0].entitlement = questions[1].entitlement = STR("x");
    scan = (struct csv_scan){.place = &place, .questions = questions, .count = 2, .as_of_ms = 7};
    csv_match_begin(&scan);
    for (size_t i = 0; i < count; i++) {
        struct str row[2] = {str_of(cells[i][0]), str_of(cells[i][1])};
        assert_null(csv_match_row(&scan, &columns, row));
    }
    csv_match_end(&scan);
}

static void absent_needs_the_entitlement_and_no_other_spelling(void **state)
{
    static const char *const HOLDS[][2] = {{" ada ", "x"}}, *const NOT[][2] = {{"ben", "x"}},
                             *const NOBODY[][2] = {{"ben", "y"}};
    (void)state;

    ask(HOLDS, 1);
    assert_int_equal(questions[0].answer.outcome, OUTCOME_PRESENT);
    assert_int_equal(questions[0].answer.as_of_ms, 7);
    assert_string_equal(questions[1].answer.reason, "NameInAnotherCase");
    place.names = CSV_CASE_EXACT;
    ask(HOLDS, 1);
    assert_int_equal(questions[1].answer.outcome, OUTCOME_ABSENT);
    place.names = CSV_CASE_IGNORE;
    ask(HOLDS, 1);
    assert_int_equal(questions[1].answer.outcome, OUTCOME_PRESENT);
    place.names = CSV_CASE_UNSURE;
    ask(NOT, 1);
    assert_int_equal(questions[0].answer.outcome, OUTCOME_ABSENT);
    assert_int_equal(questions[0].answer.account, ACCOUNT_UNKNOWN);
    ask(NOBODY, 1);
    assert_string_equal(questions[0].answer.reason, "EntitlementNotFound");
    ask(NOBODY, 0);
    assert_int_equal(questions[0].answer.outcome, OUTCOME_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_rfc_4180),
        cmocka_unit_test(absent_needs_the_entitlement_and_no_other_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
