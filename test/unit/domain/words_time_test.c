/* Times on a ticket: of which day they are, that the next look's is never cut, how soon it comes
 * and how people have it at once. */
#include <string.h>

#include "domain/line.h"
#include "domain/words.h"
#include "dossiers.h"
#include "unit.h"

/* A copy of last week, a source that is down for days: a bare time would be taken for today's. */
static void a_time_of_another_day_is_told_with_its_day(void **state)
{
    const int64_t day = 24 * HOUR;
    struct observation o = seen(OUTCOME_ABSENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    d.now_ms = NOW + 2 * day;
    d.approval_needed = d.approval_given = true;
    d.approved_ms = ASKED;
    words_for(&d, NOW + 6 * day, NOTICE_STALE, &n);
    assert_string_equal(n.line, "Can't tell yet: our SAP FIN copy is from 1 Jan 11:10 UTC, before "
                                "you finished. Next copy 7 Jan 11:10 UTC");
    assert_string_equal(n.rows[0].note, "since 1 Jan 10:00 UTC");
    assert_non_null(strstr(n.rows[1].note, "read 1 Jan 11:10 UTC"));
    o.outcome = OUTCOME_UNKNOWN;
    d.last_read_ms = d.now_ms;
    words_for(&d, d.now_ms + 7 * MINUTE, NOTICE_CANNOT_READ, &n);
    assert_string_equal(n.line, "Can't reach SAP FIN since 1 Jan 11:10 UTC. Nothing for you to do; "
                                "IAM on-call was told");
    assert_string_equal(n.next,
                        "Trying again within the hour. To have it checked at once, comment, "
                        "or press Check again if it is there.");
}

/* What was said yesterday as "since 11:10 UTC" is said anew, once a day and to nobody by mail. */
static void what_stands_over_midnight_gets_its_day(void **state)
{
    static const enum notice_state STATES[] = {NOTICE_STALE, NOTICE_CANNOT_READ, NOTICE_NOT_YET};
    static const enum outcome SEEN[] = {OUTCOME_ABSENT, OUTCOME_UNKNOWN, OUTCOME_PRESENT};
    (void)state;

    for (size_t i = 0; i < COUNT(STATES); i++) {
        struct observation o = seen(SEEN[i], 0);
        struct item item = item_of(DESIRED_ABSENT, &o, 1);
        struct dossier d = claimed_of(&item);
        item.rule.max_age_ms = 48 * HOUR;
        struct notice first, later, next, evening;
        words_for(&d, 0, STATES[i], &first);
        d.now_ms = NOW + HOUR;
        words_for(&d, 0, STATES[i], &later);
        d.now_ms = NOW + 24 * HOUR;
        words_for(&d, 0, STATES[i], &next);
        d.now_ms = NOW + 36 * HOUR - 15 * MINUTE;
        words_for(&d, 0, STATES[i], &evening);
        assert_true(first.key == later.key && first.key != next.key && next.key == evening.key);
    }
}

/* The longest sentences there are: when we look again is never what is cut. */
static void however_long_the_names_when_we_look_again_stays(void **state)
{
    static const char LONG[] = "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää";
    struct observation o = seen(OUTCOME_ABSENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    item.account = item.entitlement = item.source_label = str_of(LONG);
    for (int replaced = 0; replaced < 2; replaced++) {
        struct notice n;
        item.entitlement_id = replaced ? STR("group") : STR_NONE;
        o.entitlement_id = STR("new");
        o.outcome = replaced ? OUTCOME_ABSENT : OUTCOME_PRESENT;
        item.others_gone =
            replaced ? STR_NONE : STR("äääääääääääääää\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl");
        words_for(&d, NOW + 24 * HOUR, replaced ? NOTICE_NOT_YET : NOTICE_WRONG_CHANGE, &n);
        struct line line = {.p = n.line, .size = sizeof n.line, .len = strlen(n.line)};
        assert_true(line_chars(&line) <= NOTICE_LINE_CHARS);
        assert_true(str_ends(str_of(n.line), STR(". Checking again 2 Jan 11:10 UTC")));
    }
}

/* A daily feed is to say so twice, a day apart: nobody is promised two minutes. */
static void a_source_that_settles_for_long_promises_no_two_minutes(void **state)
{
    struct observation o = seen(OUTCOME_ABSENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    struct notice soon, late, before;
    (void)state;

    words_for(&d, NOW + MINUTE, NOTICE_CHECKING, &soon);
    assert_string_equal(soon.line, "You're done. Checking SAP FIN; this ticket resolves itself, "
                                   "usually within 2 min");
    item.rule.settle_ms = 24 * HOUR;
    words_for(&d, NOW + MINUTE, NOTICE_CHECKING, &late);
    assert_string_equal(late.line, "You're done. Checking SAP FIN; this ticket resolves itself, "
                                   "once it reads so for 1 d 0 h");
    d.mode = GATE_WARN;
    d.ticket.role = STATUS_DONE;
    words_for(&d, NOW + MINUTE, NOTICE_CHECKING, &late);
    assert_string_equal(late.line, "You're done. Checking SAP FIN; what we find stands here, once "
                                   "it reads so for 1 d 0 h");
    d.mode = GATE_ENFORCE;
    o.outcome = OUTCOME_PRESENT; /* as before the work: the feed may not have it yet */
    words_for(&d, NOW + MINUTE, NOTICE_CHECKING, &before);
    assert_string_equal(before.line,
                        "You're done. Checking SAP FIN, which may take 1 d 0 h to show "
                        "it; this ticket resolves itself");
    assert_true(before.key != late.key && late.key != soon.key);
    item.obs_count = 0; /* not read yet: it may be that there is more to say soon */
    words_for(&d, 0, NOTICE_CHECKING, &before);
    assert_non_null(strstr(before.line, "usually within 2 min"));
    assert_true(before.key == soon.key);
}

/* Reads come closer than words may be written anew: what is said of the next one stays true. */
static void a_long_wait_is_said_anew_a_short_one_is_not(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct notice first, second;
    (void)state;

    words_for(&d, NOW + MINUTE, NOTICE_NOT_YET, &first);
    words_for(&d, NOW + 14 * MINUTE, NOTICE_NOT_YET, &second);
    assert_true(first.key == second.key &&
                str_ends(str_of(first.line), STR(" within 15 min while it waits")));
    words_for(&d, NOW + HOUR, NOTICE_NOT_YET, &second);
    assert_true(first.key != second.key && str_ends(str_of(second.line), STR(" 12:10 UTC")));
    words_for(&d, 0, NOTICE_NOT_YET,
              &second); /* sent back: nothing is read before the next claim */
    assert_true(first.key != second.key && !strstr(second.line, "Checking again"));
    words_for(&d, NOW + HOUR, NOTICE_STALE, &first); /* of what nobody has to act on: the hour */
    words_for(&d, NOW + MINUTE, NOTICE_STALE, &second);
    assert_true(first.key == second.key && str_ends(str_of(first.line), STR("within the hour")));
    words_for(&d, NOW + 2 * HOUR, NOTICE_STALE, &second);
    assert_true(first.key != second.key && str_ends(str_of(second.line), STR("copy 13:10 UTC")));
    d.last_read_ms = CLAIM - 24 * HOUR; /* claimed since, and not read yet */
    words_for(&d, NOW, NOTICE_NOT_YET, &first);
    assert_true(str_ends(str_of(first.line), STR("within 15 min while it waits")));
    words_for(&d, NOW + HOUR, NOTICE_CHECKING, &first);
    words_for(&d, NOW, NOTICE_CHECKING, &second);
    assert_true(first.key == second.key);
}

/* Whatever waits for a read says what to press, where the ticket stands. */
static void whoever_waits_may_have_it_checked_at_once(void **state)
{
    static const enum notice_state WAITS[] = {NOTICE_NOT_YET,     NOTICE_STALE,
                                              NOTICE_CANNOT_READ, NOTICE_WRONG_CHANGE,
                                              NOTICE_CAME_BACK,   NOTICE_REOPENED};
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    for (size_t i = 0; i < COUNT(WAITS); i++) {
        bool reopened = WAITS[i] == NOTICE_REOPENED;
        d.ticket.role = STATUS_VERIFY;
        words_for(&d, NOW + MINUTE, WAITS[i], &n);
        if (!reopened &&
            !strstr(n.next,
                    "To have it checked at once, comment, or press Check again if it is there."))
            fail_msg("%s: '%s'", notice_state_name(WAITS[i]), n.next);
        words_for(&d, 0, WAITS[i], &n); /* nothing is read: pressing comes first */
        assert_null(strstr(n.next, "at once"));
        d.ticket.role = STATUS_DONE;
        words_for(&d, NOW + MINUTE, WAITS[i], &n);
        assert_true(reopened || strstr(n.next, "To have it checked at once, comment."));
        d.ticket.role = STATUS_OPEN; /* pressing is what is waited for */
        words_for(&d, NOW + MINUTE, WAITS[i], &n);
        assert_true(!strstr(n.next, "at once") && !strstr(n.line, "within"));
    }
}

/* It is sent back after a while, and the words may have to stand for long after that. */
static void what_is_said_while_it_waits_is_true_once_it_was_sent_back(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    words_for(&d, NOW + MINUTE, NOTICE_NOT_YET, &n);
    assert_true(str_ends(str_of(n.line), STR("Checking again within 15 min while it waits")));
    assert_non_null(strstr(n.next, "You don't need to come back while it waits; it resolves itself "
                                   "at the next check. Once it is back in work, press Mark done "
                                   "(or Resolve)."));
    d.mode = GATE_WARN; /* there it stays */
    words_for(&d, NOW + MINUTE, NOTICE_NOT_YET, &n);
    assert_true(str_ends(str_of(n.line), STR("Checking again within 15 min")));
    assert_non_null(strstr(n.next, "You don't need to come back; it resolves itself at the next"));
    d.mode = GATE_ENFORCE; /* closed before proof, and reopened: pressing is right at any time */
    d.ticket.role = STATUS_DONE;
    words_for(&d, NOW + MINUTE, NOTICE_REOPENED, &n);
    assert_null(strstr(n.line, "Checking again"));
    assert_non_null(strstr(n.next, "in SAP FIN, then press Mark done (or Resolve). It was closed "
                                   "before the access was checked, so it is reopened."));
}

UNIT_MAIN(cmocka_unit_test(what_is_said_while_it_waits_is_true_once_it_was_sent_back),
          cmocka_unit_test(a_long_wait_is_said_anew_a_short_one_is_not),
          cmocka_unit_test(whoever_waits_may_have_it_checked_at_once),
          cmocka_unit_test(a_source_that_settles_for_long_promises_no_two_minutes),
          cmocka_unit_test(a_time_of_another_day_is_told_with_its_day),
          cmocka_unit_test(what_stands_over_midnight_gets_its_day),
          cmocka_unit_test(however_long_the_names_when_we_look_again_stays))
