/* Forward: a ticket becomes what is asked, or a hold that names the field. */
#include "jsm/jsm_user.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

enum { TUPLE_BYTES = 96 * 1024, TEXT_BYTES_MAX = 4096, NAMES_BYTES_MAX = 2048 };

struct str request_type_of(const struct mapping *m, struct arena *arena, const struct json *issue)
{
    const struct json *v = json_member_str(json_member(issue, "fields"), m->request_type_field);
    struct str id = json_id(arena, json_path(v, "requestType/id"));
    return id.len ? id : json_id(arena, v);
}

static const struct mapping_rule *rule_for(const struct mapping *m, struct str request_type)
{
    for (size_t i = 0; request_type.len && i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, request_type))
            return &m->rules[i];
    return NULL;
}

/* One binding of one rule, on its way to a target. */
struct pull {
    struct mapped *r;
    struct arena *arena;
    const struct json *issue;
    struct str form; /* of the rule */
};

void mapped_hold(struct mapped *r, const char *code, const struct binding *b, struct str text)
{
    if (r->outcome == MAPPED_HOLD)
        return;
    r->outcome = MAPPED_HOLD;
    r->hold_code = code;
    r->hold_field = b->from;
    r->hold_text = text;
}

/* The first reason is the one shown. People read it on the ticket behind "On hold: ". */
static void hold(const struct pull *p, const char *code, const struct binding *b,
                 const char *target, const char *what)
{
    struct str field = b->label.len ? b->label : b->from;

    if (what)
        mapped_hold(p->r, code, b,
                    arena_printf(p->arena, "the form doesn't say which %s: \"%.*s\" %s", target,
                                 STR_ARG(field), what));
    else
        mapped_hold(
            p->r, code, b,
            arena_printf(p->arena,
                         "the form doesn't say which %s. Fill in \"%.*s\", or ask the requester",
                         target, STR_ARG(field)));
}

static void hold_missing(const struct pull *p, const struct binding *b, const char *target)
{
    switch (b->on_missing) {
    case MISSING_IGNORE:
        return;
    case MISSING_HOLD:
        hold(p, "M201", b, target, NULL);
        return;
    case MISSING_EXCEPTION:
        hold(p, "M206", b, target, "is empty; it needs an exception");
        return;
    case MISSING_FAIL:
        hold(p, "M207", b, target, "is empty; this request cannot be taken");
        return;
    }
}

static const struct lookup_pair *look_up(const struct binding *b, struct str s)
{
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].from, s))
            return &b->lookup[i];
    return NULL;
}

/* What one value of the field means; empty: nothing, or the ticket is held. */
static struct str told(const struct pull *p, const struct binding *b, const char *target,
                       struct value v)
{
    switch (v.kind) {
    case VALUE_MISSING:
        if (b->has_fallback)
            return b->fallback;
        hold_missing(p, b, target);
        return STR("");
    case VALUE_WRONG:
        hold(p, "M204", b, target, v.wrong);
        return STR("");
    case VALUE_PERSON: /* an address may be hidden tomorrow: the file must say which key it means */
        hold(p, "M204", b, target, "holds a person, and the mapping does not say email or account");
        return STR("");
    case VALUE_LIST:
        hold(p, "M203", b, target, "holds more than one value");
        return STR("");
    case VALUE_TEXT:
        break;
    }
    if (!b->lookup_count)
        return v.text;
    const struct lookup_pair *pair = look_up(b, v.text);
    if (!pair)
        hold(p, "M205", b, target, "holds a value that the mapping doesn't know");
    return pair ? pair->to : STR("");
}

/* The field's value as it stands. False: there is none to look at; *ret is what is so instead. */
static bool find_value(const struct pull *p, const struct binding *b, struct value *ret_value,
                       struct str *ret)
{
    struct str trouble = is_question(b->from) ? form_trouble(p->issue, p->form) : STR_NONE;

    *ret = b->present ? b->constant : STR("");
    if (!b->present || b->constant.len)
        return false;
    if (trouble.len)
        mapped_hold(p->r, "M208", b, trouble);
    *ret_value = value_of_field(json_member_str(json_member(p->issue, "fields"), b->from));
    return !trouble.len;
}

/* The target's text, or empty when it is missing or the ticket is held. */
static struct str pull(const struct pull *p, const struct binding *b, const char *target)
{
    struct value v;
    struct str said;

