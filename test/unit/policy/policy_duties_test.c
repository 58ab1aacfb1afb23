/* Duties to be kept apart as bytes, and what follows. */
#include "policy/policy_duties.h"

#include <string.h>

#include "unit.h"

static const struct sod_set SETS[] = {{{"payables", 8}, 2}, {{"vendors", 7}, 2}};

static struct sod_holding row(size_t set, size_t member, const char *entitlement)
{
    return (struct sod_holding){.set = set,
                                .member = member,
                                .source = STR("erp"),
                                .account = STR("alice"),
                                .entitlement = str_of(entitlement),
                                .reason = STR("Ok"),
                                .as_of_ms = 7};
}

static enum permit_answer says(const struct duties *d, const char *reason, size_t conflicts)
{
    struct str names[2];
    struct policy_answer answer;
    size_t count;

    duties_judge(d, &answer, names, &count);
    assert_string_equal(answer.reason, reason);
    assert_int_equal(count, conflicts);
    if (count)
        assert_true(str_eq_c(names[0], "payables"));
    return answer.answer;
}

static void what_is_read_decides(void **state)
{
    (void)state;
    struct sod_holding h[] = {row(0, 0, "clerk"), row(0, 1, "approver"), row(1, 0, "clerk"),
                              row(1, 1, "vendor")};
    struct duties d = {PERMIT_APPROVAL, SETS, 2, h, 4, false};

    h[0].wish = h[2].wish = SOD_GIVEN;
    assert_false(duties_reads(&d, &h[0]));
    assert_true(duties_reads(&d, &h[1]));
    assert_int_equal(says(&d, "payables: nobody can tell whether alice holds approver in erp", 0),
                     PERMIT_OPEN);
    h[1].held = h[3].held = OUTCOME_ABSENT;
    assert_int_equal(says(&d, "", 0), PERMIT_GIVEN);
    h[1].held = OUTCOME_PRESENT;
    assert_int_equal(says(&d, "payables: alice holds approver", 1), PERMIT_CONFLICT);
    h[3].held = OUTCOME_UNKNOWN; /* a conflict that is known outweighs what is not */
    assert_int_equal(says(&d, "payables: alice holds approver", 1), PERMIT_CONFLICT);
    h[1].wish = SOD_GIVEN;
    h[1].held = OUTCOME_UNKNOWN;
    h[3].held = OUTCOME_ABSENT;
    assert_int_equal(says(&d, "payables: they are asked for together", 1), PERMIT_CONFLICT);
    h[1] = row(0, 1, "approver");
    h[1].account = STR_NONE;
    assert_false(duties_reads(&d, &h[1]));
    assert_int_equal(says(&d, "payables: no account of the person in erp is known", 0),
                     PERMIT_OPEN);
    d.stage = PERMIT_VERIFICATION; /* then only what was read counts */
    assert_true(duties_reads(&d, &h[0]));
}

/* Another request may give it to the same person: it counts as held, and says how to tell. What
 * conflicts for sure is told before. */
static void of_whom_nobody_can_tell(void **state)
{
    (void)state;
    struct sod_holding h[] = {row(0, 0, "clerk"), row(0, 1, "approver")};
    struct duties d = {PERMIT_APPROVAL, SETS, 1, h, 2, false};

    h[0].wish = h[1].wish = SOD_GIVEN;
    h[1].maybe = STR("IAM-12");
    assert_int_equal(says(&d,
                          "payables: IAM-12 gives approver, maybe to the same person: name both "
                          "under people of the site",
                          1),
                     PERMIT_CONFLICT);
    AUTO(drop_buf) struct buf out;
    buf_init(&out, DUTIES_BYTES);
    duties_write_question(&out, &d);
    assert_non_null(strstr(out.p, "\"after\":\"given\",\"maybe\":\"IAM-12\"}"));
    h[1].maybe = STR_NONE;
    assert_int_equal(says(&d, "payables: they are asked for together", 1), PERMIT_CONFLICT);
    h[1].maybe = STR("IAM-12");
    d.emergency = true; /* which waits for nobody to tell */
    assert_int_equal(says(&d,
                          "payables: IAM-12 gives approver, maybe to the same person: name both "
                          "under people of the site",
                          0),
                     PERMIT_OPEN);
    h[1].maybe = STR_NONE; /* what is sure it heeds */
    assert_int_equal(says(&d, "payables: they are asked for together", 1), PERMIT_CONFLICT);
    h[1].maybe = STR("IAM-12");
    d.emergency = false;
    d.stage = PERMIT_VERIFICATION; /* then only what was read counts */
    h[0].held = h[1].held = OUTCOME_PRESENT;
    assert_int_equal(says(&d, "payables: alice holds clerk", 1), PERMIT_CONFLICT);
    h[1].held = OUTCOME_ABSENT;
    assert_int_equal(says(&d, "", 0), PERMIT_GIVEN);
}

static void the_bytes_say_all(void **state)
{
    (void)state;
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct sod_holding h[] = {row(0, 0, "clerk"), row(0, 1, "approver"), row(1, 0, "approver")};
    struct duties d = {PERMIT_APPROVAL, SETS, 2, h, 3, false};
    const struct str *names;
    AUTO(drop_buf) struct buf out;

    h[0].wish = SOD_GIVEN;
    h[2].wish = SOD_TAKEN;
    h[1].held = h[2].held = OUTCOME_PRESENT;
    buf_init(&out, DUTIES_BYTES);
    duties_write_question(&out, &d);
    assert_string_equal(
        out.p, "{\"stage\":\"approval\",\"sets\":[{\"name\":\"payables\",\"n\":2,\"ask\":[{"
               "\"source\":\"erp\",\"entitlement\":\"clerk\",\"account\":\"alice\",\"after\":"
               "\"given\"},{\"source\":\"erp\",\"entitlement\":\"approver\",\"account\":\"alice\"}]"
               "},{\"name\":\"vendors\",\"n\":2,\"ask\":[{\"source\":\"erp\",\"entitlement\":"
               "\"approver\",\"account\":\"alice\",\"after\":\"taken\"}]}]}");
    buf_clear(&out);
    duties_write_answer(&out, &d);
    assert_non_null(strstr(out.p, "\"outcome\":\"present\",\"reason\":\"Ok\",\"as_of_ms\":7}],"
                                  "\"held\":2,\"unknown\":0,\"answer\":\"conflict\"}"));
    assert_non_null(strstr(out.p, "\"held\":0,\"unknown\":0,\"answer\":\"clear\"}"));
    assert_int_equal(duties_held(&d, a, &names), 1);
    assert_true(str_eq_c(names[0], "erp/approver"));
}

UNIT_MAIN(cmocka_unit_test(what_is_read_decides), cmocka_unit_test(of_whom_nobody_can_tell),
          cmocka_unit_test(the_bytes_say_all))
