#include "readers/scim_question.h"

#include <string.h>

#include "readers/scim_others.h"
#include "readers/scim_value.h"

enum { SCIM_LONG_ID = 16 };

/* --- one way --- */

const char *scim_way_name(enum scim_way way)
{
    static const char *const NAMES[] = {
        "groups by filter members.value eq (A)",
        "groups by filter members[value eq] (B)",
        "groups by filter members eq (C)",
        "the user's own list of groups (D)",
        "the group's own list of members (E)",
        "users by filter groups.value eq (F)",
        "none",
    };
    return NAMES[way];
}

struct str scim_way_address(const struct scim_place *place, const struct scim_server *server,
                            struct arena *arena, enum scim_way way, struct str group_id,
                            struct str user_id)
{
    static const char *const MIDDLE[] = {
        [SCIM_BY_VALUE] = "members.value eq ",
        [SCIM_BY_ELEMENT] = "members[value eq ",
        [SCIM_BY_MEMBERS] = "members eq ",
    };
    AUTO(drop_buf) struct buf filter;
    bool of_users = way == SCIM_BY_GROUPS;
    const char *held = place->values ? place->values : "groups";

    buf_init(&filter, SCIM_URL_BYTES);
    if (way == SCIM_BY_USER)
        return scim_address(arena, place, server->users, user_id, STR_NONE,
                            arena_printf(arena, "id,active,%s", held), "");
    if (way == SCIM_BY_GROUP)
        return scim_address(arena, place, server->groups, group_id, STR_NONE, STR("id,members"),
                            "");
    buf_add_c(&filter, "id eq ");
    scim_add_literal(&filter, of_users ? user_id : group_id);
    buf_add_c(&filter, " and ");
    if (of_users)
        buf_printf(&filter, "%s.value eq ", held);
    else
        buf_add_c(&filter, MIDDLE[way]);
    scim_add_literal(&filter, of_users ? group_id : user_id);
    if (way == SCIM_BY_ELEMENT)
        buf_add_byte(&filter, ']');
    if (filter.over)
        return STR_NONE;
    return scim_address(arena, place, of_users ? server->users : server->groups, STR_NONE,
                        buf_str(&filter), STR("id"), "&count=2");
}

/* A list of references: is this one in it? */
static enum scim_said take_references(const struct json *list, bool of_group, struct str id,
                                      const char **ret_reason)
{
    /* a group that shows none: is nobody in it, or may we not see who? */
    if (of_group && json_type(list) == JSON_NULL) {
        *ret_reason = "MembersNotVisible";
        return SCIM_SAID_NOTHING;
    }
    if (json_type(list) != JSON_ARRAY && json_type(list) != JSON_NULL) {
        *ret_reason = "BadReply";
        return SCIM_SAID_NOTHING;
    }
    enum scim_said said = SCIM_SAID_NO;
    JSON_EACH(it, list)
    {
        struct str value = scim_id(it, "value");
        struct str type = json_str(scim_member(it, "type"));
        if (of_group && str_eq_nocase(type, STR("Group")))
            continue;     /* its id may be a user's as well */
        if (!value.len) { /* whoever stands there cannot be told from him */
            *ret_reason = "BadReply";
            return SCIM_SAID_NOTHING;
        }
        if (!str_eq(value, id))
            continue;
        bool nested = str_eq_nocase(type, STR("indirect"));
        if (!nested || said == SCIM_SAID_NO)
            said = nested ? SCIM_SAID_NESTED : SCIM_SAID_DIRECT;
    }
    return said;
}

static enum scim_said take_values(const struct json *list, struct str value,
                                  const char **ret_reason)
{
    int held = scim_value_in(list, value, ret_reason);
    return held < 0 ? SCIM_SAID_NOTHING : held ? SCIM_SAID_DIRECT : SCIM_SAID_NO;
}

static enum scim_said take_matches(const struct json *body, bool by_cursor, struct str id,
                                   const char **ret_reason)
{
    struct scim_list list;

    if (!scim_list_read(body, &list) || (list.total < 0 && !by_cursor)) {
        *ret_reason = "BadReply";
        return SCIM_SAID_NOTHING;
    }
    if (!list.count && (list.next_cursor.len || list.total > 0)) {
        *ret_reason = "PartialResult";
        return SCIM_SAID_NOTHING;
    }
    if (!list.count)
        return SCIM_SAID_NO;
    if (list.count > 1 || list.total > 1 ||
        !str_eq(scim_id(json_first(list.resources), "id"), id)) {
        *ret_reason = "FilterIgnored";
        return SCIM_SAID_NOTHING;
    }
    return SCIM_SAID_DIRECT;
}