    return find_value(p, b, &v, &said) ? told(p, b, target, value_steps(p->arena, b, 0, v)) : said;
}

/* The person whom a field holds, whatever the steps make of him; NULL: it holds something else. */
static const struct json *person_in(const struct pull *p, const struct binding *b)
{
    struct value v = value_of_field(json_member_str(json_member(p->issue, "fields"), b->from));

    for (size_t i = 0; i < b->step_count && v.kind != VALUE_PERSON; i++)
        v = value_step(p->arena, b->steps[i], b->arguments[i], v);
    return b->present && !b->constant.len && v.kind == VALUE_PERSON ? v.json : NULL;
}

static struct str checked(const struct pull *p, const struct binding *b, const char *target,
                          struct str s)
{
    if (s.len > LIMIT_KEY_CHARS)
        hold(p, "M202", b, target, "is too long");
    else if (str_has_control(s))
        hold(p, "M204", b, target, "holds a line break or another control character");
    return s;
}

/* A target that may be left out: short and printable where it is not. */
static struct str pull_word(const struct pull *p, const struct binding *b, const char *target)
{
    return checked(p, b, target, pull(p, b, target));
}

/* Entitlements that may be left out: each value of the field is one, where the binding says so. One
 * a line. */
static struct str pull_names(const struct pull *p, const struct binding *b, const char *target)
{
    struct value v, each[MAPPING_VALUES_MAX];
    struct str names = STR("");

    if (!b->many || !find_value(p, b, &v, &names))
        return b->many ? names : pull_word(p, b, target);
    size_t count = value_each(p->arena, b, v, each);
    if (count > MAPPING_VALUES_MAX) {
        hold(p, "M203", b, target, "holds more values than a request may ask for");
        return STR("");
    }
    for (size_t i = 0; i < count; i++) {
        struct str one = checked(p, b, target, told(p, b, target, each[i]));
        names = i ? arena_printf(p->arena, "%.*s\n%.*s", STR_ARG(names), STR_ARG(one)) : one;
    }
    if (p->r->outcome != MAPPED_OK)
        return STR("");
    if (names.len > NAMES_BYTES_MAX)
        hold(p, "M202", b, target, "is too long");
    return names_in_order(p->arena, names);
}

/* A target that finds an account or an entitlement: exact, short, printable. */
static struct str wanted(const struct pull *p, const struct binding *b, const char *target,
                         struct str s)
{
    if (!s.len && p->r->outcome == MAPPED_OK)
        hold(p, "M201", b, target, NULL);
    return s;
}

static struct str pull_key(const struct pull *p, const struct binding *b, const char *target)
{
    return wanted(p, b, target, pull_word(p, b, target));
}

static void put_items(struct json_out *out, const struct mapped *r)
{
    struct mapped_item items[MAPPED_ITEMS_MAX];
    size_t count = mapping_items(r, items);

    json_put_name(out, "items");
    json_open_array(out);
    for (size_t i = 0; i < count; i++) {
        json_open_object(out);
        json_str_member(out, "account", r->account);
        json_str_member(out, "desired", str_of(desired_name(items[i].desired)));
        json_str_member(out, "entitlement", items[i].entitlement);
        json_str_member(out, "source", r->source);
        json_close_object(out);
    }
    json_close_array(out);
}

/* In canonical form: members by name, no blanks. */
static struct str write_tuple(const struct mapped *r, struct arena *arena, bool all)
{
    const struct mapping_template *t = r->rule->template;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, TUPLE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (r->access_until_ms)
        json_i64_member(&out, "access_until_ms", r->access_until_ms);
    put_terms(&out, r, all);
    if (all)
        json_bool_member(&out, "approval_needed", r->rule->approval_needed);
    json_str_member(&out, "beneficiary", r->beneficiary);
    put_items(&out, r);
    if (all && t)
        json_str_member(&out, "justification", r->justification);
    json_str_member(&out, "kind", str_of(request_kind_name(r->rule->change)));
    if (all && t)
        json_str_member(&out, "lifecycle", t->lifecycle);
    if (all && r->manager.len)
        json_str_member(&out, "manager", r->manager);
    if (all)
        json_str_member(&out, "mode", str_of(gate_mode_name(r->rule->mode)));
    json_bool_member(&out, "privileged", r->privileged);
    if (all && t && t->together && r->instead_of.len)
        json_str_member(&out, "removal", STR("together"));
    if (all)
        json_i64_member(&out, "sla_goal_ms", r->sla_goal_ms);
    if (r->sponsor.len)
        json_str_member(&out, "sponsor", r->sponsor);
    if (all && t)
        json_str_member(&out, "subject_kind", t->subject_kind);
    if (all && t)
        json_str_member(&out, "template", t->name);
    json_close_object(&out);
    return arena_str(arena, buf_str(&b));
}

