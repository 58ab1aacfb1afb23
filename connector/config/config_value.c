#include "config/config_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/io_file.h"

/* "listen" and "port": listen.port, COUNTERSIGN_LISTEN_PORT */
static struct str path_of(const struct values *v, const char *key)
{
    return arena_printf(v->arena, "%s%s%s", v->section, v->section[0] ? "." : "", key);
}

/* A value from outside the file: no place, and its origin as key. */
static const struct yaml *from_outside(const struct values *v, struct str origin, const char *text)
{
    struct yaml *node = ARENA_NEW(v->arena, struct yaml);
    if (!node)
        return NULL;
    node->kind = YAML_SCALAR;
    node->key = origin;
    node->scalar = arena_str(v->arena, str_of(text));
    node->quoted = true;
    return node;
}

static const char *set_value(const struct values *v, struct str path)
{
    for (size_t i = v->set_count; i-- > 0;)
        if (str_starts(str_of(v->set[i]), path) && v->set[i][path.len] == '=')
            return v->set[i] + path.len + 1;
    return NULL;
}

static struct str environment_name(const struct values *v, struct str path)
{
    struct str name = arena_printf(v->arena, "COUNTERSIGN_%.*s", STR_ARG(path));
    char *upper = arena_alloc(v->arena, name.len + 1);

    if (!upper || !name.p)
        return STR("");
    for (size_t i = 0; i < name.len; i++)
        upper[i] = name.p[i] == '.'                       ? '_'
                   : name.p[i] >= 'a' && name.p[i] <= 'z' ? (char)(name.p[i] - 'a' + 'A')
                                                          : name.p[i];
    return str_n(upper, name.len);
}

const struct yaml *value_find(const struct values *v, const struct yaml *map, const char *key)
{
    const struct yaml *node = yaml_member(map, key);

    if (v->section) {
        struct str path = path_of(v, key), name = environment_name(v, path);
        const char *text = set_value(v, path);
        if (text)
            return from_outside(v, arena_printf(v->arena, "--set %.*s", STR_ARG(path)), text);
        text = v->environment && name.len ? v->environment(name.p) : NULL;
        if (text)
            return from_outside(v, name, text);
    }
    if (!yaml_is_null(node))
        return node;
    diag_error(v->diags, "C018", node->key_pos, "'%s' has no value", key);
    diag_help(v->diags,
              "give it one, or remove the line for the default; write \"\" for an empty text");
    return NULL;
}

/* Text of a value that was found; `otherwise`, with a fault, when it is no single value. */
static struct str text_of(const struct values *v, const struct yaml *node, const char *key,
                          const char *otherwise)
{
    if (node->kind == YAML_SCALAR)
        return node->scalar;
    diag_error(v->diags, "C010", node->key_pos, "'%s' must be a single value", key);
    diag_help(v->diags, "write %s: value", key);
    return str_of(otherwise);
}

struct str value_str(const struct values *v, const struct yaml *map, const char *key,
                     const char *otherwise)
{
    const struct yaml *node = value_find(v, map, key);
    return node ? text_of(v, node, key, otherwise) : str_of(otherwise);
}

void value_fault(const struct values *v, const struct yaml *node, const char *code, const char *fmt,
                 ...)
{
    char text[sizeof v->diags->items[0].text];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    diag_error(v->diags, code, node->pos, "%s", text);
    if (!node->pos.line)
        diag_note(v->diags, "it comes from %.*s", STR_ARG(node->key));
}

static void missing(const struct values *v, const struct yaml *map, const char *key)
{
    diag_error(v->diags, "C011", map ? map->pos : (struct diag_pos){0}, "'%s%s%s' is missing",
               v->section && v->section[0] ? v->section : "",
               v->section && v->section[0] ? "." : "", key);
}

struct str value_required(const struct values *v, const struct yaml *map, const char *key,
                          const char *example)
{
    const struct yaml *stands = yaml_member(map, key);
    struct str s = value_str(v, map, key, "");

    if (!s.len && (!stands || (stands->kind == YAML_SCALAR && !yaml_is_null(stands)))) {
        missing(v, map, key);
        diag_help(v->diags, "add %s: %s", key, example);
    }
    return s;
}

