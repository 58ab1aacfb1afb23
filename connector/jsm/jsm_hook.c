#include "jsm/jsm_hook.h"

#include "base/codecs.h"
#include "base/limits.h"
#include "jsm/jsm_marker.h"

bool jsm_hook_is_signed(struct hmac *const *keys, size_t key_count, struct str header,
                        struct str body)
{
    const struct str METHOD = STR("sha256=");
    uint8_t given[SHA256_BYTES], wanted[SHA256_BYTES];
    bool matches = false;

    if (!str_starts(header, METHOD))
        return false;
    if (!hex_decode(str_n(header.p + METHOD.len, header.len - METHOD.len), given, sizeof given))
        return false;
    for (size_t i = 0; i < key_count; i++) {
        hmac_sign(keys[i], body, wanted);
        matches |= equal_const_time(given, wanted, sizeof wanted);
    }
    return matches;
}

/* ".../issue/10042/comment/10500": comment events may carry no issue at all. */
static struct str id_from_link(struct str link)
{
    const struct str PART = STR("/issue/");

    for (size_t i = 0; i + PART.len < link.len; i++) {
        if (!str_starts(str_n(link.p + i, link.len - i), PART))
            continue;
        struct str rest = str_n(link.p + i + PART.len, link.len - i - PART.len);
        struct str id = str_cut(&rest, '/');
        return jsm_is_id(id) ? id : STR_NONE;
    }
    return STR_NONE;
}

bool jsm_hook_read(struct arena *a, struct str body, struct jsm_hook *ret, struct err *err)
{
    const struct json *v;

    *ret = (struct jsm_hook){0};
    if (!json_parse_deep(a, body, LIMIT_JIRA_JSON_DEPTH, &v, err))
        return false;
    if (json_type(v) != JSON_OBJECT)
        return FAIL(err, ERR_INPUT, "not an object");
    const struct json *issue = json_member(v, "issue");
    ret->event = json_path_str(v, "webhookEvent");
    if (!issue && json_member(v, "fields")) /* automation: the bare issue */
        issue = v;
    ret->issue_id = json_id(a, json_member(issue, "id"));
    ret->key = json_path_str(issue, "key");
    if (!ret->issue_id.len)
        ret->issue_id = id_from_link(json_path_str(v, "comment/self"));
    if (ret->issue_id.len && !jsm_is_id(ret->issue_id))
        return FAIL(err, ERR_INPUT, "an issue id that is not a number");
    if (!ret->issue_id.len && !ret->event.len)
        return FAIL(err, ERR_INPUT, "neither an event nor an issue");
    return true;
}
