#include "domain/item.h"

#include <string.h>

#include "dossiers.h"
#include "unit.h"

#define P OUTCOME_PRESENT
#define A OUTCOME_ABSENT
#define U OUTCOME_UNKNOWN

/* One read of a history: what it says and how old it is. */
struct read {
    enum outcome outcome;
    int64_t age_ms;
    enum account_state account;
};

struct history {
    const char *name;
    enum desired desired;
    struct read reads[4]; /* newest first */
    size_t count;
    enum verdict want;
    const char *reason;
};

/* Claimed 10 min before NOW; settle 1 min, 2 confirmations, proofs count for 15 min. */
static const struct history HISTORIES[] = {
    {"nothing read", DESIRED_PRESENT, {{0}}, 0, VERDICT_UNKNOWN, "NotReadYet"},
    {"source down", DESIRED_ABSENT, {{U, 0, ACCOUNT_UNKNOWN}}, 1, VERDICT_UNKNOWN, "Unreadable"},
    {"a copy from before the claim says there: proves nothing",
     DESIRED_PRESENT,
     {{P, 10 * MINUTE + 1, ACCOUNT_ACTIVE}},
     1,
     VERDICT_UNKNOWN,
     "CopyOlderThanClaim"},
    {"a copy from before the claim says gone: proves nothing",
     DESIRED_ABSENT,
     {{A, 11 * MINUTE, ACCOUNT_ACTIVE}, {A, 12 * MINUTE, ACCOUNT_ACTIVE}},
     2,
     VERDICT_UNKNOWN,
     "CopyOlderThanClaim"},
    {"granted, as of the claim itself",
     DESIRED_PRESENT,
     {{P, 10 * MINUTE, ACCOUNT_ACTIVE}},
     1,
     VERDICT_VERIFIED,
     "Ok"},
    {"granted: one read is enough",
     DESIRED_PRESENT,
     {{P, 0, ACCOUNT_ACTIVE}, {A, 5 * MINUTE, ACCOUNT_ACTIVE}},
     2,
     VERDICT_VERIFIED,
     "Ok"},
    {"granted to a disabled account",
     DESIRED_PRESENT,
     {{P, 0, ACCOUNT_DISABLED}},
     1,
     VERDICT_MISMATCH,
     "PresentButInert"},
    {"granted, but nobody knows whether the account lives",
     DESIRED_PRESENT,
     {{P, 0, ACCOUNT_UNKNOWN}},
     1,
     VERDICT_MISMATCH,
     "PresentButInert"},
    {"no such account",
     DESIRED_PRESENT,
     {{A, 0, ACCOUNT_MISSING}},
     1,
     VERDICT_MISMATCH,
     "AccountMissing"},
    {"another account under the same login",
     DESIRED_PRESENT,
     {{P, 0, ACCOUNT_REPLACED}},
     1,
     VERDICT_MISMATCH,
     "AccountReplaced"},
    {"another account under the same login has lost it, not this one",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_REPLACED}, {A, MINUTE, ACCOUNT_REPLACED}},
     2,
     VERDICT_MISMATCH,
     "AccountReplaced"},
    {"gone from another account of that name once: the count starts again",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_ACTIVE}, {A, MINUTE, ACCOUNT_REPLACED}, {A, 3 * MINUTE, ACCOUNT_ACTIVE}},
     3,
     VERDICT_SETTLING,
     "MoreConfirmations"},
    {"not granted", DESIRED_PRESENT, {{A, 0, ACCOUNT_ACTIVE}}, 1, VERDICT_MISMATCH, "StillAbsent"},
    {"not granted, the source may still catch up",
     DESIRED_PRESENT,
     {{A, 9 * MINUTE + 1, ACCOUNT_ACTIVE}},
     1,
     VERDICT_SETTLING,
     "StillAbsent"},
    {"the same one moment later: no more excuse",
     DESIRED_PRESENT,
     {{A, 9 * MINUTE, ACCOUNT_ACTIVE}},
     1,
     VERDICT_MISMATCH,
     "StillAbsent"},
    {"removed, seen once",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_ACTIVE}},
     1,
     VERDICT_SETTLING,
     "MoreConfirmations"},
    {"removed, seen twice within the settle time",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_ACTIVE}, {A, MINUTE - 1, ACCOUNT_ACTIVE}},
     2,
     VERDICT_SETTLING,
     "MoreConfirmations"},
    {"removed, seen twice across the settle time",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_ACTIVE}, {A, MINUTE, ACCOUNT_ACTIVE}},
     2,
     VERDICT_VERIFIED,
     "Ok"},
    {"removed with the whole account",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_MISSING}, {A, MINUTE, ACCOUNT_MISSING}},
     2,
     VERDICT_VERIFIED,
     "Ok"},
    {"flapping: a present in between starts the count again",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_ACTIVE}, {P, MINUTE, ACCOUNT_ACTIVE}, {A, 3 * MINUTE, ACCOUNT_ACTIVE}},
     3,
     VERDICT_SETTLING,
     "MoreConfirmations"},
    {"an unknown in between starts the count again",
     DESIRED_ABSENT,
     {{A, 0, ACCOUNT_ACTIVE}, {U, MINUTE, ACCOUNT_UNKNOWN}, {A, 3 * MINUTE, ACCOUNT_ACTIVE}},
     3,
     VERDICT_SETTLING,
     "MoreConfirmations"},
    {"a read from before the claim does not count as confirmation",
     DESIRED_ABSENT,
     {{A, 9 * MINUTE, ACCOUNT_ACTIVE}, {A, 11 * MINUTE, ACCOUNT_ACTIVE}},
     2,
     VERDICT_SETTLING,
     "MoreConfirmations"},
    {"confirmations from copies out of order: the span counts, whichever came first",
     DESIRED_ABSENT,
     {{A, MINUTE, ACCOUNT_ACTIVE}, {A, 0, ACCOUNT_ACTIVE}, {A, 2 * MINUTE, ACCOUNT_ACTIVE}},
     3,
     VERDICT_VERIFIED,
     "Ok"},
    {"still there", DESIRED_ABSENT, {{P, 0, ACCOUNT_ACTIVE}}, 1, VERDICT_MISMATCH, "StillPresent"},
    {"only disabled, and the entitlement still on it",
     DESIRED_ABSENT,
     {{P, 0, ACCOUNT_DISABLED}},
     1,
     VERDICT_MISMATCH,
     "EntitlementRetained"},
    {"removed once, then the source fell silent",
     DESIRED_ABSENT,
     {{U, 0, ACCOUNT_UNKNOWN}, {A, MINUTE, ACCOUNT_ACTIVE}, {A, 3 * MINUTE, ACCOUNT_ACTIVE}},
     3,
     VERDICT_UNKNOWN,
     "Unreadable"},
};

