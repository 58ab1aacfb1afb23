#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "base/limits.h"
#include "config/config_value.h"
#include "io/io_file.h"

struct loader {
    struct values v;
    struct config *c;
    struct arena *arena;
};

static void load_database(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"conninfo", "password", "connections", NULL};
    const char *from_env = getenv("COUNTERSIGN_DATABASE");

    value_refuse_unknown(&l->v, map, KNOWN, "database");
    l->c->database = from_env ? str_of(from_env) : value_required(&l->v, map, "conninfo", "\"host=/run/postgresql dbname=countersign\"");
    l->c->database_password = value_secret(&l->v, map, "password", false);
    l->c->database_connections = (int)value_int(&l->v, map, "connections", 4, 1, 64);
}

static void load_listen(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"address", "port", "ops_address", "ops_port", "tls_cert", "tls_key", NULL};

    value_refuse_unknown(&l->v, map, KNOWN, "listen");
    l->c->listen_address = value_str(&l->v, map, "address", "127.0.0.1");
    l->c->listen_port = (int)value_int(&l->v, map, "port", 8470, 0, 65535);
    l->c->ops_address = value_str(&l->v, map, "ops_address", "127.0.0.1");
    l->c->ops_port = (int)value_int(&l->v, map, "ops_port", 8471, 0, 65535);
    l->c->tls_cert = value_str(&l->v, map, "tls_cert", "");
    l->c->tls_key = value_str(&l->v, map, "tls_key", "");
    if (!l->c->tls_cert.len != !l->c->tls_key.len) {
        diag_error(l->v.diags, "C020", map->pos, "a certificate and its key belong together");
        diag_help(l->v.diags, "give both tls_cert and tls_key, or neither");
    }
}

static bool is_loopback(struct str url)
{
    return str_starts(url, STR("http://127.")) || str_starts(url, STR("http://localhost")) || str_starts(url, STR("http://[::1]"));
}

static void check_url(struct loader *l, const struct site_config *s, const struct yaml *map)
{
    if (str_starts(s->url, STR("https://")) || !s->url.len)
        return;
    if (str_starts(s->url, STR("http://")) && s->insecure_http && is_loopback(s->url))
        return;
    diag_error(l->v.diags, "C021", yaml_member(map, "url")->pos, "a site's address must begin with https://");
    diag_help(l->v.diags, "plain http is only for tests on this machine, with insecure_http: true");
}

static void load_projects(struct loader *l, const struct yaml *map, struct site_config *s)
{
    const struct yaml *list = yaml_member(map, "projects");

    YAML_EACH (p, list) {
        bool good = p->scalar.len >= 2 && p->scalar.len <= 10 && p->scalar.p[0] >= 'A' && p->scalar.p[0] <= 'Z';
        if (!good || s->project_count == CONFIG_PROJECTS_MAX) {
            diag_error(l->v.diags, "C022", p->pos, "'%.*s' is not a project key", STR_ARG(p->scalar));
            diag_help(l->v.diags, "a key is 2 to 10 capital letters, digits or _, such as IAM");
            continue;
        }
        s->projects[s->project_count++] = p->scalar;
    }
    if (!s->project_count) {
        diag_error(l->v.diags, "C011", map->pos, "'projects' is missing");
        diag_help(l->v.diags, "add projects: [IAM]");
    }
}

