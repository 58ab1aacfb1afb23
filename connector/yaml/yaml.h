/* yaml.h: configuration and mapping files as a tree with positions (libyaml, included nowhere else; JSON is accepted
 * because YAML contains it). A strict subset: no anchors, aliases, tags or duplicate keys, and the words that YAML 1.1 turns
 * into booleans (yes, no, on, off) must be quoted. Bounded in bytes, nodes and depth. */
#ifndef COUNTERSIGN_YAML_H
#define COUNTERSIGN_YAML_H

#include "base/arena.h"
#include "yaml/diag.h"

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_LIST };

struct yaml {
    enum yaml_kind kind;
    struct diag_pos pos;
    struct diag_pos key_pos;
    struct str key;    /* of a map's member */
    struct str scalar; /* text of a scalar */
    bool quoted;
    const struct yaml *first, *next; /* children of a map or list; the next sibling */
};

/* NULL when the text could not be read; the faults are in `diags`. Lives in the arena. */
const struct yaml *yaml_parse(struct arena *arena, struct str text, struct diag_list *diags);

const struct yaml *yaml_member(const struct yaml *map, const char *key); /* NULL when absent or not a map */
size_t yaml_count(const struct yaml *v);
#define YAML_EACH(it, container) for (const struct yaml *it = (container) ? (container)->first : NULL; it; it = it->next)

#endif
