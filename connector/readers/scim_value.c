#include "readers/scim_value.h"

/* An element is an object with a `value`; sloppy servers write the text alone. */
static struct str value_of(const struct json *element)
{
    return json_type(element) == JSON_STRING ? json_str(element)
                                             : json_id(NULL, scim_member(element, "value"));
}

int scim_value_in(const struct json *list, struct str value, const char **ret_reason)
{
    bool other_case = false;

    if (json_type(list) == JSON_NULL) /* RFC 7643 section 2.5: what is empty is not shown */
        return 0;
    if (json_type(list) != JSON_ARRAY) {
        *ret_reason = "BadReply";
        return -1;
    }
    JSON_EACH(it, list)
    {
        struct str one = value_of(it);
        if (str_eq(one, value))
            return 1;
        if (!one.len) { /* which one it is nobody can tell */
            *ret_reason = "BadReply";
            return -1;
        }
        other_case |= str_eq_nocase(one, value);
    }
    if (!other_case)
        return 0;
    *ret_reason = "NameInAnotherCase";
    return -1;
}

bool scim_value_is_known(const struct scim_place *place, struct str value)
{
    struct str rest = place->known;

    while (rest.len)
        if (str_eq(str_trim(str_cut(&rest, ',')), value))
            return true;
    return false;
}

bool scim_value_others(const struct json *list, struct str value, struct answer *answer)
{
    const char *reason;
    int held = scim_value_in(list, value, &reason);

    if (held < 0)
        return false;
    others_begin(answer);
    JSON_EACH(it, list)
    others_add(answer, value_of(it));
    return held == 1;
}
