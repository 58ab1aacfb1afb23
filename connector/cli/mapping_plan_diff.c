/* What stands in another mapping otherwise, by what its texts say: layout and comments do not
 * count. */
#include "cli/mapping_plan.h"
#include "yaml/yaml.h"

static bool is_same(const struct yaml *a, const struct yaml *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || !str_eq(a->scalar, b->scalar))
        return false;
    const struct yaml *x = a->first, *y = b->first;
    for (; x && y; x = x->next, y = y->next)
        if (!str_eq(x->key, y->key) || !is_same(x, y)) /* as deep as YAML may be */
            return false;
    return x == y;
}

static void add_section(struct plan_site *s, const char *key)
{
    size_t n = str_of(s->sections).len;
    snprintf(s->sections + n, sizeof s->sections - n, "%s%s", n ? ", " : "", key);
}

static size_t rules_changed(const struct yaml *live, const struct yaml *next)
{
    size_t count = 0;

    YAML_EACH(a, yaml_member(live, "requests"))
    YAML_EACH(b, yaml_member(next, "requests"))
    {
        const struct yaml *was = yaml_member(a, "name"), *is = yaml_member(b, "name");
        count += was && is && str_eq(was->scalar, is->scalar) && !is_same(a, b);
    }
    return count;
}

void plan_compare(struct arena *arena, struct plan_site *s, struct str live, struct str next)
{
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    const struct yaml *was, *is;

    diag_init(diags, "mapping");
    was = yaml_parse(arena, live, diags);
    is = yaml_parse(arena, next, diags);
    YAML_EACH(x, was)
    if (!str_eq_c(x->key, "requests") && !str_eq_c(x->key, "tests") &&
        !is_same(x, yaml_member(is, x->key.p)))
        add_section(s, x->key.p);
    YAML_EACH(x, is)
    if (!str_eq_c(x->key, "requests") && !str_eq_c(x->key, "tests") && !yaml_member(was, x->key.p))
        add_section(s, x->key.p);
    s->changed = rules_changed(was, is);
}
