#include "domain/step.h"

#include <string.h>

#include "unit.h"

static enum step next_of(enum flow_kind kind, enum status_role role)
{
    struct flow flow = {.kind = kind, .attempt = 1};
    struct ticket ticket = {.presence = TICKET_HERE, .role = role};
    const struct step_rule *r = step_next(&flow, &ticket, 0);
    return r ? r->step : STEP_END;
}

static const struct step_rule *rule_of(enum step step, enum flow_kind kind)
{
    size_t count;
    const struct step_rule *r = step_rules(&count);

    for (size_t i = 0; i < count; i++)
        if (r[i].step == step && r[i].kind == kind)
            return &r[i];
    fail_msg("no step %s of %s", step_text(step), flow_kind_name(kind));
    return NULL;
}

static void the_next_step_is_the_first_that_the_look_does_not_show(void **state)
{
    (void)state;
    assert_int_equal(next_of(FLOW_CLOSE, STATUS_OPEN), STEP_TO_VERIFY);
    assert_int_equal(next_of(FLOW_CLOSE, STATUS_VERIFY), STEP_TO_DONE);
    assert_int_equal(next_of(FLOW_CLOSE, STATUS_DONE), STEP_END);
    assert_int_equal(next_of(FLOW_CLOSE, STATUS_CANCELLED), STEP_END);
    assert_int_equal(next_of(FLOW_RETURN, STATUS_VERIFY), STEP_TO_OPEN);
    assert_int_equal(next_of(FLOW_RETURN, STATUS_OPEN), STEP_END);
    assert_int_equal(next_of(FLOW_REOPEN, STATUS_DONE), STEP_TO_OPEN);
    assert_int_equal(next_of(FLOW_REOPEN, STATUS_VERIFY), STEP_END);
    for (int role = STATUS_OPEN; role <= STATUS_DECLINED; role++) {
        assert_int_equal(next_of(FLOW_COMMENT, (enum status_role)role), STEP_TELL);
        assert_int_equal(next_of(FLOW_FIELDS, (enum status_role)role), STEP_FIELDS);
    }
}

/* Whose ticket it is, and what it still wants: read again before each step. */
static void a_create_goes_on_when_its_ticket_is_known(void **state)
{
    struct flow flow = {.kind = FLOW_CREATE, .request_id = STR("r")};
    struct ticket ticket = {.presence = TICKET_HERE, .issue_id = STR("10001")};
    (void)state;

    assert_int_equal(step_next(&flow, NULL, 0)->step, STEP_CREATE);
    flow.issue_id = STR("10001");
    assert_int_equal(step_look(&flow), LOOK_TICKET);
    assert_int_equal(step_next(&flow, &ticket, 0)->step, STEP_BIND);
    ticket.bound_to = STR("another");
    assert_int_equal(step_next(&flow, &ticket, 0)->step, STEP_BIND);
    ticket.bound_to = STR("r");
    assert_int_equal(step_next(&flow, &ticket, 0)->step, STEP_LINK);
    assert_int_equal(step_next(&flow, &ticket, STEP_BIT(STEP_LINK))->step, STEP_RELATE);
    unsigned related = STEP_BIT(STEP_LINK) | STEP_BIT(STEP_RELATE);
    assert_int_equal(step_next(&flow, &ticket, related)->step, STEP_PARTICIPANTS);
    assert_null(step_next(&flow, &ticket, related | STEP_BIT(STEP_PARTICIPANTS)));
}

/* It is made as a create is, and then linked to the late one, whatever that is like. */
static void an_escalation_is_made_once_and_linked(void **state)
{
    struct flow flow = {.kind = FLOW_ESCALATE, .request_id = STR("r")};
    (void)state;

    assert_int_equal(step_look(&flow), LOOK_NOTHING);
    flow.attempt = 1;
    assert_int_equal(step_look(&flow), LOOK_MARKER);
    assert_int_equal(step_next(&flow, NULL, 0)->step, STEP_ESCALATE);
    assert_int_equal(step_did(step_next(&flow, NULL, 0), STATUS_OPEN, STR_NONE), EV_LOST);
    assert_int_equal(step_did(step_next(&flow, NULL, 0), STATUS_OPEN, STR("10009")), EV_STEP);
    flow.issue_id = STR("10009");
    assert_int_equal(step_look(&flow), LOOK_NOTHING);
    assert_int_equal(step_next(&flow, NULL, 0)->step, STEP_RELATE);
    assert_int_equal(step_did(step_next(&flow, NULL, 0), STATUS_OPEN, STR_NONE), EV_DID);
    assert_null(step_next(&flow, NULL, STEP_BIT(STEP_RELATE)));
}

