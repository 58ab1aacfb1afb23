/* One entry of sites. */
#include "config/config_priv.h"
#include "jsm/jsm_dialect.h"

/* Host and port of http(s)://host[:port][/path], brackets kept; empty when it is no such address.
 */
static struct str authority_of(struct str url)
{
    struct str rest = STR("");
    if (str_starts(url, STR("https://")))
        rest = str_n(url.p + 8, url.len - 8);
    else if (str_starts(url, STR("http://")))
        rest = str_n(url.p + 7, url.len - 7);
    return str_cut(&rest, '/');
}

/* The whole host counts: http://localhost.example.com is not this machine. */
static bool is_loopback(struct str authority)
{
    static const struct str HOSTS[] = {{"localhost", 9}, {"127.0.0.1", 9}, {"[::1]", 5}};
    for (size_t i = 0; i < sizeof HOSTS / sizeof HOSTS[0]; i++)
        if (str_starts(authority, HOSTS[i]) &&
            (authority.len == HOSTS[i].len || authority.p[HOSTS[i].len] == ':'))
            return true;
    return false;
}

bool config_is_loopback_http(struct str url)
{
    return str_starts(url, STR("http://")) && is_loopback(authority_of(url));
}

static bool is_plain_address(struct str authority)
{
    for (size_t i = 0; i < authority.len; i++) {
        char c = authority.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
        if (!good)
            return false;
    }
    return authority.len > 0;
}

static void check_url(struct loader *l, struct site_config *s, const struct yaml *map)
{
    struct str authority = authority_of(s->url);
    bool path = false;

    if (!s->url.len) /* said already */
        return;
    while (s->url.p[s->url.len - 1] == '/') /* paths are appended with theirs */
        s->url.len--;
    for (size_t i = 0; i < s->url.len;
         i++) /* a context path is fine (Data Center), a query or a fragment is not */
        path |= s->url.p[i] == '?' || s->url.p[i] == '#' || (unsigned char)s->url.p[i] <= ' ';
    if (path || (authority.len && !is_plain_address(authority))) {
        diag_error(l->v.diags, "C028", yaml_member(map, "url")->pos,
                   "this is more than a site's address");
        diag_help(l->v.diags, "write https://acme.atlassian.net: no user, no query, no blanks");
        return;
    }
    if (authority.len && str_starts(s->url, STR("https://")))
        return;
    if (authority.len && s->insecure_http && is_loopback(authority))
        return;
    diag_error(l->v.diags, "C021", yaml_member(map, "url")->pos,
               "a site's address must begin with https://");
    diag_help(l->v.diags, "plain http is only for tests on this machine, with insecure_http: true");
}

/* Into JQL they go quoted, but only what Jira itself takes as a key. */
static bool is_project_key(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool letter = c >= 'A' && c <= 'Z';
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '_')))
            return false;
    }
    return s.len >= 2 && s.len <= 10;
}

static void load_projects(struct loader *l, const struct yaml *map, struct site_config *s)
{
    const struct yaml *list = value_list(&l->v, map, "projects");

    YAML_EACH(p, list)
    {
        if (!is_project_key(p->scalar) || s->project_count == CONFIG_PROJECTS_MAX) {
            diag_error(l->v.diags, "C022", p->pos, "'%.*s' is not a project key",
                       STR_ARG(p->scalar));
            diag_help(l->v.diags, "a key is 2 to 10 capital letters, digits or _, such as IAM");
            continue;
        }
        s->projects[s->project_count++] = p->scalar;
    }
    if (!s->project_count && (!yaml_member(map, "projects") || (list && !list->first))) {
        diag_error(l->v.diags, "C011", map->pos, "'projects' is missing");
        diag_help(l->v.diags, "add projects: [IAM]");
    }
}

