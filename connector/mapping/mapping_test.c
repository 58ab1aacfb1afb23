/* The tests that stand in a mapping file: a ticket, and what it must become. */
#include "json/json_write.h"
#include "mapping/mapping.h"

enum { ISSUE_BYTES = 64 * 1024 };

static void put_yaml(struct json_out *out, struct arena *arena, const struct yaml *v)
{
    if (v->kind == YAML_SCALAR) {
        json_put_str(out, v->scalar);
        return;
    }
    if (v->kind == YAML_LIST)
        json_open_array(out);
    else
        json_open_object(out);
    YAML_EACH (child, v) {
        if (v->kind == YAML_MAP)
            json_put_name(out, arena_cstr(arena, child->key));
        put_yaml(out, arena, child);
    }
    if (v->kind == YAML_LIST)
        json_close_array(out);
    else
        json_close_object(out);
}

/* {request_type, fields} of the test as an issue like Jira's. */
static const struct json *issue_of(const struct mapping *m, struct arena *arena, const struct yaml *ticket)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *issue = NULL;
    const struct yaml *type = yaml_member(ticket, "request_type");
    struct err err;

    buf_init(&b, ISSUE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "fields");
    json_open_object(&out);
    if (type)
        json_str_member(&out, arena_cstr(arena, m->request_type_field), type->scalar);
    YAML_EACH (field, yaml_member(ticket, "fields")) {
        json_put_name(&out, arena_cstr(arena, field->key));
        put_yaml(&out, arena, field);
    }
    json_close_object(&out);
    json_close_object(&out);
    return json_parse(arena, buf_str(&b), &issue, &err) ? issue : NULL;
}

static struct str actual(const struct mapped *r, struct str name)
{
    static const char *const OUTCOMES[] = {"mapped", "hold", "not_governed"};

    if (str_eq_c(name, "outcome"))
        return str_of(OUTCOMES[r->outcome]);
    if (str_eq_c(name, "reason"))
        return str_of(r->hold_code ? r->hold_code : "");
    if (str_eq_c(name, "subject"))
        return r->beneficiary;
    if (str_eq_c(name, "account"))
        return r->account;
    if (str_eq_c(name, "application"))
        return r->source;
    if (str_eq_c(name, "entitlement"))
        return r->entitlement;
    if (str_eq_c(name, "privileged"))
        return r->privileged ? STR("true") : STR("false");
    return STR_NONE;
}

static void run_one(const struct mapping *m, struct arena *arena, const struct yaml *test, struct diag_list *diags)
{
    const struct yaml *name = yaml_member(test, "name");
    struct str title = name ? name->scalar : STR("a test");
    const struct json *issue = issue_of(m, arena, yaml_member(test, "ticket"));
    struct mapped r;

    if (!issue) {
        diag_error(diags, "M050", test->pos, "%.*s: its ticket cannot be read", STR_ARG(title));
        return;
    }
    mapping_ticket(m, arena, issue, &r);
    YAML_EACH (wanted, yaml_member(test, "expect")) {
        struct str got = actual(&r, wanted->key);
        if (!got.p) {
            diag_error(diags, "M051", wanted->key_pos, "a test cannot expect '%.*s'", STR_ARG(wanted->key));
            diag_help(diags, "outcome, reason, subject, account, application, entitlement, privileged");
        } else if (!str_eq(got, wanted->scalar)) {
            diag_error(diags, "M052", wanted->pos, "%.*s: %.*s is '%.*s', expected '%.*s'", STR_ARG(title),
                       STR_ARG(wanted->key), STR_ARG(got), STR_ARG(wanted->scalar));
            diag_help(diags, "correct the rule, or the expectation");
        }
    }
}

size_t mapping_run_tests(const struct mapping *m, struct arena *arena, struct diag_list *diags)
{
    size_t n = 0;
    YAML_EACH (test, m->tests) {
        run_one(m, arena, test, diags);
        n++;
    }
    return n;
}
