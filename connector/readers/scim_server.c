#include "readers/scim_server.h"

#include <string.h>

static void fail(struct scim_proof *p, const char *reason)
{
    p->at = SCIM_PROVEN;
    p->trouble = reason;
}

void scim_proof_begin(struct scim_proof *p, const struct scim_place *place, struct arena *arena)
{
    *p = (struct scim_proof){
        .place = place,
        .arena = arena,
        .server = {.users = "/Users",
                   .groups = "/Groups",
                   .filters = true,
                   .page_size = SCIM_PAGE_SIZE,
                   /* RFC 7643 section 3.1 and 7; a schema that says otherwise counts */
                   .user_exact =
                       str_eq_c(place->user_name, "id") || str_eq_c(place->user_name, "externalId"),
                   .group_exact = str_eq_c(place->group_name, "id") ||
                                  str_eq_c(place->group_name, "externalId"),
                   .first = SCIM_NO_WAY,
                   .second = SCIM_NO_WAY},
    };
}

/* --- what it says of itself --- */

static void take_page_size(struct scim_server *server, const struct json *limit)
{
    int64_t n;

    if (json_i64(limit, &n) && n > 0 && n < server->page_size)
        server->page_size = n;
}

static void take_config(struct scim_server *server, const struct json *body)
{
    const struct json *filter = scim_member(body, "filter");
    const struct json *paging = scim_member(body, "pagination");
    bool yes;

    if (scim_bool(scim_member(filter, "supported"), &yes))
        server->filters = yes;
    take_page_size(server, scim_member(filter, "maxResults"));
    take_page_size(server, scim_member(paging, "maxPageSize"));
    if (scim_bool(scim_member(paging, "cursor"), &yes) && yes)
        server->by_cursor =
            !scim_bool(scim_member(paging, "index"), &yes) || !yes ||
            str_eq_nocase(json_str(scim_member(paging, "defaultPaginationMethod")), STR("cursor"));
}

/* Relative to the base, with a slash in front or not. What could lead elsewhere is not taken. */
static void take_endpoint(char *dst, struct str endpoint)
{
    char text[SCIM_ENDPOINT_BYTES];

    while (endpoint.len && endpoint.p[0] == '/')
        endpoint = str_n(endpoint.p + 1, endpoint.len - 1);
    for (size_t i = 0; i < endpoint.len; i++) {
        char c = endpoint.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-' || c == '/'))
            return;
    }
    if (endpoint.len && str_copy(text + 1, sizeof text - 1, endpoint)) {
        text[0] = '/';
        memcpy(dst, text, endpoint.len + 2);
    }
}

/* draft-ietf-scim-roles-entitlements-01, and Okta's servers with entitlements: /Roles and
 * /Entitlements, whatever their schemas are called. */
static bool is_catalogue(const char *values, struct str endpoint)
{
    while (endpoint.len && endpoint.p[0] == '/')
        endpoint = str_n(endpoint.p + 1, endpoint.len - 1);
    return values && str_eq_nocase(endpoint, str_of(values));
}

static void take_types(struct scim_server *server, const char *values, const struct json *body)
{
    JSON_EACH(it, scim_member(body, "Resources"))
    {
        struct str schema = json_str(scim_member(it, "schema"));
        struct str endpoint = json_str(scim_member(it, "endpoint"));
        if (str_eq_nocase(schema, STR("urn:ietf:params:scim:schemas:core:2.0:User")))
            take_endpoint(server->users, endpoint);
        else if (str_eq_nocase(schema, STR("urn:ietf:params:scim:schemas:core:2.0:Group")))
            take_endpoint(server->groups, endpoint);
        else if (is_catalogue(values, endpoint))
            take_endpoint(server->catalogue, endpoint);
    }
}

static void take_schema(struct scim_proof *p, const struct json *body)
{
    const struct json *attributes = scim_member(body, "attributes");
    bool exact;

    if (!json_count(attributes))
        return;
    p->server.stateless = true;
    JSON_EACH(it, attributes)
    {
        struct str name = json_str(scim_member(it, "name"));
        if (str_eq_nocase(name, STR("active")))
            p->server.stateless = false;
        if (str_eq_nocase(name, p->place->user_name) &&
            scim_bool(scim_member(it, "caseExact"), &exact))
            p->server.user_exact = exact;
    }
}

/* Many servers know nothing of themselves, or tell it not to everybody; that costs only time. Who
 * does not answer at all, or not in SCIM, is not asked on. */
static void take_said(struct scim_proof *p, const struct scim_reply *reply)
{
    if (reply->told == SCIM_TROUBLE && strcmp(reply->reason, "RightsLost") != 0) {
        fail(p, reply->reason);
        return;
    }
    if (reply->told == SCIM_TOLD && p->at == SCIM_ASKS_CONFIG)
        take_config(&p->server, reply->body);
    else if (reply->told == SCIM_TOLD && p->at == SCIM_ASKS_TYPES)
        take_types(&p->server, p->place->values, reply->body);
    else if (reply->told == SCIM_TOLD)
        take_schema(p, reply->body);
    p->at++;
}

