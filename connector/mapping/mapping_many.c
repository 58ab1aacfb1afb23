/* Names that stand one a line: what a field with several values asks for. Their order says nothing
 * (Jira shows options in its own), so they are kept in one order, each once. */
#include "mapping/mapping_priv.h"

enum { NAMES_BYTES = 64 * 1024 };

size_t names_count(struct str names)
{
    size_t n = 0;

    for (; names.len; n++)
        (void)str_cut(&names, '\n');
    return n;
}

bool mapping_names_have(struct str names, struct str name)
{
    while (names.len)
        if (str_eq(str_cut(&names, '\n'), name))
            return true;
    return false;
}

struct str names_in_order(struct arena *arena, struct str names)
{
    AUTO(drop_buf) struct buf b;
    struct str last = STR_NONE;

    buf_init(&b, NAMES_BYTES);
    for (;;) { /* there are few: each time the least of those behind the last */
        struct str least = STR_NONE;
        for (struct str rest = names; rest.len;) {
            struct str one = str_cut(&rest, '\n');
            if ((!last.p || str_cmp(one, last) > 0) && (!least.p || str_cmp(one, least) < 0))
                least = one;
        }
        if (!least.p)
            break;
        if (b.len)
            buf_add_byte(&b, '\n');
        buf_add_str(&b, least);
        last = least;
    }
    return arena_str(arena, buf_str(&b));
}

struct str mapping_names(struct arena *arena, struct str names)
{
    struct str all = str_cut(&names, '\n');

    while (names.len) {
        struct str one = str_cut(&names, '\n');
        all = arena_printf(arena, "%.*s, %.*s", STR_ARG(all), STR_ARG(one));
    }
    return all.p ? all : STR("");
}

bool mapping_splits(const struct binding *b)
{
    for (size_t i = 0; b->many && i < b->step_count; i++)
        if (b->steps[i] == STEP_SPLIT)
            return true;
    return false;
}

static size_t add_items(struct str names, enum desired desired, struct mapped_item *ret)
{
    size_t n = 0;

    while (names.len && n < MAPPING_VALUES_MAX)
        ret[n++] = (struct mapped_item){str_cut(&names, '\n'), desired};
    return n;
}

size_t mapping_items(const struct mapped *m, struct mapped_item ret[MAPPED_ITEMS_MAX])
{
    size_t n = add_items(m->entitlement, m->rule->expect, ret);

    return n + add_items(m->instead_of, DESIRED_ABSENT, ret + n);
}

/* More than one value of a field is more than one item; of which nothing but entitlements can be.
 */
void load_many(const struct loader *l, const struct yaml *map, const char *name, struct binding *b)
{
    const struct yaml *v = yaml_member(map, "many");
    bool can = str_eq_c(STR("entitlement"), name) || str_eq_c(STR("instead_of"), name);

    if (!v)
        return;
    b->many = yaml_is_bool(v) && str_eq_c(v->scalar, "true");
    if (!yaml_is_bool(v)) {
        diag_error(l->diags, "M099", v->pos, "many is true, or left out");
        diag_help(l->diags, "write many: true");
    } else if (b->many && !can) {
        diag_error(l->diags, "M099", v->key_pos, "a request has one %s", name);
        diag_help(l->diags, "take many: out; entitlement and instead_of can be many");
    } else if (b->many && (b->constant.len || str_eq_c(b->from, "labels"))) {
        diag_error(l->diags, "M099", v->key_pos,
                   b->constant.len ? "a constant is one value"
                                   : "the labels of a ticket carry our marker too");
        diag_help(l->diags, "bind a field with several values, or a text with { split: \",\" }");
    }
}