enum scim_said scim_way_take(const struct scim_place *place, const struct scim_server *server,
                             enum scim_way way, struct str group_id, struct str user_id,
                             const struct scim_reply *reply, enum account_state *ret_state,
                             const char **ret_reason)
{
    bool of_user = way == SCIM_BY_USER;

    *ret_reason = reply->reason;
    if (reply->told == SCIM_UNSUPPORTED) {
        *ret_reason = "FilterUnsupported";
        return SCIM_SAID_UNSUPPORTED;
    }
    if (reply->told == SCIM_GONE && (of_user || way == SCIM_BY_GROUP))
        *ret_reason = "ChangedWhileReading"; /* it was there a moment ago */
    if (reply->told != SCIM_TOLD)
        return SCIM_SAID_NOTHING;
    if (!of_user && way != SCIM_BY_GROUP)
        return take_matches(reply->body, server->by_cursor,
                            way == SCIM_BY_GROUPS ? user_id : group_id, ret_reason);
    if (!str_eq(scim_id(reply->body, "id"), of_user ? user_id : group_id)) {
        *ret_reason = "BadReply";
        return SCIM_SAID_NOTHING;
    }
    if (of_user)
        *ret_state = scim_state(server, reply->body);
    if (of_user && place->values)
        return take_values(scim_member(reply->body, place->values), group_id, ret_reason);
    return take_references(scim_member(reply->body, of_user ? "groups" : "members"), !of_user,
                           of_user ? group_id : user_id, ret_reason);
}

/* --- the question --- */

static void end_unknown(struct scim_question *q, const char *reason)
{
    q->at = SCIM_AT_END;
    q->answer = answer_unknown(reason);
}

static void end_known(struct scim_question *q, enum outcome outcome, enum via via,
                      const char *reason)
{
    struct answer *a = &q->answer;

    q->at = SCIM_AT_END;
    *a = (struct answer){
        .outcome = outcome, .account = q->state, .via = via, .complete = true, .reason = reason};
    str_copy(a->native_id, sizeof a->native_id, str_of(q->user_id));
    str_copy(a->entitlement_id, sizeof a->entitlement_id, str_of(q->group_id));
    answer_raw(a, "group %s\nuser %s\noutcome %u\nvia %u\naccount %u\n", q->group_id, q->user_id,
               outcome, via, q->state);
    if (q->wants_others && q->user_id[0])
        q->at = SCIM_AT_OTHERS;
}

/* Somebody who holds it is found like somebody by any other attribute, and an entry of the
 * catalogue like a group. Whoever walks the whole list must pass the canary's there. */
static void seek(struct scim_question *q, bool holders)
{
    q->there = *q->server;
    q->there_of = *q->place;
    q->there_of.group_name = STR("value");
    q->there_of.user_name = str_eq_c(str_of(q->place->values), "roles") ? STR("roles.value")
                                                                        : STR("entitlements.value");
    q->there_of.canary_account = q->place->canary_entitlement;
    q->there.user_exact = true;
    if (holders && q->server->first != SCIM_BY_GROUPS) /* such a filter was not proven */
        q->there.filters = false;
    str_copy(q->there.groups, sizeof q->there.groups, str_of(q->server->catalogue));
    q->at = holders ? SCIM_AT_HOLDERS : SCIM_AT_CATALOGUE;
    scim_find_begin(&q->find, &q->there_of, &q->there, q->arena, holders, str_of(q->group_id));
}

/* No. Of a value that nobody has shown to exist that proves nothing: whether it does is asked then.
 * The canary's is asked for nothing: it must be held. */
static void end_absent(struct scim_question *q, const char *reason)
{
    struct str value = str_of(q->group_id);

    q->absent = reason;
    if (!q->place->values || q->wanted || str_eq(q->group_pin, value) ||
        scim_value_is_known(q->place, value))
        end_known(q, OUTCOME_ABSENT, VIA_NONE, reason);
    else
        seek(q, true);
}

static void value_sought(struct scim_question *q)
{
    bool there = !q->find.trouble && q->find.found;

    if (there)
        end_known(q, OUTCOME_ABSENT, VIA_NONE, q->absent);
    else if (q->at == SCIM_AT_HOLDERS && q->server->catalogue[0])
        seek(q, false);
    else
        end_unknown(q, "EntitlementNotFound");
}

static enum scim_way first_of(unsigned ways)
{
    enum scim_way way = SCIM_BY_VALUE;

    while (way < SCIM_WAYS && !(ways >> way & 1))
        way = (enum scim_way)(way + 1);
    return way;
}