/* Who answers there is a program: a Data Center shows such accounts as people. */
static void load_automation(struct loader *l, const struct yaml *map, struct site_config *s)
{
    const struct yaml *list = value_list(&l->v, map, "automation_accounts");

    YAML_EACH(p, list)
    {
        /* an address may be hidden, and then it would name nobody */
        bool hides = str_eq_c(s->flavour, "cloud") && str_find(p->scalar, '@') >= 0;
        if (p->kind != YAML_SCALAR || !p->scalar.len || hides ||
            s->automation_count == CONFIG_AUTOMATION_MAX) {
            diag_error(l->v.diags, "C197", p->pos, "this is not told as one of %d accounts",
                       CONFIG_AUTOMATION_MAX);
            diag_help(l->v.diags, "write account ids, as in automation_accounts: "
                                  "[\"712020:...\"], or at a Data Center user names");
            continue;
        }
        s->automation[s->automation_count++] = p->scalar;
    }
}

/* Who somebody is here: account or address, where the person's key is neither; and who is nobody.
 */
static void load_people(struct loader *l, const struct yaml *map, struct site_config *s)
{
    const struct yaml *people = value_map(&l->v, map, "people");
    struct lookup_pair *pairs = arena_array(l->arena, CONFIG_PEOPLE_MAX, sizeof *pairs);

    YAML_EACH(p, people)
    {
        if (p->kind != YAML_SCALAR || !p->scalar.len || s->people_count == CONFIG_PEOPLE_MAX) {
            diag_error(l->v.diags, "C078", p->key_pos, "'%.*s' is not told as one of %d people",
                       STR_ARG(p->key), CONFIG_PEOPLE_MAX);
            diag_help(l->v.diags,
                      "write people: { hr-system: \"712020:...\" } or an e-mail address");
            continue;
        }
        if (pairs)
            pairs[s->people_count++] = (struct lookup_pair){p->key, p->scalar};
    }
    s->people = pairs;
    load_automation(l, map, s);
}

static void load_flavour(struct loader *l, const struct yaml *map, struct site_config *s)
{
    size_t choice = value_choice(&l->v, map, "flavour", "C024", JSM_FLAVOUR_NAMES);

    s->flavour = str_of(JSM_FLAVOUR_NAMES[choice]);
}

/* Say what is not possible there and has to be done by people. */
static void check_flavour(struct loader *l, const struct yaml *map, const struct site_config *s)
{
    const struct yaml *flavour = yaml_member(map, "flavour");

    for (int i = 0; i < JSM_ABILITY_COUNT; i++) {
        const struct jsm_lack *lack = &JSM_LACKS[i];
        if (jsm_can(jsm_flavour_of(s->flavour), (enum jsm_ability)i) || !lack->instead[0])
            continue;
        if (i != JSM_CAN_GATEWAY) {
            diag_warning(l->v.diags, "C064", flavour->pos, "datacenter: %s", lack->lacks);
        } else if (jsm_auth_at_gateway(s->auth)) {
            const struct yaml *auth = yaml_member(map, "auth");
            diag_error(l->v.diags, "C079", yaml_member(auth, "kind")->pos, "%s", lack->lacks);
        } else {
            continue;
        }
        diag_help(l->v.diags, "%s", lack->instead);
    }
}

/* Written to every ticket we make: an address, with the request's id in exactly one place. */
static void load_request_url(struct loader *l, const struct yaml *map, struct site_config *s)
{
    struct str url = s->request_url = value_str(&l->v, map, "request_url", "");
    ptrdiff_t at = str_find(url, '{');
    bool id = at >= 0 && str_starts(str_n(url.p + at, url.len - (size_t)at), STR("{id}"));
    bool address = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
    bool plain = is_plain_address(authority_of(url));

    for (size_t i = 0; i < url.len; i++)
        plain &= (unsigned char)url.p[i] > ' ' && (url.p[i] != '{' || (ptrdiff_t)i == at);
    if (!url.len || (id && address && plain))
        return;
    diag_error(l->v.diags, "C069", yaml_member(map, "request_url")->pos,
               "this is not an address with {id} in it, once");
    diag_help(l->v.diags, "write https://iga.example.com/requests/{id}, or leave it out");
}

