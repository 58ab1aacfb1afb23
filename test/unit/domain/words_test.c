#include "domain/words.h"

#include <string.h>

#include "domain/line.h"
#include "dossiers.h"
#include "unit.h"

/* The times below: NOW is 11:10 UTC on the first day. */
static const struct {
    enum notice_state state;
    enum desired desired;
    enum outcome outcome;
    enum account_state account;
    const char *check, *line, *next_part;
} WORDS[] = {
    {NOTICE_NONE, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Waiting", "", ""},
    {NOTICE_OBSERVING, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Waiting",
     "Not enforced here yet", ""},
    {NOTICE_WAITING_APPROVAL, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Waiting",
     "Waiting for approval by somebody allowed to", ""},
    {NOTICE_READY, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Waiting",
     "Approved. Remove fin-ledger-admin from M. Okafor in SAP FIN", "Press Mark done"},
    {NOTICE_READY, DESIRED_PRESENT, OUTCOME_ABSENT, ACCOUNT_ACTIVE, "Waiting",
     "Approved. Give fin-ledger-admin to M. Okafor in SAP FIN", "Press Mark done"},
    {NOTICE_CHECKING, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Checking",
     "You're done. Checking SAP FIN; this ticket resolves itself, usually within 2 min", ""},
    {NOTICE_STALE, DESIRED_ABSENT, OUTCOME_ABSENT, ACCOUNT_ACTIVE, "Can't tell",
     "Can't tell yet: our SAP FIN copy is from 11:10 UTC, before you finished. Next copy within "
     "the hour",
     "Nothing for you to do"},
    {NOTICE_NOT_YET, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Not there yet",
     "Not closed: M. Okafor still has fin-ledger-admin in SAP FIN (read 11:10 UTC). Checking again "
     "within 15 min while it waits",
     "Remove fin-ledger-admin from M. Okafor in SAP FIN. You don't need to come back while it "
     "waits"},
    {NOTICE_NOT_YET, DESIRED_PRESENT, OUTCOME_ABSENT, ACCOUNT_ACTIVE, "Not there yet",
     "Not closed: M. Okafor doesn't have fin-ledger-admin in SAP FIN (read 11:10 UTC). Checking "
     "again within 15 min while it waits",
     "Give"},
    {NOTICE_NOT_YET, DESIRED_PRESENT, OUTCOME_ABSENT, ACCOUNT_MISSING, "Not there yet",
     "Not closed: M. Okafor has no account in SAP FIN (read 11:10 UTC). Checking again within 15 "
     "min while it waits",
     "Give"},
    {NOTICE_NOT_YET, DESIRED_PRESENT, OUTCOME_PRESENT, ACCOUNT_DISABLED, "Not there yet",
     "Not closed: M. Okafor has fin-ledger-admin but is not active in SAP FIN (read 11:10 UTC). "
     "Checking again within 15 min while it waits",
     "Give"},
    {NOTICE_NOT_YET, DESIRED_ABSENT, OUTCOME_ABSENT, ACCOUNT_REPLACED, "Not there yet",
     "Not closed: M. Okafor is the name of another account than before in SAP FIN (read 11:10 "
     "UTC). Checking again within 15 min while it waits",
     "Remove"},
    {NOTICE_WRONG_CHANGE, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Not there yet",
     "Not closed: M. Okafor still has fin-ledger-admin in SAP FIN (read 11:10 UTC). Checking again "
     "within 15 min while it waits",
     "Remove"},
    {NOTICE_REOPENED, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Not there yet",
     "Not closed: M. Okafor still has fin-ledger-admin in SAP FIN (read 11:10 UTC)",
     "so it is reopened"},
    {NOTICE_CANNOT_READ, DESIRED_ABSENT, OUTCOME_UNKNOWN, ACCOUNT_UNKNOWN, "Can't tell",
     "Can't reach SAP FIN since 11:10 UTC. Nothing for you to do; IAM on-call was told",
     "Trying again within the hour. To have it checked at once, comment, or press Check again if "
     "it is there."},
    {NOTICE_CANNOT_REOPEN, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Not there yet",
     "Closed without proof, and Jira doesn't let us reopen it. Please reopen this ticket; IAM "
     "on-call was told",
     "We try again from time to time."},
    {NOTICE_HELD, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Not there yet",
     "Closed again without proof, so often that we reopen it no more within the hour. IAM on-call "
     "was "
     "told",
     "stays open until proven"},
    {NOTICE_WITHDRAWN, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Waiting",
     "Withdrawn: the identity platform no longer asks for this. Change nothing in SAP FIN; cancel "
     "this ticket",
     "undo it. Closed as done, this ticket is reopened."},
    {NOTICE_DENIED, DESIRED_PRESENT, OUTCOME_ABSENT, ACCOUNT_ACTIVE, "Waiting",
     "Declined: this was not approved. Change nothing in SAP FIN; decline or cancel this ticket",
     "undo it. Closed as done, this ticket is reopened. Still wanted? The requester asks anew."},
    {NOTICE_EXPIRED, DESIRED_PRESENT, OUTCOME_ABSENT, ACCOUNT_ACTIVE, "Waiting",
     "Too late: the time it was asked for is over. Change nothing in SAP FIN; cancel this ticket",
     "undo it"},
    {NOTICE_EXCEPTION, DESIRED_ABSENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Exception",
     "Closed under an exception", "looked at again"},
    {NOTICE_VERIFIED, DESIRED_ABSENT, OUTCOME_ABSENT, ACCOUNT_ACTIVE, "Verified",
     "Checked 11:10 UTC: access is gone", ""},
    {NOTICE_VERIFIED, DESIRED_PRESENT, OUTCOME_PRESENT, ACCOUNT_ACTIVE, "Verified",
     "Checked 11:10 UTC: access is there", ""},
};

static void another_entitlement_of_the_name_is_told_apart(void **state)
{
    struct observation o = seen(OUTCOME_ABSENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    item.entitlement_id = STR("group");
    o.entitlement_id = STR("new");
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_string_equal(n.line,
                        "Not closed: M. Okafor's fin-ledger-admin is another entitlement of "
                        "that name than before in SAP FIN (read 11:10 UTC)");
    assert_string_equal(n.rows[1].mark, "ANOTHER OF THAT NAME");
}

static void every_state_has_its_exact_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(WORDS); i++) {
        struct observation o = seen(WORDS[i].outcome, 0);
        struct item item = item_of(WORDS[i].desired, &o, 1);
        struct dossier d = claimed_of(&item);
        struct notice n;
        o.account = WORDS[i].account;
        words_for(&d, NOW + 7 * MINUTE, WORDS[i].state, &n);
        assert_string_equal(n.line, WORDS[i].line);
        assert_string_equal(n.check, WORDS[i].check);
        if (!strstr(n.next, WORDS[i].next_part))
            fail_msg("'%s' does not say '%s'", n.next, WORDS[i].next_part);
        assert_int_equal(n.state, WORDS[i].state);
        assert_true(strlen(n.line) <= 140);
    }
}

