/* Who asked for an exception and who answered, from Jira's history rather than from the fields. */
#include "jsm/jsm_plea.h"

#include "jsm_unit.h"

static const struct str APPROVERS[] = {{"reyes@example.com", 17}, {"712020:7", 8}};
static const struct str FIELDS[] = {{"status", 6}, {"assignee", 8}, {"cf_1", 4}, {"cf_2", 4},
                                    {"cf_3", 4},   {"cf_4", 4},     {"cf_5", 4}};
static const struct jsm_view VIEW = {.our_account = {"us", 2},
                                     .fields = FIELDS,
                                     .history_count = COUNT(FIELDS),
                                     .plea = {.asked = {"cf_1", 4},
                                              .until = {"cf_2", 4},
                                              .owner = {"cf_3", 4},
                                              .control = {"cf_5", 4},
                                              .decision = {"cf_4", 4},
                                              .approved = {"Approved", 8},
                                              .declined = {"Declined", 8},
                                              .approvers = APPROVERS,
                                              .approver_count = COUNT(APPROVERS)}};

#define WHO(id, mail) "{'accountId':'" id "','emailAddress':'" mail "'}"
#define BY(number, who, field) \
    "{'id':'" number "','author':" who ",'items':[{'fieldId':'" field "'}]}"
#define AGENT WHO("a", "alex@example.com")
#define BOSS WHO("b", "reyes@example.com")

static struct ticket read_plea(const struct jsm_view *view, const char *fields,
                               const char *histories)
{
    struct str text = arena_printf(
        arena,
        "{'id':1,'fields':{'status':{'name':'x','statusCategory':{'key':'new'}},'updated':"
        "'2026-11-18T12:06:40.250+0100','creator':" WHO(
            "c", "casey@example.com") "%s},"
                                      "'changelog':{'histories':[%s]}}",
        fields, histories);
    struct ticket t;
    struct err err = {0};
    if (!jsm_issue_read(arena, json_of(arena_cstr(arena, text)), view, &t, &err))
        fail_msg("%s", err.what);
    jsm_plea_settle(view, &t);
    return t;
}

#define ASKED                                                                             \
    ",'cf_5':'logins are watched','cf_1':' the vendor ','cf_2':'2026-12-05','cf_3':" WHO( \
        "l", "lee@example.com")
#define YES ",'cf_4':{'value':'approved'}"

static void what_is_asked_and_answered(void **state)
{
    struct ticket t =
        read_plea(&VIEW, ASKED YES, BY("9", AGENT, "cf_1") "," BY("10", BOSS, "cf_4"));
    const struct plea *p = &t.plea;
    (void)state;

    assert_str(p->reason, "the vendor");
    assert_str(p->asked_by, "alex@example.com");
    assert_str(p->owner, "lee@example.com");
    assert_str(p->control, "logins are watched");
    assert_true(p->until_ms == INT64_C(1796515200000)); /* to the end of that day */
    assert_int_equal(p->answer, PLEA_YES);
    assert_str(p->decided_by, "reyes@example.com");
    assert_str(p->edit, "10");
    assert_true(p->by_approver && !p->by_worker);
    assert_str(p->decided_names, "[\"account=b\",\"address=reyes@example.com\"]");
    assert_str(p->owner_names, "[\"account=l\",\"address=lee@example.com\"]");

    t = read_plea(&VIEW, ASKED ",'cf_4':{'value':'Declined'}",
                  BY("10", WHO("712020:7", ""), "cf_4"));
    assert_int_equal(t.plea.answer, PLEA_NO);
    assert_str(t.plea.asked_by, "casey@example.com"); /* there from the beginning */
    assert_true(t.plea.by_approver);                  /* listed by account */
    t = read_plea(&VIEW, ",'cf_1':'x','cf_2':'soon','cf_4':{'value':'Maybe'}",
                  BY("10", AGENT, "cf_4"));
    assert_int_equal(t.plea.answer, PLEA_UNANSWERED);
    assert_false(t.plea.by_approver);
}

