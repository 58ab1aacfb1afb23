/* The tests that stand in a mapping file: a ticket, and what it must become. */
#include "base/clock.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

enum { ISSUE_BYTES = 256 * 1024 };

struct tester {
    const struct mapping *m;
    struct arena *arena;
    mapping_read_fn *read;
    void *arg;
    struct diag_list *diags;
};

/* {request_type, fields} of the test as an issue like Jira's. */
static const struct json *issue_inline(const struct tester *t, const struct yaml *ticket,
                                       struct err *err)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *issue = NULL;
    const struct yaml *type = yaml_member(ticket, "request_type");

    buf_init(&b, ISSUE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "fields");
    json_open_object(&out);
    if (type)
        json_str_member(&out, t->m->request_type_field.p, type->scalar);
    YAML_EACH(field, yaml_member(ticket, "fields"))
    {
        json_put_name(&out, field->key.p);
        put_yaml(&out, field);
    }
    json_close_object(&out);
    json_close_object(&out);
    return json_parse(t->arena, buf_str(&b), &issue, err) ? issue : NULL;
}

static const struct json *issue_from_file(const struct tester *t, struct str path, struct err *err)
{
    const struct json *issue = NULL;
    struct str text;

    if (!t->read) {
        (void)FAIL(err, ERR_CONFIG, "a ticket in a file can't be read here");
        return NULL;
    }
    if (!t->read(t->arg, t->arena, path, &text, err) || !json_parse(t->arena, text, &issue, err))
        return NULL;
    return issue;
}

static struct str shown_time(struct arena *arena, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];

    return ms ? arena_str(arena, str_of(clock_rfc3339(ms, text))) : STR("");
}

/* What a test may expect of a mapped ticket, by name; NULL pointer: no such thing. */
static struct str actual(const struct tester *t, const struct mapped *r, struct str name)
{
    const struct {
        const char *name;
        struct str value;
    } VALUES[] = {
        {"outcome", str_of(mapped_outcome_name(r->outcome))},
        {"reason", str_of(r->hold_code ? r->hold_code : "")},
        {"field", r->hold_field.p ? r->hold_field : STR("")},
        {"rule", r->rule ? r->rule->name : STR("")},
        {"mode", str_of(r->rule ? gate_mode_name(r->rule->mode) : "")},
        {"change", str_of(r->rule ? request_kind_name(r->rule->change) : "")},
        {"expect", str_of(r->rule ? desired_name(r->rule->expect) : "")},
        {"subject", r->beneficiary.p ? r->beneficiary : STR("")},
        {"account", r->account.p ? r->account : STR("")},
        {"application", r->source.p ? r->source : STR("")},
        {"entitlement", mapping_names(t->arena, r->entitlement)},
        {"requester", r->requester.p ? r->requester : STR("")},
        {"justification", r->justification.p ? r->justification : STR("")},
        {"privileged", r->privileged ? STR("true") : STR("false")},
        {"sla.goal", mapping_goal(t->arena, r->sla_goal_ms)},
        {"template", r->rule && r->rule->template ? r->rule->template->name : STR("")},
        {"instead_of", mapping_names(t->arena, r->instead_of)},
        {"sponsor", r->sponsor.p ? r->sponsor : STR("")},
        {"access_until", shown_time(t->arena, r->access_until_ms)},
        {"approvers", mapping_approvers(t->arena, r)},
    };
    for (size_t i = 0; i < sizeof VALUES / sizeof VALUES[0]; i++)
        if (str_eq_c(name, VALUES[i].name))
            return VALUES[i].value;
    return STR_NONE;
}

/* "240m" and "4h" are one goal. */
static bool same_value(struct str name, struct str got, struct str wanted)
{
    int64_t a, b;
    if (str_eq(got, wanted))
        return true;
    return str_eq_c(name, "sla.goal") && yaml_duration(got, &a) && yaml_duration(wanted, &b) &&
           a == b;
}

