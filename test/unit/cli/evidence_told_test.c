/* A request as the entries of a log tell it, and rows of a population held to that. */
#include "cli/evidence_told.h"

#include "unit.h"

#define ONE "00000000-0000-0000-0000-000000000001"
#define TWO "00000000-0000-0000-0000-000000000002"
#define MOVE(at, to)                                                               \
    "{\"at\":\"2026-11-27T" at "Z\",\"detail\":{\"kind\":\"removal\",\"to\":\"" to \
    "\"},\"kind\":\"request.moved\",\"request\":\"" ONE "\",\"seq\":0}"
#define RECEIVED(at, id, started_us)                                                              \
    "{\"at\":\"2026-11-27T" at "Z\",\"detail\":{\"clock\":{\"started_us\":" started_us            \
    "},\"kind\":\"removal\",\"to\":\"received\"},\"kind\":\"request.received\",\"request\":\"" id \
    "\",\"seq\":0}"
#define RETAINED(kind, month)                                                               \
    "{\"at\":\"2027-01-01T00:00:00Z\",\"detail\":{\"kind\":\"" kind "\",\"month\":\"" month \
    "\"},\"kind\":\"records.retained\",\"seq\":7}"
#define ROW(first, phase, outcome, verified, closed)                                     \
    "{\"request_id\":\"" ONE                                                             \
    "\",\"change_kind\":\"removal\",\"cause\":\"asked\",\"phase\":\"" phase              \
    "\",\"outcome\":\"" outcome "\",\"requested_at\":\"2026-11-27T08:00:00.000001Z\","   \
    "\"approved_at\":\"2026-11-27T08:00:02.000000Z\",\"claimed_at\":"                    \
    "\"2026-11-27T08:00:04.000000Z\",\"verified_at\":" verified ",\"closed_at\":" closed \
    ",\"first_entry\":" first ",\"last_entry\":6}"

static const int64_t DAY_US = 1795737600000000; /* 2026-11-27 */
static const char *const CLOSED[] = {
    RECEIVED("08:00:01.000000", ONE, "1795766400000001"),
    MOVE("08:00:02.000000", "approved"),
    MOVE("08:00:03.000000", "fulfilling"),
    MOVE("08:00:04.000000", "claimed"),
    MOVE("08:00:05.123456", "verified"),
    MOVE("08:00:06.000000", "closed"),
};
static const char AS_TOLD[] = ROW("1", "closed", "verified", "\"2026-11-27T08:00:05.123456Z\"",
                                  "\"2026-11-27T08:00:06.000000Z\"");

static struct told_book *heard(bool by_changes, int64_t since_us, size_t count)
{
    struct told_book *book = told_new(by_changes, since_us, since_us + 86400000000);
    struct err err;

    for (size_t i = 0; i < count; i++)
        assert_true(told_hear(book, (int64_t)i + 1, str_of(CLOSED[i]), &err));
    return book;
}

static bool row(struct told_book *book, const char *text, struct err *err)
{
    struct arena *arena = arena_new(64 * 1024);
    const struct json *v;

    assert_true(json_parse(arena, str_of(text), &v, err));
    bool good = told_check(book, v, err);
    arena_free(arena);
    return good;
}

static void refused(size_t entries, const char *text, const char *why)
{
    struct told_book *book = heard(false, DAY_US, entries);
    struct err err = {0};

    assert_false(row(book, text, &err));
    assert_non_null(strstr(err.what, why));
    told_free(book);
}

static void a_row_is_what_the_entries_tell(void **state)
{
    struct told_book *book = heard(false, DAY_US, 6);
    struct err err = {0};

    (void)state;
    assert_int_equal(told_find(book, STR(ONE))->at.proven_us, 1795766405123456);
    assert_string_equal(told_phase(told_find(book, STR(ONE))), "closed");
    assert_string_equal(told_outcome(told_find(book, STR(ONE))), "verified");
    assert_null(told_find(book, STR(TWO)));
    assert_false(told_complete(book, &err));
    assert_non_null(strstr(err.what, "see entry 1 of the log; 1 requests are missing"));
    assert_true(row(book, AS_TOLD, &err));
    assert_true(told_complete(book, &err));
    assert_false(row(book, AS_TOLD, &err));
    assert_non_null(strstr(err.what, "twice"));
    told_free(book);
}

