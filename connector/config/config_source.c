/* One entry of sources. */
#include "config/config_priv.h"

static bool knows(const struct reader_kind *kind, struct str setting)
{
    for (size_t i = 0; kind->settings[i]; i++) {
        const char *name = kind->settings[i];
        if (str_eq_c(setting, name[0] == '!' ? name + 1 : name))
            return true;
    }
    return false;
}

static void check_setting(struct loader *l, const struct source_config *s, const struct yaml *v)
{
    if (v->kind != YAML_SCALAR || yaml_is_null(v)) {
        diag_error(l->v.diags, "C010", v->key_pos, "'%.*s' must be a single value",
                   STR_ARG(v->key));
        diag_help(l->v.diags, "write %.*s: value", STR_ARG(v->key));
    } else if (s->reader && !knows(s->reader, v->key)) {
        diag_error(l->v.diags, "C030", v->key_pos, "a %s source has no setting '%.*s'",
                   s->reader->name, STR_ARG(v->key));
        diag_help(l->v.diags, "see connector/readers/README.md for its settings");
    } else {
        value_refuse_password(&l->v, v, v->scalar, "secret");
    }
}

/* What only the reader can judge: the forms of its settings. */
static void check_together(struct loader *l, const struct yaml *map, const struct source_config *s)
{
    struct reader_config config = {.source = s->name,
                                   .settings = s->settings,
                                   .setting_count = s->setting_count,
                                   .timeout_ms = s->timeout_ms};
    const char *about = "";
    struct err err = {0};

    if (!s->reader->check || s->reader->check(&config, &about, &err))
        return;
    const struct yaml *v = yaml_member(map, about);
    diag_error(l->v.diags, "C036", v ? v->pos : map->pos, "a %s source cannot work with this '%s'",
               s->reader->name, about);
    diag_help(l->v.diags, "%s", err.what);
}

/* The source tells what else an account holds. */
static bool lists_others(const struct yaml *connection)
{
    const struct yaml *others = connection ? yaml_member(connection, "others") : NULL;

    return others && others->scalar.len && !str_eq_c(others->scalar, "false");
}

/* The reader's own settings: every scalar below `connection`, under its own name. */
static void load_settings(struct loader *l, const struct yaml *source, struct source_config *s)
{
    const struct yaml *map = value_map(&l->v, source, "connection");
    size_t n = 0;
    struct reader_setting *settings = arena_array(l->arena, yaml_count(map) + 1, sizeof *settings);

    YAML_EACH(v, map)
    {
        check_setting(l, s, v);
        if (settings)
            settings[n++] = (struct reader_setting){v->key, v->scalar};
    }
    s->settings = settings;
    s->setting_count = n;
    bool whole = s->reader && map;
    for (size_t i = 0; s->reader && s->reader->settings[i]; i++) {
        const char *name = s->reader->settings[i];
        if (name[0] == '!' && !yaml_member(map, name + 1)) {
            whole = false;
            diag_error(l->v.diags, "C031", map ? map->pos : s->pos, "a %s source needs '%s'",
                       s->reader->name, name + 1);
            diag_help(l->v.diags, "add it under connection; see connector/readers/README.md");
        }
    }
    if (whole)
        check_together(l, map, s);
    l->c->policy.compares |= lists_others(map);
}

static void load_canary(struct loader *l, const struct yaml *map, struct source_config *s)
{
    static const char *const KNOWN[] = {"account", "entitlement", NULL};
    const struct yaml *canary = value_map(&l->v, map, "canary");

    if (!yaml_member(map, "canary")) {
        diag_error(l->v.diags, "C033", map->pos, "the source has no canary");
        diag_help(l->v.diags, "name an account and an entitlement it surely holds: without one, "
                              "lost rights look like removals");
    }
    if (!canary)
        return;
    value_refuse_unknown(&l->v, canary, KNOWN, "canary");
    s->canary_account = value_required(&l->v, canary, "account", "canary");
    s->canary_entitlement = value_required(&l->v, canary, "entitlement", "canary-role");
}

