#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "config/config_priv.h"
#include "io/io_file.h"

/* Values of one section, which the command line and the environment may overrule. */
static struct values section(const struct loader *l, const char *name)
{
    struct values v = l->v;
    v.section = name;
    return v;
}

/* What a session is begun with is lost where sessions change hands; a proxy may read it, though. */
static void load_pooler(struct loader *l, const struct yaml *map, const struct values *v)
{
    static const char *const POOLERS[] = {"none", "transaction", NULL};

    l->c->database_pooled = value_choice(v, map, "pooler", "C195", POOLERS) == 1;
    if (!l->c->database_pooled || !value_conninfo_has(l->c->database, STR("options")))
        return;
    diag_warning(v->diags, "C196", map ? map->pos : (struct diag_pos){0},
                 "the connection's options reach no session behind a pooler of transactions");
    diag_help(v->diags, "let them be settings of the login itself (deploy/pooler.md)");
}

static void load_database(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"conninfo", "password", "connections", "pooler", NULL};
    const struct yaml *map = value_map(&l->v, root, "database");
    struct values v = section(l, "database");
    const char *short_name = v.environment ? v.environment("COUNTERSIGN_DATABASE") : NULL;

    value_refuse_unknown(&v, map, KNOWN, "database");
    if (short_name)
        l->c->database = arena_str(l->arena, str_of(short_name));
    else
        l->c->database =
            value_required(&v, map, "conninfo", "\"host=/run/postgresql dbname=countersign\"");
    const struct yaml *stands = yaml_member(map, "conninfo");
    bool from_file = stands && stands->scalar.p == l->c->database.p;
    value_refuse_password(&v, from_file ? stands : NULL, l->c->database, "database.password");
    l->c->database_password = value_secret(&v, map, "password", false, 1);
    l->c->database_connections = (int)value_int(&v, map, "connections", 4, 1, 64);
    load_pooler(l, map, &v);
}

static void load_listen(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"address",  "port",    "ops_address", "ops_port",
                                        "tls_cert", "tls_key", "public_url",  NULL};
    const struct yaml *map = value_map(&l->v, root, "listen");
    struct values v = section(l, "listen");
    struct config *c = l->c;

    value_refuse_unknown(&v, map, KNOWN, "listen");
    c->listen_address = value_str(&v, map, "address", "127.0.0.1");
    c->listen_port = (int)value_int(&v, map, "port", 8470, 0, 65535);
    c->ops_address = value_str(&v, map, "ops_address", "127.0.0.1");
    c->ops_port = (int)value_int(&v, map, "ops_port", 8471, 0, 65535);
    c->tls_cert = value_str(&v, map, "tls_cert", "");
    c->tls_key = value_str(&v, map, "tls_key", "");
    c->public_url = value_str(&v, map, "public_url", "");
    config_check_public_url(l, map, &c->public_url);
    if (!c->tls_cert.len != !c->tls_key.len) {
        diag_error(v.diags, "C020", map ? map->pos : (struct diag_pos){0},
                   "a certificate and its key belong together");
        diag_help(v.diags, "give both tls_cert and tls_key, or neither");
    }
    if (c->listen_port && c->listen_port == c->ops_port &&
        str_eq(c->listen_address, c->ops_address)) {
        diag_error(v.diags, "C026", map ? map->pos : (struct diag_pos){0},
                   "both listeners want %.*s:%d", STR_ARG(c->listen_address), c->listen_port);
        diag_help(v.diags, "give port and ops_port different numbers");
    }
}

/* --- API tokens, times --- */

