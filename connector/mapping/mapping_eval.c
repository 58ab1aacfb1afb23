#include "mapping/mapping.h"

#include "json/json_write.h"

enum { VALUE_MAX = 256, TUPLE_BYTES = 16 * 1024 };

/* --- field values as text ------------------------------------------------------------------------------------------ */

/* What a person would read in the field: text, the option's value, the user's address or account id, the first of a list. */
static struct str field_text(const struct json *v)
{
    static const char *const MEMBERS[] = {"value", "emailAddress", "accountId", "name", "key", "id"};

    if (json_type(v) == JSON_ARRAY)
        return field_text(json_first(v));
    if (json_type(v) != JSON_OBJECT)
        return json_str(v);
    for (size_t i = 0; i < sizeof MEMBERS / sizeof MEMBERS[0]; i++)
        if (json_path_str(v, MEMBERS[i]).len)
            return json_path_str(v, MEMBERS[i]);
    return STR_NONE;
}

static struct str change_case(struct arena *arena, struct str s, char from, char to)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (!copy)
        return STR_NONE;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool in_range = c >= from && c < from + 26;
        copy[i] = in_range ? (char)(c - from + to) : c;
    }
    return str_n(copy, s.len);
}

static struct str apply(struct arena *arena, enum mapping_step step, struct str s)
{
    switch (step) {
    case STEP_TRIM:
        return str_trim(s);
    case STEP_LOWER:
        return change_case(arena, s, 'A', 'a');
    case STEP_UPPER:
        return change_case(arena, s, 'a', 'A');
    case STEP_EMAIL: /* what is no address is empty: the binding's on_missing decides */
        return str_find(s, '@') > 0 && str_find(s, ' ') < 0 ? s : STR("");
    case STEP_BOOL: {
        bool yes = str_eq_nocase(s, STR("yes")) || str_eq_nocase(s, STR("true")) || str_eq_c(s, "1");
        return yes ? STR("true") : STR("false");
    }
    }
    return s;
}

static struct str look_up(const struct binding *b, struct str s)
{
    if (!b->lookup_count)
        return s;
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].from, s))
            return b->lookup[i].to;
    return STR("");
}

static struct str evaluate(struct arena *arena, const struct binding *b, const struct json *issue)
{
    if (!b->present)
        return STR("");
    if (b->constant.len)
        return b->constant;
    const struct json *fields = json_member(issue, "fields");
    struct str s = field_text(json_member(fields, arena_cstr(arena, b->from)));
    if (s.len)
        for (size_t i = 0; i < b->step_count; i++)
            s = apply(arena, b->steps[i], s);
    s = s.len ? look_up(b, s) : s;
    if (!s.len && b->has_fallback)
        return b->fallback;
    return s;
}

/* --- forward: ticket to request ------------------------------------------------------------------------------------ */

static struct str request_type_of(const struct mapping *m, struct arena *arena, const struct json *issue)
{
    const struct json *v = json_member(json_member(issue, "fields"), arena_cstr(arena, m->request_type_field));
    struct str id = json_id(arena, json_path(v, "requestType/id"));
    return id.len ? id : json_id(arena, v);
}

static void hold(struct mapped *r, struct arena *arena, const char *code, const char *target, const struct binding *b,
                 const char *what)
{
    if (r->outcome == MAPPED_HOLD) /* the first reason is the one shown */
        return;
    r->outcome = MAPPED_HOLD;
    r->hold_code = code;
    r->hold_field = b->from;
    r->hold_text = arena_printf(arena, "the form doesn't say which %s (field %.*s %s)", target, STR_ARG(b->from), what);
}

/* The tuple in canonical form: what is approved, hashed and compared. Members by name, no blanks. */
static void seal(struct mapped *r, struct arena *arena)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, TUPLE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_bool_member(&out, "approval_needed", r->rule->approval_needed);
    json_str_member(&out, "beneficiary", r->beneficiary);
    json_put_name(&out, "items");
    json_open_array(&out);
    json_open_object(&out);
    json_str_member(&out, "account", r->account);
    json_str_member(&out, "desired", str_of(desired_name(r->rule->expect)));
    json_str_member(&out, "entitlement", r->entitlement);
    json_str_member(&out, "source", r->source);
    json_close_object(&out);
    json_close_array(&out);
    json_str_member(&out, "kind", str_of(request_kind_name(r->rule->change)));
    json_bool_member(&out, "privileged", r->privileged);
    json_close_object(&out);
    r->tuple = arena_str(arena, buf_str(&b));
    r->hash = str_hash(r->tuple);
}

static const struct mapping_rule *rule_for(const struct mapping *m, struct str request_type)
{
    for (size_t i = 0; request_type.len && i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, request_type))
            return &m->rules[i];
    return NULL;
}