/* --- what it really does --- */

/* Every letter in its other case; false when there is none. */
static bool flip(struct scim_proof *p)
{
    struct str name = p->place->canary_account;
    char *text = arena_alloc(p->arena, name.len + 1);
    bool flipped = false;

    for (size_t i = 0; text && i < name.len; i++) {
        bool letter =
            (name.p[i] >= 'a' && name.p[i] <= 'z') || (name.p[i] >= 'A' && name.p[i] <= 'Z');
        text[i] = letter ? (char)(name.p[i] ^ 0x20) : name.p[i];
        flipped |= letter;
    }
    p->flipped = str_n(text, name.len);
    return text && flipped;
}

/* An id of the same kind that is surely nobody's: of a long one the end is turned, so that a server
 * which checks ids takes it; a short one, a number perhaps, is made much longer. */
static void make_nobody(struct scim_proof *p, struct str id)
{
    size_t len = id.len;

    memcpy(p->nobody, id.p, len);
    if (len < 16) {
        memcpy(p->nobody + len, "999999999", 10);
        return;
    }
    p->nobody[len] = '\0';
    for (size_t i = len - 8; i < len; i++) {
        char c = id.p[i];
        if (c >= '0' && c <= '9')
            p->nobody[i] = (char)('0' + (c - '0' + 3) % 10);
        else if (c >= 'a' && c <= 'f')
            p->nobody[i] = (char)('a' + (c - 'a' + 1) % 6);
        else
            p->nobody[i] = (char)(c == 'A' ? 'B' : 'A');
    }
}

static void way_begin(struct scim_proof *p, enum scim_way way)
{
    while (!p->server.filters && way < SCIM_WAYS && way != SCIM_BY_USER && way != SCIM_BY_GROUP)
        way = (enum scim_way)(way + 1);
    p->way = way;
    p->decoy = false;
    if (way < SCIM_WAYS)
        return;
    p->at = SCIM_PROVEN;
    if (p->server.first == SCIM_NO_WAY)
        p->trouble = p->way_fault ? p->way_fault : "MembersNotReadable";
}

static void way_end(struct scim_proof *p, bool proven)
{
    struct scim_server *server = &p->server;

    if (proven && server->first == SCIM_NO_WAY)
        server->first = p->way;
    else if (proven)
        server->second = p->way;
    if (p->place->values)
        way_begin(p, p->way == SCIM_BY_GROUPS ? SCIM_BY_USER : SCIM_WAYS);
    else if (server->first == SCIM_NO_WAY)
        way_begin(p, (enum scim_way)(p->way + 1));
    else
        way_begin(p, p->way < SCIM_BY_USER ? SCIM_BY_USER : SCIM_WAYS);
}

/* Values of a user's attribute are read from the user's side alone: by filter, which scimmy fails
 * on for whoever has none, then by his own list. */
static void ways_begin(struct scim_proof *p)
{
    p->at = SCIM_ASKS_WAY;
    if (p->place->values)
        way_begin(p, p->server.filters ? SCIM_BY_GROUPS : SCIM_BY_USER);
    else
        way_begin(p, SCIM_BY_VALUE);
}

static bool is_final(const char *reason)
{
    static const char *const FINAL[] = {"AuthFailed", "RateLimited", "Timeout", "AddressRefused"};

    for (size_t i = 0; i < sizeof FINAL / sizeof FINAL[0]; i++)
        if (strcmp(reason, FINAL[i]) == 0)
            return true;
    return false;
}

/* Whom the way is asked about: the canary and its group, or nobody in place of what the filter must
 * tell apart. */
static struct str way_group(const struct scim_proof *p)
{
    return str_of(p->way == SCIM_BY_GROUPS && p->decoy ? p->nobody : p->group_id);
}

static struct str way_user(const struct scim_proof *p)
{
    return str_of(p->way != SCIM_BY_GROUPS && p->decoy ? p->nobody : p->user_id);
}

/* A filter is asked twice: the canary must be in, nobody must not. What shows the list itself needs
 * no second question. */
static void take_way(struct scim_proof *p, const struct scim_reply *reply)
{
    bool filter = p->way != SCIM_BY_USER && p->way != SCIM_BY_GROUP;
    enum account_state state;
    const char *reason = NULL;
    enum scim_said said = scim_way_take(p->place, &p->server, p->way, way_group(p), way_user(p),
                                        reply, &state, &reason);

    if (said == SCIM_SAID_NOTHING && is_final(reason)) {
        fail(p, reason);
        return;
    }
    if (!p->way_fault && said == SCIM_SAID_NOTHING)
        p->way_fault = reason;
    if (p->decoy)
        way_end(p, said == SCIM_SAID_NO);
    else if (said == SCIM_SAID_DIRECT && filter)
        p->decoy = true;
    else
        way_end(p, said == SCIM_SAID_DIRECT || said == SCIM_SAID_NESTED);
}