static void load_kind(struct loader *l, const struct yaml *map, struct source_config *s)
{
    struct str all = STR("");

    s->kind = value_required(&l->v, map, "kind", "sql");
    s->reader = reader_kind_find(s->kind);
    if (!s->kind.len || s->reader)
        return;
    for (size_t i = 0; reader_kinds()[i]; i++)
        all = arena_printf(l->arena, "%.*s%s%s", STR_ARG(all), i ? ", " : "",
                           reader_kinds()[i]->name);
    diag_error(l->v.diags, "C032", yaml_member(map, "kind")->pos, "there is no reader for '%.*s'",
               STR_ARG(s->kind));
    diag_help(l->v.diags, "use one of: %.*s", STR_ARG(all));
}

/* Nobody can be hindered by what the source does not tell. */
static void load_over_grant(struct loader *l, const struct yaml *map, struct source_config *s)
{
    static const char *const CHOICES[] = {"tell", "hinder", NULL};

    s->rule.extra_hinders = value_choice(&l->v, map, "over_grant", "C037", CHOICES) == 1;
    if (!s->rule.extra_hinders || lists_others(yaml_member(map, "connection")))
        return;
    diag_error(l->v.diags, "C037", yaml_member(map, "over_grant")->pos,
               "nothing is known here of what else an account holds");
    diag_help(l->v.diags, "set 'others' under connection, where the reader has it, or leave "
                          "over_grant out");
}

void config_source(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name",       "label",   "kind",        "connection",
                                        "secret",     "canary",  "settle",      "confirmations",
                                        "max_age",    "timeout", "concurrency", "reads_per_minute",
                                        "over_grant", NULL};
    if (l->c->source_count == CONFIG_SOURCES_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d sources", CONFIG_SOURCES_MAX);
        diag_help(l->v.diags, "run a second service for the others");
        return;
    }
    struct source_config *s = &l->c->sources[l->c->source_count++];
    value_refuse_unknown(&l->v, map, KNOWN, "a source");
    s->pos = map->pos;
    if (map->kind != YAML_MAP)
        return;
    s->name = value_required(&l->v, map, "name", "sap-fin");
    value_check_name(&l->v, map, "name", s->name);
    s->label = value_str(&l->v, map, "label", "");
    if (!s->label.len)
        s->label = s->name;
    load_kind(l, map, s);
    s->secret = value_secret(&l->v, map, "secret", false, 1);
    s->rule.settle_ms = value_duration(&l->v, map, "settle", 30000, 0);
    s->rule.confirmations = (int32_t)value_int(&l->v, map, "confirmations", 2, 1, 32);
    s->rule.max_age_ms = value_duration(&l->v, map, "max_age", 15 * 60000, SHORTEST_MS);
    s->timeout_ms = value_duration(&l->v, map, "timeout", 10000, SHORTEST_MS);
    if (l->c->policy.look_ms < schedule_look_ms(s->timeout_ms))
        l->c->policy.look_ms = schedule_look_ms(s->timeout_ms);
    s->limits.at_once = (int32_t)value_int(&l->v, map, "concurrency",
                                           s->reader ? s->reader->at_once : 1, 1, CONFIG_READS_MAX);
    s->limits.per_minute =
        (int32_t)value_int(&l->v, map, "reads_per_minute", 0, 0, CONFIG_PER_MINUTE_MAX);
    if (s->reader && s->reader->needs_secret && !yaml_member(map, "secret")) {
        diag_error(l->v.diags, "C031", s->pos, "a %s source needs 'secret'", s->reader->name);
        diag_help(l->v.diags, "name where its token is: secret: credential:NAME");
    }
    load_canary(l, map, s);
    load_settings(l, map, s);
    load_over_grant(l, map, s);
    for (size_t i = 0; s->name.len && i + 1 < l->c->source_count; i++) {
        if (str_eq(l->c->sources[i].name, s->name)) {
            diag_error(l->v.diags, "C035", yaml_member(map, "name")->pos,
                       "two sources are called '%.*s'", STR_ARG(s->name));
            diag_help(l->v.diags, "the mapping speaks of sources by name: give each its own");
        }
    }
}
