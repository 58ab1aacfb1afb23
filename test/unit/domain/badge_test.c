/* The link to a ticket's evidence: one, of the class of what is so, after all words, and never so
 * that words find no room in the hour. */
#include "domain/badge.h"

#include "deciding.h"
#include "domain/look.h"

static struct dossier linked(const struct item *item, enum notice_state shown)
{
    struct dossier d = dossier_of(item);

    d.links_evidence = true;
    d.notice_shown = shown;
    have_said(&d, shown);
    return d;
}

static const struct enqueue *link_of(const struct decision *r)
{
    for (size_t i = 0; i < r->flow_count; i++)
        if (r->flows[i].kind == FLOW_EVIDENCE_LINK)
            return &r->flows[i];
    return NULL;
}

static void what_is_so_in_four_classes(void **state)
{
    static const enum badge EXPECTED[NOTICE_COUNT] = {
        [NOTICE_VERIFIED] = BADGE_VERIFIED, [NOTICE_EXCEPTION] = BADGE_EXCEPTION,
        [NOTICE_WITHDRAWN] = BADGE_OVER,    [NOTICE_DENIED] = BADGE_OVER,
        [NOTICE_EXPIRED] = BADGE_OVER,      [NOTICE_SUPERSEDED] = BADGE_OVER,
    };
    struct dossier d = {0};
    (void)state;

    for (int said = 0; said < NOTICE_COUNT; said++) {
        bool silent = said == NOTICE_NONE || said == NOTICE_OBSERVING;
        d.notice_shown = (enum notice_state)said;
        enum badge want = silent ? BADGE_NONE : EXPECTED[said] ? EXPECTED[said] : BADGE_OPEN;
        assert_int_equal(badge_of(&d), want);
    }
    d.notice_shown = NOTICE_COUNT;
    assert_int_equal(badge_of(&d), BADGE_NONE);
    for (int i = 0; i < BADGE_COUNT; i++) {
        enum badge back = BADGE_COUNT;
        assert_true(badge_from(str_of(badge_name((enum badge)i)), &back));
        assert_int_equal(back, i);
        assert_true(i == BADGE_NONE || badge_words((enum badge)i)[0]);
    }
    enum badge none = BADGE_OVER;
    assert_false(badge_from(STR("proven"), &none));
    assert_int_equal(none, BADGE_OVER);
}

static void it_is_written_once_for_each_class(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = linked(&item, NOTICE_READY);
    struct decision r = decided(&d);
    (void)state;

    assert_non_null(link_of(&r));
    assert_str(link_of(&r)->cycle, "open");
    assert_true(r.look_again_ms > 0);
    d.badge_shown = BADGE_OPEN;
    r = decided(&d);
    assert_null(link_of(&r));
    d.badge_shown = BADGE_COUNT; /* a newer version showed something else */
    r = decided(&d);
    assert_non_null(link_of(&r));
    d.flow_open[FLOW_EVIDENCE_LINK] = true;
    r = decided(&d);
    assert_null(link_of(&r));
}

static void only_where_it_is_configured_and_not_observed(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = linked(&item, NOTICE_READY), was = d;
    struct decision r;
    (void)state;

    d.links_evidence = false;
    r = decided(&d);
    assert_null(link_of(&r));
    d = was;
    struct decision quiet = {.notice_key = d.notice_shown_key};
    assert_int_equal(badge_wanted(&d, &quiet), BADGE_OPEN);
    d.mode = GATE_OBSERVE; /* since a moment ago: the words of before still stand there */
    assert_int_equal(badge_wanted(&d, &quiet), BADGE_NONE);
    d.notice_shown = NOTICE_OBSERVING;
    have_said(&d, NOTICE_OBSERVING);
    r = decided(&d);
    assert_null(link_of(&r));
    d = was;
    d.ticket.presence = TICKET_GONE;
    r = decided(&d);
    assert_null(link_of(&r));
}

