#include "mapping/mapping_trace.h"

#include "jsm/jsm_user.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

enum { RAW_BYTES = 256 * 1024 };

/* At most TRACE_SHOWN bytes, cut between characters. */
static struct str shortened(struct arena *arena, struct str s)
{
    char cut[TRACE_SHOWN + 1];

    if (s.len <= TRACE_SHOWN)
        return arena_str(arena, s);
    str_copy(cut, sizeof cut, s);
    return arena_printf(arena, "%s...", cut);
}

static struct str as_json(struct arena *arena, const struct json *v)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, RAW_BYTES);
    json_begin(&out, &b);
    if (v)
        json_put_value(&out, v);
    else
        json_put_null(&out);
    return b.over ? STR("...") : shortened(arena, buf_str(&b));
}

static struct str quoted(struct arena *arena, struct str s)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, RAW_BYTES);
    json_begin(&out, &b);
    json_put_str(&out, shortened(arena, s));
    return arena_str(arena, buf_str(&b));
}

static struct str shown(struct arena *arena, struct value v)
{
    switch (v.kind) {
    case VALUE_MISSING:
        return STR("empty");
    case VALUE_TEXT:
        return quoted(arena, v.text);
    case VALUE_PERSON:
        return arena_printf(arena, "a person, %.*s", STR_ARG(jsm_user_name(v.json)));
    case VALUE_LIST:
        return arena_printf(arena, "%zu values", json_count(v.json));
    case VALUE_WRONG:
        return arena_printf(arena, "it %s", v.wrong);
    }
    return STR("");
}

static void add_step(struct traced *t, struct str name, struct str value, bool stops)
{
    if (t->count < TRACE_STEPS_MAX)
        t->steps[t->count++] = (struct traced_step){name, value, stops};
}

/* What stands behind the functions: the default of an empty field, what is done without one, or the
 * lookup. */
static void add_end(struct arena *arena, struct traced *t, struct value v)
{
    static const char *const MISSING[] = {"hold", "ignore", "exception", "fail"};
    const struct binding *b = t->binding;

    if (v.kind == VALUE_MISSING && b->has_fallback)
        add_step(t, STR("default"), quoted(arena, b->fallback), false);
    else if (v.kind == VALUE_MISSING)
        add_step(t, STR("on_missing"), str_of(MISSING[b->on_missing]),
                 b->on_missing != MISSING_IGNORE);
    else if (v.kind != VALUE_TEXT && !b->step_count)
        add_step(t, STR("as it is"), shown(arena, v), true);
    if (v.kind != VALUE_TEXT || !b->lookup_count)
        return;
    for (size_t i = 0; i < b->lookup_count; i++) {
        if (str_eq(b->lookup[i].from, v.text)) {
            add_step(t, STR("lookup"), quoted(arena, b->lookup[i].to), false);
            return;
        }
    }
    add_step(t, STR("lookup"), STR("it is not in the lookup"), true);
}

/* Of a binding that says `many`: what the field's values are, each by itself. */
static void add_each(struct arena *arena, struct traced *t, struct value in)
{
    struct value each[MAPPING_VALUES_MAX];
    const struct binding *b = t->binding;
    struct str all = STR("");
    size_t count = value_each(arena, b, in, each);
    bool stops = count > MAPPING_VALUES_MAX;

    for (size_t i = 0; i < count && i < MAPPING_VALUES_MAX; i++) {
        struct str to = STR_NONE;
        for (size_t k = 0; k < b->lookup_count && each[i].kind == VALUE_TEXT; k++)
            if (str_eq(b->lookup[k].from, each[i].text))
                to = b->lookup[k].to;
        bool unknown = b->lookup_count && each[i].kind == VALUE_TEXT && !to.len;
        struct str one = to.len ? quoted(arena, to) : shown(arena, each[i]);
        stops |= each[i].kind != VALUE_TEXT || unknown;
        all = arena_printf(arena, "%.*s%s%.*s%s", STR_ARG(all), i ? ", " : "", STR_ARG(one),
                           unknown ? " (it is not in the lookup)" : "");
    }
    add_step(t, STR("many"), shortened(arena, all), stops);
}

static void trace_one(struct arena *arena, const struct json *issue, struct traced *t)
{
    const struct binding *b = t->binding;
    const struct json *field = json_member_str(json_member(issue, "fields"), b->from);
    struct value v = value_of_field(field);

    t->raw = as_json(arena, field);
    if (b->many && value_is_list(arena, b, v)) {
        add_each(arena, t, v);
        return;
    }
    for (size_t i = 0; i < b->step_count; i++) {
        v = value_step(arena, b->steps[i], b->arguments[i], v);
        bool last = i + 1 == b->step_count;
        add_step(t, mapping_step_text(arena, b, i), shown(arena, v),
                 last && v.kind != VALUE_TEXT && v.kind != VALUE_MISSING);
    }
    add_end(arena, t, v);
}

size_t mapping_trace(struct arena *arena, const struct mapping_rule *rule, const struct json *issue,
                     struct traced *ret)
{
    size_t n = 0;

#define X(member, required)                                                    \
    if (rule->member.present) {                                                \
        ret[n] = (struct traced){.target = #member, .binding = &rule->member}; \
        if (!rule->member.constant.len)                                        \
            trace_one(arena, issue, &ret[n]);                                  \
        n++;                                                                   \
    }
    MAPPING_TARGETS(X)
#undef X
    return n;
}

struct str mapping_request_type(const struct mapping *m, struct arena *arena,
                                const struct json *issue)
{
    return request_type_of(m, arena, issue);
}
