/* What a binding makes of one value of its field: how a mapping is checked against what a field is.
 */
#include "mapping/mapping_priv.h"

bool mapping_reads(struct arena *arena, const struct binding *b, const struct json *value, bool all,
                   struct str *ret, const char **ret_why)
{
    struct value v = value_of_field(value);

    for (size_t i = 0; i < b->step_count; i++) {
        if (!all && step_kind(b->steps[i]) == STEP_SHAPE)
            break;
        v = value_step(arena, b->steps[i], b->arguments[i], v);
    }
    *ret = v.text;
    *ret_why = NULL;
    if (v.kind == VALUE_WRONG)
        *ret_why = v.wrong;
    else if (v.kind == VALUE_PERSON)
        *ret_why = "holds a person; begin with email or account";
    else if (v.kind == VALUE_LIST)
        *ret_why = "holds more than one value";
    return !*ret_why;
}
