/* config_value.h: typed values out of a YAML map, faults with place and remedy. Private to config/.
 *
 * Options of the whole program (not those of one site or source) can also come from the command
 * line ("--set listen.port=8480") or the environment (COUNTERSIGN_LISTEN_PORT), in this order
 * before the file. Their faults name where they came from instead of a line. */
#ifndef COUNTERSIGN_CONFIG_VALUE_H
#define COUNTERSIGN_CONFIG_VALUE_H

#include "yaml/yaml.h"

struct values {
    struct diag_list *diags;
    struct arena *arena;
    const char
        *section; /* "listen", "" for the top; NULL: only the file counts (elements of lists) */
    const char *const *set; /* "path=value" of the command line, the last one wins */
    size_t set_count;
    const char *(*environment)(const char *name); /* NULL: none */
    bool secrets; /* secrets are read, so that a fault is told with its place */
};

/* The value that counts, wherever it comes from; NULL when there is none. One from outside the file
 * has no position. */
const struct yaml *value_find(const struct values *v, const struct yaml *map, const char *key);

/* A fault of a value that was found: at its place, or with a note that says where it comes from. */
void value_fault(const struct values *v, const struct yaml *node, const char *code, const char *fmt,
                 ...) PRINTF_LIKE(4, 5);
/* Text; `otherwise` when absent. */
struct str value_str(const struct values *v, const struct yaml *map, const char *key,
                     const char *otherwise);
/* Missing is an error; `example` goes into the remedy. */
struct str value_required(const struct values *v, const struct yaml *map, const char *key,
                          const char *example);
/* One of `choices` (NULL-terminated), as its index; the first is the default. A fault has code
 * `code`. */
size_t value_choice(const struct values *v, const struct yaml *map, const char *key,
                    const char *code, const char *const *choices);
int64_t value_int(const struct values *v, const struct yaml *map, const char *key,
                  int64_t otherwise, int64_t min, int64_t max);
/* "500ms", "30s", "15m", "8h", "2d" in milliseconds, from min_ms up. */
int64_t value_duration(const struct values *v, const struct yaml *map, const char *key,
                       int64_t otherwise_ms, int64_t min_ms);
bool value_bool(const struct values *v, const struct yaml *map, const char *key, bool otherwise);
/* A reference: file:, credential: or env: (with a warning). Empty when absent and not required. A
 * secret that cannot be read, or has less than min_chars, is a fault where secrets are read; its
 * value is shown nowhere and kept nowhere. */
struct str value_secret(const struct values *v, const struct yaml *map, const char *key,
                        bool required, size_t min_chars);
/* A connection string, from the file's `node` or (NULL) the environment; a password in it is a
 * fault, and is not shown. */
void value_refuse_password(const struct values *v, const struct yaml *node, struct str text,
                           const char *remedy);
/* Does a connection string give that parameter? */
bool value_conninfo_has(struct str conninfo, struct str parameter);
/* A name that becomes part of an address, a metric or a report: letters, digits, - _ . */
void value_check_name(const struct values *v, const struct yaml *map, const char *key,
                      struct str name);
/* A list or map where one is expected; NULL, with a fault, for anything else. */
const struct yaml *value_list(const struct values *v, const struct yaml *map, const char *key);
const struct yaml *value_map(const struct values *v, const struct yaml *map, const char *key);
void value_refuse_unknown(const struct values *v, const struct yaml *map, const char *const *known,
                          const char *where);

#endif
