#include "readers/scim_find.h"

#include "base/codecs.h"
#include "readers/honest.h"

struct str scim_address(struct arena *arena, const struct scim_place *place, const char *endpoint,
                        struct str id, struct str filter, struct str attributes, const char *more)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, SCIM_URL_BYTES);
    buf_add_str(&b, place->base);
    buf_add_c(&b, endpoint);
    if (id.len) {
        buf_add_byte(&b, '/');
        url_encode(&b, id);
    }
    if (filter.len) {
        buf_add_c(&b, "?filter=");
        url_encode(&b, filter);
    }
    if (attributes.len) {
        buf_add_c(&b, filter.len ? "&attributes=" : "?attributes=");
        url_encode(&b, attributes);
    }
    buf_add_c(&b, more);
    return b.over ? STR_NONE : arena_str(arena, buf_str(&b));
}

enum account_state scim_state(const struct scim_server *server, const struct json *user)
{
    bool active;

    if (scim_bool(scim_member(user, "active"), &active))
        return active ? ACCOUNT_ACTIVE : ACCOUNT_DISABLED;
    return server->stateless ? ACCOUNT_ACTIVE : ACCOUNT_UNKNOWN;
}

static void fail(struct scim_find *find, const char *reason)
{
    find->done = true;
    find->trouble = reason;
}

static struct str attribute(const struct scim_find *find)
{
    return find->of_users ? find->place->user_name : find->place->group_name;
}

static bool is_exact(const struct scim_find *find)
{
    return find->of_users ? find->server->user_exact : find->server->group_exact;
}

static void walk_begin(struct scim_find *find)
{
    find->walk.on = true;
    find->walk.by_cursor = find->server->by_cursor;
    find->found = 0;
    pages_begin(&find->walk.pages, find->arena);
}

void scim_find_begin(struct scim_find *find, const struct scim_place *place,
                     const struct scim_server *server, struct arena *arena, bool of_users,
                     struct str value)
{
    *find = (struct scim_find){
        .place = place, .server = server, .arena = arena, .of_users = of_users, .value = value};
    if (!str_is_utf8(value))
        fail(find, "KeyNotText");
    else if (!server->filters)
        walk_begin(find);
}

static struct str walk_next(struct scim_find *find, struct arena *arena, struct str attributes)
{
    AUTO(drop_buf) struct buf url;
    const char *endpoint = find->of_users ? find->server->users : find->server->groups;
    const struct pages *pages = &find->walk.pages;

    buf_init(&url, SCIM_URL_BYTES);
    buf_add_str(&url,
                scim_address(arena, find->place, endpoint, STR_NONE, STR_NONE, attributes, ""));
    buf_printf(&url, "&count=%lld", (long long)find->server->page_size);
    if (find->walk.by_cursor) /* RFC 9865 section 2: an empty one asks for the first page */
        pages_add_param(&url, STR("cursor"), pages->next);
    else
        pages_add_place(&url, pages, PAGES_BY_OFFSET, STR("startIndex"), 1);
    return url.over ? STR_NONE : arena_str(arena, buf_str(&url));
}

struct str scim_find_next(struct scim_find *find, struct arena *arena)
{
    AUTO(drop_buf) struct buf filter = {0};
    const char *endpoint = find->of_users ? find->server->users : find->server->groups;
    struct str url;

    if (find->done)
        return STR_NONE;
    struct str attributes =
        arena_printf(arena, "id,%.*s%s", STR_ARG(attribute(find)), find->of_users ? ",active" : "");
    if (find->together.len) {
        url = scim_address(arena, find->place, endpoint, STR_NONE, find->together, attributes, "");
    } else if (find->walk.on) {
        url = walk_next(find, arena, attributes);
    } else {
        buf_init(&filter, SCIM_URL_BYTES);
        buf_printf(&filter, "%.*s eq ", STR_ARG(attribute(find)));
        scim_add_literal(&filter, find->value);
        /* two tell "one" from "more", also of a server that ignores the filter */
        url = scim_address(arena, find->place, endpoint, STR_NONE,
                           filter.over ? STR_NONE : buf_str(&filter), attributes, "&count=2");
        if (filter.over)
            url = STR_NONE;
        buf_done(&filter);
    }
    if (!url.len)
        fail(find, "KeyTooLong");
    return url;
}

/* --- beside others --- */

bool scim_find_may_join(const struct scim_find *find)
{
    return find->server->any_of && !find->done && !find->walk.on && !find->by_filter_only &&
           !find->together.len;
}

bool scim_find_add(const struct scim_find *find, struct buf *filter)
{
    size_t before = filter->len;

    buf_printf(filter, "%s%.*s eq ", before ? " or " : "", STR_ARG(attribute(find)));
    scim_add_literal(filter, find->value);
    if (!filter->over)
        return true;
    filter->over = false;
    filter->len = before;
    return false;
}

void scim_find_join(struct scim_find *find, struct str filter)
{
    find->together = filter;
}

static void take_resource(struct scim_find *find, const struct json *resource)
{
    if (find->found++) {
        find->found = 2;
        return;
    }
    str_copy(find->id, sizeof find->id, scim_id(resource, "id"));
    find->state = scim_state(find->server, resource);
}

static bool has_letters(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z'))
            return true;
    return false;
}

static bool is_escaped(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == '"' || s.p[i] == '\\')
            return true;
    return false;
}

/* Names without case: what is one letter beyond ASCII is for nobody to say. */
static bool is_comparable(const struct scim_find *find)
{
    return !find->of_users || is_exact(find) || name_is_ascii(find->value);
}

