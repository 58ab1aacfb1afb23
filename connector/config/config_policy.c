/* policy: who is asked whether a grant may be, and which duties are to be kept apart. */
#include <string.h>

#include "base/limits.h"
#include "config/config_priv.h"
#include "io/io_file.h"

enum {
    TIMEOUT_MS = 5000,
    TIMEOUT_MAX_MS = 20000, /* within a claim, with room for what is read before it */
    DUTIES_N_MAX = 32,
};

/* An https address that paths are put behind: no query, nobody's name in it. */
static bool is_address(struct str url, bool insecure)
{
    bool good = str_starts(url, STR("https://")) && url.len > 8;

    for (size_t i = 0; i < url.len; i++) {
        char c = url.p[i];
        if ((unsigned char)c <= ' ' || c == '?' || c == '#' || c == '@' || c == '"')
            return false;
    }
    return good || (insecure && config_is_loopback_http(url));
}

static void load_point(struct loader *l, const struct yaml *map, struct policy_config *p)
{
    static const char *const DIALECTS[] = {"authzen", "cerbos", NULL};
    const struct yaml *stands = yaml_member(map, "url");
    struct values v = l->v;

    v.section = "policy";
    p->insecure_http = value_bool(&v, map, "insecure_http", false);
    p->url = value_str(&v, map, "url", "");
    while (p->url.len && p->url.p[p->url.len - 1] == '/')
        p->url.len--;
    if (p->url.len && !is_address(p->url, p->insecure_http)) {
        struct diag_pos pos = stands ? stands->pos : (struct diag_pos){0};
        if (str_find(p->url, '@') >= 0) /* a password may stand before it */
            pos.width = DIAG_HIDDEN;
        diag_error(v.diags, "C160", pos, "nobody can be asked at this address");
        diag_help(v.diags, "write https://pdp.example.com: https, no query, no user; plain http "
                           "only to this machine, with insecure_http: true");
    }
    p->token = value_secret(&v, map, "token", false, 1);
    p->style.dialect =
        value_choice(&v, map, "dialect", "C161", DIALECTS) ? POLICY_CERBOS : POLICY_PLAIN;
    p->timeout_ms = value_duration(&v, map, "timeout", TIMEOUT_MS, SHORTEST_MS);
    if (p->timeout_ms > TIMEOUT_MAX_MS) {
        const struct yaml *node = value_find(&v, map, "timeout");
        value_fault(&v, node ? node : map, "C162", "nobody waits for an answer so long");
        diag_help(v.diags, "write at most %ds: who is not answered is asked again by itself",
                  TIMEOUT_MAX_MS / 1000);
    }
    p->concurrency = (int)value_int(&v, map, "concurrency", 4, 1, 32);
}

static void load_roles(struct loader *l, const struct yaml *map, struct policy_config *p)
{
    static const struct str EVERYBODY = {"user", 4};
    const struct yaml *list = value_list(&l->v, map, "roles");
    struct str *roles = arena_array(l->arena, yaml_count(list) + 1, sizeof *roles);

    p->style.roles = &EVERYBODY;
    p->style.role_count = 1;
    if (!list || !list->first || !roles)
        return;
    p->style.roles = roles;
    p->style.role_count = 0;
    YAML_EACH(v, list)
    {
        if (v->kind == YAML_SCALAR && v->scalar.len) {
            roles[p->style.role_count++] = v->scalar;
            continue;
        }
        diag_error(l->v.diags, "C010", v->pos, "a role must be a single value");
        diag_help(l->v.diags, "write roles: [employee]");
    }
}

/* --- the rule file --- */

static struct str beside(struct loader *l, struct str path)
{
    const char *file = l->c->file, *slash = strrchr(file, '/');

    if (!slash || (path.len && path.p[0] == '/'))
        return path;
    return arena_printf(l->arena, "%.*s/%.*s", (int)(slash - file), file, STR_ARG(path));
}

static void load_rules(struct loader *l, const struct yaml *map, struct policy_config *p,
                       struct diag_list *diags)
{
    const struct yaml *stands = yaml_member(map, "rules");
    struct str text;
    struct err err = {0};

    p->rules_file = value_str(&l->v, map, "rules", "");
    if (!p->rules_file.len || (l->without_mappings && !l->with_rules))
        return;
    const char *path = arena_cstr(l->arena, beside(l, p->rules_file));
    if (!path) /* no memory: nothing is loaded */
        return;
    diag_init(diags, path);
    if (!file_read(l->arena, path, LIMIT_YAML_BYTES, &text, &err)) {
        diag_error(l->v.diags, "C163", stands->pos, "%s", err.what);
        diag_help(l->v.diags, "name the rule file; schemas/example/policy.yaml is one");
        return;
    }
    p->rules = policy_rules_load(l->arena, text, diags);
    if (p->rules)
        policy_rules_test(p->rules, diags);
}

