/* Backward: what is asked becomes the fields of a ticket. What is written is read again by the
 * forward rules before it leaves: a ticket that would not map back to the same wish would look
 * tampered with from its first second. */
#include "base/assert.h"
#include "base/clock.h"
#include "jsm/jsm_adf.h"
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

/* What `before` and `after` put there is not written: they put it there again. */
static struct str without_affixes(const struct binding *b, struct str value)
{
    for (size_t i = b->step_count; i-- > 0;) {
        struct str affix = b->arguments[i] ? b->arguments[i]->text : STR("");
        if (b->steps[i] == STEP_BEFORE && str_starts(value, affix))
            value = str_n(value.p + affix.len, value.len - affix.len);
        else if (b->steps[i] == STEP_AFTER && str_ends(value, affix))
            value = str_n(value.p, value.len - affix.len);
    }
    return value;
}

static struct str shown_value(const struct binding *b, struct str value)
{
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].to, value))
            return b->lookup[i].from;
    if (has_step(b, STEP_BOOL))
        return str_eq_c(value, "true") ? STR("Yes") : STR("No");
    return without_affixes(b, value);
}

/* --- what goes into which field, in words --- */

bool wish_word(struct arena *arena, const struct wanted *w, struct str word, struct str *ret)
{
    char until[CLOCK_TEXT_SIZE] = "";

    if (w->access_until_ms)
        clock_rfc3339(w->access_until_ms, until);
    const struct {
        const char *name;
        struct str value;
    } WORDS[] = {{"$request", w->request_id},
                 {"$kind", str_of(request_kind_name(w->kind))},
                 {"$requester", w->requester},
                 {"$beneficiary", w->beneficiary},
                 {"$account", w->account.len ? w->account : w->beneficiary},
                 {"$application", w->source},
                 {"$entitlement", mapping_names(arena, w->entitlement)},
                 {"$justification", w->justification},
                 {"$access_until", str_of(until)}};

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (str_eq_c(word, WORDS[i].name)) {
            *ret = arena_str(arena, WORDS[i].value);
            return true;
        }
    }
    *ret = str_starts(word, STR("$$")) ? str_n(word.p + 1, word.len - 1) : word;
    return !str_starts(word, STR("$")) || str_starts(word, STR("$$"));
}

struct str mapping_person(const struct wanted *w, struct str word)
{
    if (str_eq_c(word, "requester"))
        return w->requester;
    return str_eq_c(word, "beneficiary") ? w->beneficiary : word;
}

/* Fields being collected. Two targets may share one: it stands once, and lost() sees whether one
 * value does for both; of a choice in two levels each may be one. */
struct collected {
    struct mapping_write *writes;
    size_t count;
};

static struct mapping_write *write_of(struct collected *c, struct str field)
{
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->writes[i].field, field))
            return &c->writes[i];
    return NULL;
}

static void collect(struct collected *c, const char *target, const struct binding *b,
                    struct str value)
{
    bool lower = has_step(b, STEP_CHILD), level = lower || has_step(b, STEP_PARENT);

    bool writable = str_starts(b->from, STR("customfield_")) || str_eq_c(b->from, "duedate") ||
                    is_question(b->from);

    if (!b->present || !writable || !value.len)
        return;
    struct mapping_write *w = write_of(c, b->from);
    if (w && !level)
        return;
    if (!w) {
        ASSERT(c->count < MAPPING_WRITES_MAX);
        w = &c->writes[c->count++];
        *w = (struct mapping_write){
            .field = b->from, .target = target, .pos = b->pos, .binding = b, .kind = b->type};
    }
    size_t at = lower ? 1 : 0;
    w->values[at] = shown_value(b, value);
    w->count = w->count > at ? w->count : at + 1;
}

/* Between two names of a text that is split into them: the separator, and a blank behind a comma.
 */
static struct str joined(struct arena *arena, struct str separator, struct str names)
{
    char last = separator.p[separator.len - 1];
    const char *blank = last == ',' || last == ';' ? " " : "";
    struct str all = str_cut(&names, '\n');

    while (names.len) {
        struct str one = str_cut(&names, '\n');
        all = arena_printf(arena, "%.*s%.*s%s%.*s", STR_ARG(all), STR_ARG(separator), blank,
                           STR_ARG(one));
    }
    return all;
}