static void whatever_else_it_says_is_named(void **state)
{
    (void)state;
    refused(3, ROW("1", "closed", "verified", "null", "null"), "ends with entry 6");
    refused(6, ROW("1", "cancelled", "withdrawn", "null", "null"),
            "phase is 'cancelled', and they say 'closed' (entry 6 is the last)");
    refused(6, ROW("1", "closed", "excepted", "null", "null"), "outcome is 'excepted'");
    refused(6,
            ROW("1", "closed", "verified", "\"2026-11-27T08:00:05.123455Z\"",
                "\"2026-11-27T08:00:06.000000Z\""),
            "verified_at is 2026-11-27T08:00:05.123455Z, and they say 2026-11-27T08:00:05.123Z");
    refused(6, ROW("1", "closed", "verified", "\"2026-11-27T08:00:05.123456Z\"", "null"),
            "closed_at is none");
    refused(6, "{\"request_id\":\"" TWO "\"}", "in no entry of the log");
}

/* Entries that were retained away left the times of the row, a moment from theirs. */
static void what_was_retained_is_told_to_the_minute(void **state)
{
    struct told_book *book = heard(false, DAY_US, 6);
    struct err err = {0};

    (void)state;
    assert_true(told_hear(book, 7, STR(RETAINED("evidence", "2026-11-01")), &err));
    assert_true(row(book,
                    ROW("null", "closed", "verified", "\"2026-11-27T08:00:05.100000Z\"",
                        "\"2026-11-27T08:00:05.900000Z\""),
                    &err));
    told_free(book);
    book = heard(false, DAY_US, 6);
    assert_true(told_hear(book, 7, STR(RETAINED("evidence", "2026-11-01")), &err));
    assert_false(row(book,
                     ROW("null", "closed", "verified", "\"2026-11-27T08:00:05.100000Z\"",
                         "\"2026-11-27T09:00:05.900000Z\""),
                     &err));
    assert_non_null(strstr(err.what, "closed_at"));
    told_free(book);
}

/* Else whoever names no entry, or another one, has its times held to nothing. */
static void what_begins_elsewhere_was_retained(void **state)
{
    static const char *const OTHERS[] = {RETAINED("evidence", "2026-10-01"),
                                         RETAINED("decisions", "2026-11-01"),
                                         RETAINED("evidence", "")};
    struct err err = {0};

    (void)state;
    refused(6, ROW("null", "closed", "verified", "null", "null"),
            "begins with entry 1, and the population says with another");
    refused(6, ROW("2", "closed", "verified", "null", "null"), "were retained away");
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        struct told_book *book = heard(false, DAY_US, 6);
        assert_true(told_hear(book, 7, str_of(OTHERS[i]), &err));
        assert_false(row(book, ROW("2", "closed", "verified", "null", "null"), &err));
        assert_non_null(strstr(err.what, "begins with entry 1"));
        told_free(book);
    }
}

#define ADMIN \
    "943a3e375003353841842f9d502499f935e3511067e35b32d336cb24a6681f0a" /* of "role; admin" */
#define VIEWER                                                                        \
    "d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799" /* of "viewer" \
                                                                        */
#define ITEM(number, kind, source, hash)                                          \
    "{\"at\":\"2026-11-27T08:00:01Z\",\"detail\":{\"entitlement_sha256\":\"" hash \
    "\",\"item\":" number ",\"source\":\"" source "\"},\"kind\":\"item." kind     \
    "\",\"request\":\"" ONE "\"}"

/* As told above, with its items. */
static bool with_items(struct told_book *book, const char *sources, const char *entitlements,
                       struct err *err)
{
    char text[2048];

    snprintf(text, sizeof text, "%.*s,\"site\":\"acme\",\"sources\":%s,\"entitlements\":%s}",
             (int)strlen(AS_TOLD) - 1, AS_TOLD, sources, entitlements);
    return row(book, text, err);
}