static void load_site(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name",     "flavour",       "url",          "auth", "webhook_secret", "webhook_secret_old",
                                        "projects", "poll_interval", "insecure_http", NULL};
    static const char *const AUTH_KNOWN[] = {"kind", "email", "token", NULL};

    if (l->c->site_count == CONFIG_SITES_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d sites", CONFIG_SITES_MAX);
        return;
    }
    struct site_config *s = &l->c->sites[l->c->site_count++];
    const struct yaml *auth = yaml_member(map, "auth");
    value_refuse_unknown(&l->v, map, KNOWN, "a site");
    value_refuse_unknown(&l->v, auth, AUTH_KNOWN, "auth");
    s->pos = map->pos;
    s->name = value_required(&l->v, map, "name", "acme");
    s->flavour = value_str(&l->v, map, "flavour", "cloud");
    s->url = value_required(&l->v, map, "url", "https://acme.atlassian.net");
    s->insecure_http = value_bool(&l->v, map, "insecure_http", false);
    check_url(l, s, map);
    s->auth = str_eq_c(value_str(&l->v, auth, "kind", "basic"), "bearer") ? AUTH_BEARER : AUTH_BASIC;
    if (s->auth == AUTH_BASIC)
        s->email = value_required(&l->v, auth ? auth : map, "email", "access-check@example.com");
    s->token = value_secret(&l->v, auth ? auth : map, "token", true);
    s->webhook_secret = value_secret(&l->v, map, "webhook_secret", true);
    s->webhook_secret_old = value_secret(&l->v, map, "webhook_secret_old", false);
    s->poll_interval_ms = value_duration(&l->v, map, "poll_interval", 30000);
    load_projects(l, map, s);
    if (!str_eq_c(s->flavour, "cloud") && !str_eq_c(s->flavour, "datacenter")) {
        diag_error(l->v.diags, "C024", yaml_member(map, "flavour")->pos, "flavour cannot be '%.*s'", STR_ARG(s->flavour));
        diag_help(l->v.diags, "use cloud or datacenter");
    }
    for (size_t i = 0; i + 1 < l->c->site_count; i++) {
        if (str_eq(l->c->sites[i].name, s->name)) {
            diag_error(l->v.diags, "C025", map->pos, "two sites are called '%.*s'", STR_ARG(s->name));
            diag_help(l->v.diags, "names are part of webhook addresses: give each its own");
        }
    }
}

/* The reader's own settings: every scalar below `connection`, under its own name. */
static void load_settings(struct loader *l, const struct yaml *map, struct source_config *s)
{
    size_t count = yaml_count(map), n = 0;
    struct reader_setting *settings = arena_array(l->arena, count + 1, sizeof *settings);

    YAML_EACH (v, map) {
        bool known = false;
        for (size_t i = 0; s->reader && s->reader->settings[i]; i++) {
            const char *name = s->reader->settings[i];
            known |= str_eq_c(v->key, name[0] == '!' ? name + 1 : name);
        }
        if (s->reader && !known) {
            diag_error(l->v.diags, "C030", v->key_pos, "a %s source has no setting '%.*s'", s->reader->name, STR_ARG(v->key));
            diag_help(l->v.diags, "see connector/readers/README.md for its settings");
        }
        settings[n++] = (struct reader_setting){v->key, v->scalar};
    }
    s->settings = settings;
    s->setting_count = n;
    for (size_t i = 0; s->reader && s->reader->settings[i]; i++) {
        const char *name = s->reader->settings[i];
        if (name[0] == '!' && !yaml_member(map, name + 1)) {
            diag_error(l->v.diags, "C031", map ? map->pos : s->pos, "a %s source needs '%s'", s->reader->name, name + 1);
            diag_help(l->v.diags, "add it under connection; see connector/readers/README.md");
        }
    }
}