/* Also written to tickets: an address to which paths are added. */
static void load_evidence_url(struct loader *l, const struct yaml *map, struct site_config *s)
{
    struct str url = s->evidence_url = value_str(&l->v, map, "evidence_url", "");
    bool address = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
    bool plain = is_plain_address(authority_of(url)) && url.len && url.p[url.len - 1] != '/';

    for (size_t i = 0; i < url.len; i++)
        plain &= (unsigned char)url.p[i] > ' ' && !strchr("?#{}<>\"", url.p[i]);
    if (!url.len || (address && plain))
        return;
    diag_error(l->v.diags, "C070", yaml_member(map, "evidence_url")->pos,
               "this is not a base address, to which /r/IAM-482 can be added");
    diag_help(l->v.diags, "write https://countersign.example.com, or leave it out");
}

void config_site(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name",
                                        "flavour",
                                        "url",
                                        "auth",
                                        "webhook_secret",
                                        "webhook_secret_old",
                                        "webhook",
                                        "projects",
                                        "poll_interval",
                                        "poll_slow_interval",
                                        "concurrency",
                                        "mapping",
                                        "people",
                                        "automation_accounts",
                                        "request_url",
                                        "evidence_url",
                                        "insecure_http",
                                        "gate_mode",
                                        "gate",
                                        "mode",
                                        NULL};
    static const char *const MODES[] = {"enforce", "warn", "observe", NULL};
    static const enum gate_mode MEANS[] = {GATE_ENFORCE, GATE_WARN, GATE_OBSERVE};

    if (l->c->site_count == CONFIG_SITES_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d sites", CONFIG_SITES_MAX);
        diag_help(l->v.diags, "run a second service for the others");
        return;
    }
    struct site_config *s = &l->c->sites[l->c->site_count++];
    value_refuse_unknown(&l->v, map, KNOWN, "a site");
    s->pos = map->pos;
    if (map->kind != YAML_MAP)
        return;
    s->name = value_required(&l->v, map, "name", "acme");
    value_check_name(&l->v, map, "name", s->name);
    load_flavour(l, map, s);
    s->url = value_required(&l->v, map, "url", "https://acme.atlassian.net");
    s->insecure_http = value_bool(&l->v, map, "insecure_http", false);
    check_url(l, s, map);
    config_auth(l, map, s);
    check_flavour(l, map, s);
    bool others = yaml_member(map, "webhook") != NULL;
    s->webhook_secret =
        value_secret(&l->v, map, "webhook_secret", !others, CONFIG_HOOK_SECRET_CHARS_MIN);
    s->webhook_secret_old =
        value_secret(&l->v, map, "webhook_secret_old", false, CONFIG_HOOK_SECRET_CHARS_MIN);
    config_hook(l, map, s);
    s->poll_interval_ms = value_duration(&l->v, map, "poll_interval", 30000, POLL_MIN_MS);
    s->poll_slow_interval_ms = value_duration(&l->v, map, "poll_slow_interval",
                                              2 * s->poll_interval_ms, s->poll_interval_ms);
    s->concurrency =
        (int)value_int(&l->v, map, "concurrency", CONFIG_CONCURRENCY, 1, CONFIG_CONCURRENCY_MAX);
    load_request_url(l, map, s);
    load_evidence_url(l, map, s);
    config_gate(l, map, s); /* reopen is always on underneath */
    s->mode = MEANS[value_choice(&l->v, map, "mode", "C100", MODES)];
    s->mapping_file = value_str(&l->v, map, "mapping", "");
    load_people(l, map, s);
    load_projects(l, map, s);
    for (size_t i = 0; s->name.len && i + 1 < l->c->site_count; i++) {
        if (str_eq(l->c->sites[i].name, s->name)) {
            diag_error(l->v.diags, "C025", yaml_member(map, "name")->pos,
                       "two sites are called '%.*s'", STR_ARG(s->name));
            diag_help(l->v.diags, "names are part of webhook addresses: give each its own");
        }
    }
}