static void its_items_are_those_that_are_wanted(void **state)
{
    static const char *const ITEMS[] = {
        ITEM("9", "wanted", "crm", VIEWER), ITEM("2", "wanted", "sap", ADMIN),
        ITEM("1", "wanted", "old", VIEWER), ITEM("1", "replaced", "old", VIEWER),
        ITEM("2", "observed", "sap", VIEWER)};
    static const struct {
        const char *sources, *entitlements, *why; /* NULL: it is as told */
    } CASES[] = {
        {"\"sap; crm\"", "\"role; admin; viewer\"", NULL},
        {"\"crm; sap\"", "\"role; admin; viewer\"",
         "sources is 'crm; sap', and they say 'sap; crm'"},
        {"\"sap\"", "\"role; admin\"", "sources is 'sap'"},
        {"null", "null", "sources is ''"},
        {"\"sap; crm\"", "\"role; admin; owner\"", "its entitlements are other ones"},
        {"\"sap; crm\"", "\"role; admin; viewer; owner\"", "its entitlements are other ones"},
        {"\"sap; crm\"", "\"role; admin\"", "its entitlements are other ones"},
        {"\"sap; crm\"", "null", "its entitlements are other ones"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct told_book *book = heard(false, DAY_US, 6);
        struct err err = {0};
        for (size_t e = 0; e < sizeof ITEMS / sizeof ITEMS[0]; e++)
            assert_true(told_hear(book, 6, str_of(ITEMS[e]), &err));
        bool good = with_items(book, CASES[i].sources, CASES[i].entitlements, &err);
        assert_int_equal(good, CASES[i].why == NULL);
        if (CASES[i].why)
            assert_non_null(strstr(err.what, CASES[i].why));
        told_free(book);
    }
    /* entries of before have no hash of the entitlement */
    struct told_book *book = heard(false, DAY_US, 6);
    struct err err = {0};
    assert_true(told_hear(book, 6, STR(ITEM("3", "wanted", "sap", "")), &err));
    assert_true(with_items(book, "\"crm\"", "\"x\"", &err));
    told_free(book);
}

static void periods_are_of_the_wish_or_of_its_moves(void **state)
{
    struct err err = {0};

    (void)state;
    for (int by_changes = 0; by_changes < 2; by_changes++) {
        struct told_book *book = heard(by_changes, DAY_US + 86400000000, 6);
        assert_true(told_complete(book, &err));
        assert_false(row(book, AS_TOLD, &err));
        assert_non_null(strstr(err.what, "is not of the period"));
        /* moved again the day after */
        assert_true(told_hear(book, 7,
                              STR("{\"at\":\"2026-11-28T01:00:00.000000Z\",\"detail\":{\"kind\":"
                                  "\"removal\",\"to\":\"fulfilling\"},\"kind\":\"request.moved\","
                                  "\"request\":\"" ONE "\"}"),
                              &err));
        assert_int_equal(told_find(book, STR(ONE))->in_period, by_changes);
        told_free(book);
    }
}

static void what_is_no_entry_is_not_passed_over(void **state)
{
    struct told_book *book = told_new(false, 0, 1);
    struct err err = {0};

    (void)state;
    assert_false(told_hear(book, 1, STR("{"), &err));
    assert_false(told_hear(book, 2, STR("{\"at\":\"yesterday\",\"request\":\"" ONE "\"}"), &err));
    assert_non_null(strstr(err.what, "entry 2 of the log"));
    assert_true(told_hear(book, 3, STR("{\"at\":\"yesterday\"}"), &err));
    char entry[512];
    for (int i = 0; i < 3000; i++) { /* it grows */
        snprintf(entry, sizeof entry,
                 "{\"at\":\"2026-11-27T08:00:00Z\",\"kind\":\"item.wanted\",\"request\":\"r-%d\"}",
                 i);
        assert_true(told_hear(book, 4 + i, str_of(entry), &err));
    }
    assert_int_equal(told_find(book, STR("r-2999"))->first, 3003);
    assert_int_equal(told_find(book, STR("r-0"))->phase, -1);
    told_free(book);
}

UNIT_MAIN(cmocka_unit_test(a_row_is_what_the_entries_tell),
          cmocka_unit_test(whatever_else_it_says_is_named),
          cmocka_unit_test(what_was_retained_is_told_to_the_minute),
          cmocka_unit_test(what_begins_elsewhere_was_retained),
          cmocka_unit_test(its_items_are_those_that_are_wanted),
          cmocka_unit_test(periods_are_of_the_wish_or_of_its_moves),
          cmocka_unit_test(what_is_no_entry_is_not_passed_over))