/* Whatever people are called: no one-liner is longer than it may be, and every one that is no good
 * news names a time or somebody, there or in what follows. */
static void every_refusal_is_short_and_names_a_time_or_somebody(void **state)
{
    static const char *const NAMES[] = {" UTC",   "requester", "on-call", "identity platform",
                                        "2 min",  "Reyes",     "SD-12",   "another agent",
                                        "15 min", "the hour"};
    static const char LONG[] = "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää";
    (void)state;

    for (int s = NOTICE_NONE + 1; s < NOTICE_COUNT; s++)
        for (int length = 0; length < 2; length++) {
            struct observation o = seen(OUTCOME_PRESENT, 0);
            struct item item = item_of(DESIRED_ABSENT, &o, 1);
            struct dossier d = claimed_of(&item);
            struct notice n;
            if (length)
                item.account = item.entitlement = item.source_label = item.exception_owner =
                    d.hold_text = str_of(LONG);
            item.excepted_until_ms = NOW + HOUR;
            item.superseded_by = STR("SD-12");
            d.superseded = &item;
            d.superseded_count = s == NOTICE_SUPERSEDED;
            d.ticket.plea = (struct plea){.reason = STR("no"),
                                          .answer = PLEA_NO,
                                          .by_approver = true,
                                          .decided_by = STR("Reyes")};
            words_for(&d, NOW + 7 * MINUTE, (enum notice_state)s, &n);
            struct line line = {.p = n.line, .size = sizeof n.line, .len = strlen(n.line)};
            assert_true(line_chars(&line) <= NOTICE_LINE_CHARS);
            assert_true(str_is_utf8(str_of(n.line)) && str_is_utf8(str_of(n.next)));
            bool bad = strcmp(n.panel, "warning") == 0 || strcmp(n.panel, "error") == 0;
            bool named = !bad;
            for (size_t i = 0; i < COUNT(NAMES); i++)
                named = named || strstr(n.line, NAMES[i]) || strstr(n.next, NAMES[i]);
            if (!named)
                fail_msg("%s: '%s' '%s'", notice_state_name((enum notice_state)s), n.line, n.next);
        }
}

