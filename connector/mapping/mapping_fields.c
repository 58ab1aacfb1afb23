/* Which fields of a ticket a mapping reads, and what they hold: for trying another mapping on it
 * later. */
#include "base/limits.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

bool mapping_field_is_in(const struct str *list, size_t count, struct str field)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], field))
            return true;
    return false;
}

static size_t add(struct str *list, size_t count, struct str field)
{
    if (field.len && !mapping_field_is_in(list, count, field))
        list[count++] = field;
    return count;
}

size_t mapping_fields(const struct mapping *m, const struct mapping_rule *rule, struct str *ret)
{
    size_t count = add(ret, 0, m->request_type_field);

    count = add(ret, count, STR("reporter")); /* who asks, where no binding says */
    for (size_t i = 0; i < m->rule_count; i++)
        if ((!rule || rule == &m->rules[i]) && m->rules[i].form.len)
            count = add(ret, count, STR("form"));
    for (size_t i = 0; i < m->rule_count; i++) {
        const struct mapping_rule *r = &m->rules[i];
        if (rule && r != rule)
            continue;
#define X(member, required) count = add(ret, count, r->member.from);
        MAPPING_TARGETS(X)
#undef X
    }
    return count;
}

static void put_field(struct json_out *out, struct arena *arena, const struct json *fields,
                      struct str name)
{
    const struct json *v = json_member_str(fields, name);

    json_put_name(out, arena_cstr(arena, name));
    if (v)
        json_put_value(out, v);
    else
        json_put_null(out);
}

struct str mapping_fields_hold(struct arena *arena, const struct json *issue,
                               const struct mapping_field_list *lists, size_t count)
{
    const struct json *fields = json_member(issue, "fields");
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, LIMIT_KEPT_FIELDS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lists[i].count; k++)
            if (!i || !mapping_field_is_in(lists[0].fields, lists[0].count, lists[i].fields[k]))
                put_field(&out, arena, fields, lists[i].fields[k]);
    json_close_object(&out);
    return b.over ? STR("") : arena_str(arena, buf_str(&b));
}
