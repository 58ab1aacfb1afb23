#include "jsm/jsm_state.h"

void jsm_state_write(struct json_out *out, const struct said *said)
{
    json_open_object(out);
    json_i64_member(out, "v", 1);
    json_str_member(out, "request", said->request);
    json_str_member(out, "state", said->state);
    json_str_member(out, "check", said->check);
    json_str_member(out, "line", said->line);
    json_close_object(out);
}

/* A field as it stands; where the site has none, what the property says. */
static struct str field_or(const struct json *issue, struct str field, struct str otherwise)
{
    const struct json *fields = json_member(issue, "fields");

    if (!field.len)
        return otherwise;
    JSON_EACH(member, fields)
    {
        if (!str_eq(json_name(member), field))
            continue;
        struct str option = json_path_str(member, "value");
        return option.len ? option : json_str(member);
    }
    return STR_NONE;
}

struct str jsm_state_fields(struct arena *a, const struct jsm_view *view)
{
    return arena_printf(a, "%.*s,%.*s", STR_ARG(view->check_field), STR_ARG(view->reason_field));
}

void jsm_state_read(struct arena *a, const struct json *issue, const struct jsm_view *view,
                    struct ticket *ticket)
{
    static const struct jsm_view NO_FIELDS = {0};

    ticket->shown_hash = jsm_state_hash(issue, view);
    ticket->stated_hash = jsm_state_hash(issue, &NO_FIELDS);
    ticket->shown_in = jsm_state_fields(a, view);
}

uint64_t jsm_state_hash(const struct json *issue, const struct jsm_view *view)
{
    const struct json *state = json_member(json_member(issue, "properties"), JSM_STATE);
    struct said said = {.request = json_path_str(state, "request"),
                        .state = json_path_str(state, "state"),
                        .check = json_path_str(state, "check"),
                        .line = json_path_str(state, "line")};

    said.field_check = field_or(issue, view->check_field, said.check);
    said.field_line = field_or(issue, view->reason_field, said.line);
    return words_hash(&said);
}