/* --- duties --- */

static bool has_source(const struct config *c, struct str name)
{
    for (size_t i = 0; i < c->source_count; i++)
        if (str_eq(c->sources[i].name, name))
            return true;
    return false;
}

static void load_member(struct loader *l, const struct yaml *map, struct duty_set *set,
                        struct duty_member *member)
{
    static const char *const KNOWN[] = {"source", "entitlement", NULL};

    value_refuse_unknown(&l->v, map, KNOWN, "a member");
    if (map->kind != YAML_MAP)
        return;
    member->source = value_required(&l->v, map, "source", "the name of a source");
    member->entitlement = value_required(&l->v, map, "entitlement", "as the source names it");
    if (member->source.len && !has_source(l->c, member->source)) {
        diag_error(l->v.diags, "C164", yaml_member(map, "source")->pos, "there is no source '%.*s'",
                   STR_ARG(member->source));
        diag_help(l->v.diags, "name one of sources: who holds what is read there");
    }
    for (const struct duty_member *m = set->members; m < member; m++) {
        if (!str_eq(m->source, member->source) || !str_eq(m->entitlement, member->entitlement))
            continue;
        diag_error(l->v.diags, "C165", map->pos, "it stands twice in this set");
        diag_help(l->v.diags, "leave one of them out: a member counts once");
    }
}

static void load_set(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name", "cardinality", "unlinked", "members", NULL};
    static const char *const UNLINKED[] = {"unknown", "beneficiary", "none", NULL};
    struct policy_config *p = &l->c->access_policy;

    value_refuse_unknown(&l->v, map, KNOWN, "a set of duties");
    if (map->kind != YAML_MAP)
        return;
    if (p->duty_count == CONFIG_DUTIES_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d sets of duties", CONFIG_DUTIES_MAX);
        diag_help(l->v.diags, "join those that have members in common");
        return;
    }
    struct duty_set *set = &p->duties[p->duty_count++];
    const struct yaml *list = value_list(&l->v, map, "members");
    struct duty_member *members = arena_array(l->arena, yaml_count(list) + 1, sizeof *members);
    set->name = value_required(&l->v, map, "name", "payables");
    value_check_name(&l->v, map, "name", set->name);
    set->n = (int32_t)value_int(&l->v, map, "cardinality", 2, 2, DUTIES_N_MAX);
    set->unlinked = UNLINKED[value_choice(&l->v, map, "unlinked", "C166", UNLINKED)];
    set->members = members;
    YAML_EACH(v, members ? list : NULL)
    load_member(l, v, set, &members[set->member_count++]);
    if (set->member_count < (size_t)set->n) {
        diag_error(l->v.diags, "C167", map->pos, "nobody can hold %d of %zu", (int)set->n,
                   set->member_count);
        diag_help(l->v.diags,
                  "name as many members as cardinality says: whoever holds so many is in conflict");
    }
    for (size_t i = 0; set->name.len && i + 1 < p->duty_count; i++) {
        if (!str_eq(p->duties[i].name, set->name))
            continue;
        diag_error(l->v.diags, "C165", map->pos, "two sets are called '%.*s'", STR_ARG(set->name));
        diag_help(l->v.diags, "an exception names the set it is for: give each its own");
    }
}

void config_policy(struct loader *l, const struct yaml *root, struct diag_list *rules_diags)
{
    static const char *const KNOWN[] = {"url",     "token",       "dialect",       "roles",
                                        "timeout", "concurrency", "insecure_http", "rules",
                                        "duties",  NULL};
    const struct yaml *map = value_map(&l->v, root, "policy");
    struct policy_config *p = &l->c->access_policy;

    value_refuse_unknown(&l->v, map, KNOWN, "policy");
    load_point(l, map, p);
    load_roles(l, map, p);
    YAML_EACH(v, value_list(&l->v, map, "duties"))
    load_set(l, v);
    load_rules(l, map, p, rules_diags);
    if (p->url.len && p->rules_file.len) {
        diag_error(l->v.diags, "C168", map->pos, "two are asked: 'url' and 'rules'");
        diag_help(l->v.diags, "leave one of them out: one policy decides");
    } else if (map && !p->url.len && !p->rules_file.len && !p->duty_count) {
        diag_error(l->v.diags, "C168", map->pos, "'policy' asks nobody anything");
        diag_help(l->v.diags, "add url: of a decision point, rules: a file, or duties:");
    }
    if (p->url.len)
        p->pdp = arena_printf(l->arena, "authzen:%.*s", STR_ARG(p->url));
    else if (p->rules)
        p->pdp = arena_printf(l->arena, "rules:%s", p->rules->sha256);
}