void scim_question_begin(struct scim_question *q, const struct scim_place *place,
                         const struct scim_server *server, struct arena *arena, struct str account,
                         struct str entitlement, unsigned wanted)
{
    *q = (struct scim_question){.place = place,
                                .server = server,
                                .arena = arena,
                                .account = account,
                                .entitlement = entitlement,
                                .wanted = wanted,
                                .way = wanted ? first_of(wanted) : server->first};
    if (!place->values)
        scim_find_begin(&q->find, place, server, arena, false, entitlement);
}

void scim_question_pinned(struct scim_question *q, struct str group_id)
{
    q->group_pin = group_id;
}

void scim_question_by_id(struct scim_question *q)
{
    q->by_id = true;
}

void scim_question_list_others(struct scim_question *q)
{
    q->wants_others = true;
}

static void take_group(struct scim_question *q, struct str id)
{
    if (!str_copy(q->group_id, sizeof q->group_id, id)) {
        end_unknown(q, "KeyTooLong");
        return;
    }
    q->at = q->by_id ? SCIM_AT_ID : SCIM_AT_USER;
    if (!q->by_id)
        scim_find_begin(&q->find, q->place, q->server, q->arena, true, q->account);
    else if (!str_copy(q->user_id, sizeof q->user_id, q->account))
        end_unknown(q, "KeyTooLong");
}

static void group_found(struct scim_question *q)
{
    if (q->find.trouble)
        end_unknown(q, q->find.trouble);
    else if (q->find.found == 1)
        take_group(q, str_of(q->find.id));
    else if (q->find.found)
        end_unknown(q, "EntitlementAmbiguous");
    else if (q->group_pin.len) /* it was seen before: renamed, perhaps */
        q->at = SCIM_AT_GROUP_ID;
    else /* gone, renamed, or hidden: not for us to tell apart */
        end_unknown(q, "EntitlementNotFound");
}

static void take_group_id(struct scim_question *q, const struct scim_reply *reply)
{
    if (reply->told == SCIM_TOLD && str_eq(scim_id(reply->body, "id"), q->group_pin))
        take_group(q, q->group_pin);
    else if (reply->told == SCIM_GONE)
        end_unknown(q, "EntitlementNotFound");
    else
        end_unknown(q, reply->told == SCIM_TOLD ? "BadReply" : reply->reason);
}

static void user_found(struct scim_question *q)
{
    if (q->find.trouble) {
        end_unknown(q, q->find.trouble);
    } else if (q->find.found > 1) {
        end_unknown(q, "AccountAmbiguous");
        q->answer.account = ACCOUNT_AMBIGUOUS;
    } else if (!q->find.found) {
        q->state = ACCOUNT_MISSING;
        end_absent(q, "AccountMissing");
    } else {
        str_copy(q->user_id, sizeof q->user_id, str_of(q->find.id));
        q->state = q->find.state;
        q->at = SCIM_AT_MEMBER;
    }
}

/* RFC 7644 section 3.4.1: 404 of an id that was seen before. Of the canary, which was seen just
 * now, it says that the server answers for no ids. */
static void take_id(struct scim_question *q, const struct scim_reply *reply)
{
    bool there = reply->told == SCIM_TOLD && str_eq(scim_id(reply->body, "id"), str_of(q->user_id));

    if (there) {
        q->state = scim_state(q->server, reply->body);
        q->at = SCIM_AT_MEMBER;
    } else if (reply->told == SCIM_GONE && !q->wanted) {
        q->user_id[0] = '\0';
        q->state = ACCOUNT_MISSING;
        end_absent(q, "AccountMissing");
    } else {
        end_unknown(q, reply->told == SCIM_TOLD ? "BadReply" : reply->reason);
    }
}

/* Who holds it is in the list of what he holds, or the list is not whole. */
static void take_others(struct scim_question *q, const struct scim_reply *reply)
{
    q->at = SCIM_AT_END;
    q->listed = scim_others_take(q->place, q->server, str_of(q->user_id), str_of(q->group_id),
                                 reply, &q->answer);
    if (q->answer.outcome == OUTCOME_PRESENT && q->answer.via != VIA_NESTED && !q->listed)
        others_lost(&q->answer);
}

static struct str question_address(struct scim_question *q, struct arena *arena)
{
    if (q->at == SCIM_AT_OTHERS)
        return scim_others_address(q->place, q->server, arena, str_of(q->user_id));
    if (q->at == SCIM_AT_GROUP_ID)
        return scim_address(arena, q->place, q->server->groups, q->group_pin, STR_NONE, STR("id"),
                            "");
    if (q->at == SCIM_AT_ID)
        return scim_address(arena, q->place, q->server->users, str_of(q->user_id), STR_NONE,
                            STR("id,active"), "");
    if (q->at == SCIM_AT_MEMBER)
        return scim_way_address(q->place, q->server, arena, q->way, str_of(q->group_id),
                                str_of(q->user_id));
    return scim_find_next(&q->find, arena);
}