size_t value_choice(const struct values *v, const struct yaml *map, const char *key,
                    const char *code, const char *const *choices)
{
    const struct yaml *node = value_find(v, map, key);
    struct str s = node ? text_of(v, node, key, choices[0]) : str_of(choices[0]);
    struct str all = str_of(choices[0]);

    for (size_t i = 0; choices[i]; i++) {
        if (str_eq_c(s, choices[i]))
            return i;
        if (i)
            all = arena_printf(v->arena, "%.*s%s%s", STR_ARG(all), choices[i + 1] ? ", " : " or ",
                               choices[i]);
    }
    value_fault(v, node, code, "%s cannot be '%.*s'", key, STR_ARG(s));
    diag_help(v->diags, "use %.*s", STR_ARG(all));
    return 0;
}

int64_t value_int(const struct values *v, const struct yaml *map, const char *key,
                  int64_t otherwise, int64_t min, int64_t max)
{
    const struct yaml *node = value_find(v, map, key);
    int64_t n;

    if (!node)
        return otherwise;
    if (!str_to_i64(node->scalar, &n) || n < min || n > max) {
        value_fault(v, node, "C012", "'%s' must be a number from %lld to %lld", key, (long long)min,
                    (long long)max);
        diag_help(v->diags, "the default is %lld", (long long)otherwise);
        return otherwise;
    }
    return n;
}

int64_t value_duration(const struct values *v, const struct yaml *map, const char *key,
                       int64_t otherwise_ms, int64_t min_ms)
{
    const struct yaml *node = value_find(v, map, key);
    int64_t ms;

    if (!node)
        return otherwise_ms;
    if (!yaml_duration(node->scalar, &ms)) {
        value_fault(v, node, "C013", "'%.*s' is not a duration", STR_ARG(node->scalar));
        diag_help(v->diags, "write 500ms, 30s, 15m, 8h or 2d");
        return otherwise_ms;
    }
    if (ms < min_ms) {
        value_fault(v, node, "C019", "'%s' is too short", key);
        diag_help(v->diags, "%lld ms is the least", (long long)min_ms);
        return otherwise_ms;
    }
    return ms;
}

bool value_bool(const struct values *v, const struct yaml *map, const char *key, bool otherwise)
{
    const struct yaml *node = value_find(v, map, key);

    if (!node)
        return otherwise;
    if (str_eq_c(node->scalar, "true"))
        return true;
    if (!str_eq_c(node->scalar, "false")) {
        value_fault(v, node, "C014", "'%s' must be true or false", key);
        diag_help(v->diags, "the default is %s", otherwise ? "true" : "false");
    }
    return false;
}

static bool is_reference(struct str s)
{
    static const char *const KINDS[] = {"file:", "credential:", "env:"};
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (str_starts(s, str_of(KINDS[i])) && s.len > strlen(KINDS[i]))
            return true;
    return false;
}

static void read_secret(const struct values *v, const struct yaml *node, const char *key,
                        size_t min_chars)
{
    struct secret *secret = NULL;
    struct err err = {0};

    if (!v->secrets)
        return;
    if (!file_secret(node->scalar, &secret, &err)) {
        value_fault(v, node, "C062", "%s", err.what);
        diag_help(v->diags, "the user that runs the service must be able to read it; elsewhere "
                            "use check --without-secrets");
        return;
    }
    if (secret_reveal(secret).len < min_chars) {
        value_fault(v, node, "C063", "the secret behind '%s' is shorter than %zu characters", key,
                    min_chars);
        diag_help(v->diags, "make one: openssl rand -hex 32");
    }
    secret_free(secret);
}

