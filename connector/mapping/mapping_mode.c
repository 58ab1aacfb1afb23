/* How a request is governed now, by the mapping that is live now: not by the one it was made with.
 */
#include "mapping/mapping.h"

static const struct mapping_rule *rule_of(const struct mapping *m, struct str name,
                                          struct str request_type)
{
    for (size_t i = 0; i < m->rule_count; i++)
        if (name.len && str_eq(m->rules[i].name, name))
            return &m->rules[i];
    for (size_t i = 0; i < m->rule_count; i++)
        if (request_type.len && str_eq(m->rules[i].request_type, request_type))
            return &m->rules[i];
    return NULL;
}

struct mapping_mode mapping_mode_of(const struct mapping_rule *rule, enum gate_mode otherwise)
{
    return (struct mapping_mode){rule->mode_said ? rule->mode : otherwise, rule->mode_said};
}

bool mapping_mode(const struct mapping *m, struct str rule, struct str request_type,
                  enum gate_mode otherwise, struct mapping_mode *ret)
{
    const struct mapping_rule *r = rule_of(m, rule, request_type);

    if (r)
        *ret = mapping_mode_of(r, otherwise);
    return r != NULL;
}