/* "Closed under an exception until 2026-12-05, owner D. Reyes" */
static void an_exception_names_its_end_and_its_owner(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    item.excepted = true;
    item.excepted_until_ms = INT64_C(1796428800000);
    item.exception_owner = STR("D. Reyes");
    words_for(&d, 0, NOTICE_EXCEPTION, &n);
    assert_string_equal(n.line, "Closed under an exception until 2026-12-05, owner D. Reyes");
}

/* After success the comment is one line: what is so, and how long it took. */
static void a_success_says_how_long_it_took(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    d.verified_ms = ASKED + 5 * HOUR + 18 * MINUTE;
    d.goal_ms = 8 * HOUR;
    words_for(&d, 0, NOTICE_VERIFIED, &n);
    assert_string_equal(n.head, "✓ Checked 11:10 UTC: fin-ledger-admin is gone from SAP FIN. "
                                "5 h 18 m from request to proof (goal 8 h 0 m)");
    assert_int_equal(n.row_count, 0);
    item.desired = DESIRED_PRESENT;
    d.verified_ms = d.goal_ms = 0;
    d.now_ms = ASKED + 26 * HOUR;
    words_for(&d, 0, NOTICE_VERIFIED, &n);
    assert_non_null(strstr(n.head, "is there in SAP FIN. 1 d 2 h from request to proof"));
    assert_null(strstr(n.head, "goal"));
}

/* Another value anywhere is another identity. */
static void what_is_said_has_an_identity(void **state)
{
    struct notice n = {.state = NOTICE_CHECKING, .check = "Checking", .line = "Now"};
    struct said said = {STR("r"),   STR("checking"), STR("Checking"),
                        STR("Now"), STR("Checking"), STR("Now")};
    struct str *parts = &said.request;
    uint64_t whole = words_hash(&said);
    (void)state;

    assert_true(whole == words_hash_of(STR("r"), &n));
    for (size_t i = 0; i < sizeof said / sizeof *parts; i++) {
        struct str was = parts[i];
        parts[i] = STR("other");
        assert_true(words_hash(&said) != whole);
        parts[i] = was;
    }
}

static void before_the_first_read_no_time_is_invented(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    words_for(&d, 0, NOTICE_REOPENED, &n);
    assert_null(strstr(n.line, "UTC"));
    assert_null(strstr(n.line, "still has")); /* nobody looked: nobody may say so */
    words_for(&d, 0, NOTICE_CANNOT_READ, &n);
    assert_null(strstr(n.line, "00:00"));
    words_for(&d, 0, NOTICE_STALE, &n);
    assert_null(strstr(n.line, "00:00"));
    words_for(&d, 0, NOTICE_VERIFIED, &n);
    assert_null(strstr(n.line, "00:00"));
}

