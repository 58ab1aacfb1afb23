/* rest_expand.c: templates of a profile with what is asked about put in, so that no name can steer
 * the question: percent-encoded in addresses, escaped in JSON. */
#include "readers/rest_expand.h"

#include <string.h>

#include "base/codecs.h"
#include "json/json_write.h"

/* It can stand between the quotes of a filter whose way to escape them is not documented. */
static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == '"' || s.p[i] == '\\')
            return false;
    return true;
}

/* The same where it is documented that a backslash does. A control character is never asked for. */
static struct str quoted(const struct rest_question *q)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, REST_URL_BYTES);
    for (size_t i = 0; i < q->account.len; i++) {
        char c = q->account.p[i];
        if ((unsigned char)c < ' ')
            return STR_NONE;
        if (c == '"' || c == '\\')
            buf_add_byte(&b, '\\');
        buf_add_byte(&b, c);
    }
    return b.over ? STR_NONE : arena_str(q->arena, buf_str(&b));
}

static struct str value_of(const struct rest_place *place, const struct rest_question *q,
                           struct str name)
{
    const struct {
        const char *name;
        struct str value;
    } VALUES[] = {
        {"account", q ? q->account : STR_NONE},
        {"entitlement", q ? q->entitlement : STR_NONE},
        {"account.plain", q && is_plain(q->account) ? q->account : STR_NONE},
        {"account.quoted", q && str_eq_c(name, "account.quoted") ? quoted(q) : STR_NONE},
        {"account.id", q ? str_of(q->account_id) : STR_NONE},
        {"entitlement.id", q ? str_of(q->entitlement_id) : STR_NONE},
        {"org", place->org},
        {"tenant", place->tenant},
        {"region", place->region},
        {"instance", place->instance},
    };

    for (size_t i = 0; i < sizeof VALUES / sizeof VALUES[0]; i++)
        if (str_eq_c(name, VALUES[i].name))
            return VALUES[i].value;
    return STR_NONE;
}

/* "." and ".." are other places in a path, and nothing at all is the list of everybody. */
static bool may_stand(struct str value)
{
    return value.len && str_is_utf8(value) && !memchr(value.p, '\0', value.len) &&
           !str_eq_c(value, ".") && !str_eq_c(value, "..");
}

static bool expand(struct buf *out, const struct rest_place *place, const struct rest_question *q,
                   struct str template, bool encoded)
{
    while (template.len) {
        struct str name = template, plain = str_cut(&name, '{');
        bool more = plain.len < template.len;
        buf_add_str(out, plain);
        if (!more)
            break;
        template = name;
        name = str_cut(&template, '}');
        struct str value = value_of(place, q, name);
        if (!may_stand(value))
            return false;
        if (encoded)
            url_encode(out, value);
        else
            buf_add_str(out, value);
    }
    return !out->over;
}

struct str rest_expand(struct arena *arena, const struct rest_place *place,
                       const struct rest_question *q, struct str template)
{
    AUTO(drop_buf) struct buf out;

    buf_init(&out, REST_URL_BYTES);
    return expand(&out, place, q, template, true) ? arena_str(arena, buf_str(&out)) : STR_NONE;
}

struct str rest_expand_plain(struct arena *arena, const struct rest_question *q,
                             struct str template)
{
    AUTO(drop_buf) struct buf out;

    buf_init(&out, REST_URL_BYTES);
    return expand(&out, q->place, q, template, false) ? arena_str(arena, buf_str(&out)) : STR_NONE;
}

static bool put(struct json_out *out, const struct rest_question *q, const struct yaml *v)
{
    bool good = true;

    if (v->kind == YAML_SCALAR) {
        struct str text = rest_expand_plain(q->arena, q, v->scalar);
        if (yaml_is_bool(v) || yaml_is_number(v))
            json_put_raw(out, v->scalar);
        else
            json_put_str(out, text);
        return text.p != NULL || !v->scalar.len;
    }
    if (v->kind == YAML_MAP)
        json_open_object(out);
    else
        json_open_array(out);
    YAML_EACH(it, v)
    {
        if (v->kind == YAML_MAP)
            json_put_name(out, it->key.p);
        good = put(out, q, it) && good;
    }
    if (v->kind == YAML_MAP)
        json_close_object(out);
    else
        json_close_array(out);
    return good;
}

struct str rest_expand_body(const struct rest_question *q, const struct yaml *body)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, REST_BODY_BYTES);
    json_begin(&out, &b);
    if (!put(&out, q, body) || b.over)
        return STR_NONE;
    return arena_str(q->arena, buf_str(&b));
}