/* What was changed after the answer was not seen by who gave it, and nobody answers by a field
 * alone. */
static void what_does_not_count_as_an_answer(void **state)
{
    static const char *const LATER[] = {"cf_1", "cf_2", "cf_3", "cf_5"};
    (void)state;

    assert_int_equal(read_plea(&VIEW, ASKED YES, "").plea.answer, PLEA_UNANSWERED);
    for (size_t i = 0; i < COUNT(LATER); i++) {
        struct str log =
            arena_printf(arena, BY("11", AGENT, "%s") "," BY("10", BOSS, "cf_4"), LATER[i]);
        struct ticket t = read_plea(&VIEW, ASKED YES, arena_cstr(arena, log));
        assert_int_equal(t.plea.answer, PLEA_UNANSWERED);
    }
    struct ticket t =
        read_plea(&VIEW, ASKED YES, BY("10", BOSS, "cf_4") "," BY("11", AGENT, "cf_4"));
    assert_str(t.plea.decided_by, "alex@example.com"); /* the last word counts */
    assert_false(t.plea.by_approver);
    /* taken back, and what was asked with it: the change is known all the same */
    t = read_plea(&VIEW, "", BY("10", BOSS, "cf_4") "," BY("11", AGENT, "cf_4"));
    assert_int_equal(t.plea.reason.len, 0);
    assert_str(t.plea.edit, "11");
}

static void who_works_on_it_is_known_by_account(void **state)
{
    (void)state;
#define MOVE(number, who) \
    "{'id':'" number "','author':" who ",'items':[{'fieldId':'status','field':'status'}]}"
    const char *answered = BY("10", BOSS, "cf_4");
    assert_true(read_plea(&VIEW, ASKED YES ",'assignee':" BOSS, answered).plea.by_worker);
    assert_false(read_plea(&VIEW, ASKED YES ",'assignee':" AGENT, answered).plea.by_worker);
    assert_true(
        read_plea(&VIEW, ASKED YES, BY("10", BOSS, "cf_4") "," MOVE("9", BOSS)).plea.by_worker);
    assert_false(
        read_plea(&VIEW, ASKED YES, BY("10", BOSS, "cf_4") "," MOVE("11", AGENT)).plea.by_worker);
    /* that somebody else moved it since, or has it now, does not make him a stranger to it */
    assert_true(
        read_plea(&VIEW, ASKED YES, MOVE("8", BOSS) "," MOVE("9", AGENT) "," BY("10", BOSS, "cf_4"))
            .plea.by_worker);
    assert_true(read_plea(&VIEW, ASKED YES ",'assignee':" AGENT,
                          "{'id':'8','author':" AGENT ",'items':[{'fieldId':'assignee',"
                          "'field':'assignee','from':'b','to':'a'}]}," BY("10", BOSS, "cf_4"))
                    .plea.by_worker);
}

static void a_site_without_the_fields_has_none(void **state)
{
    struct jsm_view view = VIEW;
    (void)state;

    view.plea.owner = STR_NONE; /* who asks answers for it */
    struct ticket t =
        read_plea(&view, ASKED YES, BY("9", AGENT, "cf_1") "," BY("10", BOSS, "cf_4"));
    assert_str(t.plea.owner, "alex@example.com");
    assert_str(t.plea.owner_names, "[\"account=a\",\"address=alex@example.com\"]");
    t = read_plea(&view, ASKED YES, BY("10", BOSS, "cf_4"));
    assert_str(t.plea.owner_names, "[\"account=c\",\"address=casey@example.com\"]");
    view.plea = (struct jsm_plea_fields){0};
    t = read_plea(&view, ASKED YES, BY("9", AGENT, "cf_1"));
    assert_int_equal(t.plea.reason.len + t.plea.edit.len, 0);
}

JSM_UNIT_MAIN(cmocka_unit_test(what_is_asked_and_answered),
              cmocka_unit_test(what_does_not_count_as_an_answer),
              cmocka_unit_test(who_works_on_it_is_known_by_account),
              cmocka_unit_test(a_site_without_the_fields_has_none))