static void the_item_shown_is_the_one_that_is_missing(void **state)
{
    struct observation gone[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item items[2] = {item_of(DESIRED_ABSENT, gone, 2), item_of(DESIRED_ABSENT, &there, 1)};
    struct dossier d = claimed_of(items);
    struct notice n;
    (void)state;

    d.item_count = 2;
    items[1].entitlement = STR("fin-ledger-viewer");
    items[1].source_label = STR_NONE; /* a source nobody named is shown by its key */
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_string_equal(
        n.line, "Not closed: M. Okafor still has fin-ledger-viewer in sap (read 11:10 UTC)");
}

static void what_still_leads_there_is_said(void **state)
{
    static const struct {
        enum via via;
        const char *line;
    } CASES[] = {
        {VIA_NESTED,
         "Not closed: M. Okafor still has fin-ledger-admin, through another group, in SAP "
         "FIN (read 11:10 UTC)"},
        {VIA_ROLE, "Not closed: M. Okafor still has fin-ledger-admin, through a role, in SAP FIN "
                   "(read 11:10 UTC)"},
        {VIA_PRIMARY_GROUP,
         "Not closed: M. Okafor still has fin-ledger-admin, as a primary group, in "
         "SAP FIN (read 11:10 UTC)"},
    };
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        there.via = CASES[i].via;
        words_for(&d, 0, NOTICE_NOT_YET, &n);
        assert_string_equal(n.line, CASES[i].line);
    }
}

static void a_source_that_cannot_be_read_is_the_one_named(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct observation down[3] = {seen(OUTCOME_UNKNOWN, 0), seen(OUTCOME_UNKNOWN, 5 * MINUTE),
                                  seen(OUTCOME_ABSENT, 9 * MINUTE)};
    struct item items[2] = {item_of(DESIRED_ABSENT, &there, 1), item_of(DESIRED_ABSENT, down, 3)};
    struct dossier d = claimed_of(items);
    struct notice n;
    (void)state;

    d.item_count = 2;
    items[1].source_label = STR("HR");
    words_for(&d, 0, NOTICE_CANNOT_READ, &n);
    assert_string_equal(
        n.line, "Can't reach HR since 11:05 UTC. Nothing for you to do; IAM on-call was told");
    assert_string_equal(n.next, "");
}