/* Somebody is told before the long form changes; what nobody needs to be told is told by nothing.
 */
static void who_has_to_act_is_told_first(void **state)
{
    struct flow flow = {.kind = FLOW_COMMENT, .issue_id = STR("10001")};
    struct ticket ticket = {.presence = TICKET_HERE};
    (void)state;

    assert_int_equal(step_next(&flow, &ticket, STEP_BIT(STEP_TELL))->step, STEP_COMMENT);
    assert_int_equal(step_did(rule_of(STEP_TELL, FLOW_COMMENT), STATUS_OPEN, STR_NONE), EV_STEP);
}

static void only_who_holds_a_close_takes_a_resolution_away(void **state)
{
    struct flow flow = {.kind = FLOW_MEND, .request_id = STR("r"), .issue_id = STR("10001")};
    struct ticket ticket = {.presence = TICKET_HERE, .bound_to = STR("r"), .resolution_set = true};
    struct dossier d = {.mode = GATE_ENFORCE};
    (void)state;

    assert_int_equal(step_next(&flow, &ticket, step_unwanted(&d))->step, STEP_UNRESOLVE);
    d.mode = GATE_WARN;
    assert_null(step_next(&flow, &ticket, step_unwanted(&d)));
    ticket.bound_to = STR("another");
    assert_int_equal(step_next(&flow, &ticket, step_unwanted(&d))->step, STEP_BIND);
}

static void what_is_ours_is_mended_where_the_look_shows_it_wrong(void **state)
{
    struct flow flow = {.kind = FLOW_MEND, .request_id = STR("r"), .issue_id = STR("10001")};
    struct ticket t = {.presence = TICKET_HERE, .resolution_set = true, .role = STATUS_VERIFY};
    (void)state;

    assert_int_equal(step_next(&flow, &t, 0)->step, STEP_BIND);
    t.bound_to = STR("r");
    assert_int_equal(step_next(&flow, &t, 0)->step, STEP_UNRESOLVE);
    t.bound_elsewhere = true;
    assert_int_equal(step_next(&flow, &t, 0)->step, STEP_BIND);
    t.bound_elsewhere = false;
    t.role = STATUS_DONE; /* there a resolution is right */
    assert_null(step_next(&flow, &t, 0));
    t.role = STATUS_OPEN;
    t.resolution_set = false;
    assert_null(step_next(&flow, &t, 0));
}

static void a_second_ticket_is_told_why_and_then_cancelled(void **state)
{
    struct flow flow = {.kind = FLOW_RETIRE, .issue_id = STR("10002")};
    struct ticket ticket = {.presence = TICKET_HERE, .role = STATUS_VERIFY};
    (void)state;

    assert_int_equal(next_of(FLOW_RETIRE, STATUS_OPEN), STEP_SAY_SECOND);
    assert_int_equal(step_next(&flow, &ticket, STEP_BIT(STEP_SAY_SECOND))->step, STEP_TO_CANCELLED);
    assert_int_equal(next_of(FLOW_RETIRE, STATUS_CANCELLED), STEP_END);
    assert_int_equal(next_of(FLOW_RETIRE, STATUS_DONE), STEP_END); /* never over a Done */
}

static void what_was_never_sent_is_not_searched_for(void **state)
{
    struct flow flow = {.kind = FLOW_CREATE};
    (void)state;

    assert_int_equal(step_look(&flow), LOOK_NOTHING);
    flow.attempt = 1; /* counted before the call: refused, lost or done, we look */
    assert_int_equal(step_look(&flow), LOOK_MARKER);
    for (int kind = FLOW_COMMENT; kind < FLOW_KIND_COUNT; kind++) {
        flow = (struct flow){.kind = (enum flow_kind)kind, .issue_id = STR("10001")};
        bool words = kind == FLOW_COMMENT || kind == FLOW_FIELDS || kind == FLOW_EVIDENCE_LINK;
        /* writing the same again harms nobody; whatever moves a ticket is done on a read of its own
         */
        assert_int_equal(step_look(&flow), words                   ? LOOK_LATELY
                                           : kind == FLOW_ESCALATE ? LOOK_NOTHING
                                                                   : LOOK_TICKET);
    }
}