static void compare(const struct tester *t, struct str title, const struct mapped *r,
                    const struct yaml *wanted)
{
    struct str got = actual(t, r, wanted->key);

    if (!got.p || wanted->kind != YAML_SCALAR) {
        diag_error(t->diags, "M051", wanted->key_pos, "a test cannot expect '%.*s'",
                   STR_ARG(wanted->key));
        diag_help(t->diags, "outcome, reason, field, rule, mode, change, expect, subject, account, "
                            "application, entitlement, "
                            "requester, justification, privileged, sla.goal, template, "
                            "instead_of, sponsor, access_until, approvers");
    } else if (!same_value(wanted->key, got, wanted->scalar)) {
        diag_error(t->diags, "M052", wanted->pos, "test \"%.*s\": %.*s is '%.*s', expected '%.*s'",
                   STR_ARG(title), STR_ARG(wanted->key), STR_ARG(got), STR_ARG(wanted->scalar));
        if (r->outcome == MAPPED_HOLD)
            diag_note(t->diags, "held with %s: %.*s", r->hold_code, STR_ARG(r->hold_text));
        diag_help(t->diags, "correct the rule, or the expectation");
    }
}

static void refuse_in_test(const struct tester *t, const struct yaml *map, const char *const *known)
{
    yaml_refuse_unknown(map, known, "a test", (struct yaml_codes){"M050", "M021"}, t->diags);
}

static void run_one(const struct tester *t, const struct yaml *test)
{
    static const char *const KNOWN[] = {"name", "ticket", "expect", NULL};
    static const char *const TICKET[] = {"request_type", "fields", NULL};
    const struct yaml *name = yaml_member(test, "name"), *ticket = yaml_member(test, "ticket");
    const struct yaml *expect = yaml_member(test, "expect");
    struct str title = name ? name->scalar : STR("a test");
    struct mapped r;
    struct err err = {0};

    refuse_in_test(t, test, KNOWN);
    if (!ticket || ticket->kind == YAML_LIST || !expect || expect->kind != YAML_MAP ||
        !expect->first) {
        diag_error(t->diags, "M050", test->pos, "test \"%.*s\" has no ticket, or expects nothing",
                   STR_ARG(title));
        diag_help(t->diags, "write ticket: { request_type: \"31\", fields: { ... } } and expect: { "
                            "outcome: mapped }");
        return;
    }
    bool file = ticket->kind == YAML_SCALAR;
    if (!file)
        refuse_in_test(t, ticket, TICKET);
    const struct json *issue =
        file ? issue_from_file(t, ticket->scalar, &err) : issue_inline(t, ticket, &err);
    if (!issue) {
        diag_error(t->diags, "M053", ticket->pos, "test \"%.*s\": %s", STR_ARG(title), err.what);
        diag_help(t->diags,
                  "a ticket is an issue as Jira's GET gives it, in a file beside the mapping");
        return;
    }
    mapping_ticket(t->m, t->arena, issue, &r);
    YAML_EACH(wanted, expect)
    compare(t, title, &r, wanted);
}

size_t mapping_run_tests_with(const struct mapping *m, struct arena *arena, mapping_read_fn *read,
                              void *arg, struct diag_list *diags)
{
    struct tester t = {m, arena, read, arg, diags};
    size_t n = 0;

    YAML_EACH(test, m->tests)
    {
        run_one(&t, test);
        n++;
    }
    return n;
}

size_t mapping_run_inline_tests(const struct mapping *m, struct arena *arena,
                                struct diag_list *diags)
{
    struct tester t = {.m = m, .arena = arena, .diags = diags};
    size_t n = 0;

    YAML_EACH(test, m->tests)
    {
        const struct yaml *ticket = yaml_member(test, "ticket");
        if (ticket && ticket->kind == YAML_SCALAR)
            continue;
        run_one(&t, test);
        n++;
    }
    return n;
}

size_t mapping_run_tests(const struct mapping *m, struct arena *arena, struct diag_list *diags)
{
    return mapping_run_tests_with(m, arena, NULL, NULL, diags);
}
