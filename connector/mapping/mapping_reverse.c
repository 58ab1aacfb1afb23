/* Backward: what is asked becomes the fields of a ticket. What is written is read again by the
 * forward rules before it leaves: a ticket that would not map back to the same wish would look
 * tampered with from its first second. */
#include "base/assert.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

enum { FIELDS_BYTES = 64 * 1024 };

static bool speaks_of(const struct mapping_rule *rule, const struct wanted *w)
{
    const struct binding *b = &rule->application;

    if (rule->change != w->kind)
        return false;
    if (b->constant.len)
        return str_eq(b->constant, w->source);
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].to, w->source))
            return true;
    return !b->lookup_count;
}

static bool has_step(const struct binding *b, enum mapping_step step)
{
    for (size_t i = 0; i < b->step_count; i++)
        if (b->steps[i] == step)
            return true;
    return false;
}

static struct str shown_value(const struct binding *b, struct str value)
{
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].to, value))
            return b->lookup[i].from;
    if (has_step(b, STEP_BOOL))
        return str_eq_c(value, "true") ? STR("Yes") : STR("No");
    return value;
}

enum { TARGETS = 8 };

/* The fields being written. Two targets may share a field: it is written once, and lost() sees
 * whether one value does. */
struct fields {
    struct json_out out;
    struct str written[TARGETS];
    size_t count;
};

static void put_field(struct fields *f, const struct binding *b, struct str value)
{
    struct json_out *out = &f->out;

    if (!b->present || !str_starts(b->from, STR("customfield_")) || !value.len)
        return;
    for (size_t i = 0; i < f->count; i++)
        if (str_eq(f->written[i], b->from))
            return;
    ASSERT(f->count < TARGETS);
    f->written[f->count++] = b->from;
    struct str shown = shown_value(b, value);
    json_put_name(out, b->from.p);
    switch (b->type) {
    case FIELD_TEXT:
        json_put_str(out, shown);
        return;
    case FIELD_OPTION:
        json_open_object(out);
        json_str_member(out, "value", shown);
        json_close_object(out);
        return;
    case FIELD_USER:
        json_open_object(out);
        json_str_member(out, "accountId", shown);
        json_close_object(out);
        return;
    }
}

static struct str make_fields(struct arena *arena, const struct mapping_rule *rule,
                              const struct wanted *w)
{
    AUTO(drop_buf) struct buf b;
    struct fields f = {.count = 0};
    struct str account = w->account.len ? w->account : w->beneficiary;

    buf_init(&b, FIELDS_BYTES);
    json_begin(&f.out, &b);
    json_open_object(&f.out);
    put_field(&f, &rule->subject, w->beneficiary);
    put_field(&f, &rule->account, account);
    put_field(&f, &rule->application, w->source);
    put_field(&f, &rule->entitlement, w->entitlement);
    put_field(&f, &rule->privileged, w->privileged ? STR("true") : STR("false"));
    put_field(&f, &rule->requester, w->requester);
    put_field(&f, &rule->justification, w->justification);
    for (size_t i = 0; i < rule->static_count; i++) {
        json_put_name(&f.out, rule->statics[i].field.p);
        put_yaml(&f.out, rule->statics[i].value);
    }
    json_close_object(&f.out);
    return b.over ? STR_NONE : arena_str(arena, buf_str(&b));
}

/* {"fields":{<fields>,"<request type field>":"31"}} as Jira would give it back. */
static const struct json *issue_of(const struct mapping *m, struct arena *arena,
                                   const struct mapping_rule *rule, struct str fields,
                                   struct err *err)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *made, *issue;

    if (!json_parse(arena, fields, &made, err))
        return NULL;
    buf_init(&b, FIELDS_BYTES + 1024);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "fields");
    json_open_object(&out);
    json_str_member(&out, arena_cstr(arena, m->request_type_field), rule->request_type);
    JSON_EACH(field, made)
    {
        json_put_name(&out, json_name(field).p);
        json_put_value(&out, field);
    }
    json_close_object(&out);
    json_close_object(&out);
    return json_parse(arena, buf_str(&b), &issue, err) ? issue : NULL;
}