/* A value is its own id. */
static void take_value(struct scim_proof *p)
{
    if (str_copy(p->group_id, sizeof p->group_id, p->place->canary_entitlement))
        p->at = SCIM_ASKS_USER;
    else
        fail(p, "KeyTooLong");
}

/* --- one of two names --- */

static void either_begin(struct scim_proof *p)
{
    p->at = SCIM_ASKS_EITHER;
    if (!p->server.filters)
        ways_begin(p);
}

/* Nobody's name first: who reads no further finds nobody. */
static struct str either_next(struct scim_proof *p, struct arena *arena)
{
    AUTO(drop_buf) struct buf filter;
    struct str name = p->place->user_name, canary = p->place->canary_account;
    struct str nobody = str_eq_c(name, "id") ? str_of(p->nobody)
                                             : arena_printf(arena, "%.*s-nobody", STR_ARG(canary));

    buf_init(&filter, SCIM_URL_BYTES);
    buf_printf(&filter, "%.*s eq ", STR_ARG(name));
    scim_add_literal(&filter, nobody);
    buf_printf(&filter, " or %.*s eq ", STR_ARG(name));
    scim_add_literal(&filter, canary);
    struct str url = filter.over ? STR_NONE
                                 : scim_address(arena, p->place, p->server.users, STR_NONE,
                                                buf_str(&filter), STR("id"), "&count=2");
    if (!url.len)
        fail(p, "KeyTooLong");
    return url;
}

static void take_either(struct scim_proof *p, const struct scim_reply *reply)
{
    struct scim_list list;

    if (reply->told == SCIM_TROUBLE && is_final(reply->reason)) {
        fail(p, reply->reason);
        return;
    }
    p->server.any_of = reply->told == SCIM_TOLD && scim_list_read(reply->body, &list) &&
                       list.total == 1 && list.count == 1 &&
                       str_eq(scim_id(json_first(list.resources), "id"), str_of(p->user_id));
    ways_begin(p);
}

static void find_begin(struct scim_proof *p)
{
    bool of_users = p->at != SCIM_ASKS_GROUP;

    p->finding = true;
    scim_find_begin(&p->find, p->place, &p->server, p->arena, of_users,
                    p->at == SCIM_ASKS_CASE   ? p->flipped
                    : p->at == SCIM_ASKS_USER ? p->place->canary_account
                                              : p->place->canary_entitlement);
    p->find.by_filter_only = p->at == SCIM_ASKS_CASE;
}

static void found(struct scim_proof *p)
{
    const struct scim_find *find = &p->find;

    p->finding = false;
    if (p->at == SCIM_ASKS_CASE) {
        p->server.caseless =
            !find->trouble && find->found == 1 && strcmp(find->id, p->user_id) == 0;
        either_begin(p);
        return;
    }
    if (find->trouble || find->found != 1) {
        fail(p, find->trouble ? find->trouble : "CanaryMissing");
        return;
    }
    if (p->at == SCIM_ASKS_GROUP) {
        str_copy(p->group_id, sizeof p->group_id, str_of(find->id));
        p->at = SCIM_ASKS_USER;
        return;
    }
    str_copy(p->user_id, sizeof p->user_id, str_of(find->id));
    make_nobody(p, str_of(find->id));
    p->at = SCIM_ASKS_CASE;
    if (!p->server.filters || p->server.user_exact || !flip(p))
        either_begin(p);
}

static struct str way_next(struct scim_proof *p, struct arena *arena)
{
    struct str url =
        scim_way_address(p->place, &p->server, arena, p->way, way_group(p), way_user(p));

    if (!url.len)
        fail(p, "KeyTooLong");
    return url;
}

struct str scim_proof_next(struct scim_proof *p, struct arena *arena)
{
    static const char *const SAID[] = {"/ServiceProviderConfig", "/ResourceTypes",
                                       "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"};

    while (p->at != SCIM_PROVEN) {
        if (p->at <= SCIM_ASKS_SCHEMA)
            return scim_address(arena, p->place, SAID[p->at], STR_NONE, STR_NONE, STR_NONE, "");
        if (p->at == SCIM_ASKS_EITHER)
            return either_next(p, arena);
        if (p->at == SCIM_ASKS_WAY)
            return way_next(p, arena);
        if (p->at == SCIM_ASKS_GROUP && p->place->values) {
            take_value(p);
            continue;
        }
        if (!p->finding)
            find_begin(p);
        struct str url = scim_find_next(&p->find, arena);
        if (url.len)
            return url;
        found(p);
    }
    return STR_NONE;
}

void scim_proof_take(struct scim_proof *p, const struct scim_reply *reply)
{
    if (p->at <= SCIM_ASKS_SCHEMA)
        take_said(p, reply);
    else if (p->at == SCIM_ASKS_EITHER)
        take_either(p, reply);
    else if (p->at == SCIM_ASKS_WAY)
        take_way(p, reply);
    else
        scim_find_take(&p->find, reply);
}