/* Entitlements: where the binding says `many` each is a value of its field, or a part of its text.
 */
static void collect_names(struct arena *arena, struct collected *c, const char *target,
                          const struct binding *b, struct str names)
{
    struct mapping_write *w;

    collect(c, target, b, b->many ? str_cut(&names, '\n') : names);
    w = write_of(c, b->from);
    if (!b->many || !names.len || !w || w->binding != b)
        return;
    while (names.len && w->count < MAPPING_VALUES_MAX)
        w->values[w->count++] = shown_value(b, str_cut(&names, '\n'));
    for (size_t i = 0; i < b->step_count; i++) {
        if (b->steps[i] != STEP_SPLIT)
            continue;
        struct str all = w->values[0];
        for (size_t k = 1; k < w->count; k++)
            all = arena_printf(arena, "%.*s\n%.*s", STR_ARG(all), STR_ARG(w->values[k]));
        w->values[0] = joined(arena, b->arguments[i]->text, all);
        w->count = 1;
        return;
    }
}

/* A word that stands for a part which this request does not have says nothing. */
static void take_word(struct arena *arena, struct mapping_write *made, const struct wanted *w,
                      struct str word)
{
    struct str value;

    made->varies |= str_starts(word, STR("$")) && !str_starts(word, STR("$$"));
    (void)wish_word(arena, w, word, &value);
    if (value.len && made->count < MAPPING_VALUES_MAX)
        made->values[made->count++] = value;
}

/* What stands in the file as a scalar, a list of them, or {value: x}, {name: x}, {id: x}, is a text
 * that Jira's own word on the field makes JSON of; anything else goes as it stands. */
static void collect_static(struct arena *arena, struct collected *c, const struct wanted *w,
                           const struct mapping_static *s)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct yaml *v = s->value, *one = v->kind == YAML_SCALAR ? v : v->first;
    bool wraps =
        v->kind == YAML_MAP && yaml_count(v) == 1 &&
        (str_eq_c(one->key, "value") || str_eq_c(one->key, "name") || str_eq_c(one->key, "id"));

    ASSERT(c->count < MAPPING_WRITES_MAX);
    struct mapping_write *made = &c->writes[c->count];
    *made = (struct mapping_write){
        .field = s->field, .target = "ticket", .pos = v->key_pos, .kind = FIELD_TEXT};
    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    if (v->kind == YAML_SCALAR && str_starts(v->scalar, STR("$"))) {
        (void)wish_word(arena, w, v->scalar, &made->values[0]);
        json_put_str(&out, made->values[0]);
    } else {
        put_yaml(&out, v);
    }
    made->raw = b.over ? STR("null") : arena_str(arena, buf_str(&b));
    bool in_words = v->kind == YAML_SCALAR ? !yaml_is_null(v) : v->kind == YAML_LIST || wraps;
    for (const struct yaml *e = v->first; v->kind == YAML_LIST && e; e = e->next)
        in_words = in_words && e->kind == YAML_SCALAR;
    for (; in_words && one; one = v->kind == YAML_LIST ? one->next : NULL)
        take_word(arena, made, w, one->scalar);
    c->count += !in_words || made->count > 0; /* an end date that nobody asked for is no value */
}

/* Where the field holds days, the day; a time that is not its end would not come back as it was. */
static struct str end_as_written(struct arena *arena, const struct mapping_rule *rule,
                                 const struct wanted *w)
{
    const struct binding *b = &rule->access_until;
    bool days = has_step(b, STEP_DATE) || b->type == FIELD_DATE || str_eq_c(b->from, "duedate");
    char until[CLOCK_TEXT_SIZE] = "";

    if (w->access_until_ms)
        clock_rfc3339(w->access_until_ms, until);
    struct str text = arena_str(arena, str_of(until));
    return days && text.len ? str_n(text.p, 10) : text;
}

size_t mapping_writes(struct arena *arena, const struct mapping_rule *rule, const struct wanted *w,
                      struct mapping_write *ret)
{
    struct collected c = {ret, 0};

