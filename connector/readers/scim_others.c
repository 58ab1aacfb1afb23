#include "readers/scim_others.h"

#include <stdio.h>

#include "readers/scim_value.h"

static bool by_user(const struct scim_server *server)
{
    return server->first == SCIM_BY_USER || server->second == SCIM_BY_USER;
}

struct str scim_others_address(const struct scim_place *place, const struct scim_server *server,
                               struct arena *arena, struct str user_id)
{
    static const char *const FILTERS[] = {[SCIM_BY_VALUE] = "members.value eq ",
                                          [SCIM_BY_ELEMENT] = "members[value eq ",
                                          [SCIM_BY_MEMBERS] = "members eq "};
    AUTO(drop_buf) struct buf filter;
    char count[24];

    if (by_user(server))
        return scim_address(arena, place, server->users, user_id, STR_NONE,
                            arena_printf(arena, "id,%s", place->values ? place->values : "groups"),
                            "");
    if (server->first > SCIM_BY_MEMBERS)
        return STR_NONE;
    buf_init(&filter, SCIM_URL_BYTES);
    buf_add_c(&filter, FILTERS[server->first]);
    scim_add_literal(&filter, user_id);
    if (server->first == SCIM_BY_ELEMENT)
        buf_add_byte(&filter, ']');
    struct str attributes = arena_printf(arena, "id,%.*s", STR_ARG(place->group_name));
    snprintf(count, sizeof count, "&count=%d", OTHERS_MAX + 1);
    return filter.over ? STR_NONE
                       : scim_address(arena, place, server->groups, STR_NONE, buf_str(&filter),
                                      attributes, count);
}

/* References say what a group is called by `display` (RFC 7643 section 2.4), and its id. */
static struct str name_of(const struct scim_place *place, const struct json *group, bool reference)
{
    if (str_eq_c(place->group_name, "id"))
        return scim_id(group, reference ? "value" : "id");
    if (!reference)
        return json_id(NULL, scim_member_str(group, place->group_name));
    return str_eq_nocase(place->group_name, STR("displayName"))
               ? json_str(scim_member(group, "display"))
               : STR_NONE;
}

static bool take_each(const struct scim_place *place, const struct json *groups, bool references,
                      struct str group_id, struct answer *answer)
{
    bool listed = false;

    others_begin(answer);
    JSON_EACH(it, groups)
    {
        struct str type = json_str(scim_member(it, "type"));
        if (references && str_eq_nocase(type, STR("indirect")))
            continue;
        listed |= str_eq(scim_id(it, references ? "value" : "id"), group_id);
        others_add(answer, name_of(place, it, references));
    }
    return listed;
}

bool scim_others_take(const struct scim_place *place, const struct scim_server *server,
                      struct str user_id, struct str group_id, const struct scim_reply *reply,
                      struct answer *answer)
{
    struct scim_list list;

    others_lost(answer);
    if (reply->told != SCIM_TOLD)
        return false;
    if (by_user(server) && place->values)
        return str_eq(scim_id(reply->body, "id"), user_id) &&
               scim_value_others(scim_member(reply->body, place->values), group_id, answer);
    if (by_user(server)) {
        const struct json *groups = scim_member(reply->body, "groups");
        bool good = str_eq(scim_id(reply->body, "id"), user_id) &&
                    (json_type(groups) == JSON_ARRAY || json_type(groups) == JSON_NULL);
        return good && take_each(place, groups, true, group_id, answer);
    }
    if (!scim_list_read(reply->body, &list) || list.next_cursor.len ||
        list.total != (int64_t)list.count)
        return false;
    return take_each(place, list.resources, false, group_id, answer);
}