static void seal(struct mapped *r, struct arena *arena)
{
    uint8_t digest[SHA256_BYTES];

    r->tuple = write_tuple(r, arena, true);
    digest_sha256(write_tuple(r, arena, false), digest);
    r->hash = 0;
    for (size_t i = 0; i < sizeof r->hash; i++)
        r->hash = r->hash << 8 | digest[i];
    if (!r->hash) /* 0 means: it does not map */
        r->hash = 1;
}

const char *mapped_outcome_name(enum mapped_outcome outcome)
{
    static const char *const NAMES[] = {"mapped", "hold", "not_governed"};
    return NAMES[outcome];
}

bool mapping_governs(const struct mapping *m, struct arena *arena, const struct json *issue,
                     struct str *ret_request_type)
{
    *ret_request_type = request_type_of(m, arena, issue);
    return rule_for(m, *ret_request_type) != NULL;
}

static void pull_more(const struct pull *p, const struct mapping_rule *rule)
{
    struct mapped *r = p->r;

    r->instead_of = pull_names(p, &rule->instead_of, "role goes");
    r->sponsor = pull_word(p, &rule->sponsor, "sponsor");
    r->manager = pull_word(p, &rule->manager, "manager");
    struct str until = pull_word(p, &rule->access_until, "end of the access");
    if (until.len && !end_of_access(until, &r->access_until_ms))
        hold(p, "M211", &rule->access_until, "end of the access", "holds no day and no time");
    for (struct str rest = r->instead_of; rest.len;)
        if (mapping_names_have(r->entitlement, str_cut(&rest, '\n')))
            hold(p, "M204", &rule->instead_of, "role goes", "holds the role that is to come");
}

void mapping_ticket(const struct mapping *m, struct arena *arena, const struct json *issue,
                    struct mapped *ret)
{
    struct str request_type = request_type_of(m, arena, issue);
    const struct mapping_rule *rule = rule_for(m, request_type);
    struct pull p = {ret, arena, issue, rule ? rule->form : STR_NONE};

    *ret = (struct mapped){.outcome = MAPPED_NOT_GOVERNED,
                           .rule = rule,
                           .request_type = request_type,
                           .hold_text = STR("")};
    if (!rule)
        return;
    ret->outcome = MAPPED_OK;
    ret->beneficiary = pull_key(&p, &rule->subject, "person");
    ret->source = pull_key(&p, &rule->application, "application");
    ret->entitlement =
        wanted(&p, &rule->entitlement, "role", pull_names(&p, &rule->entitlement, "role"));
    ret->account =
        rule->account.present ? pull_key(&p, &rule->account, "account") : ret->beneficiary;
    ret->privileged = str_eq_c(pull(&p, &rule->privileged, "access (privileged or not)"), "true") ||
                      (rule->template && rule->template->privileged);
    ret->justification = pull(&p, &rule->justification, "reason");
    if (ret->justification.len > TEXT_BYTES_MAX)
        hold(&p, "M202", &rule->justification, "reason", "is too long");
    ret->beneficiary_is = person_in(&p, &rule->subject);
    ret->requester_is = rule->requester.present ? person_in(&p, &rule->requester)
                                                : json_path(issue, "fields/reporter");
    if (rule->requester.present)
        ret->requester = pull_key(&p, &rule->requester, "requester");
    else
        ret->requester = jsm_user_key(ret->requester_is);
    pull_more(&p, rule);
    take_terms(m, arena, issue, ret);
    ret->sla_goal_ms =
        ret->privileged && rule->sla_privileged_ms ? rule->sla_privileged_ms : rule->sla_goal_ms;
    if (ret->outcome == MAPPED_OK)
        seal(ret, arena);
}
