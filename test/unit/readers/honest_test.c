#include "readers/honest.h"

#include <string.h>

#include "unit.h"

enum { BEGAN = 1000, ENDED = 2000 };

static struct answers all;
static struct item item;

/* Short words for answers: "+7" holds, by the account of id 7; "-7" does not; "0" nobody; "?Reason"
 * unknown; "~" not listed (a feed); "" not asked. */
static struct answer answer_of(const char *word)
{
    struct answer a = {.complete = true, .reason = "Ok", .account = ACCOUNT_ACTIVE};

    if (word[0] == '?')
        return answer_unknown(word + 1);
    a.outcome = word[0] == '+' ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    a.via = word[0] == '+' ? VIA_DIRECT : VIA_NONE;
    if (word[0] == '0' || word[0] == '~') {
        a.account = word[0] == '0' ? ACCOUNT_MISSING : ACCOUNT_UNKNOWN;
        a.reason = word[0] == '0' ? "AccountMissing" : "AccountNotListed";
    } else {
        str_copy(a.native_id, sizeof a.native_id, str_of(word + 1));
    }
    answer_raw(&a, "%s", word);
    return a;
}

static void take(enum ask ask, const char *word)
{
    struct answer a = answer_of(word);
    answers_take(&all, ask, &a);
}

static void begin(enum tracing tracing, const char *pin)
{
    memset(&all, 0, sizeof all);
    all.tracing = tracing;
    item = (struct item){
        .id = 5, .account = STR("ada"), .entitlement = STR("g"), .account_id = str_of(pin)};
}

/* What comes of a read that asks one after the other; every question must have its word. */
static struct observation read_so(enum tracing tracing, const char *pin,
                                  const char *const words[ASKS])
{
    struct observation obs;
    enum ask ask;

    begin(tracing, pin);
    while ((ask = answers_next(&all, &item)) != ASKS) {
        if (!words[ask][0])
            fail_msg("question %d is asked", (int)ask);
        take(ask, words[ask]);
    }
    for (ask = ASK_ITEM; ask < ASKS; ask++)
        if (words[ask][0] && !all.asked[ask])
            fail_msg("question %d is not asked", (int)ask);
    answers_join(&item, &all, BEGAN, ENDED, &obs);
    return obs;
}

static const struct {
    enum tracing tracing;
    const char *pin, *words[ASKS];
    enum outcome outcome;
    const char *reason;
    enum account_state account;
    bool canary_ok;
} CASES[] = {
    /* by names alone */
    {TRACES_BY_ID, "", {"+7", "", "+1", ""}, OUTCOME_PRESENT, "Ok", ACCOUNT_ACTIVE, true},
    {TRACES_BY_ID, "7", {"+7", "", "+1", ""}, OUTCOME_PRESENT, "Ok", ACCOUNT_ACTIVE, true},
    {TRACES_BY_ID, "7", {"-7", "", "+1", ""}, OUTCOME_ABSENT, "Ok", ACCOUNT_ACTIVE, true},
    {TRACES_BY_ID,
     "7",
     {"-7", "", "-1", ""},
     OUTCOME_UNKNOWN,
     "CanaryMissing",
     ACCOUNT_ACTIVE,
     false},
    {TRACES_BY_ID,
     "7",
     {"-7", "", "?SourceDown", ""},
     OUTCOME_UNKNOWN,
     "SourceDown",
     ACCOUNT_ACTIVE,
     false},
    {TRACES_BY_ID,
     "7",
     {"-7", "", "?AccountAmbiguous", ""},
     OUTCOME_UNKNOWN,
     "CanaryMissing",
     ACCOUNT_ACTIVE,
     false},
    {TRACES_BY_ID,
     "7",
     {"?Timeout", "", "+1", ""},
     OUTCOME_UNKNOWN,
     "Timeout",
     ACCOUNT_UNKNOWN,
     true},
    {TRACES_BY_ID,
     "7",
     {"-8", "", "+1", ""},
     OUTCOME_ABSENT,
     "AccountReplaced",
     ACCOUNT_REPLACED,
     true},
    {TRACES_BY_ID,
     "",
     {"0", "", "+1", ""},
     OUTCOME_ABSENT,
     "AccountMissing",
     ACCOUNT_MISSING,
     true},
    {TRACES_NOBODY,
     "7",
     {"-", "", "+1", ""},
     OUTCOME_UNKNOWN,
     "AccountIdHidden",
     ACCOUNT_ACTIVE,
     true},
    /* nobody has the name, and nobody can be looked for by an id */
    {TRACES_NOBODY,
     "7",
     {"0", "", "+1", ""},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     true},
    {TRACES_NOBODY,
     "7",
     {"~", "", "+1", ""},
     OUTCOME_UNKNOWN,
     "AccountIdHidden",
     ACCOUNT_UNKNOWN,
     true},
    {TRACES_NOBODY,
     "",
     {"0", "", "+1", ""},
     OUTCOME_ABSENT,
     "AccountMissing",
     ACCOUNT_MISSING,
     true},
    /* renamed, gone */
    {TRACES_BY_ID, "7", {"0", "+7", "+1", "+1"}, OUTCOME_PRESENT, "Ok", ACCOUNT_ACTIVE, true},
    {TRACES_BY_ID, "7", {"0", "-7", "+1", "+1"}, OUTCOME_ABSENT, "Ok", ACCOUNT_ACTIVE, true},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "+1", "+1"},
     OUTCOME_ABSENT,
     "AccountMissing",
     ACCOUNT_MISSING,
     true},
    {TRACES_BY_ID,
     "7",
     {"~", "~", "+1", "+1"},
     OUTCOME_ABSENT,
     "AccountNotListed",
     ACCOUNT_UNKNOWN,
     true},
    /* ids that do not find whom they are of */
    {TRACES_BY_ID,
     "7",
     {"0", "0", "+1", "0"},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     true},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "+1", "-1"},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     true},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "+1", "+2"},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     true},
    {TRACES_BY_ID,
     "7",
     {"0", "+7", "+1", "0"},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_ACTIVE,
     true},
    {TRACES_BY_ID,
     "7",
     {"0", "+8", "+1", "+1"},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_ACTIVE,
     true},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "+", ""},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     true},
    /* what could not be read */
    {TRACES_BY_ID,
     "7",
     {"0", "?Timeout", "+1", "+1"},
     OUTCOME_UNKNOWN,
     "Timeout",
     ACCOUNT_UNKNOWN,
     true},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "?RightsLost", ""},
     OUTCOME_UNKNOWN,
     "RightsLost",
     ACCOUNT_MISSING,
     false},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "-1", ""},
     OUTCOME_UNKNOWN,
     "CanaryMissing",
     ACCOUNT_MISSING,
     false},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "+1", "?RightsLost"},
     OUTCOME_UNKNOWN,
     "RightsLost",
     ACCOUNT_MISSING,
     false},
    {TRACES_BY_ID,
     "7",
     {"0", "0", "+1", "?AccountAmbiguous"},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     false},
    /* what an operator wrote is tried before it matters */
    {TRACES_AS_WRITTEN,
     "",
     {"0", "", "+1", "+1"},
     OUTCOME_ABSENT,
     "AccountMissing",
     ACCOUNT_MISSING,
     true},
    {TRACES_AS_WRITTEN,
     "",
     {"0", "", "+1", "0"},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     true},
    {TRACES_AS_WRITTEN,
     "",
     {"0", "", "+", ""},
     OUTCOME_UNKNOWN,
     "AccountNotTraced",
     ACCOUNT_MISSING,
     true},
    {TRACES_AS_WRITTEN, "", {"-7", "", "+1", ""}, OUTCOME_ABSENT, "Ok", ACCOUNT_ACTIVE, true},
};