static void load_source(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name",   "label",         "kind",    "connection", "secret", "canary",
                                        "settle", "confirmations", "max_age", "timeout",    NULL};
    if (l->c->source_count == CONFIG_SOURCES_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d sources", CONFIG_SOURCES_MAX);
        return;
    }
    struct source_config *s = &l->c->sources[l->c->source_count++];
    const struct yaml *canary = yaml_member(map, "canary");
    value_refuse_unknown(&l->v, map, KNOWN, "a source");
    s->pos = map->pos;
    s->name = value_required(&l->v, map, "name", "sap-fin");
    s->label = value_str(&l->v, map, "label", s->name.p ? s->name.p : "");
    s->kind = value_required(&l->v, map, "kind", "sql");
    s->reader = reader_kind_find(s->kind);
    if (s->kind.len && !s->reader) {
        diag_error(l->v.diags, "C032", yaml_member(map, "kind")->pos, "there is no reader for '%.*s'", STR_ARG(s->kind));
        diag_help(l->v.diags, "kinds are sql and ldap");
    }
    s->secret = value_secret(&l->v, map, "secret", false);
    s->rule.settle_ms = value_duration(&l->v, map, "settle", 30000);
    s->rule.confirmations = (int32_t)value_int(&l->v, map, "confirmations", 2, 1, 32);
    s->rule.max_age_ms = value_duration(&l->v, map, "max_age", 15 * 60000);
    s->timeout_ms = value_duration(&l->v, map, "timeout", 10000);
    if (!canary) {
        diag_error(l->v.diags, "C033", map->pos, "the source has no canary");
        diag_help(l->v.diags, "name an account and an entitlement it surely holds: without one, lost rights look like removals");
    } else {
        s->canary_account = value_required(&l->v, canary, "account", "canary");
        s->canary_entitlement = value_required(&l->v, canary, "entitlement", "canary-role");
    }
    load_settings(l, yaml_member(map, "connection"), s);
}

static void load_token(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name", "token", "roles", NULL};

    value_refuse_unknown(&l->v, map, KNOWN, "a token");
    if (l->c->token_count == CONFIG_TOKENS_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d tokens", CONFIG_TOKENS_MAX);
        return;
    }
    struct token_config *t = &l->c->tokens[l->c->token_count++];
    t->name = value_required(&l->v, map, "name", "identity-platform");
    t->token = value_secret(&l->v, map, "token", true);
    YAML_EACH (role, yaml_member(map, "roles")) {
        bool submit = str_eq_c(role->scalar, "submit"), read = str_eq_c(role->scalar, "read");
        bool approve = str_eq_c(role->scalar, "approve"), audit = str_eq_c(role->scalar, "audit");
        t->may_submit |= submit;
        t->may_read |= read;
        t->may_approve |= approve;
        t->may_audit |= audit;
        if (!submit && !read && !approve && !audit) {
            diag_error(l->v.diags, "C040", role->pos, "there is no role '%.*s'", STR_ARG(role->scalar));
            diag_help(l->v.diags, "roles are submit, read, approve and audit");
        }
    }
}

static void load_times(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"call_timeout", "lease", "lateness", "index_lag", "grace", "probe", "backoff", "backoff_cap",
                                        "return_after", "sweep", "recheck", NULL};
    struct policy *p = &l->c->policy;
    struct flow_times *t = &p->times;
    const char *broken;

    value_refuse_unknown(&l->v, map, KNOWN, "times");
    t->call_timeout_ms = value_duration(&l->v, map, "call_timeout", t->call_timeout_ms);
    t->lease_ms = value_duration(&l->v, map, "lease", t->lease_ms);
    t->lateness_ms = value_duration(&l->v, map, "lateness", t->lateness_ms);
    t->index_lag_ms = value_duration(&l->v, map, "index_lag", t->index_lag_ms);
    t->grace_ms = value_duration(&l->v, map, "grace", t->grace_ms);
    t->probe_ms = value_duration(&l->v, map, "probe", t->probe_ms);
    t->backoff_base_ms = value_duration(&l->v, map, "backoff", t->backoff_base_ms);
    t->backoff_cap_ms = value_duration(&l->v, map, "backoff_cap", t->backoff_cap_ms);
    t->safety_ms = t->lease_ms / 12 < t->safety_ms ? t->lease_ms / 12 : t->safety_ms;
    p->return_after_ms = value_duration(&l->v, map, "return_after", p->return_after_ms);
    p->recheck_ms = value_duration(&l->v, map, "recheck", p->recheck_ms);
    p->sweep_ms = value_duration(&l->v, map, "sweep", p->sweep_ms);
    if (!flow_times_ok(t, &broken)) {
        diag_error(l->v.diags, "C050", map ? map->pos : (struct diag_pos){0}, "%s", broken);
        diag_help(l->v.diags, "these inequalities carry \"never two tickets\"; leave the defaults, or widen lease and grace");
    }
}