static void done_is_all_or_more_follows(void **state)
{
    const struct step_rule *nearer = rule_of(STEP_TO_VERIFY, FLOW_CLOSE);
    (void)state;

    assert_int_equal(step_did(nearer, STATUS_VERIFY, STR_NONE), EV_STEP);
    assert_int_equal(step_did(nearer, STATUS_DONE, STR_NONE), EV_DID); /* a direct road */
    assert_int_equal(step_did(rule_of(STEP_TO_DONE, FLOW_CLOSE), STATUS_DONE, STR_NONE), EV_DID);
    assert_int_equal(step_did(rule_of(STEP_TO_OPEN, FLOW_RETURN), STATUS_OPEN, STR_NONE), EV_DID);
    assert_int_equal(step_did(rule_of(STEP_TO_OPEN, FLOW_REOPEN), STATUS_OPEN, STR_NONE), EV_DID);
    assert_int_equal(step_did(rule_of(STEP_COMMENT, FLOW_COMMENT), STATUS_OPEN, STR_NONE), EV_DID);
    assert_int_equal(step_did(rule_of(STEP_FIELDS, FLOW_FIELDS), STATUS_OPEN, STR_NONE), EV_DID);
    assert_int_equal(step_did(rule_of(STEP_BIND, FLOW_CREATE), STATUS_OPEN, STR_NONE), EV_STEP);
    assert_int_equal(step_did(rule_of(STEP_PARTICIPANTS, FLOW_CREATE), STATUS_OPEN, STR_NONE),
                     EV_DID);
    assert_int_equal(step_did(rule_of(STEP_SAY_SECOND, FLOW_RETIRE), STATUS_OPEN, STR_NONE),
                     EV_STEP);
    assert_int_equal(step_did(rule_of(STEP_TO_CANCELLED, FLOW_RETIRE), STATUS_CANCELLED, STR_NONE),
                     EV_DID);
}

/* 201 and no id: a ticket may stand there that nobody can name */
static void a_create_that_names_no_ticket_is_lost(void **state)
{
    const struct step_rule *create = rule_of(STEP_CREATE, FLOW_CREATE);
    static const char *const NO_IDS[] = {"", "IAM-1", "-1", "1 ", "+1", "1.0", "null"};
    (void)state;

    assert_int_equal(step_did(create, STATUS_OPEN, STR("10001")), EV_STEP); /* it is read first */
    assert_int_equal(step_did(create, STATUS_OPEN, STR_NONE), EV_LOST);
    for (size_t i = 0; i < COUNT(NO_IDS); i++)
        assert_int_equal(step_did(create, STATUS_OPEN, str_of(NO_IDS[i])), EV_LOST);
}

/* Jira takes it and never shows it: two calls, and people are told */
static void what_never_shows_is_refused_the_second_time(void **state)
{
    struct flow flow = {.kind = FLOW_CREATE, .issue_id = STR("10001")};
    const char *why = NULL;
    (void)state;

    assert_int_equal(step_unseen(&flow, &why), EV_WAIT);
    flow.failures = 1;
    assert_int_equal(step_unseen(&flow, &why), EV_REFUSED);
    assert_string_equal(why, "it was done and does not show");
}

static void every_kind_and_every_step_is_in_the_table(void **state)
{
    bool kinds[FLOW_KIND_COUNT] = {0}, steps[STEP_END] = {0};
    size_t count;
    const struct step_rule *r = step_rules(&count);
    (void)state;

    for (size_t i = 0; i < count; i++) {
        kinds[r[i].kind] = steps[r[i].step] = true;
        assert_true(strlen(r[i].reason) > 3);
        assert_true(r[i].from != 0);
        assert_int_equal(r[i].makes, r[i].look == LOOK_MARKER); /* what makes one is searched for */
        assert_true(i == 0 || r[i].kind >= r[i - 1].kind);      /* the rows of a kind together */
    }
    for (int k = 0; k < FLOW_KIND_COUNT; k++)
        assert_true(kinds[k]);
    for (int s = 0; s < STEP_END; s++)
        assert_true(steps[s] && strlen(step_text((enum step)s)) > 2);
}

UNIT_MAIN(cmocka_unit_test(the_next_step_is_the_first_that_the_look_does_not_show),
          cmocka_unit_test(a_create_goes_on_when_its_ticket_is_known),
          cmocka_unit_test(an_escalation_is_made_once_and_linked),
          cmocka_unit_test(who_has_to_act_is_told_first),
          cmocka_unit_test(only_who_holds_a_close_takes_a_resolution_away),
          cmocka_unit_test(what_is_ours_is_mended_where_the_look_shows_it_wrong),
          cmocka_unit_test(a_second_ticket_is_told_why_and_then_cancelled),
          cmocka_unit_test(what_was_never_sent_is_not_searched_for),
          cmocka_unit_test(done_is_all_or_more_follows),
          cmocka_unit_test(a_create_that_names_no_ticket_is_lost),
          cmocka_unit_test(what_never_shows_is_refused_the_second_time),
          cmocka_unit_test(every_kind_and_every_step_is_in_the_table))