static void what_is_asked_and_what_counts(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct observation o = read_so(CASES[i].tracing, CASES[i].pin, CASES[i].words);
        if (!str_eq_c(o.reason, CASES[i].reason))
            fail_msg("case %zu: %.*s", i, STR_ARG(o.reason));
        assert_int_equal(o.outcome, CASES[i].outcome);
        assert_int_equal(o.account, CASES[i].account);
        assert_int_equal(o.canary_ok, CASES[i].canary_ok);
        assert_int_equal(o.item_id, 5);
    }
}

/* An answer that was fetched before it was known to matter does no harm. */
static void what_is_asked_too_early_counts_where_it_matters(void **state)
{
    struct observation obs;
    (void)state;

    begin(TRACES_BY_ID, "7");
    take(ASK_ITEM_BY_ID, "+7");
    take(ASK_CANARY, "+1");
    assert_int_equal(answers_next(&all, &item), ASK_ITEM);
    take(ASK_ITEM, "-7");
    assert_int_equal(answers_next(&all, &item), ASKS);
    answers_join(&item, &all, BEGAN, ENDED, &obs);
    assert_int_equal(obs.outcome, OUTCOME_ABSENT);
}

static void questions_are_about_whom_they_should(void **state)
{
    struct reader_config config = {.canary_account = STR("canary"),
                                   .canary_entitlement = STR("watch")};
    static const struct {
        const char *account, *entitlement;
        bool by_id, of_canary;
    } WANTED[ASKS] = {{"ada", "g", false, false},
                      {"7", "g", true, false},
                      {"canary", "watch", false, true},
                      {"1", "watch", true, true}};
    (void)state;

    begin(TRACES_BY_ID, "7");
    take(ASK_CANARY, "+1");
    for (enum ask ask = ASK_ITEM; ask < ASKS; ask++) {
        struct asked_for f = answers_asked_for(&all, &item, &config, ask);
        assert_str(f.account, WANTED[ask].account);
        assert_str(f.entitlement, WANTED[ask].entitlement);
        assert_int_equal(f.by_id, WANTED[ask].by_id);
        assert_int_equal(f.of_canary, WANTED[ask].of_canary);
    }
}

