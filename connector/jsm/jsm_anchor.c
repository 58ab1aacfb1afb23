#include "jsm/jsm_anchor.h"

#include "jsm/jsm_call_priv.h"
#include "json/json_write.h"

enum { KEY_MAX = 64 };

bool jsm_anchor_key_ok(struct str key)
{
    size_t at = 0, digits = 0;

    while (at < key.len && ((key.p[at] >= 'A' && key.p[at] <= 'Z') || key.p[at] == '_' ||
                            (at && key.p[at] >= '0' && key.p[at] <= '9')))
        at++;
    if (!at || at >= key.len || key.p[at++] != '-')
        return false;
    while (at + digits < key.len && key.p[at + digits] >= '0' && key.p[at + digits] <= '9')
        digits++;
    return digits && at + digits == key.len && key.len <= KEY_MAX;
}

struct jsm_call jsm_call_anchor(struct arena *a, struct str issue_key, int64_t entries,
                                struct str note)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "checkpoint", note);
    json_i64_member(&out, "entries", entries);
    json_close_object(&out);
    struct str path =
        jsm_anchor_key_ok(issue_key)
            ? arena_printf(a, "/rest/api/3/issue/%.*s/properties/" JSM_ANCHOR, STR_ARG(issue_key))
            : STR_NONE;
    struct jsm_call call = jsm_call_of(JSM_ROUTE_BIND, JSM_REPEATABLE, path, jsm_settle(a, &b));
    call.issue_id = issue_key;
    call.lane = LANE_SWEEP; /* whatever tickets need comes first */
    return call;
}