static void load_roles(struct loader *l, const struct yaml *map, struct token_config *t)
{
    const struct yaml *roles = value_list(&l->v, map, "roles");

    YAML_EACH(role, roles)
    {
        bool submit = str_eq_c(role->scalar, "submit"), read = str_eq_c(role->scalar, "read");
        bool approve = str_eq_c(role->scalar, "approve"), audit = str_eq_c(role->scalar, "audit");
        bool view = str_eq_c(role->scalar, "view");
        t->may_submit |= submit;
        t->may_read |= read;
        t->may_approve |= approve;
        t->may_audit |= audit;
        t->may_view |= view;
        if (!submit && !read && !approve && !audit && !view) {
            diag_error(l->v.diags, "C040", role->pos, "there is no role '%.*s'",
                       STR_ARG(role->scalar));
            diag_help(l->v.diags, "roles are submit, read, approve, audit and view");
        }
    }
    if (!yaml_member(map, "roles") || (roles && !roles->first)) {
        diag_error(l->v.diags, "C041", map->pos, "a token without roles opens nothing");
        diag_help(l->v.diags, "add roles: [submit, read]");
    }
}

static void load_token(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name", "token", "roles", "per_minute", NULL};

    value_refuse_unknown(&l->v, map, KNOWN, "a token");
    if (map->kind != YAML_MAP)
        return;
    if (l->c->token_count == CONFIG_TOKENS_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d tokens", CONFIG_TOKENS_MAX);
        diag_help(l->v.diags, "remove those that are used no more");
        return;
    }
    struct token_config *t = &l->c->tokens[l->c->token_count++];
    t->name = value_required(&l->v, map, "name", "identity-platform");
    value_check_name(&l->v, map, "name", t->name);
    t->token = value_secret(&l->v, map, "token", true, CONFIG_TOKEN_CHARS_MIN);
    t->per_minute = (int32_t)value_int(&l->v, map, "per_minute", CONFIG_TOKEN_PER_MINUTE, 1,
                                       CONFIG_TOKEN_PER_MINUTE_MAX);
    load_roles(l, map, t);
    for (size_t i = 0; t->name.len && i + 1 < l->c->token_count; i++) {
        if (str_eq(l->c->tokens[i].name, t->name)) {
            diag_error(l->v.diags, "C042", yaml_member(map, "name")->pos,
                       "two tokens are called '%.*s'", STR_ARG(t->name));
            diag_help(l->v.diags, "the name stands in the evidence: give each its own");
        }
    }
}

static void load_api(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"tokens", NULL};
    const struct yaml *api = value_map(&l->v, root, "api");

    value_refuse_unknown(&l->v, api, KNOWN, "api");
    YAML_EACH(v, value_list(&l->v, api, "tokens"))
    load_token(l, v);
}

static void load_times(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {
        "call_timeout", "lease",        "lateness", "index_lag", "grace", "probe", "backoff",
        "backoff_cap",  "return_after", "sweep",    "recheck",   "touch", NULL};
    const struct yaml *map = value_map(&l->v, root, "times");
    struct policy *p = &l->c->policy;
    struct flow_times *t = &p->times;
    struct values v = section(l, "times");
    const char *broken;

    value_refuse_unknown(&v, map, KNOWN, "times");
    t->call_timeout_ms = value_duration(&v, map, "call_timeout", t->call_timeout_ms, SHORTEST_MS);
    t->lease_ms = value_duration(&v, map, "lease", t->lease_ms, SHORTEST_MS);
    t->lateness_ms = value_duration(&v, map, "lateness", t->lateness_ms, 0);
    t->index_lag_ms = value_duration(&v, map, "index_lag", t->index_lag_ms, 0);
    t->grace_ms = value_duration(&v, map, "grace", t->grace_ms, SHORTEST_MS);
    t->probe_ms = value_duration(&v, map, "probe", t->probe_ms, SHORTEST_MS);
    t->backoff_base_ms = value_duration(&v, map, "backoff", t->backoff_base_ms, SHORTEST_MS);
    t->backoff_cap_ms = value_duration(&v, map, "backoff_cap", t->backoff_cap_ms, SHORTEST_MS);
    t->safety_ms = t->lease_ms / 12 < t->safety_ms ? t->lease_ms / 12 : t->safety_ms;
    p->return_after_ms = value_duration(&v, map, "return_after", p->return_after_ms, 0);
    p->recheck_ms = value_duration(&v, map, "recheck", p->recheck_ms, SHORTEST_MS);
    p->touch_ms = value_duration(&v, map, "touch", p->touch_ms, SHORTEST_MS);
    p->sweep_ms = value_duration(&v, map, "sweep", p->sweep_ms, SHORTEST_MS);
    if (!flow_times_ok(t, &broken)) {
        diag_error(v.diags, "C050", map ? map->pos : (struct diag_pos){0}, "%s", broken);
        diag_help(v.diags, "these inequalities carry \"never two tickets\"; leave the defaults, or "
                           "widen lease and grace");
    }
}