/* Did the value survive? What a function makes of it (lower case, no blanks) is the same value. */
static bool same(struct arena *arena, const struct binding *b, struct str wanted, struct str got)
{
    struct value v = {.kind = VALUE_TEXT, .text = wanted};

    if (str_eq(wanted, got))
        return true;
    if (b->lookup_count)
        return false;
    for (size_t i = 0; b->present && i < b->step_count; i++)
        v = value_step(arena, b->steps[i], v);
    return v.kind == VALUE_TEXT && str_eq(v.text, got);
}

/* The first part that got lost, or NULL. */
static const char *lost(struct arena *arena, const struct mapping_rule *rule,
                        const struct wanted *w, const struct mapped *r)
{
    if (!same(arena, &rule->subject, w->beneficiary, r->beneficiary))
        return "subject";
    if (!same(arena, &rule->application, w->source, r->source))
        return "application";
    if (!same(arena, &rule->entitlement, w->entitlement, r->entitlement))
        return "entitlement";
    const struct binding *account = rule->account.present ? &rule->account : &rule->subject;
    if (w->account.len && !same(arena, account, w->account, r->account))
        return "account";
    return w->privileged != r->privileged ? "privileged" : NULL;
}

bool mapping_request(const struct mapping *m, struct arena *arena, const struct wanted *w,
                     struct mapped *ret, struct str *ret_fields, struct err *err)
{
    const struct mapping_rule *rule = NULL;

    for (size_t i = 0; !rule && i < m->rule_count; i++)
        if (speaks_of(&m->rules[i], w))
            rule = &m->rules[i];
    if (!rule)
        return FAIL(err, ERR_INPUT, "no rule of %s makes a %s for source '%.*s'", m->file,
                    request_kind_name(w->kind), STR_ARG(w->source));
    struct str fields = make_fields(arena, rule, w);
    if (!fields.p)
        return FAIL(err, ERR_INPUT, "the request is too large for a ticket");
    const struct json *issue = issue_of(m, arena, rule, fields, err);
    if (!issue)
        return err_while(err, "reading the fields of a ticket again");
    mapping_ticket(m, arena, issue, ret);
    if (ret->outcome != MAPPED_OK)
        return FAIL(err, ERR_INPUT, "rule '%.*s' of %s cannot express it: %.*s",
                    STR_ARG(rule->name), m->file, STR_ARG(ret->hold_text));
    const char *part = lost(arena, rule, w, ret);
    if (part)
        return FAIL(err, ERR_INPUT, "rule '%.*s' of %s cannot express '%s' of this request",
                    STR_ARG(rule->name), m->file, part);
    ret->requester = w->requester;
    ret->justification = w->justification;
    *ret_fields = fields;
    return true;
}

static struct str blame_in(const struct mapping *m, struct arena *arena,
                           const struct mapping_rule *r, struct str field)
{
#define X(member, required_)                                                           \
    if (r->member.present && str_eq(r->member.from, field))                            \
        return arena_printf(arena, #member " (%s:%d:%d)", m->file, r->member.pos.line, \
                            r->member.pos.column);
    MAPPING_TARGETS(X)
#undef X
    for (size_t i = 0; i < r->static_count; i++) {
        struct diag_pos pos = r->statics[i].value->key_pos;
        if (str_eq(r->statics[i].field, field))
            return arena_printf(arena, "ticket (%s:%d:%d)", m->file, pos.line, pos.column);
    }
    return STR("");
}

struct str mapping_blame_rule(const struct mapping *m, struct arena *arena, struct str rule,
                              struct str field)
{
    for (size_t i = 0; field.len && i < m->rule_count; i++)
        if (str_eq(m->rules[i].name, rule))
            return blame_in(m, arena, &m->rules[i], field);
    return STR("");
}

struct str mapping_blame(const struct mapping *m, struct arena *arena, struct str field)
{
    for (size_t i = 0; field.len && i < m->rule_count; i++) {
        struct str where = blame_in(m, arena, &m->rules[i], field);
        if (where.len)
            return where;
    }
    return STR("");
}