static struct item item_with(const struct history *h, struct observation *obs)
{
    for (size_t i = 0; i < h->count; i++) {
        obs[i] = seen(h->reads[i].outcome, h->reads[i].age_ms);
        obs[i].account = h->reads[i].account;
    }
    return item_of(h->desired, obs, h->count);
}

static void each_history_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(HISTORIES); i++) {
        const struct history *h = &HISTORIES[i];
        struct observation obs[4];
        struct item item = item_with(h, obs);
        struct finding f = verdict_judge(&item, CLAIM, NOW);
        if (f.verdict != h->want || strcmp(f.reason, h->reason) != 0)
            fail_msg("%s: %s (%s), want %s (%s)", h->name, verdict_name(f.verdict), f.reason,
                     verdict_name(h->want), h->reason);
        assert_ptr_equal(f.proof, h->count ? &obs[0] : NULL);
    }
}

static void an_exception_covers_what_no_read_proves(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(HISTORIES); i++) {
        struct observation obs[4];
        struct item item = item_with(&HISTORIES[i], obs);
        item.excepted = true;
        enum verdict proven =
            HISTORIES[i].want == VERDICT_VERIFIED ? VERDICT_VERIFIED : VERDICT_EXCEPTED;
        assert_int_equal(verdict_judge(&item, CLAIM, NOW).verdict, proven);
    }
}

static void a_proof_grows_old(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, 2 * MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    (void)state;

    assert_int_equal(verdict_judge(&item, CLAIM, NOW + 15 * MINUTE).verdict, VERDICT_VERIFIED);
    struct finding f = verdict_judge(&item, CLAIM, NOW + 15 * MINUTE + 1);
    assert_int_equal(f.verdict, VERDICT_UNKNOWN);
    assert_string_equal(f.reason, "ProofTooOld");
}