static void what_is_missing_says_since_when_and_who_is_next(void **state)
{
    struct observation obs[3] = {seen(OUTCOME_PRESENT, 0), seen(OUTCOME_PRESENT, 4 * MINUTE),
                                 seen(OUTCOME_UNKNOWN, 6 * MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 3);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    words_for(&d, NOW + MINUTE, NOTICE_NOT_YET, &n);
    assert_string_equal(
        n.next, "Remove fin-ledger-admin from M. Okafor in SAP FIN. You don't need to come "
                "back while it waits; it resolves itself at the next check. Once it is back in "
                "work, press Mark done (or Resolve). It reads so since 11:06 UTC. To have it "
                "checked at once, comment, or press Check again if it is there.");
    words_for(&d, 0, NOTICE_NOT_YET, &n); /* sent back: no check comes before somebody acts */
    assert_null(strstr(n.line, "Checking again"));
    assert_string_equal(n.next, "Remove fin-ledger-admin from M. Okafor in SAP FIN, then press "
                                "Mark done (or Resolve). It reads so since 11:06 UTC.");
}

static void what_is_over_is_said_without_items_too(void **state)
{
    struct dossier d = dossier_of(NULL);
    struct notice n;
    (void)state;

    d.item_count = 0;
    d.mode = GATE_WARN;
    words_for(&d, 0, NOTICE_WITHDRAWN, &n);
    assert_string_equal(n.line, "Withdrawn: the identity platform no longer asks for this. Change "
                                "nothing; cancel this ticket");
    assert_null(strstr(n.next, "reopened")); /* not where we only warn */
}

/* It was as asked before: when, and since when not any more; of another day the day. */
static void what_came_back_is_told_apart(void **state)
{
    struct observation obs[] = {seen(OUTCOME_PRESENT, 2 * MINUTE),
                                seen(OUTCOME_UNKNOWN, 3 * MINUTE), seen(OUTCOME_ABSENT, 4 * MINUTE),
                                seen(OUTCOME_ABSENT, 6 * MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, COUNT(obs));
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    words_for(&d, NOW + MINUTE, NOTICE_CAME_BACK, &n);
    assert_string_equal(n.line,
                        "Not closed: fin-ledger-admin of M. Okafor was removed 11:06 UTC, "
                        "present again 11:08 UTC. Checking again within 15 min while it waits");
    assert_string_equal(n.head, "Not closed yet: it was as asked, and is not any more.");
    assert_string_equal(n.panel, "error");
    assert_non_null(strstr(n.next, "Remove fin-ledger-admin from M. Okafor in SAP FIN"));
    assert_int_equal(n.row_count, 2);
    d.now_ms = NOW + 7 * 24 * INT64_C(3600000);
    words_for(&d, 0, NOTICE_CAME_BACK, &n);
    assert_string_equal(n.line, "Not closed: fin-ledger-admin of M. Okafor was removed on 1 Jan, "
                                "present again on 1 Jan");
    struct observation gone = seen(OUTCOME_ABSENT, 2 * MINUTE);
    item = item_of(DESIRED_PRESENT, &gone, 1);
    item.proven_ms = NOW - HOUR; /* of an earlier claim */
    d = claimed_of(&item);
    d.mode = GATE_WARN;
    d.ticket.role = STATUS_DONE;
    words_for(&d, 0, NOTICE_CAME_BACK, &n);
    assert_string_equal(n.line, "Closed, but fin-ledger-admin for M. Okafor was there 10:10 UTC, "
                                "missing again 11:08 UTC");
}

static void who_has_to_approve_is_named(void **state)
{
    static const struct {
        const char *awaited, *line;
    } EXPECTED[] = {
        {"D. Reyes", "Waiting for D. Reyes to approve"},
        {"D. Reyes\nK. Lee", "Waiting for D. Reyes or K. Lee to approve"},
        {"D. Reyes\nK. Lee\nM. Okafor", "Waiting for D. Reyes, K. Lee or M. Okafor to approve"},
        {"D. Reyes\nK. Lee\nM. Okafor\nJ. Lind",
         "Waiting for D. Reyes, K. Lee or 2 others to approve"},
        {"", "Waiting for approval by somebody allowed to"},
    };
    struct dossier d = dossier_of(NULL);
    struct notice n;
    uint64_t key = 0;
    (void)state;

    d.item_count = 0;
    for (size_t i = 0; i < COUNT(EXPECTED); i++) {
        d.ticket.awaited = str_of(EXPECTED[i].awaited);
        words_for(&d, 0, NOTICE_WAITING_APPROVAL, &n);
        assert_string_equal(n.line, EXPECTED[i].line);
        assert_true(n.key != key); /* somebody answered: that is news */
        key = n.key;
    }
    char names[1000];
    struct line all = {.p = names, .size = sizeof names, .name_max = 300};
    for (int i = 0; i < 3; i++) {
        line_add_c(&all, i ? "\n" : "");
        for (int k = 0; k < 15; k++)
            line_add_c(&all, "a long name ");
    }
    d.ticket.awaited = str_of(names);
    d.approval_outdated = true;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &n);
    assert_in_range(strlen(n.line), 1, NOTICE_LINE_CHARS + 2); /* the "…" takes three bytes */
}

static void an_approval_of_something_else_is_told(void **state)
{
    struct dossier d = dossier_of(NULL);
    struct notice before, after;
    (void)state;

    d.item_count = 0;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &before);
    d.approval_outdated = true;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &after);
    assert_string_equal(after.line, "Waiting for approval by somebody allowed to; it was changed "
                                    "after it was approved");
    assert_true(before.key != after.key);
    d.approval_outdated = false;
    d.approval_unclear = true;
    before = after;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &after);
    assert_string_equal(after.line, "Waiting for approval by somebody allowed to; whoever approved "
                                    "it may be the one who asks or the one it is for");
    assert_non_null(strstr(after.next, "people of the site"));
    assert_true(before.key != after.key);
    d.hold_text = STR_NONE; /* another request type: no field is to blame */
    words_for(&d, 0, NOTICE_UNCLEAR, &after);
    assert_string_equal(after.line, "On hold: the form no longer says what is asked for");
}

