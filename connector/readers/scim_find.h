/* scim_find.h: one user or group by what people call it: by a filter where the server has proven
 * filters, else by walking the whole list, page by page. Pure: it says what to ask next and takes
 * what came. */
#ifndef COUNTERSIGN_READERS_SCIM_FIND_H
#define COUNTERSIGN_READERS_SCIM_FIND_H

#include "domain/item.h"
#include "readers/pages.h"
#include "readers/scim_wire.h"

enum {
    SCIM_ENDPOINT_BYTES = 64,
    SCIM_CURSOR_BYTES = 1024,
    SCIM_PAGE_SIZE = 200,
    SCIM_TOGETHER_BYTES = 1024, /* of a filter that names several: some take no long addresses */
};

/* What the configuration says. */
struct scim_place {
    struct str base;                  /* no '/' at its end */
    struct str user_name, group_name; /* attributes that carry what the mapping calls them */
    /* "roles", "entitlements": a user's own attribute, whose values are the entitlements; NULL:
     * they are groups (scim_value.h) */
    const char *values;
    struct str known; /* of those: what exists, as an operator says, separated by commas */
    struct str canary_account, canary_entitlement;
};

/* The ways of RFC 7644 to ask whether somebody is a member, best first. */
enum scim_way {
    SCIM_BY_VALUE,   /* groups: members.value eq "U" */
    SCIM_BY_ELEMENT, /* groups: members[value eq "U"] */
    SCIM_BY_MEMBERS, /* groups: members eq "U", as Entra asks */
    SCIM_BY_USER,    /* the user's own list of groups */
    SCIM_BY_GROUP,   /* the group's own list of members */
    SCIM_BY_GROUPS,  /* users: groups.value eq "G" */
    SCIM_WAYS,
    SCIM_NO_WAY = SCIM_WAYS,
};

/* What one server has shown of itself. */
struct scim_server {
    char users[SCIM_ENDPOINT_BYTES], groups[SCIM_ENDPOINT_BYTES];
    char catalogue[SCIM_ENDPOINT_BYTES]; /* of the values that exist; "": it has none */
    bool filters;                        /* it has not said that it takes none */
    bool by_cursor;                      /* pages come by cursor (RFC 9865) */
    int64_t page_size;
    bool user_exact, group_exact; /* upper and lower case differ in the names looked for */
    bool caseless;  /* proven: its filters find a name in the other case, where that is right */
    bool any_of;    /* proven: a filter finds whoever one of its halves names ("or") */
    bool stateless; /* its schema of a user has no `active` */
    enum scim_way first, second; /* proven; second: another side of the same fact, for a no */
};

struct scim_find {
    const struct scim_place *place;
    const struct scim_server *server;
    struct arena *arena;
    bool of_users;
    bool by_filter_only; /* "not found" is taken as it is */
    struct str value;
    struct str together; /* a filter that names others, too; empty: it is asked for alone */

    struct {
        bool on, by_cursor, passed_canary;
        int64_t hidden; /* of those seen: they do not show the attribute looked for */
        struct pages pages;
    } walk;

    bool done;
    const char *trouble; /* done, and nothing can be said: the reason */
    int found;           /* done without trouble: 0, 1, or 2 for "more than one" */
    char id[SCIM_ID_BYTES];
    enum account_state state; /* of a user; ACCOUNT_UNKNOWN: it does not show */
};

/* `value` and the arena outlive it; memory grows with the list that is walked, 16 bytes a user. */
void scim_find_begin(struct scim_find *find, const struct scim_place *place,
                     const struct scim_server *server, struct arena *arena, bool of_users,
                     struct str value);
/* The address to GET; STR_NONE: it is done. */
struct str scim_find_next(struct scim_find *find, struct arena *arena);
void scim_find_take(struct scim_find *find, const struct scim_reply *reply);

/* May it be looked for beside others, by one filter? Until it was asked for, where the server has
 * proven it. */
bool scim_find_may_join(const struct scim_find *find);
/* Adds it to such a filter, which is of SCIM_TOGETHER_BYTES; false: it has no room there. */
bool scim_find_add(const struct scim_find *find, struct buf *filter);
/* It is asked for by that filter first, which outlives it and finds it, if it is the only one of
 * its name. All else, that there is nobody above all, is believed only when asked for alone. */
void scim_find_join(struct scim_find *find, struct str filter);

/* base + endpoint [+ "/" + id] [+ "?filter=..."] ...; `more` is added as it is. STR_NONE: too long.
 */
struct str scim_address(struct arena *arena, const struct scim_place *place, const char *endpoint,
                        struct str id, struct str filter, struct str attributes, const char *more);
enum account_state scim_state(const struct scim_server *server, const struct json *user);

#endif