/* Nobody of that name, says the filter. Servers compare "ALICE" with "alice" where their schema
 * says that it is one name, or forget to; some look for the \" of a filter as it is written. */
static void take_none(struct scim_find *find)
{
    bool cases = find->of_users && !is_exact(find);

    find->done = true;
    if (find->by_filter_only)
        return;
    if (!is_comparable(find)) {
        fail(find, "NameNotComparable");
    } else if (is_escaped(find->value) ||
               (cases && !find->server->caseless && has_letters(find->value))) {
        find->done = false;
        walk_begin(find);
    }
}

static void take_filtered(struct scim_find *find, const struct scim_list *list)
{
    JSON_EACH(it, list->resources)
    {
        int said = scim_has_value(it, attribute(find), find->value, is_exact(find));
        if (said != 1) {
            fail(find, said ? "AttributeHidden" : "FilterIgnored");
            return;
        }
        take_resource(find, it);
    }
    if (find->found < 2 && (list->next_cursor.len || (list->total > 0 && !list->count)))
        fail(find, "PartialResult");
    else if (find->found == 1 && list->total > 1)
        find->found = 2;
    find->done = true;
    if (!find->trouble && !find->found)
        take_none(find);
}

/* --- the walk --- */

/* RFC 7644 section 3.4.2.4: pages say where they begin; only the first one need not. */
static struct page page_of(const struct scim_find *find, const struct scim_list *list)
{
    bool by_cursor = find->walk.by_cursor;
    struct page page = {.by =
                            by_cursor || list->next_cursor.len ? PAGES_BY_CURSOR : PAGES_BY_OFFSET,
                        .items = list->count,
                        .start = list->start - 1,
                        .total = list->total,
                        .next = list->next_cursor};

    if (!by_cursor && list->start && list->count)
        page.start_said = PAGE_START_TOLD;
    else if (!by_cursor && !list->start && find->walk.pages.seen)
        page.start_said = PAGE_START_HIDDEN;
    return page;
}

static void walk_end(struct scim_find *find)
{
    struct pages *pages = &find->walk.pages;

    find->done = true;
    if (find->of_users && !find->walk.passed_canary) /* it was not the whole list */
        find->trouble = "CanaryMissing";
    else if (!find->found && find->walk.hidden) /* one of those may be of this name */
        find->trouble = "AttributeHidden";
    else if (!find->found && !is_comparable(find))
        find->trouble = "NameNotComparable";
    if (find->trouble || find->found || !find->of_users)
        return;
    enum pages_walked walked = pages_walked(pages);
    if (walked == PAGES_DIFFER) {
        find->trouble = "ListChanged";
    } else if (walked == PAGES_WALK) {
        find->done = find->walk.passed_canary = false;
        find->walk.by_cursor = find->server->by_cursor;
    }
}

static void take_page(struct scim_find *find, const struct scim_list *list)
{
    struct pages *pages = &find->walk.pages;
    struct page page = page_of(find, list);
    const char *fault = pages_check(pages, &page);

    if (!fault && list->total < 0 && !find->walk.by_cursor)
        fault = "BadReply";
    if (list->next_cursor.len >= SCIM_CURSOR_BYTES)
        fault = "BadReply";
    JSON_EACH(it, list->resources)
    {
        uint64_t id = str_hash(scim_id(it, "id"));
        fault = fault ? fault : pages_once(pages, id);
        if (fault)
            break;
        pages_note(pages, id);
        int said = scim_has_value(it, attribute(find), find->value, is_exact(find));
        if (said == 1)
            take_resource(find, it);
        find->walk.hidden += said < 0;
        find->walk.passed_canary |=
            find->of_users &&
            scim_has_value(it, attribute(find), find->place->canary_account, is_exact(find)) == 1;
    }
    bool more = !fault && pages_more(pages, &page, &fault);
    if (page.by == PAGES_BY_CURSOR)
        find->walk.by_cursor = true; /* also of a server that knows nothing else */
    if (fault)
        fail(find, fault);
    else if (!more)
        walk_end(find);
}

/* The others' entries are theirs to take. A list that is cut, or shows somebody without a name, may
 * leave out another of this one. */
static void take_together(struct scim_find *find, const struct scim_reply *reply)
{
    struct scim_list list = {0};
    bool whole = reply->told == SCIM_TOLD && scim_list_read(reply->body, &list) &&
                 list.total == (int64_t)list.count && !list.next_cursor.len;

    find->together = STR_NONE;
    JSON_EACH(it, whole ? list.resources : NULL)
    {
        int said = scim_has_value(it, attribute(find), find->value, is_exact(find));
        whole &= said >= 0;
        if (said == 1)
            take_resource(find, it);
    }
    find->done = whole && find->found == 1;
    if (!find->done)
        find->found = 0;
}

void scim_find_take(struct scim_find *find, const struct scim_reply *reply)
{
    struct scim_list list;

    if (find->together.len)
        take_together(find, reply);
    else if (reply->told == SCIM_UNSUPPORTED && !find->walk.on && !find->by_filter_only)
        walk_begin(find); /* servers trip over quotes and signs in a name */
    else if (reply->told != SCIM_TOLD)
        fail(find, reply->reason);
    else if (!scim_list_read(reply->body, &list) || (list.total < 0 && !find->server->by_cursor))
        fail(find, "BadReply"); /* without cursors totalResults must be there */
    else if (find->walk.on)
        take_page(find, &list);
    else
        take_filtered(find, &list);
}