static void words_come_first(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = linked(&item, NOTICE_READY), was = d;
    struct decision r;
    (void)state;

    d.notice_shown_key++; /* something else is to be said */
    r = decided(&d);
    assert_true(orders(&r, FLOW_FIELDS));
    assert_null(link_of(&r));
    d = was;
    d.flow_open[FLOW_FIELDS] = true;
    r = decided(&d);
    assert_null(link_of(&r));
    d.flow_open[FLOW_FIELDS] = false;
    d.flow_open[FLOW_COMMENT] = true;
    r = decided(&d);
    assert_null(link_of(&r));
    d = was;
    d.said_hash = 7; /* somebody wrote over ours: said again, and first */
    r = decided(&d);
    assert_true(r.respoken);
    assert_null(link_of(&r));
    d.ticket.stated_hash = d.said_hash; /* or the mapping names another field now */
    d.said_in = STR("cf_1");
    d.ticket.shown_in = STR("cf_2");
    r = decided(&d);
    assert_true(!r.respoken && orders(&r, FLOW_FIELDS));
    assert_null(link_of(&r));
}

static void while_more_may_be_said_it_waits_for_a_quiet_hour(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = linked(&item, NOTICE_READY);
    const struct policy *p = &POLICY_DEFAULT;
    (void)state;

    d.writes_last_hour = 1; /* the words themselves */
    struct decision r = decided(&d);
    assert_null(link_of(&r));
    assert_true(r.look_again_ms > NOW && r.look_again_ms <= NOW + p->sweep_ms);
    assert_true(badge_has_room(&d, p, BADGE_VERIFIED)); /* nothing comes after these */
    d.writes_last_hour = p->writes_per_hour - 1;
    assert_true(badge_has_room(&d, p, BADGE_OVER));
    d.writes_last_hour = p->writes_per_hour;
    assert_false(badge_has_room(&d, p, BADGE_EXCEPTION));
}

static void a_refused_link_is_told_and_tried_again_ever_more_seldom(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = linked(&item, NOTICE_READY);
    (void)state;

    refuse(&d, FLOW_EVIDENCE_LINK);
    d.flow_cycle[FLOW_EVIDENCE_LINK] = STR("open");
    struct decision r = decided(&d);
    assert_true(escalates(&r, "CannotLink") && !r.retry[FLOW_EVIDENCE_LINK]);
    assert_null(link_of(&r));
    d.flow_refused_ms[FLOW_EVIDENCE_LINK] = NOW - HOUR;
    r = decided(&d);
    assert_true(r.retry[FLOW_EVIDENCE_LINK]);
    d.flow_cycle[FLOW_EVIDENCE_LINK] = STR("verified"); /* of an earlier end: replaced */
    r = decided(&d);
    assert_non_null(link_of(&r));
}

static void what_moved_on_meanwhile_is_not_linked(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = linked(&item, NOTICE_READY);
    struct flow flow = {.kind = FLOW_EVIDENCE_LINK, .cycle = STR("open")};
    const char *why;
    (void)state;

#define JUDGED flow_judge(&flow, &d, &d.ticket, NULL, &POLICY_DEFAULT, NOW, &why)
    assert_int_equal(JUDGED, EV_READY);
    d.notice_shown = NOTICE_VERIFIED;
    assert_int_equal(JUDGED, EV_NOT_WANTED);
    flow.cycle = STR("verified");
    assert_int_equal(JUDGED, EV_READY);
    d.mode = GATE_OBSERVE;
    assert_int_equal(JUDGED, EV_NOT_WANTED);
#undef JUDGED
}

UNIT_MAIN(cmocka_unit_test(what_is_so_in_four_classes),
          cmocka_unit_test(it_is_written_once_for_each_class),
          cmocka_unit_test(only_where_it_is_configured_and_not_observed),
          cmocka_unit_test(words_come_first),
          cmocka_unit_test(while_more_may_be_said_it_waits_for_a_quiet_hour),
          cmocka_unit_test(a_refused_link_is_told_and_tried_again_ever_more_seldom),
          cmocka_unit_test(what_moved_on_meanwhile_is_not_linked))