    collect(&c, "subject", &rule->subject, w->beneficiary);
    collect(&c, "account", &rule->account, w->account.len ? w->account : w->beneficiary);
    collect(&c, "application", &rule->application, w->source);
    collect_names(arena, &c, "entitlement", &rule->entitlement, w->entitlement);
    collect(&c, "privileged", &rule->privileged, w->privileged ? STR("true") : STR("false"));
    collect(&c, "requester", &rule->requester, w->requester);
    collect(&c, "justification", &rule->justification, w->justification);
    collect_names(arena, &c, "instead_of", &rule->instead_of, w->instead_of);
    collect(&c, "access_until", &rule->access_until, end_as_written(arena, rule, w));
    collect(&c, "sponsor", &rule->sponsor, w->sponsor);
    collect(&c, "manager", &rule->manager, w->manager);
    for (size_t i = 0; i < rule->static_count; i++)
        collect_static(arena, &c, w, &rule->statics[i]);
    return c.count;
}

/* --- as Jira would give them back --- */

static void put_object(struct json_out *out, const char *name, struct str value)
{
    json_open_object(out);
    json_str_member(out, name, value);
    json_close_object(out);
}

static void put_cascade(struct json_out *out, const struct mapping_write *w)
{
    json_open_object(out);
    json_str_member(out, "value", w->values[0]);
    if (w->count > 1) {
        json_put_name(out, "child");
        put_object(out, "value", w->values[1]);
    }
    json_close_object(out);
}

static const char *member_of(const struct mapping_write *w)
{
    bool by_address = w->binding->step_count && w->binding->steps[0] == STEP_EMAIL;

    switch (w->kind) {
    case FIELD_USER:
    case FIELD_USERS:
        return by_address ? "emailAddress" : "accountId";
    case FIELD_OPTION:
    case FIELD_OPTIONS:
        return "value";
    case FIELD_ASSETS:
    case FIELD_ORGANISATIONS:
        return "id";
    case FIELD_TEXT:
    case FIELD_RICH:
    case FIELD_DATE:
    case FIELD_DATETIME:
    case FIELD_NUMBER:
    case FIELD_LABELS:
    case FIELD_CASCADE:
    case FIELD_KIND_COUNT:
        return NULL;
    case FIELD_GROUP:
    case FIELD_GROUPS:
    case FIELD_NAMED:
    case FIELD_COMPONENTS:
        break;
    }
    return "name";
}

/* A field with several values. */
static void put_many(struct json_out *out, const struct mapping_write *w, const char *member)
{
    json_open_array(out);
    for (size_t i = 0; i < w->count; i++)
        if (member)
            put_object(out, member, w->values[i]);
        else
            json_put_str(out, w->values[i]);
    json_close_array(out);
}

static void put_as_read(struct json_out *out, struct arena *arena, const struct mapping_write *w)
{
    const char *member = w->binding ? member_of(w) : NULL;

    if (w->binding && w->binding->many && w->count > 1)
        put_many(out, w, member);
    else if (!w->binding)
        json_put_raw(out, w->raw);
    else if (member)
        put_object(out, member, w->values[0]);
    else if (w->kind == FIELD_CASCADE)
        put_cascade(out, w);
    else if (w->kind == FIELD_RICH)
        json_put_raw(out, jsm_adf_text(arena, w->values[0]));
    else
        json_put_str(out, w->values[0]);
}

static struct str make_fields(struct arena *arena, const struct mapping_rule *rule,
                              const struct wanted *w)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct mapping_write writes[MAPPING_WRITES_MAX];
    size_t count = mapping_writes(arena, rule, w, writes);

    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    for (size_t i = 0; i < count; i++) {
        json_put_name(&out, arena_cstr(arena, writes[i].field));
        put_as_read(&out, arena, &writes[i]);
    }
    json_close_object(&out);
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
    if (str_eq(wanted, got))
        return true;
    if (b->lookup_count || !b->present)
        return false;
    for (size_t i = 0; i < b->step_count; i++)
        if (step_kind(b->steps[i]) == STEP_SHAPE)
            return false;
    struct value v = value_steps(arena, b, 0, (struct value){.kind = VALUE_TEXT, .text = wanted});
    return v.kind == VALUE_TEXT && str_eq(v.text, got);
}