/* --- the mapping --- */

/* A path as it stands beside the file that names it. */
struct str config_beside(struct arena *arena, const char *file, struct str path)
{
    const char *slash = strrchr(file, '/');
    if (!slash || (path.len && path.p[0] == '/'))
        return path;
    return arena_printf(arena, "%.*s/%.*s", (int)(slash - file), file, STR_ARG(path));
}

static bool read_ticket(void *arg, struct arena *arena, struct str path, struct str *ret_text,
                        struct err *err)
{
    const struct mapping *m = arg;
    return file_read(arena, arena_cstr(arena, config_beside(arena, m->file, path)),
                     LIMIT_YAML_BYTES, ret_text, err);
}

size_t config_run_mapping_tests(const struct mapping *m, struct arena *arena,
                                struct diag_list *diags)
{
    return mapping_run_tests_with(m, arena, read_ticket, (void *)(uintptr_t)m, diags);
}

struct mapping *config_mapping(const struct config *c, struct arena *arena, const char *file,
                               struct str text, struct diag_list *diags)
{
    struct str sources[CONFIG_SOURCES_MAX];

    for (size_t i = 0; i < c->source_count; i++)
        sources[i] = c->sources[i].name;
    struct mapping *m = mapping_load(arena, file, text, sources, c->source_count, diags);
    return config_sla_fits(c, m, diags) ? m : NULL;
}

static struct mapping *read_mapping(struct loader *l, struct str file, struct diag_pos stands,
                                    struct diag_list *diags)
{
    struct str text;
    struct err err = {0};

    const char *path = arena_cstr(l->arena, file);
    if (!path) /* no memory: nothing is loaded */
        return NULL;
    diag_init(diags, path);
    if (!file_read(l->arena, diags->file, LIMIT_YAML_BYTES, &text, &err)) {
        diag_error(l->v.diags, "C051", stands, "%s", err.what);
        diag_help(l->v.diags, "name the mapping file; schemas/example/mapping.yaml is one");
        return NULL;
    }
    struct mapping *m = config_mapping(l->c, l->arena, diags->file, text, diags);
    if (m)
        config_run_mapping_tests(m, l->arena, diags);
    return m;
}

/* The same file is one mapping, however many sites name it. */
static const struct mapping *mapping_of(const struct config *c, struct str file)
{
    if (c->mapping && str_eq(c->mapping_file, file))
        return c->mapping;
    for (size_t i = 0; i < c->site_count; i++)
        if (c->sites[i].mapping && str_eq(c->sites[i].mapping_file, file))
            return c->sites[i].mapping;
    return NULL;
}

static bool every_site_has_one(const struct config *c)
{
    for (size_t i = 0; i < c->site_count; i++)
        if (!c->sites[i].mapping)
            return false;
    return c->mapping != NULL;
}

/* Where they are, for whoever takes mappings from elsewhere. */
static void name_mappings(const struct loader *l)
{
    struct config *c = l->c;

    for (size_t i = 0; i < c->site_count; i++) {
        struct str *file = &c->sites[i].mapping_file;
        *file = file->len ? config_beside(l->arena, c->file, *file) : c->mapping_file;
    }
}