/* What a reader says, and what is left of it. */
static const struct {
    const char *name;
    struct observation says;
    enum outcome want;
    const char *reason;
} HONESTY[] = {
    {"unknown stays, with its own reason", {.reason = STR("SourceDown")}, U, "SourceDown"},
    {"present, all proven",
     {.outcome = P,
      .account = ACCOUNT_ACTIVE,
      .complete = true,
      .canary_ok = true,
      .has_raw = true,
      .reason = STR("Ok")},
     P,
     "Ok"},
    {"present needs no canary",
     {.outcome = P,
      .account = ACCOUNT_ACTIVE,
      .complete = true,
      .has_raw = true,
      .reason = STR("Ok")},
     P,
     "Ok"},
    {"absent, all proven",
     {.outcome = A, .complete = true, .canary_ok = true, .has_raw = true, .reason = STR("Ok")},
     A,
     "Ok"},
    {"absent without the canary",
     {.outcome = A, .complete = true, .has_raw = true},
     U,
     "CanaryMissing"},
    {"absent on half a read", {.outcome = A, .canary_ok = true, .has_raw = true}, U, "Incomplete"},
    {"present on half a read", {.outcome = P, .canary_ok = true, .has_raw = true}, U, "Incomplete"},
    {"nothing to show for it",
     {.outcome = A, .complete = true, .canary_ok = true},
     U,
     "NoRawBytes"},
    {"two accounts answer to that name",
     {.outcome = A,
      .account = ACCOUNT_AMBIGUOUS,
      .complete = true,
      .canary_ok = true,
      .has_raw = true},
     U,
     "AccountAmbiguous"},
    {"invited is not granted",
     {.outcome = P, .via = VIA_PENDING, .complete = true, .canary_ok = true, .has_raw = true},
     U,
     "Pending"},
};

static void what_cannot_be_believed_becomes_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(HONESTY); i++) {
        struct observation o = HONESTY[i].says;
        observation_make_honest(&o);
        if (o.outcome != HONESTY[i].want)
            fail_msg("%s: %s", HONESTY[i].name, outcome_name(o.outcome));
        assert_str(o.reason, HONESTY[i].reason);
    }
}

static void a_name_is_held_to_its_id(void **state)
{
    static const struct {
        const char *name, *pinned, *read;
        enum account_state account;
        bool traced;
        enum outcome want;
        enum account_state want_account;
        const char *reason;
    } CASES[] = {
        {"not pinned yet", "", "1", ACCOUNT_ACTIVE, false, A, ACCOUNT_ACTIVE, "Ok"},
        {"not pinned, nobody", "", "", ACCOUNT_MISSING, false, A, ACCOUNT_MISSING, "Ok"},
        {"the same", "1", "1", ACCOUNT_DISABLED, false, A, ACCOUNT_DISABLED, "Ok"},
        {"another", "1", "2", ACCOUNT_ACTIVE, false, A, ACCOUNT_REPLACED, "AccountReplaced"},
        {"an id that begins alike", "1", "11", ACCOUNT_ACTIVE, true, A, ACCOUNT_REPLACED,
         "AccountReplaced"},
        {"renamed, perhaps", "1", "", ACCOUNT_MISSING, false, U, ACCOUNT_MISSING,
         "AccountNotTraced"},
        {"gone by its id too", "1", "", ACCOUNT_MISSING, true, A, ACCOUNT_MISSING, "Ok"},
        {"in no row, by its id neither", "1", "", ACCOUNT_UNKNOWN, true, A, ACCOUNT_UNKNOWN, "Ok"},
        {"whose it is not shown", "1", "", ACCOUNT_ACTIVE, true, U, ACCOUNT_ACTIVE,
         "AccountIdHidden"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct observation o = {.outcome = A,
                                .account = CASES[i].account,
                                .native_id = str_of(CASES[i].read),
                                .reason = STR("Ok")};
        observation_hold_to(&o, str_of(CASES[i].pinned), CASES[i].traced);
        if (o.outcome != CASES[i].want || o.account != CASES[i].want_account)
            fail_msg("%s: %s", CASES[i].name, outcome_name(o.outcome));
        assert_str(o.reason, CASES[i].reason);
    }
    struct observation unknown = {.native_id = STR("2"), .reason = STR("SourceDown")};
    observation_hold_to(&unknown, STR("1"), false);
    assert_str(unknown.reason, "SourceDown");
}

static void a_read_from_before_it_was_pinned_is_held_to_it_too(void **state)
{
    struct observation obs[] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, COUNT(obs));
    (void)state;

    obs[0].native_id = obs[1].native_id = STR("1");
    item.account_id = STR("1");
    assert_int_equal(verdict_judge(&item, NOW - 2 * MINUTE, NOW).verdict, VERDICT_VERIFIED);
    item.account_id = STR("2");
    struct finding f = verdict_judge(&item, NOW - 2 * MINUTE, NOW);
    assert_int_equal(f.verdict, VERDICT_MISMATCH);
    assert_string_equal(f.reason, "AccountReplaced");
    obs[0].native_id = STR("2"); /* linked anew: the run begins there */
    assert_int_equal(verdict_judge(&item, NOW - 2 * MINUTE, NOW).verdict, VERDICT_SETTLING);
}