/* Wherever a read breaks off, nothing is known, for that reason. */
static void a_read_that_breaks_off_proves_nothing(void **state)
{
    static const char *const WORDS[] = {"0", "0", "+1", "+1"};
    struct observation obs;
    (void)state;

    for (int answered = 0; answered < ASKS; answered++) {
        begin(TRACES_BY_ID, "7");
        for (int ask = 0; ask < answered; ask++)
            take((enum ask)ask, WORDS[ask]);
        answers_fail(&all, &item, "Timeout");
        assert_int_equal(answers_next(&all, &item), ASKS);
        answers_join(&item, &all, BEGAN, ENDED, &obs);
        assert_int_equal(obs.outcome, OUTCOME_UNKNOWN);
        assert_str(obs.reason, "Timeout");
        assert_false(obs.canary_ok);
    }
}

static void times_and_hashes(void **state)
{
    static const char *const GONE[] = {"0", "0", "+1", "+1"}, *const HELD[] = {"+7", "", "+1", ""};
    struct observation a, b;
    (void)state;

    a = read_so(TRACES_BY_ID, "7", GONE);
    b = read_so(TRACES_BY_ID, "7", HELD);
    assert_true(a.has_raw && b.has_raw);
    assert_memory_not_equal(a.raw_sha256, b.raw_sha256, sizeof a.raw_sha256);
    answer_raw(&all.of[ASK_CANARY], "x");
    answers_join(&item, &all, BEGAN, ENDED, &a);
    assert_memory_not_equal(a.raw_sha256, b.raw_sha256, sizeof a.raw_sha256);
    b = read_so(TRACES_BY_ID, "7", GONE);
    for (enum ask ask = ASK_ITEM; ask < ASKS; ask++) { /* each answer is evidence */
        answer_raw(&all.of[ask], "x");
        answers_join(&item, &all, BEGAN, ENDED, &a);
        assert_memory_not_equal(a.raw_sha256, b.raw_sha256, sizeof a.raw_sha256);
        b = a;
    }
    assert_int_equal(a.as_of_ms, BEGAN);
    all.of[ASK_ITEM_BY_ID].as_of_ms = 500;
    answers_join(&item, &all, BEGAN, ENDED, &a);
    assert_int_equal(a.as_of_ms, 500);
    all.of[ASK_ITEM_BY_ID].as_of_ms = 5000; /* nobody can vouch for the future */
    answers_join(&item, &all, BEGAN, ENDED, &a);
    assert_int_equal(a.as_of_ms, ENDED);
    all.of[ASK_ITEM_BY_ID].as_of_ms = -9;
    answers_join(&item, &all, BEGAN, ENDED, &a);
    assert_int_equal(a.as_of_ms, 1);
    all.of[ASK_ITEM_BY_ID].raw_len = 0;
    answers_join(&item, &all, BEGAN, ENDED, &a);
    assert_str(a.reason, "NoRawBytes");
}

/* It was filled before the read began, and before another step said as of when it is. */
static void a_cache_vouches_for_nothing_newer(void **state)
{
    static const struct {
        int64_t as_of_ms, age_ms, then_ms;
    } TIMES[] = {{0, 0, BEGAN},   {0, 400, 600}, {900, 400, 600},
                 {500, 400, 500}, {900, 0, 900}, {-9, 400, 1}};
    struct observation obs;
    (void)state;

    for (size_t i = 0; i < COUNT(TIMES); i++) {
        begin(TRACES_BY_ID, "");
        take(ASK_ITEM, "-7");
        take(ASK_CANARY, "+8");
        all.of[ASK_ITEM].as_of_ms = TIMES[i].as_of_ms;
        answers_cached(&all, BEGAN, TIMES[i].age_ms);
        answers_join(&item, &all, BEGAN, ENDED, &obs);
        assert_int_equal(obs.as_of_ms, TIMES[i].then_ms);
    }
}

static void raw_text_that_does_not_fit_is_not_whole(void **state)
{
    static char much[ANSWER_RAW_BYTES + 1];
    struct answer a = answer_of("+7");
    (void)state;

    memset(much, 'x', ANSWER_RAW_BYTES);
    answer_raw(&a, "%s", much);
    assert_false(a.complete);
}

static void whoever_traces_nobody_says_so(void **state)
{
    (void)state;
    assert_non_null(strstr(tracing_words(TRACES_NOBODY), "AccountNotTraced"));
    assert_non_null(strstr(tracing_words(TRACES_BY_ID), "by its id"));
    assert_non_null(strstr(tracing_words(TRACES_AS_WRITTEN), "canary"));
}

UNIT_MAIN(cmocka_unit_test(what_is_asked_and_what_counts),
          cmocka_unit_test(what_is_asked_too_early_counts_where_it_matters),
          cmocka_unit_test(questions_are_about_whom_they_should),
          cmocka_unit_test(a_read_that_breaks_off_proves_nothing),
          cmocka_unit_test(times_and_hashes), cmocka_unit_test(a_cache_vouches_for_nothing_newer),
          cmocka_unit_test(raw_text_that_does_not_fit_is_not_whole),
          cmocka_unit_test(whoever_traces_nobody_says_so))