static void long_names_leave_the_sentence_short_and_whole(void **state)
{
    static const char LONG[] =
        "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää";
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    item.account = item.entitlement = item.source_label = str_of(LONG);
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_true(strlen(n.line) < sizeof n.line - 1);
    assert_true(str_is_utf8(str_of(n.line)));
    assert_true(str_is_utf8(str_of(n.next)));
    assert_non_null(strstr(n.line, "…"));
    assert_non_null(strstr(n.line, "(read 11:10 UTC)"));
}

static void a_held_ticket_says_which_field(void **state)
{
    struct dossier d = dossier_of(NULL);
    struct notice n;
    char text[400];
    (void)state;

    d.item_count = 0;
    d.held = true;
    d.hold_text = STR("the form doesn't say which role");
    words_for(&d, 0, NOTICE_UNCLEAR, &n);
    assert_string_equal(n.line, "On hold: the form doesn't say which role");
    assert_non_null(strstr(n.next, "ask the requester"));
    uint64_t key = n.key;
    d.hold_text = STR("the form doesn't say for whom");
    words_for(&d, 0, NOTICE_UNCLEAR, &n);
    assert_true(n.key != key); /* another field is news */
    d.contested = true;
    words_for(&d, 0, NOTICE_UNCLEAR, &n);
    assert_string_equal(n.line,
                        "On hold: the mapping reads something else here by now than was approved");
    assert_non_null(strstr(n.next, "was told, and decides"));
    d.contested = false;

    memset(text, 'x', sizeof text); /* whatever the mapping's author wrote: cut, never overrun */
    d.hold_text = str_n(text, sizeof text);
    words_for(&d, 0, NOTICE_UNCLEAR, &n);
    assert_int_equal(strlen(n.line), NOTICE_LINE_CHARS + strlen("…") - 1);

    words_for(&d, 0, NOTICE_READY, &n); /* without items there is no task to name */
    assert_string_equal(n.line, "");
}

static void a_fact_read_again_is_not_news_another_fact_is(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct notice first, again, other;
    (void)state;

    words_for(&d, 0, NOTICE_NOT_YET, &first);
    there = seen(OUTCOME_PRESENT, -5 * MINUTE);
    d.now_ms += 5 * MINUTE;
    words_for(&d, 0, NOTICE_NOT_YET, &again);
    assert_true(first.key == again.key);
    assert_string_not_equal(first.line, again.line);

    there.account = ACCOUNT_DISABLED; /* only disabled: another reason */
    words_for(&d, 0, NOTICE_NOT_YET, &other);
    assert_true(first.key != other.key);
    there.account = ACCOUNT_ACTIVE;
    d.generation++; /* claimed again: said again */
    words_for(&d, 0, NOTICE_NOT_YET, &other);
    assert_true(first.key != other.key);
    words_for(&d, 0, NOTICE_CHECKING, &again);
    assert_true(again.key != other.key);
}

static void only_states_that_need_a_person_notify(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    (void)state;

    for (int s = 0; s < NOTICE_COUNT; s++) {
        struct notice n;
        words_for(&d, 0, (enum notice_state)s, &n);
        bool person = s == NOTICE_NOT_YET || s == NOTICE_WRONG_CHANGE || s == NOTICE_UNCLEAR ||
                      s == NOTICE_EXCEPTION ||
                      (s >= NOTICE_REOPENED && s != NOTICE_DRIFTED && s != NOTICE_WAITING_POLICY);
        assert_int_equal(n.notify, person);
        assert_true(n.comment || !n.notify); /* who is told finds words */
        assert_int_equal(n.final, notice_is_final((enum notice_state)s));
        assert_string_equal(n.check, notice_check((enum notice_state)s));
        assert_int_equal(n.final, s == NOTICE_VERIFIED || s == NOTICE_EXCEPTION ||
                                      s == NOTICE_DRIFTED || s == NOTICE_SUPERSEDED ||
                                      (s >= NOTICE_CANNOT_REOPEN && s < NOTICE_NO_EXCEPTION));
    }
}