/* One file after the other, up to the first with faults: a list of faults speaks of one file. */
static void load_mappings(struct loader *l, const struct yaml *root, struct diag_list *diags)
{
    struct values v = section(l, "");
    struct str path = value_required(&v, root, "mapping", "mapping.yaml");
    const struct yaml *stands = yaml_member(root, "mapping");
    struct config *c = l->c;

    if (!path.len)
        return;
    c->mapping_file = config_beside(l->arena, c->file, path);
    if (l->without_mappings) {
        name_mappings(l);
        return;
    }
    c->mapping =
        read_mapping(l, c->mapping_file, stands ? stands->pos : (struct diag_pos){0}, diags);
    for (size_t i = 0; i < c->site_count && !diags->count; i++) {
        struct site_config *s = &c->sites[i];
        bool own = s->mapping_file.len > 0;
        struct str file = own ? config_beside(l->arena, c->file, s->mapping_file) : c->mapping_file;
        const struct mapping *known = mapping_of(c, file);
        s->mapping_file = file;
        s->mapping = known ? known : own ? read_mapping(l, file, s->pos, diags) : NULL;
    }
}

/* --- the whole --- */

static void load_log_level(struct loader *l, const struct yaml *root)
{
    struct values v = section(l, "");
    const struct yaml *node = value_find(&v, root, "log_level");

    l->c->log_level = LOG_INFO;
    if (!node || log_level_from(node->scalar, &l->c->log_level))
        return;
    value_fault(&v, node, "C052", "log_level cannot be '%.*s'", STR_ARG(node->scalar));
    diag_help(v.diags, "use debug, info, warn or error");
}

/* A --set that names no option would be a wish nobody hears. */
static void refuse_unknown_set(struct loader *l)
{
    static const char *const OPTIONS[] = {"database.conninfo",
                                          "database.password",
                                          "database.connections",
                                          "database.pooler",
                                          "listen.address",
                                          "listen.port",
                                          "listen.ops_address",
                                          "listen.ops_port",
                                          "listen.tls_cert",
                                          "listen.tls_key",
                                          "listen.public_url",
                                          "mapping",
                                          "log_level",
                                          "times.call_timeout",
                                          "times.lease",
                                          "times.lateness",
                                          "times.index_lag",
                                          "times.grace",
                                          "times.probe",
                                          "times.backoff",
                                          "times.backoff_cap",
                                          "times.return_after",
                                          "times.sweep",
                                          "times.recheck",
                                          "times.touch",
                                          "after_close.watch",
                                          "after_close.first",
                                          "after_close.second",
                                          "after_close.third",
                                          "after_close.daily",
                                          "after_close.removals",
                                          "after_close.lead",
                                          "after_close.loop_limit",
                                          "after_close.loop_window",
                                          "emergency.longest",
                                          "emergency.approval",
                                          "emergency.review",
                                          "console.enabled",
                                          "console.this_machine",
                                          NULL};

    for (size_t i = 0; i < l->v.set_count; i++) {
        struct str rest = str_of(l->v.set[i]), path = str_cut(&rest, '=');
        bool known = false;
        for (size_t k = 0; OPTIONS[k]; k++)
            known |= str_eq_c(path, OPTIONS[k]) && path.len < strlen(l->v.set[i]);
        if (known)
            continue;
        const char *nearest = diag_nearest(path, OPTIONS);
        diag_error(l->v.diags, "C003", (struct diag_pos){0}, "--set %.*s sets nothing",
                   STR_ARG(str_of(l->v.set[i])));
        if (nearest)
            diag_help(l->v.diags, "a similar name exists: %s", nearest);
        else
            diag_help(l->v.diags,
                      "write --set listen.port=8480; sites and sources are set in the file only");
    }
}

