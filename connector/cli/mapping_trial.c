#include "cli/mapping_trial.h"

#include <stdio.h>

#include "cli/view.h"
#include "json/json_write.h"

/* --- for people --- */

static void print_line(const struct trial *t, int indent, struct str name, struct str value,
                       const char *mark)
{
    struct str plain = view_plain(t->arena, value);

    printf("%*s%-*.*s %.*s%s\n", indent, "", indent > 2 ? 12 : 14, STR_ARG(name), STR_ARG(plain),
           mark);
}

static void print_target(const struct trial *t, const struct traced *one)
{
    const struct binding *b = one->binding;

    if (b->constant.len) {
        print_line(t, 2, str_of(one->target),
                   arena_printf(t->arena, "always \"%.*s\"", STR_ARG(b->constant)), "");
        return;
    }
    print_line(t, 2, str_of(one->target),
               arena_printf(t->arena, "%.*s%s%.*s%s = %.*s", STR_ARG(b->from),
                            b->label.len ? " (" : "", STR_ARG(b->label), b->label.len ? ")" : "",
                            STR_ARG(one->raw)),
               "");
    for (size_t i = 0; i < one->count; i++)
        print_line(t, 19, one->steps[i].name, one->steps[i].value,
                   one->steps[i].stops ? "   <- held here" : "");
}

void trial_print(const struct trial *t)
{
    const struct mapping_rule *rule = t->r.rule;
    struct str type = mapping_request_type(t->m, t->arena, t->issue);
    struct str key = view_text(t->arena, t->issue, "key");

    printf("%.*s: request type %.*s, ", STR_ARG(key),
           STR_ARG(type.len ? view_plain(t->arena, type) : STR("none")));
    if (!rule) {
        printf("no rule: not governed\n");
        return;
    }
    printf("rule %.*s (%s:%d, %.12s)\n", STR_ARG(view_plain(t->arena, rule->name)), t->m->file,
           rule->pos.line, t->m->sha256);
    for (size_t i = 0; i < t->count; i++)
        print_target(t, &t->traced[i]);
    if (t->r.outcome == MAPPED_HOLD) {
        printf("held %s: %.*s\nmore: countersign mapping explain %s\n", t->r.hold_code,
               STR_ARG(view_plain(t->arena, t->r.hold_text)), t->r.hold_code);
        return;
    }
    struct str goal = t->r.sla_goal_ms ? mapping_goal(t->arena, t->r.sla_goal_ms)
                      : rule->sla_policy.len
                          ? arena_printf(t->arena, "by policy %.*s", STR_ARG(rule->sla_policy))
                          : STR("none");
    struct str gone = view_plain(t->arena, mapping_names(t->arena, t->r.instead_of));
    printf("%s: done when %.*s is %s%s%.*s for %.*s in %.*s; goal %.*s%s%s\n",
           request_kind_name(rule->change),
           STR_ARG(view_plain(t->arena, mapping_names(t->arena, t->r.entitlement))),
           desired_name(rule->expect), gone.len ? " and absent " : "", STR_ARG(gone),
           STR_ARG(view_plain(t->arena, t->r.account)), STR_ARG(view_plain(t->arena, t->r.source)),
           STR_ARG(goal), t->r.privileged ? ", privileged" : "",
           rule->approval_needed ? ", approval needed" : "");
    struct str approvers = mapping_approvers(t->arena, &t->r);
    if (approvers.len)
        printf("to approve by %.*s\n", STR_ARG(view_plain(t->arena, approvers)));
}

/* --- for programs --- */

static void put_target(struct json_out *out, const struct traced *one)
{
    json_open_object(out);
    json_str_member(out, "target", str_of(one->target));
    json_i64_member(out, "line", one->binding->pos.line);
    if (one->binding->constant.len) {
        json_str_member(out, "const", one->binding->constant);
    } else {
        json_str_member(out, "field", one->binding->from);
        json_str_member(out, "raw", one->raw);
    }
    json_put_name(out, "steps");
    json_open_array(out);
    for (size_t i = 0; i < one->count; i++) {
        json_open_object(out);
        json_str_member(out, "step", one->steps[i].name);
        json_str_member(out, "value", one->steps[i].value);
        json_bool_member(out, "stops", one->steps[i].stops);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}

static void put_result(struct json_out *out, const struct trial *t)
{
    const struct mapped *r = &t->r;

    json_str_member(out, "outcome", str_of(mapped_outcome_name(r->outcome)));
    json_str_member(out, "request_type", mapping_request_type(t->m, t->arena, t->issue));
    if (r->rule)
        json_str_member(out, "rule", r->rule->name);
    if (r->outcome == MAPPED_HOLD) {
        json_str_member(out, "reason", str_of(r->hold_code));
        json_str_member(out, "field", r->hold_field);
        json_str_member(out, "text", r->hold_text);
    }
    if (r->outcome == MAPPED_OK) {
        json_put_name(out, "request");
        json_put_raw(out, r->tuple);
    }
}

void trial_put(struct json_out *out, const struct trial *t)
{
    put_result(out, t);
    json_put_name(out, "targets");
    json_open_array(out);
    for (size_t i = 0; i < t->count; i++)
        put_target(out, &t->traced[i]);
    json_close_array(out);
}

void trial_run(struct trial *t)
{
    mapping_ticket(t->m, t->arena, t->issue, &t->r);
    t->count = t->r.rule ? mapping_trace(t->arena, t->r.rule, t->issue, t->traced) : 0;
}
