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

static void add_rule(struct plan_rules *r, struct str name)
{
    size_t n = str_of(r->names).len;
    bool fits = n + name.len + sizeof ", ..." < sizeof r->names;

    r->count++;
    if (n > 4 && str_eq_c(STR("..."), r->names + n - 3))
        return;
    snprintf(r->names + n, sizeof r->names - n, "%s%.*s", n ? ", " : "", fits ? (int)name.len : 3,
             fits ? name.p : "...");
}

static const struct yaml *rule_named(const struct yaml *root, struct str name)
{
    YAML_EACH(rule, yaml_member(root, "requests"))
    {
        const struct yaml *is = yaml_member(rule, "name");
        if (is && str_eq(is->scalar, name))
            return rule;
    }
    return NULL;
}

/* Those of `of` that the other has not, or has otherwise (others: where it has them so). */
static void compare_rules(const struct yaml *of, const struct yaml *other, struct plan_rules *news,
                          struct plan_rules *others)
{
    YAML_EACH(rule, yaml_member(of, "requests"))
    {
        const struct yaml *name = yaml_member(rule, "name");
        const struct yaml *there = name ? rule_named(other, name->scalar) : NULL;
        if (name && !there)
            add_rule(news, name->scalar);
        else if (name && others && !is_same(rule, there))
            add_rule(others, name->scalar);
    }
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
    compare_rules(is, was, &s->added, &s->changed);
    compare_rules(was, is, &s->removed, NULL);
}
