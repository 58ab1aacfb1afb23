#include "config/config_value.h"

struct str value_str(const struct values *v, const struct yaml *map, const char *key, const char *otherwise)
{
    const struct yaml *node = yaml_member(map, key);

    if (!node)
        return str_of(otherwise);
    if (node->kind != YAML_SCALAR) {
        diag_error(v->diags, "C010", node->pos, "'%s' must be a single value", key);
        diag_help(v->diags, "write %s: value", key);
        return str_of(otherwise);
    }
    return node->scalar;
}

struct str value_required(const struct values *v, const struct yaml *map, const char *key, const char *example)
{
    struct str s = value_str(v, map, key, "");

    if (!s.len) {
        diag_error(v->diags, "C011", map ? map->pos : (struct diag_pos){0}, "'%s' is missing", key);
        diag_help(v->diags, "add %s: %s", key, example);
    }
    return s;
}

int64_t value_int(const struct values *v, const struct yaml *map, const char *key, int64_t otherwise, int64_t min, int64_t max)
{
    const struct yaml *node = yaml_member(map, key);
    int64_t n;

    if (!node)
        return otherwise;
    if (!str_to_i64(node->scalar, &n) || n < min || n > max) {
        diag_error(v->diags, "C012", node->pos, "'%s' must be a number from %lld to %lld", key, (long long)min, (long long)max);
        diag_help(v->diags, "the default is %lld", (long long)otherwise);
        return otherwise;
    }
    return n;
}

static int64_t unit_ms(struct str unit)
{
    static const struct {
        const char *name;
        int64_t ms;
    } UNITS[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++)
        if (str_eq_c(unit, UNITS[i].name))
            return UNITS[i].ms;
    return 0;
}

int64_t value_duration(const struct values *v, const struct yaml *map, const char *key, int64_t otherwise_ms)
{
    const struct yaml *node = yaml_member(map, key);
    size_t digits = 0;
    int64_t n;

    if (!node)
        return otherwise_ms;
    while (digits < node->scalar.len && node->scalar.p[digits] >= '0' && node->scalar.p[digits] <= '9')
        digits++;
    struct str unit = str_n(node->scalar.p + digits, node->scalar.len - digits);
    bool zero = str_eq_c(node->scalar, "0");
    if (zero)
        return 0;
    if (!str_to_i64(str_n(node->scalar.p, digits), &n) || n > 100000 || !unit_ms(unit)) {
        diag_error(v->diags, "C013", node->pos, "'%.*s' is not a duration", STR_ARG(node->scalar));
        diag_help(v->diags, "write 500ms, 30s, 15m, 8h or 2d");
        return otherwise_ms;
    }
    return n * unit_ms(unit);
}

bool value_bool(const struct values *v, const struct yaml *map, const char *key, bool otherwise)
{
    const struct yaml *node = yaml_member(map, key);

    if (!node)
        return otherwise;
    if (str_eq_c(node->scalar, "true"))
        return true;
    if (!str_eq_c(node->scalar, "false")) {
        diag_error(v->diags, "C014", node->pos, "'%s' must be true or false", key);
        diag_help(v->diags, "the default is %s", otherwise ? "true" : "false");
    }
    return false;
}

struct str value_secret(const struct values *v, const struct yaml *map, const char *key, bool required)
{
    const struct yaml *node = yaml_member(map, key);
    struct str s = value_str(v, map, key, "");

    if (!node) {
        if (required) {
            diag_error(v->diags, "C011", map ? map->pos : (struct diag_pos){0}, "'%s' is missing", key);
            diag_help(v->diags, "add %s: file:/etc/countersign/…, or credential:NAME under systemd", key);
        }
        return s;
    }
    if (str_starts(s, STR("env:"))) {
        diag_warning(v->diags, "C015", node->pos, "a secret in the environment is visible to child processes");
        diag_help(v->diags, "use file: or credential:");
    } else if (!str_starts(s, STR("file:")) && !str_starts(s, STR("credential:"))) {
        diag_error(v->diags, "C016", node->pos, "'%s' must be a reference to a secret, not the secret", key);
        diag_help(v->diags, "put it into a file that only the service can read and write file:/path");
    }
    return s;
}

void value_refuse_unknown(const struct values *v, const struct yaml *map, const char *const *known, const char *where)
{
    YAML_EACH (member, map) {
        bool found = false;
        for (size_t i = 0; known[i]; i++)
            found |= str_eq_c(member->key, known[i]);
        if (!found) {
            diag_error(v->diags, "C017", member->key_pos, "'%.*s' is not known in %s", STR_ARG(member->key), where);
            diag_help(v->diags, "remove it, or see schemas/config.schema.json for what is known");
        }
    }
}