static void one_read_says_why_it_is_not_so(void **state)
{
    struct observation obs = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &obs, 1);
    (void)state;

    assert_string_equal(item_why_not(&item, &obs), "StillPresent");
    obs.outcome = OUTCOME_UNKNOWN;
    assert_string_equal(item_why_not(&item, &obs), "Unreadable");
    obs.outcome = OUTCOME_ABSENT;
    assert_null(item_why_not(&item, &obs));
}

static void what_is_held_through_something_else_is_told_apart(void **state)
{
    static const struct {
        enum via via;
        const char *reason;
    } CASES[] = {{VIA_NONE, "StillPresent"},
                 {VIA_DIRECT, "StillPresent"},
                 {VIA_NESTED, "InheritedVia"},
                 {VIA_ROLE, "InheritedVia"},
                 {VIA_PRIMARY_GROUP, "InheritedVia"}};
    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct observation obs = seen(OUTCOME_PRESENT, 0);
        obs.via = CASES[i].via;
        struct item item = item_of(DESIRED_ABSENT, &obs, 1);
        assert_string_equal(item_why_not(&item, &obs), CASES[i].reason);
        item.desired = DESIRED_PRESENT;
        assert_null(item_why_not(&item, &obs)); /* however it came */
    }
}

static void names_go_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i <= VIA_PENDING; i++) {
        enum via v;
        assert_true(via_from(str_of(via_name((enum via)i)), &v));
        assert_int_equal(v, i);
    }
    for (int i = 0; i <= OUTCOME_ABSENT; i++) {
        enum outcome o;
        assert_true(outcome_from(str_of(outcome_name((enum outcome)i)), &o));
        assert_int_equal(o, i);
    }
    for (int i = 0; i <= ACCOUNT_REPLACED; i++) {
        enum account_state a;
        assert_true(account_state_from(str_of(account_state_name((enum account_state)i)), &a));
        assert_int_equal(a, i);
    }
    for (int i = 0; i <= DESIRED_ABSENT; i++) {
        enum desired d;
        assert_true(desired_from(str_of(desired_name((enum desired)i)), &d));
        assert_int_equal(d, i);
    }
    assert_string_equal(verdict_name(VERDICT_UNKNOWN), "unknown");
    assert_string_equal(verdict_name(VERDICT_EXCEPTED), "excepted");
    assert_string_equal(via_name(VIA_NONE), "none");
    assert_string_equal(via_name(VIA_PENDING), "pending");
}

static void other_names_are_refused(void **state)
{
    enum outcome o;
    enum account_state a;
    enum desired d;
    enum via v;
    (void)state;
    assert_false(outcome_from(STR("gone"), &o));
    assert_false(account_state_from(STR("locked"), &a));
    assert_false(via_from(STR("luck"), &v));
    assert_false(desired_from(STR("unknown"), &d));
}