static struct str required(struct mapped *r, struct arena *arena, const char *name, const struct binding *b,
                           const struct json *issue)
{
    struct str s = evaluate(arena, b, issue);

    if (!s.len)
        hold(r, arena, "M201", name, b, "is empty or not in the list");
    else if (s.len > VALUE_MAX)
        hold(r, arena, "M202", name, b, "is too long");
    return s;
}

void mapping_ticket(const struct mapping *m, struct arena *arena, const struct json *issue, struct mapped *ret)
{
    const struct mapping_rule *rule = rule_for(m, request_type_of(m, arena, issue));

    *ret = (struct mapped){.outcome = MAPPED_NOT_GOVERNED, .rule = rule, .hold_text = STR("")};
    if (!rule)
        return;
    ret->outcome = MAPPED_OK;
    ret->beneficiary = required(ret, arena, "person", &rule->subject, issue);
    ret->source = required(ret, arena, "application", &rule->application, issue);
    ret->entitlement = required(ret, arena, "entitlement", &rule->entitlement, issue);
    ret->account = rule->account.present ? required(ret, arena, "account", &rule->account, issue) : ret->beneficiary;
    ret->privileged = str_eq_c(evaluate(arena, &rule->privileged, issue), "true");
    ret->justification = evaluate(arena, &rule->justification, issue);
    ret->requester = evaluate(arena, &rule->requester, issue);
    if (!rule->requester.present)
        ret->requester = field_text(json_path(issue, "fields/reporter"));
    ret->sla_goal_ms = ret->privileged && rule->sla_privileged_ms ? rule->sla_privileged_ms : rule->sla_goal_ms;
    if (ret->outcome == MAPPED_OK)
        seal(ret, arena);
}

/* --- backward: request to ticket ----------------------------------------------------------------------------------- */

static bool speaks_of(const struct mapping_rule *rule, const struct wanted *w)
{
    if (rule->change != w->kind)
        return false;
    const struct binding *b = &rule->application;
    if (b->constant.len)
        return str_eq(b->constant, w->source);
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].to, w->source))
            return true;
    return !b->lookup_count;
}

static void put_field(struct json_out *out, struct arena *arena, const struct binding *b, struct str value)
{
    struct str shown = value;

    if (!b->present || !b->from.len || !value.len || !str_starts(b->from, STR("customfield_")))
        return;
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].to, value))
            shown = b->lookup[i].from;
    bool is_bool = b->step_count && b->steps[b->step_count - 1] == STEP_BOOL;
    if (is_bool)
        shown = str_eq_c(value, "true") ? STR("Yes") : STR("No");
    json_put_name(out, arena_cstr(arena, b->from));
    if (b->type == FIELD_OPTION || is_bool) {
        json_open_object(out);
        json_str_member(out, "value", shown);
        json_close_object(out);
    } else {
        json_put_str(out, shown);
    }
}

bool mapping_request(const struct mapping *m, struct arena *arena, const struct wanted *w, struct mapped *ret,
                     struct str *ret_fields, struct err *err)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct mapping_rule *rule = NULL;

    for (size_t i = 0; !rule && i < m->rule_count; i++)
        if (speaks_of(&m->rules[i], w))
            rule = &m->rules[i];
    if (!rule)
        return FAIL(err, ERR_INPUT, "no rule of %s makes a %s for source '%.*s'", m->file, request_kind_name(w->kind),
                    STR_ARG(w->source));
    *ret = (struct mapped){.outcome = MAPPED_OK,
                           .rule = rule,
                           .requester = w->requester,
                           .beneficiary = w->beneficiary,
                           .account = w->account.len ? w->account : w->beneficiary,
                           .source = w->source,
                           .entitlement = w->entitlement,
                           .justification = w->justification,
                           .privileged = w->privileged,
                           .hold_text = STR("")};
    ret->sla_goal_ms = w->privileged && rule->sla_privileged_ms ? rule->sla_privileged_ms : rule->sla_goal_ms;
    seal(ret, arena);
    buf_init(&b, TUPLE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put_field(&out, arena, &rule->subject, ret->beneficiary);
    put_field(&out, arena, &rule->account, ret->account);
    put_field(&out, arena, &rule->application, ret->source);
    put_field(&out, arena, &rule->entitlement, ret->entitlement);
    put_field(&out, arena, &rule->privileged, w->privileged ? STR("true") : STR("false"));
    put_field(&out, arena, &rule->justification, ret->justification);
    json_close_object(&out);
    *ret_fields = arena_str(arena, buf_str(&b));
    return true;
}

struct str mapping_blame(const struct mapping *m, struct arena *arena, struct str field)
{
    for (size_t i = 0; i < m->rule_count; i++) {
        const struct mapping_rule *r = &m->rules[i];
#define X(member, required_)                                                                       \
    if (r->member.present && str_eq(r->member.from, field))                                        \
        return arena_printf(arena, #member " (%s:%d:%d)", m->file, r->member.pos.line, r->member.pos.column);
        MAPPING_TARGETS(X)
#undef X
    }
    return STR("");
}
