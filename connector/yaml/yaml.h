/* yaml.h: configuration and mapping files as a tree with positions (libyaml, included nowhere else;
 * JSON is accepted because YAML contains it). A strict subset, so that a file means what it seems
 * to mean: one document, no anchors, aliases, tags or duplicate keys, and the words that YAML 1.1
 * turns into booleans (yes, no, on, off) must be quoted, as keys too. Bounded in bytes, nodes and
 * depth. Faults M001 to M010; all are listed unless the text cannot be read on. */
#ifndef COUNTERSIGN_YAML_H
#define COUNTERSIGN_YAML_H

#include "base/arena.h"
#include "yaml/diag.h"

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_LIST };

struct yaml {
    enum yaml_kind kind;
    struct diag_pos pos;
    struct diag_pos key_pos;
    struct str key;    /* of a map's member; NUL-terminated, as is scalar */
    struct str scalar; /* text of a scalar */
    bool quoted;
    const struct yaml *first, *next; /* children of a map or list; the next sibling */
};

/* NULL when there is any fault; they are in `diags`, which keeps the text to show its lines,
 * without the byte order mark that some editors put before it. The tree lives in the arena and
 * borrows nothing from the text. */
const struct yaml *yaml_parse(struct arena *arena, struct str text, struct diag_list *diags);

const struct yaml *yaml_member(const struct yaml *map,
                               const char *key); /* NULL when absent or not a map */
size_t yaml_count(const struct yaml *v);
/* The codes of the two faults below. */
struct yaml_codes {
    const char *no_map, *unknown;
};
/* A key that nobody reads is a mistake that would stay silent: a fault for each that is not in the
 * NULL-terminated list, with the name most like it, and for what is no map. Accepts NULL. */
void yaml_refuse_unknown(const struct yaml *map, const char *const *known, const char *where,
                         struct yaml_codes codes, struct diag_list *diags);
/* What an unquoted scalar says: nothing (empty, ~, null); true or false; a JSON number. All accept
 * NULL. */
bool yaml_is_null(const struct yaml *v);
bool yaml_is_bool(const struct yaml *v);
bool yaml_is_number(const struct yaml *v);
/* "500ms", "30s", "15m", "8h", "2d", or "0", in milliseconds. False for anything else, and above
 * ten years. */
MUST_CHECK bool yaml_duration(struct str text, int64_t *ret_ms);
#define YAML_EACH(it, container) \
    for (const struct yaml *it = (container) ? (container)->first : NULL; it; it = it->next)

#endif