static void load_mapping(struct loader *l, const struct yaml *root, struct diag_list *diags)
{
    struct str sources[CONFIG_SOURCES_MAX];
    struct str path = value_required(&l->v, root, "mapping", "mapping.yaml");
    struct str text;
    struct err err = {0};

    if (!path.len)
        return;
    if (path.p[0] != '/') { /* beside the configuration file */
        const char *slash = strrchr(l->c->file, '/');
        if (slash)
            path = arena_printf(l->arena, "%.*s/%.*s", (int)(slash - l->c->file), l->c->file, STR_ARG(path));
    }
    l->c->mapping_file = path;
    diag_init(diags, arena_cstr(l->arena, path));
    if (!file_read(l->arena, diags->file, LIMIT_YAML_BYTES, &text, &err)) {
        diag_error(l->v.diags, "C051", yaml_member(root, "mapping")->pos, "%s", err.what);
        diag_help(l->v.diags, "name the mapping file; schemas/example/mapping.yaml is one");
        return;
    }
    for (size_t i = 0; i < l->c->source_count; i++)
        sources[i] = l->c->sources[i].name;
    l->c->mapping = mapping_load(l->arena, diags->file, text, sources, l->c->source_count, diags);
    if (l->c->mapping)
        mapping_run_tests(l->c->mapping, l->arena, diags);
}

static void load_root(struct loader *l, const struct yaml *root, struct diag_list *mapping_diags)
{
    static const char *const KNOWN[] = {"database", "listen", "sites", "sources", "mapping", "policy", "sla", "evidence",
                                        "api", "times", "log_level", NULL};
    const struct yaml *sites = yaml_member(root, "sites");

    value_refuse_unknown(&l->v, root, KNOWN, "the configuration");
    load_database(l, yaml_member(root, "database") ? yaml_member(root, "database") : root);
    load_listen(l, yaml_member(root, "listen"));
    YAML_EACH (v, sites)
        load_site(l, v);
    if (!l->c->site_count) {
        diag_error(l->v.diags, "C011", root->pos, "'sites' is missing");
        diag_help(l->v.diags, "add sites: with name, url, auth, webhook_secret and projects");
    }
    YAML_EACH (v, yaml_member(root, "sources"))
        load_source(l, v);
    YAML_EACH (v, yaml_member(yaml_member(root, "api"), "tokens"))
        load_token(l, v);
    load_times(l, yaml_member(root, "times"));
    struct str level = value_str(&l->v, root, "log_level", "info");
    if (!log_level_from(level, &l->c->log_level)) {
        diag_error(l->v.diags, "C052", yaml_member(root, "log_level")->pos, "log_level cannot be '%.*s'", STR_ARG(level));
        diag_help(l->v.diags, "use debug, info, warn or error");
    }
    load_mapping(l, root, mapping_diags);
}

struct config *config_load(struct arena *arena, const char *file, struct diag_list *diags, struct diag_list *mapping_diags)
{
    struct config *c = ARENA_NEW(arena, struct config);
    struct loader l = {.v = {diags}, .c = c, .arena = arena};
    struct str text;
    struct err err = {0};

    diag_init(diags, file);
    diag_init(mapping_diags, "mapping");
    if (!c)
        return NULL;
    c->file = file;
    c->policy = POLICY_DEFAULT;
    if (!file_read(arena, file, LIMIT_YAML_BYTES, &text, &err)) {
        diag_error(diags, "C001", (struct diag_pos){0}, "%s", err.what);
        diag_help(diags, "name the file with --config; schemas/example/countersign.yaml is one");
        return NULL;
    }
    const struct yaml *root = yaml_parse(arena, text, diags);
    if (!root)
        return NULL;
    if (root->kind != YAML_MAP) {
        diag_error(diags, "C002", root->pos, "a configuration is a map");
        return NULL;
    }
    load_root(&l, root, mapping_diags);
    return diags->errors || mapping_diags->errors || !c->mapping ? NULL : c;
}