static void names_go_there_and_back(void **state)
{
    enum notice_state got;
    (void)state;
    for (int s = 0; s < NOTICE_COUNT; s++) {
        assert_true(notice_state_from(str_of(notice_state_name((enum notice_state)s)), &got));
        assert_int_equal(got, s);
    }
    assert_false(notice_state_from(STR("done"), &got));
}

/* Where we only warn, people close by themselves: the words say what is so, and promise nothing
 * that we do not do there. */
static void a_warning_fits_what_the_ticket_is(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    d.mode = GATE_WARN;
    d.ticket.role = STATUS_DONE;
    words_for(&d, NOW + 7 * MINUTE, NOTICE_NOT_YET, &n);
    assert_string_equal(n.line, "Closed, but M. Okafor still has fin-ledger-admin in SAP FIN (read "
                                "11:10 UTC). Checking again within 15 min");
    assert_non_null(strstr(n.next, "You don't need to come back; it is checked again by itself."));
    assert_true(n.notify && n.comment);
    words_for(&d, 0, NOTICE_CHECKING, &n);
    assert_string_equal(n.line, "You're done. Checking SAP FIN; what we find stands here, usually "
                                "within 2 min");
    words_for(&d, 0, NOTICE_READY, &n);
    assert_string_equal(
        n.next, "Press Mark done (or Resolve) when it is done; the access is checked then.");
    d.ticket.role = STATUS_OPEN; /* taken back */
    words_for(&d, NOW + 7 * MINUTE, NOTICE_NOT_YET, &n);
    assert_non_null(strstr(n.next, "then press Mark done (or Resolve)."));
    d.ticket.role = STATUS_VERIFY; /* out of there only we lead: as where we enforce */
    words_for(&d, NOW + 7 * MINUTE, NOTICE_NOT_YET, &n);
    assert_non_null(strstr(n.next, "come back; it resolves itself at the next check"));
    assert_int_equal(strncmp(n.line, "Not closed: ", 12), 0);
}

UNIT_MAIN(cmocka_unit_test(another_entitlement_of_the_name_is_told_apart),
          cmocka_unit_test(every_state_has_its_exact_words),
          cmocka_unit_test(every_refusal_is_short_and_names_a_time_or_somebody),
          cmocka_unit_test(an_exception_names_its_end_and_its_owner),
          cmocka_unit_test(a_success_says_how_long_it_took),
          cmocka_unit_test(what_is_said_has_an_identity),
          cmocka_unit_test(before_the_first_read_no_time_is_invented),
          cmocka_unit_test(the_item_shown_is_the_one_that_is_missing),
          cmocka_unit_test(a_source_that_cannot_be_read_is_the_one_named),
          cmocka_unit_test(what_is_missing_says_since_when_and_who_is_next),
          cmocka_unit_test(what_still_leads_there_is_said),
          cmocka_unit_test(what_is_over_is_said_without_items_too),
          cmocka_unit_test(what_came_back_is_told_apart),
          cmocka_unit_test(who_has_to_approve_is_named),
          cmocka_unit_test(an_approval_of_something_else_is_told),
          cmocka_unit_test(long_names_leave_the_sentence_short_and_whole),
          cmocka_unit_test(a_held_ticket_says_which_field),
          cmocka_unit_test(a_fact_read_again_is_not_news_another_fact_is),
          cmocka_unit_test(only_states_that_need_a_person_notify),
          cmocka_unit_test(a_warning_fits_what_the_ticket_is),
          cmocka_unit_test(names_go_there_and_back))
