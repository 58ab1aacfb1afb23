/* console: who sees the pages, beside the tokens with the roles view and audit. */
#include "config/config_priv.h"

enum { HEADER_MAX = 64 };

/* A name of a header that a proxy may set: a token of RFC 9110, and none that means something to
 * us already. */
static bool is_header(struct str name)
{
    static const char *const OURS[] = {"authorization", "host", "connection", "content-length",
                                       "transfer-encoding"};

    for (size_t i = 0; i < sizeof OURS / sizeof OURS[0]; i++)
        if (str_eq_nocase(name, str_of(OURS[i])))
            return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return name.len && name.len <= HEADER_MAX;
}

static struct str load_header(struct loader *l, const struct yaml *map, const char *key,
                              const char *otherwise)
{
    struct str name = value_str(&l->v, map, key, otherwise);
    char *lower = arena_alloc(l->arena, name.len + 1);

    if (!is_header(name)) {
        diag_error(l->v.diags, "C183", yaml_member(map, key)->pos,
                   "'%.*s' is no header that a proxy can set", STR_ARG(name));
        diag_help(l->v.diags, "write X-Forwarded-User: letters, digits, - and _");
        return STR_NONE;
    }
    for (size_t i = 0; lower && i < name.len; i++)
        lower[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i]);
    return lower ? str_n(lower, name.len) : STR_NONE;
}

/* Texts of a list, up to `max`. */
static size_t load_names(struct loader *l, const struct yaml *map, const char *key,
                         struct str *names, size_t max)
{
    size_t count = 0;

    YAML_EACH(item, value_list(&l->v, map, key))
    {
        if (item->kind != YAML_SCALAR || !item->scalar.len) {
            diag_error(l->v.diags, "C182", item->pos, "'%s' names nothing here", key);
            diag_help(l->v.diags, "write a list of names: %s: [iam-team]", key);
        } else if (count == max) {
            diag_error(l->v.diags, "C023", item->pos, "more than %zu of '%s'", max, key);
            diag_help(l->v.diags, "name a group that holds them");
            return count;
        } else {
            names[count++] = item->scalar;
        }
    }
    return count;
}

/* As a connection shows it: 10.1.2.3, or hexadecimal digits and colons in small letters. */
static bool is_address(struct str s)
{
    struct str rest = s;
    int colons = 0, parts = 0;
    int64_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        colons += c == ':';
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && c != ':' && c != '.')
            return false;
    }
    if (colons >= 2)
        return str_find(s, '.') < 0;
    for (; rest.len; parts++)
        if (!str_to_i64(str_cut(&rest, '.'), &n) || n < 0 || n > UINT8_MAX)
            return false;
    return parts == 4 && s.p[s.len - 1] != '.';
}

static void load_proxies(struct loader *l, const struct yaml *map, struct console_config *c)
{
    c->proxy_count = load_names(l, map, "proxies", c->proxies, CONFIG_PROXIES_MAX);
    YAML_EACH(item, yaml_member(map, "proxies"))
    {
        if (item->kind != YAML_SCALAR || !item->scalar.len || is_address(item->scalar))
            continue;
        diag_error(l->v.diags, "C181", item->pos, "'%.*s' is no address of a proxy",
                   STR_ARG(item->scalar));
        diag_help(l->v.diags, "write the one it connects from, such as 10.1.2.3: names and ranges "
                              "are not believed");
    }
}

/* What would never count, and what nobody would see. */
static void check(struct loader *l, const struct yaml *map, const struct console_config *c)
{
    static const char *const OF_PROXIES[] = {"user_header", "groups_header", "viewers", "auditors"};
    bool anybody = c->here != CONSOLE_NOBODY || c->proxy_count > 0;

    for (size_t i = 0; i < sizeof OF_PROXIES / sizeof OF_PROXIES[0]; i++) {
        const struct yaml *node = yaml_member(map, OF_PROXIES[i]);
        if (!node || yaml_member(map, "proxies"))
            continue;
        diag_error(l->v.diags, "C184", node->pos, "'%s' is what a proxy says, and none is named",
                   OF_PROXIES[i]);
        diag_help(l->v.diags, "add proxies: [10.1.2.3], the address it connects from");
    }
    if (str_eq(c->user_header, c->groups_header) && c->user_header.len) {
        diag_error(l->v.diags, "C185", map->pos, "one header cannot say who it is and his groups");
        diag_help(l->v.diags, "give user_header and groups_header names of their own");
    }
    for (size_t i = 0; i < l->c->token_count; i++)
        anybody |= l->c->tokens[i].may_view || l->c->tokens[i].may_audit;
    if (!anybody && !c->off) {
        diag_error(l->v.diags, "C186", map->pos, "nobody can see the console");
        diag_help(l->v.diags, "give a token the role view or audit, name proxies, or write "
                              "enabled: false");
    }
}

void config_console(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"enabled",       "this_machine", "proxies",  "user_header",
                                        "groups_header", "viewers",      "auditors", NULL};
    static const char *const HERE[] = {"viewer", "auditor", "nobody", NULL};
    static const enum console_role MEANS[] = {CONSOLE_VIEWER, CONSOLE_AUDITOR, CONSOLE_NOBODY};
    const struct yaml *map = value_map(&l->v, root, "console");
    struct console_config *c = &l->c->console;
    struct values v = l->v;
    struct str address = l->c->ops_address;

    v.section = "console";
    value_refuse_unknown(&v, map, KNOWN, "console");
    bool here_only = str_starts(address, STR("127.")) || str_eq_c(address, "::1");
    c->off = !value_bool(&v, map, "enabled", map || here_only);
    c->here = MEANS[value_choice(&v, map, "this_machine", "C180", HERE)];
    load_proxies(l, map, c);
    c->user_header = load_header(l, map, "user_header", "x-forwarded-user");
    c->groups_header = load_header(l, map, "groups_header", "x-forwarded-groups");
    c->viewer_count = load_names(l, map, "viewers", c->viewers, CONFIG_GROUPS_MAX);
    c->auditor_count = load_names(l, map, "auditors", c->auditors, CONFIG_GROUPS_MAX);
    c->all_view = !yaml_member(map, "viewers");
    if (map)
        check(l, map, c);
}