struct str value_secret(const struct values *v, const struct yaml *map, const char *key,
                        bool required, size_t min_chars)
{
    const struct yaml *node = value_find(v, map, key);

    if (!node && required && !yaml_member(map, key)) {
        missing(v, map, key);
        diag_help(v->diags, "add %s: file:/etc/countersign/..., or credential:NAME under systemd",
                  key);
    }
    struct str s = node ? text_of(v, node, key, "") : STR("");
    if (!node || node->kind != YAML_SCALAR)
        return s;
    if (!is_reference(s)) { /* the value is not shown: it may be the secret */
        value_fault(v,
                    &(struct yaml){.key = node->key,
                                   .pos = {node->pos.line, node->pos.column, DIAG_HIDDEN}},
                    "C016", "'%s' must be a reference to a secret, not the secret", key);
        diag_help(v->diags,
                  "put it into a file that only the service can read and write file:/path");
        return STR("");
    }
    if (str_starts(s, STR("env:"))) {
        diag_warning(v->diags, "C015", node->pos,
                     "a secret in the environment is visible to child processes");
        diag_help(v->diags, "use file: or credential:");
    }
    read_secret(v, node, key, min_chars);
    return s;
}

bool value_conninfo_has(struct str s, struct str parameter)
{
    for (size_t i = 0; i + parameter.len < s.len; i++) {
        if (!str_eq_nocase(str_n(s.p + i, parameter.len), parameter))
            continue;
        struct str rest = str_trim(str_n(s.p + i + parameter.len, s.len - i - parameter.len));
        if (rest.len && rest.p[0] == '=')
            return true;
    }
    return false;
}

/* password= of a conninfo, or user:password@ of a URI */
static bool has_password(struct str s)
{
    if (value_conninfo_has(s, STR("password")))
        return true;
    for (size_t i = 0; i + 2 < s.len; i++) {
        if (memcmp(s.p + i, "://", 3) != 0)
            continue;
        struct str rest = str_n(s.p + i + 3, s.len - i - 3);
        struct str authority = str_cut(&rest, '/');
        ptrdiff_t at = str_find(authority, '@'), colon = str_find(authority, ':');
        return at >= 0 && colon >= 0 && colon < at;
    }
    return false;
}

void value_refuse_password(const struct values *v, const struct yaml *node, struct str text,
                           const char *remedy)
{
    struct yaml hidden = {.key = node ? node->key : STR("the environment or the command line")};

    if (!has_password(text))
        return;
    if (node)
        hidden.pos = (struct diag_pos){node->key_pos.line, node->key_pos.column, DIAG_HIDDEN};
    value_fault(v, &hidden, "C034", "a password stands in the connection");
    diag_help(v->diags, "take it out and write %s: file:/path", remedy);
}

void value_check_name(const struct values *v, const struct yaml *map, const char *key,
                      struct str name)
{
    const struct yaml *node = yaml_member(map, key);
    bool good = name.len <= 64;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
    }
    if (good)
        return;
    diag_error(v->diags, "C027", node ? node->pos : map->pos, "'%.*s' cannot be a name",
               STR_ARG(name));
    diag_help(v->diags, "use up to 64 letters, digits, - _ and .");
}

static const struct yaml *of_kind(const struct values *v, const struct yaml *map, const char *key,
                                  enum yaml_kind kind)
{
    const struct yaml *node = yaml_member(map, key);

    if (!node || node->kind == kind)
        return node;
    diag_error(v->diags, "C010", node->kind == YAML_SCALAR ? node->key_pos : node->pos,
               "'%s' must be a %s", key, kind == YAML_LIST ? "list" : "map");
    diag_help(v->diags, kind == YAML_LIST ? "begin each entry with '- '"
                                          : "write name: value, one below the other");
    return NULL;
}

const struct yaml *value_list(const struct values *v, const struct yaml *map, const char *key)
{
    return of_kind(v, map, key, YAML_LIST);
}

const struct yaml *value_map(const struct values *v, const struct yaml *map, const char *key)
{
    return of_kind(v, map, key, YAML_MAP);
}

void value_refuse_unknown(const struct values *v, const struct yaml *map, const char *const *known,
                          const char *where)
{
    yaml_refuse_unknown(map, known, where, (struct yaml_codes){"C010", "C017"}, v->diags);
}
