/* scim_question.h: one (account, entitlement), asked of a server whose ways are proven: find the
 * group, find the user, ask whether the one is a member of the other. Pure: it says what to ask
 * next and takes what came. */
#ifndef COUNTERSIGN_READERS_SCIM_QUESTION_H
#define COUNTERSIGN_READERS_SCIM_QUESTION_H

#include "readers/honest.h"
#include "readers/scim_find.h"

/* What a way said. UNSUPPORTED: the server does not take it, or not for this group. */
enum scim_said {
    SCIM_SAID_NOTHING,
    SCIM_SAID_NO,
    SCIM_SAID_DIRECT,
    SCIM_SAID_NESTED,
    SCIM_SAID_UNSUPPORTED
};

const char *scim_way_name(enum scim_way way); /* for people */
/* The address that asks whether user_id is a member of group_id; STR_NONE: too long. */
struct str scim_way_address(const struct scim_place *place, const struct scim_server *server,
                            struct arena *arena, enum scim_way way, struct str group_id,
                            struct str user_id);
/* ret_reason: of SCIM_SAID_NOTHING and SCIM_SAID_UNSUPPORTED. ret_state: left alone where the way
 * does not show it. */
enum scim_said scim_way_take(const struct scim_place *place, const struct scim_server *server,
                             enum scim_way way, struct str group_id, struct str user_id,
                             const struct scim_reply *reply, enum account_state *ret_state,
                             const char **ret_reason);

struct scim_question {
    struct scim_find find;
    const struct scim_place *place;
    const struct scim_server *server;
    struct arena *arena;
    struct str account, entitlement;
    struct str group_pin; /* id that the entitlement's name is pinned to; empty: to none */
    bool by_id;           /* `account` is an id */
    bool wants_others,
        listed;      /* beside the answer: what else he holds; the group is in that list */
    unsigned wanted; /* ways that all must say yes (a canary's); 0: as the server's proof says */
    unsigned used;   /* ways whose answers count */
    enum {
        SCIM_AT_GROUP,
        SCIM_AT_GROUP_ID,
        SCIM_AT_USER,
        SCIM_AT_ID,
        SCIM_AT_MEMBER,
        SCIM_AT_HOLDERS, /* of a value: does it exist? */
        SCIM_AT_CATALOGUE,
        SCIM_AT_OTHERS,
        SCIM_AT_END
    } at;
    enum scim_way way;
    bool denied;  /* one way said no */
    bool granted; /* one way said yes, perhaps of a group whose id is the user's too */
    char group_id[SCIM_ID_BYTES], user_id[SCIM_ID_BYTES];
    enum account_state state;
    const char *absent; /* of a value: the reason of the no, while it is asked whether it exists */
    struct scim_place there_of; /* as what it is looked for then */
    struct scim_server there;
    struct answer answer; /* at the end */
};

/* The texts and the arena outlive it. wanted: see there; 1u << enum scim_way. */
void scim_question_begin(struct scim_question *q, const struct scim_place *place,
                         const struct scim_server *server, struct arena *arena, struct str account,
                         struct str entitlement, unsigned wanted);
/* Right behind it: a group whose name nobody has any more is looked for by this id. */
void scim_question_pinned(struct scim_question *q, struct str group_id);
/* Right behind it: the account is an id, as `native_id` of an answer. */
void scim_question_by_id(struct scim_question *q);
/* Right behind it: list what else the account holds, where the server lets. A list counts where the
 * canary's has the canary's group in it (`listed`). */
void scim_question_list_others(struct scim_question *q);
/* The address to GET; STR_NONE: it is answered. */
struct str scim_question_next(struct scim_question *q, struct arena *arena);
void scim_question_take(struct scim_question *q, const struct scim_reply *reply);

#endif