static void load_root(struct loader *l, const struct yaml *root, struct diag_list *mapping_diags)
{
    static const char *const KNOWN[] = {
        "database", "listen",    "sites",     "sources", "mapping",   "policy",
        "sla",      "evidence",  "api",       "times",   "log_level", "after_close",
        "events",   "emergency", "calendars", "console", "retention", NULL};
    const struct yaml *sites = value_list(&l->v, root, "sites");

    value_refuse_unknown(&l->v, root, KNOWN, "the configuration");
    refuse_unknown_set(l);
    load_database(l, root);
    load_listen(l, root);
    YAML_EACH(v, sites)
    config_site(l, v);
    if (!yaml_member(root, "sites") || (sites && !sites->first)) {
        diag_error(l->v.diags, "C011", root->pos, "'sites' is missing");
        diag_help(l->v.diags, "add sites: with name, url, auth, webhook_secret and projects");
    }
    YAML_EACH(v, value_list(&l->v, root, "sources"))
    config_source(l, v);
    load_api(l, root);
    load_times(l, root);
    config_after(l, root);
    config_evidence(l, root);
    config_retention(l, root);
    config_events(l, root);
    config_emergency(l, root);
    config_console(l, root);
    config_sla(l, root);
    load_log_level(l, root);
    config_policy(l, root, mapping_diags);
    if (!mapping_diags->count)
        load_mappings(l, root, mapping_diags);
}

static struct loader loader_of(struct config *c, struct arena *arena,
                               const struct config_input *input, struct diag_list *diags)
{
    return (struct loader){.c = c,
                           .arena = arena,
                           .without_mappings = input->without_mappings,
                           .with_rules = input->with_rules,
                           .v = {.diags = diags,
                                 .arena = arena,
                                 .set = input->set,
                                 .set_count = input->set_count,
                                 .environment = input->environment,
                                 .secrets = input->secrets}};
}

static const struct yaml *read_root(struct arena *arena, const char *file, struct diag_list *diags)
{
    struct str text;
    struct err err = {0};

    if (!file_read(arena, file, LIMIT_YAML_BYTES, &text, &err)) {
        diag_error(diags, "C001", (struct diag_pos){0}, "%s", err.what);
        diag_help(diags,
                  "name the file with --config; countersign init DIRECTORY writes a first one");
        return NULL;
    }
    const struct yaml *root = yaml_parse(arena, text, diags);
    if (!root || root->kind == YAML_MAP)
        return root;
    diag_error(diags, "C002", root->pos, "a configuration is a map");
    diag_help(diags, "begin with database: and sites:; schemas/example/countersign.yaml is one");
    return NULL;
}

struct config *config_load_from(struct arena *arena, const struct config_input *input,
                                struct diag_list *diags, struct diag_list *mapping_diags)
{
    struct config *c = ARENA_NEW(arena, struct config);
    struct loader l = loader_of(c, arena, input, diags);

    diag_init(diags, arena_cstr(arena, str_of(input->file)));
    diag_init(mapping_diags, "mapping");
    if (!c)
        return NULL;
    c->file = diags->file;
    c->input = *input;
    c->policy = POLICY_DEFAULT;
    const struct yaml *root = read_root(arena, c->file, diags);
    if (!root)
        return NULL;
    load_root(&l, root, mapping_diags);
    if (diags->errors || mapping_diags->errors)
        return NULL;
    return input->without_mappings || every_site_has_one(c) ? c : NULL;
}

const struct policy_config *config_policy_again(const struct config *c, struct arena *arena,
                                                struct diag_list *diags,
                                                struct diag_list *rules_diags)
{
    struct config *now = ARENA_NEW(arena, struct config);
    struct config_input input = c->input;

    diag_init(diags, arena_cstr(arena, str_of(c->file)));
    diag_init(rules_diags, "policy");
    if (!now)
        return NULL;
    input.with_rules = true;
    struct loader l = loader_of(now, arena, &input, diags);
    now->file = diags->file;
    now->source_count = c->source_count;
    for (size_t i = 0; i < c->source_count; i++)
        now->sources[i].name = c->sources[i].name;
    const struct yaml *root = read_root(arena, now->file, diags);
    if (!root)
        return NULL;
    config_policy(&l, root, rules_diags);
    return diags->errors || rules_diags->errors ? NULL : &now->access_policy;
}