/* Each of them, whatever their order. */
static bool same_names(struct arena *arena, const struct binding *b, struct str wanted,
                       struct str got)
{
    if (!b->many)
        return b->present ? same(arena, b, wanted, got) : !wanted.len;
    if (names_count(names_in_order(arena, wanted)) != names_count(got))
        return false;
    while (wanted.len) {
        struct str one = str_cut(&wanted, '\n');
        bool found = false;
        for (struct str rest = got; rest.len && !found;)
            found = same(arena, b, one, str_cut(&rest, '\n'));
        if (!found)
            return false;
    }
    return true;
}

/* The first part that got lost, or NULL. */
static const char *lost(struct arena *arena, const struct mapping_rule *rule,
                        const struct wanted *w, const struct mapped *r)
{
    if (!same(arena, &rule->subject, w->beneficiary, r->beneficiary))
        return "subject";
    if (!same(arena, &rule->application, w->source, r->source))
        return "application";
    if (!same_names(arena, &rule->entitlement, w->entitlement, r->entitlement))
        return "entitlement";
    const struct binding *account = rule->account.present ? &rule->account : &rule->subject;
    if (w->account.len && !same(arena, account, w->account, r->account))
        return "account";
    if (!same_names(arena, &rule->instead_of, w->instead_of, r->instead_of))
        return "instead_of";
    if (rule->sponsor.present && !same(arena, &rule->sponsor, w->sponsor, r->sponsor))
        return "sponsor";
    if (rule->manager.present && !same(arena, &rule->manager, w->manager, r->manager))
        return "manager";
    if (rule->access_until.present && w->access_until_ms / 1000 != r->access_until_ms / 1000)
        return "access_until";
    return w->privileged != r->privileged ? "privileged" : NULL;
}

/* One where the rule's form holds one, and never more than a field is read for. */
static bool holds_as_many(const struct mapping *m, const struct mapping_rule *rule,
                          const struct binding *b, const char *name, struct str names,
                          struct err *err)
{
    size_t count = names_count(names);

    if (count > MAPPING_VALUES_MAX)
        return FAIL(err, ERR_INPUT, "a ticket asks for %d at most; ask for the others by another",
                    MAPPING_VALUES_MAX);
    if (count > 1 && !b->many)
        return FAIL(err, ERR_INPUT,
                    "rule '%.*s' of %s takes one '%s' (its %s does not say many: true): ask for "
                    "each by a request of its own",
                    STR_ARG(rule->name), m->file, name, name);
    return true;
}

static bool try_rule(const struct mapping *m, struct arena *arena, const struct mapping_rule *rule,
                     const struct wanted *w, struct mapped *ret, struct str *ret_fields,
                     struct err *err)
{
    if (!holds_as_many(m, rule, &rule->entitlement, "entitlement", w->entitlement, err) ||
        !holds_as_many(m, rule, &rule->instead_of, "instead_of", w->instead_of, err))
        return false;
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

bool mapping_request(const struct mapping *m, struct arena *arena, const struct wanted *w,
                     struct mapped *ret, struct str *ret_fields, struct err *err)
{
    struct err later = {0};
    bool spoken = false;

    for (size_t i = 0; i < m->rule_count; i++) {
        if (!speaks_of(&m->rules[i], w))
            continue;
        if (try_rule(m, arena, &m->rules[i], w, ret, ret_fields, spoken ? &later : err))
            return true;
        spoken = true; /* what the first one lacks is told */
    }
    if (spoken)
        return false;
    return FAIL(err, ERR_INPUT, "no rule of %s makes a %s for source '%.*s'", m->file,
                request_kind_name(w->kind), STR_ARG(w->source));
}

const struct mapping_rule *mapping_nearest(const struct mapping *m, const struct wanted *w,
                                           struct str rule)
{
    const struct mapping_rule *same = NULL, *named = NULL;

    for (size_t i = 0; i < m->rule_count; i++) {
        const struct mapping_rule *r = &m->rules[i];
        if (speaks_of(r, w))
            return r;
        same = !same && r->change == w->kind ? r : same;
        named = str_eq(r->name, rule) ? r : named;
    }
    return same ? same : named ? named : m->rules;
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
