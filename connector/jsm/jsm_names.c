#include "jsm/jsm_names.h"

struct jsm_call jsm_call_field_list(void)
{
    return jsm_call_of(JSM_ROUTE_FIELD_LIST, JSM_READ, STR("/rest/api/3/field"), STR_NONE);
}

static struct str name_of(const struct json *body, struct str id)
{
    struct str name = STR_NONE;
    size_t called_so = 0;

    JSON_EACH(field, body)
    if (str_eq(json_path_str(field, "id"), id))
        name = json_path_str(field, "name");
    JSON_EACH(field, body)
    called_so += str_eq_nocase(json_path_str(field, "name"), name);
    return called_so == 1 ? name : STR_NONE;
}

bool jsm_names_read(struct arena *a, const struct json *body, const struct str *ids, size_t count,
                    struct str *names, struct err *err)
{
    if (json_type(body) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "a list of fields that is none");
    for (size_t i = 0; i < count; i++)
        names[i] = arena_str(a, name_of(body, ids[i]));
    return true;
}