struct str scim_question_next(struct scim_question *q, struct arena *arena)
{
    while (q->at != SCIM_AT_END) {
        if (q->at == SCIM_AT_GROUP && q->place->values) { /* a value is its own id */
            take_group(q, q->entitlement);
            continue;
        }
        struct str url = question_address(q, arena);
        if (url.len)
            return url;
        if (q->at == SCIM_AT_GROUP)
            group_found(q);
        else if (q->at == SCIM_AT_HOLDERS || q->at == SCIM_AT_CATALOGUE)
            value_sought(q);
        else if (q->at == SCIM_AT_USER)
            user_found(q);
        else if (q->at == SCIM_AT_OTHERS)
            q->at = SCIM_AT_END;
        else
            end_unknown(q, "KeyTooLong");
    }
    return STR_NONE;
}

static void end_present(struct scim_question *q, enum scim_said said)
{
    enum via via = said == SCIM_SAID_NESTED ? VIA_NESTED : VIA_DIRECT;

    if (q->way == SCIM_BY_GROUPS && !q->place->values) /* a filter does not say how */
        via = VIA_NONE;
    if (q->state == ACCOUNT_UNKNOWN) /* a dead account's right is no right */
        end_unknown(q, "AccountStateHidden");
    else
        end_known(q, OUTCOME_PRESENT, via, "Ok");
}

/* A filter on members does not tell a user from a group in the group. Their ids may be the same
 * where each kind is numbered by itself: short ones, other than UUIDs. */
static bool is_mistakable(const struct scim_question *q)
{
    bool by_filter =
        q->way == SCIM_BY_VALUE || q->way == SCIM_BY_ELEMENT || q->way == SCIM_BY_MEMBERS;
    if (q->place->values) /* nor a role from one of its name in another case */
        return q->way == SCIM_BY_GROUPS;
    return by_filter && strlen(q->user_id) < SCIM_LONG_ID;
}

/* An item's ways: one no is asked again from the other side, which sees what the first may not:
 * members hidden from us, membership through another group. */
static void take_of_item(struct scim_question *q, enum scim_said said, const char *reason)
{
    bool more = q->way == q->server->first && q->server->second != SCIM_NO_WAY;

    if (said == SCIM_SAID_NOTHING || (said == SCIM_SAID_UNSUPPORTED && !more)) {
        end_unknown(q, reason);
    } else if ((said == SCIM_SAID_DIRECT && q->denied) || (said == SCIM_SAID_NO && q->granted)) {
        end_unknown(q, "SourceContradicts");
    } else if (said == SCIM_SAID_DIRECT && more && is_mistakable(q)) {
        q->granted = true;
        q->way = q->server->second;
    } else if (said == SCIM_SAID_DIRECT || said == SCIM_SAID_NESTED) {
        end_present(q, said);
    } else if (more) { /* no, or not for this group: scimmy fails on one that lost its last member
                        */
        q->denied = said == SCIM_SAID_NO;
        q->way = q->server->second;
    } else {
        end_absent(q, "Ok");
    }
}

static void take_of_canary(struct scim_question *q, enum scim_said said, const char *reason)
{
    unsigned left = q->wanted & ~q->used;

    if (said == SCIM_SAID_NO)
        end_known(q, OUTCOME_ABSENT, VIA_NONE, "Ok");
    else if (said != SCIM_SAID_DIRECT && said != SCIM_SAID_NESTED)
        end_unknown(q, reason);
    else if (left)
        q->way = first_of(left);
    else
        end_known(q, OUTCOME_PRESENT, VIA_DIRECT, "Ok");
}

void scim_question_take(struct scim_question *q, const struct scim_reply *reply)
{
    const char *reason = NULL;

    switch (q->at) {
    case SCIM_AT_GROUP:
    case SCIM_AT_USER:
    case SCIM_AT_HOLDERS:
    case SCIM_AT_CATALOGUE:
        scim_find_take(&q->find, reply);
        return;
    case SCIM_AT_GROUP_ID:
        take_group_id(q, reply);
        return;
    case SCIM_AT_ID:
        take_id(q, reply);
        return;
    case SCIM_AT_OTHERS:
        take_others(q, reply);
        return;
    case SCIM_AT_MEMBER:
    case SCIM_AT_END:
        break;
    }
    enum scim_said said = scim_way_take(q->place, q->server, q->way, str_of(q->group_id),
                                        str_of(q->user_id), reply, &q->state, &reason);
    if (said != SCIM_SAID_UNSUPPORTED && said != SCIM_SAID_NOTHING)
        q->used |= 1U << q->way;
    if (q->wanted)
        take_of_canary(q, said, reason);
    else
        take_of_item(q, said, reason);
}