static void what_was_so_and_is_not_any_more(void **state)
{
    struct observation obs[] = {seen(OUTCOME_PRESENT, MINUTE), seen(OUTCOME_PRESENT, 2 * MINUTE),
                                seen(OUTCOME_UNKNOWN, 3 * MINUTE), seen(OUTCOME_ABSENT, 4 * MINUTE),
                                seen(OUTCOME_ABSENT, 6 * MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, COUNT(obs));
    struct item_back back = item_came_back(&item);
    (void)state;

    assert_int_equal(back.was_ms, NOW - 4 * MINUTE);
    assert_int_equal(back.again_ms, NOW - 2 * MINUTE);
    item.obs_count = 4; /* read gone once only: it was not believed */
    assert_int_equal(item_came_back(&item).was_ms, 0);
    item.proven_ms = NOW - HOUR;
    assert_int_equal(item_came_back(&item).was_ms, NOW - HOUR);
    item.obs += 3; /* it is as asked now */
    item.obs_count = 2;
    assert_int_equal(item_came_back(&item).was_ms, 0);
    item.obs_count = 0;
    assert_int_equal(item_came_back(&item).was_ms, 0);
    item = item_of(DESIRED_PRESENT, obs + 2, 2);       /* of a grant one read is enough */
    assert_int_equal(item_came_back(&item).was_ms, 0); /* unknown is no loss */
    struct observation lost[] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_PRESENT, MINUTE)};
    item = item_of(DESIRED_PRESENT, lost, 2);
    assert_int_equal(item_came_back(&item).was_ms, NOW - MINUTE);
}

/* A group made anew under the name of another is not what was asked for. */
static void an_entitlement_is_held_to_its_id(void **state)
{
    struct observation o = seen(OUTCOME_ABSENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    (void)state;

    item.rule.confirmations = 1;
    item.rule.settle_ms = 0;
    o.entitlement_id = STR("new");
    assert_int_equal(verdict_judge(&item, CLAIM, NOW).verdict,
                     VERDICT_VERIFIED); /* not pinned yet */
    item.entitlement_id = STR("group");
    struct finding f = verdict_judge(&item, CLAIM, NOW);
    assert_int_equal(f.verdict, VERDICT_MISMATCH);
    assert_string_equal(f.reason, "EntitlementReplaced");
    assert_string_equal(item_why_not(&item, &o), "EntitlementReplaced");
    o.entitlement_id = STR("group");
    assert_int_equal(verdict_judge(&item, CLAIM, NOW).verdict, VERDICT_VERIFIED);
    o.entitlement_id = STR_NONE; /* a read that does not tell */
    assert_int_equal(verdict_judge(&item, CLAIM, NOW).verdict, VERDICT_VERIFIED);
}

static void an_entitlement_whose_id_is_hidden_proves_nothing(void **state)
{
    struct observation o = {
        .outcome = OUTCOME_ABSENT, .account = ACCOUNT_ACTIVE, .reason = STR("Ok")};
    (void)state;

    observation_hold_to_entitlement(&o, STR_NONE);
    assert_int_equal(o.outcome, OUTCOME_ABSENT); /* pinned to none yet */
    o.entitlement_id = STR("other");
    observation_hold_to_entitlement(&o, STR("group"));
    assert_int_equal(o.outcome, OUTCOME_ABSENT); /* the verdict tells it apart */
    o.entitlement_id = STR_NONE;
    o.account = ACCOUNT_MISSING;
    observation_hold_to_entitlement(&o, STR("group"));
    assert_int_equal(o.outcome, OUTCOME_ABSENT); /* nobody holds anything */
    o.account = ACCOUNT_ACTIVE;
    observation_hold_to_entitlement(&o, STR("group"));
    assert_int_equal(o.outcome, OUTCOME_UNKNOWN);
    assert_true(str_eq_c(o.reason, "EntitlementIdHidden"));
}

UNIT_MAIN(cmocka_unit_test(an_entitlement_is_held_to_its_id),
          cmocka_unit_test(an_entitlement_whose_id_is_hidden_proves_nothing),
          cmocka_unit_test(what_was_so_and_is_not_any_more),
          cmocka_unit_test(each_history_has_its_verdict),
          cmocka_unit_test(an_exception_covers_what_no_read_proves),
          cmocka_unit_test(a_proof_grows_old),
          cmocka_unit_test(what_cannot_be_believed_becomes_unknown),
          cmocka_unit_test(a_name_is_held_to_its_id),
          cmocka_unit_test(a_read_from_before_it_was_pinned_is_held_to_it_too),
          cmocka_unit_test(one_read_says_why_it_is_not_so),
          cmocka_unit_test(what_is_held_through_something_else_is_told_apart),
          cmocka_unit_test(names_go_there_and_back), cmocka_unit_test(other_names_are_refused))
